//! SQL as company and ledger speak it, whichever engine answers: SQLite in a file, or SQL Server.
//!
//! The rules stand once, in Rust; what differs is the [`Text`] of a statement, which stands in
//! `.sql` files. A [`Session`] is a connection that somebody holds, usually within a transaction.
//! It blocks: it is used on a thread that may.

mod cell;
mod text;

use std::cell::Cell as Flag;

use rusqlite::Connection;

pub use cell::{Cell, Readable, Value};
pub use text::{Text, literal_pattern, section};

use crate::sqlserver::{self, Link, ServerError};

/// The parameters of a statement, from whatever a [`Value`] can be made of.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::sql::Value::from($value)),*] };
}

/// A statement of a pair of files, `NAME.sqlite.sql` and `NAME.tsql.sql` beside the module that
/// uses it, by the name in its heading. A statement that is not there fails to compile.
#[macro_export]
macro_rules! statement {
    ($file:literal, $name:literal) => {
        $crate::sql::Text {
            sqlite: $crate::sql::section(include_str!(concat!($file, ".sqlite.sql")), $name),
            tsql: $crate::sql::section(include_str!(concat!($file, ".tsql.sql")), $name),
        }
    };
}

/// A statement failed, or what it answered is not what was expected.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// SQLite said no.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// SQL Server said no, or cannot be reached.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A value that this program cannot read.
    #[error("column {column}: {reason}")]
    Unreadable {
        /// Counted from 0.
        column: usize,
        /// What was expected and what is there.
        reason: String,
    },
    /// A value that cannot be told to a database.
    #[error("a value cannot be written: {0}")]
    Unwritable(String),
    /// A statement that always answers a row answered none.
    #[error("no row was answered where there has to be one")]
    NoRow,
}

impl SqlError {
    /// True where the server was not reached, or did not answer.
    pub const fn is_not_reached(&self) -> bool {
        match self {
            Self::Server(error) => error.is_unreachable(),
            Self::Sqlite(_) | Self::Unreadable { .. } | Self::Unwritable(_) | Self::NoRow => false,
        }
    }

    /// A value in `column` that cannot be read.
    pub fn unreadable(column: usize, reason: impl std::fmt::Display) -> Self {
        Self::Unreadable {
            column,
            reason: reason.to_string(),
        }
    }
}

/// A connection to one of the engines.
#[derive(Clone, Copy, Debug)]
pub enum Session<'a> {
    /// A SQLite file.
    Sqlite(&'a Connection),
    /// A SQL Server.
    Server(&'a Link),
}

/// A row while it is read.
#[derive(Debug)]
pub enum Row<'a> {
    /// Of a SQLite file.
    Sqlite(&'a rusqlite::Row<'a>),
    /// Of a SQL Server.
    Server(&'a sqlserver::Row),
}

impl Row<'_> {
    /// The value in a column, counted from 0.
    pub fn cell(&self, column: usize) -> Result<Cell<'_>, SqlError> {
        match self {
            Self::Sqlite(row) => Ok(Cell::from(row.get_ref(column)?)),
            Self::Server(row) => Ok(row.cell(column)?),
        }
    }

    /// The value in a column as a value of Rust.
    pub fn get<T: Readable>(&self, column: usize) -> Result<T, SqlError> {
        T::read(self.cell(column)?).map_err(|reason| SqlError::unreadable(column, reason))
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        match self {
            Self::Sqlite(row) => row.as_ref().column_count(),
            Self::Server(row) => row.width(),
        }
    }
}

impl Session<'_> {
    /// The statement as this engine understands it.
    pub const fn pick<'t>(&self, text: &Text<'t>) -> &'t str {
        match self {
            Self::Sqlite(_) => text.sqlite,
            Self::Server(_) => text.tsql,
        }
    }

    /// Runs a statement; answers how many rows it changed.
    pub fn execute(&self, text: &Text<'_>, values: &[Value<'_>]) -> Result<u64, SqlError> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(text.sqlite)?;
                bind(&mut statement, values)?;
                Ok(statement.raw_execute()? as u64)
            }
            Self::Server(link) => Ok(link.execute(text.tsql, values)?),
        }
    }

    /// Runs a statement once for each set of values; answers how many rows were changed. SQL Server
    /// gets many of them in one request.
    pub fn execute_each<const N: usize>(
        &self,
        text: &Text<'_>,
        sets: &[[Value<'_>; N]],
    ) -> Result<u64, SqlError> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(text.sqlite)?;
                let mut changed = 0;
                for values in sets {
                    bind(&mut statement, values)?;
                    changed += statement.raw_execute()? as u64;
                }
                Ok(changed)
            }
            Self::Server(link) => {
                let mut changed = 0;
                for sets in sets.chunks(sqlserver::sets_in_a_request(N)) {
                    let repeated = text::repeated(text.tsql, N, sets.len());
                    changed += link.execute(&repeated, sets.as_flattened())?;
                }
                Ok(changed)
            }
        }
    }

    /// Hands each row to `row`, which must not use the session: SQL Server answers one statement at
    /// a time.
    pub fn each(
        &self,
        text: &Text<'_>,
        values: &[Value<'_>],
        mut row: impl FnMut(&Row<'_>) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(text.sqlite)?;
                bind(&mut statement, values)?;
                let mut rows = statement.raw_query();
                while let Some(next) = rows.next()? {
                    row(&Row::Sqlite(next))?;
                }
                Ok(())
            }
            Self::Server(link) => link.each(text.tsql, values, |_, next| row(&Row::Server(next))),
        }
    }

    /// Runs a statement that answers rows once for each set of values, and hands each row to `row`
    /// with the number of its set. SQL Server gets many of them in one request.
    pub fn each_of<const N: usize>(
        &self,
        text: &Text<'_>,
        sets: &[[Value<'_>; N]],
        mut row: impl FnMut(usize, &Row<'_>) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(_) => {
                for (set, values) in sets.iter().enumerate() {
                    self.each(text, values, |next| row(set, next))?;
                }
            }
            Self::Server(link) => {
                let mut first = 0;
                for sets in sets.chunks(sqlserver::sets_in_a_request(N)) {
                    let repeated = text::repeated(text.tsql, N, sets.len());
                    link.each(&repeated, sets.as_flattened(), |result, next| {
                        row(first + result, &Row::Server(next))
                    })?;
                    first += sets.len();
                }
            }
        }
        Ok(())
    }

    /// For each set of values what `read` makes of the first row that the statement answers, or
    /// `None` where it answers none. SQL Server gets many of them in one request.
    pub fn optional_each<const N: usize, T>(
        &self,
        text: &Text<'_>,
        sets: &[[Value<'_>; N]],
        mut read: impl FnMut(&Row<'_>) -> Result<T, SqlError>,
    ) -> Result<Vec<Option<T>>, SqlError> {
        let mut found = Vec::new();
        found.resize_with(sets.len(), || None);
        self.each_of(text, sets, |set, row| {
            if let Some(place @ None) = found.get_mut(set) {
                *place = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// What `read` makes of each row.
    pub fn rows<T>(
        &self,
        text: &Text<'_>,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, SqlError>,
    ) -> Result<Vec<T>, SqlError> {
        let mut found = Vec::new();
        self.each(text, values, |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// What `read` makes of the first row, if there is one.
    pub fn optional<T>(
        &self,
        text: &Text<'_>,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, SqlError>,
    ) -> Result<Option<T>, SqlError> {
        let read = Flag::new(Some(read));
        let mut found = None;
        self.each(text, values, |row| {
            if let Some(read) = read.take() {
                found = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// What `read` makes of the row that the statement always answers.
    pub fn row<T>(
        &self,
        text: &Text<'_>,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        self.optional(text, values, read)?.ok_or(SqlError::NoRow)
    }

    /// Runs statements that take no values and answer nothing: the set-up of a database.
    pub fn script(&self, text: &Text<'_>) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(text.sqlite)?),
            Self::Server(link) => Ok(link.script(text.tsql)?),
        }
    }
}

/// Gives `@P1`, `@P2` … their values.
fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value<'_>]) -> Result<(), SqlError> {
    let wanted = statement.parameter_count();
    for place in 1..=wanted {
        let number = statement
            .parameter_name(place)
            .and_then(|name| name.strip_prefix("@P")?.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.wrapping_sub(1)));
        let Some(value) = value else {
            return Err(rusqlite::Error::InvalidParameterCount(values.len(), wanted).into());
        };
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
