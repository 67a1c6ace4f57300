//! Short facts in a row, in as many rows as they need.

use ratatui::text::{Line, Span};

use crate::console::theme::{Role, Theme};
use crate::console::words;

/// The facts with a dot between each two, broken between facts where a row is full.
pub fn lines(facts: Vec<Span<'static>>, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let dot = format!(" {} ", theme.symbols.dot);
    let mut lines = Vec::new();
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for fact in facts {
        let needed = words::width(&fact.content);
        if spans.len() > 1 {
            if used + 3 + needed > width {
                lines.push(Line::from(std::mem::replace(
                    &mut spans,
                    vec![Span::raw(" ")],
                )));
                used = 1;
            } else {
                spans.push(Span::styled(dot.clone(), theme.style(Role::Dim)));
                used += 3;
            }
        }
        used += needed;
        spans.push(fact);
    }
    lines.push(Line::from(spans));
    lines
}
