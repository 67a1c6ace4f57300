//! Commerce Services of a simulated world: collections with version guard and tombstones,
//! answers kept by Idempotency-Key, complete loads. The rules are those of `src/service/store`.

use std::collections::BTreeMap;

use axcs::commerce::wire::{
    BatchAnswer, CollectionSummary, Line, LineResult, LineStatus, Load, LoadState, Op, Problem,
};
use axcs::model::Stream;
use axcs::model::digest::{content_hash, hex64, record_digest};
use jiff::Timestamp;

use super::company::{REFUSED, record};

/// A row; without a value it is a tombstone.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    version: i64,
    /// The complete load that mentioned it last.
    load: Option<usize>,
    /// Hash of its JSON.
    value: Option<u64>,
}

/// One collection.
#[derive(Clone, Debug, Default)]
struct Collection {
    rows: BTreeMap<String, Row>,
    newest: i64,
}

/// A complete load; its number is its place.
#[derive(Clone, Debug)]
struct LoadRow {
    stream: Stream,
    state: LoadState,
    retired: u64,
}

/// The service.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a promise of its own"
)]
pub struct Service {
    /// False for one that takes whatever comes last.
    pub guards_versions: bool,
    /// What it says of that.
    pub says_it_guards: bool,
    /// False for one that does not know a batch again.
    pub keeps_answers: bool,
    /// True for one that refuses a batch for one record.
    pub refuses_whole_batches: bool,
    /// False for one that forgets which version a dropped record had.
    pub keeps_tombstones: bool,
    collections: BTreeMap<Stream, Collection>,
    loads: Vec<LoadRow>,
    answers: BTreeMap<String, (u64, BatchAnswer)>,
}

/// What a key with this value is on the wire, as a hash.
pub fn hash_of(stream: Stream, key: &str, value: u8) -> u64 {
    let mut json = Vec::new();
    record(stream, key, value).write_json(&mut json).unwrap();
    content_hash(&json)
}

fn refusal(status: u16, code: &str, detail: &str) -> Problem {
    Problem {
        kind: "about:blank".to_owned(),
        title: code.to_owned(),
        status,
        detail: detail.to_owned(),
        code: code.to_owned(),
    }
}

/// True where a record in this JSON has the value that is refused.
fn is_refused(json: &str) -> bool {
    const BAD: &str = "\"v4\"";
    debug_assert_eq!(BAD, format!("\"v{REFUSED}\""));
    json.contains(BAD)
}

impl Service {
    /// A service that holds nothing.
    pub fn new() -> Self {
        Self {
            guards_versions: true,
            says_it_guards: true,
            keeps_answers: true,
            refuses_whole_batches: false,
            keeps_tombstones: true,
            collections: BTreeMap::new(),
            loads: Vec::new(),
            answers: BTreeMap::new(),
        }
    }

    /// What it holds: the hash of each record.
    pub fn holds(&self, stream: Stream) -> BTreeMap<&str, u64> {
        let rows = self.collections.get(&stream);
        rows.into_iter()
            .flat_map(|collection| &collection.rows)
            .filter_map(|(id, row)| Some((id.as_str(), row.value?)))
            .collect()
    }

    /// The hash of one record.
    pub fn value(&self, stream: Stream, id: &str) -> Option<u64> {
        self.collections.get(&stream)?.rows.get(id)?.value
    }

    /// Somebody drops a record at the service, beside everybody else.
    pub fn lose(&mut self, stream: Stream, id: &str) {
        if let Some(collection) = self.collections.get_mut(&stream) {
            collection.rows.remove(id);
        }
    }

    /// Applies a batch.
    pub fn upload(
        &mut self,
        stream: Stream,
        key: &str,
        body: &[u8],
        load: Option<&str>,
    ) -> Result<BatchAnswer, Problem> {
        let fingerprint = content_hash(body);
        if let Some((of, answer)) = self.answers.get(key) {
            if *of != fingerprint {
                return Err(refusal(422, "idempotency-key-reused", key));
            }
            return Ok(answer.clone());
        }
        let mark = match load {
            None => None,
            Some(id) => Some(self.open_load(stream, id)?),
        };
        let body = std::str::from_utf8(body).unwrap();
        if self.refuses_whole_batches && is_refused(body) {
            return Err(refusal(
                422,
                "bad-value",
                "one of the records has a bad value",
            ));
        }
        let results = body.lines().map(|line| {
            let line: Line<'_> = serde_json::from_str(line).unwrap();
            self.line(stream, &line, mark)
        });
        let answer = BatchAnswer {
            results: results.collect(),
        };
        if self.keeps_answers {
            self.answers
                .insert(key.to_owned(), (fingerprint, answer.clone()));
        }
        Ok(answer)
    }

    fn open_load(&self, stream: Stream, id: &str) -> Result<usize, Problem> {
        let number = self.number(stream, id)?;
        match self.loads[number].state {
            LoadState::Open => Ok(number),
            LoadState::Committed | LoadState::Abandoned => Err(refusal(409, "load-closed", id)),
        }
    }

    fn number(&self, stream: Stream, id: &str) -> Result<usize, Problem> {
        id.strip_prefix("load-")
            .and_then(|number| number.parse().ok())
            .filter(|number| {
                self.loads
                    .get(*number)
                    .is_some_and(|load: &LoadRow| load.stream == stream)
            })
            .ok_or_else(|| refusal(404, "no-such-load", id))
    }

    fn line(&mut self, stream: Stream, line: &Line<'_>, mark: Option<usize>) -> LineResult {
        let (guards, keeps) = (self.guards_versions, self.keeps_tombstones);
        let collection = self.collections.entry(stream).or_default();
        let old = collection.rows.get_mut(&*line.id);
        let mut result = LineResult {
            id: line.id.clone().into_owned(),
            status: LineStatus::Unchanged,
            version: None,
            code: None,
            field: None,
            detail: None,
        };
        let json = line.value.map(serde_json::value::RawValue::get);
        if json.is_some_and(is_refused) {
            // It is there in AX, only its new value does not fit: the old one stays.
            if let Some(old) = old.filter(|old| old.value.is_some()) {
                old.load = mark.or(old.load);
            }
            result.status = LineStatus::Rejected;
            result.code = Some("bad-value".to_owned());
            return result;
        }
        let before = old.as_deref().copied();
        if let (Some(old), Some(row)) = (old, before)
            && guards
            && line.version < row.version
        {
            if old.value.is_some() {
                old.load = mark.or(old.load);
            }
            result.status = LineStatus::Stale;
            result.version = Some(row.version);
            return result;
        }
        let value = json.map(|json| content_hash(json.as_bytes()));
        let was = before.and_then(|row| row.value);
        result.status = match (was, value) {
            (None, None) => LineStatus::Unchanged,
            (None, Some(_)) => LineStatus::Created,
            (Some(_), None) => LineStatus::Deleted,
            (Some(was), Some(is)) if was == is => LineStatus::Unchanged,
            (Some(_), Some(_)) => LineStatus::Updated,
        };
        let kept = before.filter(|row| row.value.is_some());
        let row = Row {
            version: line.version,
            load: mark
                .or(kept.and_then(|row| row.load))
                .filter(|_| value.is_some()),
            value,
        };
        collection.newest = collection.newest.max(line.version);
        if value.is_none() && !keeps {
            collection.rows.remove(&*line.id);
        } else {
            collection.rows.insert(line.id.clone().into_owned(), row);
        }
        debug_assert_eq!(line.op == Op::Delete, value.is_none());
        result
    }

    /// Count, digest and greatest version.
    pub fn summary(&self, stream: Stream) -> CollectionSummary {
        let held = self.holds(stream);
        let digest = held.iter().fold(0_u64, |sum, (id, hash)| {
            sum.wrapping_add(record_digest(id, *hash))
        });
        CollectionSummary {
            count: held.len() as u64,
            digest: hex64(digest),
            newest_version: self
                .collections
                .get(&stream)
                .map_or(0, |collection| collection.newest),
        }
    }

    /// Begins a load in the place of one that is open.
    pub fn begin_load(&mut self, stream: Stream) -> Load {
        for load in &mut self.loads {
            if load.stream == stream && load.state == LoadState::Open {
                load.state = LoadState::Abandoned;
            }
        }
        self.loads.push(LoadRow {
            stream,
            state: LoadState::Open,
            retired: 0,
        });
        self.told(self.loads.len() - 1)
    }

    /// Where a load stands.
    pub fn load(&self, stream: Stream, id: &str) -> Result<Load, Problem> {
        Ok(self.told(self.number(stream, id)?))
    }

    /// Retires what the load did not mention.
    pub fn commit_load(&mut self, stream: Stream, id: &str) -> Result<Load, Problem> {
        let number = self.number(stream, id)?;
        match self.loads[number].state {
            LoadState::Open => {}
            LoadState::Committed => return Ok(self.told(number)),
            LoadState::Abandoned => return Err(refusal(409, "load-closed", id)),
        }
        let collection = self.collections.entry(stream).or_default();
        let mut retired = 0;
        for row in collection.rows.values_mut() {
            if row.value.is_some() && row.load != Some(number) {
                row.value = None;
                row.load = None;
                retired += 1;
            }
        }
        self.loads[number].retired = retired;
        self.loads[number].state = LoadState::Committed;
        Ok(self.told(number))
    }

    fn told(&self, number: usize) -> Load {
        let LoadRow {
            stream,
            state,
            retired,
        } = self.loads[number];
        let rows = self.collections.get(&stream);
        let mentioned = rows
            .into_iter()
            .flat_map(|collection| collection.rows.values())
            .filter(|row| row.value.is_some() && row.load == Some(number));
        Load {
            id: format!("load-{number}"),
            state,
            mentioned: mentioned.count() as u64,
            retired,
            begun: Timestamp::UNIX_EPOCH,
        }
    }
}
