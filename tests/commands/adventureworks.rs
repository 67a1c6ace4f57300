//! Real data that nobody here wrote, from the export to the service. Skipped, with a message, where
//! the data is not beside the checkout.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axcs::company::embedded::writer;
use rusqlite::Connection;
use serde_json::Value;

use crate::support::{Axcs, stream};

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

/// The finished goods at the service, and a store with its parameters.
fn shop(export: &Path) -> Axcs {
    let axcs = Axcs::new();
    axcs.ok(&["company", "load", export.to_str().unwrap()]);
    axcs.ok(&["products", "rules", "add", "--item-group", "AW-FIN"]);
    axcs.ok(&["service", "store", "set", "web", "--currency", "USD"]);
    axcs.ok(&["stores", "synchronize"]);
    axcs.ok(&[
        "stores",
        "set",
        "web",
        "--customer-template",
        "WEB-TEMPLATE",
        "--shipping-charges-code",
        "FREIGHT",
        "--sales-origin",
        "INET",
    ]);
    let run = axcs.run_json("complete");
    assert_eq!(run["exception"], Value::Null, "{run}");
    axcs
}

/// All 13 streams are the same at both ends.
fn assert_verified(axcs: &Axcs) -> Value {
    let verified = axcs.json(&["verify"]);
    assert_eq!(verified["differences"], 0, "{verified}");
    assert_eq!(verified["streams"].as_array().unwrap().len(), 13);
    verified
}

/// A column of an exported table whose texts have no commas before it.
fn column(export: &Path, table: &str, index: usize) -> BTreeSet<String> {
    let text = std::fs::read_to_string(export.join(format!("{table}.csv"))).unwrap();
    let rows = text.lines().skip(1);
    rows.map(|row| row.split(',').nth(index).unwrap().to_owned())
        .collect()
}

fn texts(values: &[Value], field: &str) -> BTreeSet<String> {
    let text = |value: &Value| value[field].as_str().unwrap().to_owned();
    values.iter().map(text).collect()
}

#[test]
fn every_trade_agreement_and_mode_of_delivery_of_the_finished_goods_arrives() {
    let Some(export) = export() else { return };
    let axcs = shop(&export);
    let agreements = stored(&axcs, "trade-agreements");
    assert_eq!(agreements.len(), 638);
    assert_eq!(
        texts(&agreements, "id"),
        column(&export, "PRICEDISCTABLE", 20)
    );
    let of_kind = |kind| {
        agreements
            .iter()
            .filter(|agreement| agreement["kind"] == kind)
            .count()
    };
    assert_eq!((of_kind("price"), of_kind("line-discount")), (395, 243));
    let modes = stored(&axcs, "delivery-modes");
    assert_eq!(modes.len(), 5);
    assert_eq!(texts(&modes, "code"), column(&export, "DLVMODE", 0));
    let parameters = stored(&axcs, "store-parameters");
    assert_eq!(parameters.len(), 1);
    assert_eq!(parameters[0]["sales_origin"], "INET");
    assert_verified(&axcs);
}

#[test]
fn a_trade_agreement_that_is_deleted_and_one_that_is_changed_travel_alone() {
    let Some(export) = export() else { return };
    let axcs = shop(&export);
    let agreements = stored(&axcs, "trade-agreements");
    let prices: Vec<&str> = agreements
        .iter()
        .filter(|agreement| agreement["kind"] == "price")
        .map(|agreement| agreement["id"].as_str().unwrap())
        .collect();
    let (gone, dearer) = (prices[3], prices[7]);
    let company = writer(&axcs.dir().join("company.db")).unwrap();
    let delete = company.execute("DELETE FROM PRICEDISCTABLE WHERE RECID = ?", [gone]);
    assert_eq!(delete.unwrap(), 1);
    let raise = company.execute(
        "UPDATE PRICEDISCTABLE SET AMOUNT = '4711.25' WHERE RECID = ?",
        [dearer],
    );
    assert_eq!(raise.unwrap(), 1);
    drop(company);

    let other = axcs.run_json("inventory");
    assert_eq!(other["streams"].as_array().unwrap().len(), 5);
    for part in other["streams"].as_array().unwrap() {
        assert_eq!(part["enumerated"], 0, "{part}");
    }
    let run = axcs.run_json("trade-agreements");
    let [part] = run["streams"].as_array().unwrap().as_slice() else {
        panic!("one stream: {run}");
    };
    assert_eq!(part["stream"], "trade-agreements");
    assert_eq!(
        (&part["enumerated"], &part["deleted"]),
        (&2.into(), &1.into())
    );
    let now = stored(&axcs, "trade-agreements");
    assert_eq!(now.len(), 637);
    assert!(now.iter().all(|agreement| agreement["id"] != gone));
    let raised = now.iter().find(|agreement| agreement["id"] == dearer);
    assert_eq!(raised.unwrap()["amount"], "4711.25");
    assert_verified(&axcs);
}

#[test]
fn finished_goods_are_ordered_handed_over_shipped_and_acknowledged() {
    const ORDERS: usize = 60;
    let Some(export) = export() else { return };
    let axcs = shop(&export);
    let count = ORDERS.to_string();
    axcs.ok(&[
        "service", "order", "place", "--count", &count, "--seed", "5",
    ]);
    let run = axcs.run_json("orders");
    assert_eq!(stream(&run, "orders")["acknowledged"], ORDERS, "{run}");
    axcs.ok(&["company", "orders", "ship", "--all"]);
    let run = axcs.run_json("orders");
    assert_eq!(stream(&run, "shipments")["acknowledged"], ORDERS, "{run}");
    let run = axcs.run_json("inventory");
    let stock = stream(&run, "on-hand")["acknowledged"].as_u64().unwrap();
    assert!(stock > 0, "what was sold is not on hand any more: {run}");

    let verified = assert_verified(&axcs);
    for side in ["orders", "acknowledgements", "shipments", "order-statuses"] {
        assert_eq!(stream(&verified, side)["same"], ORDERS, "{side}");
    }
    let shipped = axcs.json(&["service", "order", "list", "--state", "shipped"]);
    assert_eq!(shipped.as_array().unwrap().len(), ORDERS);
    let counts = axcs.json(&["orders"])["counts"].clone();
    for nothing in ["open", "waiting", "exception", "unacknowledged", "journal"] {
        assert_eq!(counts[nothing], 0, "{nothing}: {counts}");
    }
    let company = Connection::open(axcs.dir().join("company.db")).unwrap();
    let count = |sql: &str| -> i64 { company.query_row(sql, [], |row| row.get(0)).unwrap() };
    let orders = ORDERS as i64;
    let sales_orders = "SELECT count(DISTINCT CUSTOMERREF) FROM SALESTABLE \
                        WHERE SALESTYPE = 3 AND SALESORIGINID = 'INET'";
    assert_eq!(count(sales_orders), orders, "each once");
    assert_eq!(count("SELECT count(*) FROM SALESTABLE"), orders);
    assert_eq!(count("SELECT count(*) FROM CUSTPACKINGSLIPJOUR"), orders);
    let variants = "SELECT count(*) FROM SALESLINE l JOIN INVENTDIM d ON d.INVENTDIMID = l.INVENTDIMID \
                    WHERE d.INVENTCOLORID <> '' OR d.INVENTSIZEID <> ''";
    let of_variants = count(variants);
    assert!(of_variants > 0, "variants were sold");
    assert!(
        count("SELECT count(*) FROM SALESLINE") > of_variants,
        "items without variants too"
    );
}
