//! The client against a server that does everything wrong: each failure has its class.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axcs::commerce::Commerce as _;
use axcs::commerce::client::{
    Class, Client, ClientOptions, CommerceError, Compression, TokenFile, Upload,
};
use axcs::commerce::wire::BatchAnswer;
use axcs::model::Stream;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const TOKEN: &str = "a-secret-token";
const GOOD: &str = r#"{"results":[{"id":"A","status":"created"}]}"#;

/// What the server does with a request it has read.
#[derive(Clone, Debug)]
enum Act {
    /// Sends this and hangs up.
    Say(String),
    /// Hangs up.
    HangUp,
    /// Says nothing and waits.
    Wait,
    /// Sends this and then nothing.
    SayAndWait(String),
}

/// Answers its connections with `acts`, one each, the last one again and again.
struct Hostile {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Hostile {
    async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut held = Vec::new();
            for number in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                match acts.get(number).or(acts.last()).unwrap() {
                    Act::Say(text) => stream.write_all(text.as_bytes()).await.unwrap(),
                    Act::HangUp => {}
                    Act::Wait => held.push(stream),
                    Act::SayAndWait(text) => {
                        stream.write_all(text.as_bytes()).await.unwrap();
                        held.push(stream);
                    }
                }
            }
        });
        Self { url, requests }
    }

    fn client(&self, compression: Compression) -> Client {
        Client::new(ClientOptions {
            compression,
            request_timeout: Duration::from_millis(300),
            ..ClientOptions::new(&*self.url, TOKEN)
        })
        .unwrap()
    }

    async fn upload(&self) -> Result<BatchAnswer, CommerceError> {
        upload(&self.client(Compression::None)).await
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "{text}");
        read.extend_from_slice(&buffer[..count]);
    }
}

async fn upload(client: &Client) -> Result<BatchAnswer, CommerceError> {
    let upload = Upload {
        key: "key-1",
        body: Bytes::from_static(br#"{"op":"delete","id":"A","version":1}"#),
        packed: None,
        lines: 1,
        load: None,
        dry_run: false,
    };
    client.upload(Stream::Items, &upload).await
}

fn answer(status: &str, headers: &str, body: &str) -> Act {
    Act::Say(format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
        body.len()
    ))
}

fn problem(status: u16, code: &str) -> Act {
    let body = format!(
        r#"{{"type":"about:blank","title":"T","status":{status},"detail":"D","code":"{code}"}}"#
    );
    answer(
        &format!("{status} X"),
        "Content-Type: application/problem+json\r\n",
        &body,
    )
}

#[tokio::test]
async fn each_wrong_answer_has_its_class() {
    let html = "Content-Type: text/html\r\n";
    let page = format!("<html>\n<h1>Sign in</h1> {TOKEN}</html>");
    let short = |length: usize, body: &str| {
        Act::Say(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    };
    for (act, class, word) in [
        (answer("200 OK", html, &page), Class::Malformed, "Sign in"),
        (answer("200 OK", "", ""), Class::Malformed, "EOF"),
        (answer("200 OK", "", "{}"), Class::Malformed, "results"),
        (
            answer("200 OK", "", r#"{"results":[]}"#),
            Class::Malformed,
            "0 results for 1 lines",
        ),
        (short(500, GOOD), Class::Malformed, "broke off"),
        (short(10, GOOD), Class::Malformed, "200"),
        (
            answer("302 Found", "Location: http://x/\r\n", ""),
            Class::Malformed,
            "elsewhere",
        ),
        (
            answer("404 Not Found", html, &page),
            Class::Malformed,
            "text/html",
        ),
        (problem(404, "no-such-load"), Class::Refused, "no-such-load"),
        (problem(409, "load-closed"), Class::Refused, "load-closed"),
        (
            problem(413, "too-many-lines"),
            Class::Refused,
            "too-many-lines",
        ),
        (
            problem(422, "idempotency-key-reused"),
            Class::Refused,
            "idempotency-key-reused",
        ),
        (problem(401, "unauthorized"), Class::Unauthorized, "token"),
        (answer("401 X", html, &page), Class::Unauthorized, "Sign in"),
        (answer("408 X", "", ""), Class::Unavailable, "408"),
        (answer("425 X", "", ""), Class::Unavailable, "425"),
        (answer("429 X", "", ""), Class::Unavailable, "429"),
        (answer("500 X", "", "oops"), Class::Unavailable, "oops"),
        (answer("502 X", html, &page), Class::Unavailable, "Sign in"),
        (problem(503, "overloaded"), Class::Unavailable, "D"),
        (answer("504 X", "", ""), Class::Unavailable, "504"),
        (
            problem(503, "being-set-up"),
            Class::BeingSetUp,
            "up to 24 hours",
        ),
        (Act::HangUp, Class::Unknown, "unknown"),
        (Act::Wait, Class::Unknown, "timed out"),
        (
            Act::SayAndWait("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_owned()),
            Class::Unknown,
            "timed out",
        ),
        (
            Act::SayAndWait("HTTP/1.1 20".to_owned()),
            Class::Unknown,
            "timed out",
        ),
        (
            Act::Say("SSH-2.0-OpenSSH\r\n".to_owned()),
            Class::Unknown,
            "unknown",
        ),
    ] {
        let hostile = Hostile::start(vec![act.clone()]).await;
        let error = hostile.upload().await.unwrap_err();
        let text = format!("{error}. {}", error.remedy());
        assert_eq!(error.class(), class, "{act:?}: {text}");
        assert!(text.contains(word), "{act:?}: {text}");
        assert!(
            text.contains(&format!("POST {}/v1/items/batch", hostile.url)),
            "{text}"
        );
        assert!(!format!("{text}{error:?}").contains(TOKEN), "{error:?}");
        assert_eq!(hostile.requests().len(), 1, "{act:?}");
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for url in [
        format!("http://127.0.0.1:{port}"),
        "http://no-such-host.invalid".to_owned(),
    ] {
        let client = Client::new(ClientOptions {
            compression: Compression::None,
            ..ClientOptions::new(&*url, TOKEN)
        })
        .unwrap();
        let error = upload(&client).await.unwrap_err();
        assert_eq!(error.class(), Class::NotSent, "{error}");
        assert!(error.to_string().contains(&url), "{error}");
    }
}

#[tokio::test]
async fn the_service_says_when_to_come_back() {
    let later = answer("503 X", "Retry-After: 8\r\n", "");
    let hostile = Hostile::start(vec![later]).await;
    let error = hostile.upload().await.unwrap_err();
    assert!(
        matches!(error, CommerceError::Unavailable { status: 503, retry_after: Some(after), .. } if after == Duration::from_secs(8)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_refused_token_is_read_again_and_the_call_repeated_once() {
    let good = answer("200 OK", "Content-Type: application/json\r\n", GOOD);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    let refused = || problem(401, "unauthorized");
    for (text, acts, sent) in [
        // As it was: nothing is repeated.
        (TOKEN, vec![refused()], 1),
        ("another", vec![refused(), good], 2),
        ("another", vec![refused()], 2),
    ] {
        std::fs::write(&file, text).unwrap();
        let is_good = sent == 2 && acts.len() == 2;
        let hostile = Hostile::start(acts).await;
        let client = Client::new(ClientOptions {
            compression: Compression::None,
            renewal: Some(Arc::new(TokenFile::new(&file))),
            ..ClientOptions::new(&*hostile.url, TOKEN)
        })
        .unwrap();
        let answered = upload(&client).await;
        let requests = hostile.requests();
        assert_eq!(requests.len(), sent, "{answered:?}");
        assert!(requests[0].contains(&format!("Bearer {TOKEN}\r\n")));
        if let Some(second) = requests.get(1) {
            let expected = requests[0].replace(TOKEN, "another");
            assert_eq!(sorted(second), sorted(&expected));
        }
        match answered {
            Ok(answer) => assert!(is_good, "{answer:?}"),
            Err(error) => {
                assert_eq!(error.class(), Class::Unauthorized, "{error}");
                let text = format!("{error} {error:?}");
                assert!(!text.contains(TOKEN) && !text.contains("another"), "{text}");
                assert_eq!(text.contains("holds no other"), sent == 1, "{text}");
            }
        }
    }
}

/// The lines of a request, whose order says nothing.
fn sorted(request: &str) -> Vec<&str> {
    let mut lines: Vec<_> = request.lines().collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn a_service_that_takes_no_compression_gets_none() {
    let hostile = Hostile::start(vec![
        problem(415, "unsupported-encoding"),
        answer("200 OK", "Content-Type: application/json\r\n", GOOD),
    ])
    .await;
    let client = hostile.client(Compression::Gzip);
    for _ in 0..2 {
        upload(&client).await.unwrap();
    }
    let compressed: Vec<bool> = hostile
        .requests()
        .iter()
        .map(|request| request.contains("content-encoding: gzip"))
        .collect();
    assert_eq!(compressed, [true, false, false]);
}

#[tokio::test]
async fn an_order_feed_that_is_cut_or_somebody_elses_is_no_feed() {
    let json = "Content-Type: application/json\r\n";
    let page = r#"{"book":"b","newest":1,"events":[]}"#;
    let cut = format!(
        "HTTP/1.1 200 OK\r\n{json}Content-Length: {}\r\n\r\n{page}",
        page.len() + 50
    );
    for act in [
        Act::Say(cut),
        answer("200 OK", json, &page[..page.len() - 3]),
        answer(
            "200 OK",
            "Content-Type: text/html\r\n",
            "<html>Sign in</html>",
        ),
        answer("200 OK", json, &page.replace("[]", r#"[{"seq":1}]"#)),
    ] {
        let hostile = Hostile::start(vec![act.clone()]).await;
        let client = hostile.client(Compression::None);
        let error = client.feed(0, 10, Duration::ZERO).await.unwrap_err();
        assert_eq!(error.class(), Class::Malformed, "{act:?}: {error}");
    }
    // It may take as long as the wait beyond the time for a request, and no longer.
    let hostile = Hostile::start(vec![Act::Wait]).await;
    let client = hostile.client(Compression::None);
    let began = std::time::Instant::now();
    let error = client
        .feed(0, 10, Duration::from_secs(1))
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::Unknown);
    assert!(began.elapsed() >= Duration::from_secs(1));
}
