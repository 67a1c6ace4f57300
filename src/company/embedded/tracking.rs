//! Change tracking with SQL Server's semantics: versions, net changes by key, retention, clean-up,
//! and what happens to cursors when a table is truncated or tracked anew.
//!
//! One difference: here every changed row has a version of its own, there every transaction.
//! Looking is for everybody; what changes the tracking is for administrators and tests, as in AX,
//! where the synchronisation never switches anything.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::tables::{self, Kind, Table};
use crate::company::TableTracking;

/// How long changes are kept unless told otherwise: SQL Server's two days.
pub const DEFAULT_RETENTION_MINUTES: i64 = 2 * 24 * 60;

/// What became of a row since a cursor (`SYS_CHANGE_OPERATION`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It came after the cursor and is there.
    Insert,
    /// It was there before and is still there.
    Update,
    /// It is gone.
    Delete,
}

/// A net change: what `CHANGETABLE(CHANGES table, since)` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct NetChange {
    /// The key's values, in the order of the table's definition.
    pub key: Vec<Value>,
    /// Version of the newest change of the row.
    pub version: i64,
    /// What became of the row.
    pub operation: Operation,
}

/// The tracking of the whole database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseTracking {
    /// Made with the file: a database made anew has another one.
    pub incarnation: String,
    /// Version of the newest change.
    pub current_version: i64,
    /// How long changes are kept, in minutes.
    pub retention_minutes: i64,
}

/// The tracking could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum TrackingError {
    /// The table has no change tracking that could be switched.
    #[error("{0} is not a table whose changes can be tracked")]
    NotTrackable(String),
    /// SQLite refused.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Begins the history of a new file: a new incarnation, version 0, every trackable table tracked.
pub(super) fn begin(connection: &Connection, incarnation: &str) -> rusqlite::Result<()> {
    connection.execute_batch(include_str!("tracking/create.sql"))?;
    connection.execute(
        "INSERT INTO CHANGE_TRACKING VALUES (1, ?, 0, ?)",
        params![incarnation, DEFAULT_RETENTION_MINUTES],
    )?;
    mark_history(connection)?;
    for table in tables::all().filter(|table| table.tracked) {
        start(connection, table)?;
    }
    Ok(())
}

/// Marks every version from the current one on.
pub(super) fn mark_history(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(include_str!("tracking/history.sql"))
}

/// The mark of a version, which no other history has; `None` where the version lies ahead or is
/// older than what is kept.
fn mark(connection: &Connection, version: i64) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT lower(hex(MARK)) FROM CHANGE_TRACKING_HISTORY WHERE VERSION = ?")?
        .query_row([version], |row| row.get(0))
        .optional()
}

/// The file and its history up to now: `INCARNATION.VERSION.MARK`.
pub(super) fn identity(
    connection: &Connection,
    database: &DatabaseTracking,
) -> rusqlite::Result<String> {
    let version = database.current_version;
    let mark = mark(connection, version)?.unwrap_or_default();
    Ok(format!("{}.{version}.{mark}", database.incarnation))
}

/// Is `known` the identity of another file, or of another history of this one? Where its version
/// is older than what is kept of the history, it is taken for this one's: the retention decides.
pub(super) fn is_strange(
    connection: &Connection,
    database: &DatabaseTracking,
    known: &str,
) -> rusqlite::Result<bool> {
    let mut parts = known.split('.');
    if parts.next() != Some(&database.incarnation) {
        return Ok(true);
    }
    let version = parts.next().and_then(|version| version.parse().ok());
    let (Some(version), Some(known)) = (version, parts.next()) else {
        // Kept before there were marks.
        return Ok(false);
    };
    let is_ahead = version > database.current_version;
    Ok(is_ahead || mark(connection, version)?.is_some_and(|mark| mark != known))
}

/// The tracking of the whole database.
pub fn database(connection: &Connection) -> rusqlite::Result<DatabaseTracking> {
    connection.query_row(
        "SELECT INCARNATION, CURRENT_VERSION, RETENTION_MINUTES FROM CHANGE_TRACKING",
        [],
        |row| {
            Ok(DatabaseTracking {
                incarnation: row.get(0)?,
                current_version: row.get(1)?,
                retention_minutes: row.get(2)?,
            })
        },
    )
}

/// The tracking of one table (`CHANGE_TRACKING_MIN_VALID_VERSION`).
pub fn table(connection: &Connection, name: &str) -> rusqlite::Result<TableTracking> {
    let min_valid_version = connection
        .prepare_cached("SELECT MIN_VALID_VERSION FROM CHANGE_TRACKING_TABLES WHERE NAME = ?")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(TableTracking {
        table: name.to_owned(),
        min_valid_version,
    })
}

/// The net changes of a tracked table after version `since`, in the order of their versions.
/// Complete only where `since` is not below the table's min valid version.
pub fn changes(
    connection: &Connection,
    name: &str,
    since: i64,
) -> Result<Vec<NetChange>, TrackingError> {
    let table = trackable(name)?;
    let mut statement = connection.prepare(&format!(
        "SELECT {key}, SYS_CHANGE_VERSION, SYS_CHANGE_CREATION_VERSION, SYS_CHANGE_OPERATION
         FROM CHANGES_{table} WHERE SYS_CHANGE_VERSION > ? ORDER BY SYS_CHANGE_VERSION",
        key = table.key.join(", "),
        table = table.name,
    ))?;
    let width = table.key.len();
    let rows = statement.query_map([since], |row| {
        let created: Option<i64> = row.get(width + 1)?;
        let last: String = row.get(width + 2)?;
        Ok(NetChange {
            key: (0..width).map(|at| row.get(at)).collect::<Result<_, _>>()?,
            version: row.get(width)?,
            operation: match last.as_str() {
                "D" => Operation::Delete,
                _ if created.is_some_and(|version| version > since) => Operation::Insert,
                _ => Operation::Update,
            },
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Sets how long changes are kept. Takes effect with the next [`clean_up`].
pub fn set_retention(connection: &Connection, minutes: i64) -> rusqlite::Result<()> {
    connection
        .execute(
            "UPDATE CHANGE_TRACKING SET RETENTION_MINUTES = ?",
            [minutes],
        )
        .map(drop)
}

/// Forgets the changes that are older than the retention with the marks of their versions, and
/// raises the min valid version of their tables. Returns how many changes were forgotten.
pub fn clean_up(connection: &mut Connection) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (mut forgotten, mut newest) = (0, 0);
    for table in enabled(&transaction)? {
        // By version, not by age: a clock set back must not tear a hole between two versions.
        let last_expired: Option<i64> = transaction.query_row(
            &format!(
                "SELECT max(SYS_CHANGE_VERSION) FROM CHANGES_{table} WHERE CHANGED_AT <=
                   (SELECT unixepoch() - 60 * RETENTION_MINUTES FROM CHANGE_TRACKING)"
            ),
            [],
            |row| row.get(0),
        )?;
        let Some(version) = last_expired else {
            continue;
        };
        forgotten += transaction.execute(
            &format!("DELETE FROM CHANGES_{table} WHERE SYS_CHANGE_VERSION <= ?"),
            [version],
        )? as u64;
        transaction.execute(
            "UPDATE CHANGE_TRACKING_TABLES SET MIN_VALID_VERSION = ? WHERE NAME = ?",
            params![version, table],
        )?;
        newest = newest.max(version);
    }
    transaction.execute(
        "DELETE FROM CHANGE_TRACKING_HISTORY WHERE VERSION < ?",
        [newest],
    )?;
    transaction.commit()?;
    Ok(forgotten)
}

/// Empties a table as `TRUNCATE TABLE` does: no deletion is tracked, every cursor is void.
pub fn truncate(connection: &mut Connection, name: &str) -> Result<(), TrackingError> {
    let table = trackable(name)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let was_enabled = enabled(&transaction)?.iter().any(|name| name == table.name);
    if was_enabled {
        stop(&transaction, table)?;
    }
    transaction.execute(&format!("DELETE FROM {}", table.name), [])?;
    if was_enabled {
        bump(&transaction)?;
        start(&transaction, table)?;
    }
    Ok(transaction.commit()?)
}

/// Stops tracking a table and forgets its changes. Nothing happens where it is not tracked.
pub fn disable(connection: &mut Connection, name: &str) -> Result<(), TrackingError> {
    let table = trackable(name)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if enabled(&transaction)?.iter().any(|name| name == table.name) {
        stop(&transaction, table)?;
    }
    Ok(transaction.commit()?)
}

/// Tracks a table from now on: cursors from before are void. Nothing happens where it is tracked.
pub fn enable(connection: &mut Connection, name: &str) -> Result<(), TrackingError> {
    let table = trackable(name)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !enabled(&transaction)?.iter().any(|name| name == table.name) {
        // Without a version of its own, a cursor that stood at the current version when the
        // tracking was switched off would pass for valid, although edits went by untracked.
        bump(&transaction)?;
        start(&transaction, table)?;
    }
    Ok(transaction.commit()?)
}

fn trackable(name: &str) -> Result<&'static Table, TrackingError> {
    tables::find(name)
        .filter(|table| table.tracked)
        .ok_or_else(|| TrackingError::NotTrackable(name.to_owned()))
}

fn enabled(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare("SELECT NAME FROM CHANGE_TRACKING_TABLES")?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn bump(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute(
        "UPDATE CHANGE_TRACKING SET CURRENT_VERSION = CURRENT_VERSION + 1",
        [],
    )
}

/// Tracks a table from the current version on.
pub(super) fn start(connection: &Connection, table: &Table) -> rusqlite::Result<()> {
    let prefixed = |prefix: &str| {
        let columns: Vec<String> = table
            .key
            .iter()
            .map(|key| format!("{prefix}{key}"))
            .collect();
        columns.join(", ")
    };
    let key_columns: Vec<String> = table
        .key
        .iter()
        .flat_map(|key| {
            table
                .columns
                .iter()
                .filter(move |column| column.name == *key)
        })
        .map(|column| match column.kind {
            Kind::String(_) | Kind::Real | Kind::DateTime => format!("{} TEXT", column.name),
            Kind::Integer | Kind::Int64 | Kind::Int64OrNull => format!("{} INTEGER", column.name),
            Kind::Container => format!("{} BLOB", column.name),
        })
        .collect();
    let sql = include_str!("tracking/enable.sql")
        .replace("{TABLE}", table.name)
        .replace("{KEY_COLUMNS}", &key_columns.join(",\n  "))
        .replace("{KEY}", &prefixed(""))
        .replace("{NEW}", &prefixed("NEW."))
        .replace("{OLD}", &prefixed("OLD."));
    connection.execute_batch(&sql)?;
    connection.execute(
        "INSERT INTO CHANGE_TRACKING_TABLES SELECT ?, CURRENT_VERSION FROM CHANGE_TRACKING",
        [table.name],
    )?;
    Ok(())
}

fn stop(connection: &Connection, table: &Table) -> rusqlite::Result<()> {
    connection.execute_batch(&include_str!("tracking/disable.sql").replace("{TABLE}", table.name))
}

#[cfg(test)]
mod tests;
