//! When a job starts by itself, as AX's *Recurrence* form says it: a range (start, time zone, end)
//! and a pattern.
//!
//! Minutes and hours count in absolute time from the start; days, weeks, months and years on the
//! wall clock of the job's zone: a time that a clock change skips is moved forward by the change, a
//! time that comes twice is taken the first time, and a day that the month does not have is its last.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

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
    /// *End after* so many starts: occurrences that were skipped or coalesced do not count.
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
