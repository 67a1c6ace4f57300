//! What the console asks of the jobs. The runner answers it; tests put a scripted engine in its
//! place.

use async_trait::async_trait;
use tokio::sync::watch;

use crate::jobs::runner::{Place, RunOptions, Runner};
use crate::model::run::{JobOverview, LiveRuns, RunSummary};
use crate::model::{Exception, Job, RunId};

/// The jobs, as the console sees them.
#[async_trait]
pub trait Engine: Send + Sync {
    /// What the runs work on.
    fn place(&self) -> Place;
    /// The runs under way; the newest state always wins.
    fn live(&self) -> watch::Receiver<LiveRuns>;
    /// Every job with its last run.
    async fn overview(&self) -> Result<Vec<JobOverview>, Exception>;
    /// The newest runs of a job, newest first.
    async fn runs(&self, job: Job, limit: usize) -> Result<Vec<RunSummary>, Exception>;
    /// Starts a run and returns as soon as it is under way.
    async fn start(&self, job: Job, options: RunOptions) -> Result<RunId, Exception>;
    /// Asks a run to stop at its next checkpoint; false where none is under way.
    fn cancel(&self, job: Job) -> bool;
}

#[async_trait]
impl Engine for Runner {
    fn place(&self) -> Place {
        Self::place(self)
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

    async fn start(&self, job: Job, options: RunOptions) -> Result<RunId, Exception> {
        Self::start(self, job, options).await
    }

    fn cancel(&self, job: Job) -> bool {
        Self::cancel(self, job)
    }
}
