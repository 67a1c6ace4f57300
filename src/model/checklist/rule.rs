//! How the state of an item is found.

use serde::Deserialize;

use super::{Facts, ItemState};
use crate::model::account::{Account, AccountState, Operation, OperationState};
use crate::model::words;

/// How the state of an item is found. The documents name none of these ways: AX computed the states
/// too (`RetailCommSvcChecklistUtils::GetItemState`), and does not say how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Somebody has signed up.
    AccountExists,
    /// The account is active, for this company.
    AccountActive,
    /// Both parameters are set.
    ParametersSet,
    /// The ledger knows a store or marketplace.
    StoresKnown,
    /// Nothing can tell: an operator ticks it.
    ByHand,
    /// Products are selected.
    ProductsSelected,
    /// Every job that is not run as required has a recurrence.
    JobsScheduled,
    /// The operation log is off, as it should be.
    OperationLogOff,
    /// The service has migrated the account, or need not.
    AccountMigrated,
    /// The service has migrated the data, or need not.
    DataMigrated,
}

fn finished(how: impl Into<String>) -> ItemState {
    ItemState::Finished { how: how.into() }
}

fn in_progress(how: impl Into<String>) -> ItemState {
    ItemState::InProgress {
        how: how.into(),
        far: None,
    }
}

fn warning(how: impl Into<String>) -> ItemState {
    ItemState::Warning { how: how.into() }
}

impl Rule {
    /// How the item stands, but for what has to be finished before it.
    pub(super) fn look(self, item: &str, facts: &Facts) -> ItemState {
        match self {
            Self::AccountExists => of_account(facts, exists),
            Self::AccountActive => of_account(facts, |account| is_active(account, facts)),
            Self::ParametersSet => {
                let set = &facts.parameters;
                if set.is_complete() {
                    let (hierarchy, code) = (&set.category_hierarchy, &set.shipping_charges_code);
                    finished(format!("{hierarchy}, {code}"))
                } else if set.category_hierarchy.is_empty() && set.shipping_charges_code.is_empty()
                {
                    ItemState::Ready
                } else if set.category_hierarchy.is_empty() {
                    in_progress("the company category hierarchy is missing")
                } else {
                    in_progress("the shipping charge code is missing")
                }
            }
            Self::StoresKnown => match facts.stores {
                0 => ItemState::Ready,
                1 => finished("1 store or marketplace"),
                more => finished(format!("{more} stores and marketplaces")),
            },
            Self::ByHand => match facts.marks.iter().find(|mark| mark.item == item) {
                Some(mark) => finished(format!("ticked by {}", mark.by)),
                None => ItemState::Ready,
            },
            Self::ProductsSelected if facts.has_selection => finished("products are selected"),
            Self::ProductsSelected => ItemState::Ready,
            Self::JobsScheduled => scheduled(facts),
            Self::OperationLogOff => match &facts.operation_log {
                Some(log) if log.is_on(facts.now) => {
                    let left = words::age(log.until.duration_since(facts.now));
                    warning(format!("it is on, for {left} more: it slows the jobs down"))
                }
                Some(_) | None => ItemState::Ready,
            },
            Self::AccountMigrated => of_account(facts, |account| {
                migrated(account, facts.account_migration.as_ref())
            }),
            Self::DataMigrated => of_account(facts, |account| {
                migrated(account, facts.data_migration.as_ref())
            }),
        }
    }
}

fn of_account(facts: &Facts, look: impl FnOnce(&Account) -> ItemState) -> ItemState {
    match &facts.account {
        Ok(account) => look(account),
        Err(why) => warning(format!("the service cannot be asked: {why}")),
    }
}

fn exists(account: &Account) -> ItemState {
    match account.state {
        AccountState::NotSignedUp => ItemState::Ready,
        AccountState::BeingSetUp => {
            in_progress("the service is being set up, which can take up to 24 hours")
        }
        AccountState::SignedUp
        | AccountState::Active
        | AccountState::Deactivated
        | AccountState::Disconnected => finished(account.name.clone()),
    }
}

fn is_active(account: &Account, facts: &Facts) -> ItemState {
    match (account.state, &account.company) {
        (AccountState::Active, Some(company))
            if !company.id.eq_ignore_ascii_case(&facts.company) =>
        {
            warning(format!(
                "it is active for another company: {} {}",
                company.id, company.name
            ))
        }
        (AccountState::Active, Some(company)) => finished(format!("for {}", company.id)),
        (AccountState::Active, None) => finished(""),
        (AccountState::BeingSetUp, _) => in_progress("the service is being set up"),
        (
            AccountState::NotSignedUp
            | AccountState::SignedUp
            | AccountState::Deactivated
            | AccountState::Disconnected,
            _,
        ) => ItemState::Ready,
    }
}

fn scheduled(facts: &Facts) -> ItemState {
    /// Jobs that are not run as required.
    const SCHEDULED: usize = 3;
    match facts.unscheduled.as_slice() {
        [] => finished("every job has its recurrence"),
        all if all.len() >= SCHEDULED => ItemState::Ready,
        some => {
            let names: Vec<&str> = some.iter().map(|job| job.name()).collect();
            in_progress(format!("without recurrence: {}", names.join(", ")))
        }
    }
}

fn migrated(account: &Account, operation: Option<&Operation>) -> ItemState {
    let Some(operation) = operation else {
        let is_there = match account.state {
            AccountState::NotSignedUp | AccountState::BeingSetUp => false,
            AccountState::SignedUp
            | AccountState::Active
            | AccountState::Deactivated
            | AccountState::Disconnected => true,
        };
        return if account.is_first_release || !is_there {
            ItemState::Ready
        } else {
            finished("the account is not of the first release: nothing is to be migrated")
        };
    };
    let far = format!(
        "{} of {}",
        words::count(operation.done),
        words::count(operation.total)
    );
    match operation.state {
        OperationState::Running => ItemState::InProgress {
            how: format!("{}: {far}", operation.step),
            far: Some([operation.done, operation.total]),
        },
        OperationState::Done => finished(format!("{far} records")),
        OperationState::Failed => warning(format!(
            "it stopped at {far}: {} Correct it and run it again.",
            operation.reason
        )),
    }
}
