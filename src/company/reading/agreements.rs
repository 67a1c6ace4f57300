//! Trade agreements of the sales side: `PRICEDISCTABLE`, its dimension id resolved by `INVENTDIM`
//! (the id of the blank dimensions differs by installation, so it is read like any other).

use super::values::{BadField, amount, date, dimensions, is_missing, text};
use super::{Paging, Reader, Source, all_gone, rec_ids_of};
use crate::company::Entry;
use crate::model::Record;
use crate::model::catalog::{AgreementKind, CodeScope, TradeAgreement};
use crate::sql::{Row, SqlError, Text};
use crate::statement;

pub(super) const SOURCE: Source = Source {
    tables: &[
        "PRICEDISCTABLE",
        "INVENTDIM",
        "INVENTTABLE",
        "INVENTITEMGROUPITEM",
        "ECORESPRODUCTCATEGORY",
        "ECORESCATEGORY",
    ],
    changed: statement!("agreements", "changed"),
    count: statement!("agreements", "count"),
    page: Paging::ByRecIds(NEXT),
    current,
};

const NEXT: Text<'static> = statement!("agreements", "next");
const CURRENT: Text<'static> = statement!("agreements", "current");

fn current(reader: &Reader<'_>, ids: &[String]) -> Result<Vec<Entry>, SqlError> {
    let mut entries = all_gone(ids);
    reader.of_list(&CURRENT, &rec_ids_of(ids), |at, row| {
        entries[at] = match agreement(row)? {
            Ok(agreement) => Entry::Present(Record::TradeAgreement(Box::new(agreement))),
            Err(bad) => bad.into_entry(text(row, 1)?),
        };
        Ok(())
    })?;
    Ok(entries)
}

fn agreement(row: &Row<'_>) -> Result<Result<TradeAgreement, BadField>, SqlError> {
    // The outer Result is the statement's, the inner one a value's.
    macro_rules! good {
        ($value:expr) => {
            match $value? {
                Ok(value) => value,
                Err(bad) => return Ok(Err(bad)),
            }
        };
    }
    let dimension_id = text(row, 17)?;
    if !dimension_id.is_empty() && is_missing(row, 18)? {
        let reason = format!("INVENTDIM has no row {dimension_id}");
        return Ok(Err(BadField::new("PRICEDISCTABLE.INVENTDIMID", reason)));
    }
    Ok(Ok(TradeAgreement {
        id: text(row, 1)?,
        kind: good!(kind(row, 2)),
        account_code: good!(scope(row, 3, "PRICEDISCTABLE.ACCOUNTCODE")),
        account: text(row, 4)?,
        item_code: good!(scope(row, 5, "PRICEDISCTABLE.ITEMCODE")),
        item: text(row, 6)?,
        dimensions: dimensions(row, 19)?,
        site: text(row, 23)?,
        warehouse: text(row, 24)?,
        currency: text(row, 7)?,
        amount: good!(amount(row, 8, "PRICEDISCTABLE.AMOUNT")),
        percent_1: good!(amount(row, 9, "PRICEDISCTABLE.PERCENT1")),
        percent_2: good!(amount(row, 10, "PRICEDISCTABLE.PERCENT2")),
        quantity_from: good!(amount(row, 11, "PRICEDISCTABLE.QUANTITYAMOUNTFROM")),
        quantity_to: good!(amount(row, 12, "PRICEDISCTABLE.QUANTITYAMOUNTTO")),
        from: good!(date(row, 13, "PRICEDISCTABLE.FROMDATE")),
        to: good!(date(row, 14, "PRICEDISCTABLE.TODATE")),
        unit: text(row, 15)?,
        price_unit: good!(amount(row, 16, "PRICEDISCTABLE.PRICEUNIT")),
    }))
}

/// Enum `PriceType`, the sales side.
fn kind(row: &Row<'_>, column: usize) -> Result<Result<AgreementKind, BadField>, SqlError> {
    Ok(match row.get::<i64>(column)? {
        4 => Ok(AgreementKind::Price),
        5 => Ok(AgreementKind::LineDiscount),
        6 => Ok(AgreementKind::MultilineDiscount),
        7 => Ok(AgreementKind::TotalDiscount),
        other => Err(BadField::new(
            "PRICEDISCTABLE.RELATION",
            format!("{other} is no relation of the sales side (4 to 7)"),
        )),
    })
}

/// Enum `TableGroupAll`.
fn scope(
    row: &Row<'_>,
    column: usize,
    field: &'static str,
) -> Result<Result<CodeScope, BadField>, SqlError> {
    Ok(match row.get::<i64>(column)? {
        0 => Ok(CodeScope::Table),
        1 => Ok(CodeScope::Group),
        2 => Ok(CodeScope::All),
        other => Err(BadField::new(
            field,
            format!("{other} is none of 0 (table), 1 (group), 2 (all)"),
        )),
    })
}
