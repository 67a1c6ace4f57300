//! The service as a worker of a simulated world reaches it.

use std::time::Duration;

use async_trait::async_trait;
use axcs::commerce::Commerce;
use axcs::commerce::client::{CommerceError, Upload};
use axcs::commerce::wire::{
    BatchAnswer, CollectionSummary, CommitLoad, FeedPage, LineResult, LineStatus, ListPage, Load,
    OrderDetails, OrderListPage, OrderListed, OrdersTaken,
};
use axcs::model::Stream;
use axcs::model::channel::Channel;
use axcs::model::order::WebOrder;

use super::hands::{Hands, in_brief};
use super::mutant::Mutant;

#[async_trait]
impl Commerce for Hands {
    async fn upload(
        &self,
        stream: Stream,
        upload: &Upload<'_>,
    ) -> Result<BatchAnswer, CommerceError> {
        let (key, body) = (upload.key.to_owned(), upload.body.clone());
        let load = upload.load.map(str::to_owned);
        let what = self.0.label(|| {
            let lines = in_brief(&String::from_utf8_lossy(&body));
            format!("upload {stream} {key} {load:?}: {lines}")
        });
        let answered = self
            .0
            .request(what, move |state| {
                state.service.upload(stream, &key, &body, load.as_deref())
            })
            .await;
        match answered {
            Err(CommerceError::Unknown { .. }) if self.is(Mutant::AcknowledgeUnknown) => {
                Ok(all_taken(&upload.body))
            }
            Ok(mut answer) if self.is(Mutant::ForgetRefusals) => {
                for result in &mut answer.results {
                    if result.status == LineStatus::Rejected {
                        result.status = LineStatus::Updated;
                    }
                }
                Ok(answer)
            }
            answered => answered,
        }
    }

    async fn guards_versions(&self) -> Result<bool, CommerceError> {
        self.0
            .request(self.0.label(|| "guards versions".to_owned()), |state| {
                Ok(state.service.says_it_guards)
            })
            .await
    }

    async fn summary(&self, stream: Stream) -> Result<CollectionSummary, CommerceError> {
        self.0
            .request(self.0.label(|| format!("summary {stream}")), move |state| {
                Ok(state.service.summary(stream))
            })
            .await
    }

    async fn list(&self, _: Stream, _: Option<&str>, _: usize) -> Result<ListPage, CommerceError> {
        Ok(ListPage {
            records: Vec::new(),
            next: None,
        })
    }

    async fn begin_load_afresh(&self, stream: Stream) -> Result<Load, CommerceError> {
        self.0
            .request(
                self.0.label(|| format!("begin load {stream}")),
                move |state| Ok(state.service.begin_load(stream)),
            )
            .await
    }

    async fn load(&self, stream: Stream, id: &str) -> Result<Load, CommerceError> {
        let id = id.to_owned();
        self.0
            .request(
                self.0.label(|| format!("load {stream} {id}")),
                move |state| state.service.load(stream, &id),
            )
            .await
    }

    async fn commit_load(
        &self,
        stream: Stream,
        id: &str,
        _: CommitLoad,
    ) -> Result<Load, CommerceError> {
        let id = id.to_owned();
        self.0
            .request(
                self.0.label(|| format!("commit load {stream} {id}")),
                move |state| state.service.commit_load(stream, &id),
            )
            .await
    }

    async fn feed(&self, _: i64, _: usize, _: Duration) -> Result<FeedPage, CommerceError> {
        Ok(FeedPage {
            book: "book".to_owned(),
            newest: 0,
            events: Vec::new(),
        })
    }

    async fn orders_taken(&self, taken: &OrdersTaken) -> Result<OrdersTaken, CommerceError> {
        Ok(taken.clone())
    }

    async fn order_page(&self, _: Option<&str>, _: usize) -> Result<OrderListPage, CommerceError> {
        Ok(OrderListPage {
            orders: Vec::new(),
            next: None,
        })
    }

    async fn order(&self, _: &str) -> Result<Option<OrderDetails>, CommerceError> {
        Ok(None)
    }

    async fn correct_order_of(
        &self,
        order: &WebOrder,
        _: &str,
    ) -> Result<OrderListed, CommerceError> {
        Err(CommerceError::NotSent {
            call: format!("PUT orders/{}", order.id),
            reason: "the simulated world has no orders".to_owned(),
        })
    }

    async fn stores(&self) -> Result<Vec<Channel>, CommerceError> {
        self.0
            .request(self.0.label(|| "stores".to_owned()), |_| Ok(Vec::new()))
            .await
    }
}

/// What somebody would answer who takes everything for done.
fn all_taken(body: &[u8]) -> BatchAnswer {
    let lines = std::str::from_utf8(body).unwrap().lines();
    BatchAnswer {
        results: lines
            .map(|line| {
                let line: axcs::commerce::wire::Line<'_> = serde_json::from_str(line).unwrap();
                LineResult {
                    id: line.id.into_owned(),
                    status: LineStatus::Updated,
                    version: None,
                    code: None,
                    field: None,
                    detail: None,
                }
            })
            .collect(),
    }
}
