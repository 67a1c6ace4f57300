//! `axcs batch`: the batch jobs of AX itself, how they stand and what their logs say.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;

use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::company::batch::AxBatchFilter;
use crate::model::ax_batch::{AxBatchJob, AxBatchLog, AxBatchRun, AxBatchTask, AxBatchTimes};
use crate::model::exception::Exception;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "The Commerce Services jobs of AX, then every batch job of AIF:\n  axcs batch\n  \
axcs batch --caption aif\n\n\
One job, by the number in the first column, with its tasks, its history and their logs:\n  \
axcs batch show 5637144579 --limit 3\n\n\
They are only looked at. The jobs that axcs runs itself: axcs jobs"
)]
pub struct BatchArguments {
    #[command(subcommand)]
    command: Option<BatchCommand>,
    /// Every batch job of AX, not only those of Commerce Services
    #[arg(long)]
    all: bool,
    /// Those with this text in their caption
    #[arg(long, value_name = "TEXT", conflicts_with = "all")]
    caption: Option<String>,
}

#[derive(Debug, Subcommand)]
enum BatchCommand {
    /// One batch job with its tasks, its history and their logs
    Show {
        /// RecId of the batch job
        id: i64,
        /// At most so many runs
        #[arg(long, default_value_t = 10)]
        limit: usize,
    },
}

/// A batch job with what time makes of it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    job: &'a AxBatchJob,
    /// How far it is, in a few words.
    progress: String,
    /// True where it takes too long, before its run or in it.
    is_late: bool,
}

impl<'a> Shown<'a> {
    fn of(job: &'a AxBatchJob, now: Timestamp) -> Self {
        Self {
            job,
            progress: job.progress(now),
            is_late: job.is_late(now),
        }
    }
}

/// A batch job with its runs.
#[derive(Serialize)]
struct ShownWithRuns<'a> {
    #[serde(flatten)]
    shown: Shown<'a>,
    history: &'a [AxBatchRun],
}

/// `axcs batch`
pub async fn batch(invocation: &Invocation, arguments: BatchArguments) -> Result<Exit, Refusal> {
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let done = match arguments.command {
        Some(BatchCommand::Show { id, limit }) => show(invocation, &set_up, id, limit).await,
        None => {
            let filter = match arguments.caption {
                Some(text) => AxBatchFilter::Caption(text),
                None if arguments.all => AxBatchFilter::Every,
                None => AxBatchFilter::CommerceServices,
            };
            list(invocation, &set_up, &filter).await
        }
    };
    set_up.close().await;
    done
}

async fn list(
    invocation: &Invocation,
    set_up: &SetUp,
    filter: &AxBatchFilter,
) -> Result<Exit, Refusal> {
    let company = &set_up.runner.sides().company;
    let jobs = company.batch_jobs(filter).await.map_err(Exception::from)?;
    let now = Timestamp::now();
    if invocation.json() {
        let shown: Vec<_> = jobs.iter().map(|job| Shown::of(job, now)).collect();
        print::json(&shown);
        return Ok(Exit::Done);
    }
    if jobs.is_empty() {
        print::note(none(filter));
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = jobs
        .iter()
        .map(|job| {
            vec![
                job.id.to_string(),
                job.status.to_string(),
                job.caption.clone(),
                job.company.clone(),
                job.created_by.clone(),
                time(job.times.started),
                time(job.times.ended),
                took(job.times),
                job.progress(now),
                job.last_error.as_ref().map(told).unwrap_or_default(),
            ]
        })
        .collect();
    let header = [
        "ID",
        "STATUS",
        "CAPTION",
        "COMPANY",
        "USER",
        "STARTED",
        "ENDED",
        "TOOK",
        "PROGRESS",
        "LAST ERROR",
    ];
    print::table(&header, &rows);
    Ok(Exit::Done)
}

/// Why nothing is listed, and what to do.
fn none(filter: &AxBatchFilter) -> String {
    match filter {
        AxBatchFilter::CommerceServices => {
            "No batch job of AX has a caption of Commerce Services. See all of them: axcs batch --all"
                .to_owned()
        }
        AxBatchFilter::Caption(text) => format!(
            "No batch job of AX has {text:?} in its caption. See all of them: axcs batch --all"
        ),
        AxBatchFilter::Every | AxBatchFilter::Id(_) => {
            "There is no batch job. A company file holds those of the export it was loaded from \
             (BATCHJOB.csv, BATCH.csv, BATCHJOBHISTORY.csv, BATCHHISTORY.csv)."
                .to_owned()
        }
    }
}

async fn show(
    invocation: &Invocation,
    set_up: &SetUp,
    id: i64,
    limit: usize,
) -> Result<Exit, Refusal> {
    let company = &set_up.runner.sides().company;
    let found = company.batch_jobs(&AxBatchFilter::Id(id)).await;
    let found = found.map_err(Exception::from)?;
    let job = found.first().ok_or_else(|| {
        Refusal::usage(
            format!("There is no batch job {id}."),
            "",
            "See the batch jobs there are: axcs batch --all",
        )
    })?;
    let history = company.batch_history(id, limit).await;
    let history = history.map_err(Exception::from)?;
    let now = Timestamp::now();
    if invocation.json() {
        print::json(&ShownWithRuns {
            shown: Shown::of(job, now),
            history: &history,
        });
        return Ok(Exit::Done);
    }
    print::facts(&[
        ("Batch job", job.id.to_string()),
        ("Caption", job.caption.clone()),
        ("Status", job.status.to_string()),
        ("Progress", job.progress(now)),
        ("Company", job.company.clone()),
        ("User", job.created_by.clone()),
        ("Planned", time(job.times.planned)),
        ("Started", time(job.times.started)),
        ("Ended", time(job.times.ended)),
        ("Took", took(job.times)),
    ]);
    print::line("");
    tasks(&job.tasks);
    if history.is_empty() {
        print::line("\nAX saved no run of it to the history.");
        return Ok(Exit::Done);
    }
    print::line("");
    let rows: Vec<Vec<String>> = history
        .iter()
        .map(|run| {
            let log = run.tasks.iter().flat_map(|task| &task.log);
            vec![
                time(run.times.started),
                run.status.to_string(),
                took(run.times),
                log.map(String::as_str).collect::<Vec<_>>().join(" / "),
            ]
        })
        .collect();
    print::table(&["RUN", "STATUS", "TOOK", "LOG"], &rows);
    Ok(Exit::Done)
}

fn tasks(tasks: &[AxBatchTask]) {
    let rows: Vec<Vec<String>> = tasks
        .iter()
        .map(|task| {
            vec![
                task.caption.clone(),
                task.status.to_string(),
                task.server.clone(),
                task.group.clone(),
                task.executed_by.clone(),
                task.retries.to_string(),
                took(task.times),
                task.log.join(" / "),
            ]
        })
        .collect();
    let header = [
        "TASK", "STATUS", "SERVER", "GROUP", "USER", "RETRIES", "TOOK", "LOG",
    ];
    print::table(&header, &rows);
}

/// `2026-01-12 18:16 UTC: A network error occurred.`
fn told(log: &AxBatchLog) -> String {
    let at = log.at.map(|at| format!("{}: ", print::minute(at)));
    format!("{}{}", at.unwrap_or_default(), log.last())
}

fn time(at: Option<Timestamp>) -> String {
    at.map(print::minute).unwrap_or_default()
}

fn took(times: AxBatchTimes) -> String {
    let took = times
        .took()
        .map(|took| print::duration(took.unsigned_abs()));
    took.unwrap_or_default()
}
