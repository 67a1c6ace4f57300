//! `axcs doctor` names each fault with its remedy, and tells a script by its exit code.

use std::fs;

use serde_json::Value;

use crate::support::Axcs;

/// What the doctor found, by check.
fn found(axcs: &Axcs, arguments: &[&str], check: &str) -> (Value, i32) {
    let said = axcs.run(&[arguments, &["doctor", "--json"]].concat());
    let findings = said.json();
    let finding = findings.as_array().unwrap().iter();
    let finding = finding.into_iter().find(|it| it["check"] == check).unwrap();
    (finding.clone(), said.code)
}

#[test]
fn what_works_is_good_and_a_missing_worker_is_a_fault_with_its_remedy() {
    let axcs = Axcs::demo(60);
    for check in [
        "Settings",
        "Company",
        "Change tracking",
        "Ledger",
        "Service",
    ] {
        let (finding, _) = found(&axcs, &[], check);
        assert_eq!(finding["health"], "good", "{finding}");
    }
    let (worker, code) = found(&axcs, &[], "Worker");
    assert_eq!((&worker["health"], code), (&"fault".into(), 1));
    assert!(worker["remedy"].as_str().unwrap().contains("axcs worker"));
}

#[test]
fn a_table_that_is_not_tracked_is_named() {
    let axcs = Axcs::demo(60);
    axcs.ok(&["company", "tracking", "disable", "INVENTSUM"]);
    let (finding, code) = found(&axcs, &[], "Change tracking");
    assert_eq!((&finding["health"], code), (&"fault".into(), 1));
    assert!(finding["found"].as_str().unwrap().contains("INVENTSUM"));
}

#[test]
fn what_cannot_be_reached_does_not_hide_the_rest() {
    let axcs = Axcs::demo(60);
    let file = axcs.dir().join("settings.toml");
    fs::write(&file, "[service]\nurl = 'http://127.0.0.1:9'\n").unwrap();
    let config = ["--config", file.to_str().unwrap()];
    let (service, code) = found(&axcs, &config, "Service");
    assert_eq!((&service["health"], code), (&"not-reached".into(), 3));
    assert_eq!(found(&axcs, &config, "Company").0["health"], "good");
}
