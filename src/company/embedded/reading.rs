//! Reading streams from the company file: one connection and one thread a reading, a few hundred
//! records at a time, each page from one short snapshot so that writers are never held up.
//!
//! What a stream reads stands in its own file as a [`Source`]; this file drives it.

mod agreements;
mod categories;
mod delivery_modes;
mod dimension_groups;
mod item_tax_groups;
mod items;
mod on_hand;
mod order_statuses;
mod shipments;
mod values;

use std::path::Path;

use rusqlite::{Connection, Row, ToSql};
use tokio::sync::{mpsc, oneshot};

use super::{schema, selection, tracking};
use crate::company::{CompanyError, CompanyFacts, Entry, Page, Reading, TableTracking, Tracking};
use crate::model::record::record_id;
use crate::model::{Selection, Stream};
use crate::sqlite::Access;

/// Records in a page.
pub(super) const PAGE: usize = 500;
/// Pages that may wait to be taken.
const PAGES_AHEAD: usize = 2;

/// What one stream reads.
struct Source {
    /// The tables whose changes lead to its records.
    tables: &'static [&'static str],
    /// Selects the ids (their parts, as columns) of what changed after `:since`; a part may come
    /// more than once.
    changed: &'static str,
    /// Counts the records the selection lets through.
    count: fn(&Reader) -> rusqlite::Result<u64>,
    /// The next records behind an id (the first for an empty one), in key order; none at the end.
    page: fn(&Reader, after: &str) -> rusqlite::Result<Vec<Entry>>,
    /// Current values of some ids, in their order.
    current: fn(&Reader, ids: &[String]) -> rusqlite::Result<Vec<Entry>>,
}

/// What a stream reads; none for one that is not read from the company.
const fn source(stream: Stream) -> Option<&'static Source> {
    match stream {
        Stream::Categories => Some(&categories::SOURCE),
        Stream::DimensionGroups => Some(&dimension_groups::SOURCE),
        Stream::ItemTaxGroups => Some(&item_tax_groups::SOURCE),
        Stream::DeliveryModes => Some(&delivery_modes::SOURCE),
        Stream::Items => Some(&items::SOURCE),
        Stream::TradeAgreements => Some(&agreements::SOURCE),
        Stream::Shipments => Some(&shipments::SOURCE),
        Stream::OrderStatuses => Some(&order_statuses::SOURCE),
        Stream::OnHand => Some(&on_hand::SOURCE),
        Stream::Stores | Stream::StoreParameters | Stream::Orders | Stream::Acknowledgements => {
            None
        }
    }
}

/// A read-only connection that knows its company and its selection.
pub(super) struct Reader {
    connection: Connection,
    stream: Stream,
    source: &'static Source,
}

impl Reader {
    pub(super) fn open(
        path: &Path,
        company: &CompanyFacts,
        stream: Stream,
        selection: &Selection,
    ) -> Result<Self, CompanyError> {
        let source = source(stream).ok_or_else(|| CompanyError::Read {
            what: stream.title().to_lowercase(),
            source: "they are not read from a company".into(),
        })?;
        let connection = schema::open(path, Access::ReadOnly)?;
        selection::set_up(&connection, company, selection).map_err(failed(stream))?;
        Ok(Self {
            connection,
            stream,
            source,
        })
    }

    pub(super) fn tracking(&self, known: &[String]) -> Result<Tracking, CompanyError> {
        self.snapshot(|reader| {
            let database = tracking::database(&reader.connection)?;
            let mut strange = Vec::new();
            for known in known {
                if tracking::is_strange(&reader.connection, &database, known)? {
                    strange.push(known.clone());
                }
            }
            Ok(Tracking {
                incarnation: tracking::identity(&reader.connection, &database)?,
                strange,
                current_version: database.current_version,
                retention_minutes: database.retention_minutes,
                tables: reader.tables()?,
            })
        })
    }

    pub(super) fn count(&self) -> Result<u64, CompanyError> {
        self.snapshot(|reader| (reader.source.count)(reader))
    }

    pub(super) fn current(&self, ids: &[String]) -> Result<Vec<Entry>, CompanyError> {
        let mut entries = Vec::with_capacity(ids.len());
        for ids in ids.chunks(PAGE) {
            entries.extend(self.snapshot(|reader| (reader.source.current)(reader, ids))?);
        }
        Ok(entries)
    }

    fn tables(&self) -> rusqlite::Result<Vec<TableTracking>> {
        self.source
            .tables
            .iter()
            .map(|name| tracking::table(&self.connection, name))
            .collect()
    }

    /// Runs `read` in one snapshot: it sees the file as it was at one moment.
    fn snapshot<T>(
        &self,
        read: impl FnOnce(&Self) -> rusqlite::Result<T>,
    ) -> Result<T, CompanyError> {
        let read = || {
            let snapshot = self.connection.unchecked_transaction()?;
            let answer = read(self)?;
            snapshot.commit()?;
            Ok(answer)
        };
        read().map_err(failed(self.stream))
    }

    /// Collects the ids of everything that changed after `since` in the temporary table CHANGED,
    /// which moves to the disk when it grows, and returns their number.
    fn collect_changed(&self, since: i64) -> Result<Result<u64, CompanyError>, rusqlite::Error> {
        for table in self.tables()? {
            let Some(min_valid_version) = table.min_valid_version else {
                return Ok(Err(CompanyError::Read {
                    what: table.table,
                    source: "change tracking is not enabled for the table".into(),
                }));
            };
            if since < min_valid_version {
                return Ok(Err(CompanyError::Gap {
                    table: table.table,
                    min_valid_version,
                    cursor: since,
                }));
            }
        }
        if let Some(version) = self.renamed_dimensions(since)? {
            return Ok(Err(CompanyError::Gap {
                table: DIMENSIONS.to_owned(),
                min_valid_version: version,
                cursor: since,
            }));
        }
        self.connection
            .execute_batch("CREATE TEMP TABLE CHANGED (ID TEXT PRIMARY KEY) WITHOUT ROWID")?;
        let mut insert = self
            .connection
            .prepare("INSERT OR IGNORE INTO CHANGED VALUES (?)")?;
        let mut total = 0;
        self.each(self.source.changed, &[(":since", &since)], |row| {
            total += insert.execute([id_of(row)?])? as u64;
            Ok(())
        })?;
        Ok(Ok(total))
    }

    /// AX never changes an INVENTDIM row, it makes another one; except when a dimension value is
    /// renamed or unused rows are cleaned up. Then old ids cannot be told any more from keys
    /// alone, and a stream that names dimensions has lost its history at that version.
    fn renamed_dimensions(&self, since: i64) -> rusqlite::Result<Option<i64>> {
        if !self.source.tables.contains(&DIMENSIONS) {
            return Ok(None);
        }
        let sql = "SELECT max(SYS_CHANGE_VERSION)
                     FROM CHANGES_INVENTDIM INDEXED BY CHANGES_INVENTDIM_VERSION
                    WHERE SYS_CHANGE_VERSION > ?1 AND DATAAREAID = (SELECT COMPANY FROM SCOPE)
                      AND SYS_CHANGE_OPERATION <> 'I'
                      AND (SYS_CHANGE_CREATION_VERSION IS NULL OR SYS_CHANGE_CREATION_VERSION <= ?1)";
        self.connection.query_row(sql, [since], |row| row.get(0))
    }

    fn changed_ids(&self, after: &str) -> rusqlite::Result<Vec<String>> {
        self.ids(
            "SELECT ID FROM CHANGED WHERE ID > :after ORDER BY ID LIMIT :limit",
            after,
        )
    }

    /// The next ids behind `after` that `sql` selects (parameters `:after` and `:limit`).
    fn ids(&self, sql: &str, after: &str) -> rusqlite::Result<Vec<String>> {
        let mut ids = Vec::with_capacity(PAGE);
        self.each(
            sql,
            &[(":after", &after), (":limit", &(PAGE as i64))],
            |row| {
                ids.push(id_of(row)?);
                Ok(())
            },
        )?;
        Ok(ids)
    }

    /// Runs `row` for each row of `sql`.
    fn each(
        &self,
        sql: &str,
        parameters: &[(&str, &dyn ToSql)],
        mut row: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(next) = rows.next()? {
            row(next)?;
        }
        Ok(())
    }

    fn number(&self, sql: &str) -> rusqlite::Result<u64> {
        self.connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .map(|number| number as u64)
    }
}

/// Every record of the stream behind `after`. Blocks; the answer comes before the first page.
pub(super) fn all(
    reader: &Reader,
    after: &str,
    begun: oneshot::Sender<Result<Reading, CompanyError>>,
) {
    let Some(pages) = begin(reader.count(), begun) else {
        return;
    };
    let mut after = after.to_owned();
    deliver(&pages, || {
        let entries = reader.snapshot(|reader| (reader.source.page)(reader, &after))?;
        if let Some(last) = entries.last() {
            after = last.id();
        }
        Ok(entries)
    });
}

/// Every record of the stream that changed after `since`, as it is now. Blocks.
pub(super) fn changes(
    reader: &Reader,
    since: i64,
    begun: oneshot::Sender<Result<Reading, CompanyError>>,
) {
    // Keys first, in one short snapshot; values later, page by page. A long snapshot would keep
    // the write-ahead log from being emptied.
    let total = reader.snapshot(|reader| reader.collect_changed(since));
    let Some(pages) = begin(total.and_then(|total| total), begun) else {
        return;
    };
    let mut after = String::new();
    deliver(&pages, || {
        reader.snapshot(|reader| {
            let ids = reader.changed_ids(&after)?;
            let entries = (reader.source.current)(reader, &ids)?;
            after = ids.last().cloned().unwrap_or_default();
            Ok(entries)
        })
    });
}

type PageSender = mpsc::Sender<Result<Page, CompanyError>>;

/// Answers the caller; `None` where there is nothing to go on with.
fn begin(
    total: Result<u64, CompanyError>,
    begun: oneshot::Sender<Result<Reading, CompanyError>>,
) -> Option<PageSender> {
    let (sender, pages) = mpsc::channel(PAGES_AHEAD);
    let is_ok = total.is_ok();
    let taken = begun
        .send(total.map(|total| Reading { total, pages }))
        .is_ok();
    (is_ok && taken).then_some(sender)
}

/// Sends what `next` yields until it yields nothing, fails, or nobody listens any more.
fn deliver(pages: &PageSender, mut next: impl FnMut() -> Result<Vec<Entry>, CompanyError>) {
    loop {
        match next() {
            Ok(entries) if entries.is_empty() => return,
            Ok(entries) => {
                let mut entries = entries.into_iter();
                loop {
                    let page: Page = entries.by_ref().take(PAGE).collect();
                    if page.is_empty() {
                        break;
                    }
                    if pages.blocking_send(Ok(page)).is_err() {
                        return;
                    }
                }
            }
            Err(error) => {
                drop(pages.blocking_send(Err(error)));
                return;
            }
        }
    }
}

/// The table whose rows say what an INVENTDIMID stands for.
const DIMENSIONS: &str = "INVENTDIM";

fn failed(stream: Stream) -> impl Fn(rusqlite::Error) -> CompanyError {
    move |error| CompanyError::Read {
        what: stream.title().to_lowercase(),
        source: error.into(),
    }
}

/// The id whose parts are the row's columns.
fn id_of(row: &Row<'_>) -> rusqlite::Result<String> {
    let width = row.as_ref().column_count();
    if width == 1 {
        return values::text(row, 0);
    }
    let parts: Vec<String> = (0..width)
        .map(|column| values::text(row, column))
        .collect::<Result<_, _>>()?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Ok(record_id(&parts))
}

/// `ids` as a parameter for `json_each`, whose `key` is then the place in `ids`.
fn list<T: serde::Serialize>(ids: &[T]) -> rusqlite::Result<String> {
    serde_json::to_string(ids)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// [`Source::page`] for a stream whose id is its key: the next ids by `sql`, then their values.
fn page_by_id(
    reader: &Reader,
    sql: &str,
    after: &str,
    current: fn(&Reader, &[String]) -> rusqlite::Result<Vec<Entry>>,
) -> rusqlite::Result<Vec<Entry>> {
    let ids = reader.ids(sql, after)?;
    current(reader, &ids)
}

/// [`Entry::Gone`] for each id, to be overwritten with what is found.
fn all_gone(ids: &[String]) -> Vec<Entry> {
    ids.iter()
        .map(|id| Entry::Gone { id: id.clone() })
        .collect()
}
