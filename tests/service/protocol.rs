//! Tokens, paths, queries, headers.

use axcs::commerce::wire::{Health, WhoAmI};
use reqwest::Method;
use reqwest::header::AUTHORIZATION;

use super::support::{Served, TOKEN, Told, upsert};

#[tokio::test]
async fn health_and_the_document_need_no_token_and_everything_else_does() {
    let served = Served::start().await;
    let health: Health = Told::of(served.bare(Method::GET, "/v1/health")).await.ok();
    assert_eq!(health.status, "ok");
    let document: serde_json::Value = Told::of(served.bare(Method::GET, "/openapi.json"))
        .await
        .ok();
    assert_eq!(document["openapi"], "3.1.0");
    for (method, path) in [
        (Method::GET, "/v1/whoami"),
        (Method::GET, "/v1/items"),
        (Method::GET, "/v1/items/summary"),
        (Method::GET, "/v1/items/record?id=A"),
        (Method::POST, "/v1/items/batch"),
        (Method::POST, "/v1/items/loads"),
        (Method::GET, "/v1/items/loads/1"),
        (Method::POST, "/v1/items/loads/1/commit"),
        (Method::POST, "/v1/items/loads/1/abandon"),
        (Method::GET, "/v1/stores"),
        (Method::PUT, "/v1/stores/web"),
        (Method::DELETE, "/v1/stores/web"),
        (Method::GET, "/v1/orders"),
        (Method::POST, "/v1/orders"),
        (Method::GET, "/v1/orders/feed"),
        (Method::GET, "/v1/orders/A"),
        (Method::PUT, "/v1/orders/A"),
        (Method::POST, "/v1/orders/A/pay"),
        (Method::POST, "/v1/orders/A/cancel"),
        (Method::PUT, "/v1/on-hand/orders-taken"),
        (Method::GET, "/v1/on-hand/saleable?item=A"),
        (Method::GET, "/v1/account"),
        (Method::PUT, "/v1/account"),
        (Method::POST, "/v1/account/activate"),
        (Method::POST, "/v1/account/deactivate"),
        (Method::POST, "/v1/account/disconnect"),
        (Method::GET, "/v1/nothing"),
    ] {
        let told = Told::of(served.bare(method, path)).await;
        assert_eq!(told.problem(401).code, "unauthorized", "{path}");
        assert!(
            told.header("www-authenticate").starts_with("Bearer"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn only_the_whole_token_opens() {
    let served = Served::start().await;
    for (given, status) in [
        (format!("Bearer {TOKEN}"), 200),
        (format!("bearer {TOKEN}"), 200),
        (format!("Bearer {TOKEN}x"), 401),
        (format!("Bearer {}", &TOKEN[1..]), 401),
        (format!("Bearer {}", TOKEN.to_uppercase()), 401),
        (format!("Basic {TOKEN}"), 401),
        (TOKEN.to_owned(), 401),
        ("Bearer ".to_owned(), 401),
        (String::new(), 401),
    ] {
        let request = served
            .bare(Method::GET, "/v1/whoami")
            .header(AUTHORIZATION, &given);
        assert_eq!(Told::of(request).await.status, status, "{given:?}");
    }
    let twice = served
        .request(Method::GET, "/v1/whoami")
        .header(AUTHORIZATION, "Bearer x");
    Told::of(twice).await.problem(401);
}

#[tokio::test]
async fn a_batch_without_the_token_changes_nothing_however_large() {
    let served = Served::start().await;
    let large = upsert("A", 1, "x").repeat(50_000);
    let request = served
        .bare(Method::POST, "/v1/delivery-modes/batch")
        .body(large);
    Told::of(request).await.problem(401);
    assert_eq!(served.summary().await.count, 0);
}

#[tokio::test]
async fn whoami_tells_limits_encodings_and_the_clock() {
    let served = Served::start().await;
    let me: WhoAmI = served.get("/v1/whoami").await.ok();
    assert_eq!(me.limits.max_lines, 1_000);
    assert_eq!(me.encodings, ["zstd", "gzip", "identity"]);
    let off = jiff::Timestamp::now().duration_since(me.server_time).abs();
    assert!(off < jiff::SignedDuration::from_mins(1), "{off:?}");
}

#[tokio::test]
async fn a_path_or_method_that_is_not_served_is_told_so() {
    let served = Served::start().await;
    for path in [
        "/nothing",
        "/v1",
        "/v1/items/nothing",
        "/v1/items/loads/1/x",
        "/v2/items",
    ] {
        assert_eq!(
            served.get(path).await.problem(404).code,
            "no-such-path",
            "{path}"
        );
    }
    for path in ["/v1/things", "/v1/Items", "/v1/%ff/summary", "/v1/item%73s"] {
        let code = served.get(path).await.problem(404).code;
        assert!(code.starts_with("no-such-"), "{path}: {code}");
    }
    for (method, path, allow) in [
        (Method::GET, "/v1/items/batch", "POST"),
        (Method::DELETE, "/v1/items", "GET,HEAD"),
        (Method::POST, "/v1/whoami", "GET,HEAD"),
        (Method::PUT, "/v1/items/loads", "POST"),
    ] {
        let told = Told::of(served.request(method, path)).await;
        assert_eq!(told.problem(405).code, "method-not-allowed", "{path}");
        assert_eq!(told.header("allow"), allow, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_query_parameter_is_refused_by_name() {
    let served = Served::start().await;
    for path in [
        "/v1/health?colour=red",
        "/v1/whoami?colour=red",
        "/v1/items?colour=red",
        "/v1/items/summary?colour=red",
        "/v1/items/record?id=A&colour=red",
        "/v1/items/loads/1?colour=red",
        "/v1/stores?colour=red",
        "/v1/orders/A?colour=red",
        "/v1/on-hand/saleable?item=A&colour=red",
        "/v1/account?colour=red",
    ] {
        let problem = served.get(path).await.problem(400);
        assert_eq!(problem.code, "bad-query", "{path}");
        assert!(
            problem.detail.contains("colour"),
            "{path}: {}",
            problem.detail
        );
    }
    for path in ["/v1/items/batch?colour=red", "/v1/items/loads?colour=red"] {
        assert_eq!(
            served.post(path).await.problem(400).code,
            "bad-query",
            "{path}"
        );
    }
    for path in [
        "/v1/items?limit=0",
        "/v1/items?limit=10001",
        "/v1/items?limit=-1",
        "/v1/items?limit=1&limit=2",
        "/v1/items/record",
    ] {
        assert_eq!(
            served.get(path).await.problem(400).code,
            "bad-query",
            "{path}"
        );
    }
    for after in ["zz", "6", "ff", "é"] {
        let told = served.get(&format!("/v1/items?after={after}")).await;
        assert_eq!(told.problem(400).code, "bad-cursor", "{after}");
    }
}

#[tokio::test]
async fn a_request_id_is_echoed_or_made() {
    let served = Served::start().await;
    let with = |id: &str| {
        served
            .request(Method::GET, "/v1/whoami")
            .header("x-request-id", id)
    };
    let told = Told::of(with("run-7")).await;
    assert_eq!(told.header("x-request-id"), "run-7");
    let long = Told::of(with(&"x".repeat(101))).await;
    assert_ne!(long.header("x-request-id"), "x".repeat(101));
    let (one, two) = (served.get("/nothing").await, served.get("/nothing").await);
    assert_ne!(one.header("x-request-id"), "");
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    assert_eq!(one.header("cache-control"), "no-store");
}
