//! Stores and marketplaces, and how the account stands.

use reqwest::Method;

use crate::commerce::wire::account::{Account, AccountState, SetAccount};
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

    /// How the account stands; answered even where it cannot be used.
    pub async fn account(&self) -> Result<AccountState, CommerceError> {
        let account: Account = self.get(&["account"], &[]).await?;
        Ok(account.state)
    }

    /// Makes the account one that is being set up, or ends that: for a self-hosted service.
    pub async fn set_account(&self, state: AccountState) -> Result<AccountState, CommerceError> {
        let account: Account = self
            .send(Method::PUT, &["account"], &SetAccount { state })
            .await?;
        Ok(account.state)
    }
}
