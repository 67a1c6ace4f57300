//! Deadlines and panics, which no request from outside brings about quickly.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(50);

const fn deadlines() -> Deadlines {
    Deadlines {
        request: LONG,
        silence: LONG,
        idle: LONG,
        handshake: LONG,
        stop: LONG,
    }
}

async fn served(deadlines: Deadlines) -> (Running, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        dir: dir.path().to_owned(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        token: "t".to_owned(),
        tls: None,
        insecure: false,
        set_up: jiff::SignedDuration::ZERO,
        first_release: None,
    };
    (start_with(options, deadlines).await.unwrap(), dir)
}

/// Sends and reads on until the service hangs up.
async fn until_it_hangs_up(address: SocketAddr, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

const HALF_A_BATCH: &str = "POST /v1/items/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\n\
    Content-Type: application/x-ndjson\r\nIdempotency-Key: k\r\nContent-Length: 100\r\n\r\nhalf";

#[tokio::test]
async fn a_body_that_stops_coming_is_a_408() {
    let (running, _dir) = served(Deadlines {
        silence: SHORT,
        ..deadlines()
    })
    .await;
    let answer = until_it_hangs_up(running.address(), HALF_A_BATCH).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("body-timeout"), "{answer}");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_a_503_with_a_time_to_come_back() {
    let (running, _dir) = served(Deadlines {
        request: SHORT,
        ..deadlines()
    })
    .await;
    let answer = until_it_hangs_up(running.address(), HALF_A_BATCH).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(
        answer.contains("overloaded") && answer.contains("retry-after: 2"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_head_that_does_not_end_and_an_idle_connection_are_hung_up_on() {
    let (running, _dir) = served(Deadlines {
        idle: SHORT,
        ..deadlines()
    })
    .await;
    for sent in [
        "",
        "GET /v1/hea",
        "GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    ] {
        let answer = until_it_hangs_up(running.address(), sent).await;
        assert!(!answer.contains(" 200 "), "{answer}");
    }
    let asked = "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = until_it_hangs_up(running.address(), asked).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_stop_waits_for_nobody_longer_than_its_deadline() {
    let (running, _dir) = served(Deadlines {
        stop: SHORT,
        ..deadlines()
    })
    .await;
    let mut stream = TcpStream::connect(running.address()).await.unwrap();
    stream.write_all(HALF_A_BATCH.as_bytes()).await.unwrap();
    tokio::time::timeout(LONG / 6, running.stop())
        .await
        .unwrap();
}

fn panics() -> std::future::Ready<()> {
    panic!("on purpose")
}

#[tokio::test]
async fn a_panic_is_answered_with_a_problem_document() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("commerce.db")).await.unwrap();
    let stop = CancellationToken::new();
    let site = Site::new(
        store,
        Images::new(dir.path().join("images")),
        "t",
        String::new(),
        SignedDuration::ZERO,
    );
    let api = Arc::new(api::Api::new(
        Arc::new(site),
        "t".to_owned(),
        deadlines(),
        stop.clone(),
    ));
    let router = api::watched(Router::new().route("/v1/health", get(panics)), &api);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(listen::serve(
        listener,
        None,
        router.with_state(api),
        deadlines(),
        stop.clone(),
    ));
    let asked = "GET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = until_it_hangs_up(address, asked).await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
    assert!(!answer.contains("on purpose"), "{answer}");
    stop.cancel();
    serving.await.unwrap();
}
