//! Where a password comes from: the environment, else systemd, else the place where `axcs config
//! password` put it, else the file that the settings name.

use std::fs;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::{Place, Secrets};

/// Who needs a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The login at the SQL Server.
    Sql,
    /// The user in whose name AX makes the orders.
    Orders,
}

impl Purpose {
    /// As in the names of secrets and in `--for`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::Orders => "orders",
        }
    }

    /// Whose password it is.
    pub const fn whose(self) -> &'static str {
        match self {
            Self::Sql => "the SQL login",
            Self::Orders => "the user of the port for orders",
        }
    }

    /// The variable with the password.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Sql => "AXCS_SQL_PASSWORD",
            Self::Orders => "AXCS_ORDERS_PASSWORD",
        }
    }

    /// The name of systemd's credential with the password.
    pub const fn credential(self) -> &'static str {
        match self {
            Self::Sql => "axcs-sql-password",
            Self::Orders => "axcs-orders-password",
        }
    }

    /// The setting with the file of the password.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Sql => "sqlserver.password_file",
            Self::Orders => "orders.password_file",
        }
    }
}

/// A password and where it was found.
#[derive(Debug)]
pub struct Found {
    /// The password.
    pub password: SecretString,
    /// Where it was found.
    pub place: Place,
}

/// There is no password: none at all, or one that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoPassword(String);

/// Where a password comes from. It is asked each time that the password is needed, so that a new one
/// needs no restart.
#[derive(Clone, Debug)]
pub struct PasswordSource {
    purpose: Purpose,
    name: String,
    secrets: Secrets,
    file: Option<PathBuf>,
}

impl PasswordSource {
    /// The source for a purpose of a profile, with the file that the settings name.
    pub fn new(purpose: Purpose, profile: &str, secrets: Secrets, file: Option<PathBuf>) -> Self {
        Self {
            purpose,
            name: format!("{profile}/{}", purpose.name()),
            secrets,
            file,
        }
    }

    /// Under which name the secrets have it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The places that `axcs config password` writes to.
    pub const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The password.
    pub async fn read(&self) -> Result<Found, NoPassword> {
        let found = |password: SecretString, place| Ok(Found { password, place });
        let (variable, credential) = (self.purpose.variable(), self.purpose.credential());
        if let Some(found) = given(variable, credential)? {
            return Ok(found);
        }
        let silent = match self.secrets.read(&self.name).await {
            Ok(Some((password, place))) => return found(password, place),
            Ok(None) => String::new(),
            Err(error) => format!("; {error}"),
        };
        let Some(file) = &self.file else {
            return Err(NoPassword(format!(
                "{variable} is not set, systemd gives no credential {credential}, nothing is stored \
                 as {}, and `{}` is empty{silent}.",
                self.name,
                self.purpose.setting(),
            )));
        };
        let password = read(file).map_err(|NoPassword(reason)| NoPassword(reason + &silent))?;
        found(password, Place::File(file.clone()))
    }

    /// Every way to give it one.
    pub fn remedy(&self) -> String {
        format!(
            "Store it: axcs config password --for {}; or set {}; or give systemd's service a \
             credential {}; or set `{}` to a file that holds it and that only this account reads.",
            self.purpose.name(),
            self.purpose.variable(),
            self.purpose.credential(),
            self.purpose.setting(),
        )
    }
}

/// What is given to this process: in a variable of its environment, else by systemd.
pub fn given(
    variable: &'static str,
    credential: &'static str,
) -> Result<Option<Found>, NoPassword> {
    if let Ok(text) = std::env::var(variable)
        && !text.is_empty()
    {
        return Ok(Some(Found {
            password: text.into(),
            place: Place::Variable(variable),
        }));
    }
    let file = std::env::var_os("CREDENTIALS_DIRECTORY")
        .map(|folder| Path::new(&folder).join(credential))
        .filter(|file| file.exists());
    let Some(file) = file else {
        return Ok(None);
    };
    Ok(Some(Found {
        password: read(&file)?,
        place: Place::SystemdCredential(credential),
    }))
}

fn read(file: &Path) -> Result<SecretString, NoPassword> {
    let text = fs::read_to_string(file)
        .map_err(|error| NoPassword(format!("{}: {error}", file.display())))?;
    // What an editor leaves at the end is no part of it; a blank may be one.
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(NoPassword(format!("{} is empty.", file.display())));
    }
    Ok(text.into())
}
