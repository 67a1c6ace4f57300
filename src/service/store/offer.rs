//! What a store of the organization offers to shoppers: what is published there, has a price and is
//! in stock. The price is the sales price of AX; trade agreements are between AX and its customers.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::model::catalog::{Item, ProductDimensions};
use crate::model::channel::ChannelKind;
use crate::model::order::WebOrder;
use crate::model::{Amount, Stream};
use crate::service::api::refusal::{Code, Refusal};

use super::orders::facts::{amount, read_json};
use super::products::{Product, product_of};
use super::saleable::{Figures, add_on_hand};
use super::search::{Asked, asked};
use super::{Collection, Store};

/// At most this many products are looked at for one page: where few of many are in stock, a page is
/// shorter, and leads on.
const LOOKED_AT: usize = 500;

/// A product on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The product.
    pub product: Product,
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
    /// At most `limit` products on offer at a store that a search in the master catalog finds, behind
    /// the key `after`.
    pub async fn offers(
        &self,
        channel: String,
        search: String,
        after: i64,
        limit: usize,
    ) -> Result<Offers, Refusal> {
        self.read(move |connection| {
            let collection = Collection::of(connection, Stream::Items)?;
            let untaken = untaken(connection)?;
            let (statement, words) = match asked(connection, &search, "")? {
                Asked::Nothing => return Ok(Offers::default()),
                Asked::Everything => (
                    concat!(
                        include_str!("publication/offered.sql"),
                        "ORDER BY publication.id"
                    ),
                    None,
                ),
                Asked::Words(words) => (include_str!("publication/offered_words.sql"), Some(words)),
            };
            let mut select = connection.prepare_cached(statement)?;
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
                page.offers.extend(offer(connection, item, &untaken)?);
            }
            Ok(page)
        })
        .await
    }

    /// One product on offer at a store.
    pub async fn offer(&self, channel: String, item: String) -> Result<Option<Offer>, Refusal> {
        self.read(move |connection| find(connection, &channel, &item))
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
        if offer.product.price != line.price {
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
    offer(connection, item, &untaken(connection)?)
}

/// The product, where shoppers can have it.
fn offer(
    connection: &Connection,
    item: Item,
    untaken: &HashMap<String, Figures>,
) -> Result<Option<Offer>, Refusal> {
    let product = product_of(connection, item)?;
    if !product.lacking_at(ChannelKind::OnlineStore).is_empty() {
        return Ok(None);
    }
    let item = &product.item;
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
    Ok((!variants.is_empty()).then_some(Offer { product, variants }))
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
