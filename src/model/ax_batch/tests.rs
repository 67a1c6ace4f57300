//! Words of statuses, what is late, what the history tells, which job a caption is.

use super::*;

const NOW: &str = "2026-03-12T18:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn minutes_ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

fn times(planned: i64, started: i64, ended: i64) -> AxBatchTimes {
    AxBatchTimes {
        planned: Some(minutes_ago(planned)),
        started: Some(minutes_ago(started)),
        ended: Some(minutes_ago(ended)),
    }
}

fn job(status: AxBatchStatus, times: AxBatchTimes) -> AxBatchJob {
    AxBatchJob {
        id: 1,
        caption: Job::Orders.ax_name().to_owned(),
        job: Some(Job::Orders),
        company: "usmf".to_owned(),
        created_by: "Admin".to_owned(),
        canceled_by: String::new(),
        status,
        times,
        tasks: Vec::new(),
        usual_seconds: None,
        last_log: None,
        last_error: None,
    }
}

fn task(status: AxBatchStatus, log: &[&str]) -> AxBatchTask {
    AxBatchTask {
        id: 2,
        caption: "Synchronize orders".to_owned(),
        class_number: 7,
        company: "usmf".to_owned(),
        group: String::new(),
        status,
        server: "01@AOS01".to_owned(),
        executed_by: "Admin".to_owned(),
        retries: 0,
        times: AxBatchTimes::default(),
        log: log.iter().map(ToString::to_string).collect(),
    }
}

/// A run that began so many minutes ago and took so many.
fn run(status: AxBatchStatus, began: i64, took: i64, log: &[&str]) -> AxBatchRun {
    AxBatchRun {
        id: began,
        status,
        canceled_by: String::new(),
        times: times(began, began, began - took),
        tasks: vec![task(status, log)],
    }
}

#[test]
fn statuses_are_the_words_of_ax_and_an_unknown_one_is_its_number() {
    let words = (0..=9).map(|number| AxBatchStatus::from_ax(number).to_string());
    assert_eq!(
        words.collect::<Vec<_>>(),
        [
            "Withhold",
            "Waiting",
            "Executing",
            "Error",
            "Ended",
            "Ready",
            "Didn't run",
            "Canceling",
            "Canceled",
            "9"
        ]
    );
    let json = |number| serde_json::to_string(&AxBatchStatus::from_ax(number)).unwrap();
    assert_eq!(json(2), "\"executing\"");
    assert_eq!(json(6), "\"did-not-run\"");
    assert_eq!(json(-1), "\"-1\"");
}

#[test]
fn no_date_and_never_are_no_times() {
    for none in [
        "1900-01-01T00:00:00",
        "2154-12-31T23:59:59",
        "-000009-01-01T00:00:00",
    ] {
        assert_eq!(moment(none.parse().unwrap()), None, "{none}");
    }
    let one = moment("2026-03-12T18:00:00".parse().unwrap());
    assert_eq!(one, Some(now()), "it is UTC");
}

#[test]
fn a_job_waits_too_long_from_a_quarter_of_an_hour_behind_its_scheduled_start() {
    use AxBatchStatus::{Ended, Waiting, Withhold};
    for (status, planned, is_late, words) in [
        (Waiting, -12, false, "starts in 12 min"),
        (Waiting, 0, false, "due now"),
        (Waiting, 15, false, "due now"),
        (Waiting, 16, true, "waiting 16 min longer than planned"),
        (Waiting, 185, true, "waiting 3 h longer than planned"),
        (Withhold, 185, false, ""),
        (Ended, 185, false, ""),
    ] {
        let job = job(status, times(planned, 900, 890));
        assert_eq!(job.is_waiting_too_long(now()), is_late, "{planned}");
        assert_eq!(job.is_late(now()), is_late);
        assert_eq!(job.progress(now()), words);
    }
    let unplanned = job(Waiting, AxBatchTimes::default());
    assert!(!unplanned.is_late(now()));
    assert_eq!(unplanned.progress(now()), "");
}

#[test]
fn a_run_takes_too_long_when_it_takes_much_longer_than_its_own_history() {
    let executing = |minutes| job(AxBatchStatus::Executing, times(minutes, minutes, 0));
    // Without a history hours have to pass.
    assert!(!executing(240).is_executing_too_long(now()));
    assert!(executing(241).is_executing_too_long(now()));
    assert_eq!(executing(241).progress(now()), "executing for 4 h");

    let ended = |took| run(AxBatchStatus::Ended, 500, took, &[]);
    let failed = run(AxBatchStatus::Error, 400, 390, &[]);
    for (runs, bound, usual) in [
        (vec![ended(9), ended(5), ended(7)], 21, "7 min"),
        (vec![failed.clone(), ended(5), ended(7)], 15, "5 min"),
        (vec![ended(1)], 10, "1 min"),
    ] {
        let mut fine = executing(bound);
        fine.learn(&runs);
        assert!(!fine.is_late(now()), "{bound}");
        assert_eq!(
            fine.progress(now()),
            format!("executing for {bound} min, usually {usual}")
        );
        let mut late = executing(bound + 1);
        late.learn(&runs);
        assert!(late.is_executing_too_long(now()), "{bound}");
    }
    // Clocks of two machines, and a history that nobody can believe.
    let mut odd = executing(-5);
    odd.learn(&[run(AxBatchStatus::Ended, 10, -20, &[]), failed]);
    assert_eq!(odd.usual_seconds, None);
    assert!(!odd.is_late(now()));
    odd.usual_seconds = Some(i64::MAX);
    assert!(!odd.is_late(now()));
}

#[test]
fn the_last_error_is_told_with_its_log_wherever_ax_kept_it() {
    use AxBatchStatus::{Ended, Error, Waiting};
    let runs = [
        run(Ended, 10, 2, &["12 orders."]),
        run(Ended, 30, 2, &["9 orders."]),
        run(Error, 50, 1, &["Began.", "A network error occurred."]),
        run(Error, 70, 1, &["An older one."]),
    ];
    assert_eq!(AxBatchJob::worth_reading(&runs), [0, 2]);
    assert_eq!(AxBatchJob::worth_reading(&runs[2..]), [0]);
    assert_eq!(AxBatchJob::worth_reading(&[]), [0_usize; 0]);

    let mut waiting = job(Waiting, times(-5, 10, 8));
    waiting.learn(&runs);
    let error = waiting.last_error.unwrap();
    assert_eq!(
        (error.last(), error.at),
        ("A network error occurred.", Some(minutes_ago(49)))
    );
    assert_eq!(waiting.last_log.unwrap().last(), "12 orders.");

    // Never saved to the history: its tasks tell.
    let mut failed = job(Error, times(5, 5, 4));
    failed.tasks = vec![task(Ended, &["Step 1."]), task(Error, &["Step 2 failed."])];
    failed.learn(&runs);
    let error = failed.last_error.unwrap();
    assert_eq!(error.messages, ["Step 1.", "Step 2 failed."]);
    assert_eq!(error.at, Some(minutes_ago(4)));

    let mut silent = job(Waiting, AxBatchTimes::default());
    silent.learn(&[run(Error, 5, 1, &[])]);
    assert_eq!((silent.last_error, silent.last_log), (None, None));
}

#[test]
fn a_caption_names_one_of_the_five_jobs_in_both_spellings_of_the_documents() {
    for job in Job::ALL {
        assert_eq!(commerce_services_job(job.ax_name()), Some(job));
        assert!(job.ax_name().starts_with(COMMERCE_SERVICES));
    }
    for (caption, job) in [
        (
            "Commerce Services online order upload and download",
            Some(Job::Orders),
        ),
        (
            " commerce services INVENTORY synchronization ",
            Some(Job::Inventory),
        ),
        ("Commerce Services", None),
        ("AIF inbound processing", None),
        ("", None),
    ] {
        assert_eq!(commerce_services_job(caption), job, "{caption}");
    }
}
