//! Stores and marketplaces, and the parameters that AX keeps for them.

use async_trait::async_trait;

use super::{Fence, LedgerError};
use crate::model::channel::{Channel, KnownStore, StoreSettings};

/// What a synchronisation of the stores changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreChanges {
    /// Stores that are new, or are back.
    pub new: Vec<String>,
    /// Stores with another name, kind, currency or state.
    pub changed: Vec<String>,
    /// Stores that the service does not list any more and that orders or parameters refer to:
    /// they stay, marked.
    pub gone: Vec<String>,
    /// Stores that the service does not list any more and nothing refers to: forgotten.
    pub forgotten: Vec<String>,
    /// Stores that were alike.
    pub unchanged: u64,
}

/// The stores.
#[async_trait]
pub trait StoreBook: Send + Sync {
    /// Every store, the marked ones too, sorted by id.
    async fn stores(&self) -> Result<Vec<KnownStore>, LedgerError>;

    /// Takes the service's list over: all of it in one transaction.
    async fn take_stores(
        &self,
        fence: Fence,
        listed: Vec<Channel>,
    ) -> Result<StoreChanges, LedgerError>;

    /// Sets the parameters of a store; false where there is no such store.
    async fn set_store(&self, store: &str, settings: StoreSettings) -> Result<bool, LedgerError>;
}
