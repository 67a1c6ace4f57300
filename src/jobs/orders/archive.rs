//! What the door keeps of messages is removed once it is as old as the site wants to keep it, unless
//! its order is still open.

use super::super::execution::Execution;
use super::super::failure::Stop;
use crate::company::sales_orders::KeptMessage;
use crate::model::exception::chain;

impl Execution {
    /// Removes some old messages of orders that AX has, or never gets. What cannot be removed stays
    /// for another run.
    pub(super) async fn clear_archive(&self) -> Result<(), Stop> {
        let door = &self.sides.sales_orders;
        // A folder on the network may take its time.
        let found = self.cancel.run_until_cancelled(door.old_messages());
        let old = found.await.ok_or(Stop::Canceled)?.unwrap_or_else(|error| {
            tracing::warn!("old messages cannot be looked for: {}", chain(&error));
            Vec::new()
        });
        if old.is_empty() {
            return Ok(());
        }
        let looked_at = old.len();
        let orders = old.iter().map(|kept| kept.order.clone()).collect();
        let settled = self.sides.ledger.settled(orders).await?;
        let settled = old.into_iter().zip(settled);
        let ids: Vec<String> = settled
            .filter(|(kept, attempts)| self.is_of(kept, attempts.unwrap_or(0)))
            .map(|(kept, _)| kept.message_id)
            .collect();
        let needed = looked_at - ids.len();
        let removed = self.cancel.run_until_cancelled(door.forget_messages(ids));
        match removed.await.ok_or(Stop::Canceled)? {
            Ok(removed) => tracing::info!(
                "{removed} old messages were removed; {needed} are kept, as their orders are open or \
                 unknown here"
            ),
            Err(error) => tracing::warn!("old messages cannot be removed: {}", chain(&error)),
        }
        Ok(())
    }

    /// True where a message is one of the attempts that this ledger made to give AX its order: an
    /// archive may hold those of others.
    fn is_of(&self, kept: &KeptMessage, attempts: u32) -> bool {
        let mut attempts = 1..=attempts;
        attempts.any(|attempt| self.message_id(&kept.order, attempt) == kept.message_id)
    }
}
