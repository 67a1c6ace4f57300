//! Sends one batch, once.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::commerce::wire::{BatchAnswer, IDEMPOTENCY_KEY, NDJSON};
use crate::model::Stream;

use super::encoding::{Encoding, Packed};
use super::{Client, CommerceError};

/// A batch to upload.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    /// Its Idempotency-Key: 1 to 200 visible ASCII characters, the same whenever it is sent again.
    pub key: &'a str,
    /// Its lines ([`crate::commerce::wire::Line`]), not compressed. Cloning shares the bytes.
    pub body: Bytes,
    /// The same, compressed beforehand.
    pub packed: Option<Packed>,
    /// How many lines there are.
    pub lines: usize,
    /// The complete load it belongs to.
    pub load: Option<&'a str>,
    /// Ask what would become of it.
    pub dry_run: bool,
}

impl Client {
    /// One request with the batch as its body.
    pub(super) async fn send_batch(
        &self,
        stream: Stream,
        upload: &Upload<'_>,
        encoding: Encoding,
    ) -> Result<BatchAnswer, CommerceError> {
        let mut query = Vec::new();
        if let Some(load) = upload.load {
            query.push(("load", load));
        }
        if upload.dry_run {
            query.push(("dry_run", "true"));
        }
        let path = [stream.name(), "batch"];
        let (mut request, mut sent) = self.request(Method::POST, &path, &query).await?;
        sent.body = upload.body.clone();
        let body = match &upload.packed {
            Some(packed) if packed.encoding == encoding => Ok(packed.bytes.clone()),
            _ => encoding.encode(upload.body.clone()).await,
        };
        let body = body.map_err(|error| CommerceError::NotSent {
            call: sent.call.clone(),
            reason: format!("the batch could not be compressed: {error}"),
        })?;
        if let Some(name) = encoding.name() {
            request = request.header(CONTENT_ENCODING, name);
        }
        let request = request
            .header(CONTENT_TYPE, NDJSON)
            .header(IDEMPOTENCY_KEY, upload.key)
            .body(body);
        let answer: BatchAnswer = sent.parse(&self.answer(request, &sent).await?)?;
        if answer.results.len() == upload.lines {
            return Ok(answer);
        }
        let reason = format!(
            "{} results for {} lines",
            answer.results.len(),
            upload.lines
        );
        Err(sent.strange(200, "application/json".to_owned(), &reason, b""))
    }
}
