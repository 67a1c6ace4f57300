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
use crate::ledger::orders::{FeedPosition, Staged};
use crate::model::run::Phase;
use crate::model::{Job, Stream};

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
            let staged = ledger
                .stage(self.fence, page.events, position.clone())
                .await?;
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
