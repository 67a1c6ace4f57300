//! Who sends a request, what that allows, and what each route asks for.

use std::sync::Arc;

use crate::commerce::wire::account::AccountState;
use crate::service::rights::Right;

use super::refusal::{Code, Refusal};

/// Who sends a request to the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Whoever has the service's own token.
    Machine,
    /// A machine that a user let in.
    Grant(Arc<Granted>),
}

/// What a user let a machine do.
#[derive(Debug, PartialEq, Eq)]
pub struct Granted {
    /// Sign-in name of the user.
    pub user: String,
    /// Their rights, sorted.
    pub rights: Vec<Right>,
}

impl Caller {
    /// The name that is written down with what the caller changes.
    pub fn name(&self) -> &str {
        match self {
            Self::Machine => "axcs service",
            Self::Grant(granted) => &granted.user,
        }
    }

    /// Sign-in name of the user behind it; empty for the service's own token.
    pub fn user(&self) -> &str {
        match self {
            Self::Machine => "",
            Self::Grant(granted) => &granted.user,
        }
    }

    /// What it may do.
    pub fn rights(&self) -> &[Right] {
        match self {
            Self::Machine => &Right::ALL,
            Self::Grant(granted) => &granted.rights,
        }
    }
}

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: no token, and it answers whatever is being set up.
    Nothing,
    /// Some token.
    Token,
    /// A token whose caller has the right.
    Right(Right),
    /// The same, and it answers whatever is being set up.
    Always(Right),
    /// A token whose caller has the right, and an account that can be used: records or orders
    /// move.
    Moving(Right),
}

impl Needs {
    /// Refuses a caller without the right, and what an account in `state` cannot do.
    pub fn check(self, caller: &Caller, state: AccountState) -> Result<(), Refusal> {
        match self {
            Self::Nothing => Ok(()),
            Self::Token => must_be_ready(state),
            Self::Right(right) => {
                must_have(caller, right)?;
                must_be_ready(state)
            }
            Self::Always(right) => must_have(caller, right),
            Self::Moving(right) => {
                must_have(caller, right)?;
                must_be_active(state)
            }
        }
    }
}

fn must_have(caller: &Caller, right: Right) -> Result<(), Refusal> {
    if caller.rights().contains(&right) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::Forbidden,
        format!(
            "{} does not have the right {:?}; a service administrator gives rights by roles",
            caller.name(),
            right.name()
        ),
    ))
}

fn must_be_ready(state: AccountState) -> Result<(), Refusal> {
    match state {
        AccountState::BeingSetUp => Err(Refusal::being_set_up()),
        AccountState::NotSignedUp
        | AccountState::SignedUp
        | AccountState::Active
        | AccountState::Deactivated
        | AccountState::Disconnected => Ok(()),
    }
}

/// Refuses where no records and orders may move.
pub fn must_be_active(state: AccountState) -> Result<(), Refusal> {
    match state {
        AccountState::BeingSetUp => Err(Refusal::being_set_up()),
        AccountState::NotSignedUp | AccountState::Active => Ok(()),
        AccountState::SignedUp => Err(not_active("it is not activated for a company yet")),
        AccountState::Deactivated => Err(not_active("it is deactivated")),
        AccountState::Disconnected => Err(not_active("it is disconnected from its company")),
    }
}

fn not_active(why: &str) -> Refusal {
    Refusal::new(
        Code::AccountNotActive,
        format!("no records and orders move: {why}; activate it: axcs account activate"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commerce::wire::account::Role;

    fn with(roles: &[Role]) -> Caller {
        Caller::Grant(Arc::new(Granted {
            user: "anna".to_owned(),
            rights: Right::of_all(roles),
        }))
    }

    #[test]
    fn a_role_without_a_right_is_refused_what_needs_it() {
        for role in [Role::CatalogManager, Role::OrderManager, Role::Viewer] {
            for right in [Right::Upload, Right::Account] {
                let refused = Needs::Right(right).check(&with(&[role]), AccountState::Active);
                assert_eq!(refused.unwrap_err().code, Code::Forbidden, "{role:?}");
            }
        }
    }

    #[test]
    fn an_account_that_is_not_active_moves_nothing_whoever_asks() {
        for state in [
            AccountState::SignedUp,
            AccountState::Deactivated,
            AccountState::Disconnected,
        ] {
            let moving = Needs::Moving(Right::Upload);
            for caller in [Caller::Machine, with(&[Role::ServiceAdministrator])] {
                let refused = moving.check(&caller, state).unwrap_err();
                assert_eq!(refused.code, Code::AccountNotActive);
                assert!(Needs::Right(Right::Read).check(&caller, state).is_ok());
                assert!(moving.check(&caller, AccountState::NotSignedUp).is_ok());
            }
        }
    }
}
