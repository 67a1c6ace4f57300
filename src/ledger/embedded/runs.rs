//! Runs and the leases they hold.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::super::{Begun, Fence, Holder, LedgerError};
use super::{exceptions, rows};
use crate::model::exception::Exception;
use crate::model::run::{RunSummary, StreamProgress};
use crate::model::{Job, RunId, RunStatus};

/// The ledger's clock, in Unix milliseconds.
const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

const COLUMNS: &str = "id, job, status, dry_run, started, finished, streams, exception";

fn failed(source: rusqlite::Error) -> LedgerError {
    LedgerError::Statement {
        what: "keeping runs",
        source,
    }
}

pub fn now(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(&format!("SELECT {NOW}"))?
        .query_row([], |row| row.get(0))
}

pub fn begin(
    transaction: &Transaction<'_>,
    job: Job,
    needs: &[Job],
    owner: &str,
    lease: Duration,
    dry_run: bool,
) -> Result<Begun, LedgerError> {
    let now = now(transaction).map_err(failed)?;
    for needed in needs {
        let holder = transaction
            .query_row(
                "SELECT run.job, lease.owner, lease.expires FROM lease JOIN run ON run.id = lease.run \
                 WHERE lease.job = ? AND lease.expires > ?",
                (needed.name(), now),
                |row| {
                    Ok(Holder {
                        job: rows::word(row, 0)?,
                        owner: row.get(1)?,
                        expires: rows::time(row, 2)?,
                        remaining: Duration::from_millis((row.get::<_, i64>(2)? - now) as u64),
                    })
                },
            )
            .optional()
            .map_err(failed)?;
        if let Some(holder) = holder {
            return Ok(Begun::Held(holder));
        }
    }
    take_over(transaction, needs, now).map_err(failed)?;

    let streams: Vec<_> = job
        .streams()
        .iter()
        .copied()
        .map(StreamProgress::pending)
        .collect();
    let run = transaction
        .query_row(
            "INSERT INTO run (job, status, dry_run, owner, started, streams) VALUES (?, 'executing', ?, ?, ?, ?) RETURNING id",
            params![job.name(), dry_run, owner, now, rows::to_json(&streams).map_err(failed)?],
            |row| row.get(0),
        )
        .map_err(failed)?;
    let token: i64 = transaction
        .query_row("SELECT coalesce(max(token), 0) + 1 FROM lease", [], |row| {
            row.get(0)
        })
        .map_err(failed)?;
    for needed in needs {
        transaction
            .execute(
                "INSERT OR REPLACE INTO lease (job, owner, run, token, expires) VALUES (?, ?, ?, ?, ?)",
                params![needed.name(), owner, run, token, now + lease.as_millis() as i64],
            )
            .map_err(failed)?;
    }
    Ok(Begun::Started(Fence {
        run: RunId(run),
        job,
        token,
    }))
}

/// Runs that were under way on these leases when they ran out did not get to say how they ended.
fn take_over(transaction: &Transaction<'_>, needs: &[Job], now: i64) -> rusqlite::Result<()> {
    let exception = Exception::new(
        "The run stopped without saying how it ended.",
        "Its process was killed or lost its database.",
        "Nothing: this run goes on where it was. If it happens again, look into the log of that time.",
    );
    let text = rows::to_json(&exception)?;
    let mut statement = transaction.prepare(
        "UPDATE run SET status = 'error', finished = ?, exception = ? WHERE status = 'executing' \
         AND id IN (SELECT run FROM lease WHERE job = ?) RETURNING job, dry_run",
    )?;
    for needed in needs {
        let found = statement.query_map(params![now, text, needed.name()], |row| {
            Ok((rows::word(row, 0)?, row.get(1)?))
        })?;
        let killed: Vec<(Job, bool)> = found.collect::<rusqlite::Result<_>>()?;
        for (job, dry_run) in killed {
            if !dry_run {
                exceptions::open_run(transaction, now, job, &exception)?;
            }
        }
    }
    Ok(())
}

pub fn renew(
    transaction: &Transaction<'_>,
    fence: Fence,
    lease: Duration,
) -> Result<(), LedgerError> {
    let now = now(transaction).map_err(failed)?;
    transaction
        .execute(
            "UPDATE lease SET expires = ? WHERE run = ? AND token = ?",
            params![now + lease.as_millis() as i64, fence.run.0, fence.token],
        )
        .map_err(failed)?;
    Ok(())
}

pub fn finish(
    transaction: &Transaction<'_>,
    fence: Fence,
    summary: &RunSummary,
) -> Result<(), LedgerError> {
    let now = now(transaction).map_err(failed)?;
    let exception = summary
        .exception
        .as_ref()
        .map(rows::to_json)
        .transpose()
        .map_err(failed)?;
    transaction
        .execute(
            "UPDATE run SET status = ?, finished = ?, streams = ?, exception = ? WHERE id = ?",
            params![
                status_word(summary.status),
                now,
                rows::to_json(&summary.streams).map_err(failed)?,
                exception,
                fence.run.0
            ],
        )
        .map_err(failed)?;
    if !summary.dry_run {
        match (summary.status, &summary.exception) {
            (RunStatus::Error, Some(exception)) => {
                exceptions::open_run(transaction, now, fence.job, exception).map_err(failed)?;
            }
            (RunStatus::Ended, _) => {
                exceptions::clear_run(transaction, fence.job).map_err(failed)?;
            }
            (RunStatus::Error | RunStatus::Canceled | RunStatus::Executing, _) => {}
        }
    }
    // The rows stay: the highest token must survive.
    transaction
        .execute(
            "UPDATE lease SET expires = 0 WHERE run = ? AND token = ?",
            params![fence.run.0, fence.token],
        )
        .map_err(failed)?;
    Ok(())
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
    let sql =
        format!("SELECT {COLUMNS} FROM run WHERE ?1 IS NULL OR job = ?1 ORDER BY id DESC LIMIT ?2");
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

/// A run whose lease has run out is not executing any more, whatever its row says.
pub fn status(connection: &Connection, job: Job) -> rusqlite::Result<Option<RunStatus>> {
    let sql = format!(
        "SELECT CASE WHEN status = 'executing' AND NOT EXISTS \
             (SELECT 1 FROM lease WHERE lease.run = run.id AND lease.expires > {NOW}) \
         THEN 'error' ELSE status END FROM run WHERE job = ? ORDER BY id DESC LIMIT 1"
    );
    connection
        .prepare_cached(&sql)?
        .query_row([job.name()], |row| rows::named(row, 0))
        .optional()
}
