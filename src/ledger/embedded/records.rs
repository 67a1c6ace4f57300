//! Records: what the service holds, what is under way, what is set aside.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::{Acknowledged, Fence, LedgerError, Settlement, Unsettled};
use super::exceptions::{self, Opening, Stuck};
use super::{glue, orders, rows, runs};
use crate::model::Stream;
use crate::model::digest::record_digest;
use crate::sql::Session;

fn failed(source: rusqlite::Error) -> LedgerError {
    LedgerError::Statement {
        what: "keeping records",
        source: source.into(),
    }
}

pub fn acknowledged(connection: &Connection, stream: Stream) -> rusqlite::Result<Acknowledged> {
    let mut sum = Acknowledged {
        count: 0,
        digest: 0,
    };
    let mut statement =
        connection.prepare_cached("SELECT id, hash FROM acknowledged WHERE stream = ?")?;
    let mut found = statement.query([stream.name()])?;
    while let Some(row) = found.next()? {
        let hash: i64 = row.get(1)?;
        sum.count += 1;
        sum.digest = sum.digest.wrapping_add(record_digest(
            row.get_ref(0)?.as_str()?,
            hash.cast_unsigned(),
        ));
    }
    Ok(sum)
}

pub fn compare(
    connection: &Connection,
    stream: Stream,
    records: &[(String, Option<u64>)],
) -> rusqlite::Result<Vec<bool>> {
    let mut statement =
        connection.prepare_cached("SELECT hash FROM acknowledged WHERE stream = ? AND id = ?")?;
    let keys: Vec<&str> = records.iter().map(|(id, _)| id.as_str()).collect();
    let stuck = Stuck::of(Session::Sqlite(connection), stream).and_then(|stuck| stuck.holds(&keys));
    let stuck = stuck.map_err(glue::back)?;
    records
        .iter()
        .zip(stuck)
        .map(|((id, hash), is_stuck)| {
            let held: Option<i64> = statement
                .query_row((stream.name(), id), |row| row.get(0))
                .optional()?;
            Ok(held.map(i64::cast_unsigned) == *hash && !is_stuck)
        })
        .collect()
}

pub fn compare_and_mark(
    transaction: &Transaction<'_>,
    stream: Stream,
    generation: i64,
    records: &[(String, Option<u64>)],
) -> rusqlite::Result<Vec<bool>> {
    let mut statement = transaction.prepare_cached(
        "UPDATE acknowledged SET generation = ? WHERE stream = ? AND id = ? RETURNING hash",
    )?;
    let keys: Vec<&str> = records.iter().map(|(id, _)| id.as_str()).collect();
    let stuck =
        Stuck::of(Session::Sqlite(transaction), stream).and_then(|stuck| stuck.holds(&keys));
    let stuck = stuck.map_err(glue::back)?;
    records
        .iter()
        .zip(stuck)
        .map(|((id, hash), is_stuck)| {
            let held: Option<i64> = statement
                .query_row((generation, stream.name(), id), |row| row.get(0))
                .optional()?;
            Ok(held.map(i64::cast_unsigned) == *hash && !is_stuck)
        })
        .collect()
}

pub fn unseen(
    connection: &Connection,
    stream: Stream,
    generation: i64,
    after: &str,
    limit: usize,
) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM acknowledged WHERE stream = ?1 AND id > ?2 AND generation <> ?3 \
         UNION SELECT key FROM exception WHERE stream = ?1 AND key > ?2 AND generation <> ?3 \
             AND state <> 'cleared' \
         ORDER BY id LIMIT ?4",
    )?;
    let found = statement.query_map(
        params![stream.name(), after, generation, limit as i64],
        |row| row.get(0),
    )?;
    found.collect()
}

pub fn intend(
    transaction: &Transaction<'_>,
    fence: Fence,
    stream: Stream,
    ids: &[String],
) -> Result<i64, LedgerError> {
    let batch: i64 = transaction
        .prepare_cached("UPDATE ledger SET next_batch = next_batch + 1 RETURNING next_batch - 1")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
        .map_err(failed)?;
    let now = runs::now(transaction).map_err(failed)?;
    transaction
        .prepare_cached(
            "INSERT INTO outbox (batch, stream, run, ids, created) VALUES (?, ?, ?, ?, ?)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                batch,
                stream.name(),
                fence.run.0,
                rows::to_json(&ids)?,
                now
            ])
        })
        .map_err(failed)?;
    Ok(batch)
}

pub fn settle(
    transaction: &Transaction<'_>,
    stream: Stream,
    generation: Option<i64>,
    settlement: &Settlement,
) -> Result<(), LedgerError> {
    let db = Session::Sqlite(transaction);
    hold(transaction, stream, generation, &settlement.held).map_err(failed)?;
    drop_records(transaction, stream, &settlement.dropped).map_err(failed)?;
    if stream == Stream::Acknowledgements {
        orders::told(db, &settlement.held)?;
        orders::untold(db, &settlement.dropped)?;
    }
    // What arrived, or is gone, is as it should be.
    if !Stuck::of(db, stream)?.is_empty {
        let held = settlement.held.iter().map(|(id, _)| id);
        let gone: Vec<&str> = held
            .chain(&settlement.dropped)
            .map(String::as_str)
            .collect();
        exceptions::clear(db, stream, &gone)?;
    }
    set_aside(transaction, stream, generation, settlement).map_err(failed)
}

fn hold(
    transaction: &Transaction<'_>,
    stream: Stream,
    generation: Option<i64>,
    held: &[(String, u64)],
) -> rusqlite::Result<()> {
    // Outside a pass the mark of the last one stays, so that a pass under way still finds the
    // record unseen or seen as it was.
    let mut statement = transaction.prepare_cached(
        "INSERT INTO acknowledged (stream, id, hash, generation) VALUES (?1, ?2, ?3, coalesce(?4, 0)) \
         ON CONFLICT DO UPDATE SET hash = excluded.hash, generation = coalesce(?4, generation)",
    )?;
    for (id, hash) in held {
        statement.execute(params![stream.name(), id, hash.cast_signed(), generation])?;
    }
    Ok(())
}

fn drop_records(
    transaction: &Transaction<'_>,
    stream: Stream,
    dropped: &[String],
) -> rusqlite::Result<()> {
    let mut statement =
        transaction.prepare_cached("DELETE FROM acknowledged WHERE stream = ? AND id = ?")?;
    for id in dropped {
        statement.execute((stream.name(), id))?;
    }
    Ok(())
}

fn set_aside(
    transaction: &Transaction<'_>,
    stream: Stream,
    generation: Option<i64>,
    settlement: &Settlement,
) -> rusqlite::Result<()> {
    let now = runs::now(transaction)?;
    let openings: Vec<_> = settlement
        .set_aside
        .iter()
        .map(|record| Opening::of_record(stream, record, generation))
        .collect();
    exceptions::open(Session::Sqlite(transaction), now, &openings).map_err(glue::back)?;
    for record in &settlement.set_aside {
        // An older value may still be at the service: the record is not gone, only stuck.
        transaction.execute(
            "UPDATE acknowledged SET generation = coalesce(?, generation) WHERE stream = ? AND id = ?",
            params![generation, stream.name(), record.id],
        )?;
    }
    Ok(())
}

pub fn raise_version(transaction: &Transaction<'_>, version: i64) -> Result<(), LedgerError> {
    transaction
        .execute(
            "UPDATE ledger SET next_batch = max(next_batch, ? + 1)",
            [version],
        )
        .map_err(failed)?;
    Ok(())
}

pub fn intend_again(transaction: &Transaction<'_>, batch: i64) -> Result<(), LedgerError> {
    let now = runs::now(transaction).map_err(failed)?;
    transaction
        .execute(
            "UPDATE outbox SET created = ? WHERE batch = ?",
            [now, batch],
        )
        .map_err(failed)?;
    Ok(())
}

pub fn unsettled(connection: &Connection, stream: Stream) -> rusqlite::Result<Vec<Unsettled>> {
    let now = runs::now(connection)?;
    let mut statement = connection
        .prepare_cached("SELECT batch, ids, created FROM outbox WHERE stream = ? ORDER BY batch")?;
    let found = statement.query_map([stream.name()], |row| {
        let age: i64 = now - row.get::<_, i64>(2)?;
        Ok(Unsettled {
            batch: row.get(0)?,
            ids: rows::json(row, 1)?,
            // Not negative, though somebody may have set the clock back.
            age: Duration::from_millis(age.max(0).cast_unsigned()),
        })
    })?;
    found.collect()
}

pub fn forget_batches(transaction: &Transaction<'_>, batches: &[i64]) -> Result<(), LedgerError> {
    let mut statement = transaction
        .prepare_cached("DELETE FROM outbox WHERE batch = ?")
        .map_err(failed)?;
    for batch in batches {
        statement.execute([batch]).map_err(failed)?;
    }
    Ok(())
}
