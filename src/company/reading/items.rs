//! Released products: `INVENTTABLE` with everything that describes an item, looked up for a page
//! of items at a time.

use super::values::{BadField, amount, dimensions, is_missing, text};
use super::{Paging, Reader, Source, all_gone, texts_of};
use crate::company::Entry;
use crate::model::catalog::{self, Item, ProductType, Variant};
use crate::model::{Amount, Record};
use crate::sql::{Row, SqlError, Text, Value};
use crate::{statement, values};

pub(super) const SOURCE: Source = Source {
    tables: &[
        "INVENTTABLE",
        "INVENTTABLEMODULE",
        "ECORESPRODUCT",
        "ECORESPRODUCTTRANSLATION",
        "ECORESPRODUCTCATEGORY",
        "INVENTDIMCOMBINATION",
        "INVENTITEMGROUPITEM",
        "ECORESPRODUCTDIMENSIONGROUPPRODUCT",
        "ECORESPRODUCTDIMENSIONGROUP",
        "ECORESCATEGORY",
        "INVENTDIM",
    ],
    changed: statement!("items", "changed"),
    count: statement!("items", "count"),
    page: Paging::ByIds(NEXT),
    current,
};

/// The next selected items.
pub(super) const NEXT: Text<'static> = statement!("items", "next");
const CURRENT: Text<'static> = statement!("items", "current");
pub(super) const CATEGORIES: Text<'static> = statement!("items", "categories");
pub(super) const TEXTS: Text<'static> = statement!("items", "texts");
const VARIANTS: Text<'static> = statement!("items", "variants");

/// An item whose parts are still being gathered.
struct Draft {
    /// Its place in the answer.
    at: usize,
    item: Item,
    product: i64,
    /// Why it cannot be sent, if it cannot.
    bad: Option<BadField>,
}

fn current(reader: &Reader<'_>, ids: &[String]) -> Result<Vec<Entry>, SqlError> {
    let mut drafts = Vec::with_capacity(ids.len());
    reader.of_list(&CURRENT, &texts_of(ids), |at, row| {
        drafts.push(draft(at, row)?);
        Ok(())
    })?;
    let products: Vec<i64> = drafts.iter().map(|draft| draft.product).collect();
    add_categories(reader, &mut drafts, &products)?;
    texts(reader, &products, |at, text| {
        drafts[at].item.texts.push(text);
    })?;
    add_variants(reader, &mut drafts)?;

    let mut entries = all_gone(ids);
    for Draft { at, item, bad, .. } in drafts {
        entries[at] = match bad {
            None => Entry::Present(Record::Item(Box::new(item))),
            Some(bad) => bad.into_entry(item.item),
        };
    }
    Ok(entries)
}

fn draft(at: usize, row: &Row<'_>) -> Result<Draft, SqlError> {
    let mut bad = None;
    let mut amount = |column, field| -> Result<Amount, SqlError> {
        Ok(amount(row, column, field)?.unwrap_or_else(|error| {
            bad.get_or_insert(error);
            Amount::ZERO
        }))
    };
    let net_weight = amount(4, "INVENTTABLE.NETWEIGHT")?;
    let price = amount(8, "INVENTTABLEMODULE.PRICE")?;
    let price_unit = amount(9, "INVENTTABLEMODULE.PRICEUNIT")?;
    let mut product_type = ProductType::Item;
    if is_missing(row, 5)? {
        let reason = "the item's shared product does not exist";
        bad = Some(BadField::new("INVENTTABLE.PRODUCT", reason));
    } else {
        match row.get::<i64>(6)? {
            0 => {}
            1 => product_type = ProductType::Service,
            other => {
                let reason = format!("{other} is neither 0 (item) nor 1 (service)");
                bad = Some(BadField::new("ECORESPRODUCT.PRODUCTTYPE", reason));
            }
        }
    }
    if is_missing(row, 7)? {
        let reason = "the item has no row of module type 2 (sales)";
        bad = Some(BadField::new("INVENTTABLEMODULE.MODULETYPE", reason));
    }
    let item = Item {
        item: text(row, 1)?,
        product: text(row, 5)?,
        product_type,
        search_name: text(row, 3)?,
        item_group: text(row, 11)?,
        item_tax_group: text(row, 10)?,
        dimension_group: text(row, 12)?,
        unit: text(row, 7)?,
        price,
        price_unit,
        net_weight,
        categories: Vec::new(),
        texts: Vec::new(),
        variants: Vec::new(),
    };
    Ok(Draft {
        at,
        item,
        product: row.get::<i64>(2)?,
        bad,
    })
}

fn add_categories(
    reader: &Reader<'_>,
    drafts: &mut [Draft],
    products: &[i64],
) -> Result<(), SqlError> {
    reader.of_list(&CATEGORIES, &numbers(products), |at, row| {
        drafts[at].item.categories.push(text(row, 1)?);
        Ok(())
    })?;
    for draft in drafts {
        draft.item.categories.sort_unstable();
    }
    Ok(())
}

fn add_variants(reader: &Reader<'_>, drafts: &mut [Draft]) -> Result<(), SqlError> {
    let items: Vec<String> = drafts.iter().map(|draft| draft.item.item.clone()).collect();
    let mut products = Vec::new();
    let mut places = Vec::new();
    reader.of_list(&VARIANTS, &texts_of(&items), |at, row| {
        let draft = &mut drafts[at];
        if is_missing(row, 2)? {
            let reason = "the shared product of a variant does not exist";
            draft.bad = Some(BadField::new(
                "INVENTDIMCOMBINATION.DISTINCTPRODUCTVARIANT",
                reason,
            ));
        }
        if is_missing(row, 3)? {
            let reason = "the dimensions of a variant do not exist";
            draft.bad = Some(BadField::new("INVENTDIMCOMBINATION.INVENTDIMID", reason));
        }
        products.push(row.get::<i64>(1)?);
        places.push((at, draft.item.variants.len()));
        draft.item.variants.push(Variant {
            number: text(row, 2)?,
            dimensions: dimensions(row, 3)?,
            texts: Vec::new(),
        });
        Ok(())
    })?;
    texts(reader, &products, |at, text| {
        let (draft, variant) = places[at];
        drafts[draft].item.variants[variant].texts.push(text);
    })?;
    for draft in drafts {
        let item = &mut draft.item;
        item.variants.sort_by(|a, b| a.number.cmp(&b.number));
        let texts = item.variants.iter_mut().map(|variant| &mut variant.texts);
        for texts in texts.chain([&mut item.texts]) {
            texts.sort_by(|a, b| a.language.cmp(&b.language));
        }
    }
    Ok(())
}

/// Numbers as the list of a statement.
pub(super) fn numbers(numbers: &[i64]) -> Vec<[Value<'static>; 1]> {
    numbers.iter().map(|number| values![*number]).collect()
}

/// Hands over the texts of each product with its place in `products`.
fn texts(
    reader: &Reader<'_>,
    products: &[i64],
    mut each: impl FnMut(usize, catalog::Text),
) -> Result<(), SqlError> {
    reader.of_list(&TEXTS, &numbers(products), |at, row| {
        let text = catalog::Text {
            language: text(row, 1)?,
            name: text(row, 2)?,
            description: text(row, 3)?,
        };
        each(at, text);
        Ok(())
    })
}
