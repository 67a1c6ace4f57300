//! `axcs service`: the self-hosted Commerce Services, until stopped.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use futures_util::StreamExt as _;

use super::set_up::{self, Folder};
use super::{Exit, Invocation, Refusal, log, print};
use crate::model::exception::{Exception, chain};
use crate::service::{self, ServiceError};
use crate::signals;

#[derive(Debug, Args)]
pub struct ServiceArguments {
    /// Address to listen on; any but this machine's own needs TLS or --insecure
    #[arg(long, default_value = "127.0.0.1:8620")]
    listen: SocketAddr,
    /// Certificate chain as a PEM file
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key as a PEM file (PKCS#8)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Listen without TLS on any address: tokens and prices can be read on the way
    #[arg(long)]
    insecure: bool,
}

pub async fn service(
    invocation: &Invocation,
    arguments: ServiceArguments,
) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    let folder = Folder::of(&settings)?;
    let _log = log::to_file_and_stderr(&settings)?;
    let token = set_up::token(&settings, &folder)?;
    let mut signals = signals::listen()
        .map_err(|error| Exception::new("Signals cannot be listened to.", error, "Report it."))?;
    let running = service::start(service::Options {
        dir: folder.service(),
        listen: arguments.listen,
        token,
        tls: arguments
            .tls_cert
            .zip(arguments.tls_key)
            .map(|(cert, key)| service::TlsFiles { cert, key }),
        insecure: arguments.insecure,
    })
    .await
    .map_err(|error| refusal(&error))?;
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

/// The error says itself what to do.
fn refusal(error: &ServiceError) -> Refusal {
    let exit = match error {
        ServiceError::Unencrypted(_) | ServiceError::Token | ServiceError::Tls { .. } => {
            Exit::Usage
        }
        ServiceError::Folder { .. }
        | ServiceError::Owned { .. }
        | ServiceError::Store { .. }
        | ServiceError::Listen { .. } => Exit::Unreachable,
    };
    Refusal {
        exit,
        exception: Exception::new("The service did not start.", chain(error), ""),
    }
}
