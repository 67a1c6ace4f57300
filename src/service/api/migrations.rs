//! `/v1/migrations` and `/v1/operations`: the upgrade of an account of the first release.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::commerce::wire::account::Migration;

use super::refusal::{Code, Refusal};
use super::request::{Id, NoParameters, Parameters};
use super::{Api, told};

pub async fn begin(
    State(api): State<Arc<Api>>,
    Id(name): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    let known = [Migration::Account, Migration::Data];
    let found = known.into_iter().find(|known| known.name() == name);
    let migration = found.ok_or_else(|| {
        Refusal::new(
            Code::NoSuchPath,
            format!("there is no migration {name:?}; there are account and data"),
        )
    })?;
    let operation = api.store.migrate(migration).await?;
    Ok((StatusCode::ACCEPTED, told(&operation)?).into_response())
}

pub async fn show(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.operation(id).await?)
}
