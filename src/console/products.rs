//! What the console asks about products and their selection, and what it hears. The runner answers
//! it; tests put a scripted one in its place.

use std::sync::Arc;

use async_trait::async_trait;

use crate::jobs::Runner;
use crate::jobs::selection::{self, Matching, NewRule, Review, RowPage};
use crate::model::products::{CategoryTree, GroupCount, ItemFilter, ItemQuery};
use crate::model::selection::Hand;
use crate::model::{Exception, Rule, Selection};

/// The products and their selection, as the console sees them.
#[async_trait]
pub trait Products: Send + Sync {
    /// The selection in force.
    async fn selection(&self) -> Result<Selection, Exception>;
    /// A page of items, and which of the rules name each.
    async fn page(&self, query: &ItemQuery, rules: &[Rule]) -> Result<RowPage, Exception>;
    /// The company category hierarchy with counts.
    async fn tree(&self) -> Result<CategoryTree, Exception>;
    /// The item groups with counts.
    async fn groups(&self) -> Result<Vec<GroupCount>, Exception>;
    /// All items that a filter lets through.
    async fn matching(&self, filter: &ItemFilter) -> Result<Matching, Exception>;
    /// The rule that somebody typed.
    async fn rule(&self, new: NewRule) -> Result<Rule, Exception>;
    /// What a draft would send, and what contradicts itself in it.
    async fn review(&self, in_force: &Selection, draft: &Selection) -> Result<Review, Exception>;
    /// Puts a draft in force; `None` where somebody else changed the selection meanwhile.
    async fn apply(&self, draft: Selection) -> Result<Option<Selection>, Exception>;
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Read the selection in force.
    Selection,
    /// Read a page of items.
    Page {
        /// Number of the list that it is for: an answer to an older one is not shown.
        list: u64,
        /// What is asked for.
        query: ItemQuery,
        /// The rules to tell of.
        rules: Arc<Vec<Rule>>,
    },
    /// Read the categories.
    Tree,
    /// Read the item groups.
    Groups,
    /// Gather all items of a filter, to say something of them by hand.
    Matching(Option<Hand>, ItemFilter),
    /// Make a rule of what was typed.
    Rule(NewRule),
    /// Count what the selection in force and a draft hold.
    Review {
        /// Version of the draft.
        version: u64,
        /// The selection in force.
        in_force: Box<Selection>,
        /// The draft.
        draft: Box<Selection>,
    },
    /// Put a draft in force.
    Apply(Box<Selection>),
}

/// What came of it.
#[derive(Debug)]
pub enum Answer {
    /// The selection was read.
    Selection(Result<Selection, Exception>),
    /// A page was read.
    Page {
        /// Number of the list that it is for.
        list: u64,
        /// What was asked for.
        query: ItemQuery,
        /// The rules it tells of.
        rules: Arc<Vec<Rule>>,
        /// The page.
        page: Result<RowPage, Exception>,
    },
    /// The categories were read.
    Tree(Result<CategoryTree, Exception>),
    /// The item groups were read.
    Groups(Result<Vec<GroupCount>, Exception>),
    /// All items of a filter were gathered.
    Matching(Option<Hand>, Result<Matching, Exception>),
    /// A rule was made, or refused.
    Rule(Result<Rule, Exception>),
    /// A draft of this version was counted.
    Review(u64, Result<Review, Exception>),
    /// A draft was put in force.
    Applied(Result<Option<Selection>, Exception>),
}

/// Asks it.
pub async fn perform(products: &dyn Products, request: Request) -> Answer {
    match request {
        Request::Selection => Answer::Selection(products.selection().await),
        Request::Page { list, query, rules } => {
            let page = products.page(&query, &rules).await;
            Answer::Page {
                list,
                query,
                rules,
                page,
            }
        }
        Request::Tree => Answer::Tree(products.tree().await),
        Request::Groups => Answer::Groups(products.groups().await),
        Request::Matching(hand, filter) => Answer::Matching(hand, products.matching(&filter).await),
        Request::Rule(new) => Answer::Rule(products.rule(new).await),
        Request::Review {
            version,
            in_force,
            draft,
        } => Answer::Review(version, products.review(&in_force, &draft).await),
        Request::Apply(draft) => {
            tracing::info!("a product selection applied in the console");
            Answer::Applied(products.apply(*draft).await)
        }
    }
}

#[async_trait]
impl Products for Runner {
    async fn selection(&self) -> Result<Selection, Exception> {
        Ok(self.sides().ledger.selection().await?)
    }

    async fn page(&self, query: &ItemQuery, rules: &[Rule]) -> Result<RowPage, Exception> {
        selection::page(self.sides(), query, rules).await
    }

    async fn tree(&self) -> Result<CategoryTree, Exception> {
        selection::tree(self.sides()).await
    }

    async fn groups(&self) -> Result<Vec<GroupCount>, Exception> {
        Ok(self.sides().company.item_groups().await?)
    }

    async fn matching(&self, filter: &ItemFilter) -> Result<Matching, Exception> {
        selection::matching(self.sides(), filter).await
    }

    async fn rule(&self, new: NewRule) -> Result<Rule, Exception> {
        let rule = selection::rule(self.sides(), new).await;
        rule.map_err(selection::NoRule::exception)
    }

    async fn review(&self, in_force: &Selection, draft: &Selection) -> Result<Review, Exception> {
        selection::review(self.sides(), in_force, draft).await
    }

    async fn apply(&self, draft: Selection) -> Result<Option<Selection>, Exception> {
        selection::apply(self, draft).await
    }
}
