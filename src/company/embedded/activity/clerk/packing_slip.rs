//! Posting a packing slip: its journal and lines, its parcels, and what it takes from the order and
//! from stock.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params};

use super::{ClerkError, Desk, Line, today};
use crate::company::embedded::number_sequence;
use crate::company::embedded::row::{insert, real, text};
use crate::company::embedded::stock::plus;
use crate::model::Amount;
use crate::model::random::Random;

/// Posts what is left of the order, or a part of it.
pub(super) fn post(
    desk: &Desk<'_>,
    partial: bool,
    random: &mut Random,
) -> Result<String, ClerkError> {
    let mut lines = desk.lines()?;
    lines.retain(|line| line.remaining > Amount::ZERO);
    let quantities = if partial {
        part_of(&lines, random)
    } else {
        lines.iter().map(|line| line.remaining).collect()
    };
    let slip = number_sequence::next(
        desk.connection,
        desk.company,
        &number_sequence::PACKING_SLIP,
    )?;
    let day = today();
    let (mut total, mut is_whole) = (Amount::ZERO, true);
    for (line, quantity) in lines.iter().zip(quantities) {
        if quantity.is_zero() {
            is_whole = false;
            continue;
        }
        let rest = desk.delivered(line, quantity)?;
        desk.stock().deliver(&line.lot, quantity, &day)?;
        let fields = vec![
            ("PACKINGSLIPID", text(&slip)),
            ("SALESID", text(desk.order)),
            ("ORIGSALESID", text(desk.order)),
            ("ITEMID", text(&line.item)),
            ("INVENTTRANSID", text(&line.lot)),
            ("LINENUM", text(&line.number)),
            ("QTY", real(quantity)),
            ("ORDERED", real(line.ordered)),
            ("REMAIN", real(rest)),
            ("DELIVERYDATE", text(&day)),
        ];
        insert(
            desk.connection,
            desk.company,
            "CUSTPACKINGSLIPTRANS",
            fields,
        )?;
        total = plus(total, quantity)?;
        is_whole &= rest.is_zero();
    }
    let carrier = journal(desk, &slip, &day, total)?;
    let parcels = if carrier.is_empty() {
        Vec::new()
    } else {
        parcels(desk, &slip, &carrier, lines.len(), random)?
    };
    let status = if is_whole {
        super::DELIVERED
    } else {
        super::OPEN_ORDER
    };
    desk.set_status(status, Some(super::PACKING_SLIP))?;
    let (order, part) = (desk.order, if is_whole { "" } else { ", a part" });
    let by = match parcels.as_slice() {
        [] => String::new(),
        numbers => format!(", {carrier} {}", numbers.join(", ")),
    };
    Ok(format!("{order}: packing slip {slip}{part}{by}"))
}

/// A quantity for each line: something of the order, but where it has more than one piece not all.
fn part_of(lines: &[Line], random: &mut Random) -> Vec<Amount> {
    if let [only] = lines {
        let pieces: i64 = only.remaining.to_string().parse().unwrap_or(1);
        if pieces < 2 {
            return vec![only.remaining];
        }
        let some = random.between(1, pieces as u64 - 1) as i64;
        return vec![Amount::from(some)];
    }
    // One line goes for certain and one stays for certain; of the others, half.
    let count = lines.len() as u64;
    let goes = random.below(count);
    let stays = (goes + 1 + random.below(count.saturating_sub(1))) % count.max(1);
    (0..count)
        .zip(lines)
        .map(|(at, line)| {
            let is_in = at == goes || (at != stays && random.once_in(2));
            if is_in { line.remaining } else { Amount::ZERO }
        })
        .collect()
}

/// Writes CUSTPACKINGSLIPJOUR and returns the carrier of the order's mode of delivery.
fn journal(desk: &Desk<'_>, slip: &str, day: &str, total: Amount) -> Result<String, ClerkError> {
    struct Heading {
        account: String,
        invoice_account: String,
        name: String,
        address: i64,
        mode: String,
        terms: String,
        requisition: String,
        reference: String,
    }
    let heading = desk
        .connection
        .prepare_cached(
            "SELECT CUSTACCOUNT, INVOICEACCOUNT, DELIVERYNAME, DELIVERYPOSTALADDRESS, DLVMODE, DLVTERM,
                    PURCHORDERFORMNUM, CUSTOMERREF
               FROM SALESTABLE WHERE DATAAREAID = ? AND SALESID = ?",
        )?
        .query_row(params![desk.company.id, desk.order], |row| {
            Ok(Heading {
                account: row.get(0)?,
                invoice_account: row.get(1)?,
                name: row.get(2)?,
                address: row.get(3)?,
                mode: row.get(4)?,
                terms: row.get(5)?,
                requisition: row.get(6)?,
                reference: row.get(7)?,
            })
        })?;
    let carrier: String = desk
        .connection
        .prepare_cached("SELECT SHIPCARRIERID FROM DLVMODE WHERE DATAAREAID = ? AND CODE = ?")?
        .query_row([&desk.company.id, &heading.mode], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    let fields = vec![
        ("PACKINGSLIPID", text(slip)),
        ("SALESID", text(desk.order)),
        ("ORDERACCOUNT", text(&heading.account)),
        ("INVOICEACCOUNT", text(&heading.invoice_account)),
        ("DELIVERYDATE", text(day)),
        ("DELIVERYNAME", text(&heading.name)),
        ("DELIVERYPOSTALADDRESS", Value::from(heading.address)),
        ("DLVMODE", text(&heading.mode)),
        ("DLVTERM", text(&heading.terms)),
        ("QTY", real(total)),
        ("SHIPCARRIERID", text(&carrier)),
        ("PURCHASEORDER", text(&heading.requisition)),
        ("CUSTOMERREF", text(&heading.reference)),
        ("SALESTYPE", Value::from(super::SALES)),
    ];
    insert(desk.connection, desk.company, "CUSTPACKINGSLIPJOUR", fields)?;
    Ok(carrier)
}

/// Tracks the parcels of a slip: one, sometimes two where several lines are in it.
fn parcels(
    desk: &Desk<'_>,
    slip: &str,
    carrier: &str,
    lines: usize,
    random: &mut Random,
) -> Result<Vec<String>, ClerkError> {
    let count = if lines > 1 && random.once_in(3) { 2 } else { 1 };
    let mut numbers: Vec<String> = Vec::new();
    for _ in 0..count {
        let digits = random.below(1_000_000_000_000);
        let number = format!("{carrier}{digits:012}");
        let lead = numbers.first().unwrap_or(&number).clone();
        let fields = vec![
            ("PACKINGSLIPID", text(slip)),
            ("SALESID", text(desk.order)),
            ("TRACKINGNUMBER", text(&number)),
            ("LEADTRACKINGNUMBER", text(&lead)),
        ];
        insert(desk.connection, desk.company, "SHIPCARRIERSTAGING", fields)?;
        numbers.push(number);
    }
    Ok(numbers)
}
