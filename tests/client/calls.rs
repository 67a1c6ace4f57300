//! The client against the real service.

use std::path::Path;

use axcs::commerce::Commerce as _;
use axcs::commerce::client::{Class, Client, ClientOptions, CommerceError, Compression, Upload};
use axcs::commerce::wire::{CommitLoad, LineStatus, LoadState};
use axcs::model::Stream;
use axcs::service::{self, Options, TlsFiles};
use bytes::Bytes;

use crate::support::{Served, TOKEN, delete, options, upsert};

const STREAM: Stream = Stream::DeliveryModes;

fn client(url: String) -> Client {
    Client::new(ClientOptions::new(url, TOKEN)).unwrap()
}

fn upload<'a>(key: &'a str, lines: &[String]) -> Upload<'a> {
    Upload {
        key,
        body: Bytes::from(lines.join("\n")),
        packed: None,
        lines: lines.len(),
        load: None,
        dry_run: false,
    }
}

#[tokio::test]
async fn every_call_of_the_service_can_be_made() {
    let served = Served::start().await;
    let client = client(served.running.url());
    assert_eq!(client.url(), served.running.url());
    assert_eq!(client.health().await.unwrap().status, "ok");
    assert_eq!(client.whoami().await.unwrap().limits.max_lines, 1_000);
    assert!(client.guards_versions().await.unwrap());
    let lines = [upsert("A b|ü", 1, "x"), upsert("B", 2, "y"), delete("C", 3)];
    let uploaded = client.upload(STREAM, &upload("1", &lines)).await.unwrap();
    let statuses: Vec<_> = uploaded.results.iter().map(|r| r.status).collect();
    assert_eq!(
        statuses,
        [
            LineStatus::Created,
            LineStatus::Created,
            LineStatus::Unchanged
        ]
    );
    assert_eq!(client.summary(STREAM).await.unwrap().count, 2);
    let page = client.list(STREAM, None, 1).await.unwrap();
    assert_eq!(page.records[0].id, "A b|ü");
    let page = client.list(STREAM, page.next.as_deref(), 1).await.unwrap();
    assert_eq!((page.records[0].id.as_str(), page.next), ("B", None));
    let stored = client.record(STREAM, "A b|ü").await.unwrap().unwrap();
    assert_eq!(stored.version, 1);
    assert!(client.record(STREAM, "C").await.unwrap().is_none());
}

#[tokio::test]
async fn a_complete_load_goes_through() {
    let served = Served::start().await;
    let client = client(served.running.url());
    let lines = [upsert("A", 1, "x"), upsert("B", 1, "x")];
    client.upload(STREAM, &upload("1", &lines)).await.unwrap();
    let load = client.begin_load(STREAM).await.unwrap();
    let error = client.begin_load(STREAM).await.unwrap_err();
    assert_eq!(error.class(), Class::Refused);
    assert_eq!(error.problem().unwrap().code, "load-open");
    let batch = Upload {
        load: Some(&load.id),
        ..upload("2", &lines[..1])
    };
    client.upload(STREAM, &batch).await.unwrap();
    assert_eq!(client.load(STREAM, &load.id).await.unwrap().retired, 1);
    let how = CommitLoad { confirm: false };
    let load = client.commit_load(STREAM, &load.id, how).await.unwrap();
    assert_eq!((load.state, load.retired), (LoadState::Committed, 1));
    let load = client.begin_load(STREAM).await.unwrap();
    let load = client.abandon_load(STREAM, &load.id).await.unwrap();
    assert_eq!(load.state, LoadState::Abandoned);
}

#[tokio::test]
async fn a_batch_arrives_the_same_however_it_travels() {
    let served = Served::start().await;
    for (number, compression) in [
        Compression::None,
        Compression::Gzip,
        Compression::Zstd,
        Compression::Auto,
    ]
    .into_iter()
    .enumerate()
    {
        let client = Client::new(ClientOptions {
            compression,
            ..ClientOptions::new(served.running.url(), TOKEN)
        })
        .unwrap();
        // Above and below the size from which on it is compressed elsewhere; then beforehand.
        for (size, is_packed) in [(10, false), (1_000, false), (1_000, true)] {
            let key = format!("{number}-{size}-{is_packed}");
            let lines: Vec<String> = (0..size)
                .map(|n| upsert(&format!("{key}-{n}"), 1, "some text"))
                .collect();
            let mut batch = upload(&key, &lines);
            if is_packed {
                batch = client.pack(batch).await;
                let is_compressed = matches!(compression, Compression::Gzip | Compression::Zstd);
                assert_eq!(batch.packed.is_some(), is_compressed, "{compression:?}");
            }
            let uploaded = client.upload(STREAM, &batch).await.unwrap();
            let created =
                |result: &axcs::commerce::wire::LineResult| result.status == LineStatus::Created;
            assert!(uploaded.results.iter().all(created), "{compression:?}");
        }
    }
    assert_eq!(served.summary().await.count, 8_040);
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let served = Served::start().await;
    let client = client(served.running.url());
    let batch = Upload {
        dry_run: true,
        ..upload("1", &[upsert("A", 1, "x")])
    };
    let uploaded = client.upload(STREAM, &batch).await.unwrap();
    assert_eq!(uploaded.results[0].status, LineStatus::Created);
    assert_eq!(served.summary().await.count, 0);
}

#[tokio::test]
async fn a_wrong_token_is_its_own_failure_and_never_printed() {
    let served = Served::start().await;
    let options = ClientOptions::new(served.running.url(), "a-wrong-secret");
    assert!(!format!("{options:?}").contains("secret"));
    let client = Client::new(options).unwrap();
    assert!(!format!("{client:?}").contains("secret"));
    let error = client.summary(STREAM).await.unwrap_err();
    assert!(
        matches!(error, CommerceError::Unauthorized { .. }),
        "{error:?}"
    );
    let text = format!("{error} {error:?}");
    assert!(!text.contains("secret"), "{text}");
    assert!(text.contains("GET http://127.0.0.1:"), "{text}");
}

#[tokio::test]
async fn tls_needs_a_certificate_that_is_trusted() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let dir = tempfile::tempdir().unwrap();
    let running = service::start(Options {
        tls: Some(TlsFiles {
            cert: files.join("cert.pem"),
            key: files.join("key.pem"),
        }),
        ..options(dir.path())
    })
    .await
    .unwrap();
    let wary = client(running.url());
    let error = wary.whoami().await.unwrap_err();
    assert_eq!(error.class(), Class::NotSent, "{error}");
    assert!(
        error.to_string().to_lowercase().contains("certificate"),
        "{error}"
    );
    let trusting = Client::new(ClientOptions {
        ca_file: Some(files.join("cert.pem")),
        ..ClientOptions::new(running.url(), TOKEN)
    })
    .unwrap();
    trusting.whoami().await.unwrap();
    let lines = [upsert("A", 1, "x")];
    trusting.upload(STREAM, &upload("1", &lines)).await.unwrap();
    running.stop().await;
}

#[tokio::test]
async fn settings_that_cannot_work_are_told_at_once() {
    let missing = tempfile::tempdir().unwrap().path().join("ca.pem");
    for (url, token, ca_file, word) in [
        ("127.0.0.1:8620", TOKEN, None, "address"),
        ("ftp://host", TOKEN, None, "http"),
        ("http://user:hidden@host", TOKEN, None, "password"),
        ("http://host/?a=hidden", TOKEN, None, "query"),
        ("http://host", "", None, "token"),
        ("http://host", "hidden\n", None, "token"),
        ("http://host", TOKEN, Some(missing), "ca.pem"),
    ] {
        let error = Client::new(ClientOptions {
            ca_file,
            ..ClientOptions::new(url, token)
        })
        .unwrap_err();
        assert_eq!(error.class(), Class::Settings, "{url}");
        let text = error.to_string();
        assert!(text.contains(word) && !text.contains("hidden"), "{text}");
    }
}
