//! Makes a rule of what an operator typed, and refuses one that names nothing.

use super::Sides;
use crate::company::Entry;
use crate::model::exception::Exception;
use crate::model::{Record, Rule, Selection, Stream};

/// A rule as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewRule {
    /// Items of this item group.
    ItemGroup(String),
    /// Items in this category or below: its name, code or RecId.
    Category(String),
    /// Items from one number to another: `FROM..TO`, either may be left out.
    Items(String),
}

/// Why there is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRule {
    /// It was typed wrong, or names nothing.
    Wrong(Exception),
    /// The company could not be asked.
    Unread(Exception),
}

impl NoRule {
    /// What to tell.
    pub fn exception(self) -> Exception {
        match self {
            Self::Wrong(exception) | Self::Unread(exception) => exception,
        }
    }

    fn wrong(text: impl Into<String>, cause: impl std::fmt::Display, remedy: &str) -> Self {
        Self::Wrong(Exception::new(text, cause, remedy))
    }
}

/// The rule that is meant.
pub async fn rule(sides: &Sides, new: NewRule) -> Result<Rule, NoRule> {
    let rule = match new {
        NewRule::ItemGroup(group) => Rule::ItemGroup { group },
        NewRule::Category(category) => Rule::Category {
            category: find_category(sides, &category).await?,
        },
        NewRule::Items(range) => {
            let Some((from, to)) = range.split_once("..") else {
                return Err(NoRule::wrong(
                    "That is not a range of items.",
                    format!("{range:?} has no `..` in it."),
                    "Write FROM..TO, for example: A0001..A0999",
                ));
            };
            Rule::ItemRange {
                from: from.trim().to_owned(),
                to: to.trim().to_owned(),
            }
        }
    };
    let alone = Selection::of_rule(rule.clone());
    let items = sides.company.count(Stream::Items, &alone).await;
    if items.map_err(|error| NoRule::Unread(error.into()))? == 0 {
        return Err(NoRule::wrong(
            "The selection was not changed.",
            format!("No item of the company matches: {rule}."),
            "Check the spelling; item groups and categories are those of the company.",
        ));
    }
    Ok(rule)
}

/// The RecId of the category with this RecId, code or name.
async fn find_category(sides: &Sides, wanted: &str) -> Result<String, NoRule> {
    let unread = |error: crate::company::CompanyError| NoRule::Unread(error.into());
    let reading = sides
        .company
        .read_all(Stream::Categories, &Selection::default(), None)
        .await;
    let mut reading = reading.map_err(unread)?;
    let mut found = Vec::new();
    while let Some(page) = reading.pages.recv().await {
        for entry in page.map_err(unread)? {
            if let Entry::Present(Record::Category(category)) = entry {
                if category.id == wanted {
                    return Ok(category.id);
                }
                if category.code == wanted || category.name.eq_ignore_ascii_case(wanted) {
                    found.push(category);
                }
            }
        }
    }
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(NoRule::wrong(
            format!("There is no category {wanted:?}."),
            "",
            "Name it as AX does, or give its RecId.",
        )),
        several => {
            let list: Vec<_> = several
                .iter()
                .map(|category| {
                    format!(
                        "{} ({}, {})",
                        category.id, category.hierarchy, category.name
                    )
                })
                .collect();
            Err(NoRule::wrong(
                format!("Several categories are called {wanted:?}."),
                list.join("; "),
                "Name one of them by its RecId.",
            ))
        }
    }
}
