//! The door through which an order enters AX: the sales order document service. AX's own tables
//! are never written; the embedded company plays the service itself.

use async_trait::async_trait;

use crate::model::channel::{CustomerTemplate, StoreSettings};
use crate::model::order::WebOrder;

/// An order as it is given to AX. One order is one message, so that a failure touches one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// Id of the message (a UUID), the same whenever the same attempt is sent again: AX takes a
    /// message once.
    pub message_id: String,
    /// The order. Its number becomes the customer requisition, its id the customer reference, its
    /// line numbers those of the sales lines.
    pub order: WebOrder,
    /// The customer it is made for: the order's own account, or the store's customer template.
    pub customer: CustomerTemplate,
    /// Parameters of the store.
    pub settings: StoreSettings,
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
    /// AX has the message and answers later: the sales order is looked up.
    Accepted,
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
}
