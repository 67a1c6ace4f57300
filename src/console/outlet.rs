//! What the console hands over besides its screen: texts to the clipboard and to files, a bell, and
//! progress in the terminal's tab. Only what the terminal is known to take is sent to it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::clipboard::Clipboard;
use crate::model::Exception;

/// A text that leaves the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The name of its file.
    pub name: String,
    /// The text.
    pub text: String,
}

/// How far what executes has come, for the terminal's tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TabProgress {
    /// Nothing executes.
    #[default]
    Nothing,
    /// So many percent of it.
    Percent(u8),
    /// It goes on, nobody knows how far.
    Unknown,
    /// So many percent, and it waits.
    Waiting(u8),
}

/// Whether the terminal gets what not every terminal knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TerminalSetting {
    /// Where the terminal is known to take it.
    #[default]
    Auto,
    /// Also where that is not known, as over SSH.
    On,
    /// Never.
    Off,
}

/// What is handed over, and how.
#[derive(Clone, Debug)]
pub struct Outlet {
    clipboard: Clipboard,
    /// Folder of the files.
    folder: PathBuf,
    /// True where the terminal shows notifications.
    notifies: bool,
    /// True where the terminal shows progress in its tab.
    shows_progress: bool,
    /// What its tab shows now.
    shown: TabProgress,
}

impl Default for Outlet {
    /// Writes files only, into the folder in which the program was started.
    fn default() -> Self {
        Self {
            clipboard: Clipboard::Missing("there is no terminal"),
            folder: PathBuf::new(),
            notifies: false,
            shows_progress: false,
            shown: TabProgress::Nothing,
        }
    }
}

impl Outlet {
    /// What the environment says of the terminal; `variable` reads one variable.
    pub fn detect(
        windows: bool,
        folder: PathBuf,
        tab: TerminalSetting,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let terminal = Known::detect(&variable);
        Self {
            clipboard: Clipboard::detect(windows, variable),
            folder,
            notifies: terminal.notifies,
            shows_progress: match tab {
                TerminalSetting::Auto => terminal.shows_progress,
                TerminalSetting::On => true,
                TerminalSetting::Off => false,
            },
            shown: TabProgress::Nothing,
        }
    }

    /// Writes files only, into this folder.
    pub fn files(folder: PathBuf) -> Self {
        Self {
            folder,
            ..Self::default()
        }
    }

    /// What has to be written to copy a text; the reason where only a file can take it.
    pub fn copy(&self, handed: &Handed) -> Result<String, &'static str> {
        self.clipboard.sequence(&handed.text)
    }

    /// The file of a text.
    pub fn file(&self, handed: &Handed) -> PathBuf {
        self.folder.join(&handed.name)
    }

    /// The bell, and a notification where there are some.
    pub fn ring(&self, text: &str) -> String {
        let plain: String = text.chars().filter(|c| !c.is_control()).collect();
        if self.notifies {
            format!("\x07\x1b]9;{plain}\x07")
        } else {
            "\x07".to_owned()
        }
    }

    /// What has to be written so that the tab shows this; none where it does.
    pub fn progress(&mut self, progress: TabProgress) -> Option<String> {
        if !self.shows_progress || self.shown == progress {
            return None;
        }
        self.shown = progress;
        let (state, percent) = match progress {
            TabProgress::Nothing => (0, 0),
            TabProgress::Percent(percent) => (1, percent),
            TabProgress::Unknown => (3, 0),
            TabProgress::Waiting(percent) => (4, percent),
        };
        Some(format!("\x1b]9;4;{state};{percent}\x07"))
    }
}

/// What a terminal is known to do. Within tmux nobody knows which terminal it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Known {
    notifies: bool,
    shows_progress: bool,
    /// Makes links of what is marked as one (OSC 8).
    links: bool,
}

impl Known {
    fn detect(variable: &impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let program = variable("TERM_PROGRAM").unwrap_or_default();
        let term = variable("TERM").unwrap_or_default();
        if is_set("TMUX") || is_set("STY") {
            return Self::default();
        }
        let both = Self {
            notifies: true,
            shows_progress: true,
            links: true,
        };
        match program.as_str() {
            "ghostty" | "WezTerm" => return both,
            // Before 3.6 it shows progress as a notification.
            "iTerm.app" => {
                return Self {
                    shows_progress: is_at_least(variable("TERM_PROGRAM_VERSION"), [3, 6]),
                    ..both
                };
            }
            _ => {}
        }
        let vte = variable("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
        Self {
            notifies: term == "xterm-kitty" || term.starts_with("foot"),
            shows_progress: is_set("WT_SESSION")
                || variable("ConEmuANSI").as_deref() == Some("ON")
                // VTE shows it from 0.80 on.
                || vte.is_some_and(|version| version >= 8_000),
            links: term == "xterm-kitty"
                || term.starts_with("foot")
                || term == "alacritty"
                || is_set("WT_SESSION")
                // VTE makes links from 0.50 on.
                || vte.is_some_and(|version| version >= 5_000),
        }
    }
}

impl TerminalSetting {
    /// True where the terminal gets links; `variable` reads one variable of the environment.
    pub fn links(self, variable: impl Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::Auto => Known::detect(&variable).links,
            Self::On => true,
            Self::Off => false,
        }
    }
}

fn is_at_least(version: Option<String>, least: [u32; 2]) -> bool {
    let version = version.unwrap_or_default();
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [parts.next().unwrap_or(0), parts.next().unwrap_or(0)] >= least
}

/// The name of a file that is handed over: another one every millisecond.
pub fn file_name(what: &str, kind: &str, now: Timestamp) -> String {
    format!("axcs-{what}-{}.{kind}", now.strftime("%Y%m%d-%H%M%S%3f"))
}

/// What is said before the file of a text.
pub const WRITTEN_TO: &str = "Written to ";

/// Writes a text to its file; answers where that is, in words.
pub async fn write(file: PathBuf, text: String) -> Result<String, Exception> {
    let written = async {
        if let Some(folder) = file.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        tokio::fs::write(&file, text).await
    };
    match written.await {
        Ok(()) => Ok(format!("{WRITTEN_TO}{}", whole(&file).display())),
        Err(error) => Err(Exception::new(
            "The text was not written.",
            format!("{}: {error}.", file.display()),
            "Make room, or let this user write there.",
        )),
    }
}

fn whole(file: &Path) -> PathBuf {
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlet(tab: TerminalSetting, variables: &[(&str, &str)]) -> Outlet {
        Outlet::detect(false, PathBuf::from("exports"), tab, |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_terminal_that_is_not_known_gets_a_bell_and_nothing_else() {
        let xterm = [("TERM", "xterm-256color")];
        let mut outlet = outlet(TerminalSetting::Auto, &xterm);
        assert_eq!(outlet.ring("done"), "\x07");
        assert_eq!(outlet.progress(TabProgress::Percent(3)), None);
    }

    #[test]
    fn known_terminals_notify_and_show_progress() {
        for (variables, notifies, shows) in [
            (&[("TERM_PROGRAM", "ghostty")][..], true, true),
            (&[("WT_SESSION", "1")], false, true),
            (&[("VTE_VERSION", "8001")], false, true),
            (&[("VTE_VERSION", "7600")], false, false),
            (&[("TERM", "xterm-kitty")], true, false),
            (
                &[
                    ("TERM_PROGRAM", "iTerm.app"),
                    ("TERM_PROGRAM_VERSION", "3.5.11"),
                ],
                true,
                false,
            ),
            (
                &[
                    ("TERM_PROGRAM", "iTerm.app"),
                    ("TERM_PROGRAM_VERSION", "3.10.0"),
                ],
                true,
                true,
            ),
            (&[("TERM_PROGRAM", "ghostty"), ("TMUX", "x")], false, false),
        ] {
            let mut outlet = outlet(TerminalSetting::Auto, variables);
            assert_eq!(
                outlet.ring("x").contains("\x1b]9;x"),
                notifies,
                "{variables:?}"
            );
            let progress = outlet.progress(TabProgress::Percent(3));
            assert_eq!(progress.is_some(), shows, "{variables:?}");
        }
    }

    #[test]
    fn the_tab_is_told_only_what_it_does_not_show_yet() {
        let mut outlet = outlet(TerminalSetting::On, &[]);
        let mut told = |progress| outlet.progress(progress);
        assert_eq!(told(TabProgress::Nothing), None);
        let forty = "\x1b]9;4;1;40\x07".to_owned();
        assert_eq!(told(TabProgress::Percent(40)), Some(forty));
        assert_eq!(told(TabProgress::Percent(40)), None);
        let waiting = "\x1b]9;4;4;40\x07".to_owned();
        assert_eq!(told(TabProgress::Waiting(40)), Some(waiting));
        let over = "\x1b]9;4;0;0\x07".to_owned();
        assert_eq!(told(TabProgress::Nothing), Some(over));
    }

    #[test]
    fn a_notification_holds_nothing_that_a_terminal_obeys() {
        let kitty = outlet(TerminalSetting::Auto, &[("TERM", "xterm-kitty")]);
        assert_eq!(kitty.ring("a\x1b]0;b\x07c"), "\x07\x1b]9;a]0;bc\x07");
    }
}
