//! SQL Server over TDS: the only place that names the driver.
//!
//! A [`Link`] is one connection. A connection whose answer was not read to its end, whose time was
//! up or that said no is thrown away, by the type: it is taken out of its link for each statement
//! and put back only after the last token of the answer. (A driver's connection that was left in
//! the middle of an answer can take the rest of it for the answer to the next statement.)

mod connect;
mod pool;
mod row;

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt as _, TryStreamExt as _};
use tiberius::{Client, Query, QueryItem, QueryStream};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_util::compat::Compat;

pub use connect::{Authentication, ConnectError, Encryption, Options, Step};
pub use pool::Server;
pub use row::Row;

use crate::sql::Value;

/// SQL Server takes at most 2,100 values with a request; some are the driver's own.
const MOST_VALUES: usize = 2_000;
/// Statements in a request: more cost more in parsing than they save in travel.
const MOST_STATEMENTS: usize = 250;

/// Sets of `width` values that one request takes.
pub const fn sets_in_a_request(width: usize) -> usize {
    if width == 0 {
        return MOST_STATEMENTS;
    }
    let fitting = MOST_VALUES / width;
    if fitting < MOST_STATEMENTS {
        fitting
    } else {
        MOST_STATEMENTS
    }
}

/// A statement came to no good end. The connection is gone then.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The server said no.
    #[error("error {code}: {message}")]
    Refused {
        /// SQL Server's number of the error.
        code: u32,
        /// Its text.
        message: String,
    },
    /// The connection broke.
    #[error("the connection to {place} broke: {reason}")]
    Broken {
        /// Server and database.
        place: String,
        /// What was seen.
        reason: String,
    },
    /// No answer within the time that a statement has.
    #[error("{place} has not answered within {} s", .after.as_secs())]
    Late {
        /// Server and database.
        place: String,
        /// The time it had.
        after: Duration,
    },
    /// An earlier statement on this connection came to no good end.
    #[error("the connection to {place} was given up after an earlier error")]
    GivenUp {
        /// Server and database.
        place: String,
    },
    /// The answer is not what the protocol allows, or a value cannot be told.
    #[error("the answer of {place} cannot be read: {reason}")]
    Unreadable {
        /// Server and database.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

impl ServerError {
    /// SQL Server's number of the error, where the server said no.
    pub const fn code(&self) -> Option<u32> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::Connect(_)
            | Self::Broken { .. }
            | Self::Late { .. }
            | Self::GivenUp { .. }
            | Self::Unreadable { .. } => None,
        }
    }

    /// True where the same work may well succeed a moment later: the victim of a deadlock (1205), a
    /// lock that was not given in time (1222), a conflict of snapshots (3960).
    pub fn is_passing(&self) -> bool {
        self.code()
            .is_some_and(|code| matches!(code, 1205 | 1222 | 3960))
    }

    /// True where the server could not be reached, or not any more.
    pub const fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Connect(_) | Self::Broken { .. } | Self::Late { .. } | Self::GivenUp { .. }
        )
    }

    fn of(error: tiberius::error::Error, place: &str) -> Self {
        use tiberius::error::Error;
        let place = place.to_owned();
        if let Error::Server(said) = &error {
            Self::Refused {
                code: said.code(),
                message: said.message().to_owned(),
            }
        } else if let Error::Io { message, .. } = error {
            Self::Broken {
                place,
                reason: message,
            }
        } else {
            Self::Unreadable {
                place,
                reason: error.to_string(),
            }
        }
    }
}

/// What other sessions may do to what a transaction reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Each statement sees what is committed (READ COMMITTED).
    ReadCommitted,
    /// The whole transaction sees one moment (SNAPSHOT).
    Snapshot,
}

type Connection = Client<Compat<TcpStream>>;

/// One connection, used by one thread at a time. Its methods block and must not be called where a
/// runtime's own task runs.
pub struct Link {
    /// Taken out for each statement; put back where its answer was read to the end.
    connection: RefCell<Option<Connection>>,
    runtime: Handle,
    deadline: Duration,
    place: Arc<str>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Link {
    /// Connects. `runtime` carries the connection.
    pub fn open(options: &Options, runtime: Handle) -> Result<Self, ConnectError> {
        let connection = runtime.block_on(connect::connect(options))?;
        Ok(Self {
            connection: RefCell::new(Some(connection)),
            runtime,
            deadline: options.statement_timeout,
            place: options.place().into(),
        })
    }

    /// Server and database.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// False once a statement came to no good end: the link is of no use any more.
    pub fn is_whole(&self) -> bool {
        self.connection.borrow().is_some()
    }

    /// True where the server answers on this connection in time. Otherwise the link is given up.
    fn answers(&self, within: Duration) -> bool {
        let asked = self.with(async |connection| {
            let asked = async {
                connection
                    .simple_query("SELECT 1")
                    .await?
                    .into_results()
                    .await
            };
            Ok(timed(within, asked).await??)
        });
        asked.is_ok()
    }

    /// Begins a transaction.
    pub fn begin(&self, isolation: Isolation) -> Result<(), ServerError> {
        let level = match isolation {
            Isolation::ReadCommitted => tiberius::IsolationLevel::ReadCommitted,
            Isolation::Snapshot => tiberius::IsolationLevel::Snapshot,
        };
        self.with(async |connection| {
            let begun = connection.begin_transaction_with_isolation(level);
            Ok(timed(self.deadline, begun).await??)
        })
    }

    /// Makes what the transaction did last. Where this fails it is not known whether it did.
    pub fn commit(&self) -> Result<(), ServerError> {
        self.with(async |connection| {
            Ok(timed(self.deadline, connection.commit_transaction()).await??)
        })
    }

    /// Undoes what the transaction did.
    pub fn roll_back(&self) -> Result<(), ServerError> {
        self.with(async |connection| {
            Ok(timed(self.deadline, connection.rollback_transaction()).await??)
        })
    }

    /// Runs statements; answers how many rows they changed together.
    pub fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, ServerError> {
        self.with(async |connection| {
            let done = timed(self.deadline, query(sql, values).execute(connection)).await??;
            Ok(done.total())
        })
    }

    /// Runs statements that take no values, as one batch.
    pub fn script(&self, sql: &str) -> Result<(), ServerError> {
        self.with(async |connection| {
            let mut answer = timed(self.deadline, connection.simple_query(sql)).await??;
            while next(self.deadline, &mut answer).await?.is_some() {}
            Ok(())
        })
    }

    /// Hands each row to `row`, with the number of its result from 0 on. The deadline is for each
    /// row, not for all of them.
    pub fn each<E: From<ServerError>>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut row: impl FnMut(usize, &Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut refused = None;
        let done = self.with(async |connection| {
            let mut answer = timed(self.deadline, query(sql, values).query(connection)).await??;
            while let Some(item) = next(self.deadline, &mut answer).await? {
                if let QueryItem::Row(columns) = item {
                    let result = columns.result_index();
                    // The rest is not waited for: the connection is given up.
                    if let Err(error) = row(result, &Row::new(columns, Arc::clone(&self.place))) {
                        refused = Some(error);
                        return Err(Fault::Refused);
                    }
                }
            }
            Ok(())
        });
        match refused {
            Some(error) => Err(error),
            None => Ok(done?),
        }
    }

    /// Runs `work` on the connection, which survives only where it ends well and in time.
    fn with<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, Fault>,
    ) -> Result<T, ServerError> {
        let place = || self.place.to_string();
        let taken = self.connection.borrow_mut().take();
        let mut connection = taken.ok_or_else(|| ServerError::GivenUp { place: place() })?;
        match self.runtime.block_on(work(&mut connection)) {
            Ok(value) => {
                *self.connection.borrow_mut() = Some(connection);
                Ok(value)
            }
            Err(Fault::Late) => Err(ServerError::Late {
                place: place(),
                after: self.deadline,
            }),
            Err(Fault::Driver(error)) => Err(ServerError::of(error, &self.place)),
            // The caller knows better.
            Err(Fault::Refused) => Err(ServerError::GivenUp { place: place() }),
        }
    }
}

/// Why a statement did not end well.
enum Fault {
    Late,
    Driver(tiberius::error::Error),
    /// Whoever reads the rows has refused one.
    Refused,
}

impl From<tiberius::error::Error> for Fault {
    fn from(error: tiberius::error::Error) -> Self {
        Self::Driver(error)
    }
}

async fn timed<T>(deadline: Duration, work: impl Future<Output = T>) -> Result<T, Fault> {
    timeout(deadline, work).await.map_err(|_| Fault::Late)
}

/// The next item of an answer. What is there already is taken without setting a timer.
async fn next(
    deadline: Duration,
    answer: &mut QueryStream<'_>,
) -> Result<Option<QueryItem>, Fault> {
    match answer.try_next().now_or_never() {
        Some(item) => Ok(item?),
        None => Ok(timed(deadline, answer.try_next()).await??),
    }
}

fn query<'a>(sql: &'a str, values: &'a [Value<'a>]) -> Query<'a> {
    let mut query = Query::new(sql);
    for value in values {
        match value {
            // A number without a value: what a text without one does not go into everywhere.
            Value::Null => query.bind(Option::<i64>::None),
            Value::Integer(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.as_ref()),
            Value::Bytes(bytes) => query.bind(bytes.as_ref()),
        }
    }
    query
}
