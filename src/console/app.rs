//! The console's whole state and the only place where it changes: messages in, effects out.
//! No waiting, no clock, no reading or writing; the time comes in with the message.

mod change;
mod correction;
mod export;
mod handed;
mod leaving;
mod line;
mod mouse;
mod msg;
mod office;
mod products;
mod records;
mod starts;
mod triage;
mod typed;
mod view;
mod windows;
mod wish;

use self::export::ListExport;
use self::handed::Over;
use self::leaving::Leaving;

pub use super::outlet::Handed;
pub use change::Change;
pub use msg::{Effect, ExceptionsRead, ExitReason, Msg, OrdersRead, Pace};
pub use view::Toast;
pub use wish::Wish;

use std::path::PathBuf;

use crossterm::event::{Event, KeyEvent, KeyEventKind};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Size;

use super::draw;
use super::keys::{
    Action, Chord, ConsoleAction, ExceptionAction, FilterAction, Keymap, Motion, OrderAction,
    ProductAction,
};
use super::overlays::{Help, Overlay, Palette, Question};
use super::tabs::account::{self, AccountTab};
use super::tabs::checklists::{self, ChecklistsTab};
use super::tabs::exceptions::{self, ExceptionsTab};
use super::tabs::jobs::JobsTab;
use super::tabs::logs::LogsTab;
use super::tabs::orders::{self, OrdersTab};
use super::tabs::products::{self as items, ProductsTab};
use super::tabs::{Reply, Tab};
use super::theme::Theme;
use super::widgets::sheet::Page;
use crate::jobs::runner::Place;
use crate::model::Job;

/// What the console is made with.
#[derive(Debug)]
pub struct Setting {
    /// What the runs work on.
    pub place: Place,
    /// Host and process of this console: the owner of the runs it starts.
    pub owner: String,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// Now.
    pub now: Timestamp,
    /// Cells of the screen.
    pub size: Size,
    /// The keys in force.
    pub keys: Keymap,
    /// Looks.
    pub theme: Theme,
    /// True where nothing may be changed: no run, no order, no exception.
    pub read_only: bool,
    /// Today's log file.
    pub log_file: Option<PathBuf>,
    /// The bell rings for a run of this console that took so long; never without it.
    pub bell_after: Option<SignedDuration>,
}

/// The console's state.
#[derive(Debug)]
pub struct App {
    setting: Setting,
    tab: Tab,
    account: AccountTab,
    checklists: ChecklistsTab,
    products: ProductsTab,
    jobs: JobsTab,
    orders: OrdersTab,
    exceptions: ExceptionsTab,
    logs: LogsTab,
    overlays: Vec<Overlay>,
    /// What was refused or done, until the next key.
    toast: Option<Toast>,
    leaving: Option<Leaving>,
    /// Long runs that are over; it is not known yet how they ended.
    over: Vec<Over>,
    export: ListExport,
    dirty: Option<Pace>,
}

impl App {
    /// The console before anything is known.
    pub fn new(setting: Setting) -> Self {
        let mut app = Self {
            jobs: JobsTab::new(setting.owner.clone()),
            setting,
            tab: Tab::default(),
            account: AccountTab::default(),
            checklists: ChecklistsTab::default(),
            products: ProductsTab::default(),
            orders: OrdersTab::default(),
            exceptions: ExceptionsTab::default(),
            logs: LogsTab::default(),
            overlays: Vec::new(),
            toast: None,
            leaving: None,
            over: Vec::new(),
            export: ListExport::default(),
            dirty: Some(Pace::Prompt),
        };
        app.lay_out();
        app
    }

    /// What must be done first.
    pub fn begin(&mut self) -> Vec<Effect> {
        // The exceptions are counted on their tab, and the account is told, from the first screen on.
        let first = [
            self.jobs.load(),
            self.exceptions.load(),
            self.account.load(),
        ];
        first.into_iter().flatten().collect()
    }

    /// Changes the state by what happened at `at`, and says what must be done outside.
    pub fn update(&mut self, msg: Msg, at: Timestamp) -> Vec<Effect> {
        self.setting.now = at;
        let mut effects = match msg {
            Msg::Terminal(event) => self.on_terminal(event),
            Msg::Line(line) => self.on_line(&line),
            Msg::End => self.leave(ExitReason::Quit),
            Msg::Looks(read) => {
                self.touch(Pace::Prompt);
                match *read {
                    Ok((keys, theme)) => {
                        self.setting.keys = keys;
                        self.setting.theme = theme;
                        self.toast =
                            Some(Toast::Told("Keys and colours are read anew.".to_owned()));
                    }
                    Err(error) => {
                        self.refuse(format!("Keys and colours stay as they were: {error}"))
                    }
                }
                vec![Effect::WatchLooks]
            }
            Msg::Live(live) => {
                self.touch(Pace::Calm);
                let before = self.jobs.live();
                let is_back = before.ledger.is_some() && live.ledger.is_none();
                let changed = live.changes != before.changes || is_back;
                self.note_over(&live);
                let overview = self.jobs.set_live(*live, at);
                let mut effects: Vec<Effect> = overview.into_iter().collect();
                if changed {
                    effects.extend(self.load_records());
                    effects.extend(self.account.load());
                }
                effects
            }
            Msg::Overview(result) => {
                self.touch(Pace::Prompt);
                let mut effects: Vec<Effect> = self.jobs.loaded(result, at).into_iter().collect();
                effects.extend(self.ring());
                effects
            }
            Msg::Runs(job, result) => {
                self.touch(Pace::Prompt);
                self.runs_loaded(job, result);
                Vec::new()
            }
            Msg::BatchJobs(result) => {
                self.touch(Pace::Prompt);
                self.batch_jobs_loaded(result);
                Vec::new()
            }
            Msg::BatchHistory(id, result) => {
                self.touch(Pace::Prompt);
                self.batch_history_loaded(id, result);
                Vec::new()
            }
            Msg::Orders(result) => {
                self.touch(Pace::Prompt);
                self.orders.loaded(*result).into_iter().collect()
            }
            Msg::Gathered(wish, result) => {
                self.touch(Pace::Prompt);
                self.gathered(wish, result)
            }
            Msg::Order(id, result) => {
                self.touch(Pace::Prompt);
                self.orders.order_loaded(&id, &result);
                self.order_loaded(&id, result);
                Vec::new()
            }
            Msg::Exceptions(result) => {
                self.touch(Pace::Prompt);
                self.exceptions.loaded(*result).into_iter().collect()
            }
            Msg::Retried(result) => self.changed(result, "tried again by the next run of the job"),
            Msg::Resolved(result) => self.changed(result, "closed with the note"),
            Msg::Started(job, result) => {
                let refused = result.err();
                if let Some(exception) = &refused {
                    self.refuse(exception.text.clone());
                }
                self.touch(Pace::Prompt);
                self.jobs.started(job, refused);
                Vec::new()
            }
            Msg::Canceled(job, result) => {
                self.canceled(job, result);
                Vec::new()
            }
            Msg::Changed(change, result) => self.statuses_changed(change, result),
            Msg::Timetable(report) => {
                self.touch(Pace::Prompt);
                self.timetable_told(*report)
            }
            Msg::Correction(report) => {
                self.touch(Pace::Prompt);
                self.correction_told(*report)
            }
            Msg::ListExported(report) => {
                self.touch(Pace::Prompt);
                self.exported(*report)
            }
            Msg::Handed(result) => {
                self.touch(Pace::Prompt);
                self.handed(result);
                Vec::new()
            }
            Msg::Office(report) => {
                self.touch(Pace::Prompt);
                self.reported(*report)
            }
            Msg::Products(answer) => {
                self.touch(Pace::Prompt);
                self.products_answered(*answer)
            }
            Msg::Log(batch) => {
                if self.logs.add(&batch) && self.tab == Tab::Logs {
                    self.touch(Pace::Calm);
                }
                Vec::new()
            }
            Msg::LogFile(report) => {
                self.touch(Pace::Prompt);
                let told = self.logs.reported(*report);
                self.tell(told);
                Vec::new()
            }
            Msg::Signal(signal) => self.leave(ExitReason::Signal(signal)),
            Msg::Tick => {
                self.touch(Pace::Calm);
                self.jobs.sample(at);
                self.logs.look_again();
                let sees_orders = self.tab == Tab::Orders && self.moves_orders();
                let orders = sees_orders.then(|| self.orders.load());
                orders
                    .flatten()
                    .into_iter()
                    .chain(self.follow_office())
                    .collect()
            }
        };
        self.lay_out();
        match self.tab {
            Tab::Orders => effects.extend(self.orders.load_beside()),
            Tab::Logs => effects.extend(self.logs.wants()),
            Tab::Account | Tab::Checklists | Tab::Products | Tab::Jobs | Tab::Exceptions => {}
        }
        effects.extend(self.left());
        effects
    }

    fn on_terminal(&mut self, event: Event) -> Vec<Effect> {
        match event {
            // Windows reports the release of a key too.
            Event::Key(key) if key.kind != KeyEventKind::Release => self.on_key(key),
            Event::Paste(text) if self.context().takes_text() => {
                self.touch(Pace::Prompt);
                self.paste(&text).into_iter().collect()
            }
            Event::Resize(width, height) => {
                self.setting.size = Size { width, height };
                self.touch(Pace::Prompt);
                Vec::new()
            }
            Event::Mouse(event) => self.on_mouse(event),
            Event::Key(_) | Event::Paste(_) | Event::FocusGained | Event::FocusLost => Vec::new(),
        }
    }

    fn on_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.touch(Pace::Prompt);
        self.toast = None;
        let context = self.context();
        let chord = Chord::from(key);
        if let Some(action) = self.setting.keys.resolve(context, chord) {
            self.act(action)
        } else if context.takes_text() {
            self.type_key(key).into_iter().collect()
        } else {
            Vec::new()
        }
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        let reply = match action {
            action if self.ends_export(action) => self.end_export(),
            Action::Move(motion) => return self.go(motion).into_iter().collect(),
            Action::Account(action) => self.on_account(action),
            Action::Checklist(action) => return self.on_checklist(action),
            Action::Product(ProductAction::Copy | ProductAction::Export)
            | Action::Order(OrderAction::Copy | OrderAction::Export)
            | Action::Exception(ExceptionAction::Copy | ExceptionAction::Export) => {
                self.on_list(action)
            }
            Action::Product(action) => self.products.on(action, self.setting.read_only),
            Action::Job(action) => return self.on_job(action),
            Action::Order(OrderAction::Run) => {
                self.jobs.run(Job::Orders, false, self.setting.read_only)
            }
            Action::Order(action) => self.orders.on(action, self.setting.read_only),
            Action::Exception(action) => self.exceptions.on(action, self.setting.read_only),
            Action::Filter(action) => self.on_filter(action),
            Action::Log(action) => self.logs.on(action),
            Action::Window(action) => return self.on_window(action),
            Action::Console(action) => return self.on_console(action),
        };
        self.answered(reply)
    }

    /// Does what a tab answered.
    fn answered(&mut self, reply: Reply) -> Vec<Effect> {
        match reply {
            Reply::Done => Vec::new(),
            Reply::Perform(effect) => vec![effect],
            Reply::Tell(text) => {
                self.toast = Some(Toast::Told(text));
                Vec::new()
            }
            Reply::Refuse(text) => {
                self.refuse(text);
                Vec::new()
            }
            Reply::Open(overlay) => self.open(overlay),
        }
    }

    fn on_filter(&mut self, action: FilterAction) -> Reply {
        match self.tab {
            Tab::Products => self.products.on_filter(action),
            Tab::Orders => self.orders.on_filter(action, &self.here()),
            Tab::Exceptions => self.exceptions.on_filter(action, &self.here()),
            Tab::Logs => self.logs.on_filter(action, &self.here()),
            Tab::Account | Tab::Checklists | Tab::Jobs => Reply::Done,
        }
    }

    /// Moves in what is in front; answers what has to be read for it.
    fn go(&mut self, motion: Motion) -> Option<Effect> {
        if let Some(mut overlay) = self.overlays.pop() {
            overlay.go(motion, self, self.screen());
            self.overlays.push(overlay);
            return None;
        }
        match self.tab {
            Tab::Account => self.account.go(motion),
            Tab::Checklists => self.checklists.go(motion),
            Tab::Products => return self.products.go(motion),
            Tab::Jobs => self.jobs.go(motion),
            Tab::Orders => self.orders.go(motion),
            Tab::Exceptions => self.exceptions.go(motion),
            Tab::Logs => self.logs.go(motion),
        }
        None
    }

    fn on_console(&mut self, action: ConsoleAction) -> Vec<Effect> {
        match action {
            ConsoleAction::TabAccount => return self.turn_to(Tab::Account),
            ConsoleAction::TabChecklists => return self.turn_to(Tab::Checklists),
            ConsoleAction::TabProducts => return self.turn_to(Tab::Products),
            ConsoleAction::TabJobs => return self.turn_to(Tab::Jobs),
            ConsoleAction::TabOrders => return self.turn_to(Tab::Orders),
            ConsoleAction::TabExceptions => return self.turn_to(Tab::Exceptions),
            ConsoleAction::TabLogs => return self.turn_to(Tab::Logs),
            ConsoleAction::NextTab => return self.turn_to(self.tab.next()),
            ConsoleAction::PreviousTab => return self.turn_to(self.tab.previous()),
            ConsoleAction::EndExport => {
                let reply = self.end_export();
                return self.answered(reply);
            }
            ConsoleAction::Help => self.overlays.push(Overlay::Help(Help::default())),
            ConsoleAction::Palette => {
                let palette = Palette::new(self.context());
                self.overlays.push(Overlay::Palette(palette));
            }
            ConsoleAction::Redraw => {
                let mut effects = vec![Effect::Redraw];
                effects.extend(self.jobs.load());
                effects.extend(self.load_records());
                effects.extend(self.load_batch_jobs());
                effects.extend(self.load_office());
                if self.tab == Tab::Products {
                    effects.extend(self.products.reload());
                }
                return effects;
            }
            ConsoleAction::Suspend => return vec![Effect::Suspend],
            ConsoleAction::Quit => {
                if self.jobs.own().next().is_some() && self.leaving.is_none() {
                    self.overlays.push(Overlay::Confirm(Question::Quit));
                } else {
                    return self.leave(ExitReason::Quit);
                }
            }
        }
        Vec::new()
    }

    /// Another process may have run jobs since they were looked at last.
    fn turn_to(&mut self, tab: Tab) -> Vec<Effect> {
        self.tab = tab;
        match tab {
            Tab::Account | Tab::Checklists => self.load_office(),
            Tab::Products => self.products.load(),
            Tab::Jobs => self.jobs.load().into_iter().collect(),
            Tab::Orders => self.orders.load().into_iter().collect(),
            Tab::Exceptions => self.exceptions.load().into_iter().collect(),
            Tab::Logs => self.logs.load_audit().into_iter().collect(),
        }
    }

    /// Tells what was done, or why it was not.
    fn tell(&mut self, told: Option<Result<String, String>>) {
        match told {
            Some(Ok(told)) => self.toast = Some(Toast::Told(told)),
            Some(Err(refused)) => self.refuse(refused),
            None => return,
        }
        self.touch(Pace::Prompt);
    }

    fn refuse(&mut self, text: String) {
        self.toast = Some(Toast::Refused(text));
        self.touch(Pace::Prompt);
    }

    fn touch(&mut self, pace: Pace) {
        self.dirty = self.dirty.max(Some(pace));
    }

    fn lay_out(&mut self) {
        let page = draw::log_page(self);
        self.logs
            .set_page(page.width, page.height, self.setting.now);
        let body = draw::body(self);
        orders::lay_out(&mut self.orders, body, &self.setting.theme);
        exceptions::lay_out(&mut self.exceptions, body, &self.setting.theme);
        let page = Page {
            width: usize::from(self.setting.size.width),
            now: self.setting.now,
            zone: &self.setting.zone,
            theme: &self.setting.theme,
        };
        account::lay_out(&mut self.account, body, page);
        checklists::lay_out(&mut self.checklists, body);
        items::lay_out(&mut self.products, body, &self.setting.theme);
    }
}
