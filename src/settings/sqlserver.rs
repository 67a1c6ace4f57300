//! The SQL Server that holds AX's business database, and the ledger where several workers share it.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A database of AX 2012 on a SQL Server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlServerSettings {
    /// Name or address of the machine; empty for an embedded company.
    pub host: String,
    /// TCP port; 0 for the one of the instance, or 1433.
    pub port: u16,
    /// Named instance; empty for the default one.
    pub instance: String,
    /// AX's business database.
    pub database: String,
    /// Key of the partition (R2); empty for the initial one.
    pub partition: String,
    /// Who logs in.
    pub authentication: AuthenticationSetting,
    /// Login, or `DOMAIN\user`.
    pub user: String,
    /// File with the password.
    pub password_file: PathBuf,
    /// What is encrypted.
    pub encryption: EncryptionSetting,
    /// Authorities to trust.
    pub ca_file: PathBuf,
    /// Take any certificate.
    pub trust_any_certificate: bool,
    /// Database of the ledger; empty for a file in the folder.
    pub ledger_database: String,
    /// Time for each step of connecting.
    pub connect_timeout_seconds: u64,
    /// Time for a statement.
    pub statement_timeout_seconds: u64,
}

/// Who logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthenticationSetting {
    /// A login of the server.
    Sql,
    /// A Windows account by name and password.
    Windows,
    /// The account of the process.
    Integrated,
}

/// What is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EncryptionSetting {
    /// Everything.
    Required,
    /// The login only.
    Login,
    /// Nothing.
    None,
}

impl SqlServerSettings {
    /// True where a server is named: the company is read from there.
    pub const fn is_named(&self) -> bool {
        !self.host.is_empty()
    }

    /// Time for each step of connecting.
    pub const fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout_seconds)
    }

    /// Time for a statement.
    pub const fn statement_timeout(&self) -> Duration {
        Duration::from_secs(self.statement_timeout_seconds)
    }

    /// What does not fit together.
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.is_named() {
            return Ok(());
        }
        let named = |value: &str, setting: &str, what: &str| {
            if value.is_empty() {
                Err(format!("sqlserver.{setting} is empty; name {what}"))
            } else {
                Ok(())
            }
        };
        named(&self.database, "database", "AX's business database")?;
        if self.authentication != AuthenticationSetting::Integrated {
            named(&self.user, "user", "who logs in")?;
        }
        if self
            .ledger_database
            .eq_ignore_ascii_case(self.database.trim())
        {
            return Err(format!(
                "sqlserver.ledger_database is {:?}, which is AX's own: the ledger needs a database of its own",
                self.ledger_database
            ));
        }
        if self.host.contains(['\\', ',']) {
            return Err(format!(
                "sqlserver.host is {:?}; name the machine there, and its instance or port in \
                 sqlserver.instance or sqlserver.port",
                self.host
            ));
        }
        Ok(())
    }
}
