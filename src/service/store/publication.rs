//! What is published where. Publishing to a store of the organization shows the product there; to a
//! marketplace, it is written down for the marketplace's side to read and answer.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::commerce::wire::publication::{Publication, PublicationAnswer, PublicationState};
use crate::model::channel::Channel;
use crate::service::api::refusal::{Code, Refusal};

use super::orders::facts::{from_word, word};
use super::products::read_product;
use super::search::{Asked, asked};
use super::times::from_millis;
use super::{Store, channels};

/// A publication in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationRow {
    /// Where the list goes on.
    pub key: i64,
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
    /// Only those whose products a search in the master catalog finds; empty for all.
    pub search: String,
}

impl Store {
    /// The store or marketplace `id`.
    pub async fn must_find_channel(&self, id: String) -> Result<Channel, Refusal> {
        self.run(move |connection| must_find(connection, &id)).await
    }

    /// How each of the products stands at a store or marketplace.
    pub async fn states_at(
        &self,
        channel: String,
        items: Vec<String>,
    ) -> Result<Vec<Option<PublicationState>>, Refusal> {
        self.read(move |connection| {
            let mut select = connection
                .prepare_cached("SELECT state FROM publication WHERE channel = ?1 AND item = ?2")?;
            let states = items.into_iter().map(|item| {
                let state: Option<String> = select
                    .query_row([&channel, &item], |row| row.get(0))
                    .optional()?;
                state.map(from_word).transpose()
            });
            states.collect()
        })
        .await
    }

    /// At most `limit` publications of a store or marketplace behind the key `after`.
    pub async fn publications(
        &self,
        channel: String,
        sought: Sought,
        after: i64,
        limit: usize,
    ) -> Result<Vec<PublicationRow>, Refusal> {
        self.read(move |connection| {
            let kind = must_find(connection, &channel)?.kind;
            let state = sought.state.as_ref().map(word).transpose()?;
            let words = match asked(connection, &sought.search, "")? {
                Asked::Everything => None,
                Asked::Nothing => return Ok(Vec::new()),
                Asked::Words(words) => Some(words),
            };
            let statement = [
                match words {
                    None => include_str!("publication/list.sql"),
                    Some(_) => include_str!("publication/found.sql"),
                },
                state.as_ref().map_or("", |_| "AND state = ?4 "),
                "ORDER BY 1 LIMIT ?3",
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
                let product = read_product(connection, &publication.item)?;
                publications.push(PublicationRow {
                    key: row.get(0)?,
                    lacks: product.map_or_else(
                        || "gone from AX".to_owned(),
                        |product| product.lacking_at(kind),
                    ),
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

/// The store or marketplace `id`.
pub fn must_find(connection: &Connection, id: &str) -> Result<Channel, Refusal> {
    channels::find(connection, id)?
        .ok_or_else(|| Refusal::new(Code::NoSuchStore, format!("there is no store {id:?}")))
}
