//! The order book: staged orders, how far each has come, and what the service is to be told.

mod answers;
mod hand_over;
mod in_ax;
mod known;
mod listing;
mod staging;
mod too_late;

use async_trait::async_trait;
use rusqlite::Transaction;

use super::super::orders::{Accepted, Behind, FeedPosition, OrderBook, OrderRef, Staged};
use super::super::{Fence, LedgerError, SetAside};
use super::{EmbeddedLedger, check, runs};
use crate::model::order::{Acknowledgement, OrderEvent};
use crate::model::shipment::{OrderStatus, Shipment};
use crate::model::staged::{OrderCounts, OrderFilter, OrderRow, Stage, StagedOrder};

pub use answers::{forget, told, untold};
pub use hand_over::{close, retry};

fn failed(source: rusqlite::Error) -> LedgerError {
    LedgerError::Statement {
        what: "keeping orders",
        source,
    }
}

impl EmbeddedLedger {
    /// Does the same with each order, in one transaction.
    async fn each<T: Send + 'static, A: Send + 'static>(
        &self,
        what: &'static str,
        fence: Fence,
        orders: Vec<T>,
        work: impl Fn(&Transaction<'_>, i64, &T) -> rusqlite::Result<A> + Send + 'static,
    ) -> Result<Vec<A>, LedgerError> {
        self.write(what, move |transaction| {
            check(transaction, fence)?;
            let now = runs::now(transaction).map_err(failed)?;
            orders
                .iter()
                .map(|order| work(transaction, now, order).map_err(failed))
                .collect()
        })
        .await
    }
}

#[async_trait]
impl OrderBook for EmbeddedLedger {
    async fn feed_position(&self) -> Result<FeedPosition, LedgerError> {
        self.read("reading the feed's position", listing::feed_position)
            .await
    }

    async fn begin_feed_anew(&self, fence: Fence, book: String) -> Result<(), LedgerError> {
        self.write("beginning the feed anew", move |transaction| {
            check(transaction, fence)?;
            staging::begin_anew(transaction, &book).map_err(failed)
        })
        .await
    }

    async fn stage(
        &self,
        fence: Fence,
        events: Vec<OrderEvent>,
        position: FeedPosition,
    ) -> Result<Vec<Staged>, LedgerError> {
        self.write("staging orders", move |transaction| {
            check(transaction, fence)?;
            runs::now(transaction)
                .and_then(|now| staging::stage(transaction, now, &events, &position))
                .map_err(failed)
        })
        .await
    }

    async fn orders_in(
        &self,
        stage: Stage,
        after: i64,
        limit: usize,
    ) -> Result<Vec<StagedOrder>, LedgerError> {
        self.read("reading staged orders", move |connection| {
            listing::in_stage(connection, stage, after, limit)
        })
        .await
    }

    async fn orders_set_aside(
        &self,
        but: &[&str],
        limit: usize,
    ) -> Result<Vec<String>, LedgerError> {
        let but: Vec<String> = but.iter().map(|code| (*code).to_owned()).collect();
        self.read("looking for orders set aside", move |connection| {
            listing::set_aside(connection, &but, limit)
        })
        .await
    }

    async fn set_aside_of(&self, orders: Vec<String>) -> Result<Vec<StagedOrder>, LedgerError> {
        self.read("reading orders set aside", move |connection| {
            listing::set_aside_of(connection, &orders)
        })
        .await
    }

    async fn intend_hand_over(
        &self,
        fence: Fence,
        orders: Vec<(String, String)>,
    ) -> Result<Vec<Option<u32>>, LedgerError> {
        self.each(
            "writing a hand-over down",
            fence,
            orders,
            |transaction, now, (order, account)| {
                hand_over::intend(transaction, now, order, account)
            },
        )
        .await
    }

    async fn take_back(&self, fence: Fence, orders: Vec<String>) -> Result<(), LedgerError> {
        self.each(
            "taking orders back",
            fence,
            orders,
            |transaction, now, order| hand_over::take_back(transaction, now, order),
        )
        .await
        .map(drop)
    }

    async fn accept(&self, fence: Fence, orders: Vec<Accepted>) -> Result<(), LedgerError> {
        self.each("noting sales orders", fence, orders, hand_over::accept)
            .await
            .map(drop)
    }

    async fn set_orders_aside(
        &self,
        fence: Fence,
        orders: Vec<SetAside>,
    ) -> Result<(), LedgerError> {
        self.each("setting orders aside", fence, orders, hand_over::set_aside)
            .await
            .map(drop)
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
        self.read("looking for orders", move |connection| {
            requisitions
                .iter()
                .map(|(account, requisition)| {
                    listing::for_requisition(connection, account, requisition)
                })
                .collect()
        })
        .await
    }

    async fn numbers_for_ax(&self, orders: Vec<String>) -> Result<Vec<String>, LedgerError> {
        self.read("reading the numbers of orders", move |connection| {
            orders
                .iter()
                .map(|order| listing::number_for_ax(connection, order))
                .collect()
        })
        .await
    }

    async fn orders_behind(
        &self,
        sales_orders: Vec<(String, String)>,
    ) -> Result<Vec<Behind>, LedgerError> {
        self.read(
            "looking for the orders of sales orders",
            move |connection| {
                sales_orders
                    .iter()
                    .map(|(sales_order, requisition)| {
                        listing::behind(connection, sales_order, requisition)
                    })
                    .collect()
            },
        )
        .await
    }

    async fn note_shipments(
        &self,
        fence: Fence,
        shipments: Vec<(String, Shipment)>,
    ) -> Result<(), LedgerError> {
        self.each(
            "noting shipments",
            fence,
            shipments,
            |transaction, now, (order, shipment)| {
                in_ax::note_shipment(transaction, now, order, shipment)
            },
        )
        .await
        .map(drop)
    }

    async fn forget_shipments(&self, fence: Fence, ids: Vec<String>) -> Result<(), LedgerError> {
        self.each(
            "forgetting shipments",
            fence,
            ids,
            |transaction, now, id| in_ax::forget_shipment(transaction, now, id),
        )
        .await
        .map(drop)
    }

    async fn note_statuses(
        &self,
        fence: Fence,
        statuses: Vec<(String, OrderStatus)>,
    ) -> Result<(), LedgerError> {
        self.each(
            "noting order statuses",
            fence,
            statuses,
            |transaction, now, (order, status)| in_ax::note_status(transaction, now, order, status),
        )
        .await
        .map(drop)
    }

    async fn orders(&self, filter: &OrderFilter) -> Result<Vec<OrderRow>, LedgerError> {
        let filter = filter.clone();
        self.read("listing orders", move |connection| {
            listing::list(connection, &filter)
        })
        .await
    }

    async fn order_counts(&self) -> Result<OrderCounts, LedgerError> {
        self.read("counting orders", listing::counts).await
    }

    async fn order(&self, name: &str) -> Result<Option<StagedOrder>, LedgerError> {
        let name = name.to_owned();
        self.read("reading an order", move |connection| {
            listing::find(connection, &name)
        })
        .await
    }

    async fn orders_taken(&self) -> Result<FeedPosition, LedgerError> {
        self.read("looking how far AX has taken orders", listing::taken)
            .await
    }

    async fn acknowledgement_version(&self) -> Result<i64, LedgerError> {
        self.read(
            "reading the version of the acknowledgements",
            |connection| {
                connection.query_row("SELECT acknowledgement_version FROM ledger", [], |row| {
                    row.get(0)
                })
            },
        )
        .await
    }

    async fn acknowledgements(
        &self,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Acknowledgement>, LedgerError> {
        let after = after.to_owned();
        self.read("reading acknowledgements", move |connection| {
            answers::list(connection, &after, limit)
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
        self.read("looking for changed acknowledgements", move |connection| {
            answers::changed(connection, since, &after, limit)
        })
        .await
    }

    async fn acknowledgements_of(
        &self,
        orders: Vec<String>,
    ) -> Result<Vec<Option<Acknowledgement>>, LedgerError> {
        self.read("reading acknowledgements", move |connection| {
            orders
                .iter()
                .map(|order| answers::of_book(connection, order))
                .collect()
        })
        .await
    }
}

#[cfg(test)]
mod tests;
