//! The settings of the console: how it looks, and what it tells besides.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How the console looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleSettings {
    /// For a dark or a light background.
    pub theme: ThemeSetting,
    /// No colours.
    pub mono: bool,
    /// Only ASCII characters.
    pub ascii: bool,
    /// Rebound keys.
    pub keys_file: PathBuf,
    /// The bell rings for a run that took so many seconds; 0: never.
    pub bell_after_seconds: u32,
    /// Progress in the terminal's tab.
    pub tab_progress: TabSetting,
}

/// Whether progress is shown in the terminal's tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TabSetting {
    /// Where the terminal is known to show it.
    Auto,
    /// Also where that is not known.
    On,
    /// Never.
    Off,
}

/// Dark or light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeSetting {
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
}
