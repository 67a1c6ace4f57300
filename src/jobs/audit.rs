//! Notes what operators change: who, what, when, from where.

use super::runner::Runner;
use crate::model::administration::{Author, Change};
use crate::model::exception::Exception;

/// Who works with this process, through `door`: `console` or `command`.
pub(super) fn author(door: &str, owner: &str) -> Author {
    Author {
        // Not the environment's word for it: that is anybody's to set.
        user: whoami::username().unwrap_or_else(|_| "somebody".to_owned()),
        place: format!("{door} {owner}"),
    }
}

/// Who changes a job from this process, for whoever reads it at the job: account and host.
pub(super) fn operator(author: &Author) -> String {
    let host = gethostname::gethostname();
    format!("{} on {}", author.user, host.to_string_lossy())
}

impl Runner {
    /// Who works with this process, and from where.
    pub const fn author(&self) -> &Author {
        &self.author
    }

    /// Notes a change that an operator has made from here.
    pub async fn note_change(
        &self,
        subject: &'static str,
        text: impl Into<String>,
    ) -> Result<(), Exception> {
        let change = Change::new(subject, text);
        let by = self.author.clone();
        Ok(self.sides().ledger.note_change(change, by).await?)
    }
}
