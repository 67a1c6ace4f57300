//! What a shop can still sell, and the point up to which AX has taken the orders.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use crate::commerce::wire::OrdersTaken;
use crate::service::strict;

use super::refusal::{Code, Refusal};
use super::request::{NoParameters, Parameters};
use super::{Api, body, told};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaleableParameters {
    item: String,
}

pub async fn list(
    State(api): State<Arc<Api>>,
    Parameters(SaleableParameters { item }): Parameters<SaleableParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.saleable(item).await?)
}

pub async fn take_orders(
    State(api): State<Arc<Api>>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let taken: OrdersTaken = strict::read(&body)?;
    if taken.seq < 0 {
        return Err(Refusal::new(
            Code::BadValue,
            "seq: events are numbered from 1; 0 is before the first",
        ));
    }
    told(&api.store.take_orders(taken).await?)
}
