//! Messages that AX has and has not answered: what became of them is asked at the door, and they are
//! not sent again.

use super::super::execution::Execution;
use super::super::failure::Stop;
use super::Tally;
use super::hand_over::{accepted, not_handed_over, own, refused, requisition_of};
use crate::company::sales_orders::MessageStatus;
use crate::company::trade::{FoundOrder, Requisition};
use crate::ledger::SetAside;
use crate::model::Exception;
use crate::model::shipment::SalesStatus;
use crate::model::staged::{Stage, StagedOrder};

/// Code of an order whose message is without a sales order for too long.
const OVERDUE: &str = "overdue-in-ax";
/// The text by which such an exception is known again.
const OVERDUE_TEXT: &str = "AX has the message of the order, but has not made a sales order of it.";

impl Execution {
    /// Settles orders whose sales order was not found, where the door knows of their message. Answers
    /// the others.
    pub(super) async fn settle_messages(
        &self,
        page: Vec<StagedOrder>,
    ) -> Result<Vec<StagedOrder>, Stop> {
        if page.is_empty() {
            return Ok(page);
        }
        let message_ids: Vec<String> = page
            .iter()
            .map(|staged| self.message_id(&staged.row.id, staged.row.attempts))
            .collect();
        let door = &self.sides.sales_orders;
        let statuses = door.message_statuses(&message_ids).await;
        let statuses = statuses.map_err(|error| not_handed_over(&error))?;
        let (mut unknown, mut seen) = (Vec::new(), Vec::new());
        for (staged, status) in page.into_iter().zip(statuses) {
            match status {
                None => unknown.push(staged),
                Some(MessageStatus::Waiting { since }) => {
                    tracing::info!("order {}: AX has its message since {since}", staged.row.id);
                    self.tally(left_as_it_is(&staged));
                }
                Some(MessageStatus::Overdue { cause, remedy }) => {
                    self.set_overdue_aside(&staged, cause, remedy).await?;
                }
                Some(MessageStatus::Created { sales_order }) => {
                    // AX may have made it since it was looked for.
                    let found = self
                        .made(&staged, requisition_of(&staged), sales_order)
                        .await?;
                    seen.push(accepted(&staged, &staged.row.account, &found));
                }
                Some(MessageStatus::Refused { infolog, remedy }) => {
                    let mut order = refused(&staged, &infolog);
                    order.exception.remedy = remedy;
                    self.give_up(order).await?;
                }
            }
        }
        self.accept(seen).await?;
        Ok(unknown)
    }

    /// Looks again for orders that are set aside as overdue. Answers the other orders of the page, and
    /// those of whose message the door knows nothing any more.
    pub(super) async fn settle_overdue(
        &self,
        page: Vec<StagedOrder>,
    ) -> Result<Vec<StagedOrder>, Stop> {
        let (mut overdue, mut others): (Vec<_>, Vec<_>) = page.into_iter().partition(is_overdue);
        if overdue.is_empty() {
            return Ok(others);
        }
        let ids = overdue.iter().map(|staged| staged.row.id.clone()).collect();
        let numbers = self.sides.ledger.numbers_for_ax(ids).await?;
        for (staged, number) in overdue.iter_mut().zip(numbers) {
            staged.order.number = number;
        }
        let found = self.find(overdue.iter().map(requisition_of)).await?;
        let missing = self.accept_own(overdue.into_iter().zip(found)).await?;
        others.extend(self.settle_messages(missing).await?);
        Ok(others)
    }

    /// The sales order that AX says it made. Where it is not to be found, AX is believed.
    pub(super) async fn made(
        &self,
        staged: &StagedOrder,
        requisition: Requisition,
        sales_order: String,
    ) -> Result<FoundOrder, Stop> {
        let found = self.find(std::iter::once(requisition)).await?;
        let own = found.first().and_then(|found| own(staged, found)).cloned();
        Ok(own.unwrap_or_else(|| FoundOrder {
            sales_order,
            is_journal: false,
            status: SalesStatus::OpenOrder,
            reference: staged.row.id.clone(),
        }))
    }

    /// The order stays handed over for the ledger: it is looked for before anything else is done.
    async fn set_overdue_aside(
        &self,
        staged: &StagedOrder,
        cause: String,
        remedy: String,
    ) -> Result<(), Stop> {
        let exception = Exception::new(OVERDUE_TEXT, cause, remedy);
        if staged.row.stage == Stage::Exception && staged.row.exception.as_ref() == Some(&exception)
        {
            self.tally(left_as_it_is(staged));
            return Ok(());
        }
        let overdue = SetAside {
            id: staged.row.id.clone(),
            code: OVERDUE.to_owned(),
            field: String::new(),
            exception,
        };
        self.set_aside(vec![overdue]).await
    }
}

fn is_overdue(staged: &StagedOrder) -> bool {
    let exception = staged.row.exception.as_ref();
    exception.is_some_and(|exception| exception.text == OVERDUE_TEXT)
}

fn left_as_it_is(staged: &StagedOrder) -> Tally {
    let is_set_aside = u64::from(staged.row.stage == Stage::Exception);
    Tally {
        unchanged: 1 - is_set_aside,
        set_aside: is_set_aside,
        ..Tally::default()
    }
}
