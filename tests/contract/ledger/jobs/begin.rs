//! Why a run is started, and who is faster.

use super::*;

async fn revision(file: &Bench, job: Job) -> i64 {
    file.record(job).await.revision
}

fn occurrence(due: Due) -> Cause {
    Cause::Occurrence(Box::new(due))
}

pub async fn of_two_workers_that_see_an_occurrence_due_one_gets_it(engine: Engine) {
    let file = Bench::new(engine).await;
    let other = file.other().await;
    let due = file.due(Job::Inventory, &[(0, Outcome::Run)]).await;
    let fence = file.started(Job::Inventory, occurrence(due.clone())).await;
    let late = begin(&other, Job::Inventory, "b", LEASE, occurrence(due.clone())).await;
    assert_eq!(late, Begun::Changed);
    file.finish(fence, RunStatus::Ended).await;
    let later = begin(&other, Job::Inventory, "b", LEASE, occurrence(due)).await;
    assert_eq!(later, Begun::Changed, "nor when the run is over");
    let noted = file.ledger.occurrences(None, 9).await.unwrap();
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0].run, Some(fence.run));
}

pub async fn records_standing_and_run_of_an_occurrence_are_written_in_one_moment(engine: Engine) {
    let file = Bench::new(engine).await;
    let decided = [
        (-30, Outcome::Skipped),
        (-15, Outcome::Coalesced),
        (0, Outcome::Run),
    ];
    let due = file.due(Job::Orders, &decided).await;
    let fence = file.started(Job::Orders, occurrence(due.clone())).await;
    assert_eq!(file.record(Job::Orders).await.standing, due.standing);
    let noted = file.ledger.occurrences(Some(Job::Orders), 9).await.unwrap();
    let found: Vec<_> = noted
        .iter()
        .map(|of| (of.occurrence.clone(), of.run))
        .collect();
    let expected: Vec<_> = due
        .records
        .into_iter()
        .zip([None, Some(fence.run), Some(fence.run)])
        .rev()
        .collect();
    assert_eq!(
        found, expected,
        "newest first, with the run that does the work"
    );
    assert_eq!(
        file.number("SELECT due FROM axcs.run").await,
        due.start.unwrap().as_millisecond()
    );
}

pub async fn an_occurrence_that_has_its_record_is_never_run_again(engine: Engine) {
    let file = Bench::new(engine).await;
    let due = file.due(Job::Orders, &[(0, Outcome::Run)]).await;
    let fence = file.started(Job::Orders, occurrence(due.clone())).await;
    file.finish(fence, RunStatus::Ended).await;
    // Decided wrongly, on the newest revision.
    let again = Due {
        revision: revision(&file, Job::Orders).await,
        ..due
    };
    let begun = file.ledger.begin_run(
        Job::Orders,
        &[Job::Orders],
        "a",
        LEASE,
        false,
        occurrence(again),
    );
    assert!(begun.await.is_err());
    assert_eq!(file.number("SELECT count(*) FROM axcs.run").await, 1);
    assert_eq!(file.number("SELECT count(*) FROM axcs.occurrence").await, 1);
    assert_eq!(file.record(Job::Orders).await.holder, None);
}

pub async fn an_occurrence_whose_way_is_not_free_is_not_noted(engine: Engine) {
    let file = Bench::new(engine).await;
    file.started(Job::Complete, Cause::Operator).await;
    let due = file.due(Job::Orders, &[(0, Outcome::Run)]).await;
    let before = file.record(Job::Orders).await;
    let refused = file.begin(Job::Orders, occurrence(due)).await;
    assert!(matches!(refused, Begun::Held(holder) if holder.job == Job::Complete));
    assert_eq!(file.number("SELECT count(*) FROM axcs.occurrence").await, 0);
    let after = file.record(Job::Orders).await;
    assert_eq!(after.standing, before.standing);
    assert_eq!(after.revision, before.revision);
}

pub async fn a_withheld_job_is_started_by_operators_only(engine: Engine) {
    let file = Bench::new(engine).await;
    file.ledger.suspend_all("ann").await.unwrap();
    let due = file.due(Job::Orders, &[(0, Outcome::Run)]).await;
    assert_eq!(
        file.begin(Job::Orders, occurrence(due)).await,
        Begun::Changed
    );
    let revision = revision(&file, Job::Orders).await;
    let asked = file.begin(Job::Orders, Cause::Asked { revision }).await;
    assert_eq!(asked, Begun::Changed);
    file.run(Job::Orders, RunStatus::Ended).await;
    assert_eq!(file.status(Job::Orders).await, JobStatus::Withhold);
}

pub async fn a_job_that_was_asked_for_is_run_once(engine: Engine) {
    let file = Bench::new(engine).await;
    file.run(Job::Complete, RunStatus::Canceled).await;
    let read = revision(&file, Job::Complete).await;
    let not_asked = file.begin(Job::Complete, Cause::Asked { revision: read });
    assert_eq!(not_asked.await, Begun::Changed);
    file.ledger
        .change_status(Job::Complete, JobStatus::Waiting, "ann")
        .await
        .unwrap();
    let record = file.record(Job::Complete).await;
    assert!(record.is_asked);
    let asked = Cause::Asked {
        revision: record.revision,
    };
    let fence = file.started(Job::Complete, asked.clone()).await;
    assert_eq!(file.begin(Job::Complete, asked).await, Begun::Changed);
    assert!(!file.record(Job::Complete).await.is_asked);
    file.finish(fence, RunStatus::Ended).await;
    assert_eq!(file.status(Job::Complete).await, JobStatus::Ended);
}

pub async fn a_run_whose_worker_died_is_taken_over_once_and_keeps_its_occurrence(engine: Engine) {
    let file = Bench::new(engine).await;
    let other = file.other().await;
    let dead = file.by_schedule(Job::Inventory).await;
    assert_eq!(file.record(Job::Inventory).await.interrupted, None);
    let take_over = Cause::TakeOver { of: dead.run };
    let early = begin(&other, Job::Inventory, "b", LEASE, take_over.clone()).await;
    assert_eq!(early, Begun::Changed, "it is alive");

    file.kill().await;
    let record = file.record(Job::Inventory).await;
    assert_eq!(record.interrupted, Some(dead.run));
    assert_eq!(record.failures, 0);
    let heir = fence(begin(&other, Job::Inventory, "b", LEASE, take_over.clone()).await);
    let late = file.begin(Job::Inventory, take_over).await;
    assert_eq!(late, Begun::Changed, "somebody was faster");
    let record = file.record(Job::Inventory).await;
    assert_eq!((record.failures, record.interrupted), (1, None));
    assert_eq!(
        file.number("SELECT count(DISTINCT due) FROM axcs.run")
            .await,
        1
    );
    assert_eq!(file.number("SELECT count(due) FROM axcs.run").await, 2);
    let noted = file.ledger.occurrences(None, 9).await.unwrap();
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0].run, Some(heir.run), "it does the work");

    // It dies as well.
    file.kill().await;
    assert_eq!(
        file.record(Job::Inventory).await.interrupted,
        Some(heir.run)
    );
    let third = Cause::TakeOver { of: heir.run };
    let third = file.started(Job::Inventory, third).await;
    file.finish(third, RunStatus::Ended).await;
    let record = file.record(Job::Inventory).await;
    assert_eq!((record.failures, record.status), (0, JobStatus::Waiting));
}

pub async fn nobody_takes_over_what_an_operator_started_or_what_sends_nothing(engine: Engine) {
    let file = Bench::new(engine).await;
    file.started(Job::Inventory, Cause::Operator).await;
    let dry = file.ledger.begin_run(
        Job::Orders,
        &[Job::Orders],
        "a",
        LEASE,
        true,
        Cause::Operator,
    );
    fence(dry.await.unwrap());
    file.kill().await;
    let board = file.board().await;
    assert!(board.jobs.iter().all(|record| record.interrupted.is_none()));
    assert_eq!(file.status(Job::Inventory).await, JobStatus::Error);
    assert_eq!(file.status(Job::Orders).await, JobStatus::Waiting);
}

pub async fn a_job_that_kills_its_workers_is_withheld_and_not_taken_over_for_ever(engine: Engine) {
    let file = Bench::new(engine).await;
    file.set_pause_after(Job::Orders, 2).await;
    let first = file.by_schedule(Job::Orders).await;
    file.kill().await;
    let second = Cause::TakeOver { of: first.run };
    let second = file.started(Job::Orders, second).await;
    file.kill().await;
    let third = Cause::TakeOver { of: second.run };
    assert_eq!(file.begin(Job::Orders, third).await, Begun::Changed);
    let record = file.record(Job::Orders).await;
    assert_eq!(record.status, JobStatus::Withhold);
    assert_eq!(record.reason, "its last 2 runs ended in Error");
    assert_eq!((record.interrupted, record.holder), (None, None));
    let killed = file.ledger.run(second.run).await.unwrap().unwrap();
    assert_eq!(killed.status, RunStatus::Error);
}

pub async fn a_dead_run_that_another_start_finds_is_a_failure_of_its_own_job(engine: Engine) {
    let file = Bench::new(engine).await;
    let dead = file.by_schedule(Job::Inventory).await;
    file.kill().await;
    file.run(Job::Complete, RunStatus::Ended).await;
    let record = file.record(Job::Inventory).await;
    assert_eq!((record.failures, record.interrupted), (1, None));
    assert_eq!(record.status, JobStatus::Error);
    assert_eq!(file.record(Job::Complete).await.failures, 0);
    let take_over = Cause::TakeOver { of: dead.run };
    assert_eq!(file.begin(Job::Inventory, take_over).await, Begun::Changed);
}

pub async fn a_dry_run_changes_nothing_about_its_job(engine: Engine) {
    let file = Bench::new(engine).await;
    file.run(Job::Inventory, RunStatus::Error).await;
    let changed = file
        .ledger
        .change_status(Job::Inventory, JobStatus::Waiting, "ann");
    changed.await.unwrap();
    let before = file.record(Job::Inventory).await;
    assert!(before.is_asked);
    let needs = [Job::Inventory];
    let begun = file
        .ledger
        .begin_run(Job::Inventory, &needs, "a", LEASE, true, Cause::Operator);
    let dry = fence(begun.await.unwrap());
    assert_eq!(file.status(Job::Inventory).await, JobStatus::Executing);
    let summary = RunSummary {
        status: RunStatus::Error,
        ..file.ledger.run(dry.run).await.unwrap().unwrap()
    };
    file.ledger.finish_run(dry, &summary).await.unwrap();
    assert_eq!(file.record(Job::Inventory).await, before);
}

promises![
    of_two_workers_that_see_an_occurrence_due_one_gets_it,
    records_standing_and_run_of_an_occurrence_are_written_in_one_moment,
    an_occurrence_that_has_its_record_is_never_run_again,
    an_occurrence_whose_way_is_not_free_is_not_noted,
    a_withheld_job_is_started_by_operators_only,
    a_job_that_was_asked_for_is_run_once,
    a_run_whose_worker_died_is_taken_over_once_and_keeps_its_occurrence,
    nobody_takes_over_what_an_operator_started_or_what_sends_nothing,
    a_job_that_kills_its_workers_is_withheld_and_not_taken_over_for_ever,
    a_dead_run_that_another_start_finds_is_a_failure_of_its_own_job,
    a_dry_run_changes_nothing_about_its_job,
];
