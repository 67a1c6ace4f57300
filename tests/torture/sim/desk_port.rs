//! The jobs half of the ledger as a worker of a simulated world reaches it.

use std::time::Duration;

use async_trait::async_trait;
use axcs::ledger::jobs::{
    Board, Cause, CursorAge, Due, JobBook, LOOK, OccurrenceEntry, StatusChange,
};
use axcs::ledger::{Begun, Fence, LedgerError};
use axcs::model::Filter;
use axcs::model::run::RunSummary;
use axcs::model::schedule::Schedule;
use axcs::model::{Job, JobStatus, Progress, RunId};

use super::desk::Wanted;
use super::hands::Hands;
use super::ledger_port::failed;

#[async_trait]
impl JobBook for Hands {
    async fn board(&self) -> Result<Board, LedgerError> {
        let mut board = None;
        // What stands on it would fill every trace.
        self.look("board", |state| {
            board = Some(state.books.desk.board(state.now()));
        })
        .await?;
        board.ok_or_else(|| failed("board"))
    }

    async fn outdated(&self, board: &Board) {
        let mut stands = true;
        while stands {
            tokio::time::sleep(LOOK).await;
            let looked = self.look("outdated", |state| {
                (board.now..board.until).contains(&state.now())
                    && board.mark == Some(state.books.desk.mark())
            });
            stands = looked.await.unwrap_or(false);
        }
    }

    async fn begin_run(
        &self,
        job: Job,
        needs: &[Job],
        _: &str,
        lease: Duration,
        dry_run: bool,
        cause: Cause,
    ) -> Result<Begun, LedgerError> {
        self.look("begin run", |state| {
            let (now, owner) = (state.now(), self.0.name());
            let wanted = Wanted {
                job,
                needs,
                owner,
                lease,
                dry_run,
                cause,
            };
            state.books.desk.begin_run(now, wanted)
        })
        .await
    }

    async fn beat(
        &self,
        fence: Fence,
        lease: Duration,
        progress: Option<Progress>,
    ) -> Result<Option<String>, LedgerError> {
        self.write("beat", fence, |state| {
            let now = state.now();
            state.books.desk.beat(now, fence, lease, progress)
        })
        .await
    }

    async fn finish_run(&self, fence: Fence, summary: &RunSummary) -> Result<(), LedgerError> {
        self.write("finish run", fence, |state| {
            state.books.desk.finish_run(fence, summary)?;
            state.look_at_end(fence, summary);
            Ok(summary.status)
        })
        .await
        .map(drop)
    }

    async fn ask_cancel(&self, job: Job, by: &str) -> Result<bool, LedgerError> {
        self.look("ask cancel", |state| {
            let now = state.now();
            state.books.desk.ask_cancel(now, job, by)
        })
        .await
    }

    async fn runs(&self, _: Option<Job>, _: usize) -> Result<Vec<RunSummary>, LedgerError> {
        Ok(Vec::new())
    }

    async fn runs_that(&self, _: &Filter, _: usize) -> Result<Vec<RunSummary>, LedgerError> {
        Ok(Vec::new())
    }

    async fn run(&self, run: RunId) -> Result<Option<RunSummary>, LedgerError> {
        Ok(self.0.world.state().books.desk.run(run))
    }

    async fn note_occurrences(&self, job: Job, due: Due) -> Result<bool, LedgerError> {
        self.look("note occurrences", |state| {
            state.books.desk.note_occurrences(job, due)
        })
        .await
    }

    async fn occurrences(
        &self,
        _: Option<Job>,
        _: usize,
    ) -> Result<Vec<OccurrenceEntry>, LedgerError> {
        Ok(Vec::new())
    }

    async fn set_schedule(&self, _: Job, _: i64, _: Schedule) -> Result<bool, LedgerError> {
        Err(failed("set schedule"))
    }

    async fn change_status(
        &self,
        _: Job,
        _: JobStatus,
        _: &str,
    ) -> Result<StatusChange, LedgerError> {
        Err(failed("change status"))
    }

    async fn suspend_all(&self, _: &str) -> Result<Vec<Job>, LedgerError> {
        Err(failed("suspend all"))
    }

    async fn resume_all(&self, _: &str) -> Result<Vec<Job>, LedgerError> {
        Err(failed("resume all"))
    }

    async fn note_worker(&self, _: &str, _: bool) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn cursor_ages(&self) -> Result<Vec<CursorAge>, LedgerError> {
        Ok(Vec::new())
    }
}
