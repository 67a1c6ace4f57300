//! The upgrade of an account of the first release: settings and stores, then the data.

use std::time::Duration;

use axcs::commerce::wire::account::{Account, Operation, OperationState};
use axcs::commerce::wire::{FeedPage, StoreList};
use reqwest::Method;
use serde_json::{Value, json};

use super::browser::signed_up;
use super::support::{Served, Told};

async fn send(served: &Served, method: Method, path: &str, body: &Value) -> Told {
    Told::of(served.request(method, path).body(body.to_string())).await
}

async fn activate(served: &Served) {
    let company = json!({"id": "usmf", "name": "Contoso", "partition": 1, "release": "AX 2012 R2"});
    let _: Account = send(served, Method::POST, "/v1/account/activate", &company)
        .await
        .ok();
}

/// Asks for a migration; the operation once it does not run any more.
async fn migrated(served: &Served, what: &str) -> Operation {
    let told = served.post(&format!("/v1/migrations/{what}")).await;
    assert_eq!(told.status.as_u16(), 202, "{told:?}");
    let mut operation: Operation = told.ok();
    let path = format!("/v1/operations/{}", operation.id);
    let ends = tokio::time::Instant::now() + Duration::from_secs(60);
    while operation.state == OperationState::Running {
        assert!(tokio::time::Instant::now() < ends, "{operation:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        operation = served.get(&path).await.ok();
    }
    operation
}

#[tokio::test]
async fn a_migration_stops_at_what_does_not_fit_and_goes_on_once_it_is_corrected() {
    let sample = axcs::service::FIRST_RELEASE.to_owned();
    let served = Served::start_as(Some(sample)).await;
    let account: Account = served.get("/v1/account").await.ok();
    assert!(account.is_first_release);
    let told = served.post("/v1/migrations/account").await;
    assert_eq!(told.problem(409).code, "account-state");
    let anna = signed_up(&served).await;
    let told = served.post("/v1/migrations/account").await;
    assert_eq!(told.problem(403).code, "account-not-active");
    activate(&served).await;
    let told = served.post("/v1/migrations/data").await;
    assert_eq!(told.problem(409).code, "migration-order");
    let told = served.post("/v1/migrations/shop").await;
    assert_eq!(told.problem(404).code, "no-such-path");
    let told = served.get("/v1/operations/none").await;
    assert_eq!(told.problem(404).code, "no-such-operation");

    let stopped = migrated(&served, "account").await;
    assert_eq!(stopped.state, OperationState::Failed);
    assert_eq!(
        (stopped.step.as_str(), stopped.done, stopped.total),
        ("online stores", 2, 4)
    );
    for words in ["fr-outlet", "currency"] {
        assert!(stopped.reason.contains(words), "{stopped:?}");
    }
    // Again without a correction: the same.
    let again = migrated(&served, "account").await;
    assert_eq!(
        (&again.id, again.done, again.state),
        (&stopped.id, 2, OperationState::Failed)
    );
    let outlet = json!({
        "id": "fr-outlet", "kind": "online-store", "name": "Mine", "currency": "EUR", "open": true,
    });
    let told = send(&served, Method::PUT, "/v1/stores/fr-outlet", &outlet).await;
    assert_eq!(told.status.as_u16(), 201);
    let done = migrated(&served, "account").await;
    assert_eq!(
        (&done.id, done.done, done.state),
        (&stopped.id, 4, OperationState::Done)
    );
    assert!(done.ended.is_some() && done.reason.is_empty());
    let stores: StoreList = served.get("/v1/stores").await.ok();
    let names: Vec<&str> = stores
        .stores
        .iter()
        .map(|store| store.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["Northwind marketplace", "Mine", "Contoso web store"]
    );
    anna.get("/account").await.says(200, "123 Coffee Street");

    let done = migrated(&served, "data").await;
    assert_eq!(
        (done.done, done.total, done.state),
        (46, 46, OperationState::Done)
    );
    let account: Account = served.get("/v1/account").await.ok();
    assert!(!account.is_first_release);
    let feed: FeedPage = served.get("/v1/orders/feed?after=0").await.ok();
    assert_eq!(feed.events.len(), 3);
    // Once more, and after a start with the same account: nothing happens.
    let once_more = migrated(&served, "data").await;
    assert_eq!(once_more, done);
    let served = served.restart().await;
    let items: Value = served.get("/v1/items/summary").await.ok();
    assert_eq!(items["count"], 40);
}

#[tokio::test]
async fn what_ax_has_sent_and_what_was_typed_stays_as_it_is() {
    let sample = axcs::service::FIRST_RELEASE.to_owned();
    let served = Served::start_as(Some(
        sample.replace("\"currency\":\"\"", "\"currency\":\"USD\""),
    ))
    .await;
    let anna = signed_up(&served).await;
    activate(&served).await;
    let newer = json!({
        "op": "upsert", "id": "C-000007", "version": 1,
        "value": {"item": "C-000007", "product_type": "item", "price": "1", "price_unit": "1", "net_weight": "1"},
    });
    served.upload_to("items/batch", &[newer.to_string()]).await;
    anna.get("/account").await;
    let typed = [
        ("organization", "Contoso"),
        ("street", "1 New Road"),
        ("zip_code", "1"),
        ("city", "Oslo"),
        ("country", "NOR"),
    ];
    anna.post("/account", &typed).await.to();
    for what in ["account", "data"] {
        assert_eq!(migrated(&served, what).await.state, OperationState::Done);
    }
    anna.get("/account").await.says(200, "1 New Road");
    let kept: Value = served.get("/v1/items/record?id=C-000007").await.ok();
    assert_eq!(
        (&kept["version"], &kept["value"]["price"]),
        (&1.into(), &"1".into())
    );
    // AX goes first with what was taken over, too.
    let other = newer.to_string().replace("000007", "000008");
    served.upload_to("items/batch", &[other]).await;
    let other: Value = served.get("/v1/items/record?id=C-000008").await.ok();
    assert_eq!(other["value"]["price"], "1");
}

#[tokio::test]
async fn an_account_that_is_none_of_the_first_release_has_nothing_to_migrate() {
    let served = Served::start().await;
    signed_up(&served).await;
    activate(&served).await;
    let told = served.post("/v1/migrations/account").await;
    assert_eq!(told.problem(409).code, "account-state");
}
