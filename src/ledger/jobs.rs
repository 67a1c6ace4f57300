//! The jobs as the ledger keeps them: their schedules, statuses and occurrences, who runs them, and
//! which workers are there.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Begun, Fence, Holder, LedgerError};
use crate::model::administration::OperationLog;
use crate::model::filter::Filter;
use crate::model::run::RunSummary;
use crate::model::schedule::{Occurrence, Schedule, Standing};
use crate::model::{Job, JobStatus, Progress, RunId, Stream};
use crate::sqlite::{self, Mark};

/// How often the ledger is asked whether others changed anything.
pub const LOOK: Duration = sqlite::LOOK;

/// A job as the ledger keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRecord {
    /// The job.
    pub job: Job,
    /// How it stands. Executing where a live run of it holds its lease; for the other jobs a
    /// complete run does not count.
    pub status: JobStatus,
    /// Why it is withheld, and by whom; empty otherwise. A run may be Executing all the same: one
    /// that was under way, or that an operator started.
    pub reason: String,
    /// When it starts by itself.
    pub schedule: Schedule,
    /// How far the schedule has been dealt with.
    pub standing: Standing,
    /// Runs in a row that ended in Error.
    pub failures: u32,
    /// True where an operator set it to Waiting to be run again: it is due now.
    pub is_asked: bool,
    /// Who holds its lease: a run of it, or a complete run.
    pub holder: Option<Holder>,
    /// Its last run, where a worker started it and died: it is to be taken over. `None` while the
    /// job is withheld.
    pub interrupted: Option<RunId>,
    /// Grows with every change of the above but `holder`.
    pub revision: i64,
}

impl JobRecord {
    /// True where it does not start by itself until an operator resumes it.
    pub const fn is_withheld(&self) -> bool {
        !self.reason.is_empty()
    }
}

/// A worker, or a console that works as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerSeen {
    /// Host and process: the owner of its leases.
    pub owner: String,
    /// Version of its program.
    pub version: String,
    /// When it began.
    pub since: Timestamp,
    /// When it was last there.
    pub seen: Timestamp,
}

/// Everything a worker needs to decide, and a console to show, at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// The ledger's clock: the only one that decides.
    pub now: Timestamp,
    /// It is not believed from this moment on, whether or not anything is written: a lease or a
    /// worker on it runs out, or the log.
    pub until: Timestamp,
    /// What was written until then; `None` where the ledger cannot tell.
    pub mark: Option<Mark>,
    /// Grows with every run that starts or ends, and with every change of a job.
    pub changes: i64,
    /// Every job, in the order of [`Job::ALL`].
    pub jobs: Vec<JobRecord>,
    /// The runs that hold their leases, wherever they are.
    pub executing: Vec<Progress>,
    /// The workers seen within the last minute, longest there first.
    pub workers: Vec<WorkerSeen>,
    /// The operation log, where it is on.
    pub operation_log: Option<OperationLog>,
}

/// Why a run is started.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// An operator started it.
    Operator,
    /// An operator set the job to Waiting, and a worker came upon it.
    Asked {
        /// [`JobRecord::revision`] that was read.
        revision: i64,
    },
    /// It was due.
    Occurrence(Box<Due>),
    /// The worker that ran it died.
    TakeOver {
        /// The interrupted run.
        of: RunId,
    },
}

/// What is written down about occurrences, in one moment with the start of a run where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// [`JobRecord::revision`] that the decision was made on.
    pub revision: i64,
    /// The occurrence that is run; `None` where none is.
    pub start: Option<Timestamp>,
    /// What became of occurrences, oldest first.
    pub records: Vec<Occurrence>,
    /// How far the schedule has been dealt with then.
    pub standing: Standing,
}

/// A due occurrence of a job, as it was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OccurrenceEntry {
    /// The job.
    pub job: Job,
    /// When it was due, and what became of it.
    #[serde(flatten)]
    pub occurrence: Occurrence,
    /// The run that did its work.
    pub run: Option<RunId>,
    /// When it was written down.
    pub noted: Timestamp,
}

/// How old a stream's cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorAge {
    /// The stream.
    pub stream: Stream,
    /// Its change version was read at this moment or a little later.
    pub read: Timestamp,
}

/// What a change of a job's status came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusChange {
    /// The job has the status now.
    Done,
    /// It had it already.
    AsItWas,
    /// AX knows no such change; the job has this status.
    Impossible(JobStatus),
}

/// Jobs, runs and leases.
#[async_trait]
pub trait JobBook: Send + Sync {
    /// All of it at one moment.
    async fn board(&self) -> Result<Board, LedgerError>;

    /// Waits until a board that this ledger answered may be another one: somebody has written since,
    /// or its time has come. It is seen within [`LOOK`]. Where that cannot be told, so long is waited.
    async fn outdated(&self, board: &Board);

    /// Takes the leases of `needs` and notes a new run of `job`. Runs that were under way on
    /// these leases and lost them are noted as failed; where that was one failure in a row too
    /// many and nobody but a worker wants the run, the job is withheld instead.
    async fn begin_run(
        &self,
        job: Job,
        needs: &[Job],
        owner: &str,
        lease: Duration,
        dry_run: bool,
        cause: Cause,
    ) -> Result<Begun, LedgerError>;

    /// Says that the run is alive: extends its leases by `lease` from now and, where it is given,
    /// notes how far it has come. Answers who asked to cancel it, if anybody did.
    async fn beat(
        &self,
        fence: Fence,
        lease: Duration,
        progress: Option<Progress>,
    ) -> Result<Option<String>, LedgerError>;

    /// Notes how the run ended, gives its leases back and says how its job stands now.
    async fn finish_run(&self, fence: Fence, summary: &RunSummary) -> Result<(), LedgerError>;

    /// Asks the live run of `job`, wherever it is, to stop. False where there is none.
    async fn ask_cancel(&self, job: Job, by: &str) -> Result<bool, LedgerError>;

    /// The newest runs, newest first.
    async fn runs(&self, job: Option<Job>, limit: usize) -> Result<Vec<RunSummary>, LedgerError>;

    /// The newest runs that a filter lets through, newest first.
    async fn runs_that(&self, terms: &Filter, limit: usize)
    -> Result<Vec<RunSummary>, LedgerError>;

    /// One run.
    async fn run(&self, run: RunId) -> Result<Option<RunSummary>, LedgerError>;

    /// Notes what became of occurrences that no run is started for. False where the job has
    /// changed since: decide again.
    async fn note_occurrences(&self, job: Job, due: Due) -> Result<bool, LedgerError>;

    /// The newest occurrences that were due, newest first.
    async fn occurrences(
        &self,
        job: Option<Job>,
        limit: usize,
    ) -> Result<Vec<OccurrenceEntry>, LedgerError>;

    /// Gives the job another schedule; its occurrences count from now. False where the job has
    /// changed since `revision`.
    async fn set_schedule(
        &self,
        job: Job,
        revision: i64,
        schedule: Schedule,
    ) -> Result<bool, LedgerError>;

    /// Changes the status as AX's *Change status* does ([`JobStatus::may_change`]): Waiting, Error, Ended or Canceled to
    /// Withhold; Withhold, Error, Ended or Canceled to Waiting. From Error, Ended and Canceled the
    /// job is then due at once; from Withhold it goes on with its schedule, and what was due
    /// meanwhile is skipped.
    async fn change_status(
        &self,
        job: Job,
        to: JobStatus,
        by: &str,
    ) -> Result<StatusChange, LedgerError>;

    /// Withholds every job that is not, and remembers what each was; runs under way go on.
    /// Answers the jobs that were changed.
    async fn suspend_all(&self, by: &str) -> Result<Vec<Job>, LedgerError>;

    /// Gives every job that [`JobBook::suspend_all`] withheld the status it had. Answers them.
    async fn resume_all(&self, by: &str) -> Result<Vec<Job>, LedgerError>;

    /// Says that a worker is there (`true`) or leaves (`false`).
    async fn note_worker(&self, owner: &str, is_there: bool) -> Result<(), LedgerError>;

    /// How old the cursors are.
    async fn cursor_ages(&self) -> Result<Vec<CursorAge>, LedgerError>;
}
