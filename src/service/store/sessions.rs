//! Sessions of the website: who is signed in, for how long, and what the next page tells once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use crate::commerce::wire::account::Role;
use crate::service::api::refusal::Refusal;
use crate::service::secrets;

use super::Store;
use super::users::read_roles;

/// Longest session.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// Longest pause between two pages.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// Use is noted no more often than this.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The user's id.
    pub id: i64,
    /// Their sign-in name.
    pub sign_in: String,
    /// First and last name.
    pub name: String,
    /// Their roles now.
    pub roles: Vec<Role>,
    /// What the last request left for this page; the store has forgotten it.
    pub flash: String,
}

impl Store {
    /// Begins a session of a user whose password was right, and forgets wrong ones; its id.
    pub async fn begin_session(&self, user: i64) -> Result<String, Refusal> {
        let id = secrets::new_secret()?;
        let hash = secrets::hash(&id);
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "UPDATE user SET tries = 0, locked_until = 0 WHERE id = ?1",
                [user],
            )?;
            let now = Timestamp::now().as_millisecond();
            transaction.execute(
                "INSERT INTO session (hash, user, begun, seen) VALUES (?1, ?2, ?3, ?3)",
                params![hash, user, now],
            )?;
            transaction.commit()?;
            Ok(())
        })
        .await
        .map(|()| id)
    }

    /// Whose session `id` is, while it lasts.
    pub async fn session(&self, id: &str) -> Result<Option<SignedIn>, Refusal> {
        let hash = secrets::hash(id);
        self.run(move |connection| {
            let now = Timestamp::now();
            let row = connection
                .prepare_cached(
                    "SELECT user.id, sign_in, trim(first_name || ' ' || last_name), roles, flash, seen
                     FROM session
                     JOIN user ON user.id = session.user
                     WHERE hash = ?1 AND begun > ?2 AND seen > ?3",
                )?
                .query_row(
                    params![
                        hash,
                        (now - LONGEST).as_millisecond(),
                        (now - IDLE).as_millisecond()
                    ],
                    |row| {
                        let roles: String = row.get(3)?;
                        let seen: i64 = row.get(5)?;
                        let signed_in = SignedIn {
                            id: row.get(0)?,
                            sign_in: row.get(1)?,
                            name: row.get(2)?,
                            roles: Vec::new(),
                            flash: row.get(4)?,
                        };
                        Ok((signed_in, roles, seen))
                    },
                )
                .optional()?;
            let Some((signed_in, roles, seen)) = row else {
                return Ok(None);
            };
            if !signed_in.flash.is_empty() || seen < (now - NOTED).as_millisecond() {
                connection.execute(
                    "UPDATE session SET seen = ?2, flash = '' WHERE hash = ?1",
                    params![hash, now.as_millisecond()],
                )?;
            }
            let roles = read_roles(&roles)?;
            Ok(Some(SignedIn { roles, ..signed_in }))
        })
        .await
    }

    /// Leaves `text` for the next page of session `id`.
    pub async fn flash(&self, id: &str, text: String) -> Result<(), Refusal> {
        let hash = secrets::hash(id);
        self.run(move |connection| {
            connection.execute(
                "UPDATE session SET flash = ?2 WHERE hash = ?1",
                params![hash, text],
            )?;
            Ok(())
        })
        .await
    }

    /// Ends session `id`.
    pub async fn end_session(&self, id: &str) -> Result<(), Refusal> {
        let hash = secrets::hash(id);
        self.run(move |connection| {
            connection.execute("DELETE FROM session WHERE hash = ?1", [hash])?;
            Ok(())
        })
        .await
    }

    /// Drops sessions, codes and machines that are over.
    pub async fn prune_sessions(&self) -> Result<(), Refusal> {
        let live = Arc::clone(&self.live);
        self.run(move |connection| {
            let now = Timestamp::now();
            connection.execute(
                "DELETE FROM session WHERE begun <= ?1 OR seen <= ?2",
                [
                    (now - LONGEST).as_millisecond(),
                    (now - IDLE).as_millisecond(),
                ],
            )?;
            connection.execute(
                "DELETE FROM machine WHERE refresh IS NULL AND code_until <= ?1",
                [now.as_millisecond()],
            )?;
            live.machines
                .send_replace(super::machines::admitted(connection)?);
            Ok(())
        })
        .await
    }
}
