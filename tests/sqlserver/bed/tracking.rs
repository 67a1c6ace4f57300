//! Change tracking as Microsoft documents it.

use super::{ask, ask_with, error_of, with_items};
use crate::mssql::{Client, Server};

async fn tracked() -> (Server, Client) {
    let (server, mut client) = with_items().await;
    ask(
        &mut client,
        "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);
         ALTER TABLE dbo.ITEM ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = OFF)",
    )
    .await;
    (server, client)
}

/// The net changes after a version: version, creation, operation, key, and the row that is there.
async fn changes(client: &mut Client, since: i64) -> String {
    let sql = "SELECT CT.SYS_CHANGE_VERSION, CT.SYS_CHANGE_CREATION_VERSION, CT.SYS_CHANGE_OPERATION,
                 CT.DATAAREAID, CT.ITEMID, I.STATE
               FROM CHANGETABLE(CHANGES dbo.ITEM, @P1) AS CT
               LEFT OUTER JOIN dbo.ITEM AS I ON I.DATAAREAID = CT.DATAAREAID AND I.ITEMID = CT.ITEMID
               ORDER BY CT.SYS_CHANGE_VERSION, CT.DATAAREAID, CT.ITEMID";
    ask_with(client, sql, &[&since]).await
}

const CURRENT: &str = "SELECT CHANGE_TRACKING_CURRENT_VERSION()";
const MIN_VALID: &str = "SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(N'dbo.ITEM'))";

#[tokio::test]
async fn net_changes_are_told_by_key_for_the_window_that_is_asked_for() {
    let (_server, mut client) = tracked().await;
    assert_eq!(ask(&mut client, CURRENT).await, "0");
    for sql in [
        "UPDATE dbo.ITEM SET STATE = 1 WHERE ITEMID = N'B'",
        "INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'usmf', N'C')",
        "UPDATE dbo.ITEM SET STATE = 2 WHERE ITEMID = N'C'",
        "DELETE FROM dbo.ITEM WHERE DATAAREAID = N'usrt'",
        "INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'usmf', N'D')",
        "DELETE FROM dbo.ITEM WHERE ITEMID = N'D'",
    ] {
        ask(&mut client, sql).await;
    }
    assert_eq!(ask(&mut client, CURRENT).await, "6");
    // Insert and update is an insert; a deletion has its key alone, also where the row came after
    // the asker's version.
    assert_eq!(
        changes(&mut client, 0).await,
        "1 NULL U usmf B 1\n3 2 I usmf C 2\n4 NULL D usrt A NULL\n6 NULL D usmf D NULL"
    );
    // For who knows the row already the same change is an update.
    assert_eq!(
        changes(&mut client, 2).await,
        "3 NULL U usmf C 2\n4 NULL D usrt A NULL\n6 NULL D usmf D NULL"
    );
    assert_eq!(changes(&mut client, 5).await, "6 NULL D usmf D NULL");
    assert_eq!(changes(&mut client, 6).await, "");
    // Another key is another row; the same key again an insert.
    ask(&mut client, "UPDATE dbo.ITEM SET ITEMID = N'E' WHERE ITEMID = N'C'; INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'usmf', N'D')").await;
    assert_eq!(
        changes(&mut client, 6).await,
        "7 NULL D usmf C NULL\n7 7 I usmf E 2\n8 8 I usmf D 0"
    );
}

#[tokio::test]
async fn a_transaction_has_one_version_and_one_that_is_undone_none() {
    let (server, mut client) = tracked().await;
    let mut other = server.connect().await;
    ask(&mut client, "BEGIN TRAN; UPDATE dbo.ITEM SET STATE = 1 WHERE ITEMID = N'A'; UPDATE dbo.ITEM SET STATE = 2 WHERE ITEMID = N'B'").await;
    assert_eq!(ask(&mut other, CURRENT).await, "0");
    assert_eq!(changes(&mut other, 0).await, "");
    ask(
        &mut client,
        "SAVE TRAN s; DELETE FROM dbo.ITEM; ROLLBACK TRAN s; COMMIT",
    )
    .await;
    assert_eq!(
        changes(&mut other, 0).await,
        "1 NULL U usmf A 1\n1 NULL U usmf B 2\n1 NULL U usrt A 1"
    );
    ask(&mut client, "BEGIN TRAN; DELETE FROM dbo.ITEM; ROLLBACK").await;
    assert_eq!(
        error_of(
            &mut client,
            "INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'x', N'x'), (N'usmf', N'A')"
        )
        .await,
        2627
    );
    ask(&mut client, "UPDATE dbo.ITEM SET STATE = 1 WHERE ITEMID = N'none'; CREATE TABLE dbo.NOT_TRACKED (A int NOT NULL); INSERT INTO dbo.NOT_TRACKED VALUES (1)").await;
    assert_eq!(ask(&mut other, CURRENT).await, "1");
}

#[tokio::test]
async fn a_snapshot_sees_the_changes_of_its_moment() {
    let (server, mut client) = tracked().await;
    let mut other = server.connect().await;
    ask(
        &mut other,
        "UPDATE dbo.ITEM SET STATE = 1 WHERE ITEMID = N'B'",
    )
    .await;
    ask(
        &mut client,
        "SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN",
    )
    .await;
    assert_eq!(ask(&mut client, CURRENT).await, "1");
    ask(&mut other, "UPDATE dbo.ITEM SET STATE = 9").await;
    assert_eq!(ask(&mut client, CURRENT).await, "1");
    assert_eq!(changes(&mut client, 0).await, "1 NULL U usmf B 1");
    ask(&mut client, "COMMIT").await;
    assert_eq!(ask(&mut client, CURRENT).await, "2");
}

#[tokio::test]
async fn the_min_valid_version_tells_from_where_changes_are_known() {
    let (server, mut client) = tracked().await;
    assert_eq!(ask(&mut client, MIN_VALID).await, "0");
    assert_eq!(
        ask(
            &mut client,
            "SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(N'dbo.NOPE'))"
        )
        .await,
        "NULL"
    );
    for _ in 0..4 {
        ask(
            &mut client,
            "UPDATE dbo.ITEM SET STATE = STATE + 1 WHERE ITEMID = N'B'",
        )
        .await;
    }
    server.set_min_valid_version("dbo.ITEM", 3);
    assert_eq!(ask(&mut client, MIN_VALID).await, "3");
    assert_eq!(changes(&mut client, 3).await, "4 NULL U usmf B 4");
    // Truncated or tracked anew: no cursor of before is valid.
    ask(&mut client, "TRUNCATE TABLE dbo.ITEM").await;
    assert_eq!(ask(&mut client, MIN_VALID).await, "5");
    assert_eq!(changes(&mut client, 5).await, "");
    ask(&mut client, "ALTER TABLE dbo.ITEM DISABLE CHANGE_TRACKING").await;
    assert_eq!(ask(&mut client, MIN_VALID).await, "NULL");
    assert_eq!(
        error_of(
            &mut client,
            "SELECT 1 FROM CHANGETABLE(CHANGES dbo.ITEM, 0) AS CT"
        )
        .await,
        22105
    );
    server.enable_tracking("dbo.ITEM");
    assert_eq!(ask(&mut client, MIN_VALID).await, "6");
    assert_eq!(ask(&mut client, CURRENT).await, "6");
}

#[tokio::test]
async fn the_catalogue_tells_what_is_tracked() {
    let (server, mut client) = tracked().await;
    let database = "SELECT is_auto_cleanup_on, retention_period, retention_period_units_desc FROM sys.change_tracking_databases WHERE database_id = DB_ID()";
    let tables = "SELECT OBJECT_NAME(object_id), min_valid_version, begin_version, is_track_columns_updated_on FROM sys.change_tracking_tables";
    assert_eq!(ask(&mut client, database).await, "1 2 DAYS");
    assert_eq!(ask(&mut client, tables).await, "ITEM 0 0 0");
    ask(&mut client, "CREATE TABLE dbo.HEAP (A int NOT NULL)").await;
    assert_eq!(
        error_of(&mut client, "ALTER TABLE dbo.HEAP ENABLE CHANGE_TRACKING").await,
        4997
    );
    server.track_database(false);
    assert_eq!(ask(&mut client, database).await, "");
    assert_eq!(ask(&mut client, CURRENT).await, "NULL");
    assert_eq!(ask(&mut client, MIN_VALID).await, "NULL");
}

#[tokio::test]
async fn a_backup_that_is_put_back_goes_on_from_its_version_in_another_history() {
    let (server, mut client) = tracked().await;
    let fork =
        "SELECT recovery_fork_guid FROM sys.database_recovery_status WHERE database_id = DB_ID()";
    let database = "SELECT database_guid FROM sys.database_recovery_status";
    let (first, same) = (
        ask(&mut client, fork).await,
        ask(&mut client, database).await,
    );
    ask(
        &mut client,
        "UPDATE dbo.ITEM SET STATE = 1 WHERE ITEMID = N'B'",
    )
    .await;
    let backup = server.backup();
    ask(&mut client, "UPDATE dbo.ITEM SET STATE = 2 WHERE ITEMID = N'B'; DELETE FROM dbo.ITEM WHERE ITEMID = N'A'").await;
    assert_eq!(ask(&mut client, CURRENT).await, "3");
    assert_eq!(ask(&mut client, fork).await, first);
    server.restore(&backup);
    assert_eq!(ask(&mut client, CURRENT).await, "1");
    assert_eq!(changes(&mut client, 0).await, "1 NULL U usmf B 1");
    assert_eq!(ask(&mut client, "SELECT COUNT(*) FROM dbo.ITEM").await, "3");
    assert_ne!(ask(&mut client, fork).await, first);
    assert_eq!(ask(&mut client, database).await, same);
    ask(
        &mut client,
        "UPDATE dbo.ITEM SET STATE = 8 WHERE ITEMID = N'B'",
    )
    .await;
    assert_eq!(changes(&mut client, 1).await, "2 NULL U usmf B 8");
}

#[tokio::test]
async fn what_a_login_may_not_see_is_refused_in_sql_servers_words() {
    let (server, mut client) = tracked().await;
    let select = "SELECT HAS_PERMS_BY_NAME(N'dbo.ITEM', N'OBJECT', N'SELECT'), HAS_PERMS_BY_NAME(N'dbo.ITEM', N'OBJECT', N'VIEW CHANGE TRACKING')";
    let changes = "SELECT 1 FROM CHANGETABLE(CHANGES dbo.ITEM, 0) AS CT";
    assert_eq!(ask(&mut client, select).await, "1 1");
    server.deny_tracking("dbo.ITEM", true);
    assert_eq!(error_of(&mut client, changes).await, 229);
    assert_eq!(ask(&mut client, MIN_VALID).await, "NULL");
    assert_eq!(ask(&mut client, select).await, "1 0");
    server.deny_tracking("dbo.ITEM", false);
    server.deny_select("dbo.ITEM", true);
    let refused = super::try_to_ask(&mut client, "SELECT i.ITEMID FROM dbo.ITEM AS i")
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some(229));
    assert!(
        refused.to_string().contains(
            "The SELECT permission was denied on the object 'ITEM', database 'AX', schema 'dbo'."
        ),
        "{refused}"
    );
    assert_eq!(ask(&mut client, select).await, "0 1");
    server.deny_select("dbo.ITEM", false);
    ask(&mut client, changes).await;
}
