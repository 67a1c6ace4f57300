//! Online orders: downloaded into the ledger first, then given to AX, each once.
//!
//! The promise (G2) rests on the order of the steps. An event and the place in the feed behind it
//! are written in one transaction. An order is written down as handed over before AX is asked; one
//! that was left there is looked up by customer account and customer requisition, and only where
//! AX has no such sales order is the same message sent again. A message that AX is known to have is not
//! sent again at all: what became of it is asked at the door.

mod archive;
mod check;
mod hand_over;
mod lost;
mod messages;
mod ready;

use std::time::Duration;

use super::execution::Execution;
use super::failure::Stop;
use crate::commerce::wire::MAX_FEED_LIMIT;
use crate::ledger::SetAside;
use crate::ledger::orders::{FeedPosition, Staged};
use crate::model::order::OrderEvent;
use crate::model::run::Phase;
use crate::model::{Exception, Job, Stream};

/// The stream of this file.
const ORDERS: Stream = Stream::Orders;

/// What an order came to in a run.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    taken: u64,
    unchanged: u64,
    set_aside: u64,
}

impl Execution {
    /// Downloads what is new and gives AX what it has not taken yet.
    pub async fn download_orders(&self) -> Result<(), Stop> {
        self.report.phase(ORDERS, Phase::Settling);
        if !self.options.dry_run {
            self.settle_handed_over().await?;
            if self.options.complete || self.fence.job == Job::Complete {
                self.find_lost().await?;
            }
        }
        self.report.phase(ORDERS, Phase::Sending);
        self.read_feed().await?;
        if !self.options.dry_run {
            self.hand_over_waiting().await?;
            self.clear_archive().await?;
        }
        self.report.phase(ORDERS, Phase::Done);
        Ok(())
    }

    /// Reads the feed to its end, page by page; each page is safe before the next is asked for.
    async fn read_feed(&self) -> Result<(), Stop> {
        let mut position = self.sides.ledger.feed_position().await?;
        if self.options.complete {
            position.seq = 0;
        }
        loop {
            if self.cancel.is_cancelled() {
                return Err(Stop::Canceled);
            }
            let (commerce, after) = (&self.sides.commerce, position.seq);
            let page = self
                .sides
                .ask(&self.report, || {
                    commerce.feed(after, MAX_FEED_LIMIT, Duration::ZERO)
                })
                .await?;
            let is_other = !position.book.is_empty() && position.book != page.book;
            if after > 0 && (is_other || page.newest < after) {
                let reason = format!(
                    "the service's order book was made anew or restored: it is at event {}, the ledger at {after}",
                    page.newest
                );
                tracing::warn!("the order feed is read from its beginning: {reason}");
                self.report
                    .stream(ORDERS, |progress| progress.reload = Some(reason));
                position.seq = 0;
                position.book.clone_from(&page.book);
                if !self.options.dry_run {
                    let ledger = &self.sides.ledger;
                    ledger.begin_feed_anew(self.fence, page.book).await?;
                }
                continue;
            }
            let Some(last) = page.events.last() else {
                return Ok(());
            };
            position = FeedPosition {
                book: page.book,
                seq: last.seq,
            };
            let events = page.events.len() as u64;
            if self.options.dry_run {
                self.tally(Tally {
                    taken: events,
                    ..Tally::default()
                });
                continue;
            }
            let ledger = &self.sides.ledger;
            let (events, nameless): (Vec<_>, Vec<_>) = page
                .events
                .into_iter()
                .partition(|event| is_id(&event.order.id));
            if !nameless.is_empty() {
                self.tally(Tally {
                    set_aside: nameless.len() as u64,
                    ..Tally::default()
                });
                let refused = nameless.iter().map(bad_id).collect();
                ledger.set_aside(self.fence, ORDERS, None, refused).await?;
            }
            let staged = ledger.stage(self.fence, events, position.clone()).await?;
            self.tally(outcome_of(&staged));
        }
    }

    fn tally(&self, tally: Tally) {
        self.report.stream(ORDERS, |progress| {
            progress.counts.enumerated += tally.taken + tally.unchanged + tally.set_aside;
            progress.counts.acknowledged += tally.taken;
            progress.counts.unchanged += tally.unchanged;
            progress.counts.quarantined += tally.set_aside;
        });
    }
}

/// True for an id that every database and AX tell from all others: blanks at the end count in none of
/// SQL Server's comparisons, and AX does not keep them.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.trim() == id
}

/// An order that cannot be written down under its id, under the id in quotes.
fn bad_id(event: &OrderEvent) -> SetAside {
    let id = format!("{:?}", event.order.id);
    SetAside {
        code: "bad-id".to_owned(),
        field: "id".to_owned(),
        exception: Exception::new(
            "The online order has an id that cannot be kept.",
            format!(
                "The id {id} of the order {} is empty, or begins or ends with a blank: SQL Server and AX \
                 would take it for another one.",
                event.order.number
            ),
            "Give the order another id at its source, then resolve this with a note.",
        ),
        id,
    }
}

/// What staging settles by itself: new contents are counted when they are handed over.
fn outcome_of(staged: &[Staged]) -> Tally {
    let mut tally = Tally::default();
    for staged in staged {
        match staged {
            Staged::New | Staged::Replaced => {}
            Staged::Cancelled => tally.taken += 1,
            Staged::Known => tally.unchanged += 1,
            Staged::ChangedTooLate | Staged::CancelledTooLate => tally.set_aside += 1,
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_a_database_would_take_for_another_is_none() {
        for (id, is) in [
            ("o1", true),
            ("o 1", true),
            ("o1 ", false),
            (" o1", false),
            (" ", false),
            ("", false),
        ] {
            assert_eq!(is_id(id), is, "{id:?}");
        }
    }
}
