//! The door of a site's own import (`orders.handover = "staging"`): an order is laid out in tables of
//! the ledger, where the import takes it and says what became of it. What it says is believed when AX
//! shows the sales order.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::company::sales_orders::{
    HandOver, HandOverError, HandedOver, KeptMessage, MessageStatus, SalesOrderService,
};
use crate::company::trade::{FoundOrder, Requisition};
use crate::company::{Company, CompanyError};
use crate::ledger::import::{ImportOrder, ImportState, Imported};
use crate::ledger::{Ledger, LedgerError};
use crate::model::exception::chain;

/// At most this many old orders are removed in a run.
const MOST_OLD: usize = 500;

/// What the site says of its import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// `DATAAREAID` of the company that the orders are for.
    pub company: String,
    /// An order without a sales order is overdue after this time.
    pub overdue: Duration,
    /// Rows of orders that AX has are removed after this time; `None` for never.
    pub kept: Option<Duration>,
}

/// Gives orders to AX through tables of the ledger.
pub struct ImportDoor {
    ledger: Arc<dyn Ledger>,
    company: Arc<dyn Company>,
    options: ImportOptions,
}

impl ImportDoor {
    /// The door between this ledger and this company.
    pub fn new(ledger: Arc<dyn Ledger>, company: Arc<dyn Company>, options: ImportOptions) -> Self {
        Self {
            ledger,
            company,
            options,
        }
    }

    /// Of the orders of which the import says that AX has them: the sales order of each, where AX
    /// shows it.
    async fn seen(&self, imports: &[Imported]) -> Result<Vec<Option<FoundOrder>>, CompanyError> {
        let requisitions: Vec<Requisition> = imports
            .iter()
            .map(|import| Requisition {
                customer: import.customer_account.clone(),
                requisition: import.requisition.clone(),
            })
            .collect();
        if requisitions.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.company.sales_orders(&requisitions).await?;
        let own = |(found, import): (Vec<FoundOrder>, &Imported)| {
            let mut found = found.into_iter();
            found.find(|found| found.reference == import.order)
        };
        Ok(found.into_iter().zip(imports).map(own).collect())
    }

    /// How a message stands whose sales order was not `seen`.
    fn status(&self, message_id: &str, import: &Imported) -> MessageStatus {
        let since = import.since;
        let place = format!(
            "{} (table import_order, message_id {message_id}, laid out at {})",
            self.ledger.place(),
            since.strftime("%Y-%m-%d %H:%M UTC")
        );
        let (cause, remedy) = match &import.state {
            ImportState::Refused { error } => {
                return MessageStatus::Refused {
                    infolog: error.lines().map(str::to_owned).collect(),
                    remedy: "Correct what the text names in AX or at the order's source, then retry the \
                             order: it is looked for, and laid out anew where AX has not made it."
                        .to_owned(),
                };
            }
            ImportState::New => (
                format!("The import has not taken the order from {place}."),
                "Look at the site's import: it takes the orders whose state is new.",
            ),
            ImportState::Taken => (
                format!(
                    "The import took the order from {place}, and has not said what became of it."
                ),
                "Look at the site's import and what it logged.",
            ),
            ImportState::Created { sales_order } => (
                format!(
                    "The import says in {place} that AX made sales order {sales_order} of it. AX shows no \
                     sales order with customer account {}, customer requisition {} and customer \
                     reference {}.",
                    import.customer_account, import.requisition, import.order
                ),
                "Look at the sales order in AX: the import has to write these three as they are laid out.",
            ),
        };
        if import.age < self.options.overdue {
            return MessageStatus::Waiting { since };
        }
        MessageStatus::Overdue {
            cause,
            remedy: format!(
                "{remedy} The order is found by itself as soon as AX shows it. If AX has not made it and \
                 the import will not, set its state to refused, with the reason in error, and retry the \
                 order: it is laid out anew."
            ),
        }
    }

    fn not_reached(&self, error: &LedgerError) -> HandOverError {
        HandOverError::NotReached {
            place: self.ledger.place(),
            reason: chain(error),
        }
    }
}

/// The rows of a hand-over.
fn laid_out(hand_over: HandOver, company: &str) -> ImportOrder {
    let codes = hand_over.order.charges.iter();
    let codes: Vec<String> = codes
        .map(|charge| hand_over.charges_code(charge).to_owned())
        .collect();
    let notes = hand_over.notes().join("\n");
    let delivery_date = hand_over.day();
    let delivery_mode = hand_over.delivery_mode().to_owned();
    let language = hand_over.language().to_owned();
    let mut order = hand_over.order;
    order.delivery_mode = delivery_mode;
    order.customer.language = language;
    for (charge, code) in order.charges.iter_mut().zip(codes) {
        charge.code = code;
    }
    ImportOrder {
        message_id: hand_over.message_id.to_lowercase(),
        attempt: hand_over.attempt,
        company: company.to_owned(),
        customer_account: hand_over.customer.account,
        order,
        sales_origin: hand_over.settings.sales_origin,
        delivery_date,
        delivery_location: hand_over
            .address_key
            .map(|key| (key.location, key.valid_from)),
        notes,
    }
}

#[async_trait]
impl SalesOrderService for ImportDoor {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        let order = laid_out(hand_over, &self.options.company);
        let infolog = order.faults();
        if !infolog.is_empty() {
            return Err(HandOverError::Refused { infolog });
        }
        // What failed may have been written: the next run looks.
        let reason = match self.ledger.lay_out(order).await {
            Ok(true) => return Ok(HandedOver::Accepted),
            Ok(false) => "another worker has taken the order back meanwhile".to_owned(),
            Err(error) => chain(&error),
        };
        Err(HandOverError::Unknown { reason })
    }

    async fn message_statuses(
        &self,
        message_ids: &[String],
    ) -> Result<Vec<Option<MessageStatus>>, HandOverError> {
        let ids: Vec<String> = message_ids.iter().map(|id| id.to_lowercase()).collect();
        let imports = self.ledger.imports(ids.clone()).await;
        let imports = imports.map_err(|error| self.not_reached(&error))?;
        let is_created = |import: &Imported| matches!(import.state, ImportState::Created { .. });
        let created: Vec<Imported> = imports
            .iter()
            .flatten()
            .filter(|import| is_created(import))
            .cloned()
            .collect();
        let seen = self.seen(&created).await;
        let mut seen = seen
            .map_err(|error| HandOverError::NotReached {
                place: "AX".to_owned(),
                reason: chain(&error),
            })?
            .into_iter();
        let statuses = ids.iter().zip(imports).map(|(id, import)| {
            let import = import?;
            let seen = if is_created(&import) {
                seen.next().flatten()
            } else {
                None
            };
            Some(match seen {
                Some(FoundOrder { sales_order, .. }) => MessageStatus::Created { sales_order },
                None => self.status(id, &import),
            })
        });
        Ok(statuses.collect())
    }

    async fn old_messages(&self) -> Result<Vec<KeptMessage>, HandOverError> {
        let Some(kept) = self.options.kept else {
            return Ok(Vec::new());
        };
        let old = self.ledger.old_imports(kept, MOST_OLD).await;
        let old = old.map_err(|error| self.not_reached(&error))?.into_iter();
        Ok(old
            .map(|old| KeptMessage {
                message_id: old.message_id,
                order: old.order,
            })
            .collect())
    }

    async fn forget_messages(&self, message_ids: Vec<String>) -> Result<u64, HandOverError> {
        let forgotten = message_ids.len() as u64;
        let done = self.ledger.forget_imports(message_ids).await;
        done.map_err(|error| self.not_reached(&error))?;
        Ok(forgotten)
    }
}
