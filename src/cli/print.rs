//! How commands print: plain tables, JSON documents, exceptions; nothing else writes to the terminal.

use std::io::Write as _;
use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::model::exception::Exception;
pub use crate::model::words::count as number;

/// One line of text.
pub fn line(text: impl std::fmt::Display) {
    // A closed pipe (`axcs runs | head`) is the reader's decision, not an error.
    let _ = writeln!(std::io::stdout(), "{}", harmless(&text.to_string()));
}

/// One line beside the answer, for people.
pub fn note(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(&text.to_string()));
}

/// What customers and other programs wrote must not command the terminal.
fn harmless(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

/// Text that stays on the line, to be written over by the next one.
pub fn over(text: &str) {
    let _ = write!(std::io::stderr(), "\r\x1b[K{text}");
    let _ = std::io::stderr().flush();
}

/// One JSON document.
pub fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => line(text),
        Err(error) => note(format_args!(
            "the answer cannot be written as JSON: {error}"
        )),
    }
}

/// One JSON document on one line.
pub fn json_line(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(text),
        Err(error) => note(format_args!("the event cannot be written as JSON: {error}")),
    }
}

/// What failed, why, and what to do.
pub fn exception(exception: &Exception) {
    note(format_args!("axcs: {}", exception.text));
    if !exception.cause.is_empty() {
        note(format_args!("    {}", exception.cause));
    }
    if !exception.remedy.is_empty() {
        note(format_args!("    {}", exception.remedy));
    }
}

/// A table: columns as wide as their widest cell, numbers to the right.
pub fn table(header: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let is_number: Vec<bool> = (0..header.len())
        .map(|column| {
            !rows.is_empty()
                && rows
                    .iter()
                    .all(|row| row[column].chars().all(|c| c.is_ascii_digit() || c == ','))
        })
        .collect();
    let format = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for (column, cell) in cells.enumerate() {
            if column > 0 {
                text.push_str("  ");
            }
            let pad = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            if is_number[column] {
                text.push_str(&pad);
                text.push_str(cell);
            } else {
                text.push_str(cell);
                text.push_str(&pad);
            }
        }
        text.trim_end().to_owned()
    };
    line(format(&mut header.iter().copied()));
    for row in rows {
        line(format(&mut row.iter().map(String::as_str)));
    }
}

/// `2.4 s`, `3 min 5 s`, `1 h 2 min`
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `2026-11-20 02:14:09 EST`
pub fn time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M:%S %Z")
        .to_string()
}

/// From `started` to `finished`.
pub fn between(started: Timestamp, finished: Timestamp) -> Duration {
    Duration::try_from(finished.duration_since(started)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_use_the_units_people_say() {
        for (seconds, text) in [
            (2.44, "2.4 s"),
            (59.0, "59 s"),
            (185.0, "3 min 5 s"),
            (3_725.0, "1 h 2 min"),
        ] {
            assert_eq!(duration(Duration::from_secs_f64(seconds)), text);
        }
    }
}
