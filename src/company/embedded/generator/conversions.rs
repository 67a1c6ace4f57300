//! The units of a sample company, and what they are in each other. Chance has no part in it.

use rusqlite::{Connection, Statement, params};

use super::{insert, recid};

/// Units: symbol, enum `UnitOfMeasureClass` (0 quantity, 6 time: gg852020) and decimals. A unit's RecId
/// is that of its place.
const UNITS: [(&str, i64, i64); 5] = [
    ("ea", 0, 0),
    ("pcs", 0, 0),
    ("dz", 0, 0),
    ("box", 0, 0),
    ("hr", 6, 2),
];
const EACH: u64 = 0;
const BOX: u64 = 3;
/// Of all products: one of the first is so many of the second.
const GENERAL: [(u64, u64, u64); 2] = [(1, 1, EACH), (2, 12, EACH)];

/// Writes conversions one after the other.
pub(super) struct Conversions<'c> {
    written: u64,
    statement: Statement<'c>,
}

impl<'c> Conversions<'c> {
    /// Writes the units, and the conversions of all products.
    pub(super) fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        let columns = ["SYMBOL", "UNITOFMEASURECLASS", "DECIMALPRECISION", "RECID"];
        let mut units = insert(connection, "UNITOFMEASURE", &columns)?;
        for (at, (symbol, class, decimals)) in UNITS.iter().enumerate() {
            units.execute(params![symbol, class, decimals, recid(at as u64)])?;
        }
        let columns = [
            "PRODUCT",
            "FROMUNITOFMEASURE",
            "TOUNITOFMEASURE",
            "FACTOR",
            "NUMERATOR",
            "DENOMINATOR",
            "RECID",
        ];
        let mut conversions = Self {
            written: 0,
            statement: insert(connection, "UNITOFMEASURECONVERSION", &columns)?,
        };
        for (from, factor, to) in GENERAL {
            conversions.write(0, from, factor, to)?;
        }
        Ok(conversions)
    }

    /// Of every fourth item a box is known.
    pub(super) fn write_box(&mut self, item: u64, product: i64) -> rusqlite::Result<()> {
        const HOLDS: [u64; 3] = [12, 6, 24];
        if !item.is_multiple_of(4) {
            return Ok(());
        }
        let holds = HOLDS[(item / 4) as usize % HOLDS.len()];
        self.write(product, BOX, holds, EACH)
    }

    /// One `from` is `factor` of `to`.
    fn write(&mut self, product: i64, from: u64, factor: u64, to: u64) -> rusqlite::Result<()> {
        self.statement.execute(params![
            product,
            recid(from),
            recid(to),
            factor.to_string(),
            1,
            1,
            recid(self.written),
        ])?;
        self.written += 1;
        Ok(())
    }
}
