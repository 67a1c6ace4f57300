//! Item sales tax groups: `TAXITEMGROUPHEADING` with the codes of `TAXONITEM`.

use super::values::{place, text};
use super::{Reader, Source, all_gone, list, page_by_id};
use crate::company::Entry;
use crate::model::Record;
use crate::model::catalog::ItemTaxGroup;

pub(super) const SOURCE: Source = Source {
    tables: &["TAXITEMGROUPHEADING", "TAXONITEM"],
    changed: include_str!("item_tax_groups/changed.sql"),
    count: |reader| reader.number(include_str!("item_tax_groups/count.sql")),
    page: |reader, after| {
        page_by_id(
            reader,
            include_str!("item_tax_groups/next.sql"),
            after,
            current,
        )
    },
    current,
};

fn current(reader: &Reader, ids: &[String]) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = all_gone(ids);
    let sql = include_str!("item_tax_groups/current.sql");
    reader.each(sql, &[(":ids", &list(ids)?)], |row| {
        let entry = &mut entries[place(row)?];
        let code = text(row, 3)?;
        // One row a code; a group without codes has one row without a code.
        if let Entry::Present(Record::ItemTaxGroup(group)) = entry {
            group.codes.push(code);
            return Ok(());
        }
        *entry = Entry::Present(Record::ItemTaxGroup(ItemTaxGroup {
            group: text(row, 1)?,
            name: text(row, 2)?,
            codes: if code.is_empty() { vec![] } else { vec![code] },
        }));
        Ok(())
    })?;
    Ok(entries)
}
