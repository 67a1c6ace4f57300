//! The batches of one stream that are on their way, how far everything before them is settled, and
//! what is done about those without an answer.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::batch::Batch;
use super::failure::{Stop, fault};
use super::send::Outcome;
use super::upload::StreamRun;
use crate::commerce::client::CommerceError;
use crate::commerce::wire::MAX_LINES;
use crate::model::exception::Exception;
use crate::model::run::Phase;

/// Records asked for at once when they are named one by one.
const NAMED_PAGE: usize = 500;
/// How long requests under way may still answer after a cancel.
const CANCEL_GRACE: Duration = Duration::from_millis(1_200);
/// How often the place to resume at is written down.
const ADVANCE_EVERY: Duration = Duration::from_millis(500);
/// How often a batch and what was stale of it are looked at before another sender is suspected.
const STALE_ROUNDS: usize = 3;

/// Batches beyond the requests under way: one is written down, one is settled meanwhile.
const BESIDE_REQUESTS: usize = 2;

/// What came of the batch with this number, counted from the first one of the stream.
type Numbered = (usize, Result<Outcome, Stop>);

/// The batches under way, and how far everything before them is settled.
#[derive(Debug)]
pub struct UnderWay {
    run: StreamRun,
    tasks: JoinSet<Numbered>,
    stale: Vec<String>,
    /// Why the last request without an answer got none.
    unknown: Option<CommerceError>,
    /// Since when there has been no answer at all.
    silent_since: Option<Instant>,
    next: usize,
    /// For each batch since the oldest one under way: is it answered?
    answered: VecDeque<bool>,
    oldest: usize,
    /// Pages whose records stand in batches before this number, or need none.
    pages: VecDeque<(usize, String)>,
    advanced: Instant,
}

impl UnderWay {
    pub fn new(run: StreamRun) -> Self {
        Self {
            run,
            tasks: JoinSet::new(),
            stale: Vec::new(),
            unknown: None,
            silent_since: None,
            next: 0,
            answered: VecDeque::new(),
            oldest: 0,
            pages: VecDeque::new(),
            advanced: Instant::now(),
        }
    }

    /// Sends a batch as soon as there is room for it.
    pub async fn send(&mut self, batch: Batch) -> Result<(), Stop> {
        let flow = &self.run.sides.flow;
        let (in_flight, patience) = (flow.in_flight(), flow.give_up_after());
        let room = in_flight + BESIDE_REQUESTS;
        while self.tasks.len() >= room {
            let cancel = self.run.cancel.clone();
            tokio::select! {
                biased;
                () = cancel.cancelled() => return self.give_up().await,
                joined = self.tasks.join_next() => self.note(joined)?,
            }
        }
        // Another batch would only be one more to settle.
        if let (Some(since), Some(why)) = (self.silent_since, &self.unknown)
            && since.elapsed() >= patience
        {
            return Err(why.clone().into());
        }
        let (number, run) = (self.next, self.run.clone());
        self.next += 1;
        self.answered.push_back(false);
        self.tasks
            .spawn(async move { (number, run.send(batch).await) });
        Ok(())
    }

    /// Reads at most as many records as a batch has and sends them, whatever the ledger believes of
    /// them. Answers whether one batch could take the place of `replaces`.
    pub async fn send_named(
        &mut self,
        ids: &[String],
        replaces: Option<i64>,
    ) -> Result<bool, Stop> {
        let (mut parts, mut rest) = (Vec::new(), Batch::default());
        for ids in ids.chunks(NAMED_PAGE) {
            let run = &self.run;
            let page = run.source().read_ids(ids).await?;
            for (batch, set_aside) in Batch::prepare(page) {
                run.set_aside(set_aside).await?;
                parts.extend(rest.take(batch, run.sides.flow.lines(), |_| true));
            }
        }
        if !rest.is_empty() {
            parts.push(rest);
        }
        let takes_the_place = parts.len() == 1;
        for mut part in parts {
            part.replaces = replaces.filter(|_| takes_the_place);
            self.send(part).await?;
        }
        Ok(takes_the_place)
    }

    fn note(&mut self, joined: Option<Result<Numbered, JoinError>>) -> Result<(), Stop> {
        let Some(joined) = joined else { return Ok(()) };
        let (number, outcome) =
            joined.map_err(|error| fault("Sending a batch failed inside axcs.", &error))?;
        let Outcome { stale, unknown } = outcome?;
        self.stale.extend(stale);
        match unknown {
            None => self.silent_since = None,
            Some(why) => {
                tracing::warn!(stream = %self.run.stream, "a batch has an unknown outcome: {why}");
                self.unknown = Some(why);
                self.silent_since.get_or_insert_with(Instant::now);
            }
        }
        if let Some(answered) = self.answered.get_mut(number - self.oldest) {
            *answered = true;
        }
        while self.answered.front() == Some(&true) {
            self.answered.pop_front();
            self.oldest += 1;
        }
        Ok(())
    }

    /// Notes a page that is dealt with once the batches handed over so far (and, unless
    /// `is_clean`, the next one) are answered; writes the place to resume at down now and then.
    pub async fn page_done(&mut self, after: String, is_clean: bool) -> Result<(), Stop> {
        if self.run.pass.is_none() {
            return Ok(());
        }
        self.pages
            .push_back((self.next + usize::from(!is_clean), after));
        if self.advanced.elapsed() >= ADVANCE_EVERY {
            self.advanced = Instant::now();
            self.advance().await?;
        }
        Ok(())
    }

    /// Writes down that everything up to the last settled page need not be read again.
    async fn advance(&mut self) -> Result<(), Stop> {
        let mut settled = None;
        while self
            .pages
            .front()
            .is_some_and(|(before, _)| *before <= self.oldest)
        {
            settled = self.pages.pop_front();
        }
        if let Some((_, after)) = settled {
            let ledger = &self.run.sides.ledger;
            ledger
                .advance_pass(self.run.fence, self.run.stream, &after)
                .await?;
        }
        Ok(())
    }

    /// Waits for every answer; settles what stayed without one.
    pub async fn finish(mut self) -> Result<(), Stop> {
        if self.wait().await?.is_some() {
            self.run.report.phase(self.run.stream, Phase::Settling);
            return Box::pin(self.run.settle_unknown(false)).await;
        }
        Ok(())
    }

    /// Waits for every answer. Answers why there was none, where there was none.
    pub async fn wait(&mut self) -> Result<Option<CommerceError>, Stop> {
        for _ in 0..STALE_ROUNDS {
            while !self.tasks.is_empty() {
                let cancel = self.run.cancel.clone();
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => return self.give_up().await.map(|()| None),
                    joined = self.tasks.join_next() => self.note(joined)?,
                }
            }
            let stale = std::mem::take(&mut self.stale);
            if stale.is_empty() {
                return Ok(self.unknown.take());
            }
            tracing::info!(stream = %self.run.stream, "{} records again: the service held a newer version", stale.len());
            for ids in stale.chunks(MAX_LINES) {
                self.send_named(ids, None).await?;
            }
        }
        Err(Exception::new(
            "The service keeps answering that it holds newer values.",
            format!(
                "Another sender uploads {} to the same service.",
                self.run.stream
            ),
            "Stop the other sender, then start the job again.",
        )
        .into())
    }

    /// Gives requests under way a moment to answer, then leaves them to the next run.
    pub async fn give_up(&mut self) -> Result<(), Stop> {
        let deadline = tokio::time::sleep(CANCEL_GRACE);
        tokio::pin!(deadline);
        while !self.tasks.is_empty() {
            tokio::select! {
                biased;
                () = &mut deadline => break,
                // What fails now is settled by the next run.
                joined = self.tasks.join_next() => drop(self.note(joined)),
            }
        }
        self.tasks.abort_all();
        self.advance().await?;
        Err(Stop::Canceled)
    }
}
