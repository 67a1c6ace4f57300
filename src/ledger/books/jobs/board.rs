//! Everything about the jobs at one moment, and the workers.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::super::Holder;
use super::super::super::jobs::{Board, JobRecord, WorkerSeen};
use super::super::{administration, rows, runs};
use super::{Kept, kept};
use crate::model::{JobStatus, Progress, RunId};
use crate::sql::{Row, Session, SqlError, Text};
use crate::sqlite::Mark;
use crate::{statement, values};

const NOW: Text<'static> = statement!("board", "now");
pub const JOBS: Text<'static> = statement!("board", "jobs");
pub const EXECUTING: Text<'static> = statement!("board", "executing");
const WORKERS: Text<'static> = statement!("board", "workers");
const FORGET_GONE: Text<'static> = statement!("board", "forget gone");
const SEEN: Text<'static> = statement!("board", "seen");
const LEAVE: Text<'static> = statement!("board", "leave");

/// A worker that was not there for so long is gone.
const GONE_MS: i64 = 60 * 1000;
const GONE: SignedDuration = SignedDuration::from_millis(GONE_MS);

pub fn board(db: Session<'_>) -> Result<Board, SqlError> {
    // The first statement: what follows sees the ledger as it was when the clock was read.
    let (now, changes) = db.row(&NOW, &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut jobs = db.rows(&JOBS, &values![now], |row| record(row, now))?;
    jobs.sort_by_key(|record| record.job);
    let executing = db.rows(&EXECUTING, &values![now], progress)?;
    let workers = db.rows(&WORKERS, &values![now, GONE_MS], worker)?;
    let operation_log = administration::operation_log(db, now)?;
    let now = rows::moment(now)?;
    let leases = jobs.iter().filter_map(|job| job.holder.as_ref());
    let of_workers = workers.iter().map(|worker| worker.seen + GONE);
    let ends = leases
        .map(|holder| holder.expires)
        .chain(of_workers)
        .chain(operation_log.as_ref().map(|log| log.until));
    Ok(Board {
        now,
        until: ends.fold(now + GONE, Timestamp::min),
        mark: mark(db)?,
        changes,
        jobs,
        executing,
        workers,
        operation_log,
    })
}

/// What was written so far, where the engine can tell.
fn mark(db: Session<'_>) -> Result<Option<Mark>, SqlError> {
    match db {
        Session::Sqlite(connection) => Ok(Some(Mark::of(connection)?)),
        Session::Server(_) => Ok(None),
    }
}

fn record(row: &Row<'_>, now: i64) -> Result<JobRecord, SqlError> {
    let Kept {
        job,
        state,
        schedule,
        standing,
        revision,
    } = kept(row)?;
    let holder = match row.get::<Option<String>>(10)? {
        None => None,
        Some(owner) => Some(Holder {
            job: rows::word(row, 9)?,
            owner,
            expires: rows::time(row, 11)?,
            remaining: Duration::from_millis((row.get::<i64>(11)? - now).cast_unsigned()),
        }),
    };
    let dead = row.get::<Option<i64>>(12)?.map(RunId);
    let by_operator = rows::optional_text(row, 13)?.as_deref() == Some("operator");
    let is_executing = holder.as_ref().is_some_and(|holder| holder.job == job);
    let status = if is_executing {
        JobStatus::Executing
    } else if dead.is_some() && !state.is_withheld() {
        JobStatus::Error
    } else {
        state.status
    };
    Ok(JobRecord {
        job,
        status,
        interrupted: dead.filter(|_| !by_operator && !state.is_withheld()),
        reason: state.reason,
        schedule,
        standing,
        failures: state.failures,
        is_asked: state.is_asked,
        holder,
        revision,
    })
}

fn progress(row: &Row<'_>) -> Result<Progress, SqlError> {
    Ok(Progress {
        run: RunId(row.get(0)?),
        job: rows::word(row, 1)?,
        owner: row.get(2)?,
        dry_run: row.get(3)?,
        started: rows::time(row, 4)?,
        cancelling: row.get(5)?,
        waiting: row.get(6)?,
        streams: rows::json(row, 7)?,
    })
}

fn worker(row: &Row<'_>) -> Result<WorkerSeen, SqlError> {
    Ok(WorkerSeen {
        owner: row.get(0)?,
        version: row.get(1)?,
        since: rows::time(row, 2)?,
        seen: rows::time(row, 3)?,
    })
}

pub fn note_worker(db: Session<'_>, owner: &str, is_there: bool) -> Result<(), SqlError> {
    let now = runs::now(db)?;
    // Another process may have the number of one that was killed.
    db.execute(&FORGET_GONE, &values![now, GONE_MS])?;
    if is_there {
        db.execute(&SEEN, &values![owner, env!("CARGO_PKG_VERSION"), now])?;
    } else {
        db.execute(&LEAVE, &values![owner])?;
    }
    Ok(())
}
