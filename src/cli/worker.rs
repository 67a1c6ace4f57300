//! `axcs worker`: runs due jobs until it is stopped, and tells what it does.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::run::Output;
use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::jobs::Runner;
use crate::model::run::LiveRuns;
use crate::model::{Exception, Job, RunId};
use crate::signals;

/// `axcs worker`
pub async fn worker(invocation: &Invocation) -> Result<Exit, Refusal> {
    invocation.changes("A worker")?;
    let settings = invocation.settings()?;
    let _guard = super::log::to_file_if_possible(&settings);
    let output = Output::of(invocation.json());
    let mut signals = signals::listen().map_err(|error| {
        Refusal::usage(
            "Signals cannot be listened to.",
            error,
            "Start axcs worker in another way.",
        )
    })?;
    let set_up = SetUp::open(&settings).await?;
    let runner = Arc::clone(&set_up.runner);
    told(
        output,
        &json!({
            "event": "working",
            "owner": runner.owner(),
            "company": runner.place().company,
            "service": runner.place().service,
        }),
        &format!("{} works for {}", runner.owner(), runner.place().company),
    );
    let attending = Attending::begin(&runner, true);
    let mut live = runner.live();
    let mut known = BTreeMap::new();
    let signal = loop {
        tokio::select! {
            biased;
            signal = signals.next() => break signal,
            changed = live.changed() => {
                // The sender lives as long as the runner.
                if changed.is_ok() {
                    let now = live.borrow_and_update().clone();
                    tell(&runner, &now, &mut known, output).await?;
                }
            }
        }
    };
    attending.end().await;
    runner.shut_down().await;
    let now = runner.live().borrow().clone();
    tell(&runner, &now, &mut known, output).await?;
    set_up.close().await;
    Ok(signal.map_or(Exit::Done, |signal| Exit::Stopped(signal.exit_code())))
}

/// Tells which of its own runs have started and ended since it was last told.
async fn tell(
    runner: &Runner,
    now: &LiveRuns,
    known: &mut BTreeMap<RunId, Job>,
    output: Output,
) -> Result<(), Exception> {
    let own: BTreeMap<RunId, Job> = now
        .executing
        .iter()
        .filter(|run| run.owner == runner.owner())
        .map(|run| (run.run, run.job))
        .collect();
    for (run, job) in &own {
        if !known.contains_key(run) {
            told(
                output,
                &json!({"event": "started", "run": run, "job": job}),
                &format!("run {run}: {} started", job.ax_name()),
            );
        }
    }
    for (run, job) in known.iter().filter(|(run, _)| !own.contains_key(run)) {
        let Some(summary) = runner.sides().ledger.run(*run).await? else {
            continue;
        };
        let counts = summary.counts();
        let why = summary
            .exception
            .as_ref()
            .map(|exception| format!(". {exception} {}", exception.remedy));
        told(
            output,
            &json!({"event": "finished", "summary": summary}),
            &format!(
                "run {run}: {} {}, {} acknowledged, {} unchanged, {} quarantined{}",
                job.ax_name(),
                summary.status,
                print::number(counts.acknowledged),
                print::number(counts.unchanged),
                print::number(counts.quarantined),
                why.unwrap_or_default()
            ),
        );
    }
    *known = own;
    Ok(())
}

fn told(output: Output, event: &serde_json::Value, text: &str) {
    match output {
        Output::Json => print::json_line(event),
        Output::Terminal | Output::Plain => print::line(format_args!(
            "{}  {text}",
            print::time(jiff::Timestamp::now())
        )),
    }
}

/// A task that shows what runs elsewhere and, where it works, runs what is due.
#[derive(Debug)]
pub struct Attending {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Attending {
    /// Begins it.
    pub fn begin(runner: &Arc<Runner>, works: bool) -> Self {
        let stop = CancellationToken::new();
        let (runner, until) = (Arc::clone(runner), stop.clone());
        let task = tokio::spawn(async move { runner.attend(works, until).await });
        Self { stop, task }
    }

    /// Ends it. Runs under way go on.
    pub async fn end(self) {
        self.stop.cancel();
        // It stops at the token; a fault in it was logged where it happened.
        let _ = self.task.await;
    }
}
