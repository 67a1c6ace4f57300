//! What AX did with a sales order: packing slips and the sales status.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::catalog::ProductDimensions;

/// A packing slip of one sales order (`CUSTPACKINGSLIPJOUR` with its lines and tracking numbers).
/// Its id is `packing slip|sales order`: a slip may cover several orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipment {
    /// Packing slip.
    pub packing_slip: String,
    /// Sales order.
    pub sales_order: String,
    /// Customer account of the sales order.
    pub customer: String,
    /// Customer requisition of the sales order: the online order's number.
    pub requisition: String,
    /// Day of the shipment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped: Option<Date>,
    /// Mode of delivery.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub delivery_mode: String,
    /// Carrier.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// Tracking numbers (`SHIPCARRIERSTAGING`), sorted; void ones left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracking_numbers: Vec<String>,
    /// What is in it, sorted by line.
    pub lines: Vec<ShipmentLine>,
}

/// One line of a packing slip (`CUSTPACKINGSLIPTRANS`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShipmentLine {
    /// Line of the sales order (`SALESLINE.LINENUM`), which is the online order's.
    pub line: u32,
    /// Item number.
    pub item: String,
    /// The variant.
    #[serde(default, skip_serializing_if = "ProductDimensions::is_blank")]
    pub dimensions: ProductDimensions,
    /// How many.
    pub quantity: Amount,
}

/// `SALESTABLE.SALESSTATUS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SalesStatus {
    /// 0: not said.
    None,
    /// 1: open order (the enum's name is Backorder).
    OpenOrder,
    /// 2: delivered.
    Delivered,
    /// 3: invoiced.
    Invoiced,
    /// 4: canceled.
    Canceled,
}

impl SalesStatus {
    /// AX's label.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::OpenOrder => "Open order",
            Self::Delivered => "Delivered",
            Self::Invoiced => "Invoiced",
            Self::Canceled => "Canceled",
        }
    }

    /// The status for a value of `SALESTABLE.SALESSTATUS`.
    pub const fn from_ax(value: i64) -> Option<Self> {
        Some(match value {
            0 => Self::None,
            1 => Self::OpenOrder,
            2 => Self::Delivered,
            3 => Self::Invoiced,
            4 => Self::Canceled,
            _ => return None,
        })
    }
}

impl fmt::Display for SalesStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a sales order stands (`SALESTABLE`; journals left out). Its id is the sales order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderStatus {
    /// Sales order.
    pub sales_order: String,
    /// Customer account.
    pub customer: String,
    /// Customer requisition: the online order's number.
    pub requisition: String,
    /// How it stands.
    pub status: SalesStatus,
}
