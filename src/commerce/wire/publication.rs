//! What is published at a store or marketplace.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a product stands at a store or marketplace it was published to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublicationState {
    /// Shoppers see it there, where it has a price and is in stock.
    Published,
    /// The marketplace has not answered yet.
    Waiting,
    /// Something is missing, or the marketplace does not take it.
    Refused,
}

impl PublicationState {
    /// The operator's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "Published",
            Self::Waiting => "Waiting",
            Self::Refused => "Refused",
        }
    }
}

/// A product at a store or marketplace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Item number.
    pub item: String,
    /// Name of the product when it was published.
    pub name: String,
    /// How it stands.
    pub state: PublicationState,
    /// Why it is refused.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Since when it stands so.
    pub at: Timestamp,
    /// Who made it so.
    pub by: String,
}

/// A page of what is published, in the order in which it was published first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationPage {
    /// The products.
    pub publications: Vec<Publication>,
    /// Cursor of the next page; absent on the last one. Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a marketplace says about a product that waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationAnswer {
    /// Item number.
    pub item: String,
    /// `published` or `refused`.
    pub state: PublicationState,
    /// Why it is refused.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
