//! The organization's own catalogs: lines of items, and of categories of AX with all below them.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::service::api::refusal::{Code, Refusal};

use super::Store;
use super::products::{read_item, read_product};
use super::search::{FoundProducts, category_path};

/// Longest name of a catalog, in characters.
pub const MOST_CATALOG_NAME: usize = 100;
/// Most catalogs.
const MOST_CATALOGS: i64 = 1_000;
/// Most lines of a catalog; whole categories hold any number of products.
const MOST_LINES: i64 = 10_000;
/// Products of a catalog are counted up to here.
const COUNTED: u64 = 100_000;

/// A catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    /// Its number.
    pub id: i64,
    /// Its name; no other has it, without regard to case.
    pub name: String,
    /// How many lines it has.
    pub lines: u64,
}

/// What a line of a catalog stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// An item.
    Item,
    /// A category of AX, with all below it.
    Category,
}

impl LineKind {
    /// Its word in the store and in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Category => "category",
        }
    }

    /// The kind with that word.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Item, Self::Category]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// A line of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogLine {
    /// What it stands for.
    pub kind: LineKind,
    /// Item number, or id of the category.
    pub id: String,
    /// Name of the product, or path of the category.
    pub name: String,
    /// What the next page of lines is behind.
    pub key: String,
}

impl Store {
    /// At most `limit` catalogs behind the name `after`.
    pub async fn catalogs(&self, after: String, limit: usize) -> Result<Vec<Catalog>, Refusal> {
        self.read(move |connection| {
            let mut select = connection.prepare_cached(include_str!("catalogs/list.sql"))?;
            let found = select.query_map(params![after, limit as i64], catalog)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// A catalog.
    pub async fn catalog(&self, id: i64) -> Result<Catalog, Refusal> {
        self.read(move |connection| find(connection, id)).await
    }

    /// Makes a catalog and returns its number.
    pub async fn add_catalog(&self, name: String) -> Result<i64, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            check_name(&transaction, &name, 0)?;
            let count: i64 =
                transaction.query_row("SELECT count(*) FROM catalog", [], |row| row.get(0))?;
            if count >= MOST_CATALOGS {
                return Err(bad(format!("there are at most {MOST_CATALOGS} catalogs")));
            }
            transaction.execute("INSERT INTO catalog (name) VALUES (?1)", [name])?;
            let id = transaction.last_insert_rowid();
            transaction.commit()?;
            Ok(id)
        })
        .await
    }

    /// Gives a catalog another name.
    pub async fn rename_catalog(&self, id: i64, name: String) -> Result<(), Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            find(&transaction, id)?;
            check_name(&transaction, &name, id)?;
            transaction.execute(
                "UPDATE catalog SET name = ?2 WHERE id = ?1",
                params![id, name],
            )?;
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// Removes a catalog with its lines, and returns what it was.
    pub async fn delete_catalog(&self, id: i64) -> Result<Catalog, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let catalog = find(&transaction, id)?;
            transaction.execute("DELETE FROM catalog WHERE id = ?1", [id])?;
            transaction.commit()?;
            Ok(catalog)
        })
        .await
    }

    /// Adds lines to a catalog and returns how many are new. All of them or none.
    pub async fn add_to_catalog(
        &self,
        id: i64,
        kind: LineKind,
        ids: Vec<String>,
    ) -> Result<usize, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            find(&transaction, id)?;
            let mut added = 0;
            for line in ids {
                check_line(&transaction, kind, &line)?;
                added += transaction
                    .prepare_cached(
                        "INSERT INTO catalog_line (catalog, kind, id) VALUES (?1, ?2, ?3)
                         ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![id, kind.name(), line])?;
            }
            if find(&transaction, id)?.lines > MOST_LINES as u64 {
                return Err(bad(format!(
                    "a catalog has at most {MOST_LINES} lines; add whole categories instead of their items"
                )));
            }
            transaction.commit()?;
            Ok(added)
        })
        .await
    }

    /// Takes a line out of a catalog; true where it was there.
    pub async fn remove_from_catalog(
        &self,
        id: i64,
        kind: LineKind,
        line: String,
    ) -> Result<bool, Refusal> {
        self.run(move |connection| {
            let removed = connection.execute(
                "DELETE FROM catalog_line WHERE catalog = ?1 AND kind = ?2 AND id = ?3",
                params![id, kind.name(), line],
            )?;
            Ok(removed > 0)
        })
        .await
    }

    /// At most `limit` lines of a catalog behind the key `after`: categories first, then items.
    pub async fn catalog_lines(
        &self,
        id: i64,
        after: String,
        limit: usize,
    ) -> Result<Vec<CatalogLine>, Refusal> {
        self.read(move |connection| {
            let (kind, behind) = after.split_once(' ').unwrap_or_default();
            let mut select = connection.prepare_cached(include_str!("catalogs/lines.sql"))?;
            let rows = select
                .query_map(params![id, kind, behind, limit as i64], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut lines = Vec::new();
            for (kind, id) in rows {
                let key = format!("{kind} {id}");
                let (kind, name) = if kind == LineKind::Item.name() {
                    let product = read_product(connection, &id)?;
                    let title = product.map(|product| product.title);
                    (LineKind::Item, title.unwrap_or_default())
                } else {
                    (LineKind::Category, category_path(connection, &id)?)
                };
                lines.push(CatalogLine {
                    kind,
                    id,
                    name,
                    key,
                });
            }
            Ok(lines)
        })
        .await
    }

    /// At most `limit` products of a catalog behind the key `after`, each once: the items of its
    /// lines, then what the index knows in each of its categories.
    pub async fn catalog_products(
        &self,
        id: i64,
        after: String,
        limit: usize,
    ) -> Result<FoundProducts, Refusal> {
        self.read(move |connection| {
            let (items, next) = catalog_items(connection, id, &after, limit)?;
            FoundProducts::read(connection, &items, next)
        })
        .await
    }

    /// How many products a catalog has, counted up to a hundred thousand; true where there are
    /// more.
    pub async fn catalog_size(&self, id: i64) -> Result<(u64, bool), Refusal> {
        self.read(move |connection| {
            let count: i64 = connection
                .prepare_cached(include_str!("catalogs/size.sql"))?
                .query_row(params![id, COUNTED as i64 + 1], |row| row.get(0))?;
            let count = count as u64;
            Ok((count.min(COUNTED), count > COUNTED))
        })
        .await
    }
}

/// At most `limit` item numbers of a catalog behind the key `after`, each once, and the key of the
/// next ones, where there are more. One category is read after the other: however large the catalog
/// is, a page costs what is on it.
pub fn catalog_items(
    connection: &Connection,
    id: i64,
    after: &str,
    limit: usize,
) -> Result<(Vec<String>, Option<String>), Refusal> {
    find(connection, id)?;
    let (category, behind) = key_of(after);
    let mut found = Vec::new();
    if category.is_empty() {
        let mut select = connection.prepare_cached(include_str!("catalogs/items.sql"))?;
        let items = select.query_map(params![id, behind, limit as i64], |row| row.get(0))?;
        for item in items {
            found.push((String::new(), item?));
        }
    }
    let categories = categories_of(connection, id)?;
    let mut select = connection.prepare_cached(include_str!("catalogs/in_category.sql"))?;
    let mut others =
        connection.prepare_cached("SELECT category FROM product_category WHERE item = ?1")?;
    for at in categories.range(category.clone()..) {
        let behind = if *at == category { behind.as_str() } else { "" };
        let mut rows = select.query(params![at, behind, id])?;
        while found.len() < limit
            && let Some(row) = rows.next()?
        {
            let item: String = row.get(0)?;
            let others: Vec<String> = others
                .query_map([&item], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            // Where it is in several, the first one has it.
            if !others
                .iter()
                .any(|other| other < at && categories.contains(other))
            {
                found.push((at.clone(), item));
            }
        }
        if found.len() >= limit {
            break;
        }
    }
    // One page too many where the last one is full: it is empty then.
    let last = found.last().filter(|_| found.len() >= limit);
    let next = last.map(|(category, item)| serde_json::json!([category, item]).to_string());
    Ok((found.into_iter().map(|(_, item)| item).collect(), next))
}

/// The category and the item number of a key; both empty at the beginning.
fn key_of(after: &str) -> (String, String) {
    serde_json::from_str(after).unwrap_or_default()
}

/// The categories of a catalog's lines, and those below them.
fn categories_of(connection: &Connection, id: i64) -> rusqlite::Result<BTreeSet<String>> {
    let mut select = connection.prepare_cached(include_str!("catalogs/categories.sql"))?;
    select.query_map([id], |row| row.get(0))?.collect()
}

fn catalog(row: &rusqlite::Row<'_>) -> rusqlite::Result<Catalog> {
    Ok(Catalog {
        id: row.get(0)?,
        name: row.get(1)?,
        lines: row.get::<_, i64>(2)? as u64,
    })
}

fn find(connection: &Connection, id: i64) -> Result<Catalog, Refusal> {
    connection
        .prepare_cached(include_str!("catalogs/find.sql"))?
        .query_row([id], catalog)
        .optional()?
        .ok_or_else(|| Refusal::new(Code::NoSuchRecord, format!("there is no catalog {id}")))
}

fn check_name(transaction: &Transaction<'_>, name: &str, own: i64) -> Result<(), Refusal> {
    let is_taken = transaction
        .prepare_cached("SELECT 1 FROM catalog WHERE name = ?1 AND id <> ?2")?
        .exists(params![name, own])?;
    if is_taken {
        return Err(bad("name: another catalog has this name".to_owned()));
    }
    Ok(())
}

fn check_line(transaction: &Transaction<'_>, kind: LineKind, id: &str) -> Result<(), Refusal> {
    let is_there = match kind {
        LineKind::Item => read_item(transaction, id)?.is_some(),
        LineKind::Category => transaction
            .prepare_cached("SELECT 1 FROM ax_category WHERE id = ?1")?
            .exists([id])?,
    };
    if is_there {
        return Ok(());
    }
    let kind = kind.name();
    Err(bad(format!("there is no {kind} {id:?}; nothing was added")))
}

fn bad(detail: String) -> Refusal {
    Refusal::new(Code::BadValue, detail)
}
