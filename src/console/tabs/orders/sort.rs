//! By what the orders stand in the list: what an index of the ledger keeps in order, in whole; by the
//! other columns only what is listed.

use crate::model::sort::{Direction, OrderSort, Sort};
use crate::model::staged::OrderRow;

/// A column that the list can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderColumn {
    #[default]
    Age,
    State,
    Number,
    Store,
    Customer,
    Total,
    SalesOrder,
}

impl OrderColumn {
    /// The column to the right, the way it is read most.
    pub const fn next(self) -> Sort<Self> {
        let (by, direction) = match self {
            Self::Age => (Self::State, Direction::Up),
            Self::State => (Self::Number, Direction::Up),
            Self::Number => (Self::Store, Direction::Up),
            Self::Store => (Self::Customer, Direction::Up),
            Self::Customer => (Self::Total, Direction::Down),
            Self::Total => (Self::SalesOrder, Direction::Up),
            Self::SalesOrder => (Self::Age, Direction::Down),
        };
        Sort { by, direction }
    }

    /// What the ledger can sort for it, however many there are.
    const fn of_ledger(self) -> Option<OrderSort> {
        match self {
            Self::Age => Some(OrderSort::Placed),
            Self::State => Some(OrderSort::Stage),
            Self::Number => Some(OrderSort::Number),
            Self::Store => Some(OrderSort::Store),
            Self::Customer | Self::Total | Self::SalesOrder => None,
        }
    }
}

/// How the ledger is asked for them.
pub fn in_ledger(sort: Sort<OrderColumn>) -> Sort<OrderSort> {
    match sort.by.of_ledger() {
        Some(by) => Sort {
            by,
            direction: sort.direction,
        },
        None => Sort::default(),
    }
}

/// Sorts what is listed by a column that the ledger keeps in no order.
pub fn sort(rows: &mut [OrderRow], sort: Sort<OrderColumn>) {
    match sort.by {
        OrderColumn::Age | OrderColumn::State | OrderColumn::Number | OrderColumn::Store => return,
        OrderColumn::Customer => rows.sort_by_cached_key(|row| row.customer.to_lowercase()),
        OrderColumn::Total => rows.sort_by(|one, other| {
            let currencies = one.currency.cmp(&other.currency);
            currencies.then(one.total.cmp(&other.total))
        }),
        OrderColumn::SalesOrder => rows.sort_by_cached_key(|row| row.sales_order.to_lowercase()),
    }
    if sort.direction == Direction::Down {
        rows.reverse();
    }
}

/// The order in words; none for the one that nobody asked for.
pub fn words(sort: Sort<OrderColumn>, is_whole: bool) -> Option<String> {
    let (name, up, down) = match sort.by {
        OrderColumn::Age => ("age", "oldest first", "newest first"),
        OrderColumn::State => ("state", "A to Z", "Z to A"),
        OrderColumn::Number => ("number", "A to Z", "Z to A"),
        OrderColumn::Store => ("store", "A to Z", "Z to A"),
        OrderColumn::Customer => ("customer", "A to Z", "Z to A"),
        OrderColumn::Total => ("total", "least first", "greatest first"),
        OrderColumn::SalesOrder => ("sales order", "A to Z", "Z to A"),
    };
    if sort == Sort::default() {
        return None;
    }
    let way = match sort.direction {
        Direction::Up => up,
        Direction::Down => down,
    };
    let part = if is_whole || sort.by.of_ledger().is_some() {
        ""
    } else {
        ", of the newest only"
    };
    Some(format!("by {name}, {way}{part}"))
}
