//! Draws the tab *Orders*: the numbers of each kind, the orders in sight, and on wide screens the
//! selected one beside them.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::sort::{OrderColumn, in_ledger, words as in_words};
use super::{MOST_LISTED, OrdersTab};
use crate::console::tabs::listing;
use crate::console::tabs::listing::columns::{fitting, heading, row};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::order::{self, look, marks, marks_in_words};
use crate::console::widgets::sheet::Page;
use crate::console::widgets::{facts, report};
use crate::console::words;
use crate::model::sort::Sort;
use crate::model::staged::{OrderCounts, OrderRow, OrderView};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Age,
    State,
    /// The state where there is little room.
    StateShort,
    Number,
    NumberLong,
    Store,
    Customer,
    Total,
    SalesOrder,
    /// A letter for each mark.
    Marks,
    /// The words of the marks.
    MarksLong,
}

impl Column {
    /// What the list is sorted by under this heading.
    const fn sorts(self) -> Option<OrderColumn> {
        match self {
            Self::Age => Some(OrderColumn::Age),
            Self::State | Self::StateShort => Some(OrderColumn::State),
            Self::Number | Self::NumberLong => Some(OrderColumn::Number),
            Self::Store => Some(OrderColumn::Store),
            Self::Customer => Some(OrderColumn::Customer),
            Self::Total => Some(OrderColumn::Total),
            Self::SalesOrder => Some(OrderColumn::SalesOrder),
            Self::Marks | Self::MarksLong => None,
        }
    }
}

impl listing::columns::Column for Column {
    const WIDEST: Self = Self::Customer;

    fn title(self) -> &'static str {
        match self {
            Self::Age => "Age",
            Self::State | Self::StateShort => "State",
            Self::Number | Self::NumberLong => "Number",
            Self::Store => "Store",
            Self::Customer => "Customer",
            Self::Total => "Total",
            Self::SalesOrder => "Sales order",
            Self::Marks => "Mark",
            Self::MarksLong => "Marks",
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Age => 6,
            Self::State => 19,
            Self::StateShort | Self::Number | Self::SalesOrder => 12,
            Self::NumberLong => 20,
            Self::Store | Self::Customer => 10,
            Self::Total => 14,
            Self::Marks => 4,
            Self::MarksLong => 27,
        }
    }

    fn is_number(self) -> bool {
        self == Self::Total
    }
}

/// The columns for a width; those an operator misses least come last.
fn columns(width: usize) -> &'static [Column] {
    use Column as C;
    let plans: [&[C]; 5] = [
        &[
            C::Age,
            C::State,
            C::NumberLong,
            C::Store,
            C::Customer,
            C::Total,
            C::SalesOrder,
            C::MarksLong,
        ],
        &[
            C::Age,
            C::State,
            C::Number,
            C::Store,
            C::Customer,
            C::Total,
            C::SalesOrder,
            C::Marks,
        ],
        &[
            C::Age,
            C::State,
            C::Number,
            C::Customer,
            C::Total,
            C::SalesOrder,
            C::Marks,
        ],
        &[
            C::Age,
            C::StateShort,
            C::Number,
            C::Customer,
            C::Total,
            C::SalesOrder,
            C::Marks,
        ],
        &[C::Age, C::StateShort, C::Number, C::Customer, C::Marks],
    ];
    fitting(&plans, width)
}

/// Tells the tab how much of it is in sight.
pub fn lay_out(tab: &mut OrdersTab, area: Rect, theme: &Theme) {
    tab.is_wide = listing::is_wide(area);
    let rows = areas(tab, area, theme).rows.height;
    tab.listing.set_height(rows);
}

/// How far it is from the selected row to the one in this cell.
pub fn steps_to(tab: &OrdersTab, area: Rect, theme: &Theme, cell: Position) -> Option<isize> {
    let rows = areas(tab, area, theme).rows;
    tab.listing.steps_to(rows, cell)
}

fn areas(tab: &OrdersTab, area: Rect, theme: &Theme) -> listing::Areas {
    // An age has always the same width here, so the time makes no other layout.
    let head = |width| head(tab, width, None, theme).len();
    listing::areas(area, head, tab.filter.is_shown())
}

/// Draws the tab.
pub fn draw(tab: &OrdersTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let theme = page.theme;
    let areas = areas(tab, area, theme);
    let width = usize::from(areas.rows.width);
    let facts = head(tab, width, Some(page), theme);
    frame.render_widget(Text::from(facts), areas.head);
    let plan = columns(width.saturating_sub(listing::BEFORE));
    let sorted =
        |column: Column| (column.sorts() == Some(tab.sort.by)).then_some(tab.sort.direction);
    frame.render_widget(heading(plan, width, theme, sorted), areas.heading);
    if let Some(exception) = &tab.trouble {
        let inside = Page { width, ..page };
        let lines = report::exception_sections(exception, inside);
        frame.render_widget(Text::from(lines), areas.rows);
    } else if tab.listing.is_empty() {
        let text = match (&tab.counts, tab.filter.terms().is_empty()) {
            (None, _) => " The orders are being read.",
            (Some(_), false) => " No order of this kind passes the filter.",
            (Some(counts), true) if counts.all == 0 => " No order has been downloaded yet.",
            (Some(_), true) => " There is no order of this kind.",
        };
        frame.render_widget(Line::styled(text, theme.style(Role::Dim)), areas.rows);
    } else {
        listing::draw_rows(&tab.listing, frame, areas.rows, theme, |row, room| {
            spans(row, plan, room, page)
        });
    }
    tab.filter.draw(frame, areas.filter, theme);
    if let Some(beside) = areas.beside {
        let page = listing::page_beside(beside.1, page);
        let reading = match &tab.beside {
            Some((_, reading)) if !tab.listing.is_empty() => order::sheet(reading, page),
            Some(_) | None => Vec::new().into(),
        };
        listing::draw_beside(frame, beside, &reading, theme);
    }
}

/// The views with their numbers, then what is waiting, and what the list leaves out.
fn head(
    tab: &OrdersTab,
    width: usize,
    page: Option<Page<'_>>,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut parts = Vec::new();
    for view in OrderView::ALL {
        let number = tab.counts.map(|counts| number_of(view, &counts));
        let text = match number {
            Some(number) => format!("{} {}", view.name(), words::count(number)),
            None => view.name().to_owned(),
        };
        let urgent = view == OrderView::Exception && number.is_some_and(|number| number > 0);
        parts.push(if view == tab.view {
            Span::styled(format!("[{text}]"), theme.style(Role::Accent))
        } else if urgent {
            Span::styled(text, theme.style(Role::Warn))
        } else {
            Span::styled(text, theme.style(Role::Dim))
        });
    }
    if let Some(counts) = &tab.counts {
        let waiting = words::count(counts.waiting);
        parts.push(Span::raw(format!("{waiting} waiting for a sales order")));
    }
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
    if let Some(oldest) = tab.counts.and_then(|counts| counts.oldest_open) {
        let age = page.map_or_else(
            || "99 min".to_owned(),
            |page| words::age(page.now.duration_since(oldest)),
        );
        parts.push(Span::raw(format!("oldest open {age:<6}")));
    }
    facts::lines(parts, width, theme)
}

const fn number_of(view: OrderView, counts: &OrderCounts) -> u64 {
    match view {
        OrderView::All => counts.all,
        OrderView::Open => counts.open,
        OrderView::Exception => counts.exception,
        OrderView::Unacknowledged => counts.unacknowledged,
        OrderView::Duplicate => counts.duplicate,
        OrderView::Journal => counts.journal,
    }
}

fn spans(order: &OrderRow, plan: &[Column], room: usize, page: Page<'_>) -> Vec<Span<'static>> {
    let theme = page.theme;
    let cut = theme.symbols.ellipsis;
    let dim = theme.style(Role::Dim);
    row(plan, room, |column, width| match column {
        Column::Age => {
            let age = words::age(page.now.duration_since(order.placed));
            (words::fit_right(&age, width, cut), dim)
        }
        Column::State => {
            let (symbol, role) = look(order, theme);
            let text = format!("{symbol} {}", order.state());
            (words::fit(&text, width, cut), theme.style(role))
        }
        Column::StateShort => {
            let (_, role) = look(order, theme);
            (words::fit(order.state(), width, cut), theme.style(role))
        }
        Column::Number | Column::NumberLong => (
            words::fit(&order.number, width, cut),
            theme.style(Role::Title),
        ),
        Column::Store => (words::fit(&order.store, width, cut), dim),
        Column::Customer => (words::fit(&order.customer, width, cut), Style::new()),
        Column::Total => {
            let text = format!("{} {}", words::money(order.total), order.currency);
            (words::fit_right(&text, width, cut), Style::new())
        }
        Column::SalesOrder => (words::fit(&order.sales_order, width, cut), Style::new()),
        Column::Marks => {
            let letters: String = marks(order)
                .into_iter()
                .map(|(is_set, letter, _)| if is_set { letter } else { ' ' })
                .collect();
            (letters, theme.style(Role::Warn))
        }
        Column::MarksLong => (
            words::fit(&marks_in_words(order), width, cut),
            theme.style(Role::Warn),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_fit_from_60_cells_on_and_the_customer_has_what_is_left() {
        for width in 60..300 {
            let room = width - listing::BEFORE;
            let plan = columns(room);
            assert_eq!(listing::columns::used(plan, room), room, "at {width}");
        }
        assert!(columns(78).contains(&Column::SalesOrder));
    }
}
