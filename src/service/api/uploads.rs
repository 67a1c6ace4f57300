//! `POST /v1/{collection}/batch`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::commerce::wire::{IDEMPOTENCY_KEY, IDEMPOTENT_REPLAY, NDJSON};
use crate::service::batch::Batch;
use crate::service::store::Batched;

use super::body::{self, Encoding};
use super::refusal::{Code, Refusal};
use super::request::{Collection, Parameters};
use super::{Api, json};

/// Longest Idempotency-Key.
const MAX_KEY: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchParameters {
    #[serde(default)]
    dry_run: bool,
    load: Option<String>,
}

pub async fn batch(
    State(api): State<Arc<Api>>,
    Collection(stream): Collection,
    Parameters(parameters): Parameters<BatchParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let (key, encoding) = match key(&headers).and_then(|key| {
        expect_ndjson(&headers)?;
        Ok((key, Encoding::of(&headers)?))
    }) {
        Ok(read) => read,
        Err(refusal) => {
            body::drain(body).await;
            return Err(refusal);
        }
    };
    // Bounds what bodies take of the memory; the request's deadline bounds the wait.
    let _turn = api.turns.acquire().await;
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let place = format!(
        "{stream} {}",
        parameters.load.as_deref().unwrap_or_default()
    );
    let (batch, fingerprint) = tokio::task::spawn_blocking(move || {
        let batch = Batch::read(stream, encoding.decode(body)?)?;
        let fingerprint = batch.fingerprint(&place);
        Ok::<_, Refusal>((batch, fingerprint))
    })
    .await
    .map_err(|_| Refusal::new(Code::Internal, "reading the batch failed"))??;
    let how = Batched {
        key,
        fingerprint,
        load: parameters.load,
        dry_run: parameters.dry_run,
    };
    let answer = api.store.apply(stream, batch, how).await?;
    let mut response = json(answer.body).into_response();
    if answer.replay {
        response
            .headers_mut()
            .insert(IDEMPOTENT_REPLAY, HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn key(headers: &HeaderMap) -> Result<String, Refusal> {
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = given.next() else {
        return Err(Refusal::new(
            Code::IdempotencyKeyMissing,
            "send the header Idempotency-Key; a repeated batch with the same key is done once",
        ));
    };
    let text = key.to_str().unwrap_or_default();
    let fits = (1..=MAX_KEY).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if !fits || given.next().is_some() {
        return Err(Refusal::new(
            Code::IdempotencyKeyBad,
            format!("an Idempotency-Key is 1 to {MAX_KEY} visible ASCII characters"),
        ));
    }
    Ok(text.to_owned())
}

fn expect_ndjson(headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(NDJSON) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::UnsupportedMediaType,
        format!("a batch is sent with Content-Type: {NDJSON}"),
    ))
}
