//! The tab *Products*: a list of a company's items, the tree of its categories, and a draft of the
//! selection of what is sold online. It reads nothing itself; what it shows comes with messages.

mod act;
mod draw;
mod facts;
mod pane;
mod tree;
mod window;

pub use draw::{draw, lay_out, steps_to};
pub use pane::PaneRow;

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use self::tree::TreeView;
use self::window::{PAGE, Window};
use super::filter::FilterText;
use super::{Loading, Reply};
use crate::console::app::Effect;
use crate::console::export::{ItemLine, Rest};
use crate::console::keys::{Context, FilterAction, Motion, ProductAction};
use crate::console::products::Request;
use crate::jobs::selection::{ListedRow, Review, RowPage};
use crate::model::csv;
use crate::model::products::{CategoryTree, ItemFilter, ItemQuery};
use crate::model::selection::{Draft, Verdict};
use crate::model::{Exception, Rule, Selection};

/// Items that are looked at for one page of a filter: a fraction of a second, wherever they are.
const LOOK_AT: usize = 20_000;

/// What the keys are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Focus {
    /// The items.
    #[default]
    List,
    /// The categories.
    Tree,
    /// The rules, what contradicts itself, and what would be sent.
    Selection,
}

/// What is known of the counts of a draft of some version.
#[derive(Debug)]
enum Reviewed {
    UnderWay,
    Ready(u64, Box<Review>),
    Failed(u64, Exception),
}

/// The tab's state.
#[derive(Debug, Default)]
pub struct ProductsTab {
    filter: FilterText,
    /// RecId of the category that is listed; empty for every one.
    category: String,
    window: Window,
    /// Number of the list: grows where other items are listed, or more is told of them.
    list: u64,
    is_paging: bool,
    /// The rules of which the held rows tell whether they name them.
    known: Arc<Vec<Rule>>,
    /// The marked items by their numbers: those out of sight are still to be copied.
    marks: BTreeMap<String, ItemLine>,
    /// What a key asked of the chosen item before the list was there: it is done to the item that the
    /// new list begins with, never to one of the list before.
    typed_ahead: Option<ProductAction>,
    /// None before the selection was read for the first time.
    draft: Option<Draft>,
    /// What was in force before the last draft that was applied here.
    before: Option<Selection>,
    reading: Loading,
    /// Why the selection or the items could not be read.
    trouble: Option<Exception>,
    tree: TreeView,
    /// What became of the categories; none before they were asked for.
    tree_read: Option<Result<(), Exception>>,
    is_reading_tree: bool,
    focus: Focus,
    /// Place of the selected row of the selection.
    at: usize,
    reviewed: Option<Reviewed>,
    /// True while a draft is put in force, or items are gathered.
    is_busy: bool,
}

impl ProductsTab {
    /// Reads the selection anew, and what is not there yet.
    pub fn load(&mut self) -> Vec<Effect> {
        let mut requests = Vec::new();
        if self.reading.ask() {
            requests.push(Request::Selection);
        }
        if !matches!(self.tree_read, Some(Ok(()))) && !self.is_reading_tree {
            self.is_reading_tree = true;
            requests.push(Request::Tree);
        }
        let effects = requests.into_iter().map(Effect::Products);
        effects.collect()
    }

    /// Reads everything that is shown anew, the counts of the categories too.
    pub fn reload(&mut self) -> Vec<Effect> {
        self.tree_read = None;
        self.list += 1;
        self.window.refresh();
        let mut effects = self.load();
        effects.extend(self.load_page());
        effects
    }

    /// Asks for the page that is needed next, unless one is on its way.
    fn load_page(&mut self) -> Option<Effect> {
        if self.is_paging || self.draft.is_none() {
            return None;
        }
        let start = self.window.wants()?;
        self.is_paging = true;
        let filter = self.item_filter();
        let look_at = if filter.is_empty() { PAGE } else { LOOK_AT };
        Some(Effect::Products(Request::Page {
            list: self.list,
            query: ItemQuery {
                filter,
                start,
                limit: PAGE,
                look_at,
            },
            rules: Arc::clone(&self.known),
        }))
    }

    /// Which items are listed.
    fn item_filter(&self) -> ItemFilter {
        let text = self.filter.text().unwrap_or_default();
        ItemFilter::typed(&text, &self.category)
    }

    /// Takes in the selection in force; a draft is put on what somebody else changed meanwhile.
    /// Answers true where that happened.
    pub fn selection_read(&mut self, result: Result<Selection, Exception>) -> (bool, Vec<Effect>) {
        let again = self.reading.answered();
        let mut is_rebased = false;
        match result {
            Ok(stored) => {
                self.trouble = None;
                match &mut self.draft {
                    Some(draft) if draft.base().revision == stored.revision => {}
                    Some(draft) if !draft.difference().is_empty() => {
                        draft.rebase(stored);
                        is_rebased = true;
                    }
                    Some(_) | None => self.draft = Some(Draft::of(stored)),
                }
            }
            Err(exception) => self.trouble = Some(exception),
        }
        let mut effects = if again { self.load() } else { Vec::new() };
        effects.extend(self.learn());
        (is_rebased, effects)
    }

    /// Reads the rows anew where the draft has a rule of which they do not tell.
    fn learn(&mut self) -> Option<Effect> {
        if let Some(draft) = &self.draft {
            let rules = draft.base().rules.iter().chain(draft.rules());
            let mut known = Vec::clone(&self.known);
            for rule in rules {
                if !known.contains(rule) {
                    known.push(rule.clone());
                }
            }
            if known.len() > self.known.len() {
                self.known = Arc::new(known);
                self.list += 1;
                self.window.refresh();
            }
        }
        self.load_page()
    }

    /// Takes in a page of the list with this number; answers what has to be read next.
    pub fn page_read(
        &mut self,
        list: u64,
        query: &ItemQuery,
        page: Result<RowPage, Exception>,
    ) -> Option<Effect> {
        self.is_paging = false;
        match page {
            Ok(page) if list == self.list => {
                self.trouble = None;
                self.window.take(&query.start, page);
            }
            // It is for a list that nobody sees any more.
            Ok(_) => {}
            Err(exception) => {
                self.trouble = Some(exception);
                self.typed_ahead = None;
                return None;
            }
        }
        self.load_page()
    }

    /// What was typed ahead, once the list is there.
    pub fn take_typed_ahead(&mut self) -> Option<ProductAction> {
        let is_there = !self.window.is_another_wanted();
        is_there.then(|| self.typed_ahead.take()).flatten()
    }

    /// Takes in the categories.
    pub fn tree_read(&mut self, result: Result<CategoryTree, Exception>) {
        self.is_reading_tree = false;
        self.tree_read = Some(result.map(|tree| self.tree.take(tree)));
    }

    /// Takes in what a draft of this version would send.
    pub fn reviewed(&mut self, version: u64, result: Result<Review, Exception>) {
        self.reviewed = Some(match result {
            Ok(review) => Reviewed::Ready(version, Box::new(review)),
            Err(exception) => Reviewed::Failed(version, exception),
        });
    }

    /// The counts of the draft as it is now.
    fn review(&self) -> Option<&Review> {
        match &self.reviewed {
            Some(Reviewed::Ready(version, review)) if Some(*version) == self.version() => {
                Some(review)
            }
            Some(Reviewed::Ready(..) | Reviewed::UnderWay | Reviewed::Failed(..)) | None => None,
        }
    }

    fn version(&self) -> Option<u64> {
        self.draft.as_ref().map(Draft::version)
    }

    /// Takes in whether the draft was put in force. Answers what is to be told.
    pub fn applied(&mut self, result: Result<Option<Selection>, Exception>) -> Applied {
        self.is_busy = false;
        match result {
            Ok(Some(stored)) => {
                // The version goes on: counts of an older draft are none of this one.
                let draft = self.draft.get_or_insert_default();
                self.before = Some(draft.base().clone());
                draft.settle(stored);
                self.reviewed = None;
                Applied::InForce
            }
            Ok(None) => Applied::ChangedElsewhere,
            Err(exception) => Applied::Failed(exception),
        }
    }

    /// Takes in that what was asked for is over.
    pub fn is_over(&mut self) {
        self.is_busy = false;
    }

    /// The rules that name the item of a row.
    fn named<'a>(&'a self, row: &'a ListedRow) -> impl Iterator<Item = &'a Rule> {
        row.named.iter().filter_map(|place| self.known.get(*place))
    }

    /// Why the item of a row is sold or not by the draft, and in force.
    fn verdicts(&self, row: &ListedRow) -> [Verdict; 2] {
        let item = &row.item.item;
        self.draft.as_ref().map_or_else(Default::default, |draft| {
            [
                draft.verdict(item, self.named(row)),
                draft.verdict_in_force(item, self.named(row)),
            ]
        })
    }

    fn line(&self, row: &ListedRow) -> ItemLine {
        let [verdict, _] = self.verdicts(row);
        ItemLine {
            item: row.item.clone(),
            verdict,
        }
    }

    /// The marked items as text, a line each; where none is, the selected one. What becomes of a
    /// marked one is told as it was when it was marked.
    pub fn copied(&self) -> String {
        if self.marks.is_empty() {
            let selected = self.window.selected().map(|row| self.line(row));
            return csv::lines(selected.iter());
        }
        csv::lines(self.marks.values())
    }

    /// All items that the filter lets through, in sight or not, with what becomes of them by the
    /// draft; none before the selection was read.
    pub fn whole(&self) -> Option<Rest> {
        let wanted = self.draft.as_ref()?.wanted();
        Some(Rest::items(self.item_filter(), wanted))
    }

    /// Whose keys hold.
    pub fn context(&self) -> Context {
        if self.filter.is_typing() {
            return Context::Filter;
        }
        match self.focus {
            Focus::List => Context::Products,
            Focus::Tree => Context::Categories,
            Focus::Selection => Context::Selection,
        }
    }

    /// True while a filter is typed or in force.
    pub fn is_filtering(&self) -> bool {
        self.filter.is_shown() || !self.category.is_empty()
    }

    /// Does what a key asks for the filter.
    pub fn on_filter(&mut self, action: FilterAction) -> Reply {
        let mut changed = self.filter.on(action);
        if action == FilterAction::End && !self.category.is_empty() {
            self.category.clear();
            changed = true;
        }
        self.relisted(changed).into()
    }

    /// A key while the filter is typed.
    pub fn type_key(&mut self, key: KeyEvent) -> Option<Effect> {
        let changed = self.filter.type_key(key);
        self.relisted(changed)
    }

    /// Pasted text while the filter is typed.
    pub fn paste(&mut self, text: &str) -> Option<Effect> {
        let changed = self.filter.paste(text);
        self.relisted(changed)
    }

    /// Begins another list, where another one is wanted.
    fn relisted(&mut self, is_changed: bool) -> Option<Effect> {
        if is_changed {
            self.list += 1;
            self.window.restart();
            self.typed_ahead = None;
        }
        self.load_page()
    }

    /// Moves in what the keys are about; answers what has to be read for it.
    pub fn go(&mut self, motion: Motion) -> Option<Effect> {
        match self.focus {
            Focus::List => {
                self.typed_ahead = None;
                self.window.go(motion);
                return self.load_page();
            }
            Focus::Tree => self.tree.go(motion),
            Focus::Selection => self.go_in_selection(motion),
        }
        None
    }
}

/// What came of putting a draft in force.
#[derive(Debug)]
pub enum Applied {
    /// It is in force.
    InForce,
    /// Somebody else changed the selection meanwhile.
    ChangedElsewhere,
    /// It was not stored.
    Failed(Exception),
}
