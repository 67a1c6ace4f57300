//! The door through which an order enters AX: the sales order document service. AX's own tables
//! are never written; the embedded company plays the service itself.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;

use super::trade::AddressKey;
use crate::model::channel::{CustomerTemplate, StoreSettings};
use crate::model::order::{Address, Charge, WebOrder};

/// An order as it is given to AX. One order is one message, so that a failure touches one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// Id of the message (a UUID), the same whenever the same attempt is sent again: AX takes a
    /// message once.
    pub message_id: String,
    /// Which attempt to give the order it is, from 1; each one has a message of its own.
    pub attempt: u32,
    /// The order. Its number becomes the customer requisition, its id the customer reference, its
    /// line numbers those of the sales lines.
    pub order: WebOrder,
    /// The customer it is made for: the order's own account, or the store's customer template.
    pub customer: CustomerTemplate,
    /// Parameters of the store.
    pub settings: StoreSettings,
    /// The key of the delivery address, where the customer has it in AX.
    pub address_key: Option<AddressKey>,
}

impl HandOver {
    /// Mode of delivery: the order's, else the customer's.
    pub fn delivery_mode(&self) -> &str {
        or(&self.order.delivery_mode, &self.customer.delivery_mode)
    }

    /// Language: the buyer's, else the customer's.
    pub fn language(&self) -> &str {
        or(&self.order.customer.language, &self.customer.language)
    }

    /// The day on which the order is wanted; the day it was placed (UTC) where none is named.
    pub fn day(&self) -> Date {
        let placed = || self.order.placed.to_zoned(jiff::tz::TimeZone::UTC).date();
        self.order.requested.unwrap_or_else(placed)
    }

    /// Charges code of a charge: its own, else the store's for shipping.
    pub fn charges_code<'h>(&'h self, charge: &'h Charge) -> &'h str {
        or(&charge.code, &self.settings.shipping_charges_code)
    }

    /// The note of the sales order, line by line: what the customer wrote, and behind it what the
    /// document has no field for.
    pub fn notes(&self) -> Vec<String> {
        let order = &self.order;
        let mut notes: Vec<String> = Vec::new();
        notes.extend((!order.note.is_empty()).then(|| order.note.clone()));
        if !order.customer.phone.is_empty() {
            notes.push(format!("Telephone: {}", order.customer.phone));
        }
        if let Some(invoice) = &order.invoice_address {
            let lines = formatted(invoice);
            notes.push(format!("Invoice address: {}, {lines}", invoice.name));
        }
        if let Some(payment) = &order.payment {
            notes.push(format!("Payment: {} {}", payment.provider, payment.method));
        }
        for tax in &order.taxes {
            let (code, amount, currency) = (&tax.code, tax.amount, &order.currency);
            notes.push(format!(
                "Sales tax told to the customer: {code} {amount} {currency}"
            ));
        }
        notes
    }
}

fn or<'t>(own: &'t str, other: &'t str) -> &'t str {
    if own.is_empty() { other } else { own }
}

/// The address as one text, as `LOGISTICSPOSTALADDRESS.ADDRESS` holds it.
pub fn formatted(address: &Address) -> String {
    let city: Vec<&str> = [&address.city, &address.state, &address.zip_code]
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    format!(
        "{}\n{}\n{}",
        address.street,
        city.join(" "),
        address.country
    )
}

/// What became of a hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandedOver {
    /// AX made a sales order.
    Created {
        /// Its number.
        sales_order: String,
        /// True where AX made it a journal: customer account and requisition repeat an order.
        is_journal: bool,
    },
    /// AX made a sales order and told its number only: whether it is a journal is looked up.
    Numbered {
        /// Its number.
        sales_order: String,
    },
    /// AX has the message, or fetches it, and answers later: the sales order is looked up.
    Accepted,
}

/// What the door knows of a message that it has given to AX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageStatus {
    /// AX has it, or fetches it, and has not answered.
    Waiting {
        /// Since when.
        since: Timestamp,
    },
    /// The same for longer than the site expects.
    Overdue {
        /// Where the message was seen last, and when.
        cause: String,
        /// What to look at in AX.
        remedy: String,
    },
    /// AX answered that it made a sales order.
    Created {
        /// Its number.
        sales_order: String,
    },
    /// AX answered that it refuses the document; nothing was made.
    Refused {
        /// The lines of the Infolog.
        infolog: Vec<String>,
        /// What to do about it.
        remedy: String,
    },
}

/// A message that was given to AX long ago, of which the door keeps a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMessage {
    /// Its id.
    pub message_id: String,
    /// Id of its order.
    pub order: String,
}

/// The hand-over came to no good end.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// AX refused the document; nothing was made.
    #[error("AX refused the order: {}", .infolog.join(" "))]
    Refused {
        /// The lines of the Infolog.
        infolog: Vec<String>,
    },
    /// AX has seen the message before ("Duplicate message. Message has already been processed."):
    /// the sales order is looked up.
    #[error("Duplicate message. Message has already been processed.")]
    DuplicateMessage,
    /// AX cannot be reached; nothing was made.
    #[error("the sales order service at {place} cannot be reached: {reason}")]
    NotReached {
        /// Folder, address or file.
        place: String,
        /// Why.
        reason: String,
    },
    /// It is not known whether AX has the order: look it up before it is sent again.
    #[error("it is not known whether AX has the order: {reason}")]
    Unknown {
        /// What was seen.
        reason: String,
    },
}

/// The sales order document service (`SalesSalesOrderService.create`).
#[async_trait]
pub trait SalesOrderService: Send + Sync + 'static {
    /// Gives an order to AX. Sending the same message again makes no second order.
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError>;

    /// What the door knows of these messages, in their order; `None` where it knows nothing, as one
    /// does that is answered at once: a message that was sent is looked up in AX then, and sent
    /// again where AX has no sales order of it.
    async fn message_statuses(
        &self,
        message_ids: &[String],
    ) -> Result<Vec<Option<MessageStatus>>, HandOverError> {
        Ok(vec![None; message_ids.len()])
    }

    /// Messages of which the door keeps a copy for longer than the site wants to: some of them,
    /// oldest first. None where there are none, or where that was looked for lately.
    async fn old_messages(&self) -> Result<Vec<KeptMessage>, HandOverError> {
        Ok(Vec::new())
    }

    /// Removes what the door keeps of messages that are needed no more; answers of how many.
    async fn forget_messages(&self, message_ids: Vec<String>) -> Result<u64, HandOverError> {
        let _ = message_ids;
        Ok(0)
    }
}
