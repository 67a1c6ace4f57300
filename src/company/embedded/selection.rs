//! A product selection as SQL: the rules in temporary tables of a reader's connection, and a view
//! of the items they let through.

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::company::CompanyFacts;
use crate::model::{Rule, Selection};

/// Sets up what `connection` is to read: the views of `selection.sql`, filled for one company and
/// one selection. Called once for each connection.
pub(super) fn set_up(
    connection: &Connection,
    company: &CompanyFacts,
    selection: &Selection,
) -> rusqlite::Result<()> {
    connection.execute_batch(include_str!("selection.sql"))?;
    connection.execute(
        "INSERT INTO SCOPE VALUES (?, ?, ?)",
        params![company.id, company.partition, !selection.is_empty()],
    )?;
    let mut categories: Vec<i64> = Vec::new();
    let mut groups: Vec<&str> = Vec::new();
    for rule in &selection.rules {
        match rule {
            // A category that is no RecId is none of AX's: nothing is in it.
            Rule::Category { category } => categories.extend(category.parse::<i64>()),
            Rule::ItemGroup { group } => groups.push(group),
            Rule::ItemRange { from, to } => {
                connection.execute("INSERT INTO RULE_RANGE VALUES (?, ?)", [from, to])?;
            }
        }
    }
    insert(connection, "RULE_CATEGORY", &categories)?;
    insert(connection, "RULE_GROUP", &groups)?;
    insert(connection, "INCLUDED", &selection.include)?;
    insert(connection, "EXCLUDED", &selection.exclude)?;
    // Nested set: whatever lies between left and right of a category is below it.
    connection.execute(
        "INSERT OR IGNORE INTO RULE_SUBTREE
         SELECT below.RECID
           FROM RULE_CATEGORY r
           JOIN main.ECORESCATEGORY top ON top.RECID = r.CATEGORY
           JOIN main.ECORESCATEGORY below
             ON below.CATEGORYHIERARCHY = top.CATEGORYHIERARCHY
            AND below.NESTEDSETLEFT BETWEEN top.NESTEDSETLEFT AND top.NESTEDSETRIGHT
          WHERE top.PARTITION = ?1 AND below.PARTITION = ?1",
        [company.partition],
    )?;
    Ok(())
}

fn insert<T: Serialize>(
    connection: &Connection,
    table: &str,
    values: &[T],
) -> rusqlite::Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let list = serde_json::to_string(values)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection
        .execute(
            &format!("INSERT OR IGNORE INTO {table} SELECT value FROM json_each(?)"),
            [list],
        )
        .map(drop)
}
