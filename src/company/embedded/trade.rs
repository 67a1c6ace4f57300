//! Look-ups for orders in the company file, each one query for the whole list.

use async_trait::async_trait;
use rusqlite::{Connection, Row, named_params};

use super::Embedded;
use crate::company::trade::{Code, FoundOrder, ItemKey, Requisition, SalesItem, Trade, TradeCodes};
use crate::company::{CompanyError, CompanyFacts};
use crate::model::channel::CustomerTemplate;
use crate::model::shipment::SalesStatus;

/// Customers by account.
const CUSTOMERS: &str = include_str!("trade/customers.sql");
/// Released items by item number and product dimensions.
const ITEMS: &str = include_str!("trade/items.sql");

/// `ItemType` of a service: nothing is on hand of it.
const SERVICE: i64 = 2;

/// A released item as a sales line needs it.
#[derive(Clone, Debug)]
pub(super) struct ReleasedItem {
    /// Released in the variant that was named; for an item without variants, with none named.
    pub(super) is_released: bool,
    /// Released in variants: a line has to name one.
    pub(super) has_variants: bool,
    pub(super) unit: String,
    pub(super) tax_group: String,
    pub(super) is_stocked: bool,
}

#[async_trait]
impl Trade for Embedded {
    async fn customers(
        &self,
        accounts: &[String],
    ) -> Result<Vec<Option<CustomerTemplate>>, CompanyError> {
        let accounts = accounts.to_vec();
        self.look_up("customers", move |connection, company| {
            find_customers(connection, company, &accounts)
        })
        .await
    }

    async fn sales_items(&self, keys: &[ItemKey]) -> Result<Vec<SalesItem>, CompanyError> {
        let keys = keys.to_vec();
        self.look_up("items", move |connection, company| {
            let found = find_items(connection, company, &keys)?.into_iter();
            Ok(found
                .map(|item| match item {
                    None => SalesItem::UnknownItem,
                    Some(item) if !item.is_released => SalesItem::UnknownVariant,
                    Some(item) => SalesItem::Released { unit: item.unit },
                })
                .collect())
        })
        .await
    }

    async fn trade_codes(&self) -> Result<TradeCodes, CompanyError> {
        self.look_up("codes", |connection, company| {
            let codes = |sql: &str| {
                connection
                    .prepare(sql)?
                    .query_map((&company.id, company.partition), |row| {
                        Ok(Code {
                            code: row.get(0)?,
                            text: row.get(1)?,
                        })
                    })?
                    .collect::<rusqlite::Result<Vec<Code>>>()
            };
            Ok(TradeCodes {
                charges_codes: codes(
                    "SELECT MARKUPCODE, TXT FROM MARKUPTABLE
                      WHERE DATAAREAID = ? AND PARTITION = ? AND MODULETYPE = 1
                      ORDER BY MARKUPCODE",
                )?,
                sales_origins: codes(
                    "SELECT ORIGINID, DESCRIPTION FROM SALESORIGIN
                      WHERE DATAAREAID = ? AND PARTITION = ? ORDER BY ORIGINID",
                )?,
                delivery_modes: codes(
                    "SELECT CODE, TXT FROM DLVMODE
                      WHERE DATAAREAID = ? AND PARTITION = ? ORDER BY CODE",
                )?,
            })
        })
        .await
    }

    async fn sales_orders(
        &self,
        requisitions: &[Requisition],
    ) -> Result<Vec<Vec<FoundOrder>>, CompanyError> {
        let wanted: Vec<[String; 2]> = requisitions
            .iter()
            .map(|pair| [pair.customer.clone(), pair.requisition.clone()])
            .collect();
        self.look_up("sales orders", move |connection, company| {
            let mut found = vec![Vec::new(); wanted.len()];
            let sql = include_str!("trade/sales_orders.sql");
            each(connection, company, sql, &wanted, |place, row| {
                found[place].push(FoundOrder {
                    sales_order: row.get(1)?,
                    is_journal: row.get::<_, i64>(2)? == 0,
                    // A status that AX does not have must not hide the order.
                    status: SalesStatus::from_ax(row.get(3)?).unwrap_or(SalesStatus::None),
                    reference: row.get(4)?,
                });
                Ok(())
            })?;
            Ok(found)
        })
        .await
    }
}

/// The customers with these accounts, in their order.
pub(super) fn find_customers(
    connection: &Connection,
    company: &CompanyFacts,
    accounts: &[String],
) -> rusqlite::Result<Vec<Option<CustomerTemplate>>> {
    let mut found = vec![None; accounts.len()];
    each(connection, company, CUSTOMERS, accounts, |place, row| {
        found[place] = Some(CustomerTemplate {
            account: row.get(1)?,
            name: row.get(2)?,
            price_group: row.get(3)?,
            delivery_mode: row.get(4)?,
            delivery_terms: row.get(5)?,
            tax_group: row.get(6)?,
            site: row.get(7)?,
            warehouse: row.get(8)?,
            line_discount: row.get(9)?,
            multiline_discount: row.get(10)?,
            total_discount: row.get(11)?,
            customer_group: row.get(12)?,
            payment_terms: row.get(13)?,
            currency: row.get(14)?,
            language: row.get(15)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// The released items of these keys, in their order.
pub(super) fn find_items(
    connection: &Connection,
    company: &CompanyFacts,
    keys: &[ItemKey],
) -> rusqlite::Result<Vec<Option<ReleasedItem>>> {
    let wanted: Vec<[&str; 5]> = keys
        .iter()
        .map(|key| {
            let product = &key.dimensions;
            [
                key.item.as_str(),
                &product.configuration,
                &product.size,
                &product.colour,
                &product.style,
            ]
        })
        .collect();
    let mut found = vec![None; keys.len()];
    each(connection, company, ITEMS, &wanted, |place, row| {
        let has_variants = row.get(1)?;
        let is_named: bool = row.get(2)?;
        found[place] = Some(ReleasedItem {
            is_released: if has_variants {
                is_named
            } else {
                keys[place].dimensions.is_blank()
            },
            has_variants,
            unit: row.get(3)?,
            tax_group: row.get(4)?,
            is_stocked: row.get::<_, i64>(5)? != SERVICE,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Runs `sql` (parameters `:list`, `:company`, `:partition`) for a whole list; its first column is
/// the place in the list.
fn each<T: serde::Serialize>(
    connection: &Connection,
    company: &CompanyFacts,
    sql: &str,
    list: &[T],
    mut row: impl FnMut(usize, &Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let list = serde_json::to_string(list)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(named_params! {
        ":list": list,
        ":company": company.id,
        ":partition": company.partition,
    })?;
    while let Some(next) = rows.next()? {
        row(next.get::<_, u32>(0)? as usize, next)?;
    }
    Ok(())
}
