//! *Sign in* and *Sign out*. Whether a name exists, a password is wrong or a name is locked: the
//! words are the same, and so is the time.

use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use crate::commerce::wire::account::AccountState;
use crate::service::fields::Fields;
use crate::service::passwords;
use crate::service::rates::Try;

use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble, see};
use super::session::Visit;

/// Where one signs in.
pub const PATH: &str = "/sign-in";
const NO: &str = "The sign-in name or the password is wrong. After 10 wrong passwords a name is \
    locked for 15 minutes.";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    form: Form,
    next: String,
    may_sign_up: bool,
    /// What happened before, in words.
    said: &'static str,
}

/// Where one signs in to go on to `path`.
pub fn path_for(path: &str) -> String {
    if path == "/" {
        return PATH.to_owned();
    }
    let path: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("{PATH}?next={path}")
}

/// A path of this site, never another site: what begins with two slashes is one for browsers.
fn own_path(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next[1..].starts_with(['/', '\\'])
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    if is_own { next } else { "/" }
}

fn form(sent: Option<&Fields>) -> Form {
    Form::of(sent)
        .with(
            Field::line("sign_in", "Sign-in name")
                .kind(Kind::Line("text", "username"))
                .required()
                .most(60),
        )
        .with(
            Field::line("password", "Password")
                .kind(Kind::Password("current-password"))
                .required()
                .most(passwords::MAX_BYTES),
        )
}

fn page(visit: &Visit, form: Form, next: &str, said: &'static str) -> SignInPage {
    SignInPage {
        page: Page::of(visit, "Sign in"),
        form,
        next: own_path(next).to_owned(),
        may_sign_up: visit.site.store.account_state() == AccountState::NotSignedUp,
        said,
    }
}

pub async fn show(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let next = query.text("next");
    if visit.user.is_some() {
        return Ok(see(own_path(next)));
    }
    let said = match query.text("said") {
        "signed-out" => "You are signed out.",
        "accepted" => "Your password is set. Sign in with it.",
        _ => "",
    };
    page::show(&page(&visit, form(None), next, said))
}

pub async fn sign_in(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    if !visit.site.rates.count(Try::Password, visit.peer) {
        return Err(Trouble::too_often());
    }
    let next = fields.text("next");
    let mut form = form(Some(&fields));
    if form.is_right() {
        let site = &visit.site;
        let attempt = site.store.attempt(form.text("sign_in").to_owned()).await?;
        let password = form.text("password").to_owned();
        let is_right = site.passwords.is_right(attempt.password, password).await?;
        match attempt.user {
            Some(user) if is_right && !attempt.is_locked => {
                return visit.begin(user, own_path(next)).await;
            }
            Some(_) | None => NO.clone_into(&mut form.error),
        }
        tracing::info!(peer = %visit.peer, "a sign-in was refused");
    }
    let page = page(&visit, form, next, "");
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub async fn sign_out(visit: Visit) -> Result<Response, Trouble> {
    visit.end("/sign-in?said=signed-out").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_within_this_site_only() {
        assert_eq!(own_path("/device?code=A"), "/device?code=A");
        for elsewhere in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a b",
            "x",
        ] {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere}");
        }
        assert_eq!(path_for("/"), "/sign-in");
        assert_eq!(path_for("/device"), "/sign-in?next=%2Fdevice");
    }
}
