//! The operator console. Terminal crates are named here and nowhere else; what it shows comes from
//! the jobs and from the log.

pub mod app;
pub mod clipboard;
pub mod draw;
pub mod engine;
pub mod keys;
pub mod log_file;
pub mod office;
mod overlays;
pub mod run;
mod tabs;
pub mod terminal;
pub mod theme;
mod widgets;
pub(crate) mod words;

pub use app::ExitReason;
pub use run::{ConsoleOptions, run};
