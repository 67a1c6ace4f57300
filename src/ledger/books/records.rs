//! Records: what the service holds, what is under way, what is set aside.

use std::time::Duration;

use super::super::{Acknowledged, Fence, Settlement, Unsettled};
use super::exceptions::{self, Opening, Stuck};
use super::{orders, rows, runs};
use crate::model::Stream;
use crate::model::digest::record_digest;
use crate::sql::{Session, SqlError, Text};
use crate::{statement, values};

const ACKNOWLEDGED: Text<'static> = statement!("records", "acknowledged");
const HASH: Text<'static> = statement!("records", "hash");
const MARK: Text<'static> = statement!("records", "mark");
const UNSEEN: Text<'static> = statement!("records", "unseen");
const NEXT_BATCH: Text<'static> = statement!("records", "next batch");
const INTEND: Text<'static> = statement!("records", "intend");
const HOLD: Text<'static> = statement!("records", "hold");
const DROP: Text<'static> = statement!("records", "drop");
const RAISE_VERSION: Text<'static> = statement!("records", "raise version");
const INTEND_AGAIN: Text<'static> = statement!("records", "intend again");
const UNSETTLED: Text<'static> = statement!("records", "unsettled");
const FORGET: Text<'static> = statement!("records", "forget");

pub fn acknowledged(db: Session<'_>, stream: Stream) -> Result<Acknowledged, SqlError> {
    let mut sum = Acknowledged {
        count: 0,
        digest: 0,
    };
    db.each(&ACKNOWLEDGED, &values![stream.name()], |row| {
        let hash: i64 = row.get(1)?;
        let digest = record_digest(&rows::text(row, 0)?, hash.cast_unsigned());
        sum.count += 1;
        sum.digest = sum.digest.wrapping_add(digest);
        Ok(())
    })?;
    Ok(sum)
}

pub fn compare(
    db: Session<'_>,
    stream: Stream,
    records: &[(String, Option<u64>)],
) -> Result<Vec<bool>, SqlError> {
    let held = hashes(db, stream, records)?;
    are_alike(db, stream, records, &held)
}

pub fn compare_and_mark(
    db: Session<'_>,
    stream: Stream,
    generation: i64,
    records: &[(String, Option<u64>)],
) -> Result<Vec<bool>, SqlError> {
    let held = hashes(db, stream, records)?;
    let seen = records.iter().zip(&held).filter(|(_, held)| held.is_some());
    let seen = seen.map(|((id, _), _)| values![stream.name(), id, generation]);
    db.execute_each(&MARK, &seen.collect::<Vec<_>>())?;
    are_alike(db, stream, records, &held)
}

/// For each record the hash that the service holds. Read apart from marking it as seen: for a statement that does
/// both, SQLite makes a table for its answer each time.
fn hashes(
    db: Session<'_>,
    stream: Stream,
    records: &[(String, Option<u64>)],
) -> Result<Vec<Option<i64>>, SqlError> {
    let name = stream.name();
    let sought: Vec<_> = records.iter().map(|(id, _)| values![name, id]).collect();
    db.optional_each(&HASH, &sought, |row| row.get(0))
}

/// For each record whether the hash that the service holds is its own and nothing is wrong with it.
fn are_alike(
    db: Session<'_>,
    stream: Stream,
    records: &[(String, Option<u64>)],
    held: &[Option<i64>],
) -> Result<Vec<bool>, SqlError> {
    let ids: Vec<&str> = records.iter().map(|(id, _)| id.as_str()).collect();
    let stuck = Stuck::of(db, stream)?.holds(&ids)?;
    let alike = records.iter().zip(held).zip(stuck);
    let alike = alike
        .map(|(((_, hash), held), is_stuck)| held.map(i64::cast_unsigned) == *hash && !is_stuck);
    Ok(alike.collect())
}

pub fn unseen(
    db: Session<'_>,
    stream: Stream,
    generation: i64,
    after: &str,
    limit: usize,
) -> Result<Vec<String>, SqlError> {
    let behind = values![stream.name(), after, generation, rows::limit(limit)];
    db.rows(&UNSEEN, &behind, |row| row.get(0))
}

pub fn intend(
    db: Session<'_>,
    fence: Fence,
    stream: Stream,
    ids: &[String],
) -> Result<i64, SqlError> {
    let batch: i64 = db.row(&NEXT_BATCH, &[], |row| row.get(0))?;
    let now = runs::now(db)?;
    let intent = values![batch, stream.name(), fence.run.0, rows::to_json(&ids)?, now];
    db.execute(&INTEND, &intent)?;
    Ok(batch)
}

pub fn settle(
    db: Session<'_>,
    stream: Stream,
    generation: Option<i64>,
    settlement: &Settlement,
) -> Result<(), SqlError> {
    let name = stream.name();
    // Outside a pass the mark of the last one stays, so that a pass under way still finds the
    // record unseen or seen as it was.
    let held = settlement.held.iter();
    let held = held.map(|(id, hash)| values![name, id, hash.cast_signed(), generation]);
    db.execute_each(&HOLD, &held.collect::<Vec<_>>())?;
    let dropped = settlement.dropped.iter().map(|id| values![name, id]);
    db.execute_each(&DROP, &dropped.collect::<Vec<_>>())?;
    if stream == Stream::Acknowledgements {
        orders::told(db, &settlement.held)?;
        orders::untold(db, &settlement.dropped)?;
    }
    // What arrived, or is gone, is as it should be.
    if !Stuck::of(db, stream)?.is_empty {
        let held = settlement.held.iter().map(|(id, _)| id);
        let ids = held.chain(&settlement.dropped).map(String::as_str);
        exceptions::clear(db, stream, &ids.collect::<Vec<_>>())?;
    }
    set_aside(db, stream, generation, settlement)
}

fn set_aside(
    db: Session<'_>,
    stream: Stream,
    generation: Option<i64>,
    settlement: &Settlement,
) -> Result<(), SqlError> {
    if settlement.set_aside.is_empty() {
        return Ok(());
    }
    let openings = settlement.set_aside.iter();
    let openings = openings.map(|record| Opening::of_record(stream, record, generation));
    exceptions::open(db, runs::now(db)?, &openings.collect::<Vec<_>>())?;
    if let Some(generation) = generation {
        // An older value may still be at the service: the record is not gone, only stuck.
        let ids = settlement.set_aside.iter().map(|record| &record.id);
        let seen = ids.map(|id| values![stream.name(), id, generation]);
        db.execute_each(&MARK, &seen.collect::<Vec<_>>())?;
    }
    Ok(())
}

pub fn raise_version(db: Session<'_>, version: i64) -> Result<(), SqlError> {
    db.execute(&RAISE_VERSION, &values![version])?;
    Ok(())
}

pub fn intend_again(db: Session<'_>, batch: i64) -> Result<(), SqlError> {
    db.execute(&INTEND_AGAIN, &values![batch, runs::now(db)?])?;
    Ok(())
}

pub fn unsettled(db: Session<'_>, stream: Stream) -> Result<Vec<Unsettled>, SqlError> {
    let now = runs::now(db)?;
    db.rows(&UNSETTLED, &values![stream.name()], |row| {
        let age = now - row.get::<i64>(2)?;
        Ok(Unsettled {
            batch: row.get(0)?,
            ids: rows::json(row, 1)?,
            // Not negative, though somebody may have set the clock back.
            age: Duration::from_millis(age.max(0).cast_unsigned()),
        })
    })
}

pub fn forget_batches(db: Session<'_>, batches: &[i64]) -> Result<(), SqlError> {
    let batches: Vec<_> = batches.iter().map(|batch| values![batch]).collect();
    db.execute_each(&FORGET, &batches)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::EmbeddedLedger;

    #[tokio::test]
    async fn no_statement_that_runs_for_each_record_makes_a_table_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.db");
        let _ledger = EmbeddedLedger::open(&path).await.unwrap();
        let connection = rusqlite::Connection::open(&path).unwrap();
        let makes_a_table = |sql: &str| {
            let mut program = connection.prepare(&format!("EXPLAIN {sql}")).unwrap();
            // What its values are does not matter.
            let steps = program
                .raw_query()
                .mapped(|row| row.get::<_, String>("opcode"));
            let steps: Result<Vec<String>, _> = steps.collect();
            steps.unwrap().iter().any(|step| step == "OpenEphemeral")
        };
        for text in [HASH, MARK, HOLD, DROP] {
            assert!(!makes_a_table(text.sqlite), "{}", text.sqlite);
        }
        let answering = MARK.sqlite.replace(';', " RETURNING hash;");
        assert!(makes_a_table(&answering), "{answering}");
    }
}
