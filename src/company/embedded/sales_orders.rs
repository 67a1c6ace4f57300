//! The sales order document service of the embedded company: one message is one order, checked and
//! written in one transaction, as `SalesSalesOrderService.create` does it in AX.

mod checks;
mod desk;
mod write;

pub use desk::Desk;

use async_trait::async_trait;
use rusqlite::types::Value;
use rusqlite::{Connection, TransactionBehavior};

use super::Embedded;
use super::number_sequence::NumberError;
use super::row::{insert, text};
use crate::company::CompanyFacts;
use crate::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};

/// Why the transaction ends without an order. Nothing is made.
enum Failure {
    /// With these lines in the Infolog.
    Refused(Vec<String>),
    Duplicate,
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<NumberError> for Failure {
    fn from(error: NumberError) -> Self {
        match error {
            NumberError::Sqlite(error) => Self::Sqlite(error),
            blocked @ (NumberError::Blocked(_) | NumberError::Exceeded(_)) => {
                Self::Refused(vec![blocked.to_string()])
            }
        }
    }
}

#[async_trait]
impl SalesOrderService for Embedded {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        let company = self.clone();
        // On a thread that goes on when nobody waits any more: the transaction ends either way.
        tokio::task::spawn_blocking(move || company.create_now(&hand_over))
            .await
            .unwrap_or_else(|_| {
                Err(HandOverError::Unknown {
                    reason: "the writing thread ended early".to_owned(),
                })
            })
    }
}

impl Embedded {
    fn create_now(&self, hand_over: &HandOver) -> Result<HandedOver, HandOverError> {
        let not_reached = |reason: String| HandOverError::NotReached {
            place: self.path.display().to_string(),
            reason,
        };
        let mut desk = self
            .desk
            .open(&self.path)
            .map_err(|error| not_reached(error.to_string()))?;
        let transaction = desk
            .connection()
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| not_reached(error.to_string()))?;
        let made =
            create(&transaction, &self.facts, hand_over).map_err(|failure| match failure {
                Failure::Refused(infolog) => HandOverError::Refused { infolog },
                Failure::Duplicate => HandOverError::DuplicateMessage,
                Failure::Sqlite(error) => {
                    not_reached(format!("the order was not written: {error}"))
                }
            })?;
        let order = &hand_over.order.id;
        tracing::trace!(target: "axcs::step", "AX commits: order {order}");
        transaction
            .commit()
            .map_err(|error| HandOverError::Unknown {
                reason: format!("{}: {error}", self.path.display()),
            })?;
        tracing::trace!(target: "axcs::step", "AX has committed: order {order}");
        desk.keep();
        Ok(made)
    }
}

fn create(
    connection: &Connection,
    company: &CompanyFacts,
    hand_over: &HandOver,
) -> Result<HandedOver, Failure> {
    let seen = connection
        .prepare_cached("SELECT 1 FROM AIFMESSAGELOG WHERE MESSAGEID = ?")?
        .exists([&hand_over.message_id])?;
    if seen {
        return Err(Failure::Duplicate);
    }
    let items = checks::check(connection, company, hand_over)?;
    let made = write::write(connection, company, hand_over, &items)?;
    // Only a message that made an order counts as seen.
    let fields = vec![
        ("MESSAGEID", text(&hand_over.message_id)),
        ("COMPANY", text(&company.id)),
        ("CREATEDDATETIME", now()),
    ];
    insert(connection, company, "AIFMESSAGELOG", fields)?;
    Ok(made)
}

/// The moment as AX stores it, in UTC.
fn now() -> Value {
    let now = jiff::Timestamp::now();
    text(&now.strftime("%Y-%m-%d %H:%M:%S").to_string())
}
