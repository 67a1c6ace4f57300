//! When a job starts by itself, as AX's *Recurrence* form says it: a range (start, time zone, end)
//! and a pattern.
//!
//! Minutes and hours count in absolute time from the start; days, weeks, months and years on the
//! wall clock of the job's zone: a time that a clock change skips is moved forward by the change, a
//! time that comes twice is taken the first time, and a day that the month does not have is its last.
//! The next occurrence follows from the schedule, never from the end of a run.
//!
//! The time zones are those that are compiled in, not the machine's: every worker of one version
//! plans the same moments, on every system, and nothing is read from a disk.

mod occurrences;
mod text;
mod words;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

pub use occurrences::{Occurrences, zone};
pub use text::{Every, NotUnderstood, Unit, date, date_time, time_of_day};
pub(super) use words::clock;

/// A recurrence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// Start date and time on the wall clock of `zone`; no occurrence lies before it.
    pub start: DateTime,
    /// IANA name of the time zone, such as `America/Chicago`.
    pub zone: String,
    /// When it ends.
    pub end: End,
    /// How often it comes.
    pub pattern: Pattern,
}

/// The end of the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// *No end date*.
    Never,
    /// *End after* so many starts: occurrences that were skipped or coalesced do not count. Whoever
    /// counts the starts ends it; [`Recurrence::next_after`] goes on for ever.
    After(u32),
    /// *End by*: the last day, on the wall clock of the zone.
    By(Date),
}

/// The recurring pattern. Every count is at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// Every so many minutes, in absolute time.
    Minutes(u32),
    /// Every so many hours, in absolute time.
    Hours(u32),
    /// Every so many days.
    Days(u32),
    /// On these days of every so many weeks, counted from the week of the start; a week begins on Monday.
    Weeks {
        /// How many.
        every: u32,
        /// On which days.
        on: Weekdays,
    },
    /// On a day of every so many months.
    Months {
        /// How many.
        every: u32,
        /// On which day.
        on: MonthDay,
    },
    /// Every so many years, on the month and day of the start.
    Years(u32),
}

/// A set of weekdays: bit 0 is Monday. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weekdays(pub u8);

/// A day of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MonthDay {
    /// The day of this number, 1 to 31; the last day where the month is shorter.
    Day(u8),
    /// Such as the second Tuesday.
    Nth {
        /// 1 to 4; 5 is the last one.
        nth: u8,
        /// Weekday: 0 is Monday.
        weekday: u8,
    },
}

/// The recurrence, or the schedule around it, cannot be used: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceError {
    /// The time zone is not in the time zone database.
    #[error(
        "there is no time zone {0:?}: give the IANA name, such as Europe/Zurich or America/Chicago"
    )]
    UnknownZone(String),
    /// Every 0 of them.
    #[error("a recurrence cannot come every 0 {0}: give 1 or more")]
    ZeroCount(&'static str),
    /// No weekday, or a bit that is none.
    #[error("the weekdays are not a choice of Monday to Sunday: give one or more, such as mon,thu")]
    Weekdays,
    /// Not a day of a month.
    #[error("no month has a day {0}: give 1 to 31, or last")]
    Day(u8),
    /// Not a weekday of a month.
    #[error(
        "no month has a weekday number {weekday} for the {nth}. time: give the 1st to the 4th, or the last, of Monday (0) to Sunday (6)"
    )]
    Nth {
        /// The count.
        nth: u8,
        /// The weekday.
        weekday: u8,
    },
    /// The start is outside of the calendar.
    #[error("the start {0} is too far away: give one between the years 1 and 9999")]
    Start(DateTime),
    /// The last day lies before the first.
    #[error("the recurrence ends by {end}, before its start on {start}: give a later end")]
    EndBeforeStart {
        /// First day.
        start: Date,
        /// Last day.
        end: Date,
    },
    /// Ends after 0 starts.
    #[error("the recurrence ends after 0 starts: give 1 or more, or no end")]
    EndAfterNone,
    /// Catches up with none, or with too many.
    #[error("the schedule cannot catch up with {0} missed runs: give 1 to {most}, or skip", most = super::schedule::MOST_CAUGHT_UP)]
    CatchUp(u32),
    /// The quiet hours are none.
    #[error("the quiet hours begin and end at {0}: give two different times, or none")]
    QuietHours(Time),
}

impl Recurrence {
    /// Whether it can be used.
    pub fn check(&self) -> Result<(), RecurrenceError> {
        self.occurrences().map(|_| ())
    }

    /// Its occurrences, made ready to ask for many.
    pub fn occurrences(&self) -> Result<Occurrences, RecurrenceError> {
        Occurrences::of(self)
    }

    /// The first occurrence after this moment; `None` where none comes any more. The way there is
    /// not walked: it costs the same however far away the start is.
    pub fn next_after(&self, after: Timestamp) -> Result<Option<Timestamp>, RecurrenceError> {
        Ok(self.occurrences()?.next_after(after))
    }
}

impl Pattern {
    /// How often it comes, without the days.
    pub const fn every(self) -> Every {
        let (count, unit) = match self {
            Self::Minutes(count) => (count, Unit::Minutes),
            Self::Hours(count) => (count, Unit::Hours),
            Self::Days(count) => (count, Unit::Days),
            Self::Weeks { every, .. } => (every, Unit::Weeks),
            Self::Months { every, .. } => (every, Unit::Months),
            Self::Years(count) => (count, Unit::Years),
        };
        Every { count, unit }
    }

    /// Whether it can be used.
    fn check(self) -> Result<(), RecurrenceError> {
        let (every, unit) = match self {
            Self::Minutes(every) => (every, "minutes"),
            Self::Hours(every) => (every, "hours"),
            Self::Days(every) => (every, "days"),
            Self::Weeks { every, on } => {
                on.check()?;
                (every, "weeks")
            }
            Self::Months { every, on } => {
                on.check()?;
                (every, "months")
            }
            Self::Years(every) => (every, "years"),
        };
        if every == 0 {
            return Err(RecurrenceError::ZeroCount(unit));
        }
        Ok(())
    }
}

impl Weekdays {
    fn check(self) -> Result<(), RecurrenceError> {
        if self.0 == 0 || self.0 >= 1 << 7 {
            return Err(RecurrenceError::Weekdays);
        }
        Ok(())
    }
}

impl MonthDay {
    fn check(self) -> Result<(), RecurrenceError> {
        match self {
            Self::Day(1..=31)
            | Self::Nth {
                nth: 1..=5,
                weekday: 0..=6,
            } => Ok(()),
            Self::Day(day) => Err(RecurrenceError::Day(day)),
            Self::Nth { nth, weekday } => Err(RecurrenceError::Nth { nth, weekday }),
        }
    }
}
