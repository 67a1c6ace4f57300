//! A product as the shops show it: the organization's own text over the one of AX, with its images.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::Stream;
use crate::model::catalog::{Item, Text};
use crate::service::api::refusal::{Code, Refusal};

use super::images::{ProductImage, images_of};
use super::orders::facts::read_json;
use super::{Collection, Store};

/// Longest title of a product on the web, in characters.
pub const MOST_TITLE: usize = 200;
/// Longest description on the web.
pub const MOST_DESCRIPTION: usize = 10_000;
/// Longest attribute.
pub const MOST_ATTRIBUTE: usize = 200;

/// The attributes a product may have beside those of AX: word and label.
pub const ATTRIBUTES: [(&str, &str); 6] = [
    ("brand", "Brand"),
    ("manufacturer", "Manufacturer"),
    ("part_number", "Manufacturer part number"),
    ("gtin", "GTIN (UPC, EAN)"),
    ("condition", "Condition"),
    ("keywords", "Keywords"),
];

/// What the organization says of a product beside AX; what is empty is as in AX.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnText {
    /// Its name on the web.
    pub title: String,
    /// Its description on the web.
    pub description: String,
    /// Values by the word in [`ATTRIBUTES`]; none is empty.
    pub attributes: BTreeMap<String, String>,
}

/// A product as the shops show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What comes from AX: item number, prices, unit, variants, categories.
    pub item: Item,
    /// What the organization says of it.
    pub own: OwnText,
    /// Number of the last change of `own`; 0 before the first.
    pub revision: i64,
    /// Its title: the own one, else the name in AX.
    pub title: String,
    /// Its description: the own one, else the one in AX.
    pub description: String,
    /// Its images; the first one is the main image.
    pub images: Vec<ProductImage>,
    /// What it needs before it may be published and does not have, in words; empty where it is
    /// complete.
    pub missing: Vec<&'static str>,
}

impl Store {
    /// A product that AX has uploaded and not retired.
    pub async fn product(&self, item: String) -> Result<Shown, Refusal> {
        self.read(move |connection| {
            read_product(connection, &item)?.ok_or_else(|| no_such_product(&item))
        })
        .await
    }

    /// The products of those items, without those that are not there any more.
    pub async fn products(&self, items: Vec<String>) -> Result<Vec<Shown>, Refusal> {
        self.read(move |connection| {
            let shown = items.iter().map(|item| read_product(connection, item));
            shown.filter_map(Result::transpose).collect()
        })
        .await
    }

    /// Changes what the organization says of a product, where nobody has changed it since
    /// `revision`.
    pub async fn change_product(
        &self,
        item: String,
        revision: i64,
        own: OwnText,
    ) -> Result<(), Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let shown = read_product(&transaction, &item)?.ok_or_else(|| no_such_product(&item))?;
            if shown.revision != revision {
                return Err(Refusal::new(
                    Code::EditedMeanwhile,
                    "somebody else has saved it meanwhile. Save again to put yours in its place",
                ));
            }
            if shown.own == own {
                return Ok(());
            }
            let attributes = serde_json::to_string(&own.attributes)
                .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
            transaction.execute(
                include_str!("products/own.sql"),
                params![item, revision + 1, own.title, own.description, attributes],
            )?;
            transaction.execute(
                "INSERT INTO changed_record (collection, id) VALUES (?1, ?2)",
                params![Collection::of(&transaction, Stream::Items)?.id, item],
            )?;
            transaction.commit()?;
            Ok(())
        })
        .await?;
        self.live.to_index.send_replace(());
        Ok(())
    }
}

/// There is no such product.
pub fn no_such_product(item: &str) -> Refusal {
    Refusal::new(
        Code::NoSuchRecord,
        format!("there is no product {item:?}; AX has not uploaded it, or has retired it"),
    )
}

/// The item as AX has uploaded it; none where it is not there or retired.
pub fn read_item(connection: &Connection, item: &str) -> Result<Option<Item>, Refusal> {
    let collection = Collection::of(connection, Stream::Items)?;
    let json: Option<Vec<u8>> = connection
        .prepare_cached(include_str!("record.sql"))?
        .query_row(params![collection.id, item], |row| row.get(2))
        .optional()?;
    json.map(|json| read_json(&json)).transpose()
}

/// A product; none where AX has not uploaded it, or has retired it.
pub fn read_product(connection: &Connection, item: &str) -> Result<Option<Shown>, Refusal> {
    let Some(item) = read_item(connection, item)? else {
        return Ok(None);
    };
    let (own, revision) = own_text(connection, &item.item)?;
    let images = images_of(connection, &item.item)?;
    Ok(Some(shown(item, own, revision, images)))
}

/// What the organization says of a product, and the number of its last change.
pub fn own_text(connection: &Connection, item: &str) -> Result<(OwnText, i64), Refusal> {
    let row = connection
        .prepare_cached(
            "SELECT title, description, attributes, revision FROM own_text WHERE item = ?1",
        )?
        .query_row([item], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get::<_, String>(2)?,
                row.get(3)?,
            ))
        })
        .optional()?;
    let Some((title, description, attributes, revision)) = row else {
        return Ok((OwnText::default(), 0));
    };
    let own = OwnText {
        title,
        description,
        attributes: read_json(attributes.as_bytes())?,
    };
    Ok((own, revision))
}

fn shown(item: Item, own: OwnText, revision: i64, images: Vec<ProductImage>) -> Shown {
    let (name, text) = text_of_ax(&item);
    let over = |own: &str, ax: &str| if own.is_empty() { ax } else { own }.to_owned();
    let title = over(&own.title, name);
    let description = over(&own.description, text);
    let missing = [
        (title.is_empty(), "Title"),
        (description.is_empty(), "Description"),
        (images.is_empty(), "Image"),
        (item.price.is_zero(), "Sales price (in AX)"),
    ];
    Shown {
        title,
        description,
        missing: missing
            .into_iter()
            .filter(|(is_missing, _)| *is_missing)
            .map(|(_, word)| word)
            .collect(),
        item,
        own,
        revision,
        images,
    }
}

/// Name and description in AX: in English where they are in English, as accounts are of the United
/// States only; the search name where there is no text at all.
pub fn text_of_ax(item: &Item) -> (&str, &str) {
    let rank = |text: &&Text| match text.language.to_ascii_lowercase().as_str() {
        "en-us" => 0,
        language if language.starts_with("en") => 1,
        _ => 2,
    };
    match item.texts.iter().min_by_key(rank) {
        Some(text) if !text.name.is_empty() => (&text.name, &text.description),
        Some(text) => (&item.search_name, &text.description),
        None => (&item.search_name, ""),
    }
}
