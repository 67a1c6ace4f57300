//! `/v1/{collection}/loads`: complete loads.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use serde::Deserialize;

use crate::commerce::wire::CommitLoad;

use super::refusal::{Code, Refusal};
use super::request::{Collection, LoadOf, NoParameters, Parameters};
use super::{Api, body, told};

/// The query of a load that begins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    /// Abandon the load that is open: its sender does not know it any more.
    #[serde(default)]
    abandon_open: bool,
}

pub async fn begin(
    State(api): State<Arc<Api>>,
    Collection(stream): Collection,
    Parameters(how): Parameters<Begin>,
) -> Result<Response, Refusal> {
    let load = api.store.begin_load(stream, how.abandon_open).await?;
    Ok((StatusCode::CREATED, told(&load)?).into_response())
}

pub async fn show(
    State(api): State<Arc<Api>>,
    LoadOf(stream, id): LoadOf,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.load(stream, id).await?)
}

pub async fn commit(
    State(api): State<Arc<Api>>,
    LoadOf(stream, id): LoadOf,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let how = if body.is_empty() {
        CommitLoad::default()
    } else {
        serde_json::from_slice(&body)
            .map_err(|error| Refusal::new(Code::BadBody, error.to_string()))?
    };
    told(&api.store.commit_load(stream, id, how.confirm).await?)
}

pub async fn abandon(
    State(api): State<Arc<Api>>,
    LoadOf(stream, id): LoadOf,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.abandon_load(stream, id).await?)
}
