//! `axcs service order`, `store` and `account` as an operator at the shop types them.

use serde_json::Value;

use crate::support::Axcs;

/// A company whose items are at the service, and a store.
fn shop() -> Axcs {
    let axcs = Axcs::new();
    axcs.ok(&["company", "generate", "--items", "120"]);
    axcs.ok(&["products", "rules", "add", "--item-group", "FIN"]);
    axcs.ok(&["run", "inventory"]);
    axcs.ok(&[
        "service",
        "store",
        "set",
        "web",
        "--currency",
        "USD",
        "--name",
        "Contoso",
    ]);
    axcs
}

fn place(axcs: &Axcs, arguments: &[&str]) -> String {
    let placed = axcs.json(&[&["service", "order", "place"], arguments].concat());
    placed["placed"][0].as_str().unwrap().to_owned()
}

fn order(axcs: &Axcs, id: &str) -> Value {
    axcs.json(&["service", "order", "show", id])
}

#[test]
fn stores_are_made_changed_and_removed() {
    let axcs = Axcs::new();
    let set = |arguments: &[&str]| {
        let said = axcs.run(&[&["service", "store", "set"], arguments].concat());
        (said.code, said.stderr)
    };
    let (code, why) = set(&["web"]);
    assert_eq!(code, 2);
    assert!(why.contains("--currency"), "{why}");
    assert_eq!(set(&["web", "--currency", "USD"]).0, 0);
    assert_eq!(
        set(&[
            "web",
            "--name",
            "Contoso",
            "--kind",
            "marketplace",
            "--closed"
        ])
        .0,
        0
    );
    assert_eq!(set(&["web", "--kind", "shop"]).0, 2);
    let stores = axcs.json(&["service", "store", "list"]);
    let expected = serde_json::json!([
        {"id": "web", "kind": "marketplace", "name": "Contoso", "currency": "USD", "open": false}
    ]);
    assert_eq!(stores, expected);
    set(&["web", "--open"]);
    assert_eq!(axcs.json(&["service", "store", "list"])[0]["open"], true);
    axcs.ok(&["service", "store", "remove", "web"]);
    assert_eq!(axcs.run(&["service", "store", "remove", "web"]).code, 2);
    assert_eq!(
        axcs.json(&["service", "store", "list"]),
        serde_json::json!([])
    );
}

#[test]
fn orders_are_placed_paid_and_cancelled() {
    let axcs = shop();
    let placed = axcs.json(&["service", "order", "place", "--count", "7", "--seed", "3"]);
    assert_eq!(placed["placed"].as_array().unwrap().len(), 7);
    axcs.ok(&["service", "order", "place", "--count", "7", "--seed", "3"]);
    let list = |arguments: &[&str]| {
        let orders = axcs.json(&[&["service", "order", "list"], arguments].concat());
        orders.as_array().unwrap().len()
    };
    assert_eq!(list(&[]), 7);
    let id = place(&axcs, &["--unpaid", "--number", "4711", "--store", "web"]);
    let before = order(&axcs, &id);
    assert_eq!(before["number"], "4711");
    assert!(before["order"].get("payment").is_none());
    axcs.ok(&["service", "order", "pay", &id]);
    assert_eq!(
        order(&axcs, &id)["order"]["payment"]["amount"],
        before["order"]["total"]
    );
    axcs.ok(&["service", "order", "cancel", &id]);
    assert_eq!(order(&axcs, &id)["state"], "cancelled");
    assert_eq!(list(&["--state", "cancelled"]), 1);
    assert_eq!(list(&["--state", "placed", "--limit", "5"]), 5);
    assert_eq!(
        axcs.run(&["service", "order", "list", "--state", "odd"])
            .code,
        2
    );
    let text = axcs.ok(&["service", "order", "show", &id]).stdout;
    assert!(
        text.contains("cancelled") && text.contains("4711"),
        "{text}"
    );
    let said = axcs.run(&["service", "order", "show", "nothing"]);
    assert_eq!(said.code, 2);
    let said = axcs.run(&["service", "order", "place", "--store", "nowhere"]);
    assert!(said.stderr.contains("store list"), "{said:?}");
}

#[test]
fn an_order_is_mended_fault_by_fault() {
    let axcs = shop();
    let item = axcs.first_item();
    let id = place(
        &axcs,
        &[
            "--line",
            "unknown/a/b/c/d=2",
            "--line",
            &format!("{item}=3"),
        ],
    );
    let line = |id: &str, index: usize| order(&axcs, id)["order"]["lines"][index].clone();
    assert_eq!(line(&id, 0)["dimensions"]["style"], "d");
    let correct = |arguments: &[&str]| {
        axcs.ok(&[&["service", "order", "correct", id.as_str()], arguments].concat())
    };
    correct(&["--line", &format!("1:{item}")]);
    let (first, second) = (line(&id, 0), line(&id, 1));
    assert_eq!(
        (&first["item"], &first["quantity"]),
        (&Value::from(item), &Value::from("2"))
    );
    assert_eq!(
        (&first["unit"], &first["price"]),
        (&second["unit"], &second["price"])
    );
    correct(&["--unit", "2:box", "--number", "N-1", "--currency", "EUR"]);
    assert_eq!(line(&id, 1)["unit"], "box");
    let whole = order(&axcs, &id);
    assert_eq!(
        (&whole["number"], &whole["order"]["currency"]),
        (&"N-1".into(), &"EUR".into())
    );

    // A marketplace may deliver an order whose total is wrong: from a file.
    let file = axcs.dir().join("order.json");
    let mut wrong = whole["order"].clone();
    let right = wrong["total"].clone();
    wrong["total"] = "1".into();
    std::fs::write(&file, wrong.to_string()).unwrap();
    let file = file.to_str().unwrap();
    correct(&["--file", file]);
    assert_eq!(order(&axcs, &id)["order"]["total"], "1");
    correct(&["--total-right"]);
    let mended = order(&axcs, &id);
    assert_eq!(mended["order"]["total"], right);
    assert_eq!(mended["order"]["payment"]["amount"], right);
    wrong["id"] = "another".into();
    std::fs::write(file, wrong.to_string()).unwrap();
    axcs.ok(&["service", "order", "place", "--file", file]);
    assert_eq!(order(&axcs, "another")["order"]["total"], "1");
    let said = axcs.run(&["service", "order", "correct", &id, "--file", file]);
    assert_eq!(said.code, 2);
    for arguments in [
        &["--line", "x"][..],
        &["--line", "9:x"],
        &["--unit", "box"],
        &[],
    ] {
        let said = axcs.run(&[&["service", "order", "correct", id.as_str()], arguments].concat());
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
    }
}

#[test]
fn the_account_is_set_and_read_only_changes_nothing() {
    let axcs = Axcs::new();
    assert_eq!(axcs.json(&["service", "account"])["state"], "not-signed-up");
    axcs.ok(&["service", "account", "being-set-up"]);
    let said = axcs.run(&["service", "order", "list"]);
    assert_ne!(said.code, 0);
    assert!(
        said.stderr.contains("The service is being set up."),
        "{said:?}"
    );
    assert!(said.stderr.contains("up to 24 hours"), "{said:?}");
    for command in [
        &["service", "account", "active"][..],
        &["service", "store", "set", "web", "--currency", "USD"],
        &["service", "store", "remove", "web"],
        &["service", "order", "place"],
        &["service", "order", "correct", "A", "--total-right"],
        &["service", "order", "pay", "A"],
        &["service", "order", "cancel", "A"],
    ] {
        let said = axcs.run(&[command, &["--read-only"]].concat());
        assert_eq!(said.code, 2, "{command:?}: {said:?}");
        assert!(said.stderr.contains("--read-only"), "{said:?}");
    }
    assert_eq!(
        axcs.json(&["service", "account", "--read-only"])["state"],
        "being-set-up"
    );
}
