//! The order book: every online order that was downloaded, how far it has come, and what the
//! service is to be told about it.

use async_trait::async_trait;

use super::{Fence, LedgerError, SetAside};
use crate::model::order::{Acknowledgement, OrderEvent};
use crate::model::shipment::{OrderStatus, Shipment};
use crate::model::staged::{OrderCounts, OrderFilter, OrderRow, Stage, StagedOrder};

/// How far the order feed has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedPosition {
    /// The service's order book; empty before the first download.
    pub book: String,
    /// Number of the last event that is in the ledger.
    pub seq: i64,
}

/// What staging an event came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staged {
    /// A new order.
    New,
    /// AX has not taken the order: its new contents take the place of the old, its exception is
    /// cleared, and it is tried again.
    Replaced,
    /// The order was cancelled before AX had it.
    Cancelled,
    /// The ledger has this event already, or it changes nothing.
    Known,
    /// The order was corrected online, but AX has it already (or it is being handed over): the
    /// new contents are kept, and an exception asks to change the sales order.
    ChangedTooLate,
    /// The order was cancelled online, but AX has it already: an exception asks to cancel the
    /// sales order. It clears itself once the sales order is canceled.
    CancelledTooLate,
}

/// A sales order that was seen in AX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Id of the order.
    pub order: String,
    /// Customer account of the sales order.
    pub account: String,
    /// Its number.
    pub sales_order: String,
    /// True where AX made it a journal.
    pub is_journal: bool,
}

/// An order that a customer account and a requisition lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRef {
    /// Id of the order.
    pub order: String,
    /// Its sales order; empty before it was seen.
    pub sales_order: String,
}

/// The online order behind a sales order of AX, as far as the order book knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behind {
    /// None.
    Nothing,
    /// The sales order was not seen before, but an order whose sales order was not seen has its
    /// requisition as number: AX knows whether it is the one.
    Unseen,
    /// This one (its id), which was seen as the sales order.
    Seen(String),
    /// This one, but it belongs to an order book that the service does not have any more.
    Former(String),
}

/// The order book. Stages go one way:
/// `Downloaded | AwaitingPayment → HandedOver → Accepted`, with `Exception` beside them.
#[async_trait]
pub trait OrderBook: Send + Sync {
    /// How far the feed has been read.
    async fn feed_position(&self) -> Result<FeedPosition, LedgerError>;

    /// The feed is read from its beginning: the service's order book is another one, or it was
    /// restored. What the service was told about orders counts no more: it is read whole and
    /// compared with what the service holds.
    async fn begin_feed_anew(&self, fence: Fence, book: String) -> Result<(), LedgerError>;

    /// Stages events and moves the position, in one transaction: an order is in the ledger exactly
    /// when the position is behind its event. Answers what each event came to.
    async fn stage(
        &self,
        fence: Fence,
        events: Vec<OrderEvent>,
        position: FeedPosition,
    ) -> Result<Vec<Staged>, LedgerError>;

    /// Orders in stage `stage` whose event is behind `after`, in the order of events, at most
    /// `limit`; without shipments and history. The contents of orders that are handed over are
    /// those that AX may have, whatever the service said since.
    async fn orders_in(
        &self,
        stage: Stage,
        after: i64,
        limit: usize,
    ) -> Result<Vec<StagedOrder>, LedgerError>;

    /// Orders that are set aside with an open exception of other codes than `but`, in the order of
    /// events, at most `limit` ids; of more, chance decides which.
    async fn orders_set_aside(
        &self,
        but: &[&str],
        limit: usize,
    ) -> Result<Vec<String>, LedgerError>;

    /// Of the orders with these ids those that are still set aside, in the order of events; without
    /// shipments and history.
    async fn set_aside_of(&self, orders: Vec<String>) -> Result<Vec<StagedOrder>, LedgerError>;

    /// Writes down that these orders (id, customer account) are about to be given to AX: they are
    /// handed over from now on, and count one more attempt. Answers the number of the attempt of
    /// each, part of its message id; `None` where the order is not downloaded any more (cancelled
    /// or closed meanwhile) and must not be given to AX.
    async fn intend_hand_over(
        &self,
        fence: Fence,
        orders: Vec<(String, String)>,
    ) -> Result<Vec<Option<u32>>, LedgerError>;

    /// Writes down that AX surely did not take these orders: they are downloaded again, with what
    /// the service said of them last (cancelled, where they were cancelled meanwhile).
    async fn take_back(&self, fence: Fence, orders: Vec<String>) -> Result<(), LedgerError>;

    /// Writes down the sales orders that were seen; clears the orders' exceptions. An order that
    /// was cancelled or changed online meanwhile gets the exception that asks for it in AX.
    async fn accept(&self, fence: Fence, orders: Vec<Accepted>) -> Result<(), LedgerError>;

    /// Sets orders aside with an exception. One that was handed over and not taken back is looked
    /// for in AX (it is handed over again) before it is tried again.
    async fn set_orders_aside(
        &self,
        fence: Fence,
        orders: Vec<SetAside>,
    ) -> Result<(), LedgerError>;

    /// Sets accepted orders aside whose sales order is not in AX any more. The service is told to
    /// take the sales order back; retried, they are handed over as new ones.
    async fn lose(&self, fence: Fence, orders: Vec<SetAside>) -> Result<(), LedgerError>;

    /// For each customer account and requisition the order that was made for it, if it was.
    async fn orders_for(
        &self,
        requisitions: Vec<(String, String)>,
    ) -> Result<Vec<Option<OrderRef>>, LedgerError>;

    /// The numbers under which AX has these orders or may get them, whatever the service said
    /// since; empty where there is no such order.
    async fn numbers_for_ax(&self, orders: Vec<String>) -> Result<Vec<String>, LedgerError>;

    /// Of the orders with these ids those of which it is known what came (AX has them, or they are
    /// cancelled or closed and AX does not get them), and that have no exception: how often each was
    /// tried. `None` for one that is still open or that is not here.
    async fn settled(&self, orders: Vec<String>) -> Result<Vec<Option<u32>>, LedgerError>;

    /// For each sales order (its number and customer requisition) the order behind it.
    async fn orders_behind(
        &self,
        sales_orders: Vec<(String, String)>,
    ) -> Result<Vec<Behind>, LedgerError>;

    /// Keeps the packing slips of orders (order id with each) for those who look at them.
    async fn note_shipments(
        &self,
        fence: Fence,
        shipments: Vec<(String, Shipment)>,
    ) -> Result<(), LedgerError>;

    /// Forgets packing slips (their record ids).
    async fn forget_shipments(&self, fence: Fence, ids: Vec<String>) -> Result<(), LedgerError>;

    /// Keeps the sales status of orders (order id with each). A cancellation in AX clears the
    /// exception that asked for it.
    async fn note_statuses(
        &self,
        fence: Fence,
        statuses: Vec<(String, OrderStatus)>,
    ) -> Result<(), LedgerError>;

    /// The orders that match, newest first.
    async fn orders(&self, filter: &OrderFilter) -> Result<Vec<OrderRow>, LedgerError>;

    /// How many there are of each kind.
    async fn order_counts(&self) -> Result<OrderCounts, LedgerError>;

    /// One order, by its id, its number or its sales order.
    async fn order(&self, name: &str) -> Result<Option<StagedOrder>, LedgerError>;

    /// The number up to which every event's order is settled: seen in AX, cancelled or closed.
    async fn orders_taken(&self) -> Result<FeedPosition, LedgerError>;

    /// Number of the newest change of any acknowledgement.
    async fn acknowledgement_version(&self) -> Result<i64, LedgerError>;

    /// What the service is to be told, for every order of its order book behind the id `after`, in
    /// the order of ids.
    async fn acknowledgements(
        &self,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Acknowledgement>, LedgerError>;

    /// Ids of orders whose acknowledgement changed after version `since`, behind the id `after`,
    /// in the order of ids.
    async fn acknowledgements_changed(
        &self,
        since: i64,
        after: &str,
        limit: usize,
    ) -> Result<Vec<String>, LedgerError>;

    /// What the service is to be told about these orders; `None` where its order book has no such
    /// order.
    async fn acknowledgements_of(
        &self,
        orders: Vec<String>,
    ) -> Result<Vec<Option<Acknowledgement>>, LedgerError>;
}
