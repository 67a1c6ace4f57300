//! *Invitation*: whoever has the link sets the password of a user, once.

use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use crate::commerce::wire::account::User;
use crate::service::fields::Fields;
use crate::service::rates::Try;

use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble, see};
use super::session::Visit;
use super::sign_up::{check_password, password_fields};

/// Where invitations lead. The secret stands in the query: paths are logged.
pub const PATH: &str = "/invitation";

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    page: Page,
    form: Form,
    secret: String,
}

fn form(sent: Option<&Fields>, user: &User) -> Form {
    let sign_in = Field::line("sign_in", "Sign-in name")
        .kind(Kind::ReadOnly)
        .value(&user.sign_in);
    password_fields(Form::of(sent).with(sign_in))
}

fn page(visit: &Visit, form: Form, secret: &str) -> InvitationPage {
    InvitationPage {
        page: Page::of(visit, "Set your password"),
        form,
        secret: secret.to_owned(),
    }
}

async fn invited(visit: &Visit, secret: &str) -> Result<User, Trouble> {
    if !visit.site.rates.count(Try::Password, visit.peer) {
        return Err(Trouble::too_often());
    }
    let user = visit.site.store.invited(secret).await?;
    user.ok_or_else(Trouble::not_invited)
}

pub async fn show(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let secret = query.text("secret");
    let user = invited(&visit, secret).await?;
    page::show(&page(&visit, form(None, &user), secret))
}

pub async fn accept(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let secret = fields.text("secret");
    let user = invited(&visit, secret).await?;
    let mut form = form(Some(&fields), &user);
    if form.is_right() {
        check_password(&mut form, &user.sign_in);
    }
    if !form.is_right() {
        let page = page(&visit, form, secret);
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let password = form.text("password").to_owned();
    let hash = visit.site.passwords.hash(password).await?;
    match visit.site.store.accept(secret, hash).await? {
        Some(_) => Ok(see("/sign-in?said=accepted")),
        None => Err(Trouble::not_invited()),
    }
}
