//! The routes of Commerce Services, version 1, and what they share. `openapi.json` describes them
//! for other programs; a test holds the two together.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::commerce::wire::account::METADATA_PATH;

use self::caller::Needs;
use self::refusal::{Code, Refusal};
use self::watch::RequestIds;
use super::rights::Right;
use super::store::Store;
use super::website::Site;

mod about;
mod account;
pub mod body;
pub mod caller;
mod listing;
mod loads;
mod migrations;
mod oauth;
mod orders;
mod publications;
pub mod refusal;
mod request;
mod saleable;
mod stores;
mod uploads;
mod users;
mod watch;

/// Batches that are read and applied at a time; the others wait.
const TURNS: usize = 32;

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
    site: Arc<Site>,
    token: String,
    deadlines: Deadlines,
    turns: Semaphore,
    started: Instant,
    request_ids: RequestIds,
    /// What each method and path asks for.
    needs: HashMap<(&'static str, &'static str), Needs>,
    /// The service is to stop: nobody waits for events any more.
    stop: CancellationToken,
}

/// A path with one of its methods.
struct Route {
    method: &'static str,
    path: &'static str,
    needs: Needs,
    answer: MethodRouter<Arc<Api>>,
}

fn route(
    method: &'static str,
    path: &'static str,
    needs: Needs,
    answer: MethodRouter<Arc<Api>>,
) -> Route {
    Route {
        method,
        path,
        needs,
        answer,
    }
}

/// Every path with each of its methods.
fn routes() -> Vec<Route> {
    use Needs::{Always, Moving, Nothing, Token};
    const READ: Needs = Needs::Right(Right::Read);
    const UPLOAD: Needs = Moving(Right::Upload);
    const ORDERS: Needs = Moving(Right::Orders);
    const CATALOG: Needs = Needs::Right(Right::Catalog);
    const ACCOUNT: Needs = Needs::Right(Right::Account);
    let load = "/v1/{collection}/loads/{load}";
    let commit = "/v1/{collection}/loads/{load}/commit";
    let publications = "/v1/stores/{id}/publications";
    let abandon = "/v1/{collection}/loads/{load}/abandon";
    vec![
        route("GET", "/v1/health", Nothing, get(about::health)),
        route("GET", "/openapi.json", Nothing, get(about::openapi)),
        route("GET", "/v1/whoami", Token, get(about::whoami)),
        route(
            "POST",
            "/v1/{collection}/batch",
            UPLOAD,
            post(uploads::batch),
        ),
        route("GET", "/v1/{collection}", READ, get(listing::list)),
        route(
            "GET",
            "/v1/{collection}/summary",
            READ,
            get(listing::summary),
        ),
        route("GET", "/v1/{collection}/record", READ, get(listing::record)),
        route("POST", "/v1/{collection}/loads", UPLOAD, post(loads::begin)),
        route("GET", load, READ, get(loads::show)),
        route("POST", commit, UPLOAD, post(loads::commit)),
        route("POST", abandon, UPLOAD, post(loads::abandon)),
        route("GET", "/v1/stores", READ, get(stores::list)),
        route("PUT", "/v1/stores/{id}", CATALOG, put(stores::write)),
        route("DELETE", "/v1/stores/{id}", CATALOG, delete(stores::remove)),
        route("GET", publications, READ, get(publications::list)),
        route("POST", publications, CATALOG, post(publications::answer)),
        route("GET", "/v1/orders", READ, get(orders::list)),
        route("POST", "/v1/orders", ORDERS, post(orders::place)),
        route("GET", "/v1/orders/feed", UPLOAD, get(orders::feed)),
        route("GET", "/v1/orders/{id}", READ, get(orders::show)),
        route("PUT", "/v1/orders/{id}", ORDERS, put(orders::correct)),
        route("POST", "/v1/orders/{id}/pay", ORDERS, post(orders::pay)),
        route(
            "POST",
            "/v1/orders/{id}/cancel",
            ORDERS,
            post(orders::cancel),
        ),
        route(
            "PUT",
            "/v1/on-hand/orders-taken",
            UPLOAD,
            put(saleable::take_orders),
        ),
        route("GET", "/v1/on-hand/saleable", READ, get(saleable::list)),
        route(
            "GET",
            "/v1/account",
            Always(Right::Read),
            get(account::show),
        ),
        route(
            "PUT",
            "/v1/account",
            Always(Right::Account),
            put(account::write),
        ),
        route(
            "POST",
            "/v1/account/activate",
            ACCOUNT,
            post(account::activate),
        ),
        route(
            "POST",
            "/v1/account/deactivate",
            ACCOUNT,
            post(account::deactivate),
        ),
        route("GET", "/v1/users", ACCOUNT, get(users::list)),
        route("POST", "/v1/users", ACCOUNT, post(users::add)),
        route("PUT", "/v1/users/{id}", ACCOUNT, put(users::edit)),
        route("DELETE", "/v1/users/{id}", ACCOUNT, delete(users::delete)),
        route(
            "POST",
            "/v1/users/{id}/invitation",
            ACCOUNT,
            post(users::invite),
        ),
        route(
            "POST",
            "/v1/migrations/{migration}",
            ACCOUNT,
            post(migrations::begin),
        ),
        route("GET", "/v1/operations/{id}", READ, get(migrations::show)),
        route("GET", METADATA_PATH, Nothing, get(oauth::metadata)),
        route(
            "POST",
            "/oauth/device_authorization",
            Nothing,
            post(oauth::device_authorization),
        ),
        route("POST", "/oauth/token", Nothing, post(oauth::token)),
        route("POST", "/oauth/revoke", Nothing, post(oauth::revoke)),
        route(
            "POST",
            "/v1/account/disconnect",
            ACCOUNT,
            post(account::disconnect),
        ),
    ]
}

impl Api {
    /// An API on the store of `site` that `token` opens; waiting ends at `stop`.
    pub fn new(
        site: Arc<Site>,
        token: String,
        deadlines: Deadlines,
        stop: CancellationToken,
    ) -> Self {
        Self {
            store: site.store.clone(),
            site,
            token,
            deadlines,
            turns: Semaphore::new(TURNS),
            started: Instant::now(),
            request_ids: RequestIds::new(),
            needs: routes()
                .into_iter()
                .map(|route| ((route.method, route.path), route.needs))
                .collect(),
            stop,
        }
    }

    /// Every route of it; the website answers the rest.
    pub fn router(self) -> Router {
        let api = Arc::new(self);
        let router = routes()
            .into_iter()
            .fold(Router::new(), |router, route| {
                router.route(route.path, route.answer)
            })
            .fallback_service(Arc::clone(&api.site).router())
            .method_not_allowed_fallback(method_not_allowed);
        watched(router, &api).with_state(api)
    }

    /// What a request has to bring. Whoever has no token is not told which paths there are.
    fn needs(&self, request: &Request) -> Needs {
        let path = request.extensions().get::<MatchedPath>();
        let method = match request.method() {
            // Answered as GET is, without the body.
            &Method::HEAD => &Method::GET,
            method => method,
        };
        path.and_then(|path| self.needs.get(&(method.as_str(), path.as_str())))
            .copied()
            .unwrap_or(if is_path(request.uri().path()) {
                Needs::Token
            } else {
                // A page of the website, which looks after itself.
                Needs::Nothing
            })
    }
}

/// True for a path that is for programs: the website has no page there.
pub fn is_path(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    let version = first.strip_prefix('v').unwrap_or_default();
    matches!(first, "openapi.json" | "oauth" | ".well-known")
        || (!version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `router` with what surrounds every request.
pub fn watched(router: Router<Arc<Api>>, api: &Arc<Api>) -> Router<Arc<Api>> {
    router.layer(from_fn_with_state(Arc::clone(api), watch::watch))
}

/// Nothing is served there.
pub async fn no_such_path(request: Request) -> Refusal {
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
