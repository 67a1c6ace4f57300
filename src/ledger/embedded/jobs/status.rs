//! What operators do to jobs: their status and their schedule.

use rusqlite::Transaction;

use super::super::super::jobs::StatusChange;
use super::super::{leases, rows, runs};
use super::{load, save};
use crate::model::job::JobState;
use crate::model::schedule::{Schedule, Standing};
use crate::model::{Job, JobStatus};

pub fn change(
    transaction: &Transaction<'_>,
    job: Job,
    to: JobStatus,
    by: &str,
) -> rusqlite::Result<StatusChange> {
    let now = runs::now(transaction)?;
    let holder = leases::holder(transaction, now, job)?;
    if holder.is_some_and(|holder| holder.job == job) {
        let executing = JobStatus::Executing;
        return Ok(if to == executing {
            StatusChange::AsItWas
        } else {
            StatusChange::Impossible(executing)
        });
    }
    if runs::dead(transaction, now, job)?.is_some() {
        runs::note_dead(transaction, now, &[job])?;
    }
    let mut kept = load(transaction, job)?;
    let from = kept.state.status;
    if from == to {
        return Ok(StatusChange::AsItWas);
    }
    if !from.may_change(to) {
        return Ok(StatusChange::Impossible(from));
    }
    if to == JobStatus::Withhold {
        kept.state.withhold(format!("withheld by {by}"));
    } else {
        kept.state.wait();
    }
    save(transaction, &kept)?;
    Ok(StatusChange::Done)
}

/// Changes every job that `change` says it has changed; answers them.
pub fn each(
    transaction: &Transaction<'_>,
    change: impl Fn(&mut JobState) -> bool,
) -> rusqlite::Result<Vec<Job>> {
    let mut changed = Vec::new();
    for job in Job::ALL {
        let mut kept = load(transaction, job)?;
        if change(&mut kept.state) {
            save(transaction, &kept)?;
            changed.push(job);
        }
    }
    Ok(changed)
}

pub fn set_schedule(
    transaction: &Transaction<'_>,
    job: Job,
    revision: i64,
    schedule: Schedule,
) -> rusqlite::Result<bool> {
    let mut kept = load(transaction, job)?;
    if kept.revision != revision {
        return Ok(false);
    }
    kept.state.reschedule(&schedule);
    kept.schedule = schedule;
    kept.standing = Standing::new(rows::moment(runs::now(transaction)?)?);
    save(transaction, &kept)?;
    Ok(true)
}
