//! Rows of SQL Server as cells.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Span};
use tiberius::ColumnData;

use super::ServerError;
use crate::sql::Cell;

/// A row of an answer.
#[derive(Debug)]
pub struct Row {
    row: tiberius::Row,
    place: Arc<str>,
}

impl Row {
    pub(super) const fn new(row: tiberius::Row, place: Arc<str>) -> Self {
        Self { row, place }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.row.len()
    }

    /// The value in a column, counted from 0.
    pub fn cell(&self, column: usize) -> Result<Cell<'_>, ServerError> {
        let data = self.row.get_column_data(column);
        let cell = data.map_err(|error| error.to_string()).and_then(cell);
        cell.map_err(|reason| ServerError::Unreadable {
            place: self.place.to_string(),
            reason: format!("column {column}: {reason}"),
        })
    }
}

fn cell<'a>(data: &'a ColumnData<'_>) -> Result<Cell<'a>, String> {
    let integer = |number: Option<i64>| number.map(Cell::Integer);
    let text = |text: Option<String>| text.map(|text| Cell::Text(Cow::Owned(text)));
    let cell = match data {
        ColumnData::U8(number) => integer(number.map(i64::from)),
        ColumnData::I16(number) => integer(number.map(i64::from)),
        ColumnData::I32(number) => integer(number.map(i64::from)),
        ColumnData::I64(number) => integer(*number),
        ColumnData::Bit(truth) => integer(truth.map(i64::from)),
        ColumnData::F32(number) => number.map(|number| Cell::Real(number.into())),
        ColumnData::F64(number) => number.map(Cell::Real),
        ColumnData::String(words) => words.as_deref().map(|text| Cell::Text(Cow::Borrowed(text))),
        ColumnData::Guid(guid) => text(guid.map(|guid| guid.to_string())),
        ColumnData::Binary(bytes) => bytes
            .as_deref()
            .map(|bytes| Cell::Bytes(Cow::Borrowed(bytes))),
        ColumnData::Numeric(number) => text(number.map(|it| decimal(it.value(), it.scale()))),
        ColumnData::Xml(xml) => text(xml.as_ref().map(ToString::to_string)),
        // 300 to the second, from 1900 on; shown to the nearest millisecond, as the server does.
        ColumnData::DateTime(Some(it)) => {
            let fragments = i64::from(it.seconds_fragments());
            let nanos = (fragments * 20 + 3) / 6 * 1_000_000;
            text(Some(moment(1900, it.days().into(), nanos)?))
        }
        ColumnData::SmallDateTime(Some(it)) => {
            let nanos = i64::from(it.seconds_fragments()) * 60_000_000_000;
            text(Some(moment(1900, it.days().into(), nanos)?))
        }
        ColumnData::DateTime2(Some(it)) => {
            let nanos = fraction(it.time().increments(), it.time().scale());
            text(Some(moment(1, it.date().days().into(), nanos)?))
        }
        ColumnData::Date(Some(it)) => text(Some(moment(1, it.days().into(), 0)?)),
        ColumnData::DateTime(None)
        | ColumnData::SmallDateTime(None)
        | ColumnData::DateTime2(None)
        | ColumnData::Date(None) => None,
        ColumnData::Time(_) | ColumnData::DateTimeOffset(_) => {
            return Err("a time alone, or one with an offset, is not read".to_owned());
        }
    };
    Ok(cell.unwrap_or(Cell::Null))
}

/// Nanoseconds of `increments` of ten to the power of minus `scale` seconds.
fn fraction(increments: u64, scale: u8) -> i64 {
    let factor = 10_u64.pow(9_u32.saturating_sub(scale.into()));
    increments.saturating_mul(factor).cast_signed()
}

/// `2026-11-21 03:00:00`, with a fraction where there is one.
fn moment(first_year: i16, days: i64, nanos: i64) -> Result<String, String> {
    let then = DateTime::from(date(first_year, 1, 1))
        .checked_add(Span::new().days(days))
        .and_then(|day| day.checked_add(SignedDuration::from_nanos(nanos)))
        .map_err(|error| error.to_string())?;
    Ok(then.to_string().replace('T', " "))
}

/// The digits of `value` with `scale` of them behind the point; none that say nothing.
fn decimal(value: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, behind) = digits.split_at(digits.len() - scale);
    let behind = behind.trim_end_matches('0');
    let sign = if value < 0 { "-" } else { "" };
    let point = if behind.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_told_by_their_digits() {
        for (value, scale, told) in [
            (0, 16, "0"),
            (12_340_000, 6, "12.34"),
            (-5, 2, "-0.05"),
            (1_000, 0, "1000"),
            (i128::from(i64::MAX) * 10, 16, "9223.37203685477580 7"),
        ] {
            assert_eq!(decimal(value, scale), told.replace(' ', ""));
        }
    }

    #[test]
    fn date_times_are_told_as_the_embedded_company_writes_them() {
        for (data, told) in [
            (
                ColumnData::DateTime(Some(tiberius::time::DateTime::new(0, 0))),
                "1900-01-01 00:00:00",
            ),
            (
                ColumnData::DateTime(Some(tiberius::time::DateTime::new(46_345, 300 * 3_661))),
                "2026-11-21 01:01:01",
            ),
            (
                ColumnData::Date(Some(tiberius::time::Date::new(739_940))),
                "2026-11-21 00:00:00",
            ),
        ] {
            assert_eq!(cell(&data), Ok(Cell::Text(told.into())));
        }
        assert_eq!(cell(&ColumnData::DateTime(None)), Ok(Cell::Null));
    }
}
