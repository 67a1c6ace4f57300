//! What a company file holds, in numbers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::tracking::{self, DatabaseTracking};
use super::{companies, schema, tables};
use crate::company::{CompanyError, CompanyFacts};
use crate::sqlite::Access;

/// The headline numbers of a company file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyCounts {
    /// Released items (`INVENTTABLE`).
    pub released_items: u64,
    /// Released items that have variants.
    pub masters: u64,
    /// Released variants (`INVENTDIMCOMBINATION`).
    pub variants: u64,
    /// Shared products, variants among them (`ECORESPRODUCT`).
    pub shared_products: u64,
    /// Names and descriptions of products (`ECORESPRODUCTTRANSLATION`).
    pub texts: u64,
    /// Category nodes (`ECORESCATEGORY`).
    pub categories: u64,
    /// Rows of stock (`INVENTSUM`).
    pub on_hand_rows: u64,
    /// Prices and discounts (`PRICEDISCTABLE`).
    pub trade_agreements: u64,
    /// Modes of delivery (`DLVMODE`).
    pub delivery_modes: u64,
    /// Customers (`CUSTTABLE`).
    pub customers: u64,
    /// Sales orders, journals among them (`SALESTABLE`).
    pub sales_orders: u64,
    /// Packing slips (`CUSTPACKINGSLIPJOUR`).
    pub packing_slips: u64,
}

/// One table of a company file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableContents {
    /// AX table.
    pub table: String,
    /// Number of rows.
    pub rows: u64,
    /// First version from which its changes are complete; `None` where they are not tracked.
    pub min_valid_version: Option<i64>,
}

/// A company file in numbers: what `axcs company info` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The file.
    pub path: PathBuf,
    /// Size of the file with its write-ahead log.
    pub bytes: u64,
    /// Its companies.
    pub companies: Vec<CompanyFacts>,
    /// The headline numbers, over all its companies.
    pub counts: CompanyCounts,
    /// Its change tracking.
    pub tracking: DatabaseTracking,
    /// Every table.
    pub tables: Vec<TableContents>,
}

/// Counts what the company file at `path` holds. Takes seconds for millions of rows.
pub fn info(path: &Path) -> Result<Contents, CompanyError> {
    let connection = schema::open(path, Access::ReadOnly)?;
    let size = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        std::fs::metadata(name).map_or(0, |file| file.len())
    };
    let failed = |error: rusqlite::Error| CompanyError::Read {
        what: "the company's tables".to_owned(),
        source: error.into(),
    };
    let rows = row_counts(&connection).map_err(failed)?;
    let tables = rows
        .iter()
        .map(|(name, rows)| {
            Ok(TableContents {
                table: (*name).to_owned(),
                rows: *rows,
                min_valid_version: tracking::table(&connection, name)?.min_valid_version,
            })
        })
        .collect::<rusqlite::Result<_>>()
        .map_err(failed)?;
    Ok(Contents {
        path: path.to_owned(),
        bytes: size("") + size("-wal"),
        companies: companies(&connection, path)?,
        counts: headline(&connection, &rows).map_err(failed)?,
        tracking: tracking::database(&connection).map_err(failed)?,
        tables,
    })
}

/// The headline numbers alone.
pub(super) fn counts(connection: &Connection) -> rusqlite::Result<CompanyCounts> {
    headline(connection, &row_counts(connection)?)
}

fn row_counts(connection: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    tables::all()
        .map(|table| {
            let sql = format!("SELECT COUNT(*) FROM {}", table.name);
            Ok((table.name, number(connection, &sql)?))
        })
        .collect()
}

fn headline(
    connection: &Connection,
    rows: &[(&'static str, u64)],
) -> rusqlite::Result<CompanyCounts> {
    let rows: HashMap<&str, u64> = rows.iter().copied().collect();
    let of = |table: &str| rows.get(table).copied().unwrap_or_default();
    let masters =
        "SELECT COUNT(*) FROM (SELECT DISTINCT DATAAREAID, ITEMID FROM INVENTDIMCOMBINATION)";
    Ok(CompanyCounts {
        released_items: of("INVENTTABLE"),
        masters: number(connection, masters)?,
        variants: of("INVENTDIMCOMBINATION"),
        shared_products: of("ECORESPRODUCT"),
        texts: of("ECORESPRODUCTTRANSLATION"),
        categories: of("ECORESCATEGORY"),
        on_hand_rows: of("INVENTSUM"),
        trade_agreements: of("PRICEDISCTABLE"),
        delivery_modes: of("DLVMODE"),
        customers: of("CUSTTABLE"),
        sales_orders: of("SALESTABLE"),
        packing_slips: of("CUSTPACKINGSLIPJOUR"),
    })
}

fn number(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    connection
        .query_row(sql, [], |row| row.get::<_, i64>(0))
        .map(|number| number as u64)
}
