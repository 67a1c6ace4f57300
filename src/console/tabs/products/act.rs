//! What the keys do on the tab *Products*.

use std::sync::Arc;

use super::{Focus, PaneRow, ProductsTab};
use crate::console::app::Effect;
use crate::console::keys::ProductAction;
use crate::console::overlays::{Form, Overlay, ProductWindow, Question};
use crate::console::products::Request;
use crate::console::tabs::Reply;
use crate::console::words;
use crate::jobs::selection::Matching;
use crate::model::Rule;
use crate::model::selection::{Conflict, Hand};

pub(super) const READ_ONLY: &str = "The console is read-only: it changes no selection.";

/// What several items become, in words.
pub fn becomes(hand: Option<Hand>) -> &'static str {
    match hand {
        Some(Hand::Sold) => "sold by hand",
        Some(Hand::Never) => "never sold",
        None => "left to the rules",
    }
}

fn items(number: usize) -> String {
    words::counted(number as u64, "item", "items")
}

impl ProductsTab {
    /// True where the action makes sense now: the footer shows no other.
    pub fn offers(&self, action: ProductAction, read_only: bool) -> bool {
        let is_changed = self
            .draft
            .as_ref()
            .is_some_and(|draft| !draft.difference().is_empty());
        match action {
            ProductAction::Mark
            | ProductAction::Details
            | ProductAction::Copy
            | ProductAction::Export => self.window.selected().is_some(),
            ProductAction::Toggle
            | ProductAction::Sell
            | ProductAction::Never
            | ProductAction::Leave
            | ProductAction::SellAll
            | ProductAction::NeverAll
            | ProductAction::LeaveAll => !read_only && self.window.selected().is_some(),
            ProductAction::AddRule => {
                !read_only && (self.focus != Focus::Tree || self.tree.selected().is_some())
            }
            ProductAction::RemoveRule => !read_only && self.pane_row().is_some(),
            ProductAction::Undo => !read_only && (is_changed || self.before.is_some()),
            ProductAction::Apply => is_changed || self.focus == Focus::Selection,
            ProductAction::Categories
            | ProductAction::List
            | ProductAction::Selection
            | ProductAction::Back => true,
        }
    }

    /// Puts a part in front, or the list where it is there already.
    fn turn(&mut self, part: Focus) {
        self.focus = if self.focus == part {
            Focus::List
        } else {
            part
        };
    }

    /// True for what is done to the selected item.
    fn is_about_the_selected(&self, action: ProductAction) -> bool {
        match action {
            ProductAction::Mark | ProductAction::Details => true,
            ProductAction::Toggle
            | ProductAction::Sell
            | ProductAction::Never
            | ProductAction::Leave => self.marks.is_empty(),
            ProductAction::SellAll
            | ProductAction::NeverAll
            | ProductAction::LeaveAll
            | ProductAction::AddRule
            | ProductAction::RemoveRule
            | ProductAction::Undo
            | ProductAction::Apply
            | ProductAction::Categories
            | ProductAction::List
            | ProductAction::Selection
            | ProductAction::Back
            | ProductAction::Copy
            | ProductAction::Export => false,
        }
    }

    /// Does what a key asks for. Handing items out is the console's part.
    pub fn on(&mut self, action: ProductAction, read_only: bool) -> Reply {
        let is_coming =
            self.window.is_another_wanted() && self.draft.is_some() && self.trouble.is_none();
        if is_coming && self.is_about_the_selected(action) {
            self.typed_ahead = Some(action);
            return Reply::Done;
        }
        match action {
            ProductAction::Mark => {
                if let Some(row) = self.window.selected() {
                    let item = row.item.item.clone();
                    let line = self.line(row);
                    if self.marks.remove(&item).is_none() {
                        self.marks.insert(item, line);
                    }
                }
                self.go(crate::console::keys::Motion::Down).into()
            }
            ProductAction::Details => match self.window.selected() {
                Some(row) => {
                    let lines = self.facts(row);
                    let title = format!("Item {}", row.item.item);
                    Reply::Open(Overlay::Product(ProductWindow::new(title, lines)))
                }
                None => Reply::Refuse("There is no item to show.".to_owned()),
            },
            ProductAction::Categories => {
                self.turn(Focus::Tree);
                Reply::Done
            }
            ProductAction::List => {
                let node = self.tree.selected();
                let category = node.map_or_else(String::new, |node| node.id.clone());
                let changed = category != self.category;
                self.category = category;
                self.focus = Focus::List;
                self.relisted(changed).into()
            }
            ProductAction::Back => {
                self.focus = Focus::List;
                Reply::Done
            }
            ProductAction::Selection => {
                self.turn(Focus::Selection);
                Reply::Done
            }
            ProductAction::Apply => self.count_or_apply(read_only),
            ProductAction::Toggle
            | ProductAction::Sell
            | ProductAction::Never
            | ProductAction::Leave
            | ProductAction::SellAll
            | ProductAction::NeverAll
            | ProductAction::LeaveAll
            | ProductAction::AddRule
            | ProductAction::RemoveRule
            | ProductAction::Undo
                if read_only =>
            {
                Reply::Refuse(READ_ONLY.to_owned())
            }
            ProductAction::Toggle => {
                let selected = self.window.selected();
                let [verdict, _] = selected.map_or_else(Default::default, |row| self.verdicts(row));
                self.set_chosen(match verdict.hand {
                    None => Some(Hand::Sold),
                    Some(Hand::Sold) => Some(Hand::Never),
                    Some(Hand::Never) => None,
                })
            }
            ProductAction::Sell => self.set_chosen(Some(Hand::Sold)),
            ProductAction::Never => self.set_chosen(Some(Hand::Never)),
            ProductAction::Leave => self.set_chosen(None),
            ProductAction::SellAll => self.gather(Some(Hand::Sold)),
            ProductAction::NeverAll => self.gather(Some(Hand::Never)),
            ProductAction::LeaveAll => self.gather(None),
            ProductAction::AddRule if self.focus == Focus::Tree => self.add_category(),
            ProductAction::AddRule => Reply::Open(Overlay::Form(Form::rule())),
            ProductAction::RemoveRule => self.mend(),
            ProductAction::Undo => self.undo(),
            ProductAction::Copy | ProductAction::Export => Reply::Done,
        }
    }

    /// Says the same of the marked items, or of the selected one.
    fn set_chosen(&mut self, hand: Option<Hand>) -> Reply {
        let chosen: Vec<String> = if self.marks.is_empty() {
            let selected = self.window.selected();
            selected
                .map(|row| row.item.item.clone())
                .into_iter()
                .collect()
        } else {
            self.marks.keys().cloned().collect()
        };
        self.set(&chosen, hand)
    }

    /// Says the same of items in the draft.
    pub fn set(&mut self, chosen: &[String], hand: Option<Hand>) -> Reply {
        let Some(draft) = &mut self.draft else {
            return Reply::Refuse("The selection is still being read.".to_owned());
        };
        if chosen.is_empty() {
            return Reply::Refuse("There is no item to choose.".to_owned());
        }
        let what = match chosen {
            [one] => format!("item {one} {}", becomes(hand)),
            several => format!("{} {}", items(several.len()), becomes(hand)),
        };
        let changed = draft.set(chosen, hand, what);
        self.marks.clear();
        if changed == 0 {
            return Reply::Refuse(format!("Nothing was changed: {} already.", becomes(hand)));
        }
        if chosen.len() == 1 {
            return Reply::Done;
        }
        Reply::Tell(format!(
            "In the draft: {} {}. Nothing is in force yet.",
            items(changed),
            becomes(hand)
        ))
    }

    /// Has all items gathered that the list's filter lets through.
    fn gather(&mut self, hand: Option<Hand>) -> Reply {
        if self.is_busy {
            return Reply::Refuse("One moment: something is under way.".to_owned());
        }
        if !self.is_filtering() {
            return Reply::Refuse(
                "That would be every item: narrow the list by a filter or a category first, or add a rule."
                    .to_owned(),
            );
        }
        self.is_busy = true;
        let request = Request::Matching(hand, self.item_filter());
        Reply::Perform(Effect::Products(request))
    }

    /// Asks before something is said of all items that were gathered.
    pub fn gathered(&mut self, hand: Option<Hand>, matching: Matching) -> Reply {
        self.is_busy = false;
        match matching {
            Matching::TooMany => Reply::Refuse(format!(
                "These are more than {} items: add a rule instead, which also holds for items to come.",
                words::count(crate::jobs::selection::MOST_BY_HAND as u64)
            )),
            Matching::All(found) if found.is_empty() => {
                Reply::Refuse("No item matches.".to_owned())
            }
            Matching::All(found) => Reply::Open(Overlay::Confirm(Question::ByHand {
                items: Arc::new(found),
                hand,
            })),
        }
    }

    /// Adds the selected category as a rule.
    fn add_category(&mut self) -> Reply {
        let Some(node) = self.tree.selected() else {
            return Reply::Refuse("Select a category first.".to_owned());
        };
        if node.items == 0 {
            return Reply::Refuse(format!("No item is in {}.", words::clean(&node.name)));
        }
        let rule = Rule::Category {
            category: node.id.clone(),
        };
        self.add_rule(rule)
    }

    /// Adds a rule to the draft.
    pub fn add_rule(&mut self, rule: Rule) -> Reply {
        let what = format!("rule {} added", self.rule_words(&rule));
        let Some(draft) = &mut self.draft else {
            return Reply::Refuse("The selection is still being read.".to_owned());
        };
        if draft.add_rule(rule, what) {
            self.learn().into()
        } else {
            Reply::Refuse("The selection has this rule already.".to_owned())
        }
    }

    /// Removes the selected rule, or mends the selected conflict.
    fn mend(&mut self) -> Reply {
        let Some(row) = self.pane_row() else {
            return Reply::Refuse("There is no rule to remove.".to_owned());
        };
        let number = match row {
            PaneRow::Rule(number)
            | PaneRow::Conflict(Conflict::NamesNothing(number) | Conflict::Within(number, _)) => {
                number
            }
            PaneRow::Conflict(Conflict::ByHand { item, .. }) => {
                let reply = self.set(&[item], None);
                self.go_in_selection(crate::console::keys::Motion::Left);
                return reply;
            }
            PaneRow::Conflict(Conflict::More(..)) => {
                return Reply::Refuse(
                    "Remove them one by one, or find them by a filter.".to_owned(),
                );
            }
        };
        let Some(draft) = &mut self.draft else {
            return Reply::Done;
        };
        let rule = draft.rules().get(number - 1).cloned();
        let what = rule.map_or_else(String::new, |rule| {
            format!(
                "rule {} removed",
                super::facts::rule_words(&rule, self.tree.tree())
            )
        });
        draft.remove_rule(number, what);
        self.go_in_selection(crate::console::keys::Motion::Left);
        Reply::Done
    }

    /// Takes the last step back; without one, drafts what was in force before the last draft that
    /// was applied here.
    fn undo(&mut self) -> Reply {
        let Some(draft) = &mut self.draft else {
            return Reply::Done;
        };
        if let Some(what) = draft.undo() {
            return Reply::Tell(format!("Taken back: {what}."));
        }
        let Some(before) = &self.before else {
            return Reply::Refuse("There is nothing to take back.".to_owned());
        };
        draft.restore(before, "back to the selection before");
        Reply::Tell(format!(
            "The draft is the selection of revision {} again: apply it to put it in force.",
            before.revision
        ))
    }
}
