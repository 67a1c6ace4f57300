//! The master catalog: every product that AX uploaded, by its item number or by words.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::digest::{content_hash, hex64};
use crate::service::api::refusal::Refusal;

use super::Store;
use super::products::{Product, read_product};

/// Words of a search that count.
const MOST_WORDS: usize = 8;
/// Categories that one word is looked up in.
const MOST_CATEGORIES: i64 = 200;

/// A category of AX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxCategory {
    /// Its id.
    pub id: String,
    /// Its name, behind those of the categories above: `Bikes / Road bikes`. Its id where AX has
    /// not uploaded it.
    pub path: String,
}

/// Products of a page, and the key of the last of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundProducts {
    /// The products.
    pub products: Vec<Product>,
    /// What the next page is behind, where there is one.
    pub next: Option<String>,
}

impl FoundProducts {
    /// Reads the products of those items, and goes on from `next`.
    pub fn read<'a>(
        connection: &Connection,
        items: impl IntoIterator<Item = &'a String>,
        next: Option<String>,
    ) -> Result<Self, Refusal> {
        let mut products = Vec::new();
        for item in items {
            // One that AX has just retired is not there any more.
            products.extend(read_product(connection, item)?);
        }
        Ok(Self { products, next })
    }
}

/// What a search asks for.
pub enum Asked {
    /// It has no words and no category.
    Everything,
    /// It has nothing that could be a word.
    Nothing,
    /// What FTS5 is asked for.
    Words(String),
}

impl Store {
    /// At most `limit` products that have all the words of `search` (or their beginnings) in item
    /// number, product number, name, description or category, and are in `category` or below it,
    /// where one is given; behind the key `after`. The product whose number it is comes first.
    pub async fn find_products(
        &self,
        search: String,
        category: String,
        after: String,
        limit: usize,
    ) -> Result<FoundProducts, Refusal> {
        self.read(move |connection| {
            let (rows, first) = match asked(connection, &search, &category)? {
                Asked::Nothing => return Ok(FoundProducts::default()),
                Asked::Everything => (all(connection, &after, limit)?, Vec::new()),
                Asked::Words(words) => (
                    by_words(connection, &words, &after, limit)?,
                    exact(connection, search.trim(), &after)?,
                ),
            };
            let (rest, next) = page(rows, limit);
            let rest: Vec<String> = rest.filter(|item| !first.contains(item)).collect();
            FoundProducts::read(connection, first.iter().chain(&rest), next)
        })
        .await
    }

    /// At most `limit` categories of AX that have `word` in their name.
    pub async fn ax_categories(
        &self,
        word: String,
        limit: usize,
    ) -> Result<Vec<AxCategory>, Refusal> {
        self.read(move |connection| {
            let mut select = connection.prepare_cached(include_str!("search/categories.sql"))?;
            let ids = select
                .query_map(params![like(&word), limit as i64], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()?;
            let mut found = Vec::new();
            for id in ids {
                let path = category_path(connection, &id)?;
                found.push(AxCategory { id, path });
            }
            Ok(found)
        })
        .await
    }

    /// The paths of categories of AX.
    pub async fn category_paths(&self, ids: Vec<String>) -> Result<Vec<AxCategory>, Refusal> {
        self.read(move |connection| {
            let mut found = Vec::new();
            for id in ids {
                let path = category_path(connection, &id)?;
                found.push(AxCategory { id, path });
            }
            Ok(found)
        })
        .await
    }
}

/// Takes a search as it was typed apart: all of its words have to be there, or their beginnings.
pub fn asked(connection: &Connection, search: &str, category: &str) -> Result<Asked, Refusal> {
    let mut words = Vec::new();
    if !category.is_empty() {
        words.push(in_categories(&below(connection, category)?));
    }
    for word in search.split_whitespace().take(MOST_WORDS) {
        if let Some(phrase) = phrase(word) {
            let ids = named(connection, word)?;
            words.push(if ids.is_empty() {
                phrase
            } else {
                format!("({phrase} OR {})", in_categories(&ids))
            });
        }
    }
    Ok(match (words.is_empty(), search.trim().is_empty()) {
        (true, true) => Asked::Everything,
        (true, false) => Asked::Nothing,
        (false, _) => Asked::Words(words.join(" AND ")),
    })
}

/// What stands for a category in the index: ids may hold anything, tokens only letters and digits.
pub fn token(category: &str) -> String {
    format!("c{}", hex64(content_hash(category.as_bytes())))
}

/// A word of a search as FTS5 reads it: its parts in a row, the last one perhaps cut short.
fn phrase(word: &str) -> Option<String> {
    let has_token = word.chars().any(char::is_alphanumeric);
    has_token.then(|| {
        let word = word.replace(['"', '\0'], " ");
        format!("{{item number name description}} : \"{word}\" *")
    })
}

fn in_categories(ids: &[String]) -> String {
    let tokens: Vec<String> = ids.iter().map(|id| token(id)).collect();
    format!("category : ({})", tokens.join(" OR "))
}

/// A pattern of LIKE for names with `word` in them, with `\` as its escape character.
fn like(word: &str) -> String {
    let mut pattern = String::from("%");
    for character in word.trim().chars() {
        if "%_\\".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern + "%"
}

/// The category and those below it.
fn below(connection: &Connection, category: &str) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare_cached(include_str!("search/below.sql"))?;
    let ids = select.query_map([category], |row| row.get(0))?;
    ids.collect()
}

/// Some categories with `word` in their name, and those below them.
fn named(connection: &Connection, word: &str) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare_cached(include_str!("search/named.sql"))?;
    let ids = select.query_map(params![like(word), MOST_CATEGORIES], |row| row.get(0))?;
    ids.collect()
}

/// Name of a category behind the names above it; its id where it is not known.
pub fn category_path(connection: &Connection, id: &str) -> rusqlite::Result<String> {
    let path: Option<String> = connection
        .prepare_cached(include_str!("search/path.sql"))?
        .query_row([id], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(path.unwrap_or_else(|| id.to_owned()))
}

/// Keys and items of the next products, one more than `limit`.
type Rows = Vec<(String, String)>;

/// Every product, in the order of the item numbers.
fn all(connection: &Connection, after: &str, limit: usize) -> rusqlite::Result<Rows> {
    let mut select = connection
        .prepare_cached("SELECT item, item FROM product WHERE item > ?1 ORDER BY item LIMIT ?2")?;
    let rows = select.query_map(params![after, limit as i64 + 1], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    rows.collect()
}

/// In the order in which the index came to know them, which is the one that can be paged without
/// ranking every product that has the words.
fn by_words(
    connection: &Connection,
    words: &str,
    after: &str,
    limit: usize,
) -> rusqlite::Result<Rows> {
    let after: i64 = after.parse().unwrap_or_default();
    let mut select = connection.prepare_cached(include_str!("search/words.sql"))?;
    let rows = select.query_map(params![words, after, limit as i64 + 1], |row| {
        Ok((row.get::<_, i64>(0)?.to_string(), row.get(1)?))
    })?;
    rows.collect()
}

/// At most `limit` item numbers that have the words, behind the key `after`, and the key of the next
/// ones, where there are more.
pub fn items_by_words(
    connection: &Connection,
    words: &str,
    after: &str,
    limit: usize,
) -> rusqlite::Result<(Vec<String>, Option<String>)> {
    let (items, next) = page(by_words(connection, words, after, limit)?, limit);
    Ok((items.collect(), next))
}

/// On the first page, the products whose number was typed.
fn exact(connection: &Connection, search: &str, after: &str) -> rusqlite::Result<Vec<String>> {
    if !after.is_empty() || search.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = connection.prepare_cached(include_str!("search/exact.sql"))?;
    let items = select.query_map([search], |row| row.get(0))?;
    items.collect()
}

/// The items of a page, and what the next one is behind.
fn page(mut rows: Rows, limit: usize) -> (impl Iterator<Item = String>, Option<String>) {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(key, _)| key.clone());
    (rows.into_iter().map(|(_, item)| item), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_cannot_speak_to_the_index() {
        assert_eq!(phrase("-"), None);
        assert_eq!(phrase("\""), None);
        let phrase = phrase("a\" OR \"b").unwrap();
        assert_eq!(phrase.matches('"').count(), 2, "{phrase}");
        assert_eq!(like("50%_\\"), "%50\\%\\_\\\\%");
        assert!(token("5637|x").bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
