//! What the console asks of the administration, and what it hears. The administration answers it;
//! tests put a scripted one in its place.

use std::sync::Arc;

use async_trait::async_trait;

use crate::jobs::administration::{Administration, Choices, NewParameters, Waiting};
use crate::model::Exception;
use crate::model::account::{AccountStep, AccountView, Migration, Operation};
use crate::model::administration::{AuditEntry, AuditFilter, Parameters};
use crate::model::check::Finding;
use crate::model::checklist::{ChecklistKind, Line};

/// The administration, as the console sees it.
#[async_trait]
pub trait Office: Send + Sync {
    /// The account, and how this machine reaches it.
    async fn account(&self) -> Result<AccountView, Exception>;
    /// Everything that has to be right before an account is activated.
    async fn checks(&self) -> Vec<Finding>;
    /// Takes a step of the account; answers what came of it, in words.
    async fn step(&self, step: AccountStep) -> Result<String, Exception>;
    /// Asks for the codes with which somebody signs this machine in.
    async fn begin_sign_in(&self) -> Result<Waiting, Exception>;
    /// Waits until somebody has entered the code.
    async fn wait_for_sign_in(&self, waiting: &Waiting) -> Result<String, Exception>;
    /// How every item of a checklist stands.
    async fn checklist(&self, kind: ChecklistKind) -> Result<Vec<Line>, Exception>;
    /// Ticks an item, or takes its tick away.
    async fn tick(&self, kind: ChecklistKind, item: &str, is_ticked: bool)
    -> Result<(), Exception>;
    /// Begins a migration at the service, or goes on with it.
    async fn migrate(&self, migration: Migration) -> Result<Operation, Exception>;
    /// The parameters, and what can be chosen.
    async fn parameters(&self) -> Result<(Parameters, Choices), Exception>;
    /// Sets parameters.
    async fn set_parameters(&self, new: NewParameters) -> Result<(), Exception>;
    /// Switches the operation log on into a folder, for so many hours, or off.
    async fn set_operation_log(&self, on: Option<(String, u32)>) -> Result<(), Exception>;
    /// The newest changes, at most so many, newest first.
    async fn audit(&self, limit: usize) -> Result<Vec<AuditEntry>, Exception>;
}

/// Changes of the audit that are shown at most; `axcs log --audit` has the older ones.
const MOST_CHANGES: usize = 10_000;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Read the account.
    LoadAccount,
    /// Look at everything that has to be right.
    Check,
    /// Take a step of the account.
    Step(AccountStep),
    /// Ask for the codes of a sign-in.
    SignIn,
    /// Wait until somebody has entered the code.
    Wait(Arc<Waiting>),
    /// Read both checklists.
    LoadChecklists,
    /// Tick an item, or not any more.
    Tick(ChecklistKind, String, bool),
    /// Begin a migration, or go on with it.
    Migrate(Migration),
    /// Read the parameters and what can be chosen.
    LoadParameters,
    /// Set parameters.
    SetParameters(NewParameters),
    /// Switch the operation log.
    SetLog(Option<(String, u32)>),
    /// Read who changed what.
    LoadAudit,
}

/// Both checklists, in the order of [`ChecklistKind::ALL`].
pub type Lists = [Vec<Line>; ChecklistKind::ALL.len()];

/// What came of an errand.
#[derive(Debug)]
pub enum Report {
    /// The account was read.
    Account(Result<AccountView, Exception>),
    /// It was looked at.
    Checked(Vec<Finding>),
    /// A step was taken.
    Stepped(AccountStep, Result<String, Exception>),
    /// There are codes.
    Code(Result<Arc<Waiting>, Exception>),
    /// Somebody has entered the code, or nobody has.
    SignedIn(Result<String, Exception>),
    /// The checklists were read.
    Checklists(Result<Lists, Exception>),
    /// An item of a checklist was changed.
    Changed(Result<String, Exception>),
    /// The parameters were read.
    Parameters(Result<(Parameters, Choices), Exception>),
    /// What was typed in a form was taken.
    Taken(Result<String, Exception>),
    /// The audit was read, newest first.
    Audit(Result<Vec<AuditEntry>, Exception>),
}

/// Does an errand.
pub async fn perform(office: &dyn Office, errand: Errand) -> Report {
    match errand {
        Errand::LoadAccount => Report::Account(office.account().await),
        Errand::Check => Report::Checked(office.checks().await),
        Errand::Step(step) => {
            tracing::info!(?step, "a step of the account asked for in the console");
            Report::Stepped(step, office.step(step).await)
        }
        Errand::SignIn => Report::Code(office.begin_sign_in().await.map(Arc::new)),
        Errand::Wait(waiting) => Report::SignedIn(office.wait_for_sign_in(&waiting).await),
        Errand::LoadChecklists => Report::Checklists(lists(office).await),
        Errand::Tick(kind, item, is_ticked) => {
            let ticked = office.tick(kind, &item, is_ticked).await;
            let how = if is_ticked {
                "ticked"
            } else {
                "not ticked any more"
            };
            Report::Changed(ticked.map(|()| format!("{item} is {how}.")))
        }
        Errand::Migrate(migration) => {
            let begun = office.migrate(migration).await;
            Report::Changed(
                begun.map(|operation| format!("The service migrates: {}.", operation.step)),
            )
        }
        Errand::LoadParameters => Report::Parameters(office.parameters().await),
        Errand::SetParameters(new) => {
            let set = office.set_parameters(new).await;
            Report::Taken(set.map(|()| "The parameters are set.".to_owned()))
        }
        Errand::LoadAudit => Report::Audit(office.audit(MOST_CHANGES).await),
        Errand::SetLog(on) => {
            let how = if on.is_some() { "on" } else { "off" };
            let set = office.set_operation_log(on).await;
            Report::Taken(set.map(|()| format!("The operation log is {how}.")))
        }
    }
}

async fn lists(office: &dyn Office) -> Result<Lists, Exception> {
    let mut lists = Lists::default();
    for (list, kind) in lists.iter_mut().zip(ChecklistKind::ALL) {
        *list = office.checklist(kind).await?;
    }
    Ok(lists)
}

#[async_trait]
impl Office for Administration {
    async fn account(&self) -> Result<AccountView, Exception> {
        Self::account(self).await
    }

    async fn checks(&self) -> Vec<Finding> {
        Self::checks(self).await
    }

    async fn step(&self, step: AccountStep) -> Result<String, Exception> {
        Self::step(self, step).await
    }

    async fn begin_sign_in(&self) -> Result<Waiting, Exception> {
        Self::begin_sign_in(self).await
    }

    async fn wait_for_sign_in(&self, waiting: &Waiting) -> Result<String, Exception> {
        Self::wait_for_sign_in(self, waiting).await
    }

    async fn checklist(&self, kind: ChecklistKind) -> Result<Vec<Line>, Exception> {
        Self::checklist(self, kind).await
    }

    async fn tick(
        &self,
        kind: ChecklistKind,
        item: &str,
        is_ticked: bool,
    ) -> Result<(), Exception> {
        Self::tick(self, kind, item, is_ticked).await
    }

    async fn migrate(&self, migration: Migration) -> Result<Operation, Exception> {
        Self::migrate(self, migration).await
    }

    async fn parameters(&self) -> Result<(Parameters, Choices), Exception> {
        Ok((Self::parameters(self).await?, self.choices().await?))
    }

    async fn set_parameters(&self, new: NewParameters) -> Result<(), Exception> {
        let before = Self::parameters(self).await?;
        let set = self.choices().await?.choose(&before, new)?;
        Self::set_parameters(self, &set).await
    }

    async fn set_operation_log(&self, on: Option<(String, u32)>) -> Result<(), Exception> {
        Self::set_operation_log(self, on).await
    }

    async fn audit(&self, limit: usize) -> Result<Vec<AuditEntry>, Exception> {
        let newest = AuditFilter {
            limit: Some(limit),
            ..AuditFilter::default()
        };
        Self::audit(self, &newest).await
    }
}
