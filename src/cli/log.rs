//! Where the lines of a command go.

use super::Refusal;
use crate::logging::{self, Guard, LoggingOptions, Ring};
use crate::model::exception::chain;
use crate::settings::Settings;

/// To the file only: what a person reads is the answer, or the console.
pub fn to_file(settings: &Settings) -> Result<(Ring, Guard), Refusal> {
    start(settings, false)
}

/// To the file and, for people, to standard error.
#[cfg(feature = "service")]
pub fn to_file_and_stderr(settings: &Settings) -> Result<(Ring, Guard), Refusal> {
    start(settings, true)
}

/// To the file where that can be: a command goes on without, its answer is what was asked for.
pub fn to_file_if_possible(settings: &Settings) -> Option<Guard> {
    to_file(settings).ok().map(|(_, guard)| guard)
}

fn start(settings: &Settings, stderr: bool) -> Result<(Ring, Guard), Refusal> {
    let options = LoggingOptions {
        file_dir: settings.log_folder(),
        stderr,
        level: settings.log.level,
    };
    logging::start(&options).map_err(|error| {
        Refusal::usage(
            "The log cannot be written.",
            chain(&error),
            "Set `log.folder` to a folder that can be written.",
        )
    })
}
