//! Starting, stopping, owning a folder, TLS.

use std::net::SocketAddr;
use std::path::Path;

use axcs::service::{self, Options, ServiceError, TlsFiles, running_at};
use axcs::sqlite::{Access, connect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::{Served, TOKEN, Told, options, upsert};

fn tls_files() -> TlsFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    TlsFiles {
        cert: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    }
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let served = Served::start().await;
    served
        .upload(&[upsert("A", 1, "x"), upsert("B", 1, "y")])
        .await;
    let before = served.summary().await;
    let url = served.running.url();
    let served = served.restart().await;
    assert_ne!(served.running.url(), url);
    assert_eq!(served.summary().await, before);
}

#[tokio::test]
async fn one_process_owns_a_folder_and_others_find_it() {
    let served = Served::start().await;
    let dir = served.dir.path();
    assert_eq!(running_at(dir), Some(served.running.url()));
    let error = service::start(options(dir)).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, ServiceError::Owned { .. }), "{text}");
    assert!(text.contains(&served.running.url()), "{text}");
    let Served { running, dir, .. } = served;
    running.stop().await;
    assert_eq!(running_at(dir.path()), None);
    // Stopped is stopped: nothing waits in a second file.
    let wal = dir.path().join("commerce.db-wal");
    assert!(!wal.exists() || std::fs::metadata(&wal).unwrap().len() == 0);
}

#[tokio::test]
async fn a_service_is_not_opened_to_other_machines_unencrypted() {
    let dir = tempfile::tempdir().unwrap();
    for (listen, insecure, starts) in [
        ("0.0.0.0:0", false, false),
        ("[::]:0", false, false),
        ("0.0.0.0:0", true, true),
        ("127.0.0.1:0", false, true),
    ] {
        let started = service::start(Options {
            listen: listen.parse().unwrap(),
            insecure,
            ..options(dir.path())
        })
        .await;
        match started {
            Ok(running) => {
                assert!(starts, "{listen}");
                assert!(
                    running.url().starts_with("http://127.0.0.1:"),
                    "{}",
                    running.url()
                );
                running.stop().await;
            }
            Err(error) => {
                assert!(!starts, "{listen}: {error}");
                assert!(error.to_string().contains("--tls-cert"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_no_header_carries_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for token in ["", "a b", "é", "a\n"] {
        let options = Options {
            token: token.to_owned(),
            ..options(dir.path())
        };
        let error = service::start(options).await.unwrap_err();
        assert!(matches!(error, ServiceError::Token), "{token:?}: {error}");
    }
    assert!(!format!("{:?}", options(dir.path())).contains(TOKEN));
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_refused() {
    let served = Served::start().await;
    let Served { running, dir, .. } = served;
    running.stop().await;
    let store = connect(&dir.path().join("commerce.db"), Access::Create).unwrap();
    store.pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    let error = service::start(options(dir.path())).await.unwrap_err();
    let text = axcs::model::exception::chain(&error);
    assert!(
        text.contains("version 99") && text.contains("newer axcs"),
        "{text}"
    );
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let served = Served::start().await;
    let dir = tempfile::tempdir().unwrap();
    let taken = Options {
        listen: served.running.address(),
        ..options(dir.path())
    };
    let error = service::start(taken).await.unwrap_err();
    let address = served.running.address().to_string();
    assert!(error.to_string().contains(&address), "{error}");
}

#[tokio::test]
async fn tls_is_spoken_to_those_who_trust_the_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let running = service::start(Options {
        listen: SocketAddr::from(([0, 0, 0, 0], 0)),
        tls: Some(tls_files()),
        ..options(dir.path())
    })
    .await
    .unwrap();
    assert!(
        running.url().starts_with("https://127.0.0.1:"),
        "{}",
        running.url()
    );
    // One who says nothing, and one who speaks no TLS, keep nobody from being served.
    let _silent = tokio::net::TcpStream::connect(running.address())
        .await
        .unwrap();
    let mut plain = tokio::net::TcpStream::connect(running.address())
        .await
        .unwrap();
    plain
        .write_all(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    drop(plain.read_to_end(&mut answer).await);
    assert!(!String::from_utf8_lossy(&answer).contains("200"));
    let pem = std::fs::read(tls_files().cert).unwrap();
    let trusting = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
        .build()
        .unwrap();
    let health = format!("{}/v1/health", running.url());
    assert_eq!(Told::of(trusting.get(&health)).await.status, 200);
    let wary = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(wary.get(&health).send().await.unwrap_err().is_connect());
    running.stop().await;
}

#[tokio::test]
async fn a_bad_certificate_names_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let good = tls_files();
    let nothing = dir.path().join("nothing.pem");
    let text = dir.path().join("text.pem");
    std::fs::write(&text, "no certificate").unwrap();
    for (cert, key, at_fault) in [
        (&nothing, &good.key, &nothing),
        (&good.cert, &nothing, &nothing),
        (&text, &good.key, &text),
        (&good.cert, &text, &text),
        (&good.cert, &good.cert, &good.cert),
    ] {
        let error = service::start(Options {
            tls: Some(TlsFiles {
                cert: cert.clone(),
                key: key.clone(),
            }),
            ..options(dir.path())
        })
        .await
        .unwrap_err();
        let message = error.to_string();
        assert!(message.contains(at_fault.to_str().unwrap()), "{message}");
    }
}
