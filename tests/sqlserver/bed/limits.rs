//! What the bed is not: each test names a difference from SQL Server that a statement must not lean
//! on. Where one of them begins to fail, Iridium has learned something.

use super::{ask, error_of, with_items};

/// The number of everything that the bed refuses so that nobody believes a wrong answer.
const REFUSED: u32 = 49_999;

#[tokio::test]
async fn what_would_be_answered_wrongly_is_refused() {
    let (_server, mut client) = with_items().await;
    for sql in [
        // An aggregate of an inner query takes all rows there.
        "SELECT i.ITEMID, (SELECT COUNT(*) FROM dbo.ITEM AS j WHERE j.ITEMID = i.ITEMID) FROM dbo.ITEM AS i",
        "SELECT i.ITEMID, x.N FROM dbo.ITEM AS i CROSS APPLY (SELECT SUM(j.QTY) AS N FROM dbo.ITEM AS j WHERE j.ITEMID = i.ITEMID) AS x",
        // So does the order by one, which then is none.
        "SELECT DATAAREAID FROM dbo.ITEM GROUP BY DATAAREAID ORDER BY COUNT(*)",
        "SELECT 1 FROM CHANGETABLE(VERSION dbo.ITEM, (DATAAREAID, ITEMID), (N'usmf', N'A')) AS V",
        "ALTER DATABASE CURRENT SET RECOVERY SIMPLE",
    ] {
        assert_eq!(error_of(&mut client, sql).await, REFUSED, "{sql}");
    }
    // A part of a second in a parameter: Iridium has none.
    let at = tiberius::time::DateTime::new(45_000, 1);
    let at = tiberius::ColumnData::DateTime(Some(at));
    let refused = client
        .query("SELECT @P1", &[&super::types::Plain(at)])
        .await
        .map(drop)
        .unwrap_err();
    assert_eq!(refused.code(), Some(REFUSED));
}

#[tokio::test]
async fn statements_that_sql_server_knows_and_iridium_does_not_fail() {
    let (_server, mut client) = with_items().await;
    for sql in [
        "MERGE dbo.ITEM AS t USING (SELECT N'A' AS I) AS s ON t.ITEMID = s.I WHEN MATCHED THEN UPDATE SET STATE = 1;",
        "MERGE dbo.ITEM WITH (HOLDLOCK) AS t USING dbo.ITEM AS s ON t.ITEMID = s.ITEMID WHEN MATCHED THEN UPDATE SET STATE = 1;",
        "DELETE i FROM dbo.ITEM AS i WHERE i.STATE = 0",
        "DROP TABLE IF EXISTS dbo.ITEM",
        "WITH c AS (SELECT TOP (1) * FROM dbo.ITEM) UPDATE c SET STATE = 1",
        "SELECT DATEDIFF(MILLISECOND, '2024-01-01', '2024-01-02')",
        "SELECT CAST('2024-01-01 00:00:00.123' AS datetime)",
        "RAISERROR(N'own %d', 16, 1, 5)",
    ] {
        assert!(super::try_to_ask(&mut client, sql).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn texts_are_compared_letter_by_letter_although_the_collation_is_called_ci() {
    let (_server, mut client) = with_items().await;
    assert_eq!(
        ask(
            &mut client,
            "SELECT COUNT(*) FROM dbo.ITEM WHERE ITEMID = N'a'"
        )
        .await,
        "0"
    );
    assert_eq!(
        ask(
            &mut client,
            "SELECT COUNT(*) FROM dbo.ITEM WHERE ITEMID = N'A '"
        )
        .await,
        "0"
    );
    assert_eq!(
        ask(
            &mut client,
            "SELECT COUNT(*) FROM dbo.ITEM WHERE ITEMID LIKE N'a%'"
        )
        .await,
        "2"
    );
}

#[tokio::test]
async fn a_join_by_what_a_function_makes_of_another_table_finds_nothing() {
    let (_server, mut client) = with_items().await;
    let same = "j.ITEMID = UPPER(REPLACE(i.ITEMID, N' ', N''))";
    let from = "SELECT COUNT(*) FROM dbo.ITEM AS i JOIN dbo.ITEM AS j ON";
    let joined = ask(&mut client, &format!("{from} {same}")).await;
    assert_eq!(joined, "0");
    let sought = ask(&mut client, &format!("{from} 1 = 1 WHERE {same}")).await;
    assert_ne!(sought, "0");
}

#[tokio::test]
async fn a_sum_of_ints_and_a_count_in_an_inner_query_are_bigints() {
    let (_server, mut client) = with_items().await;
    let sql = "SELECT SUM(i.STATE), MAX(x.N) FROM dbo.ITEM AS i JOIN (SELECT ITEMID, COUNT(*) AS N FROM dbo.ITEM GROUP BY ITEMID) AS x ON x.ITEMID = i.ITEMID";
    let row = client
        .simple_query(sql)
        .await
        .unwrap()
        .into_row()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.get::<i64, _>(0), row.get::<i64, _>(1)),
        (Some(0), Some(2))
    );
}

#[tokio::test]
async fn the_first_error_ends_the_batch_whatever_it_is() {
    let (_server, mut client) = with_items().await;
    let sql = "INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'usmf', N'A'); UPDATE dbo.ITEM SET STATE = 1";
    assert_eq!(error_of(&mut client, sql).await, 2627);
    assert_eq!(
        ask(&mut client, "SELECT SUM(STATE) FROM dbo.ITEM").await,
        "0"
    );
}

#[tokio::test]
async fn readpast_waits_for_the_writer_instead_of_passing_it() {
    let (server, mut first) = with_items().await;
    let mut second = server.connect().await;
    ask(
        &mut first,
        "BEGIN TRAN; UPDATE dbo.ITEM SET STATE = 1 WHERE ITEMID = N'A'",
    )
    .await;
    ask(&mut second, "SET LOCK_TIMEOUT 50").await;
    let sql = "UPDATE TOP (1) i SET STATE = 2 FROM dbo.ITEM AS i WITH (ROWLOCK, UPDLOCK, READPAST) WHERE i.STATE = 0";
    assert_eq!(error_of(&mut second, sql).await, 1222);
    ask(&mut first, "COMMIT").await;
    assert_eq!(
        ask(&mut second, &format!("{sql}; SELECT @@ROWCOUNT")).await,
        "1"
    );
}

#[tokio::test]
async fn a_text_of_more_than_64_kilobytes_does_not_fit_into_max() {
    let (_server, mut client) = with_items().await;
    ask(
        &mut client,
        "CREATE TABLE dbo.DOC (ID int NOT NULL PRIMARY KEY, BODY nvarchar(max) NOT NULL)",
    )
    .await;
    ask(
        &mut client,
        "INSERT INTO dbo.DOC VALUES (1, REPLICATE(N'x', 65000))",
    )
    .await;
    assert_eq!(
        error_of(
            &mut client,
            "INSERT INTO dbo.DOC VALUES (2, REPLICATE(N'x', 66000))"
        )
        .await,
        8152
    );
}
