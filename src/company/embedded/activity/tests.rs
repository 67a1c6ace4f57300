//! The promises of the activity: so many rows, no others, the same with the same seed.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::types::Value;

use super::*;
use crate::company::embedded::tracking::{NetChange, Operation};
use crate::company::embedded::{Existing, generate};

fn company(items: u64) -> (tempfile::TempDir, Embedded) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.db");
    generate(&path, items, 1, Existing::Keep, |_, _| {}).unwrap();
    let company = Embedded::open(&path, None).unwrap();
    (folder, company)
}

fn changes(path: &Path, table: &str) -> Vec<NetChange> {
    tracking::changes(&writer(path).unwrap(), table, 0).unwrap()
}

fn with(operation: Operation, changes: &[NetChange]) -> usize {
    changes
        .iter()
        .filter(|change| change.operation == operation)
        .count()
}

#[test]
fn exactly_as_many_rows_change_as_were_asked_for() {
    let (_folder, company) = company(500);
    let change = Change {
        stock: 100,
        prices: 20,
        names: 10,
        deletes: 5,
    };
    let words = apply(&company, &change, 42, None).unwrap();
    assert_eq!(words.len(), 135);
    let path = company.path();
    assert_eq!(with(Operation::Update, &changes(path, "INVENTSUM")), 100);
    assert_eq!(
        with(Operation::Update, &changes(path, "INVENTTABLEMODULE")),
        20
    );
    assert_eq!(
        with(Operation::Delete, &changes(path, "INVENTTABLEMODULE")),
        15
    );
    assert_eq!(
        with(
            Operation::Update,
            &changes(path, "ECORESPRODUCTTRANSLATION")
        ),
        10
    );
    assert_eq!(with(Operation::Delete, &changes(path, "INVENTTABLE")), 5);
    assert_eq!(
        with(Operation::Delete, &changes(path, "INVENTITEMGROUPITEM")),
        5
    );
    let connection = writer(path).unwrap();
    for table in ["INVENTSUM", "INVENTDIMCOMBINATION", "INVENTTABLEMODULE"] {
        let sql = format!(
            "SELECT COUNT(*) FROM {table} WHERE ITEMID NOT IN (SELECT ITEMID FROM INVENTTABLE)"
        );
        let left: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

#[test]
fn the_same_seed_changes_the_same_rows() {
    let change = Change {
        stock: 10,
        prices: 3,
        names: 3,
        deletes: 1,
    };
    let words = |seed| apply(&company(200).1, &change, seed, None).unwrap();
    assert_eq!(words(5), words(5));
    assert_ne!(words(5), words(6));
}

#[test]
fn changes_within_an_item_group_stay_in_it() {
    let (_folder, company) = company(300);
    let change = Change {
        stock: 200,
        ..Change::default()
    };
    apply(&company, &change, 1, Some("COMP")).unwrap_err();
    let few = Change {
        stock: 30,
        ..Change::default()
    };
    apply(&company, &few, 1, Some("COMP")).unwrap();
    let connection = writer(company.path()).unwrap();
    let sql = "SELECT ITEMID FROM INVENTITEMGROUPITEM WHERE ITEMGROUPID = 'COMP'";
    let mut statement = connection.prepare(sql).unwrap();
    let components: BTreeSet<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let changed = changes(company.path(), "INVENTSUM");
    assert_eq!(changed.len(), 30);
    for change in changed {
        let Value::Text(item) = &change.key[1] else {
            panic!("{change:?}")
        };
        assert!(components.contains(item), "{item}");
    }
}

#[test]
fn every_row_can_be_picked_and_one_more_is_refused_without_a_trace() {
    let (_folder, company) = company(30);
    let prices = |prices| Change {
        prices,
        ..Change::default()
    };
    let error = apply(&company, &prices(31), 1, None).unwrap_err();
    assert!(
        matches!(error, ActivityError::NotEnough { found: 30, .. }),
        "{error}"
    );
    assert_eq!(changes(company.path(), "INVENTTABLEMODULE").len(), 0);
    assert_eq!(apply(&company, &prices(30), 1, None).unwrap().len(), 30);
}

#[test]
fn a_name_is_renamed_within_its_column() {
    assert_eq!(renamed("Alpine Tent 204"), "Alpine Tent 204 (2)");
    assert_eq!(renamed("Alpine Tent 204 (9)"), "Alpine Tent 204 (10)");
    assert_eq!(renamed(&"🚲".repeat(30)).encode_utf16().count(), 60);
}

#[tokio::test]
async fn a_company_keeps_moving_until_it_is_stopped() {
    let (_folder, company) = company(50);
    let stop = CancellationToken::new();
    let interval = Duration::from_millis(1);
    let moving = tokio::spawn(keep_moving(company.clone(), None, interval, stop.clone()));
    let version = || {
        let connection = writer(company.path()).unwrap();
        tracking::database(&connection).unwrap().current_version
    };
    while version() < 14 {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    moving.await.unwrap();
    assert_eq!(version() % 7, 0);
}
