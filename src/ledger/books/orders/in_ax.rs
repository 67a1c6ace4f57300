//! What AX did with the orders afterwards: packing slips and sales statuses.

use std::collections::BTreeMap;

use super::super::rows;
use super::known::Known;
use super::too_late;
use crate::model::amount::Amount;
use crate::model::order::{OrderEventKind, WebOrder};
use crate::model::record::record_id;
use crate::model::shipment::{OrderStatus, SalesStatus, Shipment};
use crate::model::staged::Shipped;
use crate::sql::{Session, SqlError, Text};
use crate::{statement, values};

const SHIPMENTS: Text<'static> = statement!("in_ax", "shipments");
const SHIPMENT: Text<'static> = statement!("in_ax", "shipment");
const PUT_SHIPMENT: Text<'static> = statement!("in_ax", "put shipment");
const DROP_SHIPMENT: Text<'static> = statement!("in_ax", "drop shipment");
const DROP_SHIPMENTS: Text<'static> = statement!("in_ax", "drop shipments");

pub fn shipments(db: Session<'_>, order: &str) -> Result<Vec<Shipment>, SqlError> {
    db.rows(&SHIPMENTS, &values![order], |row| rows::json(row, 0))
}

pub fn note_shipment(
    db: Session<'_>,
    now: i64,
    order: &str,
    shipment: &Shipment,
) -> Result<(), SqlError> {
    let id = record_id(&[&shipment.packing_slip, &shipment.sales_order]);
    let contents = rows::to_json(shipment)?;
    let before: Option<(String, String)> = db.optional(&SHIPMENT, &values![&id], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    if before
        .as_ref()
        .is_some_and(|(of, was)| of == order && *was == contents)
    {
        return Ok(());
    }
    db.execute(&PUT_SHIPMENT, &values![&id, order, &contents])?;
    let slip = &shipment.packing_slip;
    let what = match &before {
        Some((of, _)) if of == order => format!("Packing slip {slip} changed"),
        Some(_) | None => format!("Packing slip {slip}"),
    };
    if let Some((of, _)) = before.filter(|(of, _)| of != order) {
        count_shipped(db, now, &of, "")?;
    }
    count_shipped(db, now, order, &what)
}

pub fn forget_shipment(db: Session<'_>, now: i64, id: &str) -> Result<(), SqlError> {
    let gone: Option<(String, Shipment)> = db.optional(&SHIPMENT, &values![id], |row| {
        Ok((row.get(0)?, rows::json(row, 1)?))
    })?;
    let Some((order, shipment)) = gone else {
        return Ok(());
    };
    db.execute(&DROP_SHIPMENT, &values![id])?;
    let what = format!("Packing slip {} is gone from AX", shipment.packing_slip);
    count_shipped(db, now, &order, &what)
}

/// Forgets the packing slips of an order.
pub fn forget_shipments(db: Session<'_>, order: &str) -> Result<(), SqlError> {
    db.execute(&DROP_SHIPMENTS, &values![order])?;
    Ok(())
}

/// How much of the order has left, after its packing slips changed.
fn count_shipped(db: Session<'_>, now: i64, id: &str, what: &str) -> Result<(), SqlError> {
    let Some(mut order) = Known::find(db, id)? else {
        return Ok(());
    };
    let ordered = order.contents(db)?.for_ax();
    order.shipped = shipped(&ordered, &shipments(db, id)?);
    order.write(db, now, what)
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
    db: Session<'_>,
    now: i64,
    id: &str,
    status: &OrderStatus,
) -> Result<(), SqlError> {
    let Some(mut order) = Known::find(db, id)? else {
        return Ok(());
    };
    if order.is_in_ax() && order.sales_order != status.sales_order {
        // It has the same requisition, but it is not what was made of the order.
        return Ok(());
    }
    // Journals have no status: this one was made a sales order.
    let was_journal = std::mem::take(&mut order.is_journal);
    if was_journal {
        too_late::clear_codes(db, &order, &[too_late::JOURNAL])?;
    } else if order.status == Some(status.status) {
        return Ok(());
    }
    let was_canceled = order.status == Some(SalesStatus::Canceled);
    order.status = Some(status.status);
    if status.status == SalesStatus::Canceled {
        too_late::clear_codes(db, &order, &[too_late::CANCELLED])?;
    } else if was_canceled && order.event == OrderEventKind::Cancelled {
        // Opened again in AX, though the customer does not want it.
        too_late::open(db, now, &order, too_late::CANCELLED)?;
    }
    let what = format!("Sales order {}: {}", status.sales_order, status.status);
    order.write(db, now, &what)
}
