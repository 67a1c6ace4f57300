//! Makes a sample company of any size: "Contoso Retail USA", the same rows for the same seed.
//!
//! Rows are written in the order of their keys, with a memory that does not grow with their number.

mod assortment;
mod conversions;
mod items;
mod setup;

use std::path::Path;

use rusqlite::{Connection, Statement};

use self::items::Items;
use super::contents::{self, CompanyCounts};
use super::new_file::{Existing, NewFile, NewFileError};
use super::tables::INITIAL_PARTITION;
use crate::model::random::Random;

/// `DATAAREAID` of the sample company.
const COMPANY: &str = "usmf";
const CURRENCY: &str = "USD";

/// Items between two commits: bounds what SQLite keeps in memory.
const ITEMS_A_COMMIT: u64 = 20_000;
/// Items between two calls of the progress.
const ITEMS_A_REPORT: u64 = 1_000;
/// A twentieth of the items, within these bounds, is the number of customers.
const CUSTOMERS: (u64, u64) = (10, 5_000);

/// Makes a company with `items` released items at `path`. `progress` hears how many of them are
/// done and how many there will be; after the last one the indexes are still to come.
pub fn generate(
    path: &Path,
    items: u64,
    seed: u64,
    existing: Existing,
    mut progress: impl FnMut(u64, u64),
) -> Result<CompanyCounts, NewFileError> {
    let new = NewFile::begin(path, existing)?;
    let connection = new.connection();
    let mut random = Random::new(seed);
    let leaves = assortment::leaves();
    let customers = (items / 20).clamp(CUSTOMERS.0, CUSTOMERS.1);
    connection.execute_batch("BEGIN")?;
    setup::write(connection, &leaves, customers, &mut random)?;
    connection.execute_batch(include_str!("generator/batch.sql"))?;
    let mut writer = Items::new(connection, &leaves, items)?;
    writer.write_general_agreements()?;
    for done in 1..=items {
        writer.write(&mut random)?;
        if done % ITEMS_A_COMMIT == 0 {
            connection.execute_batch("COMMIT; BEGIN")?;
        }
        if done % ITEMS_A_REPORT == 0 || done == items {
            progress(done, items);
        }
    }
    connection.execute_batch("COMMIT")?;
    drop(writer);
    let counts = contents::counts(connection)?;
    new.finish()?;
    Ok(counts)
}

/// The RecId of the row number `number` of a table.
fn recid(number: u64) -> i64 {
    INITIAL_PARTITION + 1 + number as i64
}

fn insert<'c>(
    connection: &'c Connection,
    table: &str,
    columns: &[&str],
) -> rusqlite::Result<Statement<'c>> {
    connection.prepare(&format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        columns.join(", "),
        vec!["?"; columns.len()].join(", ")
    ))
}

#[cfg(test)]
mod tests;
