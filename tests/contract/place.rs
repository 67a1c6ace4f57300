//! Where a promise is kept: a file, the SQL Server of the tests, a real one.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axcs::ledger::{EmbeddedLedger, Ledger, LedgerError, ServerLedger};
use axcs::sql::{Session, SqlError, Text, Value};
use axcs::sqlserver::{Authentication, Encryption, Options, Server};
use secrecy::SecretString;

use crate::{mssql, real_server};

/// What a promise stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A SQLite file.
    File,
    /// The SQL Server of the tests.
    Server,
    /// The SQL Server that a site has.
    RealServer,
}

/// Where a ledger or a company is, or is going to be.
pub enum Place {
    File(tempfile::TempDir),
    Server(mssql::Server),
    RealServer(real_server::Database),
}

impl Place {
    pub async fn new(engine: Engine) -> Self {
        match engine {
            Engine::File => Self::File(tempfile::tempdir().unwrap()),
            Engine::Server => Self::Server(mssql::Server::start()),
            Engine::RealServer => Self::RealServer(real_server::Database::create().await),
        }
    }

    /// Opens the ledger as one process does.
    pub async fn open(&self) -> Result<Arc<dyn Ledger>, LedgerError> {
        Ok(match self {
            Self::File(dir) => Arc::new(EmbeddedLedger::open(&file(dir)).await?),
            Self::Server(_) | Self::RealServer(_) => {
                Arc::new(ServerLedger::open(self.connections()).await?)
            }
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
            Self::Server(_) | Self::RealServer(_) => {
                let sql = sql.to_owned();
                self.connections()
                    .call(move |link| work(Session::Server(link), Text::both(&sql)))
                    .await
                    .unwrap()
            }
        }
    }

    /// The SQL Server of the tests.
    pub fn bed(&self) -> &mssql::Server {
        match self {
            Self::Server(server) => server,
            Self::File(_) | Self::RealServer(_) => panic!("it is not on the server of the tests"),
        }
    }

    /// Lets transactions see one moment, or not.
    pub async fn allow_snapshot(&self, allowed: bool) {
        match self {
            Self::File(_) => panic!("it is on no server"),
            Self::Server(server) => server.allow_snapshot(allowed),
            Self::RealServer(database) => database.allow_snapshot(allowed).await,
        }
    }

    /// Connections to the server.
    pub fn connections(&self) -> Server {
        Server::new(self.options())
    }

    /// How the server is connected to.
    pub fn options(&self) -> Options {
        let server = match self {
            Self::File(_) => panic!("it is on no server"),
            Self::Server(server) => server,
            Self::RealServer(database) => return database.options(),
        };
        let (user, password) = server.login();
        Options {
            host: server.address().ip().to_string(),
            port: Some(server.address().port()),
            instance: None,
            database: server.database(),
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
}

fn file(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("ledger.db")
}
