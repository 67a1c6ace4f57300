//! Nodes of the category hierarchies: `ECORESCATEGORY` with the name of its
//! `ECORESCATEGORYHIERARCHY`. Shared by all companies of the partition.

use super::values::{BadField, is_missing, text};
use super::{Paging, Reader, Source, all_gone, rec_ids_of};
use crate::company::Entry;
use crate::model::Record;
use crate::model::catalog::Category;
use crate::sql::{Row, SqlError, Text};
use crate::statement;

pub(super) const SOURCE: Source = Source {
    tables: &["ECORESCATEGORY", "ECORESCATEGORYHIERARCHY"],
    changed: statement!("categories", "changed"),
    count: statement!("categories", "count"),
    page: Paging::ByRecIds(NEXT),
    current,
};

const NEXT: Text<'static> = statement!("categories", "next");
const CURRENT: Text<'static> = statement!("categories", "current");

fn current(reader: &Reader<'_>, ids: &[String]) -> Result<Vec<Entry>, SqlError> {
    let mut entries = all_gone(ids);
    reader.of_list(&CURRENT, &rec_ids_of(ids), |at, row| {
        entries[at] = category(row)?;
        Ok(())
    })?;
    Ok(entries)
}

fn category(row: &Row<'_>) -> Result<Entry, SqlError> {
    let id = text(row, 1)?;
    if is_missing(row, 2)? {
        let reason = "the category's hierarchy does not exist";
        return Ok(BadField::new("ECORESCATEGORY.CATEGORYHIERARCHY", reason).into_entry(id));
    }
    Ok(Entry::Present(Record::Category(Category {
        id,
        hierarchy: text(row, 2)?,
        name: text(row, 3)?,
        code: text(row, 4)?,
        parent: match row.get::<i64>(5)? {
            0 => String::new(),
            parent => parent.to_string(),
        },
        active: row.get::<i64>(6)? != 0,
    })))
}
