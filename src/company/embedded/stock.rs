//! What sales orders do to stock: lines reserve it, packing slips deduct it, invoices post it.
//! `INVENTTRANS` remembers for each lot what it has of which dimension, so that exactly that is
//! released or deducted later.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::row::{Field, insert, real, text};
use crate::company::CompanyFacts;
use crate::model::Amount;
use crate::model::catalog::ProductDimensions;

/// `InventTransType` of a sales order (`INVENTTRANSORIGIN.REFERENCECATEGORY`).
const SALES: i64 = 0;
/// `StatusIssue`: invoiced.
const SOLD: i64 = 1;
/// `StatusIssue`: on a packing slip.
const DEDUCTED: i64 = 2;
/// `StatusIssue`: reserved in the warehouse.
const RESERVED: i64 = 4;
/// `StatusIssue`: wanted, not reserved.
const ON_ORDER: i64 = 6;

/// The stock of a company within one transaction.
#[derive(Clone, Copy)]
pub(super) struct Stock<'c> {
    pub(super) connection: &'c Connection,
    pub(super) company: &'c CompanyFacts,
}

/// What a sales line wants.
pub(super) struct Demand<'d> {
    pub(super) sales_order: &'d str,
    pub(super) lot: &'d str,
    pub(super) item: &'d str,
    /// The line's dimension id: product dimensions, site and warehouse.
    pub(super) dimension: &'d str,
    pub(super) product: &'d ProductDimensions,
    pub(super) site: &'d str,
    pub(super) warehouse: &'d str,
    pub(super) quantity: Amount,
}

/// By how much the quantities of a row of INVENTSUM change.
#[derive(Clone, Copy, Default)]
struct Shift {
    posted: Amount,
    deducted: Amount,
    reserved: Amount,
    physical: Amount,
    available: Amount,
}

/// A row of INVENTTRANS.
struct Issue {
    recid: i64,
    dimension: String,
    status: i64,
    /// How much goes out, a positive number.
    quantity: Amount,
}

impl Stock<'_> {
    /// Reserves what is available of `demand`; the rest stays on order.
    pub(super) fn reserve(&self, demand: &Demand<'_>) -> rusqlite::Result<()> {
        let origin = insert(
            self.connection,
            self.company,
            "INVENTTRANSORIGIN",
            vec![
                ("INVENTTRANSID", text(demand.lot)),
                ("REFERENCECATEGORY", Value::from(SALES)),
                ("REFERENCEID", text(demand.sales_order)),
                ("ITEMID", text(demand.item)),
                ("ITEMINVENTDIMID", text(demand.dimension)),
            ],
        )?;
        let mut left = demand.quantity;
        for (dimension, available) in self.available(demand)? {
            let take = available.min(left);
            if take <= Amount::ZERO {
                continue;
            }
            let shift = Shift {
                reserved: take,
                available: negative(take)?,
                ..Shift::default()
            };
            self.shift(demand.item, &dimension, shift)?;
            self.issue(origin, demand.item, &dimension, RESERVED, take, None)?;
            left = minus(left, take)?;
        }
        if left > Amount::ZERO {
            self.issue(origin, demand.item, demand.dimension, ON_ORDER, left, None)?;
        }
        Ok(())
    }

    /// Deducts `quantity` of a lot on a packing slip of `day`: reserved stock first, then whatever
    /// is there. (The item may go below zero, as AX's *physical negative inventory* allows.)
    pub(super) fn deliver(&self, lot: &str, quantity: Amount, day: &str) -> rusqlite::Result<()> {
        let Some((origin, item)) = self.origin(lot)? else {
            return Ok(());
        };
        let mut left = quantity;
        for issue in self.issues(origin)? {
            let take = issue.quantity.min(left);
            if take <= Amount::ZERO || ![RESERVED, ON_ORDER].contains(&issue.status) {
                continue;
            }
            let out = negative(take)?;
            let is_reserved = issue.status == RESERVED;
            let shift = Shift {
                deducted: take,
                physical: out,
                reserved: if is_reserved { out } else { Amount::ZERO },
                available: if is_reserved { Amount::ZERO } else { out },
                posted: Amount::ZERO,
            };
            self.shift(&item, &issue.dimension, shift)?;
            self.lessen(&issue, take)?;
            self.issue(origin, &item, &issue.dimension, DEDUCTED, take, Some(day))?;
            left = minus(left, take)?;
        }
        Ok(())
    }

    /// Gives back what a lot has reserved and wants no more.
    pub(super) fn release(&self, lot: &str) -> rusqlite::Result<()> {
        let Some((origin, item)) = self.origin(lot)? else {
            return Ok(());
        };
        for issue in self.issues(origin)? {
            if issue.status == RESERVED {
                let shift = Shift {
                    reserved: negative(issue.quantity)?,
                    available: issue.quantity,
                    ..Shift::default()
                };
                self.shift(&item, &issue.dimension, shift)?;
            }
            if [RESERVED, ON_ORDER].contains(&issue.status) {
                self.lessen(&issue, issue.quantity)?;
            }
        }
        Ok(())
    }

    /// Posts what a lot has on packing slips: from deducted to sold.
    pub(super) fn invoice(&self, lot: &str, day: &str) -> rusqlite::Result<()> {
        let Some((origin, item)) = self.origin(lot)? else {
            return Ok(());
        };
        for issue in self.issues(origin)? {
            if issue.status != DEDUCTED {
                continue;
            }
            let out = negative(issue.quantity)?;
            let shift = Shift {
                posted: out,
                deducted: out,
                ..Shift::default()
            };
            self.shift(&item, &issue.dimension, shift)?;
            self.connection
                .prepare_cached(
                    "UPDATE INVENTTRANS SET STATUSISSUE = ?2, DATEFINANCIAL = ?3 WHERE RECID = ?1",
                )?
                .execute(params![issue.recid, SOLD, day])?;
        }
        Ok(())
    }

    /// The open rows of INVENTSUM that can serve `demand`, with what is available in each. A row
    /// whose quantity is no number serves nobody.
    fn available(&self, demand: &Demand<'_>) -> rusqlite::Result<Vec<(String, Amount)>> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("stock/available.sql"))?;
        let rows = statement.query_map(
            named_params! {
                ":company": self.company.id,
                ":partition": self.company.partition,
                ":item": demand.item,
                ":configuration": demand.product.configuration,
                ":size": demand.product.size,
                ":colour": demand.product.colour,
                ":style": demand.product.style,
                ":site": demand.site,
                ":warehouse": demand.warehouse,
            },
            |row| {
                let available: String = row.get(1)?;
                Ok((row.get(0)?, available.parse().unwrap_or(Amount::ZERO)))
            },
        )?;
        rows.collect()
    }

    fn origin(&self, lot: &str) -> rusqlite::Result<Option<(i64, String)>> {
        self.connection
            .prepare_cached(
                "SELECT RECID, ITEMID FROM INVENTTRANSORIGIN
                  WHERE DATAAREAID = ? AND INVENTTRANSID = ? AND PARTITION = ?",
            )?
            .query_row(
                params![self.company.id, lot, self.company.partition],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
    }

    /// What a lot has, reserved stock first.
    fn issues(&self, origin: i64) -> rusqlite::Result<Vec<Issue>> {
        self.connection
            .prepare_cached(
                "SELECT RECID, INVENTDIMID, STATUSISSUE, QTY FROM INVENTTRANS
                  WHERE INVENTTRANSORIGIN = ? ORDER BY STATUSISSUE, RECID",
            )?
            .query_map([origin], |row| {
                Ok(Issue {
                    recid: row.get(0)?,
                    dimension: row.get(1)?,
                    status: row.get(2)?,
                    quantity: negative(amount(row, 3)?)?,
                })
            })?
            .collect()
    }

    fn issue(
        &self,
        origin: i64,
        item: &str,
        dimension: &str,
        status: i64,
        quantity: Amount,
        day: Option<&str>,
    ) -> rusqlite::Result<()> {
        let mut fields: Vec<Field> = vec![
            ("INVENTTRANSORIGIN", Value::from(origin)),
            ("ITEMID", text(item)),
            ("INVENTDIMID", text(dimension)),
            ("STATUSISSUE", Value::from(status)),
            ("QTY", real(negative(quantity)?)),
        ];
        fields.extend(day.map(|day| ("DATEPHYSICAL", text(day))));
        insert(self.connection, self.company, "INVENTTRANS", fields).map(drop)
    }

    /// Takes `take` away from an issue; an empty one goes.
    fn lessen(&self, issue: &Issue, take: Amount) -> rusqlite::Result<()> {
        let left = minus(issue.quantity, take)?;
        if left.is_zero() {
            self.connection
                .prepare_cached("DELETE FROM INVENTTRANS WHERE RECID = ?")?
                .execute([issue.recid])?;
        } else {
            self.connection
                .prepare_cached("UPDATE INVENTTRANS SET QTY = ?2 WHERE RECID = ?1")?
                .execute(params![issue.recid, negative(left)?.to_string()])?;
        }
        Ok(())
    }

    fn shift(&self, item: &str, dimension: &str, by: Shift) -> rusqlite::Result<()> {
        let key = params![self.company.id, item, dimension];
        let found = self
            .connection
            .prepare_cached(
                "SELECT POSTEDQTY, DEDUCTED, RESERVPHYSICAL, PHYSICALINVENT, AVAILPHYSICAL
                   FROM INVENTSUM WHERE DATAAREAID = ? AND ITEMID = ? AND INVENTDIMID = ?",
            )?
            .query_row(key, |row| {
                Ok(Shift {
                    posted: amount(row, 0)?,
                    deducted: amount(row, 1)?,
                    reserved: amount(row, 2)?,
                    physical: amount(row, 3)?,
                    available: amount(row, 4)?,
                })
            })
            .optional()?;
        let was = match found {
            Some(found) => found,
            None => {
                // Without a RecId: finding the next one would read every row of stock.
                let sql = "INSERT INTO INVENTSUM (DATAAREAID, ITEMID, INVENTDIMID, PARTITION)
                           VALUES (?, ?, ?, ?)";
                let partition = self.company.partition;
                self.connection.prepare_cached(sql)?.execute(params![
                    self.company.id,
                    item,
                    dimension,
                    partition
                ])?;
                Shift::default()
            }
        };
        self.connection
            .prepare_cached(include_str!("stock/shift.sql"))?
            .execute(named_params! {
                ":company": self.company.id,
                ":item": item,
                ":dimension": dimension,
                ":posted": plus(was.posted, by.posted)?.to_string(),
                ":deducted": plus(was.deducted, by.deducted)?.to_string(),
                ":reserved": plus(was.reserved, by.reserved)?.to_string(),
                ":physical": plus(was.physical, by.physical)?.to_string(),
                ":available": plus(was.available, by.available)?.to_string(),
            })
            .map(drop)
    }
}

/// A decimal of a row.
pub(super) fn amount(row: &Row<'_>, column: usize) -> rusqlite::Result<Amount> {
    row.get::<_, String>(column)?
        .parse()
        .map_err(|error: crate::model::amount::NotAnAmount| {
            let text = rusqlite::types::Type::Text;
            rusqlite::Error::FromSqlConversionFailure(column, text, error.into())
        })
}

/// `a + b`.
pub(super) fn plus(a: Amount, b: Amount) -> rusqlite::Result<Amount> {
    a.checked_add(b).ok_or_else(|| does_not_fit(a, b))
}

/// `a - b`.
pub(super) fn minus(a: Amount, b: Amount) -> rusqlite::Result<Amount> {
    a.checked_sub(b).ok_or_else(|| does_not_fit(a, b))
}

fn negative(amount: Amount) -> rusqlite::Result<Amount> {
    minus(Amount::ZERO, amount)
}

fn does_not_fit(a: Amount, b: Amount) -> rusqlite::Error {
    let reason = format!("{a} and {b} do not come to a number of 28 digits");
    rusqlite::Error::ToSqlConversionFailure(reason.into())
}
