//! Which products are sold online: rules, and items named one by one.

mod conflict;
mod draft;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use conflict::{Conflict, within};
pub use draft::{Difference, Draft, Hand, Verdict};

/// One rule of a product selection. Rules add up: an item that any rule names is selected.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Rule {
    /// Items in a category or in any category below it.
    Category {
        /// RecId of the category, as text.
        category: String,
    },
    /// Items of an item group.
    ItemGroup {
        /// The item group.
        group: String,
    },
    /// Items whose number lies between two others, both included, in the order of the database.
    ItemRange {
        /// First item number; empty means from the beginning.
        from: String,
        /// Last item number; empty means to the end.
        to: String,
    },
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = |end: &str| {
            if end.is_empty() {
                "*".to_owned()
            } else {
                end.to_owned()
            }
        };
        match self {
            Self::Category { category } => write!(f, "category {category}"),
            Self::ItemGroup { group } => write!(f, "item group {group}"),
            Self::ItemRange { from, to } => write!(f, "items {}..{}", open(from), open(to)),
        }
    }
}

/// The product selection: what the *Document Filters* form of AX held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Grows with every change, of the category hierarchy too; a stream remembers the revision of its last complete upload.
    pub revision: i64,
    /// The *company category hierarchy* of the parameters: only its categories travel; empty for
    /// those of every hierarchy.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category_hierarchy: String,
    /// An item that one of these names is selected.
    pub rules: Vec<Rule>,
    /// Items selected whatever the rules say.
    pub include: Vec<String>,
    /// Items left out whatever the rules and `include` say.
    pub exclude: Vec<String>,
}

impl Selection {
    /// True where nothing is selected, which AX took for "the entire inventory".
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.include.is_empty()
    }

    /// One rule by itself.
    pub fn of_rule(rule: Rule) -> Self {
        Self {
            rules: vec![rule],
            ..Self::default()
        }
    }

    /// `2 rules, 3 items included, 1 excluded`.
    pub fn summary(&self) -> String {
        format!(
            "{} rules, {} items included, {} excluded",
            self.rules.len(),
            self.include.len(),
            self.exclude.len()
        )
    }

    /// Every item of the company, used to count what a run without a selection would send.
    pub fn everything() -> Self {
        Self {
            rules: vec![Rule::ItemRange {
                from: String::new(),
                to: String::new(),
            }],
            ..Self::default()
        }
    }
}
