//! Records made ready to be sent: serialised once, hashed once, cut into batches, written into lines.

use bytes::Bytes;

use crate::commerce::wire::{MAX_LINE_BYTES, Op};
use crate::company::{Entry, Page};
use crate::ledger::SetAside;
use crate::model::digest::content_hash;
use crate::model::exception::Exception;

/// A batch is cut when its values reach this many bytes. Far below the limit of the service:
/// what is in flight counts as memory, and a smaller batch is settled sooner. With the last value they
/// stay below a power of two, where their buffer would double.
const CUT_AT_BYTES: usize = 240 * 1024;
/// Room for op, version and punctuation around a value.
const LINE_OVERHEAD: usize = 80;

/// One record of a batch. Its value stands in the batch's buffer, then in its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Id of the record.
    pub id: String,
    /// Hash of its value; `None` where the record is gone.
    pub hash: Option<u64>,
    start: usize,
    end: usize,
}

/// Prepared records and the bytes of their values.
#[derive(Debug, Default)]
pub struct Batch {
    records: Vec<Prepared>,
    values: Vec<u8>,
    /// The batch of unknown outcome whose records these are.
    pub replaces: Option<i64>,
}

impl Batch {
    /// Serialises a page, in parts with no more bytes than a batch. Records that cannot be sent are answered
    /// apart.
    pub fn prepare(page: Page) -> impl Iterator<Item = (Self, Vec<SetAside>)> {
        let mut entries = page.into_iter();
        std::iter::from_fn(move || (entries.len() > 0).then(|| Self::part(&mut entries)))
    }

    fn part(entries: &mut impl ExactSizeIterator<Item = Entry>) -> (Self, Vec<SetAside>) {
        let mut batch = Self {
            records: Vec::with_capacity(entries.len()),
            ..Self::default()
        };
        let mut set_aside = Vec::new();
        for entry in entries {
            let id = entry.id();
            match entry {
                Entry::Present(record) => {
                    let start = batch.values.len();
                    // Writing to memory: only a value that JSON cannot express can fail.
                    let written = record.write_json(&mut batch.values);
                    let size = batch.values.len() - start;
                    let refusal = match written {
                        Err(error) => Some(("not-json", error.to_string())),
                        Ok(()) if size + id.len() + LINE_OVERHEAD > MAX_LINE_BYTES => Some((
                            "too-large",
                            format!("{size} bytes; a record has at most {MAX_LINE_BYTES}"),
                        )),
                        // Kept apart from the id without them only where the ledger is a file.
                        Ok(()) if id.ends_with(' ') => Some((
                            "blank-at-end",
                            format!(
                                "its key {id:?} ends with a blank, which counts in none of SQL Server's \
                                 comparisons: it cannot be told from the key without it"
                            ),
                        )),
                        Ok(()) => None,
                    };
                    if let Some((code, text)) = refusal {
                        batch.values.truncate(start);
                        set_aside.push(SetAside {
                            id,
                            code: code.to_owned(),
                            field: String::new(),
                            exception: unsendable(&text),
                        });
                        continue;
                    }
                    let hash = Some(content_hash(&batch.values[start..]));
                    batch.records.push(Prepared {
                        id,
                        hash,
                        start,
                        end: start + size,
                    });
                    if batch.values.len() >= CUT_AT_BYTES {
                        break;
                    }
                }
                Entry::Gone { id } => {
                    let end = batch.values.len();
                    batch.records.push(Prepared {
                        id,
                        hash: None,
                        start: end,
                        end,
                    });
                }
                Entry::Unreadable { id, field, reason } => set_aside.push(SetAside {
                    id,
                    code: "unreadable".to_owned(),
                    exception: unsendable(&format!("{field}: {reason}")),
                    field,
                }),
            }
        }
        (batch, set_aside)
    }

    /// Deletions of records that are not read any more.
    pub fn deletions(ids: Vec<String>) -> Self {
        let records = ids
            .into_iter()
            .map(|id| Prepared {
                id,
                hash: None,
                start: 0,
                end: 0,
            })
            .collect();
        Self {
            records,
            ..Self::default()
        }
    }

    /// Takes over the records of `page` that `keep` names, and answers the batches that are full:
    /// those of so many `lines`, or with enough bytes.
    pub fn take(&mut self, page: Self, lines: usize, keep: impl Fn(usize) -> bool) -> Vec<Self> {
        let mut full = Vec::new();
        for (index, record) in page.records.into_iter().enumerate() {
            if !keep(index) {
                continue;
            }
            self.push(&page.values, record);
            if self.records.len() >= lines || self.values.len() >= CUT_AT_BYTES {
                full.push(std::mem::take(self));
            }
        }
        full
    }

    /// Its first half and the rest. Neither replaces anything.
    pub fn halves(&self) -> [Self; 2] {
        Self::halves_of(&self.records, &self.values)
    }

    fn halves_of(records: &[Prepared], values: &[u8]) -> [Self; 2] {
        let (first, rest) = records.split_at(records.len() / 2);
        [first, rest].map(|records| {
            let mut half = Self::default();
            for record in records {
                half.push(values, record.clone());
            }
            half
        })
    }

    /// Takes a record over whose value stands in `values`.
    fn push(&mut self, values: &[u8], record: Prepared) {
        let start = self.values.len();
        self.values
            .extend_from_slice(&values[record.start..record.end]);
        self.records.push(Prepared {
            start,
            end: self.values.len(),
            ..record
        });
    }

    /// Its lines, every one with `version`.
    pub fn into_lines(self, version: i64) -> Lines {
        let Self {
            mut records,
            values,
            ..
        } = self;
        let ids: usize = records.iter().map(|record| record.id.len()).sum();
        let mut body = Vec::with_capacity(values.len() + ids + records.len() * LINE_OVERHEAD);
        let version = version.to_string();
        for record in &mut records {
            let op = if record.hash.is_some() {
                Op::Upsert
            } else {
                Op::Delete
            };
            body.extend_from_slice(match op {
                Op::Upsert => br#"{"op":"upsert","id":"#,
                Op::Delete => br#"{"op":"delete","id":"#,
            });
            write_json_string(&mut body, &record.id);
            body.extend_from_slice(br#","version":"#);
            body.extend_from_slice(version.as_bytes());
            if op == Op::Upsert {
                body.extend_from_slice(br#","value":"#);
                let start = body.len();
                body.extend_from_slice(&values[record.start..record.end]);
                (record.start, record.end) = (start, body.len());
            }
            body.extend_from_slice(b"}\n");
        }
        Lines {
            records,
            body: Bytes::from(body),
        }
    }

    /// The records, in the order of the lines.
    pub fn records(&self) -> &[Prepared] {
        &self.records
    }

    /// The ids, in the order of the lines.
    pub fn ids(&self) -> Vec<String> {
        self.records
            .iter()
            .map(|record| record.id.clone())
            .collect()
    }

    /// True without records.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

/// A batch as it travels: NDJSON, every line with the same version. Its values stand there and nowhere else.
#[derive(Debug)]
pub struct Lines {
    records: Vec<Prepared>,
    body: Bytes,
}

impl Lines {
    /// The body of a request. Cloning it shares the bytes.
    pub fn body(&self) -> Bytes {
        self.body.clone()
    }

    /// The records, in the order of the lines.
    pub fn records(&self) -> &[Prepared] {
        &self.records
    }

    /// Two batches of the first half of the records and of the rest.
    pub fn halves(&self) -> [Batch; 2] {
        Batch::halves_of(&self.records, &self.body)
    }
}

/// AX has the record, but it cannot be sent as it is.
fn unsendable(why: &str) -> Exception {
    Exception::new(
        "The record cannot be sent.",
        why,
        "Correct it in AX: the next run sends it.",
    )
}

fn write_json_string(out: &mut Vec<u8>, text: &str) {
    let plain = text
        .bytes()
        .all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    if plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commerce::wire::Line;
    use crate::model::catalog::DeliveryMode;
    use crate::model::{Record, Stream};

    fn mode(code: &str, text_bytes: usize) -> Entry {
        Entry::Present(Record::DeliveryMode(DeliveryMode {
            code: code.to_owned(),
            description: "x".repeat(text_bytes),
            carrier: String::new(),
            carrier_name: String::new(),
        }))
    }

    /// The only part of a small page.
    fn prepared(page: Page) -> (Batch, Vec<SetAside>) {
        let mut parts: Vec<_> = Batch::prepare(page).collect();
        assert_eq!(parts.len(), 1);
        parts.remove(0)
    }

    #[test]
    fn a_body_reads_back_as_the_lines_it_was_made_of() {
        let page = vec![
            mode("GROUND", 3),
            Entry::Gone {
                id: "A\"|\\B\n".into(),
            },
        ];
        let (batch, set_aside) = prepared(page);
        assert!(set_aside.is_empty());
        let written = batch.into_lines(42);
        let body = written.body();
        let lines: Vec<Line<'_>> = std::str::from_utf8(&body)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            (lines[0].op, &*lines[0].id, lines[0].version),
            (Op::Upsert, "GROUND", 42)
        );
        let value = lines[0].value.unwrap().get();
        assert_eq!(
            written.records()[0].hash,
            Some(content_hash(value.as_bytes()))
        );
        assert!(Record::from_json(Stream::DeliveryModes, value).is_ok());
        assert_eq!((lines[1].op, &*lines[1].id), (Op::Delete, "A\"|\\B\n"));
        assert!(lines[1].value.is_none());
    }

    #[test]
    fn a_key_with_a_blank_at_its_end_is_set_aside_and_the_others_go_on() {
        let page = vec![mode("A ", 1), mode("A", 1), mode(" A", 1)];
        let (batch, set_aside) = prepared(page);
        assert_eq!(batch.ids(), ["A", " A"]);
        assert_eq!(set_aside.len(), 1);
        assert_eq!(
            (&*set_aside[0].id, &*set_aside[0].code),
            ("A ", "blank-at-end")
        );
        assert!(
            set_aside[0]
                .exception
                .cause
                .contains("\"A \" ends with a blank")
        );
    }

    #[test]
    fn batches_are_cut_by_lines_and_by_bytes() {
        let small = prepared((0..2_500).map(|n| mode(&n.to_string(), 1)).collect()).0;
        let mut rest = Batch::default();
        let full = rest.take(small, 1_000, |_| true);
        assert_eq!(
            full.iter()
                .map(|batch| batch.records().len())
                .collect::<Vec<_>>(),
            [1000, 1000]
        );
        assert_eq!(rest.records().len(), 500);

        let large = (0..5).map(|n| mode(&n.to_string(), 150_000)).collect();
        let mut rest = Batch::default();
        let full = Batch::prepare(large).flat_map(|(part, _)| rest.take(part, 1_000, |_| true));
        assert_eq!(
            full.map(|batch| batch.records.len()).collect::<Vec<_>>(),
            [2, 2]
        );
        assert_eq!(rest.records.len(), 1);
    }

    #[test]
    fn the_halves_of_a_batch_are_all_of_it_once() {
        let mut entries: Vec<Entry> = (0..6).map(|n| mode(&n.to_string(), n)).collect();
        entries.push(Entry::Gone { id: "GONE".into() });
        let batch = prepared(entries).0;
        let before = batch.halves();
        let whole = batch.into_lines(7);
        for [first, rest] in [before, whole.halves()] {
            assert_eq!((first.records().len(), rest.records().len()), (3, 4));
            let halves = [first, rest].map(|half| half.into_lines(7).body());
            assert_eq!(halves.concat(), whole.body());
        }
    }

    #[test]
    fn a_record_too_large_for_a_line_is_set_aside_and_the_others_go_on() {
        let (batch, set_aside) = prepared(vec![
            mode("A", 1),
            mode("HUGE", MAX_LINE_BYTES),
            mode("B", 1),
        ]);
        assert_eq!(batch.ids(), ["A", "B"]);
        assert_eq!(
            (set_aside[0].id.as_str(), set_aside[0].code.as_str()),
            ("HUGE", "too-large")
        );
    }
}
