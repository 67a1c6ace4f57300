//! The clock of the machine jumps an hour ahead or back, between two runs and within one, and with
//! a lease whose holder is dead.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Outcome, Shop, ended, said};

/// A lease of a second is taken over within a second more; a busy machine takes longer to start.
const TAKEN_OVER: Duration = Duration::from_secs(15);

/// libfaketime for programs of several threads.
fn library() -> Option<PathBuf> {
    let places = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
    let machines = ["", "x86_64-linux-gnu", "aarch64-linux-gnu"];
    places
        .iter()
        .flat_map(|place| machines.map(|machine| Path::new(place).join(machine)))
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.is_file())
}

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
pub fn between_runs() -> Result<Outcome, String> {
    let mut shop = Shop::new();
    let Some(clock) = Clock::of(&shop) else {
        return Ok(skipped());
    };
    let mut runs = 0;
    for offset in ["+1h", "-1h", "+1h"] {
        clock.set(offset);
        for job in ["orders", "inventory", "complete"] {
            shop.change();
            let there = said(clock.command(&shop, &["run", job, "--json"]));
            let ended = ended(&there)?;
            if ended.code != 0 {
                return Err(format!("{job} at {offset}: {ended:?}"));
            }
            shop.make_good()
                .map_err(|broken| format!("{job} after {offset}: {broken}"))?;
            runs += 1;
        }
    }
    let mut waits = Vec::new();
    for offset in ["+1h", "-1h"] {
        shop.change();
        clock.set(offset);
        let mut held = started(clock.command(&shop, &["run", "orders", "--json"]))?;
        held.kill().unwrap();
        held.wait().unwrap();
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
        "{runs} runs an hour off, a dead holder's lease was taken over in {}",
        waits.join(" and ")
    )))
}

/// Starts a run and waits until it says so.
fn started(mut command: Command) -> Result<Child, String> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    if line.contains("started") {
        return Ok(child);
    }
    Err(format!("it did not start: {line:?}"))
}

/// The clock jumps while a run is under way, ahead and back.
pub fn within_a_run() -> Result<Outcome, String> {
    let mut shop = Shop::new();
    let Some(clock) = Clock::of(&shop) else {
        return Ok(skipped());
    };
    let mut ends = Vec::new();
    for (from, to) in [("+0", "+1h"), ("+1h", "+0"), ("+0", "-1h"), ("-1h", "+0")] {
        shop.change();
        clock.set(from);
        let mut command = clock.command(&shop, &["run", "complete", "--json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the moment is what is tested")]
        std::thread::sleep(Duration::from_millis(150));
        clock.set(to);
        let output = child.wait_with_output().unwrap();
        let ended = ended(&super::Said {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        })
        .map_err(|broken| format!("from {from} to {to}: {broken}"))?;
        ends.push(format!("{from} to {to}: {} {}", ended.code, ended.reason));
        shop.make_good()
            .map_err(|broken| format!("from {from} to {to}: {broken}"))?;
    }
    Ok(Outcome::Stood(ends.join(", ")))
}
