//! A line to the service that lies: of every hundred requests some are answered with 500, 429,
//! HTML, half an answer, late, or with 502 after they were done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axcs::model::random::Random;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::Mutex;

/// What may be done to a request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    ServerError,
    TooMany,
    Html,
    HalfAnAnswer,
    Late,
    DoneButBadGateway,
    Cut,
}

const FAULTS: [Fault; 7] = [
    Fault::ServerError,
    Fault::TooMany,
    Fault::Html,
    Fault::HalfAnAnswer,
    Fault::Late,
    Fault::DoneButBadGateway,
    Fault::Cut,
];

/// The line, and how often it lied.
#[derive(Clone)]
pub struct Hostile {
    service: String,
    client: reqwest::Client,
    random: Arc<Mutex<Random>>,
    percent: u64,
    requests: Arc<AtomicU64>,
    faults: Arc<AtomicU64>,
}

impl Hostile {
    /// Listens before `service` and spoils `percent` of the answers. Answers the line and its address.
    pub async fn before(service: String, percent: u64, seed: u64) -> (Self, String) {
        let line = Self {
            service,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            random: Arc::new(Mutex::new(Random::new(seed))),
            percent,
            requests: Arc::default(),
            faults: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(carry).with_state(line.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (line, url)
    }

    /// Requests so far, and those that were spoiled.
    pub fn counts(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.requests), read(&self.faults))
    }

    async fn choose(&self) -> Option<Fault> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut random = self.random.lock().await;
        if random.below(100) >= self.percent {
            return None;
        }
        self.faults.fetch_add(1, Ordering::Relaxed);
        Some(random.pick(&FAULTS))
    }

    async fn forward(&self, request: Request) -> (StatusCode, HeaderMap, Bytes) {
        forward(&self.client, &self.service, request).await
    }
}

/// Carries a request to the service as it is.
pub async fn forward(
    client: &reqwest::Client,
    service: &str,
    request: Request,
) -> (StatusCode, HeaderMap, Bytes) {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    let sent = client
        .request(parts.method, format!("{service}{path}"))
        .headers(headers)
        .body(body)
        .send()
        .await;
    let Ok(answer) = sent else {
        let nothing = (HeaderMap::new(), Bytes::from_static(b"the service is down"));
        return (StatusCode::BAD_GATEWAY, nothing.0, nothing.1);
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    (status, headers, answer.bytes().await.unwrap_or_default())
}

async fn carry(State(line): State<Hostile>, request: Request) -> Response {
    let html = "<html><body>Please sign in to the network.</body></html>";
    match line.choose().await {
        None => line.forward(request).await.into_response(),
        Some(Fault::ServerError) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "something broke").into_response()
        }
        Some(Fault::TooMany) => {
            let later = [(header::RETRY_AFTER, "1")];
            (StatusCode::TOO_MANY_REQUESTS, later, "slow down").into_response()
        }
        Some(Fault::Html) => ([(header::CONTENT_TYPE, "text/html")], html).into_response(),
        Some(Fault::Late) => {
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            line.forward(request).await.into_response()
        }
        Some(Fault::DoneButBadGateway) => {
            line.forward(request).await;
            (StatusCode::BAD_GATEWAY, "the upstream did not answer").into_response()
        }
        Some(Fault::HalfAnAnswer) => {
            let (status, headers, body) = line.forward(request).await;
            half(status, &headers, &body, body.len() / 2)
        }
        Some(Fault::Cut) => {
            let (status, headers, body) = line.forward(request).await;
            half(status, &headers, &body, 0)
        }
    }
}

/// An answer that announces its whole length and ends after `bytes`.
fn half(status: StatusCode, headers: &HeaderMap, body: &Bytes, bytes: usize) -> Response {
    let sent = Ok(body.slice(..bytes));
    let broken = Err(std::io::Error::other("the line broke"));
    let pieces = futures_util::stream::iter([sent, broken]);
    let mut response = Response::new(Body::from_stream(pieces));
    *response.status_mut() = status;
    *response.headers_mut() = headers.clone();
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, body.len().into());
    response
}
