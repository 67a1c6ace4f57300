//! The Secret Service, over D-Bus, as GNOME and KDE have it.
//!
//! Attributes as the `keyring` libraries and `secret-tool lookup service axcs username NAME` have them.

use std::collections::HashMap;

use secrecy::{ExposeSecret as _, SecretString};
use secret_service::{EncryptionType, Error, SecretService};

use super::{Trouble, in_time};
use crate::secrets::{ANSWER, SERVICE};

pub(super) async fn read(name: &str) -> Result<Option<SecretString>, Trouble> {
    let service = connect().await?;
    let found = service.search_items(attributes(name)).await?;
    let Some(item) = found.unlocked.first() else {
        // Whoever asks may be a worker: nobody is there to unlock it.
        return if found.locked.is_empty() {
            Ok(None)
        } else {
            Err(Error::Locked.into())
        };
    };
    let bytes = item.get_secret().await?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.into())),
        Err(_) => Err(Trouble::Failed(format!(
            "what is stored as {name} is no text"
        ))),
    }
}

pub(super) async fn write(name: &str, secret: &SecretString) -> Result<(), Trouble> {
    let bytes = secret.expose_secret().as_bytes();
    let service = connect().await?;
    let found = service.search_items(attributes(name)).await?;
    if let Some(item) = found.unlocked.first().or_else(|| found.locked.first()) {
        if item.is_locked().await? {
            item.unlock().await?;
        }
        return Ok(item.set_secret(bytes, "text/plain").await?);
    }
    let collection = match service.get_default_collection().await {
        Err(Error::NoResult) => {
            let reason = "it has no default keyring; make one, and log in anew";
            return Err(Trouble::Failed(reason.to_owned()));
        }
        collection => collection?,
    };
    if collection.is_locked().await? {
        collection.unlock().await?;
    }
    let label = format!("{SERVICE}: {name}");
    collection
        .create_item(&label, attributes(name), bytes, true, "text/plain")
        .await?;
    Ok(())
}

pub(super) async fn remove(name: &str) -> Result<bool, Trouble> {
    let service = connect().await?;
    let found = service.search_items(attributes(name)).await?;
    let items = || found.unlocked.iter().chain(&found.locked);
    for item in items() {
        if item.is_locked().await? {
            item.unlock().await?;
        }
        item.delete().await?;
    }
    Ok(items().next().is_some())
}

/// A bus that hangs is not waited for as long as a person who unlocks.
async fn connect() -> Result<SecretService<'static>, Trouble> {
    let connecting = async { Ok(SecretService::connect(EncryptionType::Dh).await?) };
    in_time(ANSWER, connecting).await
}

fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", name)])
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        if is_absent(&error) {
            return Self::Absent;
        }
        Self::Failed(if matches!(error, Error::Locked) {
            "it is locked; unlock it, or log in anew".to_owned()
        } else if matches!(error, Error::Prompt) {
            "it stayed locked".to_owned()
        } else {
            error.to_string()
        })
    }
}

/// True where there is no bus, or nobody on it who keeps secrets.
fn is_absent(error: &Error) -> bool {
    const NOBODY: [&str; 3] = [
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.Spawn.ServiceNotFound",
    ];
    if let Error::Zbus(zbus::Error::MethodError(name, ..)) = error {
        NOBODY.contains(&name.as_str())
    } else if let Error::ZbusFdo(error) = error {
        NOBODY.contains(&zbus::DBusError::name(error).as_str())
    } else {
        matches!(
            error,
            Error::Unavailable | Error::Zbus(zbus::Error::Connection(..))
        )
    }
}
