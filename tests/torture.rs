//! The promises under torture: a program of its own, whose counts are arguments.
//!
//! `cargo test` runs every torment with small counts; one with its own:
//!
//! ```text
//! cargo test --release --test torture -- kill --orders 10000 --kills 200 --faults 10 --seed 1
//! ```
//!
//! It ends with 1 and the reason when a promise is broken.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a torment stops where something is not as it should be, and tells its figures"
)]

#[path = "support/axcs.rs"]
mod axcs_program;
#[path = "torture/both_stores.rs"]
mod both_stores;
#[path = "torture/gaps.rs"]
mod gaps;
#[path = "torture/hostile.rs"]
mod hostile;
#[path = "torture/kill.rs"]
mod kill;
#[path = "orders/site.rs"]
mod site;

use std::process::ExitCode;

/// A number among the arguments: `--orders 500`.
fn number(arguments: &[String], name: &str, usual: u64) -> Result<u64, String> {
    let Some(at) = arguments.iter().position(|argument| argument == name) else {
        return Ok(usual);
    };
    let given = arguments
        .get(at + 1)
        .map(String::as_str)
        .unwrap_or_default();
    given
        .parse()
        .map_err(|_| format!("{name} takes a number, not {given:?}"))
}

/// The torments that are being built, until they stand in the table.
fn built(arguments: &[String]) -> Option<Result<(), String>> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match arguments.first().map(String::as_str) {
        Some("gaps") => Some(runtime.block_on(gaps::gaps())),
        _ => None,
    }
}

fn torment(arguments: &[String]) -> Result<(), String> {
    if let Some(done) = built(arguments) {
        return done;
    }
    // A torment by name, or what `cargo test` passes to every test: a filter and flags.
    let named = arguments.first().filter(|name| !name.starts_with('-'));
    match named.map(String::as_str) {
        Some(name) if !"kill".contains(name) => {
            println!("no torment is called {name}; there is: kill");
            return Ok(());
        }
        _ => {}
    }
    if arguments.iter().any(|argument| argument == "--list") {
        println!("kill: test");
        return Ok(());
    }
    if arguments.iter().any(|argument| argument == "--ignored") {
        return Ok(());
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(kill::kill(&kill::Torment {
        orders: number(arguments, "--orders", 150)?,
        kills: number(arguments, "--kills", 6)?,
        faults: number(arguments, "--faults", 10)?,
        seed: number(arguments, "--seed", 1)?,
    }))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match torment(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(broken) => {
            println!("FAILED: {broken}");
            ExitCode::FAILURE
        }
    }
}
