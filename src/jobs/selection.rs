//! Changes the product selection and counts what a selection would send.

use std::sync::Arc;

use serde::Serialize;

use super::runner::Sides;
use crate::model::exception::Exception;
use crate::model::{Selection, Stream};

/// How often a change is tried again because somebody else changed the selection meanwhile.
const TRIES: usize = 5;

/// What one stream would hold with a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StreamCount {
    /// The stream.
    pub stream: Stream,
    /// Its records.
    pub records: u64,
}

/// Applies `change` to the selection in force and stores it. Answers the stored selection, or the
/// unchanged one where `change` changed nothing.
pub async fn change(
    sides: &Arc<Sides>,
    change: impl Fn(&mut Selection),
) -> Result<Selection, Exception> {
    for _ in 0..TRIES {
        let before = sides.ledger.selection().await?;
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(before);
        }
        if let Some(stored) = sides.ledger.store_selection(after).await? {
            tracing::info!(
                "the product selection was changed: {} rules, {} items included, {} excluded",
                stored.rules.len(),
                stored.include.len(),
                stored.exclude.len()
            );
            return Ok(stored);
        }
    }
    Err(Exception::new(
        "The product selection was not changed.",
        "Somebody else changes it at the same time.",
        "Try again.",
    ))
}

/// Counts what every stream of master data would hold with the selection.
pub async fn count(
    sides: &Arc<Sides>,
    selection: &Selection,
) -> Result<Vec<StreamCount>, Exception> {
    let mut counts = Vec::new();
    let of_company = |stream: &Stream| stream.is_read_from_company() && !stream.follows_orders();
    for stream in Stream::ALL.into_iter().filter(of_company) {
        let records = sides.company.count(stream, selection).await?;
        counts.push(StreamCount { stream, records });
    }
    Ok(counts)
}
