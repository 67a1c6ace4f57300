//! The tab *Jobs*: the five jobs, what is known of their runs, and what was asked of them.

mod detail;
mod draw;
mod meter;
pub mod schedule;
pub mod triage;

pub use draw::{View, draw, steps_to};

use std::collections::BTreeMap;

use jiff::Timestamp;

use self::meter::Meter;
use super::{Loading, Reply};
use crate::console::app::{Change, Effect};
use crate::console::keys::{JobAction, Motion};
use crate::console::overlays::{BatchJobs, Details, History, Overlay, Question};
use crate::console::widgets::streams::Speed;
use crate::jobs::RunOptions;
use crate::model::run::{JobOverview, LiveRuns, RunSummary};
use crate::model::{Exception, Job, JobStatus, Progress};

/// What was asked for and is not visible in the runs yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Start,
    Cancel,
}

/// The tab's state.
#[derive(Debug, Default)]
pub struct JobsTab {
    /// Host and process of this console.
    owner: String,
    overview: Vec<JobOverview>,
    /// Why the overview could not be read.
    trouble: Option<Exception>,
    loading: Loading,
    loaded_at: Timestamp,
    live: LiveRuns,
    selected: usize,
    /// True once the operator chose a job; until then the tab chooses.
    chosen: bool,
    asked: BTreeMap<Job, Asked>,
    /// Why a job did not start when it was asked to last.
    refused: BTreeMap<Job, Exception>,
    meters: BTreeMap<Job, Meter>,
}

impl JobsTab {
    /// The tab before anything is known, in the console that `owner` is.
    pub fn new(owner: String) -> Self {
        Self {
            owner,
            ..Self::default()
        }
    }

    /// The job the keys are about.
    pub fn selected(&self) -> Job {
        Job::ALL[self.selected.min(Job::ALL.len() - 1)]
    }

    /// The runs under way, wherever they are.
    pub fn live(&self) -> &LiveRuns {
        &self.live
    }

    /// The run of a job that is under way, wherever it is.
    pub fn live_of(&self, job: Job) -> Option<&Progress> {
        self.live.executing.iter().find(|run| run.job == job)
    }

    /// The runs of this process.
    pub fn own(&self) -> impl Iterator<Item = &Progress> {
        self.live
            .executing
            .iter()
            .filter(|run| !self.is_elsewhere(run))
    }

    /// True for a run of another process.
    pub fn is_elsewhere(&self, run: &Progress) -> bool {
        run.owner != self.owner
    }

    /// The last run of a job that is over.
    pub fn last_of(&self, job: Job) -> Option<&RunSummary> {
        self.overview_of(job)?.last.as_ref()
    }

    /// When how the job stands was last known, where that is not known now: the ledger cannot be
    /// read, and no run of this process is under way.
    fn seen(&self, job: Job) -> Option<Timestamp> {
        let is_own = |run: &Progress| !self.is_elsewhere(run);
        let lost = self.live.ledger.as_ref()?;
        (!self.live_of(job).is_some_and(is_own)).then_some(lost.since)
    }

    fn overview_of(&self, job: Job) -> Option<&JobOverview> {
        self.overview.iter().find(|overview| overview.job == job)
    }

    /// True from the moment cancelling was asked for until the run is over.
    pub fn is_cancelling(&self, job: Job) -> bool {
        self.asked.get(&job) == Some(&Asked::Cancel)
            || self.live_of(job).is_some_and(|run| run.cancelling)
    }

    fn is_starting(&self, job: Job) -> bool {
        self.asked.get(&job) == Some(&Asked::Start) && self.live_of(job).is_none()
    }

    /// True once the overview told of this job.
    fn is_known(&self, job: Job) -> bool {
        self.overview_of(job).is_some()
    }

    fn unknown_because(&self) -> &'static str {
        if self.trouble.is_some() {
            "cannot be read"
        } else {
            "is being read"
        }
    }

    /// How a job stands, as the list says it.
    fn status(&self, job: Job) -> JobStatus {
        if self.live_of(job).is_some() {
            return JobStatus::Executing;
        }
        self.overview_of(job)
            .map_or(JobStatus::Waiting, |overview| overview.status)
    }

    /// How many jobs have this status.
    fn number_in(&self, status: JobStatus) -> usize {
        let has_it = |job: &Job| self.status(*job) == status;
        Job::ALL.into_iter().filter(has_it).count()
    }

    /// Asks for the overview, unless that is under way.
    pub fn load(&mut self) -> Option<Effect> {
        self.loading.ask().then_some(Effect::LoadOverview)
    }

    /// Takes in the overview.
    pub fn loaded(
        &mut self,
        result: Result<Vec<JobOverview>, Exception>,
        at: Timestamp,
    ) -> Option<Effect> {
        self.loaded_at = at;
        match result {
            Ok(overview) => {
                let is_first = self.overview.is_empty();
                self.overview = overview;
                self.trouble = None;
                if is_first && self.live.executing.is_empty() {
                    self.look_at(|tab, job| tab.status(job) == JobStatus::Error);
                }
            }
            Err(exception) => self.trouble = Some(exception),
        }
        let again = self.loading.answered();
        again.then(|| self.load()).flatten()
    }

    /// Takes in the runs under way.
    pub fn set_live(&mut self, live: LiveRuns, at: Timestamp) -> Option<Effect> {
        let is_back = |before: bool, now: bool| before && !now;
        let changed = live.changes != self.live.changes
            || is_back(self.live.ledger.is_some(), live.ledger.is_some())
            || is_back(self.live.company.is_some(), live.company.is_some());
        self.live = live;
        self.meters
            .retain(|job, _| self.live.executing.iter().any(|run| run.job == *job));
        for run in &self.live.executing {
            self.refused.remove(&run.job);
            if self.asked.get(&run.job) == Some(&Asked::Start) {
                self.asked.remove(&run.job);
            }
        }
        let executing: Vec<Job> = self.live.executing.iter().map(|run| run.job).collect();
        self.asked
            .retain(|job, asked| *asked == Asked::Start || executing.contains(job));
        self.sample(at);
        self.look_at(|tab, job| tab.live_of(job).is_some());
        changed.then(|| self.load()).flatten()
    }

    /// Selects the first job that is worth a look, unless the operator has chosen one.
    fn look_at(&mut self, is_worth: impl Fn(&Self, Job) -> bool) {
        if !self.chosen
            && let Some(index) = Job::ALL.iter().position(|job| is_worth(self, *job))
        {
            self.selected = index;
        }
    }

    /// Takes the speed of every run.
    pub fn sample(&mut self, at: Timestamp) {
        for run in &self.live.executing {
            self.meters
                .entry(run.job)
                .and_modify(|meter| {
                    if meter.is_of(run) {
                        meter.sample(run, at);
                    } else {
                        *meter = Meter::new(run, at);
                    }
                })
                .or_insert_with(|| Meter::new(run, at));
        }
    }

    /// How fast each stream of a job's live run goes.
    pub fn speeds(&self, job: Job) -> Vec<Speed> {
        let run = self.live_of(job).filter(|_| self.seen(job).is_none());
        let meter = run.and_then(|run| Some((run, self.meters.get(&job)?)));
        meter.map_or_else(Vec::new, |(run, meter)| meter.speeds(run))
    }

    /// Takes in whether a run could be started.
    pub fn started(&mut self, job: Job, refused: Option<Exception>) {
        if self.asked.get(&job) == Some(&Asked::Start) {
            self.asked.remove(&job);
        }
        if let Some(exception) = refused {
            self.refused.insert(job, exception);
        }
    }

    /// Takes in that there was no run to cancel.
    pub fn not_cancelled(&mut self, job: Job) {
        self.asked.remove(&job);
    }

    /// Asks to start a run, after every question is answered.
    pub fn start(&mut self, job: Job, dry_run: bool) -> Effect {
        self.asked.insert(job, Asked::Start);
        self.refused.remove(&job);
        let options = RunOptions {
            dry_run,
            ..RunOptions::default()
        };
        Effect::Start(job, options)
    }

    /// Asks to cancel a run; it is shown at once.
    pub fn cancel(&mut self, job: Job) -> Effect {
        self.asked.insert(job, Asked::Cancel);
        Effect::Cancel(job)
    }

    /// True where the action makes sense for the selected job: the footer shows no other.
    pub fn offers(&self, action: JobAction, read_only: bool) -> bool {
        let job = self.selected();
        let status = self.status(job);
        let executing = status == JobStatus::Executing || self.is_starting(job);
        match action {
            JobAction::Run | JobAction::DryRun => !read_only && !executing,
            JobAction::Cancel => !read_only && executing && !self.is_cancelling(job),
            JobAction::Details => self.live_of(job).is_some() || self.last_of(job).is_some(),
            JobAction::History => self.last_of(job).is_some(),
            JobAction::Log | JobAction::Copy | JobAction::Export => {
                self.live_of(job).is_some() || self.last_of(job).is_some()
            }
            JobAction::Remedy => !read_only && self.has_remedy(job),
            JobAction::BatchJobs | JobAction::Recurrence => true,
            JobAction::Usual => !read_only,
            JobAction::Withhold => !read_only && !executing && status != JobStatus::Withhold,
            JobAction::Resume => !read_only && status == JobStatus::Withhold,
            JobAction::SuspendAll => !read_only && self.withheld() < Job::ALL.len(),
            JobAction::ResumeAll => !read_only && self.withheld() > 0,
        }
    }

    /// Moves the selection.
    pub fn go(&mut self, motion: Motion) {
        let last = Job::ALL.len() - 1;
        self.chosen = true;
        self.selected = match motion {
            Motion::Up => self.selected.saturating_sub(1),
            Motion::Down => (self.selected + 1).min(last),
            Motion::Top | Motion::PageUp => 0,
            Motion::Bottom | Motion::PageDown => last,
            Motion::Left | Motion::Right => self.selected,
        };
    }

    /// Does what a key asks for.
    pub fn on(&mut self, action: JobAction, read_only: bool) -> Reply {
        let job = self.selected();
        match action {
            JobAction::Run => self.run(job, false, read_only),
            JobAction::DryRun => self.run(job, true, read_only),
            JobAction::Cancel => self.ask_cancel(job, read_only),
            JobAction::Details if self.live_of(job).is_some() || self.last_of(job).is_some() => {
                Reply::Open(Overlay::Details(Details::of_job(job)))
            }
            JobAction::Details => Reply::Refuse(format!("The {job} job has not run yet.")),
            JobAction::History => Reply::Open(Overlay::History(History::new(job))),
            JobAction::BatchJobs => Reply::Open(Overlay::BatchJobs(BatchJobs::default())),
            // These need more than the tab knows.
            JobAction::Recurrence
            | JobAction::Usual
            | JobAction::Remedy
            | JobAction::Log
            | JobAction::Copy
            | JobAction::Export => Reply::Done,
            JobAction::Withhold
            | JobAction::Resume
            | JobAction::SuspendAll
            | JobAction::ResumeAll
                if read_only =>
            {
                Reply::Refuse("The console is read-only: it changes no job.".to_owned())
            }
            JobAction::Withhold => self.withhold(job),
            JobAction::Resume => self.resume(job),
            JobAction::SuspendAll => self.ask_suspend_all(),
            JobAction::ResumeAll => self.ask_resume_all(),
        }
    }

    fn withhold(&self, job: Job) -> Reply {
        if self.live_of(job).is_some() || self.is_starting(job) {
            return Reply::Refuse(
                "Executing → Withhold is not possible: cancel the run first.".to_owned(),
            );
        }
        match self.status(job) {
            JobStatus::Withhold => Reply::Refuse(format!("The {job} job is withheld already.")),
            // The ledger knows best whether it still executes.
            JobStatus::Executing
            | JobStatus::Waiting
            | JobStatus::Error
            | JobStatus::Ended
            | JobStatus::Canceled => Reply::Perform(Effect::Change(Change::Withhold(job))),
        }
    }

    fn resume(&self, job: Job) -> Reply {
        match self.status(job) {
            JobStatus::Executing => Reply::Refuse(format!("The {job} job is executing.")),
            JobStatus::Waiting => Reply::Refuse(format!("The {job} job is Waiting already.")),
            JobStatus::Withhold | JobStatus::Error | JobStatus::Ended | JobStatus::Canceled => {
                Reply::Perform(Effect::Change(Change::Resume(job)))
            }
        }
    }

    fn ask_suspend_all(&self) -> Reply {
        let jobs = Job::ALL.len() - self.withheld();
        if jobs == 0 {
            return Reply::Refuse("Every job is withheld already.".to_owned());
        }
        let runs = self.live.executing.len();
        Reply::Open(Overlay::Confirm(Question::SuspendAll { jobs, runs }))
    }

    fn ask_resume_all(&self) -> Reply {
        let jobs = self.withheld();
        if jobs == 0 {
            return Reply::Refuse("No job is withheld.".to_owned());
        }
        Reply::Open(Overlay::Confirm(Question::ResumeAll { jobs }))
    }

    /// Runs a job, where nothing stands against it.
    pub fn run(&mut self, job: Job, dry_run: bool, read_only: bool) -> Reply {
        if read_only {
            Reply::Refuse("The console is read-only: it starts no runs.".to_owned())
        } else if self.status(job) == JobStatus::Executing || self.is_starting(job) {
            Reply::Refuse(format!("The {job} job is executing already."))
        } else if job == Job::Complete && !dry_run {
            Reply::Open(Overlay::Confirm(Question::RunComplete))
        } else {
            Reply::Perform(self.start(job, dry_run))
        }
    }

    fn ask_cancel(&mut self, job: Job, read_only: bool) -> Reply {
        if read_only {
            Reply::Refuse("The console is read-only: it cancels no runs.".to_owned())
        } else if self.is_cancelling(job) {
            Reply::Refuse(format!("The {job} job is asked to stop already."))
        } else if let Some(run) = self.live_of(job).filter(|run| self.is_elsewhere(run)) {
            let owner = run.owner.clone();
            Reply::Open(Overlay::Confirm(Question::Cancel { job, owner }))
        } else if self.status(job) == JobStatus::Executing {
            Reply::Perform(self.cancel(job))
        } else {
            Reply::Refuse(format!("The {job} job is not executing."))
        }
    }
}
