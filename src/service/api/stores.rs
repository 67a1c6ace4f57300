//! `/v1/stores`: stores and marketplaces.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::service::strict;

use super::refusal::Refusal;
use super::request::{Id, NoParameters, Parameters};
use super::{Api, body, told};

pub async fn list(
    State(api): State<Arc<Api>>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.stores().await?)
}

pub async fn write(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let store = strict::channel(&id, &body)?;
    let answer = told(&store)?;
    let is_new = api.store.put_store(store).await?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, answer).into_response())
}

pub async fn remove(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.delete_store(id).await?)
}
