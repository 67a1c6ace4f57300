//! Each due occurrence has exactly one record.

use super::*;
use axcs::ledger::jobs::StatusChange;

async fn note(file: &Bench, due: Due) -> bool {
    file.ledger
        .note_occurrences(Job::Inventory, due)
        .await
        .unwrap()
}

pub async fn occurrences_are_noted_once_by_the_faster_of_two_workers(engine: Engine) {
    let file = Bench::new(engine).await;
    let other = file.other().await;
    let decided = [(-15, Outcome::Skipped), (0, Outcome::Skipped)];
    let due = file.due(Job::Inventory, &decided).await;
    assert!(note(&file, due.clone()).await);
    let late = other.note_occurrences(Job::Inventory, due.clone());
    assert!(!late.await.unwrap());
    assert_eq!(file.record(Job::Inventory).await.standing, due.standing);
    let noted = other.occurrences(Some(Job::Inventory), 9).await.unwrap();
    assert_eq!(noted.len(), 2);
    assert_eq!(noted[0].occurrence, due.records[1]);
    assert_eq!(noted[0].run, None);
}

pub async fn a_second_record_of_an_occurrence_fails_and_leaves_everything_as_it_was(
    engine: Engine,
) {
    let file = Bench::new(engine).await;
    let due = file.due(Job::Inventory, &[(0, Outcome::Skipped)]).await;
    assert!(note(&file, due.clone()).await);
    let before = file.record(Job::Inventory).await;
    let mut wrong = Due {
        revision: before.revision,
        ..due
    };
    let mut fresh = wrong.records[0].clone();
    fresh.due -= SignedDuration::from_mins(15);
    wrong.records.insert(0, fresh);
    let failed = file.ledger.note_occurrences(Job::Inventory, wrong).await;
    let failed = failed.unwrap_err().to_string();
    let is_told = ["UNIQUE", "PRIMARY KEY"].map(|word| failed.contains(word));
    assert!(is_told.contains(&true), "{failed}");
    assert_eq!(file.record(Job::Inventory).await, before);
    assert_eq!(file.number("SELECT count(*) FROM axcs.occurrence").await, 1);
}

pub async fn a_withheld_job_has_its_occurrences_noted(engine: Engine) {
    let file = Bench::new(engine).await;
    file.ledger.suspend_all("ann").await.unwrap();
    let due = file.due(Job::Inventory, &[(0, Outcome::Skipped)]).await;
    assert!(note(&file, due).await);
}

pub async fn no_occurrence_is_noted_as_run_without_a_run(engine: Engine) {
    let file = Bench::new(engine).await;
    let due = file.due(Job::Inventory, &[(0, Outcome::Run)]).await;
    let failed = file.ledger.note_occurrences(Job::Inventory, due).await;
    assert!(failed.unwrap_err().to_string().contains("CHECK"));
}

pub async fn what_was_due_while_a_job_was_withheld_is_skipped_when_it_is_released(engine: Engine) {
    let file = Bench::new(engine).await;
    let change = async |to| {
        let changed = file.ledger.change_status(Job::Orders, to, "ann").await;
        assert_eq!(changed.unwrap(), StatusChange::Done);
    };
    for is_by_hand in [true, false] {
        if is_by_hand {
            change(JobStatus::Withhold).await;
        } else {
            file.ledger.suspend_all("ann").await.unwrap();
        }
        file.sql("DELETE FROM axcs.occurrence").await;
        file.neglect(Job::Orders, 60).await;
        if is_by_hand {
            change(JobStatus::Waiting).await;
        } else {
            file.ledger.resume_all("ann").await.unwrap();
        }
        let noted = file.ledger.occurrences(None, 99).await.unwrap();
        assert_eq!(noted.len(), 4, "every 15 minutes");
        for of in &noted {
            assert_eq!(of.occurrence.outcome, Outcome::Skipped);
            assert_eq!(of.occurrence.why, "the job was withheld");
        }
        let standing = file.record(Job::Orders).await.standing;
        assert_eq!(standing.dealt_until, noted[0].occurrence.due);
    }
}

pub async fn more_than_one_decision_can_hold_is_skipped_as_well(engine: Engine) {
    let file = Bench::new(engine).await;
    let withheld = file
        .ledger
        .change_status(Job::Orders, JobStatus::Withhold, "ann");
    withheld.await.unwrap();
    file.neglect(Job::Orders, 1_500 * 15).await;
    let released = file
        .ledger
        .change_status(Job::Orders, JobStatus::Waiting, "ann");
    released.await.unwrap();
    assert_eq!(
        file.number("SELECT count(*) FROM axcs.occurrence").await,
        1_500
    );
}

pub async fn what_was_due_by_another_schedule_keeps_its_record(engine: Engine) {
    let file = Bench::new(engine).await;
    file.neglect(Job::Orders, 60).await;
    file.set_pause_after(Job::Orders, 3).await;
    let noted = file.ledger.occurrences(None, 99).await.unwrap();
    assert_eq!(noted.len(), 4);
    assert_eq!(
        noted[0].occurrence.why,
        "the job was given another schedule"
    );
    let standing = file.record(Job::Orders).await.standing;
    assert!(standing.dealt_until > noted[0].occurrence.due);

    // The clock is set back: what has its record does not come again.
    file.neglect(Job::Orders, -90).await;
    file.set_pause_after(Job::Orders, 4).await;
    let record = file.record(Job::Orders).await;
    assert!(record.standing.dealt_until > file.board().await.now);
}

pub async fn those_that_were_coalesced_into_one_that_waits_get_its_run(engine: Engine) {
    let file = Bench::new(engine).await;
    let decided = [(-30, Outcome::Skipped), (-15, Outcome::Coalesced)];
    let due = file.due(Job::Inventory, &decided).await;
    assert!(note(&file, due).await);
    let fence = file.by_schedule(Job::Inventory).await;
    let noted = file.ledger.occurrences(None, 9).await.unwrap();
    let runs: Vec<_> = noted.iter().map(|of| of.run).collect();
    assert_eq!(runs, [Some(fence.run), Some(fence.run), None]);
}

pub async fn the_newest_occurrences_come_first_of_all_jobs_or_of_one(engine: Engine) {
    let file = Bench::new(engine).await;
    for (job, minutes) in [
        (Job::Inventory, -5),
        (Job::Orders, -4),
        (Job::Inventory, -3),
    ] {
        let due = file.due(job, &[(minutes, Outcome::Skipped)]).await;
        assert!(file.ledger.note_occurrences(job, due).await.unwrap());
    }
    let jobs = async |job, limit| -> Vec<Job> {
        let noted = file.ledger.occurrences(job, limit).await.unwrap();
        noted.into_iter().map(|of| of.job).collect()
    };
    assert_eq!(jobs(None, 2).await, [Job::Inventory, Job::Orders]);
    assert_eq!(jobs(Some(Job::Inventory), 9).await, [Job::Inventory; 2]);
    assert_eq!(jobs(Some(Job::Complete), 9).await, []);
}

pub async fn records_are_kept_for_ninety_days(engine: Engine) {
    let file = Bench::new(engine).await;
    let days = |days: i64| -days * 24 * 60;
    let old = [(days(91), Outcome::Skipped), (days(89), Outcome::Skipped)];
    let due = file.due(Job::Inventory, &old).await;
    assert!(note(&file, due).await);
    let due = file.due(Job::Inventory, &[(0, Outcome::Skipped)]).await;
    assert!(note(&file, due).await);
    assert_eq!(file.number("SELECT count(*) FROM axcs.occurrence").await, 2);
}

promises![
    occurrences_are_noted_once_by_the_faster_of_two_workers,
    a_second_record_of_an_occurrence_fails_and_leaves_everything_as_it_was,
    a_withheld_job_has_its_occurrences_noted,
    no_occurrence_is_noted_as_run_without_a_run,
    what_was_due_while_a_job_was_withheld_is_skipped_when_it_is_released,
    more_than_one_decision_can_hold_is_skipped_as_well,
    what_was_due_by_another_schedule_keeps_its_record,
    those_that_were_coalesced_into_one_that_waits_get_its_run,
    the_newest_occurrences_come_first_of_all_jobs_or_of_one,
    records_are_kept_for_ninety_days,
];
