//! The clock of the machine jumps an hour ahead or back, between two runs and within one, and with
//! a lease whose holder is dead.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::super::faketime::library;
use super::{Ended, Outcome, Process, Said, Shop, ended, list, pick, said};

/// A lease of a second is taken over within a second more; a busy machine takes longer to start.
const TAKEN_OVER: Duration = Duration::from_secs(15);

/// What a clock is off at least that is set an hour off.
const MOST_OF_AN_HOUR: Duration = Duration::from_secs(3_000);

fn skipped() -> Outcome {
    Outcome::Skipped("no libfaketimeMT.so.1 (the package faketime)".to_owned())
}

/// The command with the clock that the file `clock` tells, such as `+1h`. What measures durations
/// is not moved: a clock that is set does not move it either.
fn with_clock(mut command: Command, library: &Path, clock: &Path) -> Command {
    command
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", clock)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("DONT_FAKE_MONOTONIC", "1");
    command
}

struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    fn of(shop: &Shop) -> Option<Self> {
        let file = shop.axcs.dir().join("clock");
        std::fs::write(&file, "+0\n").unwrap();
        library().map(|library| Self { library, file })
    }

    fn set(&self, offset: &str) {
        // Whole at once: the program reads it again and again.
        let next = self.file.with_extension("next");
        std::fs::write(&next, format!("{offset}\n")).unwrap();
        std::fs::rename(next, &self.file).unwrap();
    }

    fn command(&self, shop: &Shop, arguments: &[&str]) -> Command {
        with_clock(shop.axcs.command(arguments), &self.library, &self.file)
    }
}

/// Runs under a clock that is an hour off, each with the next one under the right clock, and the
/// other way round.
pub fn between_runs(times: u64) -> Result<Outcome, String> {
    let mut shop = Shop::new();
    let Some(clock) = Clock::of(&shop) else {
        return Ok(skipped());
    };
    for time in 0..times {
        let offset = pick(&["+1h", "-1h"], time);
        let job = pick(&["orders", "inventory", "complete"], time);
        clock.set(offset);
        shop.change();
        let there = said(clock.command(&shop, &["run", job, "--json"]));
        let ended = ended(&there)?;
        let off = off_by(&there, "started", Timestamp::now());
        if ended.code != 0 || off < MOST_OF_AN_HOUR {
            return Err(format!("{job} at {offset}: {ended:?}, {off:?} off"));
        }
        shop.make_good()
            .map_err(|broken| format!("{job} after {offset}: {broken}"))?;
    }
    let mut waits = Vec::new();
    for offset in ["+1h", "-1h"] {
        shop.change();
        clock.set(offset);
        let (held, _) = started(clock.command(&shop, &["run", "orders", "--json"]))?;
        // Killed.
        drop(held);
        let ledger = rusqlite::Connection::open(shop.axcs.dir().join("ledger.db")).unwrap();
        let sql = "SELECT expires <> 0 FROM lease WHERE job = 'orders'";
        let is_held: bool = ledger.query_row(sql, [], |row| row.get(0)).unwrap();
        if !is_held {
            return Err("the run ended before it was killed".to_owned());
        }
        let began = Instant::now();
        let next = ended(&shop.axcs.run(&["run", "orders", "--json"]))?;
        let waited = began.elapsed();
        if next.code != 0 || waited > TAKEN_OVER {
            return Err(format!(
                "the holder died at {offset}, the next run came after {waited:?}: {next:?}"
            ));
        }
        waits.push(format!("{:.1} s", waited.as_secs_f64()));
        shop.make_good()?;
    }
    Ok(Outcome::Stood(format!(
        "{times} runs an hour off, a dead holder's lease was taken over in {}",
        waits.join(" and ")
    )))
}

/// How far a time that a run told is from `then`.
fn off_by(run: &Said, told: &str, then: Timestamp) -> Duration {
    let last = run.last_json();
    let time: Timestamp = last["summary"][told].as_str().unwrap().parse().unwrap();
    time.duration_since(then).unsigned_abs()
}

/// Starts a run and waits until it says so.
fn started(command: Command) -> Result<(Process, BufReader<ChildStdout>), String> {
    let mut process = Process::start(command);
    let mut told = BufReader::new(process.child().stdout.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    if line.contains("started") {
        return Ok((process, told));
    }
    Err(format!("it did not start: {line:?}"))
}

/// The clock jumps while a run is under way, ahead and back.
pub fn within_a_run(times: u64) -> Result<Outcome, String> {
    let mut shop = Shop::new();
    let Some(clock) = Clock::of(&shop) else {
        return Ok(skipped());
    };
    let mut ends: BTreeMap<Ended, u64> = BTreeMap::new();
    let jumps = [("+0", "+1h"), ("+0", "-1h"), ("+1h", "+0"), ("-1h", "+0")];
    for time in 0..times {
        let (from, to) = pick(&jumps, time);
        shop.change();
        clock.set(from);
        let command = clock.command(&shop, &["run", "complete", "--json"]);
        let (process, mut told) = started(command)?;
        clock.set(to);
        let mut stdout = String::new();
        told.read_to_string(&mut stdout).unwrap();
        let mut run = process.said();
        run.stdout = stdout;
        let ended = ended(&run).map_err(|broken| format!("from {from} to {to}: {broken}"))?;
        let started: Timestamp = run.last_json()["summary"]["started"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let jumped = off_by(&run, "finished", started);
        if jumped < MOST_OF_AN_HOUR {
            return Err(format!("from {from} to {to}: the run saw {jumped:?} only"));
        }
        *ends.entry(ended).or_default() += 1;
        shop.make_good()
            .map_err(|broken| format!("from {from} to {to}: {broken}"))?;
    }
    Ok(Outcome::Stood(list(&ends)))
}
