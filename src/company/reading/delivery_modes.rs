//! Modes of delivery: `DLVMODE`.

use super::values::text;
use super::{Paging, Reader, Source, all_gone, texts_of};
use crate::company::Entry;
use crate::model::Record;
use crate::model::catalog::DeliveryMode;
use crate::sql::{SqlError, Text};
use crate::statement;

pub(super) const SOURCE: Source = Source {
    tables: &["DLVMODE"],
    changed: statement!("delivery_modes", "changed"),
    count: statement!("delivery_modes", "count"),
    page: Paging::ByIds(NEXT),
    current,
};

const NEXT: Text<'static> = statement!("delivery_modes", "next");
const CURRENT: Text<'static> = statement!("delivery_modes", "current");

fn current(reader: &Reader<'_>, ids: &[String]) -> Result<Vec<Entry>, SqlError> {
    let mut entries = all_gone(ids);
    reader.of_list(&CURRENT, &texts_of(ids), |at, row| {
        entries[at] = Entry::Present(Record::DeliveryMode(DeliveryMode {
            code: text(row, 1)?,
            description: text(row, 2)?,
            carrier: text(row, 3)?,
            carrier_name: text(row, 4)?,
        }));
        Ok(())
    })?;
    Ok(entries)
}
