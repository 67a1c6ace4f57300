//! What operators do to jobs: their status and their schedule.

use jiff::Timestamp;

use super::super::super::jobs::StatusChange;
use super::super::{leases, rows, runs};
use super::{Kept, load, occurrences, save};
use crate::model::schedule::{self, Schedule, Standing};
use crate::model::{Job, JobStatus};
use crate::sql::{Session, SqlError};

const WITHHELD: &str = "the job was withheld";

pub fn change(
    db: Session<'_>,
    job: Job,
    to: JobStatus,
    by: &str,
) -> Result<StatusChange, SqlError> {
    let now = runs::now(db)?;
    let holder = leases::holder(db, now, job)?;
    if holder.is_some_and(|holder| holder.job == job) {
        let executing = JobStatus::Executing;
        return Ok(if to == executing {
            StatusChange::AsItWas
        } else {
            StatusChange::Impossible(executing)
        });
    }
    if runs::dead(db, now, job)?.is_some() {
        runs::note_dead(db, now, &[job])?;
    }
    let mut kept = load(db, job)?;
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
            skip_due(db, &mut kept, WITHHELD)?;
        }
        kept.state.wait();
    }
    save(db, &kept)?;
    Ok(StatusChange::Done)
}

/// Changes every job that `change` says it has changed; answers them.
pub fn each(
    db: Session<'_>,
    change: impl Fn(&mut Kept) -> Result<bool, SqlError>,
) -> Result<Vec<Job>, SqlError> {
    let mut changed = Vec::new();
    for job in Job::ALL {
        let mut kept = load(db, job)?;
        if change(&mut kept)? {
            save(db, &kept)?;
            changed.push(job);
        }
    }
    Ok(changed)
}

/// Gives a suspended job the status it had.
pub fn resume(db: Session<'_>, kept: &mut Kept) -> Result<bool, SqlError> {
    let was_suspended = kept.state.resume();
    if was_suspended && !kept.state.is_withheld() {
        skip_due(db, kept, WITHHELD)?;
    }
    Ok(was_suspended)
}

pub fn set_schedule(
    db: Session<'_>,
    job: Job,
    revision: i64,
    schedule: Schedule,
) -> Result<bool, SqlError> {
    let mut kept = load(db, job)?;
    if kept.revision != revision {
        return Ok(false);
    }
    let now = skip_due(db, &mut kept, "the job was given another schedule")?;
    kept.state.reschedule(&schedule);
    kept.schedule = schedule;
    // Where the clock was set back, what has its record stays behind it.
    kept.standing = Standing::new(now.max(kept.standing.dealt_until));
    save(db, &kept)?;
    Ok(true)
}

/// Notes that nothing comes of what was due until now and has no record yet; answers what time it
/// is.
fn skip_due(db: Session<'_>, kept: &mut Kept, why: &str) -> Result<Timestamp, SqlError> {
    let milliseconds = runs::now(db)?;
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
        occurrences::write(db, milliseconds, kept.job, &decision.records, None)?;
        kept.standing = decision.standing;
    }
    Ok(now)
}
