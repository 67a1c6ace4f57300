//! The AX tables of an embedded company, as data: their columns with types and defaults, their
//! keys and indexes. What is done with them (DDL, triggers, loading) is written elsewhere.
//!
//! Names, types and sizes are those of AX 2012 R2, as far as public sources tell them.

mod batch;
mod orders;
mod products;
mod trade;
mod units;

/// The partition every AX 2012 R2 installation begins with.
pub const INITIAL_PARTITION: i64 = 5_637_144_576;

/// What AX stores for "no date".
pub const NO_DATE: &str = "1900-01-01 00:00:00";

/// An AX data type, as far as these tables use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `nvarchar(n)`, n counted in UTF-16 units as SQL Server does; empty for "no value".
    String(usize),
    /// `int`: numbers and enums.
    Integer,
    /// `bigint`: record ids and nested sets.
    Int64,
    /// `bigint NULL` or `int NULL`: columns of derived tables where the root table holds them.
    Int64OrNull,
    /// `numeric(32,16)`, kept as text so that nothing rounds it.
    Real,
    /// `datetime`, kept as `2025-01-31 00:00:00`.
    DateTime,
    /// `varbinary(max) NULL`: a packed X++ container.
    Container,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// AOT name in upper case.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// AOT name in upper case.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// AX's natural key, the parent's columns in it: a tracked deletion carries nothing else and
    /// must still lead to the record that the row was a part of.
    pub key: &'static [&'static str],
    /// Another column that no two rows share.
    pub unique: Option<&'static str>,
    /// Further access paths.
    pub indexes: &'static [&'static [&'static str]],
    /// True where a stream is read from it, so that its changes are tracked.
    pub tracked: bool,
}

impl Column {
    /// What a row holds that does not say: AX's default, as an SQL literal.
    pub const fn default(&self) -> &'static str {
        match self.kind {
            Kind::String(_) => "''",
            // A RTM company has no partitions; its rows belong to the first one.
            Kind::Int64 if is(self.name, "PARTITION") => "5637144576",
            Kind::Integer if is(self.name, "RECVERSION") => "1",
            Kind::Integer | Kind::Int64 => "0",
            Kind::Int64OrNull | Kind::Container => "NULL",
            Kind::Real => "'0'",
            Kind::DateTime => "'1900-01-01 00:00:00'",
        }
    }
}

impl Table {
    /// True for a column that every row must say itself.
    pub fn requires(&self, column: &str) -> bool {
        self.key.contains(&column) || self.unique == Some(column)
    }

    /// True where the key is one number, which SQLite then uses as the row's own address.
    pub fn has_number_key(&self) -> bool {
        let [key] = self.key else { return false };
        self.columns
            .iter()
            .any(|column| column.name == *key && column.kind == Kind::Int64)
    }
}

/// Every table of an embedded company.
pub fn all() -> impl Iterator<Item = &'static Table> {
    products::TABLES
        .iter()
        .chain(trade::TABLES)
        .chain(orders::TABLES)
        .chain(batch::TABLES)
        .chain(units::TABLES)
}

/// The tables that came with company format 2: sales orders and what hangs on them.
pub(super) fn of_orders() -> impl Iterator<Item = &'static Table> {
    orders::TABLES.iter()
}

/// The tables that came with company format 4: batch jobs.
pub(super) fn of_batch_jobs() -> impl Iterator<Item = &'static Table> {
    batch::TABLES.iter()
}

/// The table that came with company format 5: which addresses are a customer's.
pub(super) fn of_addresses() -> impl Iterator<Item = &'static Table> {
    find("DIRPARTYLOCATION").into_iter()
}

/// The tables that came with company format 6: units and their conversions.
pub(super) fn of_units() -> impl Iterator<Item = &'static Table> {
    units::TABLES.iter()
}

/// The table called `name`, upper and lower case alike.
pub fn find(name: &str) -> Option<&'static Table> {
    all().find(|table| table.name.eq_ignore_ascii_case(name))
}

const fn is(name: &str, other: &str) -> bool {
    let (name, other) = (name.as_bytes(), other.as_bytes());
    if name.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < name.len() {
        if name[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn string(name: &'static str, size: usize) -> Column {
    let kind = Kind::String(size);
    Column { name, kind }
}

const fn integer(name: &'static str) -> Column {
    let kind = Kind::Integer;
    Column { name, kind }
}

const fn int64(name: &'static str) -> Column {
    let kind = Kind::Int64;
    Column { name, kind }
}

const fn int64_or_null(name: &'static str) -> Column {
    let kind = Kind::Int64OrNull;
    Column { name, kind }
}

const fn real(name: &'static str) -> Column {
    let kind = Kind::Real;
    Column { name, kind }
}

const fn date_time(name: &'static str) -> Column {
    let kind = Kind::DateTime;
    Column { name, kind }
}

const fn container(name: &'static str) -> Column {
    let kind = Kind::Container;
    Column { name, kind }
}

const DATAAREAID: Column = string("DATAAREAID", 4);
const PARTITION: Column = int64("PARTITION");
const RECVERSION: Column = integer("RECVERSION");
const RECID: Column = int64("RECID");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_index_names_columns_of_its_table() {
        for table in all() {
            let has = |name: &str| table.columns.iter().any(|column| column.name == name);
            let named = table.indexes.iter().copied().flatten().chain(table.key);
            for name in named.chain(&table.unique) {
                assert!(has(name), "{}.{name}", table.name);
            }
            assert!(has("PARTITION") && has("RECID"), "{}", table.name);
        }
    }

    #[test]
    fn the_partition_literal_is_the_initial_partition() {
        assert_eq!(PARTITION.default(), INITIAL_PARTITION.to_string());
    }
}
