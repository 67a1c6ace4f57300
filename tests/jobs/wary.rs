//! The real service behind somebody who looks at each upload first.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axcs::commerce::Commerce;
use axcs::commerce::client::{CommerceError, Upload};
use axcs::commerce::wire::{
    BatchAnswer, CollectionSummary, CommitLoad, FeedPage, ListPage, Load, OrderDetails,
    OrderListPage, OrderListed, OrdersTaken,
};
use axcs::model::Stream;
use axcs::model::channel::Channel;
use axcs::model::order::WebOrder;

/// What happens to an upload.
pub enum Look {
    /// It goes on, with this body.
    Pass(bytes::Bytes),
    /// It is answered with this.
    Answer(CommerceError),
}

/// Decides what happens to an upload.
pub type Looks = Box<dyn Fn(Stream, &Upload<'_>) -> Look + Send + Sync>;

/// The service, and who stands before it.
pub struct Wary {
    pub service: Arc<dyn Commerce>,
    /// What the service says of itself.
    pub guards_versions: bool,
    pub look: Looks,
}

impl fmt::Debug for Wary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wary").finish_non_exhaustive()
    }
}

#[async_trait]
impl Commerce for Wary {
    async fn upload(
        &self,
        stream: Stream,
        upload: &Upload<'_>,
    ) -> Result<BatchAnswer, CommerceError> {
        match (self.look)(stream, upload) {
            Look::Answer(error) => Err(error),
            Look::Pass(body) => {
                let upload = Upload {
                    body,
                    ..upload.clone()
                };
                self.service.upload(stream, &upload).await
            }
        }
    }

    async fn guards_versions(&self) -> Result<bool, CommerceError> {
        Ok(self.guards_versions)
    }

    async fn summary(&self, stream: Stream) -> Result<CollectionSummary, CommerceError> {
        self.service.summary(stream).await
    }

    async fn list(
        &self,
        stream: Stream,
        after: Option<&str>,
        limit: usize,
    ) -> Result<ListPage, CommerceError> {
        self.service.list(stream, after, limit).await
    }

    async fn begin_load_afresh(&self, stream: Stream) -> Result<Load, CommerceError> {
        self.service.begin_load_afresh(stream).await
    }

    async fn load(&self, stream: Stream, id: &str) -> Result<Load, CommerceError> {
        self.service.load(stream, id).await
    }

    async fn commit_load(
        &self,
        stream: Stream,
        id: &str,
        how: CommitLoad,
    ) -> Result<Load, CommerceError> {
        self.service.commit_load(stream, id, how).await
    }

    async fn feed(
        &self,
        after: i64,
        limit: usize,
        wait: Duration,
    ) -> Result<FeedPage, CommerceError> {
        self.service.feed(after, limit, wait).await
    }

    async fn orders_taken(&self, taken: &OrdersTaken) -> Result<OrdersTaken, CommerceError> {
        self.service.orders_taken(taken).await
    }

    async fn order_page(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<OrderListPage, CommerceError> {
        self.service.order_page(after, limit).await
    }

    async fn order(&self, id: &str) -> Result<Option<OrderDetails>, CommerceError> {
        self.service.order(id).await
    }

    async fn correct_order_of(
        &self,
        order: &WebOrder,
        of: &str,
    ) -> Result<OrderListed, CommerceError> {
        self.service.correct_order_of(order, of).await
    }

    async fn stores(&self) -> Result<Vec<Channel>, CommerceError> {
        self.service.stores().await
    }
}
