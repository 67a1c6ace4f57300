//! The credential stores of the operating systems, best first, each asked with a deadline.

#[cfg(any(windows, target_os = "macos", target_os = "linux"))]
mod call;
#[cfg(target_os = "linux")]
mod kernel;
#[cfg(any(windows, target_os = "macos", test))]
mod keyring;
#[cfg(target_os = "linux")]
mod secret_service;

use std::time::Duration;

use secrecy::SecretString;

use super::Place;

/// A store of this operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    #[cfg(target_os = "linux")]
    SecretService,
    #[cfg(target_os = "linux")]
    KernelKeyring,
    #[cfg(windows)]
    CredentialManager,
    #[cfg(target_os = "macos")]
    Keychain,
}

/// A store gave no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is not there.
    Absent,
    /// It is there; why it gave none.
    Failed(String),
}

impl Store {
    /// The stores of this operating system, the best first.
    pub(super) const ALL: &[Self] = &[
        #[cfg(target_os = "linux")]
        Self::SecretService,
        #[cfg(target_os = "linux")]
        Self::KernelKeyring,
        #[cfg(windows)]
        Self::CredentialManager,
        #[cfg(target_os = "macos")]
        Self::Keychain,
    ];

    pub(super) const fn place(self) -> Place {
        match self {
            #[cfg(target_os = "linux")]
            Self::SecretService => Place::SecretService,
            #[cfg(target_os = "linux")]
            Self::KernelKeyring => Place::KernelKeyring,
            #[cfg(windows)]
            Self::CredentialManager => Place::CredentialManager,
            #[cfg(target_os = "macos")]
            Self::Keychain => Place::Keychain,
        }
    }

    /// The secret of this name.
    pub(super) async fn read(
        self,
        name: &str,
        deadline: Duration,
    ) -> Result<Option<SecretString>, Trouble> {
        match self {
            #[cfg(target_os = "linux")]
            Self::SecretService => in_time(deadline, secret_service::read(name)).await,
            #[cfg(target_os = "linux")]
            Self::KernelKeyring => kernel::read(name, deadline).await,
            #[cfg(windows)]
            Self::CredentialManager => keyring::read(keyring::entry(name), deadline).await,
            #[cfg(target_os = "macos")]
            Self::Keychain => keyring::read(keyring::entry(name), deadline).await,
        }
    }

    /// Keeps a secret under this name, instead of the one that is there.
    pub(super) async fn write(
        self,
        name: &str,
        secret: &SecretString,
        deadline: Duration,
    ) -> Result<(), Trouble> {
        match self {
            #[cfg(target_os = "linux")]
            Self::SecretService => in_time(deadline, secret_service::write(name, secret)).await,
            #[cfg(target_os = "linux")]
            Self::KernelKeyring => kernel::write(name, secret, deadline).await,
            #[cfg(windows)]
            Self::CredentialManager => keyring::write(keyring::entry(name), secret, deadline).await,
            #[cfg(target_os = "macos")]
            Self::Keychain => keyring::write(keyring::entry(name), secret, deadline).await,
        }
    }

    /// Removes the secret of this name; false where there is none.
    pub(super) async fn remove(self, name: &str, deadline: Duration) -> Result<bool, Trouble> {
        match self {
            #[cfg(target_os = "linux")]
            Self::SecretService => in_time(deadline, secret_service::remove(name)).await,
            #[cfg(target_os = "linux")]
            Self::KernelKeyring => kernel::remove(name, deadline).await,
            #[cfg(windows)]
            Self::CredentialManager => keyring::remove(keyring::entry(name), deadline).await,
            #[cfg(target_os = "macos")]
            Self::Keychain => keyring::remove(keyring::entry(name), deadline).await,
        }
    }
}

/// An answer that is waited for without a thread.
#[cfg(target_os = "linux")]
async fn in_time<T>(
    deadline: Duration,
    answer: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    tokio::time::timeout(deadline, answer)
        .await
        .unwrap_or_else(|_| Err(late(deadline)))
}

fn late(deadline: Duration) -> Trouble {
    Trouble::Failed(format!(
        "it has not answered within {} s",
        deadline.as_secs()
    ))
}
