//! Staging: what each event of the feed does to the order book.

use rusqlite::{Transaction, named_params};

use super::super::super::orders::{FeedPosition, Staged};
use super::super::rows;
use super::known::{Contents, Known};
use super::too_late;
use crate::model::Stream;
use crate::model::order::{OrderEvent, OrderEventKind, WebOrder};
use crate::model::shipment::SalesStatus;
use crate::model::staged::{Shipped, Stage};

pub fn stage(
    transaction: &Transaction<'_>,
    now: i64,
    events: &[OrderEvent],
    position: &FeedPosition,
) -> rusqlite::Result<Vec<Staged>> {
    let staged = events
        .iter()
        .map(|event| stage_one(transaction, now, &position.book, event))
        .collect::<rusqlite::Result<_>>()?;
    transaction.execute(
        "UPDATE ledger SET order_book = ?, order_seq = ?",
        (&position.book, position.seq),
    )?;
    Ok(staged)
}

pub fn begin_anew(transaction: &Transaction<'_>, book: &str) -> rusqlite::Result<()> {
    transaction.execute("UPDATE ledger SET order_book = ?, order_seq = 0", [book])?;
    for stream in [
        Stream::Acknowledgements,
        Stream::Shipments,
        Stream::OrderStatuses,
    ] {
        transaction.execute("DELETE FROM cursor WHERE stream = ?", [stream.name()])?;
        transaction.execute("DELETE FROM pass WHERE stream = ?", [stream.name()])?;
    }
    Ok(())
}

fn stage_one(
    transaction: &Transaction<'_>,
    now: i64,
    book: &str,
    event: &OrderEvent,
) -> rusqlite::Result<Staged> {
    let Some(known) = Known::find(transaction, &event.order.id)? else {
        return add(transaction, now, book, event);
    };
    // Numbers of another order book say nothing about this one's, nor do those of one that was
    // restored and counts on from an older event. What is told counts, not its number.
    let is_same_event = known.book == book && event.seq == known.seq;
    let is_later = known.book == book && event.seq > known.seq;
    let was_cancelled = known.event == OrderEventKind::Cancelled;
    let old_number = known.number.to_lowercase();
    let order = Known {
        number: event.order.number.clone(),
        is_paid: event.order.payment.is_some(),
        book: book.to_owned(),
        seq: event.seq,
        event: event.kind,
        ..known
    };
    let contents = order.contents(transaction)?;
    let is_cancelled = event.kind == OrderEventKind::Cancelled;
    if !is_later && contents.newest == event.order && is_cancelled == was_cancelled {
        // The service tells it again; nothing has happened to the order.
        if !is_same_event {
            order.write(transaction, now, "")?;
        }
        return Ok(Staged::Known);
    }
    write_header(transaction, now, &event.order)?;
    let number = event.order.number.to_lowercase();
    if number != old_number {
        mark_duplicates(transaction, &old_number)?;
        mark_duplicates(transaction, &number)?;
    }
    if order.is_in_ax() || order.is_out {
        too_late_for_ax(transaction, now, order, contents, event)
    } else {
        replace(transaction, now, order, event)
    }
}

/// AX has the order or may have it: two versions of it must never go there.
fn too_late_for_ax(
    transaction: &Transaction<'_>,
    now: i64,
    mut order: Known,
    contents: Contents,
    event: &OrderEvent,
) -> rusqlite::Result<Staged> {
    let in_ax = contents.for_ax();
    let differs = !is_same_to_ax(&in_ax, &event.order);
    write_contents(transaction, &event.order, differs.then_some(&in_ax))?;
    let (staged, code) = match event.kind {
        OrderEventKind::Cancelled if order.status != Some(SalesStatus::Canceled) => {
            (Staged::CancelledTooLate, too_late::CANCELLED)
        }
        OrderEventKind::Placed | OrderEventKind::Changed | OrderEventKind::Paid if differs => {
            (Staged::ChangedTooLate, too_late::CHANGED)
        }
        OrderEventKind::Cancelled
        | OrderEventKind::Placed
        | OrderEventKind::Changed
        | OrderEventKind::Paid => {
            too_late::clear(transaction, now, &order)?;
            order.write(transaction, now, said(event))?;
            return Ok(Staged::Known);
        }
    };
    if !order.is_in_ax() {
        // Set aside or closed: it has to be looked for in AX before anything else.
        order.stage = Stage::HandedOver;
        order.reason.clear();
    }
    too_late::open(transaction, now, &order, code)?;
    let whereabouts = if order.is_in_ax() {
        format!("AX has it as {}", too_late::named(&order))
    } else {
        "AX may have it".to_owned()
    };
    order.write(
        transaction,
        now,
        &format!("{}, too late: {whereabouts}", said(event)),
    )?;
    Ok(staged)
}

/// AX surely does not have the order: it is what the service says now.
fn replace(
    transaction: &Transaction<'_>,
    now: i64,
    mut order: Known,
    event: &OrderEvent,
) -> rusqlite::Result<Staged> {
    write_contents(transaction, &event.order, None)?;
    order.clear(transaction)?;
    order.stage = order.stage_before_ax();
    order.reason.clear();
    order.write(transaction, now, said(event))?;
    Ok(match event.kind {
        OrderEventKind::Cancelled => Staged::Cancelled,
        OrderEventKind::Placed | OrderEventKind::Changed | OrderEventKind::Paid => Staged::Replaced,
    })
}

fn add(
    transaction: &Transaction<'_>,
    now: i64,
    book: &str,
    event: &OrderEvent,
) -> rusqlite::Result<Staged> {
    let order = Known {
        id: event.order.id.clone(),
        number: event.order.number.clone(),
        is_paid: event.order.payment.is_some(),
        book: book.to_owned(),
        seq: event.seq,
        event: event.kind,
        stage: Stage::Downloaded,
        is_out: false,
        attempts: 0,
        account: String::new(),
        sales_order: String::new(),
        withdrawn: String::new(),
        is_journal: false,
        status: None,
        shipped: Shipped::Nothing,
        reason: String::new(),
    };
    let order = Known {
        stage: order.stage_before_ax(),
        ..order
    };
    write_header(transaction, now, &event.order)?;
    write_contents(transaction, &event.order, None)?;
    mark_duplicates(transaction, &event.order.number.to_lowercase())?;
    let is_cancelled = order.stage == Stage::Cancelled;
    let what = match order.stage {
        Stage::Cancelled => "Downloaded; it was cancelled online before",
        Stage::AwaitingPayment => "Downloaded; it waits for its payment",
        Stage::Downloaded
        | Stage::HandedOver
        | Stage::Accepted
        | Stage::Exception
        | Stage::Closed => "Downloaded",
    };
    order.write(transaction, now, what)?;
    Ok(if is_cancelled {
        Staged::Cancelled
    } else {
        Staged::New
    })
}

/// What the history says of an event.
const fn said(event: &OrderEvent) -> &'static str {
    match event.kind {
        OrderEventKind::Placed => "Placed online again",
        OrderEventKind::Changed => "Changed online",
        OrderEventKind::Paid => "Payment authorised online",
        OrderEventKind::Cancelled => "Cancelled online",
    }
}

/// True where a sales order made of one is right for the other: the payment stays at the service.
fn is_same_to_ax(one: &WebOrder, other: &WebOrder) -> bool {
    let without_payment = |order: &WebOrder| WebOrder {
        payment: None,
        ..order.clone()
    };
    without_payment(one) == without_payment(other)
}

/// The columns that lists show of an order's contents.
fn write_header(transaction: &Transaction<'_>, now: i64, order: &WebOrder) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(include_str!("header.sql"))?
        .execute(named_params! {
            ":id": order.id,
            ":number": order.number,
            ":folded": order.number.to_lowercase(),
            ":store": order.store,
            ":placed": order.placed.as_millisecond(),
            ":customer": order.customer.name,
            ":total": order.total.to_string(),
            ":currency": order.currency,
            ":lines": order.lines.len() as i64,
            ":now": now,
        })?;
    Ok(())
}

/// Keeps the newest contents and, where they are others, those that AX has or may get.
pub fn write_contents(
    transaction: &Transaction<'_>,
    newest: &WebOrder,
    handed: Option<&WebOrder>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO order_contents (id, contents, handed) VALUES (?, ?, ?)",
        )?
        .execute((
            &newest.id,
            rows::to_json(newest)?,
            handed.map(rows::to_json).transpose()?,
        ))?;
    Ok(())
}

/// Orders with one number are possible duplicates of each other.
fn mark_duplicates(transaction: &Transaction<'_>, folded: &str) -> rusqlite::Result<()> {
    let several: bool = transaction
        .prepare_cached(
            "SELECT count(*) > 1 FROM (SELECT 1 FROM online_order WHERE folded = ? LIMIT 2)",
        )?
        .query_row([folded], |row| row.get(0))?;
    // However many there are, at most one of them is not marked as it should be.
    transaction
        .prepare_cached(
            "UPDATE online_order SET is_duplicate = ?1 WHERE folded = ?2 AND is_duplicate = NOT ?1",
        )?
        .execute((several, folded))?;
    Ok(())
}
