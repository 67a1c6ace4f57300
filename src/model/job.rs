//! The five Commerce Services jobs: their AX names, what they move, and their states.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::run::RunStatus;
use super::schedule::Schedule;
use super::stream::Stream;

/// One of the five synchronisation jobs of the *Set up data synchronization* checklist item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Inventory, dimensions, dimension groups and item tax groups; every 15 minutes.
    Inventory,
    /// Trade agreements; once a day.
    TradeAgreements,
    /// Orders down, shipments and statuses up; every 15 minutes.
    Orders,
    /// Delivery modes up, online stores down; as required.
    DeliveryModes,
    /// Everything; after each product selection and after data loss.
    Complete,
}

/// The word names no job.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "there is no job {0:?}; the jobs are inventory, trade-agreements, orders, delivery-modes, complete"
)]
pub struct UnknownJob(pub String);

impl Job {
    /// Every job, in the order of the AX documents.
    pub const ALL: [Self; 5] = [
        Self::Inventory,
        Self::TradeAgreements,
        Self::Orders,
        Self::DeliveryModes,
        Self::Complete,
    ];

    /// The word used in commands, settings and the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::TradeAgreements => "trade-agreements",
            Self::Orders => "orders",
            Self::DeliveryModes => "delivery-modes",
            Self::Complete => "complete",
        }
    }

    /// The name AX shows in the *Batch job* form ("(USA) Set up synchronization").
    pub const fn ax_name(self) -> &'static str {
        match self {
            Self::Inventory => "Commerce Services inventory synchronization",
            Self::TradeAgreements => "Commerce Services trade agreements synchronization",
            Self::Orders => "Commerce Services online orders upload and download",
            Self::DeliveryModes => {
                "Commerce Services delivery mode and online store synchronization"
            }
            Self::Complete => "Commerce Services complete data synchronization",
        }
    }

    /// The streams the job moves, in the order of a complete run.
    ///
    /// Categories and items travel with the inventory job: the records it documents (on-hand,
    /// dimensions) would otherwise refer to what the service does not hold yet. Acknowledgements
    /// and shipments travel with the orders, store parameters with the stores.
    pub const fn streams(self) -> &'static [Stream] {
        match self {
            Self::Inventory => &[
                Stream::Categories,
                Stream::DimensionGroups,
                Stream::ItemTaxGroups,
                Stream::Items,
                Stream::OnHand,
            ],
            Self::TradeAgreements => &[Stream::TradeAgreements],
            Self::Orders => &[
                Stream::Orders,
                Stream::Acknowledgements,
                Stream::Shipments,
                Stream::OrderStatuses,
            ],
            Self::DeliveryModes => &[
                Stream::Stores,
                Stream::DeliveryModes,
                Stream::StoreParameters,
            ],
            Self::Complete => &Stream::ALL,
        }
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Job {
    type Err = UnknownJob;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|job| job.name() == name)
            .ok_or_else(|| UnknownJob(name.to_owned()))
    }
}

/// The state of a job, in the words of AX's batch jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobStatus {
    /// Taken off the queue by an operator: it does not start by itself.
    Withhold,
    /// Nothing to do until its next start.
    Waiting,
    /// A run is under way.
    Executing,
    /// The last run failed.
    Error,
    /// The last run ended well.
    Ended,
    /// The last run was stopped by an operator.
    Canceled,
}

impl JobStatus {
    /// The word operators know.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Withhold => "Withhold",
            Self::Waiting => "Waiting",
            Self::Executing => "Executing",
            Self::Error => "Error",
            Self::Ended => "Ended",
            Self::Canceled => "Canceled",
        }
    }

    /// True where AX's *Change status* knows the change.
    pub const fn may_change(self, to: Self) -> bool {
        match to {
            Self::Withhold => match self {
                Self::Waiting | Self::Error | Self::Ended | Self::Canceled => true,
                Self::Withhold | Self::Executing => false,
            },
            Self::Waiting => match self {
                Self::Withhold | Self::Error | Self::Ended | Self::Canceled => true,
                Self::Waiting | Self::Executing => false,
            },
            Self::Executing | Self::Error | Self::Ended | Self::Canceled => false,
        }
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a job stands between its runs, and what changes that: the rules of every ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobState {
    /// Never Executing.
    pub status: JobStatus,
    /// Why it is withheld, and by whom; empty otherwise.
    pub reason: String,
    /// What it was before all jobs were suspended; `None` where it is not withheld by that.
    pub suspended_from: Option<JobStatus>,
    /// Runs in a row that ended in Error.
    pub failures: u32,
    /// True where an operator set it to Waiting to be run again: it is due now.
    pub is_asked: bool,
}

impl JobState {
    /// A job that never ran.
    pub const NEW: Self = Self {
        status: JobStatus::Waiting,
        reason: String::new(),
        suspended_from: None,
        failures: 0,
        is_asked: false,
    };

    /// True where it does not start by itself.
    pub fn is_withheld(&self) -> bool {
        self.status == JobStatus::Withhold
    }

    /// A run of it, not a dry one, has ended so.
    ///
    /// A job that recurs waits again, but after a failure it says Error. Whoever withheld it goes
    /// on withholding it.
    pub fn after_run(&mut self, run: RunStatus, schedule: &Schedule) {
        let ended = match run {
            RunStatus::Executing => return,
            RunStatus::Ended => {
                self.failures = 0;
                JobStatus::Ended
            }
            RunStatus::Error => {
                self.failures = self.failures.saturating_add(1);
                JobStatus::Error
            }
            RunStatus::Canceled => JobStatus::Canceled,
        };
        let is_by_hand = self.is_withheld() && self.suspended_from.is_none();
        let too_many = schedule.pause_after > 0 && self.failures >= schedule.pause_after;
        if is_by_hand {
            return;
        }
        if too_many && ended == JobStatus::Error {
            self.withhold(match self.failures {
                1 => "its last run ended in Error".to_owned(),
                failures => format!("its last {failures} runs ended in Error"),
            });
        } else if self.is_withheld() {
            self.suspended_from = Some(resting(ended, schedule));
        } else {
            self.status = resting(ended, schedule);
        }
    }

    /// Takes it off the queue.
    pub fn withhold(&mut self, reason: String) {
        self.status = JobStatus::Withhold;
        self.reason = reason;
        self.suspended_from = None;
        self.is_asked = false;
    }

    /// Sets it to Waiting: due at once, unless it was withheld, when it goes on with its schedule
    /// and has its failures forgiven.
    pub fn wait(&mut self) {
        if self.is_withheld() {
            self.failures = 0;
            self.is_asked = false;
        } else {
            self.is_asked = true;
        }
        self.status = JobStatus::Waiting;
        self.reason.clear();
        self.suspended_from = None;
    }

    /// Withholds it together with all others. False where it is withheld already.
    pub fn suspend(&mut self, by: &str) -> bool {
        if self.is_withheld() {
            return false;
        }
        self.suspended_from = Some(self.status);
        self.status = JobStatus::Withhold;
        self.reason = format!("all jobs suspended by {by}");
        true
    }

    /// Undoes [`JobState::suspend`]. False where nothing else than that would release it.
    pub fn resume(&mut self) -> bool {
        let Some(before) = self.suspended_from.take() else {
            return false;
        };
        self.status = before;
        self.reason.clear();
        true
    }

    /// It has another schedule now.
    pub fn reschedule(&mut self, schedule: &Schedule) {
        self.status = resting(self.status, schedule);
        self.suspended_from = self.suspended_from.map(|before| resting(before, schedule));
    }
}

/// A job that recurs is never at its end.
const fn resting(status: JobStatus, schedule: &Schedule) -> JobStatus {
    match status {
        JobStatus::Ended | JobStatus::Canceled if schedule.recurrence.is_some() => {
            JobStatus::Waiting
        }
        JobStatus::Withhold
        | JobStatus::Waiting
        | JobStatus::Executing
        | JobStatus::Error
        | JobStatus::Ended
        | JobStatus::Canceled => status,
    }
}

#[cfg(test)]
mod tests;
