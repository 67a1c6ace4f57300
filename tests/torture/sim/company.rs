//! The company of a simulated world: a few keys whose values recur, with SQL Server's change
//! tracking: net changes, versions, deletions, retention, truncation, another database or an earlier
//! state of this one.

use std::collections::BTreeMap;

use axcs::company::{CompanyError, Entry, Page, TableTracking, Tracking};
use axcs::ledger::Cursor;
use axcs::model::catalog::{
    AgreementKind, CodeScope, DeliveryMode, ItemTaxGroup, ProductDimensions, TradeAgreement,
};
use axcs::model::{Amount, Record, Stream};

/// There are so many values: few, so that they recur.
pub const VALUES: u8 = 6;
/// The value that the service refuses.
pub const REFUSED: u8 = 4;
/// The value that cannot be read.
pub const UNREADABLE: u8 = 5;

/// What a key holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cell {
    /// Version of its newest change.
    changed: i64,
    /// `None` once it is deleted.
    value: Option<u8>,
    /// False once its changes are forgotten: the table was truncated.
    is_tracked: bool,
}

impl Cell {
    /// What it holds now.
    pub const fn now(self) -> Option<u8> {
        self.value
    }

    /// Version of its newest change.
    pub const fn changed(self) -> i64 {
        self.changed
    }
}

/// The database.
#[derive(Clone, Debug)]
pub struct Company {
    /// Grows when the database is replaced by another one.
    file: u32,
    /// The mark of each version: no other history has it.
    marks: Vec<u32>,
    next_mark: u32,
    /// Grows when connections break because another database, or an earlier state, is put in place.
    pub connection: u32,
    tables: BTreeMap<Stream, Table>,
}

/// The table behind one stream.
#[derive(Clone, Debug, Default)]
pub struct Table {
    min_valid: i64,
    /// Every key that ever was.
    pub cells: BTreeMap<String, Cell>,
}

impl Company {
    /// An empty database.
    pub fn new() -> Self {
        Self {
            file: 1,
            marks: vec![0],
            next_mark: 1,
            connection: 0,
            tables: BTreeMap::new(),
        }
    }

    /// Version of the newest change.
    pub fn version(&self) -> i64 {
        self.marks.len() as i64 - 1
    }

    /// The table behind `stream`, where there ever was something in it.
    pub fn table(&self, stream: Stream) -> Option<&Table> {
        self.tables.get(&stream)
    }

    /// The version of a change that is made now.
    fn next_version(&mut self) -> i64 {
        self.marks.push(self.next_mark);
        self.next_mark += 1;
        self.version()
    }

    /// A clerk changes a key.
    pub fn set(&mut self, stream: Stream, key: &str, value: Option<u8>) {
        let cell = Cell {
            changed: self.next_version(),
            value,
            is_tracked: true,
        };
        let table = self.tables.entry(stream).or_default();
        table.cells.insert(key.to_owned(), cell);
    }

    /// The changes up to now are forgotten.
    pub fn clean_up(&mut self, stream: Stream) {
        let version = self.version();
        self.tables.entry(stream).or_default().min_valid = version;
    }

    /// Every row goes, without a trace in the changes.
    pub fn truncate(&mut self, stream: Stream) {
        let changed = self.next_version();
        let table = self.tables.entry(stream).or_default();
        table.min_valid = changed;
        for cell in table.cells.values_mut() {
            *cell = Cell {
                changed,
                ..Cell::default()
            };
        }
    }

    /// The same rows in another database, whose versions begin anew.
    pub fn replace(&mut self) {
        self.file += 1;
        self.connection += 1;
        self.marks = vec![self.next_mark];
        self.next_mark += 1;
        for table in self.tables.values_mut() {
            table.min_valid = 0;
            table.cells.values_mut().for_each(|cell| cell.changed = 0);
        }
    }

    /// The database is put back to an earlier state, and goes on from there.
    pub fn restore(&mut self, backup: &Self) {
        let (next_mark, connection) = (self.next_mark, self.connection + 1);
        *self = Self {
            next_mark,
            connection,
            ..backup.clone()
        };
    }

    /// True where `known` is another database, or another history of this one.
    fn is_strange(&self, known: &str) -> bool {
        let mut parts = known.split('.').map(|part| part.parse::<u32>().unwrap());
        let [file, version, mark] = [(); 3].map(|()| parts.next().unwrap());
        file != self.file || self.marks.get(version as usize) != Some(&mark)
    }

    /// True where the cursor's version is one of this history.
    pub fn knows(&self, cursor: &Cursor) -> bool {
        !self.is_strange(&cursor.incarnation)
    }

    /// Its change tracking.
    pub fn tracking(&self, stream: Stream, known: &[String]) -> Tracking {
        let version = self.version();
        let mark = self.marks[version as usize];
        Tracking {
            incarnation: format!("{}.{version}.{mark}", self.file),
            strange: known
                .iter()
                .filter(|known| self.is_strange(known))
                .cloned()
                .collect(),
            current_version: version,
            retention_minutes: 2_880,
            tables: vec![TableTracking {
                table: stream.name().to_owned(),
                min_valid_version: Some(self.table(stream).map_or(0, |table| table.min_valid)),
            }],
        }
    }

    /// Keys that changed after `since`.
    pub fn changed(&self, stream: Stream, since: i64) -> Result<Vec<String>, CompanyError> {
        let Some(table) = self.table(stream) else {
            return Ok(Vec::new());
        };
        if since < table.min_valid {
            return Err(CompanyError::Gap {
                table: stream.name().to_owned(),
                min_valid_version: table.min_valid,
                cursor: since,
            });
        }
        let changed = |cell: &Cell| cell.is_tracked && cell.changed() > since;
        Ok(table
            .cells
            .iter()
            .filter(|(_, cell)| changed(cell))
            .map(|(key, _)| key.clone())
            .collect())
    }

    /// How many rows there are.
    pub fn count(&self, stream: Stream) -> u64 {
        let rows = self
            .table(stream)
            .into_iter()
            .flat_map(|table| table.cells.values());
        rows.filter(|cell| cell.now().is_some()).count() as u64
    }

    /// At most `limit` rows behind a key.
    pub fn page(&self, stream: Stream, after: &str, limit: usize) -> Page {
        use std::ops::Bound::{Excluded, Unbounded};
        let Some(table) = self.table(stream) else {
            return Page::new();
        };
        table
            .cells
            .range::<str, _>((Excluded(after), Unbounded))
            .filter(|(_, cell)| cell.now().is_some())
            .take(limit)
            .map(|(key, cell)| entry(stream, key, cell.now()))
            .collect()
    }

    /// What some keys hold now.
    pub fn current(&self, stream: Stream, keys: &[String]) -> Page {
        let table = self.table(stream);
        keys.iter()
            .map(|key| {
                let cell = table.and_then(|table| table.cells.get(key));
                entry(stream, key, cell.and_then(|cell| cell.now()))
            })
            .collect()
    }
}

fn entry(stream: Stream, key: &str, value: Option<u8>) -> Entry {
    match value {
        None => Entry::Gone { id: key.to_owned() },
        Some(UNREADABLE) => Entry::Unreadable {
            id: key.to_owned(),
            field: "VALUE".to_owned(),
            reason: "it cannot be read".to_owned(),
        },
        Some(value) => Entry::Present(record(stream, key, value)),
    }
}

/// A key as a record of its stream.
pub fn record(stream: Stream, key: &str, value: u8) -> Record {
    let (key, text) = (key.to_owned(), format!("v{value}"));
    match stream {
        Stream::ItemTaxGroups => Record::ItemTaxGroup(ItemTaxGroup {
            group: key,
            name: text,
            codes: Vec::new(),
        }),
        Stream::TradeAgreements => Record::TradeAgreement(Box::new(TradeAgreement {
            id: key,
            kind: AgreementKind::Price,
            account_code: CodeScope::All,
            account: String::new(),
            item_code: CodeScope::All,
            item: text,
            dimensions: ProductDimensions::default(),
            site: String::new(),
            warehouse: String::new(),
            currency: String::new(),
            amount: Amount::ZERO,
            percent_1: Amount::ZERO,
            percent_2: Amount::ZERO,
            quantity_from: Amount::ZERO,
            quantity_to: Amount::ZERO,
            from: None,
            to: None,
            unit: String::new(),
            price_unit: Amount::ZERO,
        })),
        // The others are not simulated.
        Stream::Stores
        | Stream::Categories
        | Stream::DimensionGroups
        | Stream::DeliveryModes
        | Stream::StoreParameters
        | Stream::Items
        | Stream::Orders
        | Stream::Acknowledgements
        | Stream::Shipments
        | Stream::OrderStatuses
        | Stream::OnHand => Record::DeliveryMode(DeliveryMode {
            code: key,
            description: text,
            carrier: String::new(),
            carrier_name: String::new(),
        }),
    }
}
