//! Each due occurrence has exactly one record.

use super::*;

async fn note(file: &File, due: Due) -> bool {
    file.ledger
        .note_occurrences(Job::Inventory, due)
        .await
        .unwrap()
}

#[tokio::test]
async fn occurrences_are_noted_once_by_the_faster_of_two_workers() {
    let file = File::new().await;
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

#[tokio::test]
async fn a_second_record_of_an_occurrence_fails_and_leaves_everything_as_it_was() {
    let file = File::new().await;
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
    assert!(failed.unwrap_err().to_string().contains("UNIQUE"));
    assert_eq!(file.record(Job::Inventory).await, before);
    assert_eq!(file.number("SELECT count(*) FROM occurrence"), 1);
}

#[tokio::test]
async fn a_withheld_job_has_its_occurrences_noted() {
    let file = File::new().await;
    file.ledger.suspend_all("ann").await.unwrap();
    let due = file.due(Job::Inventory, &[(0, Outcome::Skipped)]).await;
    assert!(note(&file, due).await);
}

#[tokio::test]
async fn those_that_were_coalesced_into_one_that_waits_get_its_run() {
    let file = File::new().await;
    let decided = [(-30, Outcome::Skipped), (-15, Outcome::Coalesced)];
    let due = file.due(Job::Inventory, &decided).await;
    assert!(note(&file, due).await);
    let fence = file.by_schedule(Job::Inventory).await;
    let noted = file.ledger.occurrences(None, 9).await.unwrap();
    let runs: Vec<_> = noted.iter().map(|of| of.run).collect();
    assert_eq!(runs, [Some(fence.run), Some(fence.run), None]);
}

#[tokio::test]
async fn the_newest_occurrences_come_first_of_all_jobs_or_of_one() {
    let file = File::new().await;
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

#[tokio::test]
async fn records_are_kept_for_ninety_days() {
    let file = File::new().await;
    let days = |days: i64| -days * 24 * 60;
    let old = [(days(91), Outcome::Skipped), (days(89), Outcome::Skipped)];
    let due = file.due(Job::Inventory, &old).await;
    assert!(note(&file, due).await);
    let due = file.due(Job::Inventory, &[(0, Outcome::Skipped)]).await;
    assert!(note(&file, due).await);
    assert_eq!(file.number("SELECT count(*) FROM occurrence"), 2);
}
