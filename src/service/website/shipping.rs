//! *Shipping methods*: which modes of delivery of AX shoppers may choose, under which name and for
//! how much.

use askama::Template;
use axum::extract::Request;
use axum::http::Uri;
use axum::response::Response;

use crate::service::fields::Fields;
use crate::service::store::ShippingMethod;

use super::edit::EditPage;
use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS};
use super::session::Visit;

const PATH: &str = "/settings/shipping";

#[derive(Template)]
#[template(path = "shipping.html")]
struct ShippingPage {
    page: Page,
    methods: Vec<ShippingMethod>,
    paging: Paging,
}

pub async fn list(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let after = query.text("after");
    let store = &visit.site.store;
    let mut methods = store.shipping_methods(after.to_owned(), ROWS + 1).await?;
    page::show(&ShippingPage {
        page: Page::of(&visit, "Shipping methods"),
        paging: Paging::cut(&mut methods, PATH, after, |method| &method.mode),
        methods,
    })
}

/// What it is called in AX: what shoppers are told until something else is set.
fn description(method: &ShippingMethod) -> &str {
    let in_ax = method.in_ax.as_ref();
    in_ax.map_or("Not in AX any more", |mode| &mode.description)
}

fn form(sent: Option<&Fields>, method: &ShippingMethod) -> Form {
    let name = match (&method.in_ax, method.name.is_empty()) {
        (Some(mode), true) => &mode.description,
        (Some(_) | None, _) => &method.name,
    };
    Form::of(sent)
        .with(
            Field::line("in_ax", "In AX")
                .kind(Kind::ReadOnly)
                .value(description(method)),
        )
        .with(
            Field::line("name", "Name for shoppers")
                .required()
                .value(name),
        )
        .with(
            Field::line("charge", "Shipping charge of an order")
                .required()
                .most(20)
                .value(&method.charge.to_string())
                .hint("Such as 7.95, in the currency of the store. 0 where it is free."),
        )
        .with(
            Field::line("offered", "Shoppers may choose it")
                .kind(Kind::Checks)
                .choices([("yes".to_owned(), "Offered".to_owned(), method.is_offered)]),
        )
}

fn editing(visit: &Visit, method: &ShippingMethod, form: Form) -> EditPage {
    let mode: String = form_urlencoded::byte_serialize(method.mode.as_bytes()).collect();
    let action = format!("{PATH}/method?mode={mode}");
    EditPage::of(visit, method.mode.clone(), form, action, PATH)
}

/// The one that the address names; its code may have any characters.
async fn find(visit: &Visit, query: Option<&str>) -> Result<ShippingMethod, Trouble> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let mode = query.raw("mode").to_owned();
    let method = visit.site.store.shipping_method(mode).await?;
    method.ok_or_else(Trouble::lost)
}

pub async fn open(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let method = find(&visit, request.uri().query()).await?;
    editing(&visit, &method, form(None, &method)).show()
}

pub async fn change(visit: Visit, uri: Uri, fields: Fields) -> Result<Response, Trouble> {
    let method = find(&visit, uri.query()).await?;
    let mut form = form(Some(&fields), &method);
    let charge = super::taxes::decimal(&mut form, "charge", 1_000_000);
    if form.is_right() {
        let name = form.text("name").to_owned();
        let is_offered = !form.text("offered").is_empty();
        let store = &visit.site.store;
        let mode = method.mode.clone();
        match store
            .set_shipping_method(mode, name, charge, is_offered)
            .await
        {
            Ok(true) => {
                let words = format!("{} is saved.", method.mode);
                return visit.done(words, PATH).await;
            }
            Ok(false) => return Err(Trouble::lost()),
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    editing(&visit, &method, form).show()
}
