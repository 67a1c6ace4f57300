//! `axcs config`: where the settings are, what they are, and whether they are right.

use clap::{Args, Subcommand};

use super::{Exit, Invocation, Refusal, print};
use crate::settings::{self, DEFAULTS};

#[derive(Debug, Args)]
pub struct ConfigArguments {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Write a settings file with every setting, its default and a line of comment
    Init {
        /// Print it instead
        #[arg(long)]
        print: bool,
    },
    /// The settings in force
    Show,
    /// The settings file
    Path,
    /// Read the settings and say whether they are right
    Check,
}

pub fn config(invocation: &Invocation, arguments: &ConfigArguments) -> Result<Exit, Refusal> {
    let file = settings::file(&invocation.overrides());
    match arguments.command {
        ConfigCommand::Init { print: true } => print::line(DEFAULTS.trim_end()),
        ConfigCommand::Init { print: false } => {
            invocation.changes("config init")?;
            init(&file)?;
            print::line(format_args!("written: {}", file.display()));
        }
        ConfigCommand::Path if invocation.json() => {
            print::json(&serde_json::json!({"file": file, "exists": file.exists()}));
        }
        ConfigCommand::Path => print::line(file.display()),
        ConfigCommand::Check => {
            let settings = invocation.settings()?;
            if invocation.json() {
                print::json(
                    &serde_json::json!({"file": file, "profile": settings.profile, "right": true}),
                );
            } else {
                print::line(format_args!(
                    "the settings are right (profile {}, file {})",
                    settings.profile,
                    file.display()
                ));
            }
        }
        ConfigCommand::Show => {
            let settings = invocation.settings()?;
            if invocation.json() {
                print::json(&settings);
            } else {
                let text = toml::to_string(&settings).map_err(|error| {
                    Refusal::usage("The settings cannot be shown.", error, "Report it.")
                })?;
                print::line(format_args!(
                    "# profile {}, file {}",
                    settings.profile,
                    file.display()
                ));
                print::line(text.trim_end());
            }
        }
    }
    Ok(Exit::Done)
}

fn init(file: &std::path::Path) -> Result<(), Refusal> {
    let refused = |error: std::io::Error| {
        Refusal::usage(
            "The settings file was not written.",
            format!("{}: {error}", file.display()),
            "Edit the file that is there, or name another one with --config.",
        )
    };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(refused)?;
    }
    let mut opened = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(file)
        .map_err(refused)?;
    std::io::Write::write_all(&mut opened, DEFAULTS.as_bytes()).map_err(refused)
}
