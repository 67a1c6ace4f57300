//! The ledger's rules, once for both engines: each module reads and writes through a session, and
//! its statements stand beside it in the words of both.

mod administration;
mod exceptions;
mod file;
mod import;
mod jobs;
mod leases;
mod narrowed;
mod orders;
mod passes;
mod records;
mod rows;
mod runs;
mod server;
mod stores;

use std::fmt;

use async_trait::async_trait;

use super::jobs::Board;
use super::{
    Acknowledged, Cursor, Fence, Ledger, LedgerError, NewPass, Pass, Position, SetAside,
    Settlement, Unsettled,
};
use crate::model::{Selection, Stream};
use crate::sql::{Session, SqlError, Text};
use crate::statement;
use leases::check;

pub use file::EmbeddedLedger;
pub use server::ServerLedger;

const NAME: Text<'static> = statement!("books/records", "ledger's name");

/// What a ledger stands on: writers go one after the other, readers see one moment.
pub trait Engine: Clone + fmt::Debug + Send + Sync + 'static {
    /// Where it is, for messages.
    fn place(&self) -> String;

    /// Runs `work` in one transaction, which no other writer's overlaps.
    fn write<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(Session<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> impl Future<Output = Result<T, LedgerError>> + Send;

    /// Runs `work` on a state of the ledger that does not change meanwhile.
    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(Session<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> impl Future<Output = Result<T, LedgerError>> + Send;

    /// As [`JobBook::outdated`](super::jobs::JobBook::outdated).
    fn outdated(&self, board: &Board) -> impl Future<Output = ()> + Send;
}

/// The ledger in a database.
#[derive(Clone, Debug)]
pub struct SqlLedger<E> {
    engine: E,
}

impl<E: Engine> SqlLedger<E> {
    /// Runs `work` in one transaction, which no other writer's overlaps.
    async fn write<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(Session<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let written = self.engine.write(what, work).await;
        written.map_err(|error| error.during(what))
    }

    /// Runs `work` on a state of the ledger that does not change meanwhile.
    async fn read<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(Session<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let read = self.engine.read(work).await;
        read.map_err(|error| error.during(what))
    }
}

/// Says in the trace that a transaction is about to be made to last, and that it was: the steps at
/// which a process may die.
fn committing<T>(what: &str, commit: impl FnOnce() -> Result<T, SqlError>) -> Result<T, SqlError> {
    tracing::trace!(target: "axcs::step", "the ledger commits: {what}");
    let done = commit()?;
    tracing::trace!(target: "axcs::step", "the ledger has committed: {what}");
    Ok(done)
}

#[async_trait]
impl<E: Engine> Ledger for SqlLedger<E> {
    fn place(&self) -> String {
        self.engine.place()
    }

    async fn position(&self, stream: Stream) -> Result<Position, LedgerError> {
        self.read("reading a cursor", move |db| passes::position(db, stream))
            .await
    }

    async fn acknowledged(&self, stream: Stream) -> Result<Acknowledged, LedgerError> {
        self.read("adding up what was acknowledged", move |db| {
            records::acknowledged(db, stream)
        })
        .await
    }

    async fn begin_pass(
        &self,
        fence: Fence,
        stream: Stream,
        pass: NewPass,
    ) -> Result<Pass, LedgerError> {
        self.write("beginning a pass", move |db| {
            check(db, fence)?;
            Ok(passes::begin(db, fence, stream, pass)?)
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
        self.write("advancing a pass", move |db| {
            check(db, fence)?;
            Ok(passes::advance(db, stream, &after)?)
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
        self.read("looking for records that are gone", move |db| {
            records::unseen(db, stream, generation, &after, limit)
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
        self.write("moving a cursor", move |db| {
            check(db, fence)?;
            Ok(passes::move_cursor(db, fence, stream, &cursor)?)
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
                self.read("comparing records", move |db| {
                    records::compare(db, stream, &records)
                })
                .await
            }
            Some((fence, generation)) => {
                self.write("comparing records", move |db| {
                    check(db, fence)?;
                    Ok(records::compare_and_mark(db, stream, generation, &records)?)
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
        self.write("noting what is read", move |db| {
            check(db, fence)?;
            Ok(passes::note_incarnation(db, stream, &incarnation)?)
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
        self.write("writing a batch down", move |db| {
            check(db, fence)?;
            if let Some(replaced) = replaces {
                records::forget_batches(db, &[replaced])?;
            }
            Ok(records::intend(db, fence, stream, &ids)?)
        })
        .await
    }

    async fn intend_again(&self, fence: Fence, batch: i64) -> Result<(), LedgerError> {
        self.write("writing a batch down again", move |db| {
            check(db, fence)?;
            Ok(records::intend_again(db, batch)?)
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
        self.write("settling a batch", move |db| {
            check(db, fence)?;
            records::settle(db, stream, generation, &settlement)?;
            Ok(records::forget_batches(db, &[batch])?)
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
        self.write("setting records aside", move |db| {
            check(db, fence)?;
            let settlement = Settlement {
                set_aside: records,
                ..Settlement::default()
            };
            Ok(records::settle(db, stream, generation, &settlement)?)
        })
        .await
    }

    async fn raise_version(&self, version: i64) -> Result<(), LedgerError> {
        self.write("raising the version", move |db| {
            Ok(records::raise_version(db, version)?)
        })
        .await
    }

    async fn unsettled(&self, stream: Stream) -> Result<Vec<Unsettled>, LedgerError> {
        self.read("looking for unsettled batches", move |db| {
            records::unsettled(db, stream)
        })
        .await
    }

    async fn forget_batches(&self, fence: Fence, batches: Vec<i64>) -> Result<(), LedgerError> {
        self.write("forgetting batches", move |db| {
            check(db, fence)?;
            Ok(records::forget_batches(db, &batches)?)
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
        self.write("storing the product selection", move |db| {
            Ok(passes::store_selection(db, selection)?)
        })
        .await
    }

    async fn incarnation(&self) -> Result<String, LedgerError> {
        self.read("reading the ledger's name", |db| {
            db.row(&NAME, &[], |row| row.get(0))
        })
        .await
    }
}

#[cfg(test)]
mod tests;
