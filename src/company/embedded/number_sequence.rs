//! Number sequences (`NUMBERSEQUENCETABLE`), each of a company through its `NUMBERSEQUENCESCOPE`.
//! They are continuous: a number is taken in the transaction that uses it, so that what is rolled
//! back leaves no gap.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use super::row::{insert, text};
use crate::company::CompanyFacts;

/// A sequence that the embedded company draws from.
#[derive(Debug)]
pub(super) struct Sequence {
    /// `NUMBERSEQUENCE`.
    code: &'static str,
    /// `TXT`.
    text: &'static str,
    /// What a new sequence looks like; `#` stands for a digit.
    format: &'static str,
    /// Where its numbers are used: a new sequence begins behind them.
    used: (&'static str, &'static str),
}

/// Numbers of sales orders.
pub(super) const SALES_ORDER: Sequence = Sequence {
    code: "SalesOrder",
    text: "Sales order",
    format: "SO-#######",
    used: ("SALESTABLE", "SALESID"),
};
/// Lots of sales lines (`INVENTTRANSID`).
pub(super) const LOT: Sequence = Sequence {
    code: "Lot",
    text: "Lot ID",
    format: "LOT-########",
    used: ("SALESLINE", "INVENTTRANSID"),
};
/// Packing slips.
pub(super) const PACKING_SLIP: Sequence = Sequence {
    code: "PackSlip",
    text: "Packing slip",
    format: "PS-#######",
    used: ("CUSTPACKINGSLIPJOUR", "PACKINGSLIPID"),
};
/// Dimension numbers.
pub(super) const DIMENSION: Sequence = Sequence {
    code: "Dimension",
    text: "Dimension number",
    format: "#######_dim",
    used: ("INVENTDIM", "INVENTDIMID"),
};
/// Locations of addresses.
pub(super) const LOCATION: Sequence = Sequence {
    code: "Location",
    text: "Location ID",
    format: "#########",
    used: ("LOGISTICSLOCATION", "LOCATIONID"),
};

const ALL: [&Sequence; 5] = [&SALES_ORDER, &LOT, &PACKING_SLIP, &DIMENSION, &LOCATION];

/// No number could be taken.
#[derive(Debug, thiserror::Error)]
pub enum NumberError {
    /// The sequence is blocked.
    #[error("Number sequence {0} is blocked.")]
    Blocked(&'static str),
    /// The sequence has no number left.
    #[error("Number sequence {0} has been exceeded.")]
    Exceeded(&'static str),
    /// SQLite refused.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Makes every sequence that the company has not got.
pub(super) fn set_up(connection: &Connection, company: &CompanyFacts) -> rusqlite::Result<()> {
    for sequence in ALL {
        find_or_make(connection, company, sequence)?;
    }
    Ok(())
}

/// The next number.
pub(super) fn next(
    connection: &Connection,
    company: &CompanyFacts,
    sequence: &Sequence,
) -> Result<String, NumberError> {
    let row = find_or_make(connection, company, sequence)?;
    if row.is_blocked {
        return Err(NumberError::Blocked(sequence.code));
    }
    if row.next > row.highest {
        return Err(NumberError::Exceeded(sequence.code));
    }
    connection
        .prepare_cached("UPDATE NUMBERSEQUENCETABLE SET NEXTREC = NEXTREC + 1 WHERE RECID = ?")?
        .execute([row.recid])?;
    Ok(formatted(&row.format, row.next))
}

struct Found {
    recid: i64,
    format: String,
    next: i64,
    highest: i64,
    is_blocked: bool,
}

fn find_or_make(
    connection: &Connection,
    company: &CompanyFacts,
    sequence: &Sequence,
) -> rusqlite::Result<Found> {
    let mut find = connection.prepare_cached(
        "SELECT n.RECID, n.FORMAT, n.NEXTREC, n.HIGHEST, n.BLOCKED
           FROM NUMBERSEQUENCESCOPE s
          CROSS JOIN NUMBERSEQUENCETABLE n ON n.NUMBERSEQUENCESCOPE = s.RECID
          WHERE s.DATAAREA = ? AND s.PARTITION = ? AND n.NUMBERSEQUENCE = ?",
    )?;
    let mut find = || {
        find.query_row(
            params![company.id, company.partition, sequence.code],
            |row| {
                Ok(Found {
                    recid: row.get(0)?,
                    format: row.get(1)?,
                    next: row.get(2)?,
                    highest: row.get(3)?,
                    is_blocked: row.get(4)?,
                })
            },
        )
        .optional()
    };
    if let Some(found) = find()? {
        return Ok(found);
    }
    make(connection, company, sequence)?;
    find()?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

fn make(
    connection: &Connection,
    company: &CompanyFacts,
    sequence: &Sequence,
) -> rusqlite::Result<()> {
    let scope = connection
        .query_row(
            "SELECT RECID FROM NUMBERSEQUENCESCOPE WHERE DATAAREA = ? AND PARTITION = ?",
            params![company.id, company.partition],
            |row| row.get(0),
        )
        .optional()?;
    let scope = match scope {
        Some(scope) => scope,
        None => {
            let fields = vec![("DATAAREA", text(&company.id))];
            insert(connection, company, "NUMBERSEQUENCESCOPE", fields)?
        }
    };
    let digits = sequence.format.matches('#').count() as u32;
    let fields = vec![
        ("NUMBERSEQUENCE", text(sequence.code)),
        ("TXT", text(sequence.text)),
        ("FORMAT", text(sequence.format)),
        ("NEXTREC", Value::from(last_used(connection, sequence)? + 1)),
        ("LOWEST", Value::from(1)),
        ("HIGHEST", Value::from(10_i64.pow(digits) - 1)),
        ("CONTINUOUS", Value::from(1)),
        ("NUMBERSEQUENCESCOPE", Value::from(scope)),
    ];
    insert(connection, company, "NUMBERSEQUENCETABLE", fields).map(drop)
}

/// The highest number of the sequence's format in use; 0 where there is none.
fn last_used(connection: &Connection, sequence: &Sequence) -> rusqlite::Result<i64> {
    let (table, column) = sequence.used;
    let last: Option<String> = connection.query_row(
        &format!("SELECT max({column}) FROM {table} WHERE {column} GLOB ?"),
        [sequence.format.replace('#', "[0-9]")],
        |row| row.get(0),
    )?;
    let digits: String = last
        .iter()
        .flat_map(|last| last.chars().zip(sequence.format.chars()))
        .filter(|(_, place)| *place == '#')
        .map(|(digit, _)| digit)
        .collect();
    Ok(digits.parse().unwrap_or_default())
}

/// `SO-###` and 7 make `SO-007`. A format of AX without `#` gets the number behind it.
fn formatted(format: &str, number: i64) -> String {
    let Some(first) = format.find('#') else {
        return format!("{format}{number}");
    };
    let rest = format[first..].trim_start_matches('#');
    let width = format.len() - first - rest.len();
    format!("{}{number:0width$}{rest}", &format[..first])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_fills_the_places_of_its_format() {
        assert_eq!(formatted("SO-#######", 42), "SO-0000042");
        assert_eq!(formatted("####_dim", 7), "0007_dim");
        assert_eq!(formatted("#", 123), "123");
        assert_eq!(formatted("X", 1), "X1");
    }
}
