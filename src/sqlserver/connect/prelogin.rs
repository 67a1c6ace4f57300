//! What a server says of itself before anybody logs in: asked where TLS fails, for the message.
//!
//! Packets and options: MS-TDS 2.2.6.5 (PRELOGIN).

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Version and wish for encryption of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    major: u8,
    minor: u8,
    build: u16,
    encryption: u8,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            major,
            minor,
            build,
            encryption,
        } = self;
        let product = match (major, minor) {
            (10, 50) => " (2008 R2)",
            (10, _) => " (2008)",
            (11, _) => " (2012)",
            (12, _) => " (2014)",
            (13, _) => " (2016)",
            (14, _) => " (2017)",
            (15, _) => " (2019)",
            (16, _) => " (2022)",
            _ => "",
        };
        let wish = match encryption {
            0 => "encrypts the login only",
            1 => "takes encryption",
            2 => "cannot encrypt",
            3 => "demands encryption",
            _ => "does not say whether it encrypts",
        };
        write!(
            f,
            "SQL Server {major}.{minor}.{build}{product}, which {wish}"
        )
    }
}

/// Asks the server at `address`; `None` where it does not answer as one.
pub(super) async fn ask(address: SocketAddr, in_time: Duration) -> Option<Told> {
    timeout(in_time, converse(address)).await.ok()?
}

async fn converse(address: SocketAddr) -> Option<Told> {
    // Version 0 and "on" for encryption, as any client asks.
    const QUESTION: [u8; 26] = [
        0x12, 1, 0, 26, 0, 0, 0, 0, // header: prelogin, last packet, length
        0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, // where version and encryption stand
        0, 0, 0, 0, 0, 0, 1,
    ];
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(&QUESTION).await.ok()?;
    let mut header = [0; 8];
    stream.read_exact(&mut header).await.ok()?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let mut body = vec![0; length.checked_sub(header.len())?];
    stream.read_exact(&mut body).await.ok()?;
    read(&body)
}

/// Reads the options of an answer.
fn read(body: &[u8]) -> Option<Told> {
    let option = |wanted: u8| {
        let mut options = body.chunks_exact(5).take_while(|option| option[0] != 0xFF);
        let option = options.find(|option| option[0] == wanted)?;
        let at = usize::from(u16::from_be_bytes([option[1], option[2]]));
        body.get(at..)
    };
    let version = option(0)?;
    Some(Told {
        major: *version.first()?,
        minor: *version.get(1)?,
        build: u16::from_be_bytes([*version.get(2)?, *version.get(3)?]),
        encryption: *option(1)?.first()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_and_the_wish_for_encryption_are_told() {
        let body = [
            0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 10, 50, 0x0F, 0xA0, 0, 0, 3,
        ];
        let told = read(&body).unwrap().to_string();
        assert_eq!(
            told,
            "SQL Server 10.50.4000 (2008 R2), which demands encryption"
        );
        for length in 0..body.len() {
            assert_eq!(read(&body[..length]), None, "{length} bytes");
        }
    }
}
