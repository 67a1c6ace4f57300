//! Stores and marketplaces, the account, what can be sold.

use std::time::Duration;

use axcs::commerce::Commerce as _;
use axcs::commerce::client::Class;
use axcs::commerce::wire::account::AccountState;
use axcs::commerce::wire::{OrdersTaken, Problem, Saleable};
use axcs::model::catalog::{OnHand, ProductDimensions};
use axcs::model::order::Outcome;
use axcs::model::{Amount, Record};
use reqwest::Method;

use super::shop::{acknowledgement, client, order_of, store};
use super::support::{Served, Told, upsert};

#[tokio::test]
async fn stores_come_and_go() {
    let served = Served::start().await;
    let client = client(&served);
    assert!(client.stores().await.unwrap().is_empty());
    let put = |id: &str, body: String| {
        Told::of(
            served
                .request(Method::PUT, &format!("/v1/stores/{id}"))
                .body(body),
        )
    };
    let json = serde_json::to_string(&store("web")).unwrap();
    assert_eq!(put("web", json.clone()).await.status, 201);
    assert_eq!(put("web", json.clone()).await.status, 200);
    let mut closed = store("web");
    closed.open = false;
    assert_eq!(client.put_store(&closed).await.unwrap(), closed);
    client.put_store(&store("amazon.de")).await.unwrap();
    let ids: Vec<_> = client.stores().await.unwrap();
    assert_eq!(ids, [store("amazon.de"), closed.clone()]);
    for (id, body, field) in [
        ("other", json.clone(), "id: "),
        ("web", json.replace("USD", "US"), "currency: "),
        ("web", json.replace("Contoso", " "), "name: "),
        ("web", json.replace("online-store", "shop"), "kind: "),
        ("web", json.replace("\"open\"", "\"opened\""), "opened: "),
        ("a%20b", json.replace("\"web\"", "\"a b\""), "id: "),
    ] {
        let problem = put(id, body).await.problem(400);
        assert_eq!(problem.code, "bad-value");
        assert!(problem.detail.starts_with(field), "{}", problem.detail);
    }
    assert_eq!(client.delete_store("web").await.unwrap(), Some(closed));
    assert_eq!(client.delete_store("web").await.unwrap(), None);
    let served = served.restart().await;
    let client = super::shop::client(&served);
    assert_eq!(client.stores().await.unwrap(), [store("amazon.de")]);
}

#[tokio::test]
async fn stores_and_orders_are_no_collections() {
    let served = Served::start().await;
    for (method, path) in [
        (Method::POST, "/v1/stores/loads"),
        (Method::GET, "/v1/orders/loads/1"),
        (Method::POST, "/v1/stores/loads/1/commit"),
        (Method::GET, "/v1/things"),
    ] {
        let told = Told::of(served.request(method, path)).await;
        assert!(
            matches!(told.status.as_u16(), 404 | 405),
            "{path}: {told:?}"
        );
    }
    let problem = served.get("/v1/things/summary").await.problem(404);
    assert_eq!(problem.code, "no-such-collection");
    for name in [
        "store-parameters",
        "acknowledgements",
        "shipments",
        "order-statuses",
    ] {
        assert!(problem.detail.contains(name), "{}", problem.detail);
        assert_eq!(served.get(&format!("/v1/{name}/summary")).await.status, 200);
    }
}

#[tokio::test]
async fn while_it_is_being_set_up_only_health_and_the_account_answer() {
    let served = Served::start().await;
    let client = client(&served);
    assert_eq!(
        client.account().await.unwrap().state,
        AccountState::NotSignedUp
    );
    client.set_account(AccountState::BeingSetUp).await.unwrap();
    let served = served.restart().await;
    let client = super::shop::client(&served);
    assert_eq!(
        client.account().await.unwrap().state,
        AccountState::BeingSetUp
    );
    assert_eq!(client.health().await.unwrap().status, "ok");
    for path in [
        "/v1/whoami",
        "/v1/items",
        "/v1/orders",
        "/v1/orders/feed",
        "/v1/stores",
        "/v1/x",
    ] {
        let told = served.get(path).await;
        let problem: Problem = told.problem(503);
        assert_eq!(problem.code, "being-set-up", "{path}");
        assert_eq!(problem.title, "The service is being set up.");
        assert_eq!(told.header("retry-after"), "3600");
    }
    let told = Told::of(served.batch("delivery-modes", upsert("A", 1, "x"))).await;
    assert_eq!(told.problem(503).code, "being-set-up");
    let told = Told::of(served.bare(Method::GET, "/v1/items")).await;
    assert_eq!(told.problem(401).code, "unauthorized");
    let error = client.feed(0, 1, Duration::ZERO).await.unwrap_err();
    assert_eq!(error.class(), Class::BeingSetUp);
    client.set_account(AccountState::Active).await.unwrap();
    assert_eq!(served.summary().await.count, 0);
    let wrong = served
        .request(Method::PUT, "/v1/account")
        .body(r#"{"state":"closed"}"#);
    let problem = Told::of(wrong).await.problem(400);
    assert!(problem.detail.starts_with("state: "), "{}", problem.detail);
}

fn on_hand(item: &str, size: &str, warehouse: &str, available: &str) -> Record {
    Record::OnHand(OnHand {
        item: item.to_owned(),
        dimensions: dimensions(size),
        site: "1".to_owned(),
        warehouse: warehouse.to_owned(),
        available: available.parse().unwrap(),
    })
}

fn dimensions(size: &str) -> ProductDimensions {
    ProductDimensions {
        size: size.to_owned(),
        ..ProductDimensions::default()
    }
}

fn figures(saleable: &[Saleable]) -> Vec<(String, String, String, String)> {
    saleable
        .iter()
        .map(|line| {
            let size = line.dimensions.size.clone();
            let text = |amount: Amount| amount.to_string();
            (
                size,
                text(line.on_hand),
                text(line.ordered),
                text(line.saleable),
            )
        })
        .collect()
}

fn told(lines: &[(&str, &str, &str, &str)]) -> Vec<(String, String, String, String)> {
    lines
        .iter()
        .map(|(a, b, c, d)| ((*a).into(), (*b).into(), (*c).into(), (*d).into()))
        .collect()
}

#[tokio::test]
async fn what_can_be_sold_is_on_hand_less_what_ax_has_not_taken() {
    let served = Served::start().await;
    let client = client(&served);
    for record in [
        on_hand("I1", "L", "11", "4.5"),
        on_hand("I1", "L", "12", "6"),
        on_hand("I1", "M", "11", "1"),
        on_hand("I1|x", "L", "11", "99"),
        on_hand("I11", "L", "11", "99"),
        on_hand("I", "L", "11", "99"),
    ] {
        assert_eq!(served.is_refused(&record, 1).await, "");
    }
    let ordering = |id: &str, quantity: i64, size: &str| {
        let mut order = order_of(id, &[quantity, 100]);
        order.lines[0].dimensions = dimensions(size);
        order
    };
    client.place_order(&ordering("A", 2, "L")).await.unwrap();
    client.place_order(&ordering("B", 3, "L")).await.unwrap();
    client.place_order(&ordering("C", 7, "S")).await.unwrap();
    client.place_order(&ordering("D", 50, "L")).await.unwrap();
    client.cancel_order("D").await.unwrap();
    client.place_order(&ordering("E", 50, "L")).await.unwrap();
    served
        .say(&acknowledgement("E", 6, Outcome::Rejected, "no"), 1)
        .await;
    let item = "I1";
    let all = told(&[
        ("L", "10.5", "5", "5.5"),
        ("M", "1", "0", "1"),
        ("S", "0", "7", "-7"),
    ]);
    assert_eq!(figures(&client.saleable(item).await.unwrap()), all);

    let book = client.feed(0, 1, Duration::ZERO).await.unwrap().book;
    let take = |seq: i64| {
        let (client, book) = (&client, book.clone());
        async move { client.orders_taken(&OrdersTaken { book, seq }).await }
    };
    take(1).await.unwrap();
    let less = told(&[
        ("L", "10.5", "3", "7.5"),
        ("M", "1", "0", "1"),
        ("S", "0", "7", "-7"),
    ]);
    assert_eq!(figures(&client.saleable(item).await.unwrap()), less);
    // AX has A in its own figures: what happens to it afterwards is not subtracted again.
    served
        .say(&acknowledgement("A", 1, Outcome::Accepted, "SO-1"), 1)
        .await;
    let mut again = ordering("A", 2, "L");
    again.note = "please hurry".to_owned();
    client.correct_order(&again).await.unwrap();
    assert_eq!(figures(&client.saleable(item).await.unwrap()), less);
    take(0).await.unwrap();
    assert_eq!(figures(&client.saleable(item).await.unwrap()), all);

    let error = take(99).await.unwrap_err();
    assert_eq!(error.problem().unwrap().code, "beyond-newest");
    let error = take(-1).await.unwrap_err();
    assert_eq!(error.problem().unwrap().code, "bad-value");
    let other = OrdersTaken {
        book: "another".to_owned(),
        seq: 0,
    };
    let error = client.orders_taken(&other).await.unwrap_err();
    assert_eq!(error.problem().unwrap().code, "other-book");
    let more = client.saleable("I1|x").await.unwrap();
    assert_eq!(figures(&more), told(&[("L", "99", "0", "99")]));
    assert!(client.saleable("nothing").await.unwrap().is_empty());
}
