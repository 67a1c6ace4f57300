//! Transactions and locks between sessions.

use std::time::{Duration, Instant};

use super::{SOON, ask, error_of, try_to_ask, with_items};
use crate::mssql::{Client, Server};

/// True where a batch is still waiting after a while; then it is let go by `release`.
async fn waits_for(
    waiting: &mut Client,
    sql: &str,
    release: impl Future<Output = ()>,
) -> tiberius::Result<String> {
    let asked = try_to_ask(waiting, sql);
    tokio::pin!(asked);
    let early = tokio::time::timeout(Duration::from_millis(150), &mut asked).await;
    assert!(early.is_err(), "{sql} did not wait: {early:?}");
    release.await;
    tokio::time::timeout(SOON, asked)
        .await
        .expect("it goes on once it may")
}

#[tokio::test]
async fn transactions_are_begun_and_ended_by_text_and_by_request() {
    let (server, mut client) = with_items().await;
    let mut other = server.connect().await;
    let count = "SELECT COUNT(*) FROM dbo.ITEM";
    ask(&mut client, "BEGIN TRANSACTION; DELETE FROM dbo.ITEM").await;
    assert_eq!(
        ask(
            &mut client,
            "SELECT COUNT(*), @@TRANCOUNT, XACT_STATE() FROM dbo.ITEM"
        )
        .await,
        "0 1 1"
    );
    assert_eq!(ask(&mut other, count).await, "3");
    ask(&mut client, "ROLLBACK TRANSACTION").await;
    assert_eq!(ask(&mut client, count).await, "3");

    client.begin_transaction().await.unwrap();
    ask(&mut client, "DELETE FROM dbo.ITEM WHERE ITEMID = N'A'").await;
    client.save_transaction("here").await.unwrap();
    ask(&mut client, "DELETE FROM dbo.ITEM").await;
    assert_eq!(
        ask(
            &mut client,
            "ROLLBACK TRANSACTION here; SELECT COUNT(*), @@TRANCOUNT FROM dbo.ITEM"
        )
        .await,
        "1 1"
    );
    assert_eq!(ask(&mut other, count).await, "3");
    client.commit_transaction().await.unwrap();
    assert_eq!(ask(&mut other, count).await, "1");

    client.begin_transaction().await.unwrap();
    ask(&mut client, "DELETE FROM dbo.ITEM").await;
    client.rollback_transaction().await.unwrap();
    assert_eq!(
        ask(&mut client, "SELECT COUNT(*), @@TRANCOUNT FROM dbo.ITEM").await,
        "1 0"
    );
}

#[tokio::test]
async fn a_statement_that_fails_is_undone_alone_and_under_xact_abort_with_its_transaction() {
    let (_server, mut client) = with_items().await;
    let twice = "INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'usmf', N'A')";
    let first = "BEGIN TRAN; UPDATE dbo.ITEM SET STATE = 5";
    ask(&mut client, first).await;
    assert_eq!(error_of(&mut client, twice).await, 2627);
    assert_eq!(
        ask(
            &mut client,
            "SELECT @@TRANCOUNT; COMMIT; SELECT SUM(STATE) FROM dbo.ITEM"
        )
        .await,
        "1 / 15"
    );
    ask(
        &mut client,
        "SET XACT_ABORT ON; UPDATE dbo.ITEM SET STATE = 0",
    )
    .await;
    ask(&mut client, first).await;
    assert_eq!(error_of(&mut client, twice).await, 2627);
    assert_eq!(
        ask(
            &mut client,
            "SELECT @@TRANCOUNT; SELECT SUM(STATE) FROM dbo.ITEM"
        )
        .await,
        "0 / 0"
    );
}

#[tokio::test]
async fn a_second_writer_waits_and_a_reader_does_not() {
    let (server, mut first) = with_items().await;
    let mut second = server.connect().await;
    let mut reader = server.connect().await;
    ask(&mut first, "BEGIN TRAN; UPDATE dbo.ITEM SET STATE = STATE + 1 WHERE DATAAREAID = N'usmf' AND ITEMID = N'A'").await;
    assert_eq!(
        ask(&mut reader, "SELECT SUM(STATE) FROM dbo.ITEM").await,
        "0"
    );
    let again = "UPDATE dbo.ITEM SET STATE = STATE + 1 WHERE DATAAREAID = N'usmf' AND ITEMID = N'A'; SELECT @@ROWCOUNT";
    let done = waits_for(&mut second, again, async {
        ask(&mut first, "COMMIT").await;
    });
    assert_eq!(done.await.unwrap(), "1");
    assert_eq!(
        ask(&mut reader, "SELECT SUM(STATE) FROM dbo.ITEM").await,
        "2"
    );
}

#[tokio::test]
async fn a_session_that_set_a_lock_timeout_gives_up_with_1222() {
    let (server, mut first) = with_items().await;
    let mut second = server.connect().await;
    ask(&mut first, "BEGIN TRAN; UPDATE dbo.ITEM SET STATE = 1").await;
    ask(&mut second, "SET LOCK_TIMEOUT 50").await;
    assert_eq!(
        error_of(&mut second, "UPDATE dbo.ITEM SET STATE = 2").await,
        1222
    );
    ask(&mut first, "ROLLBACK").await;
    ask(&mut second, "UPDATE dbo.ITEM SET STATE = 2").await;
}

#[tokio::test]
async fn what_two_workers_claim_at_once_is_never_the_same() {
    let server = Server::start();
    let mut client = server.connect().await;
    ask(
        &mut client,
        "CREATE TABLE dbo.JOB (ID int NOT NULL PRIMARY KEY, OWNER_ nvarchar(10) NOT NULL)",
    )
    .await;
    let rows: Vec<_> = (0..40).map(|id| format!("({id}, N'')")).collect();
    ask(
        &mut client,
        &format!("INSERT INTO dbo.JOB VALUES {}", rows.join(", ")),
    )
    .await;
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..4 {
        let mut client = server.connect().await;
        workers.spawn(async move {
            let mut claimed = Vec::new();
            loop {
                let sql = "UPDATE TOP (1) j SET OWNER_ = @P1 OUTPUT inserted.ID
                           FROM dbo.JOB AS j WITH (ROWLOCK, UPDLOCK, READPAST) WHERE j.OWNER_ = N''";
                let row = client.query(sql, &[&format!("w{worker}")]).await.unwrap().into_row().await.unwrap();
                match row {
                    Some(row) => claimed.push(row.get::<i32, _>(0).unwrap()),
                    None => return claimed,
                }
            }
        });
    }
    let mut all: Vec<i32> = workers.join_all().await.concat();
    all.sort_unstable();
    assert_eq!(all, (0..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_connection_that_breaks_gives_back_what_it_held() {
    let (server, mut first) = with_items().await;
    let mut second = server.connect().await;
    let lock = "DECLARE @r int; EXEC @r = sp_getapplock @Resource = N'run', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 0; SELECT @r";
    assert_eq!(ask(&mut first, lock).await, "0");
    ask(&mut first, "BEGIN TRAN; DELETE FROM dbo.ITEM").await;
    assert_eq!(ask(&mut second, lock).await, "-1");
    drop(first);
    let until = Instant::now() + SOON;
    while ask(&mut second, lock).await == "-1" {
        assert!(Instant::now() < until, "the lock is still held");
    }
    assert_eq!(
        ask(
            &mut second,
            "SELECT COUNT(*) FROM dbo.ITEM; DELETE FROM dbo.ITEM; SELECT @@ROWCOUNT"
        )
        .await,
        "3 / 3"
    );
}

#[tokio::test]
async fn application_locks_are_a_sessions_or_a_transactions() {
    let server = Server::start();
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    let take = |mode: &str, owner: &str| {
        format!(
            "DECLARE @r int; EXEC @r = sp_getapplock @Resource = N'job', @LockMode = N'{mode}', @LockOwner = N'{owner}', @LockTimeout = 0; SELECT @r"
        )
    };
    assert_eq!(ask(&mut first, &take("Shared", "Session")).await, "0");
    assert_eq!(ask(&mut second, &take("Shared", "Session")).await, "0");
    assert_eq!(
        ask(
            &mut second,
            "SELECT APPLOCK_MODE(N'public', N'job', N'Session')"
        )
        .await,
        "Shared"
    );
    assert_eq!(ask(&mut first, &take("Exclusive", "Session")).await, "-1");
    let release = "EXEC sp_releaseapplock @Resource = N'job', @LockOwner = N'Session'";
    ask(&mut second, release).await;
    assert_eq!(error_of(&mut second, release).await, 1223);
    ask(&mut first, release).await;
    // Without a transaction nothing is its lock.
    assert_eq!(
        error_of(&mut first, &take("Exclusive", "Transaction")).await,
        1221
    );
    ask(&mut first, "BEGIN TRAN").await;
    assert_eq!(
        ask(&mut first, &take("Exclusive", "Transaction")).await,
        "0"
    );
    let waiting = take("Exclusive", "Session").replace("@LockTimeout = 0", "@LockTimeout = 10000");
    let done = waits_for(&mut second, &waiting, async {
        ask(&mut first, "ROLLBACK").await;
    });
    assert_eq!(done.await.unwrap(), "1");
}

#[tokio::test]
async fn of_two_sessions_that_wait_for_each_other_one_is_told() {
    let (server, mut first) = with_items().await;
    let mut second = server.connect().await;
    let lock = "EXEC sp_getapplock @Resource = N'a', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 10000";
    ask(&mut first, lock).await;
    ask(&mut second, "BEGIN TRAN; UPDATE dbo.ITEM SET STATE = 1").await;
    // The second waits for the lock of the first, which then wants to write.
    let done = waits_for(&mut second, lock, async {
        assert_eq!(
            error_of(&mut first, "UPDATE dbo.ITEM SET STATE = 2").await,
            1205
        );
        ask(
            &mut first,
            "EXEC sp_releaseapplock @Resource = N'a', @LockOwner = N'Session'",
        )
        .await;
    });
    done.await.unwrap();
}

#[tokio::test]
async fn a_snapshot_sees_its_moment_and_does_not_overwrite_a_later_one() {
    let (server, mut first) = with_items().await;
    let mut second = server.connect().await;
    let sum = "SELECT SUM(STATE) FROM dbo.ITEM";
    ask(
        &mut first,
        "SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN",
    )
    .await;
    assert_eq!(ask(&mut first, sum).await, "0");
    ask(&mut second, "UPDATE dbo.ITEM SET STATE = 1").await;
    assert_eq!(ask(&mut first, sum).await, "0");
    assert_eq!(
        error_of(&mut first, "UPDATE dbo.ITEM SET STATE = 7").await,
        3960
    );
    assert_eq!(ask(&mut first, "SELECT @@TRANCOUNT").await, "0");
    assert_eq!(ask(&mut first, sum).await, "3");
    // A reader's commit puts nothing back.
    first
        .begin_transaction_with_isolation(tiberius::IsolationLevel::Snapshot)
        .await
        .unwrap();
    assert_eq!(ask(&mut first, sum).await, "3");
    ask(&mut second, "UPDATE dbo.ITEM SET STATE = 2").await;
    assert_eq!(ask(&mut first, sum).await, "3");
    first.commit_transaction().await.unwrap();
    assert_eq!(ask(&mut first, sum).await, "6");
    server.allow_snapshot(false);
    assert_eq!(error_of(&mut first, sum).await, 3952);
    assert_eq!(
        ask(
            &mut second,
            "SELECT snapshot_isolation_state FROM sys.databases"
        )
        .await,
        "0"
    );
}
