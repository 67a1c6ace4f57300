//! Stores and marketplaces, with the parameters that AX keeps for them.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::super::stores::{StoreBook, StoreChanges};
use super::super::{Fence, LedgerError};
use super::{Engine, SqlLedger, check, rows, runs};
use crate::model::channel::{Channel, KnownStore, StoreSettings};
use crate::sql::{Row, Session, SqlError, Text};
use crate::{statement, values};

const LIST: Text<'static> = statement!("stores", "list");
const TAKE: Text<'static> = statement!("stores", "take");
const FORGET: Text<'static> = statement!("stores", "forget");
const GONE: Text<'static> = statement!("stores", "gone");
const SET: Text<'static> = statement!("stores", "set");

fn store(row: &Row<'_>) -> Result<KnownStore, SqlError> {
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
        orders: row.get::<i64>(9)?.cast_unsigned(),
        open_orders: row.get::<i64>(10)?.cast_unsigned(),
    })
}

fn list(db: Session<'_>) -> Result<Vec<KnownStore>, SqlError> {
    db.rows(&LIST, &[], store)
}

fn take(db: Session<'_>, now: i64, listed: &[Channel]) -> Result<StoreChanges, SqlError> {
    let mut known: BTreeMap<String, KnownStore> = list(db)?
        .into_iter()
        .map(|store| (store.channel.id.clone(), store))
        .collect();
    let mut changes = StoreChanges::default();
    let mut rows = Vec::new();
    for channel in listed {
        match known.remove(&channel.id) {
            Some(store) if store.gone_since.is_none() && store.channel == *channel => {
                changes.unchanged += 1;
                continue;
            }
            Some(store) if store.gone_since.is_none() => changes.changed.push(channel.id.clone()),
            Some(_) | None => changes.new.push(channel.id.clone()),
        }
        rows.push(values![
            &channel.id,
            rows::to_word(&channel.kind)?,
            &channel.name,
            &channel.currency,
            channel.open
        ]);
    }
    db.execute_each(&TAKE, &rows)?;
    for (id, store) in known {
        let is_referred_to = store.orders > 0 || store.settings != StoreSettings::default();
        if !is_referred_to {
            db.execute(&FORGET, &values![&id])?;
            changes.forgotten.push(id);
        } else if store.gone_since.is_none() {
            db.execute(&GONE, &values![&id, now])?;
            changes.gone.push(id);
        }
    }
    Ok(changes)
}

#[async_trait]
impl<E: Engine> StoreBook for SqlLedger<E> {
    async fn stores(&self) -> Result<Vec<KnownStore>, LedgerError> {
        self.read("listing stores", list).await
    }

    async fn take_stores(
        &self,
        fence: Fence,
        listed: Vec<Channel>,
    ) -> Result<StoreChanges, LedgerError> {
        self.write("taking stores over", move |db| {
            check(db, fence)?;
            Ok(take(db, runs::now(db)?, &listed)?)
        })
        .await
    }

    async fn set_store(&self, store: &str, settings: StoreSettings) -> Result<bool, LedgerError> {
        let store = store.to_owned();
        self.write("setting store parameters", move |db| {
            let row = values![
                store,
                settings.customer_template,
                settings.shipping_charges_code,
                settings.sales_origin
            ];
            Ok(db.execute(&SET, &row)? > 0)
        })
        .await
    }
}
