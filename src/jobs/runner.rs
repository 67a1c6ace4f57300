//! Starts, watches and cancels runs: the one door through which commands and console reach the jobs.

use tokio::sync::watch;

use crate::model::exception::Exception;
use crate::model::run::{JobOverview, LiveRuns, RunSummary};
use crate::model::{Job, RunId};

/// How a run is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// Count what would be sent, and send nothing.
    pub dry_run: bool,
    /// Read every stream whole, whatever its cursor says.
    pub complete: bool,
    /// Let the service drop any number of records that a complete load does not mention.
    pub confirm_retire: bool,
}

/// Starts, watches and cancels runs.
#[derive(Debug)]
pub struct Runner {
    live: watch::Sender<LiveRuns>,
}

/// What the runner works on, for the first lines of every screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the profile.
    pub profile: String,
    /// Company id and name: `usmf Contoso`.
    pub company: String,
    /// Address of the service.
    pub service: String,
}

impl Runner {
    /// What the runner works on.
    pub fn place(&self) -> Place {
        todo!()
    }

    /// The runs of this process that are under way; the newest state always wins.
    pub fn live(&self) -> watch::Receiver<LiveRuns> {
        self.live.subscribe()
    }

    /// Every job with its last run.
    pub async fn overview(&self) -> Result<Vec<JobOverview>, Exception> {
        todo!()
    }

    /// The newest runs, newest first.
    pub async fn runs(&self, job: Option<Job>, limit: usize) -> Result<Vec<RunSummary>, Exception> {
        let _ = (job, limit);
        todo!()
    }

    /// Starts a run of `job` and returns as soon as it is under way.
    pub async fn start(&self, job: Job, options: RunOptions) -> Result<RunId, Exception> {
        let _ = (job, options);
        todo!()
    }

    /// Asks the run of `job` to stop at its next checkpoint, within two seconds. False where none
    /// is under way in this process.
    pub fn cancel(&self, job: Job) -> bool {
        let _ = job;
        todo!()
    }
}
