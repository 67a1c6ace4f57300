//! Settles batches of unknown outcome: their records are sent again with their current values, and
//! then it does not matter what the service made of the first request.

use std::time::Duration;

use tokio::time::Instant;

use super::failure::Stop;
use super::under_way::UnderWay;
use super::upload::StreamRun;
use crate::ledger::Unsettled;

/// How often an operator sees how much longer it takes.
const TICK: Duration = Duration::from_secs(1);

impl StreamRun {
    /// Settles every batch of the stream, as long as there is hope of an answer.
    pub(super) async fn settle_unknown(&self, from_earlier_runs: bool) -> Result<(), Stop> {
        if self.options.dry_run {
            return Ok(());
        }
        let ledger = &self.sides.ledger;
        let mut is_counted = !from_earlier_runs;
        let mut failing_since = None;
        loop {
            let unsettled = ledger.unsettled(self.stream).await?;
            if unsettled.is_empty() {
                return Ok(());
            }
            let records: usize = unsettled.iter().map(|batch| batch.ids.len()).sum();
            tracing::info!("settling {records} records of unknown outcome");
            if !is_counted {
                self.report.stream(self.stream, |progress| {
                    progress.counts.enumerated += records as u64
                });
                is_counted = true;
            }
            self.outlive(&unsettled).await?;
            let mut under_way = UnderWay::new(self.clone());
            let mut left = Vec::new();
            for batch in unsettled {
                if !under_way.send_named(&batch.ids, Some(batch.batch)).await? {
                    left.push(batch.batch);
                }
            }
            let unknown = under_way.wait().await?;
            // Whatever came of them, their records stand in other batches now.
            ledger.forget_batches(self.fence, left).await?;
            let Some(why) = unknown else {
                return Ok(());
            };
            let since = failing_since.get_or_insert_with(Instant::now);
            if since.elapsed() >= self.sides.flow.give_up_after() {
                return Err(why.into());
            }
        }
    }

    /// Waits until no request of these batches can still arrive at the service and undo what is
    /// sent after it.
    ///
    /// Where the service guards versions there is nothing to wait for: a request that arrives late
    /// carries an older version than what is sent now, and changes nothing. Where it does not, all
    /// that helps is time: a request is sent at most a lease after its batch was written down, and
    /// lives for a known time from then on.
    async fn outlive(&self, unsettled: &[Unsettled]) -> Result<(), Stop> {
        let commerce = &self.sides.commerce;
        if self
            .sides
            .ask(&self.report, || commerce.guards_versions())
            .await?
        {
            return Ok(());
        }
        let life = self.sides.lease + self.sides.request_life;
        let waits = unsettled.iter().map(|batch| life.saturating_sub(batch.age));
        let until = Instant::now() + waits.max().unwrap_or_default();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.report.waiting(None);
                return Ok(());
            }
            self.report.waiting(Some(format!(
                "waiting {} s for a request of unknown outcome to die",
                left.as_secs_f64().ceil()
            )));
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Err(Stop::Canceled),
                () = tokio::time::sleep(left.min(TICK)) => {}
            }
        }
    }
}
