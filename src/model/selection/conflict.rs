//! What in a product selection contradicts itself, or does nothing.

use super::{Hand, Rule};
use crate::model::products::CategoryTree;

/// A contradiction, or what does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// No item of the company matches the rule with this number.
    NamesNothing(usize),
    /// Every item that the first rule names, the second one names too.
    Within(usize, usize),
    /// What is said of an item by hand does not need saying, or stands against a rule.
    ByHand {
        /// The item.
        item: String,
        /// What is said.
        hand: Hand,
        /// Number of a rule that names it.
        rule: usize,
    },
    /// So many more items of the same kind.
    More(Hand, usize),
}

impl Rule {
    /// True where every item that this rule names, `other` names too, as far as that shows without
    /// looking at items. Ends of ranges are compared where every order of a database agrees:
    /// between texts of the same digits and capital letters.
    pub fn is_within(&self, other: &Self, tree: &CategoryTree) -> bool {
        match (self, other) {
            (_, Self::ItemRange { from, to }) if from.is_empty() && to.is_empty() => true,
            (Self::Category { category: below }, Self::Category { category: top }) => {
                tree.is_below(below, top)
            }
            (
                Self::ItemRange { from, to },
                Self::ItemRange {
                    from: first,
                    to: last,
                },
            ) => {
                let begins = first.is_empty() || is_ordered(first, from);
                let ends = last.is_empty() || (!to.is_empty() && is_ordered(to, last));
                begins && ends
            }
            (
                Self::Category { .. } | Self::ItemGroup { .. } | Self::ItemRange { .. },
                Self::Category { .. } | Self::ItemGroup { .. } | Self::ItemRange { .. },
            ) => false,
        }
    }
}

fn is_ordered(first: &str, second: &str) -> bool {
    let is_plain = |text: &str| {
        let mut bytes = text.bytes();
        bytes.all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    };
    first == second || (is_plain(first) && is_plain(second) && first <= second)
}

/// The rules that lie wholly within another one; of two that name the same, the later.
pub fn within(rules: &[Rule], tree: &CategoryTree) -> Vec<Conflict> {
    let mut found = Vec::new();
    for (place, rule) in rules.iter().enumerate() {
        let other = rules.iter().enumerate().position(|(at, other)| {
            let is_same = other.is_within(rule, tree);
            at != place && rule.is_within(other, tree) && (!is_same || at < place)
        });
        found.extend(other.map(|other| Conflict::Within(place + 1, other + 1)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> Rule {
        Rule::ItemRange {
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }

    #[test]
    fn a_range_within_another_is_told_where_every_order_agrees() {
        let tree = CategoryTree::default();
        for (inner, outer, expected) in [
            (range("A01", "A05"), range("A00", "A09"), true),
            (range("A01", "A05"), range("A02", "A09"), false),
            (range("A01", "A05"), range("", "A09"), true),
            (range("A01", ""), range("A00", "A09"), false),
            (range("A01", ""), range("A00", ""), true),
            (range("A-01", "A-05"), range("A-00", "A-09"), false),
            (range("A-01", "A-05"), range("A-01", "A-05"), true),
            (range("a1", "a5"), range("", ""), true),
        ] {
            assert_eq!(
                inner.is_within(&outer, &tree),
                expected,
                "{inner} in {outer}"
            );
        }
    }

    #[test]
    fn of_two_rules_that_name_the_same_only_the_later_is_too_many() {
        let group = Rule::ItemGroup {
            group: "FIN".to_owned(),
        };
        let rules = [range("", ""), group, range("A1", "A2"), range("", "")];
        let found = within(&rules, &CategoryTree::default());
        assert_eq!(
            found,
            [
                Conflict::Within(2, 1),
                Conflict::Within(3, 1),
                Conflict::Within(4, 1)
            ]
        );
    }
}
