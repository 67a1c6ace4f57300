//! The program as an operator types it: every command there is, what it says to whom, and what it leaves
//! behind however it ends.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be, and says what it skips"
)]

#[cfg(feature = "service")]
#[path = "commands/account.rs"]
mod account;
#[path = "commands/adventureworks.rs"]
mod adventureworks;
#[cfg(feature = "service")]
#[path = "commands/batch.rs"]
mod batch;
#[path = "commands/cli.rs"]
mod cli;
#[path = "commands/company.rs"]
mod company;
#[path = "commands/doctor.rs"]
mod doctor;
#[cfg(feature = "service")]
#[path = "commands/documented.rs"]
mod documented;
#[cfg(feature = "service")]
#[path = "commands/every.rs"]
mod every;
#[cfg(feature = "service")]
#[path = "commands/exceptions.rs"]
mod exceptions;
#[cfg(feature = "service")]
#[path = "commands/foreign_names.rs"]
mod foreign_names;
#[cfg(feature = "service")]
#[allow(dead_code, reason = "a test takes what it needs of it")]
#[path = "torture/hostile.rs"]
mod hostile;
#[cfg(feature = "service")]
#[path = "commands/jobs.rs"]
mod jobs;
#[path = "commands/kill.rs"]
mod kill;
#[cfg(unix)]
#[path = "commands/passwords.rs"]
mod passwords;
#[cfg(unix)]
#[path = "support/pty.rs"]
mod pty;
#[allow(dead_code, reason = "a test takes what it needs of it")]
#[path = "support/company.rs"]
mod sample;
#[cfg(feature = "service")]
#[path = "commands/service.rs"]
mod service;
#[path = "support/axcs.rs"]
mod support;
#[cfg(feature = "service")]
#[path = "commands/upgrade.rs"]
mod upgrade;
#[cfg(feature = "service")]
#[path = "support/visitor.rs"]
mod visitor;
