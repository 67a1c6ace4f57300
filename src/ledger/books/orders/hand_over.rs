//! Between the ledger and AX: given, taken back, seen there, set aside, tried again, closed.

use super::super::super::SetAside;
use super::super::super::orders::Accepted;
use super::super::exceptions::{self, Opening};
use super::in_ax;
use super::known::{Known, note, parts, write_all};
use super::staging::write_contents;
use super::too_late;
use crate::model::Stream;
use crate::model::order::OrderEventKind;
use crate::model::staged::{Shipped, Stage};
use crate::sql::{Session, SqlError};

/// Each order with its customer account. Answers the numbers of the attempts; `None` where an order is
/// not to be given to AX any more.
pub fn intend(
    db: Session<'_>,
    now: i64,
    orders: &[(String, String)],
) -> Result<Vec<Option<u32>>, SqlError> {
    let mut attempts = Vec::with_capacity(orders.len());
    for part in parts(orders, |(id, _)| id) {
        let known = Known::find_all(db, part.iter().map(|(id, _)| id))?;
        let mut given = Vec::with_capacity(part.len());
        for (known, (_, account)) in known.into_iter().zip(part) {
            let order = known.filter(|order| order.stage == Stage::Downloaded);
            attempts.push(order.as_ref().map(|order| order.attempts + 1));
            if let Some(order) = order {
                let attempts = order.attempts + 1;
                let what =
                    format!("Handed over to AX for customer account {account}, attempt {attempts}");
                let order = Known {
                    stage: Stage::HandedOver,
                    is_out: true,
                    attempts,
                    account: account.clone(),
                    ..order
                };
                given.push((order, what));
            }
        }
        write_all(db, now, &given)?;
    }
    Ok(attempts)
}

pub fn take_back(db: Session<'_>, now: i64, id: &str) -> Result<(), SqlError> {
    let Some(mut order) = Known::find(db, id)?.filter(|order| order.is_out) else {
        return Ok(());
    };
    let contents = order.contents(db)?;
    if contents.handed.is_some() {
        write_contents(db, &contents.newest, None)?;
    }
    too_late::clear(db, now, &order)?;
    order.is_out = false;
    if order.stage == Stage::HandedOver {
        order.stage = order.stage_before_ax();
    }
    order.write(db, now, "AX did not take it")
}

pub fn accept(db: Session<'_>, now: i64, accepted: &[Accepted]) -> Result<(), SqlError> {
    for part in parts(accepted, |accepted| &accepted.order) {
        let ids = || part.iter().map(|accepted| &accepted.order);
        let known = Known::find_all(db, ids())?;
        let changed = Known::are_changed(db, ids())?;
        let (mut written, mut clear) = (Vec::with_capacity(part.len()), Vec::new());
        for ((accepted, known), is_changed) in part.iter().zip(known).zip(changed) {
            let Some(mut order) = known else { continue };
            if order.is_in_ax() {
                if order.sales_order != accepted.sales_order {
                    // The service was told the first one, and another one would be a conflict.
                    let what = format!("Seen in AX once more, as {}", accepted.sales_order);
                    note(db, now, &order.id, &what)?;
                }
                continue;
            }
            order.stage = Stage::Accepted;
            order.is_out = false;
            order.account.clone_from(&accepted.account);
            order.sales_order.clone_from(&accepted.sales_order);
            order.is_journal = accepted.is_journal;
            order.reason.clear();
            if order.event == OrderEventKind::Cancelled {
                too_late::open(db, now, &order, too_late::CANCELLED)?;
            } else if is_changed {
                too_late::open(db, now, &order, too_late::CHANGED)?;
            } else if order.is_journal {
                too_late::open(db, now, &order, too_late::JOURNAL)?;
            } else {
                clear.push(accepted.order.as_str());
            }
            let what = format!("Accepted by AX as {}", too_late::named(&order));
            written.push((order, what));
        }
        exceptions::clear(db, Stream::Orders, &clear)?;
        write_all(db, now, &written)?;
    }
    Ok(())
}

pub fn set_aside(db: Session<'_>, now: i64, records: &[SetAside]) -> Result<(), SqlError> {
    for part in parts(records, |record| &record.id) {
        let openings: Vec<_> = part
            .iter()
            .map(|record| Opening::of_record(Stream::Orders, record, None))
            .collect();
        exceptions::open(db, now, &openings)?;
        let known = Known::find_all(db, part.iter().map(|record| &record.id))?;
        let mut written = Vec::with_capacity(part.len());
        for (record, known) in part.iter().zip(known) {
            let Some(mut order) = known else { continue };
            match order.stage {
                Stage::Downloaded
                | Stage::AwaitingPayment
                | Stage::HandedOver
                | Stage::Exception => {
                    order.stage = Stage::Exception;
                    order.reason = record.exception.to_string();
                }
                Stage::Accepted | Stage::Cancelled | Stage::Closed => {}
            }
            written.push((order, format!("Set aside: {}", record.exception)));
        }
        write_all(db, now, &written)?;
    }
    Ok(())
}

/// AX does not have the order's sales order any more, nor its packing slips.
pub fn lose(db: Session<'_>, now: i64, record: &SetAside) -> Result<(), SqlError> {
    let Some(mut order) = Known::find(db, &record.id)? else {
        return Ok(());
    };
    if order.stage != Stage::Accepted {
        return Ok(());
    }
    order.withdrawn = std::mem::take(&mut order.sales_order);
    order.stage = Stage::Exception;
    order.is_journal = false;
    order.status = None;
    order.shipped = Shipped::Nothing;
    order.reason = record.exception.to_string();
    in_ax::forget_shipments(db, &order.id)?;
    exceptions::open(db, now, &[Opening::of_record(Stream::Orders, record, None)])?;
    let what = format!("Set aside: {}", record.exception);
    order.write(db, now, &what)
}

/// An operator wants an order that is set aside to be tried again. False where there is nothing to
/// try: AX has it.
pub fn retry(db: Session<'_>, now: i64, id: &str) -> Result<bool, SqlError> {
    let Some(mut order) = Known::find(db, id)? else {
        return Ok(true);
    };
    if order.is_in_ax() {
        return Ok(false);
    }
    match order.stage {
        Stage::Exception | Stage::Closed => {
            order.stage = if order.is_out {
                // AX may have it: it is looked for there first.
                Stage::HandedOver
            } else {
                order.stage_before_ax()
            };
            order.reason.clear();
            order.write(db, now, "To be tried again")?;
        }
        Stage::Downloaded
        | Stage::AwaitingPayment
        | Stage::HandedOver
        | Stage::Accepted
        | Stage::Cancelled => {}
    }
    Ok(true)
}

/// An operator closed the order's exception (its code) with a note: it is not handed over any more.
/// What AX has, or is being asked about, stays as it is.
pub fn close(db: Session<'_>, now: i64, id: &str, code: &str, why: &str) -> Result<(), SqlError> {
    let Some(mut order) = Known::find(db, id)? else {
        return Ok(());
    };
    let is_about_ax = [too_late::CANCELLED, too_late::CHANGED].contains(&code);
    if !order.is_in_ax() && !is_about_ax && order.stage != Stage::Cancelled {
        order.stage = Stage::Closed;
        why.clone_into(&mut order.reason);
    }
    order.write(db, now, &format!("Resolved: {why}"))
}
