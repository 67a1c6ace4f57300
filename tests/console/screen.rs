//! What is drawn, when, and how many bytes it takes.

use std::io;
use std::time::Duration;

use axcs::console::app::{Effect, Msg};
use axcs::console::terminal::Screen;
use axcs::console::timetable::TimetableErrand;
use crossterm::event::Event;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use ratatui::{Frame, Terminal};
use tokio::time::Instant;

use crate::desk::{Desk, Scripted, Written, desk, desk_with};
use crate::scenes::{self, Look, text_of};

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

#[tokio::test(start_paused = true)]
async fn a_key_right_after_a_frame_is_drawn_within_a_frame_of_60_hz() {
    let mut desk = desk().await;
    for keys in ["j", "k", "7", "4"] {
        // The frame before was drawn just now.
        let pressed = Instant::now();
        desk.press(keys).await;
        assert!(pressed.elapsed() <= Duration::from_millis(16), "{keys}");
    }
}

/// A line that takes its time for every frame.
#[derive(Debug)]
struct SlowLine {
    screen: Terminal<TestBackend>,
    frames: usize,
}

impl Screen for SlowLine {
    fn size(&self) -> io::Result<Size> {
        Screen::size(&self.screen)
    }

    fn draw(&mut self, paint: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.frames += 1;
        std::thread::park_timeout(Duration::from_millis(30));
        Screen::draw(&mut self.screen, paint)
    }

    fn forget(&mut self) -> io::Result<()> {
        self.screen.forget()
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.screen.suspend()
    }

    fn send(&mut self, sequence: &str) -> io::Result<()> {
        self.screen.send(sequence)
    }
}

#[tokio::test]
async fn what_is_typed_while_a_slow_line_takes_a_frame_is_drawn_in_one_after_it() {
    let line = SlowLine {
        screen: Terminal::new(TestBackend::new(80, 24)).unwrap(),
        frames: 0,
    };
    let mut desk = Desk::open(Scripted::new(), line, false).await;
    let before = desk.console.screen().frames;
    desk.press(&["j", "k"].repeat(20).join(" ")).await;
    let frames = desk.console.screen().frames - before;
    // Where a frame followed on each key, there were 40.
    assert!((1..=20).contains(&frames), "{frames} frames for 40 keys");
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
        run.streams[6].counts.acknowledged += frame * 1_733;
        run.streams[6].counts.enumerated += frame * 1_733;
        stage.send(Msg::Live(Box::new(scenes::live(vec![run]))));
        after = draw(&stage);
    }
    let bytes = after - before;
    assert!(bytes <= 2_000, "{bytes} bytes in a second");
}

/// Keys at random, but the same at every start: letters of every command, text, motions.
fn nonsense(seed: u64, number: usize) -> Vec<&'static str> {
    const KEYS: [&str; 55] = [
        "w",
        "u",
        "W",
        "U",
        "c",
        "r",
        "R",
        "e",
        "m",
        "v",
        "a",
        "s",
        "/",
        "y",
        "n",
        "q",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "o",
        "d",
        "D",
        "t",
        "j",
        "k",
        "g",
        "G",
        "up",
        "down",
        "pgup",
        "pgdn",
        "home",
        "end",
        "enter",
        "enter",
        "esc",
        "space",
        "tab",
        "shift-tab",
        "backspace",
        "ctrl-l",
        "ctrl-b",
        "ctrl-c",
        "?",
        "ü",
        "配",
        "x",
        "h",
        "e",
        "E",
        "f",
        "l",
    ];
    let mut state = seed;
    (0..number)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            KEYS[(state >> 33) as usize % KEYS.len()]
        })
        .collect()
}

#[test]
fn nonsense_typed_breaks_nothing_and_changes_nothing_where_nothing_may_be_changed() {
    for seed in 0..6 {
        let size = [(80, 24), (200, 50), (60, 15)][seed as usize % 3];
        let mut stage = scenes::Stage::with(
            axcs::console::app::Setting {
                read_only: true,
                ..scenes::setting(size, Look::DARK)
            },
            size,
        )
        .answering();
        stage.send(Msg::Overview(Ok(scenes::overview())));
        for (count, key) in nonsense(seed, 1_500).into_iter().enumerate() {
            stage.press(key);
            for effect in stage.asked() {
                assert!(
                    !matches!(
                        effect,
                        Effect::Start(..)
                            | Effect::Cancel(_)
                            | Effect::Change(_)
                            | Effect::Timetable(
                                TimetableErrand::Take(_) | TimetableErrand::TakeAll(_)
                            )
                            | Effect::Retry(_)
                            | Effect::Correction(_)
                            | Effect::Resolve(..)
                    ),
                    "{key} asked for {effect:?}"
                );
            }
            if count % 50 == 0 {
                assert!(text_of(&stage.draw()).starts_with(" demo"));
            }
        }
    }
}
