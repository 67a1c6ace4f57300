//! The tab *Account*: how the account stands, this machine's sign-in, and what has to be right.

mod draw;

use std::sync::Arc;

pub use draw::{draw, lay_out};

use super::{Loading, Reply};
use crate::console::app::Effect;
use crate::console::keys::{AccountAction, Motion};
use crate::console::office::Errand;
use crate::console::overlays::{Form, Overlay, Question, Scroll, SignInWindow};
use crate::jobs::administration::Waiting;
use crate::model::Exception;
use crate::model::account::{AccountState, AccountStep, AccountView, SignInCode};
use crate::model::check::Finding;

/// The tab's state.
#[derive(Debug, Default)]
pub struct AccountTab {
    /// None while it is read for the first time.
    view: Option<Result<AccountView, Exception>>,
    loading: Loading,
    /// None before the first look.
    findings: Option<Vec<Finding>>,
    checking: Loading,
    /// A step that is under way.
    taking: Option<AccountStep>,
    /// The codes that somebody has to enter.
    waiting: Option<(Arc<Waiting>, SignInCode)>,
    scroll: Scroll,
    /// Rows of the tab, and rows there are, when it was drawn last.
    size: (usize, usize),
}

impl AccountTab {
    /// Reads the account anew, unless that is under way.
    pub fn load(&mut self) -> Option<Effect> {
        self.loading
            .ask()
            .then_some(Effect::Office(Errand::LoadAccount))
    }

    /// Looks at everything anew, unless that is under way.
    pub fn check(&mut self) -> Option<Effect> {
        self.checking.ask().then_some(Effect::Office(Errand::Check))
    }

    /// Takes in the account.
    pub fn loaded(&mut self, view: Result<AccountView, Exception>) -> Option<Effect> {
        self.view = Some(view);
        if self.loading.answered() {
            return self.load();
        }
        None
    }

    /// Takes in what was found.
    pub fn checked(&mut self, findings: Vec<Finding>) -> Option<Effect> {
        self.findings = Some(findings);
        if self.checking.answered() {
            return self.check();
        }
        None
    }

    /// Takes in that a step is over.
    pub fn stepped(&mut self) {
        self.taking = None;
    }

    /// Takes in codes; answers what has to be done and shown.
    pub fn has_code(&mut self, waiting: Arc<Waiting>) -> (Effect, Overlay) {
        let code = waiting.code();
        let window = Overlay::SignIn(SignInWindow::new(code.clone()));
        let effect = Effect::Office(Errand::Wait(Arc::clone(&waiting)));
        self.waiting = Some((waiting, code));
        (effect, window)
    }

    /// Takes in that nobody has to enter a code any more.
    pub fn no_code(&mut self) {
        self.waiting = None;
    }

    /// How the account stands, in words, and whether records may move; none before it is known.
    pub fn standing(&self) -> Option<(&'static str, bool)> {
        Some(match self.view.as_ref()? {
            Ok(view) => {
                let state = view.account.state;
                (state.name(), state.moves_records())
            }
            Err(_) => ("not reached", false),
        })
    }

    fn account(&self) -> Option<&AccountView> {
        self.view.as_ref()?.as_ref().ok()
    }

    fn state(&self) -> Option<AccountState> {
        Some(self.account()?.account.state)
    }

    fn is_signed_in(&self) -> bool {
        self.account().is_some_and(|view| view.signed_in.is_some())
    }

    /// True where the action makes sense now: the footer shows no other.
    pub fn offers(&self, action: AccountAction, read_only: bool) -> bool {
        let is_free = !read_only && self.taking.is_none();
        match action {
            // Where the service refuses this machine, it is what helps.
            AccountAction::SignIn => is_free && self.view.is_some(),
            AccountAction::SignOut | AccountAction::Renew => is_free && self.is_signed_in(),
            AccountAction::Activate => {
                is_free && self.state().is_some_and(AccountState::can_be_activated)
            }
            AccountAction::Deactivate => is_free && self.state() == Some(AccountState::Active),
            AccountAction::Disconnect => {
                is_free && self.state().is_some_and(AccountState::is_linked)
            }
            AccountAction::Check => true,
        }
    }

    /// Does what a key asks for.
    pub fn on(&mut self, action: AccountAction, read_only: bool) -> Reply {
        if action == AccountAction::Check {
            return self.check().into();
        }
        if read_only {
            return Reply::Refuse("The console is read-only: it changes no account.".to_owned());
        }
        if self.taking.is_some() {
            return Reply::Refuse("A step of the account is under way.".to_owned());
        }
        let step = match action {
            AccountAction::Check => return Reply::Done,
            AccountAction::SignIn => return self.sign_in(),
            AccountAction::SignOut => AccountStep::SignOut,
            AccountAction::Activate => AccountStep::Activate,
            AccountAction::Deactivate => AccountStep::Deactivate,
            AccountAction::Renew => AccountStep::Renew,
            AccountAction::Disconnect => AccountStep::Disconnect,
        };
        let Some(view) = self.account() else {
            return Reply::Refuse("The account is not known yet.".to_owned());
        };
        if !self.offers(action, read_only) {
            return Reply::Refuse(match step {
                AccountStep::SignOut | AccountStep::Renew => {
                    "This machine is not signed in.".to_owned()
                }
                AccountStep::Activate | AccountStep::Deactivate | AccountStep::Disconnect => {
                    format!("The account is {}.", view.account.state)
                }
            });
        }
        let name = view.account.name.clone();
        if step == AccountStep::Disconnect
            && let Some(company) = &view.account.company
        {
            return Reply::Open(Overlay::Form(Form::disconnect(name, company)));
        }
        Reply::Open(Overlay::Confirm(Question::Account { step, name }))
    }

    fn sign_in(&self) -> Reply {
        match &self.waiting {
            // The same code again: the wait for it goes on.
            Some((_, code)) => Reply::Open(Overlay::SignIn(SignInWindow::new(code.clone()))),
            None => Reply::Perform(Effect::Office(Errand::SignIn)),
        }
    }

    /// Takes a step, after every question is answered.
    pub fn take(&mut self, step: AccountStep) -> Effect {
        self.taking = Some(step);
        Effect::Office(Errand::Step(step))
    }

    /// Scrolls.
    pub fn go(&mut self, motion: Motion) {
        let (height, total) = self.size;
        self.scroll.on(motion, total, height);
    }

    /// Tells the tab how much of it is in sight.
    pub fn set_size(&mut self, height: usize, total: usize) {
        self.size = (height, total);
    }
}
