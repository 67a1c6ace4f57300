//! Signing in against a small authorization server of our own, over real HTTP.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::secrets::Secrets;

/// What the server answers at its token endpoint, one after the other, and what it was asked.
struct Authority {
    url: String,
    answers: Mutex<VecDeque<(u16, String)>>,
    asked: Mutex<Vec<BTreeMap<String, String>>>,
    revoked: AtomicU64,
}

fn error(code: &str) -> (u16, String) {
    (400, format!(r#"{{"error":"{code}"}}"#))
}

fn tokens(number: u32) -> (u16, String) {
    let json = serde_json::json!({
        "access_token": format!("access-s3cret-{number}"), "token_type": "Bearer",
        "expires_in": 3_600, "refresh_token": format!("refresh-s3cret-{number}"),
    });
    (200, json.to_string())
}

impl Authority {
    async fn start(answers: impl IntoIterator<Item = (u16, String)>) -> Arc<Self> {
        Self::start_naming(None, answers).await
    }

    /// `named` is the address that its metadata names for tokens.
    async fn start_naming(
        named: Option<&str>,
        answers: impl IntoIterator<Item = (u16, String)>,
    ) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let authority = Arc::new(Self {
            url: url.clone(),
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
            revoked: AtomicU64::new(0),
        });
        let named = named.unwrap_or(&url).to_owned();
        let serving = Arc::clone(&authority);
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                let mut chunk = [0; 4_096];
                let (head, body) = loop {
                    let read = socket.read(&mut chunk).await.unwrap();
                    request.extend_from_slice(&chunk[..read]);
                    let text = String::from_utf8(request.clone()).unwrap();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else {
                        continue;
                    };
                    let length = head
                        .lines()
                        .find_map(|line| {
                            line.to_lowercase()
                                .strip_prefix("content-length: ")
                                .map(str::to_owned)
                        })
                        .map_or(0, |length| length.trim().parse().unwrap());
                    if body.len() >= length {
                        break (head.to_owned(), body.to_owned());
                    }
                };
                let (status, answer) = serving.answer(&named, &head, &body);
                let text = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
                    answer.len()
                );
                socket.write_all(text.as_bytes()).await.unwrap();
            }
        });
        authority
    }

    fn answer(&self, named: &str, head: &str, body: &str) -> (u16, String) {
        let path = head.split(' ').nth(1).unwrap();
        if path == METADATA_PATH {
            let json = serde_json::json!({
                "issuer": self.url,
                "device_authorization_endpoint": format!("{named}/oauth/device_authorization"),
                "token_endpoint": format!("{named}/oauth/token"),
                "revocation_endpoint": format!("{named}/oauth/revoke"),
                "grant_types_supported": [], "token_endpoint_auth_methods_supported": [],
            });
            return (200, json.to_string());
        }
        let url = Url::parse(&format!("http://x/?{body}")).unwrap();
        let form = url.query_pairs().into_owned().collect();
        self.asked.lock().unwrap().push(form);
        match path {
            "/oauth/device_authorization" => {
                let json = serde_json::json!({
                    "device_code": "device-s3cret", "user_code": "WDJB-MJHT",
                    "verification_uri": format!("{}/device", self.url),
                    "verification_uri_complete": format!("{}/device?code=WDJB-MJHT", self.url),
                    "expires_in": 600, "interval": 5,
                });
                (200, json.to_string())
            }
            "/oauth/token" => self.answers.lock().unwrap().pop_front().unwrap(),
            "/oauth/revoke" => {
                self.revoked.fetch_add(1, Ordering::Relaxed);
                (200, String::new())
            }
            other => panic!("{other}"),
        }
    }

    fn asked(&self) -> Vec<BTreeMap<String, String>> {
        self.asked.lock().unwrap().clone()
    }

    fn machine(&self, dir: &std::path::Path) -> SignIn {
        self.machine_for(dir, "")
    }

    fn machine_for(&self, dir: &std::path::Path, service: &str) -> SignIn {
        let secrets = Secrets::in_folder(Some(dir.join("secrets")));
        let keeper = Keeper::new(secrets, "test", "one for all", dir.join("sign-in.lock"));
        let options = ClientOptions::new(&self.url, "none");
        SignIn::new(&options, service, keeper).unwrap()
    }
}

/// Signs in with time that passes by itself.
async fn signed_in(machine: &SignIn) -> Result<(), SignInError> {
    let codes = machine.begin().await?;
    machine.wait(&codes).await
}

#[tokio::test(start_paused = true)]
async fn a_machine_waits_as_it_is_told_until_somebody_enters_the_code() {
    let dir = tempfile::tempdir().unwrap();
    let pending = || error("authorization_pending");
    let answers = [pending(), error("slow_down"), pending(), tokens(1)];
    let authority = Authority::start(answers).await;
    let machine = authority.machine(dir.path());
    assert_eq!(machine.since().await.unwrap(), None);
    let codes = machine.begin().await.unwrap();
    assert_eq!(codes.user_code, "WDJB-MJHT");
    let began = tokio::time::Instant::now();
    machine.wait(&codes).await.unwrap();
    // 5 + 5 + 10 + 10 s.
    let took = began.elapsed().as_secs();
    assert!((30..=31).contains(&took), "{took} s");
    assert!(machine.since().await.unwrap().is_some());
    let asked = authority.asked();
    assert_eq!(asked[0]["client_id"], "axcs");
    assert_eq!(asked[1]["grant_type"], DEVICE_GRANT);
    assert_eq!(asked[1]["device_code"], "device-s3cret");
    assert_eq!(asked.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_is_refused_or_too_old_is_told_and_nothing_is_kept() {
    for (code, expected) in [
        ("access_denied", SignInError::Denied),
        ("expired_token", SignInError::Expired),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::start([error(code)]).await;
        let machine = authority.machine(dir.path());
        assert_eq!(signed_in(&machine).await.unwrap_err(), expected);
        assert_eq!(machine.since().await.unwrap(), None);
    }
    // A service that never says so is not asked for ever.
    let dir = tempfile::tempdir().unwrap();
    let pending = std::iter::repeat_with(|| error("authorization_pending")).take(200);
    let authority = Authority::start(pending).await;
    let refused = signed_in(&authority.machine(dir.path())).await;
    assert_eq!(refused.unwrap_err(), SignInError::Expired);
    assert!(authority.asked().len() <= 121);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_fails_for_a_while_is_asked_again_less_often() {
    let dir = tempfile::tempdir().unwrap();
    let down = || (503, String::new());
    let authority = Authority::start([down(), down(), tokens(1)]).await;
    let began = tokio::time::Instant::now();
    signed_in(&authority.machine(dir.path())).await.unwrap();
    // 5 + 10 + 20 s.
    assert!(began.elapsed().as_secs() >= 35);
}

#[tokio::test(start_paused = true)]
async fn two_processes_that_are_refused_renew_once() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::start([tokens(1), tokens(2)]).await;
    let (one, other) = (authority.machine(dir.path()), authority.machine(dir.path()));
    signed_in(&one).await.unwrap();
    let old = one.access_token().await.unwrap().unwrap();
    let (first, second) = tokio::join!(one.renew(&old), other.renew(&old));
    assert_eq!(first.unwrap(), "access-s3cret-2");
    assert_eq!(second.unwrap(), "access-s3cret-2");
    let renewals = authority.asked().into_iter();
    let renewals: Vec<_> = renewals
        .filter(|form| {
            form.get("grant_type")
                .is_some_and(|kind| kind == "refresh_token")
        })
        .collect();
    assert_eq!(renewals.len(), 1);
    assert_eq!(renewals[0]["refresh_token"], "refresh-s3cret-1");
}

#[tokio::test(start_paused = true)]
async fn a_grant_that_was_ended_asks_to_sign_in_again_and_no_words_hold_a_token() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::start([tokens(1), error("invalid_grant")]).await;
    let machine = authority.machine(dir.path());
    signed_in(&machine).await.unwrap();
    let why = machine.renew("access-s3cret-1").await.unwrap_err();
    assert!(why.contains("axcs account sign-in"), "{why}");
    let said = format!("{why} {machine:?} {:?}", machine.begin().await);
    assert!(!said.contains("s3cret"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn signing_out_gives_the_grant_back_and_forgets_it() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::start([tokens(1)]).await;
    let machine = authority.machine(dir.path());
    let none = machine.sign_out().await.unwrap_err();
    assert_eq!(none, SignInError::NotSignedIn);
    signed_in(&machine).await.unwrap();
    machine.sign_out().await.unwrap();
    assert_eq!(
        authority.asked().last().unwrap()["token"],
        "refresh-s3cret-1"
    );
    assert_eq!(machine.access_token().await.unwrap(), None);
    assert_eq!(
        machine.renew("x").await.unwrap_err(),
        SignInError::NotSignedIn.in_words()
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_sign_in_ends_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::start([tokens(1), tokens(2)]).await;
    let machine = authority.machine(dir.path());
    signed_in(&machine).await.unwrap();
    signed_in(&machine).await.unwrap();
    assert_eq!(authority.revoked.load(Ordering::Relaxed), 1);
    assert_eq!(
        authority.asked().last().unwrap()["token"],
        "refresh-s3cret-1"
    );
    assert_eq!(
        machine.access_token().await.unwrap().unwrap(),
        "access-s3cret-2"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_never_goes_to_another_address() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::start_naming(Some("http://127.0.0.1:9"), []).await;
    let refused = authority.machine(dir.path()).begin().await.unwrap_err();
    assert!(
        matches!(refused, SignInError::Elsewhere { .. }),
        "{refused}"
    );

    // What was granted by one service is nothing to another.
    let authority = Authority::start([tokens(1)]).await;
    signed_in(&authority.machine_for(dir.path(), "https://one"))
        .await
        .unwrap();
    let other = authority.machine_for(dir.path(), "https://other");
    assert_eq!(other.access_token().await.unwrap(), None);
}
