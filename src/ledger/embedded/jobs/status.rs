//! What operators do to jobs: their status and their schedule.

use jiff::Timestamp;
use rusqlite::Transaction;

use super::super::super::jobs::StatusChange;
use super::super::{leases, rows, runs};
use super::{Kept, load, occurrences, save};
use crate::model::schedule::{self, Schedule, Standing};
use crate::model::{Job, JobStatus};

const WITHHELD: &str = "the job was withheld";

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
        if from == JobStatus::Withhold {
            skip_due(transaction, &mut kept, WITHHELD)?;
        }
        kept.state.wait();
    }
    save(transaction, &kept)?;
    Ok(StatusChange::Done)
}

/// Changes every job that `change` says it has changed; answers them.
pub fn each(
    transaction: &Transaction<'_>,
    change: impl Fn(&mut Kept) -> rusqlite::Result<bool>,
) -> rusqlite::Result<Vec<Job>> {
    let mut changed = Vec::new();
    for job in Job::ALL {
        let mut kept = load(transaction, job)?;
        if change(&mut kept)? {
            save(transaction, &kept)?;
            changed.push(job);
        }
    }
    Ok(changed)
}

/// Gives a suspended job the status it had.
pub fn resume(transaction: &Transaction<'_>, kept: &mut Kept) -> rusqlite::Result<bool> {
    let was_suspended = kept.state.resume();
    if was_suspended && !kept.state.is_withheld() {
        skip_due(transaction, kept, WITHHELD)?;
    }
    Ok(was_suspended)
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
    let now = skip_due(transaction, &mut kept, "the job was given another schedule")?;
    kept.state.reschedule(&schedule);
    kept.schedule = schedule;
    // Where the clock was set back, what has its record stays behind it.
    kept.standing = Standing::new(now.max(kept.standing.dealt_until));
    save(transaction, &kept)?;
    Ok(true)
}

/// Notes that nothing comes of what was due until now and has no record yet; answers what time it
/// is.
fn skip_due(
    transaction: &Transaction<'_>,
    kept: &mut Kept,
    why: &str,
) -> rusqlite::Result<Timestamp> {
    let milliseconds = runs::now(transaction)?;
    let now = rows::moment(milliseconds)?;
    // What is due and still waits for its jitter is due all the same.
    let schedule = Schedule {
        jitter: false,
        ..kept.schedule.clone()
    };
    // A schedule that cannot be followed has no occurrences.
    while let Ok(decision) = schedule::skip_due(kept.job, &schedule, &kept.standing, now, why)
        && !decision.records.is_empty()
    {
        occurrences::write(transaction, milliseconds, kept.job, &decision.records, None)?;
        kept.standing = decision.standing;
    }
    Ok(now)
}
