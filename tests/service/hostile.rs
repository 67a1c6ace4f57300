//! Whatever is sent, the answer is JSON, never a 500, and the service goes on.

use axcs::commerce::Commerce as _;
use axcs::commerce::wire::BatchAnswer;
use proptest::prelude::*;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::shop;
use super::support::{Served, TOKEN, Told, upsert};

async fn is_answered_in_json(served: &Served, told: &Told) {
    assert!(told.status.as_u16() < 500, "{told:?}");
    let json: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
    assert!(
        json.get("results").is_some() || json.get("code").is_some(),
        "{json}"
    );
    assert_eq!(served.get("/v1/whoami").await.status, 200);
}

#[tokio::test]
async fn malformed_bodies_are_answered_in_json() {
    let served = Served::start().await;
    let good = upsert("A", 1, "x");
    let bodies: Vec<Vec<u8>> = vec![
        b"\0".to_vec(),
        b"\n".to_vec(),
        b"\r\n\r\n".to_vec(),
        vec![0xff; 1000],
        b"{".to_vec(),
        b"}".to_vec(),
        b"null".to_vec(),
        b"\"\\ud800\"".to_vec(),
        br#"{"op":"upsert","id":"\ud800","version":1,"value":{}}"#.to_vec(),
        br#"{"op":"delete","id":"\u0000","version":1}"#.to_vec(),
        br#"{"op":"delete","id":"A","version":-9223372036854775808}"#.to_vec(),
        br#"{"op":"delete","id":"A","version":9223372036854775808}"#.to_vec(),
        br#"{"op":"delete","id":"A","version":1e400}"#.to_vec(),
        format!(
            r#"{{"op":"delete","id":"{}","version":1}}"#,
            "x".repeat(251)
        )
        .into_bytes(),
        b"[".repeat(1_000_000),
        b"{\"a\":".repeat(200_000),
        good.as_bytes()[..good.len() / 2].to_vec(),
        [good.as_bytes(), b"\xef\xbb\xbf"].concat(),
        [b"\xef\xbb\xbf", good.as_bytes()].concat(),
        good.repeat(3).into_bytes(),
        b"a=1&b=2".to_vec(),
        b"--boundary\r\nContent-Disposition: form-data\r\n".to_vec(),
    ];
    for body in bodies {
        let told = Told::of(served.batch("delivery-modes", body)).await;
        is_answered_in_json(&served, &told).await;
    }
}

async fn raw(served: &Served, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(served.running.address()).await.unwrap();
    stream.write_all(sent).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    // The service may hang up first.
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn half_a_batch_stores_nothing() {
    let served = Served::start().await;
    let body = upsert("A", 1, "x");
    let head = format!(
        "POST /v1/delivery-modes/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/x-ndjson\r\nIdempotency-Key: half\r\n"
    );
    for half in [
        format!("{head}Content-Length: {}\r\n\r\n{body}\n", body.len() * 2),
        format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n",
            body.len()
        ),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{body}\r\n0\r\n\r\n"),
        head.clone(),
        head[..10].to_owned(),
    ] {
        let answer = raw(&served, half.as_bytes()).await;
        assert!(
            !answer.contains(" 200 ") && !answer.contains(" 500 "),
            "{answer}"
        );
        assert_eq!(served.summary().await.count, 0, "{half}");
    }
}

#[tokio::test]
async fn oversized_headers_and_what_is_not_http_are_turned_away() {
    let served = Served::start().await;
    let long = "x".repeat(100_000);
    for (sent, status) in [
        (
            format!("GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Long: {long}\r\n\r\n"),
            " 431 ",
        ),
        (
            format!("GET /v1/health?{long} HTTP/1.1\r\nHost: x\r\n\r\n"),
            " 4",
        ),
        (
            format!(
                "GET /v1/health HTTP/1.1\r\nHost: x\r\n{}\r\n",
                "A: b\r\n".repeat(5_000)
            ),
            " 431 ",
        ),
        ("hello\r\n\r\n".to_owned(), " 400 "),
        ("GET /v1/health HTTP/9.9\r\n\r\n".to_owned(), " 4"),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}".to_owned(), ""),
    ] {
        let answer = raw(&served, sent.as_bytes()).await;
        assert!(
            answer.contains(status),
            "{}: {answer}",
            &sent[..sent.len().min(40)]
        );
        assert!(
            !answer.contains(" 200 ") && !answer.contains(" 500 "),
            "{answer}"
        );
    }
    assert_eq!(served.get("/v1/whoami").await.status, 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Orders, payments and stores with bytes changed and cut: refused or taken, never a 500, and
    /// the feed can still be read.
    #[test]
    fn mutated_orders_are_answered_in_json(
        tries in prop::collection::vec(
            (
                prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
                prop::option::of(any::<prop::sample::Index>()),
                0..3_usize,
            ),
            8,
        )
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let served = Served::start().await;
            let client = shop::client(&served);
            client.place_order(&shop::order("A")).await.unwrap();
            for (changes, cut, which) in tries {
                let (method, path, mut body) = match which {
                    0 => (Method::POST, "/v1/orders", serde_json::to_vec(&shop::order("B"))),
                    1 => (Method::POST, "/v1/orders/A/pay", serde_json::to_vec(&shop::payment(5))),
                    _ => (Method::PUT, "/v1/stores/web", serde_json::to_vec(&shop::store("web"))),
                };
                let body = body.as_mut().unwrap();
                for (place, byte) in changes {
                    let place = place.index(body.len());
                    body[place] = byte;
                }
                if let Some(cut) = cut {
                    body.truncate(cut.index(body.len()));
                }
                let told = Told::of(served.request(method, path).body(body.clone())).await;
                assert!(told.status.as_u16() < 500, "{told:?}");
                let json: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
                assert!(json.get("id").is_some() || json.get("code").is_some(), "{json}");
            }
            client.feed(0, 500, std::time::Duration::ZERO).await.unwrap();
            served.running.stop().await;
        });
    }

    /// Batches with bytes changed, cut and doubled, in every encoding, and plain noise.
    #[test]
    fn mutated_batches_are_answered_in_json(
        tries in prop::collection::vec(
            (
                prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
                any::<prop::sample::Index>(),
                prop::sample::select(vec!["identity", "zstd", "gzip"]),
                prop::option::of(prop::collection::vec(any::<u8>(), 1..200)),
                any::<bool>(),
            ),
            8,
        )
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let served = Served::start().await;
            for (changes, cut, encoding, noise, zip) in tries {
                let lines = [upsert("A", 1, "x"), upsert("B\\\"", 2, "ü"), upsert("C", 3, "z")];
                let mut body = noise.unwrap_or_else(|| lines.join("\n").into_bytes());
                for (place, byte) in changes {
                    let place = place.index(body.len());
                    body[place] = byte;
                }
                body.truncate(cut.index(body.len()) + 1);
                if zip && encoding == "zstd" {
                    body = zstd::bulk::compress(&body, 1).unwrap();
                }
                let request = served.batch("delivery-modes", body).header("content-encoding", encoding);
                let told = Told::of(request).await;
                is_answered_in_json(&served, &told).await;
                if told.status == 200 {
                    told.ok::<BatchAnswer>();
                }
            }
            served.running.stop().await;
        });
    }
}
