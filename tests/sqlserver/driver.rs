//! The driver of SQL Server: what it decodes, and that a connection left in the middle of an answer
//! is never used again.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use axcs::sql::Cell;
use axcs::sqlserver::{
    Authentication, Encryption, Isolation, Link, Options, Server, ServerError, Step,
};
use secrecy::SecretString;
use tokio::runtime::Handle;

use crate::endpoint;

fn options(address: SocketAddr) -> Options {
    Options {
        host: address.ip().to_string(),
        port: Some(address.port()),
        instance: None,
        database: "bench".to_owned(),
        authentication: Authentication::Sql {
            user: "axcs".to_owned(),
            password: SecretString::from("canary-of-the-driver".to_owned()),
        },
        encryption: Encryption::None,
        ca_file: None,
        trust_any: false,
        connect_timeout: Duration::from_secs(2),
        statement_timeout: Duration::from_secs(2),
    }
}

/// Runs `work` with a connection to `address`, on a thread that may block.
async fn with_link<T: Send + 'static>(
    address: SocketAddr,
    work: impl FnOnce(&Link) -> T + Send + 'static,
) -> T {
    let runtime = Handle::current();
    let work = move || work(&Link::open(&options(address), runtime).unwrap());
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Where nothing listens.
fn closed_port() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

/// Where somebody listens and never says a word.
fn mute() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn refusal(options: Options) -> ServerError {
    let server = Server::new(options);
    let refused = server.call(|_| Ok::<(), ServerError>(()));
    refused.await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_that_ax_uses_is_told_as_its_value() {
    let row = with_link(endpoint::serve(), |link| {
        let mut last = Vec::new();
        link.each("SELECT TOP (3) * FROM T", &[], |result, row| {
            assert_eq!(result, 0);
            let cells = (0..row.width()).map(|column| Ok(format!("{:?}", row.cell(column)?)));
            last = cells.collect::<Result<_, ServerError>>()?;
            Ok::<_, ServerError>(())
        })
        .unwrap();
        last
    });
    let text = |text: &str| format!("{:?}", Cell::Text(text.into()));
    let mut expected: Vec<_> = [2, 1, 7]
        .map(|number| format!("{:?}", Cell::Integer(number)))
        .into();
    let texts = [
        "AW-FIN",
        "en-us",
        "Mountain bike socks",
        "Color Black",
        "0.02",
        "1",
        "2026-11-21 00:00:00.007",
    ];
    expected.extend(texts.map(text));
    assert_eq!(row.await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_not_read_to_its_end_is_given_up() {
    let again = with_link(endpoint::serve(), |link| {
        let stopped = link.each("SELECT TOP (100000) * FROM T", &[], |_, row| {
            if row.cell(0)? == Cell::Integer(9) {
                let place = "the tenth row".to_owned();
                return Err(ServerError::GivenUp { place });
            }
            Ok(())
        });
        assert!(stopped.unwrap_err().to_string().contains("the tenth row"));
        assert!(!link.is_whole());
        // Not the rest of the first answer, and not an empty one.
        link.each("SELECT TOP (1) * FROM T", &[], |_, _| {
            Ok::<_, ServerError>(())
        })
    });
    let again = again.await.unwrap_err();
    assert!(matches!(again, ServerError::GivenUp { .. }), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_gives_whole_connections_only() {
    let server = Server::new(options(endpoint::serve()));
    for rows in [1_000_u64, 3] {
        let stopped = server.call(move |link| {
            link.each(&format!("SELECT TOP ({rows}) * FROM T"), &[], |_, _| {
                Err(ServerError::GivenUp {
                    place: "at once".to_owned(),
                })
            })
        });
        stopped.await.unwrap_err();
        let counted = server.call(move |link| {
            let mut counted = 0;
            link.begin(Isolation::ReadCommitted)?;
            link.each(&format!("SELECT TOP ({rows}) * FROM T"), &[], |_, _| {
                counted += 1;
                Ok::<_, ServerError>(())
            })?;
            link.commit()?;
            Ok::<_, ServerError>(counted)
        });
        assert_eq!(counted.await.unwrap(), rows);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_of_connecting_has_its_own_refusal_and_remedy() {
    let (_listener, silent) = mute();
    let nobody = Options {
        host: "no-such-host.invalid".to_owned(),
        ..options(closed_port())
    };
    for (options, step, says) in [
        (nobody, Step::Name, "no-such-host.invalid"),
        (options(closed_port()), Step::Port, "127.0.0.1:"),
        (options(silent), Step::Port, "within 2 s"),
    ] {
        let began = Instant::now();
        let error = refusal(options).await;
        let ServerError::Connect(refused) = &error else {
            panic!("{error}");
        };
        let text = error.to_string();
        assert_eq!(refused.step, step, "{text}");
        assert!(text.contains(says), "{text}");
        assert!(!text.contains("canary"), "{text}");
        assert!(began.elapsed() < Duration::from_secs(10));
        assert!(!step.remedy().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_no_tls_names_the_ways_out() {
    // It answers that it can do no encryption, and all of it is asked for.
    let error = refusal(Options {
        encryption: Encryption::Required,
        ..options(endpoint::serve())
    })
    .await;
    let ServerError::Connect(refused) = &error else {
        panic!("{error}");
    };
    assert_eq!(refused.step, Step::Tls, "{error}");
    let text = error.to_string();
    assert!(
        text.contains("SQL Server 11.0.0 (2012), which cannot encrypt"),
        "{text}"
    );
    let remedy = refused.step.remedy();
    for way in ["TLS 1.2", "OPENSSL_CONF", "\"none\""] {
        assert!(remedy.contains(way), "{remedy}");
    }
}

/// Another client, written by others: what the end of these tests says is TDS, not only what one
/// client library understands.
#[test]
fn the_end_of_these_tests_is_understood_by_freetds() {
    let address = endpoint::serve();
    let tsql = Command::new("tsql")
        .args(["-o", "fhq", "-U", "axcs", "-P", "axcs", "-H", "127.0.0.1"])
        .args(["-p", &address.port().to_string()])
        .env("TDSVER", "7.4")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut tsql) = tsql else {
        eprintln!("skipped: tsql of FreeTDS is not installed");
        return;
    };
    let mut input = tsql.stdin.take().unwrap();
    input
        .write_all(b"SELECT TOP (3) * FROM T\ngo\nexit\n")
        .unwrap();
    drop(input);
    let said = tsql.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout);
    let rows: Vec<_> = text
        .lines()
        .filter(|line| line.contains("AW-FIN"))
        .collect();
    assert_eq!(rows.len(), 3, "{said:?}");
    assert!(
        rows[2].starts_with("2\t1\t7\t") && rows[2].contains("0.0200000000000000"),
        "{text}"
    );
}

#[test]
fn a_password_is_not_printed() {
    let options = options(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
    assert!(!format!("{options:?}").contains("canary"));
}
