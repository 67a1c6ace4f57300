//! How commands print: plain tables, JSON documents, exceptions; nothing else writes to the terminal.

use std::borrow::Cow;
use std::io::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::exception::Exception;
pub use crate::model::words::{age, count as number, money};
use crate::model::words::{clean, is_harmless, width};
use crate::model::zone::local;

/// One line of text.
pub fn line(text: impl std::fmt::Display) {
    // A closed pipe (`axcs runs | head`) is the reader's decision, not an error.
    let _ = writeln!(std::io::stdout(), "{}", lines_of(&text.to_string()));
}

/// A text behind `head`; where it does not fit the terminal, its other lines stand below the first.
pub fn beside(head: &str, text: &str) {
    let blank = " ".repeat(width(head));
    for (row, part) in fitting(text, width(head)).into_iter().enumerate() {
        let head = if row == 0 { head } else { &blank };
        line(format_args!("{head}{part}"));
    }
}

/// The lines of a text that begins behind so many cells. A pipe has room for everything.
#[cfg(feature = "console")]
fn fitting(text: &str, behind: usize) -> Vec<String> {
    const LEAST: usize = 20;
    match crate::console::terminal::columns() {
        Some(cells) => crate::console::words::wrap(text, cells.saturating_sub(behind).max(LEAST)),
        None => vec![text.to_owned()],
    }
}

#[cfg(not(feature = "console"))]
fn fitting(text: &str, _: usize) -> Vec<String> {
    vec![text.to_owned()]
}

/// Rows of a spreadsheet, as a file of its kind has them.
pub fn csv<R: AsRef<[u8]>>(rows: impl IntoIterator<Item = impl IntoIterator<Item = R>>) {
    let mut into = csv::Writer::from_writer(std::io::stdout());
    for row in rows {
        // A closed pipe is the reader's decision, not an error.
        let _ = into.write_record(row);
    }
    let _ = into.flush();
}

/// What another program reads, byte by byte.
pub fn as_it_is(bytes: &[u8]) {
    let _ = std::io::stdout().write_all(bytes);
}

/// One line beside the answer, for people.
pub fn note(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{}", lines_of(&text.to_string()));
}

/// What customers and other programs wrote must not command the terminal; line ends are the
/// caller's.
fn lines_of(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(clean).collect();
    lines.join("\n")
}

/// Text that stays on the line, to be written over by the next one.
pub fn over(text: &str) {
    let _ = write!(std::io::stderr(), "\r\x1b[K{text}");
    let _ = std::io::stderr().flush();
}

/// One JSON document.
pub fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => line(escaped(&text)),
        Err(error) => note(format_args!(
            "the answer cannot be written as JSON: {error}"
        )),
    }
}

/// One JSON document on one line.
pub fn json_line(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(escaped(&text)),
        Err(error) => note(format_args!("the event cannot be written as JSON: {error}")),
    }
}

/// JSON escapes the control characters of ASCII only; this does the same with those that `clean`
/// would take away. They stand nowhere but in texts.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\n' || is_harmless(character) {
            escaped.push(character);
        } else {
            escaped.push_str(&format!("\\u{:04x}", character as u32));
        }
    }
    escaped
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
    for text in table_lines(header, rows) {
        line(text);
    }
}

fn table_lines(header: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    // A cell is one line, whatever somebody wrote into it.
    let rows: Vec<Vec<Cow<'_, str>>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| clean(cell)).collect())
        .collect();
    let mut widths: Vec<usize> = header.iter().map(|cell| width(cell)).collect();
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let is_number: Vec<bool> = (0..header.len())
        .map(|column| {
            let has_digits =
                |row: &Vec<Cow<'_, str>>| row[column].bytes().any(|b| b.is_ascii_digit());
            rows.iter().all(|row| is_number(&row[column])) && rows.iter().any(has_digits)
        })
        .collect();
    let format = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for (column, cell) in cells.enumerate() {
            if column > 0 {
                text.push_str("  ");
            }
            let pad = " ".repeat(widths[column].saturating_sub(width(cell)));
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
    let mut lines = vec![format(&mut header.iter().copied())];
    for row in &rows {
        lines.push(format(&mut row.iter().map(AsRef::as_ref)));
    }
    lines
}

fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    digits
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
}

/// What there is to know of one thing, a line each; what has no value is left out.
pub fn facts(facts: &[(&str, String)]) {
    let told = || facts.iter().filter(|(_, value)| !value.is_empty());
    let widest = told().map(|(name, _)| width(name)).max().unwrap_or(0);
    for (name, value) in told() {
        line(format_args!("{name:widest$}  {}", clean(value)));
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
    local(at).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// `2026-11-20 02:14 EST`
pub fn minute(at: Timestamp) -> String {
    local(at).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// From `started` to `finished`.
pub fn between(started: Timestamp, finished: Timestamp) -> Duration {
    Duration::try_from(finished.duration_since(started)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_where_they_stand_in_a_terminal() {
        let rows = [
            ["李小龍", "1,204.50", "ok"],
            ["שלום", "7", "ok"],
            ["Zoe\u{308}", "-3.25", "ok"],
            ["evil\x1b[31m\nrow\u{202e}", "", "ok"],
        ]
        .map(|row| row.map(str::to_owned).to_vec());
        let lines = table_lines(&["NAME", "TOTAL", "STATE"], &rows);
        assert_eq!(
            lines,
            [
                "NAME               TOTAL  STATE",
                "李小龍          1,204.50  ok",
                "שלום                   7  ok",
                "Zoe\u{308}                -3.25  ok",
                "evil␛[31m␊row\u{fffd}            ok",
            ]
        );
    }

    #[test]
    fn json_says_what_a_terminal_would_obey_in_escapes() {
        let said = escaped(&serde_json::to_string("a\x1b\u{9b}\u{202e}é").unwrap());
        assert_eq!(said, r#""a\u001b\u009b\u202eé""#);
        assert_eq!(
            serde_json::from_str::<String>(&said).unwrap(),
            "a\x1b\u{9b}\u{202e}é"
        );
    }

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
