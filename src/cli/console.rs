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
    must_have_terminal("axcs run JOB, axcs jobs, axcs runs (see axcs --help)")?;
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

/// Refuses where there is no terminal, and names what to use instead.
pub fn must_have_terminal(instead: &str) -> Result<(), Refusal> {
    use std::io::IsTerminal as _;
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Refusal::usage(
        "The console needs a terminal.",
        "Input or output is not one.",
        format!("Use instead: {instead}"),
    ))
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
    use crate::settings::console::{TabSetting, ThemeSetting};

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
        keys_file: file(&settings.console.keys_file),
        theme_file: file(&settings.console.theme_file),
        log_file,
        exports: Folder::of(settings)?.path().join("exports"),
        bell_after: match settings.console.bell_after_seconds {
            0 => None,
            seconds => Some(jiff::SignedDuration::from_secs(seconds.into())),
        },
        tab_progress: match settings.console.tab_progress {
            TabSetting::Auto => outlet::TabSetting::Auto,
            TabSetting::On => outlet::TabSetting::On,
            TabSetting::Off => outlet::TabSetting::Off,
        },
    };
    let runner = Arc::clone(&set_up.runner);
    let administration = Arc::clone(&set_up.administration);
    match crate::console::run(runner, administration, ring, options).await {
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
