//! Answers as TDS tokens: rows with their columns, counts, errors, the states of a transaction.

use iridium_core::QueryResult;
use iridium_core::types::{DataType, Value};

use super::error::SqlError;

/// What a request is answered with.
#[derive(Default)]
pub struct Answer {
    bytes: Vec<u8>,
    /// Where the last token that says "done" begins, to mark it as the last one.
    last_done: Option<usize>,
    /// Inside a procedure: every `sp_executesql` is one.
    in_procedure: bool,
    /// Where rows end.
    rows: Vec<usize>,
}

/// The bytes of an answer.
pub struct Finished {
    pub bytes: Vec<u8>,
    /// Where rows end: only there may it be broken off.
    pub rows: Vec<usize>,
}

const MORE: u16 = 0x01;
const ERROR: u16 = 0x02;
const COUNT: u16 = 0x10;
const ATTENTION: u16 = 0x20;

const DONE: u8 = 0xfd;
const DONE_PROCEDURE: u8 = 0xfe;
const DONE_IN_PROCEDURE: u8 = 0xff;

/// `Latin1_General_CI_AS`, the collation that AX 2012 asks for.
const COLLATION: [u8; 5] = [0x09, 0x04, 0xd0, 0x00, 0x00];

impl Answer {
    pub fn new(in_procedure: bool) -> Self {
        Self {
            in_procedure,
            ..Self::default()
        }
    }

    /// The rows of a query.
    pub fn rows(&mut self, result: &QueryResult) {
        let columns: Vec<Column> = (0..result.columns.len())
            .map(|at| Column::of(result, at))
            .collect();
        self.bytes.push(0x81);
        self.short(columns.len());
        for (column, name) in columns.iter().zip(&result.columns) {
            self.bytes.extend([0, 0, 0, 0, 0x09, 0]);
            column.describe(&mut self.bytes);
            self.name(name);
        }
        for row in &result.rows {
            self.bytes.push(0xd1);
            for (column, value) in columns.iter().zip(row) {
                column.write(value, &mut self.bytes);
            }
            self.rows.push(self.bytes.len());
        }
        self.done(COUNT, result.rows.len());
    }

    /// How many rows a statement changed.
    pub fn count(&mut self, rows: usize) {
        self.done(COUNT, rows);
    }

    pub fn error(&mut self, error: &SqlError) {
        self.message(0xaa, error.number, error.class, &error.message);
        self.done(ERROR, 0);
    }

    fn message(&mut self, token: u8, number: i32, class: u8, text: &str) {
        let text: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut body = number.to_le_bytes().to_vec();
        body.extend([1, class]);
        body.extend(((text.len() / 2) as u16).to_le_bytes());
        body.extend(text);
        // No name of the server or the procedure, and the first line.
        body.extend([0, 0, 1, 0, 0, 0]);
        self.bytes.push(token);
        self.short(body.len());
        self.bytes.extend(body);
    }

    /// A transaction with that descriptor began (8), was committed (9) or rolled back (10).
    pub fn transaction(&mut self, state: u8, descriptor: u64) {
        let descriptor = descriptor.to_le_bytes();
        self.bytes.push(0xe3);
        self.short(11);
        self.bytes.push(state);
        if state == 8 {
            self.bytes.push(8);
            self.bytes.extend(descriptor);
            self.bytes.push(0);
        } else {
            self.bytes.extend([0, 8]);
            self.bytes.extend(descriptor);
        }
    }

    /// The answer to a login that is let in.
    pub fn welcome(&mut self, database: &str, packet_size: usize) {
        let mut change = |kind: u8, new: &str, old: &str| {
            let mut body = vec![kind];
            for text in [new, old] {
                body.push(text.encode_utf16().count() as u8);
                body.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            }
            self.bytes.push(0xe3);
            self.bytes.extend((body.len() as u16).to_le_bytes());
            self.bytes.extend(body);
        };
        change(1, database, "master");
        change(4, &packet_size.to_string(), "4096");
        self.bytes.extend([0xe3, 8, 0, 7, 5]);
        self.bytes.extend(COLLATION);
        self.bytes.push(0);
        // TDS 7.3, the version that tiberius asks for, and SQL Server 2012's own number.
        let program = "Microsoft SQL Server";
        let mut body = vec![1, 0x73, 0x0b, 0x00, 0x03, program.len() as u8];
        body.extend(program.encode_utf16().flat_map(u16::to_le_bytes));
        body.extend([11, 0, 0x1b, 0xb8]);
        self.bytes.push(0xad);
        self.short(body.len());
        self.bytes.extend(body);
        self.done(0, 0);
    }

    fn done(&mut self, status: u16, rows: usize) {
        let token = if self.in_procedure {
            DONE_IN_PROCEDURE
        } else {
            DONE
        };
        self.last_done = Some(self.bytes.len());
        self.put_done(token, status | MORE, rows);
    }

    fn put_done(&mut self, token: u8, status: u16, rows: usize) {
        self.bytes.push(token);
        self.short(usize::from(status));
        self.short(0);
        self.bytes.extend((rows as u64).to_le_bytes());
    }

    /// The tokens, the last one marked as such.
    pub fn finish(mut self) -> Finished {
        if self.in_procedure {
            self.bytes.extend([0x79, 0, 0, 0, 0]);
            self.put_done(DONE_PROCEDURE, 0, 0);
        } else if let Some(at) = self.last_done {
            self.bytes[at + 1] &= !(MORE as u8);
        } else {
            self.put_done(DONE, 0, 0);
        }
        Finished {
            bytes: self.bytes,
            rows: self.rows,
        }
    }

    /// The token that acknowledges an attention.
    pub fn attention() -> Vec<u8> {
        let mut answer = Self::default();
        answer.put_done(DONE, ATTENTION, 0);
        answer.bytes
    }

    fn short(&mut self, number: usize) {
        self.bytes.extend((number as u16).to_le_bytes());
    }

    fn name(&mut self, name: &str) {
        self.bytes.push(name.encode_utf16().count() as u8);
        self.bytes
            .extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    }
}

/// How a column travels. Iridium's own type of a computed column is often not that of its values
/// (`numeric * 2` is called an int), so that the values have the last word.
enum Column {
    Integer(u8),
    Bit,
    Float,
    Numeric(u8, u8),
    Text(u16),
    Binary(u16),
    Date,
    Time,
    DateTime,
    DateTime2,
    Guid,
}

/// A type whose values come in chunks.
const MAX: u16 = 0xffff;

impl Column {
    fn of(result: &QueryResult, at: usize) -> Self {
        let values = || {
            result
                .rows
                .iter()
                .map(|row| &row[at])
                .filter(|value| !value.is_null())
        };
        let declared = result.column_types.get(at).map(Self::declared);
        let column = match declared {
            Some(column) if values().all(|value| column.holds(value)) => column,
            _ => values().next().map_or(Self::Text(8000), Self::of_value),
        };
        match column {
            Self::Text(_) if values().any(|value| text(value).encode_utf16().count() > 4000) => {
                Self::Text(MAX)
            }
            Self::Binary(_) if values().any(|value| binary(value).len() > 8000) => {
                Self::Binary(MAX)
            }
            Self::Numeric(precision, scale) => {
                let most = values().map(scale_of).max().unwrap_or(scale);
                Self::Numeric(if most > scale { 38 } else { precision }, most.max(scale))
            }
            column => column,
        }
    }

    fn declared(declared: &DataType) -> Self {
        match *declared {
            DataType::Bit => Self::Bit,
            DataType::TinyInt => Self::Integer(1),
            DataType::SmallInt => Self::Integer(2),
            DataType::Int => Self::Integer(4),
            DataType::BigInt => Self::Integer(8),
            DataType::Float => Self::Float,
            DataType::Decimal { precision, scale } => Self::Numeric(precision, scale),
            DataType::Money | DataType::SmallMoney => Self::Numeric(19, 4),
            DataType::Char { len: size }
            | DataType::VarChar { max_len: size }
            | DataType::NChar { len: size }
            | DataType::NVarChar { max_len: size } => match size {
                0..=4000 => Self::Text(size.max(1) * 2),
                _ => Self::Text(MAX),
            },
            DataType::Binary { len: size } | DataType::VarBinary { max_len: size } => match size {
                0..=8000 => Self::Binary(size.max(1)),
                _ => Self::Binary(MAX),
            },
            DataType::Date => Self::Date,
            DataType::Time => Self::Time,
            DataType::DateTime | DataType::SmallDateTime => Self::DateTime,
            DataType::DateTime2 => Self::DateTime2,
            DataType::UniqueIdentifier => Self::Guid,
            DataType::DateTimeOffset
            | DataType::SqlVariant
            | DataType::Xml
            | DataType::Vector { .. } => Self::Text(8000),
        }
    }

    fn of_value(value: &Value) -> Self {
        value
            .data_type()
            .map_or(Self::Text(8000), |declared| Self::declared(&declared))
    }

    fn holds(&self, value: &Value) -> bool {
        match (self, Self::of_value(value)) {
            (Self::Integer(size), Self::Integer(other)) => other <= *size,
            (Self::Integer(_), Self::Bit)
            | (Self::Numeric(..), Self::Integer(_))
            | (Self::DateTime2, Self::DateTime) => true,
            (column, other) => std::mem::discriminant(column) == std::mem::discriminant(&other),
        }
    }

    fn describe(&self, to: &mut Vec<u8>) {
        match self {
            Self::Integer(size) => to.extend([0x26, *size]),
            Self::Bit => to.extend([0x68, 1]),
            Self::Float => to.extend([0x6d, 8]),
            Self::Numeric(precision, scale) => to.extend([0x6c, 17, *precision, *scale]),
            Self::Text(size) => {
                to.push(0xe7);
                to.extend(size.to_le_bytes());
                to.extend(COLLATION);
            }
            Self::Binary(size) => {
                to.push(0xa5);
                to.extend(size.to_le_bytes());
            }
            Self::Date => to.push(0x28),
            Self::Time => to.extend([0x29, 7]),
            Self::DateTime => to.extend([0x6f, 8]),
            Self::DateTime2 => to.extend([0x2a, 7]),
            Self::Guid => to.extend([0x24, 16]),
        }
    }

    fn write(&self, value: &Value, to: &mut Vec<u8>) {
        match self {
            Self::Text(size) => {
                let units = || {
                    text(value)
                        .encode_utf16()
                        .flat_map(u16::to_le_bytes)
                        .collect()
                };
                counted(*size, (!value.is_null()).then(units), to);
            }
            Self::Binary(size) => {
                counted(*size, (!value.is_null()).then(|| binary(value)), to);
            }
            _ if value.is_null() => to.push(0),
            Self::Integer(size) => {
                let number = value.to_integer_i64().unwrap_or_default().to_le_bytes();
                to.push(*size);
                to.extend(&number[..usize::from(*size)]);
            }
            Self::Bit => to.extend([1, u8::from(value.to_integer_i64() == Some(1))]),
            Self::Float => {
                to.push(8);
                if let Value::Float(bits) = value {
                    to.extend(bits.to_le_bytes());
                }
            }
            Self::Numeric(_, scale) => {
                let raw = scaled(value, *scale);
                to.extend([17, u8::from(raw >= 0)]);
                to.extend(raw.unsigned_abs().to_le_bytes());
            }
            Self::Date => {
                to.push(3);
                to.extend(&days_since(1, value).to_le_bytes()[..3]);
            }
            Self::Time => {
                to.push(5);
                to.extend(&(micros(value) * 10).to_le_bytes()[..5]);
            }
            Self::DateTime => {
                to.push(8);
                to.extend((days_since(1900, value) as i32).to_le_bytes());
                to.extend(((micros(value) * 3 + 5_000) / 10_000).to_le_bytes()[..4].iter());
            }
            Self::DateTime2 => {
                to.push(8);
                to.extend(&(micros(value) * 10).to_le_bytes()[..5]);
                to.extend(&days_since(1, value).to_le_bytes()[..3]);
            }
            Self::Guid => {
                to.push(16);
                if let Value::UniqueIdentifier(guid) = value {
                    to.extend(guid.to_bytes_le());
                }
            }
        }
    }
}

fn counted(size: u16, value: Option<Vec<u8>>, to: &mut Vec<u8>) {
    match (size, value) {
        (MAX, None) => to.extend(u64::MAX.to_le_bytes()),
        (MAX, Some(value)) => {
            to.extend((value.len() as u64).to_le_bytes());
            if !value.is_empty() {
                to.extend((value.len() as u32).to_le_bytes());
                to.extend(value);
            }
            to.extend([0, 0, 0, 0]);
        }
        (_, None) => to.extend([0xff, 0xff]),
        (_, Some(value)) => {
            to.extend((value.len() as u16).to_le_bytes());
            to.extend(value);
        }
    }
}

fn text(value: &Value) -> String {
    value.to_string_value()
}

fn binary(value: &Value) -> Vec<u8> {
    match value {
        Value::Binary(bytes) | Value::VarBinary(bytes) => bytes.clone(),
        other => other.to_string_value().into_bytes(),
    }
}

fn scale_of(value: &Value) -> u8 {
    match value {
        Value::Decimal(_, scale) => *scale,
        Value::Money(_) | Value::SmallMoney(_) => 4,
        _ => 0,
    }
}

fn scaled(value: &Value, scale: u8) -> i128 {
    let raw = match value {
        Value::Decimal(raw, _) | Value::Money(raw) => *raw,
        Value::SmallMoney(raw) => i128::from(*raw),
        other => i128::from(other.to_integer_i64().unwrap_or_default()),
    };
    raw * 10_i128.pow(u32::from(scale.saturating_sub(scale_of(value))))
}

fn moment(value: &Value) -> chrono::NaiveDateTime {
    match value {
        Value::DateTime(moment) | Value::DateTime2(moment) | Value::SmallDateTime(moment) => {
            *moment
        }
        Value::Date(date) => date.and_time(chrono::NaiveTime::MIN),
        Value::Time(time) => chrono::NaiveDate::default().and_time(*time),
        _ => chrono::NaiveDateTime::default(),
    }
}

fn days_since(year: i32, value: &Value) -> i64 {
    let start = chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    (moment(value).date() - start).num_days()
}

fn micros(value: &Value) -> i64 {
    let time = moment(value).time() - chrono::NaiveTime::MIN;
    time.num_microseconds().unwrap_or_default()
}
