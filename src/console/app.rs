//! The console's whole state and the only place where it changes: messages in, effects out.
//! No waiting, no clock, no reading or writing; the time comes in with the message.

mod msg;

pub use msg::{Effect, ExitReason, Msg, Pace};

use std::path::{Path, PathBuf};

use crossterm::event::{Event, KeyEvent, KeyEventKind};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::{Rect, Size};

use super::draw;
use super::keys::{Action, Chord, ConsoleAction, Context, Keymap, LogAction, Motion, WindowAction};
use super::overlays::{Help, Overlay, Question};
use super::tabs::jobs::JobsTab;
use super::tabs::logs::LogsTab;
use super::tabs::{Reply, Tab};
use super::theme::Theme;
use crate::jobs::runner::Place;
use crate::model::Job;

/// How long runs get to reach a checkpoint before the console leaves without them. They are asked
/// to within two seconds.
const LEAVE_WITHIN: SignedDuration = SignedDuration::from_secs(5);

/// What the console is made with.
#[derive(Debug)]
pub struct Setting {
    /// What the runs work on.
    pub place: Place,
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
    /// True where no run may be started or cancelled.
    pub read_only: bool,
    /// Today's log file.
    pub log_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug)]
struct Leaving {
    reason: ExitReason,
    until: Timestamp,
}

/// The console's state.
#[derive(Debug)]
pub struct App {
    setting: Setting,
    tab: Tab,
    jobs: JobsTab,
    logs: LogsTab,
    overlays: Vec<Overlay>,
    /// What was refused, until the next key.
    toast: Option<String>,
    leaving: Option<Leaving>,
    dirty: Option<Pace>,
}

impl App {
    /// The console before anything is known.
    pub fn new(setting: Setting) -> Self {
        let mut app = Self {
            setting,
            tab: Tab::default(),
            jobs: JobsTab::default(),
            logs: LogsTab::default(),
            overlays: Vec::new(),
            toast: None,
            leaving: None,
            dirty: Some(Pace::Prompt),
        };
        app.lay_out();
        app
    }

    /// What must be done first.
    pub fn begin(&mut self) -> Vec<Effect> {
        self.jobs.load().into_iter().collect()
    }

    /// Changes the state by what happened at `at`, and says what must be done outside.
    pub fn update(&mut self, msg: Msg, at: Timestamp) -> Vec<Effect> {
        self.setting.now = at;
        let mut effects = match msg {
            Msg::Terminal(event) => self.on_terminal(event),
            Msg::Live(live) => {
                self.touch(Pace::Calm);
                self.jobs.set_live(live, at).into_iter().collect()
            }
            Msg::Overview(result) => {
                self.touch(Pace::Prompt);
                self.jobs.loaded(result, at).into_iter().collect()
            }
            Msg::Runs(job, result) => {
                self.touch(Pace::Prompt);
                for overlay in &mut self.overlays {
                    if let Overlay::History(history) = overlay
                        && history.job() == job
                    {
                        history.loaded(result);
                        break;
                    }
                }
                Vec::new()
            }
            Msg::Started(job, result) => {
                let refused = result.err();
                if let Some(exception) = &refused {
                    self.refuse(exception.text.clone());
                }
                self.touch(Pace::Prompt);
                self.jobs.started(job, refused);
                Vec::new()
            }
            Msg::NothingToCancel(job) => {
                self.jobs.not_cancelled(job);
                self.refuse(format!("The {job} job is not executing any more."));
                Vec::new()
            }
            Msg::Log(batch) => {
                if self.logs.add(&batch) && self.tab == Tab::Logs {
                    self.touch(Pace::Calm);
                }
                Vec::new()
            }
            Msg::Signal(signal) => self.leave(ExitReason::Signal(signal)),
            Msg::Tick => {
                self.touch(Pace::Calm);
                self.jobs.tick(at).into_iter().collect()
            }
        };
        effects.extend(self.left());
        effects
    }

    fn on_terminal(&mut self, event: Event) -> Vec<Effect> {
        match event {
            // Windows reports the release of a key too.
            Event::Key(key) if key.kind != KeyEventKind::Release => self.on_key(key),
            Event::Paste(text) if self.context() == Context::Search => {
                self.logs.paste(&text);
                self.touch(Pace::Prompt);
                Vec::new()
            }
            Event::Resize(width, height) => {
                self.setting.size = Size { width, height };
                self.lay_out();
                self.touch(Pace::Prompt);
                Vec::new()
            }
            Event::Key(_)
            | Event::Paste(_)
            | Event::Mouse(_)
            | Event::FocusGained
            | Event::FocusLost => Vec::new(),
        }
    }

    fn on_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.touch(Pace::Prompt);
        self.toast = None;
        let context = self.context();
        let chord = Chord::from(key);
        let effects = if let Some(action) = self.setting.keys.resolve(context, chord) {
            self.act(action)
        } else {
            if context == Context::Search {
                self.logs.type_key(key);
            }
            Vec::new()
        };
        self.lay_out();
        effects
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        let reply = match action {
            Action::Move(motion) => {
                self.go(motion);
                Reply::Done
            }
            Action::Job(action) => self.jobs.on(action, self.setting.read_only),
            Action::Log(action) => self.logs.on(action),
            Action::Window(action) => return self.on_window(action),
            Action::Console(action) => return self.on_console(action),
        };
        match reply {
            Reply::Done => Vec::new(),
            Reply::Perform(effect) => vec![effect],
            Reply::Refuse(text) => {
                self.refuse(text);
                Vec::new()
            }
            Reply::Open(overlay) => {
                let effects = match &overlay {
                    Overlay::History(history) => vec![Effect::LoadRuns(history.job())],
                    Overlay::Help(_) | Overlay::Confirm(_) | Overlay::Details(_) => Vec::new(),
                };
                self.overlays.push(overlay);
                effects
            }
        }
    }

    fn go(&mut self, motion: Motion) {
        if let Some(mut overlay) = self.overlays.pop() {
            overlay.go(motion, self, self.screen());
            self.overlays.push(overlay);
            return;
        }
        match self.tab {
            Tab::Jobs => self.jobs.go(motion),
            Tab::Logs => self.logs.go(motion),
        }
    }

    fn on_window(&mut self, action: WindowAction) -> Vec<Effect> {
        match action {
            WindowAction::Close | WindowAction::No => {
                self.overlays.pop();
                Vec::new()
            }
            WindowAction::Open => {
                if let Some(Overlay::History(history)) = self.overlays.last()
                    && let Some(overlay) = history.open()
                {
                    self.overlays.push(overlay);
                }
                Vec::new()
            }
            WindowAction::Yes => match self.overlays.pop() {
                Some(Overlay::Confirm(Question::RunComplete)) => {
                    vec![self.jobs.start(Job::Complete, false)]
                }
                Some(Overlay::Confirm(Question::Quit)) => self.leave(ExitReason::Quit),
                Some(Overlay::Help(_) | Overlay::Details(_) | Overlay::History(_)) | None => {
                    Vec::new()
                }
            },
        }
    }

    fn on_console(&mut self, action: ConsoleAction) -> Vec<Effect> {
        match action {
            ConsoleAction::TabJobs => return self.turn_to(Tab::Jobs),
            ConsoleAction::TabLogs => return self.turn_to(Tab::Logs),
            ConsoleAction::NextTab => return self.turn_to(self.tab.next()),
            ConsoleAction::PreviousTab => return self.turn_to(self.tab.previous()),
            ConsoleAction::Help => self.overlays.push(Overlay::Help(Help::default())),
            ConsoleAction::Redraw => {
                let mut effects = vec![Effect::Redraw];
                effects.extend(self.jobs.load());
                return effects;
            }
            ConsoleAction::Suspend => return vec![Effect::Suspend],
            ConsoleAction::Quit => {
                if !self.jobs.live().executing.is_empty() && self.leaving.is_none() {
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
            Tab::Jobs => self.jobs.load().into_iter().collect(),
            Tab::Logs => Vec::new(),
        }
    }

    /// Stops every run here, then leaves. A second wish to leave does not wait any more.
    fn leave(&mut self, reason: ExitReason) -> Vec<Effect> {
        self.touch(Pace::Prompt);
        if self.leaving.is_some() {
            return vec![Effect::Quit(reason)];
        }
        self.overlays.clear();
        self.leaving = Some(Leaving {
            reason,
            until: self.setting.now + LEAVE_WITHIN,
        });
        let executing: Vec<Job> = self
            .jobs
            .live()
            .executing
            .iter()
            .map(|run| run.job)
            .collect();
        executing
            .into_iter()
            .map(|job| self.jobs.cancel(job))
            .collect()
    }

    /// Leaves once no run is under way, or the wait for them is over.
    fn left(&self) -> Option<Effect> {
        let leaving = self.leaving?;
        let is_over = self.jobs.live().executing.is_empty() || self.setting.now >= leaving.until;
        is_over.then_some(Effect::Quit(leaving.reason))
    }

    fn refuse(&mut self, text: String) {
        self.toast = Some(text);
        self.touch(Pace::Prompt);
    }

    fn touch(&mut self, pace: Pace) {
        self.dirty = self.dirty.max(Some(pace));
    }

    fn lay_out(&mut self) {
        let page = draw::log_page(self);
        self.logs.set_page(page.width, page.height);
    }

    /// How soon the screen must be drawn, asked once for each frame; none where nothing changed.
    pub fn take_dirty(&mut self) -> Option<Pace> {
        self.dirty.take()
    }

    /// How soon the screen must be drawn; none where nothing changed.
    pub const fn dirty(&self) -> Option<Pace> {
        self.dirty
    }

    /// True while something on the screen moves with the time.
    pub fn needs_ticks(&self) -> bool {
        !self.jobs.live().executing.is_empty() || self.jobs.elsewhere().is_some()
    }

    /// True where a key may ask for it now: the footer shows nothing else.
    pub fn offers(&self, action: Action) -> bool {
        match action {
            Action::Job(action) => self.jobs.offers(action, self.setting.read_only),
            Action::Log(LogAction::NextHit | LogAction::PreviousHit | LogAction::EndSearch) => {
                self.logs.is_searching()
            }
            Action::Window(WindowAction::Open) => {
                matches!(self.overlays.last(), Some(Overlay::History(_)))
            }
            Action::Log(
                LogAction::Search
                | LogAction::KeepSearch
                | LogAction::Follow
                | LogAction::Level
                | LogAction::Wrap,
            )
            | Action::Window(WindowAction::Close | WindowAction::Yes | WindowAction::No)
            | Action::Move(_)
            | Action::Console(_) => true,
        }
    }

    /// Where a key is pressed now.
    pub fn context(&self) -> Context {
        match self.overlays.last() {
            Some(overlay) => overlay.context(),
            None if self.tab == Tab::Logs && self.logs.is_typing() => Context::Search,
            None => self.tab.context(),
        }
    }

    /// True from the moment the console waits for its runs to stop.
    pub const fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    /// The screen.
    pub fn screen(&self) -> Rect {
        Rect::from((ratatui::layout::Position::ORIGIN, self.setting.size))
    }

    /// What the runs work on.
    pub const fn place(&self) -> &Place {
        &self.setting.place
    }

    /// The zone in which times are shown.
    pub const fn zone(&self) -> &TimeZone {
        &self.setting.zone
    }

    /// When the last message came.
    pub const fn now(&self) -> Timestamp {
        self.setting.now
    }

    /// The keys in force.
    pub const fn keys(&self) -> &Keymap {
        &self.setting.keys
    }

    /// Looks.
    pub const fn theme(&self) -> &Theme {
        &self.setting.theme
    }

    /// True where no run may be started or cancelled.
    pub const fn is_read_only(&self) -> bool {
        self.setting.read_only
    }

    /// Today's log file.
    pub fn log_file(&self) -> Option<&Path> {
        self.setting.log_file.as_deref()
    }

    /// The tab in front.
    pub const fn tab(&self) -> Tab {
        self.tab
    }

    /// The tab *Jobs*.
    pub const fn jobs(&self) -> &JobsTab {
        &self.jobs
    }

    /// The tab *Logs*.
    pub const fn logs(&self) -> &LogsTab {
        &self.logs
    }

    /// The windows, the topmost last.
    pub fn overlays(&self) -> &[Overlay] {
        &self.overlays
    }

    /// What was refused last.
    pub fn toast(&self) -> Option<&str> {
        self.toast.as_deref()
    }
}
