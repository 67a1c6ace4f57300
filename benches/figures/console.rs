//! The console in a real pseudo-terminal: how soon it is painted, and what it costs while nothing
//! happens.

use std::process::Command;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use crate::bare_screen;
use crate::pty::{Pty, TERM};
#[cfg(target_os = "linux")]
use crate::schedule::processor_time;
use crate::schedule::{Place, axcs};
use crate::table;

/// A wide terminal, as the design has it.
const WIDE: (u16, u16) = (200, 50);
/// Rows that a tool must have written on before it counts as painted.
const LEAST_ROWS: usize = 5;

/// The part of a gauge that is to come.
#[cfg(target_os = "linux")]
const GAUGE: &str = "░";

/// What a screen is waited for to show.
type Wanted = fn(&vt100::Screen) -> bool;

/// A program of this benchmark, or the console, in a terminal.
pub fn open(command: &Command, size: (u16, u16)) -> Pty {
    let mut inside = CommandBuilder::new(command.get_program());
    inside.args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        inside.cwd(folder);
    }
    Pty::open(inside, size, TERM)
}

/// The bare program of ratatui.
pub fn bare() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(bare_screen::NAME);
    command
}

/// True where the screen is painted down to its last row, or the one above it.
fn is_painted(screen: &vt100::Screen) -> bool {
    let rows: Vec<String> = screen.rows(0, WIDE.0).collect();
    let has_text = |row: &String| !row.trim().is_empty();
    screen.alternate_screen()
        && rows.iter().filter(|row| has_text(row)).count() >= LEAST_ROWS
        && rows.iter().rev().take(2).any(has_text)
}

/// True where the jobs are there as well: what the console opens with is read from the ledger.
fn shows_jobs(screen: &vt100::Screen) -> bool {
    is_painted(screen) && screen.contents().contains("complete data synchronization")
}

/// True where btop has something in its boxes, which it draws empty first.
fn shows_memory(screen: &vt100::Screen) -> bool {
    is_painted(screen) && screen.contents().contains("Used:")
}

/// From exec until the screen is as wanted.
fn painting(command: &Command, wanted: Wanted) -> Duration {
    let began = Instant::now();
    let mut pty = open(command, WIDE);
    let took = pty.until(wanted) - began;
    pty.kill();
    took
}

/// The median.
fn middle(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Exec to first paint, beside the bare program and the tools that are here.
pub async fn paint(rounds: u64) {
    let place = Place::new(2_000).await;
    let console = axcs(place.dir(), &["--no-worker"]);
    let log = place.dir().join("one.log");
    std::fs::write(&log, "2026-03-12 18:03:12 a line\n".repeat(1_000)).unwrap();
    let tools: [(&str, Vec<&str>, Wanted); 4] = [
        ("tig", vec![], is_painted),
        ("btop", vec![], shows_memory),
        ("htop", vec![], is_painted),
        ("lnav", vec![log.to_str().unwrap()], is_painted),
    ];
    let mut programs: Vec<(&str, Command, Wanted)> = vec![
        ("bare ratatui", bare(), is_painted),
        ("axcs", axcs(place.dir(), &["--no-worker"]), is_painted),
        ("axcs with its jobs", console, shows_jobs),
    ];
    for (name, arguments, wanted) in tools {
        if let Some(path) = found(name) {
            let mut command = Command::new(path);
            command.args(arguments);
            command.current_dir(env!("CARGO_MANIFEST_DIR"));
            programs.push((name, command, wanted));
        }
    }
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..rounds {
        // One after the other: a machine that slows down meanwhile favours nobody.
        for ((_, command, wanted), times) in programs.iter().zip(&mut times) {
            times.push(painting(command, *wanted));
        }
    }
    let limit = middle(&mut times[0]);
    for ((name, ..), times) in programs.iter().zip(&mut times) {
        let figure = middle(times);
        table::tell(
            format!(
                "exec to paint of {name}, {}x{}, median of {rounds}",
                WIDE.0, WIDE.1
            ),
            format!("{figure:.1?}"),
            format!("{limit:.1?} (bare ratatui)"),
            figure.as_secs_f64() / limit.as_secs_f64(),
        );
    }
}

/// Where a program stands; none where it is not installed.
fn found(name: &str) -> Option<std::path::PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&folders).map(|folder| folder.join(name));
    places.find(|place| place.is_file())
}

/// What a console costs that nobody touches.
#[cfg(target_os = "linux")]
pub async fn idle(seconds: u64) {
    let place = Place::new(300).await;
    let mut pty = open(&axcs(place.dir(), &[]), WIDE);
    pty.until(shows_jobs);
    pty.listen(Duration::from_secs(3));
    let before = processor_time(pty.process_id());
    let bytes = pty.listen(Duration::from_secs(seconds));
    let spent = processor_time(pty.process_id()).saturating_sub(before);
    let percent = 100.0 * spent.as_secs_f64() / seconds as f64;
    let memory = megabytes(pty.process_id(), "VmRSS:");
    let of_files = megabytes(pty.process_id(), "RssFile:");
    pty.kill();
    table::tell(
        format!("idle console over {seconds} s: written"),
        format!("{bytes} bytes"),
        "0 bytes",
        bytes as f64,
    );
    table::tell(
        format!("idle console over {seconds} s: processor"),
        format!("{percent:.3} % CPU"),
        "0.05 %",
        percent / 0.05,
    );
    table::tell(
        "idle console: memory",
        format!(
            "{memory:.1} MB resident: {:.1} MB its own, {of_files:.1} MB pages of files, above all of the program",
            memory - of_files
        ),
        "16 MB",
        memory / 16.0,
    );
}

/// What a console writes while a run of another process moves its gauges.
#[cfg(target_os = "linux")]
pub async fn gauges() {
    const SPAN: Duration = Duration::from_secs(5);
    const LIMIT: f64 = 2_000.0;
    let place = Place::new(300_000).await;
    let mut pty = open(&axcs(place.dir(), &["--no-worker"]), WIDE);
    pty.until(shows_jobs);
    let mut run = axcs(place.dir(), &["run", "complete"]).spawn().unwrap();
    pty.until(|screen| screen.contents().contains(GAUGE));
    pty.listen(Duration::from_secs(1));
    let bytes = pty.listen(SPAN);
    let goes_on = run.try_wait().unwrap().is_none();
    assert!(goes_on, "the run ended before the measurement did");
    run.kill().unwrap();
    run.wait().unwrap();
    pty.kill();
    let rate = bytes as f64 / SPAN.as_secs_f64();
    table::tell(
        format!("live gauges of a complete run over {SPAN:?}: written"),
        format!("{rate:.0} bytes/s"),
        format!("{LIMIT} bytes/s"),
        rate / LIMIT,
    );
}

/// Memory of a process in MB, as `/proc` tells it by this name.
#[cfg(target_os = "linux")]
fn megabytes(process: u32, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<f64>().unwrap() * 1.024 / 1_000.0
}
