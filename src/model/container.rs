//! Packed X++ containers, as AX stores them in `varbinary` columns: logs, recurrences, parameters.
//!
//! Microsoft publishes no layout. What is read here is what public tools decode:
//!
//! ```text
//! 07 FD  element …  FF            element = type byte, payload
//! 00 string     UTF-16LE up to 00 00
//! 01 int        4 bytes, little endian
//! 02 real       exponent (signed byte), sign (80 = negative), 16 decimal digits, lowest pair first
//! 03 date       year - 1900, month - 1, day - 1
//! 04 enum       value and 2 bytes more
//! 06 utcdatetime  as a date, then hour, minute, second, and 6 bytes of the time zone
//! 07 container  nested: 07 FD element … FF
//! 2D guid       16 bytes, each group of 4 reversed
//! 30 blob       length (4 bytes, little endian), bytes
//! 31 int64      8 bytes, little endian
//! FC enum with its name: value, then as a string
//! ```
//!
//! Reading takes any bytes and never fails: what is not understood is kept as it is.

use std::fmt;

use jiff::civil::{Date, DateTime};

const BEGIN: [u8; 2] = [0x07, 0xFD];
const END: u8 = 0xFF;

/// Containers within containers, at most: what is deeper is kept as bytes.
const DEEPEST: usize = 64;

/// Undecoded bytes that are shown.
const SHOWN: usize = 16;

/// An element of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// `str`
    Text(String),
    /// `int`
    Int(i32),
    /// `real`, exact, in plain decimals.
    Real(String),
    /// `date`; 1900-01-01 for none.
    Date(Date),
    /// An enum's value.
    Enum(u8),
    /// `utcdatetime`, in UTC.
    Moment {
        /// The time.
        at: DateTime,
        /// The time zone, whose coding is not known.
        zone: [u8; 6],
    },
    /// A container in the container.
    Container(Vec<Self>),
    /// `guid`, in lower case with hyphens.
    Guid(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// `int64`
    Int64(i64),
    /// An enum's value with its name.
    NamedEnum {
        /// The value.
        value: u8,
        /// The name.
        name: String,
    },
    /// What is not understood, from its type byte on.
    Undecoded(Vec<u8>),
}

/// The elements of a packed container. Bytes that are none are one undecoded element.
pub fn decode(packed: &[u8]) -> Vec<Element> {
    let mut reader = Reader { rest: packed };
    let mut elements = Vec::new();
    if reader.skip(&BEGIN) {
        elements = reader.elements(0);
    }
    if !reader.rest.is_empty() {
        elements.push(Element::Undecoded(reader.rest.to_vec()));
    }
    elements
}

/// The messages of a packed log (`BATCH.INFO`, `BATCHHISTORY.INFO`): from its second element on,
/// each is a container whose second element is the text.
pub fn messages(log: &[u8]) -> Vec<String> {
    decode(log)
        .into_iter()
        .enumerate()
        .filter_map(|(place, element)| match element {
            Element::Container(message) if place > 0 => message.get(1).map(ToString::to_string),
            Element::Undecoded(_) => Some(element.to_string()),
            Element::Text(_)
            | Element::Int(_)
            | Element::Real(_)
            | Element::Date(_)
            | Element::Enum(_)
            | Element::Moment { .. }
            | Element::Container(_)
            | Element::Guid(_)
            | Element::Blob(_)
            | Element::Int64(_)
            | Element::NamedEnum { .. } => None,
        })
        .collect()
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Real(text) | Self::Guid(text) => f.write_str(text),
            Self::Int(number) => write!(f, "{number}"),
            Self::Int64(number) => write!(f, "{number}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Enum(value) => write!(f, "{value}"),
            Self::Moment { at, .. } => write!(f, "{at}Z"),
            Self::NamedEnum { value, name } => write!(f, "{name} ({value})"),
            Self::Container(elements) => {
                f.write_str("[")?;
                for (place, element) in elements.iter().enumerate() {
                    let comma = if place > 0 { ", " } else { "" };
                    write!(f, "{comma}{element}")?;
                }
                f.write_str("]")
            }
            Self::Blob(bytes) => write_bytes(f, "blob", bytes),
            Self::Undecoded(bytes) => write_bytes(f, "undecoded", bytes),
        }
    }
}

/// `undecoded, 3 bytes: 99 01 02`
fn write_bytes(f: &mut fmt::Formatter<'_>, what: &str, bytes: &[u8]) -> fmt::Result {
    let unit = if bytes.len() == 1 { "byte" } else { "bytes" };
    write!(f, "{what}, {} {unit}", bytes.len())?;
    for (place, byte) in bytes.iter().take(SHOWN).enumerate() {
        write!(f, "{} {byte:02x}", if place == 0 { ":" } else { "" })?;
    }
    if bytes.len() > SHOWN {
        f.write_str(" and more")?;
    }
    Ok(())
}

/// What is still to be read.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The elements up to the end of their container, or of the bytes.
    fn elements(&mut self, depth: usize) -> Vec<Element> {
        let mut elements = Vec::new();
        while let Some(kind) = self.rest.first().copied() {
            if kind == END {
                self.rest = &self.rest[1..];
                break;
            }
            let from = self.rest;
            self.rest = &self.rest[1..];
            let element = match self.element(kind, depth) {
                Read::Value(element) => element,
                Read::Strange => {
                    let taken = from.len() - self.rest.len();
                    Element::Undecoded(from[..taken].to_vec())
                }
                Read::Endless => {
                    self.rest = &[];
                    Element::Undecoded(from.to_vec())
                }
            };
            elements.push(element);
        }
        elements
    }

    fn element(&mut self, kind: u8, depth: usize) -> Read {
        match kind {
            0x00 => self.text().map(Element::Text).into(),
            0x01 => {
                let number = self.array().map(i32::from_le_bytes);
                number.map(Element::Int).into()
            }
            0x02 => self.array().map_or(Read::Endless, real),
            0x03 => self.array().map_or(Read::Endless, |[year, month, day]| {
                date(year, month, day)
                    .map_or(Read::Strange, |date| Read::Value(Element::Date(date)))
            }),
            0x04 => {
                let value = self.array().map(|[value, _, _]| value);
                value.map(Element::Enum).into()
            }
            0x06 => self.array().map_or(Read::Endless, moment),
            // Told by its type byte, or only by its own beginning.
            0x07 if depth < DEEPEST && (self.skip(&BEGIN) || self.skip(&BEGIN[1..])) => {
                Read::Value(Element::Container(self.elements(depth + 1)))
            }
            0x2D => self.array().map(guid).into(),
            0x30 => self.blob().map(Element::Blob).into(),
            0x31 => {
                let number = self.array().map(i64::from_le_bytes);
                number.map(Element::Int64).into()
            }
            0xFC => self.named().into(),
            // How long an unknown type is nobody knows.
            _ => Read::Endless,
        }
    }

    /// Goes behind `bytes` where they come next.
    fn skip(&mut self, bytes: &[u8]) -> bool {
        let behind = self.rest.strip_prefix(bytes);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn text(&mut self) -> Option<String> {
        let units: Vec<u16> = self
            .rest
            .chunks_exact(2)
            .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
            .take_while(|unit| *unit != 0)
            .collect();
        self.take(2 * units.len())?;
        self.take(2)?;
        Some(String::from_utf16_lossy(&units))
    }

    fn named(&mut self) -> Option<Element> {
        let [value] = self.array()?;
        let name = self.text()?;
        Some(Element::NamedEnum { value, name })
    }

    fn blob(&mut self) -> Option<Vec<u8>> {
        let length = i32::from_le_bytes(self.array()?);
        Some(self.take(usize::try_from(length).ok()?)?.to_vec())
    }
}

/// What became of an element.
enum Read {
    Value(Element),
    /// Its length is known, its value makes no sense.
    Strange,
    /// It does not end within the bytes, or nobody knows where.
    Endless,
}

impl From<Option<Element>> for Read {
    fn from(element: Option<Element>) -> Self {
        element.map_or(Self::Endless, Self::Value)
    }
}

/// `d.ddd… × 10^exponent` in plain decimals.
fn real([exponent, sign, digits @ ..]: [u8; 10]) -> Read {
    let digits: Vec<u8> = digits
        .iter()
        .rev()
        .flat_map(|pair| [pair >> 4, pair & 0x0F])
        .collect();
    if digits.iter().any(|digit| *digit > 9) {
        return Read::Strange;
    }
    let text: String = digits
        .iter()
        .map(|digit| char::from(b'0' + digit))
        .collect();
    // As a whole number without zeros at either end: the exponent is that of its first digit.
    let text = text.trim_matches('0');
    if text.is_empty() {
        return Read::Value(Element::Real("0".to_owned()));
    }
    let whole = isize::from(exponent.cast_signed()) + 1;
    let plain = match usize::try_from(whole) {
        Ok(whole) if whole >= text.len() => format!("{text:0<whole$}"),
        Ok(whole) if whole > 0 => format!("{}.{}", &text[..whole], &text[whole..]),
        Ok(_) | Err(_) => format!("0.{}{text}", "0".repeat(whole.unsigned_abs())),
    };
    let sign = if sign == 0x80 { "-" } else { "" };
    Read::Value(Element::Real(format!("{sign}{plain}")))
}

fn date(year: u8, month: u8, day: u8) -> Option<Date> {
    let from_one = |number: u8| i8::try_from(u16::from(number) + 1).ok();
    Date::new(1900 + i16::from(year), from_one(month)?, from_one(day)?).ok()
}

fn moment([year, month, day, hour, minute, second, zone @ ..]: [u8; 12]) -> Read {
    let read = || {
        let small = |number: u8| i8::try_from(number).ok();
        let time = jiff::civil::Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
        let at = date(year, month, day)?.to_datetime(time);
        Some(Element::Moment { at, zone })
    };
    read().map_or(Read::Strange, Read::Value)
}

fn guid(bytes: [u8; 16]) -> Element {
    let mut kept = bytes;
    for group in kept.chunks_exact_mut(4) {
        group.reverse();
    }
    // SQL Server's `uniqueidentifier` of these bytes: the first three numbers little endian.
    kept[..4].reverse();
    kept[4..6].reverse();
    kept[6..8].reverse();
    let mut text = String::with_capacity(36);
    for (place, byte) in kept.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Element::Guid(text)
}

#[cfg(test)]
mod tests;
