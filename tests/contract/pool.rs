//! What the connections of a process promise where the line to the server breaks: nothing fails that
//! had not begun, and nothing is done twice.

use std::time::{Duration, Instant};

use axcs::sqlserver::{Options, Server, ServerError};

use super::{Engine, Place};
use crate::mssql::proxy::{Fault, Proxy, Way};

/// Longer than a connection is trusted without being asked.
const A_PAUSE: Duration = Duration::from_millis(1_100);

/// A server behind a line, with a table that counts what was done.
struct Behind {
    place: Place,
    proxy: Proxy,
    server: Server,
}

impl Behind {
    async fn new() -> Self {
        let place = Place::new(Engine::Server).await;
        place
            .sql("CREATE TABLE dbo.DONE (WORK int NOT NULL)", Vec::new())
            .await;
        let proxy = Proxy::before(place.bed().address()).await;
        let server = Server::new(Options {
            port: Some(proxy.address().port()),
            connect_timeout: Duration::from_millis(500),
            ..place.options()
        });
        Self {
            place,
            proxy,
            server,
        }
    }

    /// Does a work and writes down that it was done.
    async fn work(&self) -> Result<(), ServerError> {
        let done = self
            .server
            .call(|link| link.execute("INSERT INTO dbo.DONE VALUES (1)", &[]));
        done.await.map(drop)
    }

    async fn assert_done(&self, times: i64) {
        let number = self.place.number("SELECT COUNT(*) FROM dbo.DONE").await;
        assert_eq!(number, times);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_lost_while_nobody_used_it_is_replaced_unseen() {
    let behind = Behind::new().await;
    // Several connections at once, so that several are idle.
    let together: [_; 3] = std::array::from_fn(|_| behind.work());
    for done in futures_util::future::join_all(together).await {
        done.unwrap();
    }
    behind.proxy.cut_all();
    tokio::time::sleep(A_PAUSE).await;
    let before = behind.proxy.connections();
    for _ in 0..4 {
        behind.work().await.unwrap();
    }
    behind.assert_done(7).await;
    assert_eq!(behind.proxy.connections(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_fell_silent_costs_the_time_of_connecting_and_not_of_a_statement() {
    let behind = Behind::new().await;
    behind.work().await.unwrap();
    tokio::time::sleep(A_PAUSE).await;
    behind.proxy.arm(Way::Up, 0, Fault::Stall);
    let began = Instant::now();
    behind.work().await.unwrap();
    assert!(behind.proxy.has_happened());
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "a statement has 120 s"
    );
    behind.assert_done(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_had_begun_is_not_begun_again() {
    let behind = Behind::new().await;
    behind.work().await.unwrap();
    // In the middle of what the server answers: it has been done.
    behind.proxy.arm(Way::Down, 0, Fault::Torn);
    let broken = behind.work().await.unwrap_err();
    assert!(broken.is_unreachable(), "{broken}");
    behind.assert_done(2).await;
    // Before any of it is sent, where the connection was just used: nothing was done.
    behind.work().await.unwrap();
    behind.proxy.arm(Way::Up, 0, Fault::Cut);
    behind.work().await.unwrap_err();
    behind.work().await.unwrap();
    behind.assert_done(4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_used_all_the_time_is_not_asked_whether_it_is_there() {
    let behind = Behind::new().await;
    behind.work().await.unwrap();
    behind.proxy.heal();
    for _ in 0..5 {
        behind.work().await.unwrap();
    }
    assert_eq!(behind.proxy.packets(Way::Up), 5);
}
