//! Leases: who may write for a job. Only the database's clock decides when one ends.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, named_params, params};

use super::super::{Fence, Holder, LedgerError};
use super::rows;
use crate::model::{Job, RunId};

/// Fails with [`LedgerError::Fenced`] where one of the run's leases has gone to somebody else, or
/// the run is over.
pub fn check(transaction: &Connection, fence: Fence) -> Result<(), LedgerError> {
    // Whoever takes one of a run's leases says in the same moment that the run has failed.
    let holds: bool = transaction
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM lease JOIN run ON run.id = lease.run \
             WHERE lease.job = ? AND lease.token = ? AND lease.run = ? AND run.status = 'executing')",
        )
        .and_then(|mut statement| {
            statement.query_row((fence.job.name(), fence.token, fence.run.0), |row| {
                row.get(0)
            })
        })
        .map_err(|source| LedgerError::Statement {
            what: "checking the lease",
            source: source.into(),
        })?;
    if holds {
        Ok(())
    } else {
        Err(LedgerError::Fenced(fence.run))
    }
}

/// Who holds the lease of `job`.
///
/// A lease that ends further away than its own length was written before the clock was set back,
/// and is not believed: it might stand in the way for as long as the clock jumped.
pub fn holder(connection: &Connection, now: i64, job: Job) -> rusqlite::Result<Option<Holder>> {
    connection
        .prepare_cached(
            "SELECT run.job, lease.owner, lease.expires FROM lease JOIN run ON run.id = lease.run \
             WHERE lease.job = :job AND lease.expires > :now AND lease.expires - :now <= lease.length",
        )?
        .query_row(named_params! {":job": job.name(), ":now": now}, |row| {
            Ok(Holder {
                job: rows::word(row, 0)?,
                owner: row.get(1)?,
                expires: rows::time(row, 2)?,
                remaining: Duration::from_millis((row.get::<_, i64>(2)? - now).cast_unsigned()),
            })
        })
        .optional()
}

/// Gives the leases of `needs` to `run`; answers the token, which only grows.
pub fn take(
    transaction: &Transaction<'_>,
    now: i64,
    needs: &[Job],
    owner: &str,
    run: RunId,
    length: Duration,
) -> rusqlite::Result<i64> {
    let token: i64 =
        transaction.query_row("SELECT coalesce(max(token), 0) + 1 FROM lease", [], |row| {
            row.get(0)
        })?;
    let length = length.as_millis() as i64;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO lease (job, owner, run, token, expires, length) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (job) DO UPDATE SET owner = excluded.owner, run = excluded.run, \
         token = excluded.token, expires = excluded.expires, length = excluded.length",
    )?;
    for needed in needs {
        statement.execute(params![
            needed.name(),
            owner,
            run.0,
            token,
            now + length,
            length
        ])?;
    }
    Ok(token)
}

/// Lets the run's leases end `length` from now.
pub fn extend(
    transaction: &Transaction<'_>,
    now: i64,
    run: RunId,
    length: Duration,
) -> rusqlite::Result<()> {
    let length = length.as_millis() as i64;
    transaction
        .prepare_cached("UPDATE lease SET expires = ?, length = ? WHERE run = ?")?
        .execute((now + length, length, run.0))?;
    Ok(())
}

/// Ends the run's leases. The rows stay: the highest token must survive.
pub fn give_back(transaction: &Transaction<'_>, run: RunId) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE lease SET expires = 0 WHERE run = ?")?
        .execute([run.0])?;
    Ok(())
}
