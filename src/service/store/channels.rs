//! Stores and marketplaces.

use rusqlite::{Connection, OptionalExtension, params};

use crate::commerce::wire::StoreList;
use crate::model::channel::Channel;
use crate::service::api::refusal::{Code, Refusal};

use super::Store;
use super::orders::facts::read_json;
use super::readiness;

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

    /// At most `limit` stores and marketplaces behind the id `after`.
    pub async fn channels(&self, after: String, limit: usize) -> Result<Vec<Channel>, Refusal> {
        self.run(move |connection| {
            let mut select = connection
                .prepare_cached("SELECT json FROM channel WHERE id > ?1 ORDER BY id LIMIT ?2")?;
            let mut rows = select.query(params![after, limit as i64])?;
            let mut channels = Vec::new();
            while let Some(row) = rows.next()? {
                channels.push(read_json(&row.get::<_, Vec<u8>>(0)?)?);
            }
            Ok(channels)
        })
        .await
    }

    /// A store or marketplace, where there is one of that id.
    pub async fn channel(&self, id: String) -> Result<Option<Channel>, Refusal> {
        self.run(move |connection| find(connection, &id)).await
    }

    /// Makes or replaces a store; true where it is new.
    pub async fn put_store(&self, store: Channel) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            let is_new = insert(transaction, &store)?;
            if !is_new {
                write(transaction, &store)?;
            }
            Ok(is_new)
        })
        .await
    }

    /// Makes a store or, with the id of the marketplace behind it and the organization's name
    /// there, a marketplace. One that is there is refused.
    pub async fn open_channel(
        &self,
        channel: Channel,
        behind: Option<(&'static str, String)>,
    ) -> Result<(), Refusal> {
        self.change(move |transaction| {
            if !insert(transaction, &channel)? {
                return Err(Refusal::new(
                    Code::BadValue,
                    "id: there is a store or marketplace with this id",
                ));
            }
            if let Some((marketplace, seller)) = behind {
                transaction.execute(
                    "INSERT INTO marketplace (channel, marketplace, seller) VALUES (?1, ?2, ?3)",
                    params![channel.id, marketplace, seller],
                )?;
            }
            Ok(())
        })
        .await
    }

    /// Changes name and whether it is open; false where there is no such store or marketplace.
    /// One that cannot sell is not opened.
    pub async fn edit_channel(
        &self,
        id: String,
        name: String,
        open: bool,
    ) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            let Some(before) = find(transaction, &id)? else {
                return Ok(false);
            };
            if open && !before.open {
                readiness::must_be_ready(transaction, &before)?;
            }
            write(
                transaction,
                &Channel {
                    name,
                    open,
                    ..before
                },
            )?;
            Ok(true)
        })
        .await
    }

    /// Removes a store and returns it. Its orders stay.
    pub async fn delete_store(&self, id: String) -> Result<Channel, Refusal> {
        self.change(move |transaction| {
            let removed: Option<Vec<u8>> = transaction
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

    /// Removes a store or marketplace that is closed and returns it. Its orders stay.
    pub async fn remove_closed_channel(&self, id: String) -> Result<Option<Channel>, Refusal> {
        self.change(move |transaction| {
            let Some(channel) = find(transaction, &id)? else {
                return Ok(None);
            };
            if channel.open {
                return Err(Refusal::new(Code::BadValue, "it is open; close it first"));
            }
            transaction.execute("DELETE FROM channel WHERE id = ?1", [&id])?;
            Ok(Some(channel))
        })
        .await
    }
}

/// A store or marketplace, where there is one of that id.
pub fn find(connection: &Connection, id: &str) -> Result<Option<Channel>, Refusal> {
    let json: Option<Vec<u8>> = connection
        .prepare_cached("SELECT json FROM channel WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    json.map(|json| read_json(&json)).transpose()
}

/// Makes a store or marketplace; true where it was not there.
pub fn insert(connection: &Connection, channel: &Channel) -> Result<bool, Refusal> {
    let done = connection.execute(
        "INSERT INTO channel (id, json) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![channel.id, json_of(channel)?],
    )?;
    Ok(done > 0)
}

fn write(connection: &Connection, channel: &Channel) -> Result<(), Refusal> {
    connection.execute(
        "UPDATE channel SET json = ?2 WHERE id = ?1",
        params![channel.id, json_of(channel)?],
    )?;
    Ok(())
}

fn json_of(channel: &Channel) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(channel).map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}
