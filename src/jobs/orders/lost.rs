//! Data loss in AX: accepted orders whose sales order is not there any more. The AX documents say to
//! run the complete job after such a loss ("(USA) Set up synchronization").

use super::super::execution::Execution;
use super::super::failure::Stop;
use super::Tally;
use super::hand_over::own;
use crate::company::Entry;
use crate::company::trade::Requisition;
use crate::ledger::SetAside;
use crate::model::shipment::SalesStatus;
use crate::model::staged::{Stage, StagedOrder};
use crate::model::{Exception, Record, Selection, Stream};

/// Orders looked up together.
const PAGE: usize = 500;
/// Code of an order whose sales order is gone: it is handed over again only when somebody asks.
pub const MISSING: &str = "sales-order-missing";

impl Execution {
    /// Looks every accepted order up in AX. What is invoiced or canceled may have been cleaned up.
    pub(super) async fn find_lost(&self) -> Result<(), Stop> {
        let ledger = &self.sides.ledger;
        let mut after = 0;
        loop {
            if self.cancel.is_cancelled() {
                return Err(Stop::Canceled);
            }
            let mut page = ledger.orders_in(Stage::Accepted, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.row.seq;
            page.retain(|staged| {
                !matches!(
                    staged.row.status,
                    Some(SalesStatus::Invoiced | SalesStatus::Canceled)
                )
            });
            let gone = self.not_in_ax(page).await?;
            let lost: Vec<SetAside> = gone.iter().map(missing).collect();
            for order in &lost {
                tracing::warn!("order {}: {}", order.id, order.exception);
            }
            self.tally(Tally {
                set_aside: lost.len() as u64,
                ..Tally::default()
            });
            if !lost.is_empty() {
                ledger.lose(self.fence, lost).await?;
            }
        }
    }

    /// Of accepted orders those whose sales order is not there, whatever it is called by now: the
    /// number may have been changed online, account and requisition in AX.
    async fn not_in_ax(&self, page: Vec<StagedOrder>) -> Result<Vec<StagedOrder>, Stop> {
        let ledger = &self.sides.ledger;
        let ids = page.iter().map(|staged| staged.row.id.clone()).collect();
        let numbers = ledger.numbers_for_ax(ids).await?;
        let handed = page
            .iter()
            .zip(numbers)
            .map(|(staged, number)| Requisition {
                customer: staged.row.account.clone(),
                requisition: number,
            });
        let found = self.find(handed).await?;
        let unseen: Vec<StagedOrder> = page
            .into_iter()
            .zip(found)
            .filter(|(staged, found)| own(staged, found).is_none())
            .map(|(staged, _)| staged)
            .collect();
        if unseen.is_empty() {
            return Ok(unseen);
        }
        let numbers: Vec<String> = unseen
            .iter()
            .map(|staged| staged.row.sales_order.clone())
            .collect();
        let everything = Selection::everything();
        let company = &self.sides.company;
        let named = company
            .read_ids(Stream::OrderStatuses, &everything, &numbers)
            .await?;
        let called = named.iter().map(|entry| match entry {
            Entry::Present(Record::OrderStatus(order)) => Requisition {
                customer: order.customer.clone(),
                requisition: order.requisition.clone(),
            },
            Entry::Present(_) | Entry::Gone { .. } | Entry::Unreadable { .. } => Requisition {
                customer: String::new(),
                requisition: String::new(),
            },
        });
        let found = self.find(called).await?;
        Ok(unseen
            .into_iter()
            .zip(named)
            .zip(found)
            .filter(|((staged, entry), found)| {
                // What is there and cannot be read is not gone.
                let is_unreadable = matches!(entry, Entry::Unreadable { .. });
                !is_unreadable && own(staged, found).is_none()
            })
            .map(|((staged, _), _)| staged)
            .collect())
    }
}

fn missing(staged: &StagedOrder) -> SetAside {
    SetAside {
        id: staged.row.id.clone(),
        code: MISSING.to_owned(),
        field: String::new(),
        exception: Exception::new(
            "The sales order is not in AX any more.",
            format!(
                "{} was made for customer account {} and customer requisition {}. It was deleted, or AX was restored to an earlier day.",
                staged.row.sales_order, staged.row.account, staged.order.number
            ),
            "If the order is still wanted, retry it: it is handed over to AX again. If not, resolve this with a note.",
        ),
    }
}
