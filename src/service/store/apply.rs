//! Applies a batch: one transaction, line after line, with the version guard.

use rusqlite::{
    CachedStatement, Connection, OptionalExtension, Transaction, TransactionBehavior, params,
};
use serde::Serialize;

use crate::commerce::wire::{LineResult, LineStatus};
use crate::model::Stream;
use crate::model::digest::record_digest;
use crate::service::api::refusal::{Code, Refusal};
use crate::service::batch::{Batch, Change, Entry};

use super::effects::Effects;
use super::indexing::is_indexed;
use super::loads::{self, OpenLoad};
use super::{Collection, Store, answers};

/// How a batch is to be applied.
#[derive(Debug)]
pub struct Batched {
    /// Its Idempotency-Key.
    pub key: String,
    /// What else has to be the same for the key to mean the same batch.
    pub fingerprint: u128,
    /// The complete load it belongs to.
    pub load: Option<String>,
    /// Answer, and change nothing.
    pub dry_run: bool,
}

/// The answer to a batch.
#[derive(Debug)]
pub struct Answer {
    /// A [`crate::commerce::wire::BatchAnswer`] in JSON.
    pub body: Vec<u8>,
    /// It was given before, under the same key.
    pub replay: bool,
}

/// A [`crate::commerce::wire::LineResult`] that was not rejected, without a copy of its id.
#[derive(Serialize)]
struct Applied<'a> {
    id: &'a str,
    status: LineStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
}

impl Store {
    /// Applies `batch` to the collection of `stream`.
    pub async fn apply(
        &self,
        stream: Stream,
        batch: Batch,
        how: Batched,
    ) -> Result<Answer, Refusal> {
        let answer = self
            .run(move |connection| apply(connection, stream, &batch, &how))
            .await?;
        if is_indexed(stream) {
            self.live.to_index.send_replace(());
        }
        Ok(answer)
    }
}

/// Applies lines that nobody sent.
pub fn within(transaction: &Transaction<'_>, stream: Stream, batch: &Batch) -> Result<(), Refusal> {
    let collection = Collection::of(transaction, stream)?;
    let load = loads::open(transaction, collection.id)?;
    Writing::new(transaction, stream, collection, load, false)?
        .lines(batch)
        .map(drop)
}

fn apply(
    connection: &mut Connection,
    stream: Stream,
    batch: &Batch,
    how: &Batched,
) -> Result<Answer, Refusal> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !how.dry_run
        && let Some(body) = answers::find(&transaction, &how.key, how.fingerprint)?
    {
        return Ok(Answer { body, replay: true });
    }
    let collection = Collection::of(&transaction, stream)?;
    let load = loads::open(&transaction, collection.id)?;
    if let Some(named) = &how.load
        && load.as_ref().is_none_or(|open| open.id != *named)
    {
        return Err(loads::not_open(&transaction, collection.id, named)?);
    }
    let body =
        Writing::new(&transaction, stream, collection, load, how.load.is_some())?.lines(batch)?;
    if !how.dry_run {
        answers::keep(&transaction, &how.key, how.fingerprint, &body)?;
        transaction.commit()?;
    }
    Ok(Answer {
        body,
        replay: false,
    })
}

/// A record's row; without a value it is a tombstone.
#[derive(Clone, Copy)]
struct Row {
    version: i64,
    hash: i64,
    load: Option<i64>,
    value: Option<i64>,
}

type Told = (LineStatus, Option<i64>);

/// What became of a change.
enum Done {
    /// It is done, or stale.
    Applied(LineStatus, Option<i64>),
    /// It does not go with the order book.
    Rejected(Box<LineResult>),
}

struct Writing<'t> {
    transaction: &'t Transaction<'t>,
    stream: Stream,
    effects: Effects,
    find: CachedStatement<'t>,
    insert: CachedStatement<'t>,
    update: CachedStatement<'t>,
    insert_value: CachedStatement<'t>,
    update_value: CachedStatement<'t>,
    delete_value: CachedStatement<'t>,
    /// Notes a changed record for the index, where it holds something of the stream.
    note: Option<CachedStatement<'t>>,
    collection: Collection,
    /// The open load of the collection.
    load: Option<OpenLoad>,
    /// Number of that load where the batch names it.
    mark: Option<i64>,
    next_value: i64,
    /// Whether the line before was new: new records come in rows, and then trying to insert
    /// first saves a look-up for each.
    expect_new: bool,
}

impl<'t> Writing<'t> {
    fn new(
        transaction: &'t Transaction<'t>,
        stream: Stream,
        collection: Collection,
        load: Option<OpenLoad>,
        named: bool,
    ) -> rusqlite::Result<Self> {
        let next_value = transaction
            .prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM value")?
            .query_row([], |row| row.get(0))?;
        let prepare = |sql| transaction.prepare_cached(sql);
        Ok(Self {
            transaction,
            stream,
            effects: Effects::default(),
            find: prepare(include_str!("find.sql"))?,
            insert: prepare(include_str!("insert.sql"))?,
            update: prepare(include_str!("update.sql"))?,
            insert_value: prepare("INSERT INTO value (id, json) VALUES (?1, ?2)")?,
            update_value: prepare("UPDATE value SET json = ?2 WHERE id = ?1")?,
            delete_value: prepare("DELETE FROM value WHERE id = ?1")?,
            note: is_indexed(stream)
                .then(|| prepare("INSERT INTO changed_record (collection, id) VALUES (?1, ?2)"))
                .transpose()?,
            mark: load.as_ref().filter(|_| named).map(|load| load.number),
            collection,
            load,
            next_value,
            expect_new: true,
        })
    }

    /// Applies every line and returns the answer's JSON.
    fn lines(mut self, batch: &Batch) -> Result<Vec<u8>, Refusal> {
        let mut body = Vec::with_capacity(64 * batch.entries.len() + 16);
        body.extend_from_slice(b"{\"results\":[");
        for (index, entry) in batch.entries.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            let written = match entry {
                Entry::Change(change) => {
                    let id = batch.id(change);
                    match self.change(batch, change)? {
                        Done::Applied(status, version) => {
                            let applied = Applied {
                                id,
                                status,
                                version,
                            };
                            serde_json::to_writer(&mut body, &applied)
                        }
                        Done::Rejected(result) => serde_json::to_writer(&mut body, &result),
                    }
                }
                Entry::Rejected(result) => {
                    self.keep(&result.id)?;
                    serde_json::to_writer(&mut body, result)
                }
            };
            written.map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
        }
        body.extend_from_slice(b"]}");
        self.effects.settle(self.transaction)?;
        self.collection.save(self.transaction)?;
        if let Some(load) = &self.load {
            load.save(self.transaction)?;
        }
        Ok(body)
    }

    fn change(&mut self, batch: &Batch, change: &Change) -> Result<Done, Refusal> {
        let id = batch.id(change);
        // What is stale says nothing about orders either.
        let concerns = Effects::concern(self.stream)
            && self
                .row(id)?
                .is_none_or(|row| row.version <= change.version);
        let (status, version) = match &change.value {
            Some((place, hash)) => {
                let json = batch.value(place);
                if concerns
                    && let Some(result) =
                        self.effects
                            .upsert(self.transaction, self.stream, id, json)?
                {
                    self.keep(id)?;
                    return Ok(Done::Rejected(Box::new(result)));
                }
                self.upsert(id, change.version, *hash, json)?
            }
            None => {
                if concerns {
                    self.effects.delete(self.transaction, self.stream, id)?;
                }
                self.delete(id, change.version)?
            }
        };
        if let Some(note) = &mut self.note
            && matches!(
                status,
                LineStatus::Created | LineStatus::Updated | LineStatus::Deleted
            )
        {
            note.execute(params![self.collection.id, id])?;
        }
        Ok(Done::Applied(status, version))
    }

    /// Mentions the record of a rejected line: it is there in AX, only its new value does not
    /// fit, so the old one stays.
    fn keep(&mut self, id: &str) -> rusqlite::Result<()> {
        if self.mark.is_some()
            && let Some(row) = self.row(id)?
        {
            self.mention(id, row)?;
        }
        Ok(())
    }

    fn upsert(&mut self, id: &str, version: i64, hash: u64, json: &[u8]) -> rusqlite::Result<Told> {
        let created = Ok((LineStatus::Created, None));
        let digest = record_digest(id, hash);
        let hash = hash as i64;
        let row = Row {
            version,
            hash,
            load: self.mark,
            value: Some(self.next_value),
        };
        if self.expect_new && self.insert(id, row)? {
            self.came_alive(digest, json)?;
            return created;
        }
        let Some(old) = self.row(id)? else {
            self.expect_new = true;
            self.insert(id, row)?;
            self.came_alive(digest, json)?;
            return created;
        };
        self.expect_new = false;
        if version < old.version {
            self.mention(id, old)?;
            return Ok((LineStatus::Stale, Some(old.version)));
        }
        let Some(value) = old.value else {
            self.update(id, row)?;
            self.came_alive(digest, json)?;
            return created;
        };
        self.count_mention(old);
        let row = Row {
            load: self.mark.or(old.load),
            value: old.value,
            ..row
        };
        if (old.version, old.load) != (row.version, row.load) || old.hash != hash {
            self.update(id, row)?;
        }
        if old.hash == hash {
            return Ok((LineStatus::Unchanged, None));
        }
        self.update_value.execute(params![value, json])?;
        self.collection.digest = self
            .collection
            .digest
            .wrapping_sub(record_digest(id, old.hash as u64))
            .wrapping_add(digest);
        Ok((LineStatus::Updated, None))
    }

    fn delete(&mut self, id: &str, version: i64) -> rusqlite::Result<Told> {
        let tombstone = Row {
            version,
            hash: 0,
            load: None,
            value: None,
        };
        let Some(old) = self.row(id)? else {
            self.insert(id, tombstone)?;
            return Ok((LineStatus::Unchanged, None));
        };
        if version < old.version {
            self.mention(id, old)?;
            return Ok((LineStatus::Stale, Some(old.version)));
        }
        self.update(id, tombstone)?;
        let Some(value) = old.value else {
            return Ok((LineStatus::Unchanged, None));
        };
        self.delete_value.execute([value])?;
        self.collection.records -= 1;
        self.collection.digest = self
            .collection
            .digest
            .wrapping_sub(record_digest(id, old.hash as u64));
        if let Some(load) = &mut self.load
            && old.load == Some(load.number)
        {
            load.mentioned -= 1;
        }
        Ok((LineStatus::Deleted, None))
    }

    /// Stores the value of a record that was not there before its row was written.
    fn came_alive(&mut self, digest: u64, json: &[u8]) -> rusqlite::Result<()> {
        self.insert_value.execute(params![self.next_value, json])?;
        self.next_value += 1;
        self.collection.records += 1;
        self.collection.digest = self.collection.digest.wrapping_add(digest);
        if let (Some(load), Some(_)) = (&mut self.load, self.mark) {
            load.mentioned += 1;
        }
        Ok(())
    }

    /// Marks a live record whose value stays as it is.
    fn mention(&mut self, id: &str, old: Row) -> rusqlite::Result<()> {
        if self.mark.is_some() && old.value.is_some() && old.load != self.mark {
            self.count_mention(old);
            self.update(
                id,
                Row {
                    load: self.mark,
                    ..old
                },
            )?;
        }
        Ok(())
    }

    fn count_mention(&mut self, old: Row) {
        if let (Some(load), Some(mark)) = (&mut self.load, self.mark)
            && old.load != Some(mark)
        {
            load.mentioned += 1;
        }
    }

    fn row(&mut self, id: &str) -> rusqlite::Result<Option<Row>> {
        self.find
            .query_row(params![self.collection.id, id], |row| {
                Ok(Row {
                    version: row.get(0)?,
                    hash: row.get(1)?,
                    load: row.get(2)?,
                    value: row.get(3)?,
                })
            })
            .optional()
    }

    fn insert(&mut self, id: &str, row: Row) -> rusqlite::Result<bool> {
        self.collection.newest = self.collection.newest.max(row.version);
        let columns = params![
            self.collection.id,
            id,
            row.version,
            row.hash,
            row.load,
            row.value
        ];
        Ok(self.insert.execute(columns)? > 0)
    }

    fn update(&mut self, id: &str, row: Row) -> rusqlite::Result<()> {
        self.collection.newest = self.collection.newest.max(row.version);
        let columns = params![
            self.collection.id,
            id,
            row.version,
            row.hash,
            row.load,
            row.value
        ];
        self.update.execute(columns)?;
        Ok(())
    }
}
