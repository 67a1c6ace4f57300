//! Orders of an item that AX sells by another unit since midnight, and what correcting them comes to.

use axcs::company::trade::UnitConversion;
use axcs::console::app::Msg;
use axcs::console::correction::{CorrectionErrand, CorrectionReport};
use axcs::jobs::correction::{Corrected, Correction, Lines, UnitChange};

/// An order that another hand has changed meanwhile.
pub const CHANGED: &str = "shop-W-100740";

fn lines(count: u64, quantity: i64, price: &str) -> Lines {
    Lines {
        count,
        quantity: quantity.into(),
        price: price.parse().unwrap(),
    }
}

/// So many orders, the first of which is shop-W-100701.
pub fn of(orders: usize) -> Correction {
    Correction {
        changes: vec![
            UnitChange {
                item: "D000017".to_owned(),
                from: "ea".to_owned(),
                to: "box".to_owned(),
                conversion: Some(UnitConversion {
                    from: 12.into(),
                    to: 1.into(),
                    decimals: 0,
                }),
                converted: lines(orders as u64 + 2, 24, "1"),
                renamed: Lines::default(),
            },
            UnitChange {
                item: "D000020".to_owned(),
                from: "ea".to_owned(),
                to: "set".to_owned(),
                conversion: None,
                converted: Lines::default(),
                renamed: lines(1, 2, "24.5"),
            },
        ],
        orders: (1..=orders)
            .map(|at| format!("shop-W-100{}", 700 + at))
            .collect(),
        others: 3,
    }
}

/// What becomes of these orders.
pub fn corrected(orders: &[String]) -> Corrected {
    let (left, orders) = orders.iter().cloned().partition(|order| order == CHANGED);
    let left: Vec<String> = left;
    let why = || "it was changed at its source meanwhile".to_owned();
    Corrected {
        orders,
        left: left.into_iter().map(|order| (order, why())).collect(),
        stopped: None,
    }
}

pub fn answer(errand: &CorrectionErrand) -> Msg {
    Msg::Correction(Box::new(match errand {
        CorrectionErrand::Propose(_) => CorrectionReport::Proposed(Ok(of(12))),
        CorrectionErrand::Correct(correcting) => {
            let mut correcting = correcting.clone();
            correcting.behind = correcting.correction.orders.len();
            correcting.so_far = corrected(&correcting.correction.orders);
            CorrectionReport::Stepped(correcting)
        }
    }))
}
