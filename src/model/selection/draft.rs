//! A product selection that is being changed: steps that can be taken back, and what they come to.
//! Nothing is in force before it is applied.

use std::collections::BTreeMap;

use super::{Rule, Selection};

/// What is said of one item by hand, whatever the rules say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hand {
    /// It is sold.
    Sold,
    /// It is never sold.
    Never,
}

/// Why an item is sold, or is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What is said of it by hand.
    pub hand: Option<Hand>,
    /// Numbers of the rules that name it, from 1.
    pub rules: Vec<usize>,
}

impl Verdict {
    /// True where it is sold.
    pub fn is_sold(&self) -> bool {
        match self.hand {
            Some(Hand::Sold) => true,
            Some(Hand::Never) => false,
            None => !self.rules.is_empty(),
        }
    }
}

/// What a draft changes, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Items of which something else is said by hand.
    pub items: usize,
    /// Rules that are added or removed.
    pub rules: usize,
}

impl Difference {
    /// True where nothing is changed.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

type Hands = BTreeMap<String, Hand>;

/// What was before a step.
#[derive(Clone, Debug)]
struct Step {
    what: String,
    hands: Vec<(String, Option<Hand>)>,
    rules: Option<Vec<Rule>>,
}

/// The draft.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The selection in force.
    base: Selection,
    base_hands: Hands,
    rules: Vec<Rule>,
    hands: Hands,
    steps: Vec<Step>,
    difference: Difference,
    version: u64,
}

/// What is said by hand in a selection: never is stronger, as everywhere.
fn hands(selection: &Selection) -> Hands {
    let sold = selection.include.iter().map(|item| (item, Hand::Sold));
    let never = selection.exclude.iter().map(|item| (item, Hand::Never));
    let hands = sold.chain(never);
    hands.map(|(item, hand)| (item.clone(), hand)).collect()
}

/// The verdict by `rules` where `named` are rules that name the item, of these or others.
fn verdict<'a>(
    rules: &[Rule],
    hand: Option<Hand>,
    named: impl IntoIterator<Item = &'a Rule>,
) -> Verdict {
    let place = |rule: &Rule| rules.iter().position(|one| one == rule);
    let mut numbers: Vec<usize> = named
        .into_iter()
        .filter_map(|rule| Some(place(rule)? + 1))
        .collect();
    numbers.sort_unstable();
    Verdict {
        hand,
        rules: numbers,
    }
}

impl Draft {
    /// A draft that changes nothing of the selection in force.
    pub fn of(base: Selection) -> Self {
        let hands = hands(&base);
        Self {
            base_hands: hands.clone(),
            rules: base.rules.clone(),
            hands,
            base,
            ..Self::default()
        }
    }

    /// The selection in force.
    pub const fn base(&self) -> &Selection {
        &self.base
    }

    /// Its rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Grows with every change of the draft.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// What it changes.
    pub const fn difference(&self) -> Difference {
        self.difference
    }

    /// How many items are sold by hand, and how many never.
    pub fn by_hand(&self) -> [usize; 2] {
        let sold = self.hands.values().filter(|hand| **hand == Hand::Sold);
        let sold = sold.count();
        [sold, self.hands.len() - sold]
    }

    /// Why the draft sells an item or does not, where `named` are the known rules that name it.
    pub fn verdict<'a>(&self, item: &str, named: impl IntoIterator<Item = &'a Rule>) -> Verdict {
        verdict(&self.rules, self.hands.get(item).copied(), named)
    }

    /// The same for the selection in force.
    pub fn verdict_in_force<'a>(
        &self,
        item: &str,
        named: impl IntoIterator<Item = &'a Rule>,
    ) -> Verdict {
        let hand = self.base_hands.get(item).copied();
        verdict(&self.base.rules, hand, named)
    }

    /// The selection that is wanted: what stays is as it is in force.
    pub fn wanted(&self) -> Selection {
        let of = |wanted: Hand| {
            let items = self.hands.iter().filter(|(_, hand)| **hand == wanted);
            items.map(|(item, _)| item.clone()).collect()
        };
        Selection {
            revision: self.base.revision,
            category_hierarchy: self.base.category_hierarchy.clone(),
            rules: self.rules.clone(),
            include: of(Hand::Sold),
            exclude: of(Hand::Never),
        }
    }

    /// Says the same of several items by hand, or leaves them to the rules; answers of how many
    /// something else was said before.
    pub fn set<'a>(
        &mut self,
        items: impl IntoIterator<Item = &'a String>,
        hand: Option<Hand>,
        what: impl Into<String>,
    ) -> usize {
        let mut before = Vec::new();
        for item in items {
            let was = self.say(item, hand);
            if was != hand {
                before.push((item.clone(), was));
            }
        }
        let changed = before.len();
        if changed > 0 {
            self.take(Step {
                what: what.into(),
                hands: before,
                rules: None,
            });
        }
        changed
    }

    fn say(&mut self, item: &str, hand: Option<Hand>) -> Option<Hand> {
        match hand {
            Some(hand) => self.hands.insert(item.to_owned(), hand),
            None => self.hands.remove(item),
        }
    }

    /// Adds a rule; false where it is there already.
    pub fn add_rule(&mut self, rule: Rule, what: impl Into<String>) -> bool {
        let is_new = !self.rules.contains(&rule);
        if is_new {
            let mut rules = self.rules.clone();
            rules.push(rule);
            self.set_rules(rules, what.into());
        }
        is_new
    }

    /// Removes the rule with this number, from 1; false where there is none.
    pub fn remove_rule(&mut self, number: usize, what: impl Into<String>) -> bool {
        let mut rules = self.rules.clone();
        let is_there = (1..=rules.len()).contains(&number);
        if is_there {
            rules.remove(number - 1);
            self.set_rules(rules, what.into());
        }
        is_there
    }

    fn set_rules(&mut self, rules: Vec<Rule>, what: String) {
        let before = std::mem::replace(&mut self.rules, rules);
        self.take(Step {
            what,
            hands: Vec::new(),
            rules: Some(before),
        });
    }

    /// Makes the draft say what another selection says, as one step.
    pub fn restore(&mut self, wanted: &Selection, what: impl Into<String>) {
        let wanted_hands = hands(wanted);
        let before = self.change_hands(&wanted_hands);
        let rules = std::mem::replace(&mut self.rules, wanted.rules.clone());
        if !before.is_empty() || rules != self.rules {
            self.take(Step {
                what: what.into(),
                hands: before,
                rules: Some(rules),
            });
        }
    }

    /// Says by hand what `wanted` says; answers what was said before.
    fn change_hands(&mut self, wanted: &Hands) -> Vec<(String, Option<Hand>)> {
        let items = self.hands.keys().chain(wanted.keys());
        let before: Vec<_> = items
            .filter(|item| self.hands.get(*item) != wanted.get(*item))
            .map(|item| (item.clone(), self.hands.get(item).copied()))
            .collect();
        self.hands.clone_from(wanted);
        before
    }

    /// Takes the last step back; answers what it was.
    pub fn undo(&mut self) -> Option<String> {
        let step = self.steps.pop()?;
        for (item, hand) in step.hands {
            self.say(&item, hand);
        }
        if let Some(rules) = step.rules {
            self.rules = rules;
        }
        self.measure();
        Some(step.what)
    }

    /// Takes in that a selection is in force, be it the draft: nothing is changed of it, and
    /// nothing can be taken back step by step.
    pub fn settle(&mut self, stored: Selection) {
        *self = Self {
            version: self.version + 1,
            ..Self::of(stored)
        };
    }

    /// Puts what the draft changes on a selection that came in force meanwhile, as one step.
    pub fn rebase(&mut self, stored: Selection) {
        let mut wanted = hands(&stored);
        for item in self.hands.keys().chain(self.base_hands.keys()) {
            if self.hands.get(item) == self.base_hands.get(item) {
                continue;
            }
            match self.hands.get(item) {
                Some(hand) => wanted.insert(item.clone(), *hand),
                None => wanted.remove(item),
            };
        }
        let mut rules = stored.rules.clone();
        rules.retain(|rule| self.rules.contains(rule) || !self.base.rules.contains(rule));
        for rule in &self.rules {
            if !self.base.rules.contains(rule) && !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
        let mut draft = Self {
            version: self.version,
            ..Self::of(stored)
        };
        let before = draft.change_hands(&wanted);
        let rules_before = std::mem::replace(&mut draft.rules, rules);
        draft.take(Step {
            what: "the draft, put on what was changed elsewhere".to_owned(),
            hands: before,
            rules: Some(rules_before),
        });
        *self = draft;
    }

    fn take(&mut self, step: Step) {
        self.steps.push(step);
        self.measure();
    }

    fn measure(&mut self) {
        self.version += 1;
        let differs = |item: &&String| self.hands.get(*item) != self.base_hands.get(*item);
        let there = self.hands.keys().filter(differs).count();
        let gone = self.base_hands.keys();
        let gone = gone.filter(|item| !self.hands.contains_key(*item)).count();
        let lacks =
            |all: &[Rule], of: &[Rule]| of.iter().filter(|rule| !all.contains(rule)).count();
        self.difference = Difference {
            items: there + gone,
            rules: lacks(&self.base.rules, &self.rules) + lacks(&self.rules, &self.base.rules),
        };
    }
}

#[cfg(test)]
mod tests;
