//! The one table of keys: what can be asked for, where, by which keys, and in which words.
//! Dispatch, footer, help and `config/keys.toml` all read it. Not what an action does.

mod chord;
mod keymap;
mod table;

pub use chord::{Chord, UnknownKey};
pub use keymap::{Keymap, KeymapError};
pub use table::{Entry, TABLE};

use std::fmt;

/// Where a key is pressed. Each place is looked up before the one it lies in, see
/// [`Context::parent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Everywhere, overlays included.
    Anywhere,
    /// On every tab while no overlay is open.
    Console,
    /// On the tab *Account*.
    Account,
    /// On the tab *Checklists*.
    Checklists,
    /// On the tab *Products*, in the list.
    Products,
    /// There, in the categories.
    Categories,
    /// There, in the selection.
    Selection,
    /// On the tab *Jobs*.
    Jobs,
    /// On the tab *Orders*.
    Orders,
    /// On the tab *Exceptions*.
    Exceptions,
    /// On the tab *Logs*.
    Logs,
    /// In an overlay that is read or scrolled.
    Overlay,
    /// In an overlay that asks a question.
    Confirm,
    /// While the text to search for is typed: plain characters are text here.
    Search,
    /// While the filter of a list is typed.
    Filter,
    /// While a note or the fields of a form are typed.
    Note,
}

impl Context {
    /// Every context, in the order of help and `keys.toml`.
    pub const ALL: [Self; 16] = [
        Self::Account,
        Self::Checklists,
        Self::Products,
        Self::Categories,
        Self::Selection,
        Self::Jobs,
        Self::Orders,
        Self::Exceptions,
        Self::Logs,
        Self::Console,
        Self::Overlay,
        Self::Confirm,
        Self::Filter,
        Self::Search,
        Self::Note,
        Self::Anywhere,
    ];

    /// The section of `keys.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::Console => "console",
            Self::Account => "account",
            Self::Checklists => "checklists",
            Self::Products => "products",
            Self::Categories => "categories",
            Self::Selection => "selection",
            Self::Jobs => "jobs",
            Self::Orders => "orders",
            Self::Exceptions => "exceptions",
            Self::Logs => "logs",
            Self::Overlay => "overlay",
            Self::Confirm => "confirm",
            Self::Search => "search",
            Self::Filter => "filter",
            Self::Note => "note",
        }
    }

    /// The heading in the help.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Anywhere => "Everywhere",
            Self::Console => "On every tab",
            Self::Account => "Account",
            Self::Checklists => "Checklists",
            Self::Products => "Products",
            Self::Categories => "Products: the categories",
            Self::Selection => "Products: the selection",
            Self::Jobs => "Jobs",
            Self::Orders => "Orders",
            Self::Exceptions => "Exceptions",
            Self::Logs => "Logs",
            Self::Overlay => "In a window",
            Self::Confirm => "In a question",
            Self::Search => "While typing a search",
            Self::Filter => "While typing a filter",
            Self::Note => "While typing in a window",
        }
    }

    /// The place around this one, whose keys hold here too.
    pub const fn parent(self) -> Option<Self> {
        match self {
            Self::Anywhere => None,
            Self::Account
            | Self::Checklists
            | Self::Products
            | Self::Categories
            | Self::Selection
            | Self::Jobs
            | Self::Orders
            | Self::Exceptions
            | Self::Logs => Some(Self::Console),
            Self::Console
            | Self::Overlay
            | Self::Confirm
            | Self::Search
            | Self::Filter
            | Self::Note => Some(Self::Anywhere),
        }
    }

    /// True where a plain character is text and never a command.
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Search | Self::Filter | Self::Note)
    }
}

/// Declares a family of actions with their kebab-case names, so that a name is written once.
macro_rules! actions {
    ($(#[$about:meta])* $family:ident { $($variant:ident $name:literal $meaning:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $family {
            $(#[doc = $meaning] $variant,)+
        }

        impl $family {
            const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

actions! {
    /// A way to move within a list or a text.
    Motion {
        Up "up" "One line up.",
        Down "down" "One line down.",
        PageUp "page-up" "One page up.",
        PageDown "page-down" "One page down.",
        Top "top" "To the beginning.",
        Bottom "bottom" "To the end.",
        Left "left" "Sideways to the left.",
        Right "right" "Sideways to the right.",
    }
}

actions! {
    /// What can be asked of the account.
    AccountAction {
        SignIn "sign-in" "Sign this machine in.",
        SignOut "sign-out" "Give this machine's sign-in back.",
        Activate "activate" "Make the account usable for this company.",
        Deactivate "deactivate" "Switch it off until it is activated again.",
        Renew "renew" "Get this machine another token.",
        Disconnect "disconnect" "Take the account away from its company.",
        Check "check" "Look at everything that has to be right.",
    }
}

actions! {
    /// What can be asked of the selected item of a checklist.
    ChecklistAction {
        Open "open-item" "Do it, or open the place where it is done.",
        Tick "tick" "Tick it, or take the tick away.",
    }
}

actions! {
    /// What can be asked of the products and of their selection.
    ProductAction {
        Toggle "toggle" "Sold, never sold, left to the rules, in turn.",
        Sell "sell" "Sell it whatever the rules say.",
        Never "never-sell" "Never sell it.",
        Leave "leave-to-rules" "Leave it to the rules.",
        SellAll "sell-all" "Sell all that match.",
        NeverAll "never-sell-all" "Never sell all that match.",
        LeaveAll "leave-all-to-rules" "Leave all that match to the rules.",
        Mark "mark" "Mark the selected one, or not any more.",
        Details "details" "Show everything about the selected one.",
        Categories "categories" "To the categories, or back.",
        List "list-category" "List the items of the selected category.",
        Selection "selection" "To the selection, or back.",
        AddRule "add-rule" "Add a rule.",
        RemoveRule "remove-rule" "Remove the selected rule, or mend what contradicts itself.",
        Apply "apply" "Count what the draft would send; then put it in force.",
        Undo "undo" "Take the last step back.",
        Back "back" "Back to the list.",
        Copy "copy" "Copy the chosen ones.",
        Export "export" "Write all that match to a file.",
    }
}

actions! {
    /// What can be asked of the selected job, or of all of them.
    JobAction {
        Run "run" "Run it.",
        DryRun "dry-run" "Count what a run would move.",
        Cancel "cancel" "Stop its run at the next checkpoint.",
        Details "details" "Show everything about its run.",
        History "history" "Show its last runs.",
        BatchJobs "batch-jobs" "Show the batch jobs of AX itself.",
        Withhold "withhold" "Take it off the queue.",
        Resume "resume" "Set it to Waiting.",
        SuspendAll "suspend-all" "Withhold every job, and remember what each was.",
        ResumeAll "resume-all" "Give every job that was withheld so its status back.",
        Recurrence "recurrence" "Change when it starts by itself.",
        Usual "usual-recurrences" "Give every job its usual recurrence.",
        Remedy "remedy" "Do what the documents tell to do about its failure.",
        Log "log" "Show the log lines of its run.",
        Copy "copy" "Copy everything about its run.",
        Export "export" "Write everything about its run to a file.",
    }
}

actions! {
    /// What can be asked of the orders.
    OrderAction {
        Details "details" "Show everything about the selected one.",
        View "view" "List another kind.",
        Sort "sort" "Sort by the next column.",
        Turn "turn" "Sort the other way round.",
        Mark "mark" "Mark the selected one, or not any more.",
        MarkRange "mark-range" "Mark from the last mark to the selected one.",
        MarkAll "mark-all" "Mark all that are listed, or none.",
        Retry "retry" "Have AX given it again.",
        RetryAll "retry-all" "Have AX given all again that match.",
        Correct "correct" "Correct its units at its source.",
        CorrectAll "correct-all" "Correct the units of all that match.",
        Resolve "resolve" "Close its exception with a note.",
        ResolveAll "resolve-all" "Close the exceptions of all that match with a note.",
        Run "run" "Run the orders job.",
        Copy "copy" "Copy the chosen ones.",
        Export "export" "Write all that match to a file.",
    }
}

actions! {
    /// What can be asked of the exceptions.
    ExceptionAction {
        Details "details" "Show everything about the selected one.",
        Closed "closed" "List closed ones too, or not.",
        Sort "sort" "Sort by the next column.",
        Turn "turn" "Sort the other way round.",
        Mark "mark" "Mark the selected one, or not any more.",
        MarkRange "mark-range" "Mark from the last mark to the selected one.",
        MarkAll "mark-all" "Mark all that are listed, or none.",
        Retry "retry" "Have it tried again.",
        RetryAll "retry-all" "Have all that are listed by the filter tried again.",
        Correct "correct" "Correct the units of its order at its source.",
        CorrectAll "correct-all" "Correct the units of all orders that are listed by the filter.",
        Resolve "resolve" "Close it with a note.",
        ResolveAll "resolve-all" "Close all that are listed by the filter with a note.",
        Copy "copy" "Copy the chosen ones.",
        Export "export" "Write all that match to a file.",
    }
}

actions! {
    /// What can be asked of the filter of a list.
    FilterAction {
        Begin "filter" "Begin or change it.",
        Keep "keep-filter" "Keep it and go on reading.",
        Complete "complete" "Take the word that may follow.",
        End "end-filter" "End it.",
    }
}

actions! {
    /// What can be asked of the log.
    LogAction {
        Search "search" "Begin or change a search.",
        NextHit "next-hit" "To the next hit.",
        PreviousHit "previous-hit" "To the previous hit.",
        KeepSearch "keep-search" "Keep the search and go on reading.",
        EndSearch "end-search" "End the search.",
        Follow "follow" "Follow the log or stand still.",
        Level "level" "Show graver lines only, step by step.",
        Wrap "wrap" "Wrap long lines or cut them.",
        Regex "regex" "Search for a regular expression or for a text.",
        Audit "audit" "Show who changed what, or the log again.",
        File "file" "Show the file of all processes or the lines of this console.",
        Run "only-run" "Show only the run of the line.",
        Clock "clock" "Show times in UTC or in the zone of the settings.",
        Export "export" "Write what is shown to a file.",
        Copy "copy" "Copy the line.",
    }
}

actions! {
    /// What can be asked of a window.
    WindowAction {
        Close "close" "Close it.",
        Open "open" "Open what is selected.",
        Yes "yes" "Answer yes.",
        No "no" "Answer no.",
        Save "save" "Take what was typed.",
        Copy "copy" "Copy its text.",
        Export "export" "Write its text to a file.",
    }
}

actions! {
    /// What can be asked of the console itself.
    ConsoleAction {
        TabAccount "tab-account" "To the tab Account.",
        TabChecklists "tab-checklists" "To the tab Checklists.",
        TabProducts "tab-products" "To the tab Products.",
        TabJobs "tab-jobs" "To the tab Jobs.",
        TabOrders "tab-orders" "To the tab Orders.",
        TabExceptions "tab-exceptions" "To the tab Exceptions.",
        TabLogs "tab-logs" "To the tab Logs.",
        NextTab "next-tab" "To the next tab.",
        PreviousTab "previous-tab" "To the previous tab.",
        Help "help" "Show the keys.",
        Palette "palette" "Find what can be asked for.",
        EndExport "end-export" "End the list that is being written.",
        Quit "quit" "Leave.",
        Redraw "redraw" "Draw the screen anew.",
        Suspend "suspend" "Back to the shell until `fg`.",
    }
}

/// What an operator can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Move in what is in front.
    Move(Motion),
    /// Ask something of the account.
    Account(AccountAction),
    /// Ask something of the selected item of a checklist.
    Checklist(ChecklistAction),
    /// Ask something of the products.
    Product(ProductAction),
    /// Ask something of the selected job.
    Job(JobAction),
    /// Ask something of the orders.
    Order(OrderAction),
    /// Ask something of the exceptions.
    Exception(ExceptionAction),
    /// Ask something of the filter of the list in front.
    Filter(FilterAction),
    /// Ask something of the log.
    Log(LogAction),
    /// Ask something of the window in front.
    Window(WindowAction),
    /// Ask something of the console.
    Console(ConsoleAction),
}

impl Action {
    /// The name in `keys.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Move(motion) => motion.name(),
            Self::Account(action) => action.name(),
            Self::Checklist(action) => action.name(),
            Self::Product(action) => action.name(),
            Self::Job(action) => action.name(),
            Self::Order(action) => action.name(),
            Self::Exception(action) => action.name(),
            Self::Filter(action) => action.name(),
            Self::Log(action) => action.name(),
            Self::Window(action) => action.name(),
            Self::Console(action) => action.name(),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
