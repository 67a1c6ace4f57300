//! What a store of the organization offers to shoppers: what is published there, has a price and is
//! in stock. The price is the sales price of AX; trade agreements are between AX and its customers.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::model::catalog::{Category, Item, ProductDimensions};
use crate::model::order::WebOrder;
use crate::model::{Amount, Stream};
use crate::service::api::refusal::{Code, Refusal};

use super::orders::facts::{amount, read_json};
use super::publication::matching;
use super::saleable::{Figures, add_on_hand};
use super::{Collection, Store};

/// At most this many products are looked at for one page: where few of many are in stock, a page is
/// shorter, and leads on.
const LOOKED_AT: usize = 500;

/// At most this many levels of categories are gone up.
const MOST_LEVELS: usize = 20;

/// A product on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Where a list goes on.
    pub key: i64,
    /// The product, as AX has it.
    pub item: Item,
    /// Its name.
    pub name: String,
    /// Price of one sales unit.
    pub price: Amount,
    /// What of it can be ordered: its variants, or the one without dimensions.
    pub variants: Vec<OfferedVariant>,
}

/// A variant on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedVariant {
    /// What tells it from the others.
    pub dimensions: ProductDimensions,
    /// How many can be ordered, at least 1.
    pub saleable: Amount,
}

/// A page of what is on offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// The products.
    pub offers: Vec<Offer>,
    /// The key to go on from, where there may be more.
    pub next: Option<i64>,
}

impl Store {
    /// At most `limit` products on offer at a store, with these words in name or item number, behind
    /// the key `after`.
    pub async fn offers(
        &self,
        channel: String,
        words: String,
        after: i64,
        limit: usize,
    ) -> Result<Offers, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let collection = Collection::of(&transaction, Stream::Items)?;
            let untaken = untaken(&transaction)?;
            let words = matching(&words);
            let statement = [
                include_str!("publication/offered.sql"),
                words
                    .as_ref()
                    .map_or("", |_| include_str!("publication/offered_words.sql")),
                "ORDER BY publication.id",
            ]
            .concat();
            let mut select = transaction.prepare_cached(&statement)?;
            select.raw_bind_parameter(1, channel)?;
            select.raw_bind_parameter(2, collection.id)?;
            select.raw_bind_parameter(3, after)?;
            if let Some(words) = words {
                select.raw_bind_parameter(4, words)?;
            }
            let mut rows = select.raw_query();
            let mut page = Offers::default();
            let mut looked_at = 0;
            let mut last = after;
            while let Some(row) = rows.next()? {
                if page.offers.len() == limit || looked_at == LOOKED_AT {
                    page.next = Some(last);
                    break;
                }
                looked_at += 1;
                last = row.get(0)?;
                let item = read_json(&row.get::<_, Vec<u8>>(1)?)?;
                page.offers
                    .extend(offer(&transaction, last, item, &untaken)?);
            }
            Ok(page)
        })
        .await
    }

    /// One product on offer at a store.
    pub async fn offer(&self, channel: String, item: String) -> Result<Option<Offer>, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            find(&transaction, &channel, &item)
        })
        .await
    }
}

/// Refuses an order of what is not on offer at its store, or not for that price.
pub fn must_be_offered(connection: &Connection, order: &WebOrder) -> Result<(), Refusal> {
    for line in &order.lines {
        let offer = find(connection, &order.store, &line.item)?;
        let saleable = offer.as_ref().and_then(|offer| {
            let mut variants = offer.variants.iter();
            variants.find(|variant| variant.dimensions == line.dimensions)
        });
        let (Some(offer), Some(saleable)) = (&offer, saleable) else {
            return Err(refused("it is sold out, or not offered any more"));
        };
        if offer.price != line.price {
            return Err(refused("its price has changed; the new one is shown now"));
        }
        if line.quantity > saleable.saleable {
            return Err(Refusal::new(
                Code::BadValue,
                format!("quantity: there are only {} of it", saleable.saleable),
            ));
        }
    }
    Ok(())
}

fn refused(why: &str) -> Refusal {
    Refusal::new(Code::BadValue, why)
}

fn find(connection: &Connection, channel: &str, item: &str) -> Result<Option<Offer>, Refusal> {
    let collection = Collection::of(connection, Stream::Items)?;
    let statement = [
        include_str!("publication/offered.sql"),
        include_str!("publication/offered_item.sql"),
    ]
    .concat();
    let mut select = connection.prepare_cached(&statement)?;
    let mut rows = select.query(params![channel, collection.id, 0, item])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let item = read_json(&row.get::<_, Vec<u8>>(1)?)?;
    offer(connection, row.get(0)?, item, &untaken(connection)?)
}

/// The product, where shoppers can have it.
fn offer(
    connection: &Connection,
    key: i64,
    item: Item,
    untaken: &HashMap<String, Figures>,
) -> Result<Option<Offer>, Refusal> {
    if !lacks(connection, &item)?.is_empty() {
        return Ok(None);
    }
    let mut figures = untaken.get(&item.item).cloned().unwrap_or_default();
    add_on_hand(connection, &item.item, &mut figures)?;
    let dimensions = match item.variants.as_slice() {
        [] => vec![ProductDimensions::default()],
        variants => variants.iter().map(|v| v.dimensions.clone()).collect(),
    };
    let one = Amount::from(1);
    let variants: Vec<OfferedVariant> = dimensions
        .into_iter()
        .filter_map(|dimensions| {
            let (on_hand, ordered) = figures.get(&dimensions).copied()?;
            let saleable = on_hand.checked_sub(ordered)?;
            (saleable >= one).then_some(OfferedVariant {
                dimensions,
                saleable,
            })
        })
        .collect();
    Ok((!variants.is_empty()).then(|| Offer {
        key,
        name: name_of(&item),
        price: price_of(&item),
        variants,
        item,
    }))
}

/// What is in orders that AX has not taken, by item.
fn untaken(connection: &Connection) -> Result<HashMap<String, Figures>, Refusal> {
    let taken: i64 = connection
        .prepare_cached("SELECT taken FROM book")?
        .query_row([], |row| row.get(0))?;
    let mut select = connection.prepare_cached(include_str!("publication/untaken.sql"))?;
    let mut rows = select.query([taken])?;
    let mut untaken: HashMap<String, Figures> = HashMap::new();
    while let Some(row) = rows.next()? {
        let dimensions = ProductDimensions {
            configuration: row.get(1)?,
            size: row.get(2)?,
            colour: row.get(3)?,
            style: row.get(4)?,
        };
        let figures = untaken.entry(row.get(0)?).or_default();
        let (_, ordered) = figures.entry(dimensions).or_default();
        let quantity = amount(&row.get::<_, String>(5)?)?;
        *ordered = ordered.checked_add(quantity).unwrap_or(*ordered);
    }
    Ok(untaken)
}

/// A product of the master catalog.
pub fn item(connection: &Connection, id: &str) -> Result<Option<Item>, Refusal> {
    let collection = Collection::of(connection, Stream::Items)?;
    let mut select = connection.prepare_cached(include_str!("record.sql"))?;
    let mut rows = select.query(params![collection.id, id])?;
    rows.next()?
        .map(|row| read_json(&row.get::<_, Vec<u8>>(2)?))
        .transpose()
}

/// Name of a product for shoppers.
pub fn name_of(item: &Item) -> String {
    let text = item.texts.iter().find(|text| !text.name.is_empty());
    text.map_or(&item.item, |text| &text.name).clone()
}

/// Price of one sales unit, in cents; zero where there is none.
pub fn price_of(item: &Item) -> Amount {
    let price = if item.price_unit.is_zero() {
        Some(item.price)
    } else {
        item.price.checked_div(item.price_unit)
    };
    price.unwrap_or_default().to_cents()
}

/// What a product lacks before it may be sold, in words; empty where it lacks nothing.
pub fn lacks(connection: &Connection, item: &Item) -> Result<String, Refusal> {
    let is_placed = is_in_department(connection, item)?;
    Ok(lacking(item, is_placed))
}

/// True where a category of AX that the product is in, or one above it, is a department or category.
fn is_in_department(connection: &Connection, item: &Item) -> Result<bool, Refusal> {
    let collection = Collection::of(connection, Stream::Categories)?;
    let mut known = connection.prepare_cached("SELECT 1 FROM category WHERE ax = ?1")?;
    let mut above = connection.prepare_cached(include_str!("record.sql"))?;
    for category in &item.categories {
        let mut category = category.clone();
        for _ in 0..MOST_LEVELS {
            if category.is_empty() {
                break;
            }
            if known.exists([&category])? {
                return Ok(true);
            }
            let mut rows = above.query(params![collection.id, category])?;
            category = match rows.next()? {
                Some(row) => read_json::<Category>(&row.get::<_, Vec<u8>>(2)?)?.parent,
                None => break,
            };
        }
    }
    Ok(false)
}

fn lacking(item: &Item, is_placed: bool) -> String {
    let is_named = item.texts.iter().any(|text| !text.name.trim().is_empty());
    let lacks = [
        (!is_named, "no name"),
        (price_of(item) <= Amount::ZERO, "no price"),
        (item.unit.is_empty(), "no sales unit"),
        (!is_placed, "in no department or category"),
        (
            item.variants.is_empty() && !item.dimension_group.is_empty(),
            "no variants",
        ),
    ];
    let lacks: Vec<&str> = lacks
        .into_iter()
        .filter_map(|(is_lacking, what)| is_lacking.then_some(what))
        .collect();
    lacks.join(", ")
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
    fn all_that_is_missing_is_said() {
        assert_eq!(
            lacking(&item("0.001", "1"), false),
            "no name, no price, no sales unit, in no department or category, no variants"
        );
    }
}
