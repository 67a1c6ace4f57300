//! The columns of a list: which of them fit, how wide each is, their heading, and a row of cells.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::BEFORE;
use crate::console::theme::{Role, Theme};
use crate::console::words;
use crate::model::sort::Direction;

/// A column of a list.
pub trait Column: Copy + PartialEq + 'static {
    /// The one that takes what the others leave.
    const WIDEST: Self;

    /// Its name.
    fn title(self) -> &'static str;

    /// The least cells it takes.
    fn width(self) -> usize;

    /// True where it holds numbers, which stand at its right end.
    fn is_number(self) -> bool {
        false
    }
}

/// The first of the plans that fits in `width`, else the last one.
pub fn fitting<C: Column>(plans: &[&'static [C]], width: usize) -> &'static [C] {
    let fits = plans.iter().find(|plan| cells(plan) <= width);
    fits.or(plans.last()).copied().unwrap_or_default()
}

/// Cells of a row with a blank between each two columns.
fn cells<C: Column>(plan: &[C]) -> usize {
    let columns: usize = plan.iter().map(|column| column.width() + 1).sum();
    columns.saturating_sub(1)
}

/// Cells of a column where the row has `room`.
pub fn width_of<C: Column>(column: C, plan: &[C], room: usize) -> usize {
    if column == C::WIDEST {
        column.width() + room.saturating_sub(cells(plan))
    } else {
        column.width()
    }
}

/// The names of the columns, over rows of `width` cells; that by which the rows are sorted has an
/// arrow.
pub fn heading<C: Column>(
    plan: &[C],
    width: usize,
    theme: &Theme,
    sorted: impl Fn(C) -> Option<Direction>,
) -> Line<'static> {
    let room = width.saturating_sub(BEFORE);
    let mut text = " ".repeat(BEFORE);
    for column in plan {
        let width = width_of(*column, plan, room);
        let mut title = column.title().to_owned();
        title.push_str(match sorted(*column) {
            Some(Direction::Down) => theme.symbols.down,
            Some(Direction::Up) => theme.symbols.up,
            None => "",
        });
        let over = words::width(&title).saturating_sub(width);
        // The arrow takes the blank where the name fills its column.
        let gap = " ".repeat(1_usize.saturating_sub(over));
        text.push_str(&if column.is_number() {
            format!("{title:>width$}{gap}")
        } else {
            format!("{title:<width$}{gap}")
        });
    }
    Line::styled(text, theme.style(Role::Dim))
}

/// A row: what `cell` answers for each column and its width, with a blank behind it.
pub fn row<C: Column>(
    plan: &[C],
    room: usize,
    cell: impl Fn(C, usize) -> (String, Style),
) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for column in plan {
        let (text, style) = cell(*column, width_of(*column, plan, room));
        spans.extend(words::spans(&text, style));
        spans.push(Span::raw(" "));
    }
    spans
}

/// Cells that a whole row of the plan takes where it has `room`.
#[cfg(test)]
pub fn used<C: Column>(plan: &[C], room: usize) -> usize {
    let cells = plan.iter().map(|column| width_of(*column, plan, room) + 1);
    cells.sum::<usize>() - 1
}
