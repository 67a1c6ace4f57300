//! The whole console as it runs: keys in, effects and screens out. Tests wait until it is idle,
//! never for a time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]
#![cfg(feature = "console")]

#[path = "support/scenes.rs"]
mod scenes;

use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axcs::console::ExitReason;
use axcs::console::app::{App, Msg};
use axcs::console::engine::Engine;
use axcs::console::run::Console;
use axcs::jobs::RunOptions;
use axcs::jobs::runner::Place;
use axcs::logging::Ring;
use axcs::model::exception::Documented;
use axcs::model::run::{JobOverview, LiveRuns, RunSummary};
use axcs::model::{Exception, Job, JobStatus, RunId};
use axcs::signals::Signal;
use crossterm::event::Event;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use ratatui::Terminal;
use ratatui::backend::{CrosstermBackend, TestBackend};
use scenes::{Look, key_event, setting, text_of};
use tokio::sync::{mpsc, watch};

/// What was asked of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Start(Job, RunOptions),
    Cancel(Job),
    Runs(Job),
}

/// An engine whose runs go as far as the test says.
struct Scripted {
    live: watch::Sender<LiveRuns>,
    overview: Mutex<Vec<JobOverview>>,
    asked: Mutex<Vec<Asked>>,
    refuse: Option<Exception>,
}

impl Scripted {
    fn new() -> Self {
        Self {
            live: watch::Sender::default(),
            overview: Mutex::new(scenes::overview()),
            asked: Mutex::default(),
            refuse: None,
        }
    }

    fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn note(&self, asked: Asked) {
        self.asked.lock().unwrap().push(asked);
    }

    fn is_executing(&self, job: Job) -> bool {
        self.live
            .borrow()
            .executing
            .iter()
            .any(|run| run.job == job)
    }
}

#[async_trait]
impl Engine for Scripted {
    fn place(&self) -> Place {
        scenes::place()
    }

    fn live(&self) -> watch::Receiver<LiveRuns> {
        self.live.subscribe()
    }

    async fn overview(&self) -> Result<Vec<JobOverview>, Exception> {
        Ok(self.overview.lock().unwrap().clone())
    }

    async fn runs(&self, job: Job, _limit: usize) -> Result<Vec<RunSummary>, Exception> {
        self.note(Asked::Runs(job));
        Ok(scenes::history())
    }

    async fn start(&self, job: Job, options: RunOptions) -> Result<RunId, Exception> {
        self.note(Asked::Start(job, options));
        if let Some(exception) = &self.refuse {
            return Err(exception.clone());
        }
        self.live.send_modify(|live| {
            live.executing.push(axcs::model::Progress {
                job,
                ..scenes::complete_run(40)
            });
        });
        Ok(RunId(117))
    }

    fn cancel(&self, job: Job) -> bool {
        self.note(Asked::Cancel(job));
        let was_executing = self.is_executing(job);
        self.live.send_modify(|live| {
            live.executing.retain(|run| run.job != job);
            live.ended += u64::from(was_executing);
        });
        was_executing
    }
}

type Running<S> = Console<S, BoxStream<'static, io::Result<Event>>, BoxStream<'static, Signal>>;

struct Desk<S> {
    console: Running<S>,
    engine: Arc<Scripted>,
    ring: Ring,
    keys: mpsc::Sender<io::Result<Event>>,
    signals: mpsc::Sender<Signal>,
}

impl<S: axcs::console::terminal::Screen> Desk<S> {
    async fn open(engine: Scripted, screen: S, read_only: bool) -> Self {
        let engine = Arc::new(engine);
        let ring = Ring::new(1_000);
        let (keys, input) = mpsc::channel(1_000);
        let (signals, signalled) = mpsc::channel(10);
        let app = App::new(axcs::console::app::Setting {
            read_only,
            ..setting((80, 24), Look::DARK)
        });
        let input = stream::unfold(input, async |mut input| Some((input.recv().await?, input)));
        let signalled = stream::unfold(signalled, async |mut signalled| {
            Some((signalled.recv().await?, signalled))
        });
        let console = Console::new(
            app,
            Arc::clone(&engine) as Arc<dyn Engine>,
            ring.clone(),
            screen,
            input.boxed(),
            signalled.boxed(),
        )
        .with_clock(scenes::now);
        let mut desk = Self {
            console,
            engine,
            ring,
            keys,
            signals,
        };
        assert_eq!(desk.settle().await, None);
        desk
    }

    /// Lets the console run until it waits for something new, or is left.
    async fn settle(&mut self) -> Option<ExitReason> {
        loop {
            let all_read = self.keys.capacity() == self.keys.max_capacity()
                && self.signals.capacity() == self.signals.max_capacity();
            if all_read && self.console.is_idle() {
                return None;
            }
            if let Some(reason) = self.console.step().await.unwrap() {
                return Some(reason);
            }
        }
    }

    async fn press(&mut self, keys: &str) -> Option<ExitReason> {
        for key in keys.split(' ') {
            self.keys
                .send(Ok(Event::Key(key_event(key))))
                .await
                .unwrap();
        }
        self.settle().await
    }
}

/// Everything written to a terminal, readable while the console owns the writing end.
#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// A terminal of 80 columns and 24 rows that writes here.
    fn terminal(&self) -> Terminal<CrosstermBackend<Self>> {
        let viewport = ratatui::Viewport::Fixed(ratatui::layout::Rect::new(0, 0, 80, 24));
        let options = ratatui::TerminalOptions { viewport };
        Terminal::with_options(CrosstermBackend::new(self.clone()), options).unwrap()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type TestDesk = Desk<Terminal<TestBackend>>;

async fn desk_with(engine: Scripted) -> TestDesk {
    let screen = Terminal::new(TestBackend::new(80, 24)).unwrap();
    Desk::open(engine, screen, false).await
}

/// With the first job selected.
async fn desk() -> TestDesk {
    let mut desk = desk_with(Scripted::new()).await;
    desk.press("g").await;
    desk
}

impl TestDesk {
    fn text(&self) -> String {
        text_of(self.console.screen().backend().buffer())
    }

    fn assert_shows(&self, words: &str) {
        let text = self.text();
        assert!(text.contains(words), "{words:?} is not on\n{text}");
    }
}

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
    desk.assert_shows("■ Canceled    Commerce Services inventory synchronization");
    desk.assert_shows("Nothing is executing");
}

#[tokio::test]
async fn cancelling_shows_at_once() {
    let mut stage = scenes::Stage::new((80, 24), Look::DARK);
    stage.press("G").running(scenes::complete_run);
    let effects = stage
        .app
        .update(Msg::Terminal(Event::Key(key_event("c"))), scenes::now());
    assert_eq!(effects, [axcs::console::app::Effect::Cancel(Job::Complete)]);
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
    assert_eq!(
        tick(&mut stage),
        [axcs::console::app::Effect::Quit(ExitReason::Quit)]
    );
}

#[tokio::test]
async fn log_lines_arrive_and_are_found() {
    let mut desk = desk().await;
    desk.press("2").await;
    desk.assert_shows("Nothing has been logged yet.");
    for line in scenes::log(200) {
        desk.ring.push(line);
    }
    desk.settle().await;
    desk.assert_shows("following · every level · 200 lines");
    desk.press("/ t i m e d enter").await;
    desk.assert_shows("line 9 of 9 with a hit");
    desk.press("n").await;
    desk.assert_shows("line 1 of 9 with a hit");
    desk.press("N N esc v v v").await;
    desk.assert_shows("errors only · 4 of 200 lines");
    // While it is typed, a key is text: this quits nothing.
    assert_eq!(desk.press("/ q 1 2 ?").await, None);
    desk.assert_shows("Search: q12?");
    desk.keys
        .send(Ok(Event::Paste(" pasted\nsecond line".to_owned())))
        .await
        .unwrap();
    desk.settle().await;
    desk.assert_shows("Search: q12? pasted  ");
}

#[tokio::test]
async fn following_ends_by_scrolling_and_begins_again_at_the_end() {
    let mut desk = desk().await;
    desk.press("2").await;
    for line in scenes::log(200) {
        desk.ring.push(line);
    }
    desk.settle().await;
    desk.press("k").await;
    let before = desk.text();
    assert!(before.contains("standing still"));
    let mut last = scenes::log(1).remove(0);
    last.text = "the very last".to_owned();
    desk.ring.push(last);
    desk.settle().await;
    assert_eq!(
        desk.text().replace("201 lines", "200 lines"),
        before,
        "the page stands still"
    );
    desk.press("G").await;
    desk.assert_shows("the very last");
}

#[tokio::test]
async fn a_new_size_is_drawn_at_once() {
    let mut desk = desk().await;
    desk.keys.send(Ok(Event::Resize(50, 10))).await.unwrap();
    desk.settle().await;
    assert_eq!(desk.console.app().screen().width, 50);
}

#[tokio::test]
async fn nothing_is_written_while_nothing_happens() {
    let line = Written::default();
    let mut desk = Desk::open(Scripted::new(), line.terminal(), false).await;
    let written = line.len();
    assert!(written > 0);
    // A thing that happens, but that nobody sees.
    desk.ring.push(scenes::log(1).remove(0));
    desk.settle().await;
    assert_eq!(line.len(), written);
}

#[tokio::test]
async fn what_the_terminal_gets_is_what_the_test_screens_show() {
    let line = Written::default();
    let mut real = Desk::open(Scripted::new(), line.terminal(), false).await;
    let mut test = desk_with(Scripted::new()).await;
    for keys in ["g", "j", "enter", "q", "r", "?"] {
        real.press(keys).await;
        test.press(keys).await;
        let mut parser = vt100::Parser::new(24, 80, 0);
        parser.process(&line.0.lock().unwrap());
        let shown: Vec<String> = parser
            .screen()
            .rows(0, 80)
            .map(|row| row.trim_end().to_owned())
            .collect();
        assert_eq!(shown.join("\n") + "\n", test.text(), "after {keys}");
    }
}

#[test]
fn live_progress_is_kind_to_a_slow_line() {
    // One second of a run, as the loop draws it: four frames.
    let mut stage = scenes::Stage::new((80, 24), Look::DARK);
    stage.press("G").running(scenes::complete_run);
    let line = Written::default();
    let mut screen = line.terminal();
    let mut draw = |stage: &scenes::Stage| {
        axcs::console::terminal::Screen::draw(&mut screen, &mut |frame| {
            axcs::console::draw::draw(&stage.app, frame);
        })
        .unwrap();
        line.len()
    };
    let before = draw(&stage);
    let mut after = before;
    for frame in 1..=4_u64 {
        stage.wait(250);
        let mut run = scenes::complete_run(42);
        run.streams[4].counts.acknowledged += frame * 1_733;
        run.streams[4].counts.enumerated += frame * 1_733;
        stage.send(Msg::Live(LiveRuns {
            executing: vec![run],
            ended: 0,
        }));
        after = draw(&stage);
    }
    let bytes = after - before;
    assert!(bytes <= 2_000, "{bytes} bytes in a second");
}
