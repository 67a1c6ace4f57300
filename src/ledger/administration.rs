//! What an administrator sets for the company as a whole: parameters, checklist ticks, the switch of
//! the operation log; and the record of every change that an operator makes.

use async_trait::async_trait;

use super::LedgerError;
use crate::model::administration::{
    AuditEntry, AuditFilter, Author, Change, OperationLog, Parameters,
};
use crate::model::checklist::{ChecklistKind, Mark};

/// The book of the administration. Each change notes itself in the audit, in the same transaction.
#[async_trait]
pub trait AdministrationBook: Send + Sync {
    /// The parameters.
    async fn parameters(&self) -> Result<Parameters, LedgerError>;

    /// Sets the parameters; false where they are so already. Another category hierarchy is another
    /// product selection: a complete run uploads what it leads to.
    async fn set_parameters(&self, set: Parameters, by: Author) -> Result<bool, LedgerError>;

    /// What operators noted of a checklist's items, sorted by item.
    async fn marks(&self, list: ChecklistKind) -> Result<Vec<Mark>, LedgerError>;

    /// Ticks an item, or notes the long operation that does it; an operation that is noted already
    /// is no change.
    async fn mark(
        &self,
        list: ChecklistKind,
        item: &str,
        operation: &str,
        by: Author,
    ) -> Result<(), LedgerError>;

    /// Takes a tick away; false where there was none.
    async fn unmark(
        &self,
        list: ChecklistKind,
        item: &str,
        by: Author,
    ) -> Result<bool, LedgerError>;

    /// The operation log, where it is on by the ledger's clock.
    async fn operation_log(&self) -> Result<Option<OperationLog>, LedgerError>;

    /// Switches the operation log on for so many seconds from now, by the ledger's clock; or off.
    async fn set_operation_log(
        &self,
        on: Option<(String, u64)>,
        by: Author,
    ) -> Result<(), LedgerError>;

    /// Notes a change that was made elsewhere: at the service, or by another book.
    async fn note_change(&self, change: Change, by: Author) -> Result<(), LedgerError>;

    /// The changes that match, newest first.
    async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>, LedgerError>;
}
