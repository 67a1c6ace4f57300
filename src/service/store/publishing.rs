//! Publishing and withdrawing. A few products are done at once; many are a long operation of which
//! each store and marketplace has one at a time. A piece of it and how far it is are one
//! transaction: killed at any moment, it goes on where it was.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};

use crate::commerce::wire::publication::PublicationState;
use crate::model::channel::{Channel, ChannelKind};
use crate::service::api::refusal::{Code, Refusal};

use super::Store;
use super::chosen::{AT_ONCE, Act, Chosen, Counted, items};
use super::orders::facts::{from_word, read_json, word};
use super::products::read_product;
use super::publication::must_find;
use super::times::{from_millis, from_millis_or_none};

/// A long operation at a store or marketplace, under way or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publishing {
    /// What is done.
    pub act: Act,
    /// Who began it.
    pub by: String,
    /// Since when.
    pub begun: Timestamp,
    /// About how many products it is.
    pub total: u64,
    /// How many are done.
    pub done: u64,
    /// How many of them were refused, since they miss something.
    pub refused: u64,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Why it ended before its end; empty where it did not.
    pub reason: String,
}

/// How an act went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acted {
    /// It is done.
    Done(Counted),
    /// It is a long operation, which has begun.
    Begun,
    /// Another long operation is under way there: nothing was done.
    Busy,
}

impl Store {
    /// Publishes products at a store or marketplace, or withdraws them. Those that miss something are
    /// refused there, with the reason. `total` is how many they are about.
    pub async fn act(
        &self,
        channel: String,
        act: Act,
        chosen: Chosen,
        total: u64,
        by: String,
    ) -> Result<Acted, Refusal> {
        let acted = self.change(move |transaction| {
            let channel = must_find(transaction, &channel)?;
            if is_busy(transaction, &channel.id)? {
                return Ok(Acted::Busy);
            }
            let (found, next) = items(transaction, &channel.id, act, &chosen, "", AT_ONCE)?;
            if next.is_none() {
                return do_some(transaction, &channel, act, found, &by).map(Acted::Done);
            }
            let chosen = serde_json::to_string(&chosen)
                .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
            transaction
                .prepare_cached(include_str!("publication/begin.sql"))?
                .execute(params![
                    channel.id,
                    word(&act)?,
                    chosen,
                    by,
                    Timestamp::now().as_millisecond(),
                    total as i64
                ])?;
            Ok(Acted::Begun)
        });
        let acted = acted.await?;
        if acted == Acted::Begun {
            self.live.operations.send_modify(|begun| *begun += 1);
        }
        Ok(acted)
    }

    /// The long operation of a store or marketplace that is under way, or was the last one.
    pub async fn publishing(&self, channel: String) -> Result<Option<Publishing>, Refusal> {
        self.read(move |connection| {
            let mut select =
                connection.prepare_cached(include_str!("publication/publishing.sql"))?;
            let mut rows = select.query([channel])?;
            rows.next()?.map(read).transpose()
        })
        .await
    }

    /// Stops a long operation where it is; what is done stays done. False where none is under way.
    pub async fn stop_publishing(&self, channel: String, by: String) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            let reason = format!("stopped by {by}");
            let done = transaction.execute(
                "UPDATE publishing SET ended = ?2, reason = ?3 WHERE channel = ?1 AND ended IS NULL",
                params![channel, Timestamp::now().as_millisecond(), reason],
            )?;
            Ok(done > 0)
        })
        .await
    }

    /// Does the next piece of a long operation; false where none is under way.
    pub async fn publish_on(&self) -> Result<bool, Refusal> {
        self.change(|transaction| {
            let Some(mut step) = next(transaction)? else {
                return Ok(false);
            };
            match piece(transaction, &mut step) {
                Ok(()) => {}
                // The catalog was deleted, and nothing was done.
                Err(refusal) if refusal.code.parts().1.is_client_error() => {
                    step.is_ended = true;
                    step.reason = refusal.detail;
                }
                Err(refusal) => return Err(refusal),
            }
            let ended = step.is_ended.then(|| Timestamp::now().as_millisecond());
            transaction
                .prepare_cached(include_str!("publication/go_on.sql"))?
                .execute(params![
                    step.channel,
                    step.done as i64,
                    step.refused as i64,
                    step.after,
                    ended,
                    step.reason
                ])?;
            Ok(true)
        })
        .await
    }
}

/// What the next piece has to know, and what it adds.
struct Step {
    channel: String,
    act: Act,
    chosen: Chosen,
    by: String,
    after: String,
    done: u64,
    refused: u64,
    is_ended: bool,
    reason: String,
}

fn next(connection: &Connection) -> Result<Option<Step>, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT channel, act, chosen, by, after FROM publishing
         WHERE ended IS NULL ORDER BY begun LIMIT 1",
    )?;
    let mut rows = select.query([])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(Step {
        channel: row.get(0)?,
        act: from_word(row.get(1)?)?,
        chosen: read_json(row.get::<_, String>(2)?.as_bytes())?,
        by: row.get(3)?,
        after: row.get(4)?,
        done: 0,
        refused: 0,
        is_ended: false,
        reason: String::new(),
    }))
}

fn piece(transaction: &Transaction<'_>, step: &mut Step) -> Result<(), Refusal> {
    let channel = must_find(transaction, &step.channel)?;
    let (found, next) = items(
        transaction,
        &step.channel,
        step.act,
        &step.chosen,
        &step.after,
        AT_ONCE,
    )?;
    let counted = do_some(transaction, &channel, step.act, found, &step.by)?;
    step.done = counted.products;
    step.refused = counted.lacking;
    step.is_ended = next.is_none();
    step.after = next.unwrap_or_default();
    Ok(())
}

/// Does it to some products; what was done to how many.
fn do_some(
    transaction: &Transaction<'_>,
    channel: &Channel,
    act: Act,
    items: Vec<String>,
    by: &str,
) -> Result<Counted, Refusal> {
    let mut counted = Counted::default();
    for item in items {
        match act {
            Act::Publish => {
                if let Some(lacks) = publish(transaction, channel, &item, by)? {
                    counted.add(item, lacks);
                }
            }
            Act::Withdraw => {
                let done = transaction
                    .prepare_cached("DELETE FROM publication WHERE channel = ?1 AND item = ?2")?
                    .execute([&channel.id, &item])?;
                if done > 0 {
                    counted.add(item, String::new());
                }
            }
        }
    }
    Ok(counted)
}

/// Publishes a product, or refuses it; what it lacks, where it is there at all.
fn publish(
    connection: &Connection,
    channel: &Channel,
    item: &str,
    by: &str,
) -> Result<Option<String>, Refusal> {
    let Some(product) = read_product(connection, item)? else {
        return Ok(None);
    };
    let lacks = product.lacking_at(channel.kind);
    let (state, reason) = if lacks.is_empty() {
        let state = match channel.kind {
            ChannelKind::OnlineStore => PublicationState::Published,
            ChannelKind::Marketplace => PublicationState::Waiting,
        };
        (state, String::new())
    } else {
        (PublicationState::Refused, format!("missing: {lacks}"))
    };
    connection
        .prepare_cached(include_str!("publication/write.sql"))?
        .execute(params![
            channel.id,
            item,
            product.title,
            word(&state)?,
            reason,
            Timestamp::now().as_millisecond(),
            by
        ])?;
    Ok(Some(lacks))
}

fn is_busy(connection: &Connection, channel: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM publishing WHERE channel = ?1 AND ended IS NULL")?
        .exists([channel])
}

fn read(row: &Row<'_>) -> Result<Publishing, Refusal> {
    Ok(Publishing {
        act: from_word(row.get(0)?)?,
        by: row.get(1)?,
        begun: from_millis(row.get(2)?)?,
        total: row.get::<_, i64>(3)? as u64,
        done: row.get::<_, i64>(4)? as u64,
        refused: row.get::<_, i64>(5)? as u64,
        ended: from_millis_or_none(row.get(6)?)?,
        reason: row.get(7)?,
    })
}

#[cfg(test)]
mod tests;
