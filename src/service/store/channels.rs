//! Stores and marketplaces.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::commerce::wire::StoreList;
use crate::model::channel::Channel;
use crate::service::api::refusal::{Code, Refusal};

use super::Store;
use super::orders::facts::read_json;

impl Store {
    /// Every store and marketplace.
    pub async fn stores(&self) -> Result<StoreList, Refusal> {
        self.run(|connection| {
            let mut select = connection.prepare_cached("SELECT json FROM channel ORDER BY id")?;
            let mut rows = select.query([])?;
            let mut stores = Vec::new();
            while let Some(row) = rows.next()? {
                stores.push(read_json(&row.get::<_, Vec<u8>>(0)?)?);
            }
            Ok(StoreList { stores })
        })
        .await
    }

    /// Makes or replaces a store; true where it is new.
    pub async fn put_store(&self, store: Channel) -> Result<bool, Refusal> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let is_new = !is_there(&transaction, &store.id)?;
            if is_new {
                insert(&transaction, &store)?;
            } else {
                transaction.execute(
                    "UPDATE channel SET json = ?2 WHERE id = ?1",
                    params![store.id, json(&store)?],
                )?;
            }
            transaction.commit()?;
            Ok(is_new)
        })
        .await
    }

    /// Removes a store and returns it. Its orders stay.
    pub async fn delete_store(&self, id: String) -> Result<Channel, Refusal> {
        self.run(move |connection| {
            let removed: Option<Vec<u8>> = connection
                .prepare_cached("DELETE FROM channel WHERE id = ?1 RETURNING json")?
                .query_row([&id], |row| row.get(0))
                .optional()?;
            let json = removed.ok_or_else(|| {
                Refusal::new(Code::NoSuchStore, format!("there is no store {id:?}"))
            })?;
            read_json(&json)
        })
        .await
    }
}

/// True where there is a store of this id.
pub fn is_there(connection: &Connection, id: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM channel WHERE id = ?1")?
        .exists([id])
}

/// Makes a store that is not there.
pub fn insert(connection: &Connection, store: &Channel) -> Result<(), Refusal> {
    connection.execute(
        "INSERT INTO channel (id, json) VALUES (?1, ?2)",
        params![store.id, json(store)?],
    )?;
    Ok(())
}

fn json(store: &Channel) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(store).map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}
