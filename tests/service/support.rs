//! A service in a folder of its own, and short words for talking to it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use axcs::commerce::wire::{BatchAnswer, LineResult, LineStatus, Problem};
use axcs::service::{self, Options, Running};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use tempfile::TempDir;

pub const TOKEN: &str = "the-token-of-the-tests";

static KEYS: AtomicU64 = AtomicU64::new(0);

/// A key that no batch has had.
pub fn new_key() -> String {
    format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed))
}

pub fn options(dir: &Path) -> Options {
    Options {
        dir: dir.to_owned(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        token: TOKEN.to_owned(),
        tls: None,
        insecure: false,
        set_up: jiff::SignedDuration::ZERO,
        first_release: None,
    }
}

pub struct Served {
    pub running: Running,
    pub dir: TempDir,
    pub http: reqwest::Client,
}

/// An answer, read.
#[derive(Debug)]
pub struct Told {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Served {
    pub async fn start() -> Self {
        Self::start_as(None).await
    }

    /// With an account of the first release.
    pub async fn start_as(first_release: Option<String>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            first_release,
            ..options(dir.path())
        };
        let running = service::start(options).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { running, dir, http }
    }

    /// Stops the service and starts it again in the same folder.
    pub async fn restart(self) -> Self {
        let Self { running, dir, http } = self;
        running.stop().await;
        let running = service::start(options(dir.path())).await.unwrap();
        Self { running, dir, http }
    }

    /// The same, with a change of its file in between: time that passes, mostly.
    pub async fn restart_with(self, change: &str) -> Self {
        let Self { running, dir, http } = self;
        running.stop().await;
        let file = dir.path().join("commerce.db");
        let store = axcs::sqlite::connect(&file, axcs::sqlite::Access::Create).unwrap();
        assert!(store.execute(change, []).unwrap() > 0, "{change}");
        drop(store);
        let running = service::start(options(dir.path())).await.unwrap();
        Self { running, dir, http }
    }

    /// A request without a token.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.running.url()))
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path)
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
    }

    pub async fn get(&self, path: &str) -> Told {
        Told::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str) -> Told {
        Told::of(self.request(Method::POST, path)).await
    }

    /// A batch with a new key; nothing is sent yet.
    pub fn batch(&self, collection: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.request(Method::POST, &format!("/v1/{collection}/batch"))
            .header(CONTENT_TYPE, "application/x-ndjson")
            .header("Idempotency-Key", new_key())
            .body(body)
    }

    /// Uploads lines of modes of delivery and returns their results.
    pub async fn upload(&self, lines: &[String]) -> Vec<LineResult> {
        self.upload_to("delivery-modes/batch", lines).await
    }

    /// The same to a path with a query.
    pub async fn upload_to(&self, path: &str, lines: &[String]) -> Vec<LineResult> {
        let request = self
            .request(Method::POST, &format!("/v1/{path}"))
            .header(CONTENT_TYPE, "application/x-ndjson")
            .header("Idempotency-Key", new_key())
            .body(lines.join("\n"));
        Told::of(request).await.ok::<BatchAnswer>().results
    }

    pub async fn summary(&self) -> axcs::commerce::wire::CollectionSummary {
        self.get("/v1/delivery-modes/summary").await.ok()
    }
}

impl Told {
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// The answer of a success.
    pub fn ok<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{self:?}");
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem document of a refusal with that status.
    pub fn problem(&self, status: u16) -> Problem {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status.as_u16(), status, "{text}");
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{text}"
        );
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, status);
        assert!(!problem.detail.is_empty() && !problem.title.is_empty());
        problem
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

pub fn upsert(id: &str, version: i64, text: &str) -> String {
    format!(
        r#"{{"op":"upsert","id":"{id}","version":{version},"value":{{"code":"{id}","description":"{text}"}}}}"#
    )
}

pub fn delete(id: &str, version: i64) -> String {
    format!(r#"{{"op":"delete","id":"{id}","version":{version}}}"#)
}

pub fn statuses(results: &[LineResult]) -> Vec<LineStatus> {
    results.iter().map(|result| result.status).collect()
}
