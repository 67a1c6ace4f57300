//! What every page has around its content, and the page that says what went wrong.

use askama::Template;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::service::api::refusal::{Code, Refusal};
use crate::service::api::{self, body};

use super::session::Visit;
use super::{Entry, NAVIGATION, STYLE_PATH};

/// What stands around a page's content; `base.html` shows it.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Title of the page.
    pub title: String,
    /// Name of the organization.
    pub organization: String,
    /// Who is signed in; empty where nobody is.
    pub user: String,
    /// The pages this user may open.
    pub navigation: Vec<Link>,
    /// What the last request left to be told.
    pub flash: String,
    /// For the forms of the page.
    pub csrf: String,
    /// What it shows is under way: the browser gets it again by itself.
    pub is_moving: bool,
    /// Where the style sheet is.
    pub style: &'static str,
}

/// A link of the navigation.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its words.
    pub label: &'static str,
    /// Where it leads.
    pub path: &'static str,
    /// It leads to this page, or one above it.
    pub is_current: bool,
}

impl Page {
    /// What stands around a page with `title` for this visit.
    pub fn of(visit: &Visit, title: impl Into<String>) -> Self {
        let mut page = Self {
            title: title.into(),
            organization: visit.site.store.account().name,
            csrf: visit.csrf.clone(),
            style: STYLE_PATH,
            ..Self::default()
        };
        if let Some(user) = &visit.user {
            page.user.clone_from(&user.name);
            page.flash.clone_from(&user.flash);
            page.navigation = NAVIGATION
                .into_iter()
                .filter(|(_, _, right)| visit.has(*right))
                .map(|(label, path, _)| Link {
                    label,
                    path,
                    is_current: is_at(&visit.path, path),
                })
                .collect();
        }
        page
    }
}

/// True where `path` is `link` or below it; everything is below `/`, which only links to itself.
fn is_at(path: &str, link: &str) -> bool {
    path == link
        || (link != "/"
            && path
                .strip_prefix(link)
                .is_some_and(|rest| rest.starts_with('/')))
}

/// A template as an answer.
pub fn show(page: &impl Template) -> Result<Response, Trouble> {
    show_with(StatusCode::OK, page)
}

/// The same with another status: 422 where a form has to be corrected.
pub fn show_with(status: StatusCode, page: &impl Template) -> Result<Response, Trouble> {
    let html = page
        .render()
        .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
    Ok((
        status,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        html,
    )
        .into_response())
}

/// Sends the browser to another page, which it fetches with GET.
pub fn see(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

/// What is answered where the API has no route either: programs get a problem document.
pub async fn lost(request: Request) -> Response {
    if api::is_path(request.uri().path()) || request.headers().contains_key(header::AUTHORIZATION) {
        return api::no_such_path(request).await.into_response();
    }
    body::drain(request.into_body()).await;
    Trouble::lost().into_response()
}

/// Why there is no page. [`super::session::enter`] makes a page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// HTTP status.
    pub status: StatusCode,
    /// What happened.
    pub title: String,
    /// What to do.
    pub text: String,
}

impl Trouble {
    fn new(status: StatusCode, title: &str, text: &str) -> Self {
        Self {
            status,
            title: title.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Nothing is there.
    pub fn lost() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no such page",
            "The address may be mistyped, or what was here is gone.",
        )
    }

    /// What was refused before a page was asked, in plain text or none: a path or query that no
    /// page reads, a method that the page does not know.
    pub fn of_bare(response: &Response) -> Option<Self> {
        let kind = response.headers().get(header::CONTENT_TYPE);
        let is_told = kind.is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
        let status = response.status();
        if is_told || !status.is_client_error() {
            return None;
        }
        Some(match status {
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                status,
                "The page cannot do that",
                "Nothing was changed. Open the page again and repeat it there.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Self::unreadable(),
            _ => Self::lost(),
        })
    }

    /// The user has no right to it.
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Your roles do not allow this",
            "A service administrator gives roles under Users.",
        )
    }

    /// The form does not come from a page of this site and session.
    pub fn forged() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "The form is out of date",
            "Nothing was changed. Open the page again and repeat it there.",
        )
    }

    /// The form cannot be read.
    pub fn unreadable() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "The form could not be read",
            "It is too large or broke off. Nothing was changed.",
        )
    }

    /// The invitation is not good.
    pub fn not_invited() -> Self {
        Self::new(
            StatusCode::GONE,
            "This invitation is not good any more",
            "It is good once and for 7 days. Ask a service administrator for a new one.",
        )
    }

    /// The shop does not sell now.
    pub fn closed() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The shop is closed for now",
            "Come back later.",
        )
    }

    /// The product is not on offer.
    pub fn sold_out() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "The product is sold out",
            "Or it is not offered any more. Go back to the shop and look for another one.",
        )
    }

    /// Too many tries.
    pub fn too_often() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many tries",
            "Wait a minute, then try again.",
        )
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let (_, status, title) = refusal.code.parts();
        if refusal.code == Code::Internal {
            tracing::error!(detail = refusal.detail, "a page failed");
            return Self::new(status, title, "The log of the service says more.");
        }
        Self::new(status, title, &refusal.detail)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    page: Page,
    text: String,
}

/// The page that tells of trouble.
pub fn trouble(visit: &Visit, trouble: Trouble) -> Response {
    let page = TroublePage {
        page: Page::of(visit, trouble.title),
        text: trouble.text,
    };
    show_with(trouble.status, &page).unwrap_or_else(|trouble| trouble.status.into_response())
}

impl Entry {
    /// True where this entry lets the visit in.
    pub fn admits(self, visit: &Visit) -> bool {
        match self {
            Self::Anybody => true,
            Self::User => visit.user.is_some(),
            Self::Right(right) => visit.has(Some(right)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_current_for_its_page_and_those_below() {
        assert!(is_at("/", "/") && is_at("/users", "/users") && is_at("/users/3", "/users"));
        assert!(!is_at("/users", "/") && !is_at("/usersx", "/users") && !is_at("/", "/users"));
    }
}
