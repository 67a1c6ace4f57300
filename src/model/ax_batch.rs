//! The batch jobs of AX itself (*System administration > Inquiries > Batch jobs*): what they are,
//! how they stand, and whether that takes too long. They are only looked at.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use super::container;
use super::job::Job;
use super::words::age;

/// A batch server looks for work once a minute; a job that is not begun after this waits for a
/// server that is stopped, or for threads that others hold.
pub const WAITS_TOO_LONG: SignedDuration = SignedDuration::from_mins(15);

/// A run takes too long from so many times its usual duration on.
const TIMES_THE_USUAL: i32 = 3;
/// However short it usually is, a run this long is nothing to speak of.
const NEVER_TOO_LONG: SignedDuration = SignedDuration::from_mins(10);
/// A run takes too long from here on where nothing is known of earlier ones.
const TOO_LONG: SignedDuration = SignedDuration::from_hours(4);

/// The first words of the captions of all Commerce Services jobs.
pub const COMMERCE_SERVICES: &str = "Commerce Services";

/// `BatchStatus` of jobs, tasks and their history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxBatchStatus {
    /// 0 `Hold`
    Withhold,
    /// 1 `Waiting`
    Waiting,
    /// 2 `Executing`
    Executing,
    /// 3 `Error`
    Error,
    /// 4 `Finished`
    Ended,
    /// 5 `Ready`
    Ready,
    /// 6 `NotRun`
    DidNotRun,
    /// 7 `Cancelling`
    Canceling,
    /// 8 `Cancelled`
    Canceled,
    /// A value that AX 2012 does not have.
    Other(i32),
}

impl AxBatchStatus {
    /// The status behind AX's number.
    pub const fn from_ax(number: i32) -> Self {
        match number {
            0 => Self::Withhold,
            1 => Self::Waiting,
            2 => Self::Executing,
            3 => Self::Error,
            4 => Self::Ended,
            5 => Self::Ready,
            6 => Self::DidNotRun,
            7 => Self::Canceling,
            8 => Self::Canceled,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for AxBatchStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Withhold => "Withhold",
            Self::Waiting => "Waiting",
            Self::Executing => "Executing",
            Self::Error => "Error",
            Self::Ended => "Ended",
            Self::Ready => "Ready",
            Self::DidNotRun => "Didn't run",
            Self::Canceling => "Canceling",
            Self::Canceled => "Canceled",
            Self::Other(number) => return f.pad(&number.to_string()),
        })
    }
}

/// The word in lower case with hyphens, as every status in JSON: `executing`, `did-not-run`.
impl Serialize for AxBatchStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::DidNotRun => serializer.serialize_str("did-not-run"),
            Self::Withhold
            | Self::Waiting
            | Self::Executing
            | Self::Error
            | Self::Ended
            | Self::Ready
            | Self::Canceling
            | Self::Canceled
            | Self::Other(_) => serializer.serialize_str(&self.to_string().to_lowercase()),
        }
    }
}

/// When something was planned, began and ended. AX keeps these in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AxBatchTimes {
    /// Scheduled start (`ORIGSTARTDATETIME`): of a recurring job that waits, the next one.
    pub planned: Option<Timestamp>,
    /// `STARTDATETIME`
    pub started: Option<Timestamp>,
    /// `ENDDATETIME`
    pub ended: Option<Timestamp>,
}

impl AxBatchTimes {
    /// From beginning to end.
    pub fn took(&self) -> Option<SignedDuration> {
        let took = self.ended?.duration_since(self.started?);
        (!took.is_negative()).then_some(took)
    }
}

/// A `utcdatetime` as AX keeps it; none for 1900 ("no date") and from 2154 on ("never").
pub fn moment(at: DateTime) -> Option<Timestamp> {
    let is_one = (1901..2154).contains(&at.year());
    let zoned = is_one.then(|| at.to_zoned(TimeZone::UTC))?;
    zoned.ok().map(|at| at.timestamp())
}

/// A task of a batch job (`BATCH`), or of one of its runs (`BATCHHISTORY`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AxBatchTask {
    /// RecId.
    pub id: i64,
    /// Its description.
    pub caption: String,
    /// Number of its class in this AX (`CLASSNUMBER`).
    pub class_number: i32,
    /// Company it works in.
    pub company: String,
    /// Batch group; empty for the default one.
    pub group: String,
    /// How it stands, or ended.
    pub status: AxBatchStatus,
    /// The AOS that executes it, such as `01@AOS01`.
    pub server: String,
    /// User it runs as.
    pub executed_by: String,
    /// How often it was tried again.
    pub retries: i32,
    /// When.
    #[serde(flatten)]
    pub times: AxBatchTimes,
    /// The messages of its log (`INFO`).
    pub log: Vec<String>,
}

/// The messages of a packed log; none where AX kept none.
pub fn log_of(info: Option<&[u8]>) -> Vec<String> {
    info.map(container::messages).unwrap_or_default()
}

/// A run of a batch job that is over (`BATCHJOBHISTORY`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AxBatchRun {
    /// RecId.
    pub id: i64,
    /// How it ended.
    pub status: AxBatchStatus,
    /// Who canceled it; empty where nobody did.
    pub canceled_by: String,
    /// When.
    #[serde(flatten)]
    pub times: AxBatchTimes,
    /// Its tasks with their logs.
    pub tasks: Vec<AxBatchTask>,
}

/// What a run wrote into the logs of its tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AxBatchLog {
    /// When the run ended; else when it began.
    pub at: Option<Timestamp>,
    /// Every message, task by task.
    pub messages: Vec<String>,
}

impl AxBatchLog {
    fn of(times: AxBatchTimes, tasks: &[AxBatchTask]) -> Option<Self> {
        let messages: Vec<String> = tasks.iter().flat_map(|task| task.log.clone()).collect();
        (!messages.is_empty()).then(|| Self {
            at: times.ended.or(times.started),
            messages,
        })
    }

    /// The last message: with it a run says why it ended.
    pub fn last(&self) -> &str {
        self.messages.last().map_or("", String::as_str)
    }
}

/// A batch job of AX (`BATCHJOB`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AxBatchJob {
    /// RecId.
    pub id: i64,
    /// Its description, free text.
    pub caption: String,
    /// Which of the five Commerce Services jobs it is by its caption.
    pub job: Option<Job>,
    /// Company it belongs to.
    pub company: String,
    /// User who made it: it runs as this user.
    pub created_by: String,
    /// Who canceled it; empty where nobody did.
    pub canceled_by: String,
    /// How it stands.
    pub status: AxBatchStatus,
    /// When.
    #[serde(flatten)]
    pub times: AxBatchTimes,
    /// Its tasks with the logs of their last run.
    pub tasks: Vec<AxBatchTask>,
    /// How long its runs that ended well take: the median, in seconds.
    pub usual_seconds: Option<i64>,
    /// What its last run wrote, where it wrote anything.
    pub last_log: Option<AxBatchLog>,
    /// What its last run in Error wrote, where it wrote anything.
    pub last_error: Option<AxBatchLog>,
}

impl AxBatchJob {
    /// The places of the runs (newest first) whose logs [`AxBatchJob::learn`] looks into: the
    /// newest, and the newest in Error.
    pub fn worth_reading(runs: &[AxBatchRun]) -> Vec<usize> {
        let is_error = |run: &AxBatchRun| run.status == AxBatchStatus::Error;
        let failed = runs.iter().position(is_error).filter(|place| *place > 0);
        let newest = (!runs.is_empty()).then_some(0);
        newest.into_iter().chain(failed).collect()
    }

    /// Takes in what its newest runs, newest first, tell of it.
    pub fn learn(&mut self, runs: &[AxBatchRun]) {
        let ended_well = runs.iter().filter(|run| run.status == AxBatchStatus::Ended);
        let took = ended_well.filter_map(|run| run.times.took());
        self.usual_seconds = median(took.map(|took| took.as_secs()).collect());
        // A job need not be saved to the history: its tasks keep the log of their last run.
        let own = AxBatchLog::of(self.times, &self.tasks);
        let log_of = |run: &AxBatchRun| AxBatchLog::of(run.times, &run.tasks);
        let own_error = own.clone().filter(|_| self.status == AxBatchStatus::Error);
        self.last_error = own_error.or_else(|| {
            let is_error = |run: &&AxBatchRun| run.status == AxBatchStatus::Error;
            runs.iter().find(is_error).and_then(log_of)
        });
        self.last_log = own.or_else(|| runs.first().and_then(log_of));
    }

    /// How long it is executing, where it is.
    fn executing_for(&self, now: Timestamp) -> Option<SignedDuration> {
        let started = self.times.started?;
        (self.status == AxBatchStatus::Executing).then(|| now.duration_since(started))
    }

    /// How long it waits behind its scheduled start.
    fn waits_for(&self, now: Timestamp) -> Option<SignedDuration> {
        let planned = self.times.planned?;
        (self.status == AxBatchStatus::Waiting).then(|| now.duration_since(planned))
    }

    fn usual(&self) -> Option<SignedDuration> {
        self.usual_seconds.map(SignedDuration::from_secs)
    }

    /// True where it should have begun [`WAITS_TOO_LONG`] ago.
    pub fn is_waiting_too_long(&self, now: Timestamp) -> bool {
        self.waits_for(now)
            .is_some_and(|waits| waits > WAITS_TOO_LONG)
    }

    /// True where its run takes much longer than its runs take; without a history, hours.
    pub fn is_executing_too_long(&self, now: Timestamp) -> bool {
        let bound = self.usual().map_or(TOO_LONG, |usual| {
            usual
                .checked_mul(TIMES_THE_USUAL)
                .unwrap_or(SignedDuration::MAX)
                .max(NEVER_TOO_LONG)
        });
        self.executing_for(now)
            .is_some_and(|executing| executing > bound)
    }

    /// True where it takes too long, before its run or in it.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.is_waiting_too_long(now) || self.is_executing_too_long(now)
    }

    /// How far it is, in a few words; empty where its status says it all.
    pub fn progress(&self, now: Timestamp) -> String {
        if let Some(executing) = self.executing_for(now) {
            let usual = self
                .usual()
                .map(|usual| format!(", usually {}", age(usual)));
            return format!(
                "executing for {}{}",
                age(executing),
                usual.unwrap_or_default()
            );
        }
        if let Some(waits) = self.waits_for(now) {
            return if waits.is_negative() {
                format!("starts in {}", age(-waits))
            } else if self.is_waiting_too_long(now) {
                format!("waiting {} longer than planned", age(waits))
            } else {
                "due now".to_owned()
            };
        }
        if self.canceled_by.is_empty() {
            String::new()
        } else {
            format!("canceled by {}", self.canceled_by)
        }
    }
}

/// The one in the middle; of an even number, the lower one of both.
fn median(mut numbers: Vec<i64>) -> Option<i64> {
    numbers.sort_unstable();
    let middle = numbers.len().checked_sub(1)? / 2;
    numbers.get(middle).copied()
}

/// Which of the five Commerce Services jobs has this caption: by AX's own names, upper and lower
/// case alike. The documents write the orders job in two ways.
pub fn commerce_services_job(caption: &str) -> Option<Job> {
    let caption = caption.trim().to_lowercase();
    let caption = caption.replace("online order upload", "online orders upload");
    let has_it = |job: &Job| job.ax_name().to_lowercase() == caption;
    Job::ALL.into_iter().find(has_it)
}

#[cfg(test)]
mod tests;
