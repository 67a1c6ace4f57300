//! The SQLite schema of an embedded company, made from the table definitions, and the marks by
//! which a file is known to be one.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::tables::{self, Kind, Table};
use super::tracking;
use crate::company::CompanyError;
use crate::sqlite::{self, Access};

/// `PRAGMA application_id` of an embedded company: the letters `AXco`.
const APPLICATION_ID: i64 = 0x4158_636f;
/// `PRAGMA user_version`: grows with every change of the schema. Format 1 had no sales orders,
/// format 2 no marks of its history, format 3 no batch jobs, format 4 no addresses of customers, format 5
/// no units.
const SCHEMA_VERSION: i64 = 6;

/// Tables with their keys, and the marks of the file. What only slows a bulk insert down comes
/// with [`create_indexes`].
pub(super) fn create_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    tables::all().try_for_each(|table| create(connection, table))
}

fn create(connection: &Connection, table: &Table) -> rusqlite::Result<()> {
    connection.execute_batch(&create_table(table))?;
    let Some(column) = table.unique else {
        return Ok(());
    };
    connection.execute_batch(&format!(
        "CREATE UNIQUE INDEX {table}_{column} ON {table} ({column});",
        table = table.name
    ))
}

/// Brings a company of an older format to this one: the tables of sales orders, tracked from now
/// on, those of batch jobs, addresses and units, the indexes it lacks, and marks of its history from now
/// on. All or nothing; another program may have done it meanwhile.
fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = mark(&transaction, "user_version")?;
    if found < 2 {
        for table in tables::of_orders() {
            create(&transaction, table)?;
            if table.tracked {
                tracking::start(&transaction, table)?;
            }
        }
    }
    if found < 3 {
        tracking::mark_history(&transaction)?;
    }
    if found < 4 {
        for table in tables::of_batch_jobs() {
            create(&transaction, table)?;
        }
    }
    if (2..5).contains(&found) {
        transaction.execute_batch(
            "ALTER TABLE LOGISTICSPOSTALADDRESS ADD COLUMN STREETNUMBER TEXT NOT NULL DEFAULT ''",
        )?;
    }
    if found < 5 {
        for table in tables::of_addresses() {
            create(&transaction, table)?;
        }
    }
    if found < SCHEMA_VERSION {
        for table in tables::of_units() {
            create(&transaction, table)?;
        }
        create_indexes(&transaction)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    transaction.commit()
}

fn mark(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

/// The access paths that are not keys, where they are missing.
pub(super) fn create_indexes(connection: &Connection) -> rusqlite::Result<()> {
    for table in tables::all() {
        for columns in table.indexes {
            connection.execute_batch(&format!(
                "CREATE INDEX IF NOT EXISTS {table}_{name} ON {table} ({columns});",
                table = table.name,
                name = columns.join("_"),
                columns = columns.join(", ")
            ))?;
        }
    }
    Ok(())
}

fn create_table(table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let storage = match column.kind {
                Kind::String(_) | Kind::Real | Kind::DateTime => "TEXT NOT NULL",
                Kind::Integer | Kind::Int64 => "INTEGER NOT NULL",
                Kind::Int64OrNull => "INTEGER",
                Kind::Container => "BLOB",
            };
            format!("{} {storage} DEFAULT {}", column.name, column.default())
        })
        .collect();
    // The rows lie in the order of the natural key: a page of items and of all that belongs to
    // them is a few neighbouring places of the file.
    let order = if table.has_number_key() {
        "STRICT"
    } else {
        "STRICT, WITHOUT ROWID"
    };
    format!(
        "CREATE TABLE {} (\n  {},\n  PRIMARY KEY ({})\n) {order};",
        table.name,
        columns.join(",\n  "),
        table.key.join(", ")
    )
}

/// Opens an existing company; never makes a file. One of an older format is brought to this one
/// first, also for a reader.
pub(super) fn open(path: &Path, access: Access) -> Result<Connection, CompanyError> {
    let unavailable = |reason: String| CompanyError::Unavailable {
        place: path.display().to_string(),
        reason,
    };
    if !path.is_file() {
        return Err(unavailable(
            "there is no such file. Make a sample company with `axcs demo` or `axcs company \
             generate`, or load an export of AX tables with `axcs company load FOLDER`"
                .to_owned(),
        ));
    }
    let connect =
        |access| sqlite::connect(path, access).map_err(|error| unavailable(error.to_string()));
    // Looked at before anything could be written: a database that is no company stays as it is.
    let connection = connect(Access::ReadOnly)?;
    let (application, version) = mark(&connection, "application_id")
        .and_then(|application| Ok((application, mark(&connection, "user_version")?)))
        .map_err(|error| unavailable(error.to_string()))?;
    if application != APPLICATION_ID {
        return Err(unavailable(
            "the file is a database, but not a company of axcs. Name another file".to_owned(),
        ));
    }
    if (1..SCHEMA_VERSION).contains(&version) {
        drop(connection);
        sqlite::connect(path, Access::Create)
            .and_then(|mut connection| migrate(&mut connection))
            .map_err(|error| {
                unavailable(format!(
                    "the file has company format {version} and could not be brought to format \
                     {SCHEMA_VERSION} ({error}). Make the file writable and try again"
                ))
            })?;
        return connect(access).map_err(|error| unavailable(error.to_string()));
    }
    if version != SCHEMA_VERSION {
        return Err(unavailable(format!(
            "the file has company format {version}, this axcs reads format {SCHEMA_VERSION}. \
             Load or generate the company again, or use the axcs that made it"
        )));
    }
    match access {
        Access::ReadOnly => Ok(connection),
        Access::Create => connect(access),
    }
}
