//! Dimension groups: `ECORESPRODUCTDIMENSIONGROUP`, `ECORESSTORAGEDIMENSIONGROUP` and
//! `ECORESTRACKINGDIMENSIONGROUP`. There are dozens at most, so each look takes them all.

use std::collections::BTreeMap;

use super::{Paging, Reader, Source, all_gone, values};
use crate::company::Entry;
use crate::model::Record;
use crate::model::catalog::{DimensionFamily, DimensionGroup};
use crate::sql::{SqlError, Text};
use crate::statement;

pub(super) const SOURCE: Source = Source {
    tables: &[
        "ECORESPRODUCTDIMENSIONGROUP",
        "ECORESSTORAGEDIMENSIONGROUP",
        "ECORESTRACKINGDIMENSIONGROUP",
    ],
    changed: statement!("dimension_groups", "changed"),
    count: statement!("dimension_groups", "count"),
    page: Paging::Own(|reader, after| {
        let groups = groups(reader)?.into_iter();
        Ok(groups
            .filter(|(id, _)| id.as_str() > after)
            .map(|(_, group)| group)
            .collect())
    }),
    current: |reader, ids| {
        let groups = groups(reader)?;
        let found = ids.iter().map(|id| groups.get(id).cloned());
        Ok(found
            .zip(all_gone(ids))
            .map(|(found, gone)| found.unwrap_or(gone))
            .collect())
    },
};

const ALL: Text<'static> = statement!("dimension_groups", "all");

fn groups(reader: &Reader<'_>) -> Result<BTreeMap<String, Entry>, SqlError> {
    let mut groups = BTreeMap::new();
    for family in [
        DimensionFamily::Product,
        DimensionFamily::Storage,
        DimensionFamily::Tracking,
    ] {
        reader.each(&ALL, &[family.name().into()], |row| {
            let record = Record::DimensionGroup(DimensionGroup {
                family,
                name: values::text(row, 0)?,
                description: values::text(row, 1)?,
            });
            groups.insert(record.id(), Entry::Present(record));
            Ok(())
        })?;
    }
    Ok(groups)
}
