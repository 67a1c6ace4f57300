//! Exceptions: every record and run that failed, until its cause is gone or an operator says so.

use async_trait::async_trait;

use super::LedgerError;
use crate::model::exception::{Exception, ExceptionEntry, ExceptionFilter};
use crate::model::{Job, Stream};

/// The exceptions. They are opened and cleared by what happens to their records and runs:
///
/// - a record that is set aside opens one (or counts another attempt), one that is held or dropped
///   clears it;
/// - a run that ends in Error opens one for its job (the key is empty), one that ends well clears it;
/// - a resolved one is opened again only by another code, field or text.
#[async_trait]
pub trait ExceptionBook: Send + Sync {
    /// The exceptions that match, newest first.
    async fn exceptions(
        &self,
        filter: &ExceptionFilter,
    ) -> Result<Vec<ExceptionEntry>, LedgerError>;

    /// How many match, whatever the filter's limit.
    async fn exception_count(&self, filter: &ExceptionFilter) -> Result<u64, LedgerError>;

    /// Notes that a run of `job` could not be started.
    async fn note_refusal(&self, job: Job, exception: &Exception) -> Result<(), LedgerError>;

    /// Marks the open ones that match to be tried again by the next run of their job; an order is
    /// staged to be handed over again. Answers them as they are now.
    async fn ask_retry(&self, filter: &ExceptionFilter)
    -> Result<Vec<ExceptionEntry>, LedgerError>;

    /// Closes the open ones that match with a note; an order is closed with it. Answers how many.
    async fn resolve(&self, filter: &ExceptionFilter, note: &str) -> Result<u64, LedgerError>;

    /// Keys of `stream` that are to be tried again, sorted: those an operator asked for, and of the
    /// other open ones at most `others`, those that were tried longest ago.
    async fn retries(&self, stream: Stream, others: usize) -> Result<Vec<String>, LedgerError>;
}
