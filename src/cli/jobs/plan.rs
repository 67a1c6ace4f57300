//! `axcs jobs recurrence JOB …`: sets a job's schedule, and shows it with its next starts.

use super::super::set_up::SetUp;
use super::super::{Exit, Invocation, Refusal, print};
use super::recurrence::RecurrenceArguments;
use super::recurrence::preview::Preview;
use crate::jobs::Runner;
use crate::ledger::jobs::{Board, JobRecord};
use crate::model::JobStatus;
use crate::model::exception::Exception;
use crate::model::schedule::Schedule;
use crate::model::zone;

/// `axcs jobs recurrence`
pub async fn recurrence(
    invocation: &Invocation,
    arguments: &RecurrenceArguments,
) -> Result<Exit, Refusal> {
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let set = set(invocation, &set_up.runner, arguments).await;
    set_up.close().await;
    let (record, board) = set?;
    let preview = Preview::of(record.job, &record.schedule, &record.standing, board.now);
    let preview = preview.map_err(|error| {
        Refusal::from(Exception::new(
            format!("The recurrence of {} cannot be followed.", record.job),
            error,
            "Give it another one: axcs jobs recurrence --help",
        ))
    })?;
    if invocation.json() {
        print::json(&preview);
        return Ok(Exit::Done);
    }
    preview.show();
    if record.status == JobStatus::Withhold {
        print::line(format_args!(
            "\nIt starts by itself only once it is resumed (axcs jobs resume {}): {}",
            record.job, record.reason
        ));
    } else if board.workers.is_empty() && record.schedule.recurrence.is_some() {
        print::line("\nNo worker is there to start it: axcs worker, or a console");
    }
    Ok(Exit::Done)
}

/// Gives the job the schedule that was asked for, where it has another one. Answers how it stands
/// then.
async fn set(
    invocation: &Invocation,
    runner: &Runner,
    arguments: &RecurrenceArguments,
) -> Result<(JobRecord, Board), Refusal> {
    let zone = zone::shown();
    let zone = zone.iana_name().unwrap_or("UTC");
    let wanted = |schedule: &Schedule, now| {
        let wanted = arguments.apply(schedule, zone, now)?;
        if wanted != *schedule {
            invocation.changes("Another recurrence")?;
        }
        Ok::<_, Refusal>(wanted)
    };
    runner.replan(arguments.job, wanted).await
}
