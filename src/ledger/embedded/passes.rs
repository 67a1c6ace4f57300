//! Cursors, passes, and the product selection they were made with.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::jobs::CursorAge;
use super::super::{Cursor, Fence, LedgerError, NewPass, Pass, Position};
use super::{orders, rows, runs};
use crate::model::{Job, Selection, Stream};
use crate::sql::Session;

/// A complete run that was left longer ago than this is done anew.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn failed(source: rusqlite::Error) -> LedgerError {
    LedgerError::Statement {
        what: "keeping cursors",
        source: source.into(),
    }
}

pub fn position(connection: &Connection, stream: Stream) -> rusqlite::Result<Position> {
    let cursor = connection
        .prepare_cached(
            "SELECT version, incarnation, selection_revision FROM cursor WHERE stream = ?",
        )?
        .query_row([stream.name()], |row| {
            Ok(Cursor {
                version: row.get(0)?,
                incarnation: row.get(1)?,
                selection_revision: row.get(2)?,
            })
        })
        .optional()?;
    let pass = connection
        .prepare_cached(
            "SELECT generation, load, version, incarnation, selection_revision, resume_after, reason \
             FROM pass WHERE stream = ?",
        )?
        .query_row([stream.name()], |row| {
            Ok(Pass {
                generation: row.get(0)?,
                load: row.get(1)?,
                target: Cursor {
                    version: row.get(2)?,
                    incarnation: row.get(3)?,
                    selection_revision: row.get(4)?,
                },
                resume_after: row.get(5)?,
                reason: row.get(6)?,
            })
        })
        .optional()?;
    let told_under = connection
        .prepare_cached("SELECT incarnation FROM told WHERE stream = ?")?
        .query_map([stream.name()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let is_read_by_unfinished = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM cursor JOIN run ON run.id = cursor.run \
             WHERE cursor.stream = ?1 AND run.job = ?2 AND run.started > ?3 \
             AND run.id > (SELECT coalesce(max(id), 0) FROM run \
                           WHERE job = ?2 AND status = 'ended' AND dry_run = 0))",
        )?
        .query_row(
            params![
                stream.name(),
                Job::Complete.name(),
                runs::now(connection)? - DAY_MS
            ],
            |row| row.get(0),
        )?;
    Ok(Position {
        cursor,
        pass,
        told_under,
        is_read_by_unfinished,
    })
}

pub fn note_incarnation(
    transaction: &Transaction<'_>,
    stream: Stream,
    incarnation: &str,
) -> Result<(), LedgerError> {
    transaction
        .execute(
            "INSERT OR IGNORE INTO told VALUES (?, ?)",
            [stream.name(), incarnation],
        )
        .map_err(failed)?;
    Ok(())
}

fn forget_incarnations(transaction: &Transaction<'_>, stream: Stream) -> Result<(), LedgerError> {
    transaction
        .execute("DELETE FROM told WHERE stream = ?", [stream.name()])
        .map_err(failed)?;
    Ok(())
}

pub fn begin(
    transaction: &Transaction<'_>,
    fence: Fence,
    stream: Stream,
    pass: NewPass,
) -> Result<Pass, LedgerError> {
    let NewPass {
        load,
        target,
        reason,
        forget,
    } = pass;
    if forget {
        transaction
            .execute("DELETE FROM acknowledged WHERE stream = ?", [stream.name()])
            .map_err(failed)?;
        if stream == Stream::Acknowledgements {
            orders::forget(Session::Sqlite(transaction))?;
        }
    }
    // What was told is compared with what there is now.
    forget_incarnations(transaction, stream)?;
    // Greater than the mark of every record: nothing counts as seen yet.
    let generation = transaction
        .query_row(
            "SELECT 1 + max(coalesce((SELECT max(generation) FROM pass), 0), \
                            coalesce((SELECT max(generation) FROM acknowledged WHERE stream = ?1), 0), \
                            coalesce((SELECT max(generation) FROM exception WHERE stream = ?1), 0))",
            [stream.name()],
            |row| row.get(0),
        )
        .map_err(failed)?;
    transaction
        .execute(
            "INSERT OR REPLACE INTO pass (stream, generation, load, version, incarnation, selection_revision, resume_after, reason, read) \
             VALUES (?, ?, ?, ?, ?, ?, NULL, ?, (SELECT started FROM run WHERE id = ?))",
            params![
                stream.name(),
                generation,
                load,
                target.version,
                target.incarnation,
                target.selection_revision,
                reason,
                fence.run.0
            ],
        )
        .map_err(failed)?;
    Ok(Pass {
        generation,
        load,
        target,
        resume_after: None,
        reason,
    })
}

pub fn advance(
    transaction: &Transaction<'_>,
    stream: Stream,
    after: &str,
) -> Result<(), LedgerError> {
    transaction
        .prepare_cached("UPDATE pass SET resume_after = ? WHERE stream = ?")
        .and_then(|mut statement| statement.execute((after, stream.name())))
        .map_err(failed)?;
    Ok(())
}

pub fn move_cursor(
    transaction: &Transaction<'_>,
    fence: Fence,
    stream: Stream,
    cursor: &Cursor,
) -> Result<(), LedgerError> {
    let now = runs::now(transaction).map_err(failed)?;
    transaction
        .execute(
            "INSERT OR REPLACE INTO cursor (stream, version, incarnation, selection_revision, run, moved, read) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, coalesce((SELECT read FROM pass WHERE stream = ?1), \
                                                      (SELECT started FROM run WHERE id = ?5)))",
            params![
                stream.name(),
                cursor.version,
                cursor.incarnation,
                cursor.selection_revision,
                fence.run.0,
                now
            ],
        )
        .map_err(failed)?;
    transaction
        .execute("DELETE FROM pass WHERE stream = ?", [stream.name()])
        .map_err(failed)?;
    forget_incarnations(transaction, stream)
}

pub fn cursor_ages(connection: &Connection) -> rusqlite::Result<Vec<CursorAge>> {
    let mut statement = connection.prepare_cached("SELECT stream, read FROM cursor")?;
    let found = statement.query_map([], |row| {
        Ok(CursorAge {
            stream: rows::word(row, 0)?,
            read: rows::time(row, 1)?,
        })
    })?;
    found.collect()
}

pub fn selection(connection: &Connection) -> rusqlite::Result<Selection> {
    connection.query_row("SELECT content FROM selection", [], |row| {
        rows::json(row, 0)
    })
}

pub fn store_selection(
    transaction: &Transaction<'_>,
    mut selection: Selection,
) -> Result<Option<Selection>, LedgerError> {
    let read_with = selection.revision;
    selection.revision += 1;
    let changed = transaction
        .execute(
            "UPDATE selection SET revision = ?, content = ? WHERE revision = ?",
            params![
                selection.revision,
                rows::to_json(&selection).map_err(failed)?,
                read_with
            ],
        )
        .map_err(failed)?;
    Ok((changed == 1).then_some(selection))
}
