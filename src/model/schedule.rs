//! What starts when: a job's recurrence with the policies around it, and the decision what is to be
//! done now. Pure: the ledger gives the time and remembers the outcome.

use jiff::Timestamp;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::recurrence::Recurrence;

/// A job's schedule, as the operator set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// When it comes; `None`: as required, by hand only.
    pub recurrence: Option<Recurrence>,
    /// What becomes of occurrences that nobody was there to run.
    pub missed: Missed,
    /// Missed occurrences older than this many minutes are skipped whatever `missed` says; 0: none is too old.
    pub missed_window_minutes: u32,
    /// What becomes of an occurrence whose turn comes while a run is in its way.
    pub overlap: Overlap,
    /// Withhold the job after so many failures in a row; 0: never.
    pub pause_after: u32,
    /// Start a little later than the occurrence, by a number of seconds that follows from the job's
    /// name: not all jobs start in the same moment.
    pub jitter: bool,
    /// The hours in which it may start by itself; an occurrence outside of them waits for them.
    pub quiet_hours: Option<QuietHours>,
}

/// What becomes of occurrences that nobody was there to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missed {
    /// One run for all of them.
    One,
    /// A run for each, at most so many of the newest, one after the other; the older are skipped.
    UpTo(u32),
    /// None.
    Skip,
}

/// What becomes of an occurrence whose turn comes while a run is in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// It is skipped.
    Skip,
    /// One waits until the way is free; those behind it are coalesced into it.
    Wait,
    /// The run in its way is cancelled.
    CancelOther,
}

/// A span of the day on the wall clock of the recurrence's zone; it may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// First moment.
    pub from: Time,
    /// First moment that is outside again.
    pub to: Time,
}

/// What became of a due occurrence: each one has exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A run was started for it.
    Run,
    /// A run that was started for a later one did its work.
    Coalesced,
    /// It was skipped; the reason stands with it.
    Skipped,
}

/// A due occurrence and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// When it was due, without the jitter.
    pub due: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was not run; empty otherwise.
    pub why: String,
}

/// How far a job's schedule has been dealt with; the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Every occurrence up to this moment, itself included, has its record.
    pub dealt_until: Timestamp,
    /// Occurrences up to this moment were missed and are caught up with one after the other: a run
    /// in their way holds them up, and does not skip them.
    pub catch_up_until: Option<Timestamp>,
    /// The occurrence that waits for its way to be free or for the quiet hours: however late it
    /// starts, it is not missed.
    pub waiting: Option<Timestamp>,
    /// Runs started by the recurrence so far, for its end.
    pub started: u32,
}

/// What is to be done about a job now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What became of occurrences that are due, oldest first; the one to be started is among them.
    pub records: Vec<Occurrence>,
    /// The occurrence that a run is to be started for.
    pub start: Option<Timestamp>,
    /// The run in its way is to be cancelled first.
    pub cancel_other: bool,
    /// How far the schedule has been dealt with once this is carried out.
    pub standing: Standing,
    /// When to look again; `None`: nothing comes any more.
    pub next: Option<Timestamp>,
}
