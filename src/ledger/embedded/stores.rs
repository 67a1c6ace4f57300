//! Stores and marketplaces, with the parameters that AX keeps for them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rusqlite::{Connection, Row, Transaction, params};

use super::super::stores::{StoreBook, StoreChanges};
use super::super::{Fence, LedgerError};
use super::{EmbeddedLedger, check, rows, runs};
use crate::model::channel::{Channel, KnownStore, StoreSettings};

fn failed(source: rusqlite::Error) -> LedgerError {
    LedgerError::Statement {
        what: "keeping stores",
        source: source.into(),
    }
}

fn store(row: &Row<'_>) -> rusqlite::Result<KnownStore> {
    Ok(KnownStore {
        channel: Channel {
            id: row.get(0)?,
            kind: rows::named(row, 1)?,
            name: row.get(2)?,
            currency: row.get(3)?,
            open: row.get(4)?,
        },
        gone_since: rows::optional_time(row, 5)?,
        settings: StoreSettings {
            customer_template: row.get(6)?,
            shipping_charges_code: row.get(7)?,
            sales_origin: row.get(8)?,
        },
        orders: row.get::<_, i64>(9)?.cast_unsigned(),
        open_orders: row.get::<_, i64>(10)?.cast_unsigned(),
    })
}

fn list(connection: &Connection) -> rusqlite::Result<Vec<KnownStore>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, kind, name, currency, open, gone_since, customer_template, \
                shipping_charges_code, sales_origin, coalesce(orders, 0), coalesce(open_orders, 0) \
         FROM store LEFT JOIN store_orders ON store_orders.store = store.id ORDER BY id",
    )?;
    let found = statement.query_map([], store)?;
    found.collect()
}

fn take(
    transaction: &Transaction<'_>,
    now: i64,
    listed: &[Channel],
) -> rusqlite::Result<StoreChanges> {
    let mut known: BTreeMap<String, KnownStore> = list(transaction)?
        .into_iter()
        .map(|store| (store.channel.id.clone(), store))
        .collect();
    let mut changes = StoreChanges::default();
    let mut write = transaction.prepare_cached(
        "INSERT INTO store (id, kind, name, currency, open, customer_template, shipping_charges_code, sales_origin) \
         VALUES (?, ?, ?, ?, ?, '', '', '') \
         ON CONFLICT DO UPDATE SET kind = excluded.kind, name = excluded.name, \
         currency = excluded.currency, open = excluded.open, gone_since = NULL",
    )?;
    for channel in listed {
        match known.remove(&channel.id) {
            Some(store) if store.gone_since.is_none() && store.channel == *channel => {
                changes.unchanged += 1;
                continue;
            }
            Some(store) if store.gone_since.is_none() => changes.changed.push(channel.id.clone()),
            Some(_) | None => changes.new.push(channel.id.clone()),
        }
        write.execute(params![
            channel.id,
            rows::to_word(&channel.kind)?,
            channel.name,
            channel.currency,
            channel.open
        ])?;
    }
    for (id, store) in known {
        let is_referred_to = store.orders > 0 || store.settings != StoreSettings::default();
        if !is_referred_to {
            transaction.execute("DELETE FROM store WHERE id = ?", [&id])?;
            changes.forgotten.push(id);
        } else if store.gone_since.is_none() {
            transaction.execute("UPDATE store SET gone_since = ? WHERE id = ?", (now, &id))?;
            changes.gone.push(id);
        }
    }
    Ok(changes)
}

#[async_trait]
impl StoreBook for EmbeddedLedger {
    async fn stores(&self) -> Result<Vec<KnownStore>, LedgerError> {
        self.read("listing stores", list).await
    }

    async fn take_stores(
        &self,
        fence: Fence,
        listed: Vec<Channel>,
    ) -> Result<StoreChanges, LedgerError> {
        self.write("taking stores over", move |transaction| {
            check(transaction, fence)?;
            runs::now(transaction)
                .and_then(|now| take(transaction, now, &listed))
                .map_err(failed)
        })
        .await
    }

    async fn set_store(&self, store: &str, settings: StoreSettings) -> Result<bool, LedgerError> {
        let store = store.to_owned();
        self.write("setting store parameters", move |transaction| {
            transaction
                .execute(
                    "UPDATE store SET customer_template = ?, shipping_charges_code = ?, \
                     sales_origin = ? WHERE id = ?",
                    params![
                        settings.customer_template,
                        settings.shipping_charges_code,
                        settings.sales_origin,
                        store
                    ],
                )
                .map(|found| found > 0)
                .map_err(failed)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
