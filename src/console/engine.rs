//! What the console asks of the jobs. The runner answers it; tests put a scripted engine in its
//! place.

use async_trait::async_trait;
use tokio::sync::watch;

use super::app::Change;
use crate::jobs::correction::{self, Corrected, Correction};
use crate::jobs::exceptions;
use crate::jobs::runner::{Place, RunOptions, Runner};
use crate::model::ax_batch::{AxBatchJob, AxBatchRun};
use crate::model::exception::{ExceptionEntry, ExceptionFilter};
use crate::model::run::{JobOverview, LiveRuns, RunSummary};
use crate::model::schedule::{Replan, Timetable};
use crate::model::staged::{OrderCounts, OrderFilter, OrderRow, StagedOrder};
use crate::model::{Exception, Job, RunId};

/// The jobs, as the console sees them.
#[async_trait]
pub trait Engine: Send + Sync {
    /// What the runs work on.
    fn place(&self) -> Place;
    /// Host and process of this console: the owner of the runs it starts.
    fn owner(&self) -> String;
    /// The runs under way, wherever they are; the newest state always wins.
    fn live(&self) -> watch::Receiver<LiveRuns>;
    /// Every job with its last run.
    async fn overview(&self) -> Result<Vec<JobOverview>, Exception>;
    /// The newest runs of a job, newest first.
    async fn runs(&self, job: Job, limit: usize) -> Result<Vec<RunSummary>, Exception>;
    /// The batch jobs of AX, those of Commerce Services first.
    async fn batch_jobs(&self) -> Result<Vec<AxBatchJob>, Exception>;
    /// The newest runs of a batch job of AX, newest first.
    async fn batch_history(&self, job: i64, limit: usize) -> Result<Vec<AxBatchRun>, Exception>;
    /// Starts a run and returns as soon as it is under way.
    async fn start(&self, job: Job, options: RunOptions) -> Result<RunId, Exception>;
    /// Asks the run of a job, wherever it is, to stop at its next checkpoint; false where none is
    /// under way.
    async fn cancel(&self, job: Job) -> Result<bool, Exception>;
    /// Takes a job off the queue.
    async fn withhold(&self, job: Job) -> Result<(), Exception>;
    /// Sets a job to Waiting; one whose last run failed, ended or was canceled is due at once.
    async fn resume(&self, job: Job) -> Result<(), Exception>;
    /// Withholds every job that is not; answers them. Runs under way go on.
    async fn suspend_all(&self) -> Result<Vec<Job>, Exception>;
    /// Gives every job that [`Engine::suspend_all`] withheld the status it had; answers them.
    async fn resume_all(&self) -> Result<Vec<Job>, Exception>;
    /// When a job starts.
    async fn timetable(&self, job: Job) -> Result<Timetable, Exception>;
    /// Gives a job another schedule, unless it has another one by now than was seen.
    async fn take(&self, replan: &Replan) -> Result<(), Exception>;
    /// The orders that match, newest first.
    async fn orders(&self, filter: OrderFilter) -> Result<Vec<OrderRow>, Exception>;
    /// How many orders there are of each kind.
    async fn order_counts(&self) -> Result<OrderCounts, Exception>;
    /// The order of this id.
    async fn order(&self, id: &str) -> Result<Option<StagedOrder>, Exception>;
    /// The exceptions that match, newest first.
    async fn exceptions(&self, filter: &ExceptionFilter) -> Result<Vec<ExceptionEntry>, Exception>;
    /// How many match, whatever the filter's limit.
    async fn exception_count(&self, filter: &ExceptionFilter) -> Result<u64, Exception>;
    /// Has the open ones that match tried again and starts their jobs; answers how many.
    async fn retry(&self, filter: &ExceptionFilter) -> Result<u64, Exception>;
    /// Looks which orders of the open ones that match AX would take with another unit.
    async fn propose_correction(&self, filter: &ExceptionFilter) -> Result<Correction, Exception>;
    /// Corrects these orders of a correction at their source.
    async fn correct(
        &self,
        correction: &Correction,
        orders: &[String],
    ) -> Result<Corrected, Exception>;
    /// Closes the open ones that match with a note; answers how many.
    async fn resolve(&self, filter: &ExceptionFilter, note: &str) -> Result<u64, Exception>;
}

impl Change {
    /// Does it; answers the jobs that were changed.
    pub async fn perform(self, engine: &dyn Engine) -> Result<Vec<Job>, Exception> {
        match self {
            Self::Withhold(job) => engine.withhold(job).await.map(|()| vec![job]),
            Self::Resume(job) => engine.resume(job).await.map(|()| vec![job]),
            Self::SuspendAll => engine.suspend_all().await,
            Self::ResumeAll => engine.resume_all().await,
        }
    }
}

#[async_trait]
impl Engine for Runner {
    fn place(&self) -> Place {
        Self::place(self)
    }

    fn owner(&self) -> String {
        Self::owner(self).to_owned()
    }

    fn live(&self) -> watch::Receiver<LiveRuns> {
        Self::live(self)
    }

    async fn overview(&self) -> Result<Vec<JobOverview>, Exception> {
        Self::overview(self).await
    }

    async fn runs(&self, job: Job, limit: usize) -> Result<Vec<RunSummary>, Exception> {
        Self::runs(self, Some(job), limit).await
    }

    async fn batch_jobs(&self) -> Result<Vec<AxBatchJob>, Exception> {
        Self::batch_jobs(self).await
    }

    async fn batch_history(&self, job: i64, limit: usize) -> Result<Vec<AxBatchRun>, Exception> {
        Self::batch_history(self, job, limit).await
    }

    async fn start(&self, job: Job, options: RunOptions) -> Result<RunId, Exception> {
        Self::start(self, job, options).await
    }

    async fn cancel(&self, job: Job) -> Result<bool, Exception> {
        Self::cancel(self, job).await
    }

    async fn withhold(&self, job: Job) -> Result<(), Exception> {
        Self::withhold(self, job, "").await
    }

    async fn resume(&self, job: Job) -> Result<(), Exception> {
        Self::resume(self, job).await
    }

    async fn suspend_all(&self) -> Result<Vec<Job>, Exception> {
        Self::suspend_all(self).await
    }

    async fn resume_all(&self) -> Result<Vec<Job>, Exception> {
        Self::resume_all(self).await
    }

    async fn timetable(&self, job: Job) -> Result<Timetable, Exception> {
        Self::timetable(self, job).await
    }

    async fn take(&self, replan: &Replan) -> Result<(), Exception> {
        Self::take(self, replan).await
    }

    async fn orders(&self, filter: OrderFilter) -> Result<Vec<OrderRow>, Exception> {
        Ok(self.sides().ledger.orders(&filter).await?)
    }

    async fn order_counts(&self) -> Result<OrderCounts, Exception> {
        Ok(self.sides().ledger.order_counts().await?)
    }

    async fn order(&self, id: &str) -> Result<Option<StagedOrder>, Exception> {
        Ok(self.sides().ledger.order(id).await?)
    }

    async fn exceptions(&self, filter: &ExceptionFilter) -> Result<Vec<ExceptionEntry>, Exception> {
        Ok(self.sides().ledger.exceptions(filter).await?)
    }

    async fn exception_count(&self, filter: &ExceptionFilter) -> Result<u64, Exception> {
        Ok(self.sides().ledger.exception_count(filter).await?)
    }

    async fn retry(&self, filter: &ExceptionFilter) -> Result<u64, Exception> {
        let retried = exceptions::retry(self, filter).await?;
        let mut refused = retried.refused.into_iter().map(|(_, refused)| refused);
        match refused.find(|refused| !exceptions::is_conflict(refused)) {
            Some(refused) => Err(refused),
            None => Ok(retried.entries.len() as u64),
        }
    }

    async fn propose_correction(&self, filter: &ExceptionFilter) -> Result<Correction, Exception> {
        correction::propose(self, filter).await
    }

    async fn correct(
        &self,
        correction: &Correction,
        orders: &[String],
    ) -> Result<Corrected, Exception> {
        correction::correct(self, correction, orders).await
    }

    async fn resolve(&self, filter: &ExceptionFilter, note: &str) -> Result<u64, Exception> {
        exceptions::resolve(self, filter, note).await
    }
}
