//! The user's persistent keyring in the kernel of Linux (persistent-keyring(7)), which every session
//! and service of the user shares. It hangs in the keyring of the thread that asks, and nowhere else:
//! what hung in a session too would go on to be found there after another was stored.

use std::fmt;
use std::time::Duration;

use linux_keyutils::{KeyError, KeyRing, KeyRingIdentifier};
use secrecy::{ExposeSecret as _, SecretString};

use super::Trouble;
use super::call::call;
use crate::secrets::SERVICE;

pub(super) async fn read(name: &str, deadline: Duration) -> Result<Option<SecretString>, Trouble> {
    let name = description(name);
    let read = call(deadline, move || match persistent()?.search(&name) {
        Ok(key) => key.read_to_vec().map(Some).map_err(failed),
        Err(error) if is_none(error) => Ok(None),
        Err(error) => Err(failed(error)),
    });
    let Some(bytes) = read.await? else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes).map_err(|_| failed("what is stored is no text"))?;
    Ok(Some(text.into()))
}

pub(super) async fn write(
    name: &str,
    secret: &SecretString,
    deadline: Duration,
) -> Result<(), Trouble> {
    let (name, secret) = (description(name), secret.clone());
    let written = call(deadline, move || {
        let secret = secret.expose_secret().as_bytes();
        persistent()?.add_key(&name, secret).map_err(failed)
    });
    written.await.map(drop)
}

pub(super) async fn remove(name: &str, deadline: Duration) -> Result<bool, Trouble> {
    let name = description(name);
    let removed = call(deadline, move || {
        let keyring = persistent()?;
        match keyring.search(&name) {
            Ok(key) => {
                keyring.unlink_key(key).map_err(failed)?;
                Ok(true)
            }
            Err(error) if is_none(error) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    });
    removed.await
}

fn description(name: &str) -> String {
    format!("{SERVICE}:{name}")
}

/// A container forbids the call, and a kernel may be built without it: then there is none.
fn persistent() -> Result<KeyRing, Trouble> {
    KeyRing::get_persistent(KeyRingIdentifier::Thread).map_err(|_| Trouble::Absent)
}

fn is_none(error: KeyError) -> bool {
    use KeyError::{KeyDoesNotExist, KeyExpired, KeyRevoked};
    matches!(error, KeyDoesNotExist | KeyExpired | KeyRevoked)
}

fn failed(reason: impl fmt::Display) -> Trouble {
    Trouble::Failed(reason.to_string())
}
