//! Everything about the jobs at one moment, and the workers.

use std::time::Duration;

use rusqlite::{Connection, Row, Transaction, named_params, params};

use super::super::super::Holder;
use super::super::super::jobs::{Board, JobRecord, WorkerSeen};
use super::super::{rows, runs};
use super::{Kept, kept};
use crate::model::{JobStatus, Progress, RunId};

/// A worker that was not there for so long is gone.
const GONE_MS: i64 = 60 * 1000;

pub fn board(connection: &Connection) -> rusqlite::Result<Board> {
    // The first statement: what follows sees the ledger as it was when the clock was read.
    let (now, changes) = connection
        .prepare_cached("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER), count FROM changes")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut statement = connection.prepare_cached(include_str!("board.sql"))?;
    let found = statement.query_map(named_params! {":now": now}, |row| record(row, now))?;
    let mut jobs: Vec<JobRecord> = found.collect::<rusqlite::Result<_>>()?;
    jobs.sort_by_key(|record| record.job);
    let mut statement = connection.prepare_cached(include_str!("executing.sql"))?;
    let found = statement.query_map(named_params! {":now": now}, progress)?;
    let executing = found.collect::<rusqlite::Result<_>>()?;
    let mut statement = connection.prepare_cached(
        "SELECT owner, version, since, seen FROM worker WHERE seen BETWEEN ?1 - ?2 AND ?1 \
         ORDER BY since, owner",
    )?;
    let found = statement.query_map([now, GONE_MS], worker)?;
    let workers = found.collect::<rusqlite::Result<_>>()?;
    Ok(Board {
        now: rows::moment(now)?,
        changes,
        jobs,
        executing,
        workers,
    })
}

fn record(row: &Row<'_>, now: i64) -> rusqlite::Result<JobRecord> {
    let Kept {
        job,
        state,
        schedule,
        standing,
        revision,
    } = kept(row)?;
    let holder = match row.get::<_, Option<String>>(10)? {
        None => None,
        Some(owner) => Some(Holder {
            job: rows::word(row, 9)?,
            owner,
            expires: rows::time(row, 11)?,
            remaining: Duration::from_millis((row.get::<_, i64>(11)? - now).cast_unsigned()),
        }),
    };
    let dead = row.get::<_, Option<i64>>(12)?.map(RunId);
    let by_operator = row.get_ref(13)?.as_str_or_null()? == Some("operator");
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

fn progress(row: &Row<'_>) -> rusqlite::Result<Progress> {
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

fn worker(row: &Row<'_>) -> rusqlite::Result<WorkerSeen> {
    Ok(WorkerSeen {
        owner: row.get(0)?,
        version: row.get(1)?,
        since: rows::time(row, 2)?,
        seen: rows::time(row, 3)?,
    })
}

pub fn note_worker(
    transaction: &Transaction<'_>,
    owner: &str,
    is_there: bool,
) -> rusqlite::Result<()> {
    let now = runs::now(transaction)?;
    // Another process may have the number of one that was killed.
    transaction
        .prepare_cached("DELETE FROM worker WHERE seen NOT BETWEEN ?1 - ?2 AND ?1")?
        .execute([now, GONE_MS])?;
    if is_there {
        transaction
            .prepare_cached(
                "INSERT INTO worker (owner, version, since, seen) VALUES (?1, ?2, ?3, ?3) \
                 ON CONFLICT (owner) DO UPDATE SET version = excluded.version, seen = excluded.seen",
            )?
            .execute(params![owner, env!("CARGO_PKG_VERSION"), now])?;
    } else {
        transaction.execute("DELETE FROM worker WHERE owner = ?", [owner])?;
    }
    Ok(())
}
