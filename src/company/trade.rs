//! What an online order refers to in AX: customers, items, codes, and the sales orders there are.

use async_trait::async_trait;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::CompanyError;
use crate::model::Amount;
use crate::model::catalog::ProductDimensions;
use crate::model::channel::CustomerTemplate;
use crate::model::order::Address;
use crate::model::shipment::SalesStatus;

/// What a line of an order names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// Item number.
    pub item: String,
    /// The variant; blank for a product without variants.
    pub dimensions: ProductDimensions,
}

/// What AX knows of an [`ItemKey`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SalesItem {
    /// The item is not released in the company.
    UnknownItem,
    /// The item is released, but not in this variant (or it has variants, and none was named).
    UnknownVariant,
    /// It can be ordered.
    Released {
        /// Sales unit (`INVENTTABLEMODULE.UNITID`, module type 2).
        unit: String,
    },
}

/// An item, and two units that it is counted in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitsOfItem {
    /// Item number.
    pub item: String,
    /// The unit that is converted.
    pub from: String,
    /// The unit that it is converted to.
    pub to: String,
}

/// What AX's unit conversions say of two units: so many of one are so many of the other.
///
/// A row of `UNITOFMEASURECONVERSION` says of its from unit that (quantity + inner offset) times factor
/// times numerator by denominator, plus the outer offset, is the quantity in its to unit; it holds in the
/// other direction too. A product's own row comes before one of all products. Sources: "Unit conversions
/// (form)", hh209285; "Manage unit of measure", where a pallet of 12 boxes has from unit pallet, factor
/// 12 and to unit box; for the columns the extended data types gg879492 and gg879493 and
/// `UnitOfMeasureConversion::findByConversion`, gg958005. That AX takes the row as it is asked before
/// the reverse one: Armanino, "Lessons Learned: Unit of Measure Conversions in AX 2012".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitConversion {
    /// So many of the one, above 0.
    pub from: Amount,
    /// Are so many of the other, above 0.
    pub to: Amount,
    /// Decimals that AX counts the other in (`UNITOFMEASURE.DECIMALPRECISION`).
    pub decimals: u32,
}

/// Decimals of a number in AX: `numeric(32,16)`.
const DECIMALS: u32 = 16;

impl UnitConversion {
    /// The quantity in the other unit, where it comes out even with the decimals of that unit.
    pub fn quantity(&self, quantity: Amount) -> Option<Amount> {
        quantity.in_ratio(self.to, self.from, self.decimals.min(DECIMALS))
    }

    /// The price of one of the other unit, where it comes out even with the decimals of AX.
    pub fn price(&self, price: Amount) -> Option<Amount> {
        price.in_ratio(self.from, self.to, DECIMALS)
    }
}

/// A code with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The code.
    pub code: String,
    /// Its text.
    pub text: String,
}

/// The small tables that orders and store parameters refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeCodes {
    /// Charges codes of the customer side (`MARKUPTABLE`, module type 1).
    pub charges_codes: Vec<Code>,
    /// Sales origins (`SALESORIGIN`).
    pub sales_origins: Vec<Code>,
    /// Modes of delivery (`DLVMODE`).
    pub delivery_modes: Vec<Code>,
}

/// Customer account and customer requisition: the pair by which AX tells a repeated order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requisition {
    /// Customer account (`SALESTABLE.CUSTACCOUNT`).
    pub customer: String,
    /// Customer requisition (`SALESTABLE.PURCHORDERFORMNUM`).
    pub requisition: String,
}

/// A sales order that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundOrder {
    /// `SALESTABLE.SALESID`.
    pub sales_order: String,
    /// True for order type Journal (`SALESTYPE` 0).
    pub is_journal: bool,
    /// How it stands.
    pub status: SalesStatus,
    /// Customer reference (`SALESTABLE.CUSTOMERREF`): the hand-over writes the online order's id.
    pub reference: String,
}

/// Where an order goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The customer account that the order is made for.
    pub customer: String,
    /// The address as the shop has it.
    pub address: Address,
}

/// What AX knows a postal address by: its location, and the day from which this version of it is
/// valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressKey {
    /// `LOGISTICSLOCATION.LOCATIONID`.
    pub location: String,
    /// `LOGISTICSPOSTALADDRESS.VALIDFROM`, in UTC.
    pub valid_from: DateTime,
}

/// Look-ups for orders; each takes what a page of orders needs and answers in the same order.
#[async_trait]
pub trait Trade: Send + Sync {
    /// The customers with these accounts; `None` where there is none.
    async fn customers(
        &self,
        accounts: &[String],
    ) -> Result<Vec<Option<CustomerTemplate>>, CompanyError>;

    /// What AX knows of these items and variants.
    async fn sales_items(&self, keys: &[ItemKey]) -> Result<Vec<SalesItem>, CompanyError>;

    /// What AX's unit conversions say of these. `None` where they say nothing, and where they cannot
    /// be read. Chains over a third unit, which AX follows, are not: `None` too, also where an item has
    /// conversions of its own, which AX may chain before it looks at those of all products.
    async fn unit_conversions(
        &self,
        wanted: &[UnitsOfItem],
    ) -> Result<Vec<Option<UnitConversion>>, CompanyError>;

    /// Charges codes, sales origins and modes of delivery.
    async fn trade_codes(&self) -> Result<TradeCodes, CompanyError>;

    /// The category hierarchies (`ECORESCATEGORYHIERARCHY`), by name. Their names are
    /// their codes; they have no text.
    async fn category_hierarchies(&self) -> Result<Vec<Code>, CompanyError>;

    /// The sales orders with these customer accounts and requisitions, journals included, oldest
    /// first.
    async fn sales_orders(
        &self,
        requisitions: &[Requisition],
    ) -> Result<Vec<Vec<FoundOrder>>, CompanyError>;

    /// The keys of the addresses, where the customer has the same one in AX, valid now: street,
    /// city, post code, country and state, whatever their case, blanks and line breaks. `None` where
    /// there is none, and where AX's addresses cannot be read.
    async fn address_keys(
        &self,
        destinations: &[Destination],
    ) -> Result<Vec<Option<AddressKey>>, CompanyError>;
}
