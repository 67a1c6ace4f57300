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

use crate::service::secrets;

use super::Api;
use super::body;
use super::caller::{Caller, Needs};
use super::refusal::{Code, Refusal};

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
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
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

async fn answer(api: &Api, mut request: Request, next: Next) -> Response {
    match admit(api, &request) {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
        Err(refusal) => {
            body::drain(request.into_body()).await;
            refusal.into_response()
        }
    }
}

/// Who asks, where that matters and they may.
fn admit(api: &Api, request: &Request) -> Result<Option<Caller>, Refusal> {
    let needs = api.needs(request);
    if needs == Needs::Nothing {
        return Ok(None);
    }
    let caller = caller(api, request.headers()).ok_or_else(|| {
        Refusal::new(
            Code::Unauthorized,
            "send the service's token as \"Authorization: Bearer TOKEN\"",
        )
        .with(
            header::WWW_AUTHENTICATE,
            "Bearer realm=\"Commerce Services\"",
        )
    })?;
    needs.check(&caller, api.store.account_state())?;
    Ok(Some(caller))
}

fn caller(api: &Api, headers: &HeaderMap) -> Option<Caller> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(given), None) = (given.next(), given.next()) else {
        return None;
    };
    let (scheme, token) = given.as_bytes().split_at_checked("Bearer ".len())?;
    if !scheme.eq_ignore_ascii_case(b"Bearer ") {
        return None;
    }
    if secrets::same(token, api.token.as_bytes()) {
        return Some(Caller::Machine);
    }
    let token = std::str::from_utf8(token).ok()?;
    api.store.admitted(token).map(Caller::Grant)
}
