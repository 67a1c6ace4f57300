//! The streams of a run as a table that shows more columns where there is more room.

mod columns;

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use self::columns::{Column, columns};
use super::gauge;
use crate::console::theme::{Role, Theme};
use crate::console::words;
use crate::model::Stream;
use crate::model::run::{Phase, RunStatus, StreamProgress};
use crate::model::stream::Direction;

/// Cells of a gauge in a row of its own.
const GAUGE_BELOW: usize = 36;

/// How fast a stream goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// The stream.
    pub stream: Stream,
    /// Records in a second.
    pub rate: u64,
    /// How long what is left will take; none while nobody can tell.
    pub left: Option<SignedDuration>,
}

/// What the table needs to know besides the streams.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// How the run stands.
    pub status: RunStatus,
    /// Cells from side to side.
    pub width: usize,
    /// Now, for the time of streams under way.
    pub now: Timestamp,
    /// How fast streams under way go.
    pub speeds: &'a [Speed],
    /// Looks.
    pub theme: &'a Theme,
}

impl View<'_> {
    fn is_live(&self) -> bool {
        self.status == RunStatus::Executing
    }

    /// How fast a stream goes, where it is under way.
    fn speed_of(&self, stream: &StreamProgress) -> Option<Speed> {
        let is_under_way = !matches!(stream.phase, Phase::Pending | Phase::Done);
        let of_it = |speed: &&Speed| is_under_way && speed.stream == stream.stream;
        self.speeds.iter().find(of_it).copied()
    }
}

/// A heading, a line for each stream, and below it how fast it goes, where no column tells that, and
/// why it is read whole.
pub fn lines(streams: &[StreamProgress], view: View<'_>) -> Vec<Line<'static>> {
    let columns = columns(view.width, view.is_live());
    let mut lines = vec![heading(&columns, streams, view.theme)];
    for stream in streams {
        lines.push(row(&columns, stream, view));
        lines.extend(moves(&columns, stream, view));
        lines.extend(reload(stream, view));
    }
    lines
}

/// The table in at most `height` rows: where it is longer, the streams most worth a look in their
/// order, and a last line that counts the others; `more` says how all of them are seen.
pub fn lines_within(
    streams: &[StreamProgress],
    height: usize,
    more: &str,
    view: View<'_>,
) -> Vec<Line<'static>> {
    let all = lines(streams, view);
    if all.len() <= height || height < 3 {
        return all;
    }
    let mut by_interest: Vec<usize> = (0..streams.len()).collect();
    by_interest.sort_by_key(|index| interest(*index, streams));
    // The heading and the last line take one row each; a reason and how fast it goes, where they are
    // shown, another.
    let mut room = height - 2;
    let mut shown = vec![false; streams.len()];
    let columns = columns(view.width, view.is_live());
    for index in by_interest {
        let stream = &streams[index];
        let moves = moves(&columns, stream, view).is_some();
        let needed = 1 + usize::from(tells_reason(stream)) + usize::from(moves);
        if needed > room {
            break;
        }
        room -= needed;
        shown[index] = true;
    }
    let mut lines = vec![heading(&columns, streams, view.theme)];
    let (mut done, mut pending) = (0_u64, 0_u64);
    for (stream, shown) in streams.iter().zip(shown) {
        if shown {
            lines.push(row(&columns, stream, view));
            lines.extend(moves(&columns, stream, view));
            if tells_reason(stream) {
                lines.extend(reload(stream, view));
            }
        } else if stream.phase == Phase::Pending {
            pending += 1;
        } else {
            done += 1;
        }
    }
    let mut parts = Vec::new();
    if done > 0 {
        parts.push(format!("{done} done"));
    }
    if pending > 0 {
        parts.push(format!("{pending} pending"));
    }
    let text = format!(
        "{} {}: {}{more}",
        view.theme.symbols.ellipsis,
        words::counted(done + pending, "more stream", "more streams"),
        parts.join(", ")
    );
    lines.push(Line::styled(
        words::cut(&text, view.width, view.theme.symbols.ellipsis),
        view.theme.style(Role::Dim),
    ));
    lines
}

/// Why a stream is read whole is told on a small screen only while it is.
fn tells_reason(stream: &StreamProgress) -> bool {
    stream.reload.is_some() && !matches!(stream.phase, Phase::Pending | Phase::Done)
}

/// The smaller, the more worth a look; of equal ones the first.
fn interest(index: usize, streams: &[StreamProgress]) -> u8 {
    let stream = &streams[index];
    let counts = &stream.counts;
    let is_next = || {
        streams[..index]
            .iter()
            .all(|before| before.phase != Phase::Pending)
    };
    match stream.phase {
        Phase::Settling | Phase::Sending | Phase::Committing => 0,
        Phase::Done if counts.quarantined > 0 => 1,
        Phase::Pending if is_next() => 2,
        Phase::Done if counts.acknowledged > 0 => 3,
        Phase::Done => 4,
        Phase::Pending => 5,
    }
}

/// `████▍░░░ 6,681 records/s, 35 s left`, where the columns do not tell it.
fn moves(columns: &[Column], stream: &StreamProgress, view: View<'_>) -> Option<Line<'static>> {
    let speed = view.speed_of(stream)?;
    if columns.contains(&Column::Rate) {
        return None;
    }
    let theme = view.theme;
    let mut spans = vec![Span::raw("  ")];
    if let Some(total) = stream.total.filter(|total| *total > 0) {
        let ratio = stream.counts.settled() as f64 / total as f64;
        let (_, role) = phase_look(stream.phase, view.status, theme);
        spans.extend(gauge::spans(GAUGE_BELOW, ratio, role, theme));
    }
    let mut text = format!("  {} records/s", words::count(speed.rate));
    if let Some(left) = speed.left {
        let _ = write!(text, ", {} left", words::whole_duration(left));
    }
    spans.push(Span::styled(text, theme.style(Role::Dim)));
    Some(Line::from(spans))
}

fn reload(stream: &StreamProgress, view: View<'_>) -> Option<Line<'static>> {
    let reason = stream.reload.as_ref()?;
    let symbols = &view.theme.symbols;
    let text = format!("  {} read whole: {reason}", symbols.reload);
    Some(Line::styled(
        words::cut(&text, view.width, symbols.ellipsis),
        view.theme.style(Role::Warn),
    ))
}

fn heading(columns: &[Column], streams: &[StreamProgress], theme: &Theme) -> Line<'static> {
    let mut text = String::new();
    for (index, column) in columns.iter().enumerate() {
        let (title, width) = (column.title(streams), column.width());
        let gap = if index == 0 { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = if column.is_text() {
            write!(text, "{gap}{title:<width$}")
        } else {
            write!(text, "{gap}{title:>width$}")
        };
    }
    Line::styled(text, theme.style(Role::Dim))
}

fn row(columns: &[Column], stream: &StreamProgress, view: View<'_>) -> Line<'static> {
    let theme = view.theme;
    let (symbol, role) = phase_look(stream.phase, view.status, theme);
    let counts = &stream.counts;
    let done = stream.phase == Phase::Done;
    let ratio = match stream.total {
        Some(total) if total > 0 => Some(counts.settled() as f64 / total as f64),
        Some(_) | None => done.then_some(1.0),
    };
    let started = stream.phase != Phase::Pending;
    let plain = if started {
        Style::new()
    } else {
        theme.style(Role::Dim)
    };

    let mut spans = Vec::with_capacity(columns.len() * 2);
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            spans.push(Span::raw(" "));
        }
        let width = column.width();
        let number = |number: u64| {
            let text = if started {
                words::count_within(number, width)
            } else {
                String::new()
            };
            Span::styled(format!("{text:>width$}"), plain)
        };
        spans.push(match column {
            Column::Stream => {
                let way = match stream.stream.direction() {
                    Direction::Up => theme.symbols.up,
                    Direction::Down => theme.symbols.down,
                };
                let title = format!("{way} {}", stream.stream.title());
                Span::styled(format!("{title:<width$}"), plain)
            }
            Column::Phase => Span::styled(
                format!("{:<width$}", format!("{symbol} {}", stream.phase.name())),
                theme.style(role),
            ),
            Column::Gauge => {
                match ratio.filter(|_| started) {
                    Some(ratio) => spans.extend(gauge::spans(width, ratio, role, theme)),
                    None => spans.push(Span::raw(" ".repeat(width))),
                }
                continue;
            }
            Column::Percent => {
                let text = ratio
                    .filter(|_| started)
                    .map(|ratio| words::percent(ratio, done))
                    .unwrap_or_default();
                Span::styled(format!("{text:>width$}"), plain)
            }
            Column::Total => {
                let text = stream
                    .total
                    .map(|total| words::count_within(total, width))
                    .unwrap_or_default();
                Span::styled(format!("{text:>width$}"), plain)
            }
            Column::Enumerated => number(counts.enumerated),
            Column::Sent => number(counts.acknowledged),
            Column::Unchanged => number(counts.unchanged),
            Column::Quarantined | Column::QuarantinedLong => {
                let style = if counts.quarantined > 0 {
                    theme.style(Role::Warn)
                } else {
                    plain
                };
                number(counts.quarantined).style(style)
            }
            Column::Bytes => {
                let text = if started {
                    words::bytes(counts.payload_bytes)
                } else {
                    String::new()
                };
                Span::styled(format!("{text:>width$}"), plain)
            }
            Column::Rate => {
                let rate = view.speed_of(stream).map(|speed| speed.rate);
                let text = rate.map(|rate| words::count_within(rate, width));
                Span::styled(format!("{:>width$}", text.unwrap_or_default()), plain)
            }
            Column::Left => {
                let left = view.speed_of(stream).and_then(|speed| speed.left);
                let text = left.map(words::whole_duration).unwrap_or_default();
                Span::styled(format!("{text:>width$}"), plain)
            }
            Column::Time => Span::styled(
                format!("{:>width$}", time(stream, view).unwrap_or_default()),
                plain,
            ),
        });
    }
    Line::from(spans)
}

fn time(stream: &StreamProgress, view: View<'_>) -> Option<String> {
    let started = stream.started?;
    let live = view.status == RunStatus::Executing;
    let until = stream.finished.or_else(|| live.then_some(view.now))?;
    let span: SignedDuration = until.duration_since(started);
    Some(if live && stream.finished.is_none() {
        words::whole_duration(span)
    } else {
        words::duration(span)
    })
}

/// A stream that is neither pending nor done in a run that is over is where the run stopped.
fn phase_look(phase: Phase, status: RunStatus, theme: &Theme) -> (&'static str, Role) {
    let symbols = &theme.symbols;
    match phase {
        Phase::Pending => (symbols.waiting, Role::Dim),
        Phase::Done => (symbols.ended, Role::Good),
        Phase::Settling | Phase::Sending | Phase::Committing => match status {
            RunStatus::Executing => (symbols.executing, Role::Busy),
            RunStatus::Ended => (symbols.ended, Role::Good),
            RunStatus::Error => (symbols.error, Role::Bad),
            RunStatus::Canceled => (symbols.canceled, Role::Warn),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_with_too_little_room_shows_what_is_under_way_and_counts_the_rest() {
        let mut streams: Vec<StreamProgress> = crate::model::Stream::ALL
            .into_iter()
            .map(StreamProgress::pending)
            .collect();
        for stream in &mut streams[..6] {
            stream.phase = Phase::Done;
        }
        streams[2].counts.quarantined = 3;
        streams[6].phase = Phase::Sending;
        let theme = Theme::new(
            crate::console::theme::Palette::Dark,
            crate::console::theme::Depth::Mono,
            crate::console::theme::Symbols::ASCII,
        )
        .unwrap();
        let view = View {
            status: RunStatus::Executing,
            width: 76,
            now: Timestamp::UNIX_EPOCH,
            speeds: &[],
            theme: &theme,
        };
        let text = |height| {
            lines_within(&streams, height, " (enter)", view)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        let rows = text(5);
        assert_eq!(rows.len(), 5);
        assert!(rows[1].starts_with("^ Dimension groups"), "{rows:?}");
        assert!(rows[2].starts_with("^ Items and variants"), "{rows:?}");
        assert!(rows[3].starts_with("^ Trade agreements"), "{rows:?}");
        assert_eq!(rows[4], "~ 10 more streams: 5 done, 5 pending (enter)");
        assert_eq!(text(14).len(), 14);
        for height in 3..20 {
            assert!(text(height).len() <= height);
        }
    }
}
