//! What the end of a run and an operator do to a job.

use super::*;
use crate::model::recurrence::{End, Pattern, Recurrence};
use crate::model::schedule::{Missed, Overlap};
use jiff::civil::datetime;

const BETWEEN_RUNS: [JobStatus; 5] = [
    JobStatus::Withhold,
    JobStatus::Waiting,
    JobStatus::Error,
    JobStatus::Ended,
    JobStatus::Canceled,
];

fn schedule(recurs: bool, pause_after: u32) -> Schedule {
    Schedule {
        recurrence: recurs.then(|| Recurrence {
            start: datetime(2026, 1, 1, 0, 0, 0, 0),
            zone: "UTC".into(),
            end: End::Never,
            pattern: Pattern::Minutes(15),
        }),
        missed: Missed::One,
        missed_window_minutes: 0,
        overlap: Overlap::Skip,
        pause_after,
        jitter: false,
        quiet_hours: None,
    }
}

fn after(runs: &[RunStatus], schedule: &Schedule) -> JobState {
    let mut state = JobState::NEW;
    for run in runs {
        state.after_run(*run, schedule);
    }
    state
}

#[test]
fn a_job_that_recurs_waits_after_a_run_and_one_that_does_not_says_how_it_ended() {
    for (run, recurring, by_hand) in [
        (RunStatus::Ended, JobStatus::Waiting, JobStatus::Ended),
        (RunStatus::Canceled, JobStatus::Waiting, JobStatus::Canceled),
        (RunStatus::Error, JobStatus::Error, JobStatus::Error),
    ] {
        assert_eq!(after(&[run], &schedule(true, 0)).status, recurring);
        assert_eq!(after(&[run], &schedule(false, 0)).status, by_hand);
    }
}

#[test]
fn only_failures_in_a_row_count_and_a_cancel_does_not_end_the_row() {
    let schedule = schedule(true, 0);
    let (error, ended, canceled) = (RunStatus::Error, RunStatus::Ended, RunStatus::Canceled);
    assert_eq!(after(&[error, error], &schedule).failures, 2);
    assert_eq!(after(&[error, canceled, error], &schedule).failures, 2);
    assert_eq!(after(&[error, ended, error], &schedule).failures, 1);
    assert_eq!(after(&[error; 50], &schedule).status, JobStatus::Error);
}

#[test]
fn too_many_failures_in_a_row_withhold_the_job_and_say_so() {
    let twice = after(&[RunStatus::Error; 2], &schedule(true, 3));
    assert_eq!(twice.status, JobStatus::Error);
    let mut thrice = after(&[RunStatus::Error; 3], &schedule(true, 3));
    assert_eq!(thrice.status, JobStatus::Withhold);
    assert_eq!(thrice.reason, "its last 3 runs ended in Error");
    let once = after(&[RunStatus::Error], &schedule(true, 1));
    assert_eq!(once.reason, "its last run ended in Error");

    assert!(!thrice.resume(), "only the suspended are resumed together");
    thrice.wait();
    assert_eq!(thrice, JobState::NEW, "whoever releases it forgives");
}

#[test]
fn a_canceled_run_withholds_no_job_however_often_it_failed_before() {
    let mut state = after(&[RunStatus::Error; 4], &schedule(true, 0));
    state.after_run(RunStatus::Canceled, &schedule(true, 3));
    assert_eq!(state.status, JobStatus::Waiting);
}

#[test]
fn a_withheld_job_stays_withheld_after_a_run() {
    for run in [RunStatus::Ended, RunStatus::Error, RunStatus::Canceled] {
        let mut state = JobState::NEW;
        state.withhold("withheld by ann".into());
        state.after_run(run, &schedule(true, 1));
        assert_eq!(state.status, JobStatus::Withhold);
        assert_eq!(state.reason, "withheld by ann");
        assert_eq!(state.failures, u32::from(run == RunStatus::Error));
    }
}

#[test]
fn a_suspended_job_is_resumed_as_what_it_was() {
    for before in BETWEEN_RUNS {
        let mut state = JobState {
            status: before,
            is_asked: true,
            failures: 2,
            ..JobState::NEW
        };
        let kept = state.clone();
        assert_eq!(state.suspend("ann"), before != JobStatus::Withhold);
        assert_eq!(state.status, JobStatus::Withhold);
        assert!(!state.suspend("bob"), "it is suspended already");
        assert_eq!(state.resume(), before != JobStatus::Withhold);
        assert_eq!(state, kept);
        assert!(!state.resume());
    }
}

#[test]
fn a_run_that_goes_on_while_all_jobs_are_suspended_decides_what_is_resumed() {
    let mut state = JobState::NEW;
    state.suspend("ann");
    state.after_run(RunStatus::Error, &schedule(true, 0));
    assert_eq!(state.status, JobStatus::Withhold);
    assert_eq!(state.reason, "all jobs suspended by ann");
    assert!(state.resume());
    assert_eq!(state.status, JobStatus::Error);

    state.suspend("ann");
    state.after_run(RunStatus::Error, &schedule(true, 2));
    assert_eq!(state.reason, "its last 2 runs ended in Error");
    assert!(!state.resume(), "it is withheld for a reason of its own");
}

#[test]
fn ax_knows_these_changes_of_status_and_no_others() {
    use JobStatus::{Canceled, Ended, Error, Executing, Waiting, Withhold};
    let known = [
        (Waiting, Withhold),
        (Error, Withhold),
        (Ended, Withhold),
        (Canceled, Withhold),
        (Withhold, Waiting),
        (Error, Waiting),
        (Ended, Waiting),
        (Canceled, Waiting),
    ];
    for from in BETWEEN_RUNS.into_iter().chain([Executing]) {
        for to in BETWEEN_RUNS.into_iter().chain([Executing]) {
            let expected = known.contains(&(from, to));
            assert_eq!(from.may_change(to), expected, "{from} to {to}");
        }
    }
}

#[test]
fn from_error_ended_and_canceled_it_is_due_at_once_and_from_withhold_when_its_time_comes() {
    for before in BETWEEN_RUNS {
        let mut state = JobState {
            status: before,
            ..JobState::NEW
        };
        state.wait();
        assert_eq!(state.status, JobStatus::Waiting);
        assert_eq!(state.is_asked, before != JobStatus::Withhold);
    }
}

#[test]
fn a_job_that_is_given_a_recurrence_is_not_at_its_end() {
    for (before, expected) in [
        (JobStatus::Ended, JobStatus::Waiting),
        (JobStatus::Canceled, JobStatus::Waiting),
        (JobStatus::Error, JobStatus::Error),
        (JobStatus::Withhold, JobStatus::Withhold),
    ] {
        let mut state = JobState {
            status: before,
            ..JobState::NEW
        };
        state.reschedule(&schedule(false, 0));
        assert_eq!(state.status, before);
        state.reschedule(&schedule(true, 0));
        assert_eq!(state.status, expected);
    }
}
