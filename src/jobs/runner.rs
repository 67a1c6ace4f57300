//! Starts, watches and cancels runs: the one door through which commands and console reach the jobs.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ask::Flow;
use super::audit::{author, operator};
use super::background::background;
use super::execution::Execution;
use super::overview;
use super::report::Report;
use super::trust::Trust;
use crate::commerce::Commerce;
use crate::commerce::client::OperationLog;
use crate::company::batch::AxBatchFilter;
use crate::company::sales_orders::SalesOrderService;
use crate::company::{Company, CompanyError};
use crate::ledger::jobs::{Board, Cause};
use crate::ledger::{Begun, Fence, Holder, Ledger, LedgerError};
use crate::model::administration::{self as model, Author};
use crate::model::ax_batch::{AxBatchJob, AxBatchRun};
use crate::model::exception::{Documented, Exception};
use crate::model::run::{JobOverview, LiveRuns, Lost, Reach, RunSummary, StreamProgress};
use crate::model::{Job, Progress, RunId};

/// How long the end of the program waits for its runs.
const SHUTDOWN: Duration = Duration::from_secs(3);
/// Runners of this process so far: two of them are two owners.
static RUNNERS: AtomicU32 = AtomicU32::new(0);

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
    /// True where that is production.
    pub is_production: bool,
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
    pub flow: Arc<Flow>,
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
    pub(super) author: Author,
    /// Where requests are written down while an administrator has it so.
    operation_log: Arc<OperationLog>,
    live: watch::Sender<LiveRuns>,
    /// Changes of the ledger when the live picture was last drawn from it.
    shown: AtomicI64,
    nudge: Notify,
    cancels: Arc<Mutex<BTreeMap<RunId, CancellationToken>>>,
    /// Ended runs of which the ledger does not say so.
    unwritten: Arc<Mutex<BTreeMap<RunId, RunSummary>>>,
    tasks: TaskTracker,
    /// Whether its runs give way to whoever starts them.
    is_in_background: bool,
}

impl Runner {
    /// A runner without runs, whose operator gives commands.
    pub fn new(sides: Sides, place: Place) -> Self {
        let owner = owner();
        Self {
            sides: Arc::new(sides),
            place,
            author: author("command", &owner),
            owner,
            operation_log: Arc::default(),
            live: watch::Sender::default(),
            shown: AtomicI64::new(-1),
            nudge: Notify::new(),
            cancels: Arc::default(),
            unwritten: Arc::default(),
            tasks: TaskTracker::new(),
            is_in_background: false,
        }
    }

    /// The same for an operator who comes through another door: `console`.
    #[must_use]
    pub fn through(self, door: &str) -> Self {
        Self {
            author: author(door, &self.owner),
            ..self
        }
    }

    /// The same with the operation log of its client, which it switches as the ledger says.
    #[must_use]
    pub fn logging(self, operation_log: Arc<OperationLog>) -> Self {
        Self {
            operation_log,
            ..self
        }
    }

    /// The same, whose runs give way to whoever starts them.
    #[must_use]
    pub fn in_background(self) -> Self {
        Self {
            is_in_background: true,
            ..self
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

    /// Host and process: who its leases belong to.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The runs under way, here and (while [`Runner::attend`] looks) elsewhere; the newest state
    /// always wins.
    pub fn live(&self) -> watch::Receiver<LiveRuns> {
        self.live.subscribe()
    }

    /// Every job: how it stands, when it starts next, and its last run.
    pub async fn overview(&self) -> Result<Vec<JobOverview>, Exception> {
        let (overview, company) = overview::overview(&self.sides).await?;
        self.show_company(company);
        Ok(overview)
    }

    /// The newest runs, newest first.
    pub async fn runs(&self, job: Option<Job>, limit: usize) -> Result<Vec<RunSummary>, Exception> {
        Ok(self.sides.ledger.runs(job, limit).await?)
    }

    /// The batch jobs of AX itself, those of Commerce Services first.
    pub async fn batch_jobs(&self) -> Result<Vec<AxBatchJob>, Exception> {
        Ok(self.sides.company.batch_jobs(&AxBatchFilter::Every).await?)
    }

    /// The newest runs of a batch job of AX, newest first.
    pub async fn batch_history(
        &self,
        job: i64,
        limit: usize,
    ) -> Result<Vec<AxBatchRun>, Exception> {
        Ok(self.sides.company.batch_history(job, limit).await?)
    }

    /// Starts a run of `job` and returns as soon as it is under way.
    ///
    /// Where the lease is held by a process that was killed, this waits until the lease ends.
    ///
    /// # Errors
    /// Where the job, or for the complete job any job, is already running; where the release of AX
    /// has no Commerce Services.
    pub async fn start(&self, job: Job, options: RunOptions) -> Result<RunId, Exception> {
        if let Err(error @ CompanyError::Release { .. }) = self.sides.company.facts().await {
            return Err(error.into());
        }
        self.sides.flow.try_now();
        let fence = self.take_leases(job, options).await?;
        self.carry_out(fence, options);
        if !options.dry_run {
            self.note_change("job", format!("run {} of {job} started", fence.run))
                .await?;
        }
        Ok(fence.run)
    }

    /// Does a run that has its leases.
    pub(super) fn carry_out(&self, fence: Fence, options: RunOptions) {
        let cancel = CancellationToken::new();
        self.cancels().insert(fence.run, cancel.clone());
        let progress = Progress {
            run: fence.run,
            job: fence.job,
            owner: self.owner.clone(),
            dry_run: options.dry_run,
            started: Timestamp::now(),
            cancelling: false,
            waiting: None,
            streams: fence
                .job
                .streams()
                .iter()
                .copied()
                .map(StreamProgress::pending)
                .collect(),
        };
        let execution = Execution {
            sides: Arc::clone(&self.sides),
            fence,
            trust: Trust::default(),
            options,
            report: Report::open(self.live.clone(), progress),
            cancel,
        };
        let (cancels, unwritten) = (Arc::clone(&self.cancels), Arc::clone(&self.unwritten));
        let report = execution.report.clone();
        let run = async move {
            if let Some(summary) = execution.run().await {
                lock(&unwritten).insert(fence.run, summary);
            }
            report.close();
            lock(&cancels).remove(&fence.run);
        };
        let threads = if self.is_in_background {
            background()
        } else {
            Handle::current()
        };
        self.tasks.spawn_on(run, &threads);
    }

    /// Asks the run of `job`, wherever it is, to stop at its next checkpoint, within two seconds.
    /// False where none is under way.
    pub async fn cancel(&self, job: Job) -> Result<bool, Exception> {
        let by = operator(&self.author);
        let is_asked = self.cancel_here(job) || self.sides.ledger.ask_cancel(job, &by).await?;
        if is_asked {
            self.note_change("job", format!("run of {job} asked to stop"))
                .await?;
        }
        Ok(is_asked)
    }

    /// The same for a run of this process.
    pub fn cancel_here(&self, job: Job) -> bool {
        let mut asked = None;
        self.live.send_if_modified(|runs| {
            // The newest: one that has just ended may still stand before it.
            let run = runs
                .executing
                .iter_mut()
                .rfind(|run| run.job == job && run.owner == self.owner);
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

    /// Switches the operation log as the ledger says. Answers until when it is on.
    pub(super) fn follow_log(&self, log: Option<&model::OperationLog>) -> Option<Timestamp> {
        let on = log.map(|log| (PathBuf::from(&log.folder), log.until));
        let until = on.as_ref().map(|(_, until)| *until);
        self.operation_log.set(on);
        until
    }

    /// Has the jobs looked after now: something was changed from here.
    pub fn nudge(&self) {
        self.nudge.notify_one();
    }

    pub(super) async fn nudged(&self) {
        self.nudge.notified().await;
    }

    pub(super) async fn note_worker(&self, is_there: bool) -> Result<(), LedgerError> {
        self.sides.ledger.note_worker(&self.owner, is_there).await
    }

    /// Draws how the service is reached into the live picture.
    pub(super) fn show_reach(&self, reach: &Reach) {
        self.live
            .send_if_modified(|runs| is_news(&mut runs.reach, reach.clone()));
    }

    /// Draws into the live picture that the ledger cannot be read.
    pub(super) fn show_lost_ledger(&self, why: Exception) {
        self.live.send_if_modified(|runs| {
            let lost = Lost::again(runs.ledger.as_deref(), why, Timestamp::now());
            is_news(&mut runs.ledger, Some(lost.into()))
        });
    }

    /// Draws into the live picture whether the company can be read.
    pub(super) fn show_company(&self, answered: Result<(), Exception>) {
        self.live.send_if_modified(|runs| {
            let before = runs.company.as_deref();
            let lost = answered.err();
            match (before, &lost) {
                (None, Some(why)) => tracing::error!("{why} {}", why.remedy),
                (Some(_), None) => tracing::info!("The company can be read again."),
                (None, None) | (Some(_), Some(_)) => {}
            }
            let lost = lost.map(|why| Lost::again(before, why, Timestamp::now()).into());
            is_news(&mut runs.company, lost)
        });
    }

    /// Draws what runs elsewhere into the live picture. Nobody is woken where nothing changed.
    pub(super) fn show(&self, board: &Board) {
        let changes = self.shown.swap(board.changes, Ordering::Relaxed);
        let elsewhere: Vec<&Progress> = board
            .executing
            .iter()
            .filter(|run| run.owner != self.owner)
            .collect();
        let workers = board.workers.len() as u32;
        let logs_until = self.follow_log(board.operation_log.as_ref());
        self.live.send_if_modified(|runs| {
            let here = runs.executing.iter().filter(|run| run.owner == self.owner);
            let executing: Vec<Progress> = here.chain(elsewhere).cloned().collect();
            let is_new = changes != board.changes
                || runs.workers != workers
                || runs.executing != executing
                || runs.logs_until != logs_until;
            runs.logs_until = logs_until;
            let is_back = is_news(&mut runs.ledger, None);
            runs.executing = executing;
            runs.workers = workers;
            runs.changes += u64::from(changes != board.changes);
            is_new || is_back
        });
    }

    /// Waits until a run of this process has ended and answers how.
    pub async fn finished(&self, run: RunId) -> Result<RunSummary, Exception> {
        let mut live = self.live();
        // The sender lives as long as `self`.
        let _ = live
            .wait_for(|runs| runs.executing.iter().all(|progress| progress.run != run))
            .await;
        if let Some(summary) = lock(&self.unwritten).remove(&run) {
            return Ok(summary);
        }
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

    fn cancels(&self) -> MutexGuard<'_, BTreeMap<RunId, CancellationToken>> {
        lock(&self.cancels)
    }

    /// Takes the leases that a run of `job` needs, or says who holds one.
    pub(super) async fn try_begin(
        &self,
        job: Job,
        options: RunOptions,
        cause: Cause,
    ) -> Result<Begun, LedgerError> {
        // One run per job, and none beside the complete job, which takes the leases of all.
        let needs: &[Job] = if job == Job::Complete {
            &Job::ALL
        } else {
            std::slice::from_ref(&job)
        };
        let Sides { ledger, lease, .. } = &*self.sides;
        ledger
            .begin_run(job, needs, &self.owner, *lease, options.dry_run, cause)
            .await
    }

    async fn take_leases(&self, job: Job, options: RunOptions) -> Result<Fence, Exception> {
        let Sides { ledger, lease, .. } = &*self.sides;
        let mut waited_for: Option<Holder> = None;
        loop {
            let holder = match self.try_begin(job, options, Cause::Operator).await? {
                Begun::Started(fence) => return Ok(fence),
                Begun::Held(holder) => holder,
                // An operator's start does not depend on how the job stands.
                Begun::Changed => continue,
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
                if !options.dry_run {
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

/// Puts a value in the place of another; true where it is another one.
fn is_news<T: PartialEq>(place: &mut T, value: T) -> bool {
    let is_news = *place != value;
    *place = value;
    is_news
}

/// Host and process; a further runner of the process has a number behind it.
fn owner() -> String {
    let host = gethostname::gethostname();
    let process = std::process::id();
    let owner = format!("{}/{process}", host.to_string_lossy());
    match RUNNERS.fetch_add(1, Ordering::Relaxed) {
        0 => owner,
        further => format!("{owner}.{further}"),
    }
}

/// Nothing that holds one of these panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
