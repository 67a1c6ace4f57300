//! `axcs config password`: puts a password where only this account finds it.

use std::io::{self, IsTerminal as _, Read as _};

use clap::{Args, ValueEnum};

use crate::cli::set_up::passwords;
use crate::cli::{Invocation, Refusal, print};
use crate::secrets::{Purpose, SecretString, SecretsError, Written};
use crate::settings::Settings;

/// No password is longer.
const LONGEST: u64 = 4_096;

#[derive(Debug, Args)]
#[command(after_help = "The password is typed without being shown, or read from standard input; it is \
never an argument:
  axcs --profile prod config password --for sql
  cat password | axcs --profile prod config password --for orders

It goes into the credential store of this account, as `axcs` and PROFILE/sql or PROFILE/orders: the
Windows Credential Manager, the macOS keychain, the Secret Service of the session or the kernel's
keyring; where there is none, or with `secrets = \"file\"`, into a file that only this account reads.
So run it as the account that the worker runs under.")]
pub struct PasswordArguments {
    /// Whose password: that of the SQL login, or of the user of the port for orders
    #[arg(long = "for", value_name = "WHO")]
    purpose: Option<Who>,
    /// Forget it instead
    #[arg(long)]
    remove: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Who {
    Sql,
    Orders,
}

/// `axcs config password`
pub async fn password(
    invocation: &Invocation,
    arguments: &PasswordArguments,
) -> Result<(), Refusal> {
    invocation.changes("config password")?;
    let settings = invocation.settings()?;
    let purpose = match arguments.purpose {
        Some(Who::Sql) => Purpose::Sql,
        Some(Who::Orders) => Purpose::Orders,
        None => the_only_one(&settings)?,
    };
    let whose = passwords::whose(&settings, purpose);
    let source = passwords::source(&settings, purpose);
    let refused = |what: &str, error: &SecretsError| {
        let text = format!("The password of {whose} was not {what}.");
        let remedy = format!(
            "Put it into a file that only this account reads and name it in `{}`, or set {}.",
            purpose.setting(),
            purpose.variable()
        );
        Refusal::usage(text, error, remedy)
    };
    if arguments.remove {
        let had = source.secrets().remove(source.name()).await;
        let had = had.map_err(|error| refused("removed", &error))?;
        let places: Vec<String> = had.iter().map(ToString::to_string).collect();
        if invocation.json() {
            print::json(&serde_json::json!({"for": purpose.name(), "removed_from": places}));
        } else if places.is_empty() {
            print::line(format_args!("no password of {whose} is stored"));
        } else {
            let places = places.join(" and ");
            print::line(format_args!("the password of {whose} is removed from {places}"));
        }
        return Ok(());
    }
    let password = typed(&whose)?;
    let written = source.secrets().write(source.name(), &password).await;
    let Written { place, refused } = written.map_err(|error| refused("stored", &error))?;
    if invocation.json() {
        print::json(&serde_json::json!({
            "for": purpose.name(), "stored_in": place.to_string(), "remark": place.remark(),
        }));
        return Ok(());
    }
    for refusal in refused {
        print::note(format_args!("it was not taken by {refusal}"));
    }
    print::line(format_args!("the password of {whose} is stored in {place}"));
    if let Some(remark) = place.remark() {
        print::line(remark);
        print::line("With `secrets = \"file\"` in the settings it goes into a file, which stays.");
    }
    Ok(())
}

/// Who needs a password, where it is clear.
fn the_only_one(settings: &Settings) -> Result<Purpose, Refusal> {
    match passwords::needed(settings)[..] {
        [only] => Ok(only),
        [] => Err(Refusal::usage(
            "No password is needed.",
            "The settings name no SQL Server with a login, and no port for orders over HTTP.",
            "Name whose password it is: --for sql or --for orders.",
        )),
        _ => Err(Refusal::usage(
            "Two passwords are needed.",
            "The settings name a SQL login and a user of the port for orders.",
            "Name whose password it is: --for sql or --for orders.",
        )),
    }
}

/// What is typed without being shown, or stands in standard input.
fn typed(whose: &str) -> Result<SecretString, Refusal> {
    let read = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("Password of {whose}: "))
    } else {
        let mut text = String::new();
        let whole = io::stdin().lock().take(LONGEST + 1).read_to_string(&mut text);
        whole.map(|_| text)
    };
    let refused = |cause: String| {
        Refusal::usage(
            "There is no password to store.",
            cause,
            "Type it at the terminal, or send it into standard input.",
        )
    };
    let text = read.map_err(|error| refused(error.to_string()))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(refused("Nothing was given.".to_owned()));
    }
    if text.len() as u64 > LONGEST || text.contains(['\r', '\n', '\0']) {
        let cause = format!("It has to be one line of at most {LONGEST} bytes.");
        return Err(refused(cause));
    }
    Ok(text.into())
}
