//! What a key, a click or the palette asks for, done by the tab or window in front.

use super::{App, Effect, ExitReason, Toast};
use crate::console::keys::{
    Action, ConsoleAction, ExceptionAction, FilterAction, Motion, OrderAction, ProductAction,
};
use crate::console::overlays::{Help, Overlay, Palette, Question};
use crate::console::tabs::{Reply, Tab};
use crate::model::Job;

impl App {
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
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
    pub(super) fn answered(&mut self, reply: Reply) -> Vec<Effect> {
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

    pub(super) fn on_filter(&mut self, action: FilterAction) -> Reply {
        match self.tab {
            Tab::Products => self.products.on_filter(action),
            Tab::Orders => self.orders.on_filter(action, &self.here()),
            Tab::Exceptions => self.exceptions.on_filter(action, &self.here()),
            Tab::Logs => self.logs.on_filter(action, &self.here()),
            Tab::Account | Tab::Checklists | Tab::Jobs => Reply::Done,
        }
    }

    /// Moves in what is in front; answers what has to be read for it.
    pub(super) fn go(&mut self, motion: Motion) -> Option<Effect> {
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
    pub(super) fn turn_to(&mut self, tab: Tab) -> Vec<Effect> {
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
}
