//! Draws a list: what is in sight of it, and the place beside it for the selected record.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span, Text};

use super::{Keyed, Listing};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::sheet::{Page, Sheet};

/// From this width on the selected record stands beside the list.
const WIDE: u16 = 120;
/// Cells of the list beside it, at least and at most.
const LIST: (u16, u16) = (79, 94);

/// Cells before the columns of a row: selection and mark.
pub const BEFORE: usize = 2;

/// The parts of a tab that is a list.
#[derive(Clone, Copy, Debug)]
pub struct Areas {
    /// Facts about the list.
    pub head: Rect,
    /// The names of the columns.
    pub heading: Rect,
    /// The rows.
    pub rows: Rect,
    /// The filter.
    pub filter: Rect,
    /// The rule beside the list and the selected record; none where there is no room.
    pub beside: Option<(Rect, Rect)>,
}

/// True where the selected record stands beside a list in this area.
pub const fn is_wide(area: Rect) -> bool {
    area.width >= WIDE
}

/// Divides the area of a tab; `head` answers how many rows the facts take at a width.
pub fn areas(area: Rect, head: impl FnOnce(usize) -> usize, has_filter: bool) -> Areas {
    let (list, beside) = if is_wide(area) {
        let [list, bar, beside] = Layout::horizontal([
            Constraint::Length((area.width / 8 * 5).clamp(LIST.0, LIST.1)),
            Constraint::Length(1),
            Constraint::Min(0),
        ])
        .areas(area);
        (list, Some((bar, beside)))
    } else {
        (area, None)
    };
    let [head, heading, rows, filter] = Layout::vertical([
        Constraint::Length(head(usize::from(list.width)) as u16),
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(u16::from(has_filter)),
    ])
    .areas(list);
    Areas {
        head,
        heading,
        rows,
        filter,
        beside,
    }
}

/// Draws the rows in sight; `columns` makes those of one record for a number of cells.
pub fn draw_rows<T: Keyed>(
    listing: &Listing<T>,
    frame: &mut Frame<'_>,
    area: Rect,
    theme: &Theme,
    columns: impl Fn(&T, usize) -> Vec<Span<'static>>,
) {
    let room = usize::from(area.width).saturating_sub(BEFORE);
    for (seen, y) in listing.in_sight().zip(area.top()..area.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        let selected = if seen.is_selected {
            theme.symbols.selected
        } else {
            " "
        };
        let marked = if seen.is_marked {
            theme.symbols.marked
        } else {
            " "
        };
        let mut spans = vec![
            Span::styled(selected, theme.style(Role::Accent)),
            Span::styled(marked, theme.style(Role::Warn)),
        ];
        spans.extend(columns(seen.row, room));
        frame.render_widget(Line::from(spans), row);
        if seen.is_selected {
            frame
                .buffer_mut()
                .set_style(row, theme.style(Role::Selection));
        }
    }
}

/// Draws the selected record beside the list, and says what is left out.
pub fn draw_beside(frame: &mut Frame<'_>, areas: (Rect, Rect), sheet: &Sheet<'_>, theme: &Theme) {
    let (bar, area) = areas;
    let side = vec![Line::raw(theme.symbols.bar); usize::from(bar.height)];
    frame.render_widget(Text::from(side).style(theme.style(Role::Dim)), bar);
    let inside = inside(area);
    let height = usize::from(inside.height);
    let mut rows = sheet.rows(0, height);
    if sheet.len() > height && height > 0 {
        rows.pop();
        let left = sheet.len() - rows.len();
        let more = crate::console::words::counted(left as u64, "more line", "more lines");
        let text = format!("{} {more}", theme.symbols.ellipsis);
        rows.push(Line::styled(text, theme.style(Role::Dim)));
    }
    frame.render_widget(Text::from(rows), inside);
}

/// The page of the record beside a list.
pub fn page_beside(area: Rect, page: Page<'_>) -> Page<'_> {
    Page {
        width: usize::from(inside(area).width),
        ..page
    }
}

const fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    }
}
