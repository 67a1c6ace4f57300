//! On-hand quantities: the open rows of `INVENTSUM`, added up exactly by item, product dimensions,
//! site and warehouse. `INVENTDIM` says what a row's dimension id stands for; locations, batches
//! and serial numbers within a warehouse fall together.

use std::collections::{BTreeSet, HashMap};

use super::values::{BadField, amount, dimensions, text};
use super::{Paging, Reader, Source, all_gone, items, texts_of};
use crate::company::Entry;
use crate::model::catalog::{OnHand, ProductDimensions};
use crate::model::record::split_record_id;
use crate::model::{Amount, Record};
use crate::sql::{SqlError, Text};
use crate::statement;

pub(super) const SOURCE: Source = Source {
    tables: &[
        "INVENTSUM",
        "INVENTDIM",
        "INVENTTABLE",
        "INVENTITEMGROUPITEM",
        "ECORESPRODUCTCATEGORY",
        "ECORESCATEGORY",
    ],
    changed: statement!("on_hand", "changed"),
    count: statement!("on_hand", "count"),
    page: Paging::Own(page),
    current,
};

const CURRENT: Text<'static> = statement!("on_hand", "current");

/// Where stock of an item is: a variant in a warehouse.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    dimensions: ProductDimensions,
    site: String,
    warehouse: String,
}

/// The item and place that an id names; `None` where it is no on-hand id.
fn parse(id: &str) -> Option<(String, Place)> {
    let parts: [String; 7] = split_record_id(id).try_into().ok()?;
    let [item, configuration, size, colour, style, site, warehouse] = parts;
    let dimensions = ProductDimensions {
        configuration,
        size,
        colour,
        style,
    };
    let place = Place {
        dimensions,
        site,
        warehouse,
    };
    Some((item, place))
}

/// A page is the stock of the next items that have any; it is cut to size where it is delivered.
fn page(reader: &Reader<'_>, after: &str) -> Result<Vec<Entry>, SqlError> {
    let mut item = String::new();
    if let Some((last_item, last_place)) = parse(after) {
        let mut rest = stock(reader, std::slice::from_ref(&last_item))?;
        rest.retain(|(place, _)| *place > last_place);
        if !rest.is_empty() {
            return Ok(rest.into_iter().map(|(_, entry)| entry).collect());
        }
        item = last_item;
    }
    loop {
        let items = reader.ids(&items::NEXT, item.as_str().into())?;
        let entries = stock(reader, &items)?;
        if let (true, Some(last)) = (entries.is_empty(), items.last()) {
            item.clone_from(last);
            continue;
        }
        return Ok(entries.into_iter().map(|(_, entry)| entry).collect());
    }
}

fn current(reader: &Reader<'_>, ids: &[String]) -> Result<Vec<Entry>, SqlError> {
    let items: BTreeSet<String> = ids
        .iter()
        .filter_map(|id| parse(id))
        .map(|(item, _)| item)
        .collect();
    let items: Vec<String> = items.into_iter().collect();
    let stock: HashMap<String, Entry> = stock(reader, &items)?
        .into_iter()
        .map(|(_, entry)| (entry.id(), entry))
        .collect();
    let mut entries = all_gone(ids);
    for entry in &mut entries {
        if let Some(found) = stock.get(&entry.id()) {
            entry.clone_from(found);
        }
    }
    Ok(entries)
}

/// The stock of `items`, in the order of the items and of the places in each.
fn stock(reader: &Reader<'_>, items: &[String]) -> Result<Vec<(Place, Entry)>, SqlError> {
    let mut rows: Vec<(usize, Place, Result<Amount, BadField>)> = Vec::new();
    reader.of_list(&CURRENT, &texts_of(items), |item, row| {
        let place = Place {
            dimensions: dimensions(row, 2)?,
            site: text(row, 6)?,
            warehouse: text(row, 7)?,
        };
        let available = amount(row, 1, AVAILABLE)?;
        rows.push((item, place, available));
        Ok(())
    })?;
    rows.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    rows.dedup_by(|next, sum| {
        let same = next.0 == sum.0 && next.1 == sum.1;
        if same {
            sum.2 = add(&sum.2, &next.2);
        }
        same
    });
    Ok(rows
        .into_iter()
        .map(|(item, place, available)| {
            let entry = entry(&items[item], &place, available);
            (place, entry)
        })
        .collect())
}

const AVAILABLE: &str = "INVENTSUM.AVAILPHYSICAL";

fn add(
    sum: &Result<Amount, BadField>,
    next: &Result<Amount, BadField>,
) -> Result<Amount, BadField> {
    let (sum, next) = (sum.clone()?, next.clone()?);
    sum.checked_add(next).ok_or_else(|| {
        BadField::new(
            AVAILABLE,
            format!("{sum} and {next} do not add up to 28 digits"),
        )
    })
}

fn entry(item: &str, place: &Place, available: Result<Amount, BadField>) -> Entry {
    let (available, bad) = match available {
        Ok(available) => (available, None),
        Err(bad) => (Amount::ZERO, Some(bad)),
    };
    let record = Record::OnHand(OnHand {
        item: item.to_owned(),
        dimensions: place.dimensions.clone(),
        site: place.site.clone(),
        warehouse: place.warehouse.clone(),
        available,
    });
    match bad {
        None => Entry::Present(record),
        Some(bad) => bad.into_entry(record.id()),
    }
}
