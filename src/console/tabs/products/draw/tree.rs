//! Draws the tree of categories, each with the number of its items and the rule that names it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::super::tree::TreeRow;
use super::super::{Focus, ProductsTab};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::report;
use crate::console::widgets::sheet::Page;
use crate::console::words;
use crate::model::Rule;

/// Cells of the number of items of a category.
const NUMBER: usize = 9;

/// Draws it.
pub fn draw(tab: &ProductsTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let theme = page.theme;
    let dim = theme.style(Role::Dim);
    let width = usize::from(area.width);
    let mut lines = vec![Line::styled(" Categories and their items", dim)];
    match &tab.tree_read {
        Some(Err(exception)) => {
            let page = Page { width, ..page };
            lines.extend(report::exception_sections(exception, page));
        }
        None => lines.push(Line::styled(" They are being counted.", dim)),
        Some(Ok(())) => {
            let rows = tab.tree.in_sight();
            lines.extend(rows.iter().map(|row| tree_line(tab, row, width, theme)));
        }
    }
    lines.truncate(usize::from(area.height));
    frame.render_widget(Text::from(lines), area);
}

fn tree_line(tab: &ProductsTab, row: &TreeRow<'_>, width: usize, theme: &Theme) -> Line<'static> {
    let cut = theme.symbols.ellipsis;
    let (name, number, depth) = match row.node {
        Some(node) => (node.name.clone(), node.items, node.depth),
        None => ("All items".to_owned(), tab.tree.tree().items, 0),
    };
    let mark = match row.node {
        Some(node) if node.below == 0 => " ",
        Some(_) if row.is_open => "-",
        Some(_) => "+",
        None => " ",
    };
    let is_listed = row.node.map_or("", |node| &*node.id) == tab.category;
    let rule = row.node.and_then(|node| {
        let draft = tab.draft.as_ref()?;
        let is_it =
            |rule: &Rule| matches!(rule, Rule::Category { category } if *category == node.id);
        let place = draft.rules().iter().position(is_it)?;
        Some(format!(" rule {}", place + 1))
    });
    let rule = rule.unwrap_or_default();
    let selected = if row.is_selected {
        theme.symbols.selected
    } else {
        " "
    };
    let indent = (2 * depth).min(width / 3);
    let used = 1 + indent + 2 + words::width(&rule) + 1 + NUMBER;
    let name_style = if is_listed {
        theme.style(Role::Accent)
    } else {
        Style::new()
    };
    let name = words::fit(&name, width.saturating_sub(used + 1), cut);
    let mut spans = vec![
        Span::styled(selected, theme.style(Role::Accent)),
        Span::raw(" ".repeat(indent)),
        Span::styled(format!("{mark} "), theme.style(Role::Dim)),
    ];
    spans.extend(words::spans(&name, name_style));
    spans.push(Span::styled(rule, theme.style(Role::Good)));
    spans.push(Span::raw(format!(" {:>NUMBER$}", words::count(number))));
    let line = Line::from(spans);
    if row.is_selected && tab.focus == Focus::Tree {
        line.patch_style(theme.style(Role::Selection))
    } else {
        line
    }
}
