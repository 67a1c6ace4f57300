//! A line between client and server that knows where TDS packets begin, and at one of them does what
//! lines do: break, fall silent, hold a packet back.
//!
//! `tests/torture/line.rs` does such things at one byte of whatever it carries; here the places are
//! packets, and a packet never arrives in part unless that is asked for.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::wire::{Packet, kind};

/// Which way packets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the server.
    Up,
    /// From the server.
    Down,
}

/// What befalls the connection that carries a certain packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It ends before the packet.
    Cut,
    /// It ends in the middle of the packet.
    Torn,
    /// From that packet on nothing arrives any more, either way, and nobody is told.
    Stall,
    /// The packet and all behind it wait until [`Proxy::let_go`].
    Hold,
}

#[derive(Default)]
struct Carried {
    packets: [u64; 2],
    requests: u64,
    fault: Option<(Way, u64, Fault)>,
    happened: bool,
}

#[derive(Default)]
struct Line {
    carried: Mutex<Carried>,
    let_go: Notify,
    cut_all: Notify,
    is_shut: AtomicBool,
    connections: AtomicU64,
}

/// A proxy that ends when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    line: Arc<Line>,
    listening: JoinHandle<()>,
}

impl Proxy {
    /// A proxy in front of a server. It carries everything until it is armed.
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = Arc::<Line>::default();
        let carrying = line.clone();
        let listening = tokio::spawn(async move {
            let mut lines = tokio::task::JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                lines.spawn(carry(carrying.clone(), client, server));
            }
        });
        Self {
            address,
            line,
            listening,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Counts packets from 0 again, and waits for packet `at` (the first is 0) that way, over all
    /// connections.
    pub fn arm(&self, way: Way, at: u64, fault: Fault) {
        *self.line.carried() = Carried {
            fault: Some((way, at, fault)),
            ..Carried::default()
        };
    }

    /// Counts packets from 0 again and carries everything.
    pub fn heal(&self) {
        *self.line.carried() = Carried::default();
        self.let_go();
    }

    /// Lets the packets go that are held back.
    pub fn let_go(&self) {
        self.line.let_go.notify_waiters();
    }

    /// Ends every connection, as a server does that goes down.
    pub fn cut_all(&self) {
        self.line.cut_all.notify_waiters();
    }

    /// Ends every connection and lets none begin, or lets them begin again: a server that is down.
    pub fn shut(&self, is_shut: bool) {
        self.line.is_shut.store(is_shut, Ordering::SeqCst);
        self.cut_all();
    }

    /// How many connections there ever were.
    pub fn connections(&self) -> u64 {
        self.line.connections.load(Ordering::SeqCst)
    }

    /// How many packets went that way since the count began.
    pub fn packets(&self, way: Way) -> u64 {
        self.line.carried().packets[way as usize]
    }

    /// How many statements, calls and transactions were asked for since the count began.
    pub fn requests(&self) -> u64 {
        self.line.carried().requests
    }

    /// True once the fault has happened.
    pub fn has_happened(&self) -> bool {
        self.line.carried().happened
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Line {
    fn carried(&self) -> MutexGuard<'_, Carried> {
        self.carried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a packet; answers what befalls it.
    fn count(&self, way: Way, packet: &Packet) -> Option<Fault> {
        let mut carried = self.carried();
        let asks = matches!(packet.kind(), kind::BATCH | kind::RPC | kind::TRANSACTION);
        carried.requests += u64::from(way == Way::Up && asks && packet.ends_message());
        let number = carried.packets[way as usize];
        carried.packets[way as usize] += 1;
        let (on, at, fault) = carried.fault?;
        if on != way || at != number {
            return None;
        }
        carried.fault = None;
        carried.happened = true;
        Some(fault)
    }
}

async fn carry(line: Arc<Line>, client: TcpStream, server: SocketAddr) {
    if line.is_shut.load(Ordering::SeqCst) {
        return;
    }
    line.connections.fetch_add(1, Ordering::SeqCst);
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    // A packet is passed on at once: nobody waits for the next one.
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let still = watch::channel(false).0;
    let up = pump(&line, Way::Up, from_client, to_server, &still);
    let down = pump(&line, Way::Down, from_server, to_client, &still);
    // The first that ends takes the other with it.
    tokio::select! {
        ended = up => drop(ended),
        ended = down => drop(ended),
        () = line.cut_all.notified() => {}
    }
}

async fn pump(
    line: &Line,
    way: Way,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    still: &watch::Sender<bool>,
) -> io::Result<()> {
    while let Some(packet) = Packet::read(&mut from).await? {
        // Asked for before the fault is known: whoever sees that it has happened may let go.
        let let_go = line.let_go.notified();
        tokio::pin!(let_go);
        let_go.as_mut().enable();
        match line.count(way, &packet) {
            Some(Fault::Cut) => return Ok(()),
            Some(Fault::Torn) => return to.write_all(&packet.0[..packet.0.len() / 2]).await,
            Some(Fault::Stall) => {
                still.send_replace(true);
            }
            Some(Fault::Hold) => let_go.await,
            None => {}
        }
        if *still.borrow() {
            // Until one of the ends gives up.
            while Packet::read(&mut from).await?.is_some() {}
            return Ok(());
        }
        to.write_all(&packet.0).await?;
    }
    Ok(())
}
