//! The routes of Commerce Services, version 1, and what they share. `openapi.json` describes them
//! for other programs; a test holds the two together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use self::refusal::{Code, Refusal};
use self::watch::RequestIds;
use super::store::Store;

mod about;
mod account;
pub mod body;
mod listing;
mod loads;
mod orders;
pub mod refusal;
mod request;
mod saleable;
mod stores;
mod uploads;
mod watch;

/// Batches that are read and applied at a time; the others wait.
const TURNS: usize = 32;
/// Paths that need no token.
const OPEN_PATHS: [&str; 2] = ["/v1/health", "/openapi.json"];

/// How long the service waits for what.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// From the end of a request's headers to its answer.
    pub request: Duration,
    /// Between two pieces of a body.
    pub silence: Duration,
    /// For the next request on a connection; longer than clients keep idle connections, so that
    /// none is closed just as a client uses it again.
    pub idle: Duration,
    /// For a TLS handshake.
    pub handshake: Duration,
    /// For requests under way when the service stops.
    pub stop: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(60),
            silence: Duration::from_secs(15),
            idle: Duration::from_secs(90),
            handshake: Duration::from_secs(10),
            stop: Duration::from_secs(10),
        }
    }
}

/// What every request needs.
#[derive(Debug)]
pub struct Api {
    store: Store,
    token: String,
    deadlines: Deadlines,
    turns: Semaphore,
    started: Instant,
    request_ids: RequestIds,
    /// The service is to stop: nobody waits for events any more.
    stop: CancellationToken,
}

/// The paths and, for each, its method and what answers it.
fn routes() -> Vec<(&'static str, &'static str, MethodRouter<Arc<Api>>)> {
    vec![
        ("GET", "/v1/health", get(about::health)),
        ("GET", "/openapi.json", get(about::openapi)),
        ("GET", "/v1/whoami", get(about::whoami)),
        ("POST", "/v1/{collection}/batch", post(uploads::batch)),
        ("GET", "/v1/{collection}", get(listing::list)),
        ("GET", "/v1/{collection}/summary", get(listing::summary)),
        ("GET", "/v1/{collection}/record", get(listing::record)),
        ("POST", "/v1/{collection}/loads", post(loads::begin)),
        ("GET", "/v1/{collection}/loads/{load}", get(loads::show)),
        (
            "POST",
            "/v1/{collection}/loads/{load}/commit",
            post(loads::commit),
        ),
        (
            "POST",
            "/v1/{collection}/loads/{load}/abandon",
            post(loads::abandon),
        ),
        ("GET", "/v1/stores", get(stores::list)),
        ("PUT", "/v1/stores/{id}", put(stores::write)),
        ("DELETE", "/v1/stores/{id}", delete(stores::remove)),
        ("GET", "/v1/orders", get(orders::list)),
        ("POST", "/v1/orders", post(orders::place)),
        ("GET", "/v1/orders/feed", get(orders::feed)),
        ("GET", "/v1/orders/{id}", get(orders::show)),
        ("PUT", "/v1/orders/{id}", put(orders::correct)),
        ("POST", "/v1/orders/{id}/pay", post(orders::pay)),
        ("POST", "/v1/orders/{id}/cancel", post(orders::cancel)),
        (
            "PUT",
            "/v1/on-hand/orders-taken",
            put(saleable::take_orders),
        ),
        ("GET", "/v1/on-hand/saleable", get(saleable::list)),
        ("GET", "/v1/account", get(account::show)),
        ("PUT", "/v1/account", put(account::write)),
    ]
}

impl Api {
    /// An API on `store` that `token` opens; waiting ends at `stop`.
    pub fn new(store: Store, token: String, deadlines: Deadlines, stop: CancellationToken) -> Self {
        Self {
            store,
            token,
            deadlines,
            turns: Semaphore::new(TURNS),
            started: Instant::now(),
            request_ids: RequestIds::new(),
            stop,
        }
    }

    /// Every route of it.
    pub fn router(self) -> Router {
        let api = Arc::new(self);
        let router = routes()
            .into_iter()
            .fold(Router::new(), |router, (_, path, method)| {
                router.route(path, method)
            })
            .fallback(no_such_path)
            .method_not_allowed_fallback(method_not_allowed);
        watched(router, &api).with_state(api)
    }
}

/// `router` with what surrounds every request.
pub fn watched(router: Router<Arc<Api>>, api: &Arc<Api>) -> Router<Arc<Api>> {
    router.layer(from_fn_with_state(Arc::clone(api), watch::watch))
}

async fn no_such_path(request: Request) -> Refusal {
    let detail = format!(
        "nothing is served at {}; /openapi.json says what is",
        request.uri().path()
    );
    body::drain(request.into_body()).await;
    Refusal::new(Code::NoSuchPath, detail)
}

async fn method_not_allowed(request: Request) -> Refusal {
    let detail = format!(
        "{} does not know {}; the header Allow says what it knows",
        request.uri().path(),
        request.method()
    );
    body::drain(request.into_body()).await;
    Refusal::new(Code::MethodNotAllowed, detail)
}

/// An answer of JSON that is written already.
fn json(body: Vec<u8>) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        Body::from(body),
    )
        .into_response()
}

/// An answer.
fn told<T: Serialize>(answer: &T) -> Result<Response, Refusal> {
    serde_json::to_vec(answer)
        .map(json)
        .map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

#[cfg(test)]
mod tests;
