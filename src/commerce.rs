//! The Commerce Services side, reached over HTTP only.
//!
//! [`Commerce`] is what the jobs ask; [`client::Client`] answers it.

pub mod client;
mod http;
pub mod shopper;
pub mod sign_in;
pub mod wire;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use client::{CommerceError, Upload};
use wire::{
    BatchAnswer, CollectionSummary, CommitLoad, FeedPage, ListPage, Load, OrderDetails,
    OrderListed, OrdersTaken,
};

use crate::model::Stream;
use crate::model::channel::Channel;
use crate::model::order::WebOrder;

/// Commerce Services, as the jobs use them. Each call is one request: whether it is asked again is
/// the caller's decision.
#[async_trait]
pub trait Commerce: fmt::Debug + Send + Sync + 'static {
    /// Compresses a batch while no time of a request is spent on it, where it is known that it is to be.
    async fn pack<'a>(&self, upload: Upload<'a>) -> Upload<'a> {
        upload
    }

    /// Uploads one batch to the collection of `stream`. Dropping the future is safe; the batch is
    /// then done once or not at all.
    async fn upload(
        &self,
        stream: Stream,
        upload: &Upload<'_>,
    ) -> Result<BatchAnswer, CommerceError>;

    /// True where a line whose version is older than the stored one changes nothing. Asked once,
    /// then remembered.
    async fn guards_versions(&self) -> Result<bool, CommerceError>;

    /// Count and digest of a collection.
    async fn summary(&self, stream: Stream) -> Result<CollectionSummary, CommerceError>;

    /// A page of a collection's listing: the first one, or the one behind the cursor `after`.
    async fn list(
        &self,
        stream: Stream,
        after: Option<&str>,
        limit: usize,
    ) -> Result<ListPage, CommerceError>;

    /// Begins a complete load in the place of one that is open. Repeating it is harmless.
    async fn begin_load_afresh(&self, stream: Stream) -> Result<Load, CommerceError>;

    /// Where a complete load stands.
    async fn load(&self, stream: Stream, id: &str) -> Result<Load, CommerceError>;

    /// Retires what the load did not mention. Repeating it is harmless.
    async fn commit_load(
        &self,
        stream: Stream,
        id: &str,
        how: CommitLoad,
    ) -> Result<Load, CommerceError>;

    /// The events of the order feed behind `after`, at most `limit`; where there is none the
    /// service waits up to `wait` for one.
    async fn feed(
        &self,
        after: i64,
        limit: usize,
        wait: Duration,
    ) -> Result<FeedPage, CommerceError>;

    /// Says up to which event AX has taken the orders. Repeating it is harmless.
    async fn orders_taken(&self, taken: &OrdersTaken) -> Result<OrdersTaken, CommerceError>;

    /// A page of the order list: the first one, or the one behind the cursor `after`.
    async fn order_page(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<wire::OrderListPage, CommerceError>;

    /// One order as it is now; `None` where the service has none of that id.
    async fn order(&self, id: &str) -> Result<Option<OrderDetails>, CommerceError>;

    /// Puts another content in the place of the one with the hash `of`. Refused where anything is on
    /// its way, where it is cancelled, and where another content took its place. Repeating it is
    /// harmless.
    async fn correct_order_of(
        &self,
        order: &WebOrder,
        of: &str,
    ) -> Result<OrderListed, CommerceError>;

    /// Every store and marketplace, sorted by id.
    async fn stores(&self) -> Result<Vec<Channel>, CommerceError>;
}
