//! Stores and marketplaces, and whether the account can be used.

use reqwest::Method;

use crate::commerce::wire::{Account, AccountState};
use crate::model::channel::Channel;

use super::{Client, CommerceError};

impl Client {
    /// Makes or replaces a store or marketplace.
    pub async fn put_store(&self, store: &Channel) -> Result<Channel, CommerceError> {
        self.send(Method::PUT, &["stores", &store.id], store).await
    }

    /// Removes a store or marketplace; `None` where there is none of that id. Its orders stay.
    pub async fn delete_store(&self, id: &str) -> Result<Option<Channel>, CommerceError> {
        match self.call(Method::DELETE, &["stores", id], &[], None).await {
            Ok(store) => Ok(Some(store)),
            Err(CommerceError::Refused { problem, .. }) if problem.code == "no-such-store" => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the account can be used; answered even where it cannot.
    pub async fn account(&self) -> Result<AccountState, CommerceError> {
        let account: Account = self.get(&["account"], &[]).await?;
        Ok(account.state)
    }

    /// Says whether the account can be used: for a self-hosted service.
    pub async fn set_account(&self, state: AccountState) -> Result<AccountState, CommerceError> {
        let account: Account = self
            .send(Method::PUT, &["account"], &Account { state })
            .await?;
        Ok(account.state)
    }
}
