//! Values of AX columns as model values. What does not parse names its field instead of failing
//! the page: one bad record never blocks the others.

use jiff::civil::Date;

use crate::company::Entry;
use crate::model::Amount;
use crate::model::catalog::ProductDimensions;
use crate::sql::{Cell, Row, SqlError};

/// A field that cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadField {
    pub(super) field: &'static str,
    pub(super) reason: String,
}

impl BadField {
    pub(super) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { field, reason }
    }

    pub(super) fn into_entry(self, id: String) -> Entry {
        Entry::Unreadable {
            id,
            field: self.field.to_owned(),
            reason: self.reason,
        }
    }
}

/// Text of a column; a number as its digits, NULL (no row joined) as no value.
pub(super) fn text(row: &Row<'_>, column: usize) -> Result<String, SqlError> {
    Ok(match row.cell(column)? {
        Cell::Text(text) => text.into_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Null | Cell::Real(_) | Cell::Bytes(_) => String::new(),
    })
}

/// True where the outer join found no row.
pub(super) fn is_missing(row: &Row<'_>, column: usize) -> Result<bool, SqlError> {
    Ok(row.cell(column)? == Cell::Null)
}

/// A decimal.
pub(super) fn amount(
    row: &Row<'_>,
    column: usize,
    field: &'static str,
) -> Result<Result<Amount, BadField>, SqlError> {
    let amount = if let Cell::Text(text) = row.cell(column)? {
        text.parse::<Amount>().map_err(|error| error.to_string())
    } else {
        Err("there is no value".to_owned())
    };
    Ok(amount.map_err(|reason| BadField::new(field, reason)))
}

/// A date; AX writes "open" as 1900-01-01, and as 2154-12-31 for an upper bound.
pub(super) fn date(
    row: &Row<'_>,
    column: usize,
    field: &'static str,
) -> Result<Result<Option<Date>, BadField>, SqlError> {
    let text = text(row, column)?;
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    Ok(match day {
        "1900-01-01" | "2154-12-31" => Ok(None),
        _ => match day.parse() {
            Ok(date) => Ok(Some(date)),
            Err(_) => Err(BadField::new(field, format!("{text:?} is not a date"))),
        },
    })
}

/// Configuration, size, colour and style from four columns on.
pub(super) fn dimensions(row: &Row<'_>, first: usize) -> Result<ProductDimensions, SqlError> {
    Ok(ProductDimensions {
        configuration: text(row, first)?,
        size: text(row, first + 1)?,
        colour: text(row, first + 2)?,
        style: text(row, first + 3)?,
    })
}
