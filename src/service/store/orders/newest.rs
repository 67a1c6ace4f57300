//! The order book as people look at it: the newest orders first, and what happened to each.

use jiff::Timestamp;
use rusqlite::{Row, params};
use serde::Deserialize;

use crate::model::Amount;
use crate::model::order::OrderState;
use crate::service::api::refusal::Refusal;
use crate::service::store::Store;
use crate::service::store::times::from_millis;

use super::facts::{from_word, read_json, word};

/// Which orders are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// Only those that stand so.
    pub state: Option<OrderState>,
    /// Only those of the store with this id; empty for all.
    pub store: String,
    /// Only those with this number, id or sales order; empty for all.
    pub named: String,
}

/// An order in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// Where the list goes on: the older an order, the smaller.
    pub key: i64,
    /// Id at the service.
    pub id: String,
    /// The number the customer knows.
    pub number: String,
    /// Id of its store.
    pub store: String,
    /// How it stands.
    pub state: OrderState,
    /// Sales order in AX; empty until it is told.
    pub sales_order: String,
    /// Who ordered, when and for how much.
    pub head: Head,
}

/// What of an order's content a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// When it was placed.
    pub placed: Timestamp,
    /// Currency of the total.
    pub currency: String,
    /// Who ordered.
    pub customer: Name,
    /// What the customer pays.
    pub total: Amount,
}

/// A customer's name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Name {
    /// The name.
    pub name: String,
}

/// Something that happened to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: Timestamp,
    /// The word of a state, or of an event: changed, paid.
    pub what: String,
    /// The sales order, or why it was rejected.
    pub detail: String,
}

impl Store {
    /// At most `limit` orders, the newest first, older than the key `before`.
    pub async fn newest_orders(
        &self,
        narrowed: Narrowed,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<OrderRow>, Refusal> {
        self.run(move |connection| {
            let state = narrowed.state.as_ref().map(word).transpose()?;
            // Each narrowing has an index of its own, which only its own statement uses.
            let statement = [
                include_str!("newest.sql"),
                state.as_ref().map_or("", |_| "AND state = ?3 "),
                if narrowed.store.is_empty() {
                    ""
                } else {
                    "AND store = ?4 "
                },
                if narrowed.named.is_empty() {
                    ""
                } else {
                    include_str!("named.sql")
                },
                "ORDER BY key DESC LIMIT ?2",
            ]
            .concat();
            let mut select = connection.prepare_cached(&statement)?;
            for (at, value) in [
                (3, state.as_deref().unwrap_or_default()),
                (4, &narrowed.store),
                (5, &narrowed.named),
            ] {
                if at <= select.parameter_count() {
                    select.raw_bind_parameter(at, value)?;
                }
            }
            select.raw_bind_parameter(1, before.unwrap_or(i64::MAX))?;
            select.raw_bind_parameter(2, limit as i64)?;
            let mut rows = select.raw_query();
            let mut orders = Vec::new();
            while let Some(row) = rows.next()? {
                orders.push(read(row)?);
            }
            Ok(orders)
        })
        .await
    }

    /// What happened to the order `id`, at most the `limit` newest, the oldest of them first.
    pub async fn order_past(&self, id: String, limit: usize) -> Result<Vec<Past>, Refusal> {
        self.run(move |connection| {
            let mut select = connection.prepare_cached(include_str!("past.sql"))?;
            let mut rows = select.query(params![id, limit as i64])?;
            let mut past = Vec::new();
            while let Some(row) = rows.next()? {
                past.push(Past {
                    at: from_millis(row.get(0)?)?,
                    what: row.get(1)?,
                    detail: row.get(2)?,
                });
            }
            past.reverse();
            Ok(past)
        })
        .await
    }
}

fn read(row: &Row<'_>) -> Result<OrderRow, Refusal> {
    Ok(OrderRow {
        key: row.get(0)?,
        id: row.get(1)?,
        number: row.get(2)?,
        store: row.get(3)?,
        state: from_word(row.get(4)?)?,
        sales_order: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
        head: read_json(&row.get::<_, Vec<u8>>(6)?)?,
    })
}
