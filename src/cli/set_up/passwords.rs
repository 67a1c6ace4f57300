//! The passwords that the settings ask for, and where they are looked for.

use std::path::PathBuf;

use super::named;
use crate::cli::Refusal;
use crate::secrets::{Found, PasswordSource, Purpose, Secrets};
use crate::settings::orders::HandOverSetting;
use crate::settings::sqlserver::AuthenticationSetting;
use crate::settings::{SecretsSetting, Settings};

/// Where the settings keep passwords and tokens.
pub fn secrets(settings: &Settings) -> Secrets {
    match settings.secrets {
        SecretsSetting::System => Secrets::of_this_system(folder(settings)),
        SecretsSetting::File => Secrets::in_folder(folder(settings)),
    }
}

/// In the user's profile, which others do not read.
#[cfg(windows)]
fn folder(_: &Settings) -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "axcs")?;
    Some(folders.data_local_dir().join("secrets"))
}

#[cfg(not(windows))]
fn folder(settings: &Settings) -> Option<PathBuf> {
    named(&settings.dir).map(|dir| dir.join("secrets"))
}

/// The passwords that are needed.
pub fn needed(settings: &Settings) -> Vec<Purpose> {
    let mut needed = Vec::new();
    if settings.sqlserver.is_named() {
        match settings.sqlserver.authentication {
            AuthenticationSetting::Sql | AuthenticationSetting::Windows => {
                needed.push(Purpose::Sql);
            }
            AuthenticationSetting::Integrated => {}
        }
    }
    match settings.orders.handover {
        HandOverSetting::AifHttp => needed.push(Purpose::Orders),
        HandOverSetting::Company | HandOverSetting::AifFile | HandOverSetting::Staging => {}
    }
    needed
}

/// Where the password for a purpose comes from.
pub fn source(settings: &Settings, purpose: Purpose) -> PasswordSource {
    let file = match purpose {
        Purpose::Sql => &settings.sqlserver.password_file,
        Purpose::Orders => &settings.orders.password_file,
    };
    PasswordSource::new(purpose, &settings.profile, secrets(settings), named(file))
}

/// Whose password it is: `the SQL login axcs`.
pub fn whose(settings: &Settings, purpose: Purpose) -> String {
    let user = match purpose {
        Purpose::Sql => &settings.sqlserver.user,
        Purpose::Orders => &settings.orders.user,
    };
    format!("{} {user}", purpose.whose())
}

/// The password for a purpose.
pub async fn password(settings: &Settings, purpose: Purpose) -> Result<Found, Refusal> {
    let source = source(settings, purpose);
    source.read().await.map_err(|error| {
        Refusal::usage(
            format!("There is no password for {}.", whose(settings, purpose)),
            error,
            source.remedy(),
        )
    })
}
