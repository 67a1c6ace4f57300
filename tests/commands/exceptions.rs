//! `axcs exceptions`, `axcs orders` and `axcs stores` as an operator types them, over the embedded
//! company and the self-hosted service.

#[path = "exceptions/commands.rs"]
mod commands;
#[path = "exceptions/orders.rs"]
mod orders;
#[path = "exceptions/stores.rs"]
mod stores;

use serde_json::Value;

use crate::support::{Axcs, Said};

/// Places the order of the demo once more under another id and number, changed by `change`.
fn place(axcs: &Axcs, id: &str, change: impl FnOnce(&mut Value)) {
    let mut order = axcs.json(&["orders", "show", "W1-0"])["order"].take();
    order["id"] = id.into();
    order["number"] = id.into();
    change(&mut order);
    axcs.place_order(&order);
}

/// Places an order with an item that AX does not know.
fn place_faulty(axcs: &Axcs, id: &str) {
    place(axcs, id, |order| {
        order["lines"][0]["item"] = "NO-SUCH".into();
    });
}

/// The open exceptions, newest first.
fn open(axcs: &Axcs) -> Vec<Value> {
    axcs.json(&["exceptions"]).as_array().unwrap().clone()
}

/// The number of the only open exception.
fn only(axcs: &Axcs) -> String {
    let open = open(axcs);
    assert_eq!(open.len(), 1, "{open:?}");
    open[0]["id"].to_string()
}

fn stage(axcs: &Axcs, order: &str) -> String {
    let order = axcs.json(&["orders", "show", order]);
    order["stage"].as_str().unwrap().to_owned()
}

/// Every character of what was said is one that a terminal draws.
fn is_harmless(said: &Said) -> bool {
    let all = said.stdout.chars().chain(said.stderr.chars());
    all.into_iter()
        .all(|c| c == '\n' || axcs::model::words::is_harmless(c))
}
