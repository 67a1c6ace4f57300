//! Holds the half of the ledger that speaks through the seam to the half that does not yet.

use rusqlite::{Connection, Error};

use super::super::{Fence, LedgerError};
use super::{EmbeddedLedger, leases, runs};
use crate::sql::{Session, SqlError};

impl EmbeddedLedger {
    /// As `write`, with a session.
    pub async fn writing<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(Session<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.write(what, move |transaction| {
            work(Session::Sqlite(transaction)).map_err(|error| during(what, error))
        })
        .await
    }

    /// As `read`, with a session.
    pub async fn reading<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(Session<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.read(what, move |connection| {
            work(Session::Sqlite(connection)).map_err(back)
        })
        .await
    }
}

fn during(what: &'static str, error: LedgerError) -> LedgerError {
    if let LedgerError::Statement { source, .. } = error {
        LedgerError::Statement { what, source }
    } else {
        error
    }
}

/// An error as the other half knows it.
pub fn back(error: SqlError) -> Error {
    if let SqlError::Sqlite(error) = error {
        error
    } else {
        Error::ToSqlConversionFailure(Box::new(error))
    }
}

fn file(db: Session<'_>) -> Result<&Connection, SqlError> {
    match db {
        Session::Sqlite(connection) => Ok(connection),
        Session::Server(_) => Err(SqlError::NoRow),
    }
}

/// As `leases::check`.
pub fn check(db: Session<'_>, fence: Fence) -> Result<(), LedgerError> {
    leases::check(file(db)?, fence)
}

/// As `runs::now`.
pub fn now(db: Session<'_>) -> Result<i64, SqlError> {
    Ok(runs::now(file(db)?)?)
}
