//! Commerce Services over HTTP, as the jobs use them. Knows nothing of records beyond their JSON and
//! nothing of runs; every failure comes out as one [`CommerceError`].

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::model::Stream;

use super::http::Http;
use super::wire::{Health, Load, Stored, WhoAmI};

use self::answer::{Answer, Sent};
use self::encoding::Encoding;
use self::token::{Held, Tokens};

mod account;
mod answer;
mod asked;
mod encoding;
mod error;
mod operation_log;
mod orders;
mod stores;
mod token;
mod upload;

pub use self::encoding::{Compression, Packed};
pub use self::error::{Class, CommerceError};
pub use self::operation_log::OperationLog;
pub use self::token::{Renewal, TokenFile};
pub use self::upload::Upload;

/// Where Commerce Services are, and how to talk to them.
#[derive(Clone)]
pub struct ClientOptions {
    /// Their address, such as `http://127.0.0.1:8620`; a path in it stays.
    pub url: String,
    /// The token.
    pub token: String,
    /// Where another one comes from when this one is refused.
    pub renewal: Option<Arc<dyn Renewal>>,
    /// How batches travel.
    pub compression: Compression,
    /// Certificates in PEM that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// For name, connection and TLS.
    pub connect_timeout: Duration,
    /// For a whole call.
    pub request_timeout: Duration,
    /// Where requests and answers are written down while that is switched on.
    pub operation_log: Arc<OperationLog>,
}

impl ClientOptions {
    /// The usual deadlines and compression for `url`.
    pub fn new(url: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: token.into(),
            renewal: None,
            compression: Compression::Auto,
            ca_file: None,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(60),
            operation_log: Arc::default(),
        }
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("url", &self.url)
            .field("renewal", &self.renewal)
            .field("compression", &self.compression)
            .field("ca_file", &self.ca_file)
            .finish_non_exhaustive()
    }
}

/// Commerce Services.
pub struct Client {
    http: Arc<Http>,
    tokens: Tokens,
    compression: Compression,
    /// For a whole call.
    request_timeout: Duration,
    operation_log: Arc<OperationLog>,
    /// What [`Compression::Auto`] came to, once known.
    chosen: Mutex<Option<Encoding>>,
    /// What the service said of itself when it was first asked.
    told: OnceCell<WhoAmI>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.http.base.as_str())
            .field("compression", &self.compression)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client; nothing is sent yet.
    pub fn new(options: ClientOptions) -> Result<Self, CommerceError> {
        Self::over(Arc::new(Http::new(&options)?), options)
    }

    /// A client over what speaks HTTP to the address of `options` already.
    pub(super) fn over(http: Arc<Http>, options: ClientOptions) -> Result<Self, CommerceError> {
        let tokens = Tokens::new(options.token, options.renewal)?;
        let chosen = match options.compression {
            Compression::None => Some(Encoding::Identity),
            Compression::Gzip => Some(Encoding::Gzip),
            Compression::Zstd => Some(Encoding::Zstd),
            Compression::Auto => http.is_local().then_some(Encoding::Identity),
        };
        Ok(Self {
            http,
            tokens,
            compression: options.compression,
            request_timeout: options.request_timeout,
            operation_log: options.operation_log,
            chosen: Mutex::new(chosen),
            told: OnceCell::new(),
        })
    }

    /// The address, for messages.
    pub fn url(&self) -> &str {
        self.http.base.as_str().trim_end_matches('/')
    }

    /// Where requests and answers are written down while that is switched on.
    pub const fn operation_log(&self) -> &Arc<OperationLog> {
        &self.operation_log
    }

    /// Uses another token from now on; none of those before it is ever told.
    pub fn use_token(&self, token: String) -> Result<(), CommerceError> {
        self.tokens.replace(token)
    }

    /// How the service does.
    pub async fn health(&self) -> Result<Health, CommerceError> {
        self.get(&["health"], &[]).await
    }

    /// Who the token belongs to, and the limits.
    pub async fn whoami(&self) -> Result<WhoAmI, CommerceError> {
        self.get(&["whoami"], &[]).await
    }

    /// One record; `None` where the service has none.
    pub async fn record(&self, stream: Stream, id: &str) -> Result<Option<Stored>, CommerceError> {
        match self.get(&[stream.name(), "record"], &[("id", id)]).await {
            Ok(record) => Ok(Some(record)),
            Err(CommerceError::Refused { problem, .. }) if problem.code == "no-such-record" => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Begins a complete load. Refused with `load-open` where one is open.
    pub async fn begin_load(&self, stream: Stream) -> Result<Load, CommerceError> {
        self.post(&[stream.name(), "loads"], &[], None).await
    }

    /// Gives a load up; nothing is retired. Repeating it is harmless.
    pub async fn abandon_load(&self, stream: Stream, id: &str) -> Result<Load, CommerceError> {
        self.post(&[stream.name(), "loads", id, "abandon"], &[], None)
            .await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, CommerceError> {
        self.call(Method::GET, path, query, None).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        json: Option<String>,
    ) -> Result<T, CommerceError> {
        self.call(Method::POST, path, query, json).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        json: Option<String>,
    ) -> Result<T, CommerceError> {
        let (sent, answer) = self.exchange(method, path, query, json).await?;
        sent.parse(&answer)
    }

    /// The part of a call that is the same whatever is answered.
    async fn exchange(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        json: Option<String>,
    ) -> Result<(Sent<'_>, Answer), CommerceError> {
        let (mut request, mut sent) = self.request(method, path, query).await?;
        if let Some(json) = json {
            let json = Bytes::from(json);
            sent.body = json.clone();
            request = request.header(CONTENT_TYPE, "application/json").body(json);
        }
        let answer = self.answer(request, &sent).await?;
        Ok((sent, answer))
    }

    /// The answer to a request. One that is refused for its token is sent again with another, if
    /// there is one: the refusal says that nothing was done.
    async fn answer(
        &self,
        request: RequestBuilder,
        sent: &Sent<'_>,
    ) -> Result<Answer, CommerceError> {
        let held = self.tokens.held();
        // Their bodies are in memory, so all requests can be cloned.
        let again = request.try_clone().filter(|_| self.tokens.can_renew());
        let refused = match (self.answer_once(request, sent, &held).await, again) {
            (Err(CommerceError::Unauthorized { call, reason }), Some(again)) => {
                match self.tokens.renewed(&held).await {
                    Ok(other) => return self.answer_once(again, sent, &other).await,
                    Err(why) => CommerceError::Unauthorized {
                        call,
                        reason: format!("{reason}; {}", sent.redact(&why)),
                    },
                }
            }
            (answer, _) => return answer,
        };
        Err(refused)
    }

    async fn answer_once(
        &self,
        request: RequestBuilder,
        sent: &Sent<'_>,
        held: &Held,
    ) -> Result<Answer, CommerceError> {
        tracing::trace!(target: "axcs::step", "asks: {}", sent.call);
        let answer = match request.header(AUTHORIZATION, held.header()).send().await {
            Ok(response) => sent.read(response).await,
            Err(error) => Err(sent.failed(error)),
        };
        tracing::trace!(target: "axcs::step", "has asked: {}", sent.call);
        answer
    }

    /// The same with `value` as the body.
    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        value: &(impl Serialize + Sync),
    ) -> Result<T, CommerceError> {
        self.send_with(method, path, &[], value).await
    }

    async fn send_with<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        value: &(impl Serialize + Sync),
    ) -> Result<T, CommerceError> {
        let json = serde_json::to_string(value).map_err(|error| CommerceError::NotSent {
            call: format!("{method} {}", path.join("/")),
            reason: error.to_string(),
        })?;
        self.call(method, path, query, Some(json)).await
    }

    /// A request below `/v1`, and how to speak of it.
    async fn request(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<(RequestBuilder, Sent<'_>), CommerceError> {
        let mut url = self.http.base.clone();
        // An http url always has a path.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        let http = self.http.client().await?;
        let call = format!("{method} {url}");
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let sent = Sent {
            call,
            tokens: &self.tokens,
            log: &self.operation_log,
            url: url.to_string(),
            body: Bytes::new(),
            began: Instant::now(),
        };
        Ok((http.request(method, url), sent))
    }

    /// The encoding of batches; asks the service once where it is its choice.
    async fn encoding(&self) -> Result<Encoding, CommerceError> {
        if let Some(encoding) = *self.lock_chosen() {
            return Ok(encoding);
        }
        let told = self.told().await.map_err(CommerceError::before_sending)?;
        let best = Encoding::best(&told.encodings);
        Ok(*self.lock_chosen().get_or_insert(best))
    }

    /// What the service says of itself, asked once.
    async fn told(&self) -> Result<&WhoAmI, CommerceError> {
        self.told.get_or_try_init(|| self.whoami()).await
    }

    fn forget_encoding(&self) {
        *self.lock_chosen() = Some(Encoding::Identity);
    }

    fn lock_chosen(&self) -> std::sync::MutexGuard<'_, Option<Encoding>> {
        // Nothing that holds it panics.
        self.chosen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
