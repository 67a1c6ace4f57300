//! The ledger as a worker of a simulated world reaches it.

use std::fmt;

use async_trait::async_trait;
use axcs::ledger::{
    Acknowledged, Cursor, Fence, Ledger, LedgerError, NewPass, Pass, Position, SetAside,
    Settlement, Unsettled,
};
use axcs::model::{Selection, Stream};

use super::desk::Fenced;
use super::hands::Hands;
use super::mutant::Mutant;
use super::port::Failed;
use super::world::{REQUEST_LIFE, State};

/// What the ledger says of a call that failed.
pub fn failed(what: &'static str) -> LedgerError {
    LedgerError::Statement {
        what,
        source: axcs::sql::SqlError::NoRow,
    }
}

impl Hands {
    /// Reads the ledger.
    pub async fn look<T: fmt::Debug>(
        &self,
        what: &'static str,
        read: impl FnOnce(&mut State) -> T + Send,
    ) -> Result<T, LedgerError> {
        let looked = self.0.call(what, read);
        looked.await.map_err(|Failed| failed(what))
    }

    /// Writes for a run, under its fence.
    pub async fn write<T: fmt::Debug>(
        &self,
        what: &'static str,
        fence: Fence,
        write: impl FnOnce(&mut State) -> Result<T, Fenced> + Send,
    ) -> Result<T, LedgerError> {
        let written = self.0.call(what, write).await;
        written
            .map_err(|Failed| failed(what))?
            .map_err(|Fenced| LedgerError::Fenced(fence.run))
    }
}

#[async_trait]
impl Ledger for Hands {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    async fn position(&self, stream: Stream) -> Result<Position, LedgerError> {
        self.look("position", |state| state.books.position(stream))
            .await
    }

    async fn acknowledged(&self, stream: Stream) -> Result<Acknowledged, LedgerError> {
        self.look("acknowledged", |state| state.books.acknowledged(stream))
            .await
    }

    async fn begin_pass(
        &self,
        fence: Fence,
        stream: Stream,
        pass: NewPass,
    ) -> Result<Pass, LedgerError> {
        self.write("begin pass", fence, |state| {
            state.books.begin_pass(fence, stream, pass)
        })
        .await
    }

    async fn advance_pass(
        &self,
        fence: Fence,
        stream: Stream,
        after: &str,
    ) -> Result<(), LedgerError> {
        self.write("advance pass", fence, |state| {
            state.books.advance_pass(fence, stream, after)
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
        self.look("unseen", |state| {
            state.books.unseen(stream, generation, after, limit)
        })
        .await
    }

    async fn move_cursor(
        &self,
        fence: Fence,
        stream: Stream,
        cursor: &Cursor,
    ) -> Result<(), LedgerError> {
        let mut cursor = cursor.clone();
        self.write("move cursor", fence, |state| {
            if state.is(Mutant::VersionReadAfterEnumeration) {
                cursor.version = cursor.version.max(self.0.read_until());
            }
            if state.is(Mutant::FenceOnCursorOnly) && !state.books.desk.holds(fence) {
                return Err(Fenced);
            }
            state.books.move_cursor(fence, stream, &cursor)?;
            state.look_behind_cursor(stream, &cursor);
            Ok(())
        })
        .await
    }

    async fn is_unchanged(
        &self,
        stream: Stream,
        seen_in: Option<(Fence, i64)>,
        records: Vec<(String, Option<u64>)>,
    ) -> Result<Vec<bool>, LedgerError> {
        let Some((fence, generation)) = seen_in else {
            return self
                .look("is unchanged", |state| {
                    state.books.is_unchanged(stream, None, &records)
                })
                .await;
        };
        self.write("is unchanged", fence, |state| {
            state.books.desk.check(fence)?;
            if let (true, Some((last, _))) = (state.is(Mutant::ResumeTooFar), records.last()) {
                state.books.resume_behind(stream, last);
            }
            Ok(state.books.is_unchanged(stream, Some(generation), &records))
        })
        .await
    }

    async fn note_incarnation(
        &self,
        fence: Fence,
        stream: Stream,
        incarnation: &str,
    ) -> Result<(), LedgerError> {
        self.write("note incarnation", fence, |state| {
            state.books.note_incarnation(fence, stream, incarnation)
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
        self.write("intend", fence, |state| {
            if state.is(Mutant::CursorBeforeAcknowledgement) {
                let mut cursor = state.books.position(stream).cursor;
                if let Some(cursor) = &mut cursor {
                    cursor.version = state.company.version();
                    state.books.move_cursor(fence, stream, cursor)?;
                }
            }
            let now = state.now();
            state.books.intend(now, fence, stream, ids, replaces)
        })
        .await
    }

    async fn intend_again(&self, fence: Fence, batch: i64) -> Result<(), LedgerError> {
        self.write("intend again", fence, |state| {
            let now = state.now();
            state.books.intend_again(now, fence, batch)
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
        self.write("settle", fence, |state| {
            state
                .books
                .settle(fence, stream, batch, generation, settlement)
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
        self.write("set aside", fence, |state| {
            state.books.set_aside(fence, stream, generation, records)
        })
        .await
    }

    async fn raise_version(&self, version: i64) -> Result<(), LedgerError> {
        self.look("raise version", |state| state.books.raise_version(version))
            .await
    }

    async fn unsettled(&self, stream: Stream) -> Result<Vec<Unsettled>, LedgerError> {
        self.look("unsettled", |state| {
            let mut unsettled = state.books.unsettled(state.now(), stream);
            if state.is(Mutant::NoQuarantine) {
                for batch in &mut unsettled {
                    batch.age += REQUEST_LIFE * 2;
                }
            }
            if state.is(Mutant::NoSettle) {
                let batches: Vec<i64> = unsettled.drain(..).map(|batch| batch.batch).collect();
                state.books.forget(&batches);
            }
            unsettled
        })
        .await
    }

    async fn forget_batches(&self, fence: Fence, batches: Vec<i64>) -> Result<(), LedgerError> {
        self.write("forget batches", fence, |state| {
            state.books.forget_batches(fence, &batches)
        })
        .await
    }

    async fn selection(&self) -> Result<Selection, LedgerError> {
        Ok(self.0.world.state().books.selection())
    }

    async fn store_selection(&self, _: Selection) -> Result<Option<Selection>, LedgerError> {
        Err(failed("storing a selection"))
    }

    async fn incarnation(&self) -> Result<String, LedgerError> {
        Ok("ledger".to_owned())
    }
}
