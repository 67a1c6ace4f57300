//! What AX did with the orders afterwards: packing slips and sales statuses.

use std::collections::BTreeMap;

use super::super::rows;
use super::known::{Known, parts, write_all};
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

/// Each packing slip with its order.
pub fn note_shipments(
    db: Session<'_>,
    now: i64,
    shipments: &[(String, Shipment)],
) -> Result<(), SqlError> {
    for part in parts(shipments, |(order, _)| order) {
        let ids: Vec<String> = part
            .iter()
            .map(|(_, slip)| record_id(&[&slip.packing_slip, &slip.sales_order]))
            .collect();
        let sets: Vec<_> = ids.iter().map(|id| values![id]).collect();
        let before = db.optional_each(&SHIPMENT, &sets, |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?))
        })?;
        let (mut put, mut left, mut noted) = (Vec::new(), Vec::new(), Vec::new());
        for ((id, before), (order, shipment)) in ids.iter().zip(before).zip(part) {
            let contents = rows::to_json(shipment)?;
            let slip = &shipment.packing_slip;
            let what = match before {
                Some((of, was)) if of == *order && was == contents => continue,
                Some((of, _)) if of == *order => format!("Packing slip {slip} changed"),
                Some((of, _)) => {
                    left.push(of);
                    format!("Packing slip {slip}")
                }
                None => format!("Packing slip {slip}"),
            };
            put.push(values![id, order, contents]);
            noted.push((order, what));
        }
        db.execute_each(&PUT_SHIPMENT, &put)?;
        for order in &left {
            count_shipped(db, now, &[(order, String::new())])?;
        }
        count_shipped(db, now, &noted)?;
    }
    Ok(())
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
    count_shipped(db, now, &[(&order, what)])
}

/// Forgets the packing slips of an order.
pub fn forget_shipments(db: Session<'_>, order: &str) -> Result<(), SqlError> {
    db.execute(&DROP_SHIPMENTS, &values![order])?;
    Ok(())
}

/// How much of each order has left, after its packing slips changed, and what its history says of
/// that. Each order is there once.
fn count_shipped(db: Session<'_>, now: i64, orders: &[(&String, String)]) -> Result<(), SqlError> {
    let ids = || orders.iter().map(|(id, _)| *id);
    let known = Known::find_all(db, ids())?;
    let contents = Known::contents_of(db, ids())?;
    let sets: Vec<_> = ids().map(|id| values![id]).collect();
    let mut slips: Vec<Vec<Shipment>> = vec![Vec::new(); sets.len()];
    db.each_of(&SHIPMENTS, &sets, |set, row| {
        if let Some(slips) = slips.get_mut(set) {
            slips.push(rows::json(row, 0)?);
        }
        Ok(())
    })?;
    let mut written = Vec::with_capacity(orders.len());
    for (((known, contents), slips), (_, what)) in
        known.into_iter().zip(contents).zip(slips).zip(orders)
    {
        if let (Some(mut order), Some(contents)) = (known, contents) {
            order.shipped = shipped(&contents.for_ax(), &slips);
            written.push((order, what));
        }
    }
    write_all(db, now, &written)
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

/// Each sales status with its order.
pub fn note_statuses(
    db: Session<'_>,
    now: i64,
    statuses: &[(String, OrderStatus)],
) -> Result<(), SqlError> {
    for part in parts(statuses, |(order, _)| order) {
        let known = Known::find_all(db, part.iter().map(|(order, _)| order))?;
        let mut written = Vec::with_capacity(part.len());
        for (known, (_, status)) in known.into_iter().zip(part) {
            let Some(mut order) = known else { continue };
            if order.is_in_ax() && order.sales_order != status.sales_order {
                // It has the same requisition, but it is not what was made of the order.
                continue;
            }
            // Journals have no status: this one was made a sales order.
            let was_journal = std::mem::take(&mut order.is_journal);
            if was_journal {
                too_late::clear_codes(db, &order, &[too_late::JOURNAL])?;
            } else if order.status == Some(status.status) {
                continue;
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
            written.push((order, what));
        }
        write_all(db, now, &written)?;
    }
    Ok(())
}
