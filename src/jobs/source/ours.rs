//! Which of the company's packing slips and sales orders an online order led to: those of others do
//! not travel.

use std::collections::HashMap;

use super::{Source, SourceError};
use crate::company::trade::Requisition;
use crate::company::{Entry, Page};
use crate::ledger::orders::{Accepted, Behind};
use crate::model::record::split_record_id;
use crate::model::{Record, Stream};

/// What an entry says of the sales order it is about.
struct Named {
    sales_order: String,
    /// Empty where the entry does not say.
    customer: String,
    requisition: String,
}

impl Source {
    /// Leaves of packing slips and sales orders those that an online order led to and, in a run,
    /// notes them in the order book. Of an order that the service lost nothing travels.
    ///
    /// The order book knows a sales order by its number: account and requisition may change at
    /// either end. One that the book does not know and that has the number of an online order may
    /// have been made of it while nobody looked: AX says so by the customer reference.
    pub(super) async fn ours(&self, mut page: Page) -> Result<Page, SourceError> {
        if !self.stream.follows_orders() || page.is_empty() {
            return Ok(page);
        }
        let named: Vec<Named> = page.iter().map(|entry| self.named(entry)).collect();
        let behind = self
            .ledger()
            .orders_behind(
                named
                    .iter()
                    .map(|named| (named.sales_order.clone(), named.requisition.clone()))
                    .collect(),
            )
            .await?;
        let unseen: Vec<&Named> = named
            .iter()
            .zip(&behind)
            .filter(|(_, behind)| **behind == Behind::Unseen)
            .map(|(named, _)| named)
            .collect();
        let made = self.made_unseen(&unseen).await?;
        let (mut shipments, mut statuses, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        let mut leads = named.iter().zip(behind);
        page.retain(|entry| {
            let Some((named, behind)) = leads.next() else {
                return false;
            };
            let (order, travels) = match behind {
                Behind::Seen(order) => (Some(order), true),
                Behind::Former(order) => (Some(order), false),
                Behind::Unseen => (made.get(&named.sales_order).cloned(), true),
                Behind::Nothing => (None, false),
            };
            match (entry, order.clone()) {
                (Entry::Present(Record::Shipment(slip)), Some(order)) => {
                    shipments.push((order, slip.as_ref().clone()));
                }
                (Entry::Present(Record::OrderStatus(status)), Some(order)) => {
                    statuses.push((order, status.clone()));
                }
                (Entry::Gone { id }, _) => {
                    // Whose it was cannot be told any more; what the service does not hold is not sent.
                    gone.push(id.clone());
                    return true;
                }
                (_, _) => {}
            }
            travels && order.is_some()
        });
        if let Some(fence) = self.noting {
            let ledger = self.ledger();
            if !shipments.is_empty() {
                ledger.note_shipments(fence, shipments).await?;
            }
            if !statuses.is_empty() {
                ledger.note_statuses(fence, statuses).await?;
            }
            if self.stream == Stream::Shipments && !gone.is_empty() {
                ledger.forget_shipments(fence, gone).await?;
            }
        }
        Ok(page)
    }

    /// Of sales orders that the order book does not know those that were made of an online order,
    /// by their numbers; in a run they are accepted on the way.
    async fn made_unseen(&self, unseen: &[&Named]) -> Result<HashMap<String, String>, SourceError> {
        let requisitions: Vec<Requisition> = unseen
            .iter()
            .map(|named| Requisition {
                customer: named.customer.clone(),
                requisition: named.requisition.clone(),
            })
            .collect();
        if requisitions.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.company().sales_orders(&requisitions).await?;
        let candidates: Vec<Accepted> = unseen
            .iter()
            .zip(found)
            .filter_map(|(named, found)| {
                let found = found
                    .into_iter()
                    .find(|found| found.sales_order == named.sales_order)?;
                Some(Accepted {
                    order: found.reference,
                    account: named.customer.clone(),
                    sales_order: found.sales_order,
                    is_journal: found.is_journal,
                })
            })
            .collect();
        let orders = candidates.iter().map(|made| made.order.clone()).collect();
        let known = self.ledger().acknowledgements_of(orders).await?;
        let made: Vec<Accepted> = candidates
            .into_iter()
            .zip(known)
            // An order that has a sales order keeps it.
            .filter(|(_, known)| {
                known
                    .as_ref()
                    .is_some_and(|known| known.sales_order.is_empty())
            })
            .map(|(made, _)| made)
            .collect();
        let by_number = made
            .iter()
            .map(|made| (made.sales_order.clone(), made.order.clone()))
            .collect();
        if let Some(fence) = self.noting
            && !made.is_empty()
        {
            for made in &made {
                let Accepted {
                    order, sales_order, ..
                } = made;
                tracing::info!("order {order} was found in AX as sales order {sales_order}");
            }
            self.ledger().accept(fence, made).await?;
        }
        Ok(by_number)
    }

    fn named(&self, entry: &Entry) -> Named {
        let by_id = |id: &str| Named {
            sales_order: if self.stream == Stream::Shipments {
                split_record_id(id).pop().unwrap_or_default()
            } else {
                id.to_owned()
            },
            customer: String::new(),
            requisition: String::new(),
        };
        match entry {
            Entry::Present(Record::Shipment(slip)) => Named {
                sales_order: slip.sales_order.clone(),
                customer: slip.customer.clone(),
                requisition: slip.requisition.clone(),
            },
            Entry::Present(Record::OrderStatus(order)) => Named {
                sales_order: order.sales_order.clone(),
                customer: order.customer.clone(),
                requisition: order.requisition.clone(),
            },
            Entry::Present(_) => by_id(&entry.id()),
            Entry::Gone { id } | Entry::Unreadable { id, .. } => by_id(id),
        }
    }
}
