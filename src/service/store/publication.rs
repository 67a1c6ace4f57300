//! What is published where. Publishing to a store of the organization shows the product there; to a
//! marketplace, it is written down for the marketplace's side to read and answer.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::commerce::wire::publication::{Publication, PublicationAnswer, PublicationState};
use crate::model::Stream;
use crate::model::catalog::Item;
use crate::model::channel::{Channel, ChannelKind};
use crate::service::api::refusal::{Code, Refusal};

use super::orders::facts::{from_word, read_json, word};
use super::times::from_millis;
use super::{Collection, Store, channels, offer};

/// Products that are looked at in one go: uploads get their turn between two.
const AT_A_TIME: usize = 500;
/// At most this many products that miss something are named.
const NAMED: usize = 20;
/// Behind every item number.
const END: &str = "\u{10ffff}";

/// Which products something is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Those with these item numbers.
    Items(Vec<String>),
    /// Those whose item number begins so; all, where it is empty.
    Beginning(String),
}

/// How many products are chosen, and what they miss.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Products.
    pub products: u64,
    /// How many of them miss something.
    pub lacking: u64,
    /// The first of these, with what they miss.
    pub named: Vec<(String, String)>,
}

/// A product of the master catalog, as far as publishing goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Item number.
    pub item: String,
    /// Name of the product.
    pub name: String,
    /// What is missing; empty where it may be published.
    pub lacks: String,
    /// How it stands at the store or marketplace.
    pub state: Option<PublicationState>,
}

/// A publication in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationRow {
    /// Where the list goes on.
    pub id: i64,
    /// What is published.
    pub publication: Publication,
    /// What it misses now.
    pub lacks: String,
}

/// Which publications are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Only those that stand so.
    pub state: Option<PublicationState>,
    /// Only those with these words in name or item number; empty for all.
    pub words: String,
}

impl Store {
    /// The store or marketplace `id`.
    pub async fn must_find_channel(&self, id: String) -> Result<Channel, Refusal> {
        self.run(move |connection| must_find(connection, &id)).await
    }

    /// How many of the products there are, and what they miss.
    pub async fn count_chosen(&self, chosen: Chosen) -> Result<Counted, Refusal> {
        self.each(chosen, |_, _, _| Ok(())).await
    }

    /// Publishes the products to a store or marketplace. Those that miss something are refused
    /// there, with the reason.
    pub async fn publish(
        &self,
        channel: String,
        chosen: Chosen,
        by: String,
    ) -> Result<Counted, Refusal> {
        self.each(chosen, move |connection, item, lacks| {
            // It may be gone since the chunk before.
            let kind = must_find(connection, &channel)?.kind;
            let state = if lacks.is_empty() {
                match kind {
                    ChannelKind::OnlineStore => PublicationState::Published,
                    ChannelKind::Marketplace => PublicationState::Waiting,
                }
            } else {
                PublicationState::Refused
            };
            connection
                .prepare_cached(include_str!("publication/write.sql"))?
                .execute(params![
                    channel,
                    item.item,
                    offer::name_of(item),
                    word(&state)?,
                    lacks,
                    Timestamp::now().as_millisecond(),
                    by
                ])?;
            Ok(())
        })
        .await
    }

    /// Goes through the products, some at a time, each of them in a transaction.
    async fn each(
        &self,
        chosen: Chosen,
        act: impl Fn(&Connection, &Item, &str) -> Result<(), Refusal> + Send + Clone + 'static,
    ) -> Result<Counted, Refusal> {
        let mut counted = Counted::default();
        let mut after = String::new();
        loop {
            let (chosen, act, behind) = (chosen.clone(), act.clone(), after.clone());
            let chunk = self
                .run(move |connection| {
                    let transaction = connection.transaction()?;
                    let items = chunk(&transaction, &chosen, &behind, AT_A_TIME)?;
                    let mut chunk = Vec::new();
                    for item in items {
                        let lacks = offer::lacks(&transaction, &item)?;
                        act(&transaction, &item, &lacks)?;
                        chunk.push((item.item, lacks));
                    }
                    transaction.commit()?;
                    Ok(chunk)
                })
                .await?;
            let Some((last, _)) = chunk.last() else {
                return Ok(counted);
            };
            after.clone_from(last);
            counted.products += chunk.len() as u64;
            let lacking = chunk.into_iter().filter(|(_, lacks)| !lacks.is_empty());
            for (item, lacks) in lacking {
                counted.lacking += 1;
                if counted.named.len() < NAMED {
                    counted.named.push((item, lacks));
                }
            }
        }
    }

    /// How many of the products are published, waiting or refused there.
    pub async fn count_withdrawn(&self, channel: String, chosen: Chosen) -> Result<u64, Refusal> {
        self.run(move |connection| {
            withdraw(
                connection,
                &channel,
                &chosen,
                "SELECT count(*) FROM publication",
            )
        })
        .await
    }

    /// Withdraws the products from a store or marketplace; how many.
    pub async fn withdraw(&self, channel: String, chosen: Chosen) -> Result<u64, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let select = "SELECT count(*) FROM publication";
            let count = withdraw(&transaction, &channel, &chosen, select)?;
            withdraw(&transaction, &channel, &chosen, "DELETE FROM publication")?;
            transaction.commit()?;
            Ok(count)
        })
        .await
    }

    /// At most `limit` products of the master catalog behind the item number `after`.
    pub async fn candidates(
        &self,
        channel: String,
        chosen: Chosen,
        after: String,
        limit: usize,
    ) -> Result<Vec<Candidate>, Refusal> {
        self.run(move |connection| {
            let mut select = connection
                .prepare_cached("SELECT state FROM publication WHERE channel = ?1 AND item = ?2")?;
            let items = chunk(connection, &chosen, &after, limit)?;
            items
                .into_iter()
                .map(|item| {
                    let state: Option<String> = select
                        .query_row(params![channel, item.item], |row| row.get(0))
                        .optional()?;
                    Ok(Candidate {
                        name: offer::name_of(&item),
                        lacks: offer::lacks(connection, &item)?,
                        state: state.map(from_word).transpose()?,
                        item: item.item,
                    })
                })
                .collect()
        })
        .await
    }

    /// At most `limit` publications of a store or marketplace behind the id `after`.
    pub async fn publications(
        &self,
        channel: String,
        sought: Sought,
        after: i64,
        limit: usize,
    ) -> Result<Vec<PublicationRow>, Refusal> {
        self.run(move |connection| {
            let state = sought.state.as_ref().map(word).transpose()?;
            let words = matching(&sought.words);
            let statement = [
                include_str!("publication/list.sql"),
                state.as_ref().map_or("", |_| "AND state = ?4 "),
                words
                    .as_ref()
                    .map_or("", |_| include_str!("publication/found.sql")),
                "ORDER BY id LIMIT ?3",
            ]
            .concat();
            let mut select = connection.prepare_cached(&statement)?;
            for (at, value) in [(4, state), (5, words)] {
                if at <= select.parameter_count() {
                    select.raw_bind_parameter(at, value)?;
                }
            }
            select.raw_bind_parameter(1, &channel)?;
            select.raw_bind_parameter(2, after)?;
            select.raw_bind_parameter(3, limit as i64)?;
            let mut rows = select.raw_query();
            let mut publications = Vec::new();
            while let Some(row) = rows.next()? {
                let publication = read(row)?;
                let lacks = match offer::item(connection, &publication.item)? {
                    Some(item) => offer::lacks(connection, &item)?,
                    None => "gone from AX".to_owned(),
                };
                publications.push(PublicationRow {
                    id: row.get(0)?,
                    lacks,
                    publication,
                });
            }
            Ok(publications)
        })
        .await
    }

    /// How many products of a store or marketplace stand how.
    pub async fn publication_counts(
        &self,
        channel: String,
    ) -> Result<Vec<(PublicationState, u64)>, Refusal> {
        self.run(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT state, count(*) FROM publication WHERE channel = ?1 GROUP BY state",
            )?;
            let mut rows = select.query([channel])?;
            let mut counts = Vec::new();
            while let Some(row) = rows.next()? {
                counts.push((from_word(row.get(0)?)?, row.get::<_, i64>(1)? as u64));
            }
            Ok(counts)
        })
        .await
    }

    /// Writes down what a marketplace says about a product.
    pub async fn answer_publication(
        &self,
        channel: String,
        answer: PublicationAnswer,
        by: String,
    ) -> Result<Publication, Refusal> {
        self.run(move |connection| {
            let mut update = connection.prepare_cached(include_str!("publication/answer.sql"))?;
            let mut rows = update.query(params![
                channel,
                answer.item,
                word(&answer.state)?,
                answer.reason,
                Timestamp::now().as_millisecond(),
                by
            ])?;
            match rows.next()? {
                Some(row) => read(row),
                None => Err(Refusal::new(
                    Code::NoSuchRecord,
                    format!("{:?} is not published at {channel:?}", answer.item),
                )),
            }
        })
        .await
    }
}

/// The products behind the item number `after`.
fn chunk(
    connection: &Connection,
    chosen: &Chosen,
    after: &str,
    limit: usize,
) -> Result<Vec<Item>, Refusal> {
    match chosen {
        Chosen::Items(items) => {
            let mut items: Vec<&String> =
                items.iter().filter(|item| item.as_str() > after).collect();
            items.sort_unstable();
            items.dedup();
            let found = items
                .into_iter()
                .filter_map(|item| offer::item(connection, item).transpose());
            found.take(limit).collect()
        }
        Chosen::Beginning(beginning) => {
            let collection = Collection::of(connection, Stream::Items)?;
            let mut select = connection.prepare_cached(include_str!("publication/chosen.sql"))?;
            let mut rows = select.query(params![
                collection.id,
                after,
                beginning,
                format!("{beginning}{END}"),
                limit as i64
            ])?;
            let mut items = Vec::new();
            while let Some(row) = rows.next()? {
                items.push(read_json(&row.get::<_, Vec<u8>>(1)?)?);
            }
            Ok(items)
        }
    }
}

/// Runs `statement` on the chosen publications: counts them, or deletes them and counts nothing.
fn withdraw(
    connection: &Connection,
    channel: &str,
    chosen: &Chosen,
    statement: &str,
) -> Result<u64, Refusal> {
    let (narrowed, first, last) = match chosen {
        Chosen::Items(items) => {
            let items = serde_json::to_string(items)
                .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
            (
                "item IN (SELECT value FROM json_each(?2)) AND ?3 = ''",
                items,
                String::new(),
            )
        }
        Chosen::Beginning(beginning) => (
            "item >= ?2 AND item < ?3",
            beginning.clone(),
            format!("{beginning}{END}"),
        ),
    };
    let mut statement =
        connection.prepare_cached(&format!("{statement} WHERE channel = ?1 AND {narrowed}"))?;
    let mut rows = statement.query(params![channel, first, last])?;
    let count: Option<i64> = rows.next()?.map(|row| row.get(0)).transpose()?;
    Ok(count.unwrap_or_default() as u64)
}

fn read(row: &Row<'_>) -> Result<Publication, Refusal> {
    Ok(Publication {
        item: row.get(1)?,
        name: row.get(2)?,
        state: from_word(row.get(3)?)?,
        reason: row.get(4)?,
        at: from_millis(row.get(5)?)?,
        by: row.get(6)?,
    })
}

fn must_find(connection: &Connection, id: &str) -> Result<Channel, Refusal> {
    channels::find(connection, id)?
        .ok_or_else(|| Refusal::new(Code::NoSuchStore, format!("there is no store {id:?}")))
}

/// What SQLite's full-text search is asked for words as they were typed: all of them, each as the
/// beginning of a word. `None` where there are none.
pub fn matching(typed: &str) -> Option<String> {
    let words: Vec<String> = typed
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\"*"))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_typed_is_words_and_nothing_else() {
        assert_eq!(matching(" \"*-' "), None);
        assert_eq!(
            matching("red OR \"lamp\" NEAR(x)").as_deref(),
            Some("\"red\"* \"OR\"* \"lamp\"* \"NEAR\"* \"x\"*")
        );
    }
}
