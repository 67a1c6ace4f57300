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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEW: Facts = Facts {
        cancelled: false,
        newest: 7,
        answered: None,
        has_sales_order: false,
        shipped: Shipped::Nothing,
        status: None,
    };

    #[test]
    fn each_fact_leads_to_its_state() {
        let answered = |seq, outcome| Facts {
            answered: Some((seq, outcome)),
            ..NEW
        };
        let sold = Facts {
            has_sales_order: true,
            ..answered(7, Outcome::Accepted)
        };
        for (facts, state) in [
            (NEW, OrderState::Placed),
            (answered(7, Outcome::Downloaded), OrderState::Downloaded),
            (answered(7, Outcome::Rejected), OrderState::Rejected),
            (answered(6, Outcome::Downloaded), OrderState::Placed),
            (answered(6, Outcome::Rejected), OrderState::Placed),
            (answered(8, Outcome::Rejected), OrderState::Placed),
            (sold, OrderState::Accepted),
            (Facts { newest: 8, ..sold }, OrderState::Accepted),
            (
                Facts {
                    answered: Some((7, Outcome::Downloaded)),
                    ..sold
                },
                OrderState::Accepted,
            ),
            (
                Facts {
                    answered: Some((7, Outcome::Rejected)),
                    ..sold
                },
                OrderState::Rejected,
            ),
            (
                Facts {
                    answered: None,
                    ..sold
                },
                OrderState::Accepted,
            ),
            (
                Facts {
                    shipped: Shipped::Partly,
                    ..sold
                },
                OrderState::PartiallyShipped,
            ),
            (
                Facts {
                    shipped: Shipped::Whole,
                    status: Some(SalesStatus::Invoiced),
                    ..sold
                },
                OrderState::Shipped,
            ),
            (
                Facts {
                    status: Some(SalesStatus::Delivered),
                    ..sold
                },
                OrderState::Accepted,
            ),
            (
                Facts {
                    status: Some(SalesStatus::Canceled),
                    ..sold
                },
                OrderState::Cancelled,
            ),
            (
                Facts {
                    cancelled: true,
                    ..sold
                },
                OrderState::Cancelled,
            ),
        ] {
            assert_eq!(facts.state(), state, "{facts:?}");
        }
    }

    fn any_facts() -> impl Strategy<Value = Facts> {
        let outcome = prop::sample::select(vec![
            Outcome::Downloaded,
            Outcome::Accepted,
            Outcome::Rejected,
        ]);
        let shipped = prop::sample::select(vec![Shipped::Nothing, Shipped::Partly, Shipped::Whole]);
        let status = prop::sample::select(vec![
            SalesStatus::None,
            SalesStatus::OpenOrder,
            SalesStatus::Delivered,
            SalesStatus::Invoiced,
            SalesStatus::Canceled,
        ]);
        (
            any::<bool>(),
            1..4_i64,
            prop::option::of((1..4_i64, outcome)),
            any::<bool>(),
            shipped,
            prop::option::of(status),
        )
            .prop_map(
                |(cancelled, newest, answered, has_sales_order, shipped, status)| Facts {
                    cancelled,
                    newest,
                    answered,
                    has_sales_order,
                    shipped,
                    status,
                },
            )
    }

    proptest! {
        #[test]
        fn a_cancellation_by_the_shopper_stays(facts in any_facts()) {
            let cancelled = Facts { cancelled: true, ..facts };
            prop_assert_eq!(cancelled.state(), OrderState::Cancelled);
        }

        #[test]
        fn no_status_but_canceled_changes_a_state(facts in any_facts()) {
            if facts.status != Some(SalesStatus::Canceled) {
                prop_assert_eq!(facts.state(), Facts { status: None, ..facts }.state());
            }
        }

        #[test]
        fn more_on_its_way_never_lowers_a_state(facts in any_facts()) {
            let with = |shipped| Facts { shipped, ..facts }.state();
            prop_assert!(with(Shipped::Nothing) <= with(Shipped::Partly));
            prop_assert!(with(Shipped::Partly) <= with(Shipped::Whole));
        }

        #[test]
        fn an_answer_to_another_event_says_nothing(facts in any_facts(), seq in 5..9_i64, outcome in prop::sample::select(vec![Outcome::Downloaded, Outcome::Accepted, Outcome::Rejected])) {
            let other = Facts { answered: Some((seq, outcome)), ..facts };
            prop_assert_eq!(other.state(), Facts { answered: None, ..facts }.state());
        }
    }
}
