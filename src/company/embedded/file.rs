//! A company's file as the database that streams and look-ups read.

use std::sync::LazyLock;

use rusqlite::Connection;

use super::tracking;
use crate::company::reading::{Database, Shapes, failed};
use crate::company::{CompanyError, CompanyFacts, TableTracking, Tracking};
use crate::sql::{Session, SqlError, Value, section};

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    const FILE: &str = include_str!("shapes.sqlite.sql");
    let mut shapes = Shapes::default();
    shapes.add("MOVED", section(FILE, "MOVED"));
    shapes.add("CHANGED_PRODUCT", section(FILE, "CHANGED_PRODUCT"));
    shapes.add("LISTED", section(FILE, "LISTED"));
    shapes
});

/// A connection to the file, and the company that is read.
pub(super) struct File<'a> {
    pub(super) connection: &'a Connection,
    pub(super) company: &'a CompanyFacts,
}

impl Database for File<'_> {
    fn session(&self) -> Session<'_> {
        Session::Sqlite(self.connection)
    }

    fn scope(&self) -> [Value<'_>; 2] {
        [
            Value::from(&self.company.id),
            Value::from(self.company.partition),
        ]
    }

    fn shapes(&self) -> &Shapes {
        &SHAPES
    }

    fn has_moments(&self) -> bool {
        true
    }

    fn tracking(
        &self,
        tables: &[&'static str],
        known: &[String],
    ) -> Result<Tracking, CompanyError> {
        let read = || {
            let database = tracking::database(self.connection)?;
            let mut strange = Vec::new();
            for known in known {
                if tracking::is_strange(self.connection, &database, known)? {
                    strange.push(known.clone());
                }
            }
            Ok((
                tracking::identity(self.connection, &database)?,
                strange,
                database,
            ))
        };
        let (incarnation, strange, database) = read().map_err(unread)?;
        Ok(Tracking {
            incarnation,
            strange,
            current_version: database.current_version,
            retention_minutes: database.retention_minutes,
            tables: self.tracked(tables)?,
        })
    }

    fn tracked(&self, tables: &[&'static str]) -> Result<Vec<TableTracking>, CompanyError> {
        let tables = tables.iter();
        tables
            .map(|name| tracking::table(self.connection, name))
            .collect::<rusqlite::Result<_>>()
            .map_err(unread)
    }

    /// The keys of the file's tables lead to their records.
    fn untold(
        &self,
        _tables: &[&'static str],
        _since: i64,
    ) -> Result<Option<TableTracking>, SqlError> {
        Ok(None)
    }
}

fn unread(error: rusqlite::Error) -> CompanyError {
    failed("the change tracking".to_owned(), error.into())
}
