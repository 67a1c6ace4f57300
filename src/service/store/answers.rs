//! Answers to batches, kept for a day by their Idempotency-Key.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::service::api::refusal::{Code, Refusal};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The answer that was given under `key`, where there is one.
pub fn find(
    connection: &Connection,
    key: &str,
    fingerprint: u128,
) -> Result<Option<Vec<u8>>, Refusal> {
    let found = connection
        .prepare_cached("SELECT fingerprint, body, made FROM answer WHERE key = ?1")?
        .query_row([key], |row| {
            Ok((
                row.get::<_, [u8; 16]>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get::<_, i64>(2)?,
            ))
        })
        .optional()?;
    let Some((of, body, made)) = found else {
        return Ok(None);
    };
    if made < oldest() {
        connection.execute("DELETE FROM answer WHERE key = ?1", [key])?;
        return Ok(None);
    }
    if of != fingerprint.to_be_bytes() {
        return Err(Refusal::new(
            Code::IdempotencyKeyReused,
            "a batch with this key and another content was answered in the last 24 hours; \
             give each batch a key of its own",
        ));
    }
    let body = zstd::stream::decode_all(body.as_slice())
        .map_err(|_| Refusal::new(Code::Internal, "the kept answer cannot be read"))?;
    Ok(Some(body))
}

/// Keeps `body` as the answer under `key`.
pub fn keep(
    connection: &Connection,
    key: &str,
    fingerprint: u128,
    body: &[u8],
) -> Result<(), Refusal> {
    let body = zstd::bulk::compress(body, 1)
        .map_err(|_| Refusal::new(Code::Internal, "the answer cannot be kept"))?;
    connection
        .prepare_cached(
            "INSERT INTO answer (key, fingerprint, made, body) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            key,
            fingerprint.to_be_bytes(),
            Timestamp::now().as_millisecond(),
            body
        ])?;
    Ok(())
}

/// Drops what is too old; how many that were.
pub fn prune(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM answer WHERE made < ?1", [oldest()])
}

fn oldest() -> i64 {
    Timestamp::now().as_millisecond() - KEPT.as_millis() as i64
}
