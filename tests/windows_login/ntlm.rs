//! `authentication = "windows"` at a SQL Server, and `orders.authentication = "ntlm"` at a port of AX.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axcs::company::aif::{AifOptions, Authentication};
use axcs::company::sales_orders::{HandOverError, HandedOver, SalesOrderService};

use crate::acceptor::Acceptors;
use crate::axcs_program::CANARY;
use crate::let_accounts_in;
use crate::made::{self, full};
use crate::port::{AS_IIS, Manner, Server, users};
use crate::site::Site;

/// The acceptors that know CONTOSO\weborders with this password.
fn acceptors(folder: &Path, password: &str, certificate: Option<&Path>) -> Option<Acceptors> {
    let acceptors = Acceptors::ntlm(&users(folder, password), certificate);
    if acceptors.is_none() {
        eprintln!("skipped: no Python with pyspnego");
    }
    acceptors
}

fn password() -> String {
    format!("pass {CANARY} é")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_logs_in_at_the_sql_server_by_name_and_password() {
    let site = Site::generated("5").await;
    let folder = tempfile::tempdir().unwrap();
    let Some(acceptors) = acceptors(folder.path(), CANARY, None) else {
        return;
    };
    let came = let_accounts_in(&site, acceptors);
    let windows = ("authentication", "'windows'");
    let user = ("user", "'CONTOSO\\weborders'");
    // Whatever is logged, the password is not.
    site.settings(&[windows, user], "[log]\nlevel = 'debug'\n");
    let run = |password: &str, arguments: &[&str]| {
        let mut command = site.command(arguments);
        command
            .env("AXCS_SQL_PASSWORD", password)
            .env("RUST_LOG", "trace");
        let said = site.said(command);
        assert!(!said.stderr.contains(CANARY), "{said:?}");
        said
    };
    let ok = |arguments: &[&str]| {
        let said = run(CANARY, arguments);
        assert_eq!(said.code, 0, "{said:?}");
    };
    ok(&["products", "rules", "add", "--items", ".."]);
    ok(&["run", "complete"]);
    ok(&["verify"]);
    let came = came.lock().unwrap().clone();
    assert!(came.iter().all(|who| who == "CONTOSO\\weborders") && came.len() > 1);
    let said = run("a wrong one", &["run", "inventory"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.stderr.contains("the login is refused by"), "{said:?}");
    assert!(said.stderr.contains("untrusted domain"), "{said:?}");
    assert!(!said.stderr.contains("a wrong one"), "{said:?}");
}

/// A door to the server for CONTOSO\weborders with this password.
fn door(url: &str, folder: &Path, password: &str) -> Arc<dyn SalesOrderService> {
    let file = folder.join("password");
    std::fs::write(&file, password).unwrap();
    made::service(options(url, file)).unwrap()
}

fn options(url: &str, password_file: PathBuf) -> AifOptions {
    AifOptions {
        company: "usmf".to_owned(),
        partition_key: String::new(),
        schema_folder: None,
        deadline: Duration::from_secs(3),
        door: made::http_door(url, password_file, Authentication::Ntlm),
    }
}

/// Gives an order to a server of this manner; answers what became of it.
async fn given(manner: Manner, typed: &str) -> Option<(Server, Result<HandedOver, HandOverError>)> {
    let folder = tempfile::tempdir().unwrap();
    let acceptors = acceptors(folder.path(), &password(), None)?;
    let server = Server::start(acceptors, manner, None).await;
    let given = door(&server.url, folder.path(), typed).create(full()).await;
    Some((server, given))
}

fn made_it(given: &Result<HandedOver, HandOverError>) {
    match given {
        Ok(HandedOver::Numbered { sales_order }) => assert_eq!(sales_order, "SO-0000042"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_arrives_once_in_the_name_of_the_user() {
    for schemes in [&["Negotiate", "NTLM"][..], &["NTLM"], &["Negotiate"]] {
        let manner = Manner { schemes, ..AS_IIS };
        let Some((server, given)) = given(manner, &password()).await else {
            return;
        };
        made_it(&given);
        let requests = server.requests.lock().unwrap().clone();
        let [.., asked, order] = &requests[..] else {
            panic!("{requests:?}");
        };
        assert!(
            requests.iter().all(|one| one.connection == 1),
            "{requests:?}"
        );
        // The order travels once, when the server knows whose it is.
        assert_eq!(server.orders().len(), 1);
        assert_eq!((asked.body.as_str(), &asked.account), ("", &None));
        assert!(asked.head.contains("content-length: 0"), "{}", asked.head);
        assert_eq!(order.account.as_deref(), Some("CONTOSO\\weborders"));
        assert!(order.body.contains("W000123457"), "{}", order.body);
        for line in [
            "POST /Axa/WebOrders/xppservice.svc?wsdl=no HTTP/1.1",
            "content-type: text/xml; charset=utf-8",
            "SalesOrderService/create",
            "host: localhost:",
        ] {
            assert!(order.head.contains(line), "{line}: {}", order.head);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_reach_the_service_is_told_from_what_may_have() {
    for (manner, typed, orders, says) in [
        (AS_IIS, "a wrong one", 1, "user or password are refused"),
        (
            Manner {
                schemes: &["Basic"],
                ..AS_IIS
            },
            "x",
            0,
            "asks for another authentication (Basic)",
        ),
        (
            Manner {
                is_closing: true,
                ..AS_IIS
            },
            "x",
            0,
            "closes the connection",
        ),
        (
            Manner {
                is_open: true,
                ..AS_IIS
            },
            "x",
            0,
            "does not ask for NTLM",
        ),
        (
            Manner {
                is_silent_at: 1,
                ..AS_IIS
            },
            "x",
            0,
            "no answer in time",
        ),
    ] {
        let Some((server, given)) = given(manner, typed).await else {
            return;
        };
        match given {
            Err(HandOverError::NotReached { place, reason }) => {
                assert_eq!(place, server.url);
                assert!(reason.contains(says), "{says}: {reason}");
            }
            other => panic!("{says}: {other:?}"),
        }
        // Whoever is not let in has sent nothing to the service, even where the order went along.
        assert_eq!(server.orders().len(), orders, "{says}");
        assert!(server.orders().iter().all(|order| order.account.is_none()));
    }
    let silent = Manner {
        is_silent_at: 2,
        ..AS_IIS
    };
    let Some((server, given)) = given(silent, &password()).await else {
        return;
    };
    assert!(
        matches!(given, Err(HandOverError::Unknown { .. })),
        "{given:?}"
    );
    assert_eq!(server.orders().len(), 1, "it is not sent twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_not_reached_and_a_password_is_asked_for_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/p.svc", closed.local_addr().unwrap());
    drop(closed);
    let given = door(&url, folder.path(), "x").create(full()).await;
    assert!(
        matches!(given, Err(HandOverError::NotReached { .. })),
        "{given:?}"
    );

    let Some(acceptors) = acceptors(folder.path(), &password(), None) else {
        return;
    };
    let server = Server::start(acceptors, AS_IIS, None).await;
    let door = door(&server.url, folder.path(), "an old one");
    assert!(door.create(full()).await.is_err());
    std::fs::write(folder.path().join("password"), password()).unwrap();
    made_it(&door.create(full()).await);
    // By NTLM the password itself does not travel: no TLS is asked for.
    for url in ["http://ax.example.com:8101/p.svc", "https://ax/p.svc"] {
        assert!(made::service(options(url, PathBuf::new())).is_ok());
    }
    assert!(made::service(options("ftp://ax/p.svc", PathBuf::new())).is_err());
}

fn tls() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls")
}

#[test]
fn over_tls_the_user_is_bound_to_the_certificate_of_the_server() {
    // The authorities of a process are fixed when it begins.
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "ntlm::part_over_tls", "--ignored", "--nocapture"])
        .env("SSL_CERT_FILE", tls().join("cert.pem"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    for line in said.lines().filter(|line| line.starts_with("skipped")) {
        eprintln!("{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a program for the test above, not a test"]
async fn part_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = tls().join("cert.pem");
    let Some(acceptors) = acceptors(folder.path(), &password(), Some(&certificate)) else {
        return;
    };
    let server = Server::start(acceptors.clone(), AS_IIS, Some(&tls())).await;
    made_it(
        &door(&server.url, folder.path(), &password())
            .create(full())
            .await,
    );
    // Whoever is bound to nothing comes over another line, through somebody between.
    let server = Server::start(acceptors, AS_IIS, None).await;
    let given = door(&server.url, folder.path(), &password())
        .create(full())
        .await;
    assert!(
        matches!(given, Err(HandOverError::NotReached { .. })),
        "{given:?}"
    );
}
