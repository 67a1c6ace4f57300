//! What AX's unit conversions say of an item's units.

use super::{Database, of_list, values};
use crate::company::trade::{UnitConversion, UnitsOfItem};
use crate::model::Amount;
use crate::sql::{Row, SqlError, Text, Value};
use crate::{statement, values};

const CONVERSIONS: Text<'static> = statement!("units", "conversions");

/// See [`crate::company::trade::Trade::unit_conversions`].
pub(in crate::company) fn conversions(
    database: &dyn Database,
    wanted: &[UnitsOfItem],
) -> Result<Vec<Option<UnitConversion>>, SqlError> {
    let list: Vec<[Value<'_>; 3]> = wanted
        .iter()
        .map(|units| values![&units.item, &units.from, &units.to])
        .collect();
    // Only the first of each counts, also where nothing can be made of it: AX takes no other one.
    let mut found = vec![None; wanted.len()];
    of_list(database, &CONVERSIONS, &list, |place, row| {
        if found[place].is_none() {
            found[place] = Some(conversion(row)?);
        }
        Ok(())
    })?;
    Ok(found.into_iter().map(Option::flatten).collect())
}

/// What a row says; `None` where that is no plain ratio: with offsets, as temperatures have them.
fn conversion(row: &Row<'_>) -> Result<Option<UnitConversion>, SqlError> {
    let is_reverse: bool = row.get(1)?;
    let (numerator, denominator) = (row.get::<i64>(3)?, row.get::<i64>(4)?);
    let decimals = u32::try_from(row.get::<i64>(7)?);
    let [factor, inner, outer] = [(2, "FACTOR"), (5, "INNEROFFSET"), (6, "OUTEROFFSET")]
        .map(|(column, field)| values::amount(row, column, field));
    let (Ok(factor), Ok(inner), Ok(outer), Ok(decimals)) = (factor?, inner?, outer?, decimals)
    else {
        return Ok(None);
    };
    let one = Amount::from(denominator);
    let Some(other) = factor.checked_mul(numerator.into()) else {
        return Ok(None);
    };
    let is_ratio = inner.is_zero() && outer.is_zero() && one > Amount::ZERO && other > Amount::ZERO;
    let (from, to) = if is_reverse {
        (other, one)
    } else {
        (one, other)
    };
    Ok(is_ratio.then_some(UnitConversion { from, to, decimals }))
}
