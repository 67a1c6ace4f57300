//! A line between client and service that does what lines do: nothing, hold answers back, break; or,
//! at one byte of what it carries, one of the things that befall lines.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be, and uses of it what it needs"
)]

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the line does with whatever it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It arrives.
    Whole,
    /// Requests arrive at the service, answers stay away: whether it was done is unknown.
    Mute,
    /// Connections are cut as soon as the service answers.
    Cut,
    /// There is no line.
    Gone,
}

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the service.
    Up,
    /// From the service.
    Down,
}

/// What befalls the connection that carries a certain byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It ends before that byte.
    Cut,
    /// It ends before that byte, and there is no line from then on.
    Gone,
    /// That byte and what follows come so much later, even if the sender is gone by then.
    Delay(Duration),
    /// From that byte on so many bytes a second.
    Throttle(u32),
    /// That byte is another one.
    Corrupt,
    /// From that byte on nothing arrives any more, either way, and nobody is told.
    HalfOpen,
}

/// One fault at one byte.
#[derive(Clone, Copy, Debug)]
pub struct Tear {
    /// Which way.
    pub way: Way,
    /// How many bytes go that way before it, over all connections.
    pub at: u64,
    /// What happens.
    pub fault: Fault,
}

/// How long a sender that closed is not known to be gone at the other end.
const LINGER: Duration = Duration::from_secs(2);

/// How long a half-open connection stays: longer than any deadline of a torn run.
const HELD: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
struct Carried {
    bytes: [u64; 2],
    tear: Option<Tear>,
}

/// A proxy on this machine.
#[derive(Clone)]
pub struct Proxy {
    pub url: String,
    line: Arc<watch::Sender<Line>>,
    carried: Arc<Mutex<Carried>>,
}

impl Proxy {
    pub async fn before(service: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            line: Arc::new(watch::channel(Line::Whole).0),
            carried: Arc::default(),
        };
        let carrier = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carrier.clone().carry(client, service));
            }
        });
        proxy
    }

    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }

    /// The line is whole, counts from 0 and waits for the byte of `tear`.
    pub fn arm(&self, tear: Option<Tear>) {
        self.set(Line::Whole);
        *self.carried.lock().unwrap() = Carried {
            tear,
            ..Carried::default()
        };
    }

    /// True once the tear has happened.
    pub fn is_torn(&self) -> bool {
        self.carried.lock().unwrap().tear.is_none()
    }

    /// The line is whole. Answers what it has carried up and down since it was armed, and whether
    /// the tear has happened.
    pub fn heal(&self) -> ([u64; 2], bool) {
        self.set(Line::Whole);
        let mut carried = self.carried.lock().unwrap();
        (carried.bytes, carried.tear.take().is_none())
    }

    async fn carry(self, client: TcpStream, service: SocketAddr) {
        if *self.line.borrow() == Line::Gone {
            return;
        }
        let Ok(upstream) = TcpStream::connect(service).await else {
            return;
        };
        let (from_client, to_client) = client.into_split();
        let (from_service, to_service) = upstream.into_split();
        let still = watch::channel(false).0;
        let up = self.pump(Way::Up, from_client, to_service, &still);
        let down = self.pump(Way::Down, from_service, to_client, &still);
        // The first that breaks takes the other with it.
        drop(tokio::try_join!(up, down));
    }

    async fn pump(
        &self,
        way: Way,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
        still: &watch::Sender<bool>,
    ) -> io::Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        let mut speed = None;
        loop {
            let read = from.read(&mut buffer).await?;
            if read == 0 {
                tokio::time::sleep(LINGER).await;
                return to.shutdown().await;
            }
            let line = *self.line.borrow();
            match (way, line) {
                (_, Line::Whole) | (Way::Up, Line::Mute | Line::Cut) => {}
                (Way::Down, Line::Cut) | (_, Line::Gone) => return Err(broken()),
                // Lost for good: an answer that came late would be another test.
                (Way::Down, Line::Mute) => continue,
            }
            let chunk = &mut buffer[..read];
            let mut sent = 0;
            if let Some((at, fault)) = self.count(way, read) {
                sent = at;
                match fault {
                    Fault::Cut | Fault::Gone => {
                        to.write_all(&chunk[..at]).await?;
                        if fault == Fault::Gone {
                            self.set(Line::Gone);
                        }
                        return Err(broken());
                    }
                    Fault::Delay(pause) => {
                        to.write_all(&chunk[..at]).await?;
                        tokio::time::sleep(pause).await;
                    }
                    Fault::Throttle(bytes) => {
                        to.write_all(&chunk[..at]).await?;
                        speed = Some(bytes);
                    }
                    Fault::Corrupt => {
                        chunk[at] ^= 0x20;
                        sent = 0;
                    }
                    Fault::HalfOpen => {
                        to.write_all(&chunk[..at]).await?;
                        still.send_replace(true);
                    }
                }
            }
            if *still.borrow() {
                // Neither end hears of it before its own deadline.
                tokio::time::sleep(HELD).await;
                return Err(broken());
            }
            match speed {
                None => to.write_all(&chunk[sent..]).await?,
                Some(bytes) => slowly(&mut to, &chunk[sent..], bytes).await?,
            }
        }
    }

    /// Counts bytes; answers at which of them the tear is, if it is among them.
    fn count(&self, way: Way, bytes: usize) -> Option<(usize, Fault)> {
        let mut carried = self.carried.lock().unwrap();
        let before = carried.bytes[way as usize];
        carried.bytes[way as usize] += bytes as u64;
        let tear = carried.tear?;
        let here = tear.way == way && (before..before + bytes as u64).contains(&tear.at);
        here.then(|| {
            carried.tear = None;
            ((tear.at - before) as usize, tear.fault)
        })
    }
}

async fn slowly(to: &mut OwnedWriteHalf, bytes: &[u8], speed: u32) -> io::Result<()> {
    const PARTS: u32 = 20;
    for part in bytes.chunks((speed / PARTS).max(1) as usize) {
        to.write_all(part).await?;
        tokio::time::sleep(Duration::from_secs(1) / PARTS).await;
    }
    Ok(())
}

fn broken() -> io::Error {
    io::Error::other("the line broke")
}
