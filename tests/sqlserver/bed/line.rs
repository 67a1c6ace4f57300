//! The line between tiberius and the server: what the proxy does to it, and what a client that drops
//! an answer half-way leaves behind.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;

use super::{SOON, ask, error_of, try_to_ask, with_items};
use crate::mssql::proxy::{Fault, Proxy, Way};
use crate::mssql::{self, Client, Server};

/// A table whose rows fill many packets.
async fn with_many() -> (Server, Client) {
    let server = Server::start();
    let mut client = server.connect().await;
    ask(
        &mut client,
        "CREATE TABLE dbo.MANY (ID int NOT NULL PRIMARY KEY, V nvarchar(200) NOT NULL)",
    )
    .await;
    let rows: Vec<_> = (0..400).map(|id| format!("({id}, N'{id:0150}')")).collect();
    ask(
        &mut client,
        &format!("INSERT INTO dbo.MANY VALUES {}", rows.join(", ")),
    )
    .await;
    (server, client)
}

async fn through(proxy: &Proxy, server: &Server) -> Client {
    let mut config = server.config();
    config.command_timeout(Some(Duration::from_millis(300)));
    mssql::connect(config, proxy.address()).await.unwrap()
}

#[tokio::test]
async fn the_proxy_counts_packets_and_leaves_them_alone_until_it_is_armed() {
    let (server, _client) = with_many().await;
    let proxy = Proxy::before(server.address()).await;
    let mut client = through(&proxy, &server).await;
    proxy.heal();
    assert_eq!(
        ask(&mut client, "SELECT COUNT(*) FROM dbo.MANY").await,
        "400"
    );
    assert_eq!((proxy.packets(Way::Up), proxy.packets(Way::Down)), (1, 1));
    // 400 rows of 308 bytes and a few, in packets of 4,096.
    let rows = client
        .simple_query("SELECT ID, V FROM dbo.MANY")
        .await
        .unwrap()
        .into_first_result()
        .await
        .unwrap();
    assert_eq!(rows.len(), 400);
    assert_eq!((proxy.packets(Way::Up), proxy.packets(Way::Down)), (2, 32));
    assert!(!proxy.has_happened());
}

#[tokio::test]
async fn a_connection_is_cut_before_or_inside_any_packet_either_way() {
    let (server, mut straight) = with_many().await;
    let proxy = Proxy::before(server.address()).await;
    for (way, at, fault) in [
        (Way::Up, 0, Fault::Cut),
        (Way::Up, 0, Fault::Torn),
        (Way::Down, 0, Fault::Cut),
        (Way::Down, 7, Fault::Cut),
        (Way::Down, 7, Fault::Torn),
        (Way::Down, 30, Fault::Cut),
    ] {
        proxy.heal();
        let mut client = through(&proxy, &server).await;
        proxy.arm(way, at, fault);
        let lost = try_to_ask(
            &mut client,
            "BEGIN TRAN; UPDATE dbo.MANY SET V = N'x'; SELECT ID, V FROM dbo.MANY; SELECT ID, V FROM dbo.MANY; ROLLBACK; SELECT ID, V FROM dbo.MANY",
        );
        lost.await.expect_err("the connection is gone");
        assert!(proxy.has_happened(), "{way:?} {at} {fault:?}");
    }
    // What was open in a lost session is undone, and its locks are free.
    let until = Instant::now() + SOON;
    while try_to_ask(
        &mut straight,
        "SET LOCK_TIMEOUT 100; UPDATE dbo.MANY SET V = V",
    )
    .await
    .is_err()
    {
        assert!(Instant::now() < until);
    }
    assert_eq!(
        ask(
            &mut straight,
            "SELECT COUNT(*) FROM dbo.MANY WHERE V = N'x'"
        )
        .await,
        "0"
    );
}

#[tokio::test]
async fn a_stalled_line_is_given_up_by_the_clients_own_deadline() {
    let (server, _straight) = with_many().await;
    let proxy = Proxy::before(server.address()).await;
    let mut client = through(&proxy, &server).await;
    proxy.arm(Way::Down, 3, Fault::Stall);
    let lost = try_to_ask(&mut client, "SELECT ID, V FROM dbo.MANY")
        .await
        .unwrap_err();
    assert!(lost.to_string().contains("out of sync"), "{lost}");
    // From then on the driver refuses the connection.
    try_to_ask(&mut client, "SELECT 1").await.unwrap_err();
}

#[tokio::test]
async fn a_packet_that_is_held_back_arrives_when_it_is_let_go() {
    let (server, _straight) = with_many().await;
    let proxy = Proxy::before(server.address()).await;
    let mut config = server.config();
    config.command_timeout(None);
    let mut client = mssql::connect(config, proxy.address()).await.unwrap();
    proxy.arm(Way::Down, 5, Fault::Hold);
    let asked = try_to_ask(
        &mut client,
        "SELECT COUNT(*) FROM dbo.MANY; SELECT ID, V FROM dbo.MANY",
    );
    tokio::pin!(asked);
    assert!(
        tokio::time::timeout(Duration::from_millis(200), &mut asked)
            .await
            .is_err()
    );
    assert!(proxy.has_happened());
    proxy.let_go();
    let answer = asked.await.unwrap();
    assert!(answer.starts_with("400 / "), "{answer}");
    assert_eq!(answer.lines().count(), 400);
}

#[tokio::test]
async fn a_waiting_statement_is_cancelled_at_once_and_its_connection_goes_on() {
    let (server, mut first) = with_items().await;
    let mut second = server.connect().await;
    ask(&mut first, "BEGIN TRAN; UPDATE dbo.ITEM SET STATE = 1").await;
    for sql in ["UPDATE dbo.ITEM SET STATE = 2", "WAITFOR DELAY '00:00:30'"] {
        let before = Instant::now();
        let waiting = second.simple_query(sql);
        assert!(
            tokio::time::timeout(Duration::from_millis(100), waiting)
                .await
                .is_err()
        );
        second.cancel_query().await.unwrap();
        assert_eq!(
            ask(&mut second, "SELECT SUM(STATE) FROM dbo.ITEM").await,
            "0"
        );
        assert!(before.elapsed() < Duration::from_secs(10));
    }
    second.cancel_query().await.unwrap();
    ask(&mut first, "ROLLBACK").await;
}

#[tokio::test]
async fn an_answer_that_was_dropped_is_read_away_before_the_next_query() {
    let (_server, mut client) = with_many().await;
    let mut stream = client
        .simple_query("SELECT ID, V FROM dbo.MANY ORDER BY ID")
        .await
        .unwrap();
    for _ in 0..4 {
        assert!(stream.try_next().await.unwrap().is_some());
    }
    drop(stream);
    assert_eq!(
        ask(&mut client, "SELECT COUNT(*) FROM dbo.MANY").await,
        "400"
    );
}

/// The trap: the whole answer, some packets long, had been sent before the attention came, so that the
/// acknowledgement is a message of its own, which `cancel_query` of tiberius 0.13 does not read. The
/// next query reads that acknowledgement as its answer: no rows and no error. From then on each query
/// gets the answer to the one before. A connection whose answer was not read to its end is dropped,
/// never used again.
#[tokio::test]
async fn after_a_cancel_that_came_too_late_the_next_query_has_no_rows_and_no_error() {
    let (server, _straight) = with_many().await;
    let proxy = Proxy::before(server.address()).await;
    let mut client = mssql::connect(server.config(), proxy.address())
        .await
        .unwrap();
    proxy.heal();
    let stream = client
        .simple_query("SELECT ID, V FROM dbo.MANY")
        .await
        .unwrap();
    let until = Instant::now() + SOON;
    while proxy.packets(Way::Down) < 31 {
        assert!(Instant::now() < until);
        tokio::task::yield_now().await;
    }
    drop(stream);
    let late = client.cancel_query().await.unwrap_err();
    assert!(
        late.to_string()
            .contains("Never got a DONE token acknowledging"),
        "{late}"
    );
    let rows = client
        .simple_query("SELECT COUNT(*) FROM dbo.MANY")
        .await
        .unwrap()
        .into_first_result()
        .await
        .unwrap();
    assert_eq!(rows.len(), 0, "there are 400, and the driver says nothing");
    assert_eq!(ask(&mut client, "SELECT N'second'").await, "400");
    assert_eq!(ask(&mut client, "SELECT 1 FROM dbo.NOPE").await, "second");
    assert_eq!(error_of(&mut client, "SELECT N'fourth'").await, 208);
}

/// Where the answer is one packet it has been read with the first row: the acknowledgement is found.
#[tokio::test]
async fn a_late_cancel_of_an_answer_of_one_packet_does_no_harm() {
    let (_server, mut client) = with_many().await;
    drop(
        client
            .simple_query("SELECT TOP (3) ID FROM dbo.MANY")
            .await
            .unwrap(),
    );
    client.cancel_query().await.unwrap();
    assert_eq!(
        ask(&mut client, "SELECT COUNT(*) FROM dbo.MANY").await,
        "400"
    );
}

/// Dropped while the server was still sending: the acknowledgement ends the same message, and the
/// connection is good. Which of the two it was a client cannot know.
#[tokio::test]
async fn a_cancel_that_came_in_time_leaves_the_connection_good() {
    let (_server, mut client) = with_many().await;
    // More than the buffers of both ends hold, so that the server waits in the middle of it.
    let long = "SELECT a.V, b.V AS W FROM dbo.MANY AS a CROSS JOIN (SELECT TOP (100) V FROM dbo.MANY) AS b";
    let mut stream = client.simple_query(long).await.unwrap();
    assert!(stream.try_next().await.unwrap().is_some());
    drop(stream);
    client.cancel_query().await.unwrap();
    assert_eq!(
        ask(&mut client, "SELECT COUNT(*) FROM dbo.MANY").await,
        "400"
    );
}
