//! `axcs service`: the self-hosted Commerce Services, until stopped; and what a shop does there, so
//! that orders can be tried out: stores, orders, the account.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use futures_util::StreamExt as _;

use super::set_up::{self, Folder};
use super::{Exit, Invocation, Refusal, log, print};
use crate::commerce::client::{Client, CommerceError};
use crate::commerce::wire::account::AccountState;
use crate::model::exception::{Exception, chain};
use crate::service::{self, ServiceError};
use crate::signals;

mod order;
mod store;

/// Where the service listens where nobody says otherwise.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8620);

#[derive(Debug, Args)]
pub struct ServiceArguments {
    #[command(subcommand)]
    command: Option<ServiceCommand>,
    #[command(flatten)]
    serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
enum ServiceCommand {
    /// Online orders at the service, as a shop sees them
    #[command(subcommand)]
    Order(order::OrderCommand),
    /// Online stores and marketplaces
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// How the account stands
    #[command(
        after_help = "Rehearse what operators see while an account is being set up:\n  \
axcs service account being-set-up\n  axcs run orders\n  axcs service account active"
    )]
    Account {
        /// Make it so: being-set-up or active
        #[arg(value_parser = account_state)]
        state: Option<AccountState>,
    },
}

#[derive(Debug, Default, PartialEq, Args)]
struct ServeArguments {
    /// Address to listen on, 127.0.0.1:8620 if none is given; any but this machine's own needs TLS or --insecure
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Certificate chain as a PEM file
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key as a PEM file (PKCS#8)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Listen without TLS on any address: tokens and prices can be read on the way
    #[arg(long)]
    insecure: bool,
    /// For how many minutes an account that somebody signs up for is being set up; at the retired service up to 24 hours
    #[arg(long, value_name = "MINUTES", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_440))]
    set_up: u32,
    /// Have an account of the first release, to try the upgrade with: a sample, or that of a file of lines {"kind":…,"value":…}
    #[arg(long, value_name = "sample|FILE")]
    first_release: Option<PathBuf>,
}

pub async fn service(
    invocation: &Invocation,
    arguments: ServiceArguments,
) -> Result<Exit, Refusal> {
    let Some(command) = arguments.command else {
        // Whoever sends something to it would change it.
        invocation.changes("Serving")?;
        return serve(invocation, arguments.serve).await;
    };
    if arguments.serve != ServeArguments::default() {
        return Err(Refusal::usage(
            "The service is either served or asked.",
            "--listen, --tls-cert, --tls-key, --insecure, --set-up and --first-release are for serving.",
            "Leave them out here; the service that runs is found by its folder or `service.url`.",
        ));
    }
    let settings = invocation.settings()?;
    let _guard = log::to_file_if_possible(&settings);
    let folder = Folder::of(&settings)?;
    let token = set_up::token(&settings, &folder)?;
    let (url, running) = if settings.service.url.is_empty() {
        set_up::own_service(&folder, &token.text).await?
    } else {
        (settings.service.url.clone(), None)
    };
    let client = set_up::client(&settings, url, token)?;
    let done = match command {
        ServiceCommand::Order(command) => order::order(invocation, &client, command).await,
        ServiceCommand::Store(command) => store::store(invocation, &client, command).await,
        ServiceCommand::Account { state } => account(invocation, &client, state).await,
    };
    if let Some(running) = running {
        running.stop().await;
    }
    done.map(|()| Exit::Done)
}

async fn account(
    invocation: &Invocation,
    client: &Client,
    state: Option<AccountState>,
) -> Result<(), Refusal> {
    let state = match state {
        Some(state) => {
            invocation.changes("Setting the account's state")?;
            client.set_account(state).await
        }
        None => client.account().await,
    }
    .map_err(refused)?
    .state;
    if invocation.json() {
        print::json(&serde_json::json!({"state": state}));
    } else {
        print::line(match state {
            AccountState::BeingSetUp => "The service is being set up.",
            AccountState::NotSignedUp => "Nobody has signed up; the service's own token opens it.",
            AccountState::SignedUp => "The account is not activated yet.",
            AccountState::Active => "The account is active.",
            AccountState::Deactivated => "The account is deactivated.",
            AccountState::Disconnected => "The account is disconnected from its company.",
        });
    }
    Ok(())
}

/// What the service refuses is wrong in what was typed: there is no job that could go on.
fn refused(error: CommerceError) -> Refusal {
    match error.problem() {
        Some(problem) => Refusal::usage(
            format!("The service says no: {}.", problem.title),
            &problem.detail,
            "Correct it and give the command again.",
        ),
        None => Exception::from(error).into(),
    }
}

fn account_state(word: &str) -> Result<AccountState, String> {
    from_word(word, "being-set-up, active")
}

/// Reads a word of the wire: `partially-shipped`.
fn from_word<T: serde::de::DeserializeOwned>(word: &str, words: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|_| format!("it is one of {words}"))
}

async fn serve(invocation: &Invocation, arguments: ServeArguments) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    let folder = Folder::of(&settings)?;
    let _log = log::to_file_and_stderr(&settings)?;
    let token = set_up::token(&settings, &folder)?;
    let mut signals = signals::listen()
        .map_err(|error| Exception::new("Signals cannot be listened to.", error, "Report it."))?;
    let first_release = arguments
        .first_release
        .as_deref()
        .map(first_release)
        .transpose()?;
    let running = service::start(service::Options {
        dir: folder.service(),
        listen: arguments.listen.unwrap_or(LISTEN),
        token: token.text,
        tls: arguments
            .tls_cert
            .zip(arguments.tls_key)
            .map(|(cert, key)| service::TlsFiles { cert, key }),
        insecure: arguments.insecure,
        set_up: jiff::SignedDuration::from_mins(arguments.set_up.into()),
        first_release,
    })
    .await
    .map_err(|error| not_started(&error))?;
    if invocation.json() {
        print::json_line(&serde_json::json!({"url": running.url(), "dir": folder.path()}));
    } else {
        print::line(format_args!(
            "Commerce Services at {} (folder {})",
            running.url(),
            folder.path().display()
        ));
        print::line(format_args!(
            "API description: {}/openapi.json; token: {}",
            running.url(),
            folder.token().display()
        ));
    }
    let signal = signals.next().await;
    running.stop().await;
    Ok(signal.map_or(Exit::Done, |signal| Exit::Stopped(signal.exit_code())))
}

/// The lines of an account of the first release.
fn first_release(file: &Path) -> Result<String, Refusal> {
    if file == Path::new("sample") {
        return Ok(service::FIRST_RELEASE.to_owned());
    }
    std::fs::read_to_string(file).map_err(|error| {
        Refusal::usage(
            "The account of the first release cannot be read.",
            format!("{}: {error}", file.display()),
            "Name a file that is there, or sample: --first-release sample",
        )
    })
}

/// The error says itself what to do.
fn not_started(error: &ServiceError) -> Refusal {
    let exception = Exception::new("The service did not start.", chain(error), "");
    match error {
        ServiceError::Unencrypted(_)
        | ServiceError::Token
        | ServiceError::FirstRelease(_)
        | ServiceError::Tls { .. } => Refusal::wrong(exception),
        ServiceError::Folder { .. }
        | ServiceError::Owned { .. }
        | ServiceError::Store { .. }
        | ServiceError::Listen { .. } => exception.not_reached().into(),
    }
}
