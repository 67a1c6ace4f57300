//! What surrounds every request: its id, the token, a deadline, the log, and the promise that even
//! a panic is answered with a problem document.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::time::timeout;

use crate::commerce::wire::AccountState;

use super::body;
use super::refusal::{Code, Refusal};
use super::{Api, OPEN_PATHS};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest request id that is echoed.
const MAX_REQUEST_ID: usize = 100;

/// Makes the ids of requests that bring none: a random beginning, then a number.
#[derive(Debug)]
pub struct RequestIds {
    beginning: u32,
    next: AtomicU64,
}

impl RequestIds {
    /// A new beginning.
    pub fn new() -> Self {
        Self {
            beginning: getrandom::u32().unwrap_or_default(),
            next: AtomicU64::new(1),
        }
    }

    fn of(&self, headers: &HeaderMap) -> HeaderValue {
        let given = headers.get(REQUEST_ID).filter(|value| {
            let bytes = value.as_bytes();
            (1..=MAX_REQUEST_ID).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
        });
        given.cloned().unwrap_or_else(|| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            HeaderValue::try_from(format!("{:08x}-{number}", self.beginning))
                .unwrap_or_else(|_| HeaderValue::from_static("-"))
        })
    }
}

/// Passes the request on, if it may, and sees that it is answered.
pub async fn watch(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = api.request_ids.of(request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let answering = AssertUnwindSafe(answer(&api, request, next)).catch_unwind();
    let mut response = match timeout(api.deadlines.request, answering).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!(%method, path, "a request panicked");
            Refusal::new(Code::Internal, "the service has a fault; its log says more")
                .into_response()
        }
        Err(_) => Refusal::for_now(
            Code::Overloaded,
            format!(
                "the request was not done within {} s",
                api.deadlines.request.as_secs_f32()
            ),
        )
        .into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REQUEST_ID, id.clone());
    let status = response.status();
    let ms = started.elapsed().as_secs_f64() * 1e3;
    let id = id.to_str().unwrap_or_default();
    if status.is_server_error() {
        tracing::warn!(%method, path, status = status.as_u16(), ms, id, "request");
    } else if status.is_client_error() {
        tracing::info!(%method, path, status = status.as_u16(), ms, id, "request");
    } else {
        tracing::debug!(%method, path, status = status.as_u16(), ms, id, "request");
    }
    response
}

async fn answer(api: &Api, request: Request, next: Next) -> Response {
    if OPEN_PATHS.contains(&request.uri().path()) || is_allowed(api, request.headers()) {
        if is_being_set_up(api, request.uri().path()) {
            body::drain(request.into_body()).await;
            return Refusal::new(
                Code::BeingSetUp,
                "The service is being set up. This can take up to 24 hours.",
            )
            .with(header::RETRY_AFTER, "3600")
            .into_response();
        }
        return next.run(request).await;
    }
    body::drain(request.into_body()).await;
    Refusal::new(
        Code::Unauthorized,
        "send the service's token as \"Authorization: Bearer TOKEN\"",
    )
    .with(
        header::WWW_AUTHENTICATE,
        "Bearer realm=\"Commerce Services\"",
    )
    .into_response()
}

/// True where the path has to wait until the account can be used.
fn is_being_set_up(api: &Api, path: &str) -> bool {
    api.store.account().state == AccountState::BeingSetUp
        && path.starts_with("/v1/")
        && !matches!(path, "/v1/health" | "/v1/account")
}

fn is_allowed(api: &Api, headers: &HeaderMap) -> bool {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(given), None) = (given.next(), given.next()) else {
        return false;
    };
    given
        .as_bytes()
        .split_at_checked("Bearer ".len())
        .is_some_and(|(scheme, token)| {
            scheme.eq_ignore_ascii_case(b"Bearer ") && same(token, api.token.as_bytes())
        })
}

/// Compares in a time that tells nothing but the length.
fn same(given: &[u8], token: &[u8]) -> bool {
    let differing = given.iter().zip(token).fold(0, |differing, (a, b)| {
        std::hint::black_box(differing | (a ^ b))
    });
    given.len() == token.len() && differing == 0
}
