//! The ledger in a database of SQL Server, which several workers share. All of it stands in a
//! schema of its own; nothing else of the database is read or changed.

use super::super::LedgerError;
use super::super::jobs::{Board, LOOK};
use super::{Engine, SqlLedger, committing, jobs};
use crate::sql::{Session, SqlError, section};
use crate::sqlserver::{Isolation, Link, Server, ServerError};

const FILE: &str = include_str!("server.tsql.sql");
const IS_ALONE: &str = section(FILE, "is alone");
const ALLOW_SNAPSHOTS: &str = section(FILE, "allow snapshots");
const HAS_SNAPSHOTS: &str = section(FILE, "has snapshots");
const LOCK: &str = section(FILE, "lock");
const FORMAT: &str = section(FILE, "format");
const TURN: &str = section(FILE, "turn");

/// The scripts, each with the format it makes of the one before; the first makes a new ledger.
const MIGRATIONS: [(i64, &str); 3] = [
    (3, include_str!("migration-3.tsql.sql")),
    (4, include_str!("migration-4.tsql.sql")),
    (5, include_str!("migration-5.tsql.sql")),
];
/// What parts a script into batches, as in Microsoft's own tools.
const BATCH: &str = "\nGO\n";

/// The ledger in a database of SQL Server.
pub type ServerLedger = SqlLedger<Database>;

impl ServerLedger {
    /// Opens the ledger, makes it where it is missing and brings it to the newest format. The
    /// database has to be there; the login makes tables in it.
    ///
    /// # Errors
    /// [`LedgerError::Newer`] where a newer program has written it.
    pub async fn open(server: Server) -> Result<Self, LedgerError> {
        let engine = Database::open(server).await;
        let engine = engine.map_err(|error| error.during("bringing it to the newest format"))?;
        Ok(Self { engine })
    }
}

/// A database of SQL Server with a ledger in it.
#[derive(Clone, Debug)]
pub struct Database {
    server: Server,
    /// True where a transaction may read what was committed when it began (SNAPSHOT).
    has_snapshots: bool,
}

impl Database {
    async fn open(server: Server) -> Result<Self, LedgerError> {
        if server.call(|link| is_true(link, IS_ALONE)).await? {
            let allowed: Result<(), ServerError> = server.call(|l| l.script(ALLOW_SNAPSHOTS)).await;
            if let Err(error) = allowed {
                tracing::info!(
                    "{}: readers wait for writers, as snapshots are not allowed: {error}",
                    server.place()
                );
            }
        }
        let place = server.place();
        server
            .call(move |link| {
                in_transaction(link, Isolation::ReadCommitted, |db| {
                    migrate(db, link, &place)?;
                    Ok(link.commit()?)
                })
            })
            .await?;
        let has_snapshots = server.call(|link| is_true(link, HAS_SNAPSHOTS)).await?;
        Ok(Self {
            server,
            has_snapshots,
        })
    }
}

fn is_true(link: &Link, question: &str) -> Result<bool, LedgerError> {
    Ok(number(link, question)? != 0)
}

/// The number that `question` answers.
fn number(link: &Link, question: &str) -> Result<i64, SqlError> {
    let text = crate::sql::Text::both(question);
    Session::Server(link).row(&text, &[], |row| row.get(0))
}

fn migrate(db: Session<'_>, link: &Link, place: &str) -> Result<(), LedgerError> {
    link.script(LOCK)?;
    let found = number(link, FORMAT)?;
    let known = MIGRATIONS.map(|(format, _)| format);
    let known = known.into_iter().max().unwrap_or_default();
    if found > known {
        return Err(LedgerError::Newer {
            place: place.to_owned(),
            found,
            known,
        });
    }
    for (format, script) in MIGRATIONS {
        if format > found {
            for batch in script.split(BATCH) {
                link.script(batch)?;
            }
        }
    }
    Ok(jobs::make_missing(db)?)
}

/// Begins a transaction for `work`, which ends it where all went well. Otherwise all of it is
/// undone.
fn in_transaction<T>(
    link: &Link,
    isolation: Isolation,
    work: impl FnOnce(Session<'_>) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    link.begin(isolation)?;
    let done = work(Session::Server(link));
    if done.is_err() {
        // Where the connection is gone already, the server does it by itself.
        drop(link.roll_back());
    }
    done
}

/// Waits until no other writer's transaction is open, and lets none begin until this one is over.
fn take_turn(link: &Link) -> Result<(), LedgerError> {
    match link.execute(TURN, &[])? {
        0 => Err(SqlError::NoRow.into()),
        1.. => Ok(()),
    }
}

impl Engine for Database {
    fn place(&self) -> String {
        self.server.place()
    }

    async fn write<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(Session<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.server
            .call(move |link| {
                in_transaction(link, Isolation::ReadCommitted, |db| {
                    take_turn(link)?;
                    let value = work(db)?;
                    committing(what, || Ok(link.commit()?))?;
                    Ok(value)
                })
            })
            .await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(Session<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let isolation = if self.has_snapshots {
            Isolation::Snapshot
        } else {
            Isolation::ReadCommitted
        };
        self.server
            .call(move |link| {
                in_transaction(link, isolation, |db| {
                    if isolation == Isolation::ReadCommitted {
                        take_turn(link)?;
                    }
                    let value = work(db)?;
                    link.roll_back()?;
                    Ok(value)
                })
            })
            .await
    }

    async fn outdated(&self, _: &Board) {
        tokio::time::sleep(LOOK).await;
    }
}
