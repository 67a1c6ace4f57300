//! The window with everything about one order.

use super::Scroll;
use crate::console::app::App;
use crate::console::widgets::order::{self, Reading};
use crate::console::widgets::sheet::{Page, Sheet};
use crate::model::Exception;
use crate::model::staged::StagedOrder;

/// The window's state.
#[derive(Clone, Debug)]
pub struct OrderWindow {
    id: String,
    reading: Reading,
    pub(super) scroll: Scroll,
}

impl OrderWindow {
    /// A window that waits for its order.
    pub fn new(id: String) -> Self {
        Self {
            id,
            reading: Reading::UnderWay,
            scroll: Scroll::default(),
        }
    }

    /// Id of the order it is about.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Takes in the order.
    pub fn loaded(&mut self, result: Result<Option<Box<StagedOrder>>, Exception>) {
        self.reading = Reading::from(result);
    }

    pub(super) fn title(&self) -> String {
        match &self.reading {
            Reading::Ready(order) => {
                format!("Order {} of {}", order.row.number, order.row.store)
            }
            Reading::UnderWay | Reading::Gone | Reading::Unread(_) => format!("Order {}", self.id),
        }
    }

    pub(super) fn sheet<'a>(&'a self, app: &'a App, width: usize) -> Sheet<'a> {
        order::sheet(
            &self.reading,
            Page {
                width,
                ..app.page()
            },
        )
    }
}
