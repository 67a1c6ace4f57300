//! Passwords and tokens, and the places that keep them: the credential store of the operating
//! system, else a file that only this user reads.
//!
//! A name is `PROFILE/PURPOSE`, as in `prod/sql`. A secret is a [`SecretString`]: it is wiped where it
//! ends, and what prints it prints that it is one. Every question has a deadline.

mod file;
mod password;
mod system;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub use password::{Found, NoPassword, PasswordSource, Purpose, given};
pub use secrecy::{ExposeSecret, SecretString};

use file::Folder;
use system::{Store, Trouble};

/// Who keeps the secrets, in the words of the credential stores.
const SERVICE: &str = "axcs";
/// A store that has not answered after this time is left alone.
const ANSWER: Duration = Duration::from_secs(5);
/// The same where a person may have to unlock it first.
const UNLOCK: Duration = Duration::from_secs(60);

/// Where a secret is, or was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A variable of the environment.
    Variable(&'static str),
    /// A credential that systemd gives to its service.
    SystemdCredential(&'static str),
    /// The Secret Service of the session, over D-Bus, as GNOME and KDE have it.
    SecretService,
    /// The user's persistent keyring in the kernel of Linux.
    KernelKeyring,
    /// Windows.
    CredentialManager,
    /// macOS.
    Keychain,
    /// A file.
    File(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::SystemdCredential(name) => write!(f, "systemd's credential {name}"),
            Self::SecretService => f.write_str("the Secret Service of this session"),
            Self::KernelKeyring => f.write_str("the kernel's keyring of this user"),
            Self::CredentialManager => f.write_str("the Windows Credential Manager"),
            Self::Keychain => f.write_str("the keychain"),
            Self::File(file) => write!(f, "the file {}", file.display()),
        }
    }
}

impl Place {
    /// What whoever puts a secret there has to know of it.
    pub const fn remark(&self) -> Option<&'static str> {
        match self {
            Self::KernelKeyring => Some(
                "It is forgotten when the machine starts again, and when nobody has asked for it for \
                 three days.",
            ),
            Self::Variable(_)
            | Self::SystemdCredential(_)
            | Self::SecretService
            | Self::CredentialManager
            | Self::Keychain
            | Self::File(_) => None,
        }
    }
}

/// A place cannot say what it holds, or does not take anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct SecretsError {
    /// The place.
    pub place: Place,
    /// Why.
    pub reason: String,
}

/// A secret that was written.
#[derive(Debug)]
pub struct Written {
    /// Where it is.
    pub place: Place,
    /// Better places that are there and did not take it.
    pub refused: Vec<SecretsError>,
}

/// The places that keep secrets.
///
/// A secret is written to the first place that takes it and removed from those behind it; so the last
/// place that has one has the newest, and there it is looked for first. A file is asked before
/// anything that may hang.
#[derive(Clone, Debug)]
pub struct Secrets {
    stores: Vec<Store>,
    folder: Option<Folder>,
}

impl Secrets {
    /// The stores of this operating system, and a folder for where they are not.
    pub fn of_this_system(folder: Option<PathBuf>) -> Self {
        Self {
            stores: Store::ALL.to_vec(),
            folder: folder.map(Folder),
        }
    }

    /// A folder only.
    pub fn in_folder(folder: Option<PathBuf>) -> Self {
        Self {
            stores: Vec::new(),
            folder: folder.map(Folder),
        }
    }

    /// Without the places that forget when the machine starts again.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.stores.retain(|store| store.place().remark().is_none());
        self
    }

    /// The secret of this name and where it was found.
    ///
    /// # Errors
    /// It was found nowhere, and this place could not say whether it has it.
    pub async fn read(&self, name: &str) -> Result<Option<(SecretString, Place)>, SecretsError> {
        let mut silent = None;
        if let Some(folder) = &self.folder {
            match folder.read(name) {
                Ok(Some(secret)) => return Ok(Some((secret, folder.place(name)))),
                Ok(None) => {}
                Err(reason) => silent = Some(refused(folder.place(name), reason)),
            }
        }
        for store in self.stores.iter().rev() {
            match store.read(name, ANSWER).await {
                Ok(Some(secret)) => return Ok(Some((secret, store.place()))),
                Ok(None) | Err(Trouble::Absent) => {}
                Err(Trouble::Failed(reason)) => silent = Some(refused(store.place(), reason)),
            }
        }
        silent.map_or(Ok(None), Err)
    }

    /// Keeps a secret under this name.
    ///
    /// # Errors
    /// No place takes it, or an older one that would be found before it cannot be removed.
    pub async fn write(&self, name: &str, secret: &SecretString) -> Result<Written, SecretsError> {
        let mut refusals = Vec::new();
        for (number, store) in self.stores.iter().enumerate() {
            match store.write(name, secret, UNLOCK).await {
                Ok(()) => {
                    self.remove_behind(number, name).await?;
                    return Ok(Written {
                        place: store.place(),
                        refused: refusals,
                    });
                }
                Err(Trouble::Absent) => {}
                Err(Trouble::Failed(reason)) => refusals.push(refused(store.place(), reason)),
            }
        }
        let Some(folder) = &self.folder else {
            return Err(refusals.pop().unwrap_or_else(|| SecretsError {
                place: Place::File("secrets".into()),
                reason: "there is no credential store, and no folder is named (`dir`)".to_owned(),
            }));
        };
        let place = folder.place(name);
        folder
            .write(name, secret)
            .map_err(|reason| refused(place.clone(), reason))?;
        Ok(Written {
            place,
            refused: refusals,
        })
    }

    /// Removes the secret of this name from every place; answers those that had it.
    ///
    /// # Errors
    /// The first place that may still have it.
    pub async fn remove(&self, name: &str) -> Result<Vec<Place>, SecretsError> {
        let mut had = Vec::new();
        let mut failed = None;
        for store in &self.stores {
            match store.remove(name, UNLOCK).await {
                Ok(true) => had.push(store.place()),
                Ok(false) | Err(Trouble::Absent) => {}
                Err(Trouble::Failed(reason)) => {
                    failed = failed.or_else(|| Some(refused(store.place(), reason)));
                }
            }
        }
        if let Some(folder) = &self.folder {
            match folder.remove(name) {
                Ok(true) => had.push(folder.place(name)),
                Ok(false) => {}
                Err(reason) => {
                    failed = failed.or_else(|| Some(refused(folder.place(name), reason)));
                }
            }
        }
        failed.map_or(Ok(had), Err)
    }

    /// An older secret behind the store of this number would be found before the one in it.
    async fn remove_behind(&self, number: usize, name: &str) -> Result<(), SecretsError> {
        let behind = Self {
            stores: self.stores[number + 1..].to_vec(),
            folder: self.folder.clone(),
        };
        Box::pin(behind.remove(name)).await.map(drop)
    }
}

fn refused(place: Place, reason: impl fmt::Display) -> SecretsError {
    SecretsError {
        place,
        reason: reason.to_string(),
    }
}
