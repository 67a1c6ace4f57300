//! An order as its rules need it: read, moved to another stage, written down with its history and
//! with what the service is to be told.

use rusqlite::{OptionalExtension, Row, Transaction, named_params};

use super::super::{exceptions, rows};
use super::answers;
use crate::model::Stream;
use crate::model::order::{OrderEventKind, WebOrder};
use crate::model::shipment::SalesStatus;
use crate::model::staged::{Shipped, Stage};

/// An order of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: String,
    pub number: String,
    pub is_paid: bool,
    /// The order book that `seq` belongs to.
    pub book: String,
    pub seq: i64,
    pub event: OrderEventKind,
    pub stage: Stage,
    /// Handed over, and neither taken back nor seen in AX: AX may have it.
    pub is_out: bool,
    pub attempts: u32,
    pub account: String,
    pub sales_order: String,
    /// Sales order that AX does not have any more.
    pub withdrawn: String,
    pub is_journal: bool,
    pub status: Option<SalesStatus>,
    pub shipped: Shipped,
    /// Why it is rejected.
    pub reason: String,
}

/// The contents of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// As the service told it last.
    pub newest: WebOrder,
    /// What AX has or may get, where that is something else.
    pub handed: Option<WebOrder>,
}

impl Contents {
    /// What AX has or may get.
    pub fn for_ax(self) -> WebOrder {
        self.handed.unwrap_or(self.newest)
    }
}

impl Known {
    const COLUMNS: &str = "id, number, is_paid, book, seq, event, stage, is_out, attempts, account, \
                           sales_order, is_journal, status, shipped, reason, withdrawn";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            number: row.get(1)?,
            is_paid: row.get(2)?,
            book: row.get(3)?,
            seq: row.get(4)?,
            event: rows::named(row, 5)?,
            stage: rows::named(row, 6)?,
            is_out: row.get(7)?,
            attempts: row.get(8)?,
            account: row.get(9)?,
            sales_order: row.get(10)?,
            is_journal: row.get(11)?,
            status: rows::optional_named(row, 12)?,
            shipped: rows::named(row, 13)?,
            reason: row.get(14)?,
            withdrawn: row.get(15)?,
        })
    }

    /// The order with this id.
    pub fn find(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<Option<Self>> {
        let sql = format!("SELECT {} FROM online_order WHERE id = ?", Self::COLUMNS);
        transaction
            .prepare_cached(&sql)?
            .query_row([id], Self::read)
            .optional()
    }

    /// Its contents.
    pub fn contents(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Contents> {
        transaction
            .prepare_cached("SELECT contents, handed FROM order_contents WHERE id = ?")?
            .query_row([&self.id], |row| {
                Ok(Contents {
                    newest: rows::json(row, 0)?,
                    handed: rows::optional_json(row, 1)?,
                })
            })
    }

    /// True where AX has a sales order for it.
    pub fn is_in_ax(&self) -> bool {
        !self.sales_order.is_empty()
    }

    /// The stage of an order that AX does not have, by what the service said of it last.
    pub fn stage_before_ax(&self) -> Stage {
        match self.event {
            OrderEventKind::Cancelled => Stage::Cancelled,
            OrderEventKind::Placed | OrderEventKind::Changed | OrderEventKind::Paid => {
                if self.is_paid {
                    Stage::Downloaded
                } else {
                    Stage::AwaitingPayment
                }
            }
        }
    }

    /// Writes the order down as it is now, with one line of its history (unless it is empty) and
    /// with what the service is to be told.
    pub fn write(
        &self,
        transaction: &Transaction<'_>,
        now: i64,
        what: &str,
    ) -> rusqlite::Result<()> {
        transaction
            .prepare_cached(include_str!("update.sql"))?
            .execute(named_params! {
                ":id": self.id,
                ":is_paid": self.is_paid,
                ":book": self.book,
                ":seq": self.seq,
                ":event": rows::to_word(&self.event)?,
                ":stage": rows::to_word(&self.stage)?,
                ":is_out": self.is_out,
                ":attempts": self.attempts,
                ":account": self.account,
                ":sales_order": self.sales_order,
                ":withdrawn": self.withdrawn,
                ":is_journal": self.is_journal,
                ":status": self.status.as_ref().map(rows::to_word).transpose()?,
                ":shipped": rows::to_word(&self.shipped)?,
                ":reason": self.reason,
                ":changed": now,
            })?;
        if !what.is_empty() {
            note(transaction, now, &self.id, what)?;
        }
        answers::update(transaction, &self.id)
    }

    /// Clears the order's exception.
    pub fn clear(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        exceptions::clear(transaction, Stream::Orders, &self.id)
    }
}

/// Adds a line to the history of an order.
pub fn note(
    transaction: &Transaction<'_>,
    now: i64,
    order: &str,
    what: &str,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT INTO order_history (order_id, at, what) VALUES (?, ?, ?)")?
        .execute((order, now, what))?;
    Ok(())
}
