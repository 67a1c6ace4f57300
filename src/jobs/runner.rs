//! Starts, watches and cancels runs: the one door through which commands and console reach the jobs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ask::Flow;
use super::execution::Execution;
use super::report::Report;
use super::trust::Trust;
use crate::commerce::Commerce;
use crate::company::Company;
use crate::company::sales_orders::SalesOrderService;
use crate::ledger::{Begun, Fence, Holder, Ledger};
use crate::model::exception::{Documented, Exception, ExceptionFilter};
use crate::model::run::{JobOverview, LiveRuns, RunSummary, StreamProgress};
use crate::model::{Job, JobStatus, Progress, RunId, RunStatus};

/// How long the end of the program waits for its runs.
const SHUTDOWN: Duration = Duration::from_secs(3);

/// How a run is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// Count what would be sent, and send nothing.
    pub dry_run: bool,
    /// Read every stream whole, whatever its cursor says.
    pub complete: bool,
    /// Let the service drop any number of records that a complete load does not mention.
    pub confirm_retire: bool,
}

/// What the runner works on, for the first lines of every screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the profile.
    pub profile: String,
    /// Company id and name: `usmf Contoso`.
    pub company: String,
    /// Address of the service.
    pub service: String,
}

/// The sides that a job works between.
pub struct Sides {
    /// The AX company.
    pub company: Arc<dyn Company>,
    /// The door through which orders enter AX.
    pub sales_orders: Arc<dyn SalesOrderService>,
    /// What `axcs` remembers.
    pub ledger: Arc<dyn Ledger>,
    /// Commerce Services.
    pub commerce: Arc<dyn Commerce>,
    /// Name of the ledger: part of every idempotency key.
    pub incarnation: String,
    /// How requests flow to the service.
    pub flow: Flow,
    /// How long a run may go without renewing its lease.
    pub lease: Duration,
    /// How long a request may live at the service after it was sent.
    pub request_life: Duration,
}

impl fmt::Debug for Sides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sides")
            .field("ledger", &self.ledger.place())
            .field("flow", &self.flow)
            .finish_non_exhaustive()
    }
}

/// Starts, watches and cancels runs.
#[derive(Debug)]
pub struct Runner {
    sides: Arc<Sides>,
    place: Place,
    owner: String,
    live: watch::Sender<LiveRuns>,
    cancels: Arc<Mutex<BTreeMap<RunId, CancellationToken>>>,
    tasks: TaskTracker,
}

impl Runner {
    /// A runner without runs.
    pub fn new(sides: Sides, place: Place) -> Self {
        Self {
            sides: Arc::new(sides),
            place,
            owner: format!("process {}", std::process::id()),
            live: watch::Sender::default(),
            cancels: Arc::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// What the runner works on.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// The sides it works between.
    pub fn sides(&self) -> &Arc<Sides> {
        &self.sides
    }

    /// The runs of this process that are under way; the newest state always wins.
    pub fn live(&self) -> watch::Receiver<LiveRuns> {
        self.live.subscribe()
    }

    /// Every job with its last run.
    pub async fn overview(&self) -> Result<Vec<JobOverview>, Exception> {
        let ledger = &self.sides.ledger;
        let mut overview = Vec::with_capacity(Job::ALL.len());
        for job in Job::ALL {
            let mut set_aside = 0;
            for stream in job.streams() {
                let filter = ExceptionFilter {
                    stream: Some(*stream),
                    ..ExceptionFilter::default()
                };
                set_aside += ledger.exception_count(&filter).await?;
            }
            let runs = ledger.runs(Some(job), 2).await?;
            let last = runs
                .into_iter()
                .find(|run| run.status != RunStatus::Executing);
            overview.push(JobOverview {
                job,
                status: ledger
                    .status(job)
                    .await?
                    .map_or(JobStatus::Waiting, JobStatus::from),
                reason: String::new(),
                recurrence: String::new(),
                next: None,
                failures: 0,
                last,
                quarantined: set_aside,
                tracking_hours_left: None,
            });
        }
        Ok(overview)
    }

    /// The newest runs, newest first.
    pub async fn runs(&self, job: Option<Job>, limit: usize) -> Result<Vec<RunSummary>, Exception> {
        Ok(self.sides.ledger.runs(job, limit).await?)
    }

    /// Starts a run of `job` and returns as soon as it is under way.
    ///
    /// Where the lease is held by a process that was killed, this waits until the lease ends.
    ///
    /// # Errors
    /// Where the job, or for the complete job any job, is already running.
    pub async fn start(&self, job: Job, options: RunOptions) -> Result<RunId, Exception> {
        let (fence, trust) = self.take_leases(job, options.dry_run).await?;
        let cancel = CancellationToken::new();
        self.cancels().insert(fence.run, cancel.clone());
        let progress = Progress {
            run: fence.run,
            job,
            owner: self.owner.clone(),
            dry_run: options.dry_run,
            started: jiff::Timestamp::now(),
            cancelling: false,
            waiting: None,
            streams: job
                .streams()
                .iter()
                .copied()
                .map(StreamProgress::pending)
                .collect(),
        };
        let execution = Execution {
            sides: Arc::clone(&self.sides),
            fence,
            trust,
            options,
            report: Report::open(self.live.clone(), progress),
            cancel,
        };
        let cancels = Arc::clone(&self.cancels);
        self.tasks.spawn(async move {
            execution.run().await;
            cancels
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&fence.run);
        });
        Ok(fence.run)
    }

    /// Asks the run of `job` to stop at its next checkpoint, within two seconds. False where none
    /// is under way in this process.
    pub fn cancel(&self, job: Job) -> bool {
        let mut asked = None;
        self.live.send_if_modified(|runs| {
            // The newest: one that has just ended may still stand before it.
            let run = runs.executing.iter_mut().rfind(|run| run.job == job);
            asked = run.map(|run| {
                run.cancelling = true;
                run.run
            });
            asked.is_some()
        });
        let Some(cancel) = asked.and_then(|run| self.cancels().get(&run).cloned()) else {
            return false;
        };
        cancel.cancel();
        true
    }

    /// Waits until a run of this process has ended and answers how.
    pub async fn finished(&self, run: RunId) -> Result<RunSummary, Exception> {
        let mut live = self.live();
        // The sender lives as long as `self`.
        let _ = live
            .wait_for(|runs| runs.executing.iter().all(|progress| progress.run != run))
            .await;
        self.sides.ledger.run(run).await?.ok_or_else(|| {
            Exception::new(
                format!("Run {run} is not in the ledger."),
                "",
                "Check the ledger's file.",
            )
        })
    }

    /// Stops every run at its next checkpoint and waits for them.
    pub async fn shut_down(&self) {
        for cancel in self.cancels().values() {
            cancel.cancel();
        }
        self.tasks.close();
        if tokio::time::timeout(SHUTDOWN, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("runs were still under way when the program ended");
        }
    }

    fn cancels(&self) -> std::sync::MutexGuard<'_, BTreeMap<RunId, CancellationToken>> {
        self.cancels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One run per job, and none beside the complete job, which takes the leases of all.
    async fn take_leases(&self, job: Job, dry_run: bool) -> Result<(Fence, Trust), Exception> {
        let needs: &[Job] = if job == Job::Complete {
            &Job::ALL
        } else {
            std::slice::from_ref(&job)
        };
        let Sides { ledger, lease, .. } = &*self.sides;
        let mut waited_for: Option<Holder> = None;
        loop {
            let asked = Instant::now();
            let holder = match ledger
                .begin_run(job, needs, &self.owner, *lease, dry_run)
                .await?
            {
                Begun::Started(fence) => return Ok((fence, Trust::new(asked, *lease))),
                Begun::Held(holder) => holder,
            };
            let renewed = waited_for
                .as_ref()
                .is_some_and(|before| before.expires != holder.expires);
            if holder.owner == self.owner || renewed {
                let documented = if job == Job::Complete && holder.job != Job::Complete {
                    Documented::ConflictingJobs
                } else {
                    Documented::AnotherInstance
                };
                let refusal = documented.because(format!(
                    "{} is run by {}.",
                    holder.job.ax_name(),
                    holder.owner
                ));
                // A dry run leaves no trace.
                if !dry_run {
                    ledger.note_refusal(job, &refusal).await?;
                }
                return Err(refusal);
            }
            // A killed process does not renew: look again often enough to see the difference.
            tracing::info!("waiting for the lease of {}", holder.owner);
            tokio::time::sleep(holder.remaining.min(*lease / 4) + Duration::from_millis(20)).await;
            waited_for = Some(holder);
        }
    }
}
