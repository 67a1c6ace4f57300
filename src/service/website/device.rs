//! *Let a machine in*: where the code of a device is entered, and a user allows or denies it.

use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use crate::service::fields::Fields;
use crate::service::rates::Try;
use crate::service::rights::Right;
use crate::service::store::Waiting;

use super::form::{Field, Form};
use super::home::minute;
use super::page::{self, Page, Trouble, see};
use super::session::Visit;

#[derive(Template)]
#[template(path = "device.html")]
struct CodePage {
    page: Page,
    form: Form,
}

#[derive(Template)]
#[template(path = "device_answer.html")]
struct AnswerPage {
    page: Page,
    machine: Waiting,
    asked: String,
    rights: Vec<&'static str>,
    /// The user may not let it do what the jobs do.
    is_weak: bool,
}

fn form(sent: Option<&Fields>) -> Form {
    Form::of(sent).with(
        Field::line("code", "Code")
            .required()
            .most(20)
            .hint("Eight letters, such as WDJB-MJHT. The console or the command shows it."),
    )
}

fn again(visit: &Visit, form: Form) -> Result<Response, Trouble> {
    let status = if form.is_right() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = Page::of(visit, "Let a machine in");
    page::show_with(status, &CodePage { page, form })
}

/// The device that waits with `code`. Who guesses is stopped after some wrong codes.
async fn find(visit: &Visit, code: &str) -> Result<Option<Waiting>, Trouble> {
    let rates = &visit.site.rates;
    let user = visit.signed_in()?.id;
    if rates.is_spent(Try::UserCode, user) {
        return Err(Trouble::too_often());
    }
    let found = visit.site.store.waiting(code).await?;
    if found.is_none() {
        rates.count(Try::UserCode, user);
    }
    Ok(found)
}

pub async fn show(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    if query.text("code").is_empty() {
        return again(&visit, form(None));
    }
    let Some(machine) = find(&visit, query.text("code")).await? else {
        return wrong(&visit, &query);
    };
    let rights = Right::of_all(&visit.signed_in()?.roles);
    page::show(&AnswerPage {
        page: Page::of(&visit, "Let a machine in"),
        asked: minute(machine.begun),
        machine,
        is_weak: !rights.contains(&Right::Upload),
        rights: rights.into_iter().map(Right::in_words).collect(),
    })
}

fn wrong(visit: &Visit, fields: &Fields) -> Result<Response, Trouble> {
    let mut form = form(Some(fields));
    form.fault(
        "code",
        "No machine waits with this code. It is good once and for 10 minutes.",
    );
    again(visit, form)
}

pub async fn enter(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let form = form(Some(&fields));
    if !form.is_right() {
        return again(&visit, form);
    }
    match find(&visit, form.text("code")).await? {
        Some(machine) => Ok(see(&format!("/device?code={}", machine.code))),
        None => wrong(&visit, &fields),
    }
}

pub async fn answer(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let Some(machine) = find(&visit, fields.text("code")).await? else {
        return wrong(&visit, &fields);
    };
    let is_allowed = fields.text("answer") == "allow";
    let user = visit.signed_in()?.id;
    let store = &visit.site.store;
    if !store
        .answer_machine(&machine.code, user, is_allowed)
        .await?
    {
        return wrong(&visit, &fields);
    }
    let words = if is_allowed {
        format!("{} is let in. Go back to it.", machine.name)
    } else {
        format!("{} is not let in.", machine.name)
    };
    visit.done(words, "/machines").await
}
