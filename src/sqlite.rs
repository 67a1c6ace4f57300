//! A SQLite file behind one thread of its own: the embedded company, the embedded ledger and the
//! service's store all sit on it.
//!
//! Calls are closures that run on that thread, one after the other; async callers await the answer.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, ErrorCode, OpenFlags, StatementStatus};
use tokio::sync::{Semaphore, oneshot};

/// Calls waiting for the thread, at most; further callers wait.
const QUEUE: usize = 64;
/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Pages of the file that a connection keeps, in KiB below zero, as SQLite wants it. Its own measure is four
/// times as much; but a company is read from its first record to its last, and the system has the file in memory
/// too.
const CACHE_KIB: i64 = -512;
/// How often a new file is switched to WAL while others do the same: more often than there are others.
const WAL_TRIES: u32 = 100;
/// How often a file that is watched is looked at.
pub const LOOK: Duration = Duration::from_secs(1);

/// Where the trace is told what each statement has cost. The log keeps nothing of it.
pub const STATEMENTS: &str = "axcs::statement";

type Call = Box<dyn FnOnce(&mut Connection) + Send>;

/// What the thread is asked for.
enum Errand {
    Call(Call),
    Watch(Watch),
}

/// Somebody who waits for a change.
struct Watch {
    since: Mark,
    time: Range<Timestamp>,
    /// The other end hears of it when this is dropped.
    told: oneshot::Sender<()>,
}

/// What a connection saw of the writes to its file. The same mark again: nothing was written between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Another one where other connections have written.
    pub others: i64,
    /// Rows that this connection has written.
    pub own: u64,
}

impl Mark {
    /// Reads it: two locks and a look at shared memory, at no table.
    pub fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let mut version = connection.prepare_cached("PRAGMA data_version")?;
        Ok(Self {
            others: version.query_row([], |row| row.get(0))?,
            own: connection.total_changes(),
        })
    }
}

/// The file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// A statement or the opening failed.
    #[error("{path}: {source}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The thread is gone: the program is stopping.
    #[error("{0}: the database is closed")]
    Closed(PathBuf),
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Made where it is missing.
    Create,
    /// Only read.
    ReadOnly,
}

/// A handle on the thread. Clones share it; the thread ends with the last of them.
#[derive(Clone, Debug)]
pub struct Sqlite {
    errands: Sender<Errand>,
    places: Arc<Semaphore>,
    path: PathBuf,
}

impl Sqlite {
    /// Opens `path` and prepares the connection with `prepare` (schema, migrations).
    pub async fn open<E>(
        path: &Path,
        access: Access,
        prepare: impl FnOnce(&mut Connection) -> Result<(), E> + Send + 'static,
    ) -> Result<Self, E>
    where
        E: From<SqliteError> + Send + 'static,
    {
        let (errands, queue) = mpsc::channel();
        let (opened, is_open) = oneshot::channel();
        let file = path.to_owned();
        let name = format!(
            "sqlite-{}",
            path.file_stem().unwrap_or_default().to_string_lossy()
        );
        let spawned = std::thread::Builder::new().name(name).spawn(move || {
            let ready = connect(&file, access)
                .map_err(|source| {
                    E::from(SqliteError::Sqlite {
                        path: file.clone(),
                        source,
                    })
                })
                .and_then(|mut connection| prepare(&mut connection).map(|()| connection));
            match ready {
                Ok(mut connection) => {
                    if opened.send(Ok(())).is_ok() {
                        serve(&mut connection, &queue);
                    }
                }
                Err(error) => drop(opened.send(Err(error))),
            }
        });
        let closed = || E::from(SqliteError::Closed(path.to_owned()));
        spawned.map_err(|_| closed())?;
        is_open.await.map_err(|_| closed())??;
        Ok(Self {
            errands,
            places: Arc::new(Semaphore::new(QUEUE)),
            path: path.to_owned(),
        })
    }

    /// Runs `call` on the database's thread.
    pub async fn call<T, E>(
        &self,
        call: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqliteError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let closed = || E::from(SqliteError::Closed(self.path.clone()));
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| closed())?;
        let boxed: Call = Box::new(move |connection| {
            drop(place);
            drop(answer.send(call(connection)));
        });
        let sent = self.errands.send(Errand::Call(boxed));
        sent.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Waits until anybody has written since `since`, or the clock is out of `time`: it may be set
    /// back. It is looked at once a second, by the thread alone: nothing else wakes up meanwhile.
    pub async fn changed(&self, since: Mark, time: Range<Timestamp>) {
        let (told, hears) = oneshot::channel();
        let watch = Watch { since, time, told };
        // Where the thread is gone the next call tells that.
        if self.errands.send(Errand::Watch(watch)).is_ok() {
            let _ = hears.await;
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Does what is asked for until nobody is left who asks.
fn serve(connection: &mut Connection, queue: &Receiver<Errand>) {
    let mut watches: Vec<Watch> = Vec::new();
    let mut looked = Instant::now();
    loop {
        let next = if watches.is_empty() {
            queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            queue.recv_timeout(LOOK.saturating_sub(looked.elapsed()))
        };
        match next {
            Ok(Errand::Call(call)) => call(connection),
            Ok(Errand::Watch(watch)) => watches.push(watch),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if !watches.is_empty() && looked.elapsed() >= LOOK {
            looked = Instant::now();
            let now = Timestamp::now();
            // What went wrong is told by whoever reads next.
            let mark = Mark::of(connection).ok();
            watches.retain(|watch| {
                !watch.told.is_closed() && mark == Some(watch.since) && watch.time.contains(&now)
            });
        }
    }
}

/// Opens a connection with the settings every file of ours has.
pub fn connect(path: &Path, access: Access) -> rusqlite::Result<Connection> {
    let connection = match access {
        Access::Create => Connection::open(path)?,
        Access::ReadOnly => Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?,
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    if access == Access::Create {
        // WAL: readers see a snapshot and never wait for the writer. NORMAL: a commit survives
        // the death of the process at any moment; what a power cut may take back is sent again.
        switch_to_wal(&connection)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
    }
    connection.pragma_update(None, "foreign_keys", "ON")?;
    if tracing::enabled!(target: STATEMENTS, tracing::Level::TRACE) {
        connection.trace_v2(TraceEventCodes::SQLITE_TRACE_PROFILE, Some(tell_cost));
    }
    Ok(connection)
}

/// Tells the trace what a statement has cost since it was prepared, which its `number` tells apart from others of
/// the same text: how often it `ran`, its `steps` (one is
/// an instruction of SQLite's virtual machine: a row that is looked at takes a few, whether or not it is
/// answered) and how many of them went to a next row of a whole table or index.
fn tell_cost(event: TraceEvent<'_>) {
    if let TraceEvent::Profile(statement, _) = event {
        let sql = statement.sql();
        tracing::trace!(
            target: STATEMENTS,
            // It has a copy of its text for itself.
            number = sql.as_ptr().addr() as u64,
            sql = &*sql,
            ran = statement.get_status(StatementStatus::Run),
            steps = statement.get_status(StatementStatus::VmStep),
            scanned = statement.get_status(StatementStatus::FullscanStep),
        );
    }
}

/// Switches the file to WAL. Of several that open a new file at the same moment, `SQLite` tells all but
/// one at once that it is busy: waiting for each other could last for ever.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<()> {
    let mut tries = WAL_TRIES;
    loop {
        tries -= 1;
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if tries > 0 && error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) =>
            {
                // Who asks for the file while holding nothing of it is let wait.
                connection.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn a_new_file_is_opened_by_several_at_the_same_moment() {
        const AT_ONCE: usize = 16;
        let dir = tempfile::tempdir().unwrap();
        for round in 0..20 {
            let path = dir.path().join(round.to_string());
            let together = Barrier::new(AT_ONCE);
            let open = || {
                together.wait();
                connect(&path, Access::Create)?
                    .pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0))
            };
            std::thread::scope(|scope| {
                let opening: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(open)).collect();
                for opened in opening {
                    assert_eq!(opened.join().unwrap().unwrap(), "wal", "round {round}");
                }
            });
        }
    }
}
