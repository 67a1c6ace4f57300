//! What operators do to jobs.

use super::*;
use axcs::ledger::jobs::StatusChange;
use axcs::model::recurrence::{End, Pattern, Recurrence};

async fn change(file: &Bench, job: Job, to: JobStatus) -> StatusChange {
    file.ledger.change_status(job, to, "ann").await.unwrap()
}

pub async fn a_job_is_withheld_and_released_with_who_did_it(engine: Engine) {
    let file = Bench::new(engine).await;
    let job = Job::Inventory;
    assert_eq!(
        change(&file, job, JobStatus::Withhold).await,
        StatusChange::Done
    );
    let record = file.record(job).await;
    assert_eq!(record.status, JobStatus::Withhold);
    assert_eq!(record.reason, "withheld by ann");
    assert_eq!(
        change(&file, job, JobStatus::Withhold).await,
        StatusChange::AsItWas
    );
    assert_eq!(
        change(&file, job, JobStatus::Waiting).await,
        StatusChange::Done
    );
    let record = file.record(job).await;
    assert_eq!(
        (record.status, record.is_asked),
        (JobStatus::Waiting, false)
    );
    assert_eq!(record.reason, "");
}

pub async fn a_job_in_error_that_is_set_to_waiting_is_due_at_once(engine: Engine) {
    let file = Bench::new(engine).await;
    file.run(Job::Orders, RunStatus::Error).await;
    assert_eq!(file.status(Job::Orders).await, JobStatus::Error);
    assert_eq!(
        change(&file, Job::Orders, JobStatus::Waiting).await,
        StatusChange::Done
    );
    let record = file.record(Job::Orders).await;
    assert_eq!((record.is_asked, record.failures), (true, 1));
    assert_eq!(
        change(&file, Job::Orders, JobStatus::Waiting).await,
        StatusChange::AsItWas
    );
}

pub async fn ax_knows_no_change_of_a_job_that_executes(engine: Engine) {
    let file = Bench::new(engine).await;
    let fence = file.started(Job::Orders, Cause::Operator).await;
    for to in [JobStatus::Withhold, JobStatus::Waiting, JobStatus::Ended] {
        assert_eq!(
            change(&file, Job::Orders, to).await,
            StatusChange::Impossible(JobStatus::Executing)
        );
    }
    file.finish(fence, RunStatus::Ended).await;
    assert_eq!(
        change(&file, Job::Orders, JobStatus::Ended).await,
        StatusChange::Impossible(JobStatus::Waiting)
    );
    // A complete run does not make it execute.
    file.started(Job::Complete, Cause::Operator).await;
    assert_eq!(
        change(&file, Job::Orders, JobStatus::Withhold).await,
        StatusChange::Done
    );
}

pub async fn a_change_of_a_job_whose_worker_died_notes_that_first(engine: Engine) {
    let file = Bench::new(engine).await;
    let dead = file.by_schedule(Job::Orders).await;
    file.kill().await;
    assert_eq!(
        change(&file, Job::Orders, JobStatus::Waiting).await,
        StatusChange::Done,
        "from Error"
    );
    let record = file.record(Job::Orders).await;
    assert_eq!((record.is_asked, record.failures), (true, 1));
    assert_eq!(record.interrupted, None);
    let dead = file.ledger.run(dead.run).await.unwrap().unwrap();
    assert_eq!(dead.status, RunStatus::Error);

    // Not for a dead complete run that only held the job's lease.
    file.run(Job::Complete, RunStatus::Canceled).await;
    change(&file, Job::Complete, JobStatus::Waiting).await;
    let revision = file.record(Job::Complete).await.revision;
    let complete = file.started(Job::Complete, Cause::Asked { revision }).await;
    file.kill().await;
    change(&file, Job::Orders, JobStatus::Withhold).await;
    let record = file.record(Job::Complete).await;
    assert_eq!(record.interrupted, Some(complete.run));
}

pub async fn suspending_all_jobs_and_resuming_them_leaves_each_as_it_was(engine: Engine) {
    let file = Bench::new(engine).await;
    file.run(Job::Orders, RunStatus::Error).await;
    file.run(Job::Complete, RunStatus::Ended).await;
    change(&file, Job::Inventory, JobStatus::Withhold).await;
    let statuses = async || -> Vec<JobStatus> {
        let jobs = file.board().await.jobs;
        jobs.into_iter().map(|record| record.status).collect()
    };
    let before = statuses().await;

    let suspended = file.ledger.suspend_all("bob").await.unwrap();
    assert_eq!(suspended, &Job::ALL[1..], "the first was withheld by hand");
    assert_eq!(file.ledger.suspend_all("bob").await.unwrap(), []);
    assert_eq!(statuses().await, [JobStatus::Withhold; 5]);
    assert_eq!(
        file.record(Job::Orders).await.reason,
        "all jobs suspended by bob"
    );
    assert_eq!(file.record(Job::Inventory).await.reason, "withheld by ann");

    let resumed = file.ledger.resume_all("bob").await.unwrap();
    assert_eq!(resumed, suspended);
    assert_eq!(statuses().await, before);
    assert_eq!(file.ledger.resume_all("bob").await.unwrap(), []);
}

pub async fn resuming_all_leaves_a_job_that_was_given_another_status_meanwhile(engine: Engine) {
    let file = Bench::new(engine).await;
    file.ledger.suspend_all("bob").await.unwrap();
    change(&file, Job::Orders, JobStatus::Waiting).await;
    change(&file, Job::Orders, JobStatus::Withhold).await;
    change(&file, Job::Inventory, JobStatus::Waiting).await;
    let resumed = file.ledger.resume_all("bob").await.unwrap();
    assert_eq!(
        resumed,
        [Job::TradeAgreements, Job::DeliveryModes, Job::Complete]
    );
    assert_eq!(file.status(Job::Orders).await, JobStatus::Withhold);
    assert_eq!(file.status(Job::Inventory).await, JobStatus::Waiting);
}

pub async fn a_run_under_way_goes_on_when_all_jobs_are_suspended(engine: Engine) {
    let file = Bench::new(engine).await;
    let fence = file.by_schedule(Job::Orders).await;
    file.ledger.suspend_all("bob").await.unwrap();
    let record = file.record(Job::Orders).await;
    assert_eq!(record.status, JobStatus::Executing);
    assert_eq!(record.reason, "all jobs suspended by bob");
    file.ledger.beat(fence, LEASE, None).await.unwrap();
    file.finish(fence, RunStatus::Error).await;
    assert_eq!(file.status(Job::Orders).await, JobStatus::Withhold);
    file.ledger.resume_all("bob").await.unwrap();
    assert_eq!(file.status(Job::Orders).await, JobStatus::Error);
}

pub async fn a_run_whose_worker_died_is_not_taken_over_while_its_job_is_withheld(engine: Engine) {
    let file = Bench::new(engine).await;
    let dead = file.by_schedule(Job::Orders).await;
    file.ledger.suspend_all("bob").await.unwrap();
    file.kill().await;
    let record = file.record(Job::Orders).await;
    assert_eq!(
        (record.status, record.interrupted),
        (JobStatus::Withhold, None)
    );
    let take_over = Cause::TakeOver { of: dead.run };
    assert_eq!(
        file.begin(Job::Orders, take_over.clone()).await,
        Begun::Changed
    );
    file.ledger.resume_all("bob").await.unwrap();
    file.started(Job::Orders, take_over).await;
}

pub async fn failures_in_a_row_withhold_the_job_and_releasing_it_forgives_them(engine: Engine) {
    let file = Bench::new(engine).await;
    file.set_pause_after(Job::Orders, 2).await;
    file.run(Job::Orders, RunStatus::Error).await;
    assert_eq!(file.status(Job::Orders).await, JobStatus::Error);
    file.run(Job::Orders, RunStatus::Error).await;
    let record = file.record(Job::Orders).await;
    assert_eq!((record.status, record.failures), (JobStatus::Withhold, 2));
    assert_eq!(record.reason, "its last 2 runs ended in Error");
    change(&file, Job::Orders, JobStatus::Waiting).await;
    let record = file.record(Job::Orders).await;
    assert_eq!((record.status, record.failures), (JobStatus::Waiting, 0));
}

pub async fn another_schedule_counts_from_now_and_is_set_by_the_first_of_two_operators(
    engine: Engine,
) {
    let file = Bench::new(engine).await;
    let fence = file.by_schedule(Job::Complete).await;
    file.finish(fence, RunStatus::Ended).await;
    let read = file.record(Job::Complete).await;
    assert_eq!((read.standing.started, read.status), (1, JobStatus::Ended));
    let mut schedule = read.schedule.clone();
    schedule.recurrence = Some(Recurrence {
        start: jiff::civil::datetime(2026, 1, 1, 3, 0, 0, 0),
        zone: "Europe/Zurich".into(),
        end: End::After(3),
        pattern: Pattern::Days(1),
    });
    let set = async |revision| {
        file.ledger
            .set_schedule(Job::Complete, revision, schedule.clone())
            .await
            .unwrap()
    };
    let earliest = file.board().await.now;
    assert!(set(read.revision).await);
    assert!(!set(read.revision).await);
    let after = file.record(Job::Complete).await;
    assert_eq!(after.schedule, schedule);
    assert_eq!(after.standing.started, 0);
    assert!(after.standing.dealt_until >= earliest);
    assert_eq!(after.status, JobStatus::Waiting, "it recurs now");
}

pub async fn a_new_ledger_has_the_recommended_schedules_on_the_clock_of_this_machine(
    engine: Engine,
) {
    let file = Bench::new(engine).await;
    let board = file.board().await;
    let zone = jiff::tz::TimeZone::system();
    let zone = zone.iana_name().unwrap_or("UTC");
    let jobs: Vec<Job> = board.jobs.iter().map(|record| record.job).collect();
    assert_eq!(jobs, Job::ALL);
    for record in board.jobs {
        let recurrence = record.schedule.recurrence;
        let pattern = recurrence.as_ref().map(|recurrence| recurrence.pattern);
        let expected = match record.job {
            Job::Inventory | Job::Orders => Some(Pattern::Minutes(15)),
            Job::TradeAgreements => Some(Pattern::Days(1)),
            Job::DeliveryModes | Job::Complete => None,
        };
        assert_eq!(pattern, expected);
        assert!(recurrence.is_none_or(|recurrence| recurrence.zone == zone));
        assert_eq!(record.status, JobStatus::Waiting);
        assert!(
            record.standing.dealt_until.duration_until(board.now) < SignedDuration::from_mins(1)
        );
    }
}

promises![
    a_job_is_withheld_and_released_with_who_did_it,
    a_job_in_error_that_is_set_to_waiting_is_due_at_once,
    ax_knows_no_change_of_a_job_that_executes,
    a_change_of_a_job_whose_worker_died_notes_that_first,
    suspending_all_jobs_and_resuming_them_leaves_each_as_it_was,
    resuming_all_leaves_a_job_that_was_given_another_status_meanwhile,
    a_run_under_way_goes_on_when_all_jobs_are_suspended,
    a_run_whose_worker_died_is_not_taken_over_while_its_job_is_withheld,
    failures_in_a_row_withhold_the_job_and_releasing_it_forgives_them,
    another_schedule_counts_from_now_and_is_set_by_the_first_of_two_operators,
    a_new_ledger_has_the_recommended_schedules_on_the_clock_of_this_machine,
];
