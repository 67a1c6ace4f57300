//! What an operator wants done with exceptions, from the key to the answer of a question.

use super::Effect;
use crate::console::overlays::{Overlay, Question};
use crate::console::words;
use crate::model::exception::ExceptionFilter;

/// What an operator wants done with exceptions: what they are, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which ones.
    pub filter: Box<ExceptionFilter>,
    /// How many, when the list was read.
    pub number: u64,
    /// True where they are told by their orders.
    pub are_orders: bool,
}

impl Wish {
    /// `3 exceptions`, `1 order`.
    pub fn records(&self) -> String {
        if self.are_orders {
            words::counted(self.number, "order", "orders")
        } else {
            words::counted(self.number, "exception", "exceptions")
        }
    }

    /// Has them tried again.
    pub fn retry(self) -> Effect {
        Effect::Retry(self.filter)
    }

    /// Asks before they are tried again.
    pub fn ask_retry(self) -> Overlay {
        Overlay::Confirm(Question::Retry(self))
    }
}
