//! The clerk: what AX users do with sales orders. Packing slips are posted, parcels tracked,
//! orders invoiced or cancelled; each order in a transaction of its own.

mod packing_slip;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde::Serialize;

use crate::company::embedded::number_sequence::NumberError;
use crate::company::embedded::stock::{Stock, amount, minus};
use crate::company::embedded::{Embedded, schema, writer};
use crate::company::{CompanyError, CompanyFacts};
use crate::model::Amount;
use crate::model::random::Random;
use crate::model::shipment::SalesStatus;
use crate::sqlite::Access;

/// `SalesType`: a sales order.
const SALES: i64 = 3;
/// `DocumentStatus`: packing slip.
const PACKING_SLIP: i64 = 5;
/// `DocumentStatus`: invoice.
const INVOICE: i64 = 7;

/// Which open orders to ship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Orders {
    /// These sales orders.
    Named(Vec<String>),
    /// Every open one.
    All,
    /// The oldest ones, so many.
    Oldest(u32),
}

/// What to ship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ship {
    /// Of which orders.
    pub orders: Orders,
    /// True for a part of each order only, where it has more than one piece.
    pub partial: bool,
}

/// A sales order in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedOrder {
    /// Sales order.
    pub sales_order: String,
    /// True for order type Journal.
    pub is_journal: bool,
    /// How it stands; none where AX has no such status.
    pub status: Option<SalesStatus>,
    /// Customer account.
    pub customer: String,
    /// Customer requisition.
    pub requisition: String,
    /// Customer reference.
    pub reference: String,
    /// Number of lines.
    pub lines: u64,
    /// Number of packing slips.
    pub packing_slips: u64,
}

/// The clerk could not do it; the order is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ClerkError {
    /// The file cannot be opened.
    #[error(transparent)]
    Company(#[from] CompanyError),
    /// No such sales order.
    #[error("there is no sales order {0}")]
    NoOrder(String),
    /// The order's type or status forbids it.
    #[error("sales order {order} is {is}, not {wanted}")]
    Stands {
        /// Sales order.
        order: String,
        /// How it stands.
        is: String,
        /// How it would have to stand.
        wanted: SalesStatus,
    },
    /// No parcel has this tracking number.
    #[error("no packing slip has the tracking number {0}")]
    NoTrackingNumber(String),
    /// No packing slip number could be taken.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// SQLite refused, or a quantity is no number.
    #[error("changing the sales order failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// Posts a packing slip for each order, the same for the same seed. Returns what was posted, in
/// words.
pub fn ship(company: &Embedded, ship: &Ship, seed: u64) -> Result<Vec<String>, ClerkError> {
    let mut connection = writer(company.path())?;
    let with_status =
        |limit| orders_with(&connection, &company.facts, SalesStatus::OpenOrder, limit);
    let orders = match &ship.orders {
        Orders::Named(orders) => orders.clone(),
        Orders::All => with_status(u32::MAX)?,
        Orders::Oldest(number) => with_status(*number)?,
    };
    let mut random = Random::new(seed);
    let mut words = Vec::new();
    for order in orders {
        let posted = in_transaction(&mut connection, &company.facts, &order, |desk| {
            desk.expect(SalesStatus::OpenOrder)?;
            packing_slip::post(desk, ship.partial, &mut random)
        });
        match (&ship.orders, posted) {
            // Somebody else was quicker.
            (Orders::All | Orders::Oldest(_), Err(ClerkError::Stands { .. })) => {}
            (_, posted) => words.push(posted?),
        }
    }
    Ok(words)
}

/// Cancels what is not delivered of an order and gives its stock back.
pub fn cancel(company: &Embedded, order: &str) -> Result<String, ClerkError> {
    let mut connection = writer(company.path())?;
    in_transaction(&mut connection, &company.facts, order, |desk| {
        desk.expect(SalesStatus::OpenOrder)?;
        let mut any_delivered = false;
        for line in desk.lines()? {
            let is_delivered = line.remaining < line.ordered;
            any_delivered |= is_delivered;
            desk.stock().release(&line.lot)?;
            let status = if is_delivered { DELIVERED } else { CANCELED };
            desk.connection
                .prepare_cached(
                    "UPDATE SALESLINE
                        SET REMAINSALESPHYSICAL = '0', REMAININVENTPHYSICAL = '0',
                            SALESSTATUS = ?4, RECVERSION = RECVERSION + 1
                      WHERE DATAAREAID = ?1 AND SALESID = ?2 AND INVENTTRANSID = ?3",
                )?
                .execute(params![desk.company.id, desk.order, line.lot, status])?;
        }
        let status = if any_delivered { DELIVERED } else { CANCELED };
        desk.set_status(status, None)?;
        let what = if any_delivered {
            "the rest is canceled"
        } else {
            "canceled"
        };
        Ok(format!("{order}: {what}"))
    })
}

/// Invoices an order that is delivered.
pub fn invoice(company: &Embedded, order: &str) -> Result<String, ClerkError> {
    let mut connection = writer(company.path())?;
    invoice_on(&mut connection, &company.facts, order)
}

/// Invoices the oldest delivered order, where there is one.
pub(super) fn invoice_oldest(company: &Embedded) -> Result<Option<String>, ClerkError> {
    let mut connection = writer(company.path())?;
    let oldest = orders_with(&connection, &company.facts, SalesStatus::Delivered, 1)?;
    oldest
        .first()
        .map(|order| invoice_on(&mut connection, &company.facts, order))
        .transpose()
}

fn invoice_on(
    connection: &mut Connection,
    company: &CompanyFacts,
    order: &str,
) -> Result<String, ClerkError> {
    in_transaction(connection, company, order, |desk| {
        desk.expect(SalesStatus::Delivered)?;
        for line in desk.lines()? {
            desk.stock().invoice(&line.lot, &today())?;
        }
        desk.connection
            .prepare_cached(
                "UPDATE SALESLINE
                    SET REMAINSALESFINANCIAL = '0', RECVERSION = RECVERSION + 1,
                        SALESSTATUS = CASE SALESSTATUS WHEN ?3 THEN ?4 ELSE SALESSTATUS END
                  WHERE DATAAREAID = ?1 AND SALESID = ?2",
            )?
            .execute(params![desk.company.id, desk.order, DELIVERED, INVOICED])?;
        desk.set_status(INVOICED, Some(INVOICE))?;
        Ok(format!("{order}: invoiced"))
    })
}

/// Voids a parcel: its tracking number counts no more.
pub fn void(company: &Embedded, tracking_number: &str) -> Result<String, ClerkError> {
    let voided = writer(company.path())?.execute(
        "UPDATE SHIPCARRIERSTAGING
            SET SHIPCARRIERVOIDINDICATOR = 'Y', RECVERSION = RECVERSION + 1
          WHERE DATAAREAID = ? AND TRACKINGNUMBER = ? AND PARTITION = ?",
        params![company.facts.id, tracking_number, company.facts.partition],
    )?;
    match voided {
        0 => Err(ClerkError::NoTrackingNumber(tracking_number.to_owned())),
        _ => Ok(format!("{tracking_number}: void")),
    }
}

/// The newest sales orders, journals among them, at most `limit`.
pub fn list(company: &Embedded, limit: u32) -> Result<Vec<ListedOrder>, ClerkError> {
    let connection = schema::open(company.path(), Access::ReadOnly)?;
    let mut statement = connection.prepare(include_str!("clerk/list.sql"))?;
    let facts = &company.facts;
    let rows = statement.query_map(params![facts.id, facts.partition, limit], |row| {
        let number = |column| row.get::<_, i64>(column).map(|number| number as u64);
        Ok(ListedOrder {
            sales_order: row.get(0)?,
            is_journal: row.get::<_, i64>(1)? == 0,
            status: SalesStatus::from_ax(row.get(2)?),
            customer: row.get(3)?,
            requisition: row.get(4)?,
            reference: row.get(5)?,
            lines: number(6)?,
            packing_slips: number(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const OPEN_ORDER: i64 = 1;
const DELIVERED: i64 = 2;
const INVOICED: i64 = 3;
const CANCELED: i64 = 4;

/// The oldest sales orders with a status, found by an index.
fn orders_with(
    connection: &Connection,
    company: &CompanyFacts,
    status: SalesStatus,
    limit: u32,
) -> rusqlite::Result<Vec<String>> {
    let number = match status {
        SalesStatus::None => 0,
        SalesStatus::OpenOrder => OPEN_ORDER,
        SalesStatus::Delivered => DELIVERED,
        SalesStatus::Invoiced => INVOICED,
        SalesStatus::Canceled => CANCELED,
    };
    connection
        .prepare(
            "SELECT SALESID FROM SALESTABLE INDEXED BY SALESTABLE_DATAAREAID_SALESSTATUS_SALESTYPE
              WHERE DATAAREAID = ? AND SALESSTATUS = ? AND SALESTYPE = ? AND PARTITION = ?
              ORDER BY SALESID LIMIT ?",
        )?
        .query_map(
            params![company.id, number, SALES, company.partition, limit],
            |row| row.get(0),
        )?
        .collect()
}

/// One order on the clerk's desk, within a transaction.
struct Desk<'d> {
    connection: &'d Connection,
    company: &'d CompanyFacts,
    order: &'d str,
}

/// A line of the order.
struct Line {
    lot: String,
    item: String,
    number: String,
    ordered: Amount,
    remaining: Amount,
}

fn in_transaction<T>(
    connection: &mut Connection,
    company: &CompanyFacts,
    order: &str,
    work: impl FnOnce(&Desk<'_>) -> Result<T, ClerkError>,
) -> Result<T, ClerkError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&Desk {
        connection: &transaction,
        company,
        order,
    })?;
    transaction.commit()?;
    Ok(done)
}

impl Desk<'_> {
    fn stock(&self) -> Stock<'_> {
        Stock {
            connection: self.connection,
            company: self.company,
        }
    }

    /// The order is a sales order with this status.
    fn expect(&self, wanted: SalesStatus) -> Result<(), ClerkError> {
        let found: Option<(i64, i64)> = self
            .connection
            .prepare_cached(
                "SELECT SALESTYPE, SALESSTATUS FROM SALESTABLE
                  WHERE DATAAREAID = ? AND SALESID = ? AND PARTITION = ?",
            )?
            .query_row(
                params![self.company.id, self.order, self.company.partition],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let (kind, status) = found.ok_or_else(|| ClerkError::NoOrder(self.order.to_owned()))?;
        let stands = |is: String| ClerkError::Stands {
            order: self.order.to_owned(),
            is,
            wanted,
        };
        match (kind, SalesStatus::from_ax(status)) {
            (SALES, Some(status)) if status == wanted => Ok(()),
            (SALES, Some(status)) => Err(stands(status.name().to_owned())),
            (SALES, None) => Err(stands(format!("of status {status}"))),
            (0, _) => Err(stands("a journal".to_owned())),
            (other, _) => Err(stands(format!("of order type {other}"))),
        }
    }

    fn lines(&self) -> rusqlite::Result<Vec<Line>> {
        self.connection
            .prepare_cached(
                "SELECT INVENTTRANSID, ITEMID, LINENUM, SALESQTY, REMAINSALESPHYSICAL
                   FROM SALESLINE
                  WHERE DATAAREAID = ? AND SALESID = ?
                  ORDER BY CAST(LINENUM AS REAL), INVENTTRANSID",
            )?
            .query_map(params![self.company.id, self.order], |row| {
                Ok(Line {
                    lot: row.get(0)?,
                    item: row.get(1)?,
                    number: row.get(2)?,
                    ordered: amount(row, 3)?,
                    remaining: amount(row, 4)?,
                })
            })?
            .collect()
    }

    fn set_status(&self, status: i64, document: Option<i64>) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE SALESTABLE
                    SET SALESSTATUS = ?3, DOCUMENTSTATUS = coalesce(?4, DOCUMENTSTATUS),
                        RECVERSION = RECVERSION + 1
                  WHERE DATAAREAID = ?1 AND SALESID = ?2",
            )?
            .execute(params![self.company.id, self.order, status, document])
            .map(drop)
    }

    /// Takes `quantity` off what a line still has to deliver; returns the rest.
    fn delivered(&self, line: &Line, quantity: Amount) -> rusqlite::Result<Amount> {
        let rest = minus(line.remaining, quantity)?;
        let out = minus(line.ordered, rest)?;
        let status = if rest.is_zero() {
            DELIVERED
        } else {
            OPEN_ORDER
        };
        self.connection
            .prepare_cached(
                "UPDATE SALESLINE
                    SET REMAINSALESPHYSICAL = ?4, REMAININVENTPHYSICAL = ?4,
                        REMAINSALESFINANCIAL = ?5, SALESSTATUS = ?6, RECVERSION = RECVERSION + 1
                  WHERE DATAAREAID = ?1 AND SALESID = ?2 AND INVENTTRANSID = ?3",
            )?
            .execute(params![
                self.company.id,
                self.order,
                line.lot,
                rest.to_string(),
                out.to_string(),
                status
            ])?;
        Ok(rest)
    }
}

/// The day as AX stores it, in UTC.
fn today() -> String {
    let now = jiff::Timestamp::now();
    now.strftime("%Y-%m-%d 00:00:00").to_string()
}
