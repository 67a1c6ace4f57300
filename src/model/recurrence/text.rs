//! What an operator types: `15 minutes`, `mon,thu`, `last fri`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};

use super::{End, MonthDay, Weekdays};

/// The weekdays from Monday.
pub(super) const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// A text is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {what}: write {example}")]
pub struct NotUnderstood {
    /// The text.
    pub given: String,
    /// What it should be, as "a weekday".
    pub what: &'static str,
    /// How it is written.
    pub example: &'static str,
}

impl NotUnderstood {
    /// About a text.
    pub(in crate::model) fn new(given: &str, what: &'static str, example: &'static str) -> Self {
        Self {
            given: given.to_owned(),
            what,
            example,
        }
    }
}

/// How often, without the days: `15 minutes`, `day`, `2 weeks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every {
    /// How many; at least 1.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// What a pattern counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

impl FromStr for Every {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let not = || {
            let example = "a count with minutes, hours, days, weeks, months or years, such as \"15 minutes\" or day";
            NotUnderstood::new(text, "how often", example)
        };
        let mut words = text.split_whitespace();
        let (count, unit) = match (words.next(), words.next(), words.next()) {
            (Some(unit), None, None) => (1, unit),
            (Some(count), Some(unit), None) => (count.parse().map_err(|_| not())?, unit),
            _ => return Err(not()),
        };
        let unit = match unit.to_ascii_lowercase().as_str() {
            "minute" | "minutes" => Unit::Minutes,
            "hour" | "hours" => Unit::Hours,
            "day" | "days" => Unit::Days,
            "week" | "weeks" => Unit::Weeks,
            "month" | "months" => Unit::Months,
            "year" | "years" => Unit::Years,
            _ => return Err(not()),
        };
        if count == 0 {
            return Err(not());
        }
        Ok(Self { count, unit })
    }
}

/// As it is typed.
impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Minutes => "minute",
            Unit::Hours => "hour",
            Unit::Days => "day",
            Unit::Weeks => "week",
            Unit::Months => "month",
            Unit::Years => "year",
        };
        match self.count {
            1 => f.write_str(unit),
            count => write!(f, "{count} {unit}s"),
        }
    }
}

impl Weekdays {
    /// As they are typed: `mon,thu`.
    pub(in crate::model) fn typed(self) -> String {
        let chosen = |(day, _): &(usize, &str)| self.0 >> day & 1 == 1;
        let names = WEEKDAYS.into_iter().enumerate().filter(chosen);
        let names: Vec<String> = names.map(|(_, name)| short(name)).collect();
        names.join(",")
    }
}

impl MonthDay {
    /// As it is typed: `15`, `last`, `2nd tue`.
    pub(in crate::model) fn typed(self) -> String {
        match self {
            Self::Day(31) => "last".to_owned(),
            Self::Day(day) => day.to_string(),
            Self::Nth { nth, weekday } => {
                let nth = match nth {
                    1 => "1st",
                    2 => "2nd",
                    3 => "3rd",
                    4 => "4th",
                    _ => "last",
                };
                let name = WEEKDAYS.get(usize::from(weekday));
                format!(
                    "{nth} {}",
                    name.map_or_else(String::new, |name| short(name))
                )
            }
        }
    }
}

/// `mon`.
fn short(weekday: &str) -> String {
    weekday.chars().take(3).collect::<String>().to_lowercase()
}

impl End {
    /// As it is typed; nothing where it never ends.
    pub(in crate::model) fn typed(self) -> String {
        match self {
            Self::Never => String::new(),
            Self::After(starts) => starts.to_string(),
            Self::By(last) => last.to_string(),
        }
    }
}

impl FromStr for End {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let starts = text.trim_end_matches("starts").trim_end();
        let starts = starts.parse().map(Self::After).ok();
        starts
            .or_else(|| date(text).ok().map(Self::By))
            .ok_or_else(|| {
                let example = "a last day, such as 2027-01-31, or a number of starts, such as 10";
                NotUnderstood::new(text, "an end", example)
            })
    }
}

/// The number of a weekday: its English name, or the beginning of it; 0 is Monday.
fn weekday(text: &str) -> Option<u8> {
    let text = text.trim().to_ascii_lowercase();
    let is_it = |name: &&str| text.len() >= 3 && name.to_ascii_lowercase().starts_with(&text);
    (0..)
        .zip(WEEKDAYS)
        .find(|(_, name)| is_it(name))
        .map(|(number, _)| number)
}

impl FromStr for Weekdays {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let bit = |name| weekday(name).map(|number| 1 << number);
        let days: Option<Vec<u8>> = text.split(',').map(bit).collect();
        days.map(|bits| Self(bits.into_iter().fold(0, |days, bit| days | bit)))
            .ok_or_else(|| NotUnderstood::new(text, "a list of weekdays", "such as mon,thu"))
    }
}

impl FromStr for MonthDay {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let mut words = text.split_whitespace();
        let found = match (words.next(), words.next(), words.next()) {
            (Some("last"), None | Some("day"), None) => Some(Self::Day(31)),
            (Some(day), None, None) => day
                .parse()
                .ok()
                .filter(|day| (1..=31).contains(day))
                .map(Self::Day),
            (Some(nth), Some(day), None) => {
                let nth = match nth {
                    "1st" | "first" => Some(1),
                    "2nd" | "second" => Some(2),
                    "3rd" | "third" => Some(3),
                    "4th" | "fourth" => Some(4),
                    "last" => Some(5),
                    _ => None,
                };
                nth.zip(weekday(day))
                    .map(|(nth, weekday)| Self::Nth { nth, weekday })
            }
            _ => None,
        };
        found.ok_or_else(|| {
            let example = "1 to 31, last, or such as \"2nd tue\" or \"last fri\"";
            NotUnderstood::new(text, "a day of a month", example)
        })
    }
}

/// A time of the day: `04:00`, `23:59:30`.
pub fn time_of_day(text: &str) -> Result<Time, NotUnderstood> {
    Time::strptime("%H:%M", text)
        .or_else(|_| Time::strptime("%H:%M:%S", text))
        .map_err(|_| NotUnderstood::new(text, "a time of the day", "such as 04:00"))
}

/// A date: `2026-11-21`.
pub fn date(text: &str) -> Result<Date, NotUnderstood> {
    Date::strptime("%Y-%m-%d", text)
        .map_err(|_| NotUnderstood::new(text, "a date", "such as 2027-01-31"))
}

/// A date with a time of the day: `2026-11-21T04:00`; midnight where there is none.
pub fn date_time(text: &str) -> Result<DateTime, NotUnderstood> {
    let read = match text.split_once(['T', ' ']) {
        Some((day, time)) => date(day).and_then(|day| Ok(day.to_datetime(time_of_day(time)?))),
        None => date(text).map(|day| day.to_datetime(Time::midnight())),
    };
    read.map_err(|_| {
        let example = "such as 2026-11-21 or 2026-11-21T04:00";
        NotUnderstood::new(text, "a date with a time", example)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil;

    #[test]
    fn dates_and_times_are_those_of_a_wall_clock() {
        assert_eq!(time_of_day("04:00"), Ok(civil::time(4, 0, 0, 0)));
        assert_eq!(time_of_day("23:59:30"), Ok(civil::time(23, 59, 30, 0)));
        for wrong in ["", "4", "24:00", "04:00+01:00", "04:00Z", "T04:00"] {
            assert!(time_of_day(wrong).is_err(), "{wrong}");
        }
        let four = civil::datetime(2026, 11, 21, 4, 0, 0, 0);
        assert_eq!(date_time("2026-11-21T04:00"), Ok(four));
        assert_eq!(date_time("2026-11-21 04:00"), Ok(four));
        assert_eq!(date_time("2026-11-21").map(DateTime::date), Ok(four.date()));
        for wrong in [
            "",
            "2026-02-30",
            "2026-11-21T",
            "2026-11-21T04:00+01:00",
            "21.11.2026",
        ] {
            assert!(date_time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn operators_say_how_often_in_words() {
        let every = |count, unit| Ok(Every { count, unit });
        for (text, expected) in [
            ("15 minutes", every(15, Unit::Minutes)),
            ("hour", every(1, Unit::Hours)),
            ("1 Day", every(1, Unit::Days)),
            ("2  weeks", every(2, Unit::Weeks)),
            ("month", every(1, Unit::Months)),
            ("4294967295 years", every(u32::MAX, Unit::Years)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
        for wrong in [
            "",
            "15",
            "0 minutes",
            "-1 days",
            "15m",
            "2 weeks ago",
            "4294967296 days",
        ] {
            assert!(wrong.parse::<Every>().is_err(), "{wrong}");
        }
        let error = "15m".parse::<Every>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"15m\" is not how often: write a count with minutes, hours, days, weeks, months or years, such as \"15 minutes\" or day"
        );
    }

    #[test]
    fn an_end_is_a_day_or_a_number_of_starts() {
        assert_eq!("10".parse(), Ok(End::After(10)));
        assert_eq!("10 starts".parse(), Ok(End::After(10)));
        assert_eq!("2027-01-31".parse(), Ok(End::By(civil::date(2027, 1, 31))));
        for wrong in ["", "starts", "-1", "31.1.2027", "never ever"] {
            assert!(wrong.parse::<End>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn weekdays_are_named_in_any_order() {
        for (text, bits) in [
            ("mon", 0b1),
            ("thu,mon", 0b1001),
            ("Sunday, SAT", 0b110_0000),
            ("tues,tue", 0b10),
        ] {
            assert_eq!(text.parse(), Ok(Weekdays(bits)), "{text}");
        }
        for wrong in ["", "mo", "mon,", "mon thu", "funday", "1"] {
            assert!(wrong.parse::<Weekdays>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_of_a_month_is_a_number_or_a_weekday() {
        for (text, day) in [
            ("1", MonthDay::Day(1)),
            ("31", MonthDay::Day(31)),
            ("last", MonthDay::Day(31)),
            ("last day", MonthDay::Day(31)),
            ("2nd tue", MonthDay::Nth { nth: 2, weekday: 1 }),
            ("last Friday", MonthDay::Nth { nth: 5, weekday: 4 }),
        ] {
            assert_eq!(text.parse(), Ok(day), "{text}");
        }
        for wrong in [
            "",
            "0",
            "32",
            "first",
            "5th mon",
            "last fri 13",
            "mon,thu",
            "300",
        ] {
            assert!(wrong.parse::<MonthDay>().is_err(), "{wrong}");
        }
    }
}
