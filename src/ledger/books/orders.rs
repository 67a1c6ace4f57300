//! The order book: staged orders, how far each has come, and what the service is to be told.

mod answers;
mod columns;
mod hand_over;
mod in_ax;
mod known;
mod listing;
mod staging;
mod too_late;

use async_trait::async_trait;

use super::super::orders::{Accepted, Behind, FeedPosition, OrderBook, OrderRef, Staged};
use super::super::{Fence, LedgerError, SetAside};
use super::runs::now;
use super::{Engine, SqlLedger, check};
use crate::model::order::{Acknowledgement, OrderEvent};
use crate::model::shipment::{OrderStatus, Shipment};
use crate::model::staged::{OrderCounts, OrderFilter, OrderRow, Stage, StagedOrder};
use crate::sql::{Session, SqlError};

pub use answers::{forget, told, untold};
pub use hand_over::{close, retry};

impl<E: Engine> SqlLedger<E> {
    /// Does something with orders, in one transaction and as few requests as there are steps.
    async fn all<T: Send + 'static, A: Send + 'static>(
        &self,
        what: &'static str,
        fence: Fence,
        orders: Vec<T>,
        work: impl Fn(Session<'_>, i64, &[T]) -> Result<A, SqlError> + Send + 'static,
    ) -> Result<A, LedgerError> {
        self.write(what, move |db| {
            check(db, fence)?;
            Ok(work(db, now(db)?, &orders)?)
        })
        .await
    }

    /// Does the same with each order, in one transaction.
    async fn each<T: Send + 'static, A: Send + 'static>(
        &self,
        what: &'static str,
        fence: Fence,
        orders: Vec<T>,
        work: impl Fn(Session<'_>, i64, &T) -> Result<A, SqlError> + Send + 'static,
    ) -> Result<Vec<A>, LedgerError> {
        self.write(what, move |db| {
            check(db, fence)?;
            let now = now(db)?;
            let done = orders.iter().map(|order| work(db, now, order));
            Ok(done.collect::<Result<_, _>>()?)
        })
        .await
    }
}

#[async_trait]
impl<E: Engine> OrderBook for SqlLedger<E> {
    async fn feed_position(&self) -> Result<FeedPosition, LedgerError> {
        self.read("reading the feed's position", listing::feed_position)
            .await
    }

    async fn begin_feed_anew(&self, fence: Fence, book: String) -> Result<(), LedgerError> {
        self.write("beginning the feed anew", move |db| {
            check(db, fence)?;
            Ok(staging::begin_anew(db, &book)?)
        })
        .await
    }

    async fn stage(
        &self,
        fence: Fence,
        events: Vec<OrderEvent>,
        position: FeedPosition,
    ) -> Result<Vec<Staged>, LedgerError> {
        self.write("staging orders", move |db| {
            check(db, fence)?;
            Ok(staging::stage(db, now(db)?, &events, &position)?)
        })
        .await
    }

    async fn orders_in(
        &self,
        stage: Stage,
        after: i64,
        limit: usize,
    ) -> Result<Vec<StagedOrder>, LedgerError> {
        self.read("reading staged orders", move |db| {
            listing::in_stage(db, stage, after, limit)
        })
        .await
    }

    async fn orders_set_aside(
        &self,
        but: &[&str],
        limit: usize,
    ) -> Result<Vec<String>, LedgerError> {
        let but: Vec<String> = but.iter().map(|code| (*code).to_owned()).collect();
        self.read("looking for orders set aside", move |db| {
            listing::set_aside(db, &but, limit)
        })
        .await
    }

    async fn set_aside_of(&self, orders: Vec<String>) -> Result<Vec<StagedOrder>, LedgerError> {
        self.read("reading orders set aside", move |db| {
            listing::set_aside_of(db, &orders)
        })
        .await
    }

    async fn intend_hand_over(
        &self,
        fence: Fence,
        orders: Vec<(String, String)>,
    ) -> Result<Vec<Option<u32>>, LedgerError> {
        self.all("writing a hand-over down", fence, orders, hand_over::intend)
            .await
    }

    async fn take_back(&self, fence: Fence, orders: Vec<String>) -> Result<(), LedgerError> {
        self.each("taking orders back", fence, orders, |db, now, order| {
            hand_over::take_back(db, now, order)
        })
        .await
        .map(drop)
    }

    async fn accept(&self, fence: Fence, orders: Vec<Accepted>) -> Result<(), LedgerError> {
        self.all("noting sales orders", fence, orders, hand_over::accept)
            .await
    }

    async fn set_orders_aside(
        &self,
        fence: Fence,
        orders: Vec<SetAside>,
    ) -> Result<(), LedgerError> {
        self.all("setting orders aside", fence, orders, hand_over::set_aside)
            .await
    }

    async fn lose(&self, fence: Fence, orders: Vec<SetAside>) -> Result<(), LedgerError> {
        self.each("setting orders aside", fence, orders, hand_over::lose)
            .await
            .map(drop)
    }

    async fn orders_for(
        &self,
        requisitions: Vec<(String, String)>,
    ) -> Result<Vec<Option<OrderRef>>, LedgerError> {
        self.read("looking for orders", move |db| {
            listing::for_requisitions(db, &requisitions)
        })
        .await
    }

    async fn numbers_for_ax(&self, orders: Vec<String>) -> Result<Vec<String>, LedgerError> {
        self.read("reading the numbers of orders", move |db| {
            listing::numbers_for_ax(db, &orders)
        })
        .await
    }

    async fn settled(&self, orders: Vec<String>) -> Result<Vec<Option<u32>>, LedgerError> {
        self.read("looking for orders that are settled", move |db| {
            listing::settled(db, &orders)
        })
        .await
    }

    async fn orders_behind(
        &self,
        sales_orders: Vec<(String, String)>,
    ) -> Result<Vec<Behind>, LedgerError> {
        self.read("looking for the orders of sales orders", move |db| {
            listing::behind(db, &sales_orders)
        })
        .await
    }

    async fn note_shipments(
        &self,
        fence: Fence,
        shipments: Vec<(String, Shipment)>,
    ) -> Result<(), LedgerError> {
        self.all("noting shipments", fence, shipments, in_ax::note_shipments)
            .await
    }

    async fn forget_shipments(&self, fence: Fence, ids: Vec<String>) -> Result<(), LedgerError> {
        self.each("forgetting shipments", fence, ids, |db, now, id| {
            in_ax::forget_shipment(db, now, id)
        })
        .await
        .map(drop)
    }

    async fn note_statuses(
        &self,
        fence: Fence,
        statuses: Vec<(String, OrderStatus)>,
    ) -> Result<(), LedgerError> {
        self.all(
            "noting order statuses",
            fence,
            statuses,
            in_ax::note_statuses,
        )
        .await
    }

    async fn orders(&self, filter: &OrderFilter) -> Result<Vec<OrderRow>, LedgerError> {
        let filter = filter.clone();
        self.read("listing orders", move |db| listing::list(db, &filter))
            .await
    }

    async fn order_counts(&self) -> Result<OrderCounts, LedgerError> {
        self.read("counting orders", listing::counts).await
    }

    async fn order(&self, name: &str) -> Result<Option<StagedOrder>, LedgerError> {
        let name = name.to_owned();
        self.read("reading an order", move |db| listing::find(db, &name))
            .await
    }

    async fn orders_taken(&self) -> Result<FeedPosition, LedgerError> {
        self.read("looking how far AX has taken orders", listing::taken)
            .await
    }

    async fn acknowledgement_version(&self) -> Result<i64, LedgerError> {
        self.read(
            "reading the version of the acknowledgements",
            answers::version,
        )
        .await
    }

    async fn acknowledgements(
        &self,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Acknowledgement>, LedgerError> {
        let after = after.to_owned();
        self.read("reading acknowledgements", move |db| {
            answers::list(db, &after, limit)
        })
        .await
    }

    async fn acknowledgements_changed(
        &self,
        since: i64,
        after: &str,
        limit: usize,
    ) -> Result<Vec<String>, LedgerError> {
        let after = after.to_owned();
        self.read("looking for changed acknowledgements", move |db| {
            answers::changed(db, since, &after, limit)
        })
        .await
    }

    async fn acknowledgements_of(
        &self,
        orders: Vec<String>,
    ) -> Result<Vec<Option<Acknowledgement>>, LedgerError> {
        self.read("reading acknowledgements", move |db| {
            answers::of_book(db, &orders)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
