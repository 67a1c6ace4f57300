//! `axcs orders`.

use super::{is_harmless, only, place, place_faulty};
use crate::support::Axcs;

#[test]
fn orders_are_listed_by_view_with_their_counts() {
    let axcs = Axcs::shop();
    place(&axcs, "GOOD", |_| {});
    place_faulty(&axcs, "BAD");
    axcs.ok(&["run", "orders"]);
    let ids = |arguments: &[&str]| -> Vec<String> {
        let listed = axcs.json(&[&["orders"], arguments].concat());
        let mut ids: Vec<String> = listed["orders"]
            .as_array()
            .unwrap()
            .iter()
            .map(|order| order["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&[]), ["BAD", "GOOD", "W1-0"]);
    assert_eq!(ids(&["--view", "open"]), ["BAD", "GOOD"]);
    assert_eq!(ids(&["--view", "exception"]), ["BAD"]);
    assert_eq!(ids(&["--view", "journal"]), Vec::<String>::new());
    assert_eq!(ids(&["--text", "goo"]), ["GOOD"]);
    assert_eq!(ids(&["--limit", "1"]).len(), 1);
    assert_eq!(ids(&["--store", "nowhere"]), Vec::<String>::new());
    assert_eq!(axcs.run(&["orders", "--view", "wrong"]).code, 2);

    let counts = &axcs.json(&["orders"])["counts"];
    assert_eq!(
        (&counts["all"], &counts["exception"]),
        (&3.into(), &1.into())
    );
    let said = axcs.ok(&["orders"]);
    assert!(said.stderr.contains("3 orders, 2 open"), "{}", said.stderr);
}

#[test]
fn one_order_is_shown_whole() {
    let axcs = Axcs::shop();
    let order = axcs.json(&["orders", "show", "W1-0"]);
    let sales_order = order["sales_order"].as_str().unwrap();
    let shown = axcs.ok(&["orders", "show", sales_order]).stdout;
    let item = order["order"]["lines"][0]["item"].as_str().unwrap();
    for part in [
        "W1-0",
        sales_order,
        item,
        "Delivery address",
        "Payment",
        "Sales tax",
        "Packing slip",
        "Downloaded",
        "Accepted by AX as sales order",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let nobody = axcs.run(&["orders", "show", "nobody"]);
    assert_eq!(nobody.code, 2);
    assert!(nobody.stderr.contains("There is no order nobody"));
}

#[test]
fn what_a_customer_wrote_never_commands_the_terminal() {
    let axcs = Axcs::shop();
    let evil = "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}דנה\r\nfake row";
    place(&axcs, "EVIL", |order| {
        order["customer"]["name"] = evil.into();
        order["delivery_address"]["street"] = evil.into();
        order["note"] = evil.into();
        order["lines"][0]["name"] = evil.into();
        order["lines"][0]["item"] = "NO\u{1b}[1mSUCH".into();
    });
    axcs.ok(&["run", "orders"]);
    let id = only(&axcs);
    for arguments in [
        &["orders"][..],
        &["orders", "--json"],
        &["orders", "show", "EVIL"],
        &["orders", "show", "EVIL", "--json"],
        &["exceptions"],
        &["exceptions", "show", &id],
        &["exceptions", "--json"],
        &["exceptions", "show", "no\u{1b}[1mne"],
        &["orders", "show", "no\u{1b}[1mne"],
        &["service", "order", "show", "EVIL"],
    ] {
        let said = axcs.run(arguments);
        assert!(is_harmless(&said), "{arguments:?}: {said:?}");
    }
    let listed = axcs.ok(&["orders"]).stdout;
    assert!(!listed.contains("\nfake row"), "{listed}");
    let read = axcs.json(&["orders", "show", "EVIL"]);
    assert_eq!(
        read["order"]["customer"]["name"], evil,
        "JSON says it exactly"
    );
}

#[test]
fn all_that_match_are_printed_for_a_spreadsheet_and_no_cell_is_a_formula() {
    let axcs = Axcs::shop();
    place(&axcs, "BAD", |order| {
        order["customer"]["name"] = "=1+1".into();
        order["lines"][0]["item"] = "NO-SUCH".into();
    });
    axcs.ok(&["run", "orders"]);
    let rows = |arguments: &[&str]| -> Vec<Vec<String>> {
        let said = axcs.ok(arguments).stdout;
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.has_headers(false).from_reader(said.as_bytes());
        let rows = reader
            .records()
            .map(|row| row.unwrap().iter().map(String::from).collect());
        rows.collect()
    };
    let orders = rows(&["orders", "--csv", "--sort", "number"]);
    assert_eq!(orders.len(), 3, "{orders:?}");
    assert_eq!(orders[0][0], "Order");
    assert!(
        orders
            .iter()
            .any(|row| row[5] == "'=1+1" && row[4] == "exception"),
        "{orders:?}"
    );
    let none = rows(&["orders", "--csv", "--where", "~nobodyatall"]);
    assert_eq!(none.len(), 1);
    let exceptions = rows(&["exceptions", "--csv", "--where", "record~bd"]);
    assert_eq!(exceptions.len(), 2, "{exceptions:?}");
    assert_eq!((&*exceptions[1][2], &*exceptions[1][3]), ("orders", "BAD"));
    assert_eq!(axcs.run(&["orders", "--csv", "--limit", "3"]).code, 2);
}
