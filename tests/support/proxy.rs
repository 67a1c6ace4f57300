//! A line between client and service that does what lines do: nothing, hold answers back, break.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the line does with the answers of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// They arrive.
    Whole,
    /// Requests arrive at the service, answers stay away: whether it was done is unknown.
    Mute,
    /// Connections are cut as soon as the service answers.
    Cut,
}

/// A proxy on this machine.
pub struct Proxy {
    pub url: String,
    line: Arc<watch::Sender<Line>>,
}

impl Proxy {
    pub async fn before(service: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let line = Arc::new(watch::channel(Line::Whole).0);
        let state = Arc::clone(&line);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, service, state.subscribe()));
            }
        });
        Self { url, line }
    }

    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn carry(client: TcpStream, service: SocketAddr, mut line: watch::Receiver<Line>) {
    let Ok(upstream) = TcpStream::connect(service).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_service, mut to_service) = upstream.into_split();
    let up = async move { tokio::io::copy(&mut from_client, &mut to_service).await };
    let down = async move {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = from_service.read(&mut buffer).await?;
            let state = *line.borrow_and_update();
            match state {
                _ if read == 0 => return Ok(()),
                Line::Whole => to_client.write_all(&buffer[..read]).await?,
                Line::Cut => return Ok(()),
                // Lost for good: an answer that came late would be another test.
                Line::Mute => {}
            }
        }
        #[expect(unreachable_code, reason = "names the type of the error")]
        Ok::<(), std::io::Error>(())
    };
    tokio::select! {
        _ = up => {}
        _ = down => {}
    }
}
