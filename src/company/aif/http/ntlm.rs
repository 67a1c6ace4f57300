//! NTLM over HTTP (MS-NTHT): three messages on one connection, which then belongs to the user. So each
//! order has a connection of its own, without a proxy; the order itself goes with the third message.
//!
//! The first message is sent without the order. Over TLS the third is bound to the certificate of the
//! server (RFC 5929, `tls-server-end-point`), as IIS may ask for ("extended protection").

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::TryFutureExt as _;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, WWW_AUTHENTICATE,
};
use hyper::http::uri::{Authority, PathAndQuery};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use reqwest::{Body, Response, Url};
use secrecy::{ExposeSecret as _, SecretString};
use sspi::{
    AuthIdentity, AuthIdentityBuffers, BufferType, ClientRequestFlags, CredentialUse,
    DataRepresentation, Ntlm, SecurityBuffer, Sspi as _, SspiImpl as _, Username,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use crate::model::exception::chain;

/// Schemes that take the messages as they are; IIS takes them as Negotiate too.
const SCHEMES: [&str; 2] = ["NTLM", "Negotiate"];
/// What is bound to the certificate of the server begins with this.
const BINDING: &[u8] = b"tls-server-end-point:";

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that waits for the third message.
pub(super) struct Connection {
    sender: SendRequest<Body>,
    line: AbortOnDropHandle<()>,
    authorization: HeaderValue,
}

impl Connection {
    /// Connects and changes the first two messages with the server.
    ///
    /// # Errors
    /// Why the user cannot be told to it; nothing else was sent.
    pub(super) async fn open(
        url: &Url,
        user: &str,
        password: &SecretString,
    ) -> Result<Self, String> {
        let (stream, binding) = connect(url).await?;
        let (mut sender, line) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| chain(&error))?;
        // How it ends, the requests are told.
        let line = tokio::spawn(line.unwrap_or_else(drop));
        let line = AbortOnDropHandle::new(line);
        let mut told = HeaderMap::new();
        for scheme in SCHEMES {
            let mut handshake = Handshake::new(url, user, password, binding.as_deref())?;
            let first = handshake.answer(Vec::new())?;
            let mut request = Request::new(Body::from(""));
            *request.method_mut() = hyper::Method::POST;
            address(&mut request, url)?;
            let headers = request.headers_mut();
            // IIS refuses a POST that does not say how long it is.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            headers.insert(AUTHORIZATION, authorization(scheme, &first)?);
            let response = send(&mut sender, request).await?;
            let status = response.status();
            let headers = response.headers().clone();
            if status != StatusCode::UNAUTHORIZED {
                return Err(format!(
                    "{status}: the port does not ask for NTLM; check the address and \
                     orders.authentication"
                ));
            }
            super::whole(response).await?;
            if let Some(challenge) = challenge(&headers, scheme) {
                if is_closing(&headers) {
                    let reason = "closes the connection in the middle of the NTLM handshake";
                    return Err(format!("what stands before the port {reason}"));
                }
                let third = handshake.answer(challenge)?;
                return Ok(Self {
                    sender,
                    line,
                    authorization: authorization(scheme, &third)?,
                });
            }
            let is_next = |name: &str| name.eq_ignore_ascii_case("Negotiate");
            let goes_on = !is_closing(&headers) && super::offered(&headers).any(is_next);
            told = headers;
            if !goes_on {
                break;
            }
        }
        Err(super::asks_for_another(&told))
    }

    /// Sends the third message with `request`. The line is kept until the answer was read.
    ///
    /// # Errors
    /// It is not known whether the request arrived.
    pub(super) async fn send(
        mut self,
        request: reqwest::Request,
    ) -> Result<(Response, AbortOnDropHandle<()>), String> {
        let url = request.url().clone();
        let mut request = Request::<Body>::try_from(request).map_err(|error| chain(&error))?;
        address(&mut request, &url)?;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.authorization);
        Ok((send(&mut self.sender, request).await?, self.line))
    }
}

async fn send(sender: &mut SendRequest<Body>, request: Request<Body>) -> Result<Response, String> {
    let ready = sender.ready().await;
    ready.map_err(|error| chain(&error))?;
    let sent = sender.send_request(request).await;
    let response = sent.map_err(|error| chain(&error))?;
    Ok(response.map(Body::wrap).into())
}

/// The connection, and over TLS what the user is bound to.
async fn connect(url: &Url) -> Result<(Box<dyn Stream>, Option<Vec<u8>>), String> {
    const CONNECT: Duration = super::CONNECT;
    let host = host(url);
    let port = url.port_or_known_default().unwrap_or(443);
    let tcp = timeout(CONNECT, TcpStream::connect((host, port))).await;
    let tcp = tcp
        .map_err(|_| "the server does not answer".to_owned())?
        .map_err(|error| chain(&error))?;
    tcp.set_nodelay(true).map_err(|error| chain(&error))?;
    if url.scheme() == "http" {
        return Ok((Box::new(tcp), None));
    }
    let connector = native_tls::TlsConnector::new().map_err(|error| chain(&error))?;
    let connector = tokio_native_tls::TlsConnector::from(connector);
    let tls = connector.connect(host, tcp).await;
    let tls = tls.map_err(|error| chain(&error))?;
    let certificate = tls.get_ref().tls_server_end_point();
    let certificate = certificate.map_err(|error| chain(&error))?;
    let binding = certificate.map(|digest| [BINDING, &digest].concat());
    Ok((Box::new(tls), binding))
}

/// The host as name services and certificates know it.
fn host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

/// A request to the server itself has the path only, and the host beside it.
fn address(request: &mut Request<Body>, url: &Url) -> Result<(), String> {
    let whole: Uri = url.as_str().parse().map_err(|error| chain(&error))?;
    let host = whole
        .authority()
        .map_or_else(|| host(url), Authority::as_str);
    let host = HeaderValue::from_str(host).map_err(|error| chain(&error))?;
    request.headers_mut().insert(HOST, host);
    *request.uri_mut() = Uri::from(whole.path_and_query().cloned().unwrap_or_else(root));
    Ok(())
}

fn root() -> PathAndQuery {
    PathAndQuery::from_static("/")
}

fn authorization(scheme: &str, message: &[u8]) -> Result<HeaderValue, String> {
    let text = format!("{scheme} {}", BASE64.encode(message));
    let mut value = HeaderValue::try_from(text).map_err(|error| chain(&error))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The second message.
fn challenge(headers: &HeaderMap, scheme: &str) -> Option<Vec<u8>> {
    let mut told = headers.get_all(WWW_AUTHENTICATE).iter();
    told.find_map(|value| {
        let (name, message) = value.to_str().ok()?.split_once(' ')?;
        let is_it = name.eq_ignore_ascii_case(scheme);
        BASE64.decode(message.trim()).ok().filter(|_| is_it)
    })
}

fn is_closing(headers: &HeaderMap) -> bool {
    let told = headers.get(CONNECTION).and_then(|it| it.to_str().ok());
    told.is_some_and(|it| it.eq_ignore_ascii_case("close"))
}

/// What the user says, message by message.
struct Handshake {
    ntlm: Ntlm,
    credentials: Option<AuthIdentityBuffers>,
    target: String,
}

impl Handshake {
    fn new(
        url: &Url,
        user: &str,
        password: &SecretString,
        binding: Option<&[u8]>,
    ) -> Result<Self, String> {
        let username = Username::parse(user).map_err(|error| format!("the user: {error}"))?;
        let identity = AuthIdentity {
            username,
            password: password.expose_secret().to_owned().into(),
        };
        let mut ntlm = Ntlm::new();
        if let Some(binding) = binding {
            ntlm.set_channel_bindings(binding);
        }
        let acquired = ntlm
            .acquire_credentials_handle()
            .with_credential_use(CredentialUse::Outbound)
            .with_auth_data(&identity)
            .execute(&mut ntlm)
            .map_err(|error| chain(&error))?;
        Ok(Self {
            credentials: acquired.credentials_handle,
            ntlm,
            target: format!("HTTP/{}", host(url)),
        })
    }

    /// The message after what the server said; the first one after nothing.
    fn answer(&mut self, said: Vec<u8>) -> Result<Vec<u8>, String> {
        let mut said = [SecurityBuffer::new(said, BufferType::Token)];
        let mut answer = [SecurityBuffer::new(Vec::new(), BufferType::Token)];
        let mut step = self
            .ntlm
            .initialize_security_context()
            .with_credentials_handle(&mut self.credentials)
            .with_context_requirements(ClientRequestFlags::ALLOCATE_MEMORY)
            .with_target_data_representation(DataRepresentation::Native)
            .with_target_name(&self.target)
            .with_input(&mut said)
            .with_output(&mut answer);
        self.ntlm
            .initialize_security_context_impl(&mut step)
            .and_then(|mut stepped| stepped.resolve_to_result())
            .map_err(|error| chain(&error))?;
        let [answer] = answer;
        Ok(answer.buffer)
    }
}
