//! A change of statuses that an operator asked for, and what it came to, in words.

use serde::{Deserialize, Serialize};

use super::{App, Effect, Pace, Toast};
use crate::console::keys::{Action, Context, JobAction};
use crate::console::words;
use crate::model::{Exception, Job};

/// What is to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Take a job off the queue.
    Withhold(Job),
    /// Set a job to Waiting.
    Resume(Job),
    /// Withhold every job.
    SuspendAll,
    /// Give every job that was withheld so its status back.
    ResumeAll,
}

impl Change {
    /// What it came to: the jobs that were changed. `resume_all` is the key for it, if it has one.
    pub(super) fn told(self, changed: &[Job], resume_all: Option<String>) -> Toast {
        let number = changed.len() as u64;
        let jobs = words::counted(number, "job is", "jobs are");
        let text = match self {
            Self::Withhold(job) => {
                format!("The {job} job is withheld: it does not start by itself.")
            }
            Self::Resume(job) => format!("The {job} job is Waiting."),
            Self::SuspendAll if number == 0 => {
                return Toast::Refused("Every job is withheld already.".to_owned());
            }
            Self::SuspendAll => {
                let back = resume_all.map_or_else(
                    || "resume all gives them back".to_owned(),
                    |key| format!("{key} (resume all) gives them back"),
                );
                format!("{jobs} withheld; {back}.")
            }
            Self::ResumeAll if number == 0 => {
                return Toast::Refused(
                    "Nothing was changed: no job was withheld by suspend all.".to_owned(),
                );
            }
            Self::ResumeAll => format!("{jobs} as before again: {}.", words::list(changed)),
        };
        Toast::Told(text)
    }
}

impl App {
    /// Takes in whether there was a run to cancel.
    pub(super) fn canceled(&mut self, job: Job, result: Result<bool, Exception>) {
        self.touch(Pace::Prompt);
        match result {
            Ok(true) => {}
            Ok(false) => {
                self.jobs.not_cancelled(job);
                self.refuse(format!("The {job} job is not executing any more."));
            }
            Err(exception) => {
                self.jobs.not_cancelled(job);
                self.refuse(exception.to_string());
            }
        }
    }

    /// Takes in what a change of statuses came to.
    pub(super) fn statuses_changed(
        &mut self,
        change: Change,
        result: Result<Vec<Job>, Exception>,
    ) -> Vec<Effect> {
        match result {
            Ok(jobs) => {
                let key = Action::Job(JobAction::ResumeAll);
                let key = self.setting.keys.key_for(Context::Jobs, key);
                self.toast = Some(change.told(&jobs, key));
            }
            Err(exception) => self.refuse(exception.to_string()),
        }
        self.touch(Pace::Prompt);
        self.jobs.load().into_iter().collect()
    }
}
