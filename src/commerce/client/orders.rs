//! Online orders: placing and changing them as a shop does, and the feed and answers of the jobs.

use std::time::Duration;

use reqwest::Method;

use crate::commerce::wire::{
    FeedPage, MAX_FEED_WAIT, OrderDetails, OrderListPage, OrderListed, OrdersTaken, Saleable,
};
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

    /// A page of the order list: the first one, or the one behind the cursor `after`.
    pub async fn order_page(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<OrderListPage, CommerceError> {
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(after.map(|after| ("after", after)));
        self.get(&["orders"], &query).await
    }

    /// The events behind number `after`, at most `limit`. Where there is none, the service waits
    /// for one as long as `wait` says (30 seconds at most), then answers an empty page.
    pub async fn feed(
        &self,
        after: i64,
        limit: usize,
        wait: Duration,
    ) -> Result<FeedPage, CommerceError> {
        let wait = wait.as_secs().min(MAX_FEED_WAIT);
        let (after, limit, seconds) = (after.to_string(), limit.to_string(), wait.to_string());
        let query = [
            ("after", after.as_str()),
            ("limit", limit.as_str()),
            ("wait", seconds.as_str()),
        ];
        let (request, sent) = self.request(Method::GET, &["orders", "feed"], &query);
        let response = request
            .timeout(self.request_timeout + Duration::from_secs(wait))
            .send()
            .await
            .map_err(|error| sent.failed(error))?;
        sent.read(response).await
    }

    /// Tells up to which event AX has taken the orders.
    pub async fn orders_taken(&self, taken: &OrdersTaken) -> Result<OrdersTaken, CommerceError> {
        self.send(Method::PUT, &["on-hand", "orders-taken"], taken)
            .await
    }

    /// What can be sold of each variant of an item, over all warehouses.
    pub async fn saleable(&self, item: &str) -> Result<Vec<Saleable>, CommerceError> {
        self.get(&["on-hand", "saleable"], &[("item", item)]).await
    }
}
