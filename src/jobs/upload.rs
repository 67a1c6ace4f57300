//! One stream of one run: read, compare, write down, send, settle, and move the cursor last.
//!
//! The order of these steps is the promise (G1, G3, G4): version before enumeration, the intent in
//! the ledger before the request, the acknowledgement after it, the cursor when all balances.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::batch::{Batch, Prepared};
use super::failure::Stop;
use super::plan::{Plan, Situation, plan};
use super::report::Report;
use super::runner::{RunOptions, Sides};
use crate::commerce::client::{CommerceError, Upload, Uploaded};
use crate::commerce::wire::{CommitLoad, LineStatus, LoadState, hex64};
use crate::company::{CompanyError, Page, Reading};
use crate::ledger::{Cursor, Fence, Pass, SetAside, Settlement};
use crate::model::exception::{Documented, Exception};
use crate::model::run::Phase;
use crate::model::{Job, Selection, Stream};

/// Records asked for at once when they are named one by one.
const NAMED_PAGE: usize = 500;
/// No page of the company for this long means that something hangs.
const READ_DEADLINE: Duration = Duration::from_secs(120);
/// How long requests under way may still answer after a cancel.
const CANCEL_GRACE: Duration = Duration::from_millis(1_200);
/// How often the place to resume at is written down.
const ADVANCE_EVERY: Duration = Duration::from_millis(500);
/// How often records of unknown outcome are sent again within one run.
const SETTLE_ROUNDS: usize = 3;
/// More quarantined records than this, and more than one in twenty, means that the fault is not
/// in single records.
const QUARANTINE_FLOOR: u64 = 50;

/// Everything one stream of a run needs. Cheap to clone: batches under way hold it too.
#[derive(Clone, Debug)]
pub struct StreamRun {
    /// Company, ledger and service.
    pub sides: Arc<Sides>,
    /// Proof that the run holds its leases.
    pub fence: Fence,
    /// The stream.
    pub stream: Stream,
    /// Product selection in force.
    pub selection: Arc<Selection>,
    /// How the run is done.
    pub options: RunOptions,
    /// The live picture.
    pub report: Report,
    /// Asks the run to stop.
    pub cancel: CancellationToken,
    /// The pass under way, for a stream that is read whole.
    pass: Option<Arc<Pass>>,
}

/// What a batch under way came to.
#[derive(Debug)]
enum Outcome {
    /// Every line has an answer. Stale lines are to be sent again with a greater version.
    Settled { stale: Vec<String> },
    /// No answer: it stays in the outbox until its records are settled.
    Unknown { why: CommerceError },
}

impl StreamRun {
    /// Prepares the work on one stream.
    pub fn new(
        sides: Arc<Sides>,
        fence: Fence,
        stream: Stream,
        selection: Arc<Selection>,
        options: RunOptions,
        report: Report,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            sides,
            fence,
            stream,
            selection,
            options,
            report,
            cancel,
            pass: None,
        }
    }

    /// Brings the service up to date with the stream.
    pub async fn execute(mut self) -> Result<(), Stop> {
        self.report.phase(self.stream, Phase::Settling);
        let tracking = self.sides.company.tracking(self.stream).await?;
        let position = self.sides.ledger.position(self.stream).await?;
        let plan = plan(&Situation {
            stream: self.stream,
            complete: self.options.complete || self.fence.job == Job::Complete,
            position: &position,
            tracking: &tracking,
            selection: &self.selection,
        })?;
        let target = Cursor {
            version: tracking.current_version,
            incarnation: tracking.incarnation.clone(),
            selection_revision: self.selection.revision,
        };

        let reading = match plan {
            Plan::Changes { since } => match self.read_changes(since).await? {
                Some(reading) => reading,
                None => {
                    self.read_whole(&target, "the retention passed just now", None)
                        .await?
                }
            },
            Plan::Whole { reason, resume } => {
                self.read_whole(&target, &reason, resume.as_ref()).await?
            }
        };
        self.report
            .stream(self.stream, |progress| progress.total = Some(reading.total));
        self.report.phase(self.stream, Phase::Sending);
        self.pump(reading).await?;
        self.drop_unseen().await?;

        self.report.phase(self.stream, Phase::Committing);
        let counts = self.report.counts(self.stream);
        if !counts.balances() {
            return Err(Exception::new(
                "The run does not balance.",
                format!(
                    "{}: {} records enumerated, {} acknowledged, {} unchanged, {} quarantined.",
                    self.stream,
                    counts.enumerated,
                    counts.acknowledged,
                    counts.unchanged,
                    counts.quarantined
                ),
                "Start the job again; the cursor has not moved. Report it if it happens again.",
            )
            .into());
        }
        if !self.options.dry_run {
            self.commit_load().await?;
            let earned = self.pass.as_ref().map_or(&target, |pass| &pass.target);
            self.sides
                .ledger
                .move_cursor(self.fence, self.stream, earned)
                .await?;
        }
        self.report.phase(self.stream, Phase::Done);
        Ok(())
    }

    /// Opens the changes since the cursor; `None` where they are not complete any more.
    async fn read_changes(&self, since: i64) -> Result<Option<Reading>, Stop> {
        self.settle_unknown(true).await?;
        match self
            .sides
            .company
            .read_changes(self.stream, &self.selection, since)
            .await
        {
            Ok(reading) => Ok(Some(reading)),
            Err(CompanyError::Gap { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens the whole stream, behind what an unfinished pass has settled already.
    async fn read_whole(
        &mut self,
        target: &Cursor,
        reason: &str,
        resume: Option<&Pass>,
    ) -> Result<Reading, Stop> {
        tracing::info!(stream = %self.stream, "{} is read whole: {reason}", self.stream.title());
        self.report.stream(self.stream, |progress| {
            progress.reload = Some(reason.to_owned())
        });
        if !self.options.dry_run {
            self.pass = Some(Arc::new(self.begin_pass(target, reason, resume).await?));
        }
        let after = self
            .pass
            .as_ref()
            .and_then(|pass| pass.resume_after.as_deref());
        Ok(self
            .sides
            .company
            .read_all(self.stream, &self.selection, after)
            .await?)
    }

    /// Goes on with a pass, or begins one: with a complete load where the service does not hold
    /// what was acknowledged, by comparison with the ledger where it does.
    async fn begin_pass(
        &mut self,
        target: &Cursor,
        reason: &str,
        resume: Option<&Pass>,
    ) -> Result<Pass, Stop> {
        let Sides {
            ledger, commerce, ..
        } = &*self.sides.clone();
        if let Some(pass) = resume
            && self.is_load_open(pass).await?
        {
            self.pass = Some(Arc::new(pass.clone()));
            self.settle_unknown(true).await?;
            return Ok(pass.clone());
        }
        self.settle_unknown(true).await?;
        let held = commerce.summary(self.stream).await?;
        let acknowledged = ledger.acknowledged(self.stream).await?;
        ledger.raise_version(held.newest_version).await?;
        let agree = held.count == acknowledged.count && held.digest == hex64(acknowledged.digest);
        if agree {
            let pass =
                ledger.begin_pass(self.fence, self.stream, None, target.clone(), reason, false);
            return Ok(pass.await?);
        }
        let reason = format!(
            "{reason}; the service holds {} records, {} were acknowledged: everything is sent again",
            held.count, acknowledged.count
        );
        tracing::warn!(stream = %self.stream, "{}: {reason}", self.stream.title());
        self.report.stream(self.stream, |progress| {
            progress.reload = Some(reason.clone())
        });
        let load = commerce.begin_load(self.stream).await?;
        let pass = ledger.begin_pass(
            self.fence,
            self.stream,
            Some(load.id),
            target.clone(),
            &reason,
            true,
        );
        Ok(pass.await?)
    }

    /// Can batches still name the pass's load, if it has one?
    async fn is_load_open(&self, pass: &Pass) -> Result<bool, Stop> {
        let Some(load) = &pass.load else {
            return Ok(true);
        };
        match self.sides.commerce.load(self.stream, load).await {
            Ok(found) => Ok(found.state == LoadState::Open),
            Err(CommerceError::Refused { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads, compares and sends until the reading ends.
    async fn pump(&self, mut reading: Reading) -> Result<(), Stop> {
        let mut under_way = UnderWay::new(self.clone());
        let mut rest = Batch::default();
        loop {
            let page = tokio::select! {
                biased;
                () = self.cancel.cancelled() => return under_way.give_up().await,
                page = tokio::time::timeout(READ_DEADLINE, reading.pages.recv()) => page,
            };
            let page = page.map_err(|_| {
                Exception::new(
                    "The company does not answer.",
                    format!(
                        "No page of {} in {} seconds.",
                        self.stream,
                        READ_DEADLINE.as_secs()
                    ),
                    "Look for what blocks the company's database, then start the job again.",
                )
            })?;
            let Some(page) = page.transpose()? else { break };
            let after = page.last().map(crate::company::Entry::id);
            let full = self.compare(page, &mut rest).await?;
            for batch in full {
                under_way.send(batch).await?;
            }
            if let Some(after) = after {
                under_way.page_done(after, rest.is_empty()).await?;
            }
        }
        if !rest.is_empty() {
            under_way.send(rest).await?;
        }
        under_way.finish().await
    }

    /// Leaves out what the service holds already; answers the batches that are full.
    async fn compare(&self, page: Page, rest: &mut Batch) -> Result<Vec<Batch>, Stop> {
        let enumerated = page.len() as u64;
        let (batch, set_aside) = Batch::prepare(page);
        let quarantined = set_aside.len() as u64;
        if quarantined > 0 && !self.options.dry_run {
            let generation = self.generation();
            self.sides
                .ledger
                .set_aside(self.fence, self.stream, generation, set_aside)
                .await?;
        }
        let records = batch
            .records()
            .iter()
            .map(|record| (record.id.clone(), record.hash))
            .collect();
        let unchanged = self
            .sides
            .ledger
            .is_unchanged(self.stream, self.generation(), records)
            .await?;
        self.report.stream(self.stream, |progress| {
            progress.counts.enumerated += enumerated;
            progress.counts.quarantined += quarantined;
            progress.counts.unchanged += unchanged.iter().filter(|same| **same).count() as u64;
        });
        self.stop_if_systematic()?;
        Ok(rest.take(&batch, |index| !unchanged[index]))
    }

    /// Deletes what the service holds and the whole reading did not come upon.
    async fn drop_unseen(&self) -> Result<(), Stop> {
        let Some(pass) = &self.pass else {
            return Ok(());
        };
        let mut after = String::new();
        let mut under_way = UnderWay::new(self.clone());
        loop {
            let ids = self
                .sides
                .ledger
                .unseen(
                    self.stream,
                    pass.generation,
                    &after,
                    crate::commerce::wire::MAX_LINES,
                )
                .await?;
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            self.report.stream(self.stream, |progress| {
                progress.counts.enumerated += ids.len() as u64
            });
            under_way.send(Batch::deletions(ids)).await?;
            if self.cancel.is_cancelled() {
                return under_way.give_up().await;
            }
        }
        under_way.finish().await
    }

    /// Sends the records of batches without an answer again, with their current values: what the
    /// service made of the first request does not matter then.
    async fn settle_unknown(&self, from_earlier_runs: bool) -> Result<(), Stop> {
        if self.options.dry_run {
            return Ok(());
        }
        let unsettled = self.sides.ledger.unsettled(self.stream).await?;
        if unsettled.is_empty() {
            return Ok(());
        }
        let (mut batches, mut ids) = (Vec::new(), Vec::new());
        for batch in unsettled {
            batches.push(batch.batch);
            ids.extend(batch.ids);
        }
        ids.sort_unstable();
        ids.dedup();
        tracing::info!(stream = %self.stream, "settling {} records of unknown outcome", ids.len());
        if from_earlier_runs {
            self.report.stream(self.stream, |progress| {
                progress.counts.enumerated += ids.len() as u64
            });
        }
        let mut under_way = UnderWay::new(self.clone());
        under_way.settles = true;
        under_way.send_named(&ids).await?;
        under_way.finish().await?;
        Ok(self
            .sides
            .ledger
            .forget_batches(self.fence, batches)
            .await?)
    }

    async fn commit_load(&self) -> Result<(), Stop> {
        let Some(load) = self.pass.as_ref().and_then(|pass| pass.load.as_deref()) else {
            return Ok(());
        };
        let confirm = CommitLoad {
            confirm: self.options.confirm_retire,
        };
        let committed = self.sides.commerce.commit_load(self.stream, load, confirm).await.map_err(|error| {
            if matches!(&error, CommerceError::Refused { problem, .. } if problem.code == "too-many-retired") {
                Exception::new(
                    "The service would drop more records than expected.",
                    crate::model::exception::chain(&error),
                    "If the selection is right, run: axcs run complete --confirm-retire",
                )
            } else {
                error.into()
            }
        })?;
        self.report.stream(self.stream, |progress| {
            progress.counts.retired += committed.retired
        });
        Ok(())
    }

    /// Sends one batch and writes down what came of it.
    async fn send(self, batch: Batch) -> Result<Outcome, Stop> {
        let (ledger, stream) = (&self.sides.ledger, self.stream);
        if self.options.dry_run {
            let bytes = batch.body(0).len() as u64;
            self.count_settled(&batch, batch.records().len() as u64, 0, bytes, 0);
            return Ok(Outcome::Settled { stale: Vec::new() });
        }
        let number = ledger.intend(self.fence, stream, batch.ids()).await?;
        let body = batch.body(number);
        let bytes = body.len() as u64;
        let key = format!("{}-{number}", self.sides.incarnation);
        let upload = Upload {
            key: &key,
            body: body.into(),
            lines: batch.records().len(),
            load: self.pass.as_ref().and_then(|pass| pass.load.as_deref()),
            dry_run: false,
        };
        let waits =
            |wait: crate::commerce::client::Wait| self.report.waiting(Some(wait.to_string()));
        let uploaded = match self.sides.commerce.upload(stream, upload, waits).await {
            Ok(uploaded) => uploaded,
            Err(why @ CommerceError::Unknown { .. }) => return Ok(Outcome::Unknown { why }),
            Err(error) => return Err(error.into()),
        };
        self.report.waiting(None);
        let Uploaded { answer, retries } = uploaded;
        let settled = read_answer(batch.records(), &answer.results)?;
        if let Some(version) = settled.newer {
            ledger.raise_version(version).await?;
        }
        let quarantined = settled.settlement.set_aside.len() as u64;
        let acknowledged = batch.records().len() as u64 - quarantined - settled.stale.len() as u64;
        let generation = self.generation();
        ledger
            .settle(self.fence, stream, number, generation, settled.settlement)
            .await?;
        self.count_settled(&batch, acknowledged, quarantined, bytes, u64::from(retries));
        self.stop_if_systematic()?;
        Ok(Outcome::Settled {
            stale: settled.stale,
        })
    }

    fn count_settled(
        &self,
        batch: &Batch,
        acknowledged: u64,
        quarantined: u64,
        bytes: u64,
        retries: u64,
    ) {
        let deleted = batch
            .records()
            .iter()
            .filter(|record| record.hash.is_none())
            .count() as u64;
        self.report.stream(self.stream, |progress| {
            let counts = &mut progress.counts;
            counts.acknowledged += acknowledged;
            counts.quarantined += quarantined;
            counts.deleted += deleted.min(acknowledged);
            counts.batches += 1;
            counts.payload_bytes += bytes;
            counts.retries += retries;
        });
    }

    fn generation(&self) -> Option<i64> {
        self.pass.as_ref().map(|pass| pass.generation)
    }

    fn stop_if_systematic(&self) -> Result<(), Exception> {
        let counts = self.report.counts(self.stream);
        if counts.quarantined > QUARANTINE_FLOOR && counts.quarantined * 20 > counts.enumerated {
            return Err(Exception::new(
                "Too many records are refused.",
                format!(
                    "{} of {} records of {} went to quarantine: the fault is not in single records.",
                    counts.quarantined, counts.enumerated, self.stream
                ),
                "Look at the reasons (axcs exceptions), mend the cause, then start the job again.",
            ));
        }
        Ok(())
    }
}

/// What the lines of an answer mean for the ledger.
#[derive(Debug, Default)]
struct Answered {
    settlement: Settlement,
    stale: Vec<String>,
    newer: Option<i64>,
}

fn read_answer(
    records: &[Prepared],
    results: &[crate::commerce::wire::LineResult],
) -> Result<Answered, Exception> {
    let mut answered = Answered::default();
    for (record, result) in records.iter().zip(results) {
        if record.id != result.id {
            return Err(Exception::new(
                "The service gave an answer that is not its own.",
                format!(
                    "It answered for the record {:?} in the place of {:?}.",
                    result.id, record.id
                ),
                "Check the address and the version of the service.",
            ));
        }
        match result.status {
            LineStatus::Created
            | LineStatus::Updated
            | LineStatus::Unchanged
            | LineStatus::Deleted => match record.hash {
                Some(hash) => answered.settlement.held.push((record.id.clone(), hash)),
                None => answered.settlement.dropped.push(record.id.clone()),
            },
            LineStatus::Stale => {
                answered.newer = answered.newer.max(result.version);
                answered.stale.push(record.id.clone());
            }
            LineStatus::Rejected => answered.settlement.set_aside.push(SetAside {
                id: record.id.clone(),
                code: result.code.clone().unwrap_or_else(|| "rejected".to_owned()),
                field: result.field.clone().unwrap_or_default(),
                text: result.detail.clone().unwrap_or_default(),
            }),
        }
    }
    Ok(answered)
}

/// The batches under way, and how far everything before them is settled.
#[derive(Debug)]
struct UnderWay {
    run: StreamRun,
    tasks: JoinSet<(usize, Result<Outcome, Stop>)>,
    /// True while it settles: what stays unknown then ends the run.
    settles: bool,
    stale: Vec<String>,
    unknown: Option<CommerceError>,
    next: usize,
    /// For each batch since the oldest one under way: is it answered?
    answered: VecDeque<bool>,
    oldest: usize,
    /// Pages whose records stand in batches before this number, or need none.
    pages: VecDeque<(usize, String)>,
    advanced: Instant,
}

impl UnderWay {
    fn new(run: StreamRun) -> Self {
        Self {
            run,
            tasks: JoinSet::new(),
            settles: false,
            stale: Vec::new(),
            unknown: None,
            next: 0,
            answered: VecDeque::new(),
            oldest: 0,
            pages: VecDeque::new(),
            advanced: Instant::now(),
        }
    }

    /// Sends a batch as soon as there is room for it.
    async fn send(&mut self, batch: Batch) -> Result<(), Stop> {
        while self.tasks.len() >= self.run.sides.in_flight {
            let cancel = self.run.cancel.clone();
            tokio::select! {
                biased;
                () = cancel.cancelled() => return self.give_up().await,
                joined = self.tasks.join_next() => self.note(joined)?,
            }
        }
        let (number, run) = (self.next, self.run.clone());
        self.next += 1;
        self.answered.push_back(false);
        self.tasks
            .spawn(async move { (number, run.send(batch).await) });
        Ok(())
    }

    /// Reads the named records and sends them, whatever the ledger believes of them.
    async fn send_named(&mut self, ids: &[String]) -> Result<(), Stop> {
        for ids in ids.chunks(NAMED_PAGE) {
            let run = &self.run;
            let page = run
                .sides
                .company
                .read_ids(run.stream, &run.selection, ids)
                .await?;
            let (batch, set_aside) = Batch::prepare(page);
            if !set_aside.is_empty() {
                let quarantined = set_aside.len() as u64;
                run.sides
                    .ledger
                    .set_aside(run.fence, run.stream, run.generation(), set_aside)
                    .await?;
                run.report.stream(run.stream, |progress| {
                    progress.counts.quarantined += quarantined
                });
            }
            let mut rest = Batch::default();
            let full = rest.take(&batch, |_| true);
            for batch in full
                .into_iter()
                .chain(Some(rest))
                .filter(|batch| !batch.is_empty())
            {
                self.send(batch).await?;
            }
        }
        Ok(())
    }

    fn note(
        &mut self,
        joined: Option<Result<(usize, Result<Outcome, Stop>), tokio::task::JoinError>>,
    ) -> Result<(), Stop> {
        let Some(joined) = joined else { return Ok(()) };
        let (number, outcome) = joined.map_err(|error| {
            Exception::new(
                "Sending a batch failed inside axcs.",
                error.to_string(),
                "Start the job again and report it: this is a fault of the program.",
            )
        })?;
        match outcome? {
            Outcome::Settled { stale } => self.stale.extend(stale),
            Outcome::Unknown { why } => {
                tracing::warn!(stream = %self.run.stream, "a batch has an unknown outcome: {why}");
                self.unknown = Some(why);
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
    async fn page_done(&mut self, after: String, is_clean: bool) -> Result<(), Stop> {
        if self.run.pass.is_none() {
            return Ok(());
        }
        self.pages
            .push_back((self.next + usize::from(!is_clean), after));
        let mut settled = None;
        while self
            .pages
            .front()
            .is_some_and(|(before, _)| *before <= self.oldest)
        {
            settled = self.pages.pop_front();
        }
        let Some((before, after)) = settled else {
            return Ok(());
        };
        if self.advanced.elapsed() < ADVANCE_EVERY {
            self.pages.push_front((before, after));
            return Ok(());
        }
        self.advanced = Instant::now();
        Ok(self
            .run
            .sides
            .ledger
            .advance_pass(self.run.fence, self.run.stream, &after)
            .await?)
    }

    /// Waits for every answer; settles what stayed without one.
    async fn finish(mut self) -> Result<(), Stop> {
        for _ in 0..SETTLE_ROUNDS {
            while !self.tasks.is_empty() {
                let cancel = self.run.cancel.clone();
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => return self.give_up().await,
                    joined = self.tasks.join_next() => self.note(joined)?,
                }
            }
            let stale = std::mem::take(&mut self.stale);
            if !stale.is_empty() {
                tracing::info!(stream = %self.run.stream, "{} records again: the service held a newer version", stale.len());
                self.send_named(&stale).await?;
            } else if self.unknown.is_some() && !self.settles {
                self.run.report.phase(self.run.stream, Phase::Settling);
                return Box::pin(self.run.settle_unknown(false)).await;
            } else if let Some(why) = self.unknown {
                return Err(Documented::NetworkError
                    .because(crate::model::exception::chain(&why))
                    .into());
            } else {
                return Ok(());
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
    async fn give_up(&mut self) -> Result<(), Stop> {
        let deadline = tokio::time::sleep(CANCEL_GRACE);
        tokio::pin!(deadline);
        while !self.tasks.is_empty() {
            tokio::select! {
                () = &mut deadline => break,
                _ = self.tasks.join_next() => {}
            }
        }
        self.tasks.abort_all();
        Err(Stop::Canceled)
    }
}
