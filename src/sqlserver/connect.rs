//! Connecting, step by step, so that a failure says which step it was and what to do.

mod prelogin;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tiberius::error::Error;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel, SqlBrowser as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt as _};

use super::Connection;

/// Bytes of a packet: a third faster than the usual 4 KB, and taken everywhere.
const PACKET_SIZE: u32 = 16_192;

/// Who logs in.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// A login of the server.
    Sql {
        /// Its name.
        user: String,
        /// Its password.
        password: SecretString,
    },
    /// A Windows account (NTLM).
    Windows {
        /// `DOMAIN\user`.
        user: String,
        /// Its password.
        password: SecretString,
    },
    /// The account that this process runs under.
    Integrated,
}

/// What of the conversation is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// All of it, or there is no connection.
    Required,
    /// The login only.
    Login,
    /// Nothing: for a server that can do no TLS of today, on a network that is trusted.
    None,
}

/// A database of a SQL Server, and how it is connected to.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name or address of the machine.
    pub host: String,
    /// Its port; `None` asks the SQL Server Browser for the instance, and is 1433 without one.
    pub port: Option<u16>,
    /// A named instance.
    pub instance: Option<String>,
    /// The database.
    pub database: String,
    /// Who logs in.
    pub authentication: Authentication,
    /// What is encrypted.
    pub encryption: Encryption,
    /// Certificates of authorities to trust, as a PEM, CRT or DER file.
    pub ca_file: Option<PathBuf>,
    /// Take any certificate.
    pub trust_any: bool,
    /// Time for each step of connecting.
    pub connect_timeout: Duration,
    /// Time for a statement until it answers, and from each row to the next.
    pub statement_timeout: Duration,
}

impl Options {
    /// Server and database, for messages.
    pub fn place(&self) -> String {
        format!("{}/{}", self.server(), self.database)
    }

    fn server(&self) -> String {
        match (&self.instance, self.port) {
            (Some(instance), None) => format!("{}\\{instance}", self.host),
            (_, Some(port)) => format!("{}:{port}", self.host),
            (None, None) => self.host.clone(),
        }
    }

    /// The same server, another database.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        Self {
            database: database.to_owned(),
            ..self.clone()
        }
    }
}

/// A step of connecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A free place among the connections of this process.
    Place,
    /// The machine's name becomes an address.
    Name,
    /// The SQL Server Browser tells the instance's port.
    Instance,
    /// The port answers.
    Port,
    /// Both agree on TLS, and the certificate is good.
    Tls,
    /// Kerberos gives this account a ticket for the server.
    Ticket,
    /// The login is let in.
    Login,
    /// It may open the database.
    Database,
    /// The settings make sense on this system.
    Settings,
}

impl Step {
    /// What to do where it fails.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Place => "Wait, or look for a run that hangs: axcs jobs.",
            Self::Name => {
                "Check `sqlserver.host` in the settings and the name service of this machine."
            }
            Self::Instance => {
                "Check `sqlserver.instance`; or name the port: `sqlserver.port`. The SQL Server \
                 Browser answers on UDP 1434, which firewalls often stop."
            }
            Self::Port => {
                "Check that SQL Server runs and takes TCP/IP connections, `sqlserver.port`, and the \
                 firewall between."
            }
            Self::Tls => {
                "Three ways out: update the server so that it offers TLS 1.2; give an OpenSSL \
                 configuration at security level 0 in OPENSSL_CONF for a server with TLS 1.0 only; or, \
                 on a network that is trusted, `sqlserver.encryption = \"none\"`. For a certificate that \
                 is not trusted name its authority in `sqlserver.ca_file`."
            }
            Self::Ticket => {
                "Check with klist that the account of this process has a ticket, and get one: kinit \
                 USER@REALM, or a keytab named in KRB5_CLIENT_KTNAME. The server's service name is \
                 MSSQLSvc/HOST:PORT, where HOST is `sqlserver.host`: it has to be the full name that \
                 Active Directory knows (setspn -L)."
            }
            Self::Login => {
                "Check `sqlserver.user` and the password; a SQL login needs mixed-mode authentication \
                 at the server, a Windows account a login there."
            }
            Self::Database => {
                "Check `sqlserver.database`, and that the login has a user in it: axcs doctor --grants \
                 prints the script."
            }
            Self::Settings => "Change `sqlserver` in the settings: axcs config show.",
        }
    }
}

/// There is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {server}: {reason}")]
pub struct ConnectError {
    /// The step that failed.
    pub step: Step,
    what: &'static str,
    server: String,
    reason: String,
}

impl ConnectError {
    pub(super) fn new(step: Step, options: &Options, reason: impl fmt::Display) -> Self {
        Self {
            step,
            what: match step {
                Step::Place => "no connection is free to",
                Step::Name => "the name cannot be resolved of",
                Step::Instance => "the instance cannot be found:",
                Step::Port => "there is no conversation with",
                Step::Tls => "no TLS connection can be agreed on with",
                Step::Ticket => "Kerberos gives no ticket for",
                Step::Login => "the login is refused by",
                Step::Database => "the database cannot be opened:",
                Step::Settings => "the settings do not fit",
            },
            server: match step {
                Step::Database => options.place(),
                Step::Name => options.host.clone(),
                Step::Place
                | Step::Instance
                | Step::Port
                | Step::Tls
                | Step::Ticket
                | Step::Login
                | Step::Settings => options.server(),
            },
            reason: reason.to_string(),
        }
    }
}

/// Connects and logs in.
pub(super) async fn connect(options: &Options) -> Result<Connection, ConnectError> {
    let failed = |step, reason: &dyn fmt::Display| ConnectError::new(step, options, reason);
    let late = format!(
        "there was no answer within {} s",
        options.connect_timeout.as_secs()
    );
    let in_time = options.connect_timeout;
    let mut config = config(options)?;

    let port = options.port.unwrap_or(1433);
    let addresses = timeout(in_time, lookup_host((options.host.as_str(), port))).await;
    let addresses: Vec<_> = addresses
        .map_err(|_| failed(Step::Name, &late))?
        .map_err(|error| failed(Step::Name, &error))?
        .collect();
    let tcp = if options.instance.is_some() && options.port.is_none() {
        let named = timeout(in_time, TcpStream::connect_named(&config)).await;
        let named = named.map_err(|_| failed(Step::Instance, &late))?;
        let named = named.map_err(|error| failed(Step::Instance, &error))?;
        // The server's service name has the port of the instance, not that of the Browser.
        if let Ok(address) = named.peer_addr() {
            config.port(address.port());
        }
        named
    } else {
        let connected = timeout(in_time, TcpStream::connect(addresses.as_slice())).await;
        let connected = connected.map_err(|_| failed(Step::Port, &late))?;
        connected.map_err(|error| failed(Step::Port, &error))?
    };
    tcp.set_nodelay(true)
        .map_err(|error| failed(Step::Port, &error))?;
    let address = tcp.peer_addr().ok();
    let client = timeout(in_time, log_in(options, config, tcp.compat_write())).await;
    // Somebody listens there and does not speak: hardly a SQL Server, or it is Kerberos that is silent.
    let silent = match options.authentication {
        Authentication::Integrated if cfg!(all(unix, feature = "kerberos")) => Step::Ticket,
        Authentication::Sql { .. }
        | Authentication::Windows { .. }
        | Authentication::Integrated => Step::Port,
    };
    let error = match client.map_err(|_| failed(silent, &late))? {
        Ok(client) => return Ok(client),
        Err(error) => error,
    };
    let step = step_of(&error, options.encryption);
    let mut reason = if let Error::Server(said) = &error {
        said.message().to_owned()
    } else {
        error.to_string()
    };
    if step == Step::Tls
        && let Some(address) = address
        && let Some(told) = prelogin::ask(address, in_time).await
    {
        reason.push_str(&format!("; there is {told}"));
    }
    Err(failed(step, &reason))
}

#[cfg(not(all(unix, feature = "kerberos")))]
async fn log_in(_: &Options, config: Config, tcp: Compat<TcpStream>) -> Result<Connection, Error> {
    Client::connect(config, tcp).await
}

/// The library of Kerberos asks its servers in a call that blocks, for a minute where they are silent:
/// it has a thread of its own, which is not waited for.
#[cfg(all(unix, feature = "kerberos"))]
async fn log_in(
    options: &Options,
    config: Config,
    tcp: Compat<TcpStream>,
) -> Result<Connection, Error> {
    match options.authentication {
        Authentication::Sql { .. } | Authentication::Windows { .. } => {
            return Client::connect(config, tcp).await;
        }
        Authentication::Integrated => {}
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    let thread = std::thread::Builder::new().name("kerberos".to_owned());
    thread.spawn(move || drop(tell.send(runtime.block_on(Client::connect(config, tcp)))))?;
    let gave_up = |_| Err(Error::Protocol("the login was given up".into()));
    told.await.unwrap_or_else(gave_up)
}

/// Which step a refusal belongs to.
fn step_of(error: &Error, encryption: Encryption) -> Step {
    #[cfg(all(unix, feature = "kerberos"))]
    if matches!(error, Error::Gssapi(_)) {
        return Step::Ticket;
    }
    if let Error::Server(said) = error {
        // 4060: cannot open the database; 916: the login has no user in it.
        if matches!(said.code(), 4060 | 911 | 916) {
            Step::Database
        } else {
            Step::Login
        }
    } else if encryption == Encryption::None {
        // There is no TLS to fail: the line broke, or the server does not go without.
        if matches!(error, Error::Io { .. }) {
            Step::Port
        } else {
            Step::Tls
        }
    } else if matches!(error, Error::Tls(_) | Error::Io { .. } | Error::Protocol(_)) {
        // A server that takes no offer hangs up in the middle of the handshake; one that cannot
        // encrypt at all says so in the prelogin.
        Step::Tls
    } else {
        Step::Login
    }
}

fn config(options: &Options) -> Result<Config, ConnectError> {
    let mut config = Config::new();
    config.host(&options.host);
    if let Some(port) = options.port {
        config.port(port);
    } else if let Some(instance) = &options.instance {
        config.instance_name(instance);
    }
    config.database(&options.database);
    config.application_name("axcs");
    config.packet_size(PACKET_SIZE);
    config.authentication(method(options)?);
    config.encryption(match options.encryption {
        Encryption::Required => EncryptionLevel::Required,
        Encryption::Login => EncryptionLevel::Off,
        Encryption::None => EncryptionLevel::NotSupported,
    });
    if let Some(file) = &options.ca_file {
        config.trust_cert_ca(file.display());
    } else if options.trust_any {
        config.trust_cert();
    }
    // Each step has its own deadline already.
    config.handshake_timeout(None);
    config.command_timeout(Some(options.statement_timeout));
    // One half of a pair in a text of AX must not end a reading of a million records.
    config.lossy_utf16_decoding(true);
    Ok(config)
}

#[cfg_attr(
    all(any(windows, feature = "ntlm"), any(windows, feature = "kerberos")),
    expect(clippy::unnecessary_wraps, reason = "it may not be built in")
)]
fn method(options: &Options) -> Result<AuthMethod, ConnectError> {
    #[cfg(not(all(any(windows, feature = "ntlm"), any(windows, feature = "kerberos"))))]
    let without = |what, feature| {
        let reason = format!(
            "this axcs was built without {what}; build it with --features {feature}, use a SQL login, or \
             run axcs on Windows"
        );
        Err(ConnectError::new(Step::Settings, options, reason))
    };
    match &options.authentication {
        Authentication::Sql { user, password } => {
            Ok(AuthMethod::sql_server(user, password.expose_secret()))
        }
        #[cfg(any(windows, feature = "ntlm"))]
        Authentication::Windows { user, password } => {
            Ok(AuthMethod::windows(user, password.expose_secret()))
        }
        #[cfg(not(any(windows, feature = "ntlm")))]
        Authentication::Windows { .. } => without("NTLM", "ntlm"),
        #[cfg(any(windows, feature = "kerberos"))]
        Authentication::Integrated => Ok(AuthMethod::Integrated),
        #[cfg(not(any(windows, feature = "kerberos")))]
        Authentication::Integrated => without("Kerberos", "kerberos"),
    }
}
