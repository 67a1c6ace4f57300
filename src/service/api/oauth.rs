//! Sign-in of machines: the device authorization grant (RFC 8628), refresh (RFC 6749, 6),
//! revocation (RFC 7009) and metadata (RFC 8414). Forms in, JSON out, no token needed.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::commerce::wire::account::{
    CLIENT_ID, DEVICE_GRANT, DeviceAuthorization, Metadata, TokenAnswer, TokenError,
};
use crate::service::fields::Fields;
use crate::service::listen::Peer;
use crate::service::rates::Try;
use crate::service::store::{CODES, PAUSE, Polled, Refreshed, Tokens};

use super::refusal::{Code, Refusal};
use super::request::{NoParameters, Parameters};
use super::{Api, body, told};

/// Longest name of a machine.
const MAX_NAME: usize = 100;

pub async fn metadata(
    State(api): State<Arc<Api>>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let base = api.site.base(&headers);
    told(&Metadata {
        device_authorization_endpoint: format!("{base}/oauth/device_authorization"),
        token_endpoint: format!("{base}/oauth/token"),
        revocation_endpoint: format!("{base}/oauth/revoke"),
        issuer: base,
        grant_types_supported: vec![DEVICE_GRANT.to_owned(), "refresh_token".to_owned()],
        token_endpoint_auth_methods_supported: vec!["none".to_owned()],
    })
}

pub async fn device_authorization(
    State(api): State<Arc<Api>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let fields = form(&api, Try::Device, peer, &headers, body).await?;
    if fields.text("client_id") != CLIENT_ID {
        return Ok(no_client());
    }
    let name: String = fields
        .text("name")
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_NAME)
        .collect();
    let name = if name.is_empty() {
        CLIENT_ID.to_owned()
    } else {
        name
    };
    let (device_code, user_code) = api.store.begin_machine(name).await?;
    let verification_uri = format!("{}/device", api.site.base(&headers));
    told(&DeviceAuthorization {
        device_code,
        verification_uri_complete: format!("{verification_uri}?code={user_code}"),
        verification_uri,
        user_code,
        expires_in: CODES.as_secs().unsigned_abs(),
        interval: PAUSE.as_secs().unsigned_abs(),
    })
}

pub async fn token(
    State(api): State<Arc<Api>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let fields = form(&api, Try::Token, peer, &headers, body).await?;
    if fields.text("client_id") != CLIENT_ID {
        return Ok(no_client());
    }
    match fields.text("grant_type") {
        DEVICE_GRANT => match api.store.poll(fields.text("device_code")).await? {
            Polled::Tokens(tokens) => give(tokens),
            Polled::Pending => Ok(error("authorization_pending", "nobody has answered yet")),
            Polled::SlowDown => Ok(error(
                "slow_down",
                "wait 5 seconds longer between two polls",
            )),
            Polled::Denied => Ok(error("access_denied", "a user said no")),
            Polled::Expired => Ok(error("expired_token", "nobody answered in time")),
            Polled::Unknown => Ok(error(
                "invalid_grant",
                "there is no such device code, or it was used",
            )),
        },
        "refresh_token" => match api.store.refresh(fields.text("refresh_token")).await? {
            Refreshed::Tokens(tokens) => give(tokens),
            Refreshed::Unknown => Ok(error(
                "invalid_grant",
                "there is no such sign-in any more: it was ended, or its user is gone or has other \
                 roles now",
            )),
            Refreshed::Expired => Ok(error(
                "invalid_grant",
                "the sign-in has expired: it was not used for 90 days",
            )),
            Refreshed::Reused => {
                tracing::warn!("a refresh token was used twice: its machine is signed out");
                Ok(error(
                    "invalid_grant",
                    "the refresh token was used before, so somebody else may have it: \
                     the machine is signed out; sign in again",
                ))
            }
        },
        "" => Ok(error("invalid_request", "grant_type is missing")),
        _ => Ok(error(
            "unsupported_grant_type",
            "grant_type is that of a device code, or refresh_token",
        )),
    }
}

/// Answers the same whether there was such a token (RFC 7009, 2.2).
pub async fn revoke(
    State(api): State<Arc<Api>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let fields = form(&api, Try::Token, peer, &headers, body).await?;
    if fields.text("client_id") != CLIENT_ID {
        return Ok(no_client());
    }
    api.store.revoke(fields.text("token")).await?;
    Ok(StatusCode::OK.into_response())
}

async fn form(
    api: &Api,
    what: Try,
    peer: Option<Extension<Peer>>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Fields, Refusal> {
    let address = Peer::address(peer.map(|Extension(peer)| peer));
    if !api.site.rates.count(what, address) {
        body::drain(body).await;
        return Err(Refusal::new(
            Code::TooManyRequests,
            "there were too many requests from this address in the last minute",
        )
        .with(axum::http::header::RETRY_AFTER, "60"));
    }
    let body = body::read(headers, body, api.deadlines.silence).await?;
    Ok(Fields::read(&body))
}

fn give(tokens: Tokens) -> Result<Response, Refusal> {
    told(&TokenAnswer {
        access_token: tokens.access,
        token_type: "Bearer".to_owned(),
        expires_in: tokens.seconds,
        refresh_token: tokens.refresh,
    })
}

fn no_client() -> Response {
    error("invalid_client", "client_id is axcs")
}

fn error(error: &str, description: &str) -> Response {
    let error = TokenError {
        error: error.to_owned(),
        error_description: description.to_owned(),
    };
    match told(&error) {
        Ok(mut response) => {
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}
