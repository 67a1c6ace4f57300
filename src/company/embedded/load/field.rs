//! One field of a CSV file as the value of an AX column.

use jiff::civil::{Date, DateTime};
use rusqlite::types::Value;

use crate::company::embedded::tables::Kind;

/// Digits before and behind the point of `numeric(32,16)`.
const REAL_DIGITS: usize = 16;

/// The value of `field`, or what is wrong with it: words that go on after the field.
pub(super) fn value(kind: Kind, field: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(field)
        .map_err(|_| "is not UTF-8; export the table as \"CSV UTF-8\"".to_owned())?;
    match kind {
        Kind::String(size) => string(text, size),
        Kind::Integer => match text.parse::<i32>() {
            Ok(number) => Ok(Value::Integer(number.into())),
            Err(_) => Err("is not a whole number (int)".to_owned()),
        },
        Kind::Int64OrNull if text.is_empty() || text == "NULL" => Ok(Value::Null),
        Kind::Int64 | Kind::Int64OrNull => int64(text),
        Kind::Real => real(text),
        Kind::DateTime => date_time(text),
        Kind::Container => container(text),
    }
}

/// A value as an error message shows it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Blob(_) => "a blob".to_owned(),
    }
}

fn string(text: &str, size: usize) -> Result<Value, String> {
    let length = text.encode_utf16().count();
    if length > size {
        return Err(format!("has {length} characters, the column holds {size}"));
    }
    Ok(Value::Text(text.to_owned()))
}

fn int64(text: &str) -> Result<Value, String> {
    match text.parse::<i64>() {
        Ok(number) => Ok(Value::Integer(number)),
        Err(_) => Err("is not a whole number (bigint)".to_owned()),
    }
}

fn real(text: &str) -> Result<Value, String> {
    let not_a_number = || "is not a decimal number such as 12.5".to_owned();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // SQL Server's own tools write 0.5 as .5
    if fraction.is_empty() || digits.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(not_a_number());
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if whole.len() > REAL_DIGITS || fraction.len() > REAL_DIGITS {
        return Err(
            "has more than 16 digits before or behind the point (numeric(32,16))".to_owned(),
        );
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(Value::Text(if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }))
}

fn date_time(text: &str) -> Result<Value, String> {
    let parsed = if text.len() == "2025-01-31".len() {
        text.parse::<Date>().map(|date| date.at(0, 0, 0, 0))
    } else {
        text.parse::<DateTime>()
    };
    match parsed {
        Ok(moment) => Ok(Value::Text(
            moment.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        )),
        Err(_) => Err("is not a date such as 2025-01-31 or 2025-01-31 23:59:59".to_owned()),
    }
}

/// Hexadecimal pairs, with or without `0x` before them, as the tools of SQL Server write
/// `varbinary`.
fn container(text: &str) -> Result<Value, String> {
    if text.is_empty() || text == "NULL" {
        return Ok(Value::Null);
    }
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    let digits: Option<Vec<u32>> = digits.chars().map(|digit| digit.to_digit(16)).collect();
    match digits {
        Some(digits) if digits.len().is_multiple_of(2) => {
            let bytes = digits.chunks_exact(2);
            let bytes = bytes.map(|pair| (pair[0] << 4 | pair[1]) as u8);
            Ok(Value::Blob(bytes.collect()))
        }
        Some(_) | None => Err("is not binary data such as 0x07FDFF".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real_of(text: &str) -> Option<Value> {
        value(Kind::Real, text.as_bytes()).ok()
    }

    #[test]
    fn a_decimal_keeps_its_exact_value() {
        for (given, kept) in [
            ("63.5000", "63.5"),
            (".5", "0.5"),
            ("-0012.10", "-12.1"),
            (
                "9999999999999999.9999999999999999",
                "9999999999999999.9999999999999999",
            ),
        ] {
            assert_eq!(
                real_of(given),
                Some(Value::Text(kept.to_owned())),
                "{given}"
            );
        }
    }

    #[test]
    fn what_is_no_exact_decimal_is_refused() {
        for given in [
            "",
            "-",
            ".",
            "1.",
            "1,5",
            "1e3",
            "0x1",
            " 1",
            "١",
            "12345678901234567",
            "0.12345678901234567",
        ] {
            assert_eq!(real_of(given), None, "{given}");
        }
    }

    #[test]
    fn a_text_is_measured_in_utf_16_units_as_sql_server_does() {
        assert!(value(Kind::String(2), "🚲".as_bytes()).is_ok());
        assert!(value(Kind::String(1), "🚲".as_bytes()).is_err());
    }

    #[test]
    fn a_date_may_come_without_time_and_with_fractions_of_a_second() {
        for given in [
            "2025-01-31",
            "2025-01-31 00:00:00",
            "2025-01-31 00:00:00.000",
            "2025-01-31T00:00:00",
        ] {
            let kept = Value::Text("2025-01-31 00:00:00".to_owned());
            assert_eq!(value(Kind::DateTime, given.as_bytes()), Ok(kept), "{given}");
        }
        for given in [
            "",
            "31.01.2025",
            "2025-02-30",
            "2025-01-31 24:61:00",
            "0000-00-00",
        ] {
            assert!(value(Kind::DateTime, given.as_bytes()).is_err(), "{given}");
        }
    }

    #[test]
    fn a_container_comes_in_hexadecimal_and_may_be_missing() {
        let container = |text: &str| value(Kind::Container, text.as_bytes());
        let packed = Value::Blob(vec![0x07, 0xFD, 0xFF]);
        for given in ["0x07FDFF", "07fdff", "0X07FdfF"] {
            assert_eq!(container(given), Ok(packed.clone()), "{given}");
        }
        assert_eq!(container("0x"), Ok(Value::Blob(Vec::new())));
        assert_eq!(container(""), Ok(Value::Null));
        assert_eq!(container("NULL"), Ok(Value::Null));
        for given in ["0x7", "0xZZ", "0x07 FD", "+7"] {
            assert!(container(given).is_err(), "{given}");
        }
    }
}
