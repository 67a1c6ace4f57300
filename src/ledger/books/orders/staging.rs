//! Staging: what each event of the feed does to the order book.

use std::collections::BTreeSet;

use super::super::super::orders::{FeedPosition, Staged};
use super::super::rows;
use super::known::{Contents, Known, parts, write_all};
use super::too_late;
use crate::model::Stream;
use crate::model::order::{OrderEvent, OrderEventKind, WebOrder, folded};
use crate::model::shipment::SalesStatus;
use crate::model::staged::{Shipped, Stage};
use crate::sql::{Session, SqlError, Text, Value};
use crate::{statement, values};

const MOVE: Text<'static> = statement!("staging", "move");
const FORGET_CURSOR: Text<'static> = statement!("staging", "forget cursor");
const FORGET_PASS: Text<'static> = statement!("staging", "forget pass");
const PUT_HEADER: Text<'static> = statement!("staging", "put header");
const PUT_CONTENTS: Text<'static> = statement!("staging", "put contents");
const HOW_MANY: Text<'static> = statement!("staging", "how many");
const MARK_DUPLICATES: Text<'static> = statement!("staging", "mark duplicates");

pub fn stage(
    db: Session<'_>,
    now: i64,
    events: &[OrderEvent],
    position: &FeedPosition,
) -> Result<Vec<Staged>, SqlError> {
    let mut staged = Vec::with_capacity(events.len());
    for part in parts(events, |event| &event.order.id) {
        let known = Known::find_all(db, part.iter().map(|event| &event.order.id))?;
        let is_new = |(event, known): (_, &Option<Known>)| known.is_none().then_some(event);
        let new: Vec<&OrderEvent> = part.iter().zip(&known).filter_map(is_new).collect();
        let mut added = add(db, now, &position.book, &new)?.into_iter();
        for (event, known) in part.iter().zip(known) {
            staged.extend(match known {
                Some(known) => Some(again(db, now, &position.book, known, event)?),
                None => added.next(),
            });
        }
    }
    db.execute(&MOVE, &values![&position.book, position.seq])?;
    Ok(staged)
}

pub fn begin_anew(db: Session<'_>, book: &str) -> Result<(), SqlError> {
    db.execute(&MOVE, &values![book, 0])?;
    for stream in [
        Stream::Acknowledgements,
        Stream::Shipments,
        Stream::OrderStatuses,
    ] {
        db.execute(&FORGET_CURSOR, &values![stream.name()])?;
        db.execute(&FORGET_PASS, &values![stream.name()])?;
    }
    Ok(())
}

/// An event of an order that is known.
fn again(
    db: Session<'_>,
    now: i64,
    book: &str,
    known: Known,
    event: &OrderEvent,
) -> Result<Staged, SqlError> {
    // Numbers of another order book say nothing about this one's, nor do those of one that was
    // restored and counts on from an older event. What is told counts, not its number.
    let is_same_event = known.book == book && event.seq == known.seq;
    let is_later = known.book == book && event.seq > known.seq;
    let was_cancelled = known.event == OrderEventKind::Cancelled;
    let old_number = folded(&known.number);
    let order = Known {
        number: event.order.number.clone(),
        is_paid: event.order.payment.is_some(),
        book: book.to_owned(),
        seq: event.seq,
        event: event.kind,
        ..known
    };
    let contents = order.contents(db)?;
    let is_cancelled = event.kind == OrderEventKind::Cancelled;
    if !is_later && contents.newest == event.order && is_cancelled == was_cancelled {
        // The service tells it again; nothing has happened to the order.
        if !is_same_event {
            order.write(db, now, "")?;
        }
        return Ok(Staged::Known);
    }
    write_headers(db, now, &[event])?;
    let number = folded(&event.order.number);
    if number != old_number {
        mark_duplicates(db, &[old_number, number])?;
    }
    if order.is_in_ax() || order.is_out {
        too_late_for_ax(db, now, order, contents, event)
    } else {
        replace(db, now, order, event)
    }
}

/// AX has the order or may have it: two versions of it must never go there.
fn too_late_for_ax(
    db: Session<'_>,
    now: i64,
    mut order: Known,
    contents: Contents,
    event: &OrderEvent,
) -> Result<Staged, SqlError> {
    let in_ax = contents.for_ax();
    let differs = !is_same_to_ax(&in_ax, &event.order);
    write_contents(db, &event.order, differs.then_some(&in_ax))?;
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
            too_late::clear(db, now, &order)?;
            order.write(db, now, said(event))?;
            return Ok(Staged::Known);
        }
    };
    if !order.is_in_ax() {
        // Set aside or closed: it has to be looked for in AX before anything else.
        order.stage = Stage::HandedOver;
        order.reason.clear();
    }
    too_late::open(db, now, &order, code)?;
    let whereabouts = if order.is_in_ax() {
        format!("AX has it as {}", too_late::named(&order))
    } else {
        "AX may have it".to_owned()
    };
    order.write(
        db,
        now,
        &format!("{}, too late: {whereabouts}", said(event)),
    )?;
    Ok(staged)
}

/// AX surely does not have the order: it is what the service says now.
fn replace(
    db: Session<'_>,
    now: i64,
    mut order: Known,
    event: &OrderEvent,
) -> Result<Staged, SqlError> {
    write_contents(db, &event.order, None)?;
    order.clear(db)?;
    order.stage = order.stage_before_ax();
    order.reason.clear();
    order.write(db, now, said(event))?;
    Ok(match event.kind {
        OrderEventKind::Cancelled => Staged::Cancelled,
        OrderEventKind::Placed | OrderEventKind::Changed | OrderEventKind::Paid => Staged::Replaced,
    })
}

/// Orders that are not known yet, each with its event.
fn add(
    db: Session<'_>,
    now: i64,
    book: &str,
    events: &[&OrderEvent],
) -> Result<Vec<Staged>, SqlError> {
    write_headers(db, now, events)?;
    let contents: Vec<_> = events
        .iter()
        .map(|event| contents_of(&event.order, None))
        .collect::<Result<_, _>>()?;
    db.execute_each(&PUT_CONTENTS, &contents)?;
    let numbers: BTreeSet<String> = events
        .iter()
        .map(|event| folded(&event.order.number))
        .collect();
    mark_duplicates(db, &Vec::from_iter(numbers))?;
    let added: Vec<_> = events.iter().map(|event| new(book, event)).collect();
    write_all(db, now, &added)?;
    let staged = added.iter().map(|(order, _)| match order.stage {
        Stage::Cancelled => Staged::Cancelled,
        Stage::Downloaded
        | Stage::AwaitingPayment
        | Stage::HandedOver
        | Stage::Accepted
        | Stage::Exception
        | Stage::Closed => Staged::New,
    });
    Ok(staged.collect())
}

/// An order as its first event makes it, and what its history says of it.
fn new(book: &str, event: &OrderEvent) -> (Known, &'static str) {
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
    let stage = order.stage_before_ax();
    let what = match stage {
        Stage::Cancelled => "Downloaded; it was cancelled online before",
        Stage::AwaitingPayment => "Downloaded; it waits for its payment",
        Stage::Downloaded
        | Stage::HandedOver
        | Stage::Accepted
        | Stage::Exception
        | Stage::Closed => "Downloaded",
    };
    (Known { stage, ..order }, what)
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

/// The rows that lists show of orders' contents.
fn write_headers(db: Session<'_>, now: i64, events: &[&OrderEvent]) -> Result<(), SqlError> {
    let headers: Vec<_> = events
        .iter()
        .map(|event| {
            let order = &event.order;
            values![
                &order.id,
                &order.number,
                folded(&order.number),
                &order.store,
                order.placed.as_millisecond(),
                &order.customer.name,
                order.total.to_string(),
                &order.currency,
                order.lines.len() as i64,
                now,
            ]
        })
        .collect();
    db.execute_each(&PUT_HEADER, &headers)?;
    Ok(())
}

/// Keeps the newest contents and, where they are others, those that AX has or may get.
pub fn write_contents(
    db: Session<'_>,
    newest: &WebOrder,
    handed: Option<&WebOrder>,
) -> Result<(), SqlError> {
    db.execute(&PUT_CONTENTS, &contents_of(newest, handed)?)?;
    Ok(())
}

fn contents_of<'o>(
    newest: &'o WebOrder,
    handed: Option<&WebOrder>,
) -> Result<[Value<'o>; 3], SqlError> {
    Ok(values![
        &newest.id,
        rows::to_json(newest)?,
        handed.map(rows::to_json).transpose()?,
    ])
}

/// Orders with one number, in lower case, are possible duplicates of each other.
fn mark_duplicates(db: Session<'_>, numbers: &[String]) -> Result<(), SqlError> {
    let asked: Vec<_> = numbers.iter().map(|folded| values![folded]).collect();
    let many = db.optional_each(&HOW_MANY, &asked, |row| row.get::<i64>(0))?;
    let marks: Vec<_> = numbers
        .iter()
        .zip(many)
        .map(|(folded, many)| values![folded, many.is_some_and(|many| many > 1)])
        .collect();
    db.execute_each(&MARK_DUPLICATES, &marks)?;
    Ok(())
}
