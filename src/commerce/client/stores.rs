//! Stores and marketplaces.

use reqwest::Method;

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
}
