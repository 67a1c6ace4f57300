//! The kinds of record a job moves, the order in which they may travel, and which way.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::job::Job;

/// One kind of record that travels between AX and Commerce Services.
///
/// The variants stand in the order of a complete run, so that nothing refers to a record that has
/// not arrived: master data, orders down, acknowledgements, shipments, statuses. On-hand comes
/// last because the shop subtracts the orders that AX has not taken yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Online stores and marketplaces, from the service.
    Stores,
    /// Nodes of the category hierarchies.
    Categories,
    /// Product, storage and tracking dimension groups.
    DimensionGroups,
    /// Item sales tax groups with their sales tax codes.
    ItemTaxGroups,
    /// Modes of delivery.
    DeliveryModes,
    /// Store parameters: customer template, shipping charges code, sales origin.
    StoreParameters,
    /// Released products with texts and variants.
    Items,
    /// Sales prices and discounts.
    TradeAgreements,
    /// Online orders, from the service and on to AX.
    Orders,
    /// What became of the orders: the sales order, or why there is none.
    Acknowledgements,
    /// Packing slips of the orders.
    Shipments,
    /// Sales statuses of the orders.
    OrderStatuses,
    /// Available quantity per item, variant, site and warehouse.
    OnHand,
}

/// Which way a stream goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From AX to the service.
    Up,
    /// From the service to AX.
    Down,
}

/// The word names no stream.
#[derive(Debug, Clone, thiserror::Error)]
#[error("there is no stream {0:?}; the streams are {list}", list = Stream::list())]
pub struct UnknownStream(pub String);

impl Stream {
    /// Every stream, in the order of a complete run.
    pub const ALL: [Self; 13] = [
        Self::Stores,
        Self::Categories,
        Self::DimensionGroups,
        Self::ItemTaxGroups,
        Self::DeliveryModes,
        Self::StoreParameters,
        Self::Items,
        Self::TradeAgreements,
        Self::Orders,
        Self::Acknowledgements,
        Self::Shipments,
        Self::OrderStatuses,
        Self::OnHand,
    ];

    /// The collection at the service and the name in commands: `on-hand`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stores => "stores",
            Self::Categories => "categories",
            Self::DimensionGroups => "dimension-groups",
            Self::ItemTaxGroups => "item-tax-groups",
            Self::DeliveryModes => "delivery-modes",
            Self::StoreParameters => "store-parameters",
            Self::Items => "items",
            Self::TradeAgreements => "trade-agreements",
            Self::Orders => "orders",
            Self::Acknowledgements => "acknowledgements",
            Self::Shipments => "shipments",
            Self::OrderStatuses => "order-statuses",
            Self::OnHand => "on-hand",
        }
    }

    /// The operator's words: `on-hand quantities`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Stores => "Stores and marketplaces",
            Self::Categories => "Categories",
            Self::DimensionGroups => "Dimension groups",
            Self::ItemTaxGroups => "Item sales tax groups",
            Self::DeliveryModes => "Modes of delivery",
            Self::StoreParameters => "Store parameters",
            Self::Items => "Items and variants",
            Self::TradeAgreements => "Trade agreements",
            Self::Orders => "Online orders",
            Self::Acknowledgements => "Acknowledgements",
            Self::Shipments => "Shipments",
            Self::OrderStatuses => "Order statuses",
            Self::OnHand => "On-hand quantities",
        }
    }

    /// Which way it goes.
    pub const fn direction(self) -> Direction {
        match self {
            Self::Stores | Self::Orders => Direction::Down,
            Self::Categories
            | Self::DimensionGroups
            | Self::ItemTaxGroups
            | Self::DeliveryModes
            | Self::StoreParameters
            | Self::Items
            | Self::TradeAgreements
            | Self::Acknowledgements
            | Self::Shipments
            | Self::OrderStatuses
            | Self::OnHand => Direction::Up,
        }
    }

    /// The streams that are uploaded: each is a collection at the service.
    pub fn uploads() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(|stream| stream.direction() == Direction::Up)
    }

    /// True where the records are read from the company; the others come from the service, or
    /// from the ledger alone.
    pub const fn is_read_from_company(self) -> bool {
        match self {
            Self::Stores | Self::Orders | Self::StoreParameters | Self::Acknowledgements => false,
            Self::Categories
            | Self::DimensionGroups
            | Self::ItemTaxGroups
            | Self::DeliveryModes
            | Self::Items
            | Self::TradeAgreements
            | Self::Shipments
            | Self::OrderStatuses
            | Self::OnHand => true,
        }
    }

    /// True where the records are about online orders, so that the ledger says which of the
    /// company's travel.
    pub const fn follows_orders(self) -> bool {
        matches!(self, Self::Shipments | Self::OrderStatuses)
    }

    /// True where the product selection decides which records travel.
    pub const fn follows_selection(self) -> bool {
        matches!(self, Self::Items | Self::TradeAgreements | Self::OnHand)
    }

    /// True where the company category hierarchy of the parameters decides which records travel.
    pub const fn follows_hierarchy(self) -> bool {
        matches!(self, Self::Categories)
    }

    /// The job that an operator starts to move the stream: the one that exceptions of its records
    /// name.
    pub const fn job(self) -> Job {
        match self {
            Self::Categories
            | Self::DimensionGroups
            | Self::ItemTaxGroups
            | Self::Items
            | Self::OnHand => Job::Inventory,
            Self::TradeAgreements => Job::TradeAgreements,
            Self::Orders | Self::Acknowledgements | Self::Shipments | Self::OrderStatuses => {
                Job::Orders
            }
            Self::Stores | Self::DeliveryModes | Self::StoreParameters => Job::DeliveryModes,
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
