//! What starts when: a job's recurrence with the policies around it, and the decision what is to be
//! done now. Pure: the ledger gives the time and remembers the outcome.

mod decision;
mod preview;
mod quiet;
mod said;
mod text;
mod times;
mod typed;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

use super::Job;
use super::recurrence::{self, End, Pattern, Recurrence, RecurrenceError};

pub use decision::{decide, skip_due};
pub use preview::{Planned, preview};
pub use said::{Said, Unusable};
pub use typed::{Fault, Field, Fields};

/// Most missed occurrences that [`Missed::UpTo`] catches up with.
pub const MOST_CAUGHT_UP: u32 = 1_000;

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

/// What becomes of occurrences that nobody was there to run: that were not started within a minute
/// of their start, and did not wait for anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missed {
    /// One run for all of them.
    One,
    /// A run for each, at most so many of the newest, one after the other; the older are skipped.
    /// 1 to [`MOST_CAUGHT_UP`].
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
    /// It waits until the way is free; one run is started then for all that wait.
    Wait,
    /// The run in its way is cancelled; it is started once that has ended.
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
    /// One run, for a later one, does its work.
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
    /// Every occurrence up to this moment, itself included, has its record. It never goes back.
    pub dealt_until: Timestamp,
    /// Occurrences up to this moment were missed and are caught up with one after the other: a run
    /// in their way holds them up, and does not skip them.
    pub catch_up_until: Option<Timestamp>,
    /// The first of the occurrences that wait: for their way to be free, for those that are caught
    /// up with, or for the quiet hours. However late it starts, it is not missed, nor are those
    /// behind it.
    pub waiting: Option<Timestamp>,
    /// Runs started by the recurrence so far, for its end.
    pub started: u32,
}

/// When a job starts, at a moment of the ledger's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timetable {
    /// The job.
    pub job: Job,
    /// Its schedule.
    pub schedule: Schedule,
    /// How far that has been dealt with.
    pub standing: Standing,
    /// The moment.
    pub now: Timestamp,
}

/// Another schedule that an operator wants for a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replan {
    /// The job.
    pub job: Job,
    /// What the operator saw: where the job has another one by now, it is not replaced.
    pub before: Schedule,
    /// What it is to be.
    pub wanted: Schedule,
}

/// What is to be done about a job now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What became of occurrences that are due, oldest first; the one to be started is among them.
    /// At most 1,000.
    pub records: Vec<Occurrence>,
    /// The occurrence that a run is to be started for.
    pub start: Option<Timestamp>,
    /// The run in the way is to be cancelled. Nothing is started meanwhile: what it is cancelled for
    /// waits, and a later decision starts it once the way is free. Said again until then.
    pub cancel_other: bool,
    /// How far the schedule has been dealt with once this is carried out.
    pub standing: Standing,
    /// When to look again, if nothing changes before: a run that ends is a change. `None`: nothing
    /// comes any more.
    pub next: Option<Timestamp>,
}

impl Standing {
    /// Of a job whose schedule was set at this moment: its occurrences count from now.
    pub fn new(now: Timestamp) -> Self {
        Self {
            dealt_until: now,
            catch_up_until: None,
            waiting: None,
            started: 0,
        }
    }
}

impl Schedule {
    /// The recommended schedule of a job: inventory and orders every 15 minutes, trade agreements
    /// once a day at 04:00, the other two as required.
    pub fn recommended(job: Job, start_of_day: DateTime, zone: &str) -> Self {
        let from = |start, pattern| Recurrence {
            start,
            zone: zone.to_owned(),
            end: End::Never,
            pattern,
        };
        let recurrence = match job {
            Job::Inventory | Job::Orders => Some(from(start_of_day, Pattern::Minutes(15))),
            Job::TradeAgreements => {
                let start = start_of_day.date().at(4, 0, 0, 0);
                Some(from(start, Pattern::Days(1)))
            }
            Job::DeliveryModes | Job::Complete => None,
        };
        let overlap = match job {
            Job::Complete => Overlap::Wait,
            Job::Inventory | Job::TradeAgreements | Job::Orders | Job::DeliveryModes => {
                Overlap::Skip
            }
        };
        Self {
            recurrence,
            missed: Missed::One,
            missed_window_minutes: 0,
            overlap,
            pause_after: 0,
            jitter: true,
            quiet_hours: None,
        }
    }

    /// Whether it can be used.
    pub fn check(&self) -> Result<(), RecurrenceError> {
        if let Some(recurrence) = &self.recurrence {
            recurrence.check()?;
        }
        if let Some(hours) = self.quiet_hours
            && hours.from == hours.to
        {
            return Err(RecurrenceError::QuietHours(hours.from));
        }
        match self.missed {
            Missed::UpTo(1..=MOST_CAUGHT_UP) | Missed::One | Missed::Skip => Ok(()),
            Missed::UpTo(many) => Err(RecurrenceError::CatchUp(many)),
        }
    }

    /// True where both come as often, on the same days and at the same time, and never end.
    fn comes_like(&self, other: &Self) -> bool {
        let without_end = |schedule: &Self| {
            let recurrence = schedule.recurrence.as_ref();
            recurrence.is_none_or(|recurrence| recurrence.end == End::Never)
        };
        self.pattern_in_words() == other.pattern_in_words()
            && without_end(self)
            && without_end(other)
    }

    /// The same with the recurrence that is usual for the job, from today on. None where it comes so
    /// already, and where the job usually starts as required: then it keeps what it has.
    pub fn with_usual(&self, job: Job, now: Timestamp, zone: &str) -> Option<Self> {
        let today = recurrence::zone(zone).ok()?.to_datetime(now).date();
        let usual = Self::recommended(job, today.to_datetime(Time::midnight()), zone);
        usual.recurrence.as_ref()?;
        let wanted = Self {
            recurrence: usual.recurrence,
            ..self.clone()
        };
        (!self.comes_like(&wanted)).then_some(wanted)
    }

    /// When it comes, in a few words: "every 15 minutes", "as required".
    pub fn pattern_in_words(&self) -> String {
        self.recurrence
            .as_ref()
            .map_or_else(|| "as required".to_owned(), Recurrence::pattern_in_words)
    }
}

/// The longest jitter.
const MOST_JITTER: Duration = Duration::from_secs(60);

/// How much later than its occurrences the job starts: whole seconds that follow from the job's
/// name, at most a minute and at most a tenth of the interval.
pub fn jitter(job: Job, schedule: &Schedule) -> Duration {
    let Some(recurrence) = schedule.recurrence.as_ref().filter(|_| schedule.jitter) else {
        return Duration::ZERO;
    };
    let interval = match recurrence.pattern {
        Pattern::Minutes(every) => 60 * u64::from(every),
        Pattern::Hours(every) => 3_600 * u64::from(every),
        Pattern::Days(_) | Pattern::Weeks { .. } | Pattern::Months { .. } | Pattern::Years(_) => {
            24 * 3_600
        }
    };
    let most = (interval / 10).min(MOST_JITTER.as_secs());
    let hash = xxhash_rust::xxh3::xxh3_64(job.name().as_bytes());
    Duration::from_secs(hash % (most + 1))
}

/// Why the job starts later than its occurrences; `None` where it does not.
pub fn jitter_in_words(job: Job, schedule: &Schedule) -> Option<String> {
    let seconds = jitter(job, schedule).as_secs();
    (seconds > 0).then(|| {
        format!(
            "{job} starts {seconds} s after each occurrence, so that not all jobs start in the same \
             moment: the number follows from its name, is at most 60 s and at most a tenth of the interval"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    fn recommended(job: Job) -> Schedule {
        Schedule::recommended(job, datetime(2026, 11, 21, 0, 0, 0, 0), "Europe/Zurich")
    }

    #[test]
    fn each_job_has_its_recommended_recurrence() {
        let words = Job::ALL.map(|job| recommended(job).pattern_in_words());
        assert_eq!(
            words,
            [
                "every 15 minutes",
                "every day at 04:00",
                "every 15 minutes",
                "as required",
                "as required"
            ]
        );
        for job in Job::ALL {
            let schedule = recommended(job);
            assert_eq!(schedule.check(), Ok(()));
            let waits = schedule.overlap == Overlap::Wait;
            assert_eq!(waits, job == Job::Complete, "{job}");
        }
    }

    #[test]
    fn the_usual_recurrence_is_given_only_where_it_changes_something() {
        let now = "2026-11-21T23:30:00Z".parse().unwrap();
        let zone = "Europe/Zurich";
        for job in Job::ALL {
            assert_eq!(recommended(job).with_usual(job, now, zone), None, "{job}");
            let by_hand = Schedule {
                recurrence: None,
                pause_after: 3,
                ..recommended(job)
            };
            let wanted = by_hand.with_usual(job, now, zone);
            let recurs = recommended(job).recurrence.is_some();
            assert_eq!(wanted.is_some(), recurs, "{job}");
            let Some(wanted) = wanted else { continue };
            assert_eq!(
                wanted.pattern_in_words(),
                recommended(job).pattern_in_words()
            );
            assert_eq!(wanted.pause_after, 3, "policies stay");
            assert_eq!(wanted.with_usual(job, now, zone), None);
        }
        let mut ends = recommended(Job::Orders);
        if let Some(recurrence) = &mut ends.recurrence {
            recurrence.end = End::After(3);
        }
        assert!(ends.with_usual(Job::Orders, now, zone).is_some());
    }

    #[test]
    fn jobs_of_one_interval_start_apart_by_seconds_that_can_be_told() {
        let mut jitters: Vec<u64> = Job::ALL
            .into_iter()
            .map(|job| {
                let schedule = Schedule {
                    recurrence: recommended(Job::Orders).recurrence,
                    ..recommended(job)
                };
                jitter(job, &schedule).as_secs()
            })
            .collect();
        // They follow from the names: another version of axcs must not move the starts.
        assert_eq!(jitters, [17, 51, 27, 38, 56]);
        jitters.sort_unstable();
        jitters.dedup();
        assert_eq!(jitters.len(), Job::ALL.len());
        assert!(jitters.iter().all(|seconds| *seconds <= 60));
        let told = jitter_in_words(Job::Orders, &recommended(Job::Orders)).unwrap();
        assert!(
            told.starts_with("orders starts 27 s after each occurrence, so that"),
            "{told}"
        );
    }

    #[test]
    fn jitter_is_at_most_a_tenth_of_the_interval() {
        for (minutes, most) in [(1, 6), (2, 12), (5, 30), (10, 60), (60, 60)] {
            for job in Job::ALL {
                let mut schedule = recommended(Job::Orders);
                if let Some(recurrence) = &mut schedule.recurrence {
                    recurrence.pattern = Pattern::Minutes(minutes);
                }
                assert!(
                    jitter(job, &schedule).as_secs() <= most,
                    "{job} every {minutes}"
                );
                schedule.jitter = false;
                assert_eq!(jitter(job, &schedule), Duration::ZERO);
                assert_eq!(jitter_in_words(job, &schedule), None);
            }
        }
    }

    #[test]
    fn a_schedule_that_cannot_be_used_is_named_with_what_to_do() {
        let with = |missed, quiet| Schedule {
            missed,
            quiet_hours: quiet,
            ..recommended(Job::Orders)
        };
        let noon = Time::constant(12, 0, 0, 0);
        let no_hours = QuietHours {
            from: noon,
            to: noon,
        };
        for (schedule, words) in [
            (
                with(Missed::UpTo(0), None),
                "cannot catch up with 0 missed runs: give 1 to 1000, or skip",
            ),
            (with(Missed::UpTo(1_001), None), "with 1001 missed runs"),
            (
                with(Missed::One, Some(no_hours)),
                "the quiet hours begin and end at 12:00:00: give two different times, or none",
            ),
        ] {
            let said = schedule.check().unwrap_err().to_string();
            assert!(said.contains(words), "{said}");
        }
    }
}
