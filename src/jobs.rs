//! The engine: it moves records from the company to Commerce Services and remembers in the ledger
//! how far it came.

pub mod runner;

pub use runner::{RunOptions, Runner};
