//! A batch, read and checked line by line without copying it. Nothing here touches the store: a
//! bad line is rejected and the others go on.

use std::borrow::Cow;
use std::io::BufRead;
use std::ops::Range;

use serde::Deserialize;

use crate::commerce::wire::{Line, LineResult, LineStatus, MAX_LINE_BYTES, MAX_LINES, Op};
use crate::model::digest::content_hash;
use crate::model::{Record, Stream};

use super::api::refusal::{Code, Refusal};

pub mod fault;

/// Longest id of a record, in bytes.
const MAX_ID_BYTES: usize = 250;

/// The lines of a batch and the bytes they point into.
#[derive(Debug)]
pub struct Batch {
    body: Vec<u8>,
    /// One for each line, in order.
    pub entries: Vec<Entry>,
}

/// What one line comes to.
#[derive(Debug)]
pub enum Entry {
    /// Store or drop a record.
    Change(Change),
    /// The line's answer is settled already.
    Rejected(Box<LineResult>),
}

/// A checked line.
#[derive(Debug)]
pub struct Change {
    id: Id,
    /// Version of the value.
    pub version: i64,
    /// Where the value stands and its [`content_hash`]; `None` for a deletion.
    pub value: Option<(Range<usize>, u64)>,
}

/// Where an id stands, or its text where the JSON has escapes in it.
#[derive(Debug)]
enum Id {
    At(Range<usize>),
    Text(String),
}

impl Batch {
    /// Reads `body` as lines of `stream`. Only what spoils the batch as a whole is an error.
    pub fn read(stream: Stream, body: Vec<u8>) -> Result<Self, Refusal> {
        let mut entries = Vec::with_capacity(MAX_LINES.min(body.len() / 64 + 1));
        let mut rest: &[u8] = &body;
        let mut start = 0;
        while !rest.is_empty() {
            // Reading from a slice cannot fail.
            let length = rest.skip_until(b'\n').unwrap_or(rest.len());
            let line = &body[start..start + length];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let number = entries.len() + 1;
            if number > MAX_LINES {
                return Err(Refusal::new(
                    Code::TooManyLines,
                    format!("a batch has at most {MAX_LINES} lines; split it"),
                ));
            }
            if line.len() > MAX_LINE_BYTES {
                return Err(Refusal::new(
                    Code::LineTooLong,
                    format!(
                        "line {number} has {} bytes, a line has at most {MAX_LINE_BYTES}",
                        line.len()
                    ),
                ));
            }
            entries.push(
                read_line(stream, line, start)
                    .unwrap_or_else(|fault| fault.into_entry(line, number)),
            );
            start += length;
        }
        if entries.is_empty() {
            return Err(Refusal::new(
                Code::EmptyBatch,
                "send at least one line {\"op\":…,\"id\":…,\"version\":…,\"value\":…}",
            ));
        }
        Ok(Self { body, entries })
    }

    /// The bytes of a value.
    pub fn value(&self, range: &Range<usize>) -> &[u8] {
        &self.body[range.clone()]
    }

    /// Id of the record a change is about.
    pub fn id<'a>(&'a self, change: &'a Change) -> &'a str {
        match &change.id {
            // It was text when it was read.
            Id::At(range) => std::str::from_utf8(&self.body[range.clone()]).unwrap_or_default(),
            Id::Text(text) => text,
        }
    }

    /// Tells this batch, sent to `place`, from any other under the same key.
    pub fn fingerprint(&self, place: &str) -> u128 {
        let seed = content_hash(place.as_bytes());
        xxhash_rust::xxh3::xxh3_128_with_seed(&self.body, seed)
    }
}

/// Why a line is rejected.
struct Fault {
    code: &'static str,
    /// The line's id, where it was read.
    id: Option<String>,
    field: Option<String>,
    detail: String,
}

impl Fault {
    fn bad_line(detail: impl Into<String>) -> Self {
        Self {
            code: "bad-line",
            id: None,
            field: None,
            detail: detail.into(),
        }
    }

    fn into_entry(self, line: &[u8], number: usize) -> Entry {
        /// Of a line that is JSON but not ours, the id can still be named.
        #[derive(Deserialize)]
        struct OnlyId {
            id: String,
        }
        let id = self
            .id
            .or_else(|| {
                serde_json::from_slice::<OnlyId>(line)
                    .ok()
                    .map(|only| only.id)
            })
            .filter(|id| is_id(id))
            .unwrap_or_else(|| format!("line {number}"));
        Entry::Rejected(Box::new(LineResult {
            id,
            status: LineStatus::Rejected,
            version: None,
            code: Some(self.code.to_owned()),
            field: self.field,
            detail: Some(self.detail),
        }))
    }
}

fn is_id(id: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&id.len())
}

/// Reads `line`, which begins at `start` of the body.
fn read_line(stream: Stream, line: &[u8], start: usize) -> Result<Entry, Fault> {
    let text = std::str::from_utf8(line)
        .map_err(|error| Fault::bad_line(format!("the line is not UTF-8: {error}")))?;
    // serde would take a list of the four fields, too.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Fault::bad_line("the line is not a JSON object"));
    }
    let parsed: Line =
        serde_json::from_str(text).map_err(|error| Fault::bad_line(error.to_string()))?;
    if !is_id(&parsed.id) {
        return Err(Fault {
            field: Some("id".to_owned()),
            ..Fault::bad_line(format!("an id has 1 to {MAX_ID_BYTES} bytes"))
        });
    }
    let value = match (parsed.op, parsed.value) {
        (Op::Upsert, Some(value)) => {
            let json = value.get();
            check_value(stream, &parsed.id, json)?;
            Some((place(json, text, start), content_hash(json.as_bytes())))
        }
        (Op::Delete, None) => None,
        (Op::Upsert, None) => {
            return Err(Fault {
                field: Some("value".to_owned()),
                ..Fault::bad_line("an upsert needs a value")
            });
        }
        (Op::Delete, Some(_)) => {
            return Err(Fault {
                field: Some("value".to_owned()),
                ..Fault::bad_line("a deletion has no value")
            });
        }
    };
    let id = match parsed.id {
        Cow::Borrowed(id) => Id::At(place(id, text, start)),
        Cow::Owned(id) => Id::Text(id),
    };
    Ok(Entry::Change(Change {
        id,
        version: parsed.version,
        value,
    }))
}

/// A value has to be a record of `stream`, and the one that the line names.
fn check_value(stream: Stream, id: &str, json: &str) -> Result<(), Fault> {
    let record = Record::from_json(stream, json).map_err(|error| Fault {
        code: "bad-value",
        id: Some(id.to_owned()),
        field: fault::field(json, &error),
        detail: error.to_string(),
    })?;
    if let Some(field) = fault::misplaced(json) {
        return Err(Fault {
            code: "bad-value",
            id: Some(id.to_owned()),
            field: Some(field).filter(|field| !field.is_empty()),
            detail: "a list stands where an object or a word belongs, or the other way round"
                .to_owned(),
        });
    }
    let own = record.id();
    if own == id {
        return Ok(());
    }
    Err(Fault {
        code: "id-mismatch",
        id: Some(id.to_owned()),
        field: Some("id".to_owned()),
        detail: format!("the value is the record {own:?}"),
    })
}

/// Where `part`, a piece of `line`, stands in the body.
fn place(part: &str, line: &str, start: usize) -> Range<usize> {
    let from = start + (part.as_ptr() as usize - line.as_ptr() as usize);
    from..from + part.len()
}

#[cfg(test)]
mod tests;
