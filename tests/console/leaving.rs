//! Leaving: by a key, by a signal, by a terminal that is gone.

use std::io;

use axcs::console::ExitReason;
use axcs::console::app::{Effect, Msg};
use axcs::model::Job;
use axcs::signals::Signal;

use crate::desk::desk;
use crate::scenes::{self, Look};

#[tokio::test]
async fn quitting_asks_only_while_a_run_is_executing() {
    let mut idle = desk().await;
    assert_eq!(idle.press("q").await, Some(ExitReason::Quit));

    let mut busy = desk().await;
    busy.press("r").await;
    assert_eq!(busy.press("q").await, None);
    busy.assert_shows("1 run is executing. Quit and stop it at its next checkpoint?");
    assert_eq!(busy.press("n").await, None);
    assert!(busy.engine.is_executing(Job::Inventory));
    assert_eq!(busy.press("q y").await, Some(ExitReason::Quit));
    assert!(!busy.engine.is_executing(Job::Inventory));
}

#[tokio::test]
async fn a_signal_stops_the_runs_and_leaves() {
    for signal in [Signal::Terminate, Signal::HangUp, Signal::Interrupt] {
        let mut desk = desk().await;
        desk.press("r").await;
        desk.signals.send(signal).await.unwrap();
        assert_eq!(desk.settle().await, Some(ExitReason::Signal(signal)));
        assert!(!desk.engine.is_executing(Job::Inventory));
    }
}

#[tokio::test]
async fn a_terminal_that_is_gone_counts_as_a_signal() {
    let mut desk = desk().await;
    desk.keys
        .send(Err(io::Error::other("the line is dead")))
        .await
        .unwrap();
    assert_eq!(
        desk.settle().await,
        Some(ExitReason::Signal(Signal::HangUp))
    );
}

#[tokio::test]
async fn a_run_that_never_stops_does_not_keep_the_console() {
    let mut stage = scenes::Stage::new((80, 24), Look::DARK);
    stage.running(scenes::complete_run).press("q y");
    let tick = |stage: &mut scenes::Stage| stage.app.update(Msg::Tick, stage.at);
    stage.wait(4_000);
    assert_eq!(tick(&mut stage), []);
    stage.wait(1_000);
    assert_eq!(tick(&mut stage), [Effect::Quit(ExitReason::Quit)]);
}
