//! Between the ledger and AX: given, taken back, seen there, set aside, tried again, closed.

use rusqlite::Transaction;

use super::super::super::SetAside;
use super::super::super::orders::Accepted;
use super::super::exceptions::{self, Opening};
use super::known::{Known, note};
use super::staging::write_contents;
use super::too_late;
use crate::model::Stream;
use crate::model::order::OrderEventKind;
use crate::model::staged::{Shipped, Stage};

/// Answers the number of the attempt; `None` where the order is not to be given to AX any more.
pub fn intend(
    transaction: &Transaction<'_>,
    now: i64,
    id: &str,
    account: &str,
) -> rusqlite::Result<Option<u32>> {
    let Some(mut order) = Known::find(transaction, id)? else {
        return Ok(None);
    };
    if order.stage != Stage::Downloaded {
        return Ok(None);
    }
    order.stage = Stage::HandedOver;
    order.is_out = true;
    order.attempts += 1;
    account.clone_into(&mut order.account);
    let what = format!(
        "Handed over to AX for customer account {account}, attempt {}",
        order.attempts
    );
    order.write(transaction, now, &what)?;
    Ok(Some(order.attempts))
}

pub fn take_back(transaction: &Transaction<'_>, now: i64, id: &str) -> rusqlite::Result<()> {
    let Some(mut order) = Known::find(transaction, id)?.filter(|order| order.is_out) else {
        return Ok(());
    };
    let contents = order.contents(transaction)?;
    if contents.handed.is_some() {
        write_contents(transaction, &contents.newest, None)?;
    }
    too_late::clear(transaction, now, &order)?;
    order.is_out = false;
    if order.stage == Stage::HandedOver {
        order.stage = order.stage_before_ax();
    }
    order.write(transaction, now, "AX did not take it")
}

pub fn accept(
    transaction: &Transaction<'_>,
    now: i64,
    accepted: &Accepted,
) -> rusqlite::Result<()> {
    let Some(mut order) = Known::find(transaction, &accepted.order)? else {
        return Ok(());
    };
    if order.is_in_ax() {
        if order.sales_order != accepted.sales_order {
            // The service was told the first one, and another one would be a conflict.
            let what = format!("Seen in AX once more, as {}", accepted.sales_order);
            note(transaction, now, &order.id, &what)?;
        }
        return Ok(());
    }
    order.stage = Stage::Accepted;
    order.is_out = false;
    order.account.clone_from(&accepted.account);
    order.sales_order.clone_from(&accepted.sales_order);
    order.is_journal = accepted.is_journal;
    order.reason.clear();
    let is_changed = order.contents(transaction)?.handed.is_some();
    if order.event == OrderEventKind::Cancelled {
        too_late::open(transaction, now, &order, too_late::CANCELLED)?;
    } else if is_changed {
        too_late::open(transaction, now, &order, too_late::CHANGED)?;
    } else if order.is_journal {
        too_late::open(transaction, now, &order, too_late::JOURNAL)?;
    } else {
        order.clear(transaction)?;
    }
    let what = format!("Accepted by AX as {}", too_late::named(&order));
    order.write(transaction, now, &what)
}

pub fn set_aside(
    transaction: &Transaction<'_>,
    now: i64,
    record: &SetAside,
) -> rusqlite::Result<()> {
    exceptions::open(
        transaction,
        now,
        &Opening::of_record(Stream::Orders, record, None),
    )?;
    let Some(mut order) = Known::find(transaction, &record.id)? else {
        return Ok(());
    };
    match order.stage {
        Stage::Downloaded | Stage::AwaitingPayment | Stage::HandedOver | Stage::Exception => {
            order.stage = Stage::Exception;
            order.reason = record.exception.to_string();
        }
        Stage::Accepted | Stage::Cancelled | Stage::Closed => {}
    }
    let what = format!("Set aside: {}", record.exception);
    order.write(transaction, now, &what)
}

/// AX does not have the order's sales order any more, nor its packing slips.
pub fn lose(transaction: &Transaction<'_>, now: i64, record: &SetAside) -> rusqlite::Result<()> {
    let Some(mut order) = Known::find(transaction, &record.id)? else {
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
    transaction
        .prepare_cached("DELETE FROM order_shipment WHERE order_id = ?")?
        .execute([&order.id])?;
    exceptions::open(
        transaction,
        now,
        &Opening::of_record(Stream::Orders, record, None),
    )?;
    let what = format!("Set aside: {}", record.exception);
    order.write(transaction, now, &what)
}

/// An operator wants an order that is set aside to be tried again. False where there is nothing to
/// try: AX has it.
pub fn retry(transaction: &Transaction<'_>, now: i64, id: &str) -> rusqlite::Result<bool> {
    let Some(mut order) = Known::find(transaction, id)? else {
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
            order.write(transaction, now, "To be tried again")?;
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
pub fn close(
    transaction: &Transaction<'_>,
    now: i64,
    id: &str,
    code: &str,
    why: &str,
) -> rusqlite::Result<()> {
    let Some(mut order) = Known::find(transaction, id)? else {
        return Ok(());
    };
    let is_about_ax = [too_late::CANCELLED, too_late::CHANGED].contains(&code);
    if !order.is_in_ax() && !is_about_ax && order.stage != Stage::Cancelled {
        order.stage = Stage::Closed;
        why.clone_into(&mut order.reason);
    }
    order.write(transaction, now, &format!("Resolved: {why}"))
}
