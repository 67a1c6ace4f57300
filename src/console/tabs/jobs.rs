//! The tab *Jobs*: the five jobs, what is known of their runs, and what was asked of them.

mod draw;
mod meter;

pub use draw::{View, draw};

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use self::meter::Meter;
use super::{Loading, Reply};
use crate::console::app::Effect;
use crate::console::keys::{JobAction, Motion};
use crate::console::overlays::{Details, History, Overlay, Question};
use crate::jobs::RunOptions;
use crate::model::run::{JobOverview, LiveRuns, RunSummary};
use crate::model::{Exception, Job, JobStatus, Progress};

/// How old the overview gets while a run is under way elsewhere.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// What was asked for and is not visible in the runs yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Start,
    Cancel,
}

/// The tab's state.
#[derive(Debug, Default)]
pub struct JobsTab {
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
    /// The job the keys are about.
    pub fn selected(&self) -> Job {
        Job::ALL[self.selected.min(Job::ALL.len() - 1)]
    }

    /// The runs under way here.
    pub fn live(&self) -> &LiveRuns {
        &self.live
    }

    /// The run of a job that is under way here.
    pub fn live_of(&self, job: Job) -> Option<&Progress> {
        self.live.executing.iter().find(|run| run.job == job)
    }

    /// The last run of a job that is over.
    pub fn last_of(&self, job: Job) -> Option<&RunSummary> {
        self.overview_of(job)?.last.as_ref()
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

    /// A job that executes in another process, as far as the last overview knew.
    pub fn elsewhere(&self) -> Option<Job> {
        Job::ALL
            .into_iter()
            .find(|job| self.status(*job) == JobStatus::Executing && self.live_of(*job).is_none())
    }

    /// How a job stands, as the list says it.
    fn status(&self, job: Job) -> JobStatus {
        if self.live_of(job).is_some() {
            return JobStatus::Executing;
        }
        self.overview_of(job)
            .map_or(JobStatus::Waiting, |overview| overview.status)
    }

    /// What an operator has to know, in words.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(trouble) = &self.trouble {
            warnings.push(format!("jobs cannot be read: {trouble}"));
        }
        let failed = Job::ALL
            .into_iter()
            .filter(|job| self.status(*job) == JobStatus::Error)
            .count();
        if failed > 0 {
            warnings.push(format!("{} in Error", counted(failed, "job", "jobs")));
        }
        // The complete job has every stream: the others' exceptions are among its own.
        let quarantined = self
            .overview
            .iter()
            .map(|overview| overview.quarantined)
            .max()
            .unwrap_or(0);
        if quarantined > 0 {
            warnings.push(counted(quarantined as usize, "exception", "exceptions"));
        }
        warnings
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
        let changed = live.changes != self.live.changes;
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

    /// Lets the speeds know that time has passed. Of runs elsewhere there is no news: they are
    /// looked at again every few seconds until they end.
    pub fn tick(&mut self, at: Timestamp) -> Option<Effect> {
        self.sample(at);
        let is_old = at.duration_since(self.loaded_at) >= LOOK_AGAIN;
        (is_old && self.elsewhere().is_some() && self.loading == Loading::Idle)
            .then(|| self.load())
            .flatten()
    }

    /// Takes the speed of every run.
    fn sample(&mut self, at: Timestamp) {
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
        let executing = self.status(job) == JobStatus::Executing || self.is_starting(job);
        match action {
            JobAction::Run | JobAction::DryRun => !read_only && !executing,
            JobAction::Cancel => {
                !read_only && self.live_of(job).is_some() && !self.is_cancelling(job)
            }
            JobAction::Details => self.live_of(job).is_some() || self.last_of(job).is_some(),
            JobAction::History => self.last_of(job).is_some(),
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
        }
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
        } else if self.live_of(job).is_some() {
            Reply::Perform(self.cancel(job))
        } else if self.status(job) == JobStatus::Executing {
            Reply::Refuse(format!(
                "The {job} job executes in another process: cancel it there."
            ))
        } else {
            Reply::Refuse(format!("The {job} job is not executing."))
        }
    }
}

fn counted(number: usize, one: &str, many: &str) -> String {
    crate::console::words::counted(number as u64, one, many)
}
