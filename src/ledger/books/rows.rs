//! How the ledger's values stand in its columns.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::sql::{Cell, Row, SqlError};

/// A text, not copied; `None` where there is no value.
pub fn optional_text<'r>(
    row: &'r Row<'_>,
    column: usize,
) -> Result<Option<Cow<'r, str>>, SqlError> {
    match row.cell(column)? {
        Cell::Null => Ok(None),
        Cell::Text(text) => Ok(Some(text)),
        Cell::Integer(_) | Cell::Real(_) | Cell::Bytes(_) => {
            Err(SqlError::unreadable(column, "a text was expected"))
        }
    }
}

/// A text, not copied.
pub fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<Cow<'r, str>, SqlError> {
    optional_text(row, column)?.ok_or_else(|| SqlError::unreadable(column, "there is no text"))
}

/// Reads JSON.
pub fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, SqlError> {
    let text = text(row, column)?;
    serde_json::from_str(&text).map_err(|error| SqlError::unreadable(column, error))
}

/// Reads JSON, or nothing.
pub fn optional_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> Result<Option<T>, SqlError> {
    optional_text(row, column)?
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| SqlError::unreadable(column, error))
}

/// Reads a word of ours: a job, a stream.
pub fn word<T>(row: &Row<'_>, column: usize) -> Result<T, SqlError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let text = text(row, column)?;
    text.parse()
        .map_err(|error| SqlError::unreadable(column, error))
}

/// Reads a word whose type knows it by serde only.
pub fn named<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, SqlError> {
    optional_named(row, column)?.ok_or_else(|| SqlError::unreadable(column, "there is no text"))
}

/// Reads a word whose type knows it by serde only, or nothing.
pub fn optional_named<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> Result<Option<T>, SqlError> {
    optional_text(row, column)?
        .map(|text| serde_json::from_value(serde_json::Value::from(text)))
        .transpose()
        .map_err(|error| SqlError::unreadable(column, error))
}

/// The time of a number of Unix milliseconds.
pub fn moment(milliseconds: i64) -> Result<Timestamp, SqlError> {
    Timestamp::from_millisecond(milliseconds).map_err(|error| SqlError::unreadable(0, error))
}

/// Reads a time.
pub fn time(row: &Row<'_>, column: usize) -> Result<Timestamp, SqlError> {
    Timestamp::from_millisecond(row.get(column)?)
        .map_err(|error| SqlError::unreadable(column, error))
}

/// Reads a time, or nothing.
pub fn optional_time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, SqlError> {
    row.get::<Option<i64>>(column)?
        .map(|_| time(row, column))
        .transpose()
}

/// JSON for a column.
pub fn to_json<T: serde::Serialize>(value: &T) -> Result<String, SqlError> {
    serde_json::to_string(value).map_err(|error| SqlError::Unwritable(error.to_string()))
}

/// The word of a value whose type knows it by serde only.
pub fn to_word<T: serde::Serialize>(value: &T) -> Result<String, SqlError> {
    let text = to_json(value)?;
    Ok(text.trim_matches('"').to_owned())
}

/// How many rows are asked for, at most.
pub fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
