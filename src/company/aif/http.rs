//! The door of the HTTP adapter: SOAP 1.1 over HTTP (`basicHttpBinding`), answered at once.
//!
//! The user is told by basic authentication or, where that is built in, by NTLM (`ntlm`).

#[cfg(feature = "ntlm")]
mod ntlm;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::header::{CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::reply::Answer;
use super::xml::{self, Element};
use super::{Address, AifError, Authentication, Port, message};
use crate::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use crate::model::exception::chain;

/// Time to reach the server.
const CONNECT: Duration = Duration::from_secs(10);
/// Idle connections are dropped before the server does it, so that no order meets a closed one.
const IDLE: Duration = Duration::from_secs(30);
/// No answer is longer.
const LONGEST: usize = 1 << 20;
/// Faults of WCF after which the service surely made nothing, for whatever order.
const NOT_REACHED: [&str; 6] = [
    "ActionNotSupported",
    "DestinationUnreachable",
    "EndpointUnavailable",
    "FailedAuthentication",
    "InvalidSecurity",
    "VersionMismatch",
];

/// Gives orders to AX over HTTP.
pub struct HttpService {
    port: Port,
    address: Address,
    url: Url,
    http: Client,
    deadline: Duration,
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl HttpService {
    pub(super) fn new(port: Port, address: Address, deadline: Duration) -> Result<Self, AifError> {
        let wrong = |reason: &str| AifError::Options(format!("the address of the port {reason}"));
        let url: Url = address
            .url
            .parse()
            .map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds a user; set `user`, and store the password"));
        }
        let is_safe = match (url.scheme(), address.authentication) {
            ("http", Authentication::Basic) => is_local(&url),
            // By NTLM the password itself does not travel.
            ("https", _) | ("http", Authentication::Ntlm) => true,
            _ => return Err(wrong("does not begin with https://")),
        };
        if !is_safe {
            return Err(wrong(
                "does not begin with https://: with basic authentication everybody on the way could \
                 read the password",
            ));
        }
        let http = Client::builder()
            .user_agent(concat!("axcs/", env!("CARGO_PKG_VERSION")))
            // The password goes to the address that was set, and nowhere else.
            .redirect(Policy::none())
            // An order is never sent twice without a look-up between.
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT.min(deadline))
            .timeout(deadline)
            .pool_idle_timeout(IDLE)
            .tls_backend_native()
            .build()
            .map_err(|error| AifError::Options(chain(&error)))?;
        Ok(Self {
            port,
            address,
            url,
            http,
            deadline,
        })
    }

    fn not_reached(&self, reason: impl Into<String>) -> HandOverError {
        HandOverError::NotReached {
            place: self.url.to_string(),
            reason: reason.into(),
        }
    }

    fn unknown(&self, reason: &str) -> HandOverError {
        HandOverError::Unknown {
            reason: format!("{}: {reason}", self.url),
        }
    }

    /// Read for each order, so that a new password needs no restart.
    async fn password(&self) -> Result<SecretString, HandOverError> {
        let source = &self.address.password;
        match source.read().await {
            Ok(found) => Ok(found.password),
            Err(error) => Err(self.not_reached(format!(
                "there is no password for {}: {error} {}",
                self.address.user,
                source.remedy()
            ))),
        }
    }

    /// Sends the request as it is.
    async fn plainly(&self, request: RequestBuilder) -> Result<Response, HandOverError> {
        request.send().await.map_err(|error| {
            let is_sent = !error.is_connect() && !error.is_builder();
            let reason = chain(&error.without_url());
            // It may have gone out.
            if is_sent {
                self.unknown(&reason)
            } else {
                self.not_reached(reason)
            }
        })
    }

    /// Sends the request over a connection that NTLM has authenticated, which ends with the answer.
    #[cfg(feature = "ntlm")]
    async fn by_ntlm(
        &self,
        request: RequestBuilder,
        password: &SecretString,
    ) -> Result<(Response, Option<AbortOnDropHandle<()>>), HandOverError> {
        let late = || "there was no answer in time".to_owned();
        let request = request
            .build()
            .map_err(|error| self.not_reached(chain(&error)))?;
        let opening = ntlm::Connection::open(&self.url, &self.address.user, password);
        let opened = timeout(self.deadline, opening).await;
        let opened = opened.unwrap_or_else(|_| Err(late()));
        let connection = opened.map_err(|reason| self.not_reached(reason))?;
        let sent = timeout(self.deadline, connection.send(request)).await;
        let sent = sent.unwrap_or_else(|_| Err(late()));
        let (response, line) = sent.map_err(|reason| self.unknown(&reason))?;
        Ok((response, Some(line)))
    }

    #[cfg(not(feature = "ntlm"))]
    #[expect(
        clippy::unused_async,
        reason = "NTLM takes its time where it is built in"
    )]
    async fn by_ntlm(
        &self,
        _: RequestBuilder,
        _: &SecretString,
    ) -> Result<(Response, Option<AbortOnDropHandle<()>>), HandOverError> {
        Err(self.not_reached("this axcs was built without NTLM"))
    }

    /// Sends a message and reads the answer.
    async fn post(
        &self,
        text: Vec<u8>,
        password: &SecretString,
    ) -> Result<HandedOver, HandOverError> {
        let request = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "text/xml; charset=utf-8")
            .header("SOAPAction", format!("\"{}\"", message::ACTION))
            .body(text);
        let (response, _line) = match self.address.authentication {
            Authentication::Basic => {
                let user = &self.address.user;
                let request = request.basic_auth(user, Some(password.expose_secret()));
                (self.plainly(request).await?, None)
            }
            Authentication::Ntlm => self.by_ntlm(request, password).await?,
        };
        let status = response.status();
        if let Some(refusal) = self.refusal(status, response.headers()) {
            return Err(refusal);
        }
        let body = match timeout(self.deadline, whole(response)).await {
            Ok(body) => body.map_err(|reason| self.unknown(&reason))?,
            Err(_) => return Err(self.unknown("the answer did not end in time")),
        };
        self.outcome(status, &body)
    }

    /// A server that shows its mistakes says back what it was told: the password is taken out.
    fn without(&self, password: &SecretString, error: HandOverError) -> HandOverError {
        let password = password.expose_secret();
        let told = BASE64.encode(format!("{}:{password}", self.address.user));
        let clean = |text: String| text.replace(&told, "…").replace(password, "…");
        match error {
            HandOverError::Refused { infolog } => HandOverError::Refused {
                infolog: infolog.into_iter().map(clean).collect(),
            },
            HandOverError::DuplicateMessage => HandOverError::DuplicateMessage,
            HandOverError::NotReached { place, reason } => HandOverError::NotReached {
                place,
                reason: clean(reason),
            },
            HandOverError::Unknown { reason } => HandOverError::Unknown {
                reason: clean(reason),
            },
        }
    }

    /// What the answer means.
    fn outcome(&self, status: StatusCode, body: &[u8]) -> Result<HandedOver, HandOverError> {
        let answer = xml::decoded(body)
            .and_then(|text| Element::parse(&text))
            .and_then(|reply| Answer::of(&reply));
        match answer {
            Ok(Answer::Created(sales_order)) => Ok(HandedOver::Numbered { sales_order }),
            Ok(Answer::Duplicate) => Err(HandOverError::DuplicateMessage),
            Ok(Answer::Refused(infolog)) => Err(HandOverError::Refused { infolog }),
            // The document itself could not be read.
            Ok(Answer::Fault { code, text }) if code == "DeserializationFailed" => {
                Err(HandOverError::Refused {
                    infolog: vec![text],
                })
            }
            Ok(Answer::Fault { code, text }) if NOT_REACHED.contains(&code.as_str()) => {
                Err(self.not_reached(format!("{code}: {text}")))
            }
            Ok(Answer::Fault { code, text }) => Err(self.unknown(&format!("{code}: {text}"))),
            Err(reason) => Err(self.unknown(&format!("{status}: {reason}"))),
        }
    }

    /// An answer of the web server before the service was asked; `None` where the service may have
    /// been.
    fn refusal(&self, status: StatusCode, headers: &HeaderMap) -> Option<HandOverError> {
        let reason = match status.as_u16() {
            401 => {
                let ours: &[&str] = match self.address.authentication {
                    Authentication::Basic => &["Basic"],
                    Authentication::Ntlm => &["NTLM", "Negotiate"],
                };
                let is_ours = |way: &str| ours.iter().any(|ours| way.eq_ignore_ascii_case(ours));
                if offered(headers).any(is_ours) {
                    "user or password are refused".to_owned()
                } else {
                    asks_for_another(headers)
                }
            }
            403 => "the user has no right to use the port".to_owned(),
            413 => {
                return Some(HandOverError::Refused {
                    infolog: vec![
                        "The message is larger than the port allows (maxReceivedMessageSize)."
                            .to_owned(),
                    ],
                });
            }
            300..=399 => format!("{status}: the address of the port is another one"),
            400 | 402 | 404..=407 | 410 | 411 | 414..=417 => {
                format!(
                    "{status}: check the address of the port and its binding (basicHttpBinding)"
                )
            }
            _ => return None,
        };
        Some(self.not_reached(reason))
    }
}

/// The ways of authentication that an answer offers.
fn offered(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let told = headers.get_all(WWW_AUTHENTICATE).iter();
    let told = told.filter_map(|value| value.to_str().ok());
    told.map(|value| value.split(' ').next().unwrap_or(value))
}

/// The reason where none of those is ours.
fn asks_for_another(headers: &HeaderMap) -> String {
    let offered = offered(headers).collect::<Vec<_>>().join(", ");
    format!(
        "the port asks for another authentication ({offered}); set orders.authentication to what the \
         port's web site has switched on: basic, over https, or ntlm"
    )
}

#[async_trait]
impl SalesOrderService for HttpService {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        let text = self.port.message(&hand_over, message::soap)?;
        let password = self.password().await?;
        let outcome = self.post(text, &password).await;
        outcome.map_err(|error| self.without(&password, error))
    }
}

async fn whole(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LONGEST => {
                return Err("the answer is too long".to_owned());
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(chain(&error.without_url())),
        }
    }
}

/// True for this machine.
fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}
