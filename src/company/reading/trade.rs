//! What orders look up, each one statement for the whole list.

use super::{Database, each, of_list, texts_of};
use crate::company::trade::{Code, FoundOrder, ItemKey, Requisition, SalesItem, TradeCodes};
use crate::model::channel::CustomerTemplate;
use crate::model::shipment::SalesStatus;
use crate::sql::{SqlError, Text, Value};
use crate::{statement, values};

const CUSTOMERS: Text<'static> = statement!("trade", "customers");
const ITEMS: Text<'static> = statement!("trade", "items");
const SALES_ORDERS: Text<'static> = statement!("trade", "sales_orders");
const CATEGORY_HIERARCHIES: Text<'static> = statement!("trade", "category_hierarchies");
const CHARGES_CODES: Text<'static> = statement!("trade", "charges_codes");
const SALES_ORIGINS: Text<'static> = statement!("trade", "sales_origins");
const DELIVERY_MODES: Text<'static> = statement!("trade", "delivery_modes");

/// `ItemType` of a service: nothing is on hand of it.
const SERVICE: i64 = 2;

/// A released item as a sales line needs it.
#[derive(Clone, Debug)]
pub(in crate::company) struct ReleasedItem {
    /// Released in the variant that was named; for an item without variants, with none named.
    pub(in crate::company) is_released: bool,
    /// Released in variants: a line has to name one.
    pub(in crate::company) has_variants: bool,
    pub(in crate::company) unit: String,
    pub(in crate::company) tax_group: String,
    pub(in crate::company) is_stocked: bool,
}

/// The customers with these accounts, in their order.
pub(in crate::company) fn customers(
    database: &dyn Database,
    accounts: &[String],
) -> Result<Vec<Option<CustomerTemplate>>, SqlError> {
    let mut found = vec![None; accounts.len()];
    of_list(database, &CUSTOMERS, &texts_of(accounts), |place, row| {
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
pub(in crate::company) fn items(
    database: &dyn Database,
    keys: &[ItemKey],
) -> Result<Vec<Option<ReleasedItem>>, SqlError> {
    let wanted: Vec<[Value<'_>; 5]> = keys
        .iter()
        .map(|key| {
            let product = &key.dimensions;
            values![
                &key.item,
                &product.configuration,
                &product.size,
                &product.colour,
                &product.style,
            ]
        })
        .collect();
    let mut found = vec![None; keys.len()];
    of_list(database, &ITEMS, &wanted, |place, row| {
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
            is_stocked: row.get::<i64>(5)? != SERVICE,
        });
        Ok(())
    })?;
    Ok(found)
}

/// See [`crate::company::trade::Trade::sales_items`].
pub(in crate::company) fn sales_items(
    database: &dyn Database,
    keys: &[ItemKey],
) -> Result<Vec<SalesItem>, SqlError> {
    let found = items(database, keys)?.into_iter();
    Ok(found
        .map(|item| match item {
            None => SalesItem::UnknownItem,
            Some(item) if !item.is_released => SalesItem::UnknownVariant,
            Some(item) => SalesItem::Released { unit: item.unit },
        })
        .collect())
}

/// See [`crate::company::trade::Trade::trade_codes`].
pub(in crate::company) fn codes(database: &dyn Database) -> Result<TradeCodes, SqlError> {
    Ok(TradeCodes {
        charges_codes: list(database, &CHARGES_CODES)?,
        sales_origins: list(database, &SALES_ORIGINS)?,
        delivery_modes: list(database, &DELIVERY_MODES)?,
    })
}

/// See [`crate::company::trade::Trade::category_hierarchies`].
pub(in crate::company) fn category_hierarchies(
    database: &dyn Database,
) -> Result<Vec<Code>, SqlError> {
    list(database, &CATEGORY_HIERARCHIES)
}

fn list(database: &dyn Database, text: &Text<'_>) -> Result<Vec<Code>, SqlError> {
    let mut codes = Vec::new();
    each(database, text, &[], |row| {
        codes.push(Code {
            code: row.get(0)?,
            text: row.get(1)?,
        });
        Ok(())
    })?;
    Ok(codes)
}

/// See [`crate::company::trade::Trade::sales_orders`].
pub(in crate::company) fn sales_orders(
    database: &dyn Database,
    requisitions: &[Requisition],
) -> Result<Vec<Vec<FoundOrder>>, SqlError> {
    let wanted: Vec<[Value<'_>; 2]> = requisitions
        .iter()
        .map(|pair| values![&pair.customer, &pair.requisition])
        .collect();
    let mut found = vec![Vec::new(); requisitions.len()];
    of_list(database, &SALES_ORDERS, &wanted, |place, row| {
        found[place].push(FoundOrder {
            sales_order: row.get(1)?,
            is_journal: row.get::<i64>(2)? == 0,
            // A status that AX does not have must not hide the order.
            status: SalesStatus::from_ax(row.get(3)?).unwrap_or(SalesStatus::None),
            reference: row.get(4)?,
        });
        Ok(())
    })?;
    Ok(found)
}
