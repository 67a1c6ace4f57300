//! Texts become a schedule, and a schedule texts.

use super::*;
use crate::model::recurrence::{End, MonthDay, Weekdays};
use crate::model::schedule::Overlap;
use proptest::prelude::*;

const NOW: &str = "2026-11-21T23:30:00Z";

fn read(fields: &Fields) -> Result<Schedule, Vec<Fault>> {
    fields.read(Job::Orders, "Europe/Zurich", NOW.parse().unwrap())
}

fn with(texts: &[(Field, &str)]) -> Fields {
    let mut fields = Fields::default();
    for (field, text) in texts {
        fields.set(*field, (*text).to_owned());
    }
    fields
}

#[test]
fn without_how_often_there_is_no_recurrence_whatever_else_stands_there() {
    assert_eq!(read(&Fields::default()).unwrap().recurrence, None);
    let forgotten = with(&[(Field::At, "nonsense"), (Field::On, "mon")]);
    assert_eq!(read(&forgotten).unwrap().recurrence, None);
}

#[test]
fn empty_fields_say_what_is_usual() {
    let schedule = read(&with(&[(Field::Every, "day")])).unwrap();
    let usual = Schedule::recommended(Job::Orders, "2026-11-22T00:00".parse().unwrap(), "UTC");
    assert_eq!(
        schedule.recurrence.as_ref().unwrap().to_string(),
        "every day at 00:00 from 2026-11-22 Europe/Zurich"
    );
    assert_eq!(
        schedule,
        Schedule {
            recurrence: schedule.recurrence.clone(),
            ..usual
        }
    );
}

#[test]
fn everything_wrong_is_told_with_its_field_and_what_to_write() {
    for (texts, field, words) in [
        (
            &[(Field::Every, "15m")][..],
            Field::Every,
            "is not how often",
        ),
        (
            &[(Field::Every, "day"), (Field::At, "4")],
            Field::At,
            "is not a time of the day",
        ),
        (
            &[(Field::Every, "day"), (Field::On, "mon")],
            Field::On,
            "days belong to weeks and months",
        ),
        (
            &[(Field::Every, "week"), (Field::On, "mo")],
            Field::On,
            "is not a list of weekdays",
        ),
        (
            &[(Field::Every, "day"), (Field::Zone, "Zurich")],
            Field::Zone,
            "there is no time zone",
        ),
        (
            &[(Field::Every, "day"), (Field::Ends, "2020-01-01")],
            Field::Ends,
            "before its start",
        ),
        (
            &[(Field::Every, "day"), (Field::Ends, "0")],
            Field::Ends,
            "ends after 0 starts",
        ),
        (
            &[(Field::Missed, "up-to:0")],
            Field::Missed,
            "catch up with 0",
        ),
        (
            &[(Field::MissedWindow, "-1")],
            Field::MissedWindow,
            "a number",
        ),
        (
            &[(Field::Overlap, "cancel")],
            Field::Overlap,
            "write skip, wait",
        ),
        (
            &[(Field::QuietHours, "05:00-05:00")],
            Field::QuietHours,
            "begin and end at",
        ),
        (&[(Field::Jitter, "maybe")], Field::Jitter, "yes or no"),
    ] {
        let faults = read(&with(texts)).unwrap_err();
        assert_eq!(faults[0].field, field, "{faults:?}");
        assert!(faults[0].text.contains(words), "{faults:?}");
    }
    let two = with(&[
        (Field::Every, "often"),
        (Field::At, "noon"),
        (Field::Jitter, "x"),
    ]);
    let fields: Vec<Field> = read(&two).unwrap_err().iter().map(|f| f.field).collect();
    assert_eq!(fields, [Field::Every, Field::At, Field::Jitter]);
}

#[test]
fn every_choice_can_be_taken() {
    for field in Field::ALL {
        for choice in field.choices() {
            let every = if field == Field::Every { choice } else { "day" };
            let fields = with(&[(Field::Every, every), (field, choice)]);
            assert!(read(&fields).is_ok(), "{field:?} {choice}");
        }
        assert!(field.name().len() <= 13);
    }
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let every = 1..100_u32;
    let day = prop_oneof![
        (1..=31_u8).prop_map(MonthDay::Day),
        (1..=5_u8, 0..7_u8).prop_map(|(nth, weekday)| MonthDay::Nth { nth, weekday }),
    ];
    prop_oneof![
        every.clone().prop_map(Pattern::Minutes),
        every.clone().prop_map(Pattern::Hours),
        every.clone().prop_map(Pattern::Days),
        every.clone().prop_map(Pattern::Years),
        (every.clone(), 1..128_u8).prop_map(|(every, on)| Pattern::Weeks {
            every,
            on: Weekdays(on)
        }),
        (every, day).prop_map(|(every, on)| Pattern::Months { every, on }),
    ]
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let end = prop_oneof![
        Just(End::Never),
        (1..50_u32).prop_map(End::After),
        Just(End::By("2031-05-06".parse().unwrap()))
    ];
    let missed = prop_oneof![
        Just(Missed::One),
        Just(Missed::Skip),
        (1..9_u32).prop_map(Missed::UpTo)
    ];
    let overlap = prop_oneof![
        Just(Overlap::Skip),
        Just(Overlap::Wait),
        Just(Overlap::CancelOther)
    ];
    let quiet = prop_oneof![Just(None), Just(Some("22:00-05:30".parse().unwrap()))];
    let policies = (missed, 0..100_u32, overlap, 0..9_u32, any::<bool>(), quiet);
    let recurrence = (pattern(), end, 0..24_i8, 0..60_i8, any::<bool>());
    (recurrence, policies).prop_map(|(recurrence, policies)| {
        let (pattern, end, hour, minute, recurs) = recurrence;
        let (missed, missed_window_minutes, overlap, pause_after, jitter, quiet_hours) = policies;
        let recurrence = recurrence::Recurrence {
            start: jiff::civil::datetime(2026, 11, 21, hour, minute, 0, 0),
            zone: "America/Chicago".to_owned(),
            end,
            pattern,
        };
        Schedule {
            recurrence: recurs.then_some(recurrence),
            missed,
            missed_window_minutes,
            overlap,
            pause_after,
            jitter,
            quiet_hours,
        }
    })
}

proptest! {
    #[test]
    fn what_nobody_edits_stays_what_it_is(schedule in schedule()) {
        prop_assert_eq!(read(&Fields::of(&schedule)).unwrap(), schedule);
    }
}
