//! The promises under torture: a program of its own, whose counts are arguments.
//!
//! `cargo test` runs every torment with small counts; one with its own:
//!
//! ```text
//! cargo test --release --test torture -- kill --orders 10000 --kills 1000 --workers 2 --faults 10
//! cargo test --release --test torture -- sim --seeds 1000000
//! ```
//!
//! It ends with 1, the reason and the seed when a promise is broken.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a torment stops where something is not as it should be, and tells its figures"
)]

#[path = "support/axcs.rs"]
mod axcs_program;
#[path = "torture/bed.rs"]
mod bed;
#[path = "support/bed_company.rs"]
mod bed_company;
#[path = "torture/both_stores.rs"]
mod both_stores;
#[path = "torture/crash_at.rs"]
mod crash_at;
#[path = "torture/cut.rs"]
mod cut;
#[cfg(target_os = "linux")]
#[path = "torture/env.rs"]
mod env;
#[cfg(target_os = "linux")]
#[path = "support/faketime.rs"]
mod faketime;
#[path = "torture/gaps.rs"]
mod gaps;
#[path = "torture/hostile.rs"]
mod hostile;
#[path = "torture/kill.rs"]
mod kill;
#[path = "torture/lease.rs"]
mod lease;
#[path = "torture/line.rs"]
mod line;
#[path = "support/mssql.rs"]
mod mssql;
#[path = "torture/packets.rs"]
mod packets;
#[cfg(unix)]
#[path = "support/pty.rs"]
mod pty;
#[path = "torture/recurrence.rs"]
mod recurrence;
#[path = "torture/secrets.rs"]
mod secrets;
#[path = "torture/server_kill.rs"]
mod server_kill;
#[path = "torture/sim.rs"]
mod sim;
#[path = "orders/site.rs"]
mod site;
#[path = "support/company.rs"]
#[allow(dead_code, reason = "other test files use the rest of it")]
mod support;
#[path = "torture/together.rs"]
mod together;
#[path = "torture/token.rs"]
mod token;
#[path = "jobs/site.rs"]
mod upload_site;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::Mutex;

use axcs::model::Job;

/// What the command line says beside the torment's name: `--orders 500`, `--mutant no-lease`, `all`.
pub struct Arguments(Vec<String>);

impl Arguments {
    /// The number behind `--name`, or the usual one.
    pub fn number(&self, name: &str, usual: u64) -> Result<u64, String> {
        match self.word(name) {
            None if self.has(name) => Err(format!("{name} takes a number")),
            None => Ok(usual),
            Some(given) => given
                .parse()
                .map_err(|_| format!("{name} takes a number, not {given:?}")),
        }
    }

    /// The word behind `--name`.
    pub fn word(&self, name: &str) -> Option<&str> {
        let at = self.0.iter().position(|argument| argument == name)?;
        self.0.get(at + 1).map(String::as_str)
    }

    /// The jobs that were named.
    pub fn jobs(&self) -> Vec<Job> {
        let named = |job: &Job| self.has(job.name());
        Job::ALL.into_iter().filter(named).collect()
    }

    /// True where `word` was given.
    pub fn has(&self, word: &str) -> bool {
        self.0.iter().any(|argument| argument == word)
    }
}

/// A torment: its name and what it does. Without arguments it takes seconds, the first ones a minute.
type Torment = (&'static str, fn(&Arguments) -> Result<(), String>);

const TORMENTS: &[Torment] = &[
    ("together", |arguments| {
        block_on(together::together(arguments))
    }),
    #[cfg(target_os = "linux")]
    ("env", |arguments| env::env(arguments.number("--times", 2)?)),
    ("packets", |arguments| block_on(packets::packets(arguments))),
    ("kill", |arguments| {
        block_on(kill::kill(&kill::Torment::of(arguments)?))
    }),
    ("lease", |arguments| block_on(lease::lease(arguments))),
    ("sim", sim::sim),
    ("crash-at", crash_at::crash_at),
    ("secrets", |_| block_on(secrets::secrets())),
    ("gaps", |_| block_on(gaps::gaps())),
    ("token", |arguments| {
        block_on(token::token(&token::Torment::of(arguments)?))
    }),
    ("cut", |arguments| {
        block_on(cut::cut(&cut::Torment::of(arguments)?))
    }),
    ("server-lease", |arguments| {
        block_on(lease::server::server_lease(arguments))
    }),
    ("server-kill", |arguments| {
        block_on(server_kill::server_kill(arguments))
    }),
    ("recurrence", |arguments| {
        let zones = arguments.number("--zones", 12)?;
        recurrence::recurrence(zones as usize, arguments.number("--years", 3)? as u16)
    }),
];

/// So many go on at a time: they wait for programs and for leases, most of their time.
const LANES: usize = 3;

fn block_on(torment: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    tokio::runtime::Runtime::new().unwrap().block_on(torment)
}

fn main() -> ExitCode {
    let arguments = Arguments(std::env::args().skip(1).collect());
    // What `cargo test` passes to every test: a filter and flags.
    if arguments.has("--list") {
        for (name, _) in TORMENTS {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    if arguments.has("--ignored") {
        return ExitCode::SUCCESS;
    }
    let named = arguments.0.first().filter(|name| !name.starts_with('-'));
    let wanted = |name: &str| named.is_none_or(|named| named == name);
    if named.is_some_and(|named| TORMENTS.iter().all(|(name, _)| name != named)) {
        let names: Vec<&str> = TORMENTS.iter().map(|(name, _)| *name).collect();
        println!("there is no such torment; there are: {}", names.join(", "));
        return ExitCode::SUCCESS;
    }
    let wanted = TORMENTS.iter().filter(|(name, _)| wanted(name));
    let queue = Mutex::new(wanted.collect::<VecDeque<_>>());
    let is_kept = std::thread::scope(|scope| {
        let lanes = [(); LANES].map(|()| scope.spawn(|| are_kept(&queue, &arguments)));
        // Each to its end, whatever the others say.
        lanes.map(|lane| lane.join().unwrap()) == [true; LANES]
    });
    if is_kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs what is in the queue, one after the other, until a promise is broken: then nothing more begins.
fn are_kept(queue: &Mutex<VecDeque<&Torment>>, arguments: &Arguments) -> bool {
    loop {
        let next = queue.lock().unwrap().pop_front();
        let Some((name, torment)) = next else {
            return true;
        };
        if let Err(broken) = torment(arguments) {
            println!("FAILED: {name}: {broken}");
            queue.lock().unwrap().clear();
            return false;
        }
    }
}
