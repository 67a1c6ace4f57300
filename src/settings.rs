//! The settings: defaults, then the file, then its profile, then environment and flags. Checked
//! once; a wrong one is named with its place.

pub mod console;
pub mod orders;
pub mod sqlserver;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use console::ConsoleSettings;
use orders::OrdersSettings;
use sqlserver::SqlServerSettings;

use crate::model::recurrence::{RecurrenceError, zone};

/// Every setting with its default and a line of comment.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name of the profile; `default` outside any.
    #[serde(skip)]
    pub profile: String,
    /// Folder of an embedded set-up; empty for none.
    pub dir: PathBuf,
    /// `DATAAREAID`; empty for the only one.
    pub company: String,
    /// Where passwords and tokens are kept.
    pub secrets: SecretsSetting,
    /// Where AX's business database is, unless the company is embedded.
    pub sqlserver: SqlServerSettings,
    /// Commerce Services.
    pub service: ServiceSettings,
    /// How orders enter AX.
    pub orders: OrdersSettings,
    /// How the jobs work.
    pub engine: EngineSettings,
    /// True for production: every screen says so.
    pub production: bool,
    /// IANA name of the time zone that times are shown and typed in; empty for the machine's.
    pub zone: String,
    /// How the console looks.
    pub console: ConsoleSettings,
    /// The log.
    pub log: LogSettings,
}

/// Where passwords and tokens are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretsSetting {
    /// In the credential store of the operating system, else in a file.
    System,
    /// In a file.
    File,
}

/// Where Commerce Services is and how it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceSettings {
    /// Address; empty for the self-hosted service of the folder.
    pub url: String,
    /// File with the token; empty for `token` in the folder.
    pub token_file: PathBuf,
    /// Certificates to trust besides the system's.
    pub ca_file: PathBuf,
    /// Compression of uploads.
    pub compression: CompressionSetting,
}

/// Compression of uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompressionSetting {
    /// None on this machine, else the best the service takes.
    Auto,
    /// None.
    None,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

/// How the jobs work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineSettings {
    /// Batches under way at once.
    pub in_flight: usize,
    /// See [`EngineSettings::lease`].
    pub lease_seconds: u64,
    /// Time to reach the service.
    pub connect_timeout_seconds: u64,
    /// Time for one request.
    pub request_timeout_seconds: u64,
    /// How long a service that does not answer is tried again.
    pub give_up_after_seconds: u64,
    /// How long a request may live at the service after it was sent.
    pub request_life_seconds: u64,
}

impl EngineSettings {
    /// How long a run may go without renewing its lease.
    pub const fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// Least grave lines that are kept.
    pub level: LogLevel,
    /// Folder of the log files; empty for `logs` in the folder, or in that of this account.
    pub folder: PathBuf,
}

/// Least grave lines that are kept.
pub type LogLevel = crate::model::log::Level;

/// What the flags and the environment say.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--dir`
    pub dir: Option<PathBuf>,
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is nothing to work with.
    #[error(
        "there are no settings: {} does not exist and no folder was named",
        file.display()
    )]
    Missing {
        /// The file that was looked for.
        file: PathBuf,
    },
    /// A named file cannot be read.
    #[error("the settings file {} cannot be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not right.
    #[error("the settings in {} are not right: {reason}", file.display())]
    Wrong {
        /// The file.
        file: PathBuf,
        /// What and where.
        reason: String,
    },
    /// There is no such profile.
    #[error("the settings file {} has no profile {name:?}; it has: {known}", file.display())]
    UnknownProfile {
        /// The file.
        file: PathBuf,
        /// The profile asked for.
        name: String,
        /// The profiles there are.
        known: String,
    },
}

/// The file that is read where `--config` names none; `None` on a machine without a home.
pub fn default_file() -> Option<PathBuf> {
    Some(
        directories::ProjectDirs::from("", "", "axcs")?
            .config_dir()
            .join("config.toml"),
    )
}

/// Where a demo lives unless `--dir` names another folder.
pub fn demo_folder() -> Option<PathBuf> {
    Some(
        directories::ProjectDirs::from("", "", "axcs")?
            .data_dir()
            .join("demo"),
    )
}

/// The file in question: `--config`, or the default place.
pub fn file(overrides: &Overrides) -> PathBuf {
    overrides
        .config
        .clone()
        .or_else(default_file)
        .unwrap_or_else(|| PathBuf::from("config.toml"))
}

impl Settings {
    /// Reads the settings in force.
    ///
    /// # Errors
    /// [`SettingsError::Missing`] where there is neither a file nor a folder to work with.
    pub fn read(overrides: &Overrides) -> Result<Self, SettingsError> {
        let file = file(overrides);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => Some(text),
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound && overrides.config.is_none() =>
            {
                None
            }
            Err(source) => return Err(SettingsError::Unreadable { file, source }),
        };
        if text.is_none() && overrides.dir.is_none() {
            return Err(SettingsError::Missing { file });
        }
        let mut settings = Self::merge(
            &file,
            text.as_deref().unwrap_or_default(),
            overrides.profile.as_deref(),
        )?;
        if let Some(dir) = &overrides.dir {
            settings.dir.clone_from(dir);
        }
        Ok(settings)
    }

    /// The settings of a demo: the defaults with this folder, whatever files and profiles say.
    pub fn for_demo(dir: PathBuf) -> Result<Self, SettingsError> {
        Ok(Self {
            profile: "demo".to_owned(),
            dir,
            ..Self::merge(Path::new("default.toml"), "", None)?
        })
    }

    fn merge(file: &Path, text: &str, profile: Option<&str>) -> Result<Self, SettingsError> {
        let wrong = |reason: String| SettingsError::Wrong {
            file: file.to_owned(),
            reason,
        };
        let mut settings: Table = DEFAULTS
            .parse()
            .map_err(|error| wrong(format!("defaults: {error}")))?;
        let mut given: Table = text
            .parse()
            .map_err(|error: toml::de::Error| wrong(error.to_string()))?;
        let profiles = match given.remove("profiles") {
            None => Table::new(),
            Some(Value::Table(profiles)) => profiles,
            Some(_) => return Err(wrong("`profiles` is not a table of profiles".to_owned())),
        };
        overlay(&mut settings, given);
        if let Some(name) = profile {
            let Some(Value::Table(chosen)) = profiles.get(name) else {
                let known: Vec<_> = profiles.keys().map(String::as_str).collect();
                return Err(SettingsError::UnknownProfile {
                    file: file.to_owned(),
                    name: name.to_owned(),
                    known: if known.is_empty() {
                        "none".to_owned()
                    } else {
                        known.join(", ")
                    },
                });
            };
            overlay(&mut settings, chosen.clone());
        }
        let mut settings: Self = settings
            .try_into()
            .map_err(|error: toml::de::Error| wrong(error.to_string()))?;
        profile
            .unwrap_or("default")
            .clone_into(&mut settings.profile);
        settings.check().map_err(wrong)?;
        Ok(settings)
    }

    /// The time zone that times are shown in.
    pub fn time_zone(&self) -> Result<TimeZone, RecurrenceError> {
        if self.zone.is_empty() {
            return Ok(TimeZone::system());
        }
        zone(&self.zone)
    }

    fn check(&self) -> Result<(), String> {
        if self.time_zone().is_err() {
            return Err(format!(
                "zone is {:?}, which is no time zone; it has to be an IANA name, such as Europe/Berlin, or \
                 empty for that of the machine",
                self.zone
            ));
        }
        self.orders.check()?;
        let engine = &self.engine;
        let bounds = [
            ("engine.in_flight", engine.in_flight as u64, 1, 64),
            ("engine.lease_seconds", engine.lease_seconds, 1, 600),
            (
                "engine.connect_timeout_seconds",
                engine.connect_timeout_seconds,
                1,
                120,
            ),
            (
                "engine.request_timeout_seconds",
                engine.request_timeout_seconds,
                1,
                600,
            ),
            (
                "engine.give_up_after_seconds",
                engine.give_up_after_seconds,
                0,
                86_400,
            ),
            (
                "engine.request_life_seconds",
                engine.request_life_seconds,
                engine.request_timeout_seconds,
                86_400,
            ),
            (
                "sqlserver.connect_timeout_seconds",
                self.sqlserver.connect_timeout_seconds,
                1,
                120,
            ),
            (
                "sqlserver.statement_timeout_seconds",
                self.sqlserver.statement_timeout_seconds,
                1,
                3_600,
            ),
        ];
        for (name, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                return Err(format!(
                    "{name} is {value}; it has to lie between {least} and {most}"
                ));
            }
        }
        self.sqlserver.check()
    }

    /// The folder of the log files: the one that is named, else `logs` in the folder, else the one
    /// that this account keeps such files in; none for an account without a home.
    pub fn log_folder(&self) -> Option<PathBuf> {
        if !self.log.folder.as_os_str().is_empty() {
            return Some(self.log.folder.clone());
        }
        if !self.dir.as_os_str().is_empty() {
            return Some(self.dir.join("logs"));
        }
        let places = directories::ProjectDirs::from("", "", "axcs")?;
        let kept = places
            .state_dir()
            .unwrap_or_else(|| places.data_local_dir());
        Some(kept.join("logs"))
    }
}

/// Puts `upper` over `lower`, table by table.
fn overlay(lower: &mut Table, upper: Table) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => overlay(below, above),
            (_, value) => drop(lower.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(text: &str, profile: Option<&str>) -> Result<Settings, String> {
        Settings::merge(Path::new("config.toml"), text, profile).map_err(|error| error.to_string())
    }

    #[test]
    fn the_defaults_are_whole_and_right() {
        assert_eq!(merge("", None).unwrap().engine.in_flight, 8);
    }

    #[test]
    fn a_profile_goes_before_the_file_and_the_file_before_the_defaults() {
        let text = "company = 'usmf'\n[engine]\nin_flight = 3\n[profiles.test]\ncompany = 'ustf'";
        let plain = merge(text, None).unwrap();
        assert_eq!(
            (
                plain.company.as_str(),
                plain.engine.in_flight,
                plain.profile.as_str()
            ),
            ("usmf", 3, "default")
        );
        let test = merge(text, Some("test")).unwrap();
        assert_eq!(
            (
                test.company.as_str(),
                test.engine.in_flight,
                test.profile.as_str()
            ),
            ("ustf", 3, "test")
        );
        assert!(
            merge(text, Some("prod"))
                .unwrap_err()
                .contains("it has: test")
        );
    }

    #[test]
    fn copies_of_messages_are_kept_for_some_days_or_for_ever() {
        let kept = |text: &str| merge(text, None).unwrap().orders.kept();
        let days = |days: u64| Some(Duration::from_secs(days * 86_400));
        assert_eq!(kept(""), days(400));
        assert_eq!(kept("[orders]\narchive_days = 7"), days(7));
        assert_eq!(kept("[orders]\narchive_days = 0"), None);
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_place() {
        assert!(
            merge("[engine]\nin_fligth = 8", None)
                .unwrap_err()
                .contains("in_fligth")
        );
        assert!(
            merge("[engine]\nin_flight = 0", None)
                .unwrap_err()
                .contains("between 1 and 64")
        );
        assert!(
            merge("[engine]\nrequest_timeout_seconds = 180", None)
                .unwrap_err()
                .contains("engine.request_life_seconds is 120; it has to lie between 180")
        );
        assert!(
            merge("[service]\ncompression = 'lz4'", None)
                .unwrap_err()
                .contains("lz4")
        );
        for (text, says) in [
            ("database = ''", "sqlserver.database is empty"),
            ("user = ''", "sqlserver.user is empty"),
            ("ledger_database = 'AX'", "a database of its own"),
            ("host = 'ax\\\\prod'", "sqlserver.instance"),
        ] {
            let base = "host = 'ax'\ndatabase = 'ax'\nuser = 'axcs'\n";
            let key = text.split(' ').next().unwrap_or_default();
            let kept: Vec<_> = base.lines().filter(|line| !line.starts_with(key)).collect();
            let whole = format!("[sqlserver]\n{}\n{text}", kept.join("\n"));
            let wrong = merge(&whole.replace("\\\\", "\\"), None).unwrap_err();
            assert!(wrong.contains(says), "{wrong}");
        }
        for (orders, said) in [
            ("handover = 'fax'", "aif-file"),
            ("handover = 'aif-file'", "orders.inbound_folder is empty"),
            (
                "handover = 'aif-http'\nurl = 'https://ax/p.svc'",
                "orders.user is empty",
            ),
            #[cfg(not(feature = "ntlm"))]
            ("authentication = 'ntlm'", "--features ntlm"),
            ("overdue_minutes = 0", "between 1 and"),
            ("archive_days = 36501", "orders.archive_days is 36501"),
        ] {
            let error = merge(&format!("[orders]\n{orders}"), None).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        for (text, said) in [
            ("profiles = 3", "profiles"),
            ("zone = 'Mars/Phobos'", "zone is \"Mars/Phobos\""),
        ] {
            assert!(merge(text, None).unwrap_err().contains(said), "{text}");
        }
    }
}
