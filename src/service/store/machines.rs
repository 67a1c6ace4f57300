//! Machines that users let in: their codes (RFC 8628), and their tokens, each of which is good for
//! a time and every refresh token once.
//!
//! New tokens are derived from the refresh token that asks for them and a salt that the store
//! keeps: an answer that was lost on the way can be given again, and the file holds hashes only.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::service::api::caller::Granted;
use crate::service::api::refusal::{Code, Refusal};
use crate::service::rights::Right;
use crate::service::secrets;

use super::Store;
use super::times::from_millis;
use super::users::read_roles;

/// How long both codes are good.
pub const CODES: SignedDuration = SignedDuration::from_mins(10);
/// Least pause between two polls, and how much longer it gets with each that comes too early.
pub const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// A poll may come this much early: clocks and networks are not exact.
const EARLY: SignedDuration = SignedDuration::from_millis(500);
/// How long an access token is good.
const ACCESS: SignedDuration = SignedDuration::from_hours(1);
/// How long the refresh token before may be used once more: its answer may have been lost.
const REPEAT: SignedDuration = SignedDuration::from_secs(60);
/// How long a machine may be silent, and spent tokens are remembered.
const SILENT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Devices that wait for an answer at a time.
const MOST_WAITING: i64 = 1_000;
/// Letters of a user code: none that makes a word or looks like another (RFC 8628, 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Machines that are in, by the SHA-256 of their access tokens, with the end of each.
pub type Admitted = HashMap<[u8; 32], (i64, Arc<Granted>)>;

/// What a machine goes on with.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// For requests.
    pub access: String,
    /// For the next tokens.
    pub refresh: String,
    /// Seconds for which the access token is good.
    pub seconds: u64,
}

/// The answer to a device that polls.
pub enum Polled {
    /// It is in.
    Tokens(Tokens),
    /// Nobody has answered yet.
    Pending,
    /// Nobody has answered yet, and it polls too often.
    SlowDown,
    /// A user said no.
    Denied,
    /// Nobody answered in time.
    Expired,
    /// There is no such code, or it was used.
    Unknown,
}

/// The answer to a refresh token.
pub enum Refreshed {
    /// New tokens.
    Tokens(Tokens),
    /// It is not good, or not any more: the machine was signed out.
    Unknown,
    /// Its machine was silent for too long.
    Expired,
    /// It was good once: somebody else has it, and the machine is out.
    Reused,
}

/// A device that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its user code, as it is shown.
    pub code: String,
    /// What it calls itself.
    pub name: String,
    /// When it asked.
    pub begun: Timestamp,
}

/// A machine that is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its id.
    pub id: i64,
    /// What it calls itself.
    pub name: String,
    /// Sign-in name of the user who let it in.
    pub user: String,
    /// When it asked to be.
    pub begun: Timestamp,
    /// When it got its tokens.
    pub refreshed: Timestamp,
}

impl Store {
    /// At most `limit` machines with ids above `after`: everybody's, or those of one user.
    pub async fn machines(
        &self,
        user: Option<i64>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Machine>, Refusal> {
        self.run(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT machine.id, name, sign_in, begun, refreshed
                 FROM machine
                 JOIN user ON user.id = machine.user
                 WHERE access IS NOT NULL AND machine.id > ?1 AND (?2 IS NULL OR user = ?2)
                 ORDER BY machine.id
                 LIMIT ?3",
            )?;
            let mut rows = select.query(params![after, user, limit as i64])?;
            let mut machines = Vec::new();
            while let Some(row) = rows.next()? {
                machines.push(Machine {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    user: row.get(2)?,
                    begun: from_millis(row.get(3)?)?,
                    refreshed: from_millis(row.get(4)?)?,
                });
            }
            Ok(machines)
        })
        .await
    }

    /// Ends a machine, if it is one of that user where one is named; its name.
    pub async fn end_machine(&self, id: i64, user: Option<i64>) -> Result<Option<String>, Refusal> {
        self.changing_machines(move |transaction| {
            let name = transaction
                .query_row(
                    "DELETE FROM machine WHERE id = ?1 AND (?2 IS NULL OR user = ?2) RETURNING name",
                    params![id, user],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(name)
        })
        .await
    }

    /// What the machine with this access token may do.
    pub fn admitted(&self, access: &str) -> Option<Arc<Granted>> {
        let machines = self.live.machines.borrow();
        let (until, granted) = machines.get(&secrets::hash(access))?;
        (Timestamp::now().as_millisecond() < *until).then(|| Arc::clone(granted))
    }

    /// Codes for a device that calls itself `name`: the device code and the user code.
    pub async fn begin_machine(&self, name: String) -> Result<(String, String), Refusal> {
        let device_code = secrets::new_secret()?;
        let hash = secrets::hash(&device_code);
        self.run(move |connection| {
            let now = Timestamp::now();
            let waiting: i64 = connection.query_row(
                "SELECT count(*) FROM machine WHERE user_code IS NOT NULL AND code_until > ?1",
                [now.as_millisecond()],
                |row| row.get(0),
            )?;
            if waiting >= MOST_WAITING {
                return Err(Refusal::for_now(
                    Code::Overloaded,
                    "too many devices wait for an answer",
                ));
            }
            let user_code = user_code()?;
            connection.execute(
                "INSERT INTO machine (name, device_code, user_code, code_until, pause, begun)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    name,
                    hash,
                    user_code,
                    (now + CODES).as_millisecond(),
                    PAUSE.as_millis() as i64,
                    now.as_millisecond()
                ],
            )?;
            Ok(user_code)
        })
        .await
        .map(|user_code| (device_code, user_code))
    }

    /// The device that waits with a user code, however it is written.
    pub async fn waiting(&self, code: &str) -> Result<Option<Waiting>, Refusal> {
        let code = shown(code);
        self.run(move |connection| {
            let row = connection
                .prepare_cached(
                    "SELECT name, begun FROM machine
                     WHERE user_code = ?1 AND answer = 'waiting' AND code_until > ?2",
                )?
                .query_row(params![code, Timestamp::now().as_millisecond()], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            let Some((name, begun)) = row else {
                return Ok(None);
            };
            let begun = from_millis(begun)?;
            Ok(Some(Waiting { code, name, begun }))
        })
        .await
    }

    /// The user's answer to the device that waits with a user code; false where none does.
    pub async fn answer_machine(
        &self,
        code: &str,
        user: i64,
        is_allowed: bool,
    ) -> Result<bool, Refusal> {
        let code = shown(code);
        self.run(move |connection| {
            let answer = if is_allowed { "allowed" } else { "denied" };
            let answered = connection.execute(
                "UPDATE machine SET answer = ?3, user = ?4, user_code = NULL
                 WHERE user_code = ?1 AND answer = 'waiting' AND code_until > ?2",
                params![code, Timestamp::now().as_millisecond(), answer, user],
            )?;
            Ok(answered > 0)
        })
        .await
    }

    /// Answers a device that polls.
    pub async fn poll(&self, device_code: &str) -> Result<Polled, Refusal> {
        let hash = secrets::hash(device_code);
        let device_code = device_code.to_owned();
        self.changing_machines(move |transaction| poll(transaction, &hash, &device_code))
            .await
    }

    /// New tokens for a refresh token.
    pub async fn refresh(&self, token: &str) -> Result<Refreshed, Refusal> {
        let token = token.to_owned();
        self.changing_machines(move |transaction| refresh(transaction, &token))
            .await
    }

    /// Ends the machine that has this token, whichever of its two it is.
    pub async fn revoke(&self, token: &str) -> Result<(), Refusal> {
        let hash = secrets::hash(token);
        self.changing_machines(move |transaction| {
            transaction.execute(
                "DELETE FROM machine WHERE access = ?1 OR refresh = ?1 OR refreshed_from = ?1",
                [hash],
            )?;
            Ok(())
        })
        .await
    }

    async fn changing_machines<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let live = Arc::clone(&self.live);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = change(&transaction)?;
            let machines = admitted(&transaction)?;
            transaction.commit()?;
            live.machines.send_replace(machines);
            Ok(done)
        })
        .await
    }
}

/// Every machine that is in, with the rights its user has now.
pub fn admitted(connection: &Connection) -> Result<Admitted, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT access, access_until, sign_in, roles
         FROM machine
         JOIN user ON user.id = machine.user
         WHERE access IS NOT NULL",
    )?;
    let mut rows = select.query([])?;
    let mut machines = Admitted::new();
    while let Some(row) = rows.next()? {
        let roles = read_roles(&row.get::<_, String>(3)?)?;
        let granted = Granted {
            user: row.get(2)?,
            rights: Right::of_all(&roles),
        };
        machines.insert(row.get(0)?, (row.get(1)?, Arc::new(granted)));
    }
    Ok(machines)
}

fn poll(
    transaction: &Transaction<'_>,
    hash: &[u8; 32],
    device_code: &str,
) -> Result<Polled, Refusal> {
    let now = Timestamp::now();
    let read = |row: &Row<'_>| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, i64>(2)?,
            row.get::<_, i64>(3)?,
            row.get::<_, i64>(4)?,
        ))
    };
    let found = transaction
        .prepare_cached(
            "SELECT id, answer, code_until, polled, pause FROM machine WHERE device_code = ?1",
        )?
        .query_row([hash], read)
        .optional()?;
    let Some((id, answer, until, polled, pause)) = found else {
        return Ok(Polled::Unknown);
    };
    if until <= now.as_millisecond() {
        return Ok(Polled::Expired);
    }
    match answer.as_str() {
        "allowed" => Ok(Polled::Tokens(give(transaction, id, device_code, now)?)),
        "denied" => {
            transaction.execute("DELETE FROM machine WHERE id = ?1", [id])?;
            Ok(Polled::Denied)
        }
        _ => {
            let since = now.as_millisecond() - polled;
            let is_early = since < pause - EARLY.as_millis() as i64;
            let longer = if is_early {
                PAUSE.as_millis() as i64
            } else {
                0
            };
            transaction.execute(
                "UPDATE machine SET polled = ?2, pause = pause + ?3 WHERE id = ?1",
                params![id, now.as_millisecond(), longer],
            )?;
            Ok(if is_early {
                Polled::SlowDown
            } else {
                Polled::Pending
            })
        }
    }
}

fn refresh(transaction: &Transaction<'_>, token: &str) -> Result<Refreshed, Refusal> {
    let now = Timestamp::now();
    let hash = secrets::hash(token);
    let current: Option<(i64, i64)> = transaction
        .query_row(
            "SELECT id, refreshed FROM machine WHERE refresh = ?1",
            [hash],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    if let Some((id, refreshed)) = current {
        if refreshed < (now - SILENT).as_millisecond() {
            return Ok(Refreshed::Expired);
        }
        return give(transaction, id, token, now).map(Refreshed::Tokens);
    }
    let before: Option<(i64, i64, i64, Vec<u8>)> = transaction
        .query_row(
            "SELECT id, refreshed, access_until, salt FROM machine WHERE refreshed_from = ?1",
            [hash],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    if let Some((id, refreshed, until, salt)) = before {
        if now.as_millisecond() - refreshed <= REPEAT.as_millis() as i64 {
            return Ok(Refreshed::Tokens(derived(token, &salt, until, now)));
        }
        transaction.execute("DELETE FROM machine WHERE id = ?1", [id])?;
        return Ok(Refreshed::Reused);
    }
    let ended = transaction.execute(
        "DELETE FROM machine
         WHERE id = (SELECT machine FROM spent_refresh WHERE hash = ?1)",
        [hash],
    )?;
    Ok(if ended > 0 {
        Refreshed::Reused
    } else {
        Refreshed::Unknown
    })
}

/// Gives machine `id` the tokens that follow `from`, its device code or refresh token.
fn give(
    transaction: &Transaction<'_>,
    id: i64,
    from: &str,
    now: Timestamp,
) -> Result<Tokens, Refusal> {
    transaction.execute(
        "INSERT INTO spent_refresh (hash, machine, spent)
         SELECT refreshed_from, id, ?2 FROM machine
         WHERE id = ?1 AND refreshed_from IS NOT NULL",
        params![id, now.as_millisecond()],
    )?;
    transaction.execute(
        "DELETE FROM spent_refresh WHERE machine = ?1 AND spent < ?2",
        params![id, (now - SILENT).as_millisecond()],
    )?;
    let salt = secrets::random()?;
    let until = (now + ACCESS).as_millisecond();
    let tokens = derived(from, &salt, until, now);
    // A device code cannot be repeated: it is no refresh token.
    transaction.execute(
        "UPDATE machine
         SET refreshed_from = CASE WHEN device_code IS NULL THEN ?2 END,
             device_code = NULL, user_code = NULL, refreshed = ?3, salt = ?4,
             access = ?5, access_until = ?6, refresh = ?7
         WHERE id = ?1",
        params![
            id,
            secrets::hash(from),
            now.as_millisecond(),
            salt,
            secrets::hash(&tokens.access),
            until,
            secrets::hash(&tokens.refresh)
        ],
    )?;
    Ok(tokens)
}

fn derived(from: &str, salt: &[u8], until: i64, now: Timestamp) -> Tokens {
    let salted = format!("{from}{salt:?}");
    Tokens {
        access: secrets::derived("access", &salted),
        refresh: secrets::derived("refresh", &salted),
        seconds: u64::try_from((until - now.as_millisecond()) / 1_000).unwrap_or_default(),
    }
}

/// A new user code, `WDJB-MJHT`.
fn user_code() -> Result<String, Refusal> {
    let mut code = String::new();
    while code.len() < 9 {
        // Below 240 every letter is as likely as the others.
        let letters = secrets::random()?.into_iter().filter(|byte| *byte < 240);
        for byte in letters.take(9 - code.len()) {
            if code.len() == 4 {
                code.push('-');
            } else {
                code.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            }
        }
    }
    Ok(code)
}

/// A user code as it is stored and shown, from what somebody typed.
fn shown(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphabetic).take(9);
    let mut code: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
    if code.len() > 4 {
        code.insert(4, '-');
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_codes_are_eight_letters_that_make_no_words() {
        for _ in 0..100 {
            let code = user_code().unwrap();
            assert_eq!(code.len(), 9);
            assert_eq!(code.find('-'), Some(4));
            assert!(
                code.bytes()
                    .all(|byte| byte == b'-' || LETTERS.contains(&byte))
            );
            assert_eq!(shown(&code.to_lowercase().replace('-', " ")), code);
        }
        assert_eq!(shown("wdjbmjht"), "WDJB-MJHT");
        assert_eq!(shown(""), "");
    }
}
