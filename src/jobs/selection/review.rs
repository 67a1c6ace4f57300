//! What a draft of the selection would send, beside what the one in force does, and what in it
//! contradicts itself.

use std::sync::Arc;

use super::{Sides, StreamCount, count};
use crate::model::exception::Exception;
use crate::model::products::CategoryTree;
use crate::model::selection::{Conflict, Hand, within};
use crate::model::{Rule, Selection, Stream};

/// Items of which a conflict is told one by one, of each kind.
const TOLD: usize = 5;

/// What there is to know before a draft is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// What the streams hold with the selection in force, and with the draft.
    pub counts: Vec<[StreamCount; 2]>,
    /// How many items each rule of the draft names.
    pub rules: Vec<u64>,
    /// What contradicts itself.
    pub conflicts: Vec<Conflict>,
}

/// Counts with both selections, and looks for conflicts in the draft. It reads the company several
/// times over.
pub async fn review(
    sides: &Arc<Sides>,
    in_force: &Selection,
    draft: &Selection,
) -> Result<Review, Exception> {
    let after = count(sides, draft).await?;
    let before = if in_force == draft {
        after.clone()
    } else {
        count(sides, in_force).await?
    };
    let counts = before.into_iter().zip(after);
    let mut rules = Vec::with_capacity(draft.rules.len());
    let mut conflicts = Vec::new();
    for (place, rule) in draft.rules.iter().enumerate() {
        let alone = Selection::of_rule(rule.clone());
        let items = sides.company.count(Stream::Items, &alone).await?;
        if items == 0 {
            conflicts.push(Conflict::NamesNothing(place + 1));
        }
        rules.push(items);
    }
    // Only of two categories the tree tells whether one lies below the other.
    let of_category = |rule: &&Rule| matches!(rule, Rule::Category { .. });
    let tree = if draft.rules.iter().filter(of_category).count() > 1 {
        sides.company.category_tree().await?
    } else {
        CategoryTree::default()
    };
    conflicts.extend(within(&draft.rules, &tree));
    for (hand, items) in [(Hand::Never, &draft.exclude), (Hand::Sold, &draft.include)] {
        conflicts.extend(by_hand(sides, draft, hand, items).await?);
    }
    Ok(Review {
        counts: counts.map(|(before, after)| [before, after]).collect(),
        rules,
        conflicts,
    })
}

/// The items said by hand that a rule names too.
async fn by_hand(
    sides: &Sides,
    draft: &Selection,
    hand: Hand,
    items: &[String],
) -> Result<Vec<Conflict>, Exception> {
    let mut first_rule: Vec<Option<usize>> = vec![None; items.len()];
    if !items.is_empty() {
        for (place, rule) in draft.rules.iter().enumerate() {
            let alone = Selection::of_rule(rule.clone());
            let named = sides.company.let_through(&alone, items).await?;
            for (first, is_named) in first_rule.iter_mut().zip(named) {
                if is_named {
                    first.get_or_insert(place + 1);
                }
            }
        }
    }
    let named = items.iter().zip(first_rule);
    let mut conflicts: Vec<Conflict> = named
        .filter_map(|(item, rule)| {
            Some(Conflict::ByHand {
                item: item.clone(),
                hand,
                rule: rule?,
            })
        })
        .collect();
    if conflicts.len() > TOLD {
        let more = conflicts.len() - TOLD;
        conflicts.truncate(TOLD);
        conflicts.push(Conflict::More(hand, more));
    }
    Ok(conflicts)
}
