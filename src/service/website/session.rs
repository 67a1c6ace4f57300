//! What surrounds every page: the session of the browser, the check of what it sends, the rights
//! of the user, and the headers that keep other sites out.
//!
//! A browser without a session gets a random id that the store does not know: enough for the CSRF
//! token of the forms for visitors. Whoever signs in gets a new one.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::service::api::body;
use crate::service::fields::Fields;
use crate::service::listen::Peer;
use crate::service::rights::Right;
use crate::service::secrets;
use crate::service::store::SignedIn;

use super::page::{Trouble, see, trouble};
use super::{Entry, Site};

/// Largest form.
const MAX_FORM_BYTES: usize = 64 * 1024;
/// Only what the service itself serves; no script at all; no frame around it.
const POLICY: &str = "default-src 'self'; script-src 'none'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Who looks at a page, from where.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The website.
    pub site: Arc<Site>,
    /// Id of the browser's session.
    pub session: String,
    /// Who is signed in.
    pub user: Option<Arc<SignedIn>>,
    /// What each form has to bring along.
    pub csrf: String,
    /// Path of the page.
    pub path: String,
    /// Where the request comes from.
    pub peer: IpAddr,
    /// Address of the service, as the browser sees it: `https://shop.example:8620`.
    pub base: String,
    /// The browser does not know its id yet.
    is_new: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        // `enter` surrounds every page.
        parts.extensions.get().cloned().ok_or_else(Trouble::lost)
    }
}

impl Visit {
    /// Not of the whole request: its body cannot be shared between threads.
    async fn of(
        site: &Arc<Site>,
        headers: &HeaderMap,
        path: &str,
        peer: IpAddr,
    ) -> Result<Self, Trouble> {
        let known = cookie(headers, site.cookie());
        let (session, is_new) = match known {
            Some(session) => (session.to_owned(), false),
            None => (secrets::new_secret()?, true),
        };
        let user = if is_new {
            None
        } else {
            site.store.session(&session).await?
        };
        Ok(Self {
            csrf: secrets::derived("csrf", &session),
            user: user.map(Arc::new),
            path: path.to_owned(),
            peer,
            base: site.base(headers),
            site: Arc::clone(site),
            session,
            is_new,
        })
    }

    /// True where the user's roles give the right; `None` asks for no right.
    pub fn has(&self, right: Option<Right>) -> bool {
        let Some(user) = &self.user else {
            return false;
        };
        right.is_none_or(|right| Right::of_all(&user.roles).contains(&right))
    }

    /// The user; pages for users only are not reached without one.
    pub fn signed_in(&self) -> Result<&SignedIn, Trouble> {
        self.user.as_deref().ok_or_else(Trouble::forbidden)
    }

    /// Goes on to `path`, which tells `words` once.
    pub async fn done(&self, words: impl Into<String>, path: &str) -> Result<Response, Trouble> {
        self.site.store.flash(&self.session, words.into()).await?;
        Ok(see(path))
    }

    /// Begins a session of a user in this browser and goes on to `path`.
    pub async fn begin(&self, user: i64, path: &str) -> Result<Response, Trouble> {
        self.site.store.end_session(&self.session).await?;
        let session = self.site.store.begin_session(user).await?;
        let mut response = see(path);
        self.site.set_cookie(&mut response, &session);
        Ok(response)
    }

    /// Ends the session and goes on to `path`.
    pub async fn end(&self, path: &str) -> Result<Response, Trouble> {
        self.site.store.end_session(&self.session).await?;
        let mut response = see(path);
        self.site.set_cookie(&mut response, "");
        Ok(response)
    }
}

/// Surrounds a page.
pub async fn enter(
    State((site, entry)): State<(Arc<Site>, Entry)>,
    request: Request,
    next: Next,
) -> Response {
    let peer = Peer::address(request.extensions().get().copied());
    let path = request.uri().path();
    let visit = match Visit::of(&site, request.headers(), path, peer).await {
        Ok(visit) => visit,
        Err(trouble) => return with_headers(trouble.status.into_response()),
    };
    let mut response = match admit(&visit, entry, request).await {
        Ok(request) => next.run(request).await,
        Err(response) => response,
    };
    let told = response.extensions_mut().remove::<Trouble>();
    if let Some(told) = told.or_else(|| Trouble::of_bare(&response)) {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = trouble(&visit, told);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    if visit.is_new && !response.headers().contains_key(header::SET_COOKIE) {
        site.set_cookie(&mut response, &visit.session);
    }
    with_headers(response)
}

/// The request for the page behind `entry`, or the answer instead of it.
async fn admit(visit: &Visit, entry: Entry, request: Request) -> Result<Request, Response> {
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if !entry.admits(visit) {
        let path = request.uri().path_and_query();
        let path = path.map_or("/", |path| path.as_str()).to_owned();
        body::drain(request.into_body()).await;
        return Err(match (&visit.user, is_reading) {
            (Some(_), _) => Trouble::forbidden().into_response(),
            (None, true) => see(&super::sign_in::path_for(&path)),
            (None, false) => see(super::sign_in::PATH),
        });
    }
    let mut request = if is_reading {
        request
    } else {
        check(visit, request)
            .await
            .map_err(IntoResponse::into_response)?
    };
    request.extensions_mut().insert(visit.clone());
    Ok(request)
}

/// Refuses what another site has the browser send: by the headers of the browser, and by the CSRF
/// token, which is a field of the form, or part of the address where the form has files in it.
async fn check(visit: &Visit, request: Request) -> Result<Request, Trouble> {
    if !is_from_here(request.headers()) {
        body::drain(request.into_body()).await;
        return Err(Trouble::forged());
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| {
            kind.as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
    let (given, request) = if is_form {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, MAX_FORM_BYTES)
            .await
            .map_err(|_| Trouble::unreadable())?;
        let given = Fields::read(&body).raw("csrf").to_owned();
        (given, Request::from_parts(parts, Body::from(body)))
    } else {
        let query = request.uri().query().unwrap_or_default();
        (
            Fields::read(query.as_bytes()).raw("csrf").to_owned(),
            request,
        )
    };
    if secrets::same(given.as_bytes(), visit.csrf.as_bytes()) {
        return Ok(request);
    }
    body::drain(request.into_body()).await;
    Err(Trouble::forged())
}

/// What the browser says about where a request comes from; old ones say nothing.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(HeaderValue::as_bytes);
    let site = text(HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !matches!(site, b"same-origin" | b"none")) {
        return false;
    }
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    let authority = origin
        .strip_prefix(b"https://")
        .or_else(|| origin.strip_prefix(b"http://"));
    authority.is_some() && authority == text(header::HOST)
}

/// The session's cookie. Anything but an id of ours is none.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(given, _)| *given == name)
        .map(|(_, value)| value)
        .filter(|value| value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn what_another_site_sends_is_not_from_here() {
        for from_here in [
            &[("host", "a:1")][..],
            &[("host", "a:1"), ("origin", "http://a:1")],
            &[
                ("host", "a:1"),
                ("origin", "https://a:1"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[("host", "a:1"), ("sec-fetch-site", "none")],
        ] {
            assert!(is_from_here(&headers(from_here)), "{from_here:?}");
        }
        for elsewhere in [
            &[("host", "a:1"), ("origin", "http://a:2")][..],
            &[("host", "a:1"), ("origin", "null")],
            &[("host", "a:1"), ("sec-fetch-site", "cross-site")],
            &[("host", "a:1"), ("sec-fetch-site", "same-site")],
            &[("origin", "http://a")],
        ] {
            assert!(!is_from_here(&headers(elsewhere)), "{elsewhere:?}");
        }
    }

    #[test]
    fn only_an_id_is_taken_from_a_cookie() {
        const ID: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let line = "x=1; axcs=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        assert_eq!(cookie(&headers(&[("cookie", line)]), "axcs"), Some(ID));
        assert_eq!(cookie(&headers(&[("cookie", line)]), "other"), None);
        assert_eq!(cookie(&headers(&[("cookie", "axcs=1")]), "axcs"), None);
        assert_eq!(cookie(&HeaderMap::new(), "axcs"), None);
    }
}
