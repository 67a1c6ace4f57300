//! A line of the log file, as the tracing library writes it, and as this program exports it.

use jiff::Timestamp;

use crate::model::RunId;
use crate::model::log::{Level, LogLine};

/// Reads a line. One that begins with no time goes on with the line `before` it.
pub fn parse(text: &str, before: Option<&LogLine>) -> LogLine {
    let whole = || -> Option<LogLine> {
        let (time, rest) = text.split_once(' ')?;
        let at: Timestamp = time.parse().ok()?;
        let (level, rest) = rest.trim_start().split_once(' ')?;
        let level = match level {
            "ERROR" => Level::Error,
            "WARN" => Level::Warning,
            "INFO" => Level::Info,
            "DEBUG" | "TRACE" => Level::Debug,
            _ => return None,
        };
        Some(LogLine {
            at,
            level,
            run: run_of(rest),
            text: message_of(rest).to_owned(),
        })
    };
    whole().unwrap_or_else(|| LogLine {
        at: before.map_or(Timestamp::UNIX_EPOCH, |line| line.at),
        level: before.map_or(Level::Info, |line| line.level),
        run: before.and_then(|line| line.run),
        text: text.to_owned(),
    })
}

/// The run of the spans around the message or of its fields: `run{run=118}: axcs::jobs: …`.
fn run_of(text: &str) -> Option<RunId> {
    text.match_indices("run=").find_map(|(at, _)| {
        let is_whole = at == 0 || text[..at].ends_with(['{', ' ']);
        let digits = &text[at + "run=".len()..];
        let end = digits
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(digits.len());
        digits[..end].parse().ok().map(RunId).filter(|_| is_whole)
    })
}

/// The text behind the spans and the module that wrote it.
fn message_of(text: &str) -> &str {
    let is_module = |part: &str| {
        let last = part.rsplit(' ').next().unwrap_or(part);
        !last.is_empty()
            && last
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "_:".contains(character))
    };
    let mut rest = text;
    // Spans first, each with its fields in braces, then the module.
    while let Some((span, after)) = rest.split_once("}: ").or_else(|| rest.split_once("}:")) {
        if !span.split('{').next().is_some_and(is_module) {
            break;
        }
        rest = after.trim_start();
    }
    match rest.split_once(": ") {
        Some((module, message)) if is_module(module) && !module.contains(' ') => message,
        Some(_) | None => rest,
    }
}

/// A line as it is exported and copied: time in UTC, level, run, text.
pub fn written(line: &LogLine) -> String {
    let run = line
        .run
        .map(|run| format!("run={run} "))
        .unwrap_or_default();
    let level = line.level.name().to_uppercase();
    format!("{:.6} {level:>7} {run}{}", line.at, line.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_library_is_taken_apart() {
        for (text, level, run, message) in [
            (
                "2026-11-29T11:46:26.123456Z  INFO axcs::jobs::runner: batch accepted stream=items",
                Level::Info,
                None,
                "batch accepted stream=items",
            ),
            (
                "2026-11-29T11:46:26.123456Z  WARN run{run=118 job=orders}: axcs::jobs: next try: in 8 s",
                Level::Warning,
                Some(RunId(118)),
                "next try: in 8 s",
            ),
            (
                "2026-11-29T11:46:26.123456Z ERROR axcs::jobs: failed {\"a\": 1} run=7",
                Level::Error,
                Some(RunId(7)),
                "failed {\"a\": 1} run=7",
            ),
            (
                "2026-11-29T11:46:26.123456Z DEBUG a{x=1}:b{run=9}: hyper: overrun=3",
                Level::Debug,
                Some(RunId(9)),
                "overrun=3",
            ),
        ] {
            let line = parse(text, None);
            let found = (line.level, line.run, line.text.as_str());
            assert_eq!(found, (level, run, message), "{text}");
        }
    }

    #[test]
    fn what_has_no_time_goes_on_with_the_line_before() {
        let first = parse("2026-11-29T11:46:26Z ERROR axcs: panicked run=7", None);
        let second = parse("  at src/main.rs:3", Some(&first));
        assert_eq!(
            (second.at, second.level, second.run),
            (first.at, first.level, first.run)
        );
        assert_eq!(second.text, "  at src/main.rs:3");
        assert_eq!(
            written(&first),
            "2026-11-29T11:46:26.000000Z   ERROR run=7 panicked run=7"
        );
        assert_eq!(parse(&written(&first), None).level, Level::Error);
    }
}
