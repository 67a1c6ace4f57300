//! The commands: arguments in, text or JSON out, an exit code. One file for each group of commands.

mod account;
mod batch;
mod checklist;
mod company;
mod completions;
mod config;
mod console;
mod demo;
mod doctor;
mod exceptions;
mod jobs;
mod log;
mod narrow;
mod operation_log;
mod orders;
mod parameters;
mod print;
mod products;
#[cfg(feature = "console")]
mod replay;
mod run;
mod runs;
#[cfg(feature = "service")]
mod service;
mod set_up;
mod stores;
mod users;
mod verify;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::model::exception::{Exception, chain};
use crate::model::zone;
use crate::settings::{Overrides, Settings, SettingsError};

/// Operator console for Commerce Services of Microsoft Dynamics AX 2012.
///
/// Without a command it opens the console. A newcomer starts with `axcs demo`.
#[derive(Debug, Parser)]
#[command(name = "axcs", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 a run failed or a check found a fault, 2 wrong usage or settings, \
3 a database or the service cannot be reached, 130 or 143 stopped."
)]
pub struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    showing: Showing,
    #[cfg(feature = "console")]
    /// Write the session of the console into this file, for a report of a fault: see `axcs replay`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// In the console: only look and start by hand; due jobs are left to other workers
    #[arg(long)]
    no_worker: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// How the console is shown.
#[derive(Clone, Debug, Default, Args)]
pub struct Showing {
    /// The console without a screen, for screen readers and pipes: prints what changes line by line,
    /// and takes commands as lines
    #[arg(long)]
    plain: bool,
}

/// Heading of the flags that every command has.
const EVERYWHERE: &str = "Options of every command";

/// Flags of every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Settings file
    #[arg(long, global = true, value_name = "FILE", env = "AXCS_CONFIG", help_heading = EVERYWHERE)]
    config: Option<PathBuf>,
    /// Profile of the settings file
    #[arg(long, global = true, value_name = "NAME", env = "AXCS_PROFILE", help_heading = EVERYWHERE)]
    profile: Option<String>,
    /// Folder of an embedded set-up: company, ledger and service in files
    #[arg(long, global = true, value_name = "DIR", env = "AXCS_DIR", help_heading = EVERYWHERE)]
    dir: Option<PathBuf>,
    /// Print one JSON document (JSON lines for `run` and `worker`)
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    json: bool,
    /// Show everything and change nothing
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    read_only: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sample company, service and console on this machine, with nothing else to install
    Demo(demo::DemoArguments),
    /// Run the self-hosted Commerce Services until stopped
    #[cfg(feature = "service")]
    Service(service::ServiceArguments),
    /// Run due jobs until stopped; several may share a ledger
    Worker,
    /// Run a job now and wait for its end
    Run(run::RunArguments),
    /// The five jobs: how they stand and when they start; withhold, resume and cancel them
    Jobs(jobs::JobsArguments),
    /// Past runs
    Runs(runs::RunsArguments),
    /// The batch jobs of AX itself: how they stand and what their logs say
    Batch(batch::BatchArguments),
    /// What failed and why; try it again, or close it with a note
    Exceptions(exceptions::ExceptionsArguments),
    /// The online orders and how far they have come
    Orders(orders::OrdersArguments),
    /// Online stores and marketplaces with their parameters
    Stores(stores::StoresArguments),
    /// The products to sell online
    Products(products::ProductsArguments),
    /// The account at Commerce Services: state, sign-in, activation
    Account(account::AccountArguments),
    /// The configuration checklist and the upgrade checklist
    Checklist(checklist::ChecklistArguments),
    /// Company category hierarchy and shipping charge code
    Parameters(parameters::ParametersArguments),
    /// The users of Commerce Services
    Users(users::UsersArguments),
    /// The operation log, and the audit: who changed what
    Log(operation_log::LogArguments),
    /// The embedded company
    Company(company::CompanyArguments),
    /// Compare the company with the service, record by record
    Verify(verify::VerifyArguments),
    /// What works, what does not, and the remedy for each fault
    Doctor(doctor::DoctorArguments),
    /// The settings
    Config(config::ConfigArguments),
    /// A session of the console that was written down, shown again
    #[cfg(feature = "console")]
    Replay(replay::ReplayArguments),
    /// The script that completes the commands in a shell
    Completions(completions::CompletionsArguments),
    /// The manual page
    Man(completions::ManArguments),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// A run failed, or a check found a fault.
    Failed,
    /// Wrong usage or settings.
    Usage,
    /// A database or the service cannot be reached.
    Unreachable,
    /// Stopped by a signal.
    Stopped(u8),
}

impl Exit {
    /// The one rule for what failed: whatever was not reached is told from all else.
    pub const fn of(exception: &Exception) -> Self {
        if exception.not_reached {
            Self::Unreachable
        } else {
            Self::Failed
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
            Exit::Stopped(code) => code,
        })
    }
}

/// A command that could not do what it was asked for.
#[derive(Debug)]
pub struct Refusal {
    exit: Exit,
    exception: Exception,
}

impl Refusal {
    /// A wrong flag or setting.
    fn usage(
        text: impl Into<String>,
        cause: impl std::fmt::Display,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            exit: Exit::Usage,
            exception: Exception::new(text, cause, remedy),
        }
    }

    /// The same, where it is told already.
    const fn wrong(exception: Exception) -> Self {
        Self {
            exit: Exit::Usage,
            exception,
        }
    }
}

impl From<Exception> for Refusal {
    fn from(exception: Exception) -> Self {
        Self {
            exit: Exit::of(&exception),
            exception,
        }
    }
}

impl From<SettingsError> for Refusal {
    fn from(error: SettingsError) -> Self {
        let remedy = match &error {
            SettingsError::Missing { .. } => {
                "Try it with a sample company: axcs demo\n    Or write a settings file: axcs config init\n    Or name a folder: --dir DIR"
            }
            SettingsError::Unreadable { .. } => {
                "Name another file with --config, or write one: axcs config init"
            }
            SettingsError::Wrong { .. } => {
                "Correct the file; axcs config check reads it again. Every setting: axcs config init --print"
            }
            SettingsError::UnknownProfile { .. } => "Name one of them with --profile.",
        };
        Self::usage("The settings cannot be used.", chain(&error), remedy)
    }
}

/// What every command needs.
#[derive(Clone, Debug)]
struct Invocation {
    global: Global,
    showing: Showing,
    #[cfg(feature = "console")]
    record: Option<PathBuf>,
}

impl Invocation {
    fn overrides(&self) -> Overrides {
        Overrides {
            config: self.global.config.clone(),
            profile: self.global.profile.clone(),
            dir: self.global.dir.clone(),
        }
    }

    fn settings(&self) -> Result<Settings, Refusal> {
        let settings = Settings::read(&self.overrides())?;
        if let Ok(zone) = settings.time_zone() {
            zone::show_in(zone);
        }
        Ok(settings)
    }

    fn json(&self) -> bool {
        self.global.json
    }

    /// Refuses a command that changes something where `--read-only` is given.
    fn changes(&self, what: &str) -> Result<(), Refusal> {
        if self.global.read_only {
            return Err(Refusal::usage(
                format!("{what} changes something."),
                "--read-only was given.",
                "Leave --read-only out.",
            ));
        }
        Ok(())
    }
}

/// Does what the arguments ask for.
pub async fn execute(arguments: Arguments) -> Exit {
    let invocation = Invocation {
        global: arguments.global,
        showing: arguments.showing,
        #[cfg(feature = "console")]
        record: arguments.record,
    };
    let done = match arguments.command {
        None => console::console(&invocation, !arguments.no_worker).await,
        Some(Command::Demo(arguments)) => demo::demo(&invocation, arguments).await,
        #[cfg(feature = "service")]
        Some(Command::Service(arguments)) => service::service(&invocation, arguments).await,
        Some(Command::Worker) => worker::worker(&invocation).await,
        Some(Command::Run(arguments)) => run::run(&invocation, arguments).await,
        Some(Command::Jobs(arguments)) => jobs::jobs(&invocation, arguments).await,
        Some(Command::Runs(arguments)) => runs::runs(&invocation, arguments).await,
        Some(Command::Batch(arguments)) => batch::batch(&invocation, arguments).await,
        Some(Command::Exceptions(arguments)) => {
            exceptions::exceptions(&invocation, arguments).await
        }
        Some(Command::Orders(arguments)) => orders::orders(&invocation, arguments).await,
        Some(Command::Stores(arguments)) => stores::stores(&invocation, arguments).await,
        Some(Command::Products(arguments)) => products::products(&invocation, arguments).await,
        Some(Command::Account(arguments)) => account::account(&invocation, arguments).await,
        Some(Command::Checklist(arguments)) => checklist::checklist(&invocation, arguments).await,
        Some(Command::Parameters(arguments)) => {
            parameters::parameters(&invocation, arguments).await
        }
        Some(Command::Users(arguments)) => users::users(&invocation, arguments).await,
        Some(Command::Log(arguments)) => operation_log::log(&invocation, arguments).await,
        Some(Command::Company(arguments)) => company::company(&invocation, arguments).await,
        Some(Command::Verify(arguments)) => verify::verify(&invocation, arguments).await,
        Some(Command::Doctor(arguments)) => Box::pin(doctor::doctor(&invocation, &arguments)).await,
        Some(Command::Config(arguments)) => config::config(&invocation, &arguments).await,
        #[cfg(feature = "console")]
        Some(Command::Replay(arguments)) => replay::replay(&arguments).await,
        Some(Command::Completions(arguments)) => Ok(completions::completions(&arguments)),
        Some(Command::Man(arguments)) => completions::man(&arguments),
    };
    match done {
        Ok(exit) => exit,
        Err(refusal) => {
            print::exception(&refusal.exception);
            refusal.exit
        }
    }
}
