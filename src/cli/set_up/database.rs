//! The SQL Server that the settings name.

use super::{named, passwords};
use crate::cli::Refusal;
use crate::secrets::Purpose;
use crate::settings::Settings;
use crate::settings::sqlserver::{AuthenticationSetting, EncryptionSetting, SqlServerSettings};
use crate::sqlserver::{Authentication, Encryption, Options};

/// How AX's business database is connected to.
pub async fn options(whole: &Settings) -> Result<Options, Refusal> {
    let settings = &whole.sqlserver;
    let user = || settings.user.clone();
    let password = async || {
        let found = passwords::password(whole, Purpose::Sql).await;
        found.map(|found| found.password)
    };
    Ok(Options {
        host: settings.host.clone(),
        port: (settings.port > 0).then_some(settings.port),
        instance: (!settings.instance.is_empty()).then(|| settings.instance.clone()),
        database: settings.database.clone(),
        authentication: match settings.authentication {
            AuthenticationSetting::Sql => Authentication::Sql {
                user: user(),
                password: password().await?,
            },
            AuthenticationSetting::Windows => Authentication::Windows {
                user: user(),
                password: password().await?,
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
