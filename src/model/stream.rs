//! The kinds of record a job moves, and the order in which they may travel.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One kind of record that travels from AX to Commerce Services.
///
/// The variants stand in dependency order: a complete run uploads them from first to last, so that
/// nothing refers to a record that has not arrived. On-hand comes last because the shop subtracts
/// the orders AX has not taken yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Nodes of the category hierarchies.
    Categories,
    /// Product, storage and tracking dimension groups.
    DimensionGroups,
    /// Item sales tax groups with their sales tax codes.
    ItemTaxGroups,
    /// Modes of delivery.
    DeliveryModes,
    /// Released products with texts and variants.
    Items,
    /// Sales prices and discounts.
    TradeAgreements,
    /// Available quantity per item, variant, site and warehouse.
    OnHand,
}

/// The word names no stream.
#[derive(Debug, Clone, thiserror::Error)]
#[error("there is no stream {0:?}; the streams are {list}", list = Stream::list())]
pub struct UnknownStream(pub String);

impl Stream {
    /// Every stream, in dependency order.
    pub const ALL: [Self; 7] = [
        Self::Categories,
        Self::DimensionGroups,
        Self::ItemTaxGroups,
        Self::DeliveryModes,
        Self::Items,
        Self::TradeAgreements,
        Self::OnHand,
    ];

    /// The collection at the service and the name in commands: `on-hand`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Categories => "categories",
            Self::DimensionGroups => "dimension-groups",
            Self::ItemTaxGroups => "item-tax-groups",
            Self::DeliveryModes => "delivery-modes",
            Self::Items => "items",
            Self::TradeAgreements => "trade-agreements",
            Self::OnHand => "on-hand",
        }
    }

    /// The operator's words: `on-hand quantities`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Categories => "Categories",
            Self::DimensionGroups => "Dimension groups",
            Self::ItemTaxGroups => "Item sales tax groups",
            Self::DeliveryModes => "Modes of delivery",
            Self::Items => "Items and variants",
            Self::TradeAgreements => "Trade agreements",
            Self::OnHand => "On-hand quantities",
        }
    }

    /// True where the product selection decides which records travel.
    pub const fn follows_selection(self) -> bool {
        match self {
            Self::Items | Self::TradeAgreements | Self::OnHand => true,
            Self::Categories
            | Self::DimensionGroups
            | Self::ItemTaxGroups
            | Self::DeliveryModes => false,
        }
    }

    fn list() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Stream {
    type Err = UnknownStream;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|stream| stream.name() == name)
            .ok_or_else(|| UnknownStream(name.to_owned()))
    }
}
