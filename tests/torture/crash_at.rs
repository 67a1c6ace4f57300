//! A process that dies at a step, for every step of every job: before and after each transaction of
//! the ledger, each request to the service and each sales order that AX makes. After each death the
//! next runs must leave everything as if nobody had died.

#[path = "crash_at/scenes.rs"]
mod scenes;
#[path = "crash_at/steps.rs"]
mod steps;

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axcs::jobs::RunOptions;
use axcs::model::{Job, RunStatus};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::Arguments;
use super::both_stores;
use super::site::{self, Site};

/// Steps that die of each job where nobody says that all do.
const FEW: u64 = 4;
/// Runs that may fail after a death before one ends well.
const LAST_RUNS: usize = 5;
/// No run of a scene takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Dies at steps of the named jobs, or of all: `crash-at all`, `crash-at orders`, `crash-at orders --at 17`.
pub fn crash_at(arguments: &Arguments) -> Result<(), String> {
    if let Some(folder) = arguments.word("--dies-in") {
        return die(Path::new(folder), arguments);
    }
    let named = arguments.jobs();
    let all = arguments.has("all") || !named.is_empty();
    let jobs = if named.is_empty() {
        Job::ALL.to_vec()
    } else {
        named
    };
    let only = arguments.number("--at", 0)?;
    super::block_on(async move {
        let began = Instant::now();
        let (mut steps, mut died) = (0, 0);
        for job in jobs {
            let torment = Torment::of(job).await?;
            let chosen = match (only, all) {
                (0, true) => (1..=torment.steps).collect(),
                (0, false) => torment.some(),
                (step, _) => vec![step],
            };
            let (trials, deaths) = torment.dies_at(chosen).await?;
            println!(
                "crash-at | {job}: {} steps, {trials} tried, {deaths} died, {trials} converged",
                torment.steps
            );
            steps += torment.steps;
            died += deaths;
        }
        println!(
            "crash-at | {steps} steps, {died} deaths, all converged, {:.0} s",
            began.elapsed().as_secs_f64()
        );
        Ok(())
    })
}

/// The part of the process that dies: one run of a job.
fn die(folder: &Path, arguments: &Arguments) -> Result<(), String> {
    let url = arguments.word("--url").ok_or("--url is missing")?;
    let job = arguments.word("--job").ok_or("--job is missing")?;
    let job: Job = job.parse().map_err(|error| format!("{error}"))?;
    let steps = steps::count(arguments.number("--at", 0)?);
    super::block_on(async {
        let runner = site::worker(folder, url).await;
        let run = async {
            let run = runner.start(job, RunOptions::default()).await?;
            runner.finished(run).await
        };
        match tokio::time::timeout(PATIENCE, run).await {
            Ok(Ok(summary)) if summary.status == RunStatus::Ended => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })?;
    println!("{}", steps.load(Ordering::Relaxed));
    Ok(())
}

/// What a scene has come to, in words that are the same whoever died on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    /// What differs between the two ends.
    differences: Vec<String>,
    /// What is set aside, and why.
    exceptions: Vec<String>,
    /// How orders and sales orders go together.
    orders: String,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} differences, {} exceptions, {}",
            self.differences.len(),
            self.exceptions.len(),
            self.orders
        )
    }
}

/// A job in a scene in which every stream of it has work.
struct Torment {
    job: Job,
    /// As it is before the run.
    scene: tempfile::TempDir,
    /// Of a run that nobody disturbs.
    steps: u64,
    /// What that run comes to.
    outcome: Outcome,
}

/// How a process ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// At its step.
    Died,
    /// By itself, after so many steps.
    Through(u64),
}

impl Torment {
    async fn of(job: Job) -> Result<Self, String> {
        let scene = scenes::of(job).await;
        let (end, outcome) = play(job, scene.path(), 0).await?;
        let End::Through(steps) = end else {
            return Err(format!("{job}: the undisturbed run died"));
        };
        scenes::expect(job, &outcome.differences, &outcome.exceptions)?;
        println!("crash-at | {job}: an undisturbed run comes to {outcome}");
        Ok(Self {
            job,
            scene,
            steps,
            outcome,
        })
    }

    /// A few of its steps, from the first to the last.
    fn some(&self) -> Vec<u64> {
        (0..FEW)
            .map(|number| 1 + number * (self.steps - 1) / (FEW - 1))
            .collect()
    }

    /// Dies at these steps, two at a time. Answers how often a process was started, and how often
    /// it died: a run may have a step less than another one, because the lease is kept by time.
    async fn dies_at(&self, steps: Vec<u64>) -> Result<(u64, u64), String> {
        let left = Arc::new(Mutex::new(steps.into_iter()));
        let deaths = Arc::new(AtomicU64::new(0));
        let mut lanes = JoinSet::new();
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            let (left, deaths) = (Arc::clone(&left), Arc::clone(&deaths));
            let (job, scene) = (self.job, self.scene.path().to_owned());
            let wanted = self.outcome.clone();
            lanes.spawn(async move {
                let mut trials = 0;
                loop {
                    let Some(step) = left.lock().await.next() else {
                        return Ok(trials);
                    };
                    trials += 1;
                    let (end, outcome) = play(job, &scene, step)
                        .await
                        .map_err(|why| format!("{job}, dead at step {step}: {why}"))?;
                    deaths.fetch_add(u64::from(end == End::Died), Ordering::Relaxed);
                    if outcome != wanted {
                        return Err(format!(
                            "{job}, dead at step {step}: {outcome:?}, not {wanted:?}"
                        ));
                    }
                }
            });
        }
        let mut trials = 0;
        while let Some(lane) = lanes.join_next().await {
            trials += lane.unwrap()?;
        }
        Ok((trials, deaths.load(Ordering::Relaxed)))
    }
}

/// Runs the job in a copy of the scene, in a process that dies at `step`, and then until it has
/// ended well and has nothing left to do.
async fn play(job: Job, scene: &Path, step: u64) -> Result<(End, Outcome), String> {
    let dir = tempfile::tempdir().unwrap();
    site::copy(scene, dir.path());
    let site = Site::of(dir).await;
    let end = run_and_die(job, &site, step).await?;
    // The dead do not renew: the time in which their lease runs out need not be waited for.
    let ledger = rusqlite::Connection::open(site.dir.path().join("ledger.db")).unwrap();
    ledger.execute("UPDATE lease SET expires = 0", []).unwrap();
    drop(ledger);
    let mut ended = 0;
    let mut last = None;
    for _ in 0..LAST_RUNS {
        let summary = site.run(job).await;
        if summary.status == RunStatus::Ended {
            ended += 1;
        }
        last = Some(summary);
        // The second one tells what the first one made of orders.
        if ended == 2 {
            break;
        }
    }
    if ended < 2 {
        return Err(format!("no run ends well afterwards: {last:?}"));
    }
    let exceptions = site.exceptions().await;
    let outcome = Outcome {
        differences: site.differences_in(job.streams()).await,
        exceptions: exceptions
            .iter()
            .map(|entry| format!("{:?} {}: {}", entry.stream, entry.key, entry.code))
            .collect(),
        orders: both_stores::compare(site.dir.path()).to_string(),
    };
    site.at_rest().await;
    Ok((end, outcome))
}

async fn run_and_die(job: Job, site: &Site, step: u64) -> Result<End, String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["crash-at", "--dies-in"])
        .arg(site.dir.path())
        .args(["--url", &site.client_options().url, "--job", job.name()])
        .args(["--at", &step.to_string()])
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        let steps = said.trim().parse();
        return steps.map(End::Through).map_err(|_| said);
    }
    // An exit code is one that somebody gave.
    if output.status.code().is_none_or(|code| code != 1) && step > 0 {
        return Ok(End::Died);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "the run ended with {}: {said}{complaint}",
        output.status
    ))
}
