//! The index of the master catalog, made behind the uploads: they note what changed, in
//! `changed_record`, and a task takes it from there, some at a time.

use std::collections::BTreeSet;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tokio::sync::watch;

use crate::model::Stream;
use crate::model::catalog::{Category, Item};
use crate::model::digest::content_hash;
use crate::service::api::refusal::Refusal;

use super::images::forget_images;
use super::orders::facts::read_json;
use super::products::{own_text, read_item};
use super::search::token;
use super::{Collection, Store};

/// Changes that are taken in one transaction: whoever asks the service waits for no more than these, some
/// milliseconds.
const PAGE: i64 = 50;
/// Pause between two pages while uploads come in.
const WHILE_BUSY: Duration = Duration::from_millis(250);

/// Pause where the index could not be written.
const AFTER_A_FAULT: Duration = Duration::from_secs(1);

/// True where the index holds something of the records of `stream`.
pub const fn is_indexed(stream: Stream) -> bool {
    matches!(stream, Stream::Items | Stream::Categories)
}

impl Store {
    /// Takes the next changes into the index; true where more are waiting.
    pub async fn index_some(&self) -> Result<bool, Refusal> {
        self.run(|connection| index(connection, PAGE)).await
    }

    /// How many changes the index does not know yet.
    pub async fn to_be_indexed(&self) -> Result<u64, Refusal> {
        self.read(|connection| Ok(waiting(connection)?)).await
    }

    /// Told at each change that the index has to take.
    pub fn to_index(&self) -> watch::Receiver<()> {
        self.live.to_index.subscribe()
    }
}

/// Keeps the index up with the uploads; never returns. After each page it calls `after`. While
/// uploads come in it takes a few pages a second, and else one after the other.
pub async fn keep_up<F: Future<Output = ()>>(store: &Store, after: impl Fn() -> F) {
    let mut changed = store.to_index();
    changed.mark_changed();
    // The sender lives in the store.
    while changed.changed().await.is_ok() {
        loop {
            let is_busy = changed.has_changed().unwrap_or_default();
            changed.mark_unchanged();
            let more = match store.index_some().await {
                Ok(more) => more,
                Err(refusal) => {
                    tracing::warn!(reason = refusal.detail, "the index could not be written");
                    tokio::time::sleep(AFTER_A_FAULT).await;
                    continue;
                }
            };
            after().await;
            if !more {
                break;
            }
            if is_busy {
                tokio::time::sleep(WHILE_BUSY).await;
            }
        }
    }
}

/// The changes wait in a row without gaps: they are taken from the front.
fn waiting(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(include_str!("indexing/waiting.sql"))?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(|waiting| waiting as u64)
}

fn index(connection: &mut Connection, most: i64) -> Result<bool, Refusal> {
    let transaction = connection.transaction()?;
    let items = Collection::of(&transaction, Stream::Items)?.id;
    let mut records = BTreeSet::new();
    let mut last = None;
    {
        let mut select = transaction.prepare_cached(
            "SELECT seq, collection, id FROM changed_record ORDER BY seq LIMIT ?1",
        )?;
        let mut rows = select.query([most])?;
        while let Some(row) = rows.next()? {
            last = Some(row.get::<_, i64>(0)?);
            records.insert((row.get::<_, i64>(1)?, row.get::<_, String>(2)?));
        }
    }
    let Some(last) = last else {
        return Ok(false);
    };
    for (collection, id) in records {
        if collection == items {
            index_item(&transaction, &id)?;
        } else {
            index_category(&transaction, collection, &id)?;
        }
    }
    transaction
        .prepare_cached("DELETE FROM changed_record WHERE seq <= ?1")?
        .execute([last])?;
    let more = waiting(&transaction)? > 0;
    transaction.commit()?;
    Ok(more)
}

/// What the index holds of a product.
struct Words {
    number: String,
    name: String,
    description: String,
    category: String,
}

impl Words {
    fn of(connection: &Connection, item: &Item) -> Result<Self, Refusal> {
        let (own, _) = own_text(connection, &item.item)?;
        let texts = || {
            let variants = item.variants.iter().flat_map(|variant| &variant.texts);
            item.texts.iter().chain(variants)
        };
        let joined = |own: String, words: BTreeSet<&str>| {
            words.into_iter().fold(own, |all, word| all + "\n" + word)
        };
        let numbers = item.variants.iter().map(|variant| variant.number.as_str());
        let names = texts().map(|text| text.name.as_str());
        let attributes = own.attributes.into_values();
        Ok(Self {
            number: joined(item.product.clone(), numbers.collect()),
            name: joined(
                own.title,
                names.chain([item.search_name.as_str()]).collect(),
            ),
            description: joined(
                attributes.fold(own.description, |all, value| all + "\n" + &value),
                texts().map(|text| text.description.as_str()).collect(),
            ),
            category: item
                .categories
                .iter()
                .fold(String::new(), |all, category| all + &token(category) + " "),
        })
    }

    fn hash(&self) -> i64 {
        let parts = [&self.number, &self.name, &self.description, &self.category];
        content_hash(parts.map(String::as_str).join("\0").as_bytes()) as i64
    }
}

fn index_item(transaction: &Transaction<'_>, id: &str) -> Result<(), Refusal> {
    let known: Option<(i64, i64)> = transaction
        .prepare_cached("SELECT key, hash FROM product WHERE item = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some(item) = read_item(transaction, id)? else {
        return retire(transaction, id, known.map(|(key, _)| key));
    };
    let words = Words::of(transaction, &item)?;
    let hash = words.hash();
    if known.is_some_and(|(_, known)| known == hash) {
        return Ok(());
    }
    transaction
        .prepare_cached(include_str!("indexing/product.sql"))?
        .execute(params![id, item.product, hash])?;
    let key = if let Some((key, _)) = known {
        forget(transaction, id, key)?;
        key
    } else {
        transaction.last_insert_rowid()
    };
    transaction
        .prepare_cached(include_str!("indexing/words.sql"))?
        .execute(params![
            key,
            id,
            words.number,
            words.name,
            words.description,
            words.category
        ])?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO product_category (category, item) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?;
    for category in &item.categories {
        insert.execute([category, id])?;
    }
    Ok(())
}

/// Takes a product out of the words and the categories.
fn forget(transaction: &Transaction<'_>, id: &str, key: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM product_words WHERE rowid = ?1")?
        .execute([key])?;
    transaction
        .prepare_cached("DELETE FROM product_category WHERE item = ?1")?
        .execute([id])?;
    Ok(())
}

/// AX has retired the item: what the organization said of it goes too.
fn retire(transaction: &Transaction<'_>, id: &str, key: Option<i64>) -> Result<(), Refusal> {
    if let Some(key) = key {
        forget(transaction, id, key)?;
        transaction
            .prepare_cached("DELETE FROM product WHERE key = ?1")?
            .execute([key])?;
    }
    forget_images(transaction, id)?;
    transaction
        .prepare_cached("DELETE FROM own_text WHERE item = ?1")?
        .execute([id])?;
    transaction
        .prepare_cached("DELETE FROM catalog_line WHERE kind = 'item' AND id = ?1")?
        .execute([id])?;
    transaction
        .prepare_cached("DELETE FROM category_item WHERE item = ?1")?
        .execute([id])?;
    Ok(())
}

fn index_category(transaction: &Transaction<'_>, collection: i64, id: &str) -> Result<(), Refusal> {
    let json: Option<Vec<u8>> = transaction
        .prepare_cached(include_str!("record.sql"))?
        .query_row(params![collection, id], |row| row.get(2))
        .optional()?;
    let Some(json) = json else {
        transaction
            .prepare_cached("DELETE FROM ax_category WHERE id = ?1")?
            .execute([id])?;
        return Ok(());
    };
    let category: Category = read_json(&json)?;
    let parent = if category.parent == id {
        ""
    } else {
        &category.parent
    };
    transaction
        .prepare_cached(include_str!("indexing/category.sql"))?
        .execute(params![id, parent, category.name])?;
    Ok(())
}

#[cfg(test)]
mod tests;
