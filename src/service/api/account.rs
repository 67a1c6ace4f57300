//! `/v1/account`: whether the account can be used.

use std::future::{Ready, ready};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::commerce::wire::Account;
use crate::service::strict;

use super::refusal::Refusal;
use super::request::{NoParameters, Parameters};
use super::{Api, body, told};

pub fn show(
    State(api): State<Arc<Api>>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Ready<Result<Response, Refusal>> {
    ready(told(&api.store.account()))
}

pub async fn write(
    State(api): State<Arc<Api>>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let account: Account = strict::read(&body)?;
    api.store.set_account(account).await?;
    told(&account)
}
