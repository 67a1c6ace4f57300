//! `axcs run`: one run of a job, with its progress, to its end.

use std::io::IsTerminal as _;
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt as _;
use serde_json::json;

use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::jobs::{RunOptions, Runner};
use crate::model::exception::{Documented, Exception};
use crate::model::run::{Phase, RunSummary};
use crate::model::{Job, Progress, RunId, RunStatus};
use crate::signals::{self, Signal};

/// How often a line of progress is written.
const PACE: Duration = Duration::from_millis(500);
/// How often `--wait` looks whether the other instance has ended.
const WAIT: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct RunArguments {
    /// inventory, trade-agreements, orders, delivery-modes or complete
    job: Job,
    /// Count what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Read every stream whole, whatever its cursor says
    #[arg(long)]
    complete: bool,
    /// Wait for another instance of the job instead of refusing
    #[arg(long)]
    wait: bool,
    /// Let the service drop any number of records that are not in the company any more
    #[arg(long)]
    confirm_retire: bool,
}

pub async fn run(invocation: &Invocation, arguments: RunArguments) -> Result<Exit, Refusal> {
    if !arguments.dry_run {
        invocation.changes("A run")?;
    }
    let settings = invocation.settings()?;
    let _guard = super::log::to_file_if_possible(&settings);
    let set_up = SetUp::open(&settings).await?;
    let options = RunOptions {
        dry_run: arguments.dry_run,
        complete: arguments.complete,
        confirm_retire: arguments.confirm_retire,
    };
    let ended = follow(
        &set_up.runner,
        arguments.job,
        options,
        arguments.wait,
        Output::of(invocation.json()),
    )
    .await;
    set_up.close().await;
    let (summary, signal) = ended?;
    Ok(exit(&summary, signal))
}

/// What a run prints while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// One line that changes.
    Terminal,
    /// A line for each stream that ends.
    Plain,
    /// A JSON line for each event.
    Json,
}

impl Output {
    pub fn of(json: bool) -> Self {
        if json {
            Self::Json
        } else if std::io::stderr().is_terminal() {
            Self::Terminal
        } else {
            Self::Plain
        }
    }
}

/// Starts a run, prints its progress, and answers how it ended. A signal cancels it.
pub async fn follow(
    runner: &Runner,
    job: Job,
    options: RunOptions,
    wait: bool,
    output: Output,
) -> Result<(RunSummary, Option<Signal>), Exception> {
    let mut signals = signals::listen()
        .map_err(|error| Exception::new("Signals cannot be listened to.", error, "Report it."))?;
    let run = start(runner, job, options, wait).await?;
    if output == Output::Json {
        print::json_line(&json!({"event": "started", "run": run, "job": job}));
    }
    let mut live = runner.live();
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut view = View {
        output,
        done: 0,
        waiting: None,
    };
    let mut stopped = None;
    let finished = runner.finished(run);
    tokio::pin!(finished);
    let summary = loop {
        tokio::select! {
            biased;
            signal = signals.next(), if stopped.is_none() => {
                stopped = signal;
                runner.cancel_here(job);
            }
            summary = &mut finished => break summary?,
            _ = pace.tick() => {
                let progress = live.borrow_and_update().executing.iter().find(|one| one.run == run).cloned();
                if let Some(progress) = progress {
                    view.show(&progress);
                }
            }
        }
    };
    view.end(&summary);
    Ok((summary, stopped))
}

async fn start(
    runner: &Runner,
    job: Job,
    options: RunOptions,
    wait: bool,
) -> Result<RunId, Exception> {
    loop {
        match runner.start(job, options).await {
            Err(exception)
                if wait
                    && [
                        Documented::AnotherInstance.text(),
                        Documented::ConflictingJobs.text(),
                    ]
                    .contains(&exception.text.as_str()) =>
            {
                tokio::time::sleep(WAIT).await;
            }
            started => return started,
        }
    }
}

struct View {
    output: Output,
    done: usize,
    waiting: Option<String>,
}

impl View {
    fn show(&mut self, progress: &Progress) {
        match self.output {
            Output::Json => print::json_line(&json!({"event": "progress", "progress": progress})),
            Output::Terminal => print::over(&gauge(progress)),
            Output::Plain => {
                self.plain(&progress.streams);
                if self.waiting != progress.waiting {
                    self.waiting.clone_from(&progress.waiting);
                    if let Some(waiting) = &self.waiting {
                        print::note(waiting);
                    }
                }
            }
        }
    }

    fn plain(&mut self, streams: &[crate::model::StreamProgress]) {
        let done = streams
            .iter()
            .take_while(|stream| stream.phase == Phase::Done)
            .count();
        for stream in streams.iter().take(done).skip(self.done) {
            let counts = &stream.counts;
            let took = stream
                .started
                .zip(stream.finished)
                .map(|(from, to)| print::duration(print::between(from, to)));
            print::note(format_args!(
                "{}: {} enumerated, {} acknowledged, {} unchanged, {} quarantined in {}{}",
                stream.stream.title(),
                print::number(counts.enumerated),
                print::number(counts.acknowledged),
                print::number(counts.unchanged),
                print::number(counts.quarantined),
                took.unwrap_or_default(),
                stream
                    .reload
                    .as_ref()
                    .map(|why| format!(" (read whole: {why})"))
                    .unwrap_or_default(),
            ));
        }
        self.done = done;
    }

    fn end(&mut self, summary: &RunSummary) {
        match self.output {
            Output::Json => print::json_line(&json!({"event": "finished", "summary": summary})),
            Output::Terminal | Output::Plain => {
                if self.output == Output::Terminal {
                    print::over("");
                }
                self.plain(&summary.streams);
                let took = summary
                    .finished
                    .map(|end| print::duration(print::between(summary.started, end)));
                print::note(format_args!(
                    "{} {}{} in {}",
                    summary.job.ax_name(),
                    summary.status,
                    if summary.dry_run {
                        " (dry run: nothing was sent)"
                    } else {
                        ""
                    },
                    took.unwrap_or_default()
                ));
                if let Some(exception) = &summary.exception {
                    print::exception(exception);
                }
            }
        }
    }
}

/// `Items and variants  41 %  52,000 of 125,000  38,000/s  2 s left`
fn gauge(progress: &Progress) -> String {
    if let Some(waiting) = &progress.waiting {
        return waiting.clone();
    }
    let Some(stream) = progress.current() else {
        return "starting".to_owned();
    };
    let (done, since) = (stream.counts.settled(), stream.started);
    let seconds = since.map_or(0.0, |since| {
        print::between(since, jiff::Timestamp::now()).as_secs_f64()
    });
    let rate = if seconds > 0.0 {
        done as f64 / seconds
    } else {
        0.0
    };
    let mut text = format!("{}  {}", stream.stream.title(), stream.phase.name());
    if let Some(total) = stream.total.filter(|total| *total > 0) {
        // Never 100 % before the cursor is moved.
        let percent = (done * 100 / total).min(99);
        text.push_str(&format!(
            "  {percent} %  {} of {}",
            print::number(done),
            print::number(total)
        ));
        if rate > 0.0 {
            let left = Duration::from_secs_f64(total.saturating_sub(done) as f64 / rate);
            text.push_str(&format!(
                "  {}/s  {} left",
                print::number(rate as u64),
                print::duration(left)
            ));
        }
    }
    if progress.cancelling {
        text.push_str("  cancelling");
    }
    text
}

/// The exit code that tells how the run ended.
pub fn exit(summary: &RunSummary, signal: Option<Signal>) -> Exit {
    if let Some(signal) = signal {
        return Exit::Stopped(signal.exit_code());
    }
    match (summary.status, &summary.exception) {
        (RunStatus::Ended, _) => Exit::Done,
        (RunStatus::Error, Some(exception)) => Exit::of(exception),
        (RunStatus::Executing | RunStatus::Error | RunStatus::Canceled, _) => Exit::Failed,
    }
}
