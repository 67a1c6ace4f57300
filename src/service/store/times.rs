//! Times in the store: milliseconds since 1970, UTC.

use jiff::Timestamp;

use crate::service::api::refusal::{Code, Refusal};

/// Reads a time.
pub fn from_millis(millis: i64) -> Result<Timestamp, Refusal> {
    Timestamp::from_millisecond(millis)
        .map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

/// Reads a time that may be missing.
pub fn from_millis_or_none(millis: Option<i64>) -> Result<Option<Timestamp>, Refusal> {
    millis.map(from_millis).transpose()
}
