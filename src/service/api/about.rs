//! How the service does, who asks, and the document that describes it all.

use std::future::{Ready, ready};
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use crate::commerce::wire::{Health, Limits, MAX_BODY_BYTES, MAX_LINE_BYTES, MAX_LINES, WhoAmI};

use super::body::Encoding;
use super::caller::Caller;
use super::refusal::Refusal;
use super::request::{NoParameters, Parameters};
use super::{Api, told};

pub fn health(
    State(api): State<Arc<Api>>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Ready<Result<Response, Refusal>> {
    ready(told(&Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_seconds: api.started.elapsed().as_secs(),
    }))
}

pub fn whoami(
    State(api): State<Arc<Api>>,
    Extension(caller): Extension<Caller>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Ready<Result<Response, Refusal>> {
    let account = api.store.account();
    let name = if account.name.is_empty() {
        "self-hosted".to_owned()
    } else {
        account.name
    };
    ready(told(&WhoAmI {
        account: name,
        state: account.state,
        user: caller.user().to_owned(),
        rights: caller
            .rights()
            .iter()
            .map(|right| right.name().to_owned())
            .collect(),
        limits: Limits {
            max_lines: MAX_LINES,
            max_body_bytes: MAX_BODY_BYTES,
            max_line_bytes: MAX_LINE_BYTES,
        },
        encodings: Encoding::NAMES.map(str::to_owned).to_vec(),
        server_time: Timestamp::now(),
        guards_versions: true,
    }))
}

pub fn openapi() -> Ready<Response> {
    ready(
        (
            [(header::CONTENT_TYPE, "application/json")],
            include_str!("../openapi.json"),
        )
            .into_response(),
    )
}
