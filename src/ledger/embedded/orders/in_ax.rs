//! What AX did with the orders afterwards: packing slips and sales statuses.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::super::rows;
use super::known::Known;
use super::too_late;
use crate::model::amount::Amount;
use crate::model::order::{OrderEventKind, WebOrder};
use crate::model::record::record_id;
use crate::model::shipment::{OrderStatus, SalesStatus, Shipment};
use crate::model::staged::Shipped;

pub fn shipments(connection: &Connection, order: &str) -> rusqlite::Result<Vec<Shipment>> {
    let mut statement = connection
        .prepare_cached("SELECT contents FROM order_shipment WHERE order_id = ? ORDER BY id")?;
    let found = statement.query_map([order], |row| rows::json(row, 0))?;
    found.collect()
}

pub fn note_shipment(
    transaction: &Transaction<'_>,
    now: i64,
    order: &str,
    shipment: &Shipment,
) -> rusqlite::Result<()> {
    let id = record_id(&[&shipment.packing_slip, &shipment.sales_order]);
    let contents = rows::to_json(shipment)?;
    let before: Option<(String, String)> = transaction
        .prepare_cached("SELECT order_id, contents FROM order_shipment WHERE id = ?")?
        .query_row([&id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if before
        .as_ref()
        .is_some_and(|(of, was)| of == order && *was == contents)
    {
        return Ok(());
    }
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO order_shipment (id, order_id, contents) VALUES (?, ?, ?)",
        )?
        .execute((&id, order, &contents))?;
    let slip = &shipment.packing_slip;
    let what = match &before {
        Some((of, _)) if of == order => format!("Packing slip {slip} changed"),
        Some(_) | None => format!("Packing slip {slip}"),
    };
    if let Some((of, _)) = before.filter(|(of, _)| of != order) {
        count_shipped(transaction, now, &of, "")?;
    }
    count_shipped(transaction, now, order, &what)
}

pub fn forget_shipment(transaction: &Transaction<'_>, now: i64, id: &str) -> rusqlite::Result<()> {
    let gone: Option<(String, Shipment)> = transaction
        .prepare_cached("DELETE FROM order_shipment WHERE id = ? RETURNING order_id, contents")?
        .query_row([id], |row| Ok((row.get(0)?, rows::json(row, 1)?)))
        .optional()?;
    let Some((order, shipment)) = gone else {
        return Ok(());
    };
    let what = format!("Packing slip {} is gone from AX", shipment.packing_slip);
    count_shipped(transaction, now, &order, &what)
}

/// How much of the order has left, after its packing slips changed.
fn count_shipped(
    transaction: &Transaction<'_>,
    now: i64,
    id: &str,
    what: &str,
) -> rusqlite::Result<()> {
    let Some(mut order) = Known::find(transaction, id)? else {
        return Ok(());
    };
    let ordered = order.contents(transaction)?.for_ax();
    order.shipped = shipped(&ordered, &shipments(transaction, id)?);
    order.write(transaction, now, what)
}

/// Compares what was ordered with what the packing slips say, line by line.
fn shipped(order: &WebOrder, shipments: &[Shipment]) -> Shipped {
    let mut left: BTreeMap<u32, Amount> = BTreeMap::new();
    for line in shipments.iter().flat_map(|shipment| &shipment.lines) {
        let sum = left.entry(line.line).or_default();
        *sum = sum.checked_add(line.quantity).unwrap_or(*sum);
    }
    if left.values().all(|quantity| *quantity <= Amount::ZERO) {
        return Shipped::Nothing;
    }
    let is_whole = order
        .lines
        .iter()
        .all(|line| left.get(&line.line).copied().unwrap_or_default() >= line.quantity);
    if is_whole {
        Shipped::Whole
    } else {
        Shipped::Partly
    }
}

pub fn note_status(
    transaction: &Transaction<'_>,
    now: i64,
    id: &str,
    status: &OrderStatus,
) -> rusqlite::Result<()> {
    let Some(mut order) = Known::find(transaction, id)? else {
        return Ok(());
    };
    if order.is_in_ax() && order.sales_order != status.sales_order {
        // It has the same requisition, but it is not what was made of the order.
        return Ok(());
    }
    // Journals have no status: this one was made a sales order.
    let was_journal = std::mem::take(&mut order.is_journal);
    if was_journal {
        too_late::clear_codes(transaction, &order, &[too_late::JOURNAL])?;
    } else if order.status == Some(status.status) {
        return Ok(());
    }
    let was_canceled = order.status == Some(SalesStatus::Canceled);
    order.status = Some(status.status);
    if status.status == SalesStatus::Canceled {
        too_late::clear_codes(transaction, &order, &[too_late::CANCELLED])?;
    } else if was_canceled && order.event == OrderEventKind::Cancelled {
        // Opened again in AX, though the customer does not want it.
        too_late::open(transaction, now, &order, too_late::CANCELLED)?;
    }
    let what = format!("Sales order {}: {}", status.sales_order, status.status);
    order.write(transaction, now, &what)
}
