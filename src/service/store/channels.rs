//! Stores and marketplaces, and whether the account can be used.

use std::sync::atomic::Ordering;

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use crate::commerce::wire::{Account, AccountState, StoreList};
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
            let json = serde_json::to_vec(&store)
                .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
            let is_new = transaction.execute(
                "INSERT INTO channel (id, json) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![store.id, json],
            )? > 0;
            if !is_new {
                transaction.execute(
                    "UPDATE channel SET json = ?2 WHERE id = ?1",
                    params![store.id, json],
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

    /// Whether the account can be used.
    pub fn account(&self) -> Account {
        let state = if self.live.being_set_up.load(Ordering::Acquire) {
            AccountState::BeingSetUp
        } else {
            AccountState::Active
        };
        Account { state }
    }

    /// Says whether the account can be used.
    pub async fn set_account(&self, account: Account) -> Result<(), Refusal> {
        let live = std::sync::Arc::clone(&self.live);
        self.run(move |connection| {
            let being_set_up = account.state == AccountState::BeingSetUp;
            connection.execute("UPDATE account SET being_set_up = ?1", [being_set_up])?;
            live.being_set_up.store(being_set_up, Ordering::Release);
            Ok(())
        })
        .await
    }
}
