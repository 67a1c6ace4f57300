//! `axcs exceptions`.

use super::{only, open, place, place_faulty, stage};
use crate::support::Axcs;

#[test]
fn a_failed_order_is_listed_and_shown_with_its_cause_and_its_remedy() {
    let axcs = Axcs::shop();
    place_faulty(&axcs, "BAD");
    axcs.ok(&["run", "orders"]);
    let found = &open(&axcs)[0];
    assert_eq!(found["key"], "BAD");
    assert_eq!(
        (&found["job"], &found["stream"]),
        (&"orders".into(), &"orders".into())
    );
    assert_eq!(
        (&found["state"], &found["attempts"]),
        (&"open".into(), &1.into())
    );
    let listed = axcs.ok(&["exceptions"]).stdout;
    assert!(
        listed.contains("BAD") && listed.contains("NO-SUCH"),
        "{listed}"
    );

    let shown = axcs.ok(&["exceptions", "show", &only(&axcs)]).stdout;
    for part in [
        "Commerce Services",
        "unknown-item",
        "Why",
        "Remedy",
        "Tries",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for (filter, expected) in [
        (["--stream", "orders"], 1),
        (["--stream", "items"], 0),
        (["--job", "orders"], 1),
        (["--code", "unknown-item"], 1),
        (["--text", "no-such"], 1),
        (["--text", "something else"], 0),
    ] {
        let found = axcs.json(&[&["exceptions"], &filter[..]].concat());
        assert_eq!(found.as_array().unwrap().len(), expected, "{filter:?}");
    }
    assert_eq!(axcs.run(&["exceptions", "show", "999"]).code, 2);
}

#[test]
fn a_retry_runs_the_job_and_says_what_came_of_it() {
    let axcs = Axcs::shop();
    place_faulty(&axcs, "BAD");
    axcs.ok(&["run", "orders"]);
    let id = only(&axcs);
    let again = axcs.run(&["exceptions", "retry", &id, "--json"]);
    assert_eq!(again.code, 1, "{again:?}");
    let entry = &again.last_json()["exceptions"][0];
    assert_eq!(
        (&entry["state"], &entry["attempts"]),
        (&"open".into(), &2.into())
    );

    // What AX lacks is there: the retry succeeds.
    axcs.ok(&["service", "order", "correct", "BAD", "--line", &item(&axcs)]);
    let marked = axcs.ok(&["exceptions", "retry", &id, "--no-run"]);
    assert!(marked.stdout.contains("retrying"), "{marked:?}");
    assert_eq!(stage(&axcs, "BAD"), "downloaded");
    let done = axcs.ok(&["exceptions", "retry", "--all", "--stream", "orders"]);
    assert!(done.stdout.contains("cleared"), "{done:?}");
    assert_eq!(stage(&axcs, "BAD"), "accepted");
    assert!(open(&axcs).is_empty());

    let cleared = axcs.run(&["exceptions", "retry", &id]);
    assert_eq!(cleared.code, 2);
    assert!(
        cleared.stderr.contains("its cause is gone"),
        "{}",
        cleared.stderr
    );
    axcs.ok(&["exceptions", "retry", "--all"]);
}

/// The first line with an item that there is.
fn item(axcs: &Axcs) -> String {
    let order = axcs.json(&["orders", "show", "W1-0"]);
    let line = &order["order"]["lines"][0];
    let dimensions = &line["dimensions"];
    let part = |name: &str| dimensions[name].as_str().unwrap_or_default().to_owned();
    let variant = ["configuration", "size", "colour", "style"].map(part);
    let item = line["item"].as_str().unwrap();
    if variant.iter().all(String::is_empty) {
        format!("1:{item}=1")
    } else {
        format!("1:{item}/{}=1", variant.join("/"))
    }
}

#[test]
fn a_failed_run_is_tried_again_by_its_job_and_clears_when_it_ends_well() {
    let axcs = Axcs::new();
    axcs.ok(&["company", "generate", "--items", "60"]);
    assert_eq!(axcs.run(&["run", "inventory"]).code, 1);
    let found = &open(&axcs)[0];
    assert_eq!(
        (&found["job"], &found["stream"]),
        (&"inventory".into(), &serde_json::Value::Null)
    );
    let id = only(&axcs);
    assert_eq!(axcs.run(&["exceptions", "retry", &id]).code, 1);
    assert_eq!(open(&axcs)[0]["attempts"], 2);
    axcs.ok(&["products", "rules", "add", "--items", "A..Z"]);
    axcs.ok(&["run", "complete"]);
    assert!(
        open(&axcs).is_empty(),
        "the complete job does what the inventory job does"
    );
    let all = axcs.json(&["exceptions", "--all"]);
    assert_eq!(all[0]["state"], "cleared");
}

#[test]
fn an_exception_is_resolved_with_a_note_and_its_order_is_closed() {
    let axcs = Axcs::shop();
    place_faulty(&axcs, "BAD");
    axcs.ok(&["run", "orders"]);
    let id = only(&axcs);
    assert_eq!(axcs.run(&["exceptions", "resolve", &id]).code, 2, "no note");
    let empty = axcs.run(&["exceptions", "resolve", &id, "--note", "  "]);
    assert_eq!(empty.code, 2);
    assert!(empty.stderr.contains("the note is empty"), "{empty:?}");

    axcs.ok(&["exceptions", "resolve", &id, "--note", "entered by hand"]);
    assert!(open(&axcs).is_empty());
    let order = axcs.json(&["orders", "show", "BAD"]);
    assert_eq!(order["stage"], "closed");
    assert_eq!(
        order["history"].as_array().unwrap().last().unwrap()["what"],
        "Resolved: entered by hand"
    );
    axcs.ok(&["run", "orders"]);
    let told = axcs.json(&["service", "order", "show", "BAD"]);
    assert_eq!(told["reason"], "entered by hand", "{told}");
    assert_eq!(stage(&axcs, "BAD"), "closed", "it is not tried again");
    let again = axcs.run(&["exceptions", "resolve", &id, "--note", "twice"]);
    assert_eq!(again.code, 2, "it is not open");
}

#[test]
fn orders_are_corrected_to_the_unit_of_ax_where_that_is_meant() {
    let axcs = Axcs::shop();
    for id in ["U1", "U2"] {
        place(&axcs, id, |order| {
            order["lines"][0]["unit"] = "barrel".into();
        });
    }
    place_faulty(&axcs, "BAD");
    axcs.ok(&["run", "orders"]);
    let looked = axcs.ok(&["exceptions", "correct", "--all", "--dry-run"]);
    for part in [
        "corrects 2 orders",
        "from barrel to",
        "changes what customers bought",
        "1 other exception stays as before.",
    ] {
        assert!(looked.stderr.contains(part), "{part}: {looked:?}");
    }
    let refused = axcs.run(&["exceptions", "correct", "--all"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("2 orders would be corrected"),
        "{refused:?}"
    );
    let refused = axcs.run(&["--read-only", "exceptions", "correct", "--all", "--yes"]);
    assert_ne!(refused.code, 0, "{refused:?}");
    assert_eq!(open(&axcs).len(), 3, "nothing is changed");

    let done = axcs.ok(&["exceptions", "correct", "--all", "--yes"]);
    assert!(done.stdout.contains("2 corrected."), "{done:?}");
    for id in ["U1", "U2"] {
        assert_eq!(stage(&axcs, id), "accepted");
    }
    let bad = only(&axcs);
    let none = axcs.ok(&["exceptions", "correct", &bad, "--json"]);
    assert_eq!(none.json()["result"]["orders"], serde_json::json!([]));
}

#[test]
fn many_are_resolved_only_where_that_is_meant() {
    let axcs = Axcs::shop();
    for id in ["BAD-1", "BAD-2"] {
        place_faulty(&axcs, id);
    }
    axcs.ok(&["run", "orders"]);
    let all = [
        "exceptions",
        "resolve",
        "--all-matching",
        "--code",
        "unknown-item",
        "--note",
        "test orders",
    ];
    let refused = axcs.run(&all);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("2 exceptions would be resolved"),
        "{}",
        refused.stderr
    );
    assert_eq!(open(&axcs).len(), 2);
    let refused = axcs.run(&[&all[..], &["--yes", "--read-only"]].concat());
    assert_eq!(refused.code, 2);
    let resolved = axcs.json(&[&all[..], &["--yes"]].concat());
    assert_eq!(resolved["resolved"], 2);
    assert!(open(&axcs).is_empty());
    axcs.ok(&all);
}
