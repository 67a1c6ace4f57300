//! How a store delivers and is paid.

use crate::model::{Amount, Stream};
use crate::service::store::Store;

use super::super::page::Trouble;

/// At most this many ways to deliver are offered.
const MOST: usize = 100;

/// A way to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Mode of delivery in AX.
    pub mode: String,
    /// Its name for shoppers.
    pub name: String,
    /// What it costs an order.
    pub charge: Amount,
}

/// A way to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Its word in orders.
    pub method: String,
    /// Its name for shoppers.
    pub name: String,
    /// The payment provider that takes it.
    pub provider: String,
}

/// The ways to deliver: the modes of delivery that AX has uploaded.
pub async fn deliveries(store: &Store) -> Result<Vec<Delivery>, Trouble> {
    let modes = store.list(Stream::DeliveryModes, String::new(), MOST).await?;
    let modes = modes.records.into_iter().map(|mode| Delivery {
        name: mode.id.clone(),
        mode: mode.id,
        charge: Amount::ZERO,
    });
    Ok(modes.collect())
}

/// The ways to pay.
pub async fn methods(_store: &Store) -> Result<Vec<Method>, Trouble> {
    Ok(Vec::new())
}
