//! A door whose messages are followed into AX's own tables: what its queue and its exceptions say.

use std::sync::Arc;

use async_trait::async_trait;

use super::REFUSED_IN_QUEUE;
use crate::company::sales_orders::{
    HandOver, HandOverError, HandedOver, KeptMessage, MessageStatus, SalesOrderService,
};
use crate::company::sqlserver::{MessageInAx, SqlServerCompany};

/// A door, and the database of the AX behind it.
pub struct Followed {
    door: Arc<dyn SalesOrderService>,
    ax: SqlServerCompany,
}

impl Followed {
    /// Follows the messages that go through `door`.
    pub fn new(door: Arc<dyn SalesOrderService>, ax: SqlServerCompany) -> Self {
        Self { door, ax }
    }
}

#[async_trait]
impl SalesOrderService for Followed {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        self.door.create(hand_over).await
    }

    async fn message_statuses(
        &self,
        message_ids: &[String],
    ) -> Result<Vec<Option<MessageStatus>>, HandOverError> {
        let mut statuses = self.door.message_statuses(message_ids).await?;
        let is_open = |status: &Option<MessageStatus>| {
            matches!(
                status,
                Some(MessageStatus::Waiting { .. } | MessageStatus::Overdue { .. })
            )
        };
        let open: Vec<usize> = (0..statuses.len())
            .filter(|at| is_open(&statuses[*at]))
            .collect();
        let ids: Vec<String> = open.iter().map(|at| message_ids[*at].clone()).collect();
        if ids.is_empty() {
            return Ok(statuses);
        }
        match self.ax.messages_in_ax(&ids).await {
            Ok(found) => {
                for (at, found) in open.into_iter().zip(found) {
                    match found {
                        MessageInAx::Unanswered => {}
                        MessageInAx::Held => statuses[at] = Some(held()),
                        MessageInAx::Failed { texts } => statuses[at] = Some(failed(texts)),
                    }
                }
            }
            // What the door knows is true all the same: the login may not be let see those tables.
            Err(error) => tracing::warn!(
                "AIF's tables cannot be read, so what became of messages is told by replies and by \
                 sales orders alone: {}",
                crate::model::exception::chain(&error)
            ),
        }
        Ok(statuses)
    }

    async fn old_messages(&self) -> Result<Vec<KeptMessage>, HandOverError> {
        self.door.old_messages().await
    }

    async fn forget_messages(&self, message_ids: Vec<String>) -> Result<u64, HandOverError> {
        self.door.forget_messages(message_ids).await
    }
}

fn held() -> MessageStatus {
    MessageStatus::Overdue {
        cause: "The message is on hold in AX's queue.".to_owned(),
        remedy: "In AX: System administration > Periodic > Services and AIF > Queue manager: set it to Ready."
            .to_owned(),
    }
}

fn failed(texts: Vec<String>) -> MessageStatus {
    let infolog = if texts.is_empty() {
        vec!["Request Failed. See the Exception Log for details.".to_owned()]
    } else {
        texts
    };
    MessageStatus::Refused {
        infolog,
        remedy: REFUSED_IN_QUEUE.to_owned(),
    }
}
