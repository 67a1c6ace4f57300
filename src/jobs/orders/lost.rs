//! Data loss in AX: accepted orders whose sales order is not there any more. The AX documents say to
//! run the complete job after such a loss ("(USA) Set up synchronization").

use super::super::execution::Execution;
use super::super::failure::Stop;
use super::Tally;
use super::hand_over::{own, requisition_of};
use crate::ledger::SetAside;
use crate::model::Exception;
use crate::model::shipment::SalesStatus;
use crate::model::staged::{Stage, StagedOrder};

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
            let found = self.find(page.iter().map(requisition_of)).await?;
            let lost: Vec<SetAside> = page
                .iter()
                .zip(found)
                .filter(|(staged, found)| own(staged, found).is_none())
                .map(|(staged, _)| missing(staged))
                .collect();
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
