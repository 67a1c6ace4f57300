//! Where products are sold online: stores and marketplaces, and the parameters that AX keeps for
//! each of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::administration::Parameters;

/// Own online store or marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// A store of the company's own.
    OnlineStore,
    /// Somebody else's marketplace.
    Marketplace,
}

impl ChannelKind {
    /// The operator's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnlineStore => "online store",
            Self::Marketplace => "marketplace",
        }
    }
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An online store or marketplace, as the service lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Id at the service, 1 to 40 letters, digits, `-`, `_` and `.`: what orders name.
    pub id: String,
    /// Own store or marketplace.
    pub kind: ChannelKind,
    /// Its name.
    pub name: String,
    /// The currency it sells in (ISO 4217).
    pub currency: String,
    /// False where it is closed for the moment.
    pub open: bool,
}

/// What AX keeps for a store (the *Store parameters* form), as an operator sets it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// Customer account whose attributes become the store's defaults; orders without a customer
    /// account of their own are made for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub customer_template: String,
    /// Charges code of the shipping charges (`MARKUPTABLE`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shipping_charges_code: String,
    /// Sales origin of the orders (`SALESORIGIN`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sales_origin: String,
}

impl StoreSettings {
    /// The same with the shipping charge code of the parameters where the store names none.
    #[must_use]
    pub fn or(mut self, parameters: &Parameters) -> Self {
        if self.shipping_charges_code.is_empty() {
            self.shipping_charges_code
                .clone_from(&parameters.shipping_charges_code);
        }
        self
    }

    /// True where nothing is missing that an order needs.
    pub fn is_complete(&self) -> bool {
        [
            &self.customer_template,
            &self.shipping_charges_code,
            &self.sales_origin,
        ]
        .into_iter()
        .all(|field| !field.is_empty())
    }
}

/// A customer (`CUSTTABLE` with the name of its party): the eleven attributes that "(USA) Modify
/// Commerce Services settings" lists for a customer template, and what an order takes from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerTemplate {
    /// Customer account.
    pub account: String,
    /// Name of the party.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Price group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub price_group: String,
    /// Mode of delivery.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub delivery_mode: String,
    /// Delivery terms.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub delivery_terms: String,
    /// Sales tax group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tax_group: String,
    /// Site.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub site: String,
    /// Warehouse.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub warehouse: String,
    /// Line discount group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub line_discount: String,
    /// Multiline discount group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub multiline_discount: String,
    /// Total discount group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub total_discount: String,
    /// Customer group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub customer_group: String,
    /// Terms of payment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub payment_terms: String,
    /// Currency.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub currency: String,
    /// Language.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
}

impl CustomerTemplate {
    /// The eleven attributes of a customer template, with their names in AX.
    pub fn attributes(&self) -> [(&'static str, &str); 11] {
        [
            ("Price group", &self.price_group),
            ("Mode of delivery", &self.delivery_mode),
            ("Delivery terms", &self.delivery_terms),
            ("Sales tax group", &self.tax_group),
            ("Site", &self.site),
            ("Warehouse", &self.warehouse),
            ("Line discount group", &self.line_discount),
            ("Multiline discount group", &self.multiline_discount),
            ("Total discount group", &self.total_discount),
            ("Customer group", &self.customer_group),
            ("Terms of payment", &self.payment_terms),
        ]
    }
}

/// Store parameters as they are uploaded. The id is the store's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreParameters {
    /// Id of the store or marketplace.
    pub store: String,
    /// The customer template with its attributes, read from the company.
    pub customer_template: CustomerTemplate,
    /// Charges code of the shipping charges.
    pub shipping_charges_code: String,
    /// Sales origin of the orders.
    pub sales_origin: String,
}

/// A store or marketplace as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownStore {
    /// As the service told it last.
    #[serde(flatten)]
    pub channel: Channel,
    /// Since when the service does not list it any more; it stays while orders refer to it.
    pub gone_since: Option<jiff::Timestamp>,
    /// What the operator set for it.
    pub settings: StoreSettings,
    /// Orders of the store in the ledger.
    pub orders: u64,
    /// Orders of the store that are not shipped, cancelled or closed.
    pub open_orders: u64,
}
