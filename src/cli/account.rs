//! `axcs account`: how the account stands, this machine's sign-in, and the steps of the account.

use std::io::{IsTerminal as _, Write as _};

use clap::{Args, Subcommand};
use futures_util::StreamExt as _;
use serde_json::json;

use super::doctor::{exit_of, print_findings};
use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::model::account::{AccountStep, AccountView, SignInCode};
use crate::model::exception::Exception;
use crate::model::qr;
use crate::settings::Settings;
use crate::settings::console::ThemeSetting;
use crate::signals;

#[derive(Debug, Args)]
pub struct AccountArguments {
    #[command(subcommand)]
    command: Option<AccountCommand>,
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// How the account stands, since when and by whom
    Status,
    /// Sign this machine in: shows an address and a code, and waits until somebody has entered it
    #[command(
        after_help = "The code is entered in any browser, on a telephone too. It is good for 10 minutes."
    )]
    SignIn,
    /// Give this machine's sign-in back
    SignOut,
    /// Look at everything that has to be right before the account is activated
    Check,
    /// Make the account usable for this company; everything is checked first
    Activate,
    /// Switch the account off until it is activated again
    Deactivate,
    /// Get this machine another token
    Renew,
    /// Take the account away from its company
    #[command(
        after_help = "It asks for the company's id; a script gives it:\n  axcs account disconnect --company usmf"
    )]
    Disconnect {
        /// Id of the company (DATAAREAID), so that it is the right one
        #[arg(long, value_name = "ID")]
        company: Option<String>,
    },
}

/// `axcs account`
pub async fn account(
    invocation: &Invocation,
    arguments: AccountArguments,
) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    let command = arguments.command.unwrap_or(AccountCommand::Status);
    match &command {
        AccountCommand::Status | AccountCommand::Check => {}
        AccountCommand::SignIn | AccountCommand::SignOut | AccountCommand::Renew => {
            invocation.changes("Another sign-in")?;
        }
        AccountCommand::Activate
        | AccountCommand::Deactivate
        | AccountCommand::Disconnect { .. } => invocation.changes("A step of the account")?,
    }
    let _guard = super::log::to_file_if_possible(&settings);
    let set_up = SetUp::open(&settings).await?;
    let done = answer(invocation, &settings, &set_up, command).await;
    set_up.close().await;
    done
}

async fn answer(
    invocation: &Invocation,
    settings: &Settings,
    set_up: &SetUp,
    command: AccountCommand,
) -> Result<Exit, Refusal> {
    let step = match command {
        AccountCommand::Status => return status(invocation, set_up).await,
        AccountCommand::SignIn => return sign_in(invocation, settings, set_up).await,
        AccountCommand::Check => {
            let findings = set_up.administration.checks().await;
            if invocation.json() {
                print::json(&findings);
            } else {
                print_findings(&findings);
            }
            return Ok(exit_of(&findings));
        }
        AccountCommand::SignOut => AccountStep::SignOut,
        AccountCommand::Activate => AccountStep::Activate,
        AccountCommand::Deactivate => AccountStep::Deactivate,
        AccountCommand::Renew => AccountStep::Renew,
        AccountCommand::Disconnect { company } => {
            confirm_disconnect(set_up, company).await?;
            AccountStep::Disconnect
        }
    };
    let told = set_up.administration.step(step).await?;
    if invocation.json() {
        print::json(&json!({"step": step, "told": told}));
    } else {
        print::line(told);
    }
    Ok(Exit::Done)
}

async fn status(invocation: &Invocation, set_up: &SetUp) -> Result<Exit, Refusal> {
    let view = set_up.administration.account().await?;
    if invocation.json() {
        print::json(&view);
        return Ok(Exit::Done);
    }
    let AccountView {
        account,
        user,
        rights,
        signed_in,
        website,
        ..
    } = &view;
    let machine = match signed_in {
        Some(since) => format!("signed in by {user} since {}", print::time(*since)),
        None => "uses the service's own token; axcs account sign-in signs it in".to_owned(),
    };
    let company = account.company.as_ref();
    print::facts(&[
        ("Account", account.name.clone()),
        ("State", account.state.to_string()),
        ("Since", account.since.map(print::time).unwrap_or_default()),
        ("By", account.by.clone()),
        (
            "Company",
            company.map_or_else(String::new, |of| {
                format!("{} {} ({})", of.id, of.name, of.release)
            }),
        ),
        ("This machine", machine),
        ("Rights", rights.join(", ")),
        ("Website", website.clone()),
    ]);
    if account.is_first_release {
        print::note("An account of the first release: upgrade it with axcs checklist upgrade");
    }
    Ok(Exit::Done)
}

async fn sign_in(
    invocation: &Invocation,
    settings: &Settings,
    set_up: &SetUp,
) -> Result<Exit, Refusal> {
    let mut signals = signals::listen()
        .map_err(|error| Exception::new("Signals cannot be listened to.", error, "Report it."))?;
    let administration = &set_up.administration;
    let waiting = administration.begin_sign_in().await?;
    let code = waiting.code();
    if invocation.json() {
        print::json_line(&json!({"event": "code", "code": code}));
    } else {
        show(&code, settings);
    }
    let told = tokio::select! {
        biased;
        signal = signals.next() => {
            print::note("This machine was not signed in.");
            return Ok(signal.map_or(Exit::Done, |signal| Exit::Stopped(signal.exit_code())));
        }
        told = administration.wait_for_sign_in(&waiting) => told?,
    };
    if invocation.json() {
        print::json_line(&json!({"event": "signed-in", "told": told}));
    } else {
        print::line(told);
    }
    Ok(Exit::Done)
}

/// The code with its address, and as a QR code where somebody looks at a terminal.
fn show(code: &SignInCode, settings: &Settings) {
    if std::io::stdout().is_terminal() {
        let on_dark = settings.console.theme != ThemeSetting::Light;
        let text = &code.address_with_code;
        let drawn = if settings.console.ascii {
            qr::ascii(text, on_dark)
        } else {
            qr::half_blocks(text, on_dark)
        };
        for row in drawn.unwrap_or_default() {
            print::line(row);
        }
    }
    print::facts(&[
        ("Open", code.address.clone()),
        ("Enter", code.code.clone()),
        ("Until", print::time(code.expires)),
    ]);
    print::note("Waiting until somebody has entered it. Ctrl-C ends the wait.");
}

/// Whoever disconnects an account names the company it belongs to.
async fn confirm_disconnect(set_up: &SetUp, given: Option<String>) -> Result<(), Refusal> {
    let account = set_up.administration.account().await?.account;
    let Some(company) = account.company else {
        // The service says what is wrong.
        return Ok(());
    };
    let typed = match given {
        Some(typed) => typed,
        None if std::io::stdin().is_terminal() => {
            let mut stderr = std::io::stderr();
            let _ = write!(
                stderr,
                "This takes the account {} away from {} {}: nothing moves any more until it is activated again.\nType the company's id to go on: ",
                account.name, company.id, company.name
            );
            let _ = stderr.flush();
            let mut line = String::new();
            // Whatever cannot be read is no id.
            let _ = std::io::stdin().read_line(&mut line);
            line.trim().to_owned()
        }
        None => String::new(),
    };
    if typed.eq_ignore_ascii_case(&company.id) {
        return Ok(());
    }
    Err(Refusal::usage(
        "The account was not disconnected.",
        format!(
            "It is active for {} {}, and {typed:?} was given.",
            company.id, company.name
        ),
        format!(
            "Name the company: axcs account disconnect --company {}",
            company.id
        ),
    ))
}
