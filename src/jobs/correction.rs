//! Orders that were set aside because AX sells an item by another unit than they name: corrected at
//! their source to AX's unit, many at once.
//!
//! What is corrected is said before: which unit becomes which, in how many orders. An order is corrected
//! only where Commerce Services still have it as it was looked at then.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::runner::Runner;
use crate::commerce::Commerce;
use crate::commerce::client::CommerceError;
use crate::company::trade::{ItemKey, SalesItem};
use crate::model::exception::{Exception, ExceptionFilter};
use crate::model::order::WebOrder;
use crate::model::staged::StagedOrder;
use crate::model::words::{count, money};
use crate::model::{Amount, Stream};

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

/// Another unit for the lines of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitChange {
    /// Item number.
    pub item: String,
    /// The unit of the orders.
    pub from: String,
    /// The unit that AX sells it by.
    pub to: String,
    /// How many lines.
    pub lines: u64,
    /// Quantity of one of them: it stays.
    pub quantity: Amount,
    /// Price of one unit of that line: it stays.
    pub price: Amount,
}

impl UnitChange {
    /// True where both are the same unit, written otherwise.
    fn is_spelling(&self) -> bool {
        self.from.trim().eq_ignore_ascii_case(self.to.trim())
    }

    fn in_words(&self) -> String {
        let lines = counted(self.lines, "line", "lines");
        format!(
            "item {} from {} to {} ({lines})",
            self.item, self.from, self.to
        )
    }
}

/// What a correction would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Units, by item.
    pub changes: Vec<UnitChange>,
    /// Ids of the orders.
    pub orders: Vec<String>,
    /// Exceptions that were meant too, and stay as they are.
    pub others: u64,
}

impl Correction {
    /// What is asked before: how many orders, which unit becomes which, and what that means for
    /// the customers.
    pub fn in_words(&self) -> String {
        let orders = counted(self.orders.len() as u64, "order", "orders");
        let changes = first(self.changes.iter().map(UnitChange::in_words), "; ");
        let mut text = format!(
            "This corrects {orders} at Commerce Services to the unit that AX sells by: {changes}."
        );
        if let Some(change) = self.changes.iter().find(|change| !change.is_spelling()) {
            let UnitChange {
                from,
                to,
                quantity,
                price,
                ..
            } = change;
            let price = money(*price);
            text.push_str(&format!(
                " Quantity and price stay: {quantity} {from} at {price} becomes {quantity} {to} at \
                 {price}. axcs does not know what a {to} holds: where that is not the same as a {from}, this \
                 changes what customers bought, and is not the remedy."
            ));
        }
        if self.others > 0 {
            let others = counted(
                self.others,
                "other exception stays",
                "other exceptions stay",
            );
            text.push_str(&format!(" {others} as before."));
        }
        text.push_str(" Then the orders job runs.");
        text
    }

    /// `order` with the units of AX.
    fn applied_to(&self, order: &WebOrder) -> WebOrder {
        let units: HashMap<(&str, &str), &str> = self
            .changes
            .iter()
            .map(|change| ((&*change.item, &*change.from), &*change.to))
            .collect();
        let mut order = order.clone();
        for line in &mut order.lines {
            if let Some(unit) = units.get(&(&*line.item, &*line.unit)) {
                line.unit = (*unit).to_owned();
            }
        }
        order
    }
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
    let (mut changes, mut orders) = (BTreeMap::new(), Vec::new());
    for page in ids.chunks(PAGE) {
        let page = sides.ledger.set_aside_of(page.to_vec()).await?;
        let units = units_of(runner, &page).await?;
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

/// Counts what another unit would change in an order; false where that is nothing.
fn note_changes(
    order: &WebOrder,
    units: &HashMap<ItemKey, String>,
    changes: &mut BTreeMap<(String, String), UnitChange>,
) -> bool {
    let mut is_changed = false;
    for line in &order.lines {
        let key = ItemKey {
            item: line.item.clone(),
            dimensions: line.dimensions.clone(),
        };
        let Some(unit) = units.get(&key).filter(|unit| **unit != line.unit) else {
            continue;
        };
        is_changed = true;
        changes
            .entry((line.item.clone(), line.unit.clone()))
            .or_insert_with(|| UnitChange {
                item: line.item.clone(),
                from: line.unit.clone(),
                to: unit.clone(),
                lines: 0,
                quantity: line.quantity,
                price: line.price,
            })
            .lines += 1;
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
        let changes = first(correction.changes.iter().map(UnitChange::in_words), "; ");
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

#[cfg(test)]
mod tests {
    use super::*;

    fn change(from: &str, to: &str) -> UnitChange {
        UnitChange {
            item: "1001".to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            lines: 3,
            quantity: 2.into(),
            price: 9.into(),
        }
    }

    fn correction(changes: Vec<UnitChange>) -> Correction {
        Correction {
            changes,
            orders: vec!["W-1".to_owned(), "W-2".to_owned()],
            others: 1,
        }
    }

    #[test]
    fn the_question_says_how_many_orders_which_units_and_what_that_means_for_customers() {
        let text = correction(vec![change("ea", "box")]).in_words();
        for words in [
            "corrects 2 orders",
            "item 1001 from ea to box (3 lines)",
            "2 ea at 9.00 becomes 2 box at 9.00",
            "changes what customers bought",
            "1 other exception stays as before.",
        ] {
            assert!(text.contains(words), "{words:?} is not in {text}");
        }
    }

    #[test]
    fn a_unit_that_is_only_written_otherwise_changes_nothing_for_customers() {
        let text = correction(vec![change("EA", "ea")]).in_words();
        assert!(text.contains("item 1001 from EA to ea"), "{text}");
        assert!(!text.contains("customers"), "{text}");
        let mixed = vec![change("EA", "ea"), change("ea", "box")];
        assert!(correction(mixed).in_words().contains("customers bought"));
    }

    #[test]
    fn of_many_items_the_first_are_named_and_the_others_counted() {
        let text = correction(vec![change("ea", "box"); 11]).in_words();
        assert_eq!(text.matches("item 1001").count(), NAMED);
        assert!(text.contains("and 3 more."), "{text}");
    }
}
