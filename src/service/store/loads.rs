//! Complete loads: what a load mentioned is marked in the records' rows, a commit retires the rest.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::commerce::wire::{Load, LoadState};
use crate::model::Stream;
use crate::model::digest::{hex64, record_digest};
use crate::service::api::refusal::{Code, Refusal};

use super::effects::Effects;
use super::indexing::is_indexed;
use super::{Collection, Store};

/// A commit that retires no more than this needs no confirmation.
const FEW: i64 = 50;
/// Nor one that retires no more than this part of the collection: a fifth.
const PART: i64 = 5;

/// The open load of a collection.
pub struct OpenLoad {
    pub number: i64,
    pub id: String,
    pub mentioned: i64,
}

impl OpenLoad {
    pub fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached("UPDATE load SET mentioned = ?2 WHERE number = ?1")?
            .execute([self.number, self.mentioned])?;
        Ok(())
    }
}

/// The open load of `collection`.
pub fn open(connection: &Connection, collection: i64) -> rusqlite::Result<Option<OpenLoad>> {
    connection
        .prepare_cached(
            "SELECT number, id, mentioned FROM load WHERE collection = ?1 AND state = 'open'",
        )?
        .query_row([collection], |row| {
            Ok(OpenLoad {
                number: row.get(0)?,
                id: row.get(1)?,
                mentioned: row.get(2)?,
            })
        })
        .optional()
}

/// Why a batch cannot name the load `id`.
pub fn not_open(connection: &Connection, collection: i64, id: &str) -> Result<Refusal, Refusal> {
    let row = LoadRow::find(connection, collection, id)?;
    Ok(closed(id, row.state))
}

fn closed(id: &str, state: LoadState) -> Refusal {
    let state = state_name(state);
    Refusal::new(
        Code::LoadClosed,
        format!("the load {id} is {state}; begin another one"),
    )
}

const fn state_name(state: LoadState) -> &'static str {
    match state {
        LoadState::Open => "open",
        LoadState::Committed => "committed",
        LoadState::Abandoned => "abandoned",
    }
}

struct LoadRow {
    number: i64,
    state: LoadState,
    mentioned: i64,
    retired: i64,
    begun: i64,
}

impl LoadRow {
    fn find(connection: &Connection, collection: i64, id: &str) -> Result<Self, Refusal> {
        connection
            .prepare_cached(include_str!("load.sql"))?
            .query_row(params![collection, id], |row| {
                let state: String = row.get(1)?;
                Ok(Self {
                    number: row.get(0)?,
                    state: [LoadState::Committed, LoadState::Abandoned]
                        .into_iter()
                        .find(|known| state_name(*known) == state)
                        .unwrap_or(LoadState::Open),
                    mentioned: row.get(2)?,
                    retired: row.get(3)?,
                    begun: row.get(4)?,
                })
            })
            .optional()?
            .ok_or_else(|| Refusal::new(Code::NoSuchLoad, format!("there is no load {id:?} here")))
    }

    fn close(&mut self, connection: &Connection, state: LoadState) -> rusqlite::Result<()> {
        self.state = state;
        connection.execute(
            "UPDATE load SET state = ?2, retired = ?3 WHERE number = ?1",
            params![self.number, state_name(state), self.retired],
        )?;
        Ok(())
    }

    fn told(&self, id: String, collection: &Collection) -> Result<Load, Refusal> {
        let retired = match self.state {
            LoadState::Open => collection.records - self.mentioned,
            LoadState::Committed | LoadState::Abandoned => self.retired,
        };
        Ok(Load {
            id,
            state: self.state,
            mentioned: self.mentioned as u64,
            retired: retired as u64,
            begun: Timestamp::from_millisecond(self.begun)
                .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?,
        })
    }
}

impl Store {
    /// Begins a complete load of `stream`; with `abandon_open` instead of one that is open.
    pub async fn begin_load(&self, stream: Stream, abandon_open: bool) -> Result<Load, Refusal> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let collection = Collection::of(&transaction, stream)?;
            if let Some(load) = open(&transaction, collection.id)? {
                if abandon_open {
                    LoadRow::find(&transaction, collection.id, &load.id)?
                        .close(&transaction, LoadState::Abandoned)?;
                } else {
                    return Err(Refusal::new(
                    Code::LoadOpen,
                    format!(
                        "the load {} of {stream} is open; go on with it, commit it or abandon it",
                        load.id
                    ),
                ));
                }
            }
            let id = getrandom::u64()
                .map(hex64)
                .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
            transaction.execute(
                "INSERT INTO load (id, collection, state, begun) VALUES (?1, ?2, 'open', ?3)",
                params![id, collection.id, Timestamp::now().as_millisecond()],
            )?;
            let load = LoadRow::find(&transaction, collection.id, &id)?.told(id, &collection)?;
            transaction.commit()?;
            Ok(load)
        })
        .await
    }

    /// Where a load stands.
    pub async fn load(&self, stream: Stream, id: String) -> Result<Load, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let collection = Collection::of(&transaction, stream)?;
            LoadRow::find(&transaction, collection.id, &id)?.told(id, &collection)
        })
        .await
    }

    /// Retires what the load did not mention. Asked again, it answers the same.
    pub async fn commit_load(
        &self,
        stream: Stream,
        id: String,
        confirm: bool,
    ) -> Result<Load, Refusal> {
        let load = self
            .run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut collection = Collection::of(&transaction, stream)?;
            let mut row = LoadRow::find(&transaction, collection.id, &id)?;
            match row.state {
                LoadState::Open => {}
                LoadState::Committed => return row.told(id, &collection),
                LoadState::Abandoned => return Err(closed(&id, row.state)),
            }
            row.retired = collection.records - row.mentioned;
            if !confirm && row.retired > FEW && row.retired * PART > collection.records {
                return Err(Refusal::new(
                    Code::TooManyRetired,
                    format!(
                        "the load mentions {} of {} records of {stream}: its commit would retire {}; \
                         look whether the load is complete, then commit with \"confirm\": true",
                        row.mentioned, collection.records, row.retired
                    ),
                ));
            }
            if row.retired > 0 {
                retire(&transaction, stream, &mut collection, row.number)?;
                collection.save(&transaction)?;
            }
            row.close(&transaction, LoadState::Committed)?;
            transaction.commit()?;
            row.told(id, &collection)
        })
        .await?;
        if is_indexed(stream) {
            self.live.to_index.send_replace(());
        }
        Ok(load)
    }

    /// Gives a load up. Asked again, it answers the same.
    pub async fn abandon_load(&self, stream: Stream, id: String) -> Result<Load, Refusal> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let collection = Collection::of(&transaction, stream)?;
            let mut row = LoadRow::find(&transaction, collection.id, &id)?;
            match row.state {
                LoadState::Open => row.close(&transaction, LoadState::Abandoned)?,
                LoadState::Abandoned => {}
                LoadState::Committed => return Err(closed(&id, row.state)),
            }
            transaction.commit()?;
            row.told(id, &collection)
        })
        .await
    }
}

/// Turns every live record without the mark of load `number` into a tombstone.
fn retire(
    connection: &Connection,
    stream: Stream,
    collection: &mut Collection,
    number: i64,
) -> Result<(), Refusal> {
    let mut effects = Effects::default();
    let mut select = connection.prepare(include_str!("unmentioned.sql"))?;
    let mut rows = select.query([collection.id, number])?;
    while let Some(row) = rows.next()? {
        let hash: i64 = row.get(1)?;
        let id: String = row.get(0)?;
        let digest = record_digest(&id, hash as u64);
        collection.digest = collection.digest.wrapping_sub(digest);
        collection.records -= 1;
        if Effects::concern(stream) {
            effects.delete(connection, stream, &id)?;
        }
    }
    if is_indexed(stream) {
        connection.execute(include_str!("retire_noted.sql"), [collection.id, number])?;
    }
    connection.execute(include_str!("retire_values.sql"), [collection.id, number])?;
    connection.execute(include_str!("retire.sql"), [collection.id, number])?;
    effects.settle(connection)
}
