//! A company file in the making: written beside its final place, given its name only when it is
//! whole. Whatever fails before leaves the place as it was.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::{schema, tracking};
use crate::sqlite::Access;

/// What to do where a company is already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it and fail.
    Keep,
    /// Put the new one in its place.
    Replace,
}

/// The company file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NewFileError {
    /// A company is there and was not to be replaced.
    #[error(
        "{path} already holds a company with {released_items} released items; \
         say --replace to put the new one in its place, or name another file"
    )]
    Exists {
        /// The file.
        path: PathBuf,
        /// Rows of INVENTTABLE in it.
        released_items: u64,
    },
    /// Something is there that is no company: it is never replaced.
    #[error("{path} is there and is not a company of axcs ({reason}); name another file")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Why it is not taken for a company.
        reason: String,
    },
    /// Another program has the company open.
    #[error(
        "{path} is in use by another program; stop `axcs demo`, consoles and workers of it first"
    )]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The system refused a file.
    #[error("{path} cannot be written: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite refused.
    #[error("writing the company failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// The file in the making. Dropped before [`NewFile::finish`], it leaves nothing behind.
#[derive(Debug)]
pub(super) struct NewFile {
    // Fields are dropped in this order: Windows removes no file that is open.
    connection: Connection,
    draft: Draft,
    target: PathBuf,
}

/// A file that is removed again unless it got its name.
#[derive(Debug)]
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already where it was renamed; a left-over is overwritten by the next attempt.
        drop(fs::remove_file(&self.0));
    }
}

impl NewFile {
    /// Begins a company that is to stand at `target`: its tables are there, empty.
    pub(super) fn begin(target: &Path, existing: Existing) -> Result<Self, NewFileError> {
        if target.exists() {
            let released_items = released_items(target)?;
            if existing == Existing::Keep {
                return Err(NewFileError::Exists {
                    path: target.to_owned(),
                    released_items,
                });
            }
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(io_at(folder))?;
        }
        let draft = Draft(beside(target, ".new"));
        remove_if_there(&draft.0)?;
        let connection = Connection::open(&draft.0)?;
        // Nobody sees the draft and a failure throws it away: no journal, no waiting for the disk.
        connection.pragma_update(None, "page_size", 8192)?;
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "cache_size", -65_536)?;
        connection.set_prepared_statement_cache_capacity(64);
        schema::create_tables(&connection)?;
        Ok(Self {
            connection,
            draft,
            target: target.to_owned(),
        })
    }

    /// The connection that fills it.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Adds indexes and change tracking, and gives the file its name.
    pub(super) fn finish(self) -> Result<(), NewFileError> {
        schema::create_indexes(&self.connection)?;
        tracking::begin(&self.connection, &incarnation()?)?;
        self.connection
            .pragma_update(None, "locking_mode", "NORMAL")?;
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        let Self {
            connection,
            draft,
            target,
        } = self;
        connection.close().map_err(|(_, error)| error)?;
        File::options()
            .write(true)
            .open(&draft.0)
            .and_then(|file| file.sync_all())
            .map_err(io_at(&draft.0))?;
        if target.exists() {
            close_down(&target)?;
        }
        fs::rename(&draft.0, &target).map_err(io_at(&target))
    }
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> NewFileError {
    |source| NewFileError::Io {
        path: path.to_owned(),
        source,
    }
}

fn incarnation() -> Result<String, NewFileError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| NewFileError::Io {
        path: PathBuf::from("the system's random numbers"),
        source: io::Error::other(error),
    })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove_if_there(path: &Path) -> Result<(), NewFileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_at(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn open_existing(path: &Path) -> Result<Connection, NewFileError> {
    schema::open(path, Access::Create).map_err(|error| NewFileError::Foreign {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn released_items(path: &Path) -> Result<u64, NewFileError> {
    let count = "SELECT COUNT(*) FROM INVENTTABLE";
    let number = open_existing(path)?.query_row(count, [], |row| row.get::<_, i64>(0))?;
    Ok(number as u64)
}

/// Makes sure that nobody has the old company open, and takes its write-ahead log away: SQLite
/// would play it into the file that gets its name.
fn close_down(path: &Path) -> Result<(), NewFileError> {
    let connection = open_existing(path)?;
    connection.busy_timeout(Duration::from_secs(1))?;
    connection
        .pragma_update(None, "journal_mode", "DELETE")
        .map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => NewFileError::InUse {
                path: path.to_owned(),
            },
            _ => NewFileError::Sqlite(error),
        })?;
    connection.close().map_err(|(_, error)| error)?;
    remove_if_there(&beside(path, "-wal"))?;
    remove_if_there(&beside(path, "-shm"))
}
