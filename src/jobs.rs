//! The engine: it moves records from the company to Commerce Services and remembers in the ledger
//! how far it came.

pub mod administration;
mod ask;
mod audit;
mod background;
pub mod batch;
pub mod correction;
pub mod exceptions;
mod execution;
mod failure;
mod import_door;
mod orders;
mod overview;
pub mod plan;
mod report;
pub mod runner;
pub mod selection;
mod send;
mod settle;
pub mod source;
mod statuses;
mod stores;
mod timetable;
mod trust;
mod under_way;
pub mod upload;
pub mod verify;
mod worker;

pub use ask::Flow;
pub use import_door::{ImportDoor, ImportOptions};
pub use runner::{Place, RunOptions, Runner, Sides};
