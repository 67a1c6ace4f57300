//! The orders that a list lets through and of which the same can be asked: gathered page by page out
//! of the ledger, listed or not.

use serde::{Deserialize, Serialize};

use super::engine::Engine;
use crate::jobs::correction::is_about_a_unit;
use crate::model::Exception;
use crate::model::csv::PAGE;
use crate::model::staged::{OrderFilter, OrderRow, OrderView, Stage};

/// Orders that are gathered at most: what is left is asked about again.
pub const MOST_GATHERED: usize = 10_000;

/// What can be asked of an order that is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderWish {
    /// Have AX given it again.
    Retry,
    /// Correct its units at its source.
    Correct,
    /// Close its exception with a note.
    Resolve,
}

impl OrderWish {
    /// True where it can be asked of this order.
    pub fn is_for(self, row: &OrderRow) -> bool {
        match self {
            Self::Retry => row.stage == Stage::Exception,
            Self::Correct => {
                let exception = row.exception.as_ref();
                row.stage == Stage::Exception && exception.is_some_and(is_about_a_unit)
            }
            Self::Resolve => row.exception.is_some(),
        }
    }
}

/// Orders that were gathered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gathered {
    /// Their ids.
    All(Vec<String>),
    /// More than [`MOST_GATHERED`].
    TooMany,
}

/// Gathers the orders that a filter lets through, whatever its limit.
pub async fn gather(
    engine: &dyn Engine,
    wish: OrderWish,
    filter: OrderFilter,
) -> Result<Gathered, Exception> {
    let mut found = Vec::new();
    let mut left = Some(OrderFilter {
        // Only those with an exception are meant, and an index leads to them.
        view: match filter.view {
            OrderView::All | OrderView::Exception => OrderView::Exception,
            OrderView::Open
            | OrderView::Unacknowledged
            | OrderView::Duplicate
            | OrderView::Journal => filter.view,
        },
        limit: PAGE,
        ..filter
    });
    while let Some(filter) = left {
        let page = engine.orders(filter.clone()).await?;
        let meant = page.iter().filter(|row| wish.is_for(row));
        found.extend(meant.map(|row| row.id.clone()));
        if found.len() > MOST_GATHERED {
            return Ok(Gathered::TooMany);
        }
        left = filter.behind(page);
    }
    Ok(Gathered::All(found))
}
