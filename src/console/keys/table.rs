//! The rows of the one table of keys, in the order of footer and help.

use super::{
    AccountAction, Action, ChecklistAction, ConsoleAction, Context, ExceptionAction, FilterAction,
    JobAction, LogAction, Motion, OrderAction, ProductAction, WindowAction,
};

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
    use Action::{Account, Checklist, Console, Exception, Filter, Job, Log, Move, Order, Product, Window};
    use AccountAction as N;
    use ChecklistAction as K;
    use ConsoleAction as A;
    use Context as C;
    use ExceptionAction as E;
    use FilterAction as F;
    use JobAction as J;
    use LogAction as L;
    use Motion as M;
    use OrderAction as O;
    use ProductAction as P;
    use WindowAction as W;
    &[
        entry(C::Account, Account(N::SignIn), &["s"], "sign this machine in: shows an address and a code").footer("sign in"),
        entry(C::Account, Account(N::SignOut), &["o"], "give this machine's sign-in back").footer("sign out"),
        entry(C::Account, Account(N::Activate), &["a"], "activate the account for this company, after the checks").footer("activate"),
        entry(C::Account, Account(N::Deactivate), &["d"], "deactivate it until it is activated again").footer("deactivate"),
        entry(C::Account, Account(N::Renew), &["n"], "renew the token of this machine").footer("renew"),
        entry(C::Account, Account(N::Disconnect), &["D"], "disconnect the account from its company").footer("disconnect"),
        entry(C::Account, Account(N::Check), &["c"], "look at everything again that has to be right").footer("check"),
        entry(C::Account, Move(M::Up), &["up", "k"], "one line up"),
        entry(C::Account, Move(M::Down), &["down", "j"], "one line down"),
        entry(C::Account, Move(M::PageUp), &["pgup", "ctrl-b"], "one page up"),
        entry(C::Account, Move(M::PageDown), &["pgdn", "ctrl-f", "space"], "one page down"),
        entry(C::Account, Move(M::Top), &["home", "g"], "to the beginning"),
        entry(C::Account, Move(M::Bottom), &["end", "G"], "to the end"),

        entry(C::Checklists, Checklist(K::Open), &["enter"], "do the item, or open the place where it is done").footer("do it"),
        entry(C::Checklists, Checklist(K::Tick), &["t", "space"], "tick an item that the system cannot see, or not any more").footer("tick"),
        entry(C::Checklists, Move(M::Up), &["up", "k"], "the item above"),
        entry(C::Checklists, Move(M::Down), &["down", "j"], "the item below"),
        entry(C::Checklists, Move(M::Top), &["home", "g"], "the first item"),
        entry(C::Checklists, Move(M::Bottom), &["end", "G"], "the last item"),

        entry(C::Products, Filter(F::Begin), &["/"], "filter by number or name; D00* (number), group:FIN").footer("filter"),
        entry(C::Products, Filter(F::End), &["esc"], "end the filter, list every category"),
        entry(C::Products, Product(P::Mark), &["m", "space"], "mark the item, or not any more").footer("mark"),
        entry(C::Products, Product(P::Toggle), &["t"], "the item, or all marked: sold, never, as rules say").footer("toggle"),
        entry(C::Products, Product(P::Apply), &["A"], "count what the draft would send, then apply it").footer("apply"),
        entry(C::Products, Product(P::Undo), &["u"], "undo the draft's last step, or the last applied").footer("undo"),
        entry(C::Products, Product(P::Selection), &["e"], "to the selection: rules, conflicts, counts").footer("selection"),
        entry(C::Products, Product(P::Categories), &["c"], "to the categories").footer("categories"),
        entry(C::Products, Product(P::Details), &["enter"], "everything about the item").footer("open"),
        entry(C::Products, Product(P::Sell), &["s"], "sell the item, or all marked, whatever the rules say").footer("sell"),
        entry(C::Products, Product(P::Never), &["n"], "never sell the item, or all marked").footer("never"),
        entry(C::Products, Product(P::Leave), &["r"], "leave the item, or all marked, to the rules").footer("rules decide"),
        entry(C::Products, Product(P::SellAll), &["S"], "sell all that the filter lists"),
        entry(C::Products, Product(P::NeverAll), &["N"], "never sell all that the filter lists"),
        entry(C::Products, Product(P::LeaveAll), &["R"], "leave all that the filter lists to the rules"),
        entry(C::Products, Product(P::AddRule), &["a"], "add a rule: item group, category, item range"),
        entry(C::Products, Product(P::Copy), &["y"], "copy the item, or all marked"),
        entry(C::Products, Product(P::Export), &["x"], "write all items that the filter lists to a CSV file"),
        entry(C::Products, Move(M::Up), &["up", "k"], "the item above"),
        entry(C::Products, Move(M::Down), &["down", "j"], "the item below"),
        entry(C::Products, Move(M::PageUp), &["pgup", "ctrl-b"], "one page up"),
        entry(C::Products, Move(M::PageDown), &["pgdn", "ctrl-f"], "one page down"),
        entry(C::Products, Move(M::Top), &["home", "g"], "the first item"),
        entry(C::Products, Move(M::Bottom), &["end", "G"], "the last item"),

        entry(C::Categories, Product(P::List), &["enter"], "list the items of the category").footer("list"),
        entry(C::Categories, Product(P::AddRule), &["a"], "add a rule: items in the category or below").footer("add rule"),
        entry(C::Categories, Product(P::Apply), &["A"], "count what the draft would send, then apply it").footer("apply"),
        entry(C::Categories, Product(P::Undo), &["u"], "undo the last step of the draft").footer("undo"),
        entry(C::Categories, Product(P::Selection), &["e"], "to the selection").footer("selection"),
        entry(C::Categories, Product(P::Categories), &["c", "esc"], "back to the items").footer("back"),
        entry(C::Categories, Move(M::Up), &["up", "k"], "the category above"),
        entry(C::Categories, Move(M::Down), &["down", "j"], "the category below"),
        entry(C::Categories, Move(M::Right), &["right", "l"], "show what is below it"),
        entry(C::Categories, Move(M::Left), &["left", "h"], "hide what is below it, or to the one it is in"),
        entry(C::Categories, Move(M::PageUp), &["pgup", "ctrl-b"], "one page up"),
        entry(C::Categories, Move(M::PageDown), &["pgdn", "ctrl-f", "space"], "one page down"),
        entry(C::Categories, Move(M::Top), &["home", "g"], "all items"),
        entry(C::Categories, Move(M::Bottom), &["end", "G"], "the last category"),

        entry(C::Selection, Product(P::Apply), &["A", "enter"], "count what the draft would send, then apply it").footer("count, apply"),
        entry(C::Selection, Product(P::AddRule), &["a"], "add a rule: item group, category, item range").footer("add rule"),
        entry(C::Selection, Product(P::RemoveRule), &["x"], "remove the rule; leave an item to the rules").footer("remove"),
        entry(C::Selection, Product(P::Undo), &["u"], "undo the draft's last step, or the last applied").footer("undo"),
        entry(C::Selection, Product(P::Categories), &["c"], "to the categories").footer("categories"),
        entry(C::Selection, Product(P::Back), &["e", "esc"], "back to the items").footer("back"),
        entry(C::Selection, Move(M::Up), &["up", "k"], "the rule above"),
        entry(C::Selection, Move(M::Down), &["down", "j"], "the rule below"),
        entry(C::Selection, Move(M::Top), &["home", "g"], "the first rule"),
        entry(C::Selection, Move(M::Bottom), &["end", "G"], "the last one"),

        entry(C::Jobs, Job(J::Run), &["r"], "run the selected job").footer("run"),
        entry(C::Jobs, Job(J::DryRun), &["d"], "dry run: count what would be moved, move nothing").footer("dry run"),
        entry(C::Jobs, Job(J::Cancel), &["c"], "cancel the run at its next checkpoint").footer("cancel"),
        entry(C::Jobs, Job(J::Remedy), &["f"], "the first step of what to do about a failure").footer("remedy"),
        entry(C::Jobs, Job(J::Details), &["enter"], "everything about the live or last run").footer("details"),
        entry(C::Jobs, Job(J::History), &["h"], "the last runs of the selected job").footer("history"),
        entry(C::Jobs, Job(J::Recurrence), &["e"], "when the job starts by itself: look at it, change it").footer("recurrence"),
        entry(C::Jobs, Job(J::Withhold), &["w"], "withhold the job: it does not start by itself").footer("withhold"),
        entry(C::Jobs, Job(J::Resume), &["u"], "set it to Waiting; what was not withheld is due at once").footer("resume"),
        entry(C::Jobs, Job(J::SuspendAll), &["W"], "suspend all: withhold every job, runs go on").footer("suspend all"),
        entry(C::Jobs, Job(J::ResumeAll), &["U"], "resume all that suspend all withheld").footer("resume all"),
        entry(C::Jobs, Job(J::Usual), &["E"], "give all jobs their usual recurrence").footer("usual recurrences"),
        entry(C::Jobs, Job(J::Log), &["l"], "the log lines of the live or last run").footer("log"),
        entry(C::Jobs, Job(J::Copy), &["y"], "copy everything about the live or last run"),
        entry(C::Jobs, Job(J::Export), &["x"], "write everything about the live or last run to a file"),
        entry(C::Jobs, Job(J::BatchJobs), &["b"], "the batch jobs of AX itself, and their logs").footer("AX batch"),
        entry(C::Jobs, Move(M::Up), &["up", "k"], "the job above"),
        entry(C::Jobs, Move(M::Down), &["down", "j"], "the job below"),
        entry(C::Jobs, Move(M::Top), &["home", "g"], "the first job"),
        entry(C::Jobs, Move(M::Bottom), &["end", "G"], "the last job"),

        entry(C::Orders, Order(O::View), &["v"], "next view; u, d, j: unacknowledged, duplicate, journal").footer("view"),
        entry(C::Orders, Filter(F::Begin), &["/"], "filter by words, ~letters, state:exception age>2h").footer("filter"),
        entry(C::Orders, Filter(F::End), &["esc"], "end the filter"),
        entry(C::Orders, Order(O::Sort), &["o"], "sort by the next column").footer("sort"),
        entry(C::Orders, Order(O::Turn), &["O"], "sort the other way round"),
        entry(C::Orders, Order(O::Mark), &["m", "space"], "mark the order, or not any more").footer("mark"),
        entry(C::Orders, Order(O::MarkRange), &["M"], "mark from the last mark to here"),
        entry(C::Orders, Order(O::MarkAll), &["*"], "mark all that are listed, or none"),
        entry(C::Orders, Order(O::Retry), &["r"], "retry the order, or all marked, in exception").footer("retry"),
        entry(C::Orders, Order(O::RetryAll), &["R"], "retry all in exception that the filter lists").footer("retry all"),
        entry(C::Orders, Order(O::Correct), &["c"], "correct the order, or all marked, to AX's unit").footer("correct"),
        entry(C::Orders, Order(O::CorrectAll), &["C"], "correct all orders that the filter lists to AX's unit"),
        entry(C::Orders, Order(O::Resolve), &["e"], "resolve its exception, or all marked, with a note").footer("resolve"),
        entry(C::Orders, Order(O::ResolveAll), &["E"], "resolve all that the filter lists, with a note"),
        entry(C::Orders, Order(O::Run), &["s"], "synchronize orders: run the orders job").footer("sync"),
        entry(C::Orders, Order(O::Details), &["enter"], "everything about the order").footer("open"),
        entry(C::Orders, Order(O::Copy), &["y"], "copy the order, or all marked"),
        entry(C::Orders, Order(O::Export), &["x"], "write all orders that the filter lists to a CSV file"),
        entry(C::Orders, Move(M::Up), &["up", "k"], "the order above"),
        entry(C::Orders, Move(M::Down), &["down", "j"], "the order below"),
        entry(C::Orders, Move(M::PageUp), &["pgup", "ctrl-b"], "one page up"),
        entry(C::Orders, Move(M::PageDown), &["pgdn", "ctrl-f"], "one page down"),
        entry(C::Orders, Move(M::Top), &["home", "g"], "the newest order"),
        entry(C::Orders, Move(M::Bottom), &["end", "G"], "the oldest order listed"),

        entry(C::Exceptions, Filter(F::Begin), &["/"], "filter by words, ~letters, stream:orders age>2h").footer("filter"),
        entry(C::Exceptions, Filter(F::End), &["esc"], "end the filter"),
        entry(C::Exceptions, Exception(E::Sort), &["o"], "sort by the next column").footer("sort"),
        entry(C::Exceptions, Exception(E::Turn), &["O"], "sort the other way round"),
        entry(C::Exceptions, Exception(E::Mark), &["m", "space"], "mark the exception, or not any more").footer("mark"),
        entry(C::Exceptions, Exception(E::MarkRange), &["M"], "mark from the last mark to here"),
        entry(C::Exceptions, Exception(E::MarkAll), &["*"], "mark all that are listed, or none"),
        entry(C::Exceptions, Exception(E::Retry), &["r"], "retry the exception, or all marked").footer("retry"),
        entry(C::Exceptions, Exception(E::RetryAll), &["R"], "retry all that the filter lists").footer("retry all"),
        entry(C::Exceptions, Exception(E::Correct), &["c"], "correct the order, or all marked, to AX's unit").footer("correct"),
        entry(C::Exceptions, Exception(E::CorrectAll), &["C"], "correct all orders that the filter lists to AX's unit").footer("correct all"),
        entry(C::Exceptions, Exception(E::Resolve), &["e"], "resolve the exception, or all marked, with a note").footer("resolve"),
        entry(C::Exceptions, Exception(E::ResolveAll), &["E"], "resolve all that the filter lists, with a note"),
        entry(C::Exceptions, Exception(E::Details), &["enter"], "cause and remedy of the exception").footer("open"),
        entry(C::Exceptions, Exception(E::Closed), &["a"], "list closed ones too, or not").footer("closed"),
        entry(C::Exceptions, Exception(E::Copy), &["y"], "copy the exception, or all marked"),
        entry(C::Exceptions, Exception(E::Export), &["x"], "write all that the filter lists to a CSV file"),
        entry(C::Exceptions, Move(M::Up), &["up", "k"], "the exception above"),
        entry(C::Exceptions, Move(M::Down), &["down", "j"], "the exception below"),
        entry(C::Exceptions, Move(M::PageUp), &["pgup", "ctrl-b"], "one page up"),
        entry(C::Exceptions, Move(M::PageDown), &["pgdn", "ctrl-f"], "one page down"),
        entry(C::Exceptions, Move(M::Top), &["home", "g"], "the newest exception"),
        entry(C::Exceptions, Move(M::Bottom), &["end", "G"], "the oldest exception listed"),

        entry(C::Logs, Log(L::Search), &["/"], "search").footer("search"),
        entry(C::Logs, Log(L::NextHit), &["n"], "next hit").footer("next"),
        entry(C::Logs, Log(L::PreviousHit), &["N"], "previous hit"),
        entry(C::Logs, Log(L::EndSearch), &["esc"], "end the search, then the filter").footer("end"),
        entry(C::Logs, Filter(F::Begin), &["&"], "filter: ~letters level>=warning run:118 at:14:00..14:30").footer("filter"),
        entry(C::Logs, Log(L::File), &["o"], "the log file of all processes, or this console's lines").footer("file"),
        entry(C::Logs, Log(L::Audit), &["a"], "the audit: who changed what; or the log again").footer("audit"),
        entry(C::Logs, Log(L::Follow), &["f"], "follow new lines, or stand still").footer("follow"),
        entry(C::Logs, Log(L::Level), &["v"], "least level shown: debug, info, warning, error").footer("level"),
        entry(C::Logs, Log(L::Wrap), &["w"], "wrap long lines, or cut them").footer("wrap"),
        entry(C::Logs, Log(L::Run), &["r"], "only the run of the hit, the newest, or the first line"),
        entry(C::Logs, Log(L::Clock), &["z"], "times in UTC, or in the zone of the settings"),
        entry(C::Logs, Log(L::Export), &["x"], "write what is shown to a file").footer("export"),
        entry(C::Logs, Log(L::Copy), &["y"], "copy the hit, the newest, or the first line").footer("copy"),
        entry(C::Logs, Move(M::Up), &["up", "k"], "one line up"),
        entry(C::Logs, Move(M::Down), &["down", "j"], "one line down"),
        entry(C::Logs, Move(M::PageUp), &["pgup", "ctrl-b"], "one page up"),
        entry(C::Logs, Move(M::PageDown), &["pgdn", "ctrl-f", "space"], "one page down"),
        entry(C::Logs, Move(M::Top), &["home", "g"], "the oldest line"),
        entry(C::Logs, Move(M::Bottom), &["end", "G"], "the newest line, and follow"),
        entry(C::Logs, Move(M::Left), &["left", "h"], "sideways to the left, where lines are cut"),
        entry(C::Logs, Move(M::Right), &["right", "l"], "sideways to the right"),

        entry(C::Console, Console(A::TabAccount), &["1"], "tab Account"),
        entry(C::Console, Console(A::TabChecklists), &["2"], "tab Checklists"),
        entry(C::Console, Console(A::TabProducts), &["3"], "tab Products"),
        entry(C::Console, Console(A::TabJobs), &["4"], "tab Jobs"),
        entry(C::Console, Console(A::TabOrders), &["5"], "tab Orders"),
        entry(C::Console, Console(A::TabExceptions), &["6"], "tab Exceptions"),
        entry(C::Console, Console(A::TabLogs), &["7"], "tab Logs"),
        entry(C::Console, Console(A::NextTab), &["tab"], "next tab").footer("next tab"),
        entry(C::Console, Console(A::PreviousTab), &["shift-tab"], "previous tab"),
        entry(C::Console, Console(A::Palette), &[":"], "find what can be done here by a few letters, and do it"),
        entry(C::Console, Console(A::EndExport), &["ctrl-x"], "end the list that is being written to a file").footer("end writing"),
        entry(C::Console, Console(A::Help), &["?", "f1"], "this help").footer("help"),
        entry(C::Console, Console(A::Quit), &["q", "ctrl-c"], "leave the console").footer("quit"),

        entry(C::Overlay, Window(W::Close), &["esc", "q", "ctrl-c"], "close").footer("close"),
        entry(C::Overlay, Window(W::Open), &["enter"], "open what is selected").footer("open"),
        entry(C::Overlay, Window(W::Copy), &["y"], "copy its text"),
        entry(C::Overlay, Window(W::Export), &["x"], "write its text to a file"),
        entry(C::Overlay, Move(M::Up), &["up", "k"], "one line up"),
        entry(C::Overlay, Move(M::Down), &["down", "j"], "one line down").footer("scroll"),
        entry(C::Overlay, Move(M::PageUp), &["pgup", "ctrl-b"], "one page up"),
        entry(C::Overlay, Move(M::PageDown), &["pgdn", "ctrl-f", "space"], "one page down"),
        entry(C::Overlay, Move(M::Top), &["home", "g"], "to the beginning"),
        entry(C::Overlay, Move(M::Bottom), &["end", "G"], "to the end"),

        entry(C::Confirm, Window(W::Yes), &["y"], "yes").footer("yes"),
        entry(C::Confirm, Window(W::No), &["n", "esc", "q", "ctrl-c"], "no").footer("no"),

        entry(C::Filter, Filter(F::Keep), &["enter"], "keep the filter and go on reading").footer("keep"),
        entry(C::Filter, Filter(F::Complete), &["tab"], "complete the word, or take the next one").footer("complete"),
        entry(C::Filter, Move(M::Up), &["up", "ctrl-p"], "the one above"),
        entry(C::Filter, Move(M::Down), &["down", "ctrl-n"], "the one below"),
        entry(C::Filter, Filter(F::End), &["esc", "ctrl-c"], "end the filter").footer("end the filter"),

        entry(C::Search, Log(L::KeepSearch), &["enter"], "keep the search and go on reading").footer("keep"),
        entry(C::Search, Log(L::NextHit), &["down", "ctrl-n"], "next hit").footer("next"),
        entry(C::Search, Log(L::PreviousHit), &["up", "ctrl-p"], "previous hit").footer("previous"),
        entry(C::Search, Log(L::Regex), &["ctrl-r"], "search for a regular expression, or for a text").footer("expression"),
        entry(C::Search, Log(L::EndSearch), &["esc", "ctrl-c"], "end the search").footer("end the search"),

        entry(C::Note, Window(W::Save), &["enter"], "take what was typed").footer("take it"),
        entry(C::Note, Move(M::Up), &["up", "shift-tab"], "the field above"),
        entry(C::Note, Move(M::Down), &["down", "tab"], "the field below"),
        entry(C::Note, Move(M::Left), &["ctrl-p"], "the choice before, where there are some"),
        entry(C::Note, Move(M::Right), &["ctrl-n"], "the choice behind, where there are some"),
        entry(C::Note, Window(W::Close), &["esc", "ctrl-c"], "close without it").footer("close"),

        entry(C::Anywhere, Console(A::Redraw), &["ctrl-l"], "draw the screen anew, and read everything again"),
        // A Windows console has no job control to come back from.
        #[cfg(unix)]
        entry(C::Anywhere, Console(A::Suspend), &["ctrl-z"], "back to the shell; `fg` returns"),
    ]
};
