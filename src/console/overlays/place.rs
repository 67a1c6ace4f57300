//! The window that tells where an item of a checklist is done, where the console cannot do it.

use ratatui::style::Style;
use ratatui::text::Line;

use super::Scroll;
use crate::console::app::App;
use crate::console::theme::Role;
use crate::console::widgets::sheet::{Page, fact};
use crate::console::words;
use crate::model::checklist::{Item, Where};

/// The window's state.
#[derive(Clone, Debug)]
pub struct PlaceWindow {
    item: Item,
    pub(super) scroll: Scroll,
}

impl PlaceWindow {
    /// The window for an item.
    pub const fn new(item: Item) -> Self {
        Self {
            item,
            scroll: Scroll(0),
        }
    }

    pub(super) fn title(&self) -> String {
        self.item.title.clone()
    }

    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let page = Page {
            width,
            ..app.page()
        };
        let mut lines: Vec<Line<'static>> = words::wrap(&self.item.does, width)
            .into_iter()
            .map(Line::raw)
            .collect();
        lines.push(Line::default());
        if self.item.place == Where::Website {
            let address = words::clean(&app.place().service).into_owned();
            lines.extend(fact(
                "Website",
                &address,
                page.theme.style(Role::Accent),
                page,
            ));
        }
        lines.extend(fact("Command", &self.item.command, Style::new(), page));
        lines
    }
}
