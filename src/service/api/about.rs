//! How the service does, who asks, and the document that describes it all.

use std::future::{Ready, ready};
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use crate::commerce::wire::{Health, Limits, MAX_BODY_BYTES, MAX_LINE_BYTES, MAX_LINES, WhoAmI};

use super::body::Encoding;
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
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Ready<Result<Response, Refusal>> {
    ready(told(&WhoAmI {
        account: "self-hosted".to_owned(),
        rights: vec!["read".to_owned(), "upload".to_owned()],
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
