//! The window with everything about one item: what becomes of it, and which rules name it.

use ratatui::style::Style;
use ratatui::text::Line;

use super::Scroll;
use crate::console::app::App;
use crate::console::widgets::sheet::{Page, fact};
use crate::console::words;

/// The window's state.
#[derive(Clone, Debug)]
pub struct ProductWindow {
    title: String,
    facts: Vec<(&'static str, String)>,
    pub(super) scroll: Scroll,
}

impl ProductWindow {
    /// A window with these facts.
    pub const fn new(title: String, facts: Vec<(&'static str, String)>) -> Self {
        Self {
            title,
            facts,
            scroll: Scroll(0),
        }
    }

    pub(super) fn title(&self) -> String {
        words::clean(&self.title).into_owned()
    }

    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let page = Page {
            width,
            ..app.page()
        };
        let facts = self.facts.iter();
        facts
            .flat_map(|(name, text)| fact(name, &words::clean(text), Style::new(), page))
            .collect()
    }
}
