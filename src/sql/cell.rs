//! Values on their way into a statement, and out of a row.

use std::borrow::Cow;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

/// A value of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A number; a truth is 1 or 0.
    Integer(i64),
    /// A text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

macro_rules! from {
    ($($from:ty, $value:ident => $made:expr;)*) => {
        $(impl<'a> From<$from> for Value<'a> {
            fn from($value: $from) -> Self {
                $made
            }
        })*
    };
}

from! {
    i64, number => Self::Integer(number);
    &i64, number => Self::Integer(*number);
    i32, number => Self::Integer(number.into());
    u32, number => Self::Integer(number.into());
    bool, truth => Self::Integer(truth.into());
    &'a str, text => Self::Text(Cow::Borrowed(text));
    &'a String, text => Self::Text(Cow::Borrowed(text));
    String, text => Self::Text(Cow::Owned(text));
    &'a [u8], bytes => Self::Bytes(Cow::Borrowed(bytes));
    Vec<u8>, bytes => Self::Bytes(Cow::Owned(bytes));
}

impl<'a, T> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// A number without decimals, or a truth: 1 or 0.
    Integer(i64),
    /// A binary floating point number.
    Real(f64),
    /// A text; also a decimal by its digits, a date-time as `2026-11-21 03:00:00`, a GUID.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
}

impl<'a> From<ValueRef<'a>> for Cell<'a> {
    fn from(value: ValueRef<'a>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text)),
            ValueRef::Blob(bytes) => Self::Bytes(Cow::Borrowed(bytes)),
        }
    }
}

impl Cell<'_> {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "no value",
            Self::Integer(_) => "a number",
            Self::Real(_) => "a floating point number",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
        }
    }
}

/// What a column can be read as.
pub trait Readable: Sized {
    /// Reads it, or says what was expected and what is there.
    fn read(cell: Cell<'_>) -> Result<Self, String>;
}

fn expected<T>(what: &str, found: &Cell<'_>) -> Result<T, String> {
    Err(format!("{what} was expected, there is {}", found.kind()))
}

impl Readable for i64 {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        if let Cell::Integer(number) = cell {
            Ok(number)
        } else {
            expected("a number", &cell)
        }
    }
}

macro_rules! smaller {
    ($($number:ty)*) => {
        $(impl Readable for $number {
            fn read(cell: Cell<'_>) -> Result<Self, String> {
                let number = i64::read(cell)?;
                Self::try_from(number).map_err(|_| format!("{number} is out of range"))
            }
        })*
    };
}

smaller! { i32 u32 }

impl Readable for bool {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        i64::read(cell).map(|number| number != 0)
    }
}

impl Readable for String {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        if let Cell::Text(text) = cell {
            Ok(text.into_owned())
        } else {
            expected("a text", &cell)
        }
    }
}

impl Readable for Vec<u8> {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        if let Cell::Bytes(bytes) = cell {
            Ok(bytes.into_owned())
        } else {
            expected("bytes", &cell)
        }
    }
}

impl<T: Readable> Readable for Option<T> {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        if cell == Cell::Null {
            Ok(None)
        } else {
            T::read(cell).map(Some)
        }
    }
}
