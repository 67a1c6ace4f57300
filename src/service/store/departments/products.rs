//! Which products are in which department or category: in one from AX those that are in its category
//! there, in one of the organization's own those that were put into it.

use rusqlite::{Connection, params};

use crate::model::Stream;
use crate::model::catalog::{self, Item};
use crate::service::api::refusal::{Code, Refusal};
use crate::service::store::orders::facts::read_json;
use crate::service::store::products::{Product, no_such_product, read_item, read_product};
use crate::service::store::{Collection, Store};

use super::{Category, find};

/// At most this many levels of categories are gone up.
const MOST_LEVELS: usize = 20;
/// Departments and categories of a product that are named.
const MOST_NAMED: i64 = 50;

/// What came of putting a product into a department or category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is in there now.
    New,
    /// It was in there already.
    Before,
}

impl Store {
    /// At most `limit` products that were put into a department or category, behind the item number
    /// `after`.
    pub async fn category_products(
        &self,
        category: i64,
        after: String,
        limit: usize,
    ) -> Result<Vec<Product>, Refusal> {
        self.read(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT item FROM category_item WHERE category = ?1 AND item > ?2
                 ORDER BY item LIMIT ?3",
            )?;
            let items = select
                .query_map(params![category, after, limit as i64], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()?;
            let products = items.iter().map(|item| read_product(connection, item));
            products.filter_map(Result::transpose).collect()
        })
        .await
    }

    /// Puts a product into a department or category of the organization's own.
    pub async fn put_into_category(&self, id: i64, item: String) -> Result<Placed, Refusal> {
        self.change(move |transaction| {
            let category = find(transaction, id)?.ok_or_else(gone)?;
            if category.ax.is_some() {
                return Err(Refusal::new(
                    Code::BadValue,
                    "it comes from AX, and so do its products",
                ));
            }
            if read_item(transaction, &item)?.is_none() {
                return Err(no_such_product(&item));
            }
            let done = transaction.execute(
                "INSERT INTO category_item (category, item) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![id, item],
            )?;
            Ok(if done > 0 {
                Placed::New
            } else {
                Placed::Before
            })
        })
        .await
    }

    /// Takes a product out of a department or category; true where it was in there.
    pub async fn take_from_category(&self, id: i64, item: String) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            let done = transaction.execute(
                "DELETE FROM category_item WHERE category = ?1 AND item = ?2",
                params![id, item],
            )?;
            Ok(done > 0)
        })
        .await
    }

    /// The organization's own departments and categories that a product was put into.
    pub async fn categories_of_product(&self, item: String) -> Result<Vec<Category>, Refusal> {
        self.read(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT category FROM category_item WHERE item = ?1 ORDER BY category LIMIT ?2",
            )?;
            let ids = select
                .query_map(params![item, MOST_NAMED], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()?;
            let mut found = Vec::new();
            for id in ids {
                found.extend(find(connection, id)?);
            }
            Ok(found)
        })
        .await
    }
}

fn gone() -> Refusal {
    Refusal::new(
        Code::NoSuchRecord,
        "the department or category was deleted meanwhile",
    )
}

/// True where the product was put into a department or category, or where a category of AX that it is
/// in, or one above it, is one.
pub fn is_placed(connection: &Connection, item: &Item) -> Result<bool, Refusal> {
    let is_put = connection
        .prepare_cached("SELECT 1 FROM category_item WHERE item = ?1")?
        .exists([&item.item])?;
    if is_put {
        return Ok(true);
    }
    let collection = Collection::of(connection, Stream::Categories)?;
    let mut known = connection.prepare_cached("SELECT 1 FROM category WHERE ax = ?1")?;
    let mut above = connection.prepare_cached(include_str!("../record.sql"))?;
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
                Some(row) => read_json::<catalog::Category>(&row.get::<_, Vec<u8>>(2)?)?.parent,
                None => break,
            };
        }
    }
    Ok(false)
}
