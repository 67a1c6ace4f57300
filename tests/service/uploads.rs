//! Batches: what becomes of each line, keys, encodings, limits.

use std::collections::HashMap;
use std::io::Write;

use axcs::commerce::wire::LineStatus::{Created, Deleted, Rejected, Stale, Unchanged, Updated};
use axcs::commerce::wire::{
    BatchAnswer, ListPage, MAX_BODY_BYTES, MAX_LINE_BYTES, MAX_LINES, Stored,
};
use axcs::model::digest::{content_hash, hex64, parse_hex64, record_digest};
use proptest::prelude::*;
use reqwest::Method;

use super::support::{Served, Told, delete, new_key, statuses, upsert};

#[tokio::test]
async fn each_line_has_one_result_in_order() {
    let served = Served::start().await;
    let results = served
        .upload(&[
            upsert("A", 10, "one"),
            upsert("A", 10, "one"),
            upsert("A", 10, "two"),
            upsert("A", 9, "three"),
            "nonsense".to_owned(),
            upsert("B", 1, "b"),
            delete("B", 1),
            delete("B", 1),
            upsert("B", 0, "late"),
            delete("C", 5),
            upsert("C", 4, "late"),
            upsert("C", 5, "c"),
            delete("A", 9),
        ])
        .await;
    assert_eq!(
        statuses(&results),
        [
            Created, Unchanged, Updated, Stale, Rejected, Created, Deleted, Unchanged, Stale,
            Unchanged, Stale, Created, Stale
        ]
    );
    assert_eq!(results[3].version, Some(10));
    assert_eq!(results[8].version, Some(1));
    assert_eq!(results[4].id, "line 5");
    assert_eq!(served.summary().await.count, 2);
    let stored: Stored = served.get("/v1/delivery-modes/record?id=A").await.ok();
    assert_eq!(stored.value.get(), r#"{"code":"A","description":"two"}"#);
    assert_eq!(
        stored.hash,
        hex64(content_hash(stored.value.get().as_bytes()))
    );
}

#[tokio::test]
async fn an_unchanged_value_still_raises_the_version() {
    let served = Served::start().await;
    let results = served
        .upload(&[
            upsert("A", 1, "x"),
            upsert("A", 7, "x"),
            upsert("A", 6, "y"),
        ])
        .await;
    assert_eq!(statuses(&results), [Created, Unchanged, Stale]);
}

#[tokio::test]
async fn values_are_checked_field_by_field() {
    let served = Served::start().await;
    let line = r#"{"op":"upsert","id":"1","version":1,"value":{"id":"1","kind":"price","account_code":"all","item_code":"all","currency":"USD","amount":12.5}}"#;
    let results = served
        .upload_to("trade-agreements/batch", &[line.to_owned()])
        .await;
    assert_eq!(results[0].code.as_deref(), Some("bad-value"));
    assert_eq!(results[0].field.as_deref(), Some("amount"));
    assert!(results[0].detail.as_ref().unwrap().contains("as a string"));
}

#[tokio::test]
async fn the_same_key_is_answered_from_memory_and_done_once() {
    let served = Served::start().await;
    let send = |key: &'static str, path: &str, body: String| {
        served
            .request(Method::POST, path)
            .header("content-type", "application/x-ndjson")
            .header("idempotency-key", key)
            .body(body)
    };
    let path = "/v1/delivery-modes/batch";
    let first = Told::of(send("k", path, upsert("A", 1, "x"))).await;
    assert_eq!(first.header("idempotent-replay"), "");
    served.upload(&[delete("A", 2)]).await;
    let again = Told::of(send("k", path, upsert("A", 1, "x"))).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.body, first.body);
    assert_eq!(served.summary().await.count, 0);
    for (path, body) in [
        (path, upsert("A", 1, "y")),
        ("/v1/items/batch", upsert("A", 1, "x")),
    ] {
        let told = Told::of(send("k", path, body)).await;
        assert_eq!(told.problem(422).code, "idempotency-key-reused");
    }
    // The same lines in another encoding are the same batch.
    let zipped = send("k", path, String::new())
        .header("content-encoding", "zstd")
        .body(zstd::bulk::compress(upsert("A", 1, "x").as_bytes(), 3).unwrap());
    assert_eq!(Told::of(zipped).await.header("idempotent-replay"), "true");
    let served = served.restart().await;
    let request = served
        .request(Method::POST, path)
        .header("content-type", "application/x-ndjson")
        .header("idempotency-key", "k")
        .body(upsert("A", 1, "x"));
    assert_eq!(Told::of(request).await.header("idempotent-replay"), "true");
}

#[tokio::test]
async fn a_batch_needs_a_key_of_visible_characters() {
    let served = Served::start().await;
    let send = |key: Option<String>| {
        let request = served
            .request(Method::POST, "/v1/delivery-modes/batch")
            .header("content-type", "application/x-ndjson")
            .body(upsert("A", 1, "x"));
        key.into_iter().fold(request, |request, key| {
            request.header("idempotency-key", key)
        })
    };
    assert_eq!(
        Told::of(send(None)).await.problem(400).code,
        "idempotency-key-missing"
    );
    for key in [
        String::new(),
        "a b".to_owned(),
        "é".to_owned(),
        "x".repeat(201),
    ] {
        let told = Told::of(send(Some(key.clone()))).await;
        assert_eq!(told.problem(400).code, "idempotency-key-bad", "{key:?}");
    }
    assert_eq!(Told::of(send(Some("x".repeat(200)))).await.status, 200);
}

#[tokio::test]
async fn a_dry_run_answers_and_keeps_nothing() {
    let served = Served::start().await;
    served.upload(&[upsert("A", 1, "x")]).await;
    let before = served.summary().await;
    let lines = [
        upsert("A", 2, "y"),
        upsert("B", 1, "b"),
        delete("A", 3),
        upsert("A", 1, "z"),
    ];
    let key = new_key();
    let send = |query: &str| {
        served
            .request(Method::POST, &format!("/v1/delivery-modes/batch{query}"))
            .header("content-type", "application/x-ndjson")
            .header("idempotency-key", &key)
            .body(lines.join("\n"))
    };
    let dry: BatchAnswer = Told::of(send("?dry_run=true")).await.ok();
    assert_eq!(statuses(&dry.results), [Updated, Created, Deleted, Stale]);
    assert_eq!(served.summary().await, before);
    let real = Told::of(send("")).await;
    assert_eq!(real.header("idempotent-replay"), "");
    assert_eq!(real.ok::<BatchAnswer>(), dry);
}

#[tokio::test]
async fn batches_come_as_they_are_or_zstd_or_gzip() {
    let served = Served::start().await;
    let line = upsert("A", 1, "x");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(line.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::bulk::compress(line.as_bytes(), 1).unwrap();
    for (encoding, body) in [
        ("identity", line.clone().into_bytes()),
        ("gzip", gzip.clone()),
        ("GZIP", gzip.clone()),
        ("zstd", zstd.clone()),
    ] {
        let request = served
            .batch("delivery-modes", body)
            .header("content-encoding", encoding);
        let answer: BatchAnswer = Told::of(request).await.ok();
        assert_eq!(answer.results.len(), 1, "{encoding}");
    }
    for encoding in ["br", "deflate", "gzip, zstd", "", "zstd;q=1"] {
        let request = served
            .batch("delivery-modes", "x")
            .header("content-encoding", encoding);
        let told = Told::of(request).await;
        assert_eq!(
            told.problem(415).code,
            "unsupported-encoding",
            "{encoding:?}"
        );
        assert_eq!(told.header("accept-encoding"), "zstd, gzip, identity");
    }
    let cut = zstd[..zstd.len() - 3].to_vec();
    for (encoding, body) in [
        ("zstd", gzip.clone()),
        ("gzip", zstd),
        ("zstd", cut),
        ("gzip", gzip[..9].to_vec()),
    ] {
        let request = served
            .batch("delivery-modes", body)
            .header("content-encoding", encoding);
        assert_eq!(
            Told::of(request).await.problem(400).code,
            "bad-body",
            "{encoding}"
        );
    }
    for kind in ["application/json", "text/plain", ""] {
        let request = served
            .request(Method::POST, "/v1/delivery-modes/batch")
            .header("content-type", kind)
            .header("idempotency-key", new_key())
            .body("x");
        assert_eq!(
            Told::of(request).await.problem(415).code,
            "unsupported-media-type",
            "{kind}"
        );
    }
}

#[tokio::test]
async fn limits_hold_before_and_after_decompression() {
    let served = Served::start().await;
    let lines = |count: usize| vec![delete("A", 1); count].join("\n");
    assert_eq!(
        Told::of(served.batch("items", lines(MAX_LINES)))
            .await
            .status,
        200
    );
    let told = Told::of(served.batch("items", lines(MAX_LINES + 1))).await;
    assert_eq!(told.problem(413).code, "too-many-lines");
    let told = Told::of(served.batch("items", "x".repeat(MAX_LINE_BYTES + 1))).await;
    assert_eq!(told.problem(413).code, "line-too-long");
    let told = Told::of(served.batch("items", "x".repeat(MAX_BODY_BYTES + 1))).await;
    assert_eq!(told.problem(413).code, "body-too-large");
    let chunks = (0..100).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024]));
    let unannounced = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let told = Told::of(served.batch("items", unannounced)).await;
    assert_eq!(told.problem(413).code, "body-too-large");
    // A thousand times its size, if it were let.
    let plain = vec![b' '; 1 << 30];
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain[..1 << 28]).unwrap();
    for (encoding, bomb) in [
        ("zstd", zstd::bulk::compress(&plain, 1).unwrap()),
        ("gzip", gzip.finish().unwrap()),
    ] {
        let request = served
            .batch("items", bomb)
            .header("content-encoding", encoding);
        let problem = Told::of(request).await.problem(413);
        assert_eq!(problem.code, "body-too-large", "{encoding}");
        assert!(
            problem.detail.contains("after decompression"),
            "{}",
            problem.detail
        );
    }
    assert_eq!(
        Told::of(served.batch("items", "")).await.problem(400).code,
        "empty-batch"
    );
}

#[derive(Clone, Debug)]
struct Step {
    id: u8,
    version: i64,
    text: Option<u8>,
}

fn step() -> impl Strategy<Value = Step> {
    (0..4u8, 0..8i64, prop::option::weighted(0.75, 0..3u8)).prop_map(|(id, version, text)| Step {
        id,
        version,
        text,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the order and the batches, each record ends as its highest version says, and
    /// count and digest are those of a listing made anew.
    #[test]
    fn any_interleaving_ends_with_the_highest_version(batches in prop::collection::vec(prop::collection::vec(step(), 1..12), 1..6)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let served = Served::start().await;
            let mut model: HashMap<u8, (i64, Option<u8>)> = HashMap::new();
            for batch in &batches {
                let lines: Vec<String> = batch
                    .iter()
                    .map(|step| match step.text {
                        Some(text) => upsert(&step.id.to_string(), step.version, &text.to_string()),
                        None => delete(&step.id.to_string(), step.version),
                    })
                    .collect();
                let results = served.upload(&lines).await;
                for (step, result) in batch.iter().zip(&results) {
                    let known = model.get(&step.id).copied();
                    let live = known.and_then(|(_, text)| text);
                    let expected = match (known, step.text, live) {
                        (Some((version, _)), _, _) if step.version < version => Stale,
                        (_, Some(_), None) => Created,
                        (_, Some(new), Some(old)) if new == old => Unchanged,
                        (_, Some(_), Some(_)) => Updated,
                        (_, None, Some(_)) => Deleted,
                        (_, None, None) => Unchanged,
                    };
                    assert_eq!(result.status, expected, "{step:?} on {known:?}");
                    if expected != Stale {
                        model.insert(step.id, (step.version, step.text));
                    }
                }
            }
            let page: ListPage = served.get("/v1/delivery-modes").await.ok();
            let mut digest = 0u64;
            for record in &page.records {
                let (version, text) = model[&record.id.parse::<u8>().unwrap()];
                let json = format!(r#"{{"code":"{}","description":"{}"}}"#, record.id, text.unwrap());
                assert_eq!((record.version, parse_hex64(&record.hash)), (version, Some(content_hash(json.as_bytes()))));
                digest = digest.wrapping_add(record_digest(&record.id, content_hash(json.as_bytes())));
            }
            let summary = served.summary().await;
            assert_eq!(summary.count, page.records.len() as u64);
            assert_eq!(page.records.len(), model.values().filter(|(_, text)| text.is_some()).count());
            assert_eq!(summary.digest, hex64(digest));
            served.running.stop().await;
        });
    }
}
