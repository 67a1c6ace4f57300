//! A long text of which only the rows in sight are made, and the pieces that such texts share.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::console::theme::{Role, Theme};
use crate::console::words;

/// Cells of the names before the facts.
const NAME_CELLS: usize = 14;

/// Where and when it is told.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Cells from side to side.
    pub width: usize,
    /// Now.
    pub now: Timestamp,
    /// The operator's zone.
    pub zone: &'a TimeZone,
    /// Looks.
    pub theme: &'a Theme,
}

/// The text: what is always short before and behind what may be long.
pub struct Sheet<'a> {
    head: Vec<Line<'static>>,
    middle: usize,
    row: Box<dyn Fn(usize) -> Line<'static> + 'a>,
    tail: Vec<Line<'static>>,
}

impl fmt::Debug for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet")
            .field("rows", &self.len())
            .finish_non_exhaustive()
    }
}

impl From<Vec<Line<'static>>> for Sheet<'_> {
    fn from(head: Vec<Line<'static>>) -> Self {
        Self::new(head, 0, |_| Line::default(), Vec::new())
    }
}

impl<'a> Sheet<'a> {
    /// A text with `middle` rows between head and tail, each made when it is in sight.
    pub fn new(
        head: Vec<Line<'static>>,
        middle: usize,
        row: impl Fn(usize) -> Line<'static> + 'a,
        tail: Vec<Line<'static>>,
    ) -> Self {
        Self {
            head,
            middle,
            row: Box::new(row),
            tail,
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.head.len() + self.middle + self.tail.len()
    }

    /// At most `height` rows from the row `first` on.
    pub fn rows(&self, first: usize, height: usize) -> Vec<Line<'static>> {
        let end = (first + height).min(self.len());
        let below = self.head.len() + self.middle;
        (first..end)
            .filter_map(|at| {
                if at < self.head.len() {
                    self.head.get(at).cloned()
                } else if at < below {
                    Some((self.row)(at - self.head.len()))
                } else {
                    self.tail.get(at - below).cloned()
                }
            })
            .collect()
    }
}

/// A blank row and a heading.
pub fn heading(text: &'static str, page: Page<'_>) -> [Line<'static>; 2] {
    [
        Line::default(),
        Line::styled(text, page.theme.style(Role::Title)),
    ]
}

/// A name and its text, wrapped below itself where it is long.
pub fn fact(name: &'static str, text: &str, style: Style, page: Page<'_>) -> Vec<Line<'static>> {
    words::wrap(text, page.width.saturating_sub(NAME_CELLS))
        .into_iter()
        .enumerate()
        .map(|(index, line)| {
            let name = if index == 0 { name } else { "" };
            Line::from(vec![
                Span::styled(format!("{name:<NAME_CELLS$}"), page.theme.style(Role::Dim)),
                Span::styled(line, style),
            ])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn only_the_rows_in_sight_are_made() {
        let made = Cell::new(0);
        let sheet = Sheet::new(
            vec![Line::raw("head")],
            1_000_000,
            |row| {
                made.set(made.get() + 1);
                Line::raw(row.to_string())
            },
            vec![Line::raw("tail")],
        );
        let text = |first, height| {
            sheet
                .rows(first, height)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(sheet.len(), 1_000_002);
        assert_eq!(text(0, 3), ["head", "0", "1"]);
        assert_eq!(text(1_000_000, 9), ["999999", "tail"]);
        assert_eq!(made.get(), 3);
    }
}
