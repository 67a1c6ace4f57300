//! A product of the master catalog, as shops and marketplaces get it: the organization's own text
//! over the one of AX, with its images, and what it lacks before it may be published.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::catalog::{Item, Text};
use crate::model::channel::ChannelKind;
use crate::model::{Amount, Stream};
use crate::service::api::refusal::{Code, Refusal};

use super::departments::is_placed;
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

/// A product of the master catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
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
    /// Price of one sales unit, in cents; zero where there is none.
    pub price: Amount,
    /// What it lacks, in the order of [`Lack::ALL`].
    pub lacks: Vec<Lack>,
}

impl Product {
    /// What keeps it from being published at such a channel, in words; empty where nothing does.
    pub fn lacking_at(&self, kind: ChannelKind) -> String {
        in_words(self.lacks.iter().filter(|lack| lack.matters_at(kind)))
    }

    /// All that it lacks, in words.
    pub fn lacking(&self) -> String {
        in_words(self.lacks.iter())
    }
}

fn in_words<'a>(lacks: impl Iterator<Item = &'a Lack>) -> String {
    let words: Vec<&str> = lacks.map(|lack| lack.in_words()).collect();
    words.join(", ")
}

/// What a product may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// It has no title: no own one, and no name in AX.
    Title,
    /// It has no description.
    Description,
    /// It has no image.
    Image,
    /// It costs nothing.
    Price,
    /// It is not said in what it is sold.
    Unit,
    /// It is in no department or category of the organization.
    Department,
    /// It is a master without variants.
    Variants,
}

impl Lack {
    /// Everything.
    pub const ALL: [Self; 7] = [
        Self::Title,
        Self::Description,
        Self::Image,
        Self::Price,
        Self::Unit,
        Self::Department,
        Self::Variants,
    ];

    /// What is missing, in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Image => "image",
            Self::Price => "sales price in AX",
            Self::Unit => "sales unit in AX",
            Self::Department => "department or category",
            Self::Variants => "variants in AX",
        }
    }

    /// True where it keeps a product from being published at such a channel.
    ///
    /// The documentation marks required fields of *Edit product* with a red asterisk, has images
    /// added there, and maps departments and categories to those of marketplaces ("(USA) Organize
    /// and edit products in Commerce Services"); it names no field. So a marketplace gets no product
    /// that lacks anything. In the organization's own shop a product is sold once it has a name, a
    /// price for a unit, and something to choose from: the rest makes it look better.
    pub const fn matters_at(self, kind: ChannelKind) -> bool {
        match kind {
            ChannelKind::Marketplace => true,
            ChannelKind::OnlineStore => match self {
                Self::Title | Self::Price | Self::Unit | Self::Variants => true,
                Self::Description | Self::Image | Self::Department => false,
            },
        }
    }
}

impl Store {
    /// A product that AX has uploaded and not retired.
    pub async fn product(&self, item: String) -> Result<Product, Refusal> {
        self.read(move |connection| {
            read_product(connection, &item)?.ok_or_else(|| no_such_product(&item))
        })
        .await
    }

    /// The products of those items, without those that are not there any more.
    pub async fn products(&self, items: Vec<String>) -> Result<Vec<Product>, Refusal> {
        self.read(move |connection| {
            let products = items.iter().map(|item| read_product(connection, item));
            products.filter_map(Result::transpose).collect()
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
            let product =
                read_product(&transaction, &item)?.ok_or_else(|| no_such_product(&item))?;
            if product.revision != revision {
                return Err(Refusal::new(
                    Code::EditedMeanwhile,
                    "somebody else has saved it meanwhile. Save again to put yours in its place",
                ));
            }
            if product.own == own {
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
pub fn read_product(connection: &Connection, item: &str) -> Result<Option<Product>, Refusal> {
    let item = read_item(connection, item)?;
    item.map(|item| product_of(connection, item)).transpose()
}

/// The product of an item that is read already.
pub fn product_of(connection: &Connection, item: Item) -> Result<Product, Refusal> {
    let (own, revision) = own_text(connection, &item.item)?;
    let images = images_of(connection, &item.item)?;
    let is_placed = is_placed(connection, &item)?;
    Ok(product(item, own, revision, images, is_placed))
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

fn product(
    item: Item,
    own: OwnText,
    revision: i64,
    images: Vec<ProductImage>,
    is_placed: bool,
) -> Product {
    let (name, text) = text_of_ax(&item);
    let over = |own: &str, ax: &str| if own.is_empty() { ax } else { own }.to_owned();
    let title = over(&own.title, name);
    let description = over(&own.description, text);
    let price = price_of(&item);
    let is_lacking = |lack: &Lack| match lack {
        Lack::Title => title.trim().is_empty(),
        Lack::Description => description.trim().is_empty(),
        Lack::Image => images.is_empty(),
        Lack::Price => price <= Amount::ZERO,
        Lack::Unit => item.unit.is_empty(),
        Lack::Department => !is_placed,
        Lack::Variants => item.variants.is_empty() && !item.dimension_group.is_empty(),
    };
    let lacks = Lack::ALL.into_iter().filter(is_lacking).collect();
    Product {
        item,
        own,
        revision,
        title,
        description,
        images,
        price,
        lacks,
    }
}

/// Price of one sales unit, in cents; zero where there is none.
fn price_of(item: &Item) -> Amount {
    let price = if item.price_unit.is_zero() {
        Some(item.price)
    } else {
        item.price.checked_div(item.price_unit)
    };
    price.unwrap_or_default().to_cents()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn item(price: &str, price_unit: &str) -> Item {
        serde_json::from_value(serde_json::json!({
            "item": "1", "product_type": "item", "price": price, "price_unit": price_unit,
            "net_weight": "0", "dimension_group": "SizeColour",
        }))
        .unwrap()
    }

    #[test]
    fn a_price_is_for_one_unit_in_cents() {
        for (price, unit, expected) in [
            ("5", "0", "5"),
            ("5", "1", "5"),
            ("5", "100", "0.05"),
            ("1", "3", "0.33"),
            ("0", "1", "0"),
        ] {
            assert_eq!(price_of(&item(price, unit)), expected.parse().unwrap());
        }
    }

    #[test]
    fn all_that_is_missing_is_said_and_an_own_store_needs_what_selling_needs() {
        let product = product(item("0.001", "1"), OwnText::default(), 0, Vec::new(), false);
        assert_eq!(product.lacks, Lack::ALL);
        assert_eq!(
            product.lacking_at(ChannelKind::Marketplace),
            "title, description, image, sales price in AX, sales unit in AX, \
             department or category, variants in AX"
        );
        assert_eq!(
            product.lacking_at(ChannelKind::OnlineStore),
            "title, sales price in AX, sales unit in AX, variants in AX"
        );
    }
}
