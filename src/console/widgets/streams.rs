//! The streams of a run as a table that shows more columns where there is more room.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::gauge;
use crate::console::theme::{Role, Theme};
use crate::console::words;
use crate::model::run::{Phase, RunStatus, StreamProgress};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Stream,
    Phase,
    Gauge,
    Percent,
    Total,
    Enumerated,
    Sent,
    Unchanged,
    Quarantined,
    QuarantinedLong,
    Bytes,
    Time,
}

impl Column {
    const fn title(self) -> &'static str {
        match self {
            Self::Stream => "Stream",
            Self::Phase => "Phase",
            Self::Gauge | Self::Percent => "",
            Self::Total => "Total",
            Self::Enumerated => "Enumerated",
            Self::Sent => "Sent",
            Self::Unchanged => "Unchanged",
            Self::Quarantined => "Quar.",
            Self::QuarantinedLong => "Quarantined",
            Self::Bytes => "Bytes",
            Self::Time => "Time",
        }
    }

    const fn width(self) -> usize {
        match self {
            Self::Stream => 21,
            Self::Phase => 12,
            Self::Gauge | Self::Enumerated | Self::Time => 10,
            Self::Percent => 5,
            Self::Total | Self::Sent | Self::Unchanged | Self::Bytes => 9,
            Self::Quarantined => 6,
            Self::QuarantinedLong => 11,
        }
    }

    const fn is_text(self) -> bool {
        matches!(self, Self::Stream | Self::Phase | Self::Gauge)
    }
}

/// The columns for a width; those an operator misses least come last.
fn columns(width: usize) -> Vec<Column> {
    use Column as C;
    let plans: [&[C]; 6] = [
        &[
            C::Stream,
            C::Phase,
            C::Gauge,
            C::Percent,
            C::Total,
            C::Enumerated,
            C::Sent,
            C::Unchanged,
            C::QuarantinedLong,
            C::Bytes,
            C::Time,
        ],
        &[
            C::Stream,
            C::Phase,
            C::Gauge,
            C::Percent,
            C::Total,
            C::Enumerated,
            C::Sent,
            C::Unchanged,
            C::Quarantined,
            C::Bytes,
        ],
        &[
            C::Stream,
            C::Phase,
            C::Gauge,
            C::Percent,
            C::Total,
            C::Sent,
            C::Unchanged,
            C::Quarantined,
            C::Bytes,
        ],
        &[
            C::Stream,
            C::Phase,
            C::Percent,
            C::Total,
            C::Sent,
            C::Unchanged,
            C::Quarantined,
        ],
        &[
            C::Stream,
            C::Phase,
            C::Percent,
            C::Sent,
            C::Unchanged,
            C::Quarantined,
        ],
        &[C::Stream, C::Phase, C::Percent, C::Sent],
    ];
    plans
        .into_iter()
        .find(|plan| plan.iter().map(|column| column.width() + 1).sum::<usize>() <= width)
        .unwrap_or(plans[5])
        .to_vec()
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
    /// Looks.
    pub theme: &'a Theme,
}

/// A heading, a line for each stream, and one below it that says why it is read whole.
pub fn lines(streams: &[StreamProgress], view: View<'_>) -> Vec<Line<'static>> {
    let columns = columns(view.width);
    let mut lines = vec![heading(&columns, view.theme)];
    for stream in streams {
        lines.push(row(&columns, stream, view));
        if let Some(reason) = &stream.reload {
            let text = format!("  {} read whole: {reason}", view.theme.symbols.reload);
            lines.push(Line::styled(
                words::cut(&text, view.width, view.theme.symbols.ellipsis),
                view.theme.style(Role::Warn),
            ));
        }
    }
    lines
}

fn heading(columns: &[Column], theme: &Theme) -> Line<'static> {
    let mut text = String::new();
    for column in columns {
        let (title, width) = (column.title(), column.width());
        // Writing to a String cannot fail.
        let _ = if column.is_text() {
            write!(text, " {title:<width$}")
        } else {
            write!(text, " {title:>width$}")
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
    for column in columns {
        spans.push(Span::raw(" "));
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
            Column::Stream => Span::styled(format!("{:<width$}", stream.stream.title()), plain),
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
    fn the_columns_fit_from_60_cells_on_and_never_get_fewer_with_more_room() {
        let mut before = 0;
        for width in 60..300 {
            let columns = columns(width);
            let used: usize = columns.iter().map(|column| column.width() + 1).sum();
            assert!(used <= width, "{used} > {width}");
            assert!(columns.len() >= before);
            before = columns.len();
        }
        assert!(columns(80).contains(&Column::Quarantined));
    }
}
