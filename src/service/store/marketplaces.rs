//! What a marketplace needs to be told: which attributes of the products fill its own.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::service::api::refusal::Refusal;
use crate::service::marketplaces::Marketplace;

use super::{Store, channels};

impl Store {
    /// The marketplace behind a channel, and the organization's name there.
    pub async fn marketplace(
        &self,
        channel: String,
    ) -> Result<(&'static Marketplace, String), Refusal> {
        self.run(move |connection| Ok(behind(connection, &channel)?))
            .await
    }

    /// What fills the attributes of a marketplace, by attribute.
    pub async fn attributes(&self, channel: String) -> Result<BTreeMap<String, String>, Refusal> {
        self.run(move |connection| Ok(attributes(connection, &channel)?))
            .await
    }

    /// Sets what fills them, all at once: attributes left out are not filled. False where there is
    /// no such channel.
    pub async fn map_attributes(
        &self,
        channel: String,
        sources: Vec<(&'static str, String)>,
    ) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            if channels::find(transaction, &channel)?.is_none() {
                return Ok(false);
            }
            transaction.execute(
                "DELETE FROM attribute_mapping WHERE channel = ?1",
                [&channel],
            )?;
            for (attribute, source) in sources {
                transaction.execute(
                    "INSERT INTO attribute_mapping (channel, attribute, source) VALUES (?1, ?2, ?3)",
                    params![channel, attribute, source],
                )?;
            }
            Ok(true)
        })
        .await
    }
}

/// The marketplace behind a channel, and the organization's name there.
pub fn behind(
    connection: &Connection,
    channel: &str,
) -> rusqlite::Result<(&'static Marketplace, String)> {
    let row: Option<(String, String)> = connection
        .prepare_cached("SELECT marketplace, seller FROM marketplace WHERE channel = ?1")?
        .query_row([channel], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (marketplace, seller) = row.unwrap_or_default();
    Ok((Marketplace::of(&marketplace), seller))
}

/// What fills the attributes of a marketplace, by attribute.
pub fn attributes(
    connection: &Connection,
    channel: &str,
) -> rusqlite::Result<BTreeMap<String, String>> {
    connection
        .prepare_cached("SELECT attribute, source FROM attribute_mapping WHERE channel = ?1")?
        .query_map([channel], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
