//! `axcs`: the operator console, worker and self-hosted service for Commerce Services of
//! Microsoft Dynamics AX 2012.
//!
//! The map. Arrows go one way; `tests/architecture.rs` holds them:
//!
//! ```text
//! model  <-  company   the AX side, read only            \
//! model  <-  ledger    what axcs itself remembers         >  <-  jobs  <-  cli, console
//! model  <-  commerce  Commerce Services over HTTP       /
//! model, commerce::wire  <-  service   the self-hosted Commerce Services and its website
//! ```
//!
//! Beside them stand `sql` (statements, whichever engine answers), `sqlite` (a file behind a
//! thread), `sqlserver` (the driver; nothing else names it), `secrets` (passwords and what keeps them),
//! `logging` and `signals` (for console and commands) and `settings` (for commands).
//!
//! A newcomer reads [`model`], then [`jobs::runner`], then `console::app`, and has seen the system.

// The SQL Server of the tests stands beside the library, and names it so within it too.
#[cfg(test)]
extern crate self as axcs;

pub mod cli;
pub mod commerce;
pub mod company;
#[cfg(feature = "console")]
pub mod console;
pub mod jobs;
pub mod ledger;
pub mod logging;
pub mod model;
pub mod secrets;
#[cfg(feature = "service")]
pub mod service;
pub mod settings;
pub mod signals;
pub mod sql;
pub mod sqlite;
pub mod sqlserver;
