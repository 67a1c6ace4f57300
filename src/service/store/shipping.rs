//! Shipping methods: what shoppers are told of the modes of delivery that AX uploads.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::model::{Amount, Stream, catalog::DeliveryMode};
use crate::service::api::refusal::{Code, Refusal};

use super::orders::facts::read_json;
use super::{Collection, Store};

/// A mode of delivery, with what shoppers are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippingMethod {
    /// Code of the mode of delivery.
    pub mode: String,
    /// As AX has it; none where AX has it no longer.
    pub in_ax: Option<DeliveryMode>,
    /// Its name for shoppers; empty where nothing was set.
    pub name: String,
    /// What it costs an order, in the currency of the store.
    pub charge: Amount,
    /// Shoppers may choose it.
    pub is_offered: bool,
}

impl Store {
    /// At most `limit` shipping methods behind the code `after`.
    pub async fn shipping_methods(
        &self,
        after: String,
        limit: usize,
    ) -> Result<Vec<ShippingMethod>, Refusal> {
        self.run(move |connection| {
            let collection = Collection::of(connection, Stream::DeliveryModes)?.id;
            let mut select = connection.prepare_cached(include_str!("shipping/list.sql"))?;
            let mut rows = select.query(params![collection, after, limit as i64])?;
            let mut methods = Vec::new();
            while let Some(row) = rows.next()? {
                methods.push(read(row)?);
            }
            Ok(methods)
        })
        .await
    }

    /// The shipping method of a mode of delivery, where there is one.
    pub async fn shipping_method(&self, mode: String) -> Result<Option<ShippingMethod>, Refusal> {
        self.run(move |connection| find(connection, &mode)).await
    }

    /// Sets name, charge and whether it is offered; false where there is no such mode of delivery.
    pub async fn set_shipping_method(
        &self,
        mode: String,
        name: String,
        charge: Amount,
        is_offered: bool,
    ) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            let Some(method) = find(transaction, &mode)? else {
                return Ok(false);
            };
            if is_offered && method.in_ax.is_none() {
                return Err(Refusal::new(
                    Code::BadValue,
                    "offered: AX has no such mode of delivery any more",
                ));
            }
            transaction.execute(
                "INSERT INTO shipping_method (mode, name, charge, is_offered)
                 VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (mode) DO UPDATE
                 SET name = excluded.name, charge = excluded.charge, is_offered = excluded.is_offered",
                params![mode, name, charge.to_string(), is_offered],
            )?;
            Ok(true)
        })
        .await
    }
}

fn find(connection: &Connection, mode: &str) -> Result<Option<ShippingMethod>, Refusal> {
    let collection = Collection::of(connection, Stream::DeliveryModes)?.id;
    connection
        .prepare_cached(include_str!("shipping/find.sql"))?
        .query_row(params![collection, mode], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

fn read(row: &Row<'_>) -> Result<ShippingMethod, Refusal> {
    let json: Option<Vec<u8>> = row.get(1)?;
    let charge: Option<String> = row.get(3)?;
    Ok(ShippingMethod {
        mode: row.get(0)?,
        in_ax: json.map(|json| read_json(&json)).transpose()?,
        name: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        charge: charge.map_or(Ok(Amount::ZERO), |charge| {
            charge
                .parse()
                .map_err(|error| Refusal::new(Code::Internal, format!("a stored charge: {error}")))
        })?,
        is_offered: row.get::<_, Option<bool>>(4)?.unwrap_or_default(),
    })
}
