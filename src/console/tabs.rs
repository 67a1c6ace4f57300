//! The tabs: what is real, in the order of their numbers.

pub mod account;
pub mod checklists;
pub mod exceptions;
mod filter;
pub mod jobs;
mod listing;
mod loading;
pub mod logs;
pub mod orders;
pub mod products;

pub use loading::Loading;

use super::app::Effect;
use super::keys::Context;
use super::overlays::Overlay;

/// A tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The account and this machine's sign-in.
    Account,
    /// What has to be set up, and how far that is.
    Checklists,
    /// The items, and which of them are sold online.
    Products,
    /// The five jobs.
    #[default]
    Jobs,
    /// The staged online orders.
    Orders,
    /// The records and runs that failed.
    Exceptions,
    /// The program's own log.
    Logs,
}

impl Tab {
    /// Every tab, from left to right.
    pub const ALL: [Self; 7] = [
        Self::Account,
        Self::Checklists,
        Self::Products,
        Self::Jobs,
        Self::Orders,
        Self::Exceptions,
        Self::Logs,
    ];

    /// The word on the tab.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::Checklists => "Checklists",
            Self::Products => "Products",
            Self::Jobs => "Jobs",
            Self::Orders => "Orders",
            Self::Exceptions => "Exceptions",
            Self::Logs => "Logs",
        }
    }

    /// Whose keys hold here.
    pub const fn context(self) -> Context {
        match self {
            Self::Account => Context::Account,
            Self::Checklists => Context::Checklists,
            Self::Products => Context::Products,
            Self::Jobs => Context::Jobs,
            Self::Orders => Context::Orders,
            Self::Exceptions => Context::Exceptions,
            Self::Logs => Context::Logs,
        }
    }

    /// The tab to the right, and from the last one the first.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The tab to the left, and from the first one the last.
    pub fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}

/// What a tab answers to an action.
#[derive(Debug)]
pub enum Reply {
    /// Its own state changed, or nothing.
    Done,
    /// Something must be done outside.
    Perform(Effect),
    /// A window is to open.
    Open(Overlay),
    /// It was done, in words.
    Tell(String),
    /// It cannot be done, in words.
    Refuse(String),
}

impl From<Option<Effect>> for Reply {
    fn from(effect: Option<Effect>) -> Self {
        effect.map_or(Self::Done, Self::Perform)
    }
}
