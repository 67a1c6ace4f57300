//! A gauge in one row of text, from eighths of cells or from ASCII.

use ratatui::text::Span;

use crate::console::theme::{Role, Theme};

/// A gauge `width` cells wide, `ratio` of it filled; outside 0 to 1 it is clamped.
pub fn spans(width: usize, ratio: f64, role: Role, theme: &Theme) -> Vec<Span<'static>> {
    let symbols = &theme.symbols;
    let (left, right) = symbols.gauge_ends;
    let inner = width.saturating_sub(left.len() + right.len());
    let steps = symbols.gauge_parts.len() + 1;
    let filled = (ratio.clamp(0.0, 1.0) * (inner * steps) as f64).floor() as usize;
    let (full, part) = (filled / steps, filled % steps);

    let mut bar = symbols.gauge_full.repeat(full);
    if part > 0 {
        bar.push_str(symbols.gauge_parts[part - 1]);
    }
    let rest = inner - full - usize::from(part > 0);
    let mut spans = Vec::with_capacity(4);
    if !left.is_empty() {
        spans.push(Span::styled(left, theme.style(Role::Dim)));
    }
    spans.push(Span::styled(bar, theme.style(role)));
    spans.push(Span::styled(
        symbols.gauge_empty.repeat(rest),
        theme.style(Role::Track),
    ));
    if !right.is_empty() {
        spans.push(Span::styled(right, theme.style(Role::Dim)));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::theme::{Depth, Palette, Symbols};

    fn drawn(width: usize, ratio: f64, symbols: &Symbols) -> String {
        let theme = Theme::new(Palette::Dark, Depth::Mono, *symbols).unwrap();
        spans(width, ratio, Role::Busy, &theme)
            .iter()
            .map(|span| span.content.as_ref())
            .collect()
    }

    #[test]
    fn every_ratio_fills_the_same_width() {
        for (width, ratio, unicode, ascii) in [
            (8, 0.0, "░░░░░░░░", "[......]"),
            (8, 0.5, "████░░░░", "[###...]"),
            (8, 0.55, "████▍░░░", "[###...]"),
            (8, 1.0, "████████", "[######]"),
            (8, 7.0, "████████", "[######]"),
            (8, f64::NAN, "░░░░░░░░", "[......]"),
            (0, 0.5, "", "[]"),
        ] {
            assert_eq!(drawn(width, ratio, &Symbols::UNICODE), unicode, "{ratio}");
            assert_eq!(drawn(width, ratio, &Symbols::ASCII), ascii, "{ratio}");
        }
    }
}
