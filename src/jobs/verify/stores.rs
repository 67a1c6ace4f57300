//! Stores and marketplaces: the service's list and the ledger's.

use std::sync::Arc;

use super::super::runner::Sides;
use super::{Comparison, Listed, Verified, json_hash};
use crate::model::{Exception, Stream};

/// Compares the stores that are not marked as gone.
pub async fn compare(
    sides: &Arc<Sides>,
    listed: Listed,
    limit: usize,
) -> Result<Verified, Exception> {
    let stores = sides.commerce.stores().await?;
    let hashes: Vec<String> = stores.iter().map(json_hash).collect();
    let ids = stores.iter().map(|store| store.id.as_str());
    listed.add(ids.zip(hashes.iter().map(String::as_str)))?;
    let mut comparison = Comparison::new(Stream::Stores, listed, limit)?;
    for known in sides.ledger.stores().await? {
        if known.gone_since.is_none() {
            comparison.take(&known.channel.id, Some(&json_hash(&known.channel)))?;
        }
    }
    comparison.finish()
}
