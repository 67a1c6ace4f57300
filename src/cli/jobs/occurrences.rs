//! `axcs jobs occurrences`: what became of each occurrence that was due.

use serde_json::json;

use super::super::set_up::SetUp;
use super::super::{Exit, Invocation, Refusal, print};
use crate::ledger::jobs::OccurrenceEntry;
use crate::model::Job;
use crate::model::exception::Exception;
use crate::model::schedule::Outcome;

/// `axcs jobs occurrences`
pub async fn occurrences(
    invocation: &Invocation,
    job: Option<Job>,
    limit: usize,
) -> Result<Exit, Refusal> {
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let found = set_up.runner.sides().ledger.occurrences(job, limit).await;
    set_up.close().await;
    let found = found.map_err(Exception::from)?;
    if invocation.json() {
        print::json(&json!({"occurrences": found}));
        return Ok(Exit::Done);
    }
    if found.is_empty() {
        print::note("Nothing has been due while a worker was there.");
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    print::table(&["DUE", "JOB", "OUTCOME", "RUN", "NOTED", "WHY"], &rows);
    Ok(Exit::Done)
}

fn row(entry: &OccurrenceEntry) -> Vec<String> {
    let outcome = match entry.occurrence.outcome {
        Outcome::Run => "run",
        Outcome::Coalesced => "coalesced",
        Outcome::Skipped => "skipped",
    };
    vec![
        print::time(entry.occurrence.due),
        entry.job.name().to_owned(),
        outcome.to_owned(),
        entry.run.map(|run| run.to_string()).unwrap_or_default(),
        print::time(entry.noted),
        entry.occurrence.why.clone(),
    ]
}
