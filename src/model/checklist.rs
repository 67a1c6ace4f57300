//! The checklists of AX as data: their items, what each depends on, and how it stands, computed from
//! what the system says; ticked by hand where nothing can say it.
//!
//! States are those of an AX checklist: deferred, ready, in process, finished, and a warning where
//! something is on that should not stay so.

mod rule;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::{Account, Migration, Operation};
use super::administration::{OperationLog, Parameters};
use super::exception::{Exception, chain};
use super::job::Job;
pub use rule::Rule;

/// Which checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChecklistKind {
    /// *Configuration checklist*.
    Configuration,
    /// *Upgrade checklist*, of accounts of the first release.
    Upgrade,
}

impl ChecklistKind {
    /// Both, in the order of the menu.
    pub const ALL: [Self; 2] = [Self::Configuration, Self::Upgrade];

    /// The word in commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Upgrade => "upgrade",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Configuration => include_str!("../../config/checklists/configuration.toml"),
            Self::Upgrade => include_str!("../../config/checklists/upgrade.toml"),
        }
    }
}

impl fmt::Display for ChecklistKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ChecklistKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| "it is one of configuration, upgrade".to_owned())
    }
}

/// A checklist: its title and its items, in the order in which they are done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// As the form of AX is called.
    pub title: String,
    /// The items.
    #[serde(rename = "item")]
    pub items: Vec<Item>,
}

impl Checklist {
    /// The checklist as the program knows it.
    ///
    /// # Errors
    /// Where it is broken, which a test rules out.
    pub fn read(kind: ChecklistKind) -> Result<Self, Exception> {
        toml::from_str(kind.text()).map_err(|error| {
            Exception::new(
                "The checklist cannot be read.",
                chain(&error),
                "Report it: this is a fault of the program.",
            )
        })
    }

    /// The item with this id.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// How every item stands.
    pub fn evaluate(&self, facts: &Facts) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let unfinished = item.after.iter().find_map(|id| {
                let before = lines.iter().find(|line| line.item.id == *id)?;
                let is_finished = matches!(before.state, ItemState::Finished { .. });
                (!is_finished).then_some(&before.item.title)
            });
            let state = match (item.rule.look(&item.id, facts), unfinished) {
                // What is done or under way is so, whatever stands before it.
                (ItemState::Ready, Some(title)) => ItemState::Deferred {
                    reason: format!("first: {title}"),
                },
                (state, _) => state,
            };
            lines.push(Line {
                item: item.clone(),
                state,
            });
        }
        lines
    }
}

/// An item of a checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What commands call it.
    pub id: String,
    /// Its label in AX.
    pub title: String,
    /// What it is for and what is done.
    pub does: String,
    /// Where the console does it.
    pub place: Where,
    /// The command that does it.
    pub command: String,
    /// How its state is found.
    #[serde(skip_serializing)]
    pub rule: Rule,
    /// Ids of the items that have to be finished first.
    #[serde(default)]
    pub after: Vec<String>,
    /// True where it may be left out.
    #[serde(default)]
    pub optional: bool,
}

impl Item {
    /// True where an operator ticks it.
    pub const fn is_ticked_by_hand(&self) -> bool {
        matches!(self.rule, Rule::ByHand)
    }
}

/// Where the console does an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// On the tab *Account*.
    Account,
    /// In the form *Parameters*.
    Parameters,
    /// On the tab *Products*.
    Products,
    /// On the tab *Jobs*.
    Jobs,
    /// Where the operation log is switched.
    OperationLog,
    /// At the website of Commerce Services.
    Website,
    /// By its command only.
    Command,
    /// It migrates the account.
    MigrateAccount,
    /// It migrates the data.
    MigrateData,
}

impl Where {
    /// The migration that it is.
    pub const fn migration(self) -> Option<Migration> {
        match self {
            Self::MigrateAccount => Some(Migration::Account),
            Self::MigrateData => Some(Migration::Data),
            Self::Account
            | Self::Parameters
            | Self::Products
            | Self::Jobs
            | Self::OperationLog
            | Self::Website
            | Self::Command => None,
        }
    }
}

/// How an item stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum ItemState {
    /// It cannot be done yet.
    Deferred {
        /// What has to be finished first.
        reason: String,
    },
    /// It can be done.
    Ready,
    /// It is being done.
    InProgress {
        /// How far it is, in words.
        how: String,
        /// Records done and in all, where they are counted.
        #[serde(skip_serializing_if = "Option::is_none")]
        far: Option<[u64; 2]>,
    },
    /// It is done.
    Finished {
        /// By what that is told.
        how: String,
    },
    /// It is on and should not stay so, it failed, or nobody can say how it stands.
    Warning {
        /// Why.
        how: String,
    },
}

impl ItemState {
    /// The word in tables.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Deferred { .. } => "deferred",
            Self::Ready => "ready",
            Self::InProgress { .. } => "in progress",
            Self::Finished { .. } => "finished",
            Self::Warning { .. } => "warning",
        }
    }

    /// Why it stands so, in words; empty where there is nothing to say.
    pub fn how(&self) -> &str {
        match self {
            Self::Deferred { reason } => reason,
            Self::Ready => "",
            Self::InProgress { how, .. } | Self::Finished { how } | Self::Warning { how } => how,
        }
    }
}

/// An item, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The item.
    #[serde(flatten)]
    pub item: Item,
    /// How it stands.
    #[serde(flatten)]
    pub state: ItemState,
}

/// What an operator noted of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Id of the item.
    pub item: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Id of the long operation that does it at the service; empty for a tick.
    pub operation: String,
}

/// What the system says, and what operators noted.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Now.
    pub now: Timestamp,
    /// `DATAAREAID` of the company.
    pub company: String,
    /// The account; why it is not known where the service cannot be asked.
    pub account: Result<Account, String>,
    /// The parameters.
    pub parameters: Parameters,
    /// Stores and marketplaces that the service lists.
    pub stores: usize,
    /// True where products are selected.
    pub has_selection: bool,
    /// Jobs that ought to have a recurrence and have none.
    pub unscheduled: Vec<Job>,
    /// The operation log, where it is on.
    pub operation_log: Option<OperationLog>,
    /// The migration of the account, once it was begun.
    pub account_migration: Option<Operation>,
    /// The migration of the data, once it was begun.
    pub data_migration: Option<Operation>,
    /// What operators noted of the checklist's items.
    pub marks: Vec<Mark>,
}

#[cfg(test)]
mod tests;
