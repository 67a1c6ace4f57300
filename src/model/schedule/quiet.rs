//! Quiet hours: the first moment at which a start is allowed.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::QuietHours;

impl QuietHours {
    /// True within them.
    fn hold(self, time: Time) -> bool {
        if self.from < self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }

    /// The first moment within them that is not before `at`.
    pub(super) fn opening(self, zone: &TimeZone, mut at: Timestamp) -> Timestamp {
        const DAY: SignedDuration = SignedDuration::from_hours(24);
        loop {
            let local = zone.to_datetime(at).time();
            if self.hold(local) {
                return at;
            }
            let mut wait = self.from.duration_since(local);
            if wait.is_negative() {
                wait += DAY;
            }
            let opening = later(at, wait);
            // A change of the clock before then may open them, or move them.
            match zone.following(at).next() {
                Some(change) if change.timestamp() <= opening => at = change.timestamp(),
                Some(_) | None => return opening,
            }
        }
    }
}

/// A moment so much later, or the last one there is.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(hours: &str, zone: &str, at: &str) -> String {
        let zone = TimeZone::get(zone).unwrap();
        let at: Timestamp = at.parse().unwrap();
        let hours: QuietHours = hours.parse().unwrap();
        hours
            .opening(&zone, at)
            .to_zoned(zone)
            .strftime("%F %R %:z")
            .to_string()
    }

    #[test]
    fn they_may_span_midnight() {
        let opens = |at| opening("22:00-05:00", "UTC", at);
        assert_eq!(opens("2026-11-21T21:59Z"), "2026-11-21 22:00 +00:00");
        assert_eq!(opens("2026-11-21T22:00Z"), "2026-11-21 22:00 +00:00");
        assert_eq!(opens("2026-11-21T04:59Z"), "2026-11-21 04:59 +00:00");
        assert_eq!(opens("2026-11-21T05:00Z"), "2026-11-21 22:00 +00:00");
        let noon = |at| opening("12:00-13:00", "UTC", at);
        assert_eq!(noon("2026-11-21T13:00Z"), "2026-11-22 12:00 +00:00");
    }

    #[test]
    fn a_change_of_the_clock_may_open_or_move_them() {
        let zurich = |hours, at| opening(hours, "Europe/Zurich", at);
        // 02:00 is 03:00 on this day.
        assert_eq!(
            zurich("02:30-05:00", "2026-03-29T00:59Z"),
            "2026-03-29 03:00 +02:00"
        );
        assert_eq!(
            zurich("04:00-05:00", "2026-03-29T00:00Z"),
            "2026-03-29 04:00 +02:00"
        );
        // They lie within the hour that is skipped: on this day there are none.
        assert_eq!(
            zurich("02:10-02:50", "2026-03-29T00:00Z"),
            "2026-03-30 02:10 +02:00"
        );
        // 03:00 is 02:00 again on this day.
        assert_eq!(
            zurich("02:00-02:30", "2026-10-25T00:40Z"),
            "2026-10-25 02:00 +01:00"
        );
        assert_eq!(
            zurich("04:00-05:00", "2026-10-24T23:00Z"),
            "2026-10-25 04:00 +01:00"
        );
    }
}
