//! `axcs stores`.

use serde_json::Value;

use crate::support::Axcs;

fn store(axcs: &Axcs, id: &str) -> Value {
    let stores = axcs.json(&["stores"]);
    let mut stores = stores.as_array().unwrap().clone().into_iter();
    stores.find(|store| store["id"] == id).unwrap()
}

#[test]
fn stores_come_from_the_service_and_keep_what_is_set_for_them() {
    let axcs = Axcs::shop();
    axcs.ok(&[
        "service",
        "store",
        "set",
        "new",
        "--name",
        "Neu",
        "--currency",
        "EUR",
    ]);
    axcs.ok(&["stores", "synchronize"]);
    let new = store(&axcs, "new");
    assert_eq!(
        (&new["name"], &new["currency"]),
        (&"Neu".into(), &"EUR".into())
    );
    let shown = axcs.ok(&["stores", "show", "new"]);
    assert!(
        shown.stderr.contains("Parameters are missing"),
        "{}",
        shown.stderr
    );

    axcs.ok(&[
        "stores",
        "set",
        "new",
        "--customer-template",
        "WEB-TEMPLATE",
        "--shipping-charges-code",
        "freight",
    ]);
    axcs.ok(&["stores", "set", "new", "--sales-origin", "WEB"]);
    let settings = &store(&axcs, "new")["settings"];
    assert_eq!(settings["customer_template"], "WEB-TEMPLATE");
    assert_eq!(
        settings["shipping_charges_code"], "FREIGHT",
        "as AX writes it"
    );
    assert_eq!(settings["sales_origin"], "WEB");
    let shown = axcs.ok(&["stores", "show", "new"]);
    assert!(shown.stdout.contains("Terms of payment"), "{shown:?}");
    assert_eq!(shown.stderr, "");
    let shown = axcs.json(&["stores", "show", "new"]);
    assert_eq!(shown["customer_template"]["account"], "WEB-TEMPLATE");

    axcs.ok(&["stores", "synchronize"]);
    assert_eq!(
        axcs.json(&["verify", "--stream", "store-parameters"])["differences"],
        0
    );
}

#[test]
fn parameters_that_ax_does_not_know_are_refused() {
    let axcs = Axcs::shop();
    let before = store(&axcs, "contoso");
    for (parameter, expected) in [
        ("--customer-template", "There is no customer NOBODY"),
        ("--shipping-charges-code", "There is no charges code NOBODY"),
        ("--sales-origin", "There is no sales origin NOBODY"),
    ] {
        let refused = axcs.run(&["stores", "set", "contoso", parameter, "NOBODY"]);
        assert_eq!(refused.code, 2, "{parameter}");
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
    for wrong in [
        &["stores", "set", "contoso"][..],
        &["stores", "set", "nowhere", "--sales-origin", "WEB"],
        &["stores", "show", "nowhere"],
        &[
            "--read-only",
            "stores",
            "set",
            "contoso",
            "--sales-origin",
            "WEB",
        ],
    ] {
        assert_eq!(axcs.run(wrong).code, 2, "{wrong:?}");
    }
    assert_eq!(store(&axcs, "contoso"), before);
}

#[test]
fn a_store_that_is_gone_is_marked_while_orders_refer_to_it() {
    let axcs = Axcs::shop();
    let order = axcs.json(&["orders", "show", "W1-0"]);
    let id = order["store"].as_str().unwrap();
    axcs.ok(&["service", "store", "remove", id]);
    axcs.ok(&["stores", "synchronize"]);
    let gone = store(&axcs, id);
    assert!(gone["gone_since"].is_string(), "{gone}");
    assert_eq!(gone["orders"], 1);
    let listed = axcs.ok(&["stores"]).stdout;
    assert!(listed.contains("gone since"), "{listed}");
}
