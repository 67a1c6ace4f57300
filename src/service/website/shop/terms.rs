//! How a store delivers and is paid.

use crate::model::Amount;
use crate::service::store::{METHODS, Store};

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
pub struct Paying {
    /// Its word in orders.
    pub method: String,
    /// Its name for shoppers.
    pub name: String,
    /// The payment provider that takes it.
    pub provider: String,
}

/// The ways to deliver: the shipping methods that are offered.
pub async fn deliveries(store: &Store) -> Result<Vec<Delivery>, Trouble> {
    let methods = store.shipping_methods(String::new(), MOST).await?;
    let offered = methods
        .into_iter()
        .filter(|method| method.is_offered && method.in_ax.is_some())
        .map(|method| Delivery {
            name: if method.name.is_empty() {
                method.mode.clone()
            } else {
                method.name
            },
            mode: method.mode,
            charge: method.charge,
        });
    Ok(offered.collect())
}

/// The ways to pay: the payment methods that a provider takes.
pub async fn methods(store: &Store) -> Result<Vec<Paying>, Trouble> {
    let providers = store.payment_providers().await?;
    let assigned = store.payment_methods().await?;
    let taken = METHODS.iter().filter_map(|(method, name)| {
        let (_, provider) = assigned.iter().find(|(known, _)| known == method)?;
        let provider = providers.iter().find(|known| known.id == *provider)?;
        Some(Paying {
            method: (*method).to_owned(),
            name: (*name).to_owned(),
            provider: provider.name.clone(),
        })
    });
    Ok(taken.collect())
}
