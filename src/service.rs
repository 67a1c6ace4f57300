//! The self-hosted Commerce Services: the API that the jobs upload to and the website, on one file. It knows
//! nothing of AX and nothing of the jobs; whoever speaks [`crate::commerce::wire`] may use it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_native_tls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use self::api::{Api, Deadlines};
use self::folder::Folder;
use self::images::Images;
use self::store::{Store, StoreError};
use self::website::Site;

mod api;
mod batch;
mod fields;
mod first_release;
mod folder;
mod images;
mod listen;
mod marketplaces;
mod passwords;
mod rates;
mod rights;
mod secrets;
mod store;
mod strict;
mod website;

pub use self::first_release::SAMPLE as FIRST_RELEASE;
pub use self::folder::running_at;

/// How often old answers are dropped.
const PRUNE: Duration = Duration::from_secs(600);
/// When an operation is tried again that the store could not carry on.
const AGAIN: Duration = Duration::from_secs(5);

/// Certificate and key for TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate in PEM, followed by those between it and its root, if any.
    pub cert: PathBuf,
    /// Its private key in PEM, PKCS#8 (`BEGIN PRIVATE KEY`).
    pub key: PathBuf,
}

/// What to serve, and where.
#[derive(Clone, PartialEq, Eq)]
pub struct Options {
    /// Folder of the store; one service at a time owns it.
    pub dir: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The token that every request has to bring.
    pub token: String,
    /// Speak TLS.
    pub tls: Option<TlsFiles>,
    /// Let other machines in without TLS.
    pub insecure: bool,
    /// How long a new account is being set up.
    pub set_up: SignedDuration,
    /// The account is one of the first release that holds this: [`FIRST_RELEASE`] or such lines.
    pub first_release: Option<String>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("dir", &self.dir)
            .field("listen", &self.listen)
            .field("tls", &self.tls)
            .field("insecure", &self.insecure)
            .field("set_up", &self.set_up)
            .finish_non_exhaustive()
    }
}

/// The service did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Other machines could read everything, the token included.
    #[error(
        "{0} can be reached from other machines and the traffic would not be encrypted; \
         give --tls-cert and --tls-key, or --insecure if you know what you do, or listen on 127.0.0.1"
    )]
    Unencrypted(SocketAddr),
    /// The token cannot be sent in a header.
    #[error("the token of the service is empty or has other than visible ASCII characters")]
    Token,
    /// The folder cannot be used.
    #[error("the folder {dir} cannot be used")]
    Folder {
        /// The folder.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process serves the folder.
    #[error(
        "another service owns the folder {dir}{place}; stop it, or give this one a --dir of its own",
        place = .url.as_ref().map(|url| format!(" and listens at {url}")).unwrap_or_default()
    )]
    Owned {
        /// The folder.
        dir: PathBuf,
        /// Where the other one listens.
        url: Option<String>,
    },
    /// The certificate or its key cannot be used.
    #[error("TLS cannot be offered with {file}: {reason}")]
    Tls {
        /// The file at fault.
        file: PathBuf,
        /// Why, and what is expected.
        reason: String,
    },
    /// The account of the first release cannot be taken.
    #[error("{0}")]
    FirstRelease(String),
    /// The store cannot be opened.
    #[error("the store {path} cannot be opened")]
    Store {
        /// The file.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}; another program may use it: take another --listen")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// A service that answers. Dropping it stops it at once; [`Running::stop`] is kinder.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    tls: bool,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

/// Starts the service; when this returns, it answers.
pub async fn start(options: Options) -> Result<Running, ServiceError> {
    start_with(options, Deadlines::default()).await
}

async fn start_with(options: Options, deadlines: Deadlines) -> Result<Running, ServiceError> {
    let Options {
        dir,
        listen,
        token,
        tls,
        insecure,
        set_up,
        first_release,
    } = options;
    if !listen.ip().is_loopback() && tls.is_none() && !insecure {
        return Err(ServiceError::Unencrypted(listen));
    }
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ServiceError::Token);
    }
    let acceptor = tls.as_ref().map(acceptor).transpose()?;
    let no_folder = |source| ServiceError::Folder {
        dir: dir.clone(),
        source,
    };
    let owned = dir.clone();
    let folder = tokio::task::spawn_blocking(move || Folder::own(&owned))
        .await
        .unwrap_or_else(|error| Err(std::io::Error::other(error)))
        .map_err(no_folder)?
        .ok_or_else(|| ServiceError::Owned {
            url: running_at(&dir),
            dir: dir.clone(),
        })?;
    let path = folder.store();
    let store = Store::open(&path)
        .await
        .map_err(|source| ServiceError::Store { path, source })?;
    if let Some(text) = first_release {
        let held = first_release::read(&text)
            .map_err(|error| ServiceError::FirstRelease(error.to_string()))?;
        let planted = store.plant(held).await;
        planted.map_err(|refusal| ServiceError::FirstRelease(refusal.detail))?;
    }
    let cannot_listen = |source| ServiceError::Listen { listen, source };
    let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let stop = CancellationToken::new();
    let own_url = url(address, acceptor.is_some());
    let site = Site::new(
        store.clone(),
        Images::new(folder.images()),
        &token,
        own_url.clone(),
        set_up,
    );
    let site = Arc::new(site);
    let router = Api::new(Arc::clone(&site), token, deadlines, stop.clone()).router();
    folder.write_address(&own_url).map_err(no_folder)?;
    let stopped = stop.clone();
    let tls = acceptor.is_some();
    let serving = tokio::spawn(async move {
        tokio::select! {
            () = listen::serve(listener, acceptor, router, deadlines, stopped) => {}
            () = prune(&store) => {}
            () = carry_on(&store) => {}
            () = store::keep_up(&store, || clean(&site)) => {}
            () = store::keep_log_short(&store) => {}
        }
        if store.settle().await.is_err() {
            tracing::warn!("the store was left as it is");
        }
        drop(folder);
    });
    Ok(Running {
        address,
        tls,
        stop,
        serving,
    })
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The url for clients of this machine.
    pub fn url(&self) -> String {
        url(self.address, self.tls)
    }

    /// Takes no more connections, finishes the requests under way (for ten seconds at most) and
    /// gives the folder back.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Err(error) = (&mut self.serving).await {
            tracing::error!(%error, "the service ended badly");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Drops old answers now and then; never returns.
async fn prune(store: &Store) {
    let mut due = tokio::time::interval(PRUNE);
    loop {
        due.tick().await;
        if let Ok(dropped @ 1..) = store.prune().await {
            tracing::debug!(dropped, "answers older than a day are dropped");
        }
        if let Err(refusal) = store.prune_sessions().await {
            tracing::warn!(reason = refusal.detail, "old sessions could not be dropped");
        }
    }
}

/// Carries long operations on, those included that an end of the service has cut short; never
/// returns.
async fn carry_on(store: &Store) {
    let mut begun = store.operations();
    loop {
        begun.borrow_and_update();
        let done = match store.carry_on().await {
            Ok(false) => store.publish_on().await,
            done => done,
        };
        match done {
            Ok(true) => {}
            // The store has its sender as long as this runs.
            Ok(false) => drop(begun.changed().await),
            Err(refusal) => {
                tracing::warn!(reason = refusal.detail, "an operation waits");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// Removes the files of images that no product names any more.
async fn clean(site: &Site) {
    if let Err(refusal) = site.images.clean(&site.store).await {
        tracing::warn!(reason = refusal.detail, "old images could not be removed");
    }
}

fn url(address: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    // An unspecified address stands for all of this machine's.
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) | IpAddr::V6(_) => address.ip(),
    };
    format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
}

fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, ServiceError> {
    let bad = |file: &Path, reason: String| ServiceError::Tls {
        file: file.to_owned(),
        reason,
    };
    let read = |file: &Path| std::fs::read(file).map_err(|error| bad(file, error.to_string()));
    let (cert, key) = (read(&files.cert)?, read(&files.key)?);
    if native_tls::Certificate::stack_from_pem(&cert).map_or(true, |chain| chain.is_empty()) {
        let reason = "it holds no certificate in PEM (BEGIN CERTIFICATE)";
        return Err(bad(&files.cert, reason.to_owned()));
    }
    let identity = native_tls::Identity::from_pkcs8(&cert, &key).map_err(|error| {
        let reason = format!(
            "{error}; expected is the certificate's key in PEM, PKCS#8 (BEGIN PRIVATE KEY)"
        );
        bad(&files.key, reason)
    })?;
    native_tls::TlsAcceptor::new(identity)
        .map(TlsAcceptor::from)
        .map_err(|error| bad(&files.cert, error.to_string()))
}

#[cfg(test)]
mod tests;
