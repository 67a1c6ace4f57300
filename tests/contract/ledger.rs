//! The promises of the ledger.

/// Makes a test of each promise for each engine.
macro_rules! promises {
    ($($promise:ident),+ $(,)?) => {
        mod in_a_file {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::$promise(crate::contract::ledger::Engine::File).await;
            })+
        }
        mod on_a_server {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::$promise(crate::contract::ledger::Engine::Server).await;
            })+
        }
    };
}

mod jobs;
mod outbox;
mod records;
mod server;
mod stores;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axcs::ledger::{EmbeddedLedger, Ledger, LedgerError, ServerLedger};
use axcs::sql::{Session, SqlError, Text, Value};
use axcs::sqlserver::{Authentication, Encryption, Options, Password, Server};

use crate::mssql;

/// What a ledger stands on.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    /// A SQLite file.
    File,
    /// A SQL Server.
    Server,
}

/// Where a ledger is, or is going to be.
pub enum Place {
    File(tempfile::TempDir),
    Server(mssql::Server),
}

impl Place {
    pub fn new(engine: Engine) -> Self {
        match engine {
            Engine::File => Self::File(tempfile::tempdir().unwrap()),
            Engine::Server => Self::Server(mssql::Server::start()),
        }
    }

    /// Opens the ledger as one process does.
    pub async fn open(&self) -> Result<Arc<dyn Ledger>, LedgerError> {
        Ok(match self {
            Self::File(dir) => Arc::new(EmbeddedLedger::open(&file(dir)).await?),
            Self::Server(server) => Arc::new(ServerLedger::open(connections(server)).await?),
        })
    }

    /// Changes the ledger behind its back. Tables are named as SQL Server names them.
    pub async fn sql(&self, sql: &str, values: Vec<Value<'static>>) -> u64 {
        self.session(sql, move |db, sql| db.execute(&sql, &values))
            .await
    }

    /// The number that `sql` answers.
    pub async fn number(&self, sql: &str) -> i64 {
        self.session(sql, |db, sql| db.row(&sql, &[], |row| row.get(0)))
            .await
    }

    async fn session<T: Send + 'static>(
        &self,
        sql: &str,
        work: impl FnOnce(Session<'_>, Text<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> T {
        match self {
            Self::File(dir) => {
                let connection = rusqlite::Connection::open(file(dir)).unwrap();
                connection.busy_timeout(Duration::from_secs(10)).unwrap();
                let sql = sql.replace("axcs.", "");
                work(Session::Sqlite(&connection), Text::both(&sql)).unwrap()
            }
            Self::Server(server) => {
                let sql = sql.to_owned();
                connections(server)
                    .call(move |link| work(Session::Server(link), Text::both(&sql)))
                    .await
                    .unwrap()
            }
        }
    }
}

fn file(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("ledger.db")
}

/// Connections to the server.
pub fn connections(server: &mssql::Server) -> Server {
    Server::new(options(server))
}

/// How the server is connected to.
pub fn options(server: &mssql::Server) -> Options {
    let (user, password) = server.login();
    Options {
        host: server.address().ip().to_string(),
        port: Some(server.address().port()),
        instance: None,
        database: server.database(),
        authentication: Authentication::Sql {
            user,
            password: Password::new(password),
        },
        encryption: Encryption::None,
        ca_file: None,
        trust_any: false,
        connect_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(60),
    }
}

/// A new ledger.
pub async fn open(engine: Engine) -> (Place, Arc<dyn Ledger>) {
    let place = Place::new(engine);
    let ledger = place.open().await.unwrap();
    (place, ledger)
}
