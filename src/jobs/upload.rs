//! One stream of one run: read, compare, write down, send, settle, and move the cursor last.
//!
//! The order of these steps is the promise (G1, G3, G4): version before enumeration, the intent in
//! the ledger before the request, the acknowledgement after it, the cursor when all balances.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::batch::Batch;
use super::execution::Execution;
use super::failure::Stop;
use super::plan::{Plan, Situation, Wish, plan};
use super::report::Report;
use super::runner::{RunOptions, Sides};
use super::send::QUARANTINE_FLOOR;
use super::source::{Reading, Source, SourceError};
use super::trust::Trust;
use super::under_way::UnderWay;
use crate::commerce::client::CommerceError;
use crate::commerce::wire::{CommitLoad, LoadState, MAX_LINES};
use crate::company::{CompanyError, Entry, Page};
use crate::ledger::{Cursor, Fence, NewPass, Pass, SetAside};
use crate::model::digest::hex64;
use crate::model::exception::{Exception, chain};
use crate::model::run::Phase;
use crate::model::{Counts, Job, Selection, Stream};

/// No page of the company for this long means that something hangs.
const READ_DEADLINE: Duration = Duration::from_secs(120);

/// Everything one stream of a run needs. Cheap to clone: batches under way hold it too.
#[derive(Clone, Debug)]
pub struct StreamRun {
    /// Company, ledger and service.
    pub sides: Arc<Sides>,
    /// Proof that the run holds its leases.
    pub fence: Fence,
    /// Until when it surely does.
    pub trust: Trust,
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
    /// Identity of the company's database when the run began to read.
    pub(super) incarnation: String,
    /// Set once the ledger knows that values are sent under that identity.
    pub(super) noted: Arc<OnceCell<()>>,
    /// The pass under way, for a stream that is read whole.
    pub(super) pass: Option<Arc<Pass>>,
    /// What was counted before the records that tell whether the service refuses by the dozen;
    /// none while records are tried that were refused before.
    pub(super) judged_from: Option<Counts>,
}

impl StreamRun {
    /// Prepares the work on one stream.
    pub fn new(
        run: &Execution,
        stream: Stream,
        selection: Arc<Selection>,
        options: RunOptions,
    ) -> Self {
        Self {
            sides: Arc::clone(&run.sides),
            fence: run.fence,
            trust: run.trust.clone(),
            stream,
            selection,
            options,
            report: run.report.clone(),
            cancel: run.cancel.clone(),
            incarnation: String::new(),
            noted: Arc::default(),
            pass: None,
            judged_from: Some(Counts::default()),
        }
    }

    /// Where the records come from.
    pub(super) fn source(&self) -> Source {
        let source = Source::new(
            Arc::clone(&self.sides),
            self.stream,
            Arc::clone(&self.selection),
        );
        if self.options.dry_run {
            source
        } else {
            source.noting(self.fence)
        }
    }

    /// Brings the service up to date with the stream. False where a pass of an earlier run was gone
    /// on with, and something has changed since it began.
    pub async fn execute(mut self) -> Result<bool, Stop> {
        self.report.phase(self.stream, Phase::Settling);
        let mut position = self.sides.ledger.position(self.stream).await?;
        let tracking = self.source().tracking(&position.incarnations()).await?;
        self.incarnation.clone_from(&tracking.incarnation);
        if self.fence.job == Job::Complete && position.is_read_by_unfinished {
            position.is_read_by_unfinished = self.disagreement().await?.is_none();
        }
        let plan = plan(&Situation {
            stream: self.stream,
            // Store parameters are few, and their templates change in AX without a trace.
            wish: if self.options.complete || self.stream == Stream::StoreParameters {
                Wish::Everything
            } else if self.fence.job == Job::Complete {
                Wish::Complete
            } else {
                Wish::Changes
            },
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
                Ok(reading) => reading,
                Err(gap) => self.read_whole(&target, Some(&gap), None).await?,
            },
            Plan::Whole { reason, resume } => {
                self.read_whole(&target, reason.as_deref(), resume.as_ref())
                    .await?
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
        let began = self.pass.as_ref().map_or(&target, |pass| &pass.target);
        let is_current = *began == target;
        if !self.options.dry_run {
            self.commit_load().await?;
            let earned = self.witnessed(began.clone()).await?;
            self.sides
                .ledger
                .move_cursor(self.fence, self.stream, &earned)
                .await?;
        }
        self.report.phase(self.stream, Phase::Done);
        Ok(is_current)
    }

    /// The cursor with the history up to now. Values were read after its version was: a database
    /// restored to a moment between the two has not the history that the service was told of.
    async fn witnessed(&self, mut earned: Cursor) -> Result<Cursor, Stop> {
        let known = std::slice::from_ref(&earned.incarnation);
        let tracking = self.source().tracking(known).await?;
        if tracking.strange.is_empty() {
            earned.incarnation = tracking.incarnation;
        }
        Ok(earned)
    }

    /// Opens the changes since the cursor, or says why they are not complete: a gap may open
    /// between the look at the tracking and the reading.
    async fn read_changes(&mut self, since: i64) -> Result<Result<Reading, String>, Stop> {
        self.settle_unknown(true).await?;
        self.retry_set_aside().await?;
        match self.source().read_changes(since).await {
            Ok(reading) => Ok(Ok(reading)),
            Err(SourceError::Company(gap @ CompanyError::Gap { .. })) => Ok(Err(gap.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens the whole stream, behind what an unfinished pass has settled already.
    async fn read_whole(
        &mut self,
        target: &Cursor,
        reason: Option<&str>,
        resume: Option<&Pass>,
    ) -> Result<Reading, Stop> {
        self.report.stream(self.stream, |progress| {
            progress.reload = reason.map(str::to_owned)
        });
        if let Some(reason) = reason {
            tracing::info!("{} is read whole: {reason}", self.stream.title());
        }
        if !self.options.dry_run {
            self.pass = Some(Arc::new(self.begin_pass(target, reason, resume).await?));
        }
        let after = self
            .pass
            .as_ref()
            .and_then(|pass| pass.resume_after.as_deref());
        Ok(self.source().read_all(after).await?)
    }

    /// Goes on with a pass, or begins one: with a complete load where the service does not hold
    /// what was acknowledged, by comparison with the ledger where it does.
    async fn begin_pass(
        &mut self,
        target: &Cursor,
        reason: Option<&str>,
        resume: Option<&Pass>,
    ) -> Result<Pass, Stop> {
        if let Some(pass) = resume
            && self.can_go_on(pass).await?
        {
            return Ok(pass.clone());
        }
        self.pass = None;
        let mut new = NewPass {
            load: None,
            target: target.clone(),
            reason: reason.map(str::to_owned),
            forget: false,
        };
        if let Some(disagreement) = self.disagreement().await? {
            let reasons: Vec<&str> = reason.into_iter().chain([disagreement.as_str()]).collect();
            let reason = reasons.join("; ");
            tracing::warn!("{}: {reason}", self.stream.title());
            self.report.stream(self.stream, |progress| {
                progress.reload = Some(reason.clone())
            });
            let commerce = &self.sides.commerce;
            let load = self
                .sides
                .change(&self.report, &self.trust, || {
                    commerce.begin_load_afresh(self.stream)
                })
                .await?;
            new.load = Some(load.id);
            new.reason = Some(reason);
            new.forget = true;
        }
        let ledger = &self.sides.ledger;
        Ok(ledger.begin_pass(self.fence, self.stream, new).await?)
    }

    /// Is the service still as the pass left it? Settles what the pass left without an answer.
    async fn can_go_on(&mut self, pass: &Pass) -> Result<bool, Stop> {
        self.pass = Some(Arc::new(pass.clone()));
        let Some(load) = &pass.load else {
            return Ok(self.disagreement().await?.is_none());
        };
        let commerce = &self.sides.commerce;
        match self
            .sides
            .ask(&self.report, || commerce.load(self.stream, load))
            .await
        {
            Ok(found) if found.state == LoadState::Open => {
                self.settle_unknown(true).await?;
                Ok(true)
            }
            Ok(_) | Err(CommerceError::Refused { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Says how what the service holds differs from what was acknowledged, if it does.
    async fn disagreement(&self) -> Result<Option<String>, Stop> {
        self.settle_unknown(true).await?;
        let Sides {
            ledger, commerce, ..
        } = &*self.sides;
        let held = self
            .sides
            .ask(&self.report, || commerce.summary(self.stream))
            .await?;
        let acknowledged = ledger.acknowledged(self.stream).await?;
        if !self.options.dry_run {
            ledger.raise_version(held.newest_version).await?;
        }
        let agree = held.count == acknowledged.count && held.digest == hex64(acknowledged.digest);
        Ok((!agree).then(|| {
            format!(
                "the service holds {} records, {} were acknowledged: everything is sent again",
                held.count, acknowledged.count
            )
        }))
    }

    /// Reads, compares and sends until the reading ends.
    async fn pump(&self, mut reading: Reading) -> Result<(), Stop> {
        let mut under_way = UnderWay::new(self.clone());
        let mut rest = Batch::default();
        loop {
            let page = tokio::select! {
                biased;
                () = self.cancel.cancelled() => return under_way.give_up().await,
                page = tokio::time::timeout(READ_DEADLINE, reading.pages.next()) => page,
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
            if page.is_empty() {
                continue;
            }
            let after = page.last().map(Entry::id);
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
        self.report.stream(self.stream, |progress| {
            progress.counts.enumerated += enumerated
        });
        let mut full = Vec::new();
        for (part, set_aside) in Batch::prepare(page) {
            let unchanged = self.compare_part(&part, set_aside).await?;
            full.extend(rest.take(part, self.sides.flow.lines(), |index| !unchanged[index]));
        }
        Ok(full)
    }

    /// For each record whether the service holds it already.
    async fn compare_part(
        &self,
        part: &Batch,
        set_aside: Vec<SetAside>,
    ) -> Result<Vec<bool>, Stop> {
        self.set_aside(set_aside).await?;
        let records = part
            .records()
            .iter()
            .map(|record| (record.id.clone(), record.hash))
            .collect();
        let seen_in = self.generation().map(|generation| (self.fence, generation));
        let unchanged = self
            .sides
            .ledger
            .is_unchanged(self.stream, seen_in, records)
            .await?;
        self.report.stream(self.stream, |progress| {
            progress.counts.unchanged += unchanged.iter().filter(|same| **same).count() as u64;
        });
        self.stop_if_systematic().await?;
        Ok(unchanged)
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
                .unseen(self.stream, pass.generation, &after, MAX_LINES)
                .await?;
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            self.report.stream(self.stream, |progress| {
                progress.counts.enumerated += ids.len() as u64
            });
            if self.stream == Stream::Shipments {
                let ledger = &self.sides.ledger;
                ledger.forget_shipments(self.fence, ids.clone()).await?;
            }
            under_way.send(Batch::deletions(ids)).await?;
            if self.cancel.is_cancelled() {
                return under_way.give_up().await;
            }
        }
        under_way.finish().await
    }

    /// Tries records again that were set aside: those an operator asked for, and some of the others,
    /// whose cause may be gone without a change in AX.
    async fn retry_set_aside(&mut self) -> Result<(), Stop> {
        if self.options.dry_run {
            return Ok(());
        }
        let ledger = &self.sides.ledger;
        let ids = ledger
            .retries(self.stream, QUARANTINE_FLOOR as usize)
            .await?;
        if ids.is_empty() {
            return Ok(());
        }
        self.report.stream(self.stream, |progress| {
            progress.counts.enumerated += ids.len() as u64
        });
        self.judged_from = None;
        let mut under_way = UnderWay::new(self.clone());
        for ids in ids.chunks(MAX_LINES) {
            under_way.send_named(ids, None).await?;
        }
        under_way.finish().await?;
        self.judged_from = Some(self.report.counts(self.stream));
        Ok(())
    }

    async fn commit_load(&self) -> Result<(), Stop> {
        let Some(load) = self.pass.as_ref().and_then(|pass| pass.load.as_deref()) else {
            return Ok(());
        };
        let confirm = CommitLoad {
            confirm: self.options.confirm_retire,
        };
        let commerce = &self.sides.commerce;
        let commit = self.sides.change(&self.report, &self.trust, || {
            commerce.commit_load(self.stream, load, confirm)
        });
        let committed = commit.await.map_err(|error| {
            if matches!(&error, CommerceError::Refused { problem, .. } if problem.code == "too-many-retired") {
                Exception::new(
                    "The service would drop more records than expected.",
                    chain(&error),
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
}
