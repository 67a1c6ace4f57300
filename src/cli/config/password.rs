//! `axcs config password`: puts a password where only this account finds it.

use std::fmt;
use std::io::{self, IsTerminal as _, Read as _};
use std::time::Duration;

use clap::{Args, ValueEnum};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::cli::set_up::passwords;
use crate::cli::{Exit, Invocation, Refusal, print};
use crate::secrets::{Purpose, SecretString, Written};
use crate::settings::Settings;
use crate::signals::{self, Signal};

/// No password is longer.
const LONGEST: u64 = 4_096;
/// Time to give the terminal back.
const GIVE_BACK: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
#[command(
    after_help = "The password is typed without being shown, or read from standard input; it is \
never an argument:
  axcs --profile prod config password --for sql
  cat password | axcs --profile prod config password --for orders

It goes into the credential store of this account, as `axcs` and PROFILE/sql or PROFILE/orders: the
Windows Credential Manager, the macOS keychain, the Secret Service of the session or the kernel's
keyring; where there is none, or with `secrets = \"file\"`, into a file that only this account reads.
So run it as the account that the worker runs under."
)]
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
) -> Result<Exit, Refusal> {
    invocation.changes("config password")?;
    let settings = invocation.settings()?;
    let purpose = match arguments.purpose {
        Some(Who::Sql) => Purpose::Sql,
        Some(Who::Orders) => Purpose::Orders,
        None => the_only_one(&settings)?,
    };
    let whose = passwords::whose(&settings, purpose);
    let source = passwords::source(&settings, purpose);
    if arguments.remove {
        let had = source.secrets().remove(source.name()).await;
        let had = had.map_err(|error| {
            let text = format!("The password of {whose} was not removed everywhere.");
            Refusal::usage(text, error, "Remove it there, or try again.")
        })?;
        let places: Vec<String> = had.iter().map(ToString::to_string).collect();
        if invocation.json() {
            print::json(&serde_json::json!({"for": purpose.name(), "removed_from": places}));
        } else if places.is_empty() {
            print::line(format_args!("no password of {whose} is stored"));
        } else {
            let places = places.join(" and ");
            print::line(format_args!(
                "the password of {whose} is removed from {places}"
            ));
        }
        return Ok(Exit::Done);
    }
    let password = match given(&whose).await? {
        Given::Password(password) => password,
        Given::Stopped(signal) => return Ok(Exit::Stopped(signal.exit_code())),
    };
    let written = source.secrets().write(source.name(), &password).await;
    let Written { place, refused } = written.map_err(|error| {
        let text = format!("The password of {whose} was not stored.");
        let remedy = format!(
            "Put it into a file that only this account reads and name it in `{}`, or set {}.",
            purpose.setting(),
            purpose.variable()
        );
        Refusal::usage(text, error, remedy)
    })?;
    if invocation.json() {
        print::json(&serde_json::json!({
            "for": purpose.name(), "stored_in": place.to_string(), "remark": place.remark(),
        }));
        return Ok(Exit::Done);
    }
    for refusal in refused {
        print::note(format_args!("it was not taken by {refusal}"));
    }
    print::line(format_args!("the password of {whose} is stored in {place}"));
    if let Some(remark) = place.remark() {
        print::line(remark);
        print::line("With `secrets = \"file\"` in the settings it goes into a file, which stays.");
    }
    Ok(Exit::Done)
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

/// What somebody answers who is asked for a password.
enum Given {
    Password(SecretString),
    Stopped(Signal),
}

/// What is typed without being shown, or stands in standard input.
async fn given(whose: &str) -> Result<Given, Refusal> {
    let refused = |cause: String| {
        Refusal::usage(
            "There is no password to store.",
            cause,
            "Type it at the terminal, or send it into standard input.",
        )
    };
    let broken = |error: &dyn fmt::Display| refused(error.to_string());
    // While it is typed, Ctrl+C has to leave the terminal as it was.
    let mut signals = signals::listen().map_err(|error| broken(&error))?;
    // Before the question is asked: whoever answers at once is not shown either. It is this task's, so
    // that the terminal is given back whatever becomes of the thread that reads.
    let _unseen = unseen().map_err(|error| broken(&error))?;
    let question = format!("Password of {whose}: ");
    let mut reading = tokio::task::spawn_blocking(move || read(question));
    let text = tokio::select! {
        read = &mut reading => match read.map_err(|error| broken(&error))? {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                return Ok(Given::Stopped(Signal::Interrupt));
            }
            text => text.map_err(|error| broken(&error))?,
        },
        Some(signal) = signals.next() => {
            // It gives the terminal back by itself where the key was pressed there.
            let _ = timeout(GIVE_BACK, reading).await;
            return Ok(Given::Stopped(signal));
        }
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(refused("Nothing was given.".to_owned()));
    }
    if text.len() as u64 > LONGEST || text.contains(['\r', '\n', '\0']) {
        let cause = format!("It has to be one line of at most {LONGEST} bytes.");
        return Err(refused(cause));
    }
    Ok(Given::Password(text.into()))
}

/// Has the terminal show nothing that is typed, where there is one.
#[cfg(feature = "console")]
fn unseen() -> io::Result<Option<crate::console::terminal::Unseen>> {
    let is_typed = io::stdin().is_terminal();
    is_typed
        .then(crate::console::terminal::Unseen::begin)
        .transpose()
}

/// Without the console there is nothing that could: what is typed is hidden once the question stands.
#[cfg(not(feature = "console"))]
#[allow(clippy::unnecessary_wraps, reason = "it is the other one's twin")]
fn unseen() -> io::Result<Option<std::convert::Infallible>> {
    Ok(None)
}

fn read(question: String) -> io::Result<String> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(question);
    }
    let mut text = String::new();
    let mut input = io::stdin().lock().take(LONGEST + 1);
    input.read_to_string(&mut text)?;
    Ok(text)
}
