//! *Stores*: own online stores and marketplaces, and what each of them requires before it can sell.

use askama::Template;
use axum::extract::{Path, Request};
use axum::response::Response;

use crate::model::channel::{Channel, ChannelKind};
use crate::service::fields::Fields;
use crate::service::rights::Right;
use crate::service::store::{Going, Requirement};
use crate::service::strict;

use super::edit::{self, EditPage};
use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS};
use super::session::Visit;
use super::settings;
use super::sure::{self, Question};

pub const PATH: &str = "/stores";
/// Not below [`PATH`]: a store may have any id.
const NEW_PATH: &str = "/new-store";

#[derive(Template)]
#[template(path = "stores.html")]
struct StoresPage {
    page: Page,
    may_edit: bool,
    channels: Vec<Channel>,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "store.html")]
struct StorePage {
    page: Page,
    may_edit: bool,
    channel: Channel,
    requirements: Vec<Line>,
    /// Name of the marketplace; empty for an own store.
    marketplace: &'static str,
    seller: String,
    form: Form,
}

/// Something that is required, and whether it is there.
struct Line {
    words: &'static str,
    is_met: bool,
    /// Where it is set up; empty where that is not at this website, or not the user's to do.
    path: String,
    hint: &'static str,
}

/// What a kind of channel is called.
const fn kind_in_words(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::OnlineStore => "Online store",
        ChannelKind::Marketplace => "Marketplace",
    }
}

/// What to do where it is not set up at this website.
const fn hint(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Account => "Activate it from the console: Configuration checklist.",
        Requirement::Parameters => {
            "Set them on a machine with the console: axcs stores set. The delivery modes and online stores job uploads them."
        }
        Requirement::Products => "Select them in the console; the inventory job uploads them.",
        Requirement::Payment
        | Requirement::Shipping
        | Requirement::SalesTax
        | Requirement::Attributes
        | Requirement::Categories => "",
    }
}

pub async fn list(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let after = query.text("after");
    let store = &visit.site.store;
    let mut channels = store.channels(after.to_owned(), ROWS + 1).await?;
    page::show(&StoresPage {
        page: Page::of(&visit, "Stores"),
        may_edit: visit.has(Some(Right::Catalog)),
        paging: Paging::cut(&mut channels, PATH, after, |channel| &channel.id),
        channels,
    })
}

/// The fields that a new store and a new marketplace have in common.
pub fn new_form(sent: Option<&Fields>, id: &str, name: &str) -> Form {
    Form::of(sent)
        .with(Field::line("name", "Name").required().value(name))
        .with(
            Field::line("id", "Id")
                .required()
                .most(40)
                .value(id)
                .hint("What orders name: letters, digits, - _ and . It never changes."),
        )
        .with(
            Field::line("currency", "Currency")
                .required()
                .most(3)
                .value("USD")
                .hint("It never changes."),
        )
}

/// The store or marketplace of a new form, closed; notes what is wrong with it.
pub fn read_new(form: &mut Form, kind: ChannelKind) -> Result<Channel, Trouble> {
    let channel = Channel {
        id: form.text("id").to_owned(),
        kind,
        name: form.text("name").to_owned(),
        currency: form.text("currency").to_uppercase(),
        open: false,
    };
    if form.is_right()
        && let Err(refusal) = strict::check_channel(&channel)
    {
        form.refuse(refusal)?;
    }
    Ok(channel)
}

fn opening(visit: &Visit, form: Form) -> EditPage {
    EditPage::of(visit, "Set up an online store", form, NEW_PATH, PATH)
        .lead("It stays closed until you open it.")
}

pub async fn new(visit: Visit) -> Result<Response, Trouble> {
    opening(&visit, new_form(None, "", "")).show()
}

pub async fn add(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let mut form = new_form(Some(&fields), "", "");
    let channel = read_new(&mut form, ChannelKind::OnlineStore)?;
    if form.is_right() {
        let words = format!("{} is set up. See what it requires to sell.", channel.name);
        let path = format!("{PATH}/{}", channel.id);
        match visit.site.store.open_channel(channel, None).await {
            Ok(()) => return visit.done(words, &path).await,
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    opening(&visit, form).show()
}

fn form(sent: Option<&Fields>, channel: &Channel) -> Form {
    let states = [("open", "Open", true), ("closed", "Closed", false)];
    Form::of(sent)
        .with(Field::line("name", "Name").required().value(&channel.name))
        .with(
            Field::line("open", "State")
                .kind(Kind::Select)
                .required()
                .hint("One that is closed takes no orders.")
                .choices(states.map(|(value, label, open)| {
                    (value.to_owned(), label.to_owned(), open == channel.open)
                })),
        )
        .with(
            Field::line("currency", "Currency")
                .kind(Kind::ReadOnly)
                .value(&channel.currency),
        )
}

/// The store or marketplace in an address.
pub async fn find(visit: &Visit, id: String) -> Result<Channel, Trouble> {
    let channel = visit.site.store.channel(id).await?;
    channel.ok_or_else(Trouble::lost)
}

async fn page(visit: &Visit, channel: Channel, form: Form) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let requirements = store.requirements(channel.id.clone()).await?;
    let lines = requirements.ok_or_else(Trouble::lost)?.into_iter();
    let lines = lines.map(|(requirement, is_met)| {
        let (place, right) = match requirement {
            Requirement::Attributes => {
                (format!("{PATH}/{}/attributes", channel.id), Right::Catalog)
            }
            Requirement::Categories => (settings::place(requirement).0.to_owned(), Right::Catalog),
            Requirement::Payment
            | Requirement::Shipping
            | Requirement::SalesTax
            | Requirement::Account
            | Requirement::Parameters
            | Requirement::Products => (settings::place(requirement).0.to_owned(), Right::Account),
        };
        Line {
            words: requirement.in_words(),
            is_met,
            path: if visit.has(Some(right)) {
                place
            } else {
                String::new()
            },
            hint: hint(requirement),
        }
    });
    let (marketplace, seller) = match channel.kind {
        ChannelKind::OnlineStore => ("", String::new()),
        ChannelKind::Marketplace => {
            let (marketplace, seller) = store.marketplace(channel.id.clone()).await?;
            (marketplace.name, seller)
        }
    };
    let page = StorePage {
        page: Page::of(visit, channel.name.clone()),
        may_edit: visit.has(Some(Right::Catalog)),
        requirements: lines.collect(),
        marketplace,
        seller,
        form,
        channel,
    };
    page::show_with(edit::status(&page.form), &page)
}

pub async fn open(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let channel = find(&visit, id).await?;
    let form = form(None, &channel);
    page(&visit, channel, form).await
}

pub async fn change(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let channel = find(&visit, id).await?;
    let mut form = form(Some(&fields), &channel);
    if form.is_right() {
        let name = form.text("name").to_owned();
        let is_open = form.text("open") == "open";
        let words = match (channel.open, is_open) {
            (false, true) => format!("{name} is open."),
            (true, false) => format!("{name} is closed."),
            (true, true) | (false, false) => format!("{name} is saved."),
        };
        let store = &visit.site.store;
        match store.edit_channel(channel.id.clone(), name, is_open).await {
            Ok(true) => return visit.done(words, &format!("{PATH}/{}", channel.id)).await,
            Ok(false) => return Err(Trouble::lost()),
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    page(&visit, channel, form).await
}

pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let channel = find(&visit, id).await?;
    let store = &visit.site.store;
    let with = store.goes_with(Going::Channel, channel.id.clone()).await?;
    let kind = match channel.kind {
        ChannelKind::OnlineStore => "store",
        ChannelKind::Marketplace => "marketplace",
    };
    let question = Question {
        title: format!("Remove {}", channel.name),
        words: format!(
            "This removes 1 {kind}: {}{}. Its orders stay.",
            channel.name,
            sure::with(&with)
        ),
        button: "Remove it",
        back: format!("{PATH}/{}", channel.id),
        ..Question::default()
    };
    sure::ask(&visit, question)
}

pub async fn remove(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let channel = find(&visit, id).await?;
    let store = &visit.site.store;
    match store.remove_closed_channel(channel.id.clone()).await {
        Ok(Some(channel)) => {
            let words = format!("{} is removed.", channel.name);
            visit.done(words, PATH).await
        }
        Ok(None) => Err(Trouble::lost()),
        Err(refusal) => {
            let mut form = form(None, &channel);
            form.refuse(refusal)?;
            page(&visit, channel, form).await
        }
    }
}
