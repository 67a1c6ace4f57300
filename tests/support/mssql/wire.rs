//! TDS packets: the eight bytes in front of each, and messages made of them. The endpoint and the
//! proxy read the wire through this.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What stands before the payload of each packet.
pub const HEADER: usize = 8;
/// The last packet of a message has this bit in its status.
const END_OF_MESSAGE: u8 = 1;

/// Kinds of messages.
pub mod kind {
    pub const BATCH: u8 = 0x01;
    pub const RPC: u8 = 0x03;
    pub const ANSWER: u8 = 0x04;
    pub const ATTENTION: u8 = 0x06;
    pub const TRANSACTION: u8 = 0x0e;
    pub const LOGIN: u8 = 0x10;
    pub const PRELOGIN: u8 = 0x12;
}

/// One packet with its header.
pub struct Packet(pub Vec<u8>);

impl Packet {
    /// The next packet; `None` where the other end has closed between two packets.
    pub async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut packet = vec![0; HEADER];
        if from.read(&mut packet[..1]).await? == 0 {
            return Ok(None);
        }
        from.read_exact(&mut packet[1..]).await?;
        let length = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
        if length < HEADER {
            return Err(io::Error::other("a TDS packet is at least its header"));
        }
        packet.resize(length, 0);
        from.read_exact(&mut packet[HEADER..]).await?;
        Ok(Some(Self(packet)))
    }

    pub fn kind(&self) -> u8 {
        self.0[0]
    }

    pub fn ends_message(&self) -> bool {
        self.0[1] & END_OF_MESSAGE != 0
    }
}

/// A request or an answer, put together.
pub struct Message {
    pub kind: u8,
    pub payload: Vec<u8>,
}

impl Message {
    /// The next message; `None` where the other end has closed.
    pub async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let Some(mut packet) = Packet::read(from).await? else {
            return Ok(None);
        };
        let kind = packet.kind();
        let mut payload = packet.0.split_off(HEADER);
        while !packet.ends_message() {
            packet = Packet::read(from)
                .await?
                .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
            payload.extend_from_slice(&packet.0[HEADER..]);
        }
        Ok(Some(Self { kind, payload }))
    }

    /// The packets that carry it, none longer than `size`.
    pub fn packets(&self, size: usize) -> Vec<Vec<u8>> {
        let room = size - HEADER;
        let count = self.payload.len().div_ceil(room).max(1);
        (0..count)
            .map(|at| {
                let part = &self.payload[at * room..self.payload.len().min((at + 1) * room)];
                let length = ((HEADER + part.len()) as u16).to_be_bytes();
                let status = u8::from(at + 1 == count);
                let number = (at as u8).wrapping_add(1);
                let mut packet = vec![self.kind, status, length[0], length[1], 0, 0, number, 0];
                packet.extend_from_slice(part);
                packet
            })
            .collect()
    }
}
