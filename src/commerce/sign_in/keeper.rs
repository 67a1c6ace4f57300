//! Where the tokens of a machine are kept, and how its processes keep out of each other's way.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;

/// How long another process may work with the grant.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two tries to take the lock.
const AGAIN: Duration = Duration::from_millis(50);

/// Keeps one secret text.
#[async_trait]
pub trait Keeper: fmt::Debug + Send + Sync + 'static {
    /// The text; none where there is none.
    fn read(&self) -> io::Result<Option<String>>;
    /// Puts another text in its place: all of it, or nothing.
    fn write(&self, text: &str) -> io::Result<()>;
    /// Forgets it. Repeating it is harmless.
    fn remove(&self) -> io::Result<()>;
    /// Where it is, for messages.
    fn place(&self) -> String;
    /// Waits until no other process of this machine holds the lock.
    async fn lock(&self) -> io::Result<Lock>;
}

/// Given back when it is dropped, or when the process ends.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code, reason = "closing it gives the lock back")] File);

impl Lock {
    /// Takes the lock of the file at `path`, which is made where it is missing.
    pub async fn take(path: &Path) -> io::Result<Self> {
        let file = private(OpenOptions::new().create(true).append(true)).open(path)?;
        let ends = tokio::time::Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if tokio::time::Instant::now() < ends => {
                    tokio::time::sleep(AGAIN).await;
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        "another process has been signing in or renewing for too long",
                    ));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

/// A file that only its owner reads.
#[derive(Clone, Debug)]
pub struct FileKeeper(PathBuf);

impl FileKeeper {
    /// Keeps the text in `file`.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self(file.into())
    }
}

#[async_trait]
impl Keeper for FileKeeper {
    fn read(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(&self.0) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, text: &str) -> io::Result<()> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = self.0.with_extension("new");
        // What a killed process left may have other rights.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        drop(file);
        fs::rename(&new, &self.0)
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn place(&self) -> String {
        self.0.display().to_string()
    }

    async fn lock(&self) -> io::Result<Lock> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        Lock::take(&self.0.with_extension("lock")).await
    }
}

/// A file made so is its owner's alone. (On Windows it inherits the rights of its folder, which is
/// the user's own.)
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_text_is_replaced_whole_and_only_its_owner_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("deep/sign-in.json");
        let keeper = FileKeeper::new(&file);
        assert_eq!(keeper.read().unwrap(), None);
        keeper.remove().unwrap();
        for text in ["one", "two"] {
            keeper.write(text).unwrap();
            assert_eq!(keeper.read().unwrap().as_deref(), Some(text));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(&file).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        keeper.remove().unwrap();
        assert_eq!(keeper.read().unwrap(), None);
    }

    #[tokio::test]
    async fn one_holds_the_lock_and_the_next_waits_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = FileKeeper::new(dir.path().join("sign-in.json"));
        let held = keeper.lock().await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(200), keeper.lock()).await;
        assert!(early.is_err());
        drop(held);
        keeper.lock().await.unwrap();
    }
}
