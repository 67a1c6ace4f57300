//! Any schedule, looked at at any times, with and without a run in its way: every occurrence has
//! exactly one record, in order, and every start obeys the policies.

use proptest::prelude::*;

use super::super::*;
use crate::model::recurrence::{MonthDay, Pattern, Weekdays};
use crate::model::schedule::QuietHours;

/// A look: so many seconds after the one before (or before it), and whether a run is in the way.
type Look = (i64, bool);

fn pattern() -> impl Strategy<Value = Pattern> {
    prop_oneof![
        4 => (5..90_u32).prop_map(Pattern::Minutes),
        // A row that is too long for one decision.
        1 => Just(Pattern::Minutes(1)),
        2 => (1..30_u32).prop_map(Pattern::Hours),
        2 => (1..4_u32).prop_map(Pattern::Days),
        1 => (1..3_u32, 1..128_u8).prop_map(|(every, on)| Pattern::Weeks {
            every,
            on: Weekdays(on)
        }),
        1 => (1..3_u32, 1..32_u8).prop_map(|(every, on)| Pattern::Months {
            every,
            on: MonthDay::Day(on)
        }),
    ]
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        3 => Just(End::Never),
        1 => (1..6_u32).prop_map(End::After),
        1 => (0..9_i8).prop_map(|day| End::By(jiff::civil::date(2026, 10, 23 + day))),
    ]
}

fn quiet_hours() -> impl Strategy<Value = Option<QuietHours>> {
    let hours = (0..24_i8, 0..60_i8, 1..24_i8).prop_map(|(hour, minute, long)| QuietHours {
        from: jiff::civil::time(hour, minute, 0, 0),
        to: jiff::civil::time((hour + long) % 24, minute, 0, 0),
    });
    prop_oneof![Just(None), hours.prop_map(Some)]
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let missed = prop_oneof![
        Just(Missed::One),
        Just(Missed::Skip),
        (1..5_u32).prop_map(Missed::UpTo)
    ];
    let overlap = prop_oneof![
        Just(Overlap::Skip),
        Just(Overlap::Wait),
        Just(Overlap::CancelOther)
    ];
    let zone = prop_oneof![
        Just("Europe/Zurich"),
        Just("Australia/Lord_Howe"),
        Just("UTC")
    ];
    let window = prop_oneof![Just(0_u32), 1..200_u32];
    (
        (pattern(), end(), zone, 0..1_440_i64),
        (missed, window, overlap, any::<bool>(), quiet_hours()),
    )
        .prop_map(
            |((pattern, end, zone, minute), (missed, window, overlap, jitter, quiet))| {
                let day = jiff::civil::datetime(2026, 10, 23, 0, 0, 0, 0);
                Schedule {
                    recurrence: Some(Recurrence {
                        start: day + SignedDuration::from_mins(minute),
                        zone: zone.to_owned(),
                        end,
                        pattern,
                    }),
                    missed,
                    missed_window_minutes: window,
                    overlap,
                    pause_after: 0,
                    jitter,
                    quiet_hours: quiet,
                }
            },
        )
}

/// Short and long sleeps, looks at the planned time (0), and clocks that go back.
fn look() -> impl Strategy<Value = Look> {
    let seconds = prop_oneof![
        4 => Just(0_i64),
        3 => 1..120_i64,
        3 => 60..7_200_i64,
        1 => 7_200..100_000_i64,
        1 => -4_000..0_i64,
    ];
    (seconds, any::<bool>())
}

/// Checks one decision against the policies. Everything is told again in other words than the
/// decision tells it.
fn obeys(
    schedule: &Schedule,
    times: &Times,
    before: &Standing,
    (now, in_the_way): (Timestamp, bool),
    decision: &Decision,
) -> Result<(), TestCaseError> {
    let runs: Vec<&Occurrence> = decision
        .records
        .iter()
        .filter(|record| record.outcome == Outcome::Run)
        .collect();
    prop_assert_eq!(runs.first().map(|run| run.due), decision.start);
    prop_assert!(runs.len() <= 1, "one run at most");
    prop_assert_eq!(
        decision.standing.started,
        before.started + runs.len() as u32
    );
    prop_assert!(decision.records.len() <= MOST_RECORDS);
    prop_assert!(decision.standing.dealt_until >= before.dealt_until);
    let is_cut = decision.next == Some(now);
    prop_assert!(is_cut == (decision.records.len() == MOST_RECORDS) || !is_cut);
    prop_assert!(decision.next.is_none_or(|next| next >= now));

    let is_open = times.opening(now) == now;
    let limit = match schedule.recurrence.as_ref().unwrap().end {
        End::Never | End::By(_) => u32::MAX,
        End::After(starts) => starts,
    };
    if decision.cancel_other {
        prop_assert!(schedule.overlap == Overlap::CancelOther && in_the_way && is_open);
        prop_assert!(decision.standing.waiting.is_some(), "cancelled for nothing");
    }
    let Some(start) = decision.start else {
        let newest = times
            .following(before.dealt_until)
            .take_while(|due| times.turn(*due) <= now);
        let is_wanted = newest
            .last()
            .is_some_and(|newest| !may_lapse(schedule, times, before, now, newest));
        let may_start = is_open && !in_the_way && before.started < limit && !is_cut;
        prop_assert!(
            !(is_wanted && may_start),
            "nothing starts, and nothing is in the way"
        );
        return Ok(());
    };
    // A start is allowed now, and its occurrence had its turn.
    prop_assert!(is_open, "outside of the quiet hours");
    prop_assert!(times.turn(start) <= now, "before its turn");
    prop_assert!(!in_the_way, "a run is in its way");
    prop_assert!(decision.standing.started <= limit);
    prop_assert!(
        !may_lapse(schedule, times, before, now, start),
        "it was missed"
    );
    Ok(())
}

/// True where the occurrence was missed and is not to be caught up with.
fn may_lapse(
    schedule: &Schedule,
    times: &Times,
    before: &Standing,
    now: Timestamp,
    due: Timestamp,
) -> bool {
    let late = now.duration_since(times.start(due));
    let waited = before.waiting.is_some_and(|waiting| waiting <= due);
    let window = SignedDuration::from_mins(schedule.missed_window_minutes.into());
    let is_too_old = !window.is_zero() && late > window;
    late > MISSED_AFTER && !waited && (schedule.missed == Missed::Skip || is_too_old)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, ..ProptestConfig::default() })]

    #[test]
    fn every_due_occurrence_has_exactly_one_record(
        schedule in schedule(),
        looks in prop::collection::vec(look(), 1..60),
    ) {
        let begin: Timestamp = "2026-10-23T09:10:11Z".parse().unwrap();
        let recurrence = schedule.recurrence.as_ref().unwrap();
        let times = Times::of(Job::Orders, &schedule, recurrence.occurrences().unwrap());
        let mut standing = Standing::new(begin);
        let (mut now, mut latest) = (begin, begin);
        let mut next = None;
        let mut records: Vec<Occurrence> = Vec::new();
        // At the end somebody is there until nothing is left to be done.
        let calm = std::iter::repeat_n((0, false), 50);
        let looks_in_all = looks.len();
        for (index, (seconds, in_the_way)) in looks.into_iter().chain(calm).enumerate() {
            let is_calm = index >= looks_in_all;
            now = match next {
                Some(next) if seconds == 0 && next > now => next,
                _ => later(now, SignedDuration::from_secs(seconds)),
            };
            if is_calm && now > later(latest, SignedDuration::from_hours(72)) {
                break;
            }
            latest = latest.max(now);
            let decision = decide(Job::Orders, &schedule, &standing, now, in_the_way).unwrap();
            obeys(&schedule, &times, &standing, (now, in_the_way), &decision)?;
            let again = decide(Job::Orders, &schedule, &standing, now, in_the_way).unwrap();
            prop_assert_eq!(&again, &decision, "the same look, another decision");
            records.extend(decision.records);
            standing = decision.standing;
            next = decision.next;
        }
        let expected: Vec<Timestamp> = times
            .following(begin)
            .take_while(|due| *due <= standing.dealt_until)
            .collect();
        let recorded: Vec<Timestamp> = records.iter().map(|record| record.due).collect();
        prop_assert_eq!(recorded, expected);
        // What has no record waits, or is behind the end.
        let is_over = matches!(recurrence.end, End::After(starts) if starts == standing.started);
        let first = times.following(standing.dealt_until).next();
        let left = first.filter(|due| times.turn(*due) <= now);
        let is_held = standing.waiting.is_some() || standing.catch_up_until.is_some();
        prop_assert!(left.is_none() || is_held || is_over || next == Some(now), "{left:?}");
    }

    /// Whoever looks when he is told to, with a free way, starts everything in time.
    #[test]
    fn who_looks_when_told_to_is_never_late(schedule in schedule()) {
        let begin: Timestamp = "2026-10-23T09:10:11Z".parse().unwrap();
        let recurrence = schedule.recurrence.as_ref().unwrap();
        let times = Times::of(Job::Orders, &schedule, recurrence.occurrences().unwrap());
        let mut standing = Standing::new(begin);
        let mut now = begin;
        for _ in 0..100 {
            let decision = decide(Job::Orders, &schedule, &standing, now, false).unwrap();
            if let Some(start) = decision.start {
                prop_assert_eq!(times.start(start), now);
            }
            for record in &decision.records {
                let is_shared = schedule.quiet_hours.is_some() && record.outcome == Outcome::Coalesced;
                prop_assert!(record.outcome == Outcome::Run || is_shared, "{record:?}");
            }
            standing = decision.standing;
            let Some(next) = decision.next else { break };
            now = next;
        }
    }
}
