//! Orders that were set aside because AX sells an item by another unit than they name: corrected at
//! their source to AX's unit, many at once.
//!
//! Where AX's unit conversions know both units, and it comes out even, quantity and price of a line become
//! those of the other unit; else the unit alone changes. What is corrected is said before: which unit
//! becomes which, in how many orders, and what that means for the customers. An order is corrected only
//! where Commerce Services still have it as it was looked at then.

mod change;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

pub use self::change::{Correction, Lines, UnitChange};
use super::runner::Runner;
use crate::commerce::Commerce;
use crate::commerce::client::CommerceError;
use crate::company::trade::{ItemKey, SalesItem, UnitsOfItem};
use crate::model::Stream;
use crate::model::exception::{Exception, ExceptionFilter};
use crate::model::order::{OrderLine, WebOrder};
use crate::model::staged::StagedOrder;
use crate::model::words::count;

/// Code of the exceptions that this is about.
pub const CODE: &str = "unit-mismatch";
/// Their text.
pub const TEXT: &str = "The unit of the online order does not match.";
/// Orders that are corrected before it is told how far it has come.
pub const STEP: usize = 20;
/// Orders that are corrected at most after one question; what is left is asked about again.
const MOST: usize = 5_000;
/// Orders that are looked up together.
const PAGE: usize = 100;
/// Items and orders that are named; of more, only the number is told.
const NAMED: usize = 8;

/// True for the exception of an order that names another unit than AX.
pub fn is_about_a_unit(exception: &Exception) -> bool {
    exception.text == TEXT
}

/// What became of some orders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// Ids of those that are corrected.
    pub orders: Vec<String>,
    /// Ids of those that are as they were, and why.
    pub left: Vec<(String, String)>,
    /// Why no more could be corrected.
    pub stopped: Option<Exception>,
}

/// Looks which orders of the exceptions that match AX would take with another unit. Nothing is changed.
pub async fn propose(runner: &Runner, filter: &ExceptionFilter) -> Result<Correction, Exception> {
    let sides = runner.sides();
    let meant = ExceptionFilter {
        with_closed: false,
        limit: None,
        ..filter.clone()
    };
    let all = sides.ledger.exception_count(&meant).await?;
    let is_other = meant.code.as_ref().is_some_and(|code| code != CODE);
    let entries = if is_other {
        Vec::new()
    } else {
        let about_units = ExceptionFilter {
            stream: meant.stream.or(Some(Stream::Orders)),
            code: Some(CODE.to_owned()),
            limit: Some(MOST),
            ..meant
        };
        sides.ledger.exceptions(&about_units).await?
    };
    let ids: Vec<String> = entries.into_iter().map(|entry| entry.key).collect();
    let (mut changes, mut orders) = (Changes::new(), Vec::new());
    for page in ids.chunks(PAGE) {
        let page = sides.ledger.set_aside_of(page.to_vec()).await?;
        let units = units_of(runner, &page).await?;
        begin_changes(runner, &page, &units, &mut changes).await?;
        for staged in page {
            if note_changes(&staged.order, &units, &mut changes) {
                orders.push(staged.row.id);
            }
        }
    }
    Ok(Correction {
        others: all.saturating_sub(orders.len() as u64),
        changes: changes.into_values().collect(),
        orders,
    })
}

/// Changes by item and the unit of the orders.
type Changes = BTreeMap<(String, String), UnitChange>;

/// The sales units of what these orders name, as far as AX sells it.
async fn units_of(
    runner: &Runner,
    page: &[StagedOrder],
) -> Result<HashMap<ItemKey, String>, Exception> {
    let lines = page.iter().flat_map(|staged| &staged.order.lines);
    let keys: HashSet<ItemKey> = lines
        .map(|line| ItemKey {
            item: line.item.clone(),
            dimensions: line.dimensions.clone(),
        })
        .collect();
    let keys: Vec<ItemKey> = keys.into_iter().collect();
    let items = runner.sides().company.sales_items(&keys).await?;
    let units = keys.into_iter().zip(items);
    Ok(units
        .filter_map(|(key, item)| match item {
            SalesItem::Released { unit } => Some((key, unit)),
            SalesItem::UnknownItem | SalesItem::UnknownVariant => None,
        })
        .collect())
}

/// The lines of an order that AX takes with another unit, each with that unit.
fn others<'a>(
    order: &'a WebOrder,
    units: &'a HashMap<ItemKey, String>,
) -> impl Iterator<Item = (&'a OrderLine, &'a String)> {
    order.lines.iter().filter_map(|line| {
        let key = ItemKey {
            item: line.item.clone(),
            dimensions: line.dimensions.clone(),
        };
        let unit = units.get(&key).filter(|unit| **unit != line.unit)?;
        Some((line, unit))
    })
}

/// Adds the changes that these orders need, with what AX knows of their units.
async fn begin_changes(
    runner: &Runner,
    page: &[StagedOrder],
    units: &HashMap<ItemKey, String>,
    changes: &mut Changes,
) -> Result<(), Exception> {
    let mut new = Changes::new();
    for (line, unit) in page.iter().flat_map(|staged| others(&staged.order, units)) {
        let key = (line.item.clone(), line.unit.clone());
        if !changes.contains_key(&key) {
            new.entry(key)
                .or_insert_with(|| UnitChange::new(line, unit));
        }
    }
    let mut asked: Vec<&mut UnitChange> = new
        .values_mut()
        .filter(|change| !change.is_spelling())
        .collect();
    if !asked.is_empty() {
        let wanted: Vec<UnitsOfItem> = asked
            .iter()
            .map(|change| UnitsOfItem {
                item: change.item.clone(),
                from: change.from.clone(),
                to: change.to.clone(),
            })
            .collect();
        let found = runner.sides().company.unit_conversions(&wanted).await?;
        for (change, conversion) in asked.iter_mut().zip(found) {
            change.conversion = conversion;
        }
    }
    changes.append(&mut new);
    Ok(())
}

/// Counts what another unit would change in an order; false where that is nothing.
fn note_changes(order: &WebOrder, units: &HashMap<ItemKey, String>, changes: &mut Changes) -> bool {
    let mut is_changed = false;
    for (line, _) in others(order, units) {
        if let Some(change) = changes.get_mut(&(line.item.clone(), line.unit.clone())) {
            change.note(line);
            is_changed = true;
        }
    }
    is_changed
}

/// Corrects these orders of a correction, [`STEP`] or so of them, at their source; the next run of the
/// orders job brings them to AX. What is corrected is written down with who did it.
pub async fn correct(
    runner: &Runner,
    correction: &Correction,
    orders: &[String],
) -> Result<Corrected, Exception> {
    let sides = runner.sides();
    let page = sides.ledger.set_aside_of(orders.to_vec()).await?;
    let waiting: HashSet<&str> = page.iter().map(|staged| staged.row.id.as_str()).collect();
    let settled = orders.iter().filter(|id| !waiting.contains(id.as_str()));
    let mut corrected = Corrected {
        left: settled
            .map(|id| (id.clone(), "it is not set aside any more".to_owned()))
            .collect(),
        ..Corrected::default()
    };
    for staged in &page {
        let id = staged.row.id.clone();
        match correct_one(&*sides.commerce, correction, &staged.order).await {
            Ok(()) => corrected.orders.push(id),
            Err(Uncorrected::Left(why)) => corrected.left.push((id, why)),
            Err(Uncorrected::Stop(error)) => {
                corrected.stopped = Some(error.into());
                break;
            }
        }
    }
    if !corrected.orders.is_empty() {
        let orders = first(corrected.orders.iter().cloned(), ", ");
        let changes = correction.changes_in_words();
        let text = format!("corrected at their source: {orders}; {changes}");
        runner.note_change("order", text).await?;
    }
    Ok(corrected)
}

/// Why an order is as it was.
enum Uncorrected {
    /// It is about this order.
    Left(String),
    /// The next one would come to the same.
    Stop(CommerceError),
}

impl From<CommerceError> for Uncorrected {
    fn from(error: CommerceError) -> Self {
        match error.problem() {
            // Whoever has no right to this order has none to any.
            Some(problem) if problem.status != 403 => Self::Left(problem.detail.clone()),
            Some(_) | None => Self::Stop(error),
        }
    }
}

async fn correct_one(
    commerce: &dyn Commerce,
    correction: &Correction,
    seen: &WebOrder,
) -> Result<(), Uncorrected> {
    let left = |why: &str| Err(Uncorrected::Left(why.to_owned()));
    let order = correction.applied_to(seen);
    if order == *seen {
        return left("no line of it is about this any more");
    }
    let Some(now) = commerce.order(&seen.id).await? else {
        return left("Commerce Services do not have it any more");
    };
    if now.order != *seen && now.order != order {
        return left("it was changed at its source meanwhile");
    }
    commerce.correct_order_of(&order, &now.listed.hash).await?;
    Ok(())
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// The first of them, and how many more there are.
fn first(all: impl ExactSizeIterator<Item = String>, between: &str) -> String {
    let more = all.len().saturating_sub(NAMED);
    let names: Vec<String> = all.take(NAMED).collect();
    let names = names.join(between);
    if more == 0 {
        names
    } else {
        format!("{names} and {} more", count(more as u64))
    }
}
