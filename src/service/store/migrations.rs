//! The upgrade of an account of the first release: what it holds, and the long operations that take it
//! over, piece by piece. A piece and how far the operation is are one transaction: killed at any moment,
//! it goes on where it was, and nothing is taken over twice.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};
use tokio::sync::watch;

use crate::commerce::wire::account::{AccountState, Migration, Operation, OperationState};
use crate::model::channel::Channel;
use crate::model::digest::hex64;
use crate::model::order::WebOrder;
use crate::service::api::caller::must_be_active;
use crate::service::api::refusal::{Code, Refusal};
use crate::service::batch::{Batch, Entry};
use crate::service::first_release::{Held, Kind};
use crate::service::strict::{self, OrderContent};

use super::account::Standing;
use super::orders::facts::{from_word, word};
use super::times::{from_millis, from_millis_or_none};
use super::{Store, apply, channels, orders, settings};

/// What is taken over in one transaction: others get their turn in between.
const PIECE: i64 = 50;
/// The version of what is taken over: whatever AX sends is newer.
const VERSION: i64 = 0;

const COLUMNS: &str = "id, migration, state, step, done, total, started, ended, reason";

impl Store {
    /// Makes the account one of the first release that holds `held`. Once it is, or was, one,
    /// nothing happens.
    pub async fn plant(&self, held: Vec<Held>) -> Result<(), Refusal> {
        let live = std::sync::Arc::clone(&self.live);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut standing = Standing::read(&transaction)?;
            let begun: i64 =
                transaction.query_row("SELECT count(*) FROM operation", [], |row| row.get(0))?;
            if begun > 0 || !standing.set_first_release(true) {
                return Ok(());
            }
            let mut insert = transaction.prepare(
                "INSERT INTO first_release (migration, position, kind, id, json)
                 SELECT ?1, count(*) + 1, ?2, ?3, ?4 FROM first_release WHERE migration = ?1",
            )?;
            for held in held {
                let Held { kind, id, json } = held;
                let migration = kind.migration().name();
                insert.execute(params![migration, word(&kind)?, id, json.into_bytes()])?;
            }
            drop(insert);
            standing.write(&transaction)?;
            transaction.commit()?;
            live.account.send_replace(standing);
            Ok(())
        })
        .await
    }

    /// Begins a migration, or goes on with one that stopped; the operation that does it. Repeating it
    /// is harmless.
    pub async fn migrate(&self, migration: Migration) -> Result<Operation, Refusal> {
        let live = std::sync::Arc::clone(&self.live);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let now = Timestamp::now();
            let standing = Standing::read(&transaction)?.at(now);
            if let Some(mut operation) = of(&transaction, migration)? {
                match operation.state {
                    OperationState::Running | OperationState::Done => return Ok(operation),
                    OperationState::Failed => {}
                }
                must_be_activated(standing.state)?;
                operation.state = OperationState::Running;
                operation.ended = None;
                operation.reason.clear();
                write(&transaction, &operation)?;
                transaction.commit()?;
                live.operations.send_modify(|begun| *begun += 1);
                return Ok(operation);
            }
            if !standing.is_first_release {
                return Err(Refusal::new(
                    Code::AccountState,
                    "the account is not one of the first release: there is nothing to migrate",
                ));
            }
            must_be_activated(standing.state)?;
            must_be_next(&transaction, migration)?;
            let total = transaction.query_row(
                "SELECT count(*) FROM first_release WHERE migration = ?1",
                [migration.name()],
                |row| row.get::<_, i64>(0),
            )?;
            let random = getrandom::u64()
                .map_err(|_| Refusal::new(Code::Internal, "the system has no random numbers"))?;
            let operation = Operation {
                id: hex64(random),
                migration,
                state: OperationState::Running,
                step: "begun".to_owned(),
                done: 0,
                total: total as u64,
                started: from_millis(now.as_millisecond())?,
                ended: None,
                reason: String::new(),
            };
            write(&transaction, &operation)?;
            transaction.commit()?;
            live.operations.send_modify(|begun| *begun += 1);
            Ok(operation)
        })
        .await
    }

    /// A long operation as it is now.
    pub async fn operation(&self, id: String) -> Result<Operation, Refusal> {
        self.run(move |connection| {
            let mut select = connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM operation WHERE id = ?1"))?;
            let mut rows = select.query([&id])?;
            match rows.next()? {
                Some(row) => read(row),
                None => Err(Refusal::new(
                    Code::NoSuchOperation,
                    format!("there is no operation {id:?}"),
                )),
            }
        })
        .await
    }

    /// Changes whenever an operation is begun or goes on.
    pub fn operations(&self) -> watch::Receiver<u64> {
        self.live.operations.subscribe()
    }

    /// Does the next piece of an operation that is under way; false where none is.
    pub async fn carry_on(&self) -> Result<bool, Refusal> {
        let live = std::sync::Arc::clone(&self.live);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let Some(mut operation) = under_way(&transaction)? else {
                return Ok(false);
            };
            let seq = piece(&transaction, &mut operation)?;
            let mut standing = None;
            if operation.state == OperationState::Running && operation.done >= operation.total {
                operation.state = OperationState::Done;
                "finished".clone_into(&mut operation.step);
                match operation.migration {
                    Migration::Account => {}
                    Migration::Data => standing = Some(finish(&transaction)?),
                }
            }
            if operation.state != OperationState::Running {
                operation.ended = Some(Timestamp::now());
            }
            write(&transaction, &operation)?;
            transaction.commit()?;
            if let Some(standing) = standing {
                live.account.send_replace(standing);
            }
            if let Some(seq) = seq {
                live.newest.send_replace(seq);
            }
            Ok(true)
        })
        .await
    }
}

/// Takes over what comes next, up to what cannot be; the number of the newest event that it made.
fn piece(transaction: &Transaction<'_>, operation: &mut Operation) -> Result<Option<i64>, Refusal> {
    let mut newest = None;
    for held in next(transaction, operation)? {
        held.kind.step().clone_into(&mut operation.step);
        // What is taken over of a line before it is found not to fit is taken back.
        transaction.execute_batch("SAVEPOINT line")?;
        match take_over(transaction, &held) {
            Ok(seq) => newest = seq.or(newest),
            Err(refusal) if refusal.code.parts().1.is_client_error() => {
                transaction.execute_batch("ROLLBACK TO line; RELEASE line")?;
                operation.state = OperationState::Failed;
                operation.reason =
                    format!("{} {:?}: {}", held.kind.step(), held.id, refusal.detail);
                return Ok(newest);
            }
            Err(refusal) => return Err(refusal),
        }
        transaction.execute_batch("RELEASE line")?;
        operation.done += 1;
    }
    Ok(newest)
}

fn next(connection: &Connection, operation: &Operation) -> Result<Vec<Held>, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT kind, id, json FROM first_release
         WHERE migration = ?1 AND position > ?2 ORDER BY position LIMIT ?3",
    )?;
    let mut rows = select.query(params![
        operation.migration.name(),
        operation.done as i64,
        PIECE
    ])?;
    let mut held = Vec::new();
    while let Some(row) = rows.next()? {
        let json = String::from_utf8(row.get(2)?)
            .map_err(|_| Refusal::new(Code::Internal, "what was planted is no text"))?;
        held.push(Held {
            kind: from_word(row.get(0)?)?,
            id: row.get(1)?,
            json,
        });
    }
    Ok(held)
}

/// Takes one thing over. What the service has under its id already stays as it is: whoever corrects
/// what did not fit puts it there.
fn take_over(transaction: &Transaction<'_>, held: &Held) -> Result<Option<i64>, Refusal> {
    let json = held.json.as_bytes();
    match held.kind {
        Kind::Settings => {
            settings::set_if_never_set(transaction, &strict::read::<settings::Facts>(json)?)?
        }
        Kind::Store => {
            if channels::find(transaction, &held.id)?.is_none() {
                let store: Channel = strict::read(json)?;
                strict::check_channel(&store)?;
                channels::insert(transaction, &store)?;
            }
        }
        Kind::Category | Kind::Item => take_over_record(transaction, held)?,
        Kind::Order => {
            if !orders::is_there(transaction, &held.id)? {
                let content = OrderContent::of_checked(strict::read::<WebOrder>(json)?)?;
                return orders::insert(transaction, &content).map(Some);
            }
        }
    }
    Ok(None)
}

fn take_over_record(transaction: &Transaction<'_>, held: &Held) -> Result<(), Refusal> {
    let Some(stream) = held.kind.stream() else {
        return Ok(());
    };
    let id = serde_json::Value::from(held.id.as_str());
    let json = &held.json;
    let line = format!(r#"{{"op":"upsert","id":{id},"version":{VERSION},"value":{json}}}"#);
    let batch = Batch::read(stream, line.into_bytes())?;
    if let Some(Entry::Rejected(result)) = batch.entries.first() {
        let why = result.detail.as_deref().unwrap_or("it does not fit");
        return Err(Refusal::new(Code::BadValue, why));
    }
    apply::within(transaction, stream, &batch)
}

/// The upgrade is finished: the account is one like any other.
fn finish(transaction: &Transaction<'_>) -> Result<Standing, Refusal> {
    transaction.execute("DELETE FROM first_release", [])?;
    let mut standing = Standing::read(transaction)?;
    standing.set_first_release(false);
    standing.write(transaction)?;
    Ok(standing)
}

/// The first step of the upgrade.
fn must_be_activated(state: AccountState) -> Result<(), Refusal> {
    must_be_active(state)?;
    match state {
        AccountState::NotSignedUp => Err(Refusal::new(
            Code::AccountState,
            "nobody has signed up, so nothing can be migrated; sign up at the service's website",
        )),
        AccountState::BeingSetUp
        | AccountState::SignedUp
        | AccountState::Active
        | AccountState::Deactivated
        | AccountState::Disconnected => Ok(()),
    }
}

/// The account is migrated before its data.
fn must_be_next(connection: &Connection, migration: Migration) -> Result<(), Refusal> {
    let is_next = match migration {
        Migration::Account => true,
        Migration::Data => of(connection, Migration::Account)?
            .is_some_and(|before| before.state == OperationState::Done),
    };
    if is_next {
        return Ok(());
    }
    Err(Refusal::new(
        Code::MigrationOrder,
        "the account is migrated first, then its data",
    ))
}

fn of(connection: &Connection, migration: Migration) -> Result<Option<Operation>, Refusal> {
    one(connection, "migration = ?1", migration.name())
}

fn under_way(connection: &Connection) -> Result<Option<Operation>, Refusal> {
    one(connection, "state = ?1", &word(&OperationState::Running)?)
}

fn one(connection: &Connection, which: &str, word: &str) -> Result<Option<Operation>, Refusal> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM operation WHERE {which}"))?;
    let mut rows = select.query([word])?;
    rows.next()?.map(read).transpose()
}

fn read(row: &Row<'_>) -> Result<Operation, Refusal> {
    Ok(Operation {
        id: row.get(0)?,
        migration: from_word(row.get(1)?)?,
        state: from_word(row.get(2)?)?,
        step: row.get(3)?,
        done: row.get::<_, i64>(4)? as u64,
        total: row.get::<_, i64>(5)? as u64,
        started: from_millis(row.get(6)?)?,
        ended: from_millis_or_none(row.get(7)?)?,
        reason: row.get(8)?,
    })
}

fn write(connection: &Connection, operation: &Operation) -> Result<(), Refusal> {
    connection
        .prepare_cached(
            "INSERT INTO operation (id, migration, state, step, done, total, started, ended, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, step = excluded.step,
                 done = excluded.done, ended = excluded.ended, reason = excluded.reason",
        )?
        .execute(params![
            operation.id,
            operation.migration.name(),
            word(&operation.state)?,
            operation.step,
            operation.done as i64,
            operation.total as i64,
            operation.started.as_millisecond(),
            operation.ended.map(Timestamp::as_millisecond),
            operation.reason
        ])?;
    Ok(())
}
