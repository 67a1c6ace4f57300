//! Workers, each a process of its own, fight for the leases of all jobs: they stall, die and are
//! killed, and come back when another one has the lease. The history that triggers of the database
//! wrote says whether any job ever had two of them.

#[path = "lease/check.rs"]
mod check;
#[path = "lease/fighter.rs"]
mod fighter;
#[path = "lease/server.rs"]
pub mod server;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use axcs::ledger::jobs::{Cause, Due};
use axcs::ledger::{Begun, EmbeddedLedger, Ledger};
use axcs::model::random::Random;
use axcs::model::schedule::Standing;
use axcs::model::words::count;
use axcs::model::{Job, RunStatus};
use jiff::Timestamp;

use self::check::History;
use self::fighter::{DUE, EVERY_MS, Fighter, Said};
use super::Arguments;
use super::kill::by_hand_only;

const WORKERS: u64 = 8;
/// Fights for each time that one of them is killed.
const FIGHTS_PER_KILL: u64 = 1_000;
/// Fights for each occurrence that all of them see.
const FIGHTS_PER_DUE: u64 = 40;
/// How a program ends that panicked.
const PANICKED: i32 = 101;
/// How often the board is read to see how long that takes.
const BOARDS: usize = 2_000;

pub async fn lease(arguments: &Arguments) -> Result<(), String> {
    let fights = arguments.number("--fights", 1_600)?;
    let seed = arguments.number("--seed", 1)?;
    if let Some(path) = arguments.word("--fighter") {
        let until = arguments.number("--until", 0)? as i64;
        return fight(Path::new(path), seed, fights, until).await;
    }
    let began = Instant::now();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let ledger = opened(&path).await.unwrap();
    // Nothing comes by itself but what the fighters say.
    by_hand_only(&ledger).await;
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(include_str!("lease/witness.sql"))
        .unwrap();

    let ring = Ring::new(&path, seed, fights, None);
    let kills = ring.kill(fights / FIGHTS_PER_KILL, seed).await;
    let fought = ring.end()?;
    let (first, until) = set_due(&ledger, fights / FIGHTS_PER_DUE).await;
    let ring = Ring::new(&path, seed, 0, Some(until));
    ring.kill(0, seed).await;
    let met = ring.end()?;
    let last = dealt_until(&ledger).await;
    end_all(&ledger).await;

    let history = History::of(&path);
    let found = judge(&history, seed, &fought, &met, [first, last])?;
    let board = time_board(&ledger).await;
    println!(
        "lease | {WORKERS} workers, {} kills, {found}; the board of {} runs takes {} µs; {:.1} s",
        count(kills),
        count(history.number("SELECT count(*) FROM run")),
        board.as_micros(),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

async fn opened(path: &Path) -> Result<Arc<dyn Ledger>, String> {
    let ledger = EmbeddedLedger::open(path).await;
    let ledger = ledger.map_err(|error| error.to_string())?;
    Ok(Arc::new(ledger))
}

/// Holds the history against the promises. Answers the figures, in words. `fought` is what was said
/// in the fights and `met` what was said of the occurrences from the first to the last.
fn judge(
    history: &History,
    seed: u64,
    fought: &Counts,
    met: &Counts,
    [first, last]: [i64; 2],
) -> Result<String, String> {
    history
        .check()
        .map_err(|broken| format!("seed {seed}: {broken}"))?;
    history.check_the_rules()?;
    let noted = history.number(&format!(
        "SELECT count(*) FROM occurrence WHERE job = '{DUE}' AND due BETWEEN {first} AND {last}"
    ));
    let due = ((last - first) / EVERY_MS + 1).cast_unsigned();
    if noted != due {
        return Err(format!(
            "seed {seed}: {due} occurrences were due and {noted} have a record"
        ));
    }
    let run = history.number(&format!(
        "SELECT count(*) FROM occurrence WHERE job = '{DUE}' AND outcome = 'run' AND due BETWEEN {first} AND {last}"
    ));
    // But for those of the second part and the one that ended all others.
    let taken = history.number("SELECT count(*) FROM run") - run - 1;
    let dead = history.number("SELECT count(*) FROM witness WHERE what = 'over' AND NOT by_hand");
    let writes = history.number("SELECT count(*) FROM witness WHERE what = 'write'");
    let of = |said| fought.get(&said).copied().unwrap_or_default();
    let refused = of(Said::Held) + of(Said::Changed);
    let late = of(Said::LateRefused);
    if [taken, dead, refused, late, run].contains(&0) {
        return Err(format!(
            "seed {seed}: this was no fight: {taken} taken, {dead} taken over, {refused} refused, {late} late writes refused, {run} occurrences run"
        ));
    }
    let fights = fought.iter().filter(|(said, _)| said.is_fight());
    Ok(format!(
        "{} fights: {} taken, {} refused, {} taken over, {} writes under the fence, {} late writes refused, 0 double \
         holders; {} occurrences seen by all at once: {} run, {} too late, one record each",
        count(fights.map(|(_, count)| count).sum()),
        count(taken),
        count(refused),
        count(dead),
        count(writes),
        count(late),
        count(due),
        count(run),
        count(met.get(&Said::Changed).copied().unwrap_or_default()),
    ))
}

/// What a fighter does.
async fn fight(path: &Path, seed: u64, fights: u64, until: i64) -> Result<(), String> {
    let owner = format!("fighter {}", std::process::id());
    let say = Box::new(|said| println!("{said:?}"));
    let mut fighter = Fighter::new(opened(path).await?, owner, seed, 1, say);
    let fought = if until > 0 {
        fighter.meet(until).await
    } else {
        fighter.fight(fights).await
    };
    fought.map_err(|error| error.to_string())
}

/// Has so many occurrences come due soon, far enough for all workers to be there when they look for
/// them. Answers the first one, and until when to look.
async fn set_due(ledger: &Arc<dyn Ledger>, occurrences: u64) -> (i64, i64) {
    let board = ledger.board().await.unwrap();
    let now = board.now.as_millisecond();
    let from = now - now % EVERY_MS + 1_000;
    let record = board.jobs.into_iter().find(|record| record.job == DUE);
    let noted = ledger.note_occurrences(
        DUE,
        Due {
            revision: record.unwrap().revision,
            start: None,
            records: Vec::new(),
            standing: Standing::new(Timestamp::from_millisecond(from).unwrap()),
        },
    );
    assert!(noted.await.unwrap());
    (from + EVERY_MS, from + occurrences as i64 * EVERY_MS)
}

/// The last occurrence that was dealt with.
async fn dealt_until(ledger: &Arc<dyn Ledger>) -> i64 {
    let board = ledger.board().await.unwrap();
    let record = board.jobs.into_iter().find(|record| record.job == DUE);
    record.unwrap().standing.dealt_until.as_millisecond()
}

/// Starts and ends a run on all leases, which notes whatever is left.
async fn end_all(ledger: &Arc<dyn Ledger>) {
    let fence = loop {
        let begun = ledger
            .begin_run(
                Job::Complete,
                &Job::ALL,
                "the end",
                Duration::from_secs(60),
                false,
                Cause::Operator,
            )
            .await
            .unwrap();
        if let Begun::Started(fence) = begun {
            break fence;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let summary = ledger.run(fence.run).await.unwrap().unwrap();
    let summary = fighter::over_by_hand(summary, RunStatus::Ended);
    ledger.finish_run(fence, &summary).await.unwrap();
}

/// How long a board takes, half of the times at most.
async fn time_board(ledger: &Arc<dyn Ledger>) -> Duration {
    let mut times = Vec::with_capacity(BOARDS);
    for _ in 0..BOARDS {
        let began = Instant::now();
        ledger.board().await.unwrap();
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times[BOARDS / 2]
}

type Counts = BTreeMap<Said, u64>;

/// The workers under way.
struct Ring {
    children: Vec<Arc<Mutex<Option<Child>>>>,
    corners: Vec<JoinHandle<Result<Counts, String>>>,
}

impl Ring {
    fn new(path: &Path, seed: u64, fights: u64, until: Option<i64>) -> Self {
        let children: Vec<Arc<Mutex<Option<Child>>>> =
            (0..WORKERS).map(|_| Arc::default()).collect();
        let corners = children
            .iter()
            .zip(seed * 1_000..)
            .map(|(child, seed)| {
                let corner = Corner {
                    path: path.to_owned(),
                    seed,
                    fights: fights / WORKERS,
                    until,
                    child: Arc::clone(child),
                };
                std::thread::spawn(move || corner.stay())
            })
            .collect();
        Self { children, corners }
    }

    /// Kills one or the other so many times, if they fight for so long; answers how many times.
    async fn kill(&self, kills: u64, seed: u64) -> u64 {
        let mut random = Random::new(seed);
        let mut killed = 0;
        while self.corners.iter().any(|corner| !corner.is_finished()) {
            tokio::time::sleep(Duration::from_millis(random.between(50, 250))).await;
            if killed < kills {
                let child = &self.children[random.below(WORKERS) as usize];
                if let Some(child) = child.lock().unwrap().as_mut()
                    && child.try_wait().unwrap().is_none()
                {
                    child.kill().unwrap();
                    killed += 1;
                }
            }
        }
        killed
    }

    fn end(self) -> Result<Counts, String> {
        let mut all = Counts::new();
        for corner in self.corners {
            for (said, count) in corner.join().unwrap()? {
                *all.entry(said).or_default() += count;
            }
        }
        Ok(all)
    }
}

/// Where a worker is started anew as long as there are fights left.
struct Corner {
    path: PathBuf,
    seed: u64,
    fights: u64,
    until: Option<i64>,
    child: Arc<Mutex<Option<Child>>>,
}

impl Corner {
    fn stay(mut self) -> Result<Counts, String> {
        let mut counts = Counts::new();
        loop {
            let output = self.start();
            let mut rest = Vec::new();
            for line in BufReader::new(output).lines() {
                let line = line.unwrap();
                match Said::of(&line) {
                    Some(said) => {
                        *counts.entry(said).or_default() += 1;
                        self.fights = self.fights.saturating_sub(said.is_fight().into());
                    }
                    None => rest.push(line),
                }
            }
            let ended = self.child.lock().unwrap().take();
            let status = ended.map(|mut child| child.wait().unwrap());
            // What was killed in the middle of a word says nothing else.
            if let Some(failed) = rest.iter().find(|line| line.starts_with("FAILED")) {
                return Err(failed.clone());
            }
            if status.is_some_and(|status| status.code() == Some(PANICKED)) {
                return Err("a worker panicked".to_owned());
            }
            let is_done = status.is_some_and(|status| status.success());
            if is_done || self.until.is_none() && self.fights == 0 {
                return Ok(counts);
            }
            // Another life.
            self.seed += 100;
        }
    }

    fn start(&self) -> std::process::ChildStdout {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let number = |number: u64| number.to_string();
        command
            .args(["lease", "--fighter"])
            .arg(&self.path)
            .args(["--seed", &number(self.seed)])
            .args(["--fights", &number(self.fights)]);
        if let Some(until) = self.until {
            command.args(["--until", &until.to_string()]);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = child.stdout.take().unwrap();
        *self.child.lock().unwrap() = Some(child);
        output
    }
}
