//! Draws the tab *Products*: the items in sight with what becomes of each and why, the categories
//! beside them or in their place, and the selection as it is drafted.

mod selection;
mod tree;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::{Focus, ProductsTab};
use crate::console::tabs::listing;
use crate::console::tabs::listing::columns::{fitting, heading, row};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::sheet::{Page, fact};
use crate::console::widgets::{facts, report};
use crate::console::words;
use crate::jobs::selection::ListedRow;
use crate::model::selection::{Hand, Verdict};

/// From this width on the categories stand beside the items.
const WIDE: u16 = 150;
/// Cells of the categories beside the items.
const BESIDE: u16 = 52;
/// Rows of the selected item below them.
const BELOW: u16 = 14;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Item,
    Name,
    Group,
    State,
    /// Which rules in numbers, and what is said by hand.
    Why,
    /// The same with the first rule.
    WhyLong,
}

impl listing::columns::Column for Column {
    const WIDEST: Self = Self::Name;

    fn title(self) -> &'static str {
        match self {
            Self::Item => "Item",
            Self::Name => "Name",
            Self::Group => "Item group",
            Self::State => "Sold online",
            Self::Why | Self::WhyLong => "Why",
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Item | Self::Name => 14,
            Self::Group => 10,
            Self::State => 11,
            Self::Why => 22,
            Self::WhyLong => 50,
        }
    }
}

const MORE: &[Column] = &[
    Column::Item,
    Column::Name,
    Column::Group,
    Column::State,
    Column::WhyLong,
];

/// The same with fewer words.
const COLUMNS: &[Column] = &[
    Column::Item,
    Column::Name,
    Column::Group,
    Column::State,
    Column::Why,
];

/// The same where there is less room.
const FEWER: &[Column] = &[Column::Item, Column::Name, Column::State, Column::Why];

fn columns(width: usize) -> &'static [Column] {
    fitting(&[MORE, COLUMNS, FEWER], width)
}

/// The parts of the tab.
struct Areas {
    /// The categories, and below them the selected item; none where there is no room beside.
    beside: Option<[Rect; 3]>,
    head: Rect,
    heading: Rect,
    rows: Rect,
    filter: Rect,
}

fn areas(tab: &ProductsTab, area: Rect, theme: &Theme) -> Areas {
    let (beside, list) = if area.width >= WIDE {
        let [left, bar, list] = Layout::horizontal([
            Constraint::Length(BESIDE),
            Constraint::Length(1),
            Constraint::Min(0),
        ])
        .areas(area);
        let below = if left.height > 2 * BELOW { BELOW } else { 0 };
        let [tree, item] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(below)]).areas(left);
        (Some([tree, item, bar]), list)
    } else {
        (None, area)
    };
    let head = head(tab, usize::from(list.width), theme).len();
    let has_heading = shows_list(tab, beside.is_some());
    let [head, heading, rows, filter] = Layout::vertical([
        Constraint::Length(head as u16),
        Constraint::Length(u16::from(has_heading)),
        Constraint::Min(0),
        Constraint::Length(u16::from(tab.filter.is_shown())),
    ])
    .areas(list);
    Areas {
        beside,
        head,
        heading,
        rows,
        filter,
    }
}

const fn shows_list(tab: &ProductsTab, is_wide: bool) -> bool {
    match tab.focus {
        Focus::List => true,
        Focus::Tree => is_wide,
        Focus::Selection => false,
    }
}

/// Tells the tab how much of it is in sight.
pub fn lay_out(tab: &mut ProductsTab, area: Rect, theme: &Theme) {
    let areas = areas(tab, area, theme);
    tab.window.set_height(usize::from(areas.rows.height));
    let tree = areas.beside.map_or(areas.rows, |[tree, ..]| tree);
    // One row is its heading.
    tab.tree
        .set_height(usize::from(tree.height.saturating_sub(1)));
}

/// How far it is, in what the keys are about, from the selected row to the one in this cell.
pub fn steps_to(tab: &ProductsTab, area: Rect, page: Page<'_>, cell: Position) -> Option<isize> {
    let areas = areas(tab, area, page.theme);
    match tab.focus {
        Focus::List => tab.window.steps_to(areas.rows, cell),
        Focus::Tree => {
            let tree = areas.beside.map_or(areas.rows, |[tree, ..]| tree);
            tab.tree.steps_to(below_heading(tree), cell)
        }
        Focus::Selection => {
            let width = usize::from(areas.rows.width);
            selection::steps_to(tab, areas.rows, Page { width, ..page }, cell)
        }
    }
}

/// The rows of a part whose first row is its heading.
fn below_heading(area: Rect) -> Rect {
    Rect {
        y: area.y.saturating_add(1),
        height: area.height.saturating_sub(1),
        ..area
    }
}

/// Draws the tab.
pub fn draw(tab: &ProductsTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let theme = page.theme;
    let areas = areas(tab, area, theme);
    let width = usize::from(areas.rows.width);
    let inside = Page { width, ..page };
    frame.render_widget(Text::from(head(tab, width, theme)), areas.head);
    if let Some([tree, item, bar]) = areas.beside {
        let side = vec![Line::raw(theme.symbols.bar); usize::from(bar.height)];
        frame.render_widget(Text::from(side).style(theme.style(Role::Dim)), bar);
        tree::draw(tab, frame, tree, page);
        draw_item(tab, frame, item, page);
    }
    match tab.focus {
        Focus::Selection => selection::draw(tab, frame, areas.rows, inside),
        Focus::Tree if areas.beside.is_none() => tree::draw(tab, frame, areas.rows, page),
        Focus::List | Focus::Tree => {
            let plan = columns(width.saturating_sub(listing::BEFORE));
            frame.render_widget(heading(plan, width, theme, |_| None), areas.heading);
            draw_list(tab, frame, areas.rows, plan, inside);
        }
    }
    tab.filter.draw(frame, areas.filter, theme, None);
}

/// Facts about the list and the draft.
fn head(tab: &ProductsTab, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut parts = Vec::new();
    let tree = tab.tree.tree();
    if let Some(Ok(())) = tab.tree_read {
        parts.push(Span::raw(words::counted(tree.items, "item", "items")));
    }
    if let Some(draft) = &tab.draft {
        let rules = draft.rules().len() as u64;
        parts.push(Span::raw(words::counted(rules, "rule", "rules")));
        let [sold, never] = draft.by_hand();
        if sold + never > 0 {
            parts.push(Span::raw(format!("{sold} sold by hand, {never} never")));
        }
    }
    if !tab.category.is_empty() {
        let name = words::clean(&tree.path(&tab.category)).into_owned();
        let name = words::cut(&name, width.saturating_sub(12), theme.symbols.ellipsis);
        parts.push(Span::styled(
            format!("in {name}"),
            theme.style(Role::Accent),
        ));
    }
    if !tab.marks.is_empty() {
        let text = format!("{} marked", tab.marks.len());
        parts.push(Span::styled(text, theme.style(Role::Warn)));
    }
    match &tab.draft {
        None => parts.push(Span::styled("being read", theme.style(Role::Dim))),
        Some(draft) if draft.difference().is_empty() => {
            if draft.base().is_empty() {
                let text = format!("{} nothing is selected", theme.symbols.warning);
                parts.push(Span::styled(text, theme.style(Role::Warn)));
            }
        }
        Some(draft) => {
            let difference = draft.difference();
            let text = format!(
                "{} DRAFT, not in force: {}, {}",
                theme.symbols.warning,
                words::counted(difference.items as u64, "item", "items"),
                words::counted(difference.rules as u64, "rule", "rules"),
            );
            parts.push(Span::styled(text, theme.style(Role::Warn)));
        }
    }
    if tab.is_busy {
        parts.push(Span::styled("one moment", theme.style(Role::Busy)));
    }
    facts::lines(parts, width, theme)
}

fn draw_list(
    tab: &ProductsTab,
    frame: &mut Frame<'_>,
    area: Rect,
    plan: &'static [Column],
    page: Page<'_>,
) {
    let theme = page.theme;
    if let Some(trouble) = &tab.trouble {
        let lines = report::exception_sections(trouble, page);
        frame.render_widget(Text::from(lines), area);
        return;
    }
    let dim = theme.style(Role::Dim);
    let room = page.width.saturating_sub(listing::BEFORE);
    let mut y = area.top();
    for (listed, is_selected) in tab.window.in_sight().take(usize::from(area.height)) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        let selected = if is_selected {
            theme.symbols.selected
        } else {
            " "
        };
        let is_marked = tab.marks.contains_key(&listed.item.item);
        let marked = if is_marked { theme.symbols.marked } else { " " };
        let mut spans = vec![
            Span::styled(selected, theme.style(Role::Accent)),
            Span::styled(marked, theme.style(Role::Warn)),
        ];
        spans.extend(cells(tab, listed, plan, room, theme));
        frame.render_widget(Line::from(spans), row);
        if is_selected && tab.focus == Focus::List {
            frame
                .buffer_mut()
                .set_style(row, theme.style(Role::Selection));
        }
        y += 1;
    }
    let text = if let Some(item) = tab.window.searched_to() {
        format!(" Searched up to item {} so far.", words::clean(item))
    } else if !tab.window.is_empty() {
        return;
    } else if tab.is_paging || tab.draft.is_none() {
        " The items are being read.".to_owned()
    } else if tab.is_filtering() {
        " No item matches the filter.".to_owned()
    } else {
        " The company has no released products.".to_owned()
    };
    if y < area.bottom() {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        frame.render_widget(Line::styled(text, dim), row);
    }
}

fn cells(
    tab: &ProductsTab,
    listed: &ListedRow,
    plan: &'static [Column],
    room: usize,
    theme: &Theme,
) -> Vec<Span<'static>> {
    let cut = theme.symbols.ellipsis;
    let item = &listed.item;
    let [draft, in_force] = tab.verdicts(listed);
    row(plan, room, |column, width| {
        let (text, role) = match column {
            Column::Item => (item.item.clone(), Some(Role::Title)),
            Column::Name => (item.name.clone(), None),
            Column::Group => (item.group.clone(), None),
            Column::State => {
                let (text, role) = state(&draft, theme);
                (text, Some(role))
            }
            Column::Why | Column::WhyLong => {
                let is_short =
                    column == Column::Why && (draft.hand.is_some() || draft.rules.len() > 1);
                let why = if is_short {
                    short_why(&draft)
                } else {
                    why(tab, &draft)
                };
                if draft.hand == in_force.hand && draft.is_sold() == in_force.is_sold() {
                    (why, Some(Role::Dim))
                } else {
                    // The same sign as before the draft in the head.
                    let sign = theme.symbols.warning;
                    (format!("{sign} {why}"), Some(Role::Warn))
                }
            }
        };
        let style = role.map_or_else(Style::new, |role| theme.style(role));
        (words::fit(&text, width, cut), style)
    })
}

/// Symbol, word and colour of what becomes of an item.
fn state(verdict: &Verdict, theme: &Theme) -> (String, Role) {
    let symbols = &theme.symbols;
    let (symbol, word, role) = match verdict.hand {
        Some(Hand::Never) => (symbols.error, "never", Role::Bad),
        Some(Hand::Sold) => (symbols.ended, "sold", Role::Good),
        None if verdict.is_sold() => (symbols.ended, "sold", Role::Good),
        None => (symbols.waiting, "not sold", Role::Dim),
    };
    (format!("{symbol} {word}"), role)
}

/// Why an item is sold, or is not: rules by their numbers.
fn short_why(verdict: &Verdict) -> String {
    let rules = match verdict.rules.as_slice() {
        [] => None,
        [one] => Some(format!("rule {one}")),
        several => Some(format!("rules {}", words::list(several))),
    };
    match (verdict.hand, rules) {
        (None, Some(rules)) => rules,
        (None, None) => "no rule names it".to_owned(),
        (Some(_), None) => "by hand".to_owned(),
        (Some(Hand::Sold), Some(rules)) => format!("by hand, also {rules}"),
        (Some(Hand::Never), Some(rules)) => format!("by hand, not {rules}"),
    }
}

/// The same with the first rule in words.
fn why(tab: &ProductsTab, verdict: &Verdict) -> String {
    let rules = tab.draft.as_ref().map_or(&[][..], |draft| draft.rules());
    let first = verdict.rules.first();
    let rule = first.and_then(|number| {
        let rule = rules.get(number - 1)?;
        let more = match verdict.rules.len() {
            0 | 1 => String::new(),
            more => format!(" and {} more", more - 1),
        };
        let text = tab.rule_words(rule);
        Some(format!("rule {number}: {text}{more}"))
    });
    match (verdict.hand, rule) {
        (None, Some(rule)) => rule,
        (None, None) => "no rule names it".to_owned(),
        (Some(_), None) => "by hand".to_owned(),
        (Some(Hand::Sold), Some(rule)) => format!("by hand, also {rule}"),
        (Some(Hand::Never), Some(rule)) => format!("by hand, against {rule}"),
    }
}

/// The selected item below the categories.
fn draw_item(tab: &ProductsTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let (Some(listed), false) = (tab.window.selected(), area.is_empty()) else {
        return;
    };
    let theme = page.theme;
    let width = usize::from(area.width.saturating_sub(1));
    let rule = theme.symbols.rule.repeat(usize::from(area.width));
    let mut lines = vec![Line::styled(rule, theme.style(Role::Dim))];
    let inside = Page {
        width: width.saturating_sub(1),
        ..page
    };
    for (name, text) in tab.facts(listed) {
        let fact = fact(name, &words::clean(&text), Style::new(), inside).into_iter();
        lines.extend(fact.map(|line| {
            let mut spans = vec![Span::raw(" ")];
            spans.extend(line.spans);
            Line::from(spans)
        }));
    }
    lines.truncate(usize::from(area.height));
    frame.render_widget(Text::from(lines), area);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_fit_from_60_cells_on_and_the_name_has_what_is_left() {
        for width in 60..300 {
            let room = width - listing::BEFORE;
            let plan = columns(room);
            let used = listing::columns::used(plan, room);
            assert!(used == room || (plan == FEWER && used > room), "at {width}");
        }
        assert_eq!((columns(78), columns(118)), (COLUMNS, MORE));
    }
}
