//! What an administrator does: account, sign-in, checklists, parameters, users, the operation log;
//! the one door through which commands and console reach them. Every change is noted in the audit.

mod account;
mod checklists;
pub mod checks;
mod parameters;
mod users;

use std::sync::Arc;

use super::runner::{Runner, Sides};
use crate::commerce::client::Client;
use crate::commerce::sign_in::SignIn;
use crate::model::administration::{AuditEntry, AuditFilter, Author};
use crate::model::exception::Exception;

pub use account::Waiting;
pub use parameters::{Choices, NewParameters};
pub use users::{Invited, NewUser};

/// What is sent where there is no token: the service refuses it, and says why.
pub const NO_TOKEN: &str = "~no-token~";

/// How this machine reaches the service.
#[derive(Debug)]
pub struct Access {
    /// The service.
    pub client: Arc<Client>,
    /// Signs this machine in; none where the environment gives the token.
    pub sign_in: Option<Arc<SignIn>>,
    /// The token that is used without a sign-in.
    pub own_token: Option<OwnToken>,
}

/// The token of the machine's own file.
#[derive(Clone)]
pub struct OwnToken(pub String);

impl std::fmt::Debug for OwnToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnToken")
    }
}

/// What an administrator does.
#[derive(Debug)]
pub struct Administration {
    runner: Arc<Runner>,
    access: Access,
}

impl Administration {
    /// The administration of what `runner` works on.
    pub const fn new(runner: Arc<Runner>, access: Access) -> Self {
        Self { runner, access }
    }

    fn sides(&self) -> &Sides {
        self.runner.sides()
    }

    fn client(&self) -> &Client {
        &self.access.client
    }

    fn author(&self) -> Author {
        self.runner.author().clone()
    }

    /// Notes a change that was made at the service.
    async fn note(&self, subject: &'static str, text: impl Into<String>) -> Result<(), Exception> {
        self.runner.note_change(subject, text).await
    }

    /// The changes that match, newest first.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>, Exception> {
        Ok(self.sides().ledger.audit(filter).await?)
    }
}
