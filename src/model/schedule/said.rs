//! What an operator says about when a job starts by itself, put into its schedule. The command and
//! the console's editor say it alike, and are refused alike.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use super::{Missed, Overlap, QuietHours, Schedule};
use crate::model::recurrence::{
    self, End, Every, MonthDay, NotUnderstood, Pattern, Recurrence, RecurrenceError, Unit, Weekdays,
};

/// What is said; what is not stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// How often.
    pub every: Option<Every>,
    /// Time of the day.
    pub at: Option<Time>,
    /// Weekdays of weeks, or the day of months: read once it is known which.
    pub on: Option<String>,
    /// First date and time.
    pub start: Option<DateTime>,
    /// IANA name of the time zone.
    pub zone: Option<String>,
    /// When it ends.
    pub end: Option<End>,
    /// By hand only; nothing of the above counts.
    pub as_required: bool,
    /// What becomes of missed starts.
    pub missed: Option<Missed>,
    /// Missed starts older than so many minutes are skipped; 0: none is too old.
    pub missed_window_minutes: Option<u32>,
    /// What becomes of a start while a run is in its way.
    pub overlap: Option<Overlap>,
    /// Withhold the job after so many failures in a row; 0: never.
    pub pause_after: Option<u32>,
    /// Start some seconds later.
    pub jitter: Option<bool>,
    /// The hours in which it may start; `Some(None)`: at any time.
    pub quiet_hours: Option<Option<QuietHours>>,
}

/// What was said makes no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Only part of a recurrence was said, and there is none.
    #[error("it was not said how often it is to start")]
    NoRecurrence,
    /// Days were said for a pattern that has none.
    #[error(
        "days belong to weeks and months, and it comes every so many minutes, hours, days or years"
    )]
    NoDays,
    /// A text is not what it should be.
    #[error(transparent)]
    NotUnderstood(#[from] NotUnderstood),
    /// It cannot be followed.
    #[error(transparent)]
    Recurrence(#[from] RecurrenceError),
}

impl Said {
    /// The schedule as it is to be; the same where nothing was said. `system_zone` is the IANA name
    /// of the zone that times are shown in.
    ///
    /// # Errors
    /// Where that is no schedule that can be followed.
    pub fn apply(
        &self,
        schedule: &Schedule,
        system_zone: &str,
        now: Timestamp,
    ) -> Result<Schedule, Unusable> {
        let wanted = Schedule {
            recurrence: self.recurrence(schedule.recurrence.as_ref(), system_zone, now)?,
            missed: self.missed.unwrap_or(schedule.missed),
            missed_window_minutes: self
                .missed_window_minutes
                .unwrap_or(schedule.missed_window_minutes),
            overlap: self.overlap.unwrap_or(schedule.overlap),
            pause_after: self.pause_after.unwrap_or(schedule.pause_after),
            jitter: self.jitter.unwrap_or(schedule.jitter),
            quiet_hours: self.quiet_hours.unwrap_or(schedule.quiet_hours),
        };
        wanted.check()?;
        Ok(wanted)
    }

    /// True where nothing was said of the recurrence itself.
    const fn says_nothing(&self) -> bool {
        self.every.is_none()
            && self.at.is_none()
            && self.on.is_none()
            && self.start.is_none()
            && self.zone.is_none()
            && self.end.is_none()
    }

    fn recurrence(
        &self,
        current: Option<&Recurrence>,
        system_zone: &str,
        now: Timestamp,
    ) -> Result<Option<Recurrence>, Unusable> {
        if self.as_required {
            return Ok(None);
        }
        if self.says_nothing() {
            return Ok(current.cloned());
        }
        let current_every = current.map(|current| current.pattern.every());
        let Some(every) = self.every.or(current_every) else {
            return Err(Unusable::NoRecurrence);
        };
        let zone = self.zone.as_deref();
        let zone = zone.or(current.map(|current| current.zone.as_str()));
        let zone = recurrence::zone(zone.unwrap_or(system_zone))?;
        let today = || zone.to_datetime(now).date().to_datetime(Time::midnight());
        let start = self.start.or(current.map(|current| current.start));
        let start = start.unwrap_or_else(today);
        let start = self.at.map_or(start, |at| start.date().to_datetime(at));
        let end = self.end.or(current.map(|current| current.end));
        let pattern = self.pattern(every, current.map(|current| current.pattern), start.date())?;
        Ok(Some(Recurrence {
            start,
            zone: zone.iana_name().unwrap_or(system_zone).to_owned(),
            end: end.unwrap_or(End::Never),
            pattern,
        }))
    }

    /// The pattern, on the days that were said, or on those of the current one of its kind, or on
    /// that of the start.
    fn pattern(
        &self,
        Every { count, unit }: Every,
        current: Option<Pattern>,
        start: Date,
    ) -> Result<Pattern, Unusable> {
        let on = self.on.as_deref();
        let pattern = match unit {
            Unit::Minutes => Pattern::Minutes(count),
            Unit::Hours => Pattern::Hours(count),
            Unit::Days => Pattern::Days(count),
            Unit::Years => Pattern::Years(count),
            Unit::Weeks => {
                let on = match (on, current) {
                    (Some(text), _) => text.parse()?,
                    (None, Some(Pattern::Weeks { on, .. })) => on,
                    (None, _) => Weekdays(1 << start.weekday().to_monday_zero_offset()),
                };
                return Ok(Pattern::Weeks { every: count, on });
            }
            Unit::Months => {
                let on = match (on, current) {
                    (Some(text), _) => text.parse()?,
                    (None, Some(Pattern::Months { on, .. })) => on,
                    (None, _) => MonthDay::Day(start.day().unsigned_abs()),
                };
                return Ok(Pattern::Months { every: count, on });
            }
        };
        match on {
            None => Ok(pattern),
            Some(_) => Err(Unusable::NoDays),
        }
    }
}
