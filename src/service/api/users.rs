//! `/v1/users`: users, their roles and invitations.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::commerce::wire::account::{Invitation, User, UserList};
use crate::service::strict;
use crate::service::website::Site;

use super::refusal::Refusal;
use super::request::{Id, NoParameters, Parameters};
use super::{Api, body, told};

/// More users than a service of one organization has.
const MOST: usize = 10_000;

pub async fn list(
    State(api): State<Arc<Api>>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    let users = api.store.users(String::new(), MOST).await?;
    told(&UserList { users })
}

pub async fn add(
    State(api): State<Arc<Api>>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let user: User = strict::read(&body)?;
    strict::check_user(&user)?;
    let user = api.store.add_user(user).await?;
    Ok((StatusCode::CREATED, told(&user)?).into_response())
}

pub async fn edit(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let user: User = strict::read(&body)?;
    if !user.id.is_empty() {
        strict::check_path(&id, &user.id)?;
    }
    strict::check_user(&user)?;
    told(&api.store.edit_user(id, user).await?)
}

pub async fn delete(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.delete_user(id).await?)
}

pub async fn invite(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (secret, expires) = api.store.invite(id).await?;
    told(&Invitation {
        link: Site::invitation_link(&api.site.base(&headers), &secret),
        expires,
    })
}
