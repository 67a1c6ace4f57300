//! An order as its rules need it: read, moved to another stage, written down with its history and
//! with what the service is to be told.

use std::borrow::Borrow;
use std::collections::HashSet;

use super::super::{exceptions, rows};
use super::answers;
use crate::model::Stream;
use crate::model::order::{OrderEventKind, WebOrder};
use crate::model::shipment::SalesStatus;
use crate::model::staged::{Shipped, Stage};
use crate::sql::{Row, Session, SqlError, Text, Value};
use crate::{statement, values};

const FIND: Text<'static> = statement!("known", "find");
const CONTENTS: Text<'static> = statement!("known", "contents");
const IS_CHANGED: Text<'static> = statement!("known", "is changed");
const WRITE: Text<'static> = statement!("known", "write");
const NOTE: Text<'static> = statement!("known", "note");

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
    fn read(row: &Row<'_>) -> Result<Self, SqlError> {
        Ok(Self {
            newest: rows::json(row, 0)?,
            handed: rows::optional_json(row, 1)?,
        })
    }

    /// What AX has or may get.
    pub fn for_ax(self) -> WebOrder {
        self.handed.unwrap_or(self.newest)
    }
}

impl Known {
    fn read(row: &Row<'_>) -> Result<Self, SqlError> {
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
    pub fn find(db: Session<'_>, id: &str) -> Result<Option<Self>, SqlError> {
        db.optional(&FIND, &values![id], Self::read)
    }

    /// The orders with these ids, in their order.
    pub fn find_all<'i>(
        db: Session<'_>,
        ids: impl Iterator<Item = &'i String>,
    ) -> Result<Vec<Option<Self>>, SqlError> {
        let sets: Vec<_> = ids.map(|id| values![id]).collect();
        db.optional_each(&FIND, &sets, Self::read)
    }

    /// Its contents.
    pub fn contents(&self, db: Session<'_>) -> Result<Contents, SqlError> {
        db.row(&CONTENTS, &values![&self.id], Contents::read)
    }

    /// The contents of the orders with these ids, in their order.
    pub fn contents_of<'i>(
        db: Session<'_>,
        ids: impl Iterator<Item = &'i String>,
    ) -> Result<Vec<Option<Contents>>, SqlError> {
        let sets: Vec<_> = ids.map(|id| values![id]).collect();
        db.optional_each(&CONTENTS, &sets, Contents::read)
    }

    /// For each order whether AX has or may get other contents than the newest ones.
    pub fn are_changed<'i>(
        db: Session<'_>,
        ids: impl Iterator<Item = &'i String>,
    ) -> Result<Vec<bool>, SqlError> {
        let sets: Vec<_> = ids.map(|id| values![id]).collect();
        let found = db.optional_each(&IS_CHANGED, &sets, |row| row.get(0))?;
        Ok(found.into_iter().map(Option::unwrap_or_default).collect())
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
    pub fn write(&self, db: Session<'_>, now: i64, what: &str) -> Result<(), SqlError> {
        write_all(db, now, &[(self, what)])
    }

    fn values(&self, now: i64) -> Result<[Value<'_>; 16], SqlError> {
        Ok(values![
            &self.id,
            self.is_paid,
            &self.book,
            self.seq,
            rows::to_word(&self.event)?,
            rows::to_word(&self.stage)?,
            self.is_out,
            self.attempts,
            &self.account,
            &self.sales_order,
            &self.withdrawn,
            self.is_journal,
            self.status.as_ref().map(rows::to_word).transpose()?,
            rows::to_word(&self.shipped)?,
            &self.reason,
            now,
        ])
    }

    /// Clears the order's exception.
    pub fn clear(&self, db: Session<'_>) -> Result<(), SqlError> {
        exceptions::clear(db, Stream::Orders, &[&self.id])
    }
}

/// Writes orders down as [`Known::write`] does. Each order is there once.
pub fn write_all(
    db: Session<'_>,
    now: i64,
    orders: &[(impl Borrow<Known>, impl AsRef<str>)],
) -> Result<(), SqlError> {
    let rows: Vec<_> = orders
        .iter()
        .map(|(order, _)| order.borrow().values(now))
        .collect::<Result<_, _>>()?;
    db.execute_each(&WRITE, &rows)?;
    let notes: Vec<_> = orders
        .iter()
        .filter(|(_, what)| !what.as_ref().is_empty())
        .map(|(order, what)| values![&order.borrow().id, now, what.as_ref()])
        .collect();
    db.execute_each(&NOTE, &notes)?;
    answers::update(db, orders.iter().map(|(order, _)| order.borrow()))
}

/// The longest parts of a list, one behind the other, in which no order is there twice: what is done
/// with a part may be done with all of it at once.
pub fn parts<T>(list: &[T], id: impl Fn(&T) -> &str) -> Vec<&[T]> {
    let (mut parts, mut seen, mut begin) = (Vec::new(), HashSet::new(), 0);
    for (at, item) in list.iter().enumerate() {
        if !seen.insert(id(item)) {
            parts.push(&list[begin..at]);
            seen.clear();
            seen.insert(id(item));
            begin = at;
        }
    }
    parts.push(&list[begin..]);
    parts
}

/// Adds a line to the history of an order.
pub fn note(db: Session<'_>, now: i64, order: &str, what: &str) -> Result<(), SqlError> {
    db.execute(&NOTE, &values![order, now, what])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_parted_where_an_order_comes_again() {
        for (list, expected) in [
            ("", vec![""]),
            ("abc", vec!["abc"]),
            ("abacc", vec!["ab", "ac", "c"]),
            ("aa", vec!["a", "a"]),
        ] {
            let ids: Vec<String> = list.chars().map(String::from).collect();
            let parts = parts(&ids, |id| id);
            let parts: Vec<String> = parts.iter().map(|part| part.concat()).collect();
            assert_eq!(parts, expected);
        }
    }
}
