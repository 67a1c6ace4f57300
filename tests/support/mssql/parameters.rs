//! What a client sends besides SQL text: the parameters of `sp_executesql` and the requests to
//! begin and end a transaction, turned into T-SQL.

use super::error::SqlError;

/// A request as the session runs it.
pub enum Request {
    /// A batch of statements.
    Batch(String),
    /// A statement with its parameters declared before it.
    Call(String),
    /// `BEGIN`, `COMMIT`, `ROLLBACK` or `SAVE` as T-SQL.
    Transaction(String),
}

/// Reads little endian numbers and counted texts from a request.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], SqlError> {
        if count > self.0.len() {
            return Err(SqlError::bed("the request ends before its time"));
        }
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self, bytes: usize) -> Result<u64, SqlError> {
        let taken = self.take(bytes)?;
        Ok(taken
            .iter()
            .rev()
            .fold(0, |sum, &byte| sum << 8 | u64::from(byte)))
    }

    fn byte(&mut self) -> Result<usize, SqlError> {
        self.number(1).map(|byte| byte as usize)
    }

    fn short(&mut self) -> Result<usize, SqlError> {
        self.number(2).map(|short| short as usize)
    }

    fn text(&mut self, units: usize) -> Result<String, SqlError> {
        utf16(self.take(units * 2)?)
    }

    /// The value of a `(max)` type: chunks until an empty one.
    fn chunks(&mut self) -> Result<Option<Vec<u8>>, SqlError> {
        if self.number(8)? == u64::MAX {
            return Ok(None);
        }
        let mut value = Vec::new();
        while !self.0.is_empty() {
            let length = self.number(4)? as usize;
            if length == 0 {
                break;
            }
            value.extend_from_slice(self.take(length)?);
        }
        Ok(Some(value))
    }

    /// A value of a type whose length may be `(max)`.
    fn counted(&mut self, size: usize) -> Result<Option<Vec<u8>>, SqlError> {
        if size == 0xffff {
            return self.chunks();
        }
        match self.short()? {
            0xffff => Ok(None),
            length => self.take(length).map(|value| Some(value.to_vec())),
        }
    }

    /// What stands before every request: the transaction it belongs to.
    fn skip_headers(&mut self) -> Result<(), SqlError> {
        let length = self.number(4)? as usize;
        self.take(length.saturating_sub(4)).map(drop)
    }
}

fn utf16(bytes: &[u8]) -> Result<String, SqlError> {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units)
        .collect::<Result<_, _>>()
        .map_err(|_| SqlError::bed("a text of the request is not UTF-16"))
}

/// The text of a batch.
pub fn batch(payload: &[u8]) -> Result<Request, SqlError> {
    let mut reader = Reader(payload);
    reader.skip_headers()?;
    utf16(reader.0).map(Request::Batch)
}

/// A transaction request.
pub fn transaction(payload: &[u8]) -> Result<Request, SqlError> {
    let mut reader = Reader(payload);
    reader.skip_headers()?;
    let name = |reader: &mut Reader| {
        let units = reader.byte()?;
        reader.text(units)
    };
    let text = match reader.short()? {
        5 => {
            let level = match reader.byte()? {
                0 => "",
                1 => "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; ",
                2 => "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; ",
                3 => "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; ",
                4 => "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; ",
                5 => "SET TRANSACTION ISOLATION LEVEL SNAPSHOT; ",
                other => return Err(SqlError::bed(format!("isolation level {other}"))),
            };
            format!("{level}BEGIN TRANSACTION")
        }
        7 => "COMMIT TRANSACTION".to_owned(),
        8 => format!("ROLLBACK TRANSACTION {}", name(&mut reader)?),
        9 => format!("SAVE TRANSACTION {}", name(&mut reader)?),
        other => return Err(SqlError::bed(format!("transaction request {other}"))),
    };
    Ok(Request::Transaction(text))
}

/// A call of `sp_executesql`, by number or by name.
pub fn call(payload: &[u8]) -> Result<Request, SqlError> {
    let mut reader = Reader(payload);
    reader.skip_headers()?;
    let procedure = match reader.short()? {
        0xffff => match reader.short()? {
            10 => "sp_executesql".to_owned(),
            other => format!("procedure number {other}"),
        },
        units => reader.text(units)?,
    };
    if !procedure.eq_ignore_ascii_case("sp_executesql") {
        return Err(SqlError::bed(format!("a call of {procedure}")));
    }
    reader.short()?;
    let mut values = Vec::new();
    while !reader.0.is_empty() {
        let units = reader.byte()?;
        let name = reader.text(units)?;
        reader.byte()?;
        values.push((name, value(&mut reader)?));
    }
    let mut values = values.into_iter();
    let Some((_, (_, Some(Literal::Text(statement))))) = values.next() else {
        return Err(SqlError::bed("a call of sp_executesql without a statement"));
    };
    values.next();
    let mut text = String::new();
    for (at, (name, (declared, value))) in values.enumerate() {
        let name = if name.is_empty() {
            format!("@P{}", at + 1)
        } else {
            name
        };
        let value = value.map_or("NULL".to_owned(), Literal::sql);
        text.push_str(&format!(
            "DECLARE {name} {declared} = CAST({value} AS {declared}); "
        ));
    }
    Ok(Request::Call(text + &statement))
}

enum Literal {
    Text(String),
    Other(String),
}

impl Literal {
    fn sql(self) -> String {
        match self {
            Self::Text(text) => format!("N'{}'", text.replace('\'', "''")),
            Self::Other(sql) => sql,
        }
    }
}

/// A parameter: its type as T-SQL, and its value unless it is NULL.
fn value(reader: &mut Reader) -> Result<(String, Option<Literal>), SqlError> {
    let number = |reader: &mut Reader| -> Result<Option<u64>, SqlError> {
        match reader.byte()? {
            0 => Ok(None),
            length => reader.number(length).map(Some),
        }
    };
    let other = |text: String| Some(Literal::Other(text));
    Ok(match reader.byte()? {
        // intn: the length of the type says which.
        0x26 => {
            let size = reader.byte()?;
            let value = number(reader)?;
            let (name, value) = match size {
                1 => ("tinyint", value.map(|value| i64::from(value as u8))),
                2 => ("smallint", value.map(|value| i64::from(value as i16))),
                4 => ("int", value.map(|value| i64::from(value as i32))),
                _ => ("bigint", value.map(|value| value as i64)),
            };
            (
                name.to_owned(),
                value.and_then(|value| other(value.to_string())),
            )
        }
        // A NULL of no type.
        0x1f => ("nvarchar(max)".to_owned(), None),
        0x68 => {
            reader.byte()?;
            (
                "bit".to_owned(),
                number(reader)?.and_then(|bit| other(bit.to_string())),
            )
        }
        0x6d => {
            let size = reader.byte()?;
            let value = number(reader)?.map(|bits| match size {
                4 => f64::from(f32::from_bits(bits as u32)),
                _ => f64::from_bits(bits),
            });
            (
                "float".to_owned(),
                value.and_then(|value| other(format!("{value:?}"))),
            )
        }
        0x6a | 0x6c => {
            reader.byte()?;
            let (precision, scale) = (reader.byte()?, reader.byte()?);
            let value = match reader.byte()? {
                0 => None,
                length => {
                    let sign = if reader.byte()? == 0 { "-" } else { "" };
                    let digits = reader.take(length - 1)?;
                    let raw = digits
                        .iter()
                        .rev()
                        .fold(0_u128, |sum, &byte| sum << 8 | u128::from(byte));
                    let digits = format!("{raw:0width$}", width = scale + 1);
                    let (whole, part) = digits.split_at(digits.len() - scale);
                    let point = if part.is_empty() { "" } else { "." };
                    other(format!("'{sign}{whole}{point}{part}'"))
                }
            };
            (format!("numeric({precision}, {scale})"), value)
        }
        0x6f => {
            let size = reader.byte()?;
            let value = match reader.byte()? {
                0 => None,
                8 => {
                    let days = reader.number(4)? as u32 as i32;
                    Some((i64::from(days), reader.number(4)? * 1000 / 300))
                }
                _ => Some((reader.number(2)? as i64, reader.number(2)? * 60_000)),
            };
            let name = if size == 4 {
                "smalldatetime"
            } else {
                "datetime"
            };
            let value = value
                .map(|(days, millis)| moment(1900, days, millis))
                .transpose()?;
            (name.to_owned(), value)
        }
        0x28 => {
            let value = number(reader)?
                .map(|days| moment(1, days as i64, 0))
                .transpose()?;
            ("datetime2".to_owned(), value)
        }
        0x2a => {
            let scale = reader.byte()?;
            let value = match reader.byte()? {
                0 => None,
                length => {
                    let increments = reader.number(length - 3)?;
                    let days = reader.number(3)? as i64;
                    let millis = increments * 1000 / 10_u64.pow(scale as u32);
                    Some(moment(1, days, millis)?)
                }
            };
            ("datetime2".to_owned(), value)
        }
        0x24 => {
            reader.byte()?;
            let value = match reader.byte()? {
                0 => None,
                _ => Some(Literal::Text(guid(reader.take(16)?))),
            };
            ("uniqueidentifier".to_owned(), value)
        }
        0xe7 | 0xef => {
            let size = reader.short()?;
            reader.take(5)?;
            let value = reader
                .counted(size)?
                .map(|bytes| utf16(&bytes))
                .transpose()?;
            ("nvarchar(max)".to_owned(), value.map(Literal::Text))
        }
        0xa5 | 0xad => {
            let size = reader.short()?;
            let value = reader.counted(size)?;
            let value = value.map(|bytes| {
                let hex = bytes.iter().map(|byte| format!("{byte:02x}"));
                Literal::Other(std::iter::once("0x".to_owned()).chain(hex).collect())
            });
            ("varbinary(max)".to_owned(), value)
        }
        unknown => {
            return Err(SqlError::bed(format!(
                "a parameter of the type {unknown:#04x}"
            )));
        }
    })
}

/// A moment as a literal. Iridium computes with whole seconds only.
fn moment(year: i32, days: i64, millis: u64) -> Result<Literal, SqlError> {
    if !millis.is_multiple_of(1000) {
        return Err(SqlError::bed(
            "a date and time parameter with a part of a second",
        ));
    }
    let moment = chrono::NaiveDate::from_ymd_opt(year, 1, 1)
        .and_then(|date| date.and_hms_opt(0, 0, 0))
        .and_then(|start| start.checked_add_signed(chrono::TimeDelta::days(days)))
        .and_then(|day| day.checked_add_signed(chrono::TimeDelta::milliseconds(millis as i64)))
        .ok_or_else(|| SqlError::bed("a date that no calendar has"))?;
    Ok(Literal::Text(
        moment.format("%Y-%m-%d %H:%M:%S").to_string(),
    ))
}

/// The first three groups of a GUID travel with their bytes reversed.
fn guid(bytes: &[u8]) -> String {
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let mut text = String::new();
    for (at, from) in order.into_iter().enumerate() {
        if [4, 6, 8, 10].contains(&at) {
            text.push('-');
        }
        text.push_str(&format!("{:02x}", bytes[from]));
    }
    text
}
