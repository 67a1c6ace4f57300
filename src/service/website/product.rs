//! *Edit product*: what comes from AX is only shown; the organization's own text and images are
//! kept here ("(USA) Organize and edit products in Commerce Services").

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::model::channel::ChannelKind;
use crate::service::api::body;
use crate::service::api::refusal::{Code, Refusal};
use crate::service::fields::Fields;
use crate::service::images::MOST_BYTES;
use crate::service::rights::Right;
use crate::service::store::{
    ATTRIBUTES, AxCategory, Category, ImageChange, MOST_ALT, MOST_ATTRIBUTE, MOST_DESCRIPTION,
    MOST_TITLE, OwnText, Product, text_of_ax,
};

use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble};
use super::paging::address;
use super::products::product_address;
use super::session::Visit;

/// Most bytes of a form with an image in it.
pub const MOST_FORM_BYTES: usize = MOST_BYTES + 64 * 1024;

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage {
    page: Page,
    product: Product,
    /// Names of what comes from AX, with what is in it.
    ax: Vec<(&'static str, String)>,
    categories: Vec<AxCategory>,
    /// Departments and categories of the organization's own that it is in.
    placed: Vec<Category>,
    form: Form,
    /// Item number, for the addresses of the forms.
    query: String,
    /// Why the image was not taken; empty where nothing is wrong.
    wrong_image: String,
    may_change: bool,
}

fn form(sent: Option<&Fields>, product: &Product) -> Form {
    let form = Form::of(sent)
        .with(
            Field::line("title", "Title")
                .required()
                .most(MOST_TITLE)
                .value(&product.title)
                .hint("As in AX until it is changed here."),
        )
        .with(
            Field::line("description", "Description for the web")
                .kind(Kind::Area)
                .required()
                .most(MOST_DESCRIPTION)
                .value(&product.description),
        );
    ATTRIBUTES.into_iter().fold(form, |form, (word, label)| {
        let value = product.own.attributes.get(word);
        form.with(
            Field::line(word, label)
                .most(MOST_ATTRIBUTE)
                .value(value.map_or("", String::as_str)),
        )
    })
}

/// What was written. What is as in AX is not kept: it follows AX on.
fn read(form: &Form, product: &Product) -> OwnText {
    let (title, description) = text_of_ax(&product.item);
    let own = |name: &str, ax: &str| {
        // Browsers send lines with a carriage return.
        let text = form.text(name).replace("\r\n", "\n");
        if text == ax.trim().replace("\r\n", "\n") {
            String::new()
        } else {
            text
        }
    };
    let attributes: BTreeMap<String, String> = ATTRIBUTES
        .into_iter()
        .map(|(word, _)| (word.to_owned(), form.text(word).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    OwnText {
        title: own("title", title),
        description: own("description", description),
        attributes,
    }
}

/// Refuses a number that is no GTIN: 8, 12, 13 or 14 digits, the last of which checks the others
/// (GS1 General Specifications, 7.9).
fn is_gtin(text: &str) -> bool {
    let digits = text.bytes().rev().enumerate();
    let sum: u32 = digits
        .map(|(place, digit)| {
            let weight = if place % 2 == 0 { 1 } else { 3 };
            weight * u32::from(digit.wrapping_sub(b'0'))
        })
        .sum();
    matches!(text.len(), 8 | 12 | 13 | 14)
        && text.bytes().all(|digit| digit.is_ascii_digit())
        && sum.is_multiple_of(10)
}

/// What comes from AX, for people.
fn ax(product: &Product) -> Vec<(&'static str, String)> {
    let item = &product.item;
    let (name, description) = text_of_ax(item);
    let price = if item.unit.is_empty() {
        item.price.to_string()
    } else {
        format!("{} for {} {}", item.price, item.price_unit, item.unit)
    };
    let variants = match item.variants.len() {
        0 => String::new(),
        count => count.to_string(),
    };
    let rows = [
        ("Item number", item.item.clone()),
        ("Product number", item.product.clone()),
        ("Product name", name.to_owned()),
        ("Description", description.to_owned()),
        ("Search name", item.search_name.clone()),
        ("Item group", item.item_group.clone()),
        ("Item sales tax group", item.item_tax_group.clone()),
        ("Sales price", price),
        ("Net weight", item.net_weight.to_string()),
        ("Variants", variants),
    ];
    rows.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// The item that the address of the page names.
fn item_of(query: &str) -> String {
    Fields::read(query.as_bytes()).raw("item").to_owned()
}

async fn page(
    visit: &Visit,
    product: Product,
    form: Form,
    wrong_image: String,
) -> Result<ProductPage, Trouble> {
    let categories = product.item.categories.clone();
    let item = product.item.item.clone();
    Ok(ProductPage {
        page: Page::of(visit, product.title.clone()),
        ax: ax(&product),
        categories: visit.site.store.category_paths(categories).await?,
        placed: visit.site.store.categories_of_product(item).await?,
        form,
        query: address("", &[("item", &product.item.item), ("csrf", &visit.csrf)]),
        product,
        wrong_image,
        may_change: visit.has(Some(Right::Catalog)),
    })
}

pub async fn show(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let item = item_of(request.uri().query().unwrap_or_default());
    let product = visit.site.store.product(item).await?;
    let form = form(None, &product);
    page::show(&page(&visit, product, form, String::new()).await?)
}

pub async fn save(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let product = store.product(fields.raw("item").to_owned()).await?;
    let mut form = form(Some(&fields), &product);
    let gtin = form.text("gtin");
    if !gtin.is_empty() && !is_gtin(gtin) {
        form.fault(
            "gtin",
            "A GTIN has 8, 12, 13 or 14 digits, the last of which is a check digit.",
        );
    }
    if form.is_right() {
        let item = product.item.item.clone();
        let revision = fields.text("revision").parse().unwrap_or(-1);
        let own = read(&form, &product);
        match store.change_product(item.clone(), revision, own).await {
            Ok(()) => {
                let words = format!("{item} is saved.");
                return visit.done(words, &product_address(&item)).await;
            }
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    let page = page(&visit, product, form, String::new()).await?;
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Reads the form with an image that a browser sends.
async fn sent_image(request: Request) -> Result<SentImage, Refusal> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MOST_FORM_BYTES as u64) {
        // Read to some point, so that the answer is not lost in a reset connection.
        body::drain(request.into_body()).await;
        return Err(too_large());
    }
    match Multipart::from_request(request, &()).await {
        Ok(form) => SentImage::read(form).await,
        Err(_) => Err(bad("the image could not be read; send it again")),
    }
}

/// A form with an image in it.
#[derive(Default)]
struct SentImage {
    bytes: Vec<u8>,
    alt: String,
}

impl SentImage {
    async fn read(mut form: Multipart) -> Result<Self, Refusal> {
        let mut sent = Self::default();
        while let Some(mut field) = form.next_field().await.map_err(|e| broken(&e))? {
            let most = match field.name() {
                Some("file") => MOST_BYTES,
                Some("alt") => 4 * MOST_ALT,
                Some(_) | None => 0,
            };
            let is_file = field.name() == Some("file");
            let mut bytes = Vec::new();
            // Its name, whatever it is, is not looked at.
            while let Some(chunk) = field.chunk().await.map_err(|e| broken(&e))? {
                if bytes.len() + chunk.len() > most {
                    return Err(if is_file {
                        too_large()
                    } else {
                        bad("the form has what it should not have")
                    });
                }
                bytes.extend_from_slice(&chunk);
            }
            if is_file {
                sent.bytes = bytes;
            } else {
                sent.alt = String::from_utf8_lossy(&bytes).trim().to_owned();
            }
        }
        let fits = sent.alt.chars().count() <= MOST_ALT && !sent.alt.chars().any(char::is_control);
        if !fits {
            return Err(bad(
                "what the image shows is one line of at most 300 characters",
            ));
        }
        Ok(sent)
    }
}

fn too_large() -> Refusal {
    bad("an image has at most 5 MB")
}

fn bad(why: &str) -> Refusal {
    Refusal::new(Code::BadValue, why)
}

fn broken(error: &axum::extract::multipart::MultipartError) -> Refusal {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    bad("the image could not be read; send it again")
}

pub async fn add_image(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let item = item_of(request.uri().query().unwrap_or_default());
    let store = &visit.site.store;
    let product = store.product(item.clone()).await?;
    let added = match sent_image(request).await {
        Ok(sent) => {
            let images = &visit.site.images;
            images.add(store, item.clone(), sent.bytes, sent.alt).await
        }
        Err(refusal) => Err(refusal),
    };
    let Err(refusal) = added else {
        return visit
            .done("The image is added.", &product_address(&item))
            .await;
    };
    // What was written but is named by nothing goes.
    visit.site.images.clean(store).await?;
    let mut told = Form::default().with(Field::line("file", "File"));
    told.refuse(refusal)?;
    let faults = told.fields.into_iter().map(|field| field.error);
    let wrong = faults.fold(told.error, |all, fault| all + &fault);
    let form = self::form(None, &product);
    let page = page(&visit, product, form, wrong).await?;
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub async fn change_image(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let item = fields.raw("item").to_owned();
    let hash = fields.text("image").to_owned();
    let (change, words) = match fields.text("change") {
        "main" => (ImageChange::Main, "It is the main image now."),
        "earlier" => (ImageChange::Earlier, "The image is moved."),
        "later" => (ImageChange::Later, "The image is moved."),
        "remove" => (ImageChange::Remove, "The image is removed."),
        "alt" => {
            let alt = fields.text("alt");
            if alt.chars().count() > MOST_ALT || alt.chars().any(char::is_control) {
                return Err(
                    bad("what the image shows is one line of at most 300 characters").into(),
                );
            }
            (ImageChange::Alt(alt.to_owned()), "The text is saved.")
        }
        _ => return Err(Trouble::unreadable()),
    };
    let store = &visit.site.store;
    let is_removed = change == ImageChange::Remove;
    store.change_image(item.clone(), hash, change).await?;
    if is_removed {
        visit.site.images.clean(store).await?;
    }
    visit.done(words, &product_address(&item)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gtin_has_its_check_digit() {
        for right in [
            "4006381333931",
            "036000291452",
            "96385074",
            "10614141000415",
        ] {
            assert!(is_gtin(right), "{right}");
        }
        for wrong in [
            "4006381333932",
            "123",
            "",
            "40063813339a1",
            "ａ4006381333931",
        ] {
            assert!(!is_gtin(wrong), "{wrong}");
        }
    }
}
