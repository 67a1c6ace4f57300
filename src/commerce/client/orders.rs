//! Online orders: placing and changing them as a shop does.

use reqwest::Method;

use crate::commerce::wire::{OrderDetails, OrderListed, Saleable};
use crate::model::order::{Payment, WebOrder};

use super::{Client, CommerceError};

impl Client {
    /// Places an order. Repeating it is harmless; another order with the same id is refused with
    /// `order-exists`.
    pub async fn place_order(&self, order: &WebOrder) -> Result<OrderListed, CommerceError> {
        self.send(Method::POST, &["orders"], order).await
    }

    /// Puts another content in the place of an order's. Refused with `order-shipped` once anything
    /// is on its way, with `order-cancelled` where it is cancelled.
    pub async fn correct_order(&self, order: &WebOrder) -> Result<OrderListed, CommerceError> {
        self.send(Method::PUT, &["orders", &order.id], order).await
    }

    /// Notes the authorised payment of an order. Repeating it is harmless.
    pub async fn pay_order(
        &self,
        id: &str,
        payment: &Payment,
    ) -> Result<OrderListed, CommerceError> {
        self.send(Method::POST, &["orders", id, "pay"], payment)
            .await
    }

    /// Cancels an order for the shopper. Refused with `order-shipped` once anything is on its way.
    /// Repeating it is harmless.
    pub async fn cancel_order(&self, id: &str) -> Result<OrderListed, CommerceError> {
        self.post(&["orders", id, "cancel"], &[], None).await
    }

    /// One order with its packing slips; `None` where the service has none of that id.
    pub async fn order(&self, id: &str) -> Result<Option<OrderDetails>, CommerceError> {
        match self.get(&["orders", id], &[]).await {
            Ok(order) => Ok(Some(order)),
            Err(CommerceError::Refused { problem, .. }) if problem.code == "no-such-order" => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// What can be sold of each variant of an item, over all warehouses.
    pub async fn saleable(&self, item: &str) -> Result<Vec<Saleable>, CommerceError> {
        self.get(&["on-hand", "saleable"], &[("item", item)]).await
    }
}
