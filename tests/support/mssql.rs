//! A SQL Server for tests: Iridium SQL, a T-SQL engine written by others, in this process, behind a
//! layer that adds what SQL Server has and Iridium has not. It is asked by the real driver, over TCP.
//!
//! `Server::start()` has the empty databases `AX` and `AXCS`, in memory, on a port of its own, without
//! encryption; it ends when it is dropped. Keep tables small: an INSERT copies the database. About 8,000 rows in
//! thirty tables load in two seconds of a debug build.
//!
//! What works, each line a test in `tests/sqlserver/bed.rs` and below it:
//!
//! | of SQL Server | here |
//! | --- | --- |
//! | login; 18456, 4060 | as there; no encryption |
//! | login of a Windows account; 18452 | the handshake is the test's, see `let_accounts_in` |
//! | parameters and columns of bigint, int, smallint, tinyint, bit, float, nvarchar, nvarchar(max), varbinary, varbinary(max), numeric(32, 16), uniqueidentifier, datetime, NULL | as there; datetime to the second, `(max)` up to 64 KB |
//! | row counts, `@@ROWCOUNT`, `IF @@ROWCOUNT = 0 INSERT`, `SET NOCOUNT` | by the layer, which asks for OUTPUT |
//! | several statements with parameters in one batch, `IF`, `WHILE`, `DECLARE`, each with its result | by the layer |
//! | a part of bytes or of a text: `SUBSTRING` of a column in a select list | by the layer; elsewhere Iridium makes a text of bytes |
//! | `OFFSET … FETCH`, `TOP`, derived `VALUES`, CTE with UNION, `CROSS` and `OUTER APPLY`, `EXISTS`, window functions, `NOLOCK`, `OPTION` | Iridium |
//! | `INSERT … SELECT … WHERE NOT EXISTS`, `UPDATE … FROM`, `OUTPUT`, `OUTPUT … INTO`, `UPDATE TOP`, `DELETE TOP` | TOP by the layer, which sets ROWCOUNT |
//! | `#temp` tables, table variables | Iridium |
//! | keys of several columns, unique and filtered indexes; 2627, 2601 | by the layer, which looks after each statement |
//! | defaults, identities, computed columns, triggers of one event, schemas, `datetime2(n)`, `ALTER TABLE`, `TRUNCATE` | Iridium |
//! | nvarchar(n) measured in UTF-16 units; 8152 | by the layer; Iridium measures bytes |
//! | `INFORMATION_SCHEMA.COLUMNS`, `TABLE_CONSTRAINTS`, `KEY_COLUMN_USAGE`; `sys.tables`, `columns`, `indexes`, `index_columns`, `databases`, `database_recovery_status`; `OBJECT_ID`, `OBJECT_NAME`, `DB_ID`, `DB_NAME`, `SERVERPROPERTY`, `HAS_PERMS_BY_NAME` | the first group and what is of keys by the layer |
//! | `TRY … CATCH`, `THROW`, `ERROR_NUMBER()`; 102, 207, 208, 245, 515, 2812, 3902, 3903, 8134 | by the layer |
//! | transactions by text and by request, savepoints, `XACT_ABORT`, a statement that fails is undone | by the layer on Iridium's |
//! | a second writer waits, `SET LOCK_TIMEOUT` and 1222, readers do not wait (`READ_COMMITTED_SNAPSHOT`) | one writer lock for the database, see `locks.rs` |
//! | `sp_getapplock`, `sp_releaseapplock`, `APPLOCK_MODE`; deadlocks, 1205 | by the layer |
//! | SNAPSHOT; 3952, 3960 | a conflict is any commit of another session since, not only of the same row |
//! | change tracking: net changes, versions, minimum valid version, its catalogue; 229, 4997, 22105 | by the layer, see `tracking.rs` |
//! | `WAITFOR DELAY`, attention while busy, while sending, and too late | by the layer |
//!
//! What does not (`tests/sqlserver/bed/limits.rs`). Refused with 49999, because the answer would be wrong:
//! an aggregate of an inner query that names a row of the outer one, `ORDER BY` an aggregate, a part
//! of a second in a parameter, `CHANGETABLE(VERSION …)`. Refused by Iridium: `MERGE` from a query or
//! with a hint, `DELETE alias FROM`, a change through a CTE, `DROP … IF EXISTS`, parts of a second,
//! `RAISERROR` with values. Different: texts are compared letter by letter
//! (`'a' <> 'A'`, `'A' <> 'A '`); a join on a function of another table finds nothing; a sum of ints
//! and an inner COUNT are bigints; any error ends the batch; READPAST waits; BULK INSERT is not there.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and uses of it what it needs"
)]

#[path = "mssql/answer.rs"]
mod answer;
#[path = "mssql/builtins.rs"]
mod builtins;
#[path = "mssql/endpoint.rs"]
mod endpoint;
#[path = "mssql/error.rs"]
mod error;
#[path = "mssql/locks.rs"]
mod locks;
#[path = "mssql/parameters.rs"]
mod parameters;
#[path = "mssql/parts.rs"]
mod parts;
#[path = "mssql/proxy.rs"]
pub mod proxy;
#[path = "mssql/schema.rs"]
mod schema;
#[path = "mssql/session.rs"]
mod session;
#[path = "mssql/statements.rs"]
mod statements;
#[path = "mssql/syntax.rs"]
mod syntax;
#[path = "mssql/text.rs"]
mod text;
#[path = "mssql/tracking.rs"]
mod tracking;
#[path = "mssql/views.rs"]
mod views;
#[path = "mssql/wire.rs"]
mod wire;

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axcs::sqlserver::{Authentication, Encryption, Options};
use iridium_core::{CheckpointManager as _, Database};
use secrecy::SecretString;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt as _};

use self::error::SqlError;
use self::locks::Locks;
use self::schema::Schema;
use self::text::plain;
use self::tracking::{Change, Tracking};

/// A connection of tiberius to the bed.
pub type Client = tiberius::Client<Compat<TcpStream>>;

/// What the server's side of a Windows login says to a token of the client.
pub enum Handshake {
    /// It goes on with this token.
    Goes(Vec<u8>),
    /// The account is let in, after a last token where there is one.
    Ends(Vec<u8>),
    /// It is not.
    Refused,
}

/// Starts the server's side of a Windows login.
pub type Accounts = Arc<dyn Fn() -> Box<dyn FnMut(&[u8]) -> Handshake + Send> + Send + Sync>;

/// What a test can turn.
#[derive(Clone)]
struct Switches {
    database: String,
    login: String,
    password: String,
    accounts: Option<Accounts>,
    snapshot: bool,
    retention_days: u32,
    no_select: HashSet<String>,
    no_tracking: HashSet<String>,
    database_guid: String,
    recovery_fork: String,
}

/// What the sessions of a server share.
pub struct Shared {
    database: Database,
    locks: Locks,
    tracking: Mutex<Tracking>,
    schema: Mutex<Schema>,
    switches: Mutex<Switches>,
    /// Held while a transaction is committed and counted, and while a SNAPSHOT one begins.
    order: Mutex<()>,
    commits: AtomicU64,
    numbers: AtomicU64,
    /// What random values of the sessions begin with.
    seed: u64,
    /// The sessions that have set `LOCK_TIMEOUT`, with how long they wait for a lock.
    impatient: Mutex<HashMap<u64, Duration>>,
}

impl Shared {
    fn new(database: &str) -> Self {
        Self {
            database: Database::new(),
            locks: Locks::default(),
            tracking: Mutex::default(),
            schema: Mutex::default(),
            switches: Mutex::new(Switches {
                database: database.to_owned(),
                login: "axcs".to_owned(),
                password: "Pa$$w0rd".to_owned(),
                accounts: None,
                snapshot: true,
                retention_days: 2,
                no_select: HashSet::new(),
                no_tracking: HashSet::new(),
                database_guid: guid(),
                recovery_fork: guid(),
            }),
            order: Mutex::default(),
            commits: AtomicU64::new(0),
            numbers: AtomicU64::new(0),
            seed: getrandom::u64().unwrap(),
            impatient: Mutex::default(),
        }
    }
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn switches(&self) -> MutexGuard<'_, Switches> {
        guard(&self.switches)
    }

    fn tracking(&self) -> MutexGuard<'_, Tracking> {
        guard(&self.tracking)
    }

    fn schema(&self) -> MutexGuard<'_, Schema> {
        guard(&self.schema)
    }

    fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }

    fn committed(&self, changes: Vec<Change>) {
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.tracking().commit(changes);
    }

    fn in_order<T>(&self, work: impl FnOnce() -> Result<T, SqlError>) -> Result<T, SqlError> {
        let _order = guard(&self.order);
        work()
    }

    /// Negative milliseconds are for ever.
    fn set_lock_timeout(&self, session: u64, milliseconds: i64) {
        let mut impatient = guard(&self.impatient);
        match u64::try_from(milliseconds) {
            Ok(milliseconds) => impatient.insert(session, Duration::from_millis(milliseconds)),
            Err(_) => impatient.remove(&session),
        };
    }

    fn lock_timeout(&self, session: u64) -> Option<Duration> {
        guard(&self.impatient).get(&session).copied()
    }

    fn lets_in(&self, login: &str, password: &str, database: &str) -> Result<(), SqlError> {
        let switches = self.switches();
        if login != switches.login || password != switches.password {
            return Err(SqlError {
                class: 14,
                ..SqlError::new(18456, format!("Login failed for user '{login}'."))
            });
        }
        drop(switches);
        self.opens(database)
    }

    fn opens(&self, database: &str) -> Result<(), SqlError> {
        let switches = self.switches();
        if !database.is_empty() && !database.eq_ignore_ascii_case(&switches.database) {
            return Err(SqlError {
                class: 11,
                ..SqlError::new(
                    4060,
                    format!(
                        "Cannot open database \"{database}\" requested by the login. The login failed."
                    ),
                )
            });
        }
        Ok(())
    }
}

/// A database as it was, with its history.
pub struct Backup {
    data: String,
    schema: Schema,
    tracking: Tracking,
}

/// A server that ends when it is dropped.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

fn guid() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

impl Server {
    /// A server with the empty databases `AX` and `AXCS`, on a port of its own, for the login `axcs`.
    /// Its methods are about `AX`.
    pub fn start() -> Self {
        let databases = ["AX", "AXCS"].map(|name| Arc::new(Shared::new(name)));
        let shared = Arc::clone(&databases[0]);
        // Sessions block a thread while they wait for a lock: a runtime of their own, so that a
        // test's single thread goes on.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_stack_size(16 * 1024 * 1024)
            .enable_all()
            .build()
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(endpoint::serve(databases.clone(), stream));
            }
        });
        Self {
            shared,
            address,
            runtime: Some(runtime),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn login(&self) -> (String, String) {
        let switches = self.shared.switches();
        (switches.login.clone(), switches.password.clone())
    }

    /// From now on Windows accounts are let in too, whoever they are once their handshake ends.
    pub fn let_accounts_in(&self, accounts: Accounts) {
        self.shared.switches().accounts = Some(accounts);
    }

    pub fn database(&self) -> String {
        self.shared.switches().database.clone()
    }

    /// What axcs needs to connect.
    pub fn options(&self) -> Options {
        let (user, password) = self.login();
        Options {
            host: self.address.ip().to_string(),
            port: Some(self.address.port()),
            instance: None,
            database: self.database(),
            authentication: Authentication::Sql {
                user,
                password: SecretString::from(password),
            },
            encryption: Encryption::None,
            ca_file: None,
            trust_any: false,
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(120),
        }
    }

    /// What tiberius needs to connect.
    pub fn config(&self) -> tiberius::Config {
        let (login, password) = self.login();
        let mut config = tiberius::Config::new();
        config.host(self.address.ip());
        config.port(self.address.port());
        config.database(self.database());
        config.authentication(tiberius::AuthMethod::sql_server(login, password));
        config.encryption(tiberius::EncryptionLevel::NotSupported);
        config
    }

    pub async fn connect(&self) -> Client {
        connect(self.config(), self.address).await.unwrap()
    }

    /// Tracks a table from now on, as an administrator does.
    pub fn enable_tracking(&self, table: &str) {
        self.shared.tracking().enable(&plain(table));
    }

    pub fn disable_tracking(&self, table: &str) {
        self.shared.tracking().disable(&plain(table));
    }

    /// Tracks nothing, whatever tables say; or again.
    pub fn track_database(&self, on: bool) {
        self.shared.tracking().on = on;
    }

    /// Forgets what changed in a table up to a version, as the clean-up after the retention does.
    pub fn set_min_valid_version(&self, table: &str, version: i64) {
        self.shared.tracking().clean_up(&plain(table), version);
    }

    pub fn current_version(&self) -> i64 {
        self.shared.tracking().version
    }

    pub fn allow_snapshot(&self, allowed: bool) {
        self.shared.switches().snapshot = allowed;
    }

    /// Refuses to read a table, or lets it be read again.
    pub fn deny_select(&self, table: &str, denied: bool) {
        turn(&mut self.shared.switches().no_select, table, denied);
    }

    /// Refuses to see what changed in a table, or lets it be seen again.
    pub fn deny_tracking(&self, table: &str, denied: bool) {
        turn(&mut self.shared.switches().no_tracking, table, denied);
    }

    pub fn backup(&self) -> Backup {
        Backup {
            data: self.shared.database.export_checkpoint().unwrap(),
            schema: self.shared.schema().clone(),
            tracking: self.shared.tracking().clone(),
        }
    }

    /// Puts a backup back: versions count on from there, and the history is another one.
    pub fn restore(&self, backup: &Backup) {
        self.shared
            .database
            .import_checkpoint(&backup.data)
            .unwrap();
        *self.shared.schema() = backup.schema.clone();
        *self.shared.tracking() = backup.tracking.clone();
        self.shared.switches().recovery_fork = guid();
    }
}

fn turn(set: &mut HashSet<String>, table: &str, on: bool) {
    if on {
        set.insert(plain(table));
    } else {
        set.remove(&plain(table));
    }
}

/// Connects through a proxy or straight.
pub async fn connect(config: tiberius::Config, address: SocketAddr) -> tiberius::Result<Client> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    tiberius::Client::connect(config, stream.compat_write()).await
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
