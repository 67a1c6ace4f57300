//! What became of each occurrence that was due.

use super::super::super::jobs::{Due, OccurrenceEntry};
use super::super::{rows, runs};
use super::{load, save};
use crate::model::schedule::{Occurrence, Outcome};
use crate::model::{Job, RunId};
use crate::sql::{Row, Session, SqlError, Text};
use crate::{statement, values};

const ADD: Text<'static> = statement!("occurrences", "add");
const GIVE_RUN: Text<'static> = statement!("occurrences", "give run");
const FORGET: Text<'static> = statement!("occurrences", "forget");
const HAND_OVER: Text<'static> = statement!("occurrences", "hand over");
const LIST: Text<'static> = statement!("occurrences", "list");
const LIST_OF_JOB: Text<'static> = statement!("occurrences", "list of job");

/// How long records are kept.
const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Writes down what became of occurrences. A second record of one fails the db.
pub fn write(
    db: Session<'_>,
    now: i64,
    job: Job,
    records: &[Occurrence],
    run: Option<RunId>,
) -> Result<(), SqlError> {
    let mut rows = Vec::new();
    for Occurrence { due, outcome, why } in records {
        let run = match outcome {
            Outcome::Run | Outcome::Coalesced => run,
            Outcome::Skipped => None,
        };
        rows.push(values![
            job.name(),
            due.as_millisecond(),
            rows::to_word(outcome)?,
            why,
            run.map(|run| run.0),
            now
        ]);
    }
    db.execute_each(&ADD, &rows)?;
    if let Some(run) = run {
        // Those that were coalesced into one that had to wait until now.
        db.execute(&GIVE_RUN, &values![job.name(), run.0])?;
    }
    db.execute(&FORGET, &values![now - KEPT_MS])?;
    Ok(())
}

/// The work of a dead run's occurrences is done by the run that takes it over.
pub fn hand_over(db: Session<'_>, job: Job, dead: RunId, run: RunId) -> Result<(), SqlError> {
    db.execute(&HAND_OVER, &values![job.name(), dead.0, run.0])?;
    Ok(())
}

pub fn note(db: Session<'_>, job: Job, due: Due) -> Result<bool, SqlError> {
    let mut kept = load(db, job)?;
    if kept.revision != due.revision {
        return Ok(false);
    }
    let now = runs::now(db)?;
    write(db, now, job, &due.records, None)?;
    kept.standing = due.standing;
    save(db, &kept)?;
    Ok(true)
}

pub fn list(
    db: Session<'_>,
    job: Option<Job>,
    limit: usize,
) -> Result<Vec<OccurrenceEntry>, SqlError> {
    let limit = rows::limit(limit);
    // One statement each, so that an index gives the order.
    match job {
        Some(job) => db.rows(&LIST_OF_JOB, &values![limit, job.name()], entry),
        None => db.rows(&LIST, &values![limit], entry),
    }
}

fn entry(row: &Row<'_>) -> Result<OccurrenceEntry, SqlError> {
    Ok(OccurrenceEntry {
        job: rows::word(row, 0)?,
        occurrence: Occurrence {
            due: rows::time(row, 1)?,
            outcome: rows::named(row, 2)?,
            why: row.get(3)?,
        },
        run: row.get::<Option<i64>>(4)?.map(RunId),
        noted: rows::time(row, 5)?,
    })
}
