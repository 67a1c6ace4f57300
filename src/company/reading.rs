//! Reading the streams of a company, the same from a file and from AX's own database: keys, pages
//! of a few hundred records, each from one short moment, and what a row means.
//!
//! What a stream reads stands in its own file as a [`Source`], its statements beside it, once for
//! each engine. This file drives them; a [`Database`] says what differs besides the statements.

pub(super) mod addresses;
mod agreements;
pub(super) mod batch;
pub(super) mod browse;
mod categories;
mod changed;
mod delivery_modes;
mod dimension_groups;
mod item_tax_groups;
mod items;
mod on_hand;
mod order_statuses;
mod shapes;
mod shipments;
pub(super) mod trade;
pub(super) mod units;
mod values;

use tokio::sync::{mpsc, oneshot};

pub(super) use self::changed::table_gap;
use self::changed::{Changed, renamed_dimensions};
pub(super) use self::shapes::Shapes;
use super::{CompanyError, Entry, Page, Reading, TableTracking, Tracking};
use crate::model::Stream;
use crate::model::record::record_id;
use crate::sql::{Row, Session, SqlError, Text, Value};
use crate::sqlserver::Isolation;

/// Records in a page.
pub(super) const PAGE: usize = 500;
/// Pages that may wait to be taken.
const PAGES_AHEAD: usize = 2;

/// Values that stand before a statement's own ones: `@P1` is the company, `@P2` its partition.
const SCOPE: usize = 2;

/// A company's database, while one connection to it is held.
pub(super) trait Database {
    /// The connection.
    fn session(&self) -> Session<'_>;

    /// `DATAAREAID` and `PARTITION`: `@P1` and `@P2` of every statement.
    fn scope(&self) -> [Value<'_>; SCOPE];

    /// What the statements may name besides tables.
    fn shapes(&self) -> &Shapes;

    /// True where several statements can see one and the same moment.
    fn has_moments(&self) -> bool;

    /// The change tracking of `tables`, and which of the identities `known` are not its own.
    fn tracking(&self, tables: &[&'static str], known: &[String])
    -> Result<Tracking, CompanyError>;

    /// The change tracking of each of `tables`.
    fn tracked(&self, tables: &[&'static str]) -> Result<Vec<TableTracking>, CompanyError>;

    /// Of `tables` one of which a change after `since` does not tell to which records it leads,
    /// with the version of the newest such change.
    fn untold(
        &self,
        tables: &[&'static str],
        since: i64,
    ) -> Result<Option<TableTracking>, SqlError>;
}

/// What one stream reads.
struct Source {
    /// The tables whose changes lead to its records.
    tables: &'static [&'static str],
    /// Answers the ids (their parts, as columns) of what changed after `@P3`; a part may come more
    /// than once.
    changed: Text<'static>,
    /// Counts the records the selection lets through.
    count: Text<'static>,
    /// The next records behind an id (the first for an empty one), in key order; none at the end.
    page: Paging,
    /// Current values of some ids, in their order.
    current: fn(&Reader<'_>, ids: &[String]) -> Result<Vec<Entry>, SqlError>,
}

/// How the next records of a stream are found.
enum Paging {
    /// Their ids by this statement, then their values.
    ByIds(Text<'static>),
    /// The same where the id is a RecId, a number.
    ByRecIds(Text<'static>),
    /// Otherwise: a page is no run of ids.
    Own(fn(&Reader<'_>, after: &str) -> Result<Vec<Entry>, SqlError>),
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

/// A stream of a database.
pub(super) struct Reader<'a> {
    database: &'a dyn Database,
    stream: Stream,
    source: &'static Source,
}

impl<'a> Reader<'a> {
    /// Reads `stream` from `database`, which knows the selection.
    pub(super) fn new(database: &'a dyn Database, stream: Stream) -> Result<Self, CompanyError> {
        let source = source(stream).ok_or_else(|| CompanyError::Read {
            what: name(stream),
            source: "they are not read from a company".into(),
        })?;
        Ok(Self {
            database,
            stream,
            source,
        })
    }

    /// See [`super::Company::tracking`].
    pub(super) fn tracking(&self, known: &[String]) -> Result<Tracking, CompanyError> {
        self.moment(|reader| reader.database.tracking(reader.source.tables, known))
    }

    /// See [`super::Company::read_ids`].
    pub(super) fn current(&self, ids: &[String]) -> Result<Vec<Entry>, CompanyError> {
        let mut entries = Vec::with_capacity(ids.len());
        for ids in ids.chunks(PAGE) {
            entries.extend(self.read(|reader| (reader.source.current)(reader, ids))?);
        }
        Ok(entries)
    }

    /// The next records behind the id `after`.
    fn page(&self, after: &str) -> Result<Vec<Entry>, SqlError> {
        let ids = match &self.source.page {
            Paging::ByIds(next) => self.ids(next, after.into())?,
            Paging::ByRecIds(next) => self.ids(next, rec_id(after).into())?,
            Paging::Own(page) => return page(self, after),
        };
        (self.source.current)(self, &ids)
    }

    /// Runs `read` at one moment, as far as the database has moments.
    fn moment<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, CompanyError>,
    ) -> Result<T, CompanyError> {
        let failed = |error| failed(name(self.stream), error);
        match self.database.session() {
            Session::Sqlite(connection) => {
                let snapshot = connection.unchecked_transaction();
                let snapshot = snapshot.map_err(|error| failed(error.into()))?;
                let answer = read(self)?;
                snapshot.commit().map_err(|error| failed(error.into()))?;
                Ok(answer)
            }
            Session::Server(link) if self.database.has_moments() => {
                let begun = link.begin(Isolation::Snapshot);
                begun.map_err(|error| failed(error.into()))?;
                let answer = read(self)?;
                link.commit().map_err(|error| failed(error.into()))?;
                Ok(answer)
            }
            Session::Server(_) => read(self),
        }
    }

    /// Runs statements at one moment.
    fn read<T>(&self, read: impl FnOnce(&Self) -> Result<T, SqlError>) -> Result<T, CompanyError> {
        self.moment(|reader| read(reader).map_err(|error| failed(name(reader.stream), error)))
    }

    /// Collects the ids of everything that changed after `since`.
    fn changed(&self, since: i64) -> Result<Changed, CompanyError> {
        let is_whole = || {
            let tracked = self.database.tracked(self.source.tables)?;
            tracked
                .iter()
                .try_for_each(|table| table_gap(table, since).map_or(Ok(()), Err))
        };
        self.moment(|reader| {
            is_whole()?;
            let failed = |error| failed(name(reader.stream), error);
            let untold = reader.database.untold(reader.source.tables, since);
            let mut lost = untold.map_err(failed)?;
            if lost.is_none() {
                lost = renamed_dimensions(reader, since).map_err(failed)?;
            }
            if let Some(gap) = lost.and_then(|lost| table_gap(&lost, since)) {
                return Err(gap);
            }
            let mut changed = Changed::new().map_err(|error| failed(error.into()))?;
            let statement = &reader.source.changed;
            reader
                .each(statement, &[since.into()], |row| {
                    Ok(changed.add(&id_of(row)?)?)
                })
                .map_err(failed)?;
            // Without moments the changes may have been cleaned up while they were listed.
            if !reader.database.has_moments() {
                is_whole()?;
            }
            Ok(changed)
        })
    }

    /// The next ids behind `after` that `text` answers (`@P3` and `@P4`: how many at most).
    fn ids(&self, text: &Text<'_>, after: Value<'_>) -> Result<Vec<String>, SqlError> {
        let mut ids = Vec::with_capacity(PAGE);
        self.each(text, &[after, page_size()], |row| {
            ids.push(id_of(row)?);
            Ok(())
        })?;
        Ok(ids)
    }

    /// Runs `row` for each row of a statement; its own values are `@P3` and so on.
    fn each(
        &self,
        text: &Text<'_>,
        values: &[Value<'_>],
        row: impl FnMut(&Row<'_>) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        each(self.database, text, values, row)
    }

    /// See [`of_list`].
    fn of_list<const N: usize>(
        &self,
        text: &Text<'_>,
        list: &[[Value<'_>; N]],
        row: impl FnMut(usize, &Row<'_>) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        of_list(self.database, text, list, row)
    }
}

/// Runs `row` for each row of a statement; its own values are `@P3` and so on.
pub(super) fn each(
    database: &dyn Database,
    text: &Text<'_>,
    values: &[Value<'_>],
    row: impl FnMut(&Row<'_>) -> Result<(), SqlError>,
) -> Result<(), SqlError> {
    let session = database.session();
    let whole = database.shapes().opened(session.pick(text), None);
    let values = [database.scope().as_slice(), values].concat();
    session.each(&Text::both(&whole), &values, row)
}

/// Runs `row` for each row of a statement about a list, with the place in the list that its first
/// column names. SQLite gets the list as JSON in `@P3`, SQL Server as the table `LIST` with the
/// columns `PLACE`, `A`, `B` and so on.
fn of_list<const N: usize>(
    database: &dyn Database,
    text: &Text<'_>,
    list: &[[Value<'_>; N]],
    mut row: impl FnMut(usize, &Row<'_>) -> Result<(), SqlError>,
) -> Result<(), SqlError> {
    let place = |row: &Row<'_>| row.get::<u32>(0).map(|place| place as usize);
    match database.session() {
        Session::Sqlite(_) => {
            let json = shapes::json(list);
            each(database, text, &[json.into()], |next| {
                row(place(next)?, next)
            })
        }
        Session::Server(link) => {
            for (number, part) in list.chunks(shapes::most_in_a_list(N)).enumerate() {
                let first = number * shapes::most_in_a_list(N);
                let padded = shapes::padded(part);
                let list = shapes::list_of(padded.len(), N);
                let whole = database.shapes().opened(text.tsql, Some(list));
                let values = [database.scope().as_slice(), padded.as_flattened()].concat();
                Session::Server(link).each(&Text::both(&whole), &values, |next| {
                    row(first + place(next)?, next)
                })?;
            }
            Ok(())
        }
    }
}

/// See [`super::Company::count`].
pub(super) fn count(reader: &Reader<'_>) -> Result<u64, CompanyError> {
    reader.read(|reader| {
        let mut number = 0;
        reader.each(&reader.source.count, &[], |row| {
            number = row.get::<i64>(0)?;
            Ok(())
        })?;
        Ok(number.unsigned_abs())
    })
}

/// Where an opened stream is awaited.
pub(super) type Begun = oneshot::Sender<Result<Reading, CompanyError>>;

/// Every record of the stream behind `after`. Blocks; the answer comes before the first page. An
/// error has been told to whoever reads.
pub(super) fn all(reader: &Reader<'_>, after: &str, begun: Begun) -> Result<(), Told> {
    let total = count(reader);
    let (pages, ()) = begin(total.map(|total| (total, ())), begun)?;
    let mut after = after.to_owned();
    deliver(&pages, || {
        let entries = reader.read(|reader| reader.page(&after))?;
        if let Some(last) = entries.last() {
            after = last.id();
        }
        Ok(entries)
    })
}

/// Every record of the stream that changed after `since`, as it is now. Blocks.
pub(super) fn changes(reader: &Reader<'_>, since: i64, begun: Begun) -> Result<(), Told> {
    // Keys first, in one short moment; values later, page by page. A long one would keep the
    // write-ahead log from being emptied, or fill SQL Server's store of row versions.
    let changed = reader.changed(since);
    let (pages, changed) = begin(changed.map(|changed| (changed.total(), changed)), begun)?;
    let mut after = String::new();
    deliver(&pages, || {
        let kept = changed.behind(&after, PAGE);
        let ids = kept.map_err(|error| failed(name(reader.stream), error.into()))?;
        after = ids.last().cloned().unwrap_or_default();
        reader.read(|reader| (reader.source.current)(reader, &ids))
    })
}

/// A reading ended early, and whoever reads knows why, or wants no more.
#[derive(Debug)]
pub(super) struct Told {
    /// True where the connection may be in the middle of something.
    pub(super) is_broken: bool,
}

type PageSender = mpsc::Sender<Result<Page, CompanyError>>;

/// Answers the caller.
fn begin<T>(begin: Result<(u64, T), CompanyError>, begun: Begun) -> Result<(PageSender, T), Told> {
    let (sender, pages) = mpsc::channel(PAGES_AHEAD);
    match begin {
        Ok((total, begin)) => begun
            .send(Ok(Reading { total, pages }))
            .map(|()| (sender, begin))
            .map_err(|_| Told { is_broken: false }),
        Err(error) => {
            drop(begun.send(Err(error)));
            Err(Told { is_broken: true })
        }
    }
}

/// Sends what `next` yields until it yields nothing, fails, or nobody listens any more.
fn deliver(
    pages: &PageSender,
    mut next: impl FnMut() -> Result<Vec<Entry>, CompanyError>,
) -> Result<(), Told> {
    loop {
        match next() {
            Ok(entries) if entries.is_empty() => return Ok(()),
            Ok(entries) => {
                let mut entries = entries.into_iter();
                loop {
                    let page: Page = entries.by_ref().take(PAGE).collect();
                    if page.is_empty() {
                        break;
                    }
                    if pages.blocking_send(Ok(page)).is_err() {
                        return Err(Told { is_broken: false });
                    }
                }
            }
            Err(error) => {
                drop(pages.blocking_send(Err(error)));
                return Err(Told { is_broken: true });
            }
        }
    }
}

/// The stream as it is named in an error.
pub(super) fn name(stream: Stream) -> String {
    stream.title().to_lowercase()
}

/// What was being read when a statement failed.
pub(super) fn failed(what: String, error: SqlError) -> CompanyError {
    let is_forbidden = is_forbidden(&error);
    let source = error.into();
    if is_forbidden {
        CompanyError::Forbidden { what, source }
    } else {
        CompanyError::Read { what, source }
    }
}

/// True where the login lacks a right.
pub(super) fn is_forbidden(error: &SqlError) -> bool {
    // 229: no right to the table; 230: to the column; 300: to what the server knows.
    matches!(error, SqlError::Server(error) if matches!(error.code(), Some(229 | 230 | 300)))
}

/// The reading thread is gone without a word.
pub(super) fn stopped(what: String) -> CompanyError {
    CompanyError::Read {
        what,
        source: "the reading thread ended early".into(),
    }
}

fn page_size() -> Value<'static> {
    Value::Integer(PAGE as i64)
}

/// The id whose parts are the row's columns.
fn id_of(row: &Row<'_>) -> Result<String, SqlError> {
    if row.width() == 1 {
        return values::text(row, 0);
    }
    let parts: Vec<String> = (0..row.width())
        .map(|column| values::text(row, column))
        .collect::<Result<_, _>>()?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Ok(record_id(&parts))
}

/// Texts as the list of a statement.
fn texts_of<T: AsRef<str>>(texts: &[T]) -> Vec<[Value<'_>; 1]> {
    texts.iter().map(|text| [text.as_ref().into()]).collect()
}

/// Ids that are `RecId`s as the list of a statement. What is none names no record: 0.
fn rec_ids_of(ids: &[String]) -> Vec<[Value<'static>; 1]> {
    ids.iter().map(|id| [rec_id(id).into()]).collect()
}

/// The `RecId` that an id is; 0, which is nobody's, for any other text.
fn rec_id(id: &str) -> i64 {
    let number = id.parse::<i64>().unwrap_or(0);
    if number.to_string() == id { number } else { 0 }
}

/// [`Entry::Gone`] for each id, to be overwritten with what is found.
fn all_gone(ids: &[String]) -> Vec<Entry> {
    ids.iter()
        .map(|id| Entry::Gone { id: id.clone() })
        .collect()
}
