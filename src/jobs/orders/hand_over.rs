//! Gives staged orders to AX, and finds out about those that were being given when a run ended.

use std::time::Duration;

use tokio::time::Instant;

use super::super::execution::Execution;
use super::super::failure::Stop;
use super::lost::MISSING;
use super::ready::Ready;
use super::{ORDERS, Tally};
use crate::company::sales_orders::{HandOver, HandOverError, HandedOver};
use crate::company::trade::{FoundOrder, Requisition};
use crate::ledger::SetAside;
use crate::ledger::orders::Accepted;
use crate::model::exception::{Exception, ExceptionFilter};
use crate::model::order::OrderEventKind;
use crate::model::shipment::SalesStatus;
use crate::model::staged::{Stage, StagedOrder};

/// Orders looked up and written down together.
const PAGE: usize = 100;
/// At most this many orders with an exception are checked again in a run that nobody asked to; of
/// more, each run checks others.
const CHECKED_AGAIN: usize = 500;
/// Code of an order that AX itself refused: it is not given to AX again until somebody asks.
const REFUSED_BY_AX: &str = "refused-by-ax";
/// Codes of orders that are not given to AX again by themselves.
const ONLY_WHEN_ASKED: [&str; 2] = [REFUSED_BY_AX, MISSING];

/// Sales orders are written down together at the end of a page, and when the first of them is this
/// old: an operator sees them come.
const WRITE_WITHIN: Duration = Duration::from_secs(1);

/// How an attempt to give an order to AX ended.
enum Given {
    /// It is known what came of it, and written down.
    Settled,
    /// AX has a sales order for it, which is to be written down. Until it is the order counts as
    /// handed over: a run that dies here leaves it to the next one, which looks it up.
    Seen(Accepted),
    /// AX was not reached: it does not have the order.
    NotReached(HandOverError),
}

impl Execution {
    /// Orders that were being given to AX when a run ended: AX has them or not.
    pub(super) async fn settle_handed_over(&self) -> Result<(), Stop> {
        let ledger = &self.sides.ledger;
        let mut after = 0;
        loop {
            let page = ledger.orders_in(Stage::HandedOver, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.row.seq;
            tracing::info!(
                "looking up {} orders whose hand-over did not end",
                page.len()
            );
            let found = self.find(page.iter().map(requisition_of)).await?;
            let looked_up = self.look_up(&page).await?;
            let missing = self.accept_own(page.into_iter().zip(found)).await?;
            let mut again = Vec::new();
            for staged in self.settle_messages(missing).await? {
                if self.cancel.is_cancelled() {
                    return Err(Stop::Canceled);
                }
                if staged.row.event == OrderEventKind::Cancelled {
                    // AX does not have it, and is not to get it any more.
                    ledger.take_back(self.fence, vec![staged.row.id]).await?;
                    continue;
                }
                let store = looked_up.stores.get(&staged.order.store).cloned();
                let customer = looked_up.customers.get(&staged.row.account).cloned();
                let (Some(store), Some(customer)) = (store, customer) else {
                    // What it was checked with is gone: from the beginning.
                    ledger.take_back(self.fence, vec![staged.row.id]).await?;
                    continue;
                };
                again.push(Ready {
                    staged,
                    customer,
                    store,
                    address_key: None,
                });
            }
            self.find_addresses(&mut again).await?;
            for ready in again {
                if self.cancel.is_cancelled() {
                    return Err(Stop::Canceled);
                }
                // The same attempt, the same message: AX takes it once.
                let attempt = ready.staged.row.attempts;
                match self.give(&ready, attempt).await? {
                    Given::Settled => {}
                    Given::Seen(accepted) => self.accept(vec![accepted]).await?,
                    Given::NotReached(error) => return Err(not_handed_over(&error).into()),
                }
            }
        }
    }

    /// Everything that AX has not taken: what was downloaded, and orders with an exception whose
    /// cause is gone.
    pub(super) async fn hand_over_waiting(&self) -> Result<(), Stop> {
        if self.release_mended().await? {
            self.settle_handed_over().await?;
        }
        self.hand_over_downloaded().await
    }

    async fn hand_over_downloaded(&self) -> Result<(), Stop> {
        let mut after = 0;
        loop {
            let ledger = &self.sides.ledger;
            let page = ledger.orders_in(Stage::Downloaded, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.row.seq;
            self.hand_over(page).await?;
        }
    }

    /// Checks orders with an exception again. Those without a fault are to be tried again; another
    /// fault takes the place of the old one. Answers whether there is something to try.
    async fn release_mended(&self) -> Result<bool, Stop> {
        let ledger = &self.sides.ledger;
        let ids = ledger
            .orders_set_aside(&ONLY_WHEN_ASKED, CHECKED_AGAIN)
            .await?;
        let mut released = false;
        for ids in ids.chunks(PAGE) {
            let page = ledger.set_aside_of(ids.to_vec()).await?;
            let page = self.settle_overdue(page).await?;
            let (mended, mut faulty) = self.sort_out(page).await?;
            if !mended.is_empty() {
                released = true;
                let keys = mended.iter().map(|ready| ready.staged.row.id.clone());
                let filter = ExceptionFilter {
                    stream: Some(ORDERS),
                    keys: Some(keys.collect()),
                    ..ExceptionFilter::default()
                };
                ledger.ask_retry(&filter).await?;
            }
            let all = faulty.len();
            faulty
                .retain(|(staged, fault)| staged.row.exception.as_ref() != Some(&fault.exception));
            self.tally(Tally {
                set_aside: (all - faulty.len()) as u64,
                ..Tally::default()
            });
            if !faulty.is_empty() {
                let faults = faulty.into_iter().map(|(_, fault)| fault).collect();
                self.set_aside(faults).await?;
            }
        }
        Ok(released)
    }

    /// Checks a page of orders, writes down which are given to AX, and gives them.
    async fn hand_over(&self, page: Vec<StagedOrder>) -> Result<(), Stop> {
        let (mut ready, faulty) = self.sort_out(page).await?;
        if !faulty.is_empty() {
            let faults = faulty.into_iter().map(|(_, fault)| fault).collect();
            self.set_aside(faults).await?;
        }
        if ready.is_empty() {
            return Ok(());
        }
        self.find_addresses(&mut ready).await?;
        let named = ready
            .iter()
            .map(|ready| (ready.staged.row.id.clone(), ready.customer.account.clone()))
            .collect();
        let ledger = &self.sides.ledger;
        let attempts = ledger.intend_hand_over(self.fence, named).await?;
        // One that was cancelled or closed meanwhile has no attempt.
        let mut left = ready
            .iter()
            .zip(attempts)
            .filter_map(|(ready, attempt)| Some((ready, attempt?)));
        let mut seen = Vec::new();
        let mut first_seen = Instant::now();
        while let Some((ready, attempt)) = left.next() {
            let (untold, stop) = if self.cancel.is_cancelled() {
                (true, Stop::Canceled)
            } else {
                match self.give(ready, attempt).await {
                    Ok(Given::Settled) => continue,
                    Ok(Given::Seen(accepted)) => {
                        if seen.is_empty() {
                            first_seen = Instant::now();
                        }
                        seen.push(accepted);
                        if first_seen.elapsed() >= WRITE_WITHIN {
                            self.accept(std::mem::take(&mut seen)).await?;
                        }
                        continue;
                    }
                    Ok(Given::NotReached(error)) => (true, not_handed_over(&error).into()),
                    Err(stop) => (false, stop),
                }
            };
            self.accept(seen).await?;
            // AX does not know the rest.
            let first = untold.then_some(ready);
            let rest = first.into_iter().chain(left.map(|(ready, _)| ready));
            let rest = rest.map(|ready| ready.staged.row.id.clone()).collect();
            ledger.take_back(self.fence, rest).await?;
            return Err(stop);
        }
        self.accept(seen).await
    }

    /// Gives one order to AX and writes down what came of it, unless that is a sales order.
    async fn give(&self, ready: &Ready, attempt: u32) -> Result<Given, Stop> {
        let Ready {
            staged,
            customer,
            store,
            address_key,
        } = ready;
        let hand_over = HandOver {
            message_id: self.message_id(&staged.row.id, attempt),
            attempt,
            order: staged.order.clone(),
            customer: customer.clone(),
            settings: store.settings.clone(),
            address_key: address_key.clone(),
        };
        // Another worker may be giving it by now.
        self.trust.held().await;
        let found = match self.sides.sales_orders.create(hand_over).await {
            Ok(HandedOver::Created {
                sales_order,
                is_journal,
            }) => Some(FoundOrder {
                sales_order,
                is_journal,
                status: SalesStatus::OpenOrder,
                reference: staged.row.id.clone(),
            }),
            Ok(HandedOver::Numbered { sales_order }) => {
                let found = self.made(staged, ready.requisition(), sales_order).await?;
                Some(found)
            }
            // The next run looks it up.
            Ok(HandedOver::Accepted) => {
                self.tally(Tally {
                    unchanged: 1,
                    ..Tally::default()
                });
                return Ok(Given::Settled);
            }
            Err(HandOverError::DuplicateMessage) => {
                let found = self.find(std::iter::once(ready.requisition())).await?;
                let own = found.first().and_then(|found| own(staged, found)).cloned();
                if own.is_none() {
                    self.give_up(lost_in_ax(staged)).await?;
                }
                own
            }
            Err(HandOverError::Refused { infolog }) => {
                self.give_up(refused(staged, &infolog)).await?;
                None
            }
            Err(error @ HandOverError::NotReached { .. }) => return Ok(Given::NotReached(error)),
            Err(error @ HandOverError::Unknown { .. }) => {
                return Err(not_handed_over(&error).into());
            }
        };
        Ok(found.map_or(Given::Settled, |found| {
            Given::Seen(accepted(staged, &customer.account, &found))
        }))
    }

    /// Writes down that orders were seen in AX.
    pub async fn accept(&self, orders: Vec<Accepted>) -> Result<(), Stop> {
        if orders.is_empty() {
            return Ok(());
        }
        let taken = orders.len() as u64;
        for accepted in &orders {
            tracing::info!(
                "order {} is sales order {}",
                accepted.order,
                accepted.sales_order
            );
        }
        self.sides.ledger.accept(self.fence, orders).await?;
        self.tally(Tally {
            taken,
            ..Tally::default()
        });
        Ok(())
    }

    /// Accepts the orders that led to one of the sales orders found for them; answers the others.
    pub(super) async fn accept_own(
        &self,
        orders: impl Iterator<Item = (StagedOrder, Vec<FoundOrder>)>,
    ) -> Result<Vec<StagedOrder>, Stop> {
        let (mut seen, mut missing) = (Vec::new(), Vec::new());
        for (staged, found) in orders {
            match own(&staged, &found) {
                Some(own) => seen.push(accepted(&staged, &staged.row.account, own)),
                None => missing.push(staged),
            }
        }
        self.accept(seen).await?;
        Ok(missing)
    }

    /// Sets an order aside that AX does not have: another try is another message.
    pub(super) async fn give_up(&self, order: SetAside) -> Result<(), Stop> {
        let ledger = &self.sides.ledger;
        ledger.take_back(self.fence, vec![order.id.clone()]).await?;
        self.set_aside(vec![order]).await
    }

    pub(super) async fn set_aside(&self, orders: Vec<SetAside>) -> Result<(), Stop> {
        let set_aside = orders.len() as u64;
        for order in &orders {
            tracing::warn!("order {}: {}", order.id, order.exception);
        }
        self.sides
            .ledger
            .set_orders_aside(self.fence, orders)
            .await?;
        self.tally(Tally {
            set_aside,
            ..Tally::default()
        });
        Ok(())
    }

    /// The sales orders of some requisitions.
    pub async fn find(
        &self,
        requisitions: impl Iterator<Item = Requisition>,
    ) -> Result<Vec<Vec<FoundOrder>>, Stop> {
        let requisitions: Vec<Requisition> = requisitions.collect();
        Ok(self.sides.company.sales_orders(&requisitions).await?)
    }

    /// The same for the same ledger, order and attempt: a UUID of version 8 (RFC 9562) from a hash
    /// of them.
    pub(super) fn message_id(&self, order: &str, attempt: u32) -> String {
        let named = format!("{}\n{order}\n{attempt}", self.sides.incarnation);
        let mut bytes = xxhash_rust::xxh3::xxh3_128(named.as_bytes()).to_be_bytes();
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = bytes.map(|byte| format!("{byte:02x}")).concat();
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }
}

pub(super) fn requisition_of(staged: &StagedOrder) -> Requisition {
    Requisition {
        customer: staged.row.account.clone(),
        requisition: staged.order.number.clone(),
    }
}

/// That an order was seen in AX as a sales order of this customer account.
pub(super) fn accepted(staged: &StagedOrder, account: &str, found: &FoundOrder) -> Accepted {
    Accepted {
        order: staged.row.id.clone(),
        account: account.to_owned(),
        sales_order: found.sales_order.clone(),
        is_journal: found.is_journal,
    }
}

/// The sales order that this order led to: the hand-over wrote the order's id as its reference.
pub fn own<'f>(staged: &StagedOrder, found: &'f [FoundOrder]) -> Option<&'f FoundOrder> {
    found.iter().find(|found| found.reference == staged.row.id)
}

pub(super) fn refused(staged: &StagedOrder, infolog: &[String]) -> SetAside {
    SetAside {
        id: staged.row.id.clone(),
        code: REFUSED_BY_AX.to_owned(),
        field: String::new(),
        exception: Exception::new(
            "AX refused the sales order.",
            infolog.join(" "),
            "Correct what the text names in AX or at the order's source, then retry the order.",
        ),
    }
}

fn lost_in_ax(staged: &StagedOrder) -> SetAside {
    SetAside {
        id: staged.row.id.clone(),
        code: REFUSED_BY_AX.to_owned(),
        field: String::new(),
        exception: Exception::new(
            "AX has seen the order's message, but has no sales order for it.",
            "The message was processed before; the sales order was deleted, or the message failed.",
            "Look for the message in AX (Services and AIF > History), then retry the order: it gets a new message.",
        ),
    }
}

pub(super) fn not_handed_over(error: &HandOverError) -> Exception {
    Exception::new(
        "Orders could not be handed over to AX.",
        error,
        "They are safe in the ledger. Check the sales order service, then start the job again.",
    )
}
