//! Released products: `INVENTTABLE` with everything that describes an item, looked up for a page
//! of items at a time.

use rusqlite::Row;

use super::values::{BadField, amount, dimensions, is_missing, place, text};
use super::{Reader, Source, all_gone, list, page_by_id};
use crate::company::Entry;
use crate::model::catalog::{Item, ProductType, Text, Variant};
use crate::model::{Amount, Record};

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
    changed: include_str!("items/changed.sql"),
    count: |reader| reader.number("SELECT COUNT(*) FROM SELECTED"),
    page: |reader, after| page_by_id(reader, NEXT, after, current),
    current,
};

/// The next selected items.
pub(super) const NEXT: &str = include_str!("items/next.sql");

/// An item whose parts are still being gathered.
struct Draft {
    /// Its place in the answer.
    at: usize,
    item: Item,
    product: i64,
    /// Why it cannot be sent, if it cannot.
    bad: Option<BadField>,
}

fn current(reader: &Reader, ids: &[String]) -> rusqlite::Result<Vec<Entry>> {
    let mut drafts = Vec::with_capacity(ids.len());
    let sql = include_str!("items/current.sql");
    reader.each(sql, &[(":ids", &list(ids)?)], |row| {
        drafts.push(draft(row)?);
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

fn draft(row: &Row<'_>) -> rusqlite::Result<Draft> {
    let mut bad = None;
    let mut amount = |column, field| -> rusqlite::Result<Amount> {
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
        match row.get::<_, i64>(6)? {
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
        at: place(row)?,
        item,
        product: row.get(2)?,
        bad,
    })
}

fn add_categories(reader: &Reader, drafts: &mut [Draft], products: &[i64]) -> rusqlite::Result<()> {
    let sql = include_str!("items/categories.sql");
    reader.each(sql, &[(":products", &list(products)?)], |row| {
        let draft = &mut drafts[place(row)?];
        draft.item.categories.push(text(row, 1)?);
        Ok(())
    })?;
    for draft in drafts {
        draft.item.categories.sort_unstable();
    }
    Ok(())
}

fn add_variants(reader: &Reader, drafts: &mut [Draft]) -> rusqlite::Result<()> {
    let items: Vec<&str> = drafts
        .iter()
        .map(|draft| draft.item.item.as_str())
        .collect();
    let items = list(&items)?;
    let mut products = Vec::new();
    let mut places = Vec::new();
    let sql = include_str!("items/variants.sql");
    reader.each(sql, &[(":items", &items)], |row| {
        let at = place(row)?;
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
        products.push(row.get::<_, i64>(1)?);
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
        draft.item.variants.sort_by(|a, b| a.number.cmp(&b.number));
    }
    Ok(())
}

/// Hands over the texts of each product with its place in `products`; those of one product come
/// sorted by language, which is the order they lie in.
fn texts(
    reader: &Reader,
    products: &[i64],
    mut each: impl FnMut(usize, Text),
) -> rusqlite::Result<()> {
    let sql = include_str!("items/texts.sql");
    reader.each(sql, &[(":products", &list(products)?)], |row| {
        let text = Text {
            language: text(row, 1)?,
            name: text(row, 2)?,
            description: text(row, 3)?,
        };
        each(place(row)?, text);
        Ok(())
    })
}
