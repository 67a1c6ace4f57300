//! The last runs of a job in one row, a cell each, oldest first: how long it took where it ended
//! well, else the symbol of how it ended.

use jiff::SignedDuration;
use ratatui::text::Span;

use super::report;
use crate::console::theme::{Role, Theme};
use crate::model::RunStatus;
use crate::model::history::PastRun;

/// The newest `width` of the runs, which come newest first.
pub fn spans(runs: &[PastRun], width: usize, theme: &Theme) -> Vec<Span<'static>> {
    let runs = &runs[..runs.len().min(width)];
    let ended = runs.iter().filter(|run| run.status == RunStatus::Ended);
    let longest = ended.filter_map(|run| run.took).max();
    let cell = |run: &PastRun| {
        let (symbol, role) = report::look(run.status, theme);
        match run.status {
            RunStatus::Ended => Span::styled(
                bar(run.took, longest, theme.symbols.bars),
                theme.style(Role::Good),
            ),
            RunStatus::Executing | RunStatus::Error | RunStatus::Canceled => {
                Span::styled(symbol, theme.style(role))
            }
        }
    };
    runs.iter().rev().map(cell).collect()
}

/// The bar of a run beside the longest one.
fn bar(
    took: Option<SignedDuration>,
    longest: Option<SignedDuration>,
    bars: &'static [&'static str],
) -> &'static str {
    let seconds = |span: Option<SignedDuration>| span.map_or(0.0, |span| span.as_secs_f64());
    let ratio = seconds(took) / seconds(longest).max(f64::MIN_POSITIVE);
    let last = bars.len().saturating_sub(1);
    let place = (ratio * bars.len() as f64).ceil() as usize;
    bars.get(place.saturating_sub(1).min(last))
        .copied()
        .unwrap_or(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::theme::{Depth, Palette, Symbols};
    use crate::model::RunId;
    use RunStatus::{Canceled, Ended, Error};
    use jiff::Timestamp;

    fn drawn(runs: &[(RunStatus, i64)], width: usize, symbols: &Symbols) -> String {
        let theme = Theme::new(Palette::Dark, Depth::Mono, *symbols).unwrap();
        let runs: Vec<PastRun> = runs
            .iter()
            .map(|(status, seconds)| PastRun {
                run: RunId(1),
                status: *status,
                started: Timestamp::UNIX_EPOCH,
                took: Some(SignedDuration::from_secs(*seconds)),
            })
            .collect();
        let spans = spans(&runs, width, &theme);
        spans.iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn the_oldest_stands_left_and_failures_are_seen_without_colour() {
        // Newest first.
        let runs = [
            (Ended, 80),
            (Error, 900),
            (Ended, 40),
            (Canceled, 1),
            (Ended, 1),
            (Ended, 0),
        ];
        assert_eq!(drawn(&runs, 30, &Symbols::UNICODE), "▁▁■▄✘█");
        assert_eq!(drawn(&runs, 30, &Symbols::ASCII), "__-:X#");
        assert_eq!(drawn(&runs, 2, &Symbols::UNICODE), "✘█");
        assert_eq!(drawn(&[], 30, &Symbols::UNICODE), "");
        assert_eq!(drawn(&[(Ended, 0)], 30, &Symbols::UNICODE), "▁");
    }
}
