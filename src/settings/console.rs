//! Settings of the console: how it looks, and what it tells the terminal.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How the console looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleSettings {
    /// The colours.
    pub theme: ThemeSetting,
    /// Other colours, for a background like that of `theme`.
    pub theme_file: PathBuf,
    /// Only ASCII characters.
    pub ascii: bool,
    /// The mouse selects and opens.
    pub mouse: bool,
    /// Rebound keys.
    pub keys_file: PathBuf,
    /// The bell rings for a run that took so many seconds; 0: never.
    pub bell_after_seconds: u32,
    /// Progress in the terminal's tab.
    pub tab_progress: TerminalSetting,
    /// Links of addresses and files.
    pub links: TerminalSetting,
    /// The session is written down here.
    pub record: PathBuf,
}

/// Whether the terminal gets what not every terminal knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TerminalSetting {
    /// Where the terminal is known to take it.
    Auto,
    /// Also where that is not known.
    On,
    /// Never.
    Off,
}

/// The colours that come with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeSetting {
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Strong colours on black.
    HighContrast,
    /// No colours.
    Mono,
}
