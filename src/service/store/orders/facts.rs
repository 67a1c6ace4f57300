//! Reads what is known about an order and writes down how it stands: after each event and each
//! upload that says something about it.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::order::{OrderState, Outcome};
use crate::model::shipment::{SalesStatus, Shipment};
use crate::model::staged::Shipped;
use crate::model::{Amount, Stream};
use crate::service::api::refusal::{Code, Refusal};
use crate::service::store::Collection;

use super::state::Facts;

/// Derives how the order `key` stands, writes it down and returns it.
pub fn settle(connection: &Connection, key: i64) -> Result<OrderState, Refusal> {
    let facts = read(connection, key)?;
    let state = facts.state();
    connection
        .prepare_cached("UPDATE online_order SET state = ?2 WHERE key = ?1")?
        .execute(params![key, word(&state)?])?;
    Ok(state)
}

fn read(connection: &Connection, key: i64) -> Result<Facts, Refusal> {
    let (cancelled, newest, answered, outcome, has_sales_order, status) = connection
        .prepare_cached(include_str!("facts.sql"))?
        .query_row([key], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get::<_, Option<i64>>(2)?,
                row.get::<_, Option<String>>(3)?,
                row.get(4)?,
                row.get::<_, Option<String>>(5)?,
            ))
        })?;
    let outcome: Option<Outcome> = outcome.map(from_word).transpose()?;
    let status: Option<SalesStatus> = status.map(from_word).transpose()?;
    Ok(Facts {
        cancelled,
        newest,
        answered: answered.zip(outcome),
        has_sales_order,
        shipped: shipped(connection, key)?,
        status,
    })
}

/// The packing slips of the order `key`.
pub fn shipments(connection: &Connection, key: i64) -> Result<Vec<Shipment>, Refusal> {
    let collection = Collection::of(connection, Stream::Shipments)?;
    let mut select = connection.prepare_cached(include_str!("shipments.sql"))?;
    let mut rows = select.query([key, collection.id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_json(&row.get::<_, Vec<u8>>(0)?)?);
    }
    Ok(found)
}

/// How much of the order its packing slips hold, line by line.
fn shipped(connection: &Connection, key: i64) -> Result<Shipped, Refusal> {
    let slips = shipments(connection, key)?;
    if slips.is_empty() {
        return Ok(Shipped::Nothing);
    }
    let mut by_line: HashMap<u32, Amount> = HashMap::new();
    for line in slips.iter().flat_map(|slip| &slip.lines) {
        let sum = by_line.entry(line.line).or_default();
        *sum = sum.checked_add(line.quantity).unwrap_or(*sum);
    }
    let mut select =
        connection.prepare_cached("SELECT line, quantity FROM order_line WHERE order_key = ?1")?;
    let mut rows = select.query([key])?;
    let mut is_whole = true;
    while let Some(row) = rows.next()? {
        let ordered = amount(&row.get::<_, String>(1)?)?;
        let sent = by_line.get(&row.get(0)?).copied().unwrap_or_default();
        is_whole &= sent >= ordered;
    }
    let is_any = by_line.values().any(|sent| *sent > Amount::ZERO);
    Ok(match (is_any, is_whole) {
        (false, _) => Shipped::Nothing,
        (true, false) => Shipped::Partly,
        (true, true) => Shipped::Whole,
    })
}

/// The word of an enum on the wire, which is also the one in the file.
pub fn word(value: &impl Serialize) -> Result<String, Refusal> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        _ => Err(Refusal::new(Code::Internal, "a word cannot be written")),
    }
}

/// Reads what [`word`] wrote.
pub fn from_word<T: DeserializeOwned>(word: String) -> Result<T, Refusal> {
    serde_json::from_value(Value::String(word))
        .map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

/// Reads JSON that was checked when it was stored.
pub fn read_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(json).map_err(|error| {
        Refusal::new(
            Code::Internal,
            format!("a stored value cannot be read: {error}"),
        )
    })
}

/// Reads a stored quantity.
pub fn amount(text: &str) -> Result<Amount, Refusal> {
    text.parse()
        .map_err(|_| Refusal::new(Code::Internal, "a stored quantity cannot be read"))
}
