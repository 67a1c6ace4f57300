//! What the jobs ask of Commerce Services, one request each.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;

use super::{Client, CommerceError, Upload};
use crate::commerce::Commerce;
use crate::commerce::wire::{
    BatchAnswer, CollectionSummary, CommitLoad, FeedPage, ListPage, Load, MAX_FEED_WAIT,
    OrderDetails, OrderListPage, OrderListed, OrdersTaken, StoreList,
};
use crate::model::Stream;
use crate::model::channel::Channel;
use crate::model::order::WebOrder;

use super::encoding::{Encoding, Packed};

#[async_trait]
impl Commerce for Client {
    async fn pack<'a>(&self, mut upload: Upload<'a>) -> Upload<'a> {
        let chosen = *self.lock_chosen();
        if let Some(encoding) = chosen.filter(|encoding| *encoding != Encoding::Identity) {
            // Why it cannot be compressed is told where it is sent.
            let packed = encoding.encode(upload.body.clone()).await.ok();
            upload.packed = packed.map(|bytes| Packed { encoding, bytes });
        }
        upload
    }

    async fn upload(
        &self,
        stream: Stream,
        upload: &Upload<'_>,
    ) -> Result<BatchAnswer, CommerceError> {
        let encoding = self.encoding().await?;
        match self.send_batch(stream, upload, encoding).await {
            Err(CommerceError::Refused { problem, .. })
                if problem.code == "unsupported-encoding" && encoding != Encoding::Identity =>
            {
                self.forget_encoding();
                self.send_batch(stream, upload, Encoding::Identity).await
            }
            answered => answered,
        }
    }

    async fn guards_versions(&self) -> Result<bool, CommerceError> {
        Ok(self.told().await?.guards_versions)
    }

    async fn summary(&self, stream: Stream) -> Result<CollectionSummary, CommerceError> {
        self.get(&[stream.name(), "summary"], &[]).await
    }

    async fn list(
        &self,
        stream: Stream,
        after: Option<&str>,
        limit: usize,
    ) -> Result<ListPage, CommerceError> {
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(after.map(|after| ("after", after)));
        self.get(&[stream.name()], &query).await
    }

    async fn begin_load_afresh(&self, stream: Stream) -> Result<Load, CommerceError> {
        let query = [("abandon_open", "true")];
        self.post(&[stream.name(), "loads"], &query, None).await
    }

    async fn load(&self, stream: Stream, id: &str) -> Result<Load, CommerceError> {
        self.get(&[stream.name(), "loads", id], &[]).await
    }

    async fn commit_load(
        &self,
        stream: Stream,
        id: &str,
        how: CommitLoad,
    ) -> Result<Load, CommerceError> {
        let body = format!("{{\"confirm\":{}}}", how.confirm);
        self.post(&[stream.name(), "loads", id, "commit"], &[], Some(body))
            .await
    }

    async fn order_page(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<OrderListPage, CommerceError> {
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(after.map(|after| ("after", after)));
        self.get(&["orders"], &query).await
    }

    async fn feed(
        &self,
        after: i64,
        limit: usize,
        wait: Duration,
    ) -> Result<FeedPage, CommerceError> {
        let wait = wait.as_secs().min(MAX_FEED_WAIT);
        let (after, limit, seconds) = (after.to_string(), limit.to_string(), wait.to_string());
        let query = [
            ("after", after.as_str()),
            ("limit", limit.as_str()),
            ("wait", seconds.as_str()),
        ];
        let path = ["orders", "feed"];
        let (request, sent) = self.request(Method::GET, &path, &query).await?;
        let request = request.timeout(self.request_timeout + Duration::from_secs(wait));
        sent.parse(&self.answer(request, &sent).await?)
    }

    async fn orders_taken(&self, taken: &OrdersTaken) -> Result<OrdersTaken, CommerceError> {
        self.send(Method::PUT, &["on-hand", "orders-taken"], taken)
            .await
    }

    async fn order(&self, id: &str) -> Result<Option<OrderDetails>, CommerceError> {
        Self::order(self, id).await
    }

    async fn correct_order_of(
        &self,
        order: &WebOrder,
        of: &str,
    ) -> Result<OrderListed, CommerceError> {
        let path = ["orders", order.id.as_str()];
        self.send_with(Method::PUT, &path, &[("of", of)], order)
            .await
    }

    async fn stores(&self) -> Result<Vec<Channel>, CommerceError> {
        let list: StoreList = self.get(&["stores"], &[]).await?;
        Ok(list.stores)
    }
}
