//! Real data that nobody here wrote, from the export to the service. Skipped, with a message, where
//! the data is not beside the checkout.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a skipped test says so; another stops where something is not as it should be"
)]

#[path = "support/axcs.rs"]
mod support;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::Value;
use support::{Axcs, stream};

fn export() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/adventureworks");
    if !folder.is_dir() {
        eprintln!(
            "skipped: there is no AdventureWorks export at {}",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

/// Every value of a collection, as the service stores it.
fn stored(axcs: &Axcs, collection: &str) -> Vec<Value> {
    let service = Connection::open(axcs.dir().join("service").join("commerce.db")).unwrap();
    let mut select = service
        .prepare(
            "SELECT value.json FROM record JOIN value ON value.id = record.value \
             JOIN collection ON collection.id = record.collection WHERE collection.name = ?1",
        )
        .unwrap();
    let values = select
        .query_map([collection], |row| row.get::<_, Vec<u8>>(0))
        .unwrap();
    values
        .map(|json| serde_json::from_slice(&json.unwrap()).unwrap())
        .collect()
}

#[test]
fn the_service_holds_exactly_the_selected_finished_goods_and_no_component() {
    let Some(export) = export() else { return };
    let axcs = Axcs::new();
    axcs.ok(&["company", "load", export.to_str().unwrap()]);
    axcs.ok(&["products", "rules", "add", "--item-group", "AW-FIN"]);
    axcs.ok(&["run", "complete"]);

    let items = stored(&axcs, "items");
    assert_eq!(items.len(), 119);
    assert!(items.iter().all(|item| item["item_group"] == "AW-FIN"));
    let variants = |item: &Value| item["variants"].as_array().map_or(0, Vec::len);
    assert_eq!(items.iter().map(variants).sum::<usize>(), 213);
    let languages = |item: &Value| item["texts"].as_array().map_or(0, Vec::len);
    assert!(
        items.iter().any(|item| languages(item) == 6),
        "six languages"
    );
    assert_eq!(stored(&axcs, "on-hand").len(), 460);
    assert_eq!(axcs.json(&["verify"])["differences"], 0);

    let again = axcs.run_json("complete");
    for part in again["streams"].as_array().unwrap() {
        assert_eq!(part["payload_bytes"], 0, "{part}");
    }
}

#[test]
fn components_that_come_in_by_mistake_go_out_with_the_next_complete_run() {
    let Some(export) = export() else { return };
    let axcs = Axcs::new();
    axcs.ok(&["company", "load", export.to_str().unwrap()]);
    axcs.ok(&["products", "rules", "add", "--items", ".."]);
    axcs.ok(&["run", "complete"]);
    assert_eq!(stored(&axcs, "items").len(), 328);
    axcs.ok(&["products", "rules", "clear"]);
    axcs.ok(&["products", "rules", "add", "--item-group", "AW-FIN"]);
    let run = axcs.run_json("complete");
    assert_eq!(stream(&run, "items")["deleted"], 209, "{run}");
    assert_eq!(stored(&axcs, "items").len(), 119);
    assert_eq!(axcs.json(&["verify"])["differences"], 0);
}
