//! `axcs jobs withhold`, `resume`, `cancel`, `suspend-all` and `resume-all`: what an operator does to
//! the status of jobs.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::super::set_up::SetUp;
use super::super::{Exit, Invocation, Refusal, print};
use crate::jobs::Runner;
use crate::model::exception::Exception;
use crate::model::{Job, RunStatus};

/// How long a run gets to stop. It is asked to within two seconds; the lease of a worker that died
/// ends meanwhile.
const STOPS_WITHIN: Duration = Duration::from_secs(15);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(100);
/// Longest reason: it is read in a line.
const MOST_CHARACTERS: usize = 200;

/// A reason that can be shown in a line.
pub fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.chars().count() > MOST_CHARACTERS {
        return Err(format!("a reason has at most {MOST_CHARACTERS} characters"));
    }
    Ok(text.to_owned())
}

/// `axcs jobs withhold`
pub async fn withhold(invocation: &Invocation, job: Job, reason: &str) -> Result<Exit, Refusal> {
    invocation.changes("Withholding a job")?;
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let changed = set_up.runner.withhold(job, reason).await;
    let told = stands(&set_up.runner, job).await;
    set_up.close().await;
    changed?;
    tell(invocation, &[job], &told?);
    Ok(Exit::Done)
}

/// `axcs jobs resume`
pub async fn resume(invocation: &Invocation, job: Job) -> Result<Exit, Refusal> {
    invocation.changes("Resuming a job")?;
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let changed = set_up.runner.resume(job).await;
    let told = stands(&set_up.runner, job).await;
    set_up.close().await;
    changed?;
    tell(invocation, &[job], &told?);
    Ok(Exit::Done)
}

/// `axcs jobs suspend-all`
pub async fn suspend_all(invocation: &Invocation) -> Result<Exit, Refusal> {
    invocation.changes("Suspending the jobs")?;
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let changed = set_up.runner.suspend_all().await;
    let board = set_up.runner.sides().ledger.board().await;
    set_up.close().await;
    let (changed, board) = (changed?, board.map_err(Exception::from)?);
    let mut told = match changed.len() {
        0 => "Every job is withheld already.".to_owned(),
        _ => format!(
            "Withheld: {}. axcs jobs resume-all gives them back.",
            list(&changed)
        ),
    };
    for run in &board.executing {
        told.push_str(&format!(
            "\nRun {} of {} goes on; axcs jobs cancel {} stops it.",
            run.run, run.job, run.job
        ));
    }
    tell(invocation, &changed, &told);
    Ok(Exit::Done)
}

/// `axcs jobs resume-all`
pub async fn resume_all(invocation: &Invocation) -> Result<Exit, Refusal> {
    invocation.changes("Resuming the jobs")?;
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let changed = set_up.runner.resume_all().await;
    set_up.close().await;
    let changed = changed?;
    let told = match changed.len() {
        0 => "Nothing was changed: no job was withheld by suspend-all.".to_owned(),
        _ => format!("As before again: {}.", list(&changed)),
    };
    tell(invocation, &changed, &told);
    Ok(Exit::Done)
}

/// `axcs jobs cancel`
pub async fn cancel(invocation: &Invocation, job: Job) -> Result<Exit, Refusal> {
    invocation.changes("Cancelling a run")?;
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let canceled = stop(&set_up.runner, job).await;
    set_up.close().await;
    tell(invocation, &[job], &canceled?);
    Ok(Exit::Done)
}

/// Asks the run of the job to stop and waits until it has.
async fn stop(runner: &Runner, job: Job) -> Result<String, Exception> {
    let ledger = &runner.sides().ledger;
    let executing = ledger.board().await?.executing;
    let Some(run) = executing.iter().find(|run| run.job == job) else {
        let others: Vec<Job> = executing.iter().map(|run| run.job).collect();
        let cause = match others.len() {
            0 => "Nothing is executing.".to_owned(),
            _ => format!("Executing: {}.", list(&others)),
        };
        return Err(Exception::new(
            format!("The {job} job is not executing."),
            cause,
            "See how the jobs stand: axcs jobs",
        ));
    };
    // Where it has just ended, that is told below.
    runner.cancel(job).await?;
    let deadline = Instant::now() + STOPS_WITHIN;
    loop {
        let executing = ledger.board().await?.executing;
        if executing.iter().all(|other| other.run != run.run) {
            break;
        }
        if Instant::now() >= deadline {
            return Err(Exception::new(
                format!("Run {} of {job} has not stopped yet.", run.run),
                format!(
                    "{} was asked to stop it {} s ago.",
                    run.owner,
                    STOPS_WITHIN.as_secs()
                ),
                "Look at it again: axcs jobs",
            ));
        }
        tokio::time::sleep(LOOK).await;
    }
    let summary = ledger.run(run.run).await?;
    let status = summary.map_or(RunStatus::Canceled, |summary| summary.status);
    Ok(match status {
        RunStatus::Executing => format!(
            "Run {} of {job} is not executing any more: {} does not answer.",
            run.run, run.owner
        ),
        RunStatus::Ended | RunStatus::Error | RunStatus::Canceled => {
            format!("Run {} of {job} has stopped: {status}.", run.run)
        }
    })
}

/// How the job stands now: `inventory is Withhold: withheld by anna on AOS01`.
async fn stands(runner: &Runner, job: Job) -> Result<String, Exception> {
    let board = runner.sides().ledger.board().await?;
    let record = board.jobs.into_iter().find(|record| record.job == job);
    Ok(record.map_or_else(String::new, |record| {
        let mut told = format!("{job} is {}", record.status);
        if !record.reason.is_empty() {
            told.push_str(": ");
            told.push_str(&record.reason);
        } else if record.is_asked {
            told.push_str(", due at once");
            if board.workers.is_empty() {
                told.push_str("; no worker is there to start it (axcs worker, or a console)");
            }
        }
        told
    }))
}

fn tell(invocation: &Invocation, changed: &[Job], told: &str) {
    if invocation.json() {
        print::json(&json!({"jobs": changed, "told": told}));
    } else {
        print::line(told);
    }
}

fn list(jobs: &[Job]) -> String {
    let names: Vec<&str> = jobs.iter().map(|job| job.name()).collect();
    names.join(", ")
}
