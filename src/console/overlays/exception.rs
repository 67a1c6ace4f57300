//! The window with everything about one exception.

use super::Scroll;
use crate::console::app::App;
use crate::console::widgets::exception;
use crate::console::widgets::sheet::{Page, Sheet};
use crate::model::exception::ExceptionEntry;

/// The window's state.
#[derive(Clone, Debug)]
pub struct ExceptionWindow {
    entry: Box<ExceptionEntry>,
    pub(super) scroll: Scroll,
}

impl ExceptionWindow {
    /// A window with the exception as it was listed.
    pub fn new(entry: &ExceptionEntry) -> Self {
        Self {
            entry: Box::new(entry.clone()),
            scroll: Scroll::default(),
        }
    }

    pub(super) fn title(&self) -> String {
        format!("Exception {}", self.entry.id)
    }

    pub(super) fn sheet<'a>(&'a self, app: &'a App, width: usize) -> Sheet<'a> {
        exception::lines(
            &self.entry,
            Page {
                width,
                ..app.page()
            },
        )
        .into()
    }
}
