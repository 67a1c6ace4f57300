//! Packing slips of sales orders: `CUSTPACKINGSLIPJOUR`, its lines (`CUSTPACKINGSLIPTRANS`) with
//! the numbers of the sales lines, and its tracking numbers (`SHIPCARRIERSTAGING`).

use std::collections::BTreeMap;

use rusqlite::Row;

use super::values::{self, BadField, amount, date, dimensions, is_missing, place, text};
use super::{Reader, Source, all_gone, id_of, list};
use crate::company::Entry;
use crate::model::record::split_record_id;
use crate::model::shipment::{Shipment, ShipmentLine};
use crate::model::{Amount, Record};

pub(super) const SOURCE: Source = Source {
    tables: &[
        "CUSTPACKINGSLIPJOUR",
        "CUSTPACKINGSLIPTRANS",
        "SHIPCARRIERSTAGING",
        "SALESTABLE",
        "SALESLINE",
        "INVENTDIM",
    ],
    changed: include_str!("shipments/changed.sql"),
    count: |reader| reader.number(include_str!("shipments/count.sql")),
    page,
    current,
};

/// Packing slip and sales order that an id names.
fn parse(id: &str) -> Option<[String; 2]> {
    split_record_id(id).try_into().ok()
}

fn page(reader: &Reader, after: &str) -> rusqlite::Result<Vec<Entry>> {
    let [slip, order] = parse(after).unwrap_or_default();
    let mut ids = Vec::new();
    let parameters: &[(&str, &dyn rusqlite::ToSql)] = &[
        (":slip", &slip),
        (":order", &order),
        (":limit", &(super::PAGE as i64)),
    ];
    reader.each(include_str!("shipments/next.sql"), parameters, |row| {
        ids.push(id_of(row)?);
        Ok(())
    })?;
    current(reader, &ids)
}

/// A shipment of which the lines are still being added, or what is wrong with it.
type Draft = Result<(Shipment, BTreeMap<u32, ShipmentLine>), BadField>;

fn current(reader: &Reader, ids: &[String]) -> rusqlite::Result<Vec<Entry>> {
    // An id that is none of ours names nothing: no packing slip has an empty number.
    let keys: Vec<[String; 2]> = ids.iter().map(|id| parse(id).unwrap_or_default()).collect();
    let keys = list(&keys)?;
    let mut drafts: Vec<Option<Draft>> = Vec::new();
    drafts.resize_with(ids.len(), || None);
    let sql = include_str!("shipments/current.sql");
    reader.each(sql, &[(":keys", &keys)], |row| {
        let draft = &mut drafts[place(row)?];
        let mut next = match draft.take() {
            None => heading(row)?.map(|shipment| (shipment, BTreeMap::new())),
            Some(begun) => begun,
        };
        if let Ok((_, lines)) = &mut next
            && let Err(bad) = add_line(lines, row)?
        {
            next = Err(bad);
        }
        *draft = Some(next);
        Ok(())
    })?;
    let sql = include_str!("shipments/tracking_numbers.sql");
    reader.each(sql, &[(":keys", &keys)], |row| {
        if let Some(Ok((shipment, _))) = &mut drafts[place(row)?] {
            shipment.tracking_numbers.push(text(row, 1)?);
        }
        Ok(())
    })?;
    let found = all_gone(ids).into_iter().zip(drafts);
    Ok(found
        .map(|(gone, draft)| match draft {
            None => gone,
            Some(Err(bad)) => bad.into_entry(gone.id()),
            Some(Ok((mut shipment, lines))) => {
                shipment.lines = lines.into_values().collect();
                Entry::Present(Record::Shipment(Box::new(shipment)))
            }
        })
        .collect())
}

fn heading(row: &Row<'_>) -> rusqlite::Result<Result<Shipment, BadField>> {
    let shipped = match date(row, 5, "CUSTPACKINGSLIPJOUR.DELIVERYDATE")? {
        Ok(shipped) => shipped,
        Err(bad) => return Ok(Err(bad)),
    };
    Ok(Ok(Shipment {
        packing_slip: text(row, 1)?,
        sales_order: text(row, 2)?,
        customer: text(row, 3)?,
        requisition: text(row, 4)?,
        shipped,
        delivery_mode: text(row, 6)?,
        carrier: text(row, 7)?,
        tracking_numbers: Vec::new(),
        lines: Vec::new(),
    }))
}

/// Adds a line of the slip; the slip may deliver a sales line in several parts, of several batches
/// say, which fall together.
fn add_line(
    lines: &mut BTreeMap<u32, ShipmentLine>,
    row: &Row<'_>,
) -> rusqlite::Result<Result<(), BadField>> {
    const QUANTITY: &str = "CUSTPACKINGSLIPTRANS.QTY";
    let lot = text(row, 9)?;
    if is_missing(row, 11)? {
        let reason = format!("the sales order has no line with lot {lot:?}");
        return Ok(Err(BadField::new(
            "CUSTPACKINGSLIPTRANS.INVENTTRANSID",
            reason,
        )));
    }
    let line = match line_number(row, 11)? {
        Ok(line) => line,
        Err(bad) => return Ok(Err(bad)),
    };
    let quantity = match amount(row, 10, QUANTITY)? {
        Ok(quantity) => quantity,
        Err(bad) => return Ok(Err(bad)),
    };
    let item = text(row, 8)?;
    let dimensions = dimensions(row, 12)?;
    let sum = lines.entry(line).or_insert_with(|| ShipmentLine {
        line,
        item,
        dimensions,
        quantity: Amount::ZERO,
    });
    let Some(quantity) = sum.quantity.checked_add(quantity) else {
        let reason = format!("the parts of line {line} do not add up to 28 digits");
        return Ok(Err(BadField::new(QUANTITY, reason)));
    };
    sum.quantity = quantity;
    Ok(Ok(()))
}

/// AX numbers lines with reals; an online order's have whole numbers.
fn line_number(row: &Row<'_>, column: usize) -> rusqlite::Result<Result<u32, BadField>> {
    const FIELD: &str = "SALESLINE.LINENUM";
    Ok(values::amount(row, column, FIELD)?.and_then(|number| {
        // The shortest form of a whole number has no point.
        number
            .to_string()
            .parse()
            .map_err(|_| BadField::new(FIELD, format!("{number} is no whole line number")))
    }))
}
