//! Takes connections, speaks TLS where asked to, and serves each in a task of its own.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_native_tls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::api::Deadlines;

/// Connections at a time; more wait until one ends.
const CONNECTIONS: usize = 512;
/// Longest head of a request.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// Pause after a failed accept: usually too many open files, which only time mends.
const AFTER_FAILURE: Duration = Duration::from_millis(200);

/// Serves `router` until `stop`; then finishes what is under way, within the deadline.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    deadlines: Deadlines,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    while let Some((stream, peer, place)) = next(&listener, &places, &stop).await {
        let connection = Connection {
            router: router.clone(),
            peer,
            deadlines,
            watcher: graceful.watcher(),
            stop: stop.clone(),
            _place: place,
        };
        let tls = tls.clone();
        connections.spawn(connection.serve(stream, tls));
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    if timeout(deadlines.stop, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were under way for too long and are cut off");
    }
    connections.shutdown().await;
}

/// The next connection; `None` once the service is to stop.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, Peer, OwnedSemaphorePermit)> {
    stop.run_until_cancelled(async {
        // The semaphore is never closed.
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, address)) => return Some((stream, Peer(address.ip()), place)),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    })
    .await?
}

/// The address at the other end of a connection, with each of its requests.
#[derive(Clone, Copy, Debug)]
pub struct Peer(IpAddr);

impl Peer {
    /// The address that a request comes from.
    pub fn address(peer: Option<Self>) -> IpAddr {
        peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0)
    }
}

struct Connection {
    router: Router,
    peer: Peer,
    deadlines: Deadlines,
    watcher: Watcher,
    stop: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    async fn serve(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Answers are small: waiting to fill a packet costs 40 ms.
        drop(stream.set_nodelay(true));
        let Some(tls) = tls else {
            return self.http(stream).await;
        };
        let handshake = timeout(self.deadlines.handshake, tls.accept(stream));
        match self.stop.run_until_cancelled(handshake).await {
            Some(Ok(Ok(stream))) => self.http(stream).await,
            Some(Ok(Err(error))) => tracing::info!(%error, "a TLS handshake failed"),
            Some(Err(_)) => tracing::info!("a TLS handshake took too long"),
            None => {}
        }
    }

    async fn http(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let peer = self.peer;
        let router = TowerToHyperService::new(self.router);
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            router.call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // It also counts while nothing is asked, so it is the keep-alive time as well.
            .header_read_timeout(self.deadlines.idle)
            .max_header_size(MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
