//! The stores that the `keyring` libraries ask by a call that blocks: the Windows Credential Manager and
//! the keychain of macOS.

use std::time::Duration;

use keyring_core::{Entry, Error, Result as Asked};
use secrecy::{ExposeSecret as _, SecretString};

use super::Trouble;
use super::call::call;

#[cfg(windows)]
pub(super) fn entry(name: &str) -> Asked<Entry> {
    use keyring_core::api::CredentialStoreApi as _;
    windows_native_keyring_store::Store::new()?.build(crate::secrets::SERVICE, name, None)
}

#[cfg(target_os = "macos")]
pub(super) fn entry(name: &str) -> Asked<Entry> {
    use keyring_core::api::CredentialStoreApi as _;
    apple_native_keyring_store::keychain::Store::new()?.build(crate::secrets::SERVICE, name, None)
}

pub(super) async fn read(
    entry: Asked<Entry>,
    deadline: Duration,
) -> Result<Option<SecretString>, Trouble> {
    let entry = entry?;
    let asked = call(deadline, move || match entry.get_password() {
        Ok(text) => Ok(Some(text.into())),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error.into()),
    });
    asked.await
}

pub(super) async fn write(
    entry: Asked<Entry>,
    secret: &SecretString,
    deadline: Duration,
) -> Result<(), Trouble> {
    let (entry, secret) = (entry?, secret.clone());
    let asked = call(deadline, move || {
        Ok(entry.set_password(secret.expose_secret())?)
    });
    asked.await
}

pub(super) async fn remove(entry: Asked<Entry>, deadline: Duration) -> Result<bool, Trouble> {
    let entry = entry?;
    let asked = call(deadline, move || match entry.delete_credential() {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(error) => Err(error.into()),
    });
    asked.await
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Failed(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::mock::{Cred, Store};

    use super::*;

    #[tokio::test]
    async fn a_secret_is_kept_replaced_and_removed_and_what_fails_says_why() {
        let _alone = super::super::call::ALONE.lock().await;
        let store = Store::new().unwrap();
        let entry = || store.build("axcs", "prod/sql", None);
        let soon = Duration::from_secs(60);
        assert!(read(entry(), soon).await.unwrap().is_none());
        assert!(!remove(entry(), soon).await.unwrap());
        for text in ["first", "second"] {
            write(entry(), &text.into(), soon).await.unwrap();
            let kept = read(entry(), soon).await.unwrap().unwrap();
            assert_eq!(kept.expose_secret(), text);
        }
        let failing = entry().unwrap();
        let cred = failing.as_any().downcast_ref::<Cred>().unwrap();
        cred.set_error(Error::TooLong("password".to_owned(), 2_560));
        let refused = write(Ok(failing), &"x".into(), soon).await.unwrap_err();
        assert!(matches!(refused, Trouble::Failed(reason) if reason.contains("2560")));
        assert!(remove(entry(), soon).await.unwrap());
        assert!(read(entry(), soon).await.unwrap().is_none());
    }
}
