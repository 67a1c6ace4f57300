//! What every console sees of what happens anywhere.

use super::*;
use axcs::model::run::Phase;
use axcs::model::{Progress, Stream};

pub async fn a_run_elsewhere_shows_how_far_it_has_come(engine: Engine) {
    let file = Bench::new(engine).await;
    let console = file.other().await;
    let fence = file.started(Job::Inventory, Cause::Operator).await;
    let board = console.board().await.unwrap();
    let [seen] = board.executing.as_slice() else {
        panic!("{board:?}")
    };
    assert_eq!((seen.run, seen.owner.as_str()), (fence.run, "a"));
    assert_eq!(seen.streams.len(), Job::Inventory.streams().len());
    assert_eq!(seen.streams[0].phase, Phase::Pending);

    let mut progress = seen.clone();
    progress.waiting = Some("service unavailable, next try in 8 s".into());
    progress.streams[0].phase = Phase::Sending;
    progress.streams[0].counts.enumerated = 7;
    let beat = file.ledger.beat(fence, LEASE, Some(progress.clone()));
    assert_eq!(beat.await.unwrap(), None);
    assert_eq!(console.board().await.unwrap().executing, [progress.clone()]);
    // A beat that only says that it is alive takes nothing back.
    file.ledger.beat(fence, LEASE, None).await.unwrap();
    assert_eq!(console.board().await.unwrap().executing, [progress]);

    file.finish(fence, RunStatus::Ended).await;
    assert_eq!(console.board().await.unwrap().executing, []);
}

pub async fn a_run_is_cancelled_from_any_console_and_knows_by_whom(engine: Engine) {
    let file = Bench::new(engine).await;
    let console = file.other().await;
    assert!(!console.ask_cancel(Job::Orders, "ann").await.unwrap());
    let fence = file.started(Job::Orders, Cause::Operator).await;
    assert!(console.ask_cancel(Job::Orders, "ann").await.unwrap());
    assert!(console.ask_cancel(Job::Orders, "bob").await.unwrap());
    let cancelling = |board: Board| -> Vec<bool> {
        board
            .executing
            .iter()
            .map(|run: &Progress| run.cancelling)
            .collect()
    };
    assert_eq!(cancelling(file.board().await), [true]);
    let asked = file.ledger.beat(fence, LEASE, None).await.unwrap();
    assert_eq!(asked.as_deref(), Some("ann"), "the first who asked");
    file.finish(fence, RunStatus::Canceled).await;
    assert!(!console.ask_cancel(Job::Orders, "ann").await.unwrap());

    let next = file.started(Job::Orders, Cause::Operator).await;
    let asked = file.ledger.beat(next, LEASE, None).await.unwrap();
    assert_eq!(asked, None, "the next run was not meant");
}

pub async fn nobody_cancels_a_complete_run_by_the_name_of_another_job(engine: Engine) {
    let file = Bench::new(engine).await;
    let fence = file.started(Job::Complete, Cause::Operator).await;
    assert!(!file.ledger.ask_cancel(Job::Orders, "ann").await.unwrap());
    assert_eq!(file.ledger.beat(fence, LEASE, None).await.unwrap(), None);
    assert!(file.ledger.ask_cancel(Job::Complete, "ann").await.unwrap());
}

pub async fn every_start_end_and_change_is_counted_and_a_beat_is_none(engine: Engine) {
    let file = Bench::new(engine).await;
    let other = file.other().await;
    let mut counted = file.board().await.changes;
    let mut grew = async || {
        let now = other.board().await.unwrap().changes;
        std::mem::replace(&mut counted, now) < now
    };
    assert!(!grew().await);
    let needs = [Job::Orders];
    let dry = file
        .ledger
        .begin_run(Job::Orders, &needs, "a", LEASE, true, Cause::Operator);
    let dry = fence(dry.await.unwrap());
    assert!(grew().await, "a dry run started");
    file.ledger.beat(dry, LEASE, None).await.unwrap();
    file.ledger.note_worker("a", true).await.unwrap();
    file.ledger.ask_cancel(Job::Orders, "ann").await.unwrap();
    assert!(!grew().await);
    let summary = RunSummary {
        status: RunStatus::Canceled,
        ..file.ledger.run(dry.run).await.unwrap().unwrap()
    };
    file.ledger.finish_run(dry, &summary).await.unwrap();
    assert!(grew().await, "it ended");
    let fence = file.by_schedule(Job::Orders).await;
    assert!(grew().await, "a run started");
    file.finish(fence, RunStatus::Ended).await;
    assert!(grew().await, "it ended");
    file.ledger.suspend_all("ann").await.unwrap();
    assert!(grew().await);
    file.ledger.resume_all("ann").await.unwrap();
    assert!(grew().await);
    let due = file.due(Job::Orders, &[(5, Outcome::Skipped)]).await;
    file.ledger
        .note_occurrences(Job::Orders, due)
        .await
        .unwrap();
    assert!(grew().await);
    file.set_pause_after(Job::Orders, 2).await;
    assert!(grew().await);
}

pub async fn workers_are_there_from_their_first_word_to_their_last_or_for_a_minute(engine: Engine) {
    let file = Bench::new(engine).await;
    let owners = async || -> Vec<String> {
        let workers = file.board().await.workers;
        workers.into_iter().map(|worker| worker.owner).collect()
    };
    for owner in ["b", "a", "b"] {
        file.ledger.note_worker(owner, true).await.unwrap();
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    assert_eq!(owners().await, ["b", "a"], "longest there first");
    let workers = file.board().await.workers;
    assert!(workers[0].since < workers[0].seen);
    assert_eq!(workers[0].version, env!("CARGO_PKG_VERSION"));
    file.ledger.note_worker("b", false).await.unwrap();
    assert_eq!(owners().await, ["a"]);
    for jump in [61_000, -61_000] {
        file.ledger.note_worker("a", true).await.unwrap();
        file.jump_clock(jump).await;
        assert!(owners().await.is_empty());
    }
    file.ledger.note_worker("a", true).await.unwrap();
    let workers = file.board().await.workers;
    assert_eq!(workers[0].since, workers[0].seen, "it is another one");
}

pub async fn a_board_is_of_one_moment_while_others_write(engine: Engine) {
    let file = Bench::new(engine).await;
    let other = file.other().await;
    let writing = tokio::spawn(async move {
        for _ in 0..50 {
            let begun = begin(&other, Job::Orders, "b", LEASE, Cause::Operator).await;
            let fence = fence(begun);
            let summary = RunSummary {
                status: RunStatus::Ended,
                ..other.run(fence.run).await.unwrap().unwrap()
            };
            other.finish_run(fence, &summary).await.unwrap();
        }
    });
    let mut executing = 0;
    while !writing.is_finished() {
        let board = file.board().await;
        let record = board.jobs.iter().find(|of| of.job == Job::Orders).unwrap();
        assert_eq!(
            record.status == JobStatus::Executing,
            !board.executing.is_empty()
        );
        assert_eq!(record.holder.is_some(), !board.executing.is_empty());
        assert_eq!(record.interrupted, None);
        executing += usize::from(record.holder.is_some());
    }
    writing.await.unwrap();
    assert!(executing > 0, "it was looked at while a run was under way");
    assert!(
        file.board().await.jobs[0]
            .job
            .streams()
            .contains(&Stream::Items)
    );
}

pub async fn a_board_stands_until_anybody_writes_or_its_time_comes(engine: Engine) {
    let file = Bench::new(engine).await;
    let other = file.other().await;
    let stands = async |board: &Board| {
        let outdated = file.ledger.outdated(board);
        tokio::time::timeout(LOOK * 3 / 2, outdated).await.is_err()
    };
    let mut board = file.board().await;
    // A server does not tell.
    let can_tell = board.mark.is_some();
    assert_eq!(can_tell, matches!(engine, Engine::File));
    assert_eq!(stands(&board).await, can_tell);
    other.note_worker("b", true).await.unwrap();
    assert!(!stands(&board).await, "another process has written");
    board = file.board().await;
    file.ledger.note_worker("a", true).await.unwrap();
    assert!(!stands(&board).await, "it has written itself");

    board = file.board().await;
    let gone = board.workers[0].seen + SignedDuration::from_mins(1);
    assert_eq!(board.until, gone);
    let lease = Duration::from_secs(3);
    fence(begin(&other, Job::Orders, "b", lease, Cause::Operator).await);
    board = file.board().await;
    let holder = board.jobs.iter().find_map(|job| job.holder.as_ref());
    assert_eq!(board.until, holder.unwrap().expires);
    assert_eq!(stands(&board).await, can_tell);
    tokio::time::sleep(lease / 2).await;
    assert!(!stands(&board).await, "a lease is over");

    board = file.board().await;
    board.now += SignedDuration::from_secs(30);
    assert!(!stands(&board).await, "the clock was set back");
}

promises![
    a_board_stands_until_anybody_writes_or_its_time_comes,
    a_run_elsewhere_shows_how_far_it_has_come,
    a_run_is_cancelled_from_any_console_and_knows_by_whom,
    nobody_cancels_a_complete_run_by_the_name_of_another_job,
    every_start_end_and_change_is_counted_and_a_beat_is_none,
    workers_are_there_from_their_first_word_to_their_last_or_for_a_minute,
    a_board_is_of_one_moment_while_others_write,
];
