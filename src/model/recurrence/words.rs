//! A recurrence in plain words.

use std::fmt::{self, Display, Formatter};

use jiff::civil::{Date, Time};

use super::text::WEEKDAYS;
use super::{End, MonthDay, Pattern, Recurrence, Weekdays};

impl Recurrence {
    /// Its pattern alone: "every 15 minutes", "on the last day of every month at 04:00".
    pub fn pattern_in_words(&self) -> String {
        let at = clock(self.start.time());
        match self.pattern {
            Pattern::Minutes(every) => plain(every, "minute"),
            Pattern::Hours(every) => plain(every, "hour"),
            Pattern::Days(every) => format!("{} at {at}", each(every, "day")),
            Pattern::Weeks { every, on } => format!("on {on} of {} at {at}", each(every, "week")),
            Pattern::Months { every, on } => format!("on {on} of {} at {at}", each(every, "month")),
            Pattern::Years(every) => {
                let day = day_of_year(self.start.date());
                format!("on {day} of {} at {at}", each(every, "year"))
            }
        }
    }
}

/// "every 15 minutes from 2026-11-21 00:00 Europe/Zurich", "on Monday and Thursday of every 2nd
/// week at 04:00 from 2026-11-21 Europe/Zurich, until 2027-01-31".
impl Display for Recurrence {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.pattern_in_words(), self.start.date())?;
        match self.pattern {
            Pattern::Minutes(_) | Pattern::Hours(_) => write!(f, " {}", clock(self.start.time()))?,
            // The time of the start is that of every day.
            Pattern::Days(_)
            | Pattern::Weeks { .. }
            | Pattern::Months { .. }
            | Pattern::Years(_) => {}
        }
        write!(f, " {}", self.zone)?;
        match self.end {
            End::Never => Ok(()),
            End::After(1) => f.write_str(", ends after 1 start"),
            End::After(starts) => write!(f, ", ends after {starts} starts"),
            End::By(last) => write!(f, ", until {last}"),
        }
    }
}

/// "Monday and Thursday".
impl Display for Weekdays {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let chosen = |(day, _): &(usize, &str)| self.0 >> day & 1 == 1;
        let names: Vec<&str> = WEEKDAYS
            .into_iter()
            .enumerate()
            .filter(chosen)
            .map(|(_, name)| name)
            .collect();
        match names.split_last() {
            None => f.write_str("no day"),
            Some((last, [])) => f.write_str(last),
            Some((last, others)) => write!(f, "{} and {last}", others.join(", ")),
        }
    }
}

/// "day 15", "the last day", "the 2nd Tuesday".
impl Display for MonthDay {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Day(31) => f.write_str("the last day"),
            Self::Day(day @ 29..) => write!(f, "day {day} (or the last)"),
            Self::Day(day) => write!(f, "day {day}"),
            Self::Nth { nth, weekday } => {
                let name = WEEKDAYS.get(usize::from(weekday)).unwrap_or(&"no day");
                match nth {
                    5 => write!(f, "the last {name}"),
                    _ => write!(f, "the {} {name}", ordinal(nth.into())),
                }
            }
        }
    }
}

/// "04:00"; with seconds where there are some.
pub(in crate::model) fn clock(time: Time) -> String {
    let is_full_minute = time.second() == 0 && time.subsec_nanosecond() == 0;
    if is_full_minute {
        time.strftime("%H:%M").to_string()
    } else {
        time.to_string()
    }
}

/// "every minute", "every 15 minutes".
fn plain(every: u32, unit: &str) -> String {
    match every {
        1 => format!("every {unit}"),
        _ => format!("every {every} {unit}s"),
    }
}

/// "every week", "every 2nd week".
fn each(every: u32, unit: &str) -> String {
    match every {
        1 => format!("every {unit}"),
        _ => format!("every {} {unit}", ordinal(every)),
    }
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// "29 February (or 28)".
fn day_of_year(date: Date) -> String {
    let day = date.strftime("%-d %B").to_string();
    match (date.month(), date.day()) {
        (2, 29) => format!("{day} (or 28)"),
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    #[test]
    fn operators_read_a_recurrence_in_plain_words() {
        let nth = |nth, weekday| MonthDay::Nth { nth, weekday };
        for (pattern, end, words) in [
            (
                Pattern::Minutes(15),
                End::Never,
                "every 15 minutes from 2028-02-29 04:00 Europe/Zurich",
            ),
            (
                Pattern::Minutes(1),
                End::Never,
                "every minute from 2028-02-29 04:00 Europe/Zurich",
            ),
            (
                Pattern::Hours(2),
                End::After(10),
                "every 2 hours from 2028-02-29 04:00 Europe/Zurich, ends after 10 starts",
            ),
            (
                Pattern::Days(1),
                End::After(1),
                "every day at 04:00 from 2028-02-29 Europe/Zurich, ends after 1 start",
            ),
            (
                Pattern::Days(23),
                End::Never,
                "every 23rd day at 04:00 from 2028-02-29 Europe/Zurich",
            ),
            (
                Pattern::Weeks {
                    every: 2,
                    on: Weekdays(0b1001),
                },
                End::By(date(2029, 1, 31)),
                "on Monday and Thursday of every 2nd week at 04:00 from 2028-02-29 Europe/Zurich, until 2029-01-31",
            ),
            (
                Pattern::Weeks {
                    every: 1,
                    on: Weekdays(0b110_0001),
                },
                End::Never,
                "on Monday, Saturday and Sunday of every week at 04:00 from 2028-02-29 Europe/Zurich",
            ),
            (
                Pattern::Months {
                    every: 1,
                    on: MonthDay::Day(31),
                },
                End::Never,
                "on the last day of every month at 04:00 from 2028-02-29 Europe/Zurich",
            ),
            (
                Pattern::Months {
                    every: 11,
                    on: MonthDay::Day(30),
                },
                End::Never,
                "on day 30 (or the last) of every 11th month at 04:00 from 2028-02-29 Europe/Zurich",
            ),
            (
                Pattern::Months {
                    every: 3,
                    on: nth(2, 1),
                },
                End::Never,
                "on the 2nd Tuesday of every 3rd month at 04:00 from 2028-02-29 Europe/Zurich",
            ),
            (
                Pattern::Months {
                    every: 1,
                    on: nth(5, 4),
                },
                End::Never,
                "on the last Friday of every month at 04:00 from 2028-02-29 Europe/Zurich",
            ),
            (
                Pattern::Years(1),
                End::Never,
                "on 29 February (or 28) of every year at 04:00 from 2028-02-29 Europe/Zurich",
            ),
        ] {
            let recurrence = Recurrence {
                start: datetime(2028, 2, 29, 4, 0, 0, 0),
                zone: "Europe/Zurich".to_owned(),
                end,
                pattern,
            };
            assert_eq!(recurrence.to_string(), words);
        }
        assert_eq!(clock(Time::constant(4, 0, 7, 0)), "04:00:07");
    }
}
