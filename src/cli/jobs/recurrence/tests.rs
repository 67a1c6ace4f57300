//! What operators type becomes a schedule.

use clap::{CommandFactory as _, Parser};

use super::*;
use crate::model::recurrence::{MonthDay, Pattern, Weekdays};

#[derive(Debug, Parser)]
struct Typed {
    #[command(flatten)]
    arguments: RecurrenceArguments,
}

fn typed(line: &str) -> Result<RecurrenceArguments, String> {
    // `_` stands for a space within an argument.
    let words = line.split(' ').map(|word| word.replace('_', " "));
    Typed::try_parse_from(["recurrence".to_owned()].into_iter().chain(words))
        .map(|typed| typed.arguments)
        .map_err(|error| error.to_string())
}

fn recommended(job: Job) -> Schedule {
    Schedule::recommended(job, "2026-11-01T00:00".parse().unwrap(), "Europe/Zurich")
}

/// At 23:30 UTC on 21 November 2026: the 22nd in Zurich already.
fn applied_to(schedule: &Schedule, line: &str) -> Result<Schedule, Refusal> {
    let now = "2026-11-21T23:30:00Z".parse().unwrap();
    typed(line).unwrap().apply(schedule, "Europe/Zurich", now)
}

/// The recurrence in words.
fn words(line: &str) -> String {
    let job = typed(line).unwrap().job;
    let schedule = applied_to(&recommended(job), line).unwrap();
    schedule.recurrence.map_or_else(
        || "as required".to_owned(),
        |recurrence| recurrence.to_string(),
    )
}

fn refused(line: &str) -> String {
    let job = typed(line).unwrap().job;
    let refusal = applied_to(&recommended(job), line).unwrap_err();
    let exception = refusal.exception;
    format!(
        "{} {} {}",
        exception.text, exception.cause, exception.remedy
    )
}

#[test]
fn the_arguments_are_well_formed() {
    Typed::command().debug_assert();
}

#[test]
fn what_is_not_said_stays_as_it_is() {
    for job in Job::ALL {
        let schedule = recommended(job);
        assert_eq!(applied_to(&schedule, job.name()).unwrap(), schedule);
    }
    for (line, expected) in [
        (
            "orders --every 5_minutes",
            "every 5 minutes from 2026-11-01 00:00 Europe/Zurich",
        ),
        (
            "orders --zone America/Chicago",
            "every 15 minutes from 2026-11-01 00:00 America/Chicago",
        ),
        (
            "orders --at 00:07",
            "every 15 minutes from 2026-11-01 00:07 Europe/Zurich",
        ),
        (
            "trade-agreements --at 05:30",
            "every day at 05:30 from 2026-11-01 Europe/Zurich",
        ),
        (
            "trade-agreements --end-after 10",
            "every day at 04:00 from 2026-11-01 Europe/Zurich, ends after 10 starts",
        ),
        (
            "trade-agreements --every 2_weeks --on mon,thu",
            "on Monday and Thursday of every 2nd week at 04:00 from 2026-11-01 Europe/Zurich",
        ),
        ("trade-agreements --as-required", "as required"),
    ] {
        assert_eq!(words(line), expected, "{line}");
    }
}

#[test]
fn a_job_without_recurrence_begins_today_in_its_zone() {
    for (line, expected) in [
        (
            "complete --every day",
            "every day at 00:00 from 2026-11-22 Europe/Zurich",
        ),
        (
            "complete --every day --zone utc",
            "every day at 00:00 from 2026-11-21 UTC",
        ),
        (
            "complete --every month --at 23:00 --zone america/chicago",
            "on day 21 of every month at 23:00 from 2026-11-21 America/Chicago",
        ),
        (
            "complete --every week",
            "on Sunday of every week at 00:00 from 2026-11-22 Europe/Zurich",
        ),
        (
            "complete --every month --on last_fri --end-by 2027-01-31",
            "on the last Friday of every month at 00:00 from 2026-11-22 Europe/Zurich, until 2027-01-31",
        ),
        (
            "complete --every year --start 2028-02-29T04:00",
            "on 29 February (or 28) of every year at 04:00 from 2028-02-29 Europe/Zurich",
        ),
        (
            "complete --every 3_hours --start 2026-12-01 --at 04:15",
            "every 3 hours from 2026-12-01 04:15 Europe/Zurich",
        ),
    ] {
        assert_eq!(words(line), expected, "{line}");
    }
}

#[test]
fn days_that_were_chosen_before_stay_chosen() {
    let weekly = applied_to(
        &recommended(Job::Orders),
        "orders --every week --on mon,thu",
    )
    .unwrap();
    let pattern = |line| {
        applied_to(&weekly, line)
            .unwrap()
            .recurrence
            .unwrap()
            .pattern
    };
    let on = Weekdays(0b1001);
    assert_eq!(
        pattern("orders --every 2_weeks"),
        Pattern::Weeks { every: 2, on }
    );
    let on = Weekdays(0b10);
    assert_eq!(pattern("orders --on tue"), Pattern::Weeks { every: 1, on });
    let on = MonthDay::Day(1);
    assert_eq!(
        pattern("orders --every month"),
        Pattern::Months { every: 1, on }
    );
}

#[test]
fn an_end_can_be_taken_back() {
    let ends = applied_to(&recommended(Job::Orders), "orders --end-after 3").unwrap();
    let end = |line| applied_to(&ends, line).unwrap().recurrence.unwrap().end;
    assert_eq!(end("orders --every hour"), End::After(3));
    assert_eq!(end("orders --no-end"), End::Never);
}

#[test]
fn policies_are_set_one_by_one() {
    let usual = recommended(Job::Complete);
    let line = "complete --missed up-to:3 --missed-window 60 --overlap cancel-other --pause-after 5 --no-jitter --quiet 22:00-05:00";
    let set = applied_to(&usual, line).unwrap();
    let expected = Schedule {
        recurrence: None,
        missed: Missed::UpTo(3),
        missed_window_minutes: 60,
        overlap: Overlap::CancelOther,
        pause_after: 5,
        jitter: false,
        quiet_hours: Some("22:00-05:00".parse().unwrap()),
    };
    assert_eq!(set, expected);
    assert_eq!(applied_to(&set, "complete").unwrap(), expected);
    let back = "complete --missed one --missed-window 0 --overlap wait --pause-after 0 --jitter --quiet none";
    assert_eq!(applied_to(&set, back).unwrap(), usual);
}

#[test]
fn what_cannot_be_used_is_refused_with_what_to_do() {
    for (line, words) in [
        (
            "complete --at 04:00",
            "complete starts as required: there is no recurrence to change. It was not said how often it is to start. Say how often, such as --every",
        ),
        (
            "orders --zone Zurich",
            "there is no time zone \"Zurich\": give the IANA name",
        ),
        (
            "orders --on mon",
            "--on chooses the days of weeks and months",
        ),
        (
            "orders --every week --on 31",
            "\"31\" is not a list of weekdays: write such as mon,thu",
        ),
        (
            "orders --every month --on mon",
            "\"mon\" is not a day of a month: write 1 to 31",
        ),
        (
            "orders --end-by 2026-10-31",
            "ends by 2026-10-31, before its start on 2026-11-01",
        ),
        (
            "orders --end-after 0",
            "ends after 0 starts: give 1 or more, or no end",
        ),
        (
            "orders --missed up-to:0",
            "catch up with 0 missed runs: give 1 to 1000, or skip",
        ),
        (
            "orders --quiet 05:00-05:00",
            "the quiet hours begin and end at 05:00:00",
        ),
    ] {
        let said = refused(line);
        assert!(said.contains(words), "{line}: {said}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_before_anything_is_opened() {
    for (line, words) in [
        (
            "orders --every 15m",
            "\"15m\" is not how often: write a count with minutes",
        ),
        (
            "orders --at 4",
            "\"4\" is not a time of the day: write such as 04:00",
        ),
        (
            "orders --start tomorrow",
            "\"tomorrow\" is not a date with a time",
        ),
        (
            "orders --end-by 31.1.2027",
            "\"31.1.2027\" is not a date: write such as 2027-01-31",
        ),
        (
            "orders --missed all",
            "is not what becomes of missed runs: write one, skip or",
        ),
        (
            "orders --overlap cancel",
            "write skip, wait or cancel-other",
        ),
        (
            "orders --quiet night",
            "is not a span of the day: write such as 22:00-05:00",
        ),
        ("orders --no-end --end-after 3", "cannot be used with"),
        ("orders --as-required --every day", "cannot be used with"),
        ("orders --as-required --no-end", "cannot be used with"),
        ("orders --jitter --no-jitter", "cannot be used with"),
    ] {
        let said = typed(line).unwrap_err();
        assert!(said.contains(words), "{line}: {said}");
    }
}
