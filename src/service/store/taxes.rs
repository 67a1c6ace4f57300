//! Sales tax: where it is due, for which products, and how much. Of several that fit, the one for the
//! state comes before the one for the country, and the one for the item sales tax group before the
//! one for every product.

use rusqlite::{OptionalExtension, Row, params};

use crate::model::Amount;
use crate::service::api::refusal::{Code, Refusal};

use super::Store;

/// A sales tax.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalesTax {
    /// Its number here; 0 for one that is to be added.
    pub id: i64,
    /// Country/region, as AX writes it: `USA`.
    pub country: String,
    /// State; empty for the whole country.
    pub state: String,
    /// Item sales tax group; empty for every product.
    pub item_tax_group: String,
    /// Sales tax code of the orders.
    pub code: String,
    /// Percent.
    pub rate: Amount,
    /// Shipping is taxed too.
    pub on_shipping: bool,
    /// Its key in the list.
    pub place: String,
}

const COLUMNS: &str = "id, country, state, item_tax_group, code, rate, on_shipping, place";

impl Store {
    /// At most `limit` sales taxes behind the place `after`.
    pub async fn sales_taxes(&self, after: String, limit: usize) -> Result<Vec<SalesTax>, Refusal> {
        self.run(move |connection| {
            let mut select = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM sales_tax WHERE place > ?1 ORDER BY place LIMIT ?2"
            ))?;
            let mut rows = select.query(params![after, limit as i64])?;
            let mut taxes = Vec::new();
            while let Some(row) = rows.next()? {
                taxes.push(read(row)?);
            }
            Ok(taxes)
        })
        .await
    }

    /// A sales tax, where there is one with that number.
    pub async fn sales_tax(&self, id: i64) -> Result<Option<SalesTax>, Refusal> {
        self.run(move |connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM sales_tax WHERE id = ?1"))?
                .query_row([id], |row| Ok(read(row)))
                .optional()?
                .transpose()
        })
        .await
    }

    /// The sales tax that is due on a product at a place, where there is one.
    pub async fn sales_tax_due(
        &self,
        country: String,
        state: String,
        item_tax_group: String,
    ) -> Result<Option<SalesTax>, Refusal> {
        self.run(move |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM sales_tax
                     WHERE country = ?1 AND state IN (?2, '') AND item_tax_group IN (?3, '')
                     ORDER BY state = '', item_tax_group = '' LIMIT 1"
                ))?
                .query_row([country, state, item_tax_group], |row| Ok(read(row)))
                .optional()?
                .transpose()
        })
        .await
    }

    /// Adds or changes a sales tax; false where there is none with that number.
    pub async fn save_sales_tax(&self, tax: SalesTax) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            let values = params![
                tax.id,
                tax.country,
                tax.state,
                tax.item_tax_group,
                tax.code,
                tax.rate.to_string(),
                tax.on_shipping
            ];
            let done = if tax.id == 0 {
                transaction.execute(
                    "INSERT OR IGNORE INTO sales_tax
                        (id, country, state, item_tax_group, code, rate, on_shipping)
                     VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7)",
                    values,
                )?
            } else {
                let is_there = transaction
                    .query_row(
                        "SELECT 1 FROM sales_tax WHERE id = ?1",
                        [tax.id],
                        |_| Ok(()),
                    )
                    .optional()?;
                if is_there.is_none() {
                    return Ok(false);
                }
                transaction.execute(
                    "UPDATE OR IGNORE sales_tax
                     SET country = ?2, state = ?3, item_tax_group = ?4, code = ?5, rate = ?6,
                         on_shipping = ?7
                     WHERE id = ?1",
                    values,
                )?
            };
            if done == 0 {
                return Err(Refusal::new(
                    Code::BadValue,
                    "state: there is a sales tax for this place and item sales tax group",
                ));
            }
            Ok(true)
        })
        .await
    }

    /// Deletes a sales tax; false where there is none.
    pub async fn delete_sales_tax(&self, id: i64) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            Ok(transaction.execute("DELETE FROM sales_tax WHERE id = ?1", [id])? > 0)
        })
        .await
    }
}

fn read(row: &Row<'_>) -> Result<SalesTax, Refusal> {
    Ok(SalesTax {
        id: row.get(0)?,
        country: row.get(1)?,
        state: row.get(2)?,
        item_tax_group: row.get(3)?,
        code: row.get(4)?,
        rate: row
            .get::<_, String>(5)?
            .parse()
            .map_err(|error| Refusal::new(Code::Internal, format!("a stored rate: {error}")))?,
        on_shipping: row.get(6)?,
        place: row.get(7)?,
    })
}
