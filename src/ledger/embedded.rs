//! The ledger in a SQLite file, for one machine. Several processes of that machine may share it.

mod columns;
mod exceptions;
mod glue;
mod jobs;
mod leases;
mod orders;
mod passes;
mod records;
mod rows;
mod runs;
mod stores;

use std::path::Path;

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    Acknowledged, Cursor, Fence, Ledger, LedgerError, NewPass, Pass, Position, SetAside,
    Settlement, Unsettled,
};
use crate::model::{Selection, Stream};
use crate::sqlite::{Access, Sqlite};
use leases::check;

/// One script for each format, from the first on; applied in order.
const MIGRATIONS: [&str; 3] = [
    include_str!("embedded/migration-1.sql"),
    include_str!("embedded/migration-2.sql"),
    include_str!("embedded/migration-3.sql"),
];

/// The ledger in a SQLite file.
#[derive(Clone, Debug)]
pub struct EmbeddedLedger {
    store: Sqlite,
}

impl EmbeddedLedger {
    /// Opens the ledger, makes it where it is missing and brings it to the newest format.
    ///
    /// # Errors
    /// [`LedgerError::Newer`] where a newer program has written it.
    pub async fn open(path: &Path) -> Result<Self, LedgerError> {
        let place = path.display().to_string();
        let store = Sqlite::open(path, Access::Create, move |connection| {
            migrate(connection, &place)
        })
        .await?;
        Ok(Self { store })
    }

    /// Runs `work` in one transaction that takes the write lock at its start.
    async fn write<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.store
            .call(move |connection| {
                let failed = |source: rusqlite::Error| LedgerError::Statement {
                    what,
                    source: source.into(),
                };
                let transaction = connection
                    .transaction_with_behavior(TransactionBehavior::Immediate)
                    .map_err(failed)?;
                let value = work(&transaction)?;
                tracing::trace!(target: "axcs::step", "the ledger commits: {what}");
                transaction.commit().map_err(failed)?;
                tracing::trace!(target: "axcs::step", "the ledger has committed: {what}");
                Ok(value)
            })
            .await
    }

    /// Runs `work` on a state of the ledger that does not change meanwhile.
    async fn read<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.store
            .call(move |connection| {
                connection
                    .transaction()
                    .and_then(|transaction| work(&transaction))
                    .map_err(|source| LedgerError::Statement {
                        what,
                        source: source.into(),
                    })
            })
            .await
    }
}

fn migrate(connection: &mut Connection, place: &str) -> Result<(), LedgerError> {
    let failed = |source: rusqlite::Error| LedgerError::Statement {
        what: "bringing it to the newest format",
        source: source.into(),
    };
    let known = MIGRATIONS.len() as i64;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let found: i64 = transaction
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(failed)?;
    if found > known {
        return Err(LedgerError::Newer {
            place: place.to_owned(),
            found,
            known,
        });
    }
    for script in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(script).map_err(failed)?;
    }
    transaction
        .pragma_update(None, "user_version", known)
        .map_err(failed)?;
    jobs::make_missing(&transaction).map_err(failed)?;
    transaction.commit().map_err(failed)
}

#[async_trait]
impl Ledger for EmbeddedLedger {
    fn place(&self) -> String {
        self.store.path().display().to_string()
    }

    async fn position(&self, stream: Stream) -> Result<Position, LedgerError> {
        self.read("reading a cursor", move |connection| {
            passes::position(connection, stream)
        })
        .await
    }

    async fn acknowledged(&self, stream: Stream) -> Result<Acknowledged, LedgerError> {
        self.read("adding up what was acknowledged", move |connection| {
            records::acknowledged(connection, stream)
        })
        .await
    }

    async fn begin_pass(
        &self,
        fence: Fence,
        stream: Stream,
        pass: NewPass,
    ) -> Result<Pass, LedgerError> {
        self.write("beginning a pass", move |transaction| {
            check(transaction, fence)?;
            passes::begin(transaction, fence, stream, pass)
        })
        .await
    }

    async fn advance_pass(
        &self,
        fence: Fence,
        stream: Stream,
        after: &str,
    ) -> Result<(), LedgerError> {
        let after = after.to_owned();
        self.write("advancing a pass", move |transaction| {
            check(transaction, fence)?;
            passes::advance(transaction, stream, &after)
        })
        .await
    }

    async fn unseen(
        &self,
        stream: Stream,
        generation: i64,
        after: &str,
        limit: usize,
    ) -> Result<Vec<String>, LedgerError> {
        let after = after.to_owned();
        self.read("looking for records that are gone", move |connection| {
            records::unseen(connection, stream, generation, &after, limit)
        })
        .await
    }

    async fn move_cursor(
        &self,
        fence: Fence,
        stream: Stream,
        cursor: &Cursor,
    ) -> Result<(), LedgerError> {
        let cursor = cursor.clone();
        self.write("moving a cursor", move |transaction| {
            check(transaction, fence)?;
            passes::move_cursor(transaction, fence, stream, &cursor)
        })
        .await
    }

    async fn is_unchanged(
        &self,
        stream: Stream,
        seen_in: Option<(Fence, i64)>,
        records: Vec<(String, Option<u64>)>,
    ) -> Result<Vec<bool>, LedgerError> {
        match seen_in {
            None => {
                self.read("comparing records", move |connection| {
                    records::compare(connection, stream, &records)
                })
                .await
            }
            Some((fence, generation)) => {
                self.write("comparing records", move |transaction| {
                    check(transaction, fence)?;
                    records::compare_and_mark(transaction, stream, generation, &records).map_err(
                        |source| LedgerError::Statement {
                            what: "comparing records",
                            source: source.into(),
                        },
                    )
                })
                .await
            }
        }
    }

    async fn note_incarnation(
        &self,
        fence: Fence,
        stream: Stream,
        incarnation: &str,
    ) -> Result<(), LedgerError> {
        let incarnation = incarnation.to_owned();
        self.write("noting what is read", move |transaction| {
            check(transaction, fence)?;
            passes::note_incarnation(transaction, stream, &incarnation)
        })
        .await
    }

    async fn intend(
        &self,
        fence: Fence,
        stream: Stream,
        ids: Vec<String>,
        replaces: Option<i64>,
    ) -> Result<i64, LedgerError> {
        self.write("writing a batch down", move |transaction| {
            check(transaction, fence)?;
            if let Some(replaced) = replaces {
                records::forget_batches(transaction, &[replaced])?;
            }
            records::intend(transaction, fence, stream, &ids)
        })
        .await
    }

    async fn intend_again(&self, fence: Fence, batch: i64) -> Result<(), LedgerError> {
        self.write("writing a batch down again", move |transaction| {
            check(transaction, fence)?;
            records::intend_again(transaction, batch)
        })
        .await
    }

    async fn settle(
        &self,
        fence: Fence,
        stream: Stream,
        batch: i64,
        generation: Option<i64>,
        settlement: Settlement,
    ) -> Result<(), LedgerError> {
        self.write("settling a batch", move |transaction| {
            check(transaction, fence)?;
            records::settle(transaction, stream, generation, &settlement)?;
            records::forget_batches(transaction, &[batch])
        })
        .await
    }

    async fn set_aside(
        &self,
        fence: Fence,
        stream: Stream,
        generation: Option<i64>,
        records: Vec<SetAside>,
    ) -> Result<(), LedgerError> {
        self.write("setting records aside", move |transaction| {
            check(transaction, fence)?;
            let settlement = Settlement {
                set_aside: records,
                ..Settlement::default()
            };
            records::settle(transaction, stream, generation, &settlement)
        })
        .await
    }

    async fn raise_version(&self, version: i64) -> Result<(), LedgerError> {
        self.write("raising the version", move |transaction| {
            records::raise_version(transaction, version)
        })
        .await
    }

    async fn unsettled(&self, stream: Stream) -> Result<Vec<Unsettled>, LedgerError> {
        self.read("looking for unsettled batches", move |connection| {
            records::unsettled(connection, stream)
        })
        .await
    }

    async fn forget_batches(&self, fence: Fence, batches: Vec<i64>) -> Result<(), LedgerError> {
        self.write("forgetting batches", move |transaction| {
            check(transaction, fence)?;
            records::forget_batches(transaction, &batches)
        })
        .await
    }

    async fn selection(&self) -> Result<Selection, LedgerError> {
        self.read("reading the product selection", passes::selection)
            .await
    }

    async fn store_selection(
        &self,
        selection: Selection,
    ) -> Result<Option<Selection>, LedgerError> {
        self.write("storing the product selection", move |transaction| {
            passes::store_selection(transaction, selection)
        })
        .await
    }

    async fn incarnation(&self) -> Result<String, LedgerError> {
        self.read("reading the ledger's name", |connection| {
            connection.query_row("SELECT incarnation FROM ledger", [], |row| row.get(0))
        })
        .await
    }
}

#[cfg(test)]
mod tests;
