//! Where the tokens of a machine are kept, and how its processes keep out of each other's way.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::secrets::{Place, SecretString, Secrets, SecretsError};

/// How long another process may work with the grant.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two tries to take the lock.
const AGAIN: Duration = Duration::from_millis(50);

/// Keeps the tokens of one machine at one service.
#[derive(Clone, Debug)]
pub struct Keeper {
    secrets: Secrets,
    name: String,
    lock: PathBuf,
}

/// Given back when it is dropped, or when the process ends.
#[derive(Debug)]
pub(super) struct Lock(#[allow(dead_code, reason = "closing it gives the lock back")] File);

impl Keeper {
    /// Keeps the tokens of `profile` for the service at `address` in the places of `secrets` that
    /// last: a worker has to go on when the machine starts again. The lock is a file that is made
    /// where it is missing.
    pub fn new(secrets: Secrets, profile: &str, address: &str, lock: PathBuf) -> Self {
        // An address is too long for the name of a file.
        let address = xxhash_rust::xxh3::xxh3_64(address.as_bytes());
        Self {
            secrets: secrets.lasting(),
            name: format!("{profile}/sign-in-{address:016x}"),
            lock,
        }
    }

    pub(super) async fn read(&self) -> Result<Option<(SecretString, Place)>, SecretsError> {
        self.secrets.read(&self.name).await
    }

    pub(super) async fn write(&self, text: &SecretString) -> Result<(), SecretsError> {
        let written = self.secrets.write(&self.name, text).await?;
        for error in written.refused {
            tracing::warn!("the sign-in is kept in {}: {error}", written.place);
        }
        Ok(())
    }

    /// Forgets the tokens. Repeating it is harmless.
    pub async fn remove(&self) -> Result<(), SecretsError> {
        self.secrets.remove(&self.name).await.map(drop)
    }

    /// Waits until no other process of this machine holds the lock.
    pub(super) async fn lock(&self) -> Result<Lock, SecretsError> {
        self.take_lock().await.map_err(|error| SecretsError {
            place: Place::File(self.lock.clone()),
            reason: error.to_string(),
        })
    }

    async fn take_lock(&self) -> io::Result<Lock> {
        if let Some(folder) = self.lock.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        // On Windows it inherits the rights of its folder.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.lock)?;
        let ends = tokio::time::Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_holds_the_lock_and_the_next_waits_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let secrets = Secrets::in_folder(Some(dir.path().into()));
        let keeper = Keeper::new(secrets, "test", "", dir.path().join("deep/sign-in.lock"));
        let held = keeper.lock().await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(200), keeper.lock()).await;
        assert!(early.is_err());
        drop(held);
        keeper.lock().await.unwrap();
    }
}
