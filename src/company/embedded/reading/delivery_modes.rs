//! Modes of delivery: `DLVMODE`.

use super::values::{place, text};
use super::{Reader, Source, all_gone, list, page_by_id};
use crate::company::Entry;
use crate::model::Record;
use crate::model::catalog::DeliveryMode;

pub(super) const SOURCE: Source = Source {
    tables: &["DLVMODE"],
    changed: include_str!("delivery_modes/changed.sql"),
    count: |reader| reader.number(include_str!("delivery_modes/count.sql")),
    page: |reader, after| {
        page_by_id(
            reader,
            include_str!("delivery_modes/next.sql"),
            after,
            current,
        )
    },
    current,
};

fn current(reader: &Reader, ids: &[String]) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = all_gone(ids);
    let sql = include_str!("delivery_modes/current.sql");
    reader.each(sql, &[(":ids", &list(ids)?)], |row| {
        entries[place(row)?] = Entry::Present(Record::DeliveryMode(DeliveryMode {
            code: text(row, 1)?,
            description: text(row, 2)?,
            carrier: text(row, 3)?,
            carrier_name: text(row, 4)?,
        }));
        Ok(())
    })?;
    Ok(entries)
}
