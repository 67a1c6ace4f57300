//! *Account*: the organization and where it is.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::service::fields::Fields;
pub use crate::service::store::Facts;

use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble};
use super::session::Visit;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    page: Page,
    form: Form,
}

fn form(sent: Option<&Fields>, organization: &str, facts: &Facts) -> Form {
    let line = |name, label: &str, word, value: &str| {
        Field::line(name, label)
            .kind(Kind::Line("text", word))
            .value(value)
    };
    Form::of(sent)
        .with(line("organization", "Organization", "organization", organization).required())
        .with(line("street", "Street", "street-address", &facts.street).required())
        .with(
            line(
                "zip_code",
                "ZIP/postal code",
                "postal-code",
                &facts.zip_code,
            )
            .most(20),
        )
        .with(line("city", "City", "address-level2", &facts.city).required())
        .with(line("state", "State", "address-level1", &facts.state))
        .with(line("country", "Country/region", "country-name", &facts.country).required())
        .with(line("phone", "Telephone", "tel", &facts.phone).most(40))
        .with(
            line("email", "E-mail for shoppers", "email", &facts.email)
                .kind(Kind::Line("email", "email")),
        )
}

fn page(visit: &Visit, form: Form) -> AccountPage {
    AccountPage {
        page: Page::of(visit, "Account"),
        form,
    }
}

pub async fn show(visit: Visit) -> Result<Response, Trouble> {
    let facts: Facts = visit.site.store.setting().await?;
    let organization = visit.site.store.account().name;
    page::show(&page(&visit, form(None, &organization, &facts)))
}

pub async fn change(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let form = form(Some(&fields), "", &Facts::default());
    if !form.is_right() {
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&visit, form));
    }
    let organization = form.text("organization").to_owned();
    let facts = Facts {
        street: form.text("street").to_owned(),
        zip_code: form.text("zip_code").to_owned(),
        city: form.text("city").to_owned(),
        state: form.text("state").to_owned(),
        country: form.text("country").to_owned(),
        phone: form.text("phone").to_owned(),
        email: form.text("email").to_owned(),
    };
    let store = &visit.site.store;
    store.rename_account(organization).await?;
    store
        .change_setting(move |setting| {
            *setting = facts;
            Ok(())
        })
        .await?;
    visit.done("The account is saved.", "/account").await
}
