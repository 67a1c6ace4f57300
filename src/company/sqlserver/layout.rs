//! How a database of AX is laid out, and what follows for the statements: releases differ in columns
//! and keys, the statements do not. `WITH` definitions bring each table to one shape.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::tables::{AxTable, TABLES};
use crate::company::reading::Shapes;
use crate::sql::section;

/// The definitions that are made of other ones, each behind those that it names.
const COMPOSED: [&str; 8] = [
    "SELECTED",
    "SELECTED_AGREEMENT",
    "DIMENSION_GROUP",
    "ONLINE_ORDER",
    "ONLINE_SLIP",
    "MOVED",
    "CHANGED_PRODUCT",
    "LISTED",
];

/// The columns of some tables.
pub(super) type Columns = BTreeMap<String, BTreeSet<String>>;

/// What the statements are opened with in one database.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) shapes: Shapes,
    /// For each table of which a change may not tell to which records it leads, the statement that
    /// answers the version of the newest such change after `@P3`.
    pub(super) untold: Vec<(&'static str, String)>,
    /// The tables that are there.
    tables: BTreeSet<&'static str>,
}

impl Layout {
    /// Of a database with these columns and primary keys.
    ///
    /// # Errors
    /// The columns without which nothing can be read, each with what it is needed for.
    pub(super) fn new(columns: &Columns, keys: &Columns) -> Result<Self, Vec<String>> {
        let missing: Vec<String> = TABLES
            .iter()
            .flat_map(|table| missing(table, columns))
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let mut layout = Self {
            shapes: Shapes::default(),
            untold: Vec::new(),
            tables: BTreeSet::new(),
        };
        let none = BTreeSet::new();
        // The changes before the tables: they ask AX's own table, whose name then stands for the rows
        // of one company.
        for table in TABLES.iter().filter(|table| table.is_followed()) {
            let there = columns.get(table.name).unwrap_or(&none);
            let key = keys.get(table.name).unwrap_or(&none);
            let changes = changes(table, there, key);
            let name = format!("CHANGES_{}", table.name);
            layout.shapes.add(name, &changes);
            let untold = untold(table, there, key);
            layout
                .untold
                .extend(untold.map(|statement| (table.name, statement)));
        }
        for table in TABLES {
            let there = columns.get(table.name).unwrap_or(&none);
            if !there.is_empty() {
                layout.tables.insert(table.name);
            }
            layout.shapes.add(table.name, &shape(table, there));
        }
        for name in COMPOSED {
            let text = section(include_str!("shapes.tsql.sql"), name);
            layout.shapes.add(name, text);
        }
        Ok(layout)
    }

    /// True where the database has the table.
    pub(super) fn has(&self, table: &str) -> bool {
        self.tables.contains(table)
    }
}

/// The columns of a table that have to be there and are not.
fn missing(table: &AxTable, columns: &Columns) -> Vec<String> {
    let Some(there) = columns.get(table.name) else {
        return if table.is_optional() {
            Vec::new()
        } else {
            vec![format!("{} ({})", table.name, table.of)]
        };
    };
    let needed = table.columns.iter().chain(&table.company);
    needed
        .filter(|column| !there.contains(**column) && table.instead_of(column).is_none())
        .map(|column| format!("{}.{column} ({})", table.name, table.of))
        .collect()
}

/// The rows of the company and the partition, with the columns that the statements name.
fn shape(table: &AxTable, there: &BTreeSet<String>) -> String {
    let columns = table.columns.iter();
    let columns = columns.map(|column| match table.instead_of(column) {
        Some(constant) if !there.contains(*column) => format!("{constant} AS {column}"),
        Some(_) | None => format!("T.{column}"),
    });
    let columns: Vec<String> = columns.collect();
    let columns = columns.join(", ");
    if there.is_empty() {
        return format!("SELECT {columns} WHERE 1 = 0");
    }
    let mut text = format!("SELECT {columns}\n  FROM dbo.{} AS T", table.name);
    conditions(
        &mut text,
        &scope(table, |column| there.contains(column).then_some("T")),
    );
    text
}

/// The conditions that keep to one company and partition, on the columns that `side` finds.
fn scope(table: &AxTable, side: impl Fn(&str) -> Option<&'static str>) -> Vec<String> {
    let company = table.company.map(|column| (column, "@P1"));
    let columns = company.into_iter().chain([("PARTITION", "@P2")]);
    columns
        .filter_map(|(column, value)| Some(format!("{}.{column} = {value}", side(column)?)))
        .collect()
}

fn conditions(text: &mut String, conditions: &[String]) {
    for (number, condition) in conditions.iter().enumerate() {
        let word = if number == 0 { "WHERE" } else { "AND" };
        let _ = write!(text, "\n {word} {condition}");
    }
}

/// True where a change tells by its key to which records it leads.
fn is_told(table: &AxTable, key: &BTreeSet<String>) -> bool {
    table.leads.iter().all(|column| key.contains(*column))
}

/// What changed after `@P3`, with the columns that lead to records.
fn changes(table: &AxTable, there: &BTreeSet<String>, key: &BTreeSet<String>) -> String {
    if there.is_empty() || key.is_empty() {
        let leads = table.leads.iter().map(|column| format!("N'' AS {column}"));
        let leads: Vec<String> = leads.collect();
        return format!(
            "SELECT {}, 0 AS SYS_CHANGE_VERSION, 0 AS SYS_CHANGE_CREATION_VERSION, \
             N'I' AS SYS_CHANGE_OPERATION WHERE 1 = 0",
            leads.join(", ")
        );
    }
    let side = |column: &str| if key.contains(column) { "C" } else { "T" };
    let leads = table.leads.iter();
    let leads: Vec<String> = leads
        .map(|column| format!("{}.{column}", side(column)))
        .collect();
    let mut text = format!(
        "SELECT {}, C.SYS_CHANGE_VERSION, C.SYS_CHANGE_CREATION_VERSION, C.SYS_CHANGE_OPERATION\n  \
         FROM CHANGETABLE(CHANGES dbo.{}, @P3) AS C",
        leads.join(", "),
        table.name
    );
    let is_told = is_told(table, key);
    let has_company = table.company.is_none_or(|column| key.contains(column));
    let join = || {
        let on = key.iter().map(|column| format!("T.{column} = C.{column}"));
        let on: Vec<String> = on.collect();
        format!("JOIN dbo.{} AS T ON {}", table.name, on.join(" AND "))
    };
    let in_key = |column: &str| key.contains(column).then_some("C");
    match (is_told, has_company) {
        (true, true) => conditions(&mut text, &scope(table, in_key)),
        // A deleted row's company cannot be told: its key may be anybody's.
        (true, false) => {
            let _ = write!(text, "\n  LEFT {}", join());
            let of = table.company.unwrap_or_default();
            let gone = key.first().map_or("RECID", String::as_str);
            let mut all = scope(table, in_key);
            all.push(format!("(T.{gone} IS NULL OR T.{of} = @P1)"));
            conditions(&mut text, &all);
        }
        (false, _) => {
            let _ = write!(text, "\n  {}", join());
            let there = |column: &str| there.contains(column).then(|| side(column));
            conditions(&mut text, &scope(table, there));
        }
    }
    text
}

/// The version of the newest change after `@P3` that does not tell to which records it leads: a
/// deletion of which the key says nothing about them, or a change of what may have been renamed.
fn untold(table: &AxTable, there: &BTreeSet<String>, key: &BTreeSet<String>) -> Option<String> {
    if there.is_empty() || key.is_empty() || is_told(table, key) {
        return None;
    }
    let operations = if table.is_renamed {
        "N'D', N'U'"
    } else {
        "N'D'"
    };
    let mut text = format!(
        "SELECT MAX(C.SYS_CHANGE_VERSION)\n  FROM CHANGETABLE(CHANGES dbo.{}, @P3) AS C",
        table.name
    );
    let mut all = vec![
        format!("C.SYS_CHANGE_OPERATION IN ({operations})"),
        // What came and went after the cursor was never told of.
        "(C.SYS_CHANGE_CREATION_VERSION IS NULL OR C.SYS_CHANGE_CREATION_VERSION <= @P3)"
            .to_owned(),
    ];
    all.extend(scope(table, |column| key.contains(column).then_some("C")));
    conditions(&mut text, &all);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::embedded::tables;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// An AX 2012 R2 whose keys are those of a company file.
    fn r2() -> (Columns, Columns) {
        let mut columns = Columns::new();
        let mut keys = Columns::new();
        for table in TABLES {
            let file = tables::find(table.name).expect("the file has the table");
            let names: Vec<&str> = file.columns.iter().map(|column| column.name).collect();
            columns.insert(table.name.to_owned(), set(&names));
            keys.insert(table.name.to_owned(), set(file.key));
        }
        (columns, keys)
    }

    fn opened(columns: &Columns, keys: &Columns, name: &str) -> String {
        let layout = Layout::new(columns, keys).expect("nothing is missing");
        layout
            .shapes
            .opened(&format!("SELECT 1 FROM {name} x"), None)
    }

    #[test]
    fn a_row_is_kept_to_its_company_and_where_there_are_partitions_to_its_partition() {
        let (mut columns, keys) = r2();
        let r2 = opened(&columns, &keys, "SALESORIGIN");
        assert_eq!(
            r2,
            "WITH SALESORIGIN AS (\nSELECT T.ORIGINID, T.DESCRIPTION\n  FROM dbo.SALESORIGIN AS T\n \
             WHERE T.DATAAREAID = @P1\n AND T.PARTITION = @P2\n)\nSELECT 1 FROM SALESORIGIN x"
        );
        for columns in columns.values_mut() {
            columns.remove("PARTITION");
        }
        for name in ["SALESORIGIN", "CHANGES_SALESTABLE", "MOVED", "ONLINE_SLIP"] {
            let rtm = opened(&columns, &keys, name);
            assert!(rtm.contains("= @P1") && !rtm.contains("PARTITION"), "{rtm}");
        }
        let shared = opened(&columns, &keys, "ECORESPRODUCT");
        assert!(!shared.contains("WHERE"), "{shared}");
    }

    #[test]
    fn what_an_older_release_lacks_stands_for_no_value_and_what_is_needed_is_named() {
        let (mut columns, keys) = r2();
        let mut without = |table: &str, column: &str| {
            columns.get_mut(table).map(|there| there.remove(column));
        };
        without("INVENTDIM", "INVENTSTYLEID");
        let dim = opened(&columns, &keys, "INVENTDIM");
        assert!(
            dim.contains("N'' AS INVENTSTYLEID, T.INVENTSITEID"),
            "{dim}"
        );
        columns.remove("SHIPCARRIERSTAGING");
        let staging = opened(&columns, &keys, "CHANGES_SHIPCARRIERSTAGING");
        assert!(!staging.contains("CHANGETABLE") && staging.contains("WHERE 1 = 0"));
        columns.remove("SALESLINE");
        columns
            .get_mut("INVENTTABLE")
            .map(|there| there.remove("PRODUCT"));
        assert_eq!(
            Layout::new(&columns, &keys).err(),
            Some(vec![
                "INVENTTABLE.PRODUCT (items)".to_owned(),
                "SALESLINE (shipments)".to_owned()
            ])
        );
    }

    #[test]
    fn a_change_leads_to_records_by_its_key_or_by_the_row_and_a_deletion_that_leads_nowhere_is_told()
     {
        let (columns, mut keys) = r2();
        let natural = opened(&columns, &keys, "CHANGES_ECORESPRODUCTTRANSLATION");
        assert!(!natural.contains("JOIN") && natural.contains("SELECT C.PRODUCT, "));
        assert!(
            Layout::new(&columns, &keys)
                .expect("nothing is missing")
                .untold
                .is_empty()
        );
        // Agreements have no company in their key.
        let agreements = opened(&columns, &keys, "CHANGES_PRICEDISCTABLE");
        assert!(agreements.contains("LEFT JOIN dbo.PRICEDISCTABLE AS T ON T.RECID = C.RECID"));
        assert!(agreements.contains("(T.RECID IS NULL OR T.DATAAREAID = @P1)"));
        // A surrogate key says nothing about what the row belongs to.
        for table in ["ECORESPRODUCTTRANSLATION", "TAXITEMGROUPHEADING"] {
            keys.insert(table.to_owned(), set(&["RECID"]));
        }
        let surrogate = opened(&columns, &keys, "CHANGES_ECORESPRODUCTTRANSLATION");
        assert!(surrogate.contains("SELECT T.PRODUCT, "));
        assert!(
            surrogate.contains("\n  JOIN dbo.ECORESPRODUCTTRANSLATION AS T ON T.RECID = C.RECID")
        );
        let untold = Layout::new(&columns, &keys)
            .expect("nothing is missing")
            .untold;
        let names: Vec<&str> = untold.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["ECORESPRODUCTTRANSLATION", "TAXITEMGROUPHEADING"]);
        assert!(untold[0].1.contains("IN (N'D')") && untold[1].1.contains("IN (N'D', N'U')"));
    }

    #[test]
    fn every_definition_names_only_those_before_it() {
        let (columns, keys) = r2();
        for name in COMPOSED {
            let text = opened(&columns, &keys, name);
            let mut known = vec!["CHANGETABLE".to_owned()];
            for line in text.lines() {
                if let Some(name) = line.strip_suffix(" AS (") {
                    known.push(name.trim_start_matches("WITH ").to_owned());
                }
                let words: Vec<&str> = line.split([' ', '(']).collect();
                for pair in words
                    .windows(2)
                    .filter(|pair| ["FROM", "JOIN"].contains(&pair[0]))
                {
                    let is_known = known.iter().any(|known| known == pair[1]);
                    let is_other = pair[1].starts_with("dbo.") || pair[1].starts_with('#');
                    assert!(is_known || is_other, "{name}: {line}");
                }
            }
        }
    }
}
