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
    let entries = runner.sides().ledger.ask_retry(filter).await?;
    if !entries.is_empty() {
        let text = format!("to be tried again: {}", named(&entries));
        runner.note_change("exception", text).await?;
    }
    Ok(entries)
}

/// The first of them by their keys, and how many more there are.
fn named(entries: &[ExceptionEntry]) -> String {
    const NAMED: usize = 10;
    let names: Vec<String> = entries
        .iter()
        .take(NAMED)
        .map(|entry| match entry.stream {
            Some(stream) => format!("{stream} {}", entry.key),
            None => format!("run of {}", entry.job),
        })
        .collect();
    let names = names.join(", ");
    match entries.len().saturating_sub(NAMED) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
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

/// Which ones a filter means, in words.
fn meant(filter: &ExceptionFilter) -> String {
    let mut words = Vec::new();
    if let Some(ids) = &filter.ids {
        let ids: Vec<String> = ids.iter().take(10).map(ToString::to_string).collect();
        words.push(format!("numbers {}", ids.join(", ")));
    }
    if let Some(keys) = &filter.keys {
        let keys: Vec<&str> = keys.iter().take(10).map(String::as_str).collect();
        words.push(keys.join(", "));
    }
    words.extend(filter.job.map(|job| format!("of {job}")));
    words.extend(filter.stream.map(|stream| format!("of {stream}")));
    words.extend(filter.code.as_ref().map(|code| format!("with {code}")));
    if !filter.terms.is_empty() {
        words.push(filter.terms.to_string());
    }
    if words.is_empty() {
        words.push("all".to_owned());
    }
    words.join(" ")
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
    let resolved = runner.sides().ledger.resolve(filter, note).await?;
    if resolved > 0 {
        let text = format!("{resolved} closed ({}): {note}", meant(filter));
        runner.note_change("exception", text).await?;
    }
    Ok(resolved)
}
