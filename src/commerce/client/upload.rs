//! Sends one batch until it is answered, or until trying again makes no sense.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use tokio::time::{Instant, sleep};

use crate::commerce::wire::{BatchAnswer, IDEMPOTENCY_KEY, NDJSON};
use crate::model::Stream;

use super::encoding::Encoding;
use super::error::Class;
use super::{Client, CommerceError};

/// First wait before another try.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait that the client chooses.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Longest wait that the service may ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);
/// A strange answer is taken for an accident this often.
const MALFORMED_TRIES: u32 = 3;

/// A batch to upload.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    /// Its Idempotency-Key: 1 to 200 visible ASCII characters, the same whenever it is sent again.
    pub key: &'a str,
    /// Its lines ([`crate::commerce::wire::Line`]), not compressed. Cloning shares the bytes.
    pub body: Bytes,
    /// How many lines there are.
    pub lines: usize,
    /// The complete load it belongs to.
    pub load: Option<&'a str>,
    /// Ask what would become of it.
    pub dry_run: bool,
    /// No new try begins later than this after the first one.
    pub give_up_after: Duration,
}

/// A batch that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// One result for each line.
    pub answer: BatchAnswer,
    /// How often it was sent again.
    pub retries: u32,
}

/// A pause before the next try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Why, in a few words.
    pub reason: String,
    /// How long.
    pub next_try_in: Duration,
}

impl Client {
    /// Uploads one batch to the collection of `stream`.
    ///
    /// Tries again with the same key and body where nothing was sent, where the service is
    /// unavailable and, three times at most, where the answer is strange; `on_wait` is told before
    /// each pause. An outcome that is unknown is returned at once: the caller decides. Dropping the
    /// future is safe; the batch is then done once or not at all.
    pub async fn upload(
        &self,
        stream: Stream,
        upload: &Upload<'_>,
        on_wait: impl Fn(Wait) + Send,
    ) -> Result<Uploaded, CommerceError> {
        let began = Instant::now();
        let mut waits = ExponentialBuilder::new()
            .with_min_delay(FIRST_WAIT)
            .with_max_delay(LONGEST_WAIT)
            .with_jitter()
            .without_max_times()
            .build();
        let mut retries = 0;
        let mut strange = 0;
        loop {
            let error = match self.try_upload(stream, upload).await {
                Ok(answer) => return Ok(Uploaded { answer, retries }),
                Err(error) => error,
            };
            let asked_for = match &error {
                CommerceError::Unavailable { retry_after, .. } => *retry_after,
                CommerceError::Malformed { .. } => {
                    strange += 1;
                    None
                }
                CommerceError::Settings(_)
                | CommerceError::NotSent { .. }
                | CommerceError::Unknown { .. }
                | CommerceError::BeingSetUp { .. }
                | CommerceError::Unauthorized { .. }
                | CommerceError::Refused { .. } => None,
            };
            let worth_it = match error.class() {
                Class::NotSent | Class::Unavailable => true,
                Class::Malformed => strange < MALFORMED_TRIES,
                Class::Settings
                | Class::Unknown
                | Class::BeingSetUp
                | Class::Unauthorized
                | Class::Refused => false,
            };
            let own = waits.next().unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
            let wait = own.max(asked_for.unwrap_or_default().min(LONGEST_RETRY_AFTER));
            if !worth_it || began.elapsed() + wait > upload.give_up_after {
                return Err(error);
            }
            tracing::info!(key = upload.key, %error, ?wait, "a batch is sent again");
            on_wait(Wait {
                reason: error.in_brief(),
                next_try_in: wait,
            });
            sleep(wait).await;
            retries += 1;
        }
    }

    async fn try_upload(
        &self,
        stream: Stream,
        upload: &Upload<'_>,
    ) -> Result<BatchAnswer, CommerceError> {
        let encoding = self.encoding().await?;
        let answer = match self.send_batch(stream, upload, encoding).await {
            Err(CommerceError::Refused { problem, .. })
                if problem.code == "unsupported-encoding" && encoding != Encoding::Identity =>
            {
                self.forget_encoding();
                self.send_batch(stream, upload, Encoding::Identity).await?
            }
            other => other?,
        };
        Ok(answer)
    }

    async fn send_batch(
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
        let (mut request, sent) =
            self.request(reqwest::Method::POST, &[stream.name(), "batch"], &query);
        let body = encoding
            .encode(upload.body.clone())
            .await
            .map_err(|error| CommerceError::NotSent {
                call: sent.call.clone(),
                reason: format!("the batch could not be compressed: {error}"),
            })?;
        if let Some(name) = encoding.name() {
            request = request.header(CONTENT_ENCODING, name);
        }
        let response = request
            .header(CONTENT_TYPE, NDJSON)
            .header(IDEMPOTENCY_KEY, upload.key)
            .body(body)
            .send()
            .await
            .map_err(|error| sent.failed(error))?;
        let status = response.status().as_u16();
        let answer: BatchAnswer = sent.read(response).await?;
        if answer.results.len() == upload.lines {
            return Ok(answer);
        }
        let reason = format!(
            "{} results for {} lines",
            answer.results.len(),
            upload.lines
        );
        Err(sent.strange(status, "application/json".to_owned(), &reason, b""))
    }
}
