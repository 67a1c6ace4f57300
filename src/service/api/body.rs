//! Reads a request's body within the limits of [`crate::commerce::wire`], and undoes its encoding.

use std::io::Read;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::commerce::wire::MAX_BODY_BYTES;

use super::refusal::{Code, Refusal};

/// A refused body is still read to here, so that the answer is not lost in a reset connection.
const DRAINED_BYTES: usize = 16 * 1024 * 1024;
/// How long that may take.
const DRAINED_FOR: Duration = Duration::from_secs(5);
/// A zstd stream may ask for a window of this many bytes (as a power of two), no more.
const ZSTD_WINDOW_LOG: u32 = 23;

/// An encoding a batch may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

impl Encoding {
    /// Their names, best first.
    pub const NAMES: [&str; 3] = ["zstd", "gzip", "identity"];

    /// The encoding that the headers name.
    pub fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut named = headers.get_all(header::CONTENT_ENCODING).iter();
        let (first, second) = (named.next(), named.next());
        let name = first.map_or("identity", |value| value.to_str().unwrap_or("?"));
        match name.trim().to_ascii_lowercase().as_str() {
            "identity" if second.is_none() => Ok(Self::Identity),
            "gzip" | "x-gzip" if second.is_none() => Ok(Self::Gzip),
            "zstd" if second.is_none() => Ok(Self::Zstd),
            _ => Err(Refusal::new(
                Code::UnsupportedEncoding,
                "a batch is sent with one Content-Encoding: zstd, gzip or identity",
            )
            .with(header::ACCEPT_ENCODING, "zstd, gzip, identity")),
        }
    }

    /// Undoes the encoding; stops as soon as the limit is passed.
    pub fn decode(self, body: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        match self {
            Self::Identity => Ok(body),
            Self::Gzip => expand(flate2::bufread::MultiGzDecoder::new(body.as_slice()), &body),
            Self::Zstd => zstd::stream::read::Decoder::with_buffer(body.as_slice())
                .and_then(|mut decoder| {
                    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                    Ok(decoder)
                })
                .map_err(|error| broken(&error))
                .and_then(|decoder| expand(decoder, &body)),
        }
    }
}

fn expand(decoder: impl Read, body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut plain = Vec::with_capacity((body.len() * 8).min(MAX_BODY_BYTES));
    decoder
        .take(MAX_BODY_BYTES as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|error| broken(&error))?;
    if plain.len() > MAX_BODY_BYTES {
        return Err(too_large("after decompression"));
    }
    Ok(plain)
}

fn broken(error: &std::io::Error) -> Refusal {
    Refusal::new(
        Code::BadBody,
        format!("the body is not what its Content-Encoding says: {error}"),
    )
}

fn too_large(when: &str) -> Refusal {
    Refusal::new(
        Code::BodyTooLarge,
        format!("a body has at most {MAX_BODY_BYTES} bytes {when}; split it"),
    )
}

/// Reads the whole body; `silence` is how long the sender may pause.
pub async fn read(headers: &HeaderMap, body: Body, silence: Duration) -> Result<Vec<u8>, Refusal> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        drain(body).await;
        return Err(too_large("as sent"));
    }
    let mut read = Vec::with_capacity(announced.unwrap_or_default() as usize);
    let mut chunks = body.into_data_stream();
    loop {
        let chunk = timeout(silence, chunks.next()).await.map_err(|_| {
            Refusal::new(
                Code::BodyTimeout,
                format!(
                    "nothing came for {} s after {} bytes of the body",
                    silence.as_secs_f32(),
                    read.len()
                ),
            )
        })?;
        let Some(chunk) = chunk else {
            return Ok(read);
        };
        let chunk = chunk
            .map_err(|error| Refusal::new(Code::BadBody, format!("the body broke off: {error}")))?;
        if read.len() + chunk.len() > MAX_BODY_BYTES {
            drain(Body::from_stream(chunks)).await;
            return Err(too_large("as sent"));
        }
        read.extend_from_slice(&chunk);
    }
}

/// Reads what is left of a refused body and forgets it.
pub async fn drain(body: Body) {
    let mut left = DRAINED_BYTES;
    let mut chunks = body.into_data_stream();
    let reading = async {
        while let Some(Ok(chunk)) = chunks.next().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
    };
    // Whether it ends or not, the refusal is sent.
    drop(timeout(DRAINED_FOR, reading).await);
}
