//! Item sales tax groups: `TAXITEMGROUPHEADING` with the codes of `TAXONITEM`.

use super::values::text;
use super::{Paging, Reader, Source, all_gone, texts_of};
use crate::company::Entry;
use crate::model::Record;
use crate::model::catalog::ItemTaxGroup;
use crate::sql::{SqlError, Text};
use crate::statement;

pub(super) const SOURCE: Source = Source {
    tables: &["TAXITEMGROUPHEADING", "TAXONITEM"],
    changed: statement!("item_tax_groups", "changed"),
    count: statement!("item_tax_groups", "count"),
    page: Paging::ByIds(NEXT),
    current,
};

const NEXT: Text<'static> = statement!("item_tax_groups", "next");
const CURRENT: Text<'static> = statement!("item_tax_groups", "current");

fn current(reader: &Reader<'_>, ids: &[String]) -> Result<Vec<Entry>, SqlError> {
    let mut entries = all_gone(ids);
    reader.of_list(&CURRENT, &texts_of(ids), |at, row| {
        let entry = &mut entries[at];
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
    for entry in &mut entries {
        if let Entry::Present(Record::ItemTaxGroup(group)) = entry {
            group.codes.sort_unstable();
        }
    }
    Ok(entries)
}
