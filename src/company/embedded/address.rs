//! Postal addresses: a location with its address, a customer's where it belongs to a party.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use super::number_sequence::{self, LOCATION, NumberError};
use super::row::{insert, text};
use crate::company::CompanyFacts;
use crate::company::sales_orders::formatted;
use crate::company::trade::AddressKey;
use crate::model::order::Address;

/// The upper bound of an address that is valid for ever.
const NEVER: &str = "2154-12-31 23:59:59";

/// Writes an address that is valid from a moment (as AX stores it, in UTC) on, the primary one of
/// `party` where it is somebody's; answers its RecId.
pub(super) fn write(
    connection: &Connection,
    company: &CompanyFacts,
    address: &Address,
    valid_from: Value,
    party: Option<i64>,
) -> Result<i64, NumberError> {
    let location = number_sequence::next(connection, company, &LOCATION)?;
    let fields = vec![
        ("LOCATIONID", text(&location)),
        ("DESCRIPTION", text(&address.name)),
        ("ISPOSTALADDRESS", Value::from(1)),
    ];
    let location = insert(connection, company, "LOGISTICSLOCATION", fields)?;
    let fields = vec![
        ("LOCATION", Value::from(location)),
        ("ADDRESS", text(&formatted(address))),
        ("STREET", text(&address.street)),
        ("ZIPCODE", text(&address.zip_code)),
        ("CITY", text(&address.city)),
        ("STATE", text(&address.state)),
        ("COUNTRYREGIONID", text(&address.country)),
        ("VALIDFROM", valid_from),
        ("VALIDTO", text(NEVER)),
    ];
    let recid = insert(connection, company, "LOGISTICSPOSTALADDRESS", fields)?;
    if let Some(party) = party {
        let fields = vec![
            ("PARTY", Value::from(party)),
            ("LOCATION", Value::from(location)),
            ("ISPRIMARY", Value::from(1)),
            ("ISPOSTALADDRESS", Value::from(1)),
        ];
        insert(connection, company, "DIRPARTYLOCATION", fields)?;
    }
    Ok(recid)
}

/// RecId of the address that a key names.
pub(super) fn find(
    connection: &Connection,
    company: &CompanyFacts,
    key: &AddressKey,
) -> rusqlite::Result<Option<i64>> {
    let valid_from = key.valid_from.strftime("%Y-%m-%d %H:%M:%S").to_string();
    connection
        .prepare_cached(
            "SELECT a.RECID
               FROM LOGISTICSLOCATION l
              CROSS JOIN LOGISTICSPOSTALADDRESS a ON a.LOCATION = l.RECID
              WHERE l.LOCATIONID = ? AND l.PARTITION = ? AND a.VALIDFROM = ?",
        )?
        .query_row(
            params![key.location, company.partition, valid_from],
            |row| row.get(0),
        )
        .optional()
}
