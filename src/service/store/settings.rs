//! Settings of the account, by name: each is the JSON of a type of its own.

use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::service::api::refusal::{Code, Refusal};

use super::Store;
use super::orders::facts::read_json;

/// A setting: a type with the name it is stored under.
pub trait Setting: Serialize + DeserializeOwned + Default + Send + 'static {
    /// The name.
    const NAME: &'static str;
}

/// What the account says about the organization, beside its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// Street.
    pub street: String,
    /// ZIP/postal code.
    pub zip_code: String,
    /// City.
    pub city: String,
    /// State or province.
    pub state: String,
    /// Country/region.
    pub country: String,
    /// Telephone.
    pub phone: String,
    /// Where shoppers may write to.
    pub email: String,
}

impl Setting for Facts {
    const NAME: &'static str = "account";
}

impl Store {
    /// A setting; its default where it was never set.
    pub async fn setting<S: Setting>(&self) -> Result<S, Refusal> {
        self.run(|connection| read_setting(connection)).await
    }

    /// Changes a setting.
    pub async fn change_setting<S: Setting, T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut S) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let mut setting = read_setting::<S>(&transaction)?;
            let done = change(&mut setting)?;
            write_setting(&transaction, &setting)?;
            transaction.commit()?;
            Ok(done)
        })
        .await
    }
}

/// A setting; its default where it was never set.
pub fn read_setting<S: Setting>(connection: &Connection) -> Result<S, Refusal> {
    let json: Option<Vec<u8>> = connection
        .prepare_cached("SELECT json FROM setting WHERE name = ?1")?
        .query_row([S::NAME], |row| row.get(0))
        .optional()?;
    json.map_or_else(|| Ok(S::default()), |json| read_json(&json))
}

/// Writes a setting.
pub fn write_setting<S: Setting>(connection: &Connection, setting: &S) -> Result<(), Refusal> {
    let json = serde_json::to_vec(setting)
        .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
    connection.execute(
        "INSERT INTO setting (name, json) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET json = excluded.json",
        params![S::NAME, json],
    )?;
    Ok(())
}

/// Writes a setting that was never set.
pub fn set_if_never_set<S: Setting>(connection: &Connection, setting: &S) -> Result<(), Refusal> {
    let is_set = connection
        .prepare_cached("SELECT 1 FROM setting WHERE name = ?1")?
        .exists([S::NAME])?;
    if is_set {
        return Ok(());
    }
    write_setting(connection, setting)
}
