//! What became of each occurrence that was due.

use rusqlite::{Connection, Transaction, params};

use super::super::super::jobs::{Due, OccurrenceEntry};
use super::super::{rows, runs};
use super::{load, save};
use crate::model::schedule::{Occurrence, Outcome};
use crate::model::{Job, RunId};

/// How long records are kept.
const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Writes down what became of occurrences. A second record of one fails the transaction.
pub fn write(
    transaction: &Transaction<'_>,
    now: i64,
    job: Job,
    records: &[Occurrence],
    run: Option<RunId>,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO occurrence (job, due, outcome, why, run, noted) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    for Occurrence { due, outcome, why } in records {
        let run = match outcome {
            Outcome::Run | Outcome::Coalesced => run,
            Outcome::Skipped => None,
        };
        insert.execute(params![
            job.name(),
            due.as_millisecond(),
            rows::to_word(outcome)?,
            why,
            run.map(|run| run.0),
            now
        ])?;
    }
    if let Some(run) = run {
        // Those that were coalesced into one that had to wait until now.
        transaction
            .prepare_cached(
                "UPDATE occurrence INDEXED BY occurrence_without_run SET run = ? \
                 WHERE job = ? AND outcome = 'coalesced' AND run IS NULL",
            )?
            .execute((run.0, job.name()))?;
    }
    transaction
        .prepare_cached("DELETE FROM occurrence WHERE due < ?")?
        .execute([now - KEPT_MS])?;
    Ok(())
}

/// The work of a dead run's occurrences is done by the run that takes it over.
pub fn hand_over(
    transaction: &Transaction<'_>,
    job: Job,
    dead: RunId,
    run: RunId,
) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE occurrence SET run = ? WHERE job = ? AND run = ?",
        (run.0, job.name(), dead.0),
    )?;
    Ok(())
}

pub fn note(transaction: &Transaction<'_>, job: Job, due: Due) -> rusqlite::Result<bool> {
    let mut kept = load(transaction, job)?;
    if kept.revision != due.revision {
        return Ok(false);
    }
    let now = runs::now(transaction)?;
    write(transaction, now, job, &due.records, None)?;
    kept.standing = due.standing;
    save(transaction, &kept)?;
    Ok(true)
}

pub fn list(
    connection: &Connection,
    job: Option<Job>,
    limit: usize,
) -> rusqlite::Result<Vec<OccurrenceEntry>> {
    // One statement each, so that an index gives the order.
    let sql = match job {
        Some(_) => "WHERE job = ?1 ORDER BY due DESC LIMIT ?2",
        None => "WHERE ?1 IS NULL ORDER BY due DESC, job LIMIT ?2",
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT job, due, outcome, why, run, noted FROM occurrence {sql}"
    ))?;
    let found = statement.query_map(params![job.map(Job::name), limit as i64], |row| {
        Ok(OccurrenceEntry {
            job: rows::word(row, 0)?,
            occurrence: Occurrence {
                due: rows::time(row, 1)?,
                outcome: rows::named(row, 2)?,
                why: row.get(3)?,
            },
            run: row.get::<_, Option<i64>>(4)?.map(RunId),
            noted: rows::time(row, 5)?,
        })
    })?;
    found.collect()
}
