//! `/v1/account`: how the account stands, and its steps from one state to the next.

use std::future::{Ready, ready};
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::commerce::wire::account::{AccountState, LinkedCompany, SetAccount};
use crate::service::store::AccountStep;
use crate::service::strict;

use super::caller::Caller;
use super::refusal::{Code, Refusal};
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
    Extension(caller): Extension<Caller>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let SetAccount { state } = strict::read(&body)?;
    let step = match state {
        AccountState::BeingSetUp => AccountStep::SetUp,
        AccountState::Active => AccountStep::EndSetUp,
        AccountState::NotSignedUp
        | AccountState::SignedUp
        | AccountState::Deactivated
        | AccountState::Disconnected => {
            return Err(Refusal::new(
                Code::BadValue,
                "state: it is being-set-up or active; for the others there are activate, \
                 deactivate and disconnect",
            ));
        }
    };
    take(&api, step, &caller).await
}

pub async fn activate(
    State(api): State<Arc<Api>>,
    Extension(caller): Extension<Caller>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let company: LinkedCompany = strict::read(&body)?;
    strict::filled("id", &company.id)?;
    strict::filled("name", &company.name)?;
    take(&api, AccountStep::Activate(company), &caller).await
}

pub async fn deactivate(
    State(api): State<Arc<Api>>,
    Extension(caller): Extension<Caller>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    take(&api, AccountStep::Deactivate, &caller).await
}

pub async fn disconnect(
    State(api): State<Arc<Api>>,
    Extension(caller): Extension<Caller>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    take(&api, AccountStep::Disconnect, &caller).await
}

async fn take(api: &Api, step: AccountStep, caller: &Caller) -> Result<Response, Refusal> {
    let by = caller.name().to_owned();
    told(&api.store.step_account(step, by).await?)
}
