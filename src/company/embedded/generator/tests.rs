//! The promises of the generator: the same seed, the same company; counts as asked for.

use std::path::PathBuf;

use super::*;
use crate::company::embedded::{schema, tables};
use crate::sqlite::Access;

fn generated(items: u64, seed: u64) -> (tempfile::TempDir, PathBuf, CompanyCounts) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.db");
    let counts = generate(&path, items, seed, Existing::Keep, |_, _| {}).unwrap();
    (folder, path, counts)
}

/// Every row of every table, as text.
fn dump(path: &Path) -> Vec<String> {
    let connection = schema::open(path, Access::ReadOnly).unwrap();
    let mut rows = Vec::new();
    for table in tables::all() {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("quote({})", column.name))
            .collect();
        let sql = format!("SELECT {} FROM {}", columns.join(" || ',' || "), table.name);
        let mut statement = connection.prepare(&sql).unwrap();
        let found = statement
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap();
        rows.extend(found.map(|row| format!("{}: {}", table.name, row.unwrap())));
    }
    rows
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn the_same_seed_makes_the_same_rows_and_another_seed_others() {
    let (_a, first, _) = generated(300, 7);
    let (_b, second, _) = generated(300, 7);
    let (_c, third, _) = generated(300, 8);
    assert_eq!(dump(&first), dump(&second));
    assert_ne!(dump(&first), dump(&third));
}

#[test]
fn the_company_has_everything_the_jobs_read() {
    let (_folder, path, counts) = generated(2_000, 1);
    assert_eq!(counts.released_items, 2_000);
    assert!((200..300).contains(&counts.masters), "{counts:?}");
    assert!(counts.variants > 4 * counts.masters, "{counts:?}");
    assert_eq!(counts.shared_products, 2_000 + counts.variants);
    assert!(
        counts.trade_agreements > 500 && counts.on_hand_rows > 4_000,
        "{counts:?}"
    );
    assert_eq!(counts.customers, 101);
    let connection = schema::open(&path, Access::ReadOnly).unwrap();
    for table in tables::all() {
        let rows = number(&connection, &format!("SELECT COUNT(*) FROM {}", table.name));
        // Nobody has ordered anything yet; number sequences and customers' addresses are there.
        let is_there = ["NUMBERSEQUENCE", "LOGISTICS"];
        let from_orders = tables::of_orders().any(|other| other.name == table.name)
            && !is_there.iter().any(|there| table.name.starts_with(there));
        assert_eq!(rows == 0, from_orders, "{}", table.name);
    }
    let groups = "SELECT COUNT(DISTINCT ITEMGROUPID) FROM INVENTITEMGROUPITEM";
    assert_eq!(number(&connection, groups), 3);
    let languages = "SELECT COUNT(DISTINCT LANGUAGEID) FROM ECORESPRODUCTTRANSLATION";
    assert_eq!(number(&connection, languages), 5);
    assert_eq!(
        number(&connection, "SELECT max(LEVEL_) FROM ECORESCATEGORY"),
        5
    );
}

#[test]
fn every_reference_finds_its_row_and_every_text_fits_its_column() {
    let (_folder, path, _) = generated(1_000, 3);
    let connection = schema::open(&path, Access::ReadOnly).unwrap();
    for (table, column, target, key) in [
        ("INVENTTABLE", "PRODUCT", "ECORESPRODUCT", "RECID"),
        ("INVENTSUM", "INVENTDIMID", "INVENTDIM", "INVENTDIMID"),
        ("INVENTSUM", "ITEMID", "INVENTTABLE", "ITEMID"),
        (
            "INVENTDIMCOMBINATION",
            "INVENTDIMID",
            "INVENTDIM",
            "INVENTDIMID",
        ),
        (
            "INVENTDIMCOMBINATION",
            "DISTINCTPRODUCTVARIANT",
            "ECORESPRODUCT",
            "RECID",
        ),
        ("PRICEDISCTABLE", "INVENTDIMID", "INVENTDIM", "INVENTDIMID"),
        (
            "ECORESPRODUCTCATEGORY",
            "CATEGORY",
            "ECORESCATEGORY",
            "RECID",
        ),
        (
            "ECORESPRODUCTDIMENSIONGROUPPRODUCT",
            "PRODUCTDIMENSIONGROUP",
            "ECORESPRODUCTDIMENSIONGROUP",
            "RECID",
        ),
        (
            "INVENTTABLEMODULE",
            "TAXITEMGROUPID",
            "TAXITEMGROUPHEADING",
            "TAXITEMGROUP",
        ),
        (
            "INVENTITEMGROUPITEM",
            "ITEMGROUPID",
            "INVENTITEMGROUP",
            "ITEMGROUPID",
        ),
        ("CUSTTABLE", "PARTY", "DIRPARTYTABLE", "RECID"),
        ("DIRPARTYLOCATION", "PARTY", "CUSTTABLE", "PARTY"),
        (
            "DIRPARTYLOCATION",
            "LOCATION",
            "LOGISTICSPOSTALADDRESS",
            "LOCATION",
        ),
    ] {
        let sql = format!(
            "SELECT COUNT(*) FROM {table} WHERE {column} NOT IN (SELECT {key} FROM {target})"
        );
        assert_eq!(number(&connection, &sql), 0, "{table}.{column}");
    }
    for table in tables::all() {
        for column in table.columns {
            if let tables::Kind::String(size) = column.kind {
                let sql = format!(
                    "SELECT coalesce(max(length({})), 0) FROM {}",
                    column.name, table.name
                );
                let longest = number(&connection, &sql);
                assert!(
                    longest as usize <= size,
                    "{}.{}: {longest}",
                    table.name,
                    column.name
                );
            }
        }
    }
}

#[test]
fn the_category_tree_is_a_nested_set_that_agrees_with_its_parents() {
    let (_folder, path, _) = generated(1, 1);
    let connection = schema::open(&path, Access::ReadOnly).unwrap();
    let categories = number(&connection, "SELECT COUNT(*) FROM ECORESCATEGORY");
    let root =
        "SELECT NESTEDSETRIGHT - NESTEDSETLEFT + 1 FROM ECORESCATEGORY WHERE PARENTCATEGORY = 0";
    assert_eq!(number(&connection, root), 2 * categories);
    let strays =
        "SELECT COUNT(*) FROM ECORESCATEGORY c JOIN ECORESCATEGORY p ON p.RECID = c.PARENTCATEGORY
                   WHERE c.NESTEDSETLEFT <= p.NESTEDSETLEFT OR c.NESTEDSETRIGHT >= p.NESTEDSETRIGHT
                      OR c.LEVEL_ <> p.LEVEL_ + 1";
    assert_eq!(number(&connection, strays), 0);
    let orphans = "SELECT COUNT(*) FROM ECORESCATEGORY
                    WHERE PARENTCATEGORY NOT IN (SELECT RECID FROM ECORESCATEGORY)";
    assert_eq!(number(&connection, orphans), 1);
}

#[test]
fn progress_ends_with_all_items_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = (0, 0);
    let path = folder.path().join("new folder").join("company.db");
    generate(&path, 1_500, 1, Existing::Keep, |done, total| {
        assert!(done > last.0);
        last = (done, total);
    })
    .unwrap();
    assert_eq!(last, (1_500, 1_500));
}

#[test]
fn a_company_is_not_overwritten_unless_told_and_nothing_else_ever_is() {
    let (folder, path, _) = generated(20, 1);
    let again = |path: &Path, existing| generate(path, 10, 1, existing, |_, _| {});
    let error = again(&path, Existing::Keep).unwrap_err().to_string();
    assert!(error.contains("20 released items"), "{error}");
    assert_eq!(again(&path, Existing::Replace).unwrap().released_items, 10);

    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "Dear customer").unwrap();
    let error = again(&letter, Existing::Replace).unwrap_err();
    assert!(matches!(error, NewFileError::Foreign { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear customer");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_database_that_is_no_company_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE T (C)")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = generate(&path, 1, 1, Existing::Replace, |_, _| {}).unwrap_err();
    assert!(matches!(error, NewFileError::Foreign { .. }), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_company_in_use_is_not_replaced() {
    let (_folder, path, _) = generated(10, 1);
    let reader = schema::open(&path, Access::ReadOnly).unwrap();
    reader
        .execute_batch("BEGIN; SELECT 1 FROM INVENTTABLE")
        .unwrap();
    let error = generate(&path, 5, 1, Existing::Replace, |_, _| {}).unwrap_err();
    assert!(matches!(error, NewFileError::InUse { .. }), "{error}");
    assert_eq!(number(&reader, "SELECT COUNT(*) FROM INVENTTABLE"), 10);
}
