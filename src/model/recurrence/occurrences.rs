//! The arithmetic of a recurrence: from a moment to the next occurrence, without a walk.

use std::iter;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use super::{End, MonthDay, Pattern, Recurrence, RecurrenceError, Weekdays};

/// A recurrence that was checked, with its zone and its limits looked up.
#[derive(Clone, Debug)]
pub struct Occurrences {
    zone: TimeZone,
    start: DateTime,
    /// The start as a moment.
    first: Timestamp,
    /// The first moment behind the last day.
    end: Option<Timestamp>,
    pattern: Pattern,
}

impl Occurrences {
    /// The occurrences of a recurrence.
    pub(super) fn of(recurrence: &Recurrence) -> Result<Self, RecurrenceError> {
        let zone = zone(&recurrence.zone)?;
        let start = recurrence.start;
        let first = zone
            .to_timestamp(start)
            .map_err(|_| RecurrenceError::Start(start))?;
        recurrence.pattern.check()?;
        let end = match recurrence.end {
            End::After(0) => return Err(RecurrenceError::EndAfterNone),
            End::Never | End::After(_) => None,
            End::By(last) if last < start.date() => {
                return Err(RecurrenceError::EndBeforeStart {
                    start: start.date(),
                    end: last,
                });
            }
            End::By(last) => last.tomorrow().ok().and_then(|day| begins(&zone, day)),
        };
        Ok(Self {
            zone,
            start,
            first,
            end,
            pattern: recurrence.pattern,
        })
    }

    /// The zone on whose wall clock they are.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first one after this moment; `None` where none comes any more.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let next = match self.pattern {
            Pattern::Minutes(every) => {
                self.next_step(after, SignedDuration::from_mins(every.into()))
            }
            Pattern::Hours(every) => {
                self.next_step(after, SignedDuration::from_hours(every.into()))
            }
            Pattern::Days(_)
            | Pattern::Weeks { .. }
            | Pattern::Months { .. }
            | Pattern::Years(_) => self.next_day(after),
        };
        next.filter(|next| self.end.is_none_or(|end| *next < end))
    }

    /// All after this moment, in order.
    pub fn following(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        iter::successors(self.next_after(after), |at| self.next_after(*at))
    }

    /// In absolute time.
    fn next_step(&self, after: Timestamp, step: SignedDuration) -> Option<Timestamp> {
        if after < self.first {
            return Some(self.first);
        }
        let step = step.as_nanos();
        let steps = after.duration_since(self.first).as_nanos() / step + 1;
        Timestamp::from_nanosecond(self.first.as_nanosecond() + steps * step).ok()
    }

    /// On the wall clock.
    fn next_day(&self, after: Timestamp) -> Option<Timestamp> {
        // No clock was ever changed by more than a day: what was meant for the day before yesterday
        // is over, and what comes was meant for yesterday at the earliest.
        let today = self.zone.to_datetime(after).date();
        let mut from = today.yesterday().unwrap_or(today).max(self.start.date());
        loop {
            let day = self.day_from(from)?;
            let at = self
                .zone
                .to_timestamp(day.to_datetime(self.start.time()))
                .ok()?;
            if at > after {
                return Some(at);
            }
            from = day.tomorrow().ok()?;
        }
    }

    /// The first day of the pattern that is not before `from`, itself not before the start.
    fn day_from(&self, from: Date) -> Option<Date> {
        let start = self.start.date();
        match self.pattern {
            // These two have no days.
            Pattern::Minutes(_) | Pattern::Hours(_) => None,
            Pattern::Days(every) => days_after(start, round_up(days_between(start, from), every)),
            Pattern::Weeks { every, on } => {
                let monday = i64::from(start.weekday().to_monday_zero_offset());
                let day = week_day_from(days_between(start, from) + monday, every, on);
                days_after(start, day - monday)
            }
            Pattern::Months { every, on } => month_day_from(start, from, every.into(), on),
            Pattern::Years(every) => {
                let on = MonthDay::Day(start.day().unsigned_abs());
                month_day_from(start, from, 12 * i64::from(every), on)
            }
        }
    }
}

/// A zone of the time zone database that is compiled in, by its IANA name in any case.
pub fn zone(name: &str) -> Result<TimeZone, RecurrenceError> {
    let found = TimeZoneDatabase::bundled().get(name).ok();
    // `Etc/Unknown` is found, and is no zone.
    found
        .filter(|zone| !zone.is_unknown())
        .ok_or_else(|| RecurrenceError::UnknownZone(name.to_owned()))
}

/// The first moment of a day.
fn begins(zone: &TimeZone, day: Date) -> Option<Timestamp> {
    let midnight = zone.to_ambiguous_timestamp(day.to_datetime(jiff::civil::Time::midnight()));
    let offset = midnight.offset();
    let at = midnight.compatible().ok()?;
    match offset {
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => Some(at),
        // The clock jumps over midnight: the day begins with the jump.
        AmbiguousOffset::Gap { .. } => {
            let behind = at.checked_add(SignedDuration::from_nanos(1)).ok()?;
            zone.preceding(behind).next().map(|jump| jump.timestamp())
        }
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

fn days_after(from: Date, days: i64) -> Option<Date> {
    from.checked_add(SignedDuration::from_hours(24 * days)).ok()
}

/// The first multiple of `every` that is not below `number`.
fn round_up(number: i64, every: impl Into<i64>) -> i64 {
    let every = every.into();
    (number + every - 1) / every * every
}

/// The first day of the weeks' pattern that is not before `from`; days count from the Monday of the
/// first week.
fn week_day_from(from: i64, every: u32, on: Weekdays) -> i64 {
    let (week, weekday) = (from / 7, from % 7);
    let in_time = on.0 >> weekday;
    if in_time != 0 && week % i64::from(every) == 0 {
        from + i64::from(in_time.trailing_zeros())
    } else {
        7 * round_up(week + 1, every) + i64::from(on.0.trailing_zeros())
    }
}

/// The first day of the months' pattern that is not before `from`.
fn month_day_from(start: Date, from: Date, every: i64, on: MonthDay) -> Option<Date> {
    let number = |date: Date| 12 * i64::from(date.year()) + i64::from(date.month()) - 1;
    let month = number(start) + round_up(number(from) - number(start), every);
    let day = day_of_month(month, on)?;
    if day < from {
        day_of_month(month + every, on)
    } else {
        Some(day)
    }
}

/// A day of the month of this number: 12 times the year, and the month from 0.
fn day_of_month(month: i64, on: MonthDay) -> Option<Date> {
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let first = Date::new(year, month.rem_euclid(12) as i8 + 1, 1).ok()?;
    match on {
        MonthDay::Day(day) => {
            let day = (day as i8).min(first.days_in_month());
            Date::new(year, first.month(), day).ok()
        }
        MonthDay::Nth { nth, weekday } => {
            let nth = if nth == 5 { -1 } else { nth as i8 };
            let weekday = Weekday::from_monday_zero_offset(weekday as i8).ok()?;
            first.nth_weekday_of_month(nth, weekday).ok()
        }
    }
}

#[cfg(test)]
mod tests;
