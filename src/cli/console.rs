//! `axcs` without a command: the console on this terminal. `axcs demo` shows it too.

use std::path::PathBuf;
#[cfg(feature = "console")]
use std::sync::Arc;

use super::log::to_file;
#[cfg(feature = "console")]
use super::set_up::Folder;
use super::set_up::{OpenCompany, SetUp};
use super::worker::Attending;
use super::{Exit, Invocation, Refusal};
use crate::logging;
use crate::settings::Settings;

/// `axcs`
pub async fn console(invocation: &Invocation, works: bool) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    invocation.must_have_terminal("axcs run JOB, axcs jobs, axcs runs (see axcs --help)")?;
    let log = to_file(&settings)?;
    let set_up = SetUp::open_for_console(&settings).await?;
    let is_refused = matches!(set_up.company, OpenCompany::Refused(_));
    let works = works && !invocation.global.read_only && !is_refused;
    let attending = Attending::begin(&set_up.runner, works);
    let done = screen(&set_up, &settings, log.0, log.1.file.clone(), invocation).await;
    attending.end().await;
    set_up.close().await;
    done
}

impl Invocation {
    /// Refuses where the console needs a terminal and there is none, and names what to use instead.
    pub(super) fn must_have_terminal(&self, instead: &str) -> Result<(), Refusal> {
        use std::io::IsTerminal as _;
        let is_there = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        if self.showing.plain || is_there {
            return Ok(());
        }
        Err(Refusal::usage(
            "The console needs a terminal.",
            "Input or output is not one.",
            format!("Use instead: {instead}, or --plain"),
        ))
    }
}

/// The console on this terminal, until the operator leaves.
#[cfg(feature = "console")]
pub async fn screen(
    set_up: &SetUp,
    settings: &Settings,
    ring: logging::Ring,
    log_file: Option<PathBuf>,
    invocation: &Invocation,
) -> Result<Exit, Refusal> {
    use crate::console::theme::Palette;
    use crate::console::{ConsoleOptions, ExitReason, outlet};
    use crate::settings::console::{TerminalSetting, ThemeSetting};

    let told = |setting| match setting {
        TerminalSetting::Auto => outlet::TerminalSetting::Auto,
        TerminalSetting::On => outlet::TerminalSetting::On,
        TerminalSetting::Off => outlet::TerminalSetting::Off,
    };

    let file = |file: &PathBuf| (!file.as_os_str().is_empty()).then(|| file.clone());
    let options = ConsoleOptions {
        ascii: settings.console.ascii,
        palette: match settings.console.theme {
            ThemeSetting::Dark => Palette::Dark,
            ThemeSetting::Light => Palette::Light,
            ThemeSetting::HighContrast => Palette::HighContrast,
            ThemeSetting::Mono => Palette::Mono,
        },
        read_only: invocation.global.read_only,
        mouse: settings.console.mouse,
        keys_file: file(&settings.console.keys_file),
        theme_file: file(&settings.console.theme_file),
        log_file,
        exports: Folder::of(settings)?.path().join("exports"),
        bell_after: match settings.console.bell_after_seconds {
            0 => None,
            seconds => Some(jiff::SignedDuration::from_secs(seconds.into())),
        },
        tab_progress: told(settings.console.tab_progress),
        links: told(settings.console.links),
        record: invocation
            .record
            .clone()
            .or_else(|| file(&settings.console.record)),
    };
    let runner = Arc::clone(&set_up.runner);
    let administration = Arc::clone(&set_up.administration);
    let left = if invocation.showing.plain {
        crate::console::run_plain(runner, administration, ring, options).await
    } else {
        crate::console::run(runner, administration, ring, options).await
    };
    match left {
        Ok(ExitReason::Quit) => Ok(Exit::Done),
        Ok(ExitReason::Signal(signal)) => Ok(Exit::Stopped(signal.exit_code())),
        Err(error) => Err(Refusal::usage(
            "The console cannot be shown.",
            format!("{error:#}"),
            "Every command works without it: axcs --help",
        )),
    }
}

/// This program was built without the console.
#[cfg(not(feature = "console"))]
pub async fn screen(
    _set_up: &SetUp,
    _settings: &Settings,
    _ring: logging::Ring,
    _log_file: Option<PathBuf>,
    _invocation: &Invocation,
) -> Result<Exit, Refusal> {
    Err(Refusal::usage(
        "This axcs was built without the console.",
        "",
        "Use the commands: axcs --help",
    ))
}
