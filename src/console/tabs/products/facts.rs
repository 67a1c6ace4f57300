//! What there is to tell of an item and of a rule, in words.

use super::ProductsTab;
use crate::jobs::selection::ListedRow;
use crate::model::Rule;
use crate::model::products::CategoryTree;
use crate::model::selection::{Hand, Verdict};

/// A rule with the name of its category.
pub fn rule_words(rule: &Rule, tree: &CategoryTree) -> String {
    match rule {
        Rule::Category { category } => match tree.place(category) {
            Some(place) => format!("category {}", tree.nodes[place].name),
            None => rule.to_string(),
        },
        Rule::ItemGroup { .. } | Rule::ItemRange { .. } => rule.to_string(),
    }
}

impl ProductsTab {
    /// A rule as it is told.
    pub(super) fn rule_words(&self, rule: &Rule) -> String {
        rule_words(rule, self.tree.tree())
    }

    /// Everything there is to tell of an item.
    pub(super) fn facts(&self, listed: &ListedRow) -> Vec<(&'static str, String)> {
        let item = &listed.item;
        let [draft, in_force] = self.verdicts(listed);
        let word = |verdict: &Verdict| match verdict.hand {
            Some(Hand::Never) => "never sold".to_owned(),
            Some(Hand::Sold) => "sold".to_owned(),
            None if verdict.is_sold() => "sold".to_owned(),
            None => "not sold".to_owned(),
        };
        let mut facts = vec![
            ("Item", item.item.clone()),
            ("Name", item.name.clone()),
            ("Item group", item.group.clone()),
        ];
        for category in &item.categories {
            let path = self.tree.tree().path(category);
            if !path.is_empty() {
                facts.push(("Category", path));
            }
        }
        let is_drafted = draft.hand != in_force.hand || draft.is_sold() != in_force.is_sold();
        if is_drafted {
            facts.push(("In force", word(&in_force)));
            facts.push(("In the draft", word(&draft)));
        } else {
            facts.push(("Sold online", word(&draft)));
        }
        if draft.hand.is_some() {
            facts.push(("By hand", "whatever the rules say".to_owned()));
        }
        let rules = self.draft.as_ref().map_or(&[][..], |draft| draft.rules());
        for number in &draft.rules {
            if let Some(rule) = rules.get(number - 1) {
                let text = format!("{number}: {}", self.rule_words(rule));
                facts.push(("Rule", text));
            }
        }
        if draft.rules.is_empty() {
            facts.push(("Rule", "no rule names it".to_owned()));
        }
        facts
    }
}
