//! What an operator looks through while products are selected: pages of items with the rules that
//! name each, the categories, and all items that a filter lets through.

use super::Sides;
use crate::model::exception::Exception;
use crate::model::products::{CategoryTree, ItemFilter, ItemQuery, ListedItem, Start};
use crate::model::{Rule, Selection};

/// Items that are set by hand at once, at most: more are the work of a rule, which stays true when
/// items come and go.
pub const MOST_BY_HAND: usize = 10_000;

/// Items that are asked for and looked at with one statement while all are gathered.
const LIMIT: usize = 1_000;
const LOOK_AT: usize = 50_000;

/// An item with what names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRow {
    /// The item.
    pub item: ListedItem,
    /// The rules that name it, by their places in the list that was asked for.
    pub named: Vec<usize>,
}

/// A page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowPage {
    /// In the order of the item numbers.
    pub rows: Vec<ListedRow>,
    /// See [`crate::model::products::ItemPage::reached`].
    pub reached: Option<String>,
}

/// The items that are asked for, and which of `rules` name each: what a selection of that rule
/// alone lets through, so that it means the same as in a run.
pub async fn page(sides: &Sides, query: &ItemQuery, rules: &[Rule]) -> Result<RowPage, Exception> {
    let page = sides.company.items(query).await?;
    let numbers: Vec<String> = page.items.iter().map(|item| item.item.clone()).collect();
    let mut rows: Vec<ListedRow> = page
        .items
        .into_iter()
        .map(|item| ListedRow {
            item,
            named: Vec::new(),
        })
        .collect();
    if !rows.is_empty() {
        for (place, rule) in rules.iter().enumerate() {
            let alone = Selection::of_rule(rule.clone());
            let named = sides.company.let_through(&alone, &numbers).await?;
            for (row, is_named) in rows.iter_mut().zip(named) {
                if is_named {
                    row.named.push(place);
                }
            }
        }
    }
    Ok(RowPage {
        rows,
        reached: page.reached,
    })
}

/// All items that a filter lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matching {
    /// Their numbers.
    All(Vec<String>),
    /// More than [`MOST_BY_HAND`].
    TooMany,
}

/// Gathers all items that a filter lets through.
pub async fn matching(sides: &Sides, filter: &ItemFilter) -> Result<Matching, Exception> {
    let mut found = Vec::new();
    let mut start = Start::First;
    loop {
        let query = ItemQuery {
            filter: filter.clone(),
            start,
            limit: LIMIT,
            look_at: LOOK_AT,
        };
        let page = sides.company.items(&query).await?;
        found.extend(page.items.into_iter().map(|item| item.item));
        if found.len() > MOST_BY_HAND {
            return Ok(Matching::TooMany);
        }
        match page.reached {
            Some(reached) => start = Start::After(reached),
            None => return Ok(Matching::All(found)),
        }
    }
}

/// The company category hierarchy of the parameters, or every hierarchy where it is not set; with
/// counts.
pub async fn tree(sides: &Sides) -> Result<CategoryTree, Exception> {
    let chosen = sides.ledger.parameters().await?.category_hierarchy;
    Ok(sides.company.category_tree().await?.of_hierarchy(&chosen))
}
