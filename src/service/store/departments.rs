//! Departments and the categories below them: the organization's own, taken over from AX or not, and
//! the categories of marketplaces that they are sold in.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::model::Stream;
use crate::model::catalog;
use crate::model::channel::{Channel, ChannelKind};
use crate::service::api::refusal::{Code, Refusal};

use super::orders::facts::read_json;
use super::{Store, channels};

mod products;
mod takeover;

pub use products::{Placed, is_placed};
pub use takeover::MOST_CHARACTERS;

/// Most departments and categories.
const MOST: i64 = 20_000;

/// A department, or a category below one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Category {
    /// Its number here; 0 for one that is to be added.
    pub id: i64,
    /// The department it is in; none for a department.
    pub department: Option<i64>,
    /// Its name: once among the departments, or once in its department, without regard to case.
    pub name: String,
    /// Id of the category of AX whose products it holds; none for one without.
    pub ax: Option<String>,
    /// How many categories it has below.
    pub below: u64,
}

/// A marketplace, and the category of it that a department or category is sold in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// The marketplace.
    pub channel: Channel,
    /// Its category; empty where none is set.
    pub target: String,
    /// Its category that the department is sold in; empty where none is set, and for departments.
    pub inherited: String,
}

impl Store {
    /// At most `limit` departments, or categories of a department, behind the name `after`.
    pub async fn categories(
        &self,
        department: Option<i64>,
        after: String,
        limit: usize,
    ) -> Result<Vec<Category>, Refusal> {
        self.run(move |connection| {
            let mut select = connection.prepare_cached(include_str!("departments/below.sql"))?;
            let found = select.query_map(params![department, after, limit as i64], read)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// A department or category, where there is one with that number.
    pub async fn category(&self, id: i64) -> Result<Option<Category>, Refusal> {
        self.run(move |connection| Ok(find(connection, id)?)).await
    }

    /// Adds a department or category, and returns its number.
    pub async fn add_category(
        &self,
        department: Option<i64>,
        name: String,
    ) -> Result<i64, Refusal> {
        self.change(move |transaction| {
            if let Some(department) = department {
                let refusal = match find(transaction, department)? {
                    None => Some("the department was deleted meanwhile"),
                    Some(above) if above.department.is_some() => {
                        Some("a category holds no categories")
                    }
                    Some(_) => None,
                };
                if let Some(refusal) = refusal {
                    return Err(Refusal::new(Code::BadValue, refusal));
                }
            }
            room_for(transaction, 1)?;
            insert(transaction, department, &name, None)?.ok_or_else(taken)
        })
        .await
    }

    /// Gives a department or category another name; false where there is none with that number.
    pub async fn rename_category(&self, id: i64, name: String) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            if find(transaction, id)?.is_none() {
                return Ok(false);
            }
            let done = transaction.execute(
                "UPDATE OR IGNORE category SET name = ?2 WHERE id = ?1",
                params![id, name],
            )?;
            if done == 0 { Err(taken()) } else { Ok(true) }
        })
        .await
    }

    /// Deletes a department or category that has no categories below, and returns it.
    pub async fn delete_category(&self, id: i64) -> Result<Option<Category>, Refusal> {
        self.change(move |transaction| {
            let Some(category) = find(transaction, id)? else {
                return Ok(None);
            };
            if category.below > 0 {
                let (are, categories) = if category.below == 1 {
                    ("is", "category")
                } else {
                    ("are", "categories")
                };
                return Err(Refusal::new(
                    Code::BadValue,
                    format!(
                        "there {are} {} {categories} in {}; delete them first",
                        category.below, category.name
                    ),
                ));
            }
            transaction.execute("DELETE FROM category WHERE id = ?1", [id])?;
            Ok(Some(category))
        })
        .await
    }

    /// At most `limit` marketplaces behind the id `after`, each with the category of it that a
    /// department or category is sold in.
    pub async fn mappings(
        &self,
        category: Category,
        after: String,
        limit: usize,
    ) -> Result<Vec<Mapped>, Refusal> {
        self.run(move |connection| {
            let mut select =
                connection.prepare_cached("SELECT json FROM channel WHERE id > ?1 ORDER BY id")?;
            let mut rows = select.query([after])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let channel: Channel = read_json(&row.get::<_, Vec<u8>>(0)?)?;
                if channel.kind == ChannelKind::Marketplace && found.len() < limit {
                    found.push(mapped(connection, &category, channel)?);
                }
            }
            Ok(found)
        })
        .await
    }

    /// The same for one marketplace, where there is one of that id.
    pub async fn mapping(
        &self,
        category: Category,
        channel: String,
    ) -> Result<Option<Mapped>, Refusal> {
        self.run(move |connection| {
            let channel = channels::find(connection, &channel)?
                .filter(|channel| channel.kind == ChannelKind::Marketplace);
            channel
                .map(|channel| mapped(connection, &category, channel))
                .transpose()
        })
        .await
    }

    /// Sets the category of a marketplace that a department or category is sold in; empty for none.
    /// False where either is gone.
    pub async fn map_category(
        &self,
        category: i64,
        channel: String,
        target: String,
    ) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            let is_there = find(transaction, category)?.is_some()
                && channels::find(transaction, &channel)?.is_some();
            if !is_there {
                return Ok(false);
            }
            if target.is_empty() {
                transaction.execute(
                    "DELETE FROM category_mapping WHERE category = ?1 AND channel = ?2",
                    params![category, channel],
                )?;
            } else {
                transaction.execute(
                    "INSERT INTO category_mapping (category, channel, target) VALUES (?1, ?2, ?3)
                     ON CONFLICT (category, channel) DO UPDATE SET target = excluded.target",
                    params![category, channel, target],
                )?;
            }
            Ok(true)
        })
        .await
    }

    /// The category of AX with that id, where it is still there.
    pub async fn category_in_ax(&self, id: String) -> Result<Option<catalog::Category>, Refusal> {
        let stored = self.record(Stream::Categories, id).await?;
        stored
            .map(|stored| read_json(stored.value.get().as_bytes()))
            .transpose()
    }
}

fn find(connection: &Connection, id: i64) -> rusqlite::Result<Option<Category>> {
    connection
        .prepare_cached(include_str!("departments/find.sql"))?
        .query_row([id], read)
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Category> {
    Ok(Category {
        id: row.get(0)?,
        department: row.get(1)?,
        name: row.get(2)?,
        ax: row.get(3)?,
        below: row.get::<_, i64>(4)? as u64,
    })
}

/// The number of the new one; none where its name or its category of AX is taken.
fn insert(
    connection: &Connection,
    department: Option<i64>,
    name: &str,
    ax: Option<&str>,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "INSERT INTO category (department, name, ax) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING
             RETURNING id",
        )?
        .query_row(params![department, name, ax], |row| row.get(0))
        .optional()
}

/// Refuses more departments and categories than there may be.
fn room_for(connection: &Connection, more: usize) -> Result<(), Refusal> {
    let count: i64 = connection.query_row("SELECT count(*) FROM category", [], |row| row.get(0))?;
    if count + more as i64 > MOST {
        return Err(Refusal::new(
            Code::BadValue,
            format!("there may be {MOST} departments and categories at most"),
        ));
    }
    Ok(())
}

fn taken() -> Refusal {
    Refusal::new(Code::BadValue, "name: another one has this name")
}

fn mapped(
    connection: &Connection,
    category: &Category,
    channel: Channel,
) -> Result<Mapped, Refusal> {
    let target = |category: Option<i64>| -> rusqlite::Result<String> {
        let found = connection
            .prepare_cached(
                "SELECT target FROM category_mapping WHERE category IS ?1 AND channel = ?2",
            )?
            .query_row(params![category, channel.id], |row| row.get(0))
            .optional()?;
        Ok(found.unwrap_or_default())
    };
    Ok(Mapped {
        target: target(Some(category.id))?,
        inherited: target(category.department)?,
        channel,
    })
}
