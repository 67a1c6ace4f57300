//! *Marketplaces*: sign up for one ("(USA) Select online marketplaces"), and map its attributes to
//! those of the company's products.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use crate::model::channel::{Channel, ChannelKind};
use crate::service::fields::Fields;
use crate::service::marketplaces::{
    ATTRIBUTES, MARKETPLACES, Marketplace, PRODUCT_ATTRIBUTES, Source,
};

use super::edit::EditPage;
use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble};
use super::session::Visit;
use super::stores;

#[derive(Template)]
#[template(path = "marketplaces.html")]
struct MarketplacesPage {
    page: Page,
    marketplaces: [&'static Marketplace; 3],
    /// Names of the attributes that have to be mapped.
    required: String,
}

pub async fn list(visit: Visit) -> Result<Response, Trouble> {
    page::show(&MarketplacesPage {
        page: Page::of(&visit, "Marketplaces"),
        marketplaces: MARKETPLACES,
        required: ATTRIBUTES
            .iter()
            .filter(|attribute| attribute.is_required)
            .map(|attribute| attribute.name)
            .collect::<Vec<_>>()
            .join(", "),
    })
}

fn find(id: &str) -> Result<&'static Marketplace, Trouble> {
    Marketplace::find(id).ok_or_else(Trouble::lost)
}

fn form(sent: Option<&Fields>, marketplace: &Marketplace) -> Form {
    stores::new_form(sent, marketplace.id, marketplace.name).with(
        Field::line("seller", "Our name there")
            .required()
            .hint("The seller name of your account at the marketplace. Never a password."),
    )
}

fn signing_up(visit: &Visit, marketplace: &Marketplace, form: Form) -> EditPage {
    EditPage::of(
        visit,
        format!("Sign up: {}", marketplace.name),
        form,
        format!("/marketplaces/{}", marketplace.id),
        "/marketplaces",
    )
    .lead("It stays closed until you open it.")
    .button("Sign up")
}

pub async fn new(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let marketplace = find(&id)?;
    signing_up(&visit, marketplace, form(None, marketplace)).show()
}

pub async fn sign_up(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let marketplace = find(&id)?;
    let mut form = form(Some(&fields), marketplace);
    let channel = stores::read_new(&mut form, ChannelKind::Marketplace)?;
    if form.is_right() {
        let words = format!(
            "{} is signed up for. See what it requires to sell.",
            channel.name
        );
        let path = format!("{}/{}", stores::PATH, channel.id);
        let behind = Some((marketplace.id, form.text("seller").to_owned()));
        match visit.site.store.open_channel(channel, behind).await {
            Ok(()) => return visit.done(words, &path).await,
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    signing_up(&visit, marketplace, form).show()
}

/// Not every attribute has to be filled to save; one that is required and is not keeps the
/// marketplace closed.
fn attributes_form(sent: Option<&Fields>, mapped: &BTreeMap<String, String>) -> Form {
    let mut form = Form::of(sent);
    for attribute in ATTRIBUTES {
        let source = mapped.get(attribute.id).map_or("", String::as_str);
        let label = if attribute.is_required {
            format!("{} (required to sell)", attribute.name)
        } else {
            attribute.name.to_owned()
        };
        let field = Field::line(attribute.id, &label);
        form = form.with(match attribute.source {
            Source::Text => field.value(source).hint("The same text for every product."),
            Source::Product => {
                let nothing = ("", "Not mapped");
                let choices = std::iter::once(nothing).chain(PRODUCT_ATTRIBUTES);
                field.kind(Kind::Select).choices(
                    choices.map(|(word, name)| (word.to_owned(), name.to_owned(), word == source)),
                )
            }
        });
    }
    form
}

async fn marketplace(visit: &Visit, id: String) -> Result<Channel, Trouble> {
    let channel = stores::find(visit, id).await?;
    match channel.kind {
        ChannelKind::Marketplace => Ok(channel),
        ChannelKind::OnlineStore => Err(Trouble::lost()),
    }
}

fn mapping(visit: &Visit, channel: &Channel, form: Form) -> EditPage {
    let back = format!("{}/{}", stores::PATH, channel.id);
    let title = format!("Map attributes: {}", channel.name);
    EditPage::of(visit, title, form, format!("{back}/attributes"), back)
        .lead("Which attribute of the products fills each attribute of the marketplace. The list is a sample of this service: what the marketplace itself asks for, it says itself.")
}

pub async fn attributes(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let channel = marketplace(&visit, id).await?;
    let mapped = visit.site.store.attributes(channel.id.clone()).await?;
    mapping(&visit, &channel, attributes_form(None, &mapped)).show()
}

pub async fn map_attributes(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let channel = marketplace(&visit, id).await?;
    let store = &visit.site.store;
    let form = attributes_form(Some(&fields), &BTreeMap::new());
    if !form.is_right() {
        return mapping(&visit, &channel, form).show();
    }
    let sources = ATTRIBUTES.iter().map(|attribute| attribute.id);
    let sources = sources
        .map(|id| (id, form.text(id).to_owned()))
        .filter(|(_, source)| !source.is_empty());
    let is_there = store
        .map_attributes(channel.id.clone(), sources.collect())
        .await?;
    if !is_there {
        return Err(Trouble::lost());
    }
    let path = format!("{}/{}", stores::PATH, channel.id);
    visit.done("The attributes are mapped.", &path).await
}
