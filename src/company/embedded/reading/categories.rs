//! Nodes of the category hierarchies: `ECORESCATEGORY` with the name of its
//! `ECORESCATEGORYHIERARCHY`. Shared by all companies of the partition.

use rusqlite::Row;

use super::values::{BadField, is_missing, place, text};
use super::{Reader, Source, all_gone, list, page_by_id};
use crate::company::Entry;
use crate::model::Record;
use crate::model::catalog::Category;

pub(super) const SOURCE: Source = Source {
    tables: &["ECORESCATEGORY", "ECORESCATEGORYHIERARCHY"],
    changed: include_str!("categories/changed.sql"),
    count: |reader| reader.number(include_str!("categories/count.sql")),
    page: |reader, after| page_by_id(reader, include_str!("categories/next.sql"), after, current),
    current,
};

fn current(reader: &Reader, ids: &[String]) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = all_gone(ids);
    let sql = include_str!("categories/current.sql");
    reader.each(sql, &[(":ids", &list(ids)?)], |row| {
        let at = place(row)?;
        entries[at] = category(row)?;
        Ok(())
    })?;
    Ok(entries)
}

fn category(row: &Row<'_>) -> rusqlite::Result<Entry> {
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
        parent: match row.get::<_, i64>(5)? {
            0 => String::new(),
            parent => parent.to_string(),
        },
        active: row.get::<_, i64>(6)? != 0,
    })))
}
