//! `axcs jobs`: how the jobs stand and what operators do about it, in processes of their own on one
//! ledger.

use std::net::TcpListener;
use std::process::Child;
use std::time::{Duration, Instant};

use axcs::ledger::EmbeddedLedger;
use axcs::ledger::jobs::{Due, JobBook as _};
use axcs::model::Job;
use axcs::model::schedule::{Occurrence, Outcome};
use jiff::{SignedDuration, Timestamp};

use crate::support::Axcs;

/// What `axcs jobs` says of a job.
fn said_of(axcs: &Axcs, job: Job) -> serde_json::Value {
    let jobs = axcs.json(&["jobs"]);
    let found = jobs.as_array().unwrap().iter();
    let mut found = found.filter(|said| said["job"] == job.name());
    found.next().unwrap().clone()
}

fn statuses(axcs: &Axcs) -> Vec<String> {
    Job::ALL
        .iter()
        .map(|job| said_of(axcs, *job)["status"].as_str().unwrap().to_owned())
        .collect()
}

/// A run that waits for a service that takes every request and answers none.
struct Hanging {
    run: Child,
    config: String,
    _service: TcpListener,
}

impl Drop for Hanging {
    fn drop(&mut self) {
        let _ = self.run.kill();
        let _ = self.run.wait();
    }
}

impl Hanging {
    fn start(axcs: &Axcs) -> Self {
        let service = TcpListener::bind("127.0.0.1:0").unwrap();
        let config = axcs.dir().join("hanging.toml");
        let address = service.local_addr().unwrap();
        let text = format!(
            "dir = '{}'\n[engine]\nlease_seconds = 5\n[service]\nurl = \"http://{address}\"\ntoken_file = '{}'\n",
            axcs.dir().display(),
            axcs.dir().join("token").display()
        );
        std::fs::write(&config, text).unwrap();
        let config = config.to_str().unwrap().to_owned();
        let run = axcs.spawn(&["run", "inventory", "--config", &config]);
        let hanging = Self {
            run,
            config,
            _service: service,
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while said_of(axcs, Job::Inventory)["status"] != "executing" {
            assert!(Instant::now() < deadline, "the run does not start");
        }
        hanging
    }
}

#[test]
fn a_run_of_another_process_is_seen_and_cancelled_and_not_withheld_before() {
    let axcs = Axcs::new();
    axcs.ok(&["company", "generate", "--items", "50"]);
    axcs.ok(&["products", "rules", "add", "--item-group", "FIN"]);
    let mut hanging = Hanging::start(&axcs);
    let table = axcs.ok(&["jobs"]).stdout;
    let pid = hanging.run.id().to_string();
    let told = table
        .lines()
        .find(|line| line.starts_with("inventory: run "));
    assert!(told.is_some_and(|line| line.contains(&pid)), "{table}");

    let refused = axcs.run(&["jobs", "withhold", "inventory"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    for words in [
        "Executing → Withhold is not possible.",
        "axcs jobs cancel inventory",
    ] {
        assert!(refused.stderr.contains(words), "{refused:?}");
    }

    let config = hanging.config.clone();
    let canceled = axcs.ok(&["jobs", "cancel", "inventory", "--config", &config]);
    assert!(
        canceled.stdout.contains("has stopped: Canceled."),
        "{canceled:?}"
    );
    assert_eq!(hanging.run.wait().unwrap().code(), Some(1));
    assert_ne!(said_of(&axcs, Job::Inventory)["status"], "executing");

    let nothing = axcs.run(&["jobs", "cancel", "inventory"]);
    assert_eq!(nothing.code, 1);
    assert!(
        nothing
            .stderr
            .contains("The inventory job is not executing."),
        "{nothing:?}"
    );
}

#[test]
fn a_withheld_job_says_why_until_it_is_resumed() {
    let axcs = Axcs::demo(20);
    let said = axcs.ok(&[
        "jobs",
        "withhold",
        "inventory",
        "--reason",
        "stock is counted",
    ]);
    assert!(
        said.stdout.contains("inventory is Withhold: withheld by "),
        "{said:?}"
    );
    let job = said_of(&axcs, Job::Inventory);
    assert_eq!(job["status"], "withhold");
    assert_eq!(job["next"], serde_json::Value::Null);
    let table = axcs.ok(&["jobs"]).stdout;
    let told = table
        .lines()
        .find(|line| line.starts_with("inventory: withheld by "));
    assert!(
        told.is_some_and(|line| line.ends_with(": stock is counted")),
        "{table}"
    );
    // A second one does not change the reason.
    axcs.ok(&["jobs", "withhold", "inventory"]);
    assert_eq!(said_of(&axcs, Job::Inventory)["reason"], job["reason"]);

    axcs.ok(&["jobs", "resume", "inventory"]);
    let job = said_of(&axcs, Job::Inventory);
    assert_eq!(job["status"], "waiting");
    assert_eq!(job["reason"], "");
    let next: Timestamp = job["next"].as_str().unwrap().parse().unwrap();
    assert!(next > Timestamp::now() - SignedDuration::from_mins(1));
}

#[test]
fn a_job_that_has_ended_is_due_at_once_when_it_is_resumed() {
    let axcs = Axcs::demo(20);
    assert_eq!(
        said_of(&axcs, Job::Complete)["next"],
        serde_json::Value::Null
    );
    let said = axcs.ok(&["jobs", "resume", "complete"]).stdout;
    assert!(
        said.contains("complete is Waiting, due at once; no worker is there"),
        "{said}"
    );
    let table = axcs.ok(&["jobs"]).stdout;
    let row = table
        .lines()
        .find(|line| line.starts_with("complete "))
        .unwrap();
    assert!(row.contains("due now"), "{table}");
}

#[test]
fn suspend_all_and_resume_all_give_back_what_each_job_was() {
    let axcs = Axcs::demo(20);
    axcs.ok(&["jobs", "withhold", "orders"]);
    let before = statuses(&axcs);
    let said = axcs.json(&["jobs", "suspend-all"]);
    assert_eq!(
        said["jobs"],
        serde_json::json!([
            "inventory",
            "trade-agreements",
            "delivery-modes",
            "complete"
        ])
    );
    assert_eq!(statuses(&axcs), ["withhold"; 5]);
    let again = axcs.ok(&["jobs", "suspend-all"]).stdout;
    assert!(again.contains("Every job is withheld already."), "{again}");
    axcs.ok(&["jobs", "resume-all"]);
    assert_eq!(statuses(&axcs), before);
    assert_eq!(said_of(&axcs, Job::Orders)["status"], "withhold");
    let nothing = axcs.ok(&["jobs", "resume-all"]).stdout;
    assert!(nothing.contains("Nothing was changed"), "{nothing}");
}

#[test]
fn a_list_of_jobs_fits_120_columns_and_says_that_there_is_no_worker() {
    let axcs = Axcs::demo(20);
    let table = axcs.ok(&["jobs"]).stdout;
    for line in table.lines() {
        assert!(line.chars().count() <= 120, "{line}");
    }
    assert!(
        table.contains("no worker: jobs start only by hand"),
        "{table}"
    );
    assert!(table.contains("by hand only"), "{table}");
}

#[tokio::test]
async fn occurrences_say_what_became_of_them_and_why() {
    let axcs = Axcs::demo(20);
    let none = axcs.ok(&["jobs", "occurrences"]);
    assert!(none.stderr.contains("Nothing has been due"), "{none:?}");
    let ledger = EmbeddedLedger::open(&axcs.dir().join("ledger.db"))
        .await
        .unwrap();
    let board = ledger.board().await.unwrap();
    let record = board
        .jobs
        .into_iter()
        .find(|record| record.job == Job::Orders);
    let record = record.unwrap();
    let mut records = Vec::new();
    for minutes in [30, 15] {
        records.push(Occurrence {
            due: Timestamp::from_second(board.now.as_second()).unwrap()
                - SignedDuration::from_mins(minutes),
            outcome: Outcome::Skipped,
            why: format!("missed {minutes} minutes ago"),
        });
    }
    let due = Due {
        revision: record.revision,
        start: None,
        records: records.clone(),
        standing: record.standing,
    };
    assert!(ledger.note_occurrences(Job::Orders, due).await.unwrap());
    let said = axcs.json(&["jobs", "occurrences", "orders"]);
    let said = said["occurrences"].as_array().unwrap();
    assert_eq!(said.len(), 2);
    assert_eq!(said[0]["why"], "missed 15 minutes ago");
    assert_eq!(said[0]["outcome"], "skipped");
    assert_eq!(
        said[0]["due"]
            .as_str()
            .unwrap()
            .parse::<Timestamp>()
            .unwrap(),
        records[1].due
    );
    let one = axcs.ok(&["jobs", "occurrences", "--limit", "1"]).stdout;
    assert_eq!(one.lines().count(), 2, "{one}");
    assert!(one.contains("skipped"), "{one}");
    let other = axcs.json(&["jobs", "occurrences", "inventory"]);
    assert_eq!(other["occurrences"], serde_json::json!([]));
}

#[test]
fn a_recurrence_is_set_shown_with_its_next_ten_starts_and_taken_away() {
    let axcs = Axcs::demo(20);
    let shown = axcs.ok(&["jobs", "recurrence", "trade-agreements"]).stdout;
    assert!(shown.contains("every day at 04:00"), "{shown}");
    let starts = |said: &serde_json::Value| said["starts"].as_array().unwrap().len();
    let set = [
        "jobs",
        "recurrence",
        "complete",
        "--every",
        "week",
        "--on",
        "sat",
        "--at",
        "23:00",
        "--zone",
        "America/Chicago",
    ];
    let said = axcs.json(&set);
    assert_eq!(starts(&said), 10);
    let first = said["starts"][0]["local"].as_str().unwrap();
    assert!(
        first.starts_with("Sat ") && first.contains(" 23:00:"),
        "{first}"
    );
    assert_eq!(axcs.json(&["jobs", "recurrence", "complete"]), said);
    // It had ended, and a job that recurs is never at its end.
    let job = said_of(&axcs, Job::Complete);
    assert_eq!(job["status"], "waiting");
    assert_eq!(job["recurrence"], "on Saturday of every week at 23:00");
    assert_eq!(job["next"], said["starts"][0]["starts"]);

    axcs.ok(&["jobs", "withhold", "complete"]);
    let shown = axcs.ok(&["jobs", "recurrence", "complete"]).stdout;
    assert!(
        shown.contains("only once it is resumed (axcs jobs resume complete)"),
        "{shown}"
    );
    let none = axcs.json(&["jobs", "recurrence", "complete", "--as-required"]);
    assert_eq!(starts(&none), 0);
    assert_eq!(none["recurrence"], "as required");
}
