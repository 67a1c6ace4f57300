//! Acknowledgements: what the service is to be told about each order, and what it was told.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::super::rows;
use crate::model::Record;
use crate::model::digest::content_hash;
use crate::model::order::{Acknowledgement, Outcome};
use crate::model::staged::Stage;

const COLUMNS: &str = "id, seq, stage, sales_order, reason, withdrawn";
/// Orders of an order book that the service does not have any more are none of its business.
const OF_BOOK: &str = "book = (SELECT order_book FROM ledger)";

fn acknowledgement(row: &Row<'_>) -> rusqlite::Result<Acknowledgement> {
    let (outcome, sales_order, reason) = match rows::named(row, 2)? {
        Stage::Downloaded | Stage::AwaitingPayment | Stage::HandedOver | Stage::Cancelled => {
            (Outcome::Downloaded, String::new(), String::new())
        }
        Stage::Accepted => (Outcome::Accepted, row.get(3)?, String::new()),
        Stage::Exception | Stage::Closed => (Outcome::Rejected, String::new(), row.get(4)?),
    };
    Ok(Acknowledgement {
        order: row.get(0)?,
        seq: row.get(1)?,
        outcome,
        sales_order,
        withdrawn: row.get(5)?,
        reason,
    })
}

/// The hash that the record has when it is sent.
fn hash(acknowledgement: Acknowledgement) -> rusqlite::Result<i64> {
    let mut value = Vec::new();
    Record::Acknowledgement(acknowledgement)
        .write_json(&mut value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    Ok(content_hash(&value).cast_signed())
}

/// Gives the order's acknowledgement a version where its value is another one.
pub fn update(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    let Some(hash) = of(transaction, id)?.map(hash).transpose()? else {
        return Ok(());
    };
    let is_new = transaction
        .prepare_cached(
            "UPDATE online_order SET hash = ?2, version = \
                 (SELECT acknowledgement_version + 1 FROM ledger) WHERE id = ?1 AND hash <> ?2",
        )?
        .execute((id, hash))?;
    if is_new > 0 {
        transaction
            .prepare_cached(
                "UPDATE ledger SET acknowledgement_version = acknowledgement_version + 1",
            )?
            .execute([])?;
    }
    Ok(())
}

/// Notes what the service holds.
pub fn told(transaction: &Transaction<'_>, held: &[(String, u64)]) -> rusqlite::Result<()> {
    let mut statement =
        transaction.prepare_cached("UPDATE online_order SET told = ? WHERE id = ?")?;
    for (id, hash) in held {
        statement.execute((hash.cast_signed(), id))?;
    }
    Ok(())
}

/// Notes what the service does not hold any more.
pub fn untold(transaction: &Transaction<'_>, dropped: &[String]) -> rusqlite::Result<()> {
    let mut statement =
        transaction.prepare_cached("UPDATE online_order SET told = NULL WHERE id = ?")?;
    for id in dropped {
        statement.execute([id])?;
    }
    Ok(())
}

/// Notes that the service holds none.
pub fn forget(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE online_order SET told = NULL WHERE told IS NOT NULL",
        [],
    )?;
    Ok(())
}

pub fn of(connection: &Connection, id: &str) -> rusqlite::Result<Option<Acknowledgement>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM online_order WHERE id = ?"))?
        .query_row([id], acknowledgement)
        .optional()
}

/// The same for an order of the service's order book.
pub fn of_book(connection: &Connection, id: &str) -> rusqlite::Result<Option<Acknowledgement>> {
    let sql = format!("SELECT {COLUMNS} FROM online_order WHERE id = ? AND {OF_BOOK}");
    connection
        .prepare_cached(&sql)?
        .query_row([id], acknowledgement)
        .optional()
}

pub fn list(
    connection: &Connection,
    after: &str,
    limit: usize,
) -> rusqlite::Result<Vec<Acknowledgement>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM online_order WHERE id > ? AND {OF_BOOK} ORDER BY id LIMIT ?"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map(params![after, limit as i64], acknowledgement)?;
    found.collect()
}

pub fn changed(
    connection: &Connection,
    since: i64,
    after: &str,
    limit: usize,
) -> rusqlite::Result<Vec<String>> {
    // By the changes, not by all orders.
    let mut statement = connection.prepare_cached(
        "SELECT id FROM online_order INDEXED BY order_by_version \
         WHERE version > ? AND id > ? ORDER BY id LIMIT ?",
    )?;
    let found = statement.query_map(params![since, after, limit as i64], |row| row.get(0))?;
    found.collect()
}
