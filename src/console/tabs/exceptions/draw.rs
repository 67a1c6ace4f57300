//! Draws the tab *Exceptions*: how many there are, those in sight, and on wide screens the
//! selected one beside them.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::sort::{ExceptionColumn, in_ledger, words as in_words};
use super::{ExceptionsTab, MOST_LISTED};
use crate::console::tabs::listing;
use crate::console::tabs::listing::columns::{fitting, heading, row};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::sheet::Page;
use crate::console::widgets::{exception, facts, report};
use crate::console::words;
use crate::model::exception::ExceptionEntry;
use crate::model::sort::Sort;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Last,
    Job,
    /// The stream of the record.
    Subject,
    Key,
    KeyLong,
    Tries,
    State,
    Text,
}

impl Column {
    /// What the list is sorted by under this heading.
    const fn sorts(self) -> Option<ExceptionColumn> {
        match self {
            Self::Last => Some(ExceptionColumn::Last),
            Self::Job => Some(ExceptionColumn::Job),
            Self::Key | Self::KeyLong => Some(ExceptionColumn::Record),
            Self::Tries => Some(ExceptionColumn::Tries),
            Self::State => Some(ExceptionColumn::State),
            Self::Text => Some(ExceptionColumn::Text),
            Self::Subject => None,
        }
    }
}

impl listing::columns::Column for Column {
    const WIDEST: Self = Self::Text;

    fn title(self) -> &'static str {
        match self {
            Self::Last => "Last",
            Self::Job => "Job",
            Self::Subject => "Stream",
            Self::Key | Self::KeyLong => "Record",
            Self::Tries => "Tries",
            Self::State => "State",
            Self::Text => "Text",
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Last | Self::State => 11,
            Self::Job | Self::Subject | Self::Key => 16,
            Self::KeyLong => 24,
            Self::Tries => 5,
            Self::Text => 20,
        }
    }
}

/// The columns for a width; those an operator misses least come last.
fn columns(width: usize) -> &'static [Column] {
    use Column as C;
    let plans: [&[C]; 4] = [
        &[
            C::Last,
            C::Job,
            C::Subject,
            C::KeyLong,
            C::Tries,
            C::State,
            C::Text,
        ],
        &[C::Last, C::Subject, C::Key, C::Tries, C::State, C::Text],
        &[C::Last, C::Subject, C::Key, C::State, C::Text],
        &[C::Last, C::Subject, C::Text],
    ];
    fitting(&plans, width)
}

/// Tells the tab how much of it is in sight.
pub fn lay_out(tab: &mut ExceptionsTab, area: Rect, theme: &Theme) {
    let rows = areas(tab, area, theme).rows.height;
    tab.listing.set_height(rows);
}

/// How far it is from the selected row to the one in this cell.
pub fn steps_to(tab: &ExceptionsTab, area: Rect, theme: &Theme, cell: Position) -> Option<isize> {
    let rows = areas(tab, area, theme).rows;
    tab.listing.steps_to(rows, cell)
}

fn areas(tab: &ExceptionsTab, area: Rect, theme: &Theme) -> listing::Areas {
    let head = |width| head(tab, width, theme).len();
    listing::areas(area, head, tab.filter.is_shown())
}

/// Draws the tab.
pub fn draw(tab: &ExceptionsTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let theme = page.theme;
    let areas = areas(tab, area, theme);
    let width = usize::from(areas.rows.width);
    frame.render_widget(Text::from(head(tab, width, theme)), areas.head);
    let plan = columns(width.saturating_sub(listing::BEFORE));
    let sorted =
        |column: Column| (column.sorts() == Some(tab.sort.by)).then_some(tab.sort.direction);
    frame.render_widget(heading(plan, width, theme, sorted), areas.heading);
    if let Some(trouble) = &tab.trouble {
        let inside = Page { width, ..page };
        let lines = report::exception_sections(trouble, inside);
        frame.render_widget(Text::from(lines), areas.rows);
    } else if tab.listing.is_empty() {
        let text = match (&tab.read, tab.filter.terms().is_empty()) {
            (None, _) => " The exceptions are being read.",
            (Some(_), false) => " No exception passes the filter.",
            (Some(_), true) if tab.with_closed => " There is no exception, open or closed.",
            (Some(_), true) => " There is no open exception.",
        };
        frame.render_widget(Line::styled(text, theme.style(Role::Dim)), areas.rows);
    } else {
        listing::draw_rows(&tab.listing, frame, areas.rows, theme, |entry, room| {
            spans(entry, plan, room, page)
        });
    }
    tab.filter.draw(frame, areas.filter, theme);
    if let Some(beside) = areas.beside {
        let page = listing::page_beside(beside.1, page);
        let lines = tab
            .listing
            .selected()
            .map(|entry| exception::lines(entry, page))
            .unwrap_or_default();
        listing::draw_beside(frame, beside, &lines.into(), theme);
    }
}

fn head(tab: &ExceptionsTab, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut parts = Vec::new();
    if let Some(read) = &tab.read {
        let role = if read.open > 0 {
            Role::Warn
        } else {
            Role::Good
        };
        let text = format!("{} open", words::count(read.open));
        parts.push(Span::styled(text, theme.style(role)));
        if !read.filter.terms.is_empty() {
            let text = format!(
                "{} of them listed by the filter",
                words::count(read.matching)
            );
            parts.push(Span::raw(text));
        }
    }
    let with_closed = tab
        .read
        .as_ref()
        .is_some_and(|read| read.filter.with_closed);
    parts.push(Span::raw(if tab.with_closed || with_closed {
        "closed ones too"
    } else {
        "closed ones left out"
    }));
    let is_whole = tab.listing.len() < MOST_LISTED;
    if !is_whole {
        let which = if in_ledger(tab.sort) == Sort::default() {
            "newest"
        } else {
            "first"
        };
        let text = format!("the {which} {MOST_LISTED} are listed");
        parts.push(Span::styled(text, theme.style(Role::Dim)));
    }
    if let Some(text) = in_words(tab.sort, is_whole) {
        parts.push(Span::raw(text));
    }
    if tab.listing.marked() > 0 {
        let text = format!("{} marked", tab.listing.marked());
        parts.push(Span::styled(text, theme.style(Role::Warn)));
    }
    facts::lines(parts, width, theme)
}

fn spans(
    entry: &ExceptionEntry,
    plan: &[Column],
    room: usize,
    page: Page<'_>,
) -> Vec<Span<'static>> {
    let theme = page.theme;
    let cut = theme.symbols.ellipsis;
    let plain = Style::new();
    row(plan, room, |column, width| match column {
        Column::Last => {
            let last = words::short_when(entry.last, page.now, page.zone);
            (words::fit(&last, width, cut), theme.style(Role::Dim))
        }
        Column::Job => (words::fit(entry.job.name(), width, cut), plain),
        // Of a run that failed there is no stream to name: its job stands for it.
        Column::Subject => {
            let name = entry
                .stream
                .map_or(entry.job.name(), |stream| stream.name());
            (words::fit(name, width, cut), plain)
        }
        Column::Key | Column::KeyLong => {
            let key = if entry.stream.is_none() {
                "the run"
            } else {
                &entry.key
            };
            (words::fit(key, width, cut), theme.style(Role::Title))
        }
        Column::Tries => (
            words::fit_right(&entry.attempts.to_string(), width, cut),
            plain,
        ),
        Column::State => {
            let (symbol, role) = exception::look(entry.state, theme);
            let text = format!("{symbol} {}", entry.state.name());
            (words::fit(&text, width, cut), theme.style(role))
        }
        Column::Text => {
            let text = entry.exception.to_string();
            (words::fit(&text, width, cut), plain)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_fit_from_60_cells_on_and_the_text_has_what_is_left() {
        for width in 60..300 {
            let room = width - listing::BEFORE;
            let plan = columns(room);
            assert_eq!(listing::columns::used(plan, room), room, "at {width}");
        }
        assert!(columns(78).contains(&Column::State));
    }
}
