//! A staged order: an online order as `axcs` keeps it between the download and the end of its life
//! in AX.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::exception::Exception;
use super::filter::Filter;
use super::order::{OrderEventKind, WebOrder};
use super::shipment::{SalesStatus, Shipment};
use super::sort::{OrderSort, Sort};

/// How far a staged order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// In the ledger; AX does not know it yet.
    Downloaded,
    /// In the ledger, held back until its payment is authorised.
    AwaitingPayment,
    /// Being given to AX: written down before, its sales order not seen yet.
    HandedOver,
    /// Its sales order was seen.
    Accepted,
    /// Set aside with an exception.
    Exception,
    /// Cancelled online before AX had it.
    Cancelled,
    /// An operator resolved its exception with a note: it is not handed over any more.
    Closed,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 7] = [
        Self::Downloaded,
        Self::AwaitingPayment,
        Self::HandedOver,
        Self::Accepted,
        Self::Exception,
        Self::Cancelled,
        Self::Closed,
    ];

    /// The operator's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Downloaded => "downloaded",
            Self::AwaitingPayment => "awaiting payment",
            Self::HandedOver => "handed over",
            Self::Accepted => "accepted",
            Self::Exception => "exception",
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How much of an order's goods have left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shipped {
    /// Nothing.
    #[default]
    Nothing,
    /// Some of it.
    Partly,
    /// All of it.
    Whole,
}

/// A staged order without its contents, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRow {
    /// Id at the service.
    pub id: String,
    /// The number the customer knows.
    pub number: String,
    /// Id of the store or marketplace.
    pub store: String,
    /// When it was placed: its age counts from here.
    pub placed: Timestamp,
    /// Name of the customer.
    pub customer: String,
    /// What the customer pays.
    pub total: Amount,
    /// Currency of the total.
    pub currency: String,
    /// Number of lines.
    pub lines: u32,
    /// Place of its newest event in the feed.
    pub seq: i64,
    /// What happened last at the service.
    pub event: OrderEventKind,
    /// How far it has come.
    pub stage: Stage,
    /// How often it was given to AX.
    pub attempts: u32,
    /// Customer account of the sales order; empty before the hand-over.
    pub account: String,
    /// Sales order; empty before it was seen.
    pub sales_order: String,
    /// True where AX made the sales order a journal: a repeat of customer account and customer
    /// requisition.
    pub is_journal: bool,
    /// True where another order of the ledger has the same number.
    pub is_possible_duplicate: bool,
    /// Sales status in AX, as far as seen.
    pub status: Option<SalesStatus>,
    /// How much of it has left.
    pub shipped: Shipped,
    /// True where the service was told how it stands now.
    pub is_acknowledged: bool,
    /// When `axcs` downloaded it first.
    pub downloaded: Timestamp,
    /// When something changed last.
    pub changed: Timestamp,
    /// Why it is set aside.
    pub exception: Option<Exception>,
}

impl OrderRow {
    /// How it stands, in one or two words: the stage, and beyond it what AX did.
    pub fn state(&self) -> &'static str {
        if self.stage != Stage::Accepted {
            return self.stage.name();
        }
        match (self.status, self.shipped) {
            (Some(SalesStatus::Canceled), _) => "canceled in AX",
            (Some(SalesStatus::Invoiced), _) => "invoiced",
            (_, Shipped::Whole) | (Some(SalesStatus::Delivered), _) => "shipped",
            (_, Shipped::Partly) => "partially shipped",
            _ if self.is_journal => "journal",
            _ => "accepted",
        }
    }

    /// True where something is still to happen to it.
    pub fn is_open(&self) -> bool {
        match self.stage {
            Stage::Downloaded | Stage::AwaitingPayment | Stage::HandedOver | Stage::Exception => {
                true
            }
            Stage::Accepted => {
                self.shipped != Shipped::Whole
                    && !matches!(
                        self.status,
                        Some(
                            SalesStatus::Delivered | SalesStatus::Invoiced | SalesStatus::Canceled
                        )
                    )
            }
            Stage::Cancelled | Stage::Closed => false,
        }
    }
}

/// One thing that happened to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// When.
    pub at: Timestamp,
    /// What, in words: "Handed over to AX, attempt 2".
    pub what: String,
}

/// A staged order, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedOrder {
    /// What a list shows.
    #[serde(flatten)]
    pub row: OrderRow,
    /// The order as the service told it last.
    pub order: WebOrder,
    /// Its packing slips, as far as seen.
    pub shipments: Vec<Shipment>,
    /// What happened to it, oldest first.
    pub history: Vec<HistoryLine>,
}

/// Which orders to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderView {
    /// Every one.
    #[default]
    All,
    /// To which something is still to happen.
    Open,
    /// Set aside with an exception.
    Exception,
    /// Of which the service was not told how they stand.
    Unacknowledged,
    /// With the number of another one.
    Duplicate,
    /// That AX made a journal.
    Journal,
}

impl OrderView {
    /// Every view.
    pub const ALL: [Self; 6] = [
        Self::All,
        Self::Open,
        Self::Exception,
        Self::Unacknowledged,
        Self::Duplicate,
        Self::Journal,
    ];

    /// The word in commands and on screens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Open => "open",
            Self::Exception => "exception",
            Self::Unacknowledged => "unacknowledged",
            Self::Duplicate => "duplicate",
            Self::Journal => "journal",
        }
    }
}

/// Which orders to list, and how many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Kind of order.
    pub view: OrderView,
    /// Only those that it lets through.
    pub terms: Filter,
    /// In which order.
    pub sort: Sort<OrderSort>,
    /// Only those that stand behind this one in that order.
    pub after: Option<Box<OrderRow>>,
    /// At most this many.
    pub limit: usize,
}

impl OrderFilter {
    /// The page behind this one; none where this was the last.
    pub fn behind(self, mut page: Vec<OrderRow>) -> Option<Self> {
        let is_full = page.len() >= self.limit;
        let last = page.pop().filter(|_| is_full)?;
        Some(Self {
            after: Some(Box::new(last)),
            ..self
        })
    }
}

/// How many orders a ledger has of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCounts {
    /// All.
    pub all: u64,
    /// To which something is still to happen.
    pub open: u64,
    /// Downloaded or handed over, without a sales order yet.
    pub waiting: u64,
    /// Set aside.
    pub exception: u64,
    /// Not acknowledged.
    pub unacknowledged: u64,
    /// Possible duplicates.
    pub duplicate: u64,
    /// Journals.
    pub journal: u64,
    /// When the oldest one was placed to which something is still to happen.
    pub oldest_open: Option<Timestamp>,
}
