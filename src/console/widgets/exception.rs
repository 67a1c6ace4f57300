//! Everything about one exception as lines of text.

use ratatui::style::Style;
use ratatui::text::Line;

use super::report;
use super::sheet::{self, Page, fact};
use crate::console::theme::{Role, Theme};
use crate::console::words;
use crate::model::exception::{ExceptionEntry, ExceptionState};

/// Symbol and colour of a state.
pub fn look(state: ExceptionState, theme: &Theme) -> (&'static str, Role) {
    let symbols = &theme.symbols;
    match state {
        ExceptionState::Open => (symbols.error, Role::Bad),
        ExceptionState::Retrying => (symbols.reload, Role::Busy),
        ExceptionState::Resolved => (symbols.ended, Role::Dim),
        ExceptionState::Cleared => (symbols.ended, Role::Good),
    }
}

/// The whole report.
pub fn lines(entry: &ExceptionEntry, page: Page<'_>) -> Vec<Line<'static>> {
    let theme = page.theme;
    let (symbol, role) = look(entry.state, theme);
    let plain = Style::new();
    let state = format!(
        "{symbol} {}, tried {}",
        entry.state.name(),
        words::counted(u64::from(entry.attempts), "time", "times")
    );
    let mut lines = fact("State", &state, theme.style(role), page);
    lines.extend(fact("Job", entry.job.ax_name(), plain, page));
    match entry.stream {
        Some(stream) => {
            lines.extend(fact("Stream", stream.title(), plain, page));
            lines.extend(fact("Record", &entry.key, plain, page));
        }
        None => lines.extend(fact("Stream", "none: the run itself failed", plain, page)),
    }
    if !entry.field.is_empty() {
        lines.extend(fact("Field", &entry.field, plain, page));
    }
    lines.extend(fact("Code", &entry.code, plain, page));
    for (name, at) in [("First", entry.first), ("Last", entry.last)] {
        let when = words::when(at, page.now, page.zone);
        lines.extend(fact(name, &when, plain, page));
    }
    if !entry.note.is_empty() {
        lines.extend(sheet::heading("Note", page));
        for line in words::wrap(&entry.note, page.width.saturating_sub(2)) {
            lines.push(Line::raw(format!("  {line}")));
        }
    }
    lines.extend(report::exception_sections(&entry.exception, page));
    lines
}
