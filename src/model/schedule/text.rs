//! What an operator types: `22:00-05:00`, `up-to:3`, `cancel-other`; and how it is said.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::super::recurrence::{NotUnderstood, clock, time_of_day};
use super::{Missed, Overlap, QuietHours};

impl FromStr for QuietHours {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let span = text.split_once('-').and_then(|(from, to)| {
            let from = time_of_day(from.trim()).ok()?;
            let to = time_of_day(to.trim()).ok()?;
            Some(Self { from, to })
        });
        span.ok_or_else(|| NotUnderstood::new(text, "a span of the day", "such as 22:00-05:00"))
    }
}

impl Display for QuietHours {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", clock(self.from), clock(self.to))
    }
}

impl FromStr for Missed {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        match text {
            "one" => Some(Self::One),
            "skip" => Some(Self::Skip),
            _ => text
                .strip_prefix("up-to:")
                .and_then(|many| many.parse().ok())
                .map(Self::UpTo),
        }
        .ok_or_else(|| {
            let example = "one, skip or such as up-to:3";
            NotUnderstood::new(text, "what becomes of missed runs", example)
        })
    }
}

impl Display for Missed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => f.write_str("one run for all of them"),
            Self::UpTo(1) => f.write_str("a run for the newest"),
            Self::UpTo(many) => write!(f, "a run for each of the newest {many}"),
            Self::Skip => f.write_str("skipped"),
        }
    }
}

impl FromStr for Overlap {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        match text {
            "skip" => Ok(Self::Skip),
            "wait" => Ok(Self::Wait),
            "cancel-other" => Ok(Self::CancelOther),
            _ => {
                let what = "what becomes of a start while a run is in its way";
                Err(NotUnderstood::new(text, what, "skip, wait or cancel-other"))
            }
        }
    }
}

impl Display for Overlap {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Skip => "skipped",
            Self::Wait => "waits, one run for all that wait",
            Self::CancelOther => "that run is cancelled",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Time;

    #[test]
    fn quiet_hours_are_two_times_of_the_day() {
        let hours = QuietHours {
            from: Time::constant(22, 0, 0, 0),
            to: Time::constant(5, 30, 0, 0),
        };
        assert_eq!("22:00-05:30".parse(), Ok(hours));
        assert_eq!("22:00 - 05:30".parse(), Ok(hours));
        assert_eq!(hours.to_string(), "22:00-05:30");
        for wrong in [
            "",
            "22:00",
            "22:00-",
            "24:00-05:00",
            "22:00-05:00-06:00",
            "night",
        ] {
            assert!(wrong.parse::<QuietHours>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn policies_are_named() {
        assert_eq!("one".parse(), Ok(Missed::One));
        assert_eq!("skip".parse(), Ok(Missed::Skip));
        assert_eq!("up-to:3".parse(), Ok(Missed::UpTo(3)));
        for wrong in ["", "up-to", "up-to:", "up-to:-1", "all"] {
            assert!(wrong.parse::<Missed>().is_err(), "{wrong}");
        }
        assert_eq!("skip".parse(), Ok(Overlap::Skip));
        assert_eq!("wait".parse(), Ok(Overlap::Wait));
        assert_eq!("cancel-other".parse(), Ok(Overlap::CancelOther));
        let error = "cancel".parse::<Overlap>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"cancel\" is not what becomes of a start while a run is in its way: write skip, wait or cancel-other"
        );
    }
}
