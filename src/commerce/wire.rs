//! What travels between `axcs` and Commerce Services: the types both ends share, version 1.
//!
//! Uploads are NDJSON, one [`Line`] a line; answers are JSON; errors are problem documents
//! (RFC 9457) with a stable [`Problem::code`]. The document at `/openapi.json` describes the rest.

pub mod account;
pub mod publication;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use self::account::AccountState;
use crate::model::Amount;
use crate::model::catalog::ProductDimensions;
use crate::model::channel::Channel;
#[cfg(doc)]
use crate::model::digest;
use crate::model::order::{OrderEvent, OrderState, WebOrder};
use crate::model::shipment::Shipment;

/// At most this many lines in a batch.
pub const MAX_LINES: usize = 1_000;
/// At most this many bytes in a batch, before compression (and after decompression).
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// At most this many bytes in one line of a batch.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;
/// At most this many records in a page of a listing.
pub const MAX_LIST_LIMIT: usize = 10_000;
/// Media type of a batch.
pub const NDJSON: &str = "application/x-ndjson";
/// Media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// Header that names a batch: the same key is answered from memory.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Header of an answer given from memory.
pub const IDEMPOTENT_REPLAY: &str = "idempotent-replay";

/// What a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Store the value.
    Upsert,
    /// Drop the record.
    Delete,
}

/// One line of a batch.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line<'a> {
    /// What to do.
    pub op: Op,
    /// Id of the record within its collection, 1 to 250 bytes.
    #[serde(borrow)]
    pub id: std::borrow::Cow<'a, str>,
    /// Version of the value: a line with a version below the stored one is answered with
    /// [`LineStatus::Stale`] and changes nothing.
    pub version: i64,
    /// The record, for [`Op::Upsert`]; absent for [`Op::Delete`].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a RawValue>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineStatus {
    /// The record is new.
    Created,
    /// The record has another value now.
    Updated,
    /// The record had this value already (or was not there, for a deletion).
    Unchanged,
    /// The record is dropped.
    Deleted,
    /// The service holds a newer version.
    Stale,
    /// The record is refused; `code`, `field` and `detail` say why.
    Rejected,
}

/// The answer to one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineResult {
    /// Id of the record.
    pub id: String,
    /// What became of it.
    pub status: LineStatus,
    /// Stored version, where the line was stale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Stable code of the refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The refusal in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The answer to a batch: one result for each line, in the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchAnswer {
    /// One for each line.
    pub results: Vec<LineResult>,
}

/// How many records a collection holds, and a number that changes with any of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionSummary {
    /// Number of records.
    pub count: u64,
    /// Sum of [`digest::record_digest`] over all records, as [`digest::hex64`].
    pub digest: String,
    /// Greatest version the collection has ever held, dropped records included; 0 before the
    /// first. A sender that lost its memory numbers its batches above it.
    pub newest_version: i64,
}

/// One record in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Id of the record.
    pub id: String,
    /// Version of its value.
    pub version: i64,
    /// [`digest::content_hash`] of its value, as [`digest::hex64`].
    pub hash: String,
}

/// A page of a listing, in the order of the ids' bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    /// The records.
    pub records: Vec<Listed>,
    /// Cursor of the next page; absent on the last one. Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One stored record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stored {
    /// Id of the record.
    pub id: String,
    /// Version of its value.
    pub version: i64,
    /// [`digest::content_hash`] of its value, as [`digest::hex64`].
    pub hash: String,
    /// The value.
    pub value: Box<RawValue>,
}

/// Where a complete load stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadState {
    /// Batches may name it.
    Open,
    /// What it did not mention is retired.
    Committed,
    /// Given up; nothing is retired.
    Abandoned,
}

/// A complete load of one collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Id, to be named as `load` with each batch.
    pub id: String,
    /// Where it stands.
    pub state: LoadState,
    /// Records mentioned so far.
    pub mentioned: u64,
    /// Records that a commit would retire now, or that it retired.
    pub retired: u64,
    /// When it was begun, RFC 3339.
    pub begun: jiff::Timestamp,
}

/// How to commit a load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitLoad {
    /// Retire however many there are. Without it a commit is refused with the code
    /// `too-many-retired` where it would retire more than 50 records and more than a fifth of
    /// the collection.
    #[serde(default)]
    pub confirm: bool,
}

/// Who the token belongs to and what it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoAmI {
    /// Name of the account.
    pub account: String,
    /// How it stands; a service that does not say so has none that could be switched off.
    #[serde(default = "usable")]
    pub state: AccountState,
    /// Sign-in name of the user who let the machine in; empty for the service's own token.
    #[serde(default)]
    pub user: String,
    /// Rights of the token: `read`, `upload`, `catalog`, `orders`, `account`.
    pub rights: Vec<String>,
    /// Limits of a batch.
    pub limits: Limits,
    /// Encodings a batch may have, best first.
    pub encodings: Vec<String>,
    /// Clock of the service.
    pub server_time: jiff::Timestamp,
    /// True where a line whose version is older than the stored one changes nothing. A service
    /// that does not say so does not do it.
    #[serde(default)]
    pub guards_versions: bool,
}

const fn usable() -> AccountState {
    AccountState::Active
}

/// Limits of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// See [`MAX_LINES`].
    pub max_lines: usize,
    /// See [`MAX_BODY_BYTES`].
    pub max_body_bytes: usize,
    /// See [`MAX_LINE_BYTES`].
    pub max_line_bytes: usize,
}

/// How the service does; needs no token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// `ok`.
    pub status: String,
    /// Version of the service.
    pub version: String,
    /// Seconds since it started.
    pub uptime_seconds: u64,
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank`, or where the problem is described.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short and the same for every case of the problem.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// This case, in words.
    pub detail: String,
    /// Stable code for programs: `unauthorized`, `too-many-lines`, …
    pub code: String,
}

/// A page of the order feed: the newest event of each order that has one behind the cursor, in
/// the order of their numbers. Only one order at a time has a given number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedPage {
    /// Names the order book. Another name means that the service was made anew or restored: the
    /// cursor is void, and the feed is read from 0.
    pub book: String,
    /// Number of the newest event of the book; 0 before the first. A cursor beyond it is void.
    pub newest: i64,
    /// The events, at most as many as asked for.
    pub events: Vec<OrderEvent>,
}

/// At most this many events in a page of the order feed.
pub const MAX_FEED_LIMIT: usize = 500;
/// A request for a page of the order feed waits at most this many seconds for an event.
pub const MAX_FEED_WAIT: u64 = 30;
/// At most this many bytes in an order.
pub const MAX_ORDER_BYTES: usize = 1024 * 1024;

/// Stores and marketplaces, sorted by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreList {
    /// Every one there is.
    pub stores: Vec<Channel>,
}

/// An order at the service, without its contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderListed {
    /// Id of the order.
    pub id: String,
    /// The number the customer knows.
    pub number: String,
    /// Id of its store or marketplace.
    pub store: String,
    /// Number of its newest event.
    pub seq: i64,
    /// How it stands.
    pub state: OrderState,
    /// Sales order in AX, once told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sales_order: String,
    /// Why AX could not take it, where it is rejected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// [`digest::content_hash`] of the order's JSON, as [`digest::hex64`].
    pub hash: String,
}

/// A page of the order list, in the order of the ids' bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderListPage {
    /// The orders.
    pub orders: Vec<OrderListed>,
    /// Cursor of the next page; absent on the last one. Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An order at the service, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDetails {
    /// How it stands.
    #[serde(flatten)]
    pub listed: OrderListed,
    /// The order.
    pub order: WebOrder,
    /// Its packing slips.
    pub shipments: Vec<Shipment>,
}

/// Up to which event AX has taken the orders: what a shop sells is what is on hand less the
/// orders behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrdersTaken {
    /// The order book that the number is about.
    pub book: String,
    /// Number of the event.
    pub seq: i64,
}

/// What a shop can still sell of an item or variant, over all warehouses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saleable {
    /// Item number.
    pub item: String,
    /// The variant.
    #[serde(default, skip_serializing_if = "ProductDimensions::is_blank")]
    pub dimensions: ProductDimensions,
    /// On hand in AX.
    pub on_hand: Amount,
    /// In orders that AX has not taken yet.
    pub ordered: Amount,
    /// The difference.
    pub saleable: Amount,
}
