//! Which postal address of AX is the one that an order goes to.

use jiff::civil::DateTime;

use super::{Database, of_list};
use crate::company::trade::{AddressKey, Destination};
use crate::model::order::Address;
use crate::sql::{Row, SqlError, Text, Value};
use crate::{statement, values};

const CURRENT: Text<'static> = statement!("addresses", "current");

/// See [`crate::company::trade::Trade::address_keys`].
pub(in crate::company) fn keys(
    database: &dyn Database,
    destinations: &[Destination],
) -> Result<Vec<Option<AddressKey>>, SqlError> {
    let wanted: Vec<[Value<'_>; 2]> = destinations
        .iter()
        .map(|wanted| values![&wanted.customer, zip(&wanted.address.zip_code)])
        .collect();
    let mut found = vec![None; destinations.len()];
    of_list(database, &CURRENT, &wanted, |place, row| {
        if found[place].is_none() && is_the_same(&destinations[place].address, row)? {
            found[place] = Some(AddressKey {
                location: row.get(1)?,
                valid_from: moment(row, 2)?,
            });
        }
        Ok(())
    })?;
    Ok(found)
}

/// Whether the row has street, city, state and country of the address; that it has its post code
/// was asked for. An address without a street is nobody's.
fn is_the_same(address: &Address, row: &Row<'_>) -> Result<bool, SqlError> {
    let [street, number, city, state, country] = [3, 4, 5, 6, 7].map(|column| row.get(column));
    let (street, number): (String, String) = (street?, number?);
    let (city, state, country): (String, String, String) = (city?, state?, country?);
    let wanted = plain(&address.street);
    // Some countries keep the number of the house apart, before the street or behind it.
    let streets = if number.trim().is_empty() {
        vec![street]
    } else {
        vec![format!("{street} {number}"), format!("{number} {street}")]
    };
    Ok(!wanted.is_empty()
        && streets.iter().any(|street| plain(street) == wanted)
        && plain(&city) == plain(&address.city)
        && plain(&state) == plain(&address.state)
        && plain(&country) == plain(&address.country))
}

/// A text whose case, blanks and line breaks make no difference any more.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// A post code as the statements compare it: without blanks, its letters A to Z in upper case.
fn zip(code: &str) -> String {
    let code: String = code.split_whitespace().collect();
    code.to_ascii_uppercase()
}

fn moment(row: &Row<'_>, column: usize) -> Result<DateTime, SqlError> {
    let text: String = row.get(column)?;
    text.parse()
        .map_err(|error: jiff::Error| SqlError::unreadable(column, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_blanks_and_line_breaks_make_no_difference_and_words_stay_apart() {
        assert_eq!(
            plain(" 12  St James's\r\nSquare\u{a0}\n"),
            "12 st james's square"
        );
        assert_eq!(plain("GRÜNSTRASSE 1"), plain("Grünstrasse\n1"));
        assert_ne!(plain("Road 11 2"), plain("Road 1 12"));
        assert_eq!(zip(" sw1y 4lb\n"), "SW1Y4LB");
    }
}
