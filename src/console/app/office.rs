//! What the console does with the account and the checklists: reports in, effects out.

use super::{App, Effect, Toast};
use crate::console::keys::{AccountAction, ChecklistAction};
use crate::console::office::{Errand, Report};
use crate::console::overlays::{Form, Overlay, Taken};
use crate::console::tabs::checklists::Lead;
use crate::console::tabs::{Reply, Tab};
use crate::model::Exception;

impl App {
    /// Reads what the tab in front shows of account and checklists.
    pub(super) fn load_office(&mut self) -> Vec<Effect> {
        match self.tab {
            Tab::Account => [self.account.load(), self.account.check()]
                .into_iter()
                .flatten()
                .collect(),
            Tab::Checklists => self.checklists.load().into_iter().collect(),
            Tab::Products | Tab::Jobs | Tab::Orders | Tab::Exceptions | Tab::Logs => Vec::new(),
        }
    }

    pub(super) fn on_account(&mut self, action: AccountAction) -> Reply {
        self.account.on(action, self.setting.read_only)
    }

    pub(super) fn on_checklist(&mut self, action: ChecklistAction) -> Vec<Effect> {
        match self.checklists.on(action, self.setting.read_only) {
            Lead::Tab(Tab::Jobs) => {
                self.tell_recurrence_keys();
                self.turn_to(Tab::Jobs)
            }
            Lead::Tab(tab) => self.turn_to(tab),
            Lead::Reply(reply) => self.answered(reply),
        }
    }

    /// Takes in what came of an errand.
    pub(super) fn reported(&mut self, report: Report) -> Vec<Effect> {
        match report {
            Report::Account(view) => self.account.loaded(view).into_iter().collect(),
            Report::Checked(findings) => self.account.checked(findings).into_iter().collect(),
            Report::Stepped(_, result) => {
                self.account.stepped();
                self.told(result);
                self.load_office()
            }
            Report::Code(Ok(waiting)) => {
                let (effect, window) = self.account.has_code(waiting);
                self.overlays.push(window);
                vec![effect]
            }
            Report::Code(Err(exception)) => {
                self.refuse_with_remedy(&exception);
                Vec::new()
            }
            Report::SignedIn(result) => {
                self.account.no_code();
                self.overlays
                    .retain(|overlay| !matches!(overlay, Overlay::SignIn(_)));
                self.told(result);
                self.load_office()
            }
            Report::Audit(read) => {
                if let Some(exception) = self.logs.audit_read(read) {
                    self.refuse_with_remedy(&exception);
                }
                Vec::new()
            }
            Report::Checklists(lists) => self.checklists.loaded(lists).into_iter().collect(),
            Report::Changed(result) => {
                self.told(result);
                self.load_office()
            }
            Report::Parameters(result) => {
                if let Some(form) = self.form() {
                    match result {
                        Ok((set, choices)) => form.loaded(&set, choices),
                        Err(exception) => form.refuse(exception.to_string()),
                    }
                }
                Vec::new()
            }
            Report::Taken(Err(exception)) if self.form().is_some() => {
                if let Some(form) = self.form() {
                    form.refuse(format!("{exception} {}", exception.remedy));
                }
                Vec::new()
            }
            Report::Taken(result) => {
                self.overlays
                    .retain(|overlay| !matches!(overlay, Overlay::Form(_)));
                self.told(result);
                self.load_office()
            }
        }
    }

    /// Takes what was typed in a form.
    pub(super) fn take_form(&mut self) -> Vec<Effect> {
        let Some(form) = self.form() else {
            return Vec::new();
        };
        match form.taken() {
            Taken::Perform(effect) => vec![effect],
            Taken::Disconnect => {
                self.overlays.pop();
                vec![self.account.take(Form::step())]
            }
            Taken::No => Vec::new(),
        }
    }

    /// What moves by itself is read anew while somebody looks.
    pub(super) fn follow_office(&mut self) -> Option<Effect> {
        let sees = self.tab == Tab::Checklists && self.checklists.is_moving();
        sees.then(|| self.checklists.load()).flatten()
    }

    /// The effect that switches the operation log off.
    pub(super) const fn log_off() -> Effect {
        Effect::Office(Errand::SetLog(None))
    }

    pub(super) fn is_form_open(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Form(_)))
    }

    pub(super) fn form(&mut self) -> Option<&mut Form> {
        self.overlays.iter_mut().rev().find_map(|overlay| {
            if let Overlay::Form(form) = overlay {
                Some(form)
            } else {
                None
            }
        })
    }

    /// Tells what came of it.
    pub(super) fn told(&mut self, result: Result<String, Exception>) {
        match result {
            Ok(text) => self.toast = Some(Toast::Told(text)),
            Err(exception) => self.refuse_with_remedy(&exception),
        }
    }

    pub(super) fn refuse_with_remedy(&mut self, exception: &Exception) {
        self.refuse(format!("{exception} {}", exception.remedy));
    }
}
