//! *Sign up*: makes the organization and its service administrator, once.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::commerce::wire::account::{AccountState, User, UserState};
use crate::service::fields::Fields;
use crate::service::rates::Try;
use crate::service::store::SignUp;
use crate::service::{passwords, secrets, strict};

use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble, see};
use super::session::Visit;
use super::sign_in;

#[derive(Template)]
#[template(path = "sign_up.html")]
struct SignUpPage {
    page: Page,
    form: Form,
}

/// The fields of a new password.
pub fn password_fields(form: Form) -> Form {
    form.with(
        Field::line("password", "Password")
            .kind(Kind::Password("new-password"))
            .required()
            .most(passwords::MAX_BYTES)
            .hint("At least 10 characters. A few words that belong to you alone are best."),
    )
    .with(
        Field::line("again", "Password again")
            .kind(Kind::Password("new-password"))
            .required()
            .most(passwords::MAX_BYTES),
    )
}

/// Says what is wrong with a new password.
pub fn check_password(form: &mut Form, sign_in: &str) {
    let password = form.text("password").to_owned();
    if let Some(fault) = passwords::fault(&password, sign_in) {
        form.fault("password", fault);
    } else if password != form.text("again") {
        form.fault("again", "The two passwords differ.");
    }
}

fn form(visit: &Visit, sent: Option<&Fields>) -> Form {
    let mut form = Form::of(sent)
        .with(
            Field::line("organization", "Organization")
                .kind(Kind::Line("text", "organization"))
                .required()
                .hint("The name of the account, usually that of the company."),
        )
        .with(
            Field::line("first_name", "First name")
                .kind(Kind::Line("text", "given-name"))
                .required(),
        )
        .with(
            Field::line("last_name", "Last name")
                .kind(Kind::Line("text", "family-name"))
                .required(),
        )
        .with(
            Field::line("email", "E-mail")
                .kind(Kind::Line("email", "email"))
                .required(),
        )
        .with(
            Field::line("sign_in", "Sign-in name")
                .kind(Kind::Line("text", "username"))
                .required()
                .most(60)
                .hint("It never changes. Your e-mail address is a good one."),
        );
    if !visit.peer.is_loopback() {
        form = form.with(
            Field::line("token", "Token of the service")
                .kind(Kind::Password("off"))
                .required()
                .hint("As you are at another machine: what is in the file `token` of the service's folder."),
        );
    }
    password_fields(form)
}

fn page(visit: &Visit, form: Form) -> SignUpPage {
    SignUpPage {
        page: Page::of(visit, "Sign up"),
        form,
    }
}

fn is_open(visit: &Visit) -> bool {
    visit.site.store.account_state() == AccountState::NotSignedUp
}

pub async fn show(visit: Visit) -> Result<Response, Trouble> {
    if !is_open(&visit) {
        return Ok(see(sign_in::PATH));
    }
    page::show(&page(&visit, form(&visit, None)))
}

pub async fn sign_up(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    if !visit.site.rates.count(Try::Password, visit.peer) {
        return Err(Trouble::too_often());
    }
    if !is_open(&visit) {
        return Ok(see(sign_in::PATH));
    }
    let mut form = form(&visit, Some(&fields));
    let user = User {
        id: String::new(),
        sign_in: form.text("sign_in").to_owned(),
        first_name: form.text("first_name").to_owned(),
        last_name: form.text("last_name").to_owned(),
        email: form.text("email").to_owned(),
        roles: Vec::new(),
        state: UserState::New,
    };
    if form.is_right() {
        check_password(&mut form, &user.sign_in);
        if let Err(refusal) = strict::check_user(&user) {
            form.refuse(refusal)?;
        }
        let token = secrets::hash(form.text("token"));
        if !visit.peer.is_loopback() && !secrets::same(&token, &visit.site.token) {
            form.fault("token", "This is not the token of the service.");
        }
    }
    if form.is_right() {
        let password = form.text("password").to_owned();
        let wish = SignUp {
            organization: form.text("organization").to_owned(),
            user,
            password: visit.site.passwords.hash(password).await?,
            set_up: visit.site.set_up,
        };
        match visit.site.store.sign_up(wish).await {
            Ok(user) => return visit.begin(user, "/").await,
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&visit, form))
}
