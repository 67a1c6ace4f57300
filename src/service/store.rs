//! What the service remembers: one database file. Every change is one transaction; nothing here
//! knows about HTTP but the words of a [`Refusal`].

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::value::RawValue;
use tokio::sync::watch;

use crate::commerce::wire::{CollectionSummary, ListPage, Listed, Stored};
use crate::model::Stream;
use crate::model::digest::hex64;
use crate::sqlite::{Access, Sqlite, SqliteError};

use self::account::Standing;
use self::machines::Admitted;
use super::api::refusal::{Code, Refusal};

mod account;
mod answers;
mod apply;
mod catalogs;
mod channels;
mod checkpoints;
mod chosen;
mod departments;
mod effects;
mod going;
mod images;
mod indexing;
mod loads;
mod machines;
mod marketplaces;
mod migrations;
mod offer;
mod orders;
mod payments;
mod products;
mod publication;
mod publishing;
mod readiness;
mod saleable;
mod search;
mod sessions;
mod settings;
mod shipping;
mod taxes;
mod times;
mod users;

pub use account::AccountStep;
pub use apply::Batched;
pub use catalogs::{Catalog, CatalogLine, LineKind, MOST_CATALOG_NAME};
pub use checkpoints::keep_log_short;
pub use chosen::{Act, Chosen, Counted};
pub use departments::{Category, MOST_CHARACTERS, Mapped, Placed};
pub use going::{Going, Lot};
pub use images::{ImageChange, ImageKind, MOST_ALT};
pub use indexing::keep_up;
pub use machines::{CODES, Machine, PAUSE, Polled, Refreshed, Tokens, Waiting};
pub use offer::{Offer, OfferedVariant};
pub use orders::{Narrowed, OrderRow, Past};
pub use payments::{METHODS, Provider};
pub use products::{
    ATTRIBUTES, MOST_ATTRIBUTE, MOST_DESCRIPTION, MOST_TITLE, OwnText, Product, text_of_ax,
};
pub use publication::{PublicationRow, Sought};
pub use publishing::{Acted, Publishing};
pub use readiness::Requirement;
pub use search::{AxCategory, FoundProducts};
pub use sessions::SignedIn;
pub use settings::Facts;
pub use shipping::ShippingMethod;
pub use taxes::SalesTax;
pub use users::SignUp;

/// What makes each version of the file from the one before it.
const VERSIONS: [&str; 9] = [
    include_str!("store/schema.sql"),
    include_str!("store/orders.sql"),
    include_str!("store/account.sql"),
    include_str!("store/people.sql"),
    include_str!("store/migration.sql"),
    include_str!("store/sales.sql"),
    include_str!("store/publication.sql"),
    include_str!("store/catalog.sql"),
    include_str!("store/assortment.sql"),
];
/// The version this program knows.
const VERSION: i64 = VERSIONS.len() as i64;

/// The store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened or read.
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
    /// A statement failed.
    #[error("preparing the store failed")]
    Prepare(#[from] rusqlite::Error),
    /// No name could be made for the order book.
    #[error("the system has no random numbers")]
    Random(#[source] getrandom::Error),
    /// What is in it does not fit.
    #[error("the store cannot be read: {0}")]
    Unreadable(String),
    /// A newer axcs has written it.
    #[error(
        "the store has version {found}, this program knows versions up to {VERSION}; use the newer axcs"
    )]
    Newer {
        /// Version of the file.
        found: i64,
    },
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the store failed");
        // What SQLite says may hold values or paths: it stays in the log.
        Self::for_now(
            Code::StoreUnavailable,
            "the store could not be read or written; the log of the service says why",
        )
    }
}

impl From<SqliteError> for Refusal {
    fn from(error: SqliteError) -> Self {
        match error {
            SqliteError::Sqlite { source, .. } => source.into(),
            SqliteError::Closed(_) => {
                Self::for_now(Code::StoreUnavailable, "the service is stopping")
            }
        }
    }
}

/// The service's file.
#[derive(Clone, Debug)]
pub struct Store {
    sqlite: Sqlite,
    /// Another connection, which only reads: a search keeps no upload waiting.
    reader: Sqlite,
    /// A third one, which moves what was written into the file proper.
    mover: Sqlite,
    live: Arc<Live>,
}

/// What is known without asking the file.
#[derive(Debug)]
struct Live {
    /// Number of the newest event of the order book.
    newest: watch::Sender<i64>,
    /// The account's row.
    account: watch::Sender<Standing>,
    /// The machines that users let in.
    machines: watch::Sender<Admitted>,
    /// How many long operations were begun, or went on.
    operations: watch::Sender<u64>,
    /// Told when the index of the master catalog has something to take.
    to_index: watch::Sender<()>,
    /// Told when rows were written.
    written: watch::Sender<()>,
}

/// A collection's row.
struct Collection {
    id: i64,
    records: i64,
    digest: u64,
    /// Greatest version of any line that was applied.
    newest: i64,
}

impl Store {
    /// Opens the file at `path`, or makes it.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let sqlite = Sqlite::open(path, Access::Create, prepare).await?;
        let read = |connection: &mut Connection| {
            let newest = connection.query_row("SELECT newest FROM book", [], |row| row.get(0))?;
            let unreadable = |refusal: Refusal| StoreError::Unreadable(refusal.detail);
            let account = Standing::read(connection).map_err(unreadable)?;
            let machines = machines::admitted(connection).map_err(unreadable)?;
            Ok::<_, StoreError>(Live {
                newest: watch::Sender::new(newest),
                account: watch::Sender::new(account),
                machines: watch::Sender::new(machines),
                operations: watch::Sender::new(0),
                to_index: watch::Sender::new(()),
                written: watch::Sender::new(()),
            })
        };
        let live = Arc::new(sqlite.call(read).await?);
        let reader = Sqlite::open(path, Access::ReadOnly, |_| Ok::<_, StoreError>(())).await?;
        let mover = Sqlite::open(path, Access::Create, |_| Ok::<_, StoreError>(())).await?;
        Ok(Self {
            sqlite,
            reader,
            mover,
            live,
        })
    }

    /// The number of the newest event, and of every later one as it happens.
    pub fn newest_event(&self) -> watch::Receiver<i64> {
        self.live.newest.subscribe()
    }

    /// Runs `call` on the store's thread; a panic there is this call's failure only.
    async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let live = Arc::clone(&self.live);
        self.sqlite
            .call(move |connection| {
                let before = connection.total_changes();
                let done = guard(connection, call);
                if connection.total_changes() > before {
                    live.written.send_replace(());
                }
                done
            })
            .await
    }

    /// The same for what only reads and may take a while: nothing waits for it but other reading.
    async fn read<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.reader
            .call(move |connection| {
                guard(connection, |connection| {
                    // One view of the file, however many statements.
                    let transaction = connection.transaction()?;
                    call(&transaction)
                })
            })
            .await
    }

    /// The same in a transaction of its own, which holds where `call` refuses nothing.
    async fn change<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = call(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
        .await
    }

    /// Count and digest of a collection.
    pub async fn summary(&self, stream: Stream) -> Result<CollectionSummary, Refusal> {
        self.run(move |connection| {
            let collection = Collection::of(connection, stream)?;
            Ok(CollectionSummary {
                count: collection.records as u64,
                digest: hex64(collection.digest),
                newest_version: collection.newest,
            })
        })
        .await
    }

    /// At most `limit` records behind the id `after`.
    pub async fn list(
        &self,
        stream: Stream,
        after: String,
        limit: usize,
    ) -> Result<ListPage, Refusal> {
        self.run(move |connection| {
            let collection = Collection::of(connection, stream)?;
            let mut select = connection.prepare_cached(include_str!("store/list.sql"))?;
            let mut records = select
                .query_map(params![collection.id, after, limit as i64 + 1], |row| {
                    Ok(Listed {
                        id: row.get(0)?,
                        version: row.get(1)?,
                        hash: hex64(row.get::<_, i64>(2)? as u64),
                    })
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let more = records.len() > limit;
            records.truncate(limit);
            let next = records
                .last()
                .filter(|_| more)
                .map(|record| record.id.clone());
            Ok(ListPage { records, next })
        })
        .await
    }

    /// One record with its value.
    pub async fn record(&self, stream: Stream, id: String) -> Result<Option<Stored>, Refusal> {
        self.run(move |connection| {
            let collection = Collection::of(connection, stream)?;
            let row = connection
                .prepare_cached(include_str!("store/record.sql"))?
                .query_row(params![collection.id, id], |row| {
                    Ok((
                        row.get(0)?,
                        row.get::<_, i64>(1)?,
                        row.get::<_, Vec<u8>>(2)?,
                    ))
                })
                .optional()?;
            let Some((version, hash, json)) = row else {
                return Ok(None);
            };
            let value = String::from_utf8(json)
                .ok()
                .and_then(|json| RawValue::from_string(json).ok())
                .ok_or_else(|| Refusal::new(Code::Internal, "the stored value is not JSON"))?;
            Ok(Some(Stored {
                id,
                version,
                hash: hex64(hash as u64),
                value,
            }))
        })
        .await
    }

    /// Drops answers that are older than a day.
    pub async fn prune(&self) -> Result<usize, Refusal> {
        self.run(|connection| Ok(answers::prune(connection)?)).await
    }

    /// Moves everything into the main file, so that a stopped service leaves one file.
    pub async fn settle(&self) -> Result<(), Refusal> {
        // Of two that move pages at once one is refused. The writer may be at it still.
        self.run(|_| Ok(())).await?;
        self.mover
            .call(|connection| Ok(checkpoints::move_all(connection)?))
            .await
    }
}

impl Collection {
    fn of(connection: &Connection, stream: Stream) -> rusqlite::Result<Self> {
        connection
            .prepare_cached("SELECT id, records, digest, newest FROM collection WHERE name = ?1")?
            .query_row([stream.name()], |row| {
                Ok(Self {
                    id: row.get(0)?,
                    records: row.get(1)?,
                    digest: row.get::<_, i64>(2)? as u64,
                    newest: row.get(3)?,
                })
            })
    }

    fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "UPDATE collection SET records = ?2, digest = ?3, newest = ?4 WHERE id = ?1",
            )?
            .execute(params![
                self.id,
                self.records,
                self.digest as i64,
                self.newest
            ])?;
        Ok(())
    }
}

/// Runs `call`; a panic there is its failure only.
fn guard<T>(
    connection: &mut Connection,
    call: impl FnOnce(&mut Connection) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    std::panic::catch_unwind(AssertUnwindSafe(|| call(connection)))
        .unwrap_or_else(|_| Err(Refusal::new(Code::Internal, "the store panicked")))
}

fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    // Another connection moves pages from the log; and enough cache that the ids of a million records stay in
    // memory.
    connection.pragma_update(None, "wal_autocheckpoint", checkpoints::AT_LAST)?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION {
        return Err(StoreError::Newer { found });
    }
    if found == 0 {
        // Values of some hundred bytes: pages of 8 KiB take a quarter fewer writes than SQLite's
        // 4 KiB. The size is settable outside WAL only, and holds for the life of the file.
        connection.pragma_update(None, "journal_mode", "DELETE")?;
        connection.pragma_update(None, "page_size", 8_192)?;
        connection.execute_batch("VACUUM")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
    }
    let transaction = connection.transaction()?;
    for schema in VERSIONS.iter().skip(found as usize) {
        transaction.execute_batch(schema)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    if found < 2 {
        let book = getrandom::u64().map(hex64).map_err(StoreError::Random)?;
        transaction.execute("INSERT INTO book (id) VALUES (?1)", [book])?;
        transaction.execute("INSERT INTO account DEFAULT VALUES", [])?;
    }
    for stream in Stream::uploads() {
        transaction.execute(
            "INSERT INTO collection (name) VALUES (?1) ON CONFLICT DO NOTHING",
            [stream.name()],
        )?;
    }
    transaction.commit()?;
    Ok(())
}
