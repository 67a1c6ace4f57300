//! The policies, one by one; and all of them at once, at random.

mod random;

use super::*;
use crate::model::recurrence::Pattern;
use crate::model::schedule::QuietHours;

/// A job that comes every quarter of an hour, looked at again and again on 21 November 2026, UTC.
struct Desk {
    schedule: Schedule,
    standing: Standing,
    next: String,
}

/// `10:15` on that day.
fn at(time: &str) -> Timestamp {
    let seconds = if time.len() == 5 { ":00" } else { "" };
    format!("2026-11-21T{time}{seconds}Z").parse().unwrap()
}

impl Desk {
    /// Since 10:00, with other policies.
    fn with(change: impl FnOnce(&mut Schedule)) -> Self {
        let start = "2026-11-21T00:00".parse().unwrap();
        let mut schedule = Schedule::recommended(Job::Orders, start, "UTC");
        schedule.jitter = false;
        change(&mut schedule);
        Self {
            schedule,
            standing: Standing::new(at("10:00")),
            next: String::new(),
        }
    }

    fn carry_out(&mut self, decision: Decision) -> Vec<String> {
        let mut told = Vec::new();
        if decision.cancel_other {
            told.push("cancel".to_owned());
        }
        for record in &decision.records {
            let word = match record.outcome {
                Outcome::Run => "run",
                Outcome::Coalesced => "coalesced",
                Outcome::Skipped => "skipped",
            };
            assert_eq!(record.why.is_empty(), record.outcome == Outcome::Run);
            told.push(format!("{} {word}", record.due.strftime("%H:%M")));
        }
        self.standing = decision.standing;
        let next = decision
            .next
            .map(|next| next.strftime("%H:%M:%S").to_string());
        self.next = next.unwrap_or_default();
        told
    }

    /// What is decided at this time, and done.
    fn look(&mut self, time: &str, in_the_way: bool) -> Vec<String> {
        let (schedule, standing) = (&self.schedule, &self.standing);
        let decision = decide(Job::Orders, schedule, standing, at(time), in_the_way).unwrap();
        self.carry_out(decision)
    }

    fn free(&mut self, time: &str) -> Vec<String> {
        self.look(time, false)
    }

    fn busy(&mut self, time: &str) -> Vec<String> {
        self.look(time, true)
    }
}

fn every(pattern: Pattern) -> impl FnOnce(&mut Schedule) {
    move |schedule| schedule.recurrence.as_mut().unwrap().pattern = pattern
}

fn hours(text: &str) -> QuietHours {
    text.parse().unwrap()
}

const NOTHING: [&str; 0] = [];

#[test]
fn an_occurrence_is_run_when_it_is_due_and_once_only() {
    let mut desk = Desk::with(|_| {});
    assert_eq!(desk.free("10:14:59"), NOTHING);
    assert_eq!(desk.next, "10:15:00");
    assert_eq!(desk.free("10:15"), ["10:15 run"]);
    assert_eq!(desk.next, "10:30:00");
    assert_eq!(desk.free("10:15"), NOTHING);
    assert_eq!(desk.free("10:16"), NOTHING);
}

#[test]
fn a_clock_that_went_back_makes_nothing_due_again() {
    let mut desk = Desk::with(|_| {});
    assert_eq!(desk.free("10:30"), ["10:15 coalesced", "10:30 run"]);
    assert_eq!(desk.free("09:30"), NOTHING);
    assert_eq!(desk.next, "10:45:00");
    assert_eq!(desk.free("10:15"), NOTHING);
    assert_eq!(desk.free("10:45"), ["10:45 run"]);
}

#[test]
fn jitter_starts_later_and_leaves_the_occurrence_as_it_is() {
    let mut desk = Desk::with(|schedule| schedule.jitter = true);
    assert_eq!(desk.free("10:15:26"), NOTHING);
    assert_eq!(desk.next, "10:15:27");
    assert_eq!(desk.free("10:15:27"), ["10:15 run"]);
    assert_eq!(desk.next, "10:30:27");
    assert_eq!(desk.free("10:31:27"), ["10:30 run"]);
}

#[test]
fn what_was_missed_is_caught_up_with_once() {
    let mut desk = Desk::with(|schedule| schedule.missed = Missed::One);
    assert_eq!(
        desk.free("10:52"),
        ["10:15 coalesced", "10:30 coalesced", "10:45 run"]
    );
}

#[test]
fn what_was_missed_is_skipped_and_what_is_fresh_is_run() {
    let mut desk = Desk::with(|schedule| schedule.missed = Missed::Skip);
    assert_eq!(
        desk.free("10:46"),
        ["10:15 skipped", "10:30 skipped", "10:45 run"]
    );
    // A minute is allowed, and no more.
    assert_eq!(desk.free("11:01:01"), ["11:00 skipped"]);
    assert_eq!(desk.next, "11:15:00");
}

#[test]
fn the_newest_that_were_missed_are_caught_up_with_one_after_the_other() {
    let mut desk = Desk::with(|schedule| schedule.missed = Missed::UpTo(3));
    assert_eq!(desk.free("11:10"), ["10:15 skipped", "10:30 run"]);
    // The run is in the way of the others: they are held up, not skipped.
    assert_eq!(desk.busy("11:11"), NOTHING);
    assert_eq!(desk.next, "11:12:00");
    assert_eq!(desk.free("11:14"), ["10:45 run"]);
    // A fresh one comes while they are caught up with: a run is in its way, and that is no miss.
    assert_eq!(desk.next, "11:15:00");
    assert_eq!(desk.busy("11:15"), NOTHING);
    assert_eq!(desk.free("11:20"), ["11:00 run", "11:15 skipped"]);
    assert_eq!(desk.next, "11:30:00");
}

#[test]
fn those_behind_the_missed_wait_where_the_overlap_waits() {
    let mut desk = Desk::with(|schedule| {
        schedule.missed = Missed::UpTo(1);
        schedule.overlap = Overlap::Wait;
    });
    assert_eq!(desk.busy("10:20"), NOTHING);
    assert_eq!(desk.busy("10:30"), NOTHING);
    assert_eq!(desk.free("10:50"), ["10:15 run"]);
    assert_eq!(desk.free("10:55"), ["10:30 coalesced", "10:45 run"]);
}

#[test]
fn missed_again_while_caught_up_with_the_newest_count() {
    let mut desk = Desk::with(|schedule| schedule.missed = Missed::UpTo(2));
    assert_eq!(desk.free("10:40"), ["10:15 run"]);
    assert_eq!(
        desk.free("11:20"),
        ["10:30 skipped", "10:45 skipped", "11:00 run"]
    );
    assert_eq!(desk.free("11:21"), ["11:15 run"]);
}

#[test]
fn what_was_missed_for_too_long_is_skipped() {
    let mut desk = Desk::with(|schedule| {
        schedule.missed = Missed::UpTo(9);
        schedule.missed_window_minutes = 30;
    });
    assert_eq!(
        desk.free("11:01:30"),
        ["10:15 skipped", "10:30 skipped", "10:45 run"]
    );
    // Those that are held up grow old as well.
    assert_eq!(
        desk.free("11:30:01"),
        ["11:00 skipped", "11:15 run", "11:30 skipped"]
    );
}

#[test]
fn a_run_in_the_way_skips_the_occurrence() {
    let mut desk = Desk::with(|schedule| schedule.overlap = Overlap::Skip);
    assert_eq!(desk.busy("10:15"), ["10:15 skipped"]);
    assert_eq!(desk.free("10:16"), NOTHING);
    assert_eq!(desk.busy("10:46"), ["10:30 skipped", "10:45 skipped"]);
}

#[test]
fn one_run_waits_until_the_way_is_free() {
    let mut desk = Desk::with(|schedule| {
        schedule.overlap = Overlap::Wait;
        // Waiting is not missing.
        schedule.missed = Missed::Skip;
    });
    assert_eq!(desk.busy("10:15"), NOTHING);
    assert_eq!(desk.standing.waiting, Some(at("10:15")));
    assert_eq!(desk.next, "10:16:00");
    assert_eq!(desk.busy("10:30"), NOTHING);
    assert_eq!(desk.free("10:40"), ["10:15 coalesced", "10:30 run"]);
    assert_eq!(desk.standing.waiting, None);
    assert_eq!(desk.next, "10:45:00");
}

#[test]
fn the_run_in_the_way_is_cancelled() {
    let mut desk = Desk::with(|schedule| schedule.overlap = Overlap::CancelOther);
    assert_eq!(desk.free("10:15"), ["10:15 run"]);
    assert_eq!(desk.busy("10:30"), ["cancel"]);
    // Said again while it is still there; the run is started when it is gone, however late.
    assert_eq!(desk.busy("10:30:30"), ["cancel"]);
    desk.schedule.missed = Missed::Skip;
    assert_eq!(desk.free("10:32"), ["10:30 run"]);
    // Those that are caught up with cancel nothing, but a fresh one does, and goes before them.
    desk.schedule.missed = Missed::UpTo(5);
    assert_eq!(desk.busy("11:05"), NOTHING);
    assert_eq!(desk.busy("11:15"), ["cancel"]);
    assert_eq!(
        desk.free("11:15:01"),
        ["10:45 coalesced", "11:00 coalesced", "11:15 run"]
    );
}

#[test]
fn outside_of_the_quiet_hours_occurrences_wait_for_them_together() {
    let mut desk = Desk::with(|schedule| {
        schedule.quiet_hours = Some(hours("12:00-10:20"));
        schedule.missed = Missed::Skip;
    });
    assert_eq!(desk.free("10:15"), ["10:15 run"]);
    assert_eq!(desk.free("10:30"), NOTHING);
    assert_eq!(desk.next, "12:00:00");
    // However late they start, they are not missed.
    let started = desk.free("12:40");
    assert_eq!(started.len(), 9);
    assert_eq!(started[..2], ["10:30 coalesced", "10:45 coalesced"]);
    assert_eq!(started[7..], ["12:15 coalesced", "12:30 run"]);
}

#[test]
fn nothing_starts_outside_of_the_quiet_hours_even_if_it_is_late() {
    let mut desk = Desk::with(|schedule| schedule.quiet_hours = Some(hours("10:00-10:40")));
    assert_eq!(desk.free("10:50"), NOTHING);
    assert_eq!(desk.next, "10:00:00");
    desk.schedule.missed = Missed::UpTo(2);
    desk.standing = Standing::new(at("10:00"));
    assert_eq!(desk.free("10:50"), NOTHING);
    assert_eq!(desk.standing.catch_up_until, Some(at("10:30")));
    assert_eq!(desk.standing.waiting, Some(at("10:45")));
    desk.schedule.missed = Missed::Skip;
    desk.standing = Standing::new(at("10:00"));
    assert_eq!(desk.free("10:50"), ["10:15 skipped", "10:30 skipped"]);
}

#[test]
fn starts_are_counted_for_the_end_and_nothing_comes_behind_it() {
    let mut desk = Desk::with(|schedule| {
        schedule.recurrence.as_mut().unwrap().end = End::After(2);
    });
    assert_eq!(desk.busy("10:15"), ["10:15 skipped"]);
    assert_eq!(desk.free("10:45"), ["10:30 coalesced", "10:45 run"]);
    assert_eq!(desk.next, "11:00:00");
    assert_eq!(desk.free("11:00"), ["11:00 run"]);
    assert_eq!((desk.standing.started, desk.next.as_str()), (2, ""));
    assert_eq!(desk.free("11:15"), NOTHING);
    assert_eq!(desk.next, "");
}

#[test]
fn those_that_stood_in_the_row_when_the_end_came_are_skipped() {
    let mut desk = Desk::with(|schedule| {
        schedule.recurrence.as_mut().unwrap().end = End::After(2);
        schedule.missed = Missed::UpTo(9);
    });
    assert_eq!(desk.free("10:50"), ["10:15 skipped", "10:30 run"]);
    assert_eq!(desk.busy("11:00"), NOTHING);
    assert_eq!(desk.free("11:01"), ["10:45 run", "11:00 skipped"]);
    assert_eq!(desk.next, "");
}

#[test]
fn a_recurrence_ends_with_its_last_day() {
    let mut desk = Desk::with(|schedule| {
        let recurrence = schedule.recurrence.as_mut().unwrap();
        recurrence.end = End::By(recurrence.start.date());
    });
    desk.standing.dealt_until = at("23:30");
    assert_eq!(desk.free("23:45"), ["23:45 run"]);
    assert_eq!(desk.next, "");
}

#[test]
fn a_long_row_is_dealt_with_a_thousand_at_a_time() {
    for (missed, last) in [
        (Missed::One, (Outcome::Run, None)),
        (Missed::UpTo(1_000), (Outcome::Run, Some(999))),
        (Missed::Skip, (Outcome::Skipped, None)),
    ] {
        let mut desk = Desk::with(every(Pattern::Minutes(1)));
        desk.schedule.missed = missed;
        // Two days and sixteen hours of minutes, none of them fresh.
        desk.standing.dealt_until = "2026-11-18T08:00Z".parse().unwrap();
        let recurrence = desk.schedule.recurrence.as_mut().unwrap();
        recurrence.start = "2026-11-01T00:00".parse().unwrap();
        recurrence.end = End::By("2026-11-20".parse().unwrap());
        let now = at("10:00");
        let mut records = Vec::new();
        let decision = loop {
            let (schedule, standing) = (&desk.schedule, &desk.standing);
            let decision = decide(Job::Orders, schedule, standing, now, false).unwrap();
            records.extend(decision.records.clone());
            assert!(decision.records.len() <= 1_000);
            if decision.next != Some(now) {
                break decision;
            }
            assert_eq!((decision.records.len(), decision.start), (1_000, None));
            desk.standing = decision.standing;
        };
        let all = 64 * 60 - 1;
        let held = decision.standing.catch_up_until.map(|until| {
            until
                .duration_since(decision.standing.dealt_until)
                .as_mins()
        });
        let outcome = records.last().unwrap().outcome;
        assert_eq!((outcome, held), last, "{missed:?}");
        assert_eq!(
            records.len() as i64 + held.unwrap_or_default(),
            all,
            "{missed:?}"
        );
    }
}

#[test]
fn those_that_waited_wait_on_where_they_are_too_many_for_one_decision() {
    let mut desk = Desk::with(every(Pattern::Minutes(1)));
    desk.schedule.recurrence.as_mut().unwrap().start = "2026-11-20T00:00".parse().unwrap();
    desk.schedule.overlap = Overlap::Wait;
    desk.schedule.missed = Missed::Skip;
    desk.standing = Standing::new("2026-11-20T10:00Z".parse().unwrap());
    desk.standing.waiting = Some("2026-11-20T10:01Z".parse().unwrap());
    assert_eq!(desk.busy("10:00"), NOTHING);
    let first = desk.free("10:00");
    assert_eq!((first.len(), desk.next.as_str()), (1_000, "10:00:00"));
    assert!(first.iter().all(|told| told.ends_with("coalesced")));
    let second = desk.free("10:00");
    assert_eq!(second.len(), 440);
    assert_eq!(second.last().unwrap(), "10:00 run");
    assert!(second[..439].iter().all(|told| told.ends_with("coalesced")));
}

#[test]
fn a_job_that_is_not_to_start_skips_what_is_due_and_says_why() {
    let mut desk = Desk::with(|schedule| schedule.overlap = Overlap::Wait);
    assert_eq!(desk.busy("10:15"), NOTHING);
    let (schedule, standing) = (&desk.schedule, &desk.standing);
    let why = "the job was withheld";
    let decision = skip_due(Job::Orders, schedule, standing, at("10:31"), why).unwrap();
    assert_eq!(decision.records[0].why, why);
    assert_eq!(desk.carry_out(decision), ["10:15 skipped", "10:30 skipped"]);
    assert_eq!(desk.standing.waiting, None);
    assert_eq!(desk.next, "10:45:00");
    assert_eq!(desk.free("10:40"), NOTHING);
}

#[test]
fn as_required_nothing_comes_by_itself() {
    let mut desk = Desk::with(|schedule| schedule.recurrence = None);
    desk.standing.waiting = Some(at("10:15"));
    assert_eq!(desk.free("12:00"), NOTHING);
    assert_eq!((desk.standing.waiting, desk.next.as_str()), (None, ""));
}

#[test]
fn what_cannot_be_used_decides_nothing() {
    let mut desk = Desk::with(every(Pattern::Minutes(0)));
    let wrong = decide(
        Job::Orders,
        &desk.schedule,
        &desk.standing,
        at("12:00"),
        false,
    );
    assert_eq!(wrong, Err(RecurrenceError::ZeroCount("minutes")));
    desk.schedule = Desk::with(|schedule| schedule.missed = Missed::UpTo(0)).schedule;
    let wrong = decide(
        Job::Orders,
        &desk.schedule,
        &desk.standing,
        at("12:00"),
        false,
    );
    assert_eq!(wrong, Err(RecurrenceError::CatchUp(0)));
}
