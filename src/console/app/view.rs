//! What the screen is drawn from: the state, read only.

use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use ratatui::layout::Rect;

use super::{App, Pace};
use crate::console::keys::{
    Action, ConsoleAction, Context, FilterAction, Keymap, LogAction, WindowAction,
};
use crate::console::overlays::Overlay;
use crate::console::tabs::Tab;
use crate::console::tabs::account::AccountTab;
use crate::console::tabs::checklists::ChecklistsTab;
use crate::console::tabs::exceptions::ExceptionsTab;
use crate::console::tabs::jobs::JobsTab;
use crate::console::tabs::logs::LogsTab;
use crate::console::tabs::orders::OrdersTab;
use crate::console::tabs::products::ProductsTab;
use crate::console::theme::Theme;
use crate::console::widgets::sheet::Page;
use crate::jobs::runner::Place;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// What an operator is told until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Toast {
    /// What cannot be done, and why.
    Refused(String),
    /// What was done.
    Told(String),
}

impl App {
    /// How soon the screen must be drawn, asked once for each frame; none where nothing changed.
    pub fn take_dirty(&mut self) -> Option<Pace> {
        self.dirty.take()
    }

    /// How soon the screen must be drawn; none where nothing changed.
    pub const fn dirty(&self) -> Option<Pace> {
        self.dirty
    }

    /// How long what is on the screen stays true while nothing happens; none where time changes
    /// nothing of it.
    pub fn true_for(&self) -> Option<SignedDuration> {
        if self.is_leaving() {
            return Some(SECOND);
        }
        let moves = self.tab == Tab::Checklists && self.checklists.is_moving();
        let office = moves.then_some(SECOND);
        let jobs = self.jobs.true_for(self.now());
        let is_followed = self.tab == Tab::Logs && self.logs.is_following_file();
        let log = is_followed.then_some(SECOND);
        office.into_iter().chain(jobs).chain(log).min()
    }

    /// True where a key may ask for it now: the footer shows nothing else.
    pub fn offers(&self, action: Action) -> bool {
        match action {
            Action::Account(action) => self.account.offers(action, self.setting.read_only),
            Action::Checklist(action) => self.checklists.offers(action, self.setting.read_only),
            Action::Product(action) => self.products.offers(action, self.setting.read_only),
            Action::Job(action) => self.jobs.offers(action, self.setting.read_only),
            Action::Order(action) => self.orders.offers(action, self.setting.read_only),
            Action::Exception(action) => self.exceptions.offers(action, self.setting.read_only),
            Action::Filter(FilterAction::End) if self.is_exporting() => true,
            Action::Filter(FilterAction::End) => match self.tab {
                Tab::Products => self.products.is_filtering(),
                Tab::Orders => self.orders.is_filtering(),
                Tab::Exceptions => self.exceptions.is_filtering(),
                Tab::Logs => self.logs.can_end(),
                Tab::Account | Tab::Checklists | Tab::Jobs => false,
            },
            // What narrows the products has no words to complete.
            Action::Filter(FilterAction::Complete) => self.tab != Tab::Products,
            Action::Log(LogAction::NextHit | LogAction::PreviousHit) => self.logs.is_searching(),
            Action::Log(LogAction::EndSearch) => self.logs.can_end(),
            Action::Console(ConsoleAction::EndExport) => self.is_exporting(),
            Action::Window(WindowAction::Open) => matches!(
                self.overlays.last(),
                Some(Overlay::History(_) | Overlay::BatchJobs(_))
            ),
            Action::Log(
                LogAction::Search
                | LogAction::KeepSearch
                | LogAction::Follow
                | LogAction::Level
                | LogAction::Wrap
                | LogAction::Regex
                | LogAction::File
                | LogAction::Audit
                | LogAction::Run
                | LogAction::Clock
                | LogAction::Export
                | LogAction::Copy,
            )
            | Action::Filter(FilterAction::Begin | FilterAction::Keep)
            | Action::Window(
                WindowAction::Close
                | WindowAction::Yes
                | WindowAction::No
                | WindowAction::Save
                | WindowAction::Copy
                | WindowAction::Export,
            )
            | Action::Move(_)
            | Action::Console(_) => true,
        }
    }

    /// Where a key is pressed now.
    pub fn context(&self) -> Context {
        match self.overlays.last() {
            Some(overlay) => overlay.context(),
            None if self.tab == Tab::Logs && self.logs.is_filter_typed() => Context::Filter,
            None if self.tab == Tab::Logs && self.logs.is_typing() => Context::Search,
            None if self.tab == Tab::Orders && self.orders.is_typing() => Context::Filter,
            None if self.tab == Tab::Exceptions && self.exceptions.is_typing() => Context::Filter,
            None if self.tab == Tab::Products => self.products.context(),
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

    /// Now, in the zone in which times are shown.
    pub fn here(&self) -> Zoned {
        self.now().to_zoned(self.zone().clone())
    }

    /// The keys in force.
    pub const fn keys(&self) -> &Keymap {
        &self.setting.keys
    }

    /// Looks.
    pub const fn theme(&self) -> &Theme {
        &self.setting.theme
    }

    /// True where nothing may be changed: no run, no order, no exception.
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

    /// The tab *Account*.
    pub const fn account(&self) -> &AccountTab {
        &self.account
    }

    /// The tab *Checklists*.
    pub const fn checklists(&self) -> &ChecklistsTab {
        &self.checklists
    }

    /// The tab *Products*.
    pub const fn products(&self) -> &ProductsTab {
        &self.products
    }

    /// The tab *Jobs*.
    pub const fn jobs(&self) -> &JobsTab {
        &self.jobs
    }

    /// The tab *Orders*.
    pub const fn orders(&self) -> &OrdersTab {
        &self.orders
    }

    /// The tab *Exceptions*.
    pub const fn exceptions(&self) -> &ExceptionsTab {
        &self.exceptions
    }

    /// The tab *Logs*.
    pub const fn logs(&self) -> &LogsTab {
        &self.logs
    }

    /// The windows, the topmost last.
    pub fn overlays(&self) -> &[Overlay] {
        &self.overlays
    }

    /// What was refused or done last.
    pub const fn toast(&self) -> Option<&Toast> {
        self.toast.as_ref()
    }

    /// Where and when texts are told; their width is theirs.
    pub fn page(&self) -> Page<'_> {
        Page {
            width: usize::from(self.setting.size.width),
            now: self.now(),
            zone: self.zone(),
            theme: self.theme(),
        }
    }
}
