//! Complete loads: retire what was not mentioned, and nothing else.

use axcs::commerce::wire::{Load, LoadState};
use proptest::prelude::*;
use reqwest::Method;

use super::support::{Served, Told, delete, upsert};

async fn begin(served: &Served) -> Load {
    let told = served.post("/v1/delivery-modes/loads").await;
    assert_eq!(told.status, 201);
    told.ok()
}

async fn mention(served: &Served, load: &Load, lines: &[String]) {
    served
        .upload_to(&format!("delivery-modes/batch?load={}", load.id), lines)
        .await;
}

async fn look(served: &Served, load: &Load) -> Load {
    served
        .get(&format!("/v1/delivery-modes/loads/{}", load.id))
        .await
        .ok()
}

async fn act(served: &Served, load: &Load, what: &str, body: &'static str) -> Told {
    let path = format!("/v1/delivery-modes/loads/{}/{what}", load.id);
    Told::of(served.request(Method::POST, &path).body(body)).await
}

fn many(from: usize, to: usize, version: i64) -> Vec<String> {
    (from..to)
        .map(|n| upsert(&format!("M{n:03}"), version, "x"))
        .collect()
}

#[tokio::test]
async fn a_commit_retires_what_was_not_mentioned() {
    let served = Served::start().await;
    served.upload(&many(0, 10, 5)).await;
    let load = begin(&served).await;
    assert_eq!(
        (load.state, load.mentioned, load.retired),
        (LoadState::Open, 0, 10)
    );
    let lines = [
        upsert("M000", 6, "changed"),
        upsert("M001", 6, "x"),
        upsert("M002", 4, "stale"),
        upsert("M002", 4, "stale again"),
        r#"{"op":"upsert","id":"M003","version":6,"value":{"colour":1}}"#.to_owned(),
        delete("M004", 6),
        upsert("NEW", 1, "x"),
    ];
    mention(&served, &load, &lines).await;
    let now = look(&served, &load).await;
    assert_eq!((now.mentioned, now.retired), (5, 5));
    assert_eq!(served.summary().await.count, 10);
    let committed: Load = act(&served, &load, "commit", "").await.ok();
    assert_eq!(
        (committed.state, committed.retired),
        (LoadState::Committed, 5)
    );
    assert_eq!(served.summary().await.count, 5);
    served
        .get("/v1/delivery-modes/record?id=M005")
        .await
        .problem(404);
    served
        .get("/v1/delivery-modes/record?id=M003")
        .await
        .ok::<serde_json::Value>();
    let again: Load = act(&served, &load, "commit", r#"{"confirm":true}"#)
        .await
        .ok();
    assert_eq!(again, committed);
    // A retired record stays away from older news and comes back with its own version.
    let results = served
        .upload(&[upsert("M005", 4, "x"), upsert("M005", 5, "x")])
        .await;
    assert_eq!(results[0].version, Some(5));
    assert_eq!(served.summary().await.count, 6);
}

#[tokio::test]
async fn one_load_is_open_at_a_time_and_survives_a_restart() {
    let served = Served::start().await;
    served.upload(&many(0, 3, 1)).await;
    let load = begin(&served).await;
    mention(&served, &load, &many(0, 1, 1)).await;
    let problem = served.post("/v1/delivery-modes/loads").await.problem(409);
    assert_eq!(problem.code, "load-open");
    assert!(problem.detail.contains(&load.id), "{}", problem.detail);
    assert_eq!(served.post("/v1/items/loads").await.status, 201);
    let before = look(&served, &load).await;
    let served = served.restart().await;
    assert_eq!(look(&served, &load).await, before);
    let committed: Load = act(&served, &load, "commit", "").await.ok();
    assert_eq!(committed.retired, 2);
    begin(&served).await;
}

#[tokio::test]
async fn a_sender_without_memory_puts_its_load_in_the_place_of_the_open_one() {
    let served = Served::start().await;
    served.upload(&many(0, 3, 1)).await;
    let lost = begin(&served).await;
    mention(&served, &lost, &many(0, 3, 1)).await;
    for _ in 0..2 {
        let afresh = served
            .post("/v1/delivery-modes/loads?abandon_open=true")
            .await;
        assert_eq!(afresh.status, 201);
    }
    assert_eq!(look(&served, &lost).await.state, LoadState::Abandoned);
    assert_eq!(served.summary().await.count, 3, "nothing is retired by it");
    assert_eq!(
        served
            .post("/v1/delivery-modes/loads?abandon=true")
            .await
            .problem(400)
            .code,
        "bad-query"
    );
}

#[tokio::test]
async fn many_are_retired_only_when_confirmed() {
    let served = Served::start().await;
    served.upload(&many(0, 300, 1)).await;
    // 50 are few, whatever part they are; 60 of 300 are a fifth and no more.
    for (kept, refused) in [(240, false), (239, true), (50, true)] {
        let load = begin(&served).await;
        mention(&served, &load, &many(0, kept, 1)).await;
        if refused {
            let problem = act(&served, &load, "commit", "{}").await.problem(409);
            assert_eq!(problem.code, "too-many-retired");
            assert!(problem.detail.contains("confirm"), "{}", problem.detail);
            assert_eq!(look(&served, &load).await.state, LoadState::Open);
            assert_eq!(served.summary().await.count, 300);
        }
        act(&served, &load, "commit", r#"{"confirm":true}"#)
            .await
            .ok::<Load>();
        assert_eq!(served.summary().await.count, kept as u64);
        served.upload(&many(0, 300, 1)).await;
    }
    let served = Served::start().await;
    served.upload(&many(0, 50, 1)).await;
    let load = begin(&served).await;
    act(&served, &load, "commit", "").await.ok::<Load>();
    assert_eq!(served.summary().await.count, 0);
}

#[tokio::test]
async fn an_abandoned_load_retires_nothing_and_takes_nothing() {
    let served = Served::start().await;
    served.upload(&many(0, 3, 1)).await;
    let load = begin(&served).await;
    let given_up: Load = act(&served, &load, "abandon", "").await.ok();
    assert_eq!(
        (given_up.state, given_up.retired),
        (LoadState::Abandoned, 0)
    );
    assert_eq!(
        act(&served, &load, "abandon", "").await.ok::<Load>(),
        given_up
    );
    assert_eq!(
        act(&served, &load, "commit", "").await.problem(409).code,
        "load-closed"
    );
    let request = |load: &str| {
        served
            .request(
                Method::POST,
                &format!("/v1/delivery-modes/batch?load={load}"),
            )
            .header("content-type", "application/x-ndjson")
            .header("idempotency-key", "k")
            .body(upsert("A", 1, "x"))
    };
    assert_eq!(
        Told::of(request(&load.id)).await.problem(409).code,
        "load-closed"
    );
    assert_eq!(
        Told::of(request("none")).await.problem(404).code,
        "no-such-load"
    );
    assert_eq!(served.summary().await.count, 3);
    assert_eq!(
        served
            .get("/v1/delivery-modes/loads/none")
            .await
            .problem(404)
            .code,
        "no-such-load"
    );
    let elsewhere = format!("/v1/items/loads/{}", load.id);
    assert_eq!(
        served.get(&elsewhere).await.problem(404).code,
        "no-such-load"
    );
    let committed = begin(&served).await;
    act(&served, &committed, "commit", r#"{"confirm":true}"#)
        .await
        .ok::<Load>();
    assert_eq!(
        act(&served, &committed, "abandon", "")
            .await
            .problem(409)
            .code,
        "load-closed"
    );
}

#[tokio::test]
async fn a_commit_is_read_strictly() {
    let served = Served::start().await;
    let load = begin(&served).await;
    for body in ["x", r#"{"confirm":1}"#, r#"{"force":true}"#, "null"] {
        assert_eq!(
            act(&served, &load, "commit", body).await.problem(400).code,
            "bad-body",
            "{body}"
        );
    }
    assert_eq!(look(&served, &load).await.state, LoadState::Open);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// `retired` is always what a commit then retires, whatever happens in the load and beside it.
    #[test]
    fn the_count_of_retired_is_kept(steps in prop::collection::vec((0..6u8, 0..4i64, any::<bool>(), any::<bool>()), 1..40)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let served = Served::start().await;
            served.upload(&many(0, 4, 1)).await;
            let load = begin(&served).await;
            for (id, version, drop, inside) in steps {
                let id = format!("M{id:03}");
                let line = if drop { delete(&id, version) } else { upsert(&id, version, "y") };
                if inside {
                    mention(&served, &load, &[line]).await;
                } else {
                    served.upload(&[line]).await;
                }
            }
            let open = look(&served, &load).await;
            let before = served.summary().await.count;
            assert_eq!(open.mentioned + open.retired, before);
            let committed: Load = act(&served, &load, "commit", "").await.ok();
            assert_eq!(committed.retired, open.retired);
            assert_eq!(served.summary().await.count, before - open.retired);
            served.running.stop().await;
        });
    }
}
