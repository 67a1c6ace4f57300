//! Changes the product selection, counts what a selection would send, and looks for what
//! contradicts itself in it; commands and console reach it through here.

mod look;
mod review;
mod rules;

use std::sync::Arc;

use serde::Serialize;

use super::runner::{Runner, Sides};
use crate::model::exception::Exception;
use crate::model::{Selection, Stream};

pub use look::{ListedRow, MOST_BY_HAND, Matching, RowPage, matching, page, tree};
pub use review::{Review, review};
pub use rules::{NewRule, NoRule, rule};

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
        if let Some(stored) = store(sides, after).await? {
            return Ok(stored);
        }
    }
    Err(Exception::new(
        "The product selection was not changed.",
        "Somebody else changes it at the same time.",
        "Try again.",
    ))
}

/// Replaces the selection where it still has the revision of `wanted`; answers what is stored, or
/// `None` where somebody else changed it meanwhile.
async fn store(sides: &Sides, wanted: Selection) -> Result<Option<Selection>, Exception> {
    let stored = sides.ledger.store_selection(wanted).await?;
    if let Some(stored) = &stored {
        tracing::info!("the product selection was changed: {}", stored.summary());
    }
    Ok(stored)
}

/// What came of a change that an operator made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The selection in force now.
    pub selection: Selection,
    /// False where it was so already.
    pub is_changed: bool,
}

/// Applies an operator's change to the selection in force, and notes it in the audit.
pub async fn edit(runner: &Runner, edit: impl Fn(&mut Selection)) -> Result<Edited, Exception> {
    let before = runner.sides().ledger.selection().await?;
    let after = change(runner.sides(), edit).await?;
    let is_changed = before.revision != after.revision;
    if is_changed {
        note(runner, &after).await?;
    }
    Ok(Edited {
        selection: after,
        is_changed,
    })
}

/// Puts an operator's draft in force where the selection still has the revision that the draft was
/// made from, and notes it in the audit; answers what is in force, or `None` where somebody else
/// changed it meanwhile.
pub async fn apply(runner: &Runner, draft: Selection) -> Result<Option<Selection>, Exception> {
    let stored = store(runner.sides(), draft).await?;
    if let Some(stored) = &stored {
        note(runner, stored).await?;
    }
    Ok(stored)
}

async fn note(runner: &Runner, selection: &Selection) -> Result<(), Exception> {
    runner.note_change("selection", selection.summary()).await
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
