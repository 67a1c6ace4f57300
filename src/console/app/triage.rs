//! What the console does about a job that fails: what the documents tell to do, its log lines, its
//! text.

use super::{App, Effect};
use crate::console::keys::JobAction;
use crate::console::outlet::Handed;
use crate::console::tabs::jobs::triage::Remedy;
use crate::console::tabs::{Reply, Tab};
use crate::model::Job;

impl App {
    /// Does what a key asks of the selected job.
    pub(super) fn on_job(&mut self, action: JobAction) -> Vec<Effect> {
        let read_only = self.setting.read_only;
        let reply = match action {
            JobAction::Recurrence => self.edit_recurrence(),
            JobAction::Usual => self.look_for_usual(),
            JobAction::Log => return self.show_log(),
            JobAction::Remedy => return self.follow_remedy(),
            JobAction::Copy => self.hand(Effect::Copy),
            JobAction::Export => self.hand(Effect::Export),
            JobAction::Run
            | JobAction::DryRun
            | JobAction::Cancel
            | JobAction::Details
            | JobAction::History
            | JobAction::BatchJobs
            | JobAction::Withhold
            | JobAction::Resume
            | JobAction::SuspendAll
            | JobAction::ResumeAll => self.jobs.on(action, read_only),
        };
        self.answered(reply)
    }

    /// Shows the log lines of the selected job's live or last run.
    fn show_log(&mut self) -> Vec<Effect> {
        let job = self.jobs.selected();
        let live = self.jobs.live_of(job).map(|run| run.run);
        let run = live.or_else(|| self.jobs.last_of(job).map(|run| run.run));
        let Some(run) = run else {
            self.refuse(format!("The {job} job has not run yet."));
            return Vec::new();
        };
        self.logs.show_run(run);
        self.turn_to(Tab::Logs)
    }

    /// Does the first step of what the documents tell to do about the selected job's failure.
    fn follow_remedy(&mut self) -> Vec<Effect> {
        let read_only = self.setting.read_only;
        let job = self.jobs.selected();
        let Some(failure) = self.jobs.failure(job) else {
            self.refuse(format!("The {job} job does not fail."));
            return Vec::new();
        };
        let reply = match Remedy::of(failure) {
            Remedy::LookAtAccount => return self.turn_to(Tab::Account),
            Remedy::Cancel => self.jobs.on(JobAction::Cancel, read_only),
            Remedy::SuspendAll => self.jobs.on(JobAction::SuspendAll, read_only),
            Remedy::RunComplete => self.jobs.run(Job::Complete, false, read_only),
            Remedy::RunAgain => self.jobs.run(job, false, read_only),
        };
        self.answered(reply)
    }

    /// Hands over the text in front.
    pub(super) fn hand(&self, effect: fn(Handed) -> Effect) -> Reply {
        match self.text_in_front() {
            Some(handed) => Reply::Perform(effect(handed)),
            None => Reply::Refuse("There is no run to tell of yet.".to_owned()),
        }
    }
}
