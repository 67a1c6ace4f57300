//! What speaks HTTP to one address.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, ClientBuilder, Url};
use tokio::sync::OnceCell;

use super::client::{ClientOptions, CommerceError};
use crate::model::exception;

/// Idle connections are dropped before the service does it, so that no batch meets a closed one.
const POOL_IDLE: Duration = Duration::from_secs(60);
/// A dead peer is noticed after a few of these.
const TCP_KEEPALIVE: Duration = Duration::from_secs(15);

/// What speaks HTTP to one address. Its TLS begins with the first request, on a thread that may block: reading
/// the certificates of the system takes longer than the console's first frame.
pub(super) struct Http {
    /// The address.
    pub base: Url,
    connect_timeout: Duration,
    request_timeout: Duration,
    certificates: Vec<Certificate>,
    begun: OnceCell<reqwest::Client>,
}

impl Http {
    /// For the address of `options`. Finds what is wrong with it and with the CA file.
    pub fn new(options: &ClientOptions) -> Result<Self, CommerceError> {
        let certificates = match &options.ca_file {
            Some(file) => certificates(file).map_err(|reason| {
                CommerceError::Settings(format!("the CA file {}: {reason}", file.display()))
            })?,
            None => Vec::new(),
        };
        Ok(Self {
            base: base(&options.url)?,
            connect_timeout: options.connect_timeout,
            request_timeout: options.request_timeout,
            certificates,
            begun: OnceCell::new(),
        })
    }

    /// True where the address is this machine's own.
    pub fn is_local(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// The client of all requests; its connections are kept.
    ///
    /// # Errors
    /// Where the TLS of the system cannot begin.
    pub async fn client(&self) -> Result<&reqwest::Client, CommerceError> {
        self.begun
            .get_or_try_init(|| async {
                let builder = self.builder();
                match tokio::task::spawn_blocking(|| builder.build()).await {
                    Ok(built) => {
                        built.map_err(|error| CommerceError::Settings(exception::chain(&error)))
                    }
                    Err(error) => Err(CommerceError::Settings(exception::chain(&error))),
                }
            })
            .await
    }

    fn builder(&self) -> ClientBuilder {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("axcs/", env!("CARGO_PKG_VERSION")))
            // The token goes to the address that was set, and nowhere else.
            .redirect(Policy::none())
            .connect_timeout(self.connect_timeout)
            .timeout(self.request_timeout)
            .pool_idle_timeout(POOL_IDLE)
            .tcp_keepalive(TCP_KEEPALIVE)
            .tcp_nodelay(true)
            .tls_backend_native();
        if self.is_local() {
            http = http.no_proxy();
            if self.base.scheme() == "http" {
                // Nobody shows a certificate: those of the system need not stay in memory.
                http = http.tls_certs_only([]);
            }
        }
        if !self.certificates.is_empty() {
            http = http.tls_certs_merge(self.certificates.clone());
        }
        http
    }
}

fn base(text: &str) -> Result<Url, CommerceError> {
    let bad = |reason: &str| {
        CommerceError::Settings(format!(
            "{reason}; expected is an address such as http://127.0.0.1:8620"
        ))
    };
    let url =
        Url::parse(text).map_err(|error| bad(&format!("{text:?} is not an address: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "the address holds a user or a password, the token stands apart",
        ));
    }
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad(&format!("{text:?} is neither http nor https")));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("the address holds a query or a fragment"));
    }
    Ok(url)
}

fn certificates(file: &Path) -> Result<Vec<Certificate>, String> {
    let pem = std::fs::read(file).map_err(|error| error.to_string())?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| exception::chain(&error))?;
    if found.is_empty() {
        return Err("it holds no certificate in PEM (BEGIN CERTIFICATE)".to_owned());
    }
    Ok(found)
}
