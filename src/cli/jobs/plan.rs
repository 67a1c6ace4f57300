//! `axcs jobs recurrence JOB …`: sets a job's schedule, and shows it with its next starts.

use jiff::tz::TimeZone;

use super::super::set_up::SetUp;
use super::super::{Exit, Invocation, Refusal, print};
use super::recurrence::RecurrenceArguments;
use super::recurrence::preview::Preview;
use crate::jobs::Runner;
use crate::ledger::jobs::{Board, JobRecord};
use crate::model::exception::Exception;
use crate::model::{Job, JobStatus};

/// How often it is tried to be faster than whoever else changes the job: its worker does at each of
/// its starts.
const TRIES: usize = 20;

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
    let ledger = &runner.sides().ledger;
    let zone = TimeZone::system();
    let zone = zone.iana_name().unwrap_or("UTC");
    for _ in 0..TRIES {
        let (record, board) = stands(runner, arguments.job).await?;
        let wanted = arguments.apply(&record.schedule, zone, board.now)?;
        if wanted == record.schedule {
            return Ok((record, board));
        }
        invocation.changes("Another recurrence")?;
        let is_set = ledger
            .set_schedule(record.job, record.revision, wanted)
            .await
            .map_err(Exception::from)?;
        // Where the job has changed meanwhile: once more, on what it is by now.
        if is_set {
            let (record, board) = stands(runner, arguments.job).await?;
            let pattern = record.schedule.pattern_in_words();
            let text = format!("recurrence of {}: {pattern}", arguments.job);
            runner.note_change("job", text).await?;
            return Ok((record, board));
        }
    }
    Err(Exception::new(
        format!("The recurrence of {} was not set.", arguments.job),
        format!("The job was changed by others {TRIES} times meanwhile."),
        "Try it again.",
    )
    .into())
}

async fn stands(runner: &Runner, job: Job) -> Result<(JobRecord, Board), Refusal> {
    let board = runner.sides().ledger.board().await;
    let mut board = board.map_err(Exception::from)?;
    let at = board.jobs.iter().position(|record| record.job == job);
    let record = at.map(|at| board.jobs.swap_remove(at));
    let record = record.ok_or_else(|| {
        Exception::new(
            format!("The {job} job is not in the ledger."),
            "",
            "Check the ledger's file.",
        )
    })?;
    Ok((record, board))
}
