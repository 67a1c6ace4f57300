//! The folder of a service: one process owns it, the others learn its address from it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file whose lock the owner holds; the system releases it when the process dies.
const LOCK: &str = "service.lock";
/// The file that names the owner's address. Apart from the lock: on Windows nobody else can read
/// a locked file.
const ADDRESS: &str = "service.address";
/// [`running_at`] holds the lock for an instant: a starting service tries again.
const TRIES: u32 = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(30);

/// A folder that this process owns until the value is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Holds the lock.
    _lock: File,
}

impl Folder {
    /// Makes `path` where it is missing and owns it; `None` where another process does.
    pub fn own(path: &Path) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(path)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))?;
        for attempt in 1..=TRIES {
            match lock.try_lock() {
                Ok(()) => {
                    let folder = Self {
                        path: path.to_owned(),
                        _lock: lock,
                    };
                    // A service that was killed left its address.
                    folder.forget_address()?;
                    return Ok(Some(folder));
                }
                #[expect(clippy::disallowed_methods, reason = "a fraction of a second, once")]
                Err(TryLockError::WouldBlock) if attempt < TRIES => {
                    std::thread::sleep(BETWEEN_TRIES);
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Where the store is.
    pub fn store(&self) -> PathBuf {
        self.path.join("commerce.db")
    }

    /// Where the images of the products are.
    pub fn images(&self) -> PathBuf {
        self.path.join("images")
    }

    /// Tells other processes where the service listens. They never see half of it.
    pub fn write_address(&self, url: &str) -> io::Result<()> {
        let new = self.path.join("service.address.new");
        std::fs::write(&new, format!("{url}\n"))?;
        std::fs::rename(new, self.path.join(ADDRESS))
    }

    fn forget_address(&self) -> io::Result<()> {
        match std::fs::remove_file(self.path.join(ADDRESS)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Without the lock nobody believes the file.
        drop(self.forget_address());
    }
}

/// The url of the service that owns the folder `dir`; `None` where none runs.
pub fn running_at(dir: &Path) -> Option<String> {
    let lock = File::open(dir.join(LOCK)).ok()?;
    match lock.try_lock_shared() {
        Ok(()) | Err(TryLockError::Error(_)) => None,
        Err(TryLockError::WouldBlock) => std::fs::read_to_string(dir.join(ADDRESS))
            .ok()
            .map(|url| url.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_owner_at_a_time_and_its_address_dies_with_it() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(running_at(dir.path()), None);
        let folder = Folder::own(dir.path()).unwrap().unwrap();
        assert!(Folder::own(dir.path()).unwrap().is_none());
        folder.write_address("http://127.0.0.1:1").unwrap();
        assert_eq!(
            running_at(dir.path()).as_deref(),
            Some("http://127.0.0.1:1")
        );
        drop(folder);
        assert_eq!(running_at(dir.path()), None);
        assert!(Folder::own(dir.path()).unwrap().is_some());
    }

    #[test]
    fn an_address_left_by_a_killed_service_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(LOCK), "").unwrap();
        std::fs::write(dir.path().join(ADDRESS), "http://127.0.0.1:1\n").unwrap();
        assert_eq!(running_at(dir.path()), None);
        let folder = Folder::own(dir.path()).unwrap().unwrap();
        assert_eq!(running_at(dir.path()), None);
        drop(folder);
    }
}
