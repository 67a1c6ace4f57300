//! Packing slips of sales orders: `CUSTPACKINGSLIPJOUR`, its lines (`CUSTPACKINGSLIPTRANS`) with
//! the numbers of the sales lines, and its tracking numbers (`SHIPCARRIERSTAGING`).

use std::collections::BTreeMap;

use super::values::{self, BadField, amount, date, dimensions, is_missing, text};
use super::{Paging, Reader, Source, all_gone, id_of, page_size};
use crate::company::Entry;
use crate::model::record::split_record_id;
use crate::model::shipment::{Shipment, ShipmentLine};
use crate::model::{Amount, Record};
use crate::sql::{Row, SqlError, Text, Value};
use crate::{statement, values};

pub(super) const SOURCE: Source = Source {
    tables: &[
        "CUSTPACKINGSLIPJOUR",
        "CUSTPACKINGSLIPTRANS",
        "SHIPCARRIERSTAGING",
        "SALESTABLE",
        "SALESLINE",
        "INVENTDIM",
    ],
    changed: statement!("shipments", "changed"),
    count: statement!("shipments", "count"),
    page: Paging::Own(page),
    current,
};

const NEXT: Text<'static> = statement!("shipments", "next");
const CURRENT: Text<'static> = statement!("shipments", "current");
const TRACKING_NUMBERS: Text<'static> = statement!("shipments", "tracking_numbers");

/// Packing slip and sales order that an id names.
fn parse(id: &str) -> Option<[String; 2]> {
    split_record_id(id).try_into().ok()
}

fn page(reader: &Reader<'_>, after: &str) -> Result<Vec<Entry>, SqlError> {
    let [slip, order] = parse(after).unwrap_or_default();
    let mut ids = Vec::new();
    reader.each(&NEXT, &[slip.into(), order.into(), page_size()], |row| {
        ids.push(id_of(row)?);
        Ok(())
    })?;
    current(reader, &ids)
}

/// A shipment of which the lines are still being added, or what is wrong with it.
type Draft = Result<(Shipment, BTreeMap<u32, ShipmentLine>), BadField>;

fn current(reader: &Reader<'_>, ids: &[String]) -> Result<Vec<Entry>, SqlError> {
    // An id that is none of ours names nothing: no packing slip has an empty number.
    let keys: Vec<[String; 2]> = ids.iter().map(|id| parse(id).unwrap_or_default()).collect();
    let keys: Vec<[Value<'_>; 2]> = keys
        .iter()
        .map(|[slip, order]| values![slip, order])
        .collect();
    let mut drafts: Vec<Option<Draft>> = Vec::new();
    drafts.resize_with(ids.len(), || None);
    reader.of_list(&CURRENT, &keys, |at, row| {
        let draft = &mut drafts[at];
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
    reader.of_list(&TRACKING_NUMBERS, &keys, |at, row| {
        if let Some(Ok((shipment, _))) = &mut drafts[at] {
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
                shipment.tracking_numbers.sort_unstable();
                Entry::Present(Record::Shipment(Box::new(shipment)))
            }
        })
        .collect())
}

fn heading(row: &Row<'_>) -> Result<Result<Shipment, BadField>, SqlError> {
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
) -> Result<Result<(), BadField>, SqlError> {
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
fn line_number(row: &Row<'_>, column: usize) -> Result<Result<u32, BadField>, SqlError> {
    const FIELD: &str = "SALESLINE.LINENUM";
    Ok(values::amount(row, column, FIELD)?.and_then(|number| {
        // The shortest form of a whole number has no point.
        number
            .to_string()
            .parse()
            .map_err(|_| BadField::new(FIELD, format!("{number} is no whole line number")))
    }))
}
