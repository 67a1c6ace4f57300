//! Cursors, passes, and the product selection they were made with.

use super::super::jobs::CursorAge;
use super::super::{Cursor, Fence, NewPass, Pass, Position};
use super::{administration, orders, rows, runs};
use crate::model::{Job, Selection, Stream};
use crate::sql::{Session, SqlError, Text};
use crate::{statement, values};

const CURSOR: Text<'static> = statement!("passes", "cursor");
const PASS: Text<'static> = statement!("passes", "pass");
const TOLD: Text<'static> = statement!("passes", "told");
const IS_READ: Text<'static> = statement!("passes", "is read by unfinished");
const TELL: Text<'static> = statement!("passes", "tell");
const FORGET_TOLD: Text<'static> = statement!("passes", "forget told");
const FORGET_ACKNOWLEDGED: Text<'static> = statement!("passes", "forget acknowledged");
const GENERATION: Text<'static> = statement!("passes", "generation");
const BEGIN: Text<'static> = statement!("passes", "begin");
const ADVANCE: Text<'static> = statement!("passes", "advance");
const MOVE_CURSOR: Text<'static> = statement!("passes", "move cursor");
const END: Text<'static> = statement!("passes", "end");
const AGES: Text<'static> = statement!("passes", "ages");
const SELECTION: Text<'static> = statement!("passes", "selection");
const STORE_SELECTION: Text<'static> = statement!("passes", "store selection");

/// A complete run that was left longer ago than this is done anew.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub fn position(db: Session<'_>, stream: Stream) -> Result<Position, SqlError> {
    let of_stream = values![stream.name()];
    let cursor = db.optional(&CURSOR, &of_stream, |row| {
        Ok(Cursor {
            version: row.get(0)?,
            incarnation: row.get(1)?,
            selection_revision: row.get(2)?,
        })
    })?;
    let pass = db.optional(&PASS, &of_stream, |row| {
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
    })?;
    let told_under = db.rows(&TOLD, &of_stream, |row| row.get(0))?;
    let since = runs::now(db)? - DAY_MS;
    let complete = values![stream.name(), Job::Complete.name(), since];
    let is_read_by_unfinished = db.row(&IS_READ, &complete, |row| row.get(0))?;
    Ok(Position {
        cursor,
        pass,
        told_under,
        is_read_by_unfinished,
    })
}

pub fn note_incarnation(
    db: Session<'_>,
    stream: Stream,
    incarnation: &str,
) -> Result<(), SqlError> {
    db.execute(&TELL, &values![stream.name(), incarnation])?;
    Ok(())
}

fn forget_incarnations(db: Session<'_>, stream: Stream) -> Result<(), SqlError> {
    db.execute(&FORGET_TOLD, &values![stream.name()])?;
    Ok(())
}

pub fn begin(
    db: Session<'_>,
    fence: Fence,
    stream: Stream,
    pass: NewPass,
) -> Result<Pass, SqlError> {
    let NewPass {
        load,
        target,
        reason,
        forget,
    } = pass;
    if forget {
        db.execute(&FORGET_ACKNOWLEDGED, &values![stream.name()])?;
        if stream == Stream::Acknowledgements {
            orders::forget(db)?;
        }
    }
    // What was told is compared with what there is now.
    forget_incarnations(db, stream)?;
    // Greater than the mark of every record: nothing counts as seen yet.
    let generation = db.row(&GENERATION, &values![stream.name()], |row| row.get(0))?;
    let begun = values![
        stream.name(),
        generation,
        load.as_deref(),
        target.version,
        &target.incarnation,
        target.selection_revision,
        reason.as_deref(),
        fence.run.0
    ];
    db.execute(&BEGIN, &begun)?;
    Ok(Pass {
        generation,
        load,
        target,
        resume_after: None,
        reason,
    })
}

pub fn advance(db: Session<'_>, stream: Stream, after: &str) -> Result<(), SqlError> {
    db.execute(&ADVANCE, &values![stream.name(), after])?;
    Ok(())
}

pub fn move_cursor(
    db: Session<'_>,
    fence: Fence,
    stream: Stream,
    cursor: &Cursor,
) -> Result<(), SqlError> {
    let moved = values![
        stream.name(),
        cursor.version,
        &cursor.incarnation,
        cursor.selection_revision,
        fence.run.0,
        runs::now(db)?
    ];
    db.execute(&MOVE_CURSOR, &moved)?;
    db.execute(&END, &values![stream.name()])?;
    forget_incarnations(db, stream)
}

pub fn cursor_ages(db: Session<'_>) -> Result<Vec<CursorAge>, SqlError> {
    db.rows(&AGES, &[], |row| {
        Ok(CursorAge {
            stream: rows::word(row, 0)?,
            read: rows::time(row, 1)?,
        })
    })
}

pub fn selection(db: Session<'_>) -> Result<Selection, SqlError> {
    let stored: Selection = db.row(&SELECTION, &[], |row| rows::json(row, 0))?;
    Ok(Selection {
        category_hierarchy: administration::parameters(db)?.category_hierarchy,
        ..stored
    })
}

pub fn store_selection(
    db: Session<'_>,
    mut selection: Selection,
) -> Result<Option<Selection>, SqlError> {
    let read_with = selection.revision;
    selection.revision += 1;
    // The parameters have it.
    let category_hierarchy = std::mem::take(&mut selection.category_hierarchy);
    let stored = values![read_with, selection.revision, rows::to_json(&selection)?];
    let changed = db.execute(&STORE_SELECTION, &stored)?;
    Ok((changed == 1).then_some(Selection {
        category_hierarchy,
        ..selection
    }))
}
