//! The rules of the recurrence, one by one. `cargo test --test torture -- recurrence` compares all
//! of them with another library.

use super::*;
use jiff::civil::date;

fn recurrence(start: &str, zone: &str, pattern: Pattern) -> Recurrence {
    Recurrence {
        start: start.parse().unwrap(),
        zone: zone.to_owned(),
        end: End::Never,
        pattern,
    }
}

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

/// The first occurrences after a moment, on the wall clock with the offset.
fn next(recurrence: &Recurrence, after: &str, many: usize) -> Vec<String> {
    let occurrences = recurrence.occurrences().unwrap();
    occurrences
        .following(at(after))
        .take(many)
        .map(|at| {
            let local = at.to_zoned(occurrences.zone().clone());
            local.strftime("%F %H:%M %:z").to_string()
        })
        .collect()
}

const LONG_AGO: &str = "1990-01-01T00:00Z";

#[test]
fn minutes_and_hours_count_in_absolute_time() {
    let quarters = recurrence("2026-10-25T00:00", "Europe/Zurich", Pattern::Minutes(30));
    assert_eq!(
        next(&quarters, "2026-10-25T00:00Z", 4),
        [
            "2026-10-25 02:30 +02:00",
            "2026-10-25 02:00 +01:00",
            "2026-10-25 02:30 +01:00",
            "2026-10-25 03:00 +01:00"
        ]
    );
    let hours = recurrence("2026-03-28T06:00", "Europe/Zurich", Pattern::Hours(12));
    assert_eq!(
        next(&hours, LONG_AGO, 3),
        [
            "2026-03-28 06:00 +01:00",
            "2026-03-28 18:00 +01:00",
            "2026-03-29 07:00 +02:00"
        ]
    );
}

#[test]
fn a_time_that_the_clock_skips_is_moved_forward_by_the_change() {
    let daily = recurrence("2026-03-07T02:30", "America/New_York", Pattern::Days(1));
    assert_eq!(
        next(&daily, LONG_AGO, 3),
        [
            "2026-03-07 02:30 -05:00",
            "2026-03-08 03:30 -04:00",
            "2026-03-09 02:30 -04:00"
        ]
    );
}

#[test]
fn a_time_that_comes_twice_is_taken_the_first_time_only() {
    let daily = recurrence("2026-10-31T01:30", "America/New_York", Pattern::Days(1));
    assert_eq!(
        next(&daily, LONG_AGO, 3),
        [
            "2026-10-31 01:30 -04:00",
            "2026-11-01 01:30 -04:00",
            "2026-11-02 01:30 -05:00"
        ]
    );
    // Asked between the first and the second time.
    assert_eq!(
        next(&daily, "2026-11-01T06:00Z", 1),
        ["2026-11-02 01:30 -05:00"]
    );
}

#[test]
fn a_day_that_the_zone_skips_comes_once_with_the_next() {
    let daily = recurrence("2011-12-28T10:00", "Pacific/Apia", Pattern::Days(1));
    assert_eq!(
        next(&daily, LONG_AGO, 4),
        [
            "2011-12-28 10:00 -10:00",
            "2011-12-29 10:00 -10:00",
            "2011-12-31 10:00 +14:00",
            "2012-01-01 10:00 +14:00"
        ]
    );
}

#[test]
fn weeks_count_from_the_monday_of_the_start() {
    let on = Weekdays(0b001_0001);
    // A Wednesday: the Monday of its week lies before the start.
    let weekly = recurrence("2026-11-18T04:00", "UTC", Pattern::Weeks { every: 2, on });
    let dates: Vec<String> = next(&weekly, LONG_AGO, 5);
    assert_eq!(
        dates,
        [
            "2026-11-20 04:00 +00:00",
            "2026-11-30 04:00 +00:00",
            "2026-12-04 04:00 +00:00",
            "2026-12-14 04:00 +00:00",
            "2026-12-18 04:00 +00:00"
        ]
    );
}

#[test]
fn a_day_that_the_month_does_not_have_is_its_last() {
    let day = |day| Pattern::Months {
        every: 1,
        on: MonthDay::Day(day),
    };
    let dates = |pattern, start| next(&recurrence(start, "UTC", pattern), LONG_AGO, 4);
    assert_eq!(
        dates(day(31), "2028-01-30T00:00"),
        [
            "2028-01-31 00:00 +00:00",
            "2028-02-29 00:00 +00:00",
            "2028-03-31 00:00 +00:00",
            "2028-04-30 00:00 +00:00"
        ]
    );
    assert_eq!(
        dates(Pattern::Years(1), "2028-02-29T00:00"),
        [
            "2028-02-29 00:00 +00:00",
            "2029-02-28 00:00 +00:00",
            "2030-02-28 00:00 +00:00",
            "2031-02-28 00:00 +00:00"
        ]
    );
    let last_friday = MonthDay::Nth { nth: 5, weekday: 4 };
    assert_eq!(
        dates(
            Pattern::Months {
                every: 3,
                on: last_friday
            },
            "2026-11-28T00:00"
        ),
        [
            "2027-02-26 00:00 +00:00",
            "2027-05-28 00:00 +00:00",
            "2027-08-27 00:00 +00:00",
            "2027-11-26 00:00 +00:00"
        ]
    );
}

#[test]
fn the_last_day_belongs_to_it_and_the_next_one_does_not() {
    let mut quarters = recurrence("2026-11-20T00:00", "America/Chicago", Pattern::Minutes(45));
    quarters.end = End::By(date(2026, 11, 21));
    assert_eq!(
        next(&quarters, "2026-11-22T05:00Z", 9),
        ["2026-11-21 23:15 -06:00"]
    );
    // In Nuuk the clock jumps from 23:00 over midnight: what was meant for 23:30 has another date.
    let mut daily = recurrence("2024-03-29T23:30", "America/Nuuk", Pattern::Days(1));
    assert_eq!(
        next(&daily, LONG_AGO, 2),
        ["2024-03-29 23:30 -02:00", "2024-03-31 00:30 -01:00"]
    );
    // Asked when the day for which it was meant is over already.
    assert_eq!(
        next(&daily, "2024-03-31T01:10Z", 1),
        ["2024-03-31 00:30 -01:00"]
    );
    daily.end = End::By(date(2024, 3, 30));
    assert_eq!(next(&daily, LONG_AGO, 2), ["2024-03-29 23:30 -02:00"]);
}

#[test]
fn a_day_begins_where_the_clock_jumps_over_midnight() {
    // Toronto, 1919: at 23:30 the clock was put to 00:30.
    let toronto = zone("America/Toronto").unwrap();
    assert_eq!(
        begins(&toronto, date(1919, 3, 31)),
        Some(at("1919-03-31T04:30Z"))
    );
    // Apia had no 30 December 2011.
    let apia = zone("Pacific/Apia").unwrap();
    let skipped = at("2011-12-30T10:00Z");
    assert_eq!(begins(&apia, date(2011, 12, 30)), Some(skipped));
    assert_eq!(begins(&apia, date(2011, 12, 31)), Some(skipped));
}

#[test]
fn far_away_costs_no_more_than_near_by() {
    // A walk to these would take centuries.
    let seconds = recurrence("0001-01-01T00:00", "UTC", Pattern::Minutes(1));
    assert_eq!(
        next(&seconds, "9998-01-01T00:00Z", 1),
        ["9998-01-01 00:01 +00:00"]
    );
    let rare = Pattern::Years(u32::MAX);
    let once = recurrence("2026-11-21T00:00", "UTC", rare);
    assert_eq!(next(&once, LONG_AGO, 2), ["2026-11-21 00:00 +00:00"]);
    for pattern in [
        Pattern::Minutes(u32::MAX),
        Pattern::Hours(u32::MAX),
        Pattern::Days(u32::MAX),
        Pattern::Weeks {
            every: u32::MAX,
            on: Weekdays(0b10_0000),
        },
        Pattern::Months {
            every: u32::MAX,
            on: MonthDay::Day(21),
        },
    ] {
        let once = recurrence("2026-11-21T00:00", "UTC", pattern);
        let found = once.occurrences().unwrap();
        assert!(found.following(Timestamp::MIN).count() <= 2, "{pattern:?}");
        assert_eq!(found.next_after(Timestamp::MAX), None, "{pattern:?}");
    }
}

#[test]
fn what_cannot_be_used_is_named_with_what_to_do() {
    let good = || recurrence("2026-11-21T00:00", "Europe/Zurich", Pattern::Days(1));
    assert_eq!(good().check(), Ok(()));
    let with = |pattern| Recurrence { pattern, ..good() };
    let ends = |end| Recurrence { end, ..good() };
    let weeks = |on| {
        with(Pattern::Weeks {
            every: 1,
            on: Weekdays(on),
        })
    };
    let months = |on| with(Pattern::Months { every: 1, on });
    for (wrong, words) in [
        (
            Recurrence {
                zone: "Europe/Zürich".to_owned(),
                ..good()
            },
            "there is no time zone \"Europe/Zürich\": give the IANA name, such as Europe/Zurich or America/Chicago",
        ),
        (
            Recurrence {
                zone: "Etc/Unknown".to_owned(),
                ..good()
            },
            "there is no time zone \"Etc/Unknown\"",
        ),
        (
            with(Pattern::Minutes(0)),
            "cannot come every 0 minutes: give 1 or more",
        ),
        (with(Pattern::Hours(0)), "every 0 hours"),
        (with(Pattern::Days(0)), "every 0 days"),
        (with(Pattern::Years(0)), "every 0 years"),
        (
            with(Pattern::Weeks {
                every: 0,
                on: Weekdays(1),
            }),
            "every 0 weeks",
        ),
        (
            with(Pattern::Months {
                every: 0,
                on: MonthDay::Day(1),
            }),
            "every 0 months",
        ),
        (weeks(0), "give one or more, such as mon,thu"),
        (weeks(0b1000_0001), "are not a choice of Monday to Sunday"),
        (
            months(MonthDay::Day(0)),
            "no month has a day 0: give 1 to 31, or last",
        ),
        (months(MonthDay::Day(32)), "no month has a day 32"),
        (
            months(MonthDay::Nth { nth: 0, weekday: 1 }),
            "for the 0. time",
        ),
        (
            months(MonthDay::Nth { nth: 6, weekday: 1 }),
            "for the 6. time",
        ),
        (
            months(MonthDay::Nth { nth: 1, weekday: 7 }),
            "weekday number 7",
        ),
        (
            ends(End::After(0)),
            "ends after 0 starts: give 1 or more, or no end",
        ),
        (
            ends(End::By(date(2026, 11, 20))),
            "ends by 2026-11-20, before its start on 2026-11-21: give a later end",
        ),
        (
            recurrence("-009999-01-01T00:00", "Europe/Zurich", Pattern::Days(1)),
            "is too far away: give one between the years 1 and 9999",
        ),
    ] {
        let error = wrong.check().unwrap_err();
        let said = error.to_string();
        assert!(said.contains(words), "{said}");
        assert_eq!(wrong.next_after(Timestamp::UNIX_EPOCH), Err(error));
    }
}
