//! What befalls machines: the disk is full or cannot be written, the clock jumps, a process is
//! stopped for longer than its lease, names are not resolved. The program goes on or stops with a
//! named reason, and when the fault is gone the next run makes everything good by itself.

#[path = "env/clock.rs"]
mod clock;
#[path = "env/disk.rs"]
mod disk;
#[path = "env/stopped.rs"]
mod stopped;

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use super::axcs_program::{Axcs, Said};
use super::both_stores;

/// What runs say when axcs itself is at fault.
const OURS: &str = "inside axcs";

/// What a part of the torment found out.
enum Outcome {
    /// In figures.
    Stood(String),
    /// This machine cannot do it.
    Skipped(String),
}

/// A company with its ledger, its service and some orders in one folder.
struct Shop {
    axcs: Axcs,
    orders: u64,
}

impl Shop {
    fn new() -> Self {
        let axcs = Axcs::demo(40);
        // What the program is to wait for ends soon.
        std::fs::write(
            axcs.dir().join("short.toml"),
            "[engine]\nlease_seconds = 1\nrequest_timeout_seconds = 2\ngive_up_after_seconds = 2\n",
        )
        .unwrap();
        Self { axcs, orders: 0 }
    }

    /// Something for every job to do.
    fn change(&mut self) {
        self.place(1);
        self.axcs.ok(&["run", "orders"]);
        self.axcs
            .ok(&["company", "orders", "ship", "--all", "--partial"]);
        self.place(2);
        let change = "company change --stock 20 --prices 5 --names 5";
        self.axcs.ok(&change.split(' ').collect::<Vec<_>>());
    }

    fn place(&mut self, count: u64) {
        self.axcs
            .ok(&["service", "order", "place", "--count", &count.to_string()]);
        self.orders += count;
    }

    /// The next run of every job ends well, and both ends agree.
    fn make_good(&self) -> Result<(), String> {
        let run = |job: &str| match self.axcs.run(&["run", job, "--json"]) {
            Said { code: 0, .. } => Ok(()),
            said => Err(format!("the next run of {job}: {said:?}")),
        };
        run("orders")?;
        self.axcs.ok(&["company", "orders", "ship", "--all"]);
        for job in ["orders", "inventory", "trade-agreements", "delivery-modes"] {
            run(job)?;
        }
        let verified = self.axcs.run(&["verify", "--json"]);
        let found = both_stores::compare(&self.axcs.dir());
        if verified.code != 0 || !found.is_right(self.orders) {
            return Err(format!("{verified:?}; {found}"));
        }
        Ok(())
    }
}

/// How a command ended: its exit code, and the reason it named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ended {
    code: i32,
    reason: String,
}

/// Checks that it is one of the ways in which a command may end.
fn ended(said: &Said) -> Result<Ended, String> {
    let wrong = |why: &str| Err(format!("{why}: {said:?}"));
    if said.stderr.contains("panicked") {
        return wrong("a panic");
    }
    let code = said.code;
    if code == 0 {
        let reason = "done".to_owned();
        return Ok(Ended { code, reason });
    }
    if ![1, 2, 3].contains(&code) {
        return wrong("the exit code is none of a command that failed");
    }
    let last: Option<Value> = said
        .stdout
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok());
    let told = last.map(|line| line["summary"]["exception"]["text"].clone());
    let reason = match told.as_ref().and_then(Value::as_str) {
        Some(text) => text.to_owned(),
        None => {
            let line = said.stderr.lines().next().unwrap_or_default();
            line.trim_start_matches("axcs: ").to_owned()
        }
    };
    if reason.is_empty() || reason.contains(OURS) {
        return wrong("no reason is named");
    }
    Ok(Ended { code, reason })
}

/// How often commands ended in which way.
fn list(ends: &BTreeMap<Ended, u64>) -> String {
    let ends: Vec<String> = ends
        .iter()
        .map(|(ended, count)| format!("{count} × {} {}", ended.code, ended.reason))
        .collect();
    ends.join(", ")
}

/// The command in the hands of a shell, whose last word is `exec "$0" "$@"`.
fn in_shell(script: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{script}; exec \"$0\" \"$@\"")])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

fn said(command: Command) -> Said {
    Process::start(command).said()
}

/// A process that does not outlive the torment, not even stopped.
struct Process(Option<Child>);

impl Process {
    fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(Some(command.spawn().unwrap()))
    }

    fn child(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }

    /// What it says until it ends.
    fn said(mut self) -> Said {
        let output = self.0.take().unwrap().wait_with_output().unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Runs a command of the system.
fn system(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A host that has no address, for ever (RFC 6761).
fn no_name() -> Result<Outcome, String> {
    let mut shop = Shop::new();
    shop.change();
    let config = shop.axcs.dir().join("nowhere.toml");
    let short = std::fs::read_to_string(shop.axcs.dir().join("short.toml")).unwrap();
    let nowhere = format!("[service]\nurl = \"http://commerce.invalid:8620\"\n{short}");
    std::fs::write(&config, nowhere).unwrap();
    let token = std::fs::read_to_string(shop.axcs.dir().join("token")).unwrap();
    for job in ["orders", "inventory"] {
        let arguments = ["run", job, "--json", "--config", config.to_str().unwrap()];
        let mut command = shop.axcs.command(&arguments);
        command.env("AXCS_TOKEN", token.trim());
        let said = said(command);
        let ended = ended(&said)?;
        if ended.code != 3 || !said.stdout.contains("commerce.invalid") {
            return Err(format!("the host is not named: {said:?}"));
        }
    }
    shop.make_good()?;
    Ok(Outcome::Stood(
        "exit code 3 and the host's name, then good".to_owned(),
    ))
}

fn waited<T>(part: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(part)
}

/// What is tried the `time`th time.
fn pick<T: Copy>(choices: &[T], time: u64) -> T {
    choices[time as usize % choices.len()]
}

type Part = (&'static str, fn(u64) -> Result<Outcome, String>);

const PARTS: [Part; 7] = [
    ("name not resolved", |_| no_name()),
    ("disk full", disk::full),
    ("file size limited", disk::limited),
    ("disk read-only", |_| disk::read_only()),
    ("clock jumps between runs", clock::between_runs),
    ("clock jumps within a run", clock::within_a_run),
    ("stopped for twice the lease", |times| {
        waited(stopped::stopped(times))
    }),
];

/// Every part, so many times each fault that has many moments.
pub fn env(times: u64) -> Result<(), String> {
    for (name, part) in PARTS {
        let began = Instant::now();
        match part(times).map_err(|broken| format!("{name}: {broken}"))? {
            Outcome::Stood(figures) => {
                println!(
                    "env | {name}: {figures}, {:.1} s",
                    began.elapsed().as_secs_f64()
                );
            }
            Outcome::Skipped(why) => println!("env | {name}: skipped: {why}"),
        }
    }
    Ok(())
}
