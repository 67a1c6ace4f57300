//! The ledger in a SQLite file, for one machine. Several processes of that machine may share it.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::super::LedgerError;
use super::super::jobs::Board;
use super::{Engine, SqlLedger, committing, jobs, narrowed};
use crate::sql::{Session, SqlError};
use crate::sqlite::{Access, Sqlite};

/// One script for each format, from the first on; applied in order.
pub const MIGRATIONS: [&str; 5] = [
    include_str!("migration-1.sql"),
    include_str!("migration-2.sql"),
    include_str!("migration-3.sql"),
    include_str!("migration-4.sql"),
    include_str!("migration-5.sql"),
];

/// The ledger in a SQLite file.
pub type EmbeddedLedger = SqlLedger<Sqlite>;

impl EmbeddedLedger {
    /// Opens the ledger, makes it where it is missing and brings it to the newest format.
    ///
    /// # Errors
    /// [`LedgerError::Newer`] where a newer program has written it.
    pub async fn open(path: &Path) -> Result<Self, LedgerError> {
        let place = path.display().to_string();
        let engine = Sqlite::open(path, Access::Create, move |connection| {
            narrowed::teach(connection).map_err(SqlError::from)?;
            migrate(connection, &place)
                .map_err(|error| error.during("bringing it to the newest format"))
        })
        .await?;
        Ok(Self { engine })
    }
}

fn migrate(connection: &mut Connection, place: &str) -> Result<(), LedgerError> {
    let known = MIGRATIONS.len() as i64;
    let transaction = begin(connection)?;
    let found: i64 = transaction
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(SqlError::from)?;
    if found > known {
        return Err(LedgerError::Newer {
            place: place.to_owned(),
            found,
            known,
        });
    }
    for script in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(script).map_err(SqlError::from)?;
    }
    transaction
        .pragma_update(None, "user_version", known)
        .map_err(SqlError::from)?;
    jobs::make_missing(Session::Sqlite(&transaction))?;
    Ok(transaction.commit().map_err(SqlError::from)?)
}

/// Begins a transaction that takes the write lock at its start.
fn begin(connection: &mut Connection) -> Result<rusqlite::Transaction<'_>, SqlError> {
    Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

impl Engine for Sqlite {
    fn place(&self) -> String {
        self.path().display().to_string()
    }

    async fn write<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(Session<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.call(move |connection| {
            let transaction = begin(connection)?;
            let value = work(Session::Sqlite(&transaction))?;
            committing(what, || Ok(transaction.commit()?))?;
            Ok(value)
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(Session<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.call(move |connection| {
            let transaction = connection.transaction().map_err(SqlError::from)?;
            Ok(work(Session::Sqlite(&transaction))?)
        })
        .await
    }

    async fn outdated(&self, board: &Board) {
        if let Some(mark) = board.mark {
            // The ledger's clock is this machine's.
            self.changed(mark, board.now..board.until).await;
        }
    }
}
