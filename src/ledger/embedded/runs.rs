//! Runs and the leases they hold.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};

use super::super::jobs::Cause;
use super::super::{Begun, Fence};
use super::jobs::{Kept, load, occurrences, save};
use super::{exceptions, glue, leases, rows};
use crate::model::exception::Exception;
use crate::model::run::{RunSummary, StreamProgress};
use crate::model::{Job, Progress, RunId, RunStatus};
use crate::sql::Session;

const COLUMNS: &str = "id, job, status, dry_run, started, finished, streams, exception";

/// The ledger's clock, in Unix milliseconds.
pub fn now(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)")?
        .query_row([], |row| row.get(0))
}

/// A run that somebody wants to start.
pub struct Wanted<'a> {
    pub job: Job,
    pub needs: &'a [Job],
    pub owner: &'a str,
    pub lease: Duration,
    pub dry_run: bool,
    pub cause: &'a Cause,
}

pub fn begin(transaction: &Transaction<'_>, wanted: &Wanted<'_>) -> rusqlite::Result<Begun> {
    let Wanted {
        job, needs, cause, ..
    } = *wanted;
    let now = now(transaction)?;
    if !is_as_decided(transaction, now, wanted)? {
        return Ok(Begun::Changed);
    }
    for needed in needs {
        if let Some(holder) = leases::holder(transaction, now, *needed)? {
            return Ok(Begun::Held(holder));
        }
    }
    // Before the dead run is noted: afterwards it is not the newest that is under way.
    let due = match cause {
        Cause::Operator | Cause::Asked { .. } => None,
        Cause::Occurrence(due) => due.start.map(Timestamp::as_millisecond),
        Cause::TakeOver { of } => {
            transaction.query_row("SELECT due FROM run WHERE id = ?", [of.0], |row| row.get(0))?
        }
    };
    note_dead(transaction, now, needs)?;
    let mut kept = load(transaction, job)?;
    // What was just noted may have been one failure too many.
    if kept.state.is_withheld() && *cause != Cause::Operator {
        return Ok(Begun::Changed);
    }

    let run = insert(transaction, now, wanted, due)?;
    let token = leases::take(transaction, now, needs, wanted.owner, run, wanted.lease)?;
    match cause {
        Cause::Operator | Cause::Asked { .. } => {}
        Cause::Occurrence(due) => {
            occurrences::write(transaction, now, job, &due.records, Some(run))?;
            kept.standing = due.standing.clone();
        }
        Cause::TakeOver { of } => occurrences::hand_over(transaction, job, *of, run)?,
    }
    if !wanted.dry_run {
        kept.state.is_asked = false;
        save(transaction, &kept)?;
    }
    Ok(Begun::Started(Fence { run, job, token }))
}

/// True where nothing has changed since somebody decided that the run is to be started.
fn is_as_decided(
    transaction: &Transaction<'_>,
    now: i64,
    wanted: &Wanted<'_>,
) -> rusqlite::Result<bool> {
    let Kept {
        state, revision, ..
    } = load(transaction, wanted.job)?;
    let read = match wanted.cause {
        Cause::Operator => return Ok(true),
        Cause::TakeOver { of } => {
            let interrupted = dead(transaction, now, wanted.job)? == Some((*of, false));
            return Ok(interrupted && !state.is_withheld());
        }
        Cause::Asked { revision } => {
            if !state.is_asked {
                return Ok(false);
            }
            *revision
        }
        Cause::Occurrence(due) => due.revision,
    };
    Ok(read == revision && !state.is_withheld())
}

/// The job's newest run, where it was no dry run and its worker died; and whether an operator
/// started it.
pub fn dead(
    connection: &Connection,
    now: i64,
    job: Job,
) -> rusqlite::Result<Option<(RunId, bool)>> {
    connection
        .prepare_cached(
            "SELECT id, cause = 'operator' FROM run \
             WHERE id = (SELECT max(id) FROM run WHERE job = :job) \
             AND status = 'executing' AND dry_run = 0 AND NOT EXISTS \
             (SELECT 1 FROM lease WHERE lease.run = run.id AND lease.expires > :now \
              AND lease.expires - :now <= lease.length)",
        )?
        .query_row(named_params! {":job": job.name(), ":now": now}, |row| {
            Ok((RunId(row.get(0)?), row.get(1)?))
        })
        .optional()
}

fn insert(
    transaction: &Transaction<'_>,
    now: i64,
    wanted: &Wanted<'_>,
    due: Option<i64>,
) -> rusqlite::Result<RunId> {
    let streams: Vec<_> = wanted
        .job
        .streams()
        .iter()
        .copied()
        .map(StreamProgress::pending)
        .collect();
    let cause = match wanted.cause {
        Cause::Operator => "operator",
        Cause::Asked { .. } => "asked",
        Cause::Occurrence(_) => "occurrence",
        Cause::TakeOver { .. } => "take-over",
    };
    transaction.query_row(
        "INSERT INTO run (job, status, dry_run, owner, started, streams, cause, due) \
         VALUES (?, 'executing', ?, ?, ?, ?, ?, ?) RETURNING id",
        params![
            wanted.job.name(),
            wanted.dry_run,
            wanted.owner,
            now,
            rows::to_json(&streams)?,
            cause,
            due
        ],
        |row| row.get(0).map(RunId),
    )
}

/// Notes runs that were under way on these leases when they ran out as failed: they did not get to
/// say how they ended.
pub fn note_dead(transaction: &Transaction<'_>, now: i64, needs: &[Job]) -> rusqlite::Result<()> {
    let exception = Exception::new(
        "The run stopped without saying how it ended.",
        "Its process was killed or lost its database.",
        "Nothing: the next run goes on where it was. If it happens again, look into the log of that time.",
    );
    let text = rows::to_json(&exception)?;
    let mut statement = transaction.prepare_cached(
        "UPDATE run SET status = 'error', finished = ?, exception = ? WHERE status = 'executing' \
         AND id IN (SELECT run FROM lease WHERE job = ?) RETURNING id, job, dry_run",
    )?;
    for needed in needs {
        let found = statement.query_map(params![now, text, needed.name()], |row| {
            Ok((RunId(row.get(0)?), rows::word(row, 1)?, row.get(2)?))
        })?;
        let dead: Vec<(RunId, Job, bool)> = found.collect::<rusqlite::Result<_>>()?;
        for (run, job, dry_run) in dead {
            leases::give_back(transaction, run)?;
            if !dry_run {
                settle(transaction, now, job, RunStatus::Error, Some(&exception))?;
            }
        }
    }
    Ok(())
}

/// What the end of a run, not a dry one, means for its job.
fn settle(
    transaction: &Transaction<'_>,
    now: i64,
    job: Job,
    status: RunStatus,
    exception: Option<&Exception>,
) -> rusqlite::Result<()> {
    match (status, exception) {
        (RunStatus::Error, Some(exception)) => {
            exceptions::open_run(Session::Sqlite(transaction), now, job, exception)
                .map_err(glue::back)?;
        }
        (RunStatus::Ended, _) => {
            exceptions::clear_run(Session::Sqlite(transaction), job).map_err(glue::back)?;
        }
        (RunStatus::Error | RunStatus::Canceled | RunStatus::Executing, _) => {}
    }
    let mut kept = load(transaction, job)?;
    kept.state.after_run(status, &kept.schedule);
    save(transaction, &kept)
}

pub fn beat(
    transaction: &Transaction<'_>,
    fence: Fence,
    lease: Duration,
    progress: Option<&Progress>,
) -> rusqlite::Result<Option<String>> {
    leases::extend(transaction, now(transaction)?, fence.run, lease)?;
    if let Some(progress) = progress {
        transaction
            .prepare_cached("UPDATE run SET streams = ?, waiting = ? WHERE id = ?")?
            .execute(params![
                rows::to_json(&progress.streams)?,
                progress.waiting,
                fence.run.0
            ])?;
    }
    transaction
        .prepare_cached("SELECT cancel_by FROM run WHERE id = ?")?
        .query_row([fence.run.0], |row| row.get(0))
}

pub fn finish(
    transaction: &Transaction<'_>,
    fence: Fence,
    summary: &RunSummary,
) -> rusqlite::Result<()> {
    let now = now(transaction)?;
    let exception = summary.exception.as_ref().map(rows::to_json).transpose()?;
    transaction.execute(
        "UPDATE run SET status = ?, finished = ?, streams = ?, waiting = NULL, exception = ? WHERE id = ?",
        params![
            status_word(summary.status),
            now,
            rows::to_json(&summary.streams)?,
            exception,
            fence.run.0
        ],
    )?;
    if !summary.dry_run {
        let exception = summary.exception.as_ref();
        settle(transaction, now, fence.job, summary.status, exception)?;
    }
    leases::give_back(transaction, fence.run)
}

/// The first who asks is remembered.
pub fn ask_cancel(transaction: &Transaction<'_>, job: Job, by: &str) -> rusqlite::Result<bool> {
    let now = now(transaction)?;
    let asked = transaction
        .prepare_cached(
            "UPDATE run SET cancel_by = coalesce(cancel_by, :by) WHERE job = :job \
             AND id = (SELECT run FROM lease WHERE job = :job AND expires > :now \
                       AND expires - :now <= length)",
        )?
        .execute(named_params! {":by": by, ":job": job.name(), ":now": now})?;
    Ok(asked > 0)
}

const fn status_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Executing => "executing",
        RunStatus::Ended => "ended",
        RunStatus::Error => "error",
        RunStatus::Canceled => "canceled",
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<RunSummary> {
    Ok(RunSummary {
        run: RunId(row.get(0)?),
        job: rows::word(row, 1)?,
        status: rows::named(row, 2)?,
        dry_run: row.get(3)?,
        started: rows::time(row, 4)?,
        finished: rows::optional_time(row, 5)?,
        streams: rows::json(row, 6)?,
        exception: rows::optional_json(row, 7)?,
    })
}

pub fn list(
    connection: &Connection,
    job: Option<Job>,
    limit: usize,
) -> rusqlite::Result<Vec<RunSummary>> {
    // One statement each, so that an index finds the runs of a job that seldom runs.
    let of_job = match job {
        Some(_) => "job = ?1",
        None => "?1 IS NULL",
    };
    let sql = format!("SELECT {COLUMNS} FROM run WHERE {of_job} ORDER BY id DESC LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map(params![job.map(Job::name), limit as i64], summary)?;
    found.collect()
}

pub fn get(connection: &Connection, run: RunId) -> rusqlite::Result<Option<RunSummary>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM run WHERE id = ?"))?
        .query_row([run.0], summary)
        .optional()
}
