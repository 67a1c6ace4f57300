//! The order book: online orders, each with its newest event, and the feed of those events.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::commerce::wire::{MAX_BODY_BYTES, OrderDetails, OrderListPage, OrderListed};
use crate::model::digest::hex64;
use crate::model::order::{OrderEventKind, OrderState, Payment, WebOrder};
use crate::service::api::refusal::{Code, Refusal};
use crate::service::strict::OrderContent;

use self::facts::{from_word, read_json, settle, word};
pub use self::newest::{Narrowed, OrderRow, Past};
use super::Store;
use super::offer::must_be_offered;

pub mod facts;
mod newest;
mod state;

/// What a request did to an order.
#[derive(Debug)]
pub struct Done {
    /// The order as it is now.
    pub listed: OrderListed,
    /// True where it made an event.
    pub is_new: bool,
}

/// A [`crate::commerce::wire::FeedPage`] whose orders are the stored bytes.
#[derive(Serialize)]
struct RawPage {
    book: String,
    newest: i64,
    events: Vec<RawEvent>,
}

/// A [`crate::model::order::OrderEvent`].
#[derive(Serialize)]
struct RawEvent {
    seq: i64,
    kind: OrderEventKind,
    at: Timestamp,
    order: Box<RawValue>,
}

/// What of an order's row decides what may be done to it.
struct Known {
    key: i64,
    hash: i64,
    placed: i64,
    state: OrderState,
}

impl Store {
    /// Places an order. The same one again is no event.
    pub async fn place(&self, content: OrderContent) -> Result<Done, Refusal> {
        self.event(move |transaction| place(transaction, &content))
            .await
    }

    /// Places an order of a shopper, where all of it is on offer at its store. An order that is there
    /// stays as it is, whatever the content: a form makes one order, however often it is sent.
    pub async fn place_offered(&self, content: OrderContent) -> Result<Done, Refusal> {
        self.event(move |transaction| {
            if find(transaction, &content.order.id)?.is_some() {
                return Ok((content.order.id, None));
            }
            must_be_offered(transaction, &content.order)?;
            place(transaction, &content)
        })
        .await
    }

    /// Puts another content in the place of an order's, and with `of` only in the place of the content
    /// with that hash. The same content is no event.
    pub async fn correct(&self, content: OrderContent, of: Option<u64>) -> Result<Done, Refusal> {
        self.event(move |transaction| {
            let id = content.order.id.clone();
            let known = must_find(transaction, &id)?;
            if known.hash == content.hash as i64 {
                return Ok((id, None));
            }
            must_be_open(&id, known.state)?;
            if of.is_some_and(|of| of as i64 != known.hash) {
                return Err(Refusal::new(
                    Code::EditedMeanwhile,
                    format!("the order {id} was changed meanwhile; look at it again"),
                ));
            }
            let seq = change(transaction, &known, &content, OrderEventKind::Changed)?;
            Ok((id, Some(seq)))
        })
        .await
    }

    /// Notes an authorised payment. The same one again is no event.
    pub async fn pay(&self, id: String, payment: Payment) -> Result<Done, Refusal> {
        self.event(move |transaction| {
            let known = must_find(transaction, &id)?;
            let mut order = read_order(transaction, known.key)?;
            if order.payment.as_ref() == Some(&payment) {
                return Ok((id, None));
            }
            if known.state == OrderState::Cancelled {
                return Err(cancelled(&id));
            }
            if order.payment.is_some() {
                return Err(Refusal::new(
                    Code::OrderPaid,
                    format!("the order {id} has another payment; correct the order to replace it"),
                ));
            }
            order.payment = Some(payment);
            let content = OrderContent::of(order)?;
            let seq = change(transaction, &known, &content, OrderEventKind::Paid)?;
            Ok((id, Some(seq)))
        })
        .await
    }

    /// Cancels an order for the shopper. Repeating it is no event.
    pub async fn cancel(&self, id: String) -> Result<Done, Refusal> {
        self.event(move |transaction| {
            let known = must_find(transaction, &id)?;
            if known.state == OrderState::Cancelled {
                return Ok((id, None));
            }
            must_be_open(&id, known.state)?;
            let seq = next_seq(transaction)?;
            transaction
                .prepare_cached(
                    "UPDATE online_order SET cancelled = 1, seq = ?2, kind = 'cancelled', at = ?3 WHERE key = ?1",
                )?
                .execute(params![known.key, seq, now()])?;
            settle(transaction, known.key)?;
            Ok((id, Some(seq)))
        })
        .await
    }

    /// One order with its packing slips.
    pub async fn order(&self, id: String) -> Result<OrderDetails, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let known = must_find(&transaction, &id)?;
            Ok(OrderDetails {
                listed: listed(&transaction, &id)?,
                order: read_order(&transaction, known.key)?,
                shipments: facts::shipments(&transaction, known.key)?,
            })
        })
        .await
    }

    /// At most `limit` orders behind the id `after`; `next` is the id to go on from.
    pub async fn orders(&self, after: String, limit: usize) -> Result<OrderListPage, Refusal> {
        self.run(move |connection| {
            let mut select = connection.prepare_cached(include_str!("orders/page.sql"))?;
            let mut rows = select.query(params![after, limit as i64 + 1])?;
            let mut orders = Vec::new();
            while let Some(row) = rows.next()? {
                orders.push(read_listed(row)?);
            }
            let is_more = orders.len() > limit;
            orders.truncate(limit);
            let next = orders
                .last()
                .filter(|_| is_more)
                .map(|last| last.id.clone());
            Ok(OrderListPage { orders, next })
        })
        .await
    }

    /// At most `limit` events behind `after`, and no more than a body holds: a
    /// [`crate::commerce::wire::FeedPage`] in JSON.
    pub async fn feed(&self, after: i64, limit: usize) -> Result<Vec<u8>, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let (book, newest) = transaction
                .prepare_cached("SELECT id, newest FROM book")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let mut events = Vec::new();
            let mut bytes = 0;
            let mut select = transaction.prepare_cached(include_str!("orders/feed.sql"))?;
            let mut rows = select.query(params![after, limit as i64])?;
            while let Some(row) = rows.next()? {
                let json: Vec<u8> = row.get(3)?;
                bytes += json.len();
                // One event goes at least, so that a reader always comes on.
                if bytes > MAX_BODY_BYTES && !events.is_empty() {
                    break;
                }
                events.push(RawEvent {
                    seq: row.get(0)?,
                    kind: from_word(row.get(1)?)?,
                    at: Timestamp::from_millisecond(row.get(2)?).map_err(internal)?,
                    order: raw(json)?,
                });
            }
            let page = RawPage {
                book,
                newest,
                events,
            };
            serde_json::to_vec(&page).map_err(internal)
        })
        .await
    }

    /// Runs `call`, which answers the id of an order and the number of the event it made, in one
    /// transaction, and tells those who wait for events.
    async fn event(
        &self,
        call: impl FnOnce(&Transaction<'_>) -> Result<(String, Option<i64>), Refusal> + Send + 'static,
    ) -> Result<Done, Refusal> {
        let live = std::sync::Arc::clone(&self.live);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let (id, seq) = call(&transaction)?;
            let listed = listed(&transaction, &id)?;
            transaction.commit()?;
            if let Some(seq) = seq {
                live.newest.send_replace(seq);
            }
            Ok(Done {
                listed,
                is_new: seq.is_some(),
            })
        })
        .await
    }
}

/// True where there is an order of this id.
pub fn is_there(connection: &Connection, id: &str) -> Result<bool, Refusal> {
    Ok(find(connection, id)?.is_some())
}

/// Places an order; its id, and the number of the event that it made.
fn place(
    transaction: &Transaction<'_>,
    content: &OrderContent,
) -> Result<(String, Option<i64>), Refusal> {
    let OrderContent { order, hash, .. } = content;
    let hash = *hash as i64;
    if let Some(known) = find(transaction, &order.id)? {
        if known.hash == hash || known.placed == hash {
            return Ok((order.id.clone(), None));
        }
        return Err(Refusal::new(
            Code::OrderExists,
            format!(
                "the order {} is there with another content; correct it with PUT, or give the new one another id",
                order.id
            ),
        ));
    }
    let seq = insert(transaction, content)?;
    Ok((order.id.clone(), Some(seq)))
}

/// Places an order that is not there; the number of the event.
pub fn insert(transaction: &Transaction<'_>, content: &OrderContent) -> Result<i64, Refusal> {
    let OrderContent { order, json, hash } = content;
    let hash = *hash as i64;
    let seq = next_seq(transaction)?;
    let key = transaction
        .prepare_cached(include_str!("orders/insert.sql"))?
        .query_row(
            params![order.id, order.number, order.store, hash, seq, now(), json],
            |row| row.get(0),
        )?;
    insert_lines(transaction, key, order)?;
    Ok(seq)
}

fn change(
    transaction: &Transaction<'_>,
    known: &Known,
    content: &OrderContent,
    kind: OrderEventKind,
) -> Result<i64, Refusal> {
    let OrderContent { order, json, hash } = content;
    let seq = next_seq(transaction)?;
    transaction
        .prepare_cached(include_str!("orders/change.sql"))?
        .execute(params![
            known.key,
            order.number,
            order.store,
            *hash as i64,
            seq,
            word(&kind)?,
            now(),
            json
        ])?;
    transaction
        .prepare_cached("DELETE FROM order_line WHERE order_key = ?1")?
        .execute([known.key])?;
    insert_lines(transaction, known.key, order)?;
    settle(transaction, known.key)?;
    Ok(seq)
}

fn insert_lines(connection: &Connection, key: i64, order: &WebOrder) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(include_str!("orders/insert_line.sql"))?;
    for line in &order.lines {
        let dimensions = &line.dimensions;
        insert.execute(params![
            key,
            line.line,
            line.item,
            dimensions.configuration,
            dimensions.size,
            dimensions.colour,
            dimensions.style,
            line.quantity.to_string()
        ])?;
    }
    Ok(())
}

fn find(connection: &Connection, id: &str) -> Result<Option<Known>, Refusal> {
    let found = connection
        .prepare_cached("SELECT key, hash, placed, state FROM online_order WHERE id = ?1")?
        .query_row([id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    found
        .map(|(key, hash, placed, state)| {
            Ok(Known {
                key,
                hash,
                placed,
                state: from_word(state)?,
            })
        })
        .transpose()
}

fn must_find(connection: &Connection, id: &str) -> Result<Known, Refusal> {
    find(connection, id)?
        .ok_or_else(|| Refusal::new(Code::NoSuchOrder, format!("there is no order {id:?}")))
}

fn must_be_open(id: &str, state: OrderState) -> Result<(), Refusal> {
    match state {
        OrderState::Placed
        | OrderState::Downloaded
        | OrderState::Rejected
        | OrderState::Accepted => Ok(()),
        OrderState::PartiallyShipped | OrderState::Shipped => Err(Refusal::new(
            Code::OrderShipped,
            format!("the order {id} is {state}; what is on its way cannot be changed any more"),
        )),
        OrderState::Cancelled => Err(cancelled(id)),
    }
}

fn cancelled(id: &str) -> Refusal {
    Refusal::new(
        Code::OrderCancelled,
        format!("the order {id} is cancelled; place another one"),
    )
}

fn listed(connection: &Connection, id: &str) -> Result<OrderListed, Refusal> {
    let mut select = connection.prepare_cached(include_str!("orders/listed.sql"))?;
    let mut rows = select.query([id])?;
    let row = rows
        .next()?
        .ok_or_else(|| Refusal::new(Code::Internal, "an order is gone"))?;
    read_listed(row)
}

fn read_listed(row: &Row<'_>) -> Result<OrderListed, Refusal> {
    let state = from_word(row.get(4)?)?;
    let reason: String = row.get(6)?;
    Ok(OrderListed {
        id: row.get(0)?,
        number: row.get(1)?,
        store: row.get(2)?,
        seq: row.get(3)?,
        state,
        sales_order: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
        // The reason of an older rejection says nothing about the order as it is now.
        reason: if state == OrderState::Rejected {
            reason
        } else {
            String::new()
        },
        hash: hex64(row.get::<_, i64>(7)? as u64),
    })
}

fn read_order(connection: &Connection, key: i64) -> Result<WebOrder, Refusal> {
    let json: Vec<u8> = connection
        .prepare_cached("SELECT json FROM online_order WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?;
    read_json(&json)
}

fn next_seq(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("UPDATE book SET newest = newest + 1 RETURNING newest")?
        .query_row([], |row| row.get(0))
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn raw(json: Vec<u8>) -> Result<Box<RawValue>, Refusal> {
    String::from_utf8(json)
        .ok()
        .and_then(|json| RawValue::from_string(json).ok())
        .ok_or_else(|| Refusal::new(Code::Internal, "a stored order is not JSON"))
}

fn internal(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(Code::Internal, error.to_string())
}
