//! The connection over which orders are written, kept between two orders: opening and closing one
//! costs far more than an order, because SQLite empties its write-ahead log with the last connection.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::super::schema;
use crate::company::CompanyError;
use crate::sqlite::Access;

/// What tells a file from another one of the same name. Windows replaces no file that is open.
#[cfg(unix)]
type FileId = (u64, u64);
#[cfg(not(unix))]
type FileId = ();

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_id(_: &Path) -> Option<FileId> {
    Some(())
}

struct Kept {
    connection: Connection,
    file: Option<FileId>,
}

/// A place for the connection; whoever writes takes it out and puts it back.
#[derive(Clone, Default)]
pub struct Desk(Arc<Mutex<Option<Kept>>>);

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// A connection to the file at `path`: the kept one, unless another file stands there now (a
    /// company that was loaded anew).
    pub fn open(&self, path: &Path) -> Result<AtDesk<'_>, CompanyError> {
        let file = file_id(path);
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let kept = match kept.filter(|kept| file.is_some() && kept.file == file) {
            Some(kept) => kept,
            None => Kept {
                connection: schema::open(path, Access::Create)?,
                file,
            },
        };
        Ok(AtDesk { desk: self, kept })
    }
}

/// A connection that is being used.
pub struct AtDesk<'d> {
    desk: &'d Desk,
    kept: Kept,
}

impl AtDesk<'_> {
    /// The connection.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.kept.connection
    }

    /// Keeps the connection for the next order. One after a failure is not kept.
    pub fn keep(self) {
        *self.desk.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.kept);
    }
}
