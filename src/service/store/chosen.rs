//! Which products are published or withdrawn: those that were ticked, those that a search finds, or
//! those of a catalog; and how many these are.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::model::Stream;
use crate::service::api::refusal::Refusal;

use super::catalogs::catalog_items;
use super::products::read_product;
use super::publication::must_find;
use super::search::{Asked, asked, items_by_words};
use super::{Collection, Store};

/// So many products are looked at and done while a page waits; more are a long operation.
pub const AT_ONCE: usize = 500;
/// Counted in one go: others get their turn between two.
const COUNTED: usize = 5_000;
/// At most this many products that miss something are named.
const NAMED: usize = 20;

/// Which products something is done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chosen {
    /// Those with these item numbers.
    Items(Vec<String>),
    /// Those that a search in the master catalog finds; every one where both are empty.
    Found {
        /// The words.
        search: String,
        /// Id of a category of AX.
        category: String,
    },
    /// Those of the catalog with this number.
    Catalog(i64),
}

/// What is done to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// They are published at a store or marketplace.
    Publish,
    /// They are withdrawn from there.
    Withdraw,
}

/// How many products are chosen, and what they miss.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Products; those that are there, where they are withdrawn.
    pub products: u64,
    /// They are too many to look at each of them: what they miss is found out when it is done.
    pub is_long: bool,
    /// How many of them miss something.
    pub lacking: u64,
    /// The first of these, with what they miss.
    pub named: Vec<(String, String)>,
}

impl Counted {
    /// Counts a product that was looked at.
    pub fn add(&mut self, item: String, lacks: String) {
        self.products += 1;
        if !lacks.is_empty() {
            self.lacking += 1;
            if self.named.len() < NAMED {
                self.named.push((item, lacks));
            }
        }
    }
}

/// Item numbers, and what the next ones are behind, where there are more.
pub type Items = (Vec<String>, Option<String>);

impl Store {
    /// How many products an act at a store or marketplace is about, and what they miss.
    pub async fn count_chosen(
        &self,
        channel: String,
        act: Act,
        chosen: Chosen,
    ) -> Result<Counted, Refusal> {
        let (at, which) = (channel.clone(), chosen.clone());
        let counted = self.read(move |connection| look(connection, &at, act, &which));
        let mut counted = counted.await?;
        if counted.is_long {
            counted.products = self.count_all(channel, act, chosen).await?;
        }
        Ok(counted)
    }

    /// How many products a search finds in the master catalog.
    pub async fn count_found(&self, search: String, category: String) -> Result<u64, Refusal> {
        let found = Chosen::Found { search, category };
        self.read(move |connection| {
            Ok(known(connection, "", Act::Publish, &found)?.unwrap_or_default())
        })
        .await
    }

    async fn count_all(&self, channel: String, act: Act, chosen: Chosen) -> Result<u64, Refusal> {
        let (at, which) = (channel.clone(), chosen.clone());
        let known = self.read(move |connection| known(connection, &at, act, &which));
        if let Some(count) = known.await? {
            return Ok(count);
        }
        let mut count = 0;
        let mut after = Some(String::new());
        while let Some(behind) = after {
            let (at, which) = (channel.clone(), chosen.clone());
            let counted = self.read(move |connection| {
                let (found, next) = items(connection, &at, act, &which, &behind, COUNTED)?;
                let mut count = 0;
                for item in found {
                    count += u64::from(is_there(connection, &at, act, &item)?);
                }
                Ok((count, next))
            });
            let (more, next) = counted.await?;
            count += more;
            after = next;
        }
        Ok(count)
    }
}

/// At most `limit` of the chosen products behind the key `after`.
pub fn items(
    connection: &Connection,
    channel: &str,
    act: Act,
    chosen: &Chosen,
    after: &str,
    limit: usize,
) -> Result<Items, Refusal> {
    match chosen {
        Chosen::Items(items) => {
            let mut behind: Vec<String> = items
                .iter()
                .filter(|item| item.as_str() > after)
                .cloned()
                .collect();
            behind.sort_unstable();
            behind.dedup();
            Ok(cut(behind, limit))
        }
        Chosen::Catalog(id) => catalog_items(connection, *id, after, limit),
        Chosen::Found { search, category } => match asked(connection, search, category)? {
            Asked::Nothing => Ok(Items::default()),
            Asked::Words(words) => Ok(items_by_words(connection, &words, after, limit)?),
            Asked::Everything => Ok(everything(connection, channel, act, after, limit)?),
        },
    }
}

/// What AX has uploaded, whatever the index knows of it already; or what is published.
fn everything(
    connection: &Connection,
    channel: &str,
    act: Act,
    after: &str,
    limit: usize,
) -> rusqlite::Result<Items> {
    let most = limit as i64 + 1;
    let found = match act {
        Act::Publish => connection
            .prepare_cached(include_str!("publication/every_product.sql"))?
            .query_map(
                params![Collection::of(connection, Stream::Items)?.id, after, most],
                |row| row.get(0),
            )?
            .collect::<rusqlite::Result<_>>()?,
        Act::Withdraw => connection
            .prepare_cached(
                "SELECT item FROM publication WHERE channel = ?1 AND item > ?2 ORDER BY item LIMIT ?3",
            )?
            .query_map(params![channel, after, most], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?,
    };
    Ok(cut(found, limit))
}

fn cut(mut found: Vec<String>, limit: usize) -> Items {
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).cloned();
    (found, next)
}

/// True where the act has something to do to the item.
fn is_there(
    connection: &Connection,
    channel: &str,
    act: Act,
    item: &str,
) -> rusqlite::Result<bool> {
    match act {
        Act::Publish => Ok(true),
        Act::Withdraw => connection
            .prepare_cached("SELECT 1 FROM publication WHERE channel = ?1 AND item = ?2")?
            .exists([channel, item]),
    }
}

/// Looks at every product, where they are few.
fn look(
    connection: &Connection,
    channel: &str,
    act: Act,
    chosen: &Chosen,
) -> Result<Counted, Refusal> {
    let kind = must_find(connection, channel)?.kind;
    let (found, next) = items(connection, channel, act, chosen, "", AT_ONCE)?;
    let mut counted = Counted {
        is_long: next.is_some(),
        ..Counted::default()
    };
    if counted.is_long {
        return Ok(counted);
    }
    for item in found {
        match act {
            Act::Publish => {
                if let Some(product) = read_product(connection, &item)? {
                    counted.add(item, product.lacking_at(kind));
                }
            }
            Act::Withdraw => {
                if is_there(connection, channel, act, &item)? {
                    counted.add(item, String::new());
                }
            }
        }
    }
    Ok(counted)
}

/// How many there are, where that is known without going through them.
fn known(
    connection: &Connection,
    channel: &str,
    act: Act,
    chosen: &Chosen,
) -> Result<Option<u64>, Refusal> {
    let Chosen::Found { search, category } = chosen else {
        return Ok(None);
    };
    let count: i64 = match (asked(connection, search, category)?, act) {
        (Asked::Everything, Act::Publish) => Collection::of(connection, Stream::Items)?.records,
        (Asked::Everything, Act::Withdraw) => connection
            .prepare_cached("SELECT count(*) FROM publication WHERE channel = ?1")?
            .query_row([channel], |row| row.get(0))?,
        (Asked::Words(words), Act::Publish) => connection
            .prepare_cached("SELECT count(*) FROM product_words WHERE product_words MATCH ?1")?
            .query_row([words], |row| row.get(0))?,
        (Asked::Words(_), Act::Withdraw) | (Asked::Nothing, _) => return Ok(None),
    };
    Ok(Some(count as u64))
}
