//! `axcs jobs`: how the five jobs stand, when they start, and what operators do about that.

mod change;
mod occurrences;
mod plan;
mod recurrence;

use clap::{Args, Subcommand};

use super::runs::took;
use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::ledger::jobs::Board;
use crate::model::exception::Exception;
use crate::model::run::JobOverview;
use crate::model::{Job, Progress};

/// From here on the age of a cursor is told below the table.
const FEW_HOURS: f64 = 12.0;

#[derive(Debug, Args)]
#[command(
    after_help = "Before AX is upgraded, and after it:\n  axcs jobs suspend-all\n  axcs jobs resume-all"
)]
pub struct JobsArguments {
    #[command(subcommand)]
    command: Option<JobsCommand>,
}

#[derive(Debug, Subcommand)]
enum JobsCommand {
    /// Take a job off the queue: it does not start by itself
    #[command(
        after_help = "  axcs jobs withhold trade-agreements --reason \"prices are being revised\""
    )]
    Withhold {
        /// The job
        job: Job,
        /// Why, for whoever meets it withheld
        #[arg(long, value_name = "TEXT", default_value = "", value_parser = change::reason)]
        reason: String,
    },
    /// Set a job to Waiting; after Error, Ended or Canceled it is due at once
    Resume {
        /// The job
        job: Job,
    },
    /// Stop the run of a job, wherever it is, and wait until it has stopped
    Cancel {
        /// The job
        job: Job,
    },
    /// Withhold every job and remember what each was; runs under way go on
    SuspendAll,
    /// Give every job that suspend-all withheld the status it had
    ResumeAll,
    /// When a job starts by itself, with its next ten starts; change it
    Recurrence(recurrence::RecurrenceArguments),
    /// What became of each occurrence that was due: run, coalesced or skipped
    Occurrences {
        /// Only of this job
        job: Option<Job>,
        /// At most so many, the newest
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
}

/// `axcs jobs`
pub async fn jobs(invocation: &Invocation, arguments: JobsArguments) -> Result<Exit, Refusal> {
    match arguments.command {
        None => list(invocation).await,
        Some(JobsCommand::Withhold { job, reason }) => {
            change::withhold(invocation, job, &reason).await
        }
        Some(JobsCommand::Resume { job }) => change::resume(invocation, job).await,
        Some(JobsCommand::Cancel { job }) => change::cancel(invocation, job).await,
        Some(JobsCommand::SuspendAll) => change::suspend_all(invocation).await,
        Some(JobsCommand::ResumeAll) => change::resume_all(invocation).await,
        Some(JobsCommand::Recurrence(arguments)) => plan::recurrence(invocation, &arguments).await,
        Some(JobsCommand::Occurrences { job, limit }) => {
            occurrences::occurrences(invocation, job, limit).await
        }
    }
}

async fn list(invocation: &Invocation) -> Result<Exit, Refusal> {
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let overview = set_up.runner.overview().await;
    let board = set_up.runner.sides().ledger.board().await;
    set_up.close().await;
    let (overview, board) = (overview?, board.map_err(Exception::from)?);
    if invocation.json() {
        print::json(&overview);
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = overview.iter().map(|job| row(job, &board)).collect();
    let header = [
        "JOB",
        "STATUS",
        "NEXT START",
        "LAST RUN",
        "TOOK",
        "FAILURES",
        "QUARANTINE",
        "TRACKING",
    ];
    print::table(&header, &rows);
    let told: Vec<String> = overview
        .iter()
        .flat_map(concerns)
        .chain(board.executing.iter().map(executing))
        .chain([workers(&board)])
        .collect();
    print::line("");
    for text in told {
        print::line(text);
    }
    Ok(Exit::Done)
}

fn row(job: &JobOverview, board: &Board) -> Vec<String> {
    let next = match job.next {
        None => "by hand only".to_owned(),
        Some(next) if next <= board.now => "due now".to_owned(),
        Some(next) => print::minute(next),
    };
    let last = job.last.as_ref();
    let tracking = job.tracking_hours_left.map(|hours| {
        if hours < 0.0 {
            "passed".to_owned()
        } else {
            hours_left(hours)
        }
    });
    vec![
        job.job.name().to_owned(),
        job.status.to_string(),
        next,
        last.map(|run| print::minute(run.started))
            .unwrap_or_default(),
        last.map(took).unwrap_or_default(),
        job.failures.to_string(),
        print::number(job.quarantined),
        tracking.unwrap_or_default(),
    ]
}

/// What must be known of a job, a line each.
fn concerns(job: &JobOverview) -> Vec<String> {
    let mut told = Vec::new();
    if !job.reason.is_empty() {
        told.push(format!("{}: {}", job.job, job.reason));
    }
    match job.tracking_hours_left {
        Some(hours) if hours < 0.0 => told.push(format!(
            "{}: change tracking passed: the next run reads the stream whole",
            job.job
        )),
        Some(hours) if hours < FEW_HOURS => told.push(format!(
            "{}: change tracking forgets what was not uploaded in {}; then its stream is read whole",
            job.job,
            hours_left(hours)
        )),
        Some(_) | None => {}
    }
    told
}

/// `46 h`, `40 min`.
fn hours_left(hours: f64) -> String {
    if hours < 1.0 {
        format!("{:.0} min", (hours * 60.0).floor())
    } else {
        format!("{:.0} h", hours.floor())
    }
}

/// `complete: run 17 is executed by AOS01/4711, 42 %`
fn executing(run: &Progress) -> String {
    let dry = if run.dry_run { " (dry run)" } else { "" };
    let far = match run.total() {
        Some(total) => {
            let percent = 100 * run.counts().settled() / total.max(1);
            format!("{} %", percent.min(99))
        }
        None => format!("{} records", print::number(run.counts().settled())),
    };
    format!(
        "{}: run {}{dry} is executed by {}, {far}",
        run.job, run.run, run.owner
    )
}

fn workers(board: &Board) -> String {
    if board.workers.is_empty() {
        return "no worker: jobs start only by hand (axcs worker, or a console)".to_owned();
    }
    let told: Vec<String> = board
        .workers
        .iter()
        .map(|worker| format!("{} since {}", worker.owner, print::minute(worker.since)))
        .collect();
    format!("workers: {}", told.join(", "))
}
