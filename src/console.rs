//! The operator console. Terminal crates are named here and nowhere else; what it shows comes from
//! the jobs and from the log.

pub mod app;
mod clipboard;
pub mod correction;
pub mod doors;
pub mod draw;
pub mod engine;
pub mod export;
pub mod gather;
pub mod keys;
mod links;
pub mod log_file;
pub mod looks;
pub mod office;
pub mod outlet;
mod overlays;
pub mod plain;
pub mod products;
pub mod record;
pub mod run;
mod tabs;
pub mod terminal;
pub mod theme;
pub mod timetable;
mod widgets;
pub(crate) mod words;

pub use app::ExitReason;
pub use run::{ConsoleOptions, replay, run, run_plain};
