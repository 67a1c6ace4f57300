//! A product selection in temporary tables of a connection, which lie in `tempdb`.

use crate::company::reading::{Database, Shapes};
use crate::model::{Rule, Selection};
use crate::sql::{Session, SqlError, Text, Value, section};
use crate::values;

/// The longest item number or group that is looked for; AX's are much shorter.
const LONGEST: usize = 100;

const fn text(name: &str) -> Text<'static> {
    Text::both(section(include_str!("selection.tsql.sql"), name))
}

/// Fills the tables. Called once for each reading.
pub(super) fn set_up(database: &dyn Database, selection: &Selection) -> Result<(), SqlError> {
    let session = database.session();
    session.script(&text("create"))?;
    if !selection.is_empty() {
        session.execute(&text("anything"), &[])?;
    }
    let mut ranges = Vec::new();
    let mut groups: Vec<&String> = Vec::new();
    let mut categories = Vec::new();
    for rule in &selection.rules {
        match rule {
            // A category that is no RecId is none of AX's: nothing is in it.
            Rule::Category { category } => categories.extend(category.parse::<i64>()),
            Rule::ItemGroup { group } => groups.push(group),
            Rule::ItemRange { from, to } => ranges.push(values![from, to]),
        }
    }
    let categories: Vec<[Value<'_>; 1]> = categories.into_iter().map(|id| values![id]).collect();
    session.execute_each(&text("range"), &ranges)?;
    session.execute_each(&text("category"), &categories)?;
    insert(session, "group", groups)?;
    insert(session, "included", &selection.include)?;
    insert(session, "excluded", &selection.exclude)?;
    if !categories.is_empty() {
        let subtree = opened(database.shapes(), &text("subtree"));
        session.execute(&Text::both(&subtree), &database.scope())?;
    }
    Ok(())
}

/// Removes the tables: the connection is used again.
pub(super) fn clear(database: &dyn Database) -> Result<(), SqlError> {
    database.session().script(&text("drop"))
}

fn opened(shapes: &Shapes, text: &Text<'_>) -> String {
    shapes.opened(text.tsql, None)
}

fn insert<'a>(
    session: Session<'_>,
    statement: &str,
    texts: impl IntoIterator<Item = &'a String>,
) -> Result<(), SqlError> {
    let texts = texts.into_iter();
    let fitting = texts.filter(|text| text.encode_utf16().count() <= LONGEST);
    let sets: Vec<[Value<'_>; 1]> = fitting.map(|text| values![text]).collect();
    session.execute_each(&text(statement), &sets).map(drop)
}
