//! Withholds and resumes jobs, one by one or all of them.

use super::audit::operator;
use super::runner::Runner;
use crate::ledger::jobs::StatusChange;
use crate::model::exception::Exception;
use crate::model::{Job, JobStatus};

impl Runner {
    /// Takes a job off the queue: it does not start by itself. The reason may be empty.
    pub async fn withhold(&self, job: Job, reason: &str) -> Result<(), Exception> {
        let by = operator(&self.author);
        let by = if reason.is_empty() {
            by
        } else {
            format!("{by}: {reason}")
        };
        self.change_status(job, JobStatus::Withhold, &by).await
    }

    /// Sets a job to Waiting: a withheld one goes on with its schedule, one that failed, ended or
    /// was canceled is run again by the next worker that looks.
    pub async fn resume(&self, job: Job) -> Result<(), Exception> {
        let by = operator(&self.author);
        self.change_status(job, JobStatus::Waiting, &by).await
    }

    async fn change_status(&self, job: Job, to: JobStatus, by: &str) -> Result<(), Exception> {
        let changed = self.sides().ledger.change_status(job, to, by).await?;
        self.nudge();
        match changed {
            StatusChange::Done => self.note_change("job", format!("{job} is {to}")).await,
            StatusChange::AsItWas => Ok(()),
            StatusChange::Impossible(from) => Err(Exception::new(
                format!("{from} → {to} is not possible."),
                format!("{} is {from}.", job.ax_name()),
                match from {
                    JobStatus::Executing => {
                        format!("Cancel the run first (axcs jobs cancel {job}), or let it end.")
                    }
                    JobStatus::Withhold
                    | JobStatus::Waiting
                    | JobStatus::Error
                    | JobStatus::Ended
                    | JobStatus::Canceled => "See how the jobs stand: axcs jobs".to_owned(),
                },
            )),
        }
    }

    /// Withholds every job, and remembers what each was; runs under way go on. Answers the jobs
    /// that were changed.
    pub async fn suspend_all(&self) -> Result<Vec<Job>, Exception> {
        let by = operator(&self.author);
        let changed = self.sides().ledger.suspend_all(&by).await?;
        self.all_changed("suspended", &changed).await?;
        Ok(changed)
    }

    /// Gives every job that was suspended with all others what it was. Answers them.
    pub async fn resume_all(&self) -> Result<Vec<Job>, Exception> {
        let by = operator(&self.author);
        let changed = self.sides().ledger.resume_all(&by).await?;
        self.all_changed("resumed", &changed).await?;
        Ok(changed)
    }

    async fn all_changed(&self, how: &str, changed: &[Job]) -> Result<(), Exception> {
        self.nudge();
        if changed.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = changed.iter().map(|job| job.name()).collect();
        self.note_change("job", format!("{how}: {}", names.join(", ")))
            .await
    }
}
