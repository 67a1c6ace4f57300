//! How an order stands, derived from what is known about it and nothing else.

use crate::model::order::{OrderState, Outcome};
use crate::model::shipment::SalesStatus;
use crate::model::staged::Shipped;

/// What is known about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The shopper has cancelled it.
    pub cancelled: bool,
    /// Number of its newest event.
    pub newest: i64,
    /// The answer of AX and the event it answers.
    pub answered: Option<(i64, Outcome)>,
    /// It has been told which sales order it is.
    pub has_sales_order: bool,
    /// How much of it its packing slips hold.
    pub shipped: Shipped,
    /// Sales status in AX.
    pub status: Option<SalesStatus>,
}

impl Facts {
    /// What they come to. A cancellation stays; what is on its way stays on its way; an answer to
    /// an older event than the newest says nothing, but a sales order once told remains one.
    pub fn state(&self) -> OrderState {
        if self.cancelled || self.status == Some(SalesStatus::Canceled) {
            return OrderState::Cancelled;
        }
        match self.shipped {
            Shipped::Whole => return OrderState::Shipped,
            Shipped::Partly => return OrderState::PartiallyShipped,
            Shipped::Nothing => {}
        }
        let answer = self
            .answered
            .filter(|(seq, _)| *seq == self.newest)
            .map(|(_, outcome)| outcome);
        match answer {
            Some(Outcome::Rejected) => OrderState::Rejected,
            Some(Outcome::Accepted) => OrderState::Accepted,
            _ if self.has_sales_order => OrderState::Accepted,
            Some(Outcome::Downloaded) => OrderState::Downloaded,
            None => OrderState::Placed,
        }
    }
}
