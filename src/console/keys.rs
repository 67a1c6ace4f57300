//! The one table of keys: what can be asked for, where, by which keys, and in which words.
//! Dispatch, footer, help and `config/keys.toml` all read it. Not what an action does.

mod chord;
mod keymap;

pub use chord::{Chord, UnknownKey};
pub use keymap::{Keymap, KeymapError};

use std::fmt;

/// Where a key is pressed. Each place is looked up before the one it lies in, see
/// [`Context::parent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Everywhere, overlays included.
    Anywhere,
    /// On every tab while no overlay is open.
    Console,
    /// On the tab *Jobs*.
    Jobs,
    /// On the tab *Logs*.
    Logs,
    /// In an overlay that is read or scrolled.
    Overlay,
    /// In an overlay that asks a question.
    Confirm,
    /// While the text to search for is typed: plain characters are text here.
    Search,
}

impl Context {
    /// Every context, in the order of help and `keys.toml`.
    pub const ALL: [Self; 7] = [
        Self::Jobs,
        Self::Logs,
        Self::Console,
        Self::Overlay,
        Self::Confirm,
        Self::Search,
        Self::Anywhere,
    ];

    /// The section of `keys.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::Console => "console",
            Self::Jobs => "jobs",
            Self::Logs => "logs",
            Self::Overlay => "overlay",
            Self::Confirm => "confirm",
            Self::Search => "search",
        }
    }

    /// The heading in the help.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Anywhere => "Everywhere",
            Self::Console => "On every tab",
            Self::Jobs => "Jobs",
            Self::Logs => "Logs",
            Self::Overlay => "In a window",
            Self::Confirm => "In a question",
            Self::Search => "While typing a search",
        }
    }

    /// The place around this one, whose keys hold here too.
    pub const fn parent(self) -> Option<Self> {
        match self {
            Self::Anywhere => None,
            Self::Jobs | Self::Logs => Some(Self::Console),
            Self::Console | Self::Overlay | Self::Confirm | Self::Search => Some(Self::Anywhere),
        }
    }

    /// True where a plain character is text and never a command.
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Search)
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
    /// What can be asked of the selected job.
    JobAction {
        Run "run" "Run it.",
        DryRun "dry-run" "Count what a run would send.",
        Cancel "cancel" "Stop its run at the next checkpoint.",
        Details "details" "Show everything about its run.",
        History "history" "Show its last runs.",
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
    }
}

actions! {
    /// What can be asked of a window.
    WindowAction {
        Close "close" "Close it.",
        Open "open" "Open what is selected.",
        Yes "yes" "Answer yes.",
        No "no" "Answer no.",
    }
}

actions! {
    /// What can be asked of the console itself.
    ConsoleAction {
        TabJobs "tab-jobs" "To the tab Jobs.",
        TabLogs "tab-logs" "To the tab Logs.",
        NextTab "next-tab" "To the next tab.",
        PreviousTab "previous-tab" "To the previous tab.",
        Help "help" "Show the keys.",
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
    /// Ask something of the selected job.
    Job(JobAction),
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
            Self::Job(action) => action.name(),
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

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Where.
    pub context: Context,
    /// What.
    pub action: Action,
    /// By which keys, unless the operator chose others.
    pub keys: &'static [&'static str],
    /// The line in the help.
    pub help: &'static str,
    /// The word in the footer; none where the footer does not name it.
    pub footer: Option<&'static str>,
}

const fn entry(
    context: Context,
    action: Action,
    keys: &'static [&'static str],
    help: &'static str,
) -> Entry {
    Entry {
        context,
        action,
        keys,
        help,
        footer: None,
    }
}

impl Entry {
    const fn footer(mut self, word: &'static str) -> Self {
        self.footer = Some(word);
        self
    }
}

/// Every key of the console. The order is the order of footer and help.
#[rustfmt::skip]
pub const TABLE: &[Entry] = {
    use Action::{Console, Job, Log, Move, Window};
    use ConsoleAction as A;
    use Context as C;
    use JobAction as J;
    use LogAction as L;
    use Motion as M;
    use WindowAction as W;
    &[
        entry(C::Jobs, Job(J::Run), &["r"], "run the selected job").footer("run"),
        entry(C::Jobs, Job(J::DryRun), &["d"], "dry run: count what would be sent, send nothing").footer("dry run"),
        entry(C::Jobs, Job(J::Cancel), &["c"], "cancel the run at its next checkpoint").footer("cancel"),
        entry(C::Jobs, Job(J::Details), &["enter"], "everything about the live or last run").footer("details"),
        entry(C::Jobs, Job(J::History), &["h"], "the last runs of the selected job").footer("history"),
        entry(C::Jobs, Move(M::Up), &["up", "k"], "the job above"),
        entry(C::Jobs, Move(M::Down), &["down", "j"], "the job below"),
        entry(C::Jobs, Move(M::Top), &["home", "g"], "the first job"),
        entry(C::Jobs, Move(M::Bottom), &["end", "G"], "the last job"),

        entry(C::Logs, Log(L::Search), &["/"], "search").footer("search"),
        entry(C::Logs, Log(L::NextHit), &["n"], "next hit").footer("next"),
        entry(C::Logs, Log(L::PreviousHit), &["N"], "previous hit"),
        entry(C::Logs, Log(L::EndSearch), &["esc"], "end the search"),
        entry(C::Logs, Log(L::Follow), &["f"], "follow new lines, or stand still").footer("follow"),
        entry(C::Logs, Log(L::Level), &["v"], "least level shown: debug, info, warning, error").footer("level"),
        entry(C::Logs, Log(L::Wrap), &["w"], "wrap long lines, or cut them").footer("wrap"),
        entry(C::Logs, Move(M::Up), &["up", "k"], "one line up"),
        entry(C::Logs, Move(M::Down), &["down", "j"], "one line down"),
        entry(C::Logs, Move(M::PageUp), &["pgup", "ctrl-b"], "one page up"),
        entry(C::Logs, Move(M::PageDown), &["pgdn", "ctrl-f", "space"], "one page down"),
        entry(C::Logs, Move(M::Top), &["home", "g"], "the oldest line"),
        entry(C::Logs, Move(M::Bottom), &["end", "G"], "the newest line, and follow"),
        entry(C::Logs, Move(M::Left), &["left", "h"], "sideways to the left, where lines are cut"),
        entry(C::Logs, Move(M::Right), &["right", "l"], "sideways to the right"),

        entry(C::Console, Console(A::TabJobs), &["1"], "tab Jobs"),
        entry(C::Console, Console(A::TabLogs), &["2"], "tab Logs"),
        entry(C::Console, Console(A::NextTab), &["tab"], "next tab").footer("next tab"),
        entry(C::Console, Console(A::PreviousTab), &["shift-tab"], "previous tab"),
        entry(C::Console, Console(A::Help), &["?", "f1"], "this help").footer("help"),
        entry(C::Console, Console(A::Quit), &["q", "ctrl-c"], "leave the console").footer("quit"),

        entry(C::Overlay, Window(W::Close), &["esc", "q", "ctrl-c"], "close").footer("close"),
        entry(C::Overlay, Window(W::Open), &["enter"], "open the selected run").footer("open"),
        entry(C::Overlay, Move(M::Up), &["up", "k"], "one line up"),
        entry(C::Overlay, Move(M::Down), &["down", "j"], "one line down").footer("scroll"),
        entry(C::Overlay, Move(M::PageUp), &["pgup", "ctrl-b"], "one page up"),
        entry(C::Overlay, Move(M::PageDown), &["pgdn", "ctrl-f", "space"], "one page down"),
        entry(C::Overlay, Move(M::Top), &["home", "g"], "to the beginning"),
        entry(C::Overlay, Move(M::Bottom), &["end", "G"], "to the end"),

        entry(C::Confirm, Window(W::Yes), &["y"], "yes").footer("yes"),
        entry(C::Confirm, Window(W::No), &["n", "esc", "q", "ctrl-c"], "no").footer("no"),

        entry(C::Search, Log(L::KeepSearch), &["enter"], "keep the search and go on reading").footer("keep"),
        entry(C::Search, Log(L::NextHit), &["down", "ctrl-n"], "next hit").footer("next"),
        entry(C::Search, Log(L::PreviousHit), &["up", "ctrl-p"], "previous hit").footer("previous"),
        entry(C::Search, Log(L::EndSearch), &["esc", "ctrl-c"], "end the search").footer("end the search"),

        entry(C::Anywhere, Console(A::Redraw), &["ctrl-l"], "draw the screen anew, and read the jobs again"),
        // A Windows console has no job control to come back from.
        #[cfg(unix)]
        entry(C::Anywhere, Console(A::Suspend), &["ctrl-z"], "back to the shell; `fg` returns"),
    ]
};
