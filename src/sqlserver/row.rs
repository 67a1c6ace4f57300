//! Rows of SQL Server as cells.

use std::borrow::Cow;
use std::iter;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::date;
use tiberius::ColumnData;

use super::ServerError;
use crate::sql::Cell;

const NANOS_OF_A_SECOND: i64 = 1_000_000_000;
/// Where `datetime` counts its days from, 1900-01-01, as a day counted from 1970-01-01.
const OF_DATETIME: i64 = -25_567;
/// Where `date` and `datetime2` do, 0001-01-01.
const OF_DATE: i64 = -719_162;
/// Bytes of most date-times.
const MOMENT: usize = "2026-11-21 03:00:00".len();
/// Bytes of most decimals.
const DECIMAL: usize = 24;

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
            text(Some(moment(OF_DATETIME, it.days().into(), nanos)?))
        }
        ColumnData::SmallDateTime(Some(it)) => {
            let nanos = i64::from(it.seconds_fragments()) * 60_000_000_000;
            text(Some(moment(OF_DATETIME, it.days().into(), nanos)?))
        }
        ColumnData::DateTime2(Some(it)) => {
            let nanos = fraction(it.time().increments(), it.time().scale());
            text(Some(moment(OF_DATE, it.date().days().into(), nanos)?))
        }
        ColumnData::Date(Some(it)) => text(Some(moment(OF_DATE, it.days().into(), 0)?)),
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

/// `2026-11-21 03:00:00`, with a fraction where there is one: `nanos` into the day that is so many
/// `days` behind `first`.
fn moment(first: i64, days: i64, nanos: i64) -> Result<String, String> {
    let day = date(1970, 1, 1)
        .checked_add(SignedDuration::from_hours(24 * (first + days)))
        .map_err(|error| error.to_string())?;
    let seconds = nanos / NANOS_OF_A_SECOND;
    let mut text = String::with_capacity(MOMENT);
    // A year of SQL Server has at most four digits.
    let year = i64::from(day.year());
    for (mark, part) in [
        (None, year / 100),
        (None, year % 100),
        (Some('-'), day.month().into()),
        (Some('-'), day.day().into()),
        (Some(' '), seconds / 3_600),
        (Some(':'), seconds / 60 % 60),
        (Some(':'), seconds % 60),
    ] {
        text.extend(mark);
        // Two digits of a number that has no more.
        text.push(char::from(b'0' + (part / 10) as u8));
        text.push(char::from(b'0' + (part % 10) as u8));
    }
    let behind = nanos % NANOS_OF_A_SECOND;
    if behind > 0 {
        behind_point(&mut text, behind.unsigned_abs().into(), 9);
    }
    Ok(text)
}

/// The point and `digits` digits of `number`, but for zeros at their end.
fn behind_point(text: &mut String, number: u128, digits: usize) {
    let mut buffer = itoa::Buffer::new();
    let told = buffer.format(number);
    text.push('.');
    text.extend(iter::repeat_n('0', digits - told.len()));
    text.push_str(told.trim_end_matches('0'));
}

/// The digits of `value` with `scale` of them behind the point; none that say nothing.
fn decimal(value: i128, scale: u8) -> String {
    let (number, unit) = (value.unsigned_abs(), 10_u128.pow(scale.into()));
    // Most fit where division is an instruction.
    let (whole, behind) = match (u64::try_from(number), u64::try_from(unit)) {
        (Ok(number), Ok(unit)) => ((number / unit).into(), (number % unit).into()),
        _ => (number / unit, number % unit),
    };
    let mut text = String::with_capacity(DECIMAL);
    if value < 0 {
        text.push('-');
    }
    text.push_str(itoa::Buffer::new().format(whole));
    if behind > 0 {
        behind_point(&mut text, behind, scale.into());
    }
    text
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
            (i128::from(i64::MAX) * 10, 16, "9223.372036854775807"),
            (i128::from(u64::MAX) * 10 + 1, 16, "18446.7440737095516151"),
            (-10_i128.pow(31), 16, "-1000000000000000"),
            (1, 32, "0.00000000000000000000000000000001"),
        ] {
            assert_eq!(decimal(value, scale), told);
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
                ColumnData::DateTime(Some(tiberius::time::DateTime::new(-1, 36))),
                "1899-12-31 00:00:00.12",
            ),
            (
                ColumnData::Date(Some(tiberius::time::Date::new(739_940))),
                "2026-11-21 00:00:00",
            ),
            (
                ColumnData::Date(Some(tiberius::time::Date::new(0))),
                "0001-01-01 00:00:00",
            ),
            (
                ColumnData::Date(Some(tiberius::time::Date::new(3_652_058))),
                "9999-12-31 00:00:00",
            ),
        ] {
            assert_eq!(cell(&data), Ok(Cell::Text(told.into())));
        }
        assert_eq!(cell(&ColumnData::DateTime(None)), Ok(Cell::Null));
    }
}
