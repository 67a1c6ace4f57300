//! The keys of what changed: where they are kept while their values are read, and when they do not
//! tell everything.

use rusqlite::{Connection, params};

use super::Reader;
use crate::company::{CompanyError, TableTracking};
use crate::sql::{SqlError, Text};
use crate::statement;

/// Ids in order, each once. They lie in a private database that moves to the disk when it grows:
/// the memory does not follow the number of changes.
pub(super) struct Changed {
    ids: Connection,
    total: u64,
}

impl Changed {
    /// None yet.
    pub(super) fn new() -> rusqlite::Result<Self> {
        // An empty name: a file that SQLite makes when it has to, and removes.
        let ids = Connection::open("")?;
        ids.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
             CREATE TABLE CHANGED (ID TEXT PRIMARY KEY) WITHOUT ROWID; BEGIN",
        )?;
        Ok(Self { ids, total: 0 })
    }

    /// Adds an id, where it is a new one.
    pub(super) fn add(&mut self, id: &str) -> rusqlite::Result<()> {
        let mut insert = self
            .ids
            .prepare_cached("INSERT OR IGNORE INTO CHANGED VALUES (?)")?;
        self.total += insert.execute([id])? as u64;
        Ok(())
    }

    /// How many there are.
    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    /// The next ids behind `after`, `limit` at most.
    pub(super) fn behind(&self, after: &str, limit: usize) -> rusqlite::Result<Vec<String>> {
        self.ids
            .prepare_cached("SELECT ID FROM CHANGED WHERE ID > ? ORDER BY ID LIMIT ?")?
            .query_map(params![after, limit as i64], |row| row.get(0))?
            .collect()
    }
}

/// The table whose rows say what an INVENTDIMID stands for.
const DIMENSIONS: &str = "INVENTDIM";
const RENAMED: Text<'static> = statement!("changed", "renamed_dimensions");

/// AX never changes an INVENTDIM row, it makes another one; except when a dimension value is
/// renamed or unused rows are cleaned up. Then old ids cannot be told any more from keys alone, and
/// a stream that names dimensions has lost its history at that version.
pub(super) fn renamed_dimensions(
    reader: &Reader<'_>,
    since: i64,
) -> Result<Option<TableTracking>, SqlError> {
    if !reader.source.tables.contains(&DIMENSIONS) {
        return Ok(None);
    }
    let mut version = None;
    reader.each(&RENAMED, &[since.into()], |row| {
        version = row.get::<Option<i64>>(0)?;
        Ok(())
    })?;
    Ok(version.map(|version| TableTracking {
        table: DIMENSIONS.to_owned(),
        min_valid_version: Some(version),
    }))
}

/// Why the changes of a table after `since` are not complete, if they are not.
pub(in crate::company) fn table_gap(table: &TableTracking, since: i64) -> Option<CompanyError> {
    match table.min_valid_version {
        None => Some(CompanyError::Read {
            what: table.table.clone(),
            source: "change tracking is not enabled for the table".into(),
        }),
        Some(min_valid_version) => (since < min_valid_version).then(|| CompanyError::Gap {
            table: table.table.clone(),
            min_valid_version,
            cursor: since,
        }),
    }
}
