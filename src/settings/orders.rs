//! How orders enter AX.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How orders enter AX.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrdersSettings {
    /// The door.
    pub handover: HandOverSetting,
    /// Inbound folder of the port.
    pub inbound_folder: PathBuf,
    /// Copies of the messages.
    pub archive_folder: PathBuf,
    /// Response address of the port; empty for none.
    pub reply_folder: PathBuf,
    /// Minutes after which a message without a sales order is overdue.
    pub overdue_minutes: u64,
    /// Days after which what is kept of messages is removed; 0 for never.
    pub archive_days: u64,
    /// Address of the port.
    pub url: String,
    /// Who AX makes the orders as.
    pub user: String,
    /// File with the user's password.
    pub password_file: PathBuf,
    /// How the user says who they are.
    pub authentication: AuthenticationSetting,
    /// Schemas saved from the port; empty for the documented one.
    pub schema_folder: PathBuf,
    /// Key of the partition; empty for the user's own.
    pub partition_key: String,
}

/// The door through which orders enter AX.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandOverSetting {
    /// The service of the embedded company.
    Company,
    /// A port with the file system adapter.
    AifFile,
    /// A port with the HTTP adapter.
    AifHttp,
    /// Tables of the ledger, from which the site's own import takes them.
    Staging,
}

/// How a user says who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthenticationSetting {
    /// User and password with each request.
    Basic,
    /// Windows authentication; spoken where it is built in.
    Ntlm,
}

impl OrdersSettings {
    /// When a message without a sales order is overdue.
    pub const fn overdue(&self) -> Duration {
        Duration::from_secs(self.overdue_minutes * 60)
    }

    /// How long copies of messages are kept; `None` for ever.
    pub const fn kept(&self) -> Option<Duration> {
        match self.archive_days {
            0 => None,
            days => Some(Duration::from_secs(days * 24 * 60 * 60)),
        }
    }

    /// # Errors
    /// What is missing or cannot be done.
    pub fn check(&self) -> Result<(), String> {
        for (name, value, least, most) in [
            ("overdue_minutes", self.overdue_minutes, 1, 43_200),
            ("archive_days", self.archive_days, 0, 36_500),
        ] {
            if !(least..=most).contains(&value) {
                return Err(format!(
                    "orders.{name} is {value}; it has to lie between {least} and {most}"
                ));
            }
        }
        let is_set = |path: &PathBuf| !path.as_os_str().is_empty();
        let needed: &[(&str, bool)] = match self.handover {
            HandOverSetting::Company | HandOverSetting::Staging => &[],
            HandOverSetting::AifFile => &[
                ("inbound_folder", is_set(&self.inbound_folder)),
                ("archive_folder", is_set(&self.archive_folder)),
            ],
            HandOverSetting::AifHttp => &[
                ("url", !self.url.is_empty()),
                ("user", !self.user.is_empty()),
            ],
        };
        if let Some((name, _)) = needed.iter().find(|(_, is_set)| !is_set) {
            return Err(format!(
                "orders.{name} is empty; orders.handover asks for it"
            ));
        }
        match self.authentication {
            AuthenticationSetting::Ntlm if cfg!(not(feature = "ntlm")) => Err(
                "orders.authentication is ntlm, which this axcs was built without: build it with \
                 --features ntlm; or switch basic authentication on for the port's web site, over \
                 https; or hand orders over by files (orders.handover = \"aif-file\")"
                    .to_owned(),
            ),
            AuthenticationSetting::Basic | AuthenticationSetting::Ntlm => Ok(()),
        }
    }
}
