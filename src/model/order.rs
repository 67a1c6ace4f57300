//! An online order: what was sold, to whom, for how much; how it stands at the service, and what
//! AX answers about it.
//!
//! These types travel; field order is the wire order. Empty text means "no value" and is left out.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::catalog::ProductDimensions;

/// Longest customer requisition in AX (`SALESTABLE.PURCHORDERFORMNUM nvarchar(20)`): an order's
/// number has at most this many UTF-16 units.
pub const MAX_NUMBER: usize = 20;
/// An order's number, or a customer requisition, as AX on SQL Server compares it: without regard to
/// case, and to blanks at its end. It is so on every engine.
pub fn folded(number: &str) -> String {
    number.trim_end_matches(' ').to_lowercase()
}

/// At most this many lines in an order.
pub const MAX_ORDER_LINES: usize = 2_000;

/// An online order, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebOrder {
    /// Id at the service: no other order of it has the same. 1 to 40 letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// The number the customer knows, unique within the store: the *customer requisition* in AX.
    pub number: String,
    /// Id of the store or marketplace.
    pub store: String,
    /// When it was placed.
    pub placed: Timestamp,
    /// Currency of all its amounts (ISO 4217).
    pub currency: String,
    /// Who ordered.
    pub customer: Customer,
    /// Mode of delivery; empty for the store's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub delivery_mode: String,
    /// Day on which it is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<Date>,
    /// Where it goes.
    pub delivery_address: Address,
    /// Where the invoice goes, where that is another place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_address: Option<Address>,
    /// What was ordered, at least one line, each with another number.
    pub lines: Vec<OrderLine>,
    /// Charges on the whole order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Charge>,
    /// Sales taxes, as the customer was told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<Tax>,
    /// The authorised payment; none where it is not paid yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
    /// What the customer pays: lines, charges and taxes.
    pub total: Amount,
    /// What the customer wrote.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl WebOrder {
    /// Makes the lines' amounts and the order's total add up, and a payment cover it. Figures of a shop
    /// are far from the limits of an amount: what is beyond them counts nothing.
    pub fn make_total_right(&mut self) {
        for line in &mut self.lines {
            let gross = line.quantity.checked_mul(line.price).unwrap_or_default();
            line.amount = gross.checked_sub(line.discount).unwrap_or(gross).to_cents();
        }
        let lines = self.lines.iter().map(|line| line.amount);
        let charges = self.charges.iter().map(|charge| charge.amount);
        let taxes = self.taxes.iter().map(|tax| tax.amount);
        self.total = lines
            .chain(charges)
            .chain(taxes)
            .fold(Amount::ZERO, |sum, amount| {
                sum.checked_add(amount).unwrap_or(sum)
            });
        if let Some(payment) = &mut self.payment {
            payment.amount = self.total;
        }
    }
}

/// Who ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Customer account in AX, where the shop knows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Telephone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// Language, as AX writes it: `en-us`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Who receives it.
    pub name: String,
    /// Street and number, several lines separated by `\n`.
    pub street: String,
    /// Post code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zip_code: String,
    /// City.
    pub city: String,
    /// State or province.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub state: String,
    /// Country or region, as AX writes it: `USA`.
    pub country: String,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// Number of the line, from 1: `SALESLINE.LINENUM`.
    pub line: u32,
    /// Item number.
    pub item: String,
    /// The variant.
    #[serde(default, skip_serializing_if = "ProductDimensions::is_blank")]
    pub dimensions: ProductDimensions,
    /// Name of the product as the customer saw it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// How many.
    pub quantity: Amount,
    /// Sales unit.
    pub unit: String,
    /// Price of one unit.
    pub price: Amount,
    /// Discount on the whole line.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub discount: Amount,
    /// What the line comes to: quantity times price less discount, rounded to cents.
    pub amount: Amount,
}

/// A charge on an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// Charges code; empty for shipping, which takes the store's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// What the customer was told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How much.
    pub amount: Amount,
}

/// A sales tax on an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// Sales tax code, or the name the customer was told.
    pub code: String,
    /// How much.
    pub amount: Amount,
}

/// A payment that was authorised, not captured: the card is charged on invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Payment provider.
    pub provider: String,
    /// Payment method, such as `VISA`.
    pub method: String,
    /// The provider's reference.
    pub authorization: String,
    /// Amount authorised. AX knows no partial authorisation.
    pub amount: Amount,
    /// When.
    pub authorized: Timestamp,
}

/// How an order stands at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderState {
    /// Placed, or corrected since it was rejected.
    Placed,
    /// `axcs` has it.
    Downloaded,
    /// AX could not take it; the order says why.
    Rejected,
    /// It is a sales order in AX.
    Accepted,
    /// Some of it is on its way.
    PartiallyShipped,
    /// All of it is on its way.
    Shipped,
    /// Cancelled, online or in AX.
    Cancelled,
}

impl OrderState {
    /// The operator's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Downloaded => "downloaded",
            Self::Rejected => "rejected",
            Self::Accepted => "accepted",
            Self::PartiallyShipped => "partially shipped",
            Self::Shipped => "shipped",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for OrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What happened to an order last at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderEventKind {
    /// It is new.
    Placed,
    /// It was corrected.
    Changed,
    /// Its payment was authorised.
    Paid,
    /// It was cancelled online.
    Cancelled,
}

impl OrderEventKind {
    /// One word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Changed => "changed",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The newest event of an order, with the order as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEvent {
    /// Place of the event in the feed: grows with each event of any order, never used twice.
    pub seq: i64,
    /// What happened.
    pub kind: OrderEventKind,
    /// When.
    pub at: Timestamp,
    /// The order as it is now.
    pub order: WebOrder,
}

/// What AX answers about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// `axcs` has it; AX has not taken it yet.
    Downloaded,
    /// It is a sales order in AX.
    Accepted,
    /// It cannot become one as it is.
    Rejected,
}

/// The answer to an order. Its id is the order's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Id of the order.
    pub order: String,
    /// The event it answers: a rejection of an older one says nothing about the corrected order.
    pub seq: i64,
    /// The answer.
    pub outcome: Outcome,
    /// Sales order in AX. Once told, another one for the same order is a conflict, unless the one
    /// that was told is withdrawn.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sales_order: String,
    /// A sales order that was told before and is not in AX any more: it is taken back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub withdrawn: String,
    /// Why it was rejected, in plain words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
