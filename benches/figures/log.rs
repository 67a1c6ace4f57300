//! A long log in the console: memory beside its text, and how soon a filter shows what it lets through.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use axcs::console::app::Msg;
use axcs::logging::Batch;
use axcs::model::log::{Level, LogLine};

use crate::memory::status_of_this;
use crate::scenes::{self, Look, Stage};
use crate::{growth, table};

/// The argument that makes this program one console with such a log.
pub const NAME: &str = "a-long-log";
const SIZE: (u16, u16) = (200, 50);
/// Lines that come at once.
const PORTION: u64 = 10_000;
const ROUNDS: u64 = 5;
/// The limit of memory is that of so many lines; what a short log takes is above all the room for a long one.
const MANY: u64 = 1_000_000;
/// Limits of the design.
const MEMORY: f64 = 1.3;
const LEVEL: Duration = Duration::from_millis(1);
const TEXT: Duration = Duration::from_micros(16_667);

fn line(number: u64) -> LogLine {
    let level = if number.is_multiple_of(16) {
        Level::Warning
    } else {
        Level::Info
    };
    LogLine {
        at: scenes::now(),
        level,
        run: None,
        text: format!(
            "C-{number:07}: available in WH{:02} {number} -> {}, told to the service in a batch of others",
            number % 10,
            number + 1
        ),
    }
}

/// The least time in which a key was taken in; and in which it was drawn, too. Other keys take it back.
fn least(stage: &mut Stage, key: &str, back: &str) -> (Duration, Duration) {
    let (mut taken, mut drawn) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        stage.press(key);
        taken = taken.min(began.elapsed());
        stage.draw();
        drawn = drawn.min(began.elapsed());
        stage.press(back);
        stage.draw();
    }
    (taken, drawn)
}

/// A console with so many lines, by itself: its memory is that of the log.
pub fn play(arguments: &[String]) {
    let lines: u64 = arguments[0].parse().unwrap();
    let mut stage = Stage::new(SIZE, Look::DARK);
    stage.press("7");
    stage.draw();
    let before = status_of_this("VmRSS");
    let mut text = 0;
    for first in (0..lines).step_by(PORTION as usize) {
        let lines: Vec<LogLine> = (first..lines.min(first + PORTION)).map(line).collect();
        text += lines.iter().map(|line| line.text.len() as u64).sum::<u64>();
        let batch = Batch {
            lines: lines.into(),
            dropped: 0,
        };
        stage.send(Msg::Log(batch));
    }
    stage.draw();
    let grown = (status_of_this("VmRSS") - before) * 1_024;
    // All levels are info and above at first: warnings, errors, all, info.
    let (level, _) = least(&mut stage, "v", "v v v");
    stage.press("/");
    stage.write("wh0");
    let (_, typed) = least(&mut stage, "7", "backspace");
    println!("{text} {grown} {} {}", level.as_nanos(), typed.as_nanos());
}

/// A log of so many lines.
pub fn log(lines: u64) {
    let said = Command::new(std::env::current_exe().unwrap())
        .args([NAME, &lines.to_string()])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    let said = String::from_utf8(said.stdout).unwrap();
    let numbers: Vec<u64> = said
        .split_whitespace()
        .map(|word| word.parse().unwrap())
        .collect();
    let [text, grown, level, typed] = numbers[..] else {
        panic!("{said}");
    };
    let ratio = grown as f64 / text as f64;
    if lines >= MANY {
        table::tell(
            format!("{lines} lines of log: memory"),
            format!("{:.1} MB, {ratio:.2} times the text", grown as f64 / 1e6),
            format!(
                "{:.1} MB ({MEMORY} times the text)",
                text as f64 * MEMORY / 1e6
            ),
            ratio / MEMORY,
        );
    }
    let filters = [
        ("level", "in the filter", level, LEVEL),
        ("text", "in the search, to the frame drawn", typed, TEXT),
    ];
    for (name, of_what, nanos, limit) in filters {
        let took = Duration::from_nanos(nanos);
        table::tell(
            format!("{lines} lines of log: another {name} {of_what}"),
            format!("{took:.2?}"),
            format!("{limit:.1?}"),
            took.as_secs_f64() / limit.as_secs_f64(),
        );
        growth::point(
            &format!("log-{name}-filter"),
            "ms",
            lines,
            took.as_secs_f64() * 1e3,
        );
    }
    growth::point("log-memory", "MB", lines, grown as f64 / 1e6);
}
