//! One committer for each job, whatever the clock does.

use super::*;
use axcs::ledger::{Cursor, Holder, LedgerError, Position, Settlement};
use axcs::model::Stream;

/// Whether the run may still write.
async fn is_fenced(ledger: &Arc<dyn Ledger>, fence: Fence) -> bool {
    match ledger.intend(fence, Stream::Items, vec![], None).await {
        Ok(_) => false,
        Err(LedgerError::Fenced(run)) => {
            assert_eq!(run, fence.run);
            true
        }
        Err(other) => panic!("{other}"),
    }
}

pub async fn one_run_per_job_and_the_complete_job_beside_none(engine: Engine) {
    let file = Bench::new(engine).await;
    let other = file.other().await;
    let fence = file.started(Job::Inventory, Cause::Operator).await;
    for job in [Job::Inventory, Job::Complete] {
        let refused = begin(&other, job, "b", LEASE, Cause::Operator).await;
        assert!(
            matches!(refused, Begun::Held(Holder { job: Job::Inventory, ref owner, .. }) if owner == "a")
        );
    }
    let beside = begin(&other, Job::TradeAgreements, "b", LEASE, Cause::Operator).await;
    assert!(
        matches!(beside, Begun::Started(_)),
        "jobs without a stream in common run side by side"
    );
    file.finish(fence, RunStatus::Ended).await;
    let again = begin(&other, Job::Inventory, "b", LEASE, Cause::Operator).await;
    assert!(matches!(again, Begun::Started(_)));
}

pub async fn a_lease_that_ended_is_taken_over_and_its_run_can_write_no_more(engine: Engine) {
    let file = Bench::new(engine).await;
    let other = file.other().await;
    let old = fence(
        begin(
            &file.ledger,
            Job::Inventory,
            "a",
            Duration::ZERO,
            Cause::Operator,
        )
        .await,
    );
    assert_eq!(file.status(Job::Inventory).await, JobStatus::Error);
    assert!(!is_fenced(&file.ledger, old).await, "nobody has taken it");
    let new = fence(begin(&other, Job::Inventory, "b", LEASE, Cause::Operator).await);
    assert!(new.token > old.token);
    assert!(is_fenced(&file.ledger, old).await);
    assert!(!is_fenced(&other, new).await);
    let killed = file.ledger.run(old.run).await.unwrap().unwrap();
    assert_eq!(killed.status, RunStatus::Error);
    assert!(killed.exception.unwrap().text.contains("without saying"));

    let stream = Stream::Items;
    let cursor = Cursor {
        version: 9,
        incarnation: "x".into(),
        selection_revision: 1,
    };
    let held = Settlement {
        held: vec![("A".into(), 1)],
        ..Settlement::default()
    };
    let summary = file.ledger.run(new.run).await.unwrap().unwrap();
    let asked = vec![("A".to_owned(), Some(1))];
    let marked = file
        .ledger
        .is_unchanged(stream, Some((old, 1)), asked)
        .await;
    for refused in [
        marked.map(drop),
        file.ledger.note_incarnation(old, stream, "x").await,
        file.ledger.move_cursor(old, stream, &cursor).await,
        file.ledger.settle(old, stream, 1, None, held).await,
        file.ledger.beat(old, LEASE, None).await.map(drop),
        file.ledger.finish_run(old, &summary).await,
    ] {
        assert!(matches!(refused, Err(LedgerError::Fenced(_))));
    }
    assert_eq!(other.position(stream).await.unwrap(), Position::default());
    assert_eq!(other.acknowledged(stream).await.unwrap().count, 0);
}

pub async fn a_complete_run_that_lost_one_of_its_leases_writes_nothing_for_any_job(engine: Engine) {
    let file = Bench::new(engine).await;
    let complete = file.started(Job::Complete, Cause::Operator).await;
    file.kill().await;
    file.started(Job::DeliveryModes, Cause::Operator).await;
    assert!(is_fenced(&file.ledger, complete).await);
    let beat = file.ledger.beat(complete, LEASE, None).await;
    assert!(matches!(beat, Err(LedgerError::Fenced(_))));
    // And none of the others is held back by it.
    file.jump_clock(-HOUR_MS).await;
    let begun = file.begin(Job::Orders, Cause::Operator).await;
    assert!(matches!(begun, Begun::Started(_)), "{begun:?}");
}

pub async fn a_run_that_is_over_writes_nothing_more(engine: Engine) {
    let file = Bench::new(engine).await;
    let fence = file.run(Job::Inventory, RunStatus::Ended).await;
    assert!(is_fenced(&file.ledger, fence).await);
}

pub async fn tokens_grow_through_runs_that_end_and_ledgers_that_are_opened_anew(engine: Engine) {
    let file = Bench::new(engine).await;
    let mut last = 0;
    for job in [Job::Inventory, Job::Complete, Job::Orders, Job::Inventory] {
        let other = file.other().await;
        let fence = fence(begin(&other, job, "b", LEASE, Cause::Operator).await);
        assert!(fence.token > last);
        last = fence.token;
        file.finish(fence, RunStatus::Ended).await;
    }
}

pub async fn a_lease_from_before_the_clock_was_set_back_holds_nobody_up(engine: Engine) {
    let file = Bench::new(engine).await;
    file.by_schedule(Job::Inventory).await;
    file.jump_clock(-HOUR_MS).await;
    let record = file.record(Job::Inventory).await;
    assert_eq!(record.status, JobStatus::Error);
    assert_eq!(record.holder, None);
    assert!(record.interrupted.is_some());
    assert!(file.board().await.executing.is_empty());
    assert!(!file.ledger.ask_cancel(Job::Inventory, "ann").await.unwrap());
    let begun = file.begin(Job::Inventory, Cause::Operator).await;
    assert!(matches!(begun, Begun::Started(_)), "{begun:?}");
}

pub async fn a_holder_that_beats_after_the_clock_jumped_owns_its_lease_until_somebody_took_it(
    engine: Engine,
) {
    for jump in [HOUR_MS, -HOUR_MS] {
        let file = Bench::new(engine).await;
        let other = file.other().await;
        let held = file.started(Job::Inventory, Cause::Operator).await;
        file.jump_clock(jump).await;
        file.ledger.beat(held, LEASE, None).await.unwrap();
        let refused = begin(&other, Job::Inventory, "b", LEASE, Cause::Operator).await;
        assert!(matches!(refused, Begun::Held(_)), "{refused:?}");
        assert_eq!(file.status(Job::Inventory).await, JobStatus::Executing);

        file.jump_clock(jump).await;
        begin(&other, Job::Inventory, "b", LEASE, Cause::Operator).await;
        let beat = file.ledger.beat(held, LEASE, None).await;
        assert!(matches!(beat, Err(LedgerError::Fenced(_))));
    }
}

pub async fn a_beat_extends_every_lease_of_the_run_and_may_change_its_length(engine: Engine) {
    let file = Bench::new(engine).await;
    let held = file.started(Job::Complete, Cause::Operator).await;
    file.sql("UPDATE axcs.lease SET expires = expires - 50000")
        .await;
    file.ledger.beat(held, LEASE * 2, None).await.unwrap();
    let board = file.board().await;
    for record in board.jobs {
        let holder = record.holder.unwrap();
        assert_eq!(holder.job, Job::Complete);
        assert!(holder.remaining > LEASE, "{:?}", holder.remaining);
        assert_eq!(
            record.status == JobStatus::Executing,
            record.job == Job::Complete
        );
    }
}

pub async fn workers_that_open_a_new_ledger_at_once_share_it(engine: Engine) {
    let place = Arc::new(Place::new(engine).await);
    let opening: Vec<_> = (0..8)
        .map(|_| {
            let place = place.clone();
            tokio::spawn(async move { place.open().await })
        })
        .collect();
    let mut started = 0;
    for (number, opened) in opening.into_iter().enumerate() {
        let ledger = opened.await.unwrap().unwrap();
        let begun = begin(
            &ledger,
            Job::Orders,
            &number.to_string(),
            LEASE,
            Cause::Operator,
        )
        .await;
        started += u32::from(matches!(begun, Begun::Started(_)));
    }
    assert_eq!(started, 1);
}

promises![
    one_run_per_job_and_the_complete_job_beside_none,
    a_lease_that_ended_is_taken_over_and_its_run_can_write_no_more,
    a_complete_run_that_lost_one_of_its_leases_writes_nothing_for_any_job,
    a_run_that_is_over_writes_nothing_more,
    tokens_grow_through_runs_that_end_and_ledgers_that_are_opened_anew,
    a_lease_from_before_the_clock_was_set_back_holds_nobody_up,
    a_holder_that_beats_after_the_clock_jumped_owns_its_lease_until_somebody_took_it,
    a_beat_extends_every_lease_of_the_run_and_may_change_its_length,
    workers_that_open_a_new_ledger_at_once_share_it,
];
