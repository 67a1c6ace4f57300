//! Exceptions as operators deal with them: tried again by the jobs they belong to, or closed with
//! a note.

use super::runner::{RunOptions, Runner};
use crate::model::exception::{Documented, Exception, ExceptionEntry, ExceptionFilter};
use crate::model::{Job, RunId};

/// What a retry set going.
#[derive(Debug)]
pub struct Retried {
    /// The exceptions that are to be tried again.
    pub entries: Vec<ExceptionEntry>,
    /// The runs that try them.
    pub runs: Vec<(Job, RunId)>,
    /// Jobs that could not be started. Where [`is_conflict`] says so, the run that is under way,
    /// or the next one, tries them.
    pub refused: Vec<(Job, Exception)>,
}

/// Marks the exceptions that match to be tried again and starts their jobs, each once.
pub async fn retry(runner: &Runner, filter: &ExceptionFilter) -> Result<Retried, Exception> {
    let entries = mark(runner, filter).await?;
    let mut retried = Retried {
        runs: Vec::new(),
        refused: Vec::new(),
        entries,
    };
    for job in jobs_of(&retried.entries) {
        match runner.start(job, RunOptions::default()).await {
            Ok(run) => retried.runs.push((job, run)),
            Err(exception) => retried.refused.push((job, exception)),
        }
    }
    Ok(retried)
}

/// Marks the exceptions that match to be tried again by the next run of their job.
pub async fn mark(
    runner: &Runner,
    filter: &ExceptionFilter,
) -> Result<Vec<ExceptionEntry>, Exception> {
    Ok(runner.sides().ledger.ask_retry(filter).await?)
}

/// The jobs that try these exceptions again, each once. The complete job does what all of them do,
/// and none runs beside it.
pub fn jobs_of(entries: &[ExceptionEntry]) -> Vec<Job> {
    let has = |job: Job| entries.iter().any(|entry| entry.job == job);
    if has(Job::Complete) {
        return vec![Job::Complete];
    }
    Job::ALL.into_iter().filter(|job| has(*job)).collect()
}

/// True where a job was not started because it runs already, or because of the complete job.
pub fn is_conflict(exception: &Exception) -> bool {
    [Documented::AnotherInstance, Documented::ConflictingJobs]
        .iter()
        .any(|documented| documented.text() == exception.text)
}

/// Closes the open exceptions that match with a note; an order is closed with its exception.
/// Answers how many.
///
/// # Errors
/// Where the note says nothing: whoever reads it later has to know why.
pub async fn resolve(
    runner: &Runner,
    filter: &ExceptionFilter,
    note: &str,
) -> Result<u64, Exception> {
    let note = note.trim();
    if note.is_empty() {
        return Err(Exception::new(
            "An exception is resolved with a note.",
            "The note is empty.",
            "Say in a few words why nothing is left to do.",
        ));
    }
    Ok(runner.sides().ledger.resolve(filter, note).await?)
}
