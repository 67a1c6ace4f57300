//! One run from its first stream to its last, while its lease is kept alive.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::failure::{Stop, fault};
use super::report::Report;
use super::runner::{RunOptions, Sides};
use super::source::Source;
use super::trust::Trust;
use super::upload::StreamRun;
use crate::commerce::client::CommerceError;
use crate::commerce::wire::OrdersTaken;
use crate::ledger::orders::FeedPosition;
use crate::ledger::{Fence, LedgerError};
use crate::model::exception::{Exception, chain};
use crate::model::run::RunSummary;
use crate::model::stream::Direction;
use crate::model::{Job, RunStatus, Selection, Stream};

/// How often a run says that it is alive and how far it is, and hears whether it is to stop.
const BEAT: Duration = Duration::from_millis(500);
/// The ledger gets this long to write down how a run ended.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A run that holds its leases.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Company, ledger and service.
    pub sides: Arc<Sides>,
    /// Proof that the run holds its leases.
    pub fence: Fence,
    /// Until when it surely does.
    pub trust: Trust,
    /// How it is done.
    pub options: RunOptions,
    /// The live picture.
    pub report: Report,
    /// Asks it to stop.
    pub cancel: CancellationToken,
}

impl Execution {
    /// Does the run and writes down how it ended, whatever happens. Answers the summary where that
    /// could not be written down: the ledger's disk is full, or another worker has the job.
    pub async fn run(self) -> Option<RunSummary> {
        let span = tracing::info_span!("run", run = self.fence.run.0, job = %self.fence.job);
        self.run_to_its_end().instrument(span).await
    }

    async fn run_to_its_end(self) -> Option<RunSummary> {
        let started = Timestamp::now();
        tracing::info!("{} started", self.fence.job.ax_name());
        // A task of its own: a panic in it ends the run, not the program.
        let mut work = tokio::spawn(self.clone().streams().in_current_span());
        let ended = tokio::select! {
            biased;
            ended = &mut work => ended.unwrap_or_else(|error| {
                Err(fault("The run failed inside axcs.", &error).into())
            }),
            error = self.keep_lease() => {
                work.abort();
                Err(Stop::Failed(error.into()))
            }
        };
        let (status, exception) = match ended {
            Ok(()) => (RunStatus::Ended, None),
            Err(Stop::Canceled) => (RunStatus::Canceled, None),
            Err(Stop::Failed(exception)) => (RunStatus::Error, Some(exception)),
        };
        self.close(started, status, exception).await
    }

    async fn streams(self) -> Result<(), Stop> {
        let selection = Arc::new(self.sides.ledger.selection().await?);
        let streams = self.fence.job.streams();
        if selection.is_empty() && streams.iter().any(|stream| stream.follows_selection()) {
            return Err(self.without_selection().await?.into());
        }
        let _counting = self.count_ahead(&selection).await?;
        for stream in streams {
            tokio::select! {
                biased;
                // A stream stops by itself at its next checkpoint; this is for one that hangs.
                () = cancelled_for(&self.cancel, Duration::from_millis(1_500)) => return Err(Stop::Canceled),
                done = self.stream(*stream, &selection) => done?,
            }
        }
        Ok(())
    }

    async fn stream(&self, stream: Stream, selection: &Arc<Selection>) -> Result<(), Stop> {
        match stream {
            Stream::Stores => self.download_stores().await,
            Stream::Orders => self.download_orders().await,
            Stream::Categories
            | Stream::DimensionGroups
            | Stream::ItemTaxGroups
            | Stream::DeliveryModes
            | Stream::StoreParameters
            | Stream::Items
            | Stream::TradeAgreements
            | Stream::Acknowledgements
            | Stream::Shipments
            | Stream::OrderStatuses => self.upload(stream, selection).await,
            Stream::OnHand => {
                // Taken before the stock is read: what AX takes meanwhile is subtracted twice for
                // a moment, not sold twice.
                let taken = self.sides.ledger.orders_taken().await?;
                self.upload(stream, selection).await?;
                self.tell_orders_taken(taken).await
            }
        }
    }

    async fn upload(&self, stream: Stream, selection: &Arc<Selection>) -> Result<(), Stop> {
        let run = |options| StreamRun::new(self, stream, Arc::clone(selection), options);
        if run(self.options).execute().await? {
            return Ok(());
        }
        // What an earlier run has read is as old as that run: what changed since follows at once.
        let since = RunOptions {
            complete: false,
            ..self.options
        };
        run(since).execute().await.map(drop)
    }

    /// Tells the shop which orders are inside the stock it was just told.
    async fn tell_orders_taken(&self, taken: FeedPosition) -> Result<(), Stop> {
        if self.options.dry_run || taken.book.is_empty() {
            return Ok(());
        }
        let taken = OrdersTaken {
            book: taken.book,
            seq: taken.seq,
        };
        let commerce = &self.sides.commerce;
        match self
            .sides
            .change(&self.report, &self.trust, || commerce.orders_taken(&taken))
            .await
        {
            // The next orders run finds out by itself.
            Err(CommerceError::Refused { problem, .. })
                if ["other-book", "beyond-newest"].contains(&problem.code.as_str()) =>
            {
                tracing::warn!("the service has another order book: {}", problem.detail);
                Ok(())
            }
            told => Ok(told.map(drop)?),
        }
    }

    /// Counts, beside the work, what will be read whole, so that the operator sees how far the run
    /// is. A stream whose turn has come knows better.
    async fn count_ahead(&self, selection: &Arc<Selection>) -> Result<AbortOnDropHandle<()>, Stop> {
        let mut whole = Vec::new();
        for stream in self.fence.job.streams() {
            let is_complete = self.options.complete || self.fence.job == Job::Complete;
            let is_up = stream.direction() == Direction::Up;
            if is_up && (is_complete || self.sides.ledger.position(*stream).await?.cursor.is_none())
            {
                whole.push(*stream);
            }
        }
        let (run, selection) = (self.clone(), Arc::clone(selection));
        let counting = tokio::spawn(async move {
            for stream in whole {
                // A count that fails is only a gauge less; the reading itself will say why.
                let source = Source::new(Arc::clone(&run.sides), stream, Arc::clone(&selection));
                if let Ok(total) = source.count().await {
                    run.report.stream(stream, |progress| {
                        progress.total.get_or_insert(total);
                    });
                }
            }
        });
        Ok(AbortOnDropHandle::new(counting))
    }

    /// The documented warning, with what the run would have sent.
    async fn without_selection(&self) -> Result<Exception, Stop> {
        let everything = Selection::everything();
        let company = &self.sides.company;
        let items = company.count(Stream::Items, &everything).await?;
        let on_hand = company.count(Stream::OnHand, &everything).await?;
        Ok(Exception::new(
            "Before performing an inventory synchronization, ensure that you select the products that you want to sell online. \
             Otherwise, your entire inventory will be synchronized with Commerce Services.",
            format!(
                "No product is selected. The run would have sent {items} items and {on_hand} on-hand quantities."
            ),
            "Select products: axcs products rules add --item-group GROUP (or --category, --items FROM..TO)",
        ))
    }

    /// Keeps the leases, tells how far the run has come, and hears whether somebody wants it to
    /// stop, until the leases are lost.
    async fn keep_lease(&self) -> LedgerError {
        let lease = self.sides.lease;
        let mut kept_until = Instant::now() + lease;
        let mut told = None;
        loop {
            let asked = Instant::now();
            let progress = self
                .report
                .progress()
                .filter(|now| told.as_ref() != Some(now));
            match self
                .sides
                .ledger
                .beat(self.fence, lease, progress.clone())
                .await
            {
                Ok(canceled_by) => {
                    kept_until = asked + lease;
                    self.trust.renewed(asked, lease);
                    told = progress.or(told);
                    if let Some(by) = canceled_by.filter(|_| !self.cancel.is_cancelled()) {
                        tracing::info!("{by} asks the run to stop");
                        self.report.run(|progress| progress.cancelling = true);
                        self.cancel.cancel();
                    }
                }
                Err(error @ LedgerError::Fenced(_)) => return error,
                Err(error) if asked >= kept_until => return error,
                Err(error) => tracing::warn!("the lease was not renewed: {}", chain(&error)),
            }
            tokio::time::sleep(BEAT.min(lease / 3)).await;
        }
    }

    async fn close(
        self,
        started: Timestamp,
        status: RunStatus,
        exception: Option<Exception>,
    ) -> Option<RunSummary> {
        let streams = self.report.streams();
        let mut summary = RunSummary {
            run: self.fence.run,
            job: self.fence.job,
            status,
            dry_run: self.options.dry_run,
            started,
            finished: Some(Timestamp::now()),
            streams,
            exception,
        };
        let noted = self.sides.ledger.finish_run(self.fence, &summary);
        let unwritten: Option<Exception> = match tokio::time::timeout(LAST_WORDS, noted).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.into()),
            Err(_) => Some(Exception::new(
                "The ledger could not be used.",
                "It did not answer in time when the run ended.",
                "Nothing: the next run goes on where this one was.",
            )),
        };
        let is_written = unwritten.is_none();
        if let Some(why) = unwritten {
            tracing::error!("the end of the run was not written down: {why}");
            if summary.status == RunStatus::Ended {
                summary.status = RunStatus::Error;
                summary.exception = Some(why);
            }
        }
        let counts = summary.counts();
        match &summary.exception {
            Some(exception) => tracing::error!(
                "{}: {exception} {}",
                summary.job.ax_name(),
                exception.remedy
            ),
            None => tracing::info!(
                "{} {}: {} acknowledged, {} unchanged, {} quarantined",
                summary.job.ax_name(),
                summary.status.name().to_lowercase(),
                counts.acknowledged,
                counts.unchanged,
                counts.quarantined
            ),
        }
        (!is_written).then_some(summary)
    }
}

async fn cancelled_for(cancel: &CancellationToken, grace: Duration) {
    cancel.cancelled().await;
    tokio::time::sleep(grace).await;
}
