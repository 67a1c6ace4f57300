//! A company file as a T-SQL script: the AX tables with their types, keys, rows and change tracking,
//! to be run in an empty database of a SQL Server. Rows go straight from the file into the script.

use std::io::{self, Write};
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde::Serialize;

use super::schema;
use super::tables::{self, Column, INITIAL_PARTITION, Kind, Table};
use crate::company::CompanyError;
use crate::sqlite::Access;

/// Rows of one INSERT, half of what SQL Server takes at most.
const ROWS: usize = 500;

/// The release whose physical tables a script makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// AX 2012 and Feature Pack: no partitions, a table for each level of products.
    Rtm,
    /// AX 2012 R2: rows belong to a partition, all products are in the root table.
    R2,
}

/// What a script holds of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scripted {
    /// AX table.
    pub table: String,
    /// Number of rows.
    pub rows: u64,
}

/// The script was not written.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The company's file could not be opened.
    #[error(transparent)]
    Company(#[from] CompanyError),
    /// SQLite refused.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The script could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A value is not of its column's type.
    #[error("{table}.{column} holds {value:?}, which is no {wanted}")]
    Value {
        /// AX table.
        table: String,
        /// Column.
        column: &'static str,
        /// What is there.
        value: String,
        /// What should be there.
        wanted: &'static str,
    },
}

/// A table as a release keeps it.
struct Shape {
    name: &'static str,
    columns: Vec<Column>,
    key: Vec<&'static str>,
    unique: Option<&'static str>,
    indexes: &'static [&'static [&'static str]],
    tracked: bool,
    /// The table of the file that has its rows, and which of them.
    source: &'static str,
    which: &'static str,
}

/// The levels below `ECORESPRODUCT`: table, its own column, which rows of the root table it has.
const PRODUCT_LEVELS: [(&str, Option<&str>, &str); 3] = [
    (
        "ECORESPRODUCTMASTER",
        Some("VARIANTCONFIGURATIONTECHNOLOGY"),
        "RECID IN (SELECT PRODUCTMASTER FROM ECORESPRODUCT) OR VARIANTCONFIGURATIONTECHNOLOGY IS NOT NULL",
    ),
    (
        "ECORESDISTINCTPRODUCT",
        None,
        "NOT (RECID IN (SELECT PRODUCTMASTER FROM ECORESPRODUCT WHERE PRODUCTMASTER IS NOT NULL)
           OR VARIANTCONFIGURATIONTECHNOLOGY IS NOT NULL)",
    ),
    (
        "ECORESDISTINCTPRODUCTVARIANT",
        Some("PRODUCTMASTER"),
        "PRODUCTMASTER IS NOT NULL",
    ),
];

/// Writes the company file at `path` as T-SQL. All of it is read as of one moment.
///
/// # Errors
/// A script that could not be finished must not be run.
pub fn script(
    path: &Path,
    layout: Layout,
    to: &mut impl Write,
) -> Result<Vec<Scripted>, ScriptError> {
    let mut connection = schema::open(path, Access::ReadOnly)?;
    let moment = connection.transaction()?;
    let shapes: Vec<Shape> = tables::all()
        .flat_map(|table| shapes(table, layout))
        .collect();
    to.write_all(
        b"-- An AX 2012 company. Run it in an empty database: sqlcmd -f 65001 -i FILE -d DATABASE\n\
          SET NOCOUNT ON;\nSET XACT_ABORT ON;\nGO\n",
    )?;
    if layout == Layout::R2 {
        partitions(to)?;
    }
    let mut scripted = Vec::new();
    for shape in &shapes {
        create(shape, to)?;
        scripted.push(Scripted {
            table: shape.name.to_owned(),
            rows: insert(&moment, shape, to)?,
        });
        indexes(shape, to)?;
    }
    track(&shapes, to)?;
    to.flush()?;
    Ok(scripted)
}

fn shapes(table: &'static Table, layout: Layout) -> Vec<Shape> {
    let whole = Shape {
        name: table.name,
        columns: table.columns.to_vec(),
        // AX 2012 R2's keys lead with the partition.
        key: [&["PARTITION"], table.key].concat(),
        unique: table.unique,
        indexes: table.indexes,
        tracked: table.tracked,
        source: table.name,
        which: "TRUE",
    };
    if layout == Layout::R2 {
        return vec![whole];
    }
    let mut root = Shape {
        key: table.key.to_vec(),
        ..whole
    };
    root.columns.retain(|column| column.name != "PARTITION");
    if table.name != "ECORESPRODUCT" {
        return vec![root];
    }
    let own = |name: &str| PRODUCT_LEVELS.iter().any(|(_, own, _)| *own == Some(name));
    root.columns.retain(|column| !own(column.name));
    let levels = PRODUCT_LEVELS.map(|(name, own, which)| Shape {
        name,
        columns: table
            .columns
            .iter()
            .filter(|column| {
                Some(column.name) == own || ["RECVERSION", "RECID"].contains(&column.name)
            })
            // Where a level has a table of its own its column is always filled.
            .map(|column| Column {
                kind: if column.kind == Kind::Int64OrNull {
                    Kind::Int64
                } else {
                    column.kind
                },
                ..*column
            })
            .collect(),
        key: vec!["RECID"],
        unique: None,
        indexes: &[],
        tracked: true,
        source: table.name,
        which,
    });
    let mut all = vec![root];
    all.extend(levels);
    all
}

fn partitions(to: &mut impl Write) -> io::Result<()> {
    write!(
        to,
        "CREATE TABLE dbo.PARTITIONS (\n  PARTITIONKEY nvarchar(8) NOT NULL DEFAULT N'',\n  \
         NAME nvarchar(40) NOT NULL DEFAULT N'',\n  RECVERSION int NOT NULL DEFAULT 1,\n  \
         RECID bigint NOT NULL,\n  CONSTRAINT I_PARTITIONS_KEY PRIMARY KEY CLUSTERED (PARTITIONKEY)\n);\nGO\n\
         INSERT INTO dbo.PARTITIONS (PARTITIONKEY, NAME, RECID) VALUES\n\
         (N'initial', N'Initial partition', {INITIAL_PARTITION});\nGO\n"
    )
}

fn create(shape: &Shape, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "CREATE TABLE dbo.{} (", shape.name)?;
    for column in &shape.columns {
        let kind = match column.kind {
            Kind::String(size) if size > 4_000 => "nvarchar(max) NOT NULL DEFAULT N''".to_owned(),
            Kind::String(size) => format!("nvarchar({size}) NOT NULL DEFAULT N''"),
            Kind::Integer => format!("int NOT NULL DEFAULT {}", column.default()),
            Kind::Int64 => format!("bigint NOT NULL DEFAULT {}", column.default()),
            Kind::Int64OrNull => "bigint NULL".to_owned(),
            Kind::Real => "numeric(32, 16) NOT NULL DEFAULT 0".to_owned(),
            Kind::DateTime => "datetime NOT NULL DEFAULT '1900-01-01T00:00:00'".to_owned(),
            Kind::Container => "varbinary(max) NULL".to_owned(),
        };
        writeln!(to, "  [{}] {kind},", column.name)?;
    }
    writeln!(
        to,
        "  CONSTRAINT I_{}_KEY PRIMARY KEY CLUSTERED ({})\n);\nGO",
        shape.name,
        bracketed(&shape.key)
    )
}

/// Names in brackets: some, AUTHORIZATION among them, are words of T-SQL.
fn bracketed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("[{name}]")).collect();
    names.join(", ")
}

fn insert(connection: &Connection, shape: &Shape, to: &mut impl Write) -> Result<u64, ScriptError> {
    let names: Vec<_> = shape.columns.iter().map(|column| column.name).collect();
    let mut statement = connection.prepare(&format!(
        "SELECT {} FROM {} WHERE {}",
        names.join(", "),
        shape.source,
        shape.which
    ))?;
    let names = bracketed(&names);
    let mut rows = statement.query([])?;
    let mut written = 0;
    while let Some(row) = rows.next()? {
        if written % ROWS as u64 == 0 {
            if written > 0 {
                to.write_all(b";\nGO\n")?;
            }
            writeln!(to, "INSERT INTO dbo.{} ({names}) VALUES", shape.name)?;
        } else {
            to.write_all(b",\n")?;
        }
        values(shape, row, to)?;
        written += 1;
    }
    if written > 0 {
        to.write_all(b";\nGO\n")?;
    }
    Ok(written)
}

fn values(shape: &Shape, row: &Row<'_>, to: &mut impl Write) -> Result<(), ScriptError> {
    for (at, column) in shape.columns.iter().enumerate() {
        to.write_all(if at == 0 { b"(" } else { b", " })?;
        let value = row.get_ref(at)?;
        let wrong = |wanted| ScriptError::Value {
            table: shape.name.to_owned(),
            column: column.name,
            value: match value {
                ValueRef::Text(text) | ValueRef::Blob(text) => {
                    String::from_utf8_lossy(text).into_owned()
                }
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Null => "NULL".to_owned(),
            },
            wanted,
        };
        match column.kind {
            Kind::String(_) => text(value.as_str().map_err(|_| wrong("text"))?, to)?,
            Kind::Int64OrNull if value == ValueRef::Null => to.write_all(b"NULL")?,
            // No technology is the first one.
            Kind::Int64 if value == ValueRef::Null => to.write_all(b"0")?,
            Kind::Integer | Kind::Int64 | Kind::Int64OrNull => {
                write!(to, "{}", value.as_i64().map_err(|_| wrong("whole number"))?)?;
            }
            Kind::Real => {
                let number = value.as_str().ok().filter(|number| is_number(number));
                to.write_all(number.ok_or_else(|| wrong("number"))?.as_bytes())?;
            }
            Kind::DateTime => {
                let moment = value.as_str().ok().and_then(|text| {
                    let moment: jiff::civil::DateTime = text.parse().ok()?;
                    Some(moment)
                });
                let moment = moment.ok_or_else(|| wrong("date and time"))?;
                // With the T between, no setting of the login reads it as another day.
                write!(to, "'{}'", moment.strftime("%Y-%m-%dT%H:%M:%S"))?;
            }
            Kind::Container if value == ValueRef::Null => to.write_all(b"NULL")?,
            Kind::Container => {
                to.write_all(b"0x")?;
                for byte in value.as_blob().map_err(|_| wrong("packed container"))? {
                    write!(to, "{byte:02X}")?;
                }
            }
        }
    }
    to.write_all(b")")?;
    Ok(())
}

/// True for what stands in T-SQL as a number of at most 16 digits on each side of the point.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| {
        (1..=16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(text),
    }
}

/// A text as a literal. What tools that run scripts give a meaning of their own, a line with GO or a
/// variable like `$(name)`, is taken apart.
fn text(text: &str, to: &mut impl Write) -> io::Result<()> {
    to.write_all(b"N'")?;
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '\'' => to.write_all(b"''")?,
            '(' if before == '$' => to.write_all(b"' + N'(")?,
            control if u32::from(control) < 0x20 => {
                write!(to, "' + NCHAR({}) + N'", u32::from(control))?;
            }
            other => write!(to, "{other}")?,
        }
        before = character;
    }
    to.write_all(b"'")
}

fn indexes(shape: &Shape, to: &mut impl Write) -> io::Result<()> {
    let name = shape.name;
    if let Some(column) = shape.unique {
        writeln!(
            to,
            "CREATE UNIQUE NONCLUSTERED INDEX I_{name}_{column} ON dbo.{name} ([{column}]);\nGO"
        )?;
    }
    for columns in shape.indexes {
        writeln!(
            to,
            "CREATE NONCLUSTERED INDEX I_{name}_{} ON dbo.{name} ({});\nGO",
            columns.join("_"),
            bracketed(columns)
        )?;
    }
    Ok(())
}

fn track(shapes: &[Shape], to: &mut impl Write) -> io::Result<()> {
    to.write_all(
        b"-- SQL Server 2008 R2 wants the name of the database in place of CURRENT.\n\
          ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON;\nGO\n\
          ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);\nGO\n",
    )?;
    for shape in shapes.iter().filter(|shape| shape.tracked) {
        writeln!(
            to,
            "ALTER TABLE dbo.{} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = OFF);\nGO",
            shape.name
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(value: &str) -> String {
        let mut written = Vec::new();
        text(value, &mut written).unwrap();
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn no_text_ends_its_literal_or_means_something_to_the_tool_that_runs_it() {
        assert_eq!(literal(""), "N''");
        assert_eq!(literal("it's 张 🚲"), "N'it''s 张 🚲'");
        assert_eq!(
            literal("a\nGO\nb"),
            "N'a' + NCHAR(10) + N'GO' + NCHAR(10) + N'b'"
        );
        assert_eq!(literal("$(x)"), "N'$' + N'(x)'");
    }

    #[test]
    fn only_numbers_of_numeric_32_16_are_written_as_numbers() {
        for number in ["0", "-1", "1234567890123456.1234567890123456", "-0.5"] {
            assert!(is_number(number), "{number}");
        }
        for other in [
            "",
            "-",
            ".5",
            "1.",
            "1e3",
            "1,5",
            "NaN",
            "12345678901234567",
            "1;DROP",
        ] {
            assert!(!is_number(other), "{other}");
        }
    }

    #[test]
    fn a_rtm_database_has_a_table_for_each_level_of_products_and_no_partitions() {
        let names = |layout| -> Vec<&str> {
            let all = tables::all().flat_map(|table| shapes(table, layout));
            all.filter(|shape| shape.source == "ECORESPRODUCT")
                .map(|shape| shape.name)
                .collect()
        };
        assert_eq!(names(Layout::R2), ["ECORESPRODUCT"]);
        assert_eq!(
            names(Layout::Rtm),
            [
                "ECORESPRODUCT",
                "ECORESPRODUCTMASTER",
                "ECORESDISTINCTPRODUCT",
                "ECORESDISTINCTPRODUCTVARIANT"
            ]
        );
        for shape in tables::all().flat_map(|table| shapes(table, Layout::Rtm)) {
            let has = |name: &str| shape.columns.iter().any(|column| column.name == name);
            assert!(!has("PARTITION"), "{}", shape.name);
            assert!(shape.key.iter().all(|key| has(key)), "{}", shape.name);
        }
    }
}
