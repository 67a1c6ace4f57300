//! `axcs runs`: what ran, and how it ended.

use clap::{Args, Subcommand};

use super::narrow::{self, Terms};
use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::model::exception::Exception;
use crate::model::filter::{Field, Filter, Subject, Test};
use crate::model::run::RunSummary;
use crate::model::{Job, RunId};

#[derive(Debug, Args)]
#[command(
    after_help = narrow::help(Subject::Runs, "axcs runs --where 'state:error job:orders age<1d took>10m'")
)]
pub struct RunsArguments {
    #[command(subcommand)]
    command: Option<RunsCommand>,
    /// Only runs of this job
    #[arg(long)]
    job: Option<Job>,
    /// Only what this lets through, see below
    #[arg(long = "where", value_name = "FILTER", value_parser = narrow::runs)]
    terms: Option<Terms>,
    /// At most so many
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    /// One run with its streams and why it failed
    Show {
        /// Number of the run
        id: i64,
    },
}

/// `axcs runs`
pub async fn runs(invocation: &Invocation, arguments: RunsArguments) -> Result<Exit, Refusal> {
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let ledger = &set_up.runner.sides().ledger;
    let found = match arguments.command {
        Some(RunsCommand::Show { id }) => ledger
            .run(RunId(id))
            .await
            .map(|run| (Some(id), Vec::from_iter(run))),
        None => {
            let job = arguments.job.map(|job| job.name().to_owned());
            let of_job = job.map(|job| Filter::from(Test::Is(Field::Job, job)));
            let terms = of_job
                .unwrap_or_default()
                .and(arguments.terms.map(Terms::filter).unwrap_or_default());
            ledger
                .runs_that(&terms, arguments.limit)
                .await
                .map(|runs| (None, runs))
        }
    };
    set_up.close().await;
    let (asked, runs) = found.map_err(Exception::from)?;
    match (asked, runs.first()) {
        (Some(id), None) => Err(Refusal::usage(
            format!("There is no run {id}."),
            "",
            "See the runs there are: axcs runs",
        )),
        (Some(_), Some(run)) if invocation.json() => {
            print::json(run);
            Ok(Exit::Done)
        }
        (Some(_), Some(run)) => {
            show(run);
            Ok(Exit::Done)
        }
        (None, _) if invocation.json() => {
            print::json(&runs);
            Ok(Exit::Done)
        }
        (None, _) => {
            list(&runs);
            Ok(Exit::Done)
        }
    }
}

fn list(runs: &[RunSummary]) {
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            let counts = run.counts();
            let dry = if run.dry_run { " (dry run)" } else { "" };
            vec![
                run.run.to_string(),
                run.job.name().to_owned(),
                format!("{}{dry}", run.status),
                print::time(run.started),
                took(run),
                print::number(counts.enumerated),
                print::number(counts.acknowledged),
                print::number(counts.unchanged),
                print::number(counts.quarantined),
                run.exception
                    .as_ref()
                    .map(|exception| exception.text.clone())
                    .unwrap_or_default(),
            ]
        })
        .collect();
    let header = [
        "RUN",
        "JOB",
        "STATUS",
        "STARTED",
        "TOOK",
        "ENUMERATED",
        "ACKNOWLEDGED",
        "UNCHANGED",
        "QUARANTINED",
        "EXCEPTION",
    ];
    print::table(&header, &rows);
}

fn show(run: &RunSummary) {
    print::line(format_args!(
        "Run {} of {}: {}, {}",
        run.run,
        run.job.ax_name(),
        run.status,
        took(run)
    ));
    if let Some(exception) = &run.exception {
        print::line(format_args!("What:   {}", exception.text));
        print::line(format_args!("Why:    {}", exception.cause));
        print::line(format_args!("Remedy: {}", exception.remedy));
    }
    let rows: Vec<Vec<String>> = run
        .streams
        .iter()
        .map(|stream| {
            let counts = &stream.counts;
            vec![
                stream.stream.name().to_owned(),
                stream.phase.name().to_owned(),
                print::number(counts.enumerated),
                print::number(counts.acknowledged),
                print::number(counts.unchanged),
                print::number(counts.quarantined),
                print::number(counts.payload_bytes),
                stream.reload.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let header = [
        "STREAM",
        "PHASE",
        "ENUMERATED",
        "ACKNOWLEDGED",
        "UNCHANGED",
        "QUARANTINED",
        "BYTES",
        "READ WHOLE BECAUSE",
    ];
    print::table(&header, &rows);
}

/// How long the run took; empty while it is under way.
pub fn took(run: &RunSummary) -> String {
    run.finished
        .map(|end| print::duration(print::between(run.started, end)))
        .unwrap_or_default()
}
