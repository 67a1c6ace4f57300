//! The tab *Jobs*: runs are started, refused, cancelled and looked at.

use axcs::console::app::{Effect, Msg};
use axcs::jobs::RunOptions;
use axcs::model::exception::Documented;
use axcs::model::{Job, JobStatus};
use crossterm::event::Event;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::desk::{Asked, Desk, Scripted, desk, desk_with};
use crate::scenes::{self, Look, key_event, text_of};

#[tokio::test]
async fn the_console_opens_on_what_failed_and_follows_what_executes_until_a_job_is_chosen() {
    let mut untouched = desk_with(Scripted::new()).await;
    untouched.assert_shows("trade-agreements: run");
    untouched.press("r").await;
    untouched.assert_shows("Executing: trade-agreements 40 %");

    let mut chosen = desk().await;
    chosen.press("r j").await;
    chosen.assert_shows("Executing: inventory 40 %");
    chosen.assert_shows("trade-agreements: run");
}

#[tokio::test]
async fn a_job_is_run_and_its_progress_seen() {
    let mut desk = desk().await;
    desk.assert_shows("421 sent, 80 unchanged, 3 quarantined");
    desk.press("r").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Start(Job::Inventory, RunOptions::default())]
    );
    desk.assert_shows("Executing: inventory 40 %");
    desk.press("r").await;
    desk.assert_shows("The inventory job is executing already.");
    assert_eq!(desk.engine.asked(), []);
}

#[tokio::test]
async fn a_dry_run_sends_nothing() {
    let mut desk = desk().await;
    desk.press("G d").await;
    let options = RunOptions {
        dry_run: true,
        ..RunOptions::default()
    };
    assert_eq!(desk.engine.asked(), [Asked::Start(Job::Complete, options)]);
}

#[tokio::test]
async fn the_complete_job_asks_first_and_no_means_no() {
    let mut desk = desk().await;
    desk.press("G r").await;
    desk.assert_shows("It reads every stream of the company whole");
    for key in ["n", "esc", "q"] {
        desk.press(key).await;
        assert_eq!(desk.engine.asked(), [], "{key}");
        desk.press("r").await;
    }
    desk.press("enter").await;
    assert_eq!(desk.engine.asked(), [], "enter is no answer");
    desk.press("y").await;
    let options = RunOptions::default();
    assert_eq!(desk.engine.asked(), [Asked::Start(Job::Complete, options)]);
}

#[tokio::test]
async fn a_run_is_cancelled_and_the_list_read_again() {
    let mut desk = desk().await;
    desk.press("r").await;
    desk.engine.overview.lock().unwrap()[0].status = JobStatus::Canceled;
    desk.press("c").await;
    assert!(desk.engine.asked().contains(&Asked::Cancel(Job::Inventory)));
    desk.assert_shows("■ Canceled    inventory synchronization");
    desk.assert_shows("· Idle");
}

#[tokio::test]
async fn cancelling_shows_at_once() {
    let mut stage = scenes::Stage::new((80, 24), Look::DARK);
    stage.press("G").running(scenes::complete_run);
    let effects = stage
        .app
        .update(Msg::Terminal(Event::Key(key_event("c"))), scenes::now());
    assert_eq!(effects, [Effect::Cancel(Job::Complete)]);
    assert!(text_of(&stage.draw()).contains("■ Cancelling"));
}

#[tokio::test]
async fn a_refused_start_shows_what_why_and_what_to_do() {
    let mut desk = desk_with(Scripted {
        refuse: Some(Documented::AnotherInstance.because("Run 118 is under way on AOS01.")),
        ..Scripted::new()
    })
    .await;
    desk.press("r").await;
    desk.assert_shows("▲ Another instance of the job is already running.");
    desk.assert_shows("Run 118 is under way on AOS01.");
    desk.assert_shows("Wait until it ends, or cancel it");
}

#[tokio::test]
async fn a_read_only_console_starts_and_cancels_nothing() {
    let screen = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut desk = Desk::open(Scripted::new(), screen, true).await;
    desk.press("r d G r c").await;
    assert_eq!(desk.engine.asked(), []);
    desk.assert_shows("read-only");
}

#[tokio::test]
async fn the_history_opens_a_run() {
    let mut desk = desk().await;
    desk.press("h j j enter").await;
    assert_eq!(desk.engine.asked(), [Asked::Runs(Job::Inventory)]);
    desk.assert_shows("Run 114");
    desk.assert_shows("What failed");
    desk.press("q").await;
    desk.assert_shows("Last runs of the inventory job");
}

#[tokio::test]
async fn the_batch_jobs_of_ax_are_looked_at_and_read_again_and_nothing_is_done_to_them() {
    let screen = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut desk = Desk::open(Scripted::new(), screen, true).await;
    desk.press("b").await;
    assert_eq!(desk.engine.asked(), [Asked::BatchJobs]);
    desk.assert_shows("waiting 3 h longer than planned");
    // The selection stays with its job.
    desk.press("j j ctrl-l enter").await;
    let third = scenes::batch::jobs()[2].id;
    assert_eq!(
        desk.engine.asked(),
        [Asked::BatchJobs, Asked::BatchHistory(third)]
    );
    desk.assert_shows("Commerce Services online orders upload and download");
    desk.assert_shows("1 retry");
    desk.press("G").await;
    desk.assert_shows("22 online orders were downloaded.");
    desk.press("r d c w u esc esc").await;
    assert_eq!(desk.engine.asked(), []);
}
