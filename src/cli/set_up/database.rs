//! The SQL Server that the settings name.

use std::path::Path;

use super::named;
use crate::cli::Refusal;
use crate::settings::sqlserver::{AuthenticationSetting, EncryptionSetting, SqlServerSettings};
use crate::sqlserver::{Authentication, Encryption, Options, Password};

/// The variable with the password.
const VARIABLE: &str = "AXCS_SQL_PASSWORD";
/// The name of systemd's credential with the password.
const CREDENTIAL: &str = "axcs-sql-password";

/// How AX's business database is connected to.
pub fn options(settings: &SqlServerSettings) -> Result<Options, Refusal> {
    let user = || settings.user.clone();
    Ok(Options {
        host: settings.host.clone(),
        port: (settings.port > 0).then_some(settings.port),
        instance: (!settings.instance.is_empty()).then(|| settings.instance.clone()),
        database: settings.database.clone(),
        authentication: match settings.authentication {
            AuthenticationSetting::Sql => Authentication::Sql {
                user: user(),
                password: password(settings)?,
            },
            AuthenticationSetting::Windows => Authentication::Windows {
                user: user(),
                password: password(settings)?,
            },
            AuthenticationSetting::Integrated => Authentication::Integrated,
        },
        encryption: match settings.encryption {
            EncryptionSetting::Required => Encryption::Required,
            EncryptionSetting::Login => Encryption::Login,
            EncryptionSetting::None => Encryption::None,
        },
        ca_file: named(&settings.ca_file),
        trust_any: settings.trust_any_certificate,
        connect_timeout: settings.connect_timeout(),
        statement_timeout: settings.statement_timeout(),
    })
}

/// Says what the settings give up of safety: once, whatever number of connections there will be.
pub fn warn_of(settings: &SqlServerSettings) {
    if settings.encryption == EncryptionSetting::None {
        tracing::warn!(
            "nothing is encrypted between axcs and SQL Server, the password included: \
             `sqlserver.encryption` is \"none\""
        );
    } else if settings.trust_any_certificate {
        tracing::warn!(
            "whoever answers in the place of SQL Server is trusted: `sqlserver.trust_any_certificate` is on"
        );
    }
}

/// The password of the environment, else systemd's credential, else of the file.
fn password(settings: &SqlServerSettings) -> Result<Password, Refusal> {
    if let Ok(text) = std::env::var(VARIABLE)
        && !text.is_empty()
    {
        return Ok(Password::new(text));
    }
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY")
        .map(|folder| Path::new(&folder).join(CREDENTIAL))
        .filter(|file| file.exists());
    let refused = |cause: String| {
        Refusal::usage(
            format!("There is no password for the SQL login {}.", settings.user),
            cause,
            format!(
                "Set {VARIABLE}, or `sqlserver.password_file` in the settings to a file that holds \
                 the password and that only this account reads."
            ),
        )
    };
    let Some(file) = credential.or_else(|| named(&settings.password_file)) else {
        return Err(refused(format!(
            "{VARIABLE} is not set and `sqlserver.password_file` is empty."
        )));
    };
    let text = std::fs::read_to_string(&file)
        .map_err(|error| refused(format!("{}: {error}", file.display())))?;
    // What an editor leaves at the end is no part of it; a blank may be one.
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(refused(format!("{} is empty.", file.display())));
    }
    Ok(Password::new(text.to_owned()))
}
