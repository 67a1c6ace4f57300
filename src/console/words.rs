//! Numbers, times and sentences as operators read them.

mod text;

pub use text::{clean, cut, fit, fit_right, graphemes, spans, width, wrap};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use crate::model::words::{age, count, money};

/// A count in at most `width` cells: `12.3 M` where `12,345,678` has no room.
pub fn count_within(number: u64, width: usize) -> String {
    let exact = count(number);
    if exact.len() <= width {
        return exact;
    }
    let value = number as f64;
    let (scaled, unit) = if value >= 1e9 {
        (value / 1e9, "G")
    } else if value >= 1e6 {
        (value / 1e6, "M")
    } else {
        (value / 1e3, "k")
    };
    format!("{scaled:.1} {unit}")
}

/// `1 record`, `2 records`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `12.3 MB`, in steps of 1,000.
pub fn bytes(number: u64) -> String {
    let value = number as f64;
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => format!("{:.1} kB", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", value / 1e6),
        1_000_000_000.. => format!("{:.1} GB", value / 1e9),
    }
}

/// `0.4 s`, `33 s`, `1 min 12 s`, `2 h 05 min`.
pub fn duration(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    match seconds {
        0..10 => format!("{:.1} s", span.as_secs_f64().max(0.0)),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// A duration without tenths, for what changes each second.
pub fn whole_duration(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    if seconds < 10 {
        format!("{seconds} s")
    } else {
        duration(span)
    }
}

/// `today 14:03:12 EST`, or with the date where it is another day.
pub fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let day = if local.date() == now.to_zoned(zone.clone()).date() {
        "today".to_owned()
    } else {
        local.date().to_string()
    };
    format!("{day} {}", local.strftime("%H:%M:%S %Z"))
}

/// `14:03`, or `03-11 14:03` where it is another day.
pub fn clock(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let form = if local.date() == now.to_zoned(zone.clone()).date() {
        "%H:%M"
    } else {
        "%m-%d %H:%M"
    };
    local.strftime(form).to_string()
}

/// How long until then: `in 4 min`, `due now`, `due for 3 min`.
pub fn until(at: Timestamp, now: Timestamp) -> String {
    let left = at.duration_since(now);
    if left.as_secs() > 0 {
        format!("in {}", age(left))
    } else if left.as_secs() > -60 {
        "due now".to_owned()
    } else {
        format!("due for {}", age(-left))
    }
}

/// `14 %`, never 100 before the end: what is under way is not done.
pub fn percent(ratio: f64, done: bool) -> String {
    let whole = (ratio.clamp(0.0, 1.0) * 100.0).floor() as u64;
    format!("{} %", if done { whole } else { whole.min(99) })
}

/// A time in 11 cells at most: `14:03:12`, or `03-11 14:03` where it is another day.
pub fn short_when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let today = now.to_zoned(zone.clone());
    let form = if local.date() == today.date() {
        "%H:%M:%S"
    } else if local.year() == today.year() {
        "%m-%d %H:%M"
    } else {
        "%Y-%m-%d"
    };
    local.strftime(form).to_string()
}

/// `inventory, orders`.
pub fn list(things: &[impl std::fmt::Display]) -> String {
    let things: Vec<String> = things.iter().map(ToString::to_string).collect();
    things.join(", ")
}

/// The names of keys in force: `up k`.
pub fn joined(keys: &[super::keys::Chord]) -> String {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    keys.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_like_numbers() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_204_332), "1,204,332");
        assert_eq!(count_within(12_345_678, 9), "12.3 M");
        assert_eq!(count_within(1_234_567, 9), "1,234,567");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(12_345_678), "12.3 MB");
        assert_eq!(counted(1, "run", "runs"), "1 run");
    }

    #[test]
    fn durations_get_coarser_as_they_grow() {
        for (millis, expected) in [
            (-5, "0.0 s"),
            (300, "0.3 s"),
            (33_900, "33 s"),
            (72_000, "1 min 12 s"),
            (7_500_000, "2 h 05 min"),
        ] {
            assert_eq!(duration(SignedDuration::from_millis(millis)), expected);
        }
    }

    #[test]
    fn a_time_says_its_zone_and_its_day_unless_today() {
        let zone = TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap();
        let now: Timestamp = "2026-01-15T19:30:00Z".parse().unwrap();
        assert_eq!(when(now, now, &zone), "today 14:30:00 EST");
        let night: Timestamp = "2026-01-15T04:59:59Z".parse().unwrap();
        assert_eq!(when(night, now, &zone), "2026-01-14 23:59:59 EST");
        let summer: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        assert_eq!(when(summer, now, &zone), "2026-07-01 08:00:00 EDT");
    }

    #[test]
    fn what_is_under_way_is_never_at_100_percent() {
        assert_eq!(percent(1.0, false), "99 %");
        assert_eq!(percent(1.0, true), "100 %");
        assert_eq!(percent(f64::NAN, false), "0 %");
    }
}
