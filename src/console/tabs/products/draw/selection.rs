//! Draws the selection: its rules and what contradicts itself, and what the streams would hold.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::super::{PaneRow, ProductsTab, Reviewed};
use crate::console::tabs::listing;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::report;
use crate::console::widgets::sheet::Page;
use crate::console::words;
use crate::jobs::selection::StreamCount;
use crate::model::selection::{Conflict, Hand};

/// Cells of the counts beside the rules.
const COUNTS: u16 = 60;
/// Cells of a stream's title, and of a number.
const TITLE: usize = 24;
const NUMBER: usize = 11;
/// From this width on the counts stand beside the rules.
const WIDE: u16 = 110;
/// Cells of how many items a rule names.
const ITEMS: usize = 18;

/// Draws it.
pub fn draw(tab: &ProductsTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let counts = counts(tab, page);
    let [rules, below] = areas(area, counts.len());
    draw_rules(tab, frame, rules, page);
    frame.render_widget(Text::from(counts), below);
}

/// How far it is from the selected row to the one in this cell.
pub fn steps_to(tab: &ProductsTab, area: Rect, page: Page<'_>, cell: Position) -> Option<isize> {
    let [rules, _] = areas(area, counts(tab, page).len());
    let rules = super::below_heading(rules);
    let first = first(tab, usize::from(rules.height));
    listing::steps(rules, cell, first, tab.at, tab.pane_rows().len())
}

/// The rules, and the counts beside or below them.
fn areas(area: Rect, counts: usize) -> [Rect; 2] {
    if area.width >= WIDE {
        Layout::horizontal([Constraint::Min(0), Constraint::Length(COUNTS)]).areas(area)
    } else {
        let height = u16::try_from(counts).unwrap_or(u16::MAX);
        Layout::vertical([
            Constraint::Min(4),
            Constraint::Length(height.min(area.height.saturating_sub(4))),
        ])
        .areas(area)
    }
}

/// The first row in sight where there is room for so many.
const fn first(tab: &ProductsTab, room: usize) -> usize {
    (tab.at + 1).saturating_sub(room)
}

fn draw_rules(tab: &ProductsTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let theme = page.theme;
    let dim = theme.style(Role::Dim);
    let Some(draft) = &tab.draft else {
        let lines = match &tab.trouble {
            Some(trouble) => report::exception_sections(trouble, page),
            None => vec![Line::styled(" The selection is being read.", dim)],
        };
        frame.render_widget(Text::from(lines), area);
        return;
    };
    let width = usize::from(area.width).saturating_sub(1);
    let mut lines = vec![Line::styled(
        " Rules: an item that one of them names is sold",
        dim,
    )];
    let rows = tab.pane_rows();
    if rows.is_empty() {
        lines.push(Line::raw(" There is no rule."));
    }
    let room = usize::from(area.height).saturating_sub(lines.len());
    for (place, row) in rows.iter().enumerate().skip(first(tab, room)).take(room) {
        let is_selected = place == tab.at;
        let mark = if is_selected {
            theme.symbols.selected
        } else {
            " "
        };
        let mut spans = vec![Span::styled(mark, theme.style(Role::Accent))];
        spans.extend(match row {
            PaneRow::Rule(number) => rule(tab, *number, width, theme),
            PaneRow::Conflict(conflict) => {
                let text = format!("     {} {}", theme.symbols.warning, told(conflict));
                let text = words::cut(&words::clean(&text), width, theme.symbols.ellipsis);
                words::spans(&text, theme.style(Role::Warn))
            }
        });
        let line = Line::from(spans);
        lines.push(if is_selected {
            line.patch_style(theme.style(Role::Selection))
        } else {
            line
        });
    }
    let gone = draft.base().rules.iter();
    for rule in gone.filter(|rule| !draft.rules().contains(rule)) {
        let name = words::clean(&tab.rule_words(rule)).into_owned();
        let text = words::cut(
            &format!("   -  {name} (draft: removed)"),
            width,
            theme.symbols.ellipsis,
        );
        lines.push(Line::styled(text, theme.style(Role::Warn)));
    }
    lines.truncate(usize::from(area.height));
    let [sold, never] = draft.by_hand();
    if lines.len() < usize::from(area.height) {
        let text = format!(" By hand: {sold} sold, {never} never");
        lines.push(Line::styled(text, dim));
    }
    frame.render_widget(Text::from(lines), area);
}

fn rule(tab: &ProductsTab, number: usize, width: usize, theme: &Theme) -> Vec<Span<'static>> {
    let cut = theme.symbols.ellipsis;
    let Some(draft) = &tab.draft else {
        return Vec::new();
    };
    let Some(rule) = draft.rules().get(number - 1) else {
        return Vec::new();
    };
    let is_new = !draft.base().rules.contains(rule);
    let items = tab.review().and_then(|review| review.rules.get(number - 1));
    let items = items.map_or_else(String::new, |items| words::counted(*items, "item", "items"));
    let mark = if is_new { " (draft)" } else { "" };
    let name = words::clean(&tab.rule_words(rule)).into_owned();
    let text = format!("{number:>3}  {name}{mark}");
    let style = if is_new {
        theme.style(Role::Warn)
    } else {
        Style::new()
    };
    let mut spans = words::spans(&words::fit(&text, width.saturating_sub(ITEMS), cut), style);
    spans.push(Span::raw(words::fit_right(&items, ITEMS, cut)));
    spans
}

/// A conflict in words, and what mends it.
fn told(conflict: &Conflict) -> String {
    match conflict {
        Conflict::NamesNothing(_) => "names no item: remove it".to_owned(),
        Conflict::Within(_, other) => format!("rule {other} names all of these: remove it"),
        Conflict::ByHand {
            item,
            hand: Hand::Sold,
            rule,
        } => format!("{item} is sold by hand, and by rule {rule} anyway"),
        Conflict::ByHand {
            item,
            hand: Hand::Never,
            rule,
        } => format!("{item} is never sold, though rule {rule} names it"),
        Conflict::More(Hand::Sold, more) => {
            format!(
                "{} more are sold by hand and by rules",
                words::count(*more as u64)
            )
        }
        Conflict::More(Hand::Never, more) => {
            format!(
                "{} more are never sold though rules name them",
                words::count(*more as u64)
            )
        }
    }
}

/// What the streams hold with the selection in force, and with the draft.
fn counts(tab: &ProductsTab, page: Page<'_>) -> Vec<Line<'static>> {
    let theme = page.theme;
    let dim = theme.style(Role::Dim);
    let say = |text: &str| {
        let wrapped = words::wrap(
            text,
            page.width.saturating_sub(2).min(usize::from(COUNTS) - 2),
        );
        let lines = wrapped.into_iter();
        lines
            .map(|line| Line::styled(format!(" {line}"), dim))
            .collect()
    };
    match &tab.reviewed {
        Some(Reviewed::Failed(version, exception)) if Some(*version) == tab.version() => {
            report::exception_sections(exception, page)
        }
        None | Some(Reviewed::Failed(..)) => say("What each stream would hold is not counted yet."),
        Some(Reviewed::UnderWay) => {
            say("The streams are being counted, with the selection in force and with this one.")
        }
        Some(Reviewed::Ready(version, _)) if Some(*version) != tab.version() => {
            say("The draft was changed since it was counted: count it again.")
        }
        Some(Reviewed::Ready(_, review)) => {
            let heading = format!(
                " {:<TITLE$}{:>NUMBER$}{:>NUMBER$}{:>NUMBER$}",
                "Stream", "in force", "draft", "difference"
            );
            let mut lines = vec![Line::styled(heading, dim)];
            lines.extend(review.counts.iter().map(|counts| stream(counts, theme)));
            lines
        }
    }
}

fn stream(counts: &[StreamCount; 2], theme: &Theme) -> Line<'static> {
    let [before, after] = counts;
    let number = |number: u64| words::count_within(number, NUMBER - 1);
    let (sign, changed, role) = match after.records.cmp(&before.records) {
        std::cmp::Ordering::Less => ("-", before.records - after.records, Role::Warn),
        std::cmp::Ordering::Equal => ("", 0, Role::Dim),
        std::cmp::Ordering::Greater => ("+", after.records - before.records, Role::Good),
    };
    let title = words::fit(after.stream.title(), TITLE, theme.symbols.ellipsis);
    let difference = format!("{sign}{}", number(changed));
    Line::from(vec![
        Span::raw(format!(
            " {title}{:>NUMBER$}{:>NUMBER$}",
            number(before.records),
            number(after.records)
        )),
        Span::styled(format!("{difference:>NUMBER$}"), theme.style(role)),
    ])
}
