//! Draws the tab *Checklists*: both lists, and below them the selected item.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span, Text};

use super::ChecklistsTab;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::gauge;
use crate::console::widgets::report::exception_sections;
use crate::console::widgets::sheet::{Page, fact};
use crate::console::words;
use crate::model::checklist::{ChecklistKind, ItemState, Line as Item};

/// Rows of the selected item below the lists.
const BELOW: u16 = 6;
/// Cells before an item's title, and of its state.
const BEFORE: usize = 3;
const TITLE: usize = 35;
const STATE: usize = 12;
/// Cells of the gauge of a migration.
const GAUGE: usize = 24;

const fn heading(kind: ChecklistKind) -> &'static str {
    match kind {
        ChecklistKind::Configuration => "Configuration checklist",
        ChecklistKind::Upgrade => "Upgrade checklist (accounts of the first release)",
    }
}

fn areas(area: Rect) -> [Rect; 2] {
    let below = if area.height > 2 * BELOW { BELOW } else { 0 };
    Layout::vertical([Constraint::Min(0), Constraint::Length(below)]).areas(area)
}

/// Tells the tab how much of it is in sight.
pub fn lay_out(tab: &mut ChecklistsTab, area: Rect) {
    let [list, _] = areas(area);
    tab.set_height(usize::from(list.height));
}

/// How far it is from the selected item to the one in this cell.
pub fn steps_to(tab: &ChecklistsTab, area: Rect, cell: Position) -> Option<isize> {
    let [list, _] = areas(area);
    let rows = rows(tab);
    let first = first(tab, &rows, usize::from(list.height));
    let row = first + usize::from(cell.y.checked_sub(list.y)?);
    let place = list.contains(cell).then(|| rows.get(row).copied())??;
    match place {
        Row::Item(place) => Some(place.cast_signed() - tab.selected.cast_signed()),
        Row::Heading(_) | Row::Blank => None,
    }
}

/// A row of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Heading(ChecklistKind),
    Blank,
    /// The item at this place.
    Item(usize),
}

fn rows(tab: &ChecklistsTab) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut last = None;
    for (place, (kind, _)) in tab.items().enumerate() {
        if last != Some(kind) {
            if last.is_some() {
                rows.push(Row::Blank);
            }
            rows.push(Row::Heading(kind));
            last = Some(kind);
        }
        rows.push(Row::Item(place));
    }
    rows
}

/// The first row in sight: the selected item stays there, and its heading where there is room.
fn first(tab: &ChecklistsTab, rows: &[Row], height: usize) -> usize {
    let is_it = |row: &Row| *row == Row::Item(tab.selected);
    let selected = rows.iter().position(is_it).unwrap_or(0);
    (selected + 2)
        .saturating_sub(height)
        .min(rows.len().saturating_sub(height))
}

/// Draws the tab.
pub fn draw(tab: &ChecklistsTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let theme = page.theme;
    let lines = match &tab.lists {
        None => vec![Line::styled(
            " The checklists are being read.",
            theme.style(Role::Dim),
        )],
        Some(Err(exception)) => exception_sections(exception, page),
        Some(Ok(_)) => {
            let [list, below] = areas(area);
            draw_list(tab, frame, list, page);
            draw_selected(tab, frame, below, page);
            return;
        }
    };
    frame.render_widget(Text::from(lines), area);
}

fn draw_list(tab: &ChecklistsTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let height = usize::from(area.height);
    let rows = rows(tab);
    let first = first(tab, &rows, height);
    let items: Vec<&Item> = tab.items().map(|(_, line)| line).collect();
    let shown = rows.into_iter().skip(first).take(height);
    let lines: Vec<Line<'_>> = shown
        .map(|shown| match shown {
            Row::Blank => Line::default(),
            Row::Heading(kind) => {
                let title = format!(" {}", heading(kind));
                Line::styled(title, page.theme.style(Role::Title))
            }
            Row::Item(place) => row(items[place], place == tab.selected, page),
        })
        .collect();
    frame.render_widget(Text::from(lines), area);
}

fn look(state: &ItemState, theme: &Theme) -> (&'static str, Role) {
    let symbols = &theme.symbols;
    match state {
        ItemState::Deferred { .. } => (symbols.withhold, Role::Dim),
        ItemState::Ready => (symbols.waiting, Role::Accent),
        ItemState::InProgress { .. } => (symbols.executing, Role::Busy),
        ItemState::Finished { .. } => (symbols.ended, Role::Good),
        ItemState::Warning { .. } => (symbols.warning, Role::Warn),
    }
}

fn row(line: &Item, is_selected: bool, page: Page<'_>) -> Line<'static> {
    let theme = page.theme;
    let ellipsis = theme.symbols.ellipsis;
    let (symbol, role) = look(&line.state, theme);
    let mark = if is_selected {
        theme.symbols.selected
    } else {
        " "
    };
    let title = if line.item.optional {
        format!("{} (optional)", line.item.title)
    } else {
        line.item.title.clone()
    };
    let room = page.width.saturating_sub(BEFORE + TITLE + 1 + STATE);
    let title_role = match line.state {
        ItemState::Deferred { .. } => Role::Dim,
        ItemState::Ready
        | ItemState::InProgress { .. }
        | ItemState::Finished { .. }
        | ItemState::Warning { .. } => Role::Title,
    };
    let mut spans = vec![
        Span::styled(mark, theme.style(Role::Accent)),
        Span::styled(format!("{symbol} "), theme.style(role)),
        Span::styled(
            format!("{} ", words::fit(&title, TITLE, ellipsis)),
            theme.style(title_role),
        ),
        Span::styled(
            words::fit(line.state.name(), STATE, ellipsis),
            theme.style(role),
        ),
    ];
    let how = words::cut(&words::clean(line.state.how()), room, ellipsis);
    spans.extend(words::spans(&how, theme.style(Role::Dim)));
    let line = Line::from(spans);
    if is_selected {
        line.patch_style(theme.style(Role::Selection))
    } else {
        line
    }
}

fn draw_selected(tab: &ChecklistsTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let Some((_, line)) = tab.selected() else {
        return;
    };
    if area.height == 0 {
        return;
    }
    let theme = page.theme;
    let width = page.width.saturating_sub(2);
    let mut lines = vec![Line::styled(
        theme.symbols.rule.repeat(width),
        theme.style(Role::Dim),
    )];
    if let ItemState::InProgress {
        far: Some([done, total]),
        ..
    } = line.state
    {
        let ratio = done as f64 / total.max(1) as f64;
        let mut spans = gauge::spans(GAUGE, ratio, Role::Busy, theme);
        let far = format!(" {} ", words::percent(ratio, false));
        spans.push(Span::styled(far, theme.style(Role::Busy)));
        lines.push(Line::from(spans));
    }
    let does = words::wrap(&line.item.does, width);
    lines.extend(does.into_iter().map(Line::raw));
    let inner = Page { width, ..page };
    lines.extend(fact(
        "Command",
        &line.item.command,
        theme.style(Role::Dim),
        inner,
    ));
    let how = line.state.how();
    if !how.is_empty() {
        let (_, role) = look(&line.state, theme);
        let how = words::clean(how);
        lines.extend(fact("Why", &how, theme.style(role), inner));
    }
    lines.truncate(usize::from(area.height));
    let inside = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    frame.render_widget(Text::from(lines), inside);
}
