//! `axcs config`: where the settings are, what they are, and whether they are right.

mod password;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::set_up::passwords;
use super::{Exit, Invocation, Refusal, print};
use crate::settings::{self, DEFAULTS, Settings};

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
    /// Read the settings and say whether they are right, and where the passwords come from
    Check,
    /// Store the password of the profile's SQL login, or of its user of the port for orders
    Password(password::PasswordArguments),
}

/// Where a password comes from.
#[derive(Serialize)]
struct Password {
    r#for: &'static str,
    user: String,
    from: Option<String>,
    missing: Option<String>,
}

pub async fn config(invocation: &Invocation, arguments: &ConfigArguments) -> Result<Exit, Refusal> {
    let file = settings::file(&invocation.overrides());
    match &arguments.command {
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
            let passwords = found(&settings).await;
            if invocation.json() {
                print::json(&serde_json::json!({
                    "file": file, "profile": settings.profile, "right": true,
                    "passwords": passwords,
                }));
            } else {
                print::line(format_args!(
                    "the settings are right (profile {}, file {})",
                    settings.profile,
                    file.display()
                ));
                for password in passwords {
                    let Password { user, from, .. } = password;
                    print::line(match (from, password.missing) {
                        (Some(from), _) => format!("the password of {user} comes from {from}"),
                        (None, missing) => {
                            let reason = missing.unwrap_or_default();
                            format!("the password of {user} is not there: {reason}")
                        }
                    });
                }
            }
        }
        ConfigCommand::Password(arguments) => {
            return password::password(invocation, arguments).await;
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

/// Where the passwords that are needed come from.
async fn found(settings: &Settings) -> Vec<Password> {
    let mut found = Vec::new();
    for purpose in passwords::needed(settings) {
        let read = passwords::source(settings, purpose).read().await;
        let (from, missing) = match read {
            Ok(found) => (Some(found.place.to_string()), None),
            Err(error) => (None, Some(error.to_string())),
        };
        found.push(Password {
            r#for: purpose.name(),
            user: passwords::whose(settings, purpose),
            from,
            missing,
        });
    }
    found
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
