//! One execution of a job: its counts, its progress and how it ended.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::exception::Exception;
use super::history::History;
use super::job::{Job, JobStatus};
use super::stream::Stream;

/// Number of a run, given by the ledger, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How a run stands, in AX's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    /// Under way.
    Executing,
    /// Done, and balanced.
    Ended,
    /// Failed; the run's exception says why.
    Error,
    /// Stopped by an operator or by the end of the program.
    Canceled,
}

impl RunStatus {
    /// The word operators know.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Executing => "Executing",
            Self::Ended => "Ended",
            Self::Error => "Error",
            Self::Canceled => "Canceled",
        }
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<RunStatus> for JobStatus {
    fn from(status: RunStatus) -> Self {
        match status {
            RunStatus::Executing => Self::Executing,
            RunStatus::Ended => Self::Ended,
            RunStatus::Error => Self::Error,
            RunStatus::Canceled => Self::Canceled,
        }
    }
}

/// What happened to the records of one stream in one run.
///
/// A run balances when `enumerated = acknowledged + unchanged + quarantined` (promise G3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records the run had to look at.
    pub enumerated: u64,
    /// Records sent and accepted, deletions included.
    pub acknowledged: u64,
    /// Records not sent because the service already holds the same value.
    pub unchanged: u64,
    /// Records set aside with a reason.
    pub quarantined: u64,
    /// Deletions among the acknowledged.
    pub deleted: u64,
    /// Records the service dropped when a complete load was committed.
    pub retired: u64,
    /// Batches sent.
    pub batches: u64,
    /// Bytes of all request bodies before compression.
    pub payload_bytes: u64,
    /// Requests repeated after a passing failure.
    pub retries: u64,
}

impl Counts {
    /// Records that are settled one way or another.
    pub const fn settled(&self) -> u64 {
        self.acknowledged + self.unchanged + self.quarantined
    }

    /// True where every enumerated record is accounted for.
    pub const fn balances(&self) -> bool {
        self.enumerated == self.settled()
    }

    /// Adds the counts of another stream.
    pub fn add(&mut self, other: &Self) {
        self.enumerated += other.enumerated;
        self.acknowledged += other.acknowledged;
        self.unchanged += other.unchanged;
        self.quarantined += other.quarantined;
        self.deleted += other.deleted;
        self.retired += other.retired;
        self.batches += other.batches;
        self.payload_bytes += other.payload_bytes;
        self.retries += other.retries;
    }
}

/// Where a stream stands within a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Its turn has not come.
    #[default]
    Pending,
    /// Batches of unknown outcome are sent again.
    Settling,
    /// Records are read, compared and sent.
    Sending,
    /// The complete load is committed or the cursor is moved.
    Committing,
    /// Done.
    Done,
}

impl Phase {
    /// One word for tables and gauges.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Settling => "settling",
            Self::Sending => "sending",
            Self::Committing => "committing",
            Self::Done => "done",
        }
    }
}

/// One stream of a run: live while it runs, kept with the run afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamProgress {
    /// The stream.
    pub stream: Stream,
    /// Where it stands.
    pub phase: Phase,
    /// How many records there are to look at, as far as known.
    pub total: Option<u64>,
    /// What happened so far.
    #[serde(flatten)]
    pub counts: Counts,
    /// When its turn came.
    pub started: Option<Timestamp>,
    /// When it was done.
    pub finished: Option<Timestamp>,
    /// Why the whole stream is read instead of its changes, in words for the operator.
    pub reload: Option<String>,
}

impl StreamProgress {
    /// A stream whose turn has not come.
    pub const fn pending(stream: Stream) -> Self {
        Self {
            stream,
            phase: Phase::Pending,
            total: None,
            counts: Counts {
                enumerated: 0,
                acknowledged: 0,
                unchanged: 0,
                quarantined: 0,
                deleted: 0,
                retired: 0,
                batches: 0,
                payload_bytes: 0,
                retries: 0,
            },
            started: None,
            finished: None,
            reload: None,
        }
    }
}

/// A run as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The run.
    pub run: RunId,
    /// Its job.
    pub job: Job,
    /// Host and process that runs it.
    pub owner: String,
    /// True where nothing is sent on purpose.
    pub dry_run: bool,
    /// When it started.
    pub started: Timestamp,
    /// True from the moment an operator asked to cancel.
    pub cancelling: bool,
    /// What it waits for, if it waits: "service unavailable, next try in 8 s".
    pub waiting: Option<String>,
    /// Every stream of the job, in order.
    pub streams: Vec<StreamProgress>,
}

impl Progress {
    /// The sum over all streams.
    pub fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for stream in &self.streams {
            sum.add(&stream.counts);
        }
        sum
    }

    /// The stream being worked on.
    pub fn current(&self) -> Option<&StreamProgress> {
        self.streams
            .iter()
            .find(|stream| !matches!(stream.phase, Phase::Pending | Phase::Done))
    }

    /// Records to look at in all streams, as far as known.
    pub fn total(&self) -> Option<u64> {
        self.streams.iter().map(|stream| stream.total).sum()
    }
}

/// A run as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The run.
    pub run: RunId,
    /// Its job.
    pub job: Job,
    /// How it stands.
    pub status: RunStatus,
    /// True where nothing was sent on purpose.
    pub dry_run: bool,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Every stream of the job, in order.
    pub streams: Vec<StreamProgress>,
    /// Why it failed.
    pub exception: Option<Exception>,
}

impl RunSummary {
    /// The sum over all streams.
    pub fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for stream in &self.streams {
            sum.add(&stream.counts);
        }
        sum
    }
}

/// A job as a list of jobs shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobOverview {
    /// The job.
    pub job: Job,
    /// How it stands.
    pub status: JobStatus,
    /// Why it is withheld, and by whom; empty otherwise.
    pub reason: String,
    /// When it starts by itself, in words: "every 15 minutes", "as required".
    pub recurrence: String,
    /// Its next start; `None` where none comes by itself.
    pub next: Option<Timestamp>,
    /// Runs in a row that ended in Error.
    pub failures: u32,
    /// Its last run that is not under way any more.
    pub last: Option<RunSummary>,
    /// Its last runs, dry ones left out.
    pub history: History,
    /// Records in quarantine in the job's streams.
    pub quarantined: u64,
    /// Hours until the oldest of the job's cursors falls out of the retention of the company's
    /// change tracking, after which its stream is read whole; negative once it may have. `None`
    /// before the first upload, and for the complete job.
    pub tracking_hours_left: Option<f64>,
}

/// What is under way, wherever it runs, and how ledger, company and service are reached from here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveRuns {
    /// One for each run under way: those of this process, and behind them those elsewhere.
    pub executing: Vec<Progress>,
    /// Grows when a run ended or a job changed, here or elsewhere: time to load the overview again.
    pub changes: u64,
    /// The workers that are there.
    pub workers: u32,
    /// How the service is reached from this process.
    pub reach: Reach,
    /// Where the ledger cannot be read: what is told of others is as it was before.
    pub ledger: Option<Box<Lost>>,
    /// Where the company cannot be read.
    pub company: Option<Box<Lost>>,
    /// Until when the operation log is on, where it is.
    pub logs_until: Option<Timestamp>,
}

/// A side that cannot be read from this process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Since when, as far as was seen.
    pub since: Timestamp,
    /// Why, and what to do.
    pub why: Exception,
}

impl Lost {
    /// The same side found lost `at` a moment: it may have been lost before.
    pub fn again(before: Option<&Self>, why: Exception, at: Timestamp) -> Self {
        let since = before.map_or(at, |before| before.since);
        Self { since, why }
    }
}

/// How the service is reached from this process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Reach {
    /// As it should be.
    #[default]
    Fine,
    /// The service asked for fewer requests: nothing is sent before this.
    Throttled {
        /// When it wants to be asked again.
        until: Timestamp,
    },
    /// It failed so often in a row that single requests try it now and then, and all others wait.
    Open {
        /// Since when.
        since: Timestamp,
        /// Failures in a row.
        failures: u32,
        /// The last of them, in a few words.
        why: String,
        /// When it is tried again.
        next_try: Timestamp,
    },
}
