//! An end of TDS of our own, for what the SQL engine of the tests is too slow for: it answers every
//! statement with as many rows of ten columns as stand in its `TOP (n)`, as they go out, without
//! keeping them. What SQL means it does not know.
#![allow(dead_code, reason = "no file uses all of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{self, BufWriter, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Bytes of a packet until the client asks for another size.
const FIRST_PACKET: usize = 4_096;
/// Columns of each row, as a real item has them: numbers, texts, decimals, a date-time.
pub const COLUMNS: usize = 10;

/// Listens on this machine until the process ends; a thread for each connection.
pub fn serve() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || drop(converse(stream)));
        }
    });
    address
}

/// Answers messages until the client hangs up.
fn converse(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut size = FIRST_PACKET;
    loop {
        let (kind, message) = receive(&mut stream)?;
        let mut answer = Answer::new(&stream, size)?;
        match kind {
            // Prelogin: no encryption.
            0x12 => answer.put(&[
                0, 0, 11, 0, 6, 1, 0, 17, 0, 1,
                0xFF, // where the version and the encryption stand
                11, 0, 0, 0, 0, 0, 2,
            ])?,
            0x10 => {
                let asked = u32::from_le_bytes(message[8..12].try_into().unwrap()) as usize;
                login(&mut answer, size, asked)?;
                answer.end()?;
                size = asked;
                continue;
            }
            // Statements, as a batch or as a procedure call.
            0x01 | 0x03 => rows(&mut answer, top(&message), kind == 0x03)?,
            // Attention: acknowledged.
            0x06 => answer.put(&done(0xFD, 0x20, 0))?,
            // Transactions.
            0x0E => transaction(&mut answer, &message)?,
            other => {
                let text = format!("a message of kind {other:#x} is not answered");
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
        }
        answer.end()?;
    }
}

/// A message, put together from its packets.
fn receive(stream: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut message = Vec::new();
    loop {
        let mut header = [0; 8];
        stream.read_exact(&mut header)?;
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let begin = message.len();
        message.resize(begin + length - 8, 0);
        stream.read_exact(&mut message[begin..])?;
        if header[1] & 1 == 1 {
            return Ok((header[0], message));
        }
    }
}

/// An answer, cut into packets.
struct Answer {
    stream: BufWriter<TcpStream>,
    packet: Vec<u8>,
    size: usize,
    number: u8,
}

impl Answer {
    fn new(stream: &TcpStream, size: usize) -> io::Result<Self> {
        Ok(Self {
            stream: BufWriter::with_capacity(1 << 16, stream.try_clone()?),
            packet: Vec::with_capacity(size),
            size: size - 8,
            number: 1,
        })
    }

    fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while self.packet.len() + bytes.len() > self.size {
            let (fitting, rest) = bytes.split_at(self.size - self.packet.len());
            self.packet.extend_from_slice(fitting);
            self.send(0)?;
            bytes = rest;
        }
        self.packet.extend_from_slice(bytes);
        Ok(())
    }

    fn send(&mut self, status: u8) -> io::Result<()> {
        let length = (self.packet.len() as u16 + 8).to_be_bytes();
        let header = [4, status, length[0], length[1], 0, 51, self.number, 0];
        self.number = self.number.wrapping_add(1);
        self.stream.write_all(&header)?;
        self.stream.write_all(&self.packet)?;
        self.packet.clear();
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.send(1)?;
        self.stream.flush()
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A text with its length in characters before it.
fn short(text: &str) -> Vec<u8> {
    let mut bytes = vec![text.encode_utf16().count() as u8];
    bytes.extend(utf16(text));
    bytes
}

fn done(token: u8, status: u16, count: u64) -> Vec<u8> {
    let mut bytes = vec![token];
    bytes.extend(status.to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(count.to_le_bytes());
    bytes
}

/// A change of the session.
fn change(kind: u8, new: &[u8], old: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xE3];
    bytes.extend((1 + new.len() as u16 + old.len() as u16).to_le_bytes());
    bytes.push(kind);
    bytes.extend(new);
    bytes.extend(old);
    bytes
}

fn login(answer: &mut Answer, before: usize, asked: usize) -> io::Result<()> {
    answer.put(&change(1, &short("bench"), &short("master")))?;
    let mut said = vec![1, 0x74, 0, 0, 4];
    said.extend(short("axcs tests"));
    said.extend([11, 0, 0, 0]);
    answer.put(&[0xAD])?;
    answer.put(&(said.len() as u16).to_le_bytes())?;
    answer.put(&said)?;
    let (new, old) = (asked.to_string(), before.to_string());
    answer.put(&change(4, &short(&new), &short(&old)))?;
    answer.put(&done(0xFD, 0, 0))
}

fn transaction(answer: &mut Answer, message: &[u8]) -> io::Result<()> {
    const DESCRIPTOR: [u8; 9] = [8, 1, 0, 0, 0, 0, 0, 0, 0];
    let headers = u32::from_le_bytes(message[..4].try_into().unwrap()) as usize;
    let bytes = match message[headers] {
        5 => change(8, &DESCRIPTOR, &[0]),
        7 => change(9, &[0], &DESCRIPTOR),
        _ => change(10, &[0], &DESCRIPTOR),
    };
    answer.put(&bytes)?;
    answer.put(&done(0xFD, 0, 0))
}

/// The number in the `TOP (n)` of a statement; 1 without one.
fn top(message: &[u8]) -> u64 {
    let wanted = utf16("TOP (");
    let at = message
        .windows(wanted.len())
        .position(|bytes| bytes == wanted);
    let Some(at) = at else { return 1 };
    let digits = message[at + wanted.len()..].chunks(2);
    let digits: String = digits
        .map(|unit| char::from(unit[0]))
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(1)
}

fn rows(answer: &mut Answer, count: u64, is_call: bool) -> io::Result<()> {
    const COLLATION: [u8; 5] = [9, 4, 0xD0, 0, 0x34];
    answer.put(&[0x81])?;
    answer.put(&(COLUMNS as u16).to_le_bytes())?;
    for column in 0..COLUMNS {
        answer.put(&[0, 0, 0, 0, 9, 0])?;
        match column {
            0 => answer.put(&[0x26, 8])?,
            1 | 2 => answer.put(&[0x26, 4])?,
            3..7 => {
                answer.put(&[0xE7, 120, 0])?;
                answer.put(&COLLATION)?;
            }
            7 | 8 => answer.put(&[0x6C, 17, 32, 16])?,
            _ => answer.put(&[0x6F, 8])?,
        }
        answer.put(&short(&format!("C{column}")))?;
    }
    let texts = ["AW-FIN", "en-us", "Mountain bike socks", "Color Black"].map(|text| {
        let text = utf16(text);
        let mut bytes = (text.len() as u16).to_le_bytes().to_vec();
        bytes.extend(text);
        bytes
    });
    let mut row = Vec::with_capacity(256);
    for number in 0..count {
        row.clear();
        row.extend([0xD1, 8]);
        row.extend(number.to_le_bytes());
        for small in [1_u32, 7] {
            row.push(4);
            row.extend(small.to_le_bytes());
        }
        for text in &texts {
            row.extend(text);
        }
        for amount in [i128::from(number) * 10_i128.pow(14), 10_i128.pow(16)] {
            row.extend([17, 1]);
            row.extend(&amount.to_le_bytes());
        }
        row.push(8);
        row.extend(46_345_i32.to_le_bytes());
        row.extend((number as u32 % 25_920_000).to_le_bytes());
        answer.put(&row)?;
    }
    if is_call {
        answer.put(&done(0xFF, 0x11, count))?;
        answer.put(&[0x79, 0, 0, 0, 0])?;
        answer.put(&done(0xFE, 0, 0))
    } else {
        answer.put(&done(0xFD, 0x10, count))
    }
}
