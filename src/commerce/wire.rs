//! What travels between `axcs` and Commerce Services: the types both ends share, version 1.
//!
//! Uploads are NDJSON, one [`Line`] a line; answers are JSON; errors are problem documents
//! (RFC 9457) with a stable [`Problem::code`]. The document at `/openapi.json` describes the rest.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[cfg(doc)]
use crate::model::digest;

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
    /// Rights of the token.
    pub rights: Vec<String>,
    /// Limits of a batch.
    pub limits: Limits,
    /// Encodings a batch may have, best first.
    pub encodings: Vec<String>,
    /// Clock of the service.
    pub server_time: jiff::Timestamp,
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
