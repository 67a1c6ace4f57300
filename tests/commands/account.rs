//! The account by commands, against a real service: sign-up at its website, the sign-in of this
//! machine, the checks, activation, parameters, checklists, the operation log and the audit.

use serde_json::Value;

use crate::support::{self, Axcs, Serving};
use crate::visitor::Visitor;

/// A demo company, its service, and anna who has signed up there.
async fn site() -> (Axcs, Serving, Visitor) {
    let axcs = Axcs::demo(60);
    let serving = axcs.serve("127.0.0.1:0");
    let mut anna = Visitor::at(&serving.url);
    anna.sign_up().await;
    (axcs, serving, anna)
}

async fn sign_in(axcs: &Axcs, anna: &mut Visitor, answer: &str) -> (String, i32) {
    let command = axcs.command(&["account", "sign-in", "--json"]);
    anna.sign_in(command, answer).await
}

fn state(axcs: &Axcs) -> String {
    let status = axcs.json(&["account", "status"]);
    status["state"].as_str().unwrap().to_owned()
}

fn items(axcs: &Axcs, list: &str) -> Vec<String> {
    let told = axcs.json(&["checklist", list]);
    let items = told["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            format!(
                "{} {}",
                item["id"].as_str().unwrap(),
                item["state"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_signs_in_activates_and_does_the_configuration_checklist() {
    let (axcs, _serving, mut anna) = site().await;
    assert_eq!(state(&axcs), "signed-up");
    assert_eq!(
        items(&axcs, "configuration")[..3],
        ["account finished", "activate ready", "parameters ready"]
    );

    let (said, code) = sign_in(&axcs, &mut anna, "allow").await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("signed-in") && said.contains("anna"),
        "{said}"
    );
    let status = axcs.json(&["account"]);
    assert_eq!(
        (&status["user"], &status["name"]),
        (&"anna".into(), &"Contoso".into())
    );
    assert!(status["signed_in"].is_string());
    let file = axcs.sign_in_file().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("refresh_token"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = std::fs::metadata(&file).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }

    // Nothing moves before the account is active, and nobody waits for it.
    let refused = axcs.run(&["run", "orders"]);
    assert_ne!(refused.code, 0);
    assert!(
        refused.stderr.contains("The account is not active."),
        "{refused:?}"
    );
    assert!(
        refused.stderr.contains("axcs account activate"),
        "{refused:?}"
    );

    axcs.ok(&["account", "activate"]);
    let status = axcs.json(&["account"]);
    assert_eq!(
        (&status["state"], &status["by"]),
        (&"active".into(), &"anna".into())
    );
    axcs.ok(&["run", "orders"]);
    axcs.ok(&[
        "parameters",
        "set",
        "--category-hierarchy",
        "contoso RETAIL products",
    ]);
    axcs.ok(&["account", "renew"]);
    axcs.ok(&["checklist", "--tick", "users"]);
    let told = items(&axcs, "configuration");
    assert_eq!(
        told,
        [
            "account finished",
            "activate finished",
            "parameters in-progress",
            "marketplaces finished",
            "users finished",
            "products finished",
            "synchronization finished",
            "logging ready",
        ]
    );

    axcs.ok(&["account", "deactivate"]);
    assert_eq!(state(&axcs), "deactivated");
    assert_ne!(axcs.run(&["run", "orders"]).code, 0);
    axcs.ok(&["account", "activate"]);
    let company = status["company"]["id"].as_str().unwrap();
    let refused = axcs.run(&["account", "disconnect", "--company", "xxxx"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    axcs.ok(&["account", "disconnect", "--company", company]);
    assert_eq!(state(&axcs), "disconnected");
    axcs.ok(&["account", "sign-out"]);
    let again = axcs.run(&["account", "sign-out"]);
    assert!(again.stderr.contains("not signed in"), "{again:?}");
    assert_eq!(axcs.sign_in_file(), None);

    let changes = axcs.json(&["log", "--audit"]);
    let subjects: Vec<&str> = changes
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["subject"].as_str().unwrap())
        .collect();
    for subject in ["account", "sign-in", "parameters", "checklist", "job"] {
        assert!(subjects.contains(&subject), "{subject}: {changes:#}");
    }
    assert!(
        changes[0]["place"]
            .as_str()
            .unwrap()
            .starts_with("command ")
    );
    let only = axcs.json(&["log", "--audit", "--subject", "parameters", "--limit", "5"]);
    assert_eq!(only.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_code_signs_nobody_in_and_a_grant_that_is_ended_says_so() {
    let (axcs, _serving, mut anna) = site().await;
    let (said, code) = sign_in(&axcs, &mut anna, "refuse").await;
    assert_ne!(code, 0, "{said}");
    assert_eq!(axcs.sign_in_file(), None);

    let (_, code) = sign_in(&axcs, &mut anna, "allow").await;
    assert_eq!(code, 0);
    // What was stolen elsewhere and used: the grant is over.
    let file = axcs.sign_in_file().unwrap();
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    anna.revoke(kept["refresh_token"].as_str().unwrap()).await;
    let refused = axcs.run(&["account"]);
    assert_ne!(refused.code, 0);
    assert!(
        refused.stderr.contains("axcs account sign-in"),
        "{refused:?}"
    );
    let (finding, code) = doctor(&axcs, "Service");
    assert_eq!((&finding["health"], code), (&"fault".into(), 1));
    assert!(
        finding["found"].as_str().unwrap().contains("sign-in"),
        "{finding}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_added_invited_and_removed_roles_first() {
    let (axcs, _serving, _) = site().await;
    let person = ["--first-name", "Bert", "--last-name", "Lund"];
    let mail = ["--email", "bert@contoso.example"];
    axcs.ok(&[&["users", "add", "bert"], &person[..], &mail[..]].concat());
    let refused = axcs.run(&[&["users", "add", "BERT"], &person[..], &mail[..]].concat());
    assert_ne!(refused.code, 0, "{refused:?}");
    axcs.ok(&["users", "edit", "bert", "--role", "order-manager"]);
    let invited = axcs.ok(&["users", "invite", "bert"]);
    assert!(
        invited.stdout.contains("/invitation?secret="),
        "{invited:?}"
    );
    for command in [&["users"][..], &["users", "list"]] {
        let users = axcs.json(command);
        let names: Vec<&Value> = users
            .as_array()
            .unwrap()
            .iter()
            .map(|user| &user["sign_in"])
            .collect();
        assert_eq!(names, ["anna", "bert"]);
        assert_eq!(users[1]["roles"], serde_json::json!(["order-manager"]));
        assert_eq!(users[1]["state"], "invited");
    }
    let refused = axcs.run(&["users", "remove", "bert"]);
    assert!(refused.stderr.contains("--no-roles"), "{refused:?}");
    axcs.ok(&["users", "edit", "bert", "--no-roles"]);
    axcs.ok(&["users", "remove", "bert"]);
    // The last service administrator stays one.
    let refused = axcs.run(&["users", "edit", "anna", "--no-roles"]);
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(
        refused.stderr.contains("last service administrator"),
        "{refused:?}"
    );
    assert_eq!(axcs.json(&["users"]).as_array().unwrap().len(), 1);
}

fn doctor(axcs: &Axcs, check: &str) -> (Value, i32) {
    let said = axcs.run(&["doctor", "--json"]);
    let findings = said.json();
    let mut findings = findings.as_array().unwrap().iter();
    let finding = findings.find(|finding| finding["check"] == check);
    (finding.unwrap().clone(), said.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn activation_is_refused_with_the_documented_text_until_what_is_wrong_is_mended() {
    let (axcs, _serving, _) = site().await;
    axcs.ok(&["company", "tracking", "disable", "INVENTSUM"]);
    let refused = axcs.run(&["account", "activate"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    for words in [
        "Commerce Services cannot be activated since change tracking is not enabled.",
        "INVENTSUM",
        "axcs company tracking enable",
    ] {
        assert!(refused.stderr.contains(words), "{words}: {refused:?}");
    }
    assert_eq!(state(&axcs), "signed-up");
    axcs.ok(&["company", "tracking", "enable", "INVENTSUM"]);
    axcs.ok(&["checklist", "upgrade", "--do", "activate"]);
    assert_eq!(state(&axcs), "active");
    let (account, _) = doctor(&axcs, "Account");
    assert_eq!(account["health"], "good");
    for check in ["Rights", "Change tracking", "Clock"] {
        assert_eq!(doctor(&axcs, check).0["health"], "good", "{check}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_company_hierarchy_decides_which_categories_travel() {
    let axcs = Axcs::demo(60);
    let choices = axcs.json(&["parameters"])["choices"].clone();
    let hierarchies = choices["category_hierarchies"].as_array().unwrap();
    assert!(!hierarchies.is_empty(), "{choices}");
    let refused = axcs.run(&["parameters", "set", "--category-hierarchy", "None Such"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("The company has"), "{refused:?}");

    let name = hierarchies[0].as_str().unwrap();
    axcs.ok(&[
        "parameters",
        "set",
        "--category-hierarchy",
        name,
        "--shipping-charge-code",
        "freight",
    ]);
    let set = axcs.json(&["parameters"])["parameters"].clone();
    assert_eq!(
        (&set["category_hierarchy"], &set["shipping_charges_code"]),
        (&name.into(), &"FREIGHT".into())
    );
    // Another hierarchy is another selection.
    let refused = axcs.run(&["run", "inventory"]);
    let documented = "A complete synchronization is required";
    assert!(refused.stderr.contains(documented), "{refused:?}");
    axcs.ok(&["run", "complete"]);
    let verified = |axcs: &Axcs| axcs.json(&["verify", "--stream", "categories"]);
    let all = support::stream(&verified(&axcs), "categories")["service"].clone();
    axcs.ok(&["run", "inventory"]);

    // A hierarchy without a category: those of the other one do not travel any more.
    let company = rusqlite::Connection::open(axcs.dir().join("company.db")).unwrap();
    let made = "INSERT INTO ECORESCATEGORYHIERARCHY (NAME, HIERARCHYMODIFIER, PARTITION, RECVERSION, RECID)
        SELECT 'Other', HIERARCHYMODIFIER, PARTITION, 1, RECID + 1 FROM ECORESCATEGORYHIERARCHY";
    assert_eq!(company.execute(made, []).unwrap(), 1);
    drop(company);
    for (hierarchy, expected) in [("Other", 0.into()), (name, all)] {
        axcs.ok(&["parameters", "set", "--category-hierarchy", hierarchy]);
        axcs.ok(&["run", "complete", "--confirm-retire"]);
        let told = verified(&axcs);
        let categories = support::stream(&told, "categories");
        assert_eq!(categories["service"], expected, "{told}");
        assert_eq!(told["differences"], 0, "{told}");
    }
}

#[test]
fn the_operation_log_holds_requests_and_answers_and_no_token() {
    let axcs = Axcs::demo(60);
    let folder = axcs.dir().join("operations");
    let refused = axcs.run(&["log", "--on", "--folder", "operations"]);
    assert_ne!(refused.code, 0, "{refused:?}");
    axcs.ok(&[
        "log",
        "--on",
        "--folder",
        folder.to_str().unwrap(),
        "--hours",
        "1",
    ]);
    let told = axcs.json(&["log"]);
    assert_eq!(told["operation_log"]["folder"], folder.to_str().unwrap());
    axcs.ok(&["products", "exclude", &axcs.first_item()]);
    axcs.ok(&["run", "complete"]);
    let (finding, _) = doctor(&axcs, "Operation log");
    assert_eq!(finding["health"], "warning");
    assert!(items(&axcs, "configuration").contains(&"logging warning".to_owned()));
    let text = std::fs::read_to_string(folder.join("operations.log")).unwrap();
    let exchanges: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        exchanges
            .iter()
            .any(|one| one["call"].as_str().unwrap().contains("/batch")
                && one["status"] == 200
                && one["answer"].as_str().unwrap().contains("results")),
        "{text}"
    );
    axcs.ok(&["log", "--off"]);
    let size = std::fs::metadata(folder.join("operations.log"))
        .unwrap()
        .len();
    axcs.ok(&["run", "orders"]);
    assert_eq!(
        std::fs::metadata(folder.join("operations.log"))
            .unwrap()
            .len(),
        size
    );
    assert!(axcs.json(&["log"])["operation_log"].is_null());
}

#[test]
fn a_read_only_command_changes_nothing() {
    let axcs = Axcs::demo(60);
    for command in [
        &["account", "activate"][..],
        &["account", "sign-in"],
        &["checklist", "--tick", "users"],
        &["parameters", "set", "--shipping-charge-code", "FREIGHT"],
        &["users", "remove", "anna"],
        &["log", "--off"],
    ] {
        let refused = axcs.run(&[command, &["--read-only"]].concat());
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains("--read-only"), "{refused:?}");
    }
    let refused = axcs.run(&["account", "activate"]);
    assert!(
        refused.stderr.contains("Nobody has signed up"),
        "{refused:?}"
    );
}
