//! Compares both ends record by record: what the company says with what the service holds. For
//! uploads nothing is believed that the ledger says; of orders, every one at the service must be
//! in the ledger as it is, and be one sales order in AX where the ledger says so.

mod orders;
mod stores;

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::batch::Batch;
use super::runner::Sides;
use super::source::Source;
use crate::commerce::wire::MAX_LIST_LIMIT;
use crate::model::digest::{content_hash, hex64};
use crate::model::exception::{Exception, ExceptionEntry, ExceptionFilter, ExceptionState};
use crate::model::{Selection, Stream};

/// How a record differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Selected in the company, not at the service.
    Missing,
    /// At both ends with different values.
    Different,
    /// At the service, not selected in the company.
    Extra,
}

impl Kind {
    /// One word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Extra => "extra",
        }
    }
}

/// One record that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// How it differs.
    pub kind: Kind,
    /// Id of the record.
    pub id: String,
    /// Why it could not be sent, where it is in quarantine.
    pub quarantined: Option<String>,
}

/// The comparison of one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The stream.
    pub stream: Stream,
    /// Records in the company's selection.
    pub company: u64,
    /// Records at the service.
    pub service: u64,
    /// Records alike at both ends.
    pub same: u64,
    /// Records only in the company.
    pub missing: u64,
    /// Records with different values.
    pub different: u64,
    /// Records only at the service.
    pub extra: u64,
    /// The first of them, up to the limit asked for.
    pub differences: Vec<Difference>,
}

impl Verified {
    /// How many records differ.
    pub const fn differs(&self) -> u64 {
        self.missing + self.different + self.extra
    }
}

/// Compares one stream; names at most `limit` differences.
///
/// The listing of the service goes to a temporary file, so that memory does not grow with it and
/// the two ends may have different orders.
pub async fn verify(
    sides: &Arc<Sides>,
    selection: &Selection,
    stream: Stream,
    limit: usize,
) -> Result<Verified, Exception> {
    let listed = Listed::open()?;
    let mut verified = match stream {
        Stream::Stores => stores::compare(sides, listed, limit).await?,
        Stream::Orders => orders::compare(sides, listed, limit).await?,
        Stream::Categories
        | Stream::DimensionGroups
        | Stream::ItemTaxGroups
        | Stream::DeliveryModes
        | Stream::StoreParameters
        | Stream::Items
        | Stream::TradeAgreements
        | Stream::Acknowledgements
        | Stream::Shipments
        | Stream::OrderStatuses
        | Stream::OnHand => compare(sides, selection, stream, listed, limit).await?,
    };
    explain(sides, &mut verified).await?;
    Ok(verified)
}

/// Compares an upload stream with its collection.
async fn compare(
    sides: &Arc<Sides>,
    selection: &Selection,
    stream: Stream,
    listed: Listed,
    limit: usize,
) -> Result<Verified, Exception> {
    let mut after = None;
    loop {
        let page = sides
            .commerce
            .list(stream, after.as_deref(), MAX_LIST_LIMIT)
            .await?;
        listed.add(
            page.records
                .iter()
                .map(|record| (record.id.as_str(), record.hash.as_str())),
        )?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut comparison = Comparison::new(stream, listed, limit)?;
    let source = Source::new(Arc::clone(sides), stream, Arc::new(selection.clone()));
    let mut reading = source.read_all(None).await?;
    while let Some(page) = reading.pages.next().await {
        for (batch, unsendable) in Batch::prepare(page?) {
            for record in batch.records() {
                comparison.take(&record.id, record.hash.map(hex64).as_deref())?;
            }
            for record in unsendable {
                comparison.take(&record.id, None)?;
            }
        }
    }
    comparison.finish()
}

/// The hash of what the service lists whole: a value that was JSON becomes the same JSON again.
fn json_hash(value: &impl Serialize) -> String {
    hex64(content_hash(&serde_json::to_vec(value).unwrap_or_default()))
}

/// What the service listed, being compared with what there is on this side.
struct Comparison {
    listed: Listed,
    verified: Verified,
    limit: usize,
}

impl Comparison {
    fn new(stream: Stream, listed: Listed, limit: usize) -> Result<Self, Exception> {
        let verified = Verified {
            stream,
            company: 0,
            service: listed.count()?,
            same: 0,
            missing: 0,
            different: 0,
            extra: 0,
            differences: Vec::new(),
        };
        Ok(Self {
            listed,
            verified,
            limit,
        })
    }

    /// Compares one record of this side; without a hash it cannot be alike.
    fn take(&mut self, id: &str, hash: Option<&str>) -> Result<(), Exception> {
        self.verified.company += 1;
        match self.listed.take(id)? {
            None => self.verified.note(Kind::Missing, id, self.limit),
            Some(held) if Some(held.as_str()) == hash => self.verified.same += 1,
            Some(_) => self.verified.note(Kind::Different, id, self.limit),
        }
        Ok(())
    }

    /// What is left at the service is extra.
    fn finish(mut self) -> Result<Verified, Exception> {
        let (verified, limit) = (&mut self.verified, self.limit);
        self.listed
            .for_each_left(|id| verified.note(Kind::Extra, id, limit))?;
        Ok(self.verified)
    }
}

impl Verified {
    fn note(&mut self, kind: Kind, id: &str, limit: usize) {
        match kind {
            Kind::Missing => self.missing += 1,
            Kind::Different => self.different += 1,
            Kind::Extra => self.extra += 1,
        }
        if self.differences.len() < limit {
            self.differences.push(Difference {
                kind,
                id: id.to_owned(),
                quarantined: None,
            });
        }
    }
}

/// Adds the reasons why records were set aside.
async fn explain(sides: &Arc<Sides>, verified: &mut Verified) -> Result<(), Exception> {
    if verified.differences.is_empty() {
        return Ok(());
    }
    let named = verified.differences.iter();
    let filter = ExceptionFilter {
        stream: Some(verified.stream),
        keys: Some(named.map(|difference| difference.id.clone()).collect()),
        with_closed: true,
        ..ExceptionFilter::default()
    };
    let why: BTreeMap<String, String> = sides
        .ledger
        .exceptions(&filter)
        .await?
        .into_iter()
        .filter(|entry| entry.state != ExceptionState::Cleared)
        .map(|entry| {
            let ExceptionEntry {
                key,
                code,
                field,
                exception,
                ..
            } = entry;
            (key, format!("{code}: {field} {}", exception.cause))
        })
        .collect();
    for difference in &mut verified.differences {
        difference.quarantined = why.get(&difference.id).cloned();
    }
    Ok(())
}

/// The listing of the service in a temporary SQLite file that goes with the connection.
struct Listed(Connection);

impl Listed {
    fn open() -> Result<Self, Exception> {
        let connection = Connection::open("").map_err(|error| failed(&error))?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
                 CREATE TABLE listed (id TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
                 BEGIN;",
            )
            .map_err(|error| failed(&error))?;
        Ok(Self(connection))
    }

    fn add<'a>(&self, records: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), Exception> {
        let mut statement = self
            .0
            .prepare_cached("INSERT INTO listed VALUES (?, ?)")
            .map_err(|error| failed(&error))?;
        for record in records {
            statement.execute(record).map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    fn count(&self) -> Result<u64, Exception> {
        self.0
            .query_row("SELECT count(*) FROM listed", [], |row| {
                row.get::<_, i64>(0)
            })
            .map(i64::cast_unsigned)
            .map_err(|error| failed(&error))
    }

    /// Takes a record out; what is left in the end is extra.
    fn take(&self, id: &str) -> Result<Option<String>, Exception> {
        self.0
            .prepare_cached("DELETE FROM listed WHERE id = ? RETURNING hash")
            .and_then(|mut statement| {
                statement
                    .query_row(params![id], |row| row.get(0))
                    .optional()
            })
            .map_err(|error| failed(&error))
    }

    fn for_each_left(&self, mut each: impl FnMut(&str)) -> Result<(), Exception> {
        let mut statement = self
            .0
            .prepare("SELECT id FROM listed ORDER BY id")
            .map_err(|error| failed(&error))?;
        let mut left = statement.query([]).map_err(|error| failed(&error))?;
        while let Some(row) = left.next().map_err(|error| failed(&error))? {
            each(
                row.get_ref(0)
                    .and_then(|id| Ok(id.as_str()?))
                    .map_err(|error| failed(&error))?,
            );
        }
        Ok(())
    }
}

fn failed(error: &rusqlite::Error) -> Exception {
    Exception::new(
        "The listing of the service could not be kept.",
        error.to_string(),
        "Check that the folder for temporary files has room.",
    )
}
