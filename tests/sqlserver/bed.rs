//! The bed is what its own page says: each line of its table of what works and what does not is a
//! test here, asked through tiberius.

#[path = "bed/limits.rs"]
mod limits;
#[path = "bed/line.rs"]
mod line;
#[path = "bed/loading.rs"]
mod loading;
#[path = "bed/locks.rs"]
mod locks;
#[path = "bed/tracking.rs"]
mod tracking;
#[path = "bed/types.rs"]
mod types;

use std::time::Duration;

use tiberius::{ColumnData, ToSql};

use crate::mssql::{self, Client, Server};

/// However long a test waits for something that must come.
const SOON: Duration = Duration::from_secs(20);

/// A value as a short text.
fn shown(cell: &ColumnData<'_>) -> String {
    fn or_null(value: Option<impl ToString>) -> String {
        value.map_or("NULL".to_owned(), |value| value.to_string())
    }
    match cell {
        ColumnData::U8(value) => or_null(*value),
        ColumnData::I16(value) => or_null(*value),
        ColumnData::I32(value) => or_null(*value),
        ColumnData::I64(value) => or_null(*value),
        ColumnData::F64(value) => or_null(*value),
        ColumnData::Bit(value) => or_null(value.map(u8::from)),
        ColumnData::String(value) => or_null(value.as_ref()),
        ColumnData::Guid(value) => or_null(*value),
        ColumnData::Numeric(value) => or_null(*value),
        ColumnData::Binary(value) => or_null(value.as_ref().map(|bytes| format!("{bytes:02x?}"))),
        ColumnData::DateTime(value) => {
            or_null(value.map(|at| format!("{} days {}", at.days(), at.seconds_fragments() / 300)))
        }
        other => format!("{other:?}"),
    }
}

/// Every result of a batch, one line a row, the cells with a blank between; results have a `/`
/// between.
async fn ask(client: &mut Client, sql: &str) -> String {
    try_to_ask(client, sql).await.unwrap()
}

async fn try_to_ask(client: &mut Client, sql: &str) -> tiberius::Result<String> {
    let answer = tokio::time::timeout(SOON, async {
        client.simple_query(sql).await?.into_results().await
    });
    answer
        .await
        .expect("an answer in time")
        .map(|results| text_of(&results))
}

async fn ask_with(client: &mut Client, sql: &str, values: &[&dyn ToSql]) -> String {
    let results = client
        .query(sql, values)
        .await
        .unwrap()
        .into_results()
        .await
        .unwrap();
    text_of(&results)
}

fn text_of(results: &[Vec<tiberius::Row>]) -> String {
    let results: Vec<String> = results
        .iter()
        .map(|rows| {
            let rows: Vec<String> = rows
                .iter()
                .map(|row| {
                    row.cells()
                        .map(|(_, cell)| shown(cell))
                        .collect::<Vec<_>>()
                        .join(" ")
                })
                .collect();
            rows.join("\n")
        })
        .collect();
    results.join(" / ")
}

/// The number of the error that a batch ends with.
async fn error_of(client: &mut Client, sql: &str) -> u32 {
    let error = try_to_ask(client, sql).await.unwrap_err();
    error.code().unwrap_or_else(|| panic!("{sql}: {error}"))
}

/// A server with a table `dbo.ITEM` of three rows.
async fn with_items() -> (Server, Client) {
    let server = Server::start();
    let mut client = server.connect().await;
    ask(
        &mut client,
        "CREATE TABLE dbo.ITEM (DATAAREAID nvarchar(4) NOT NULL, ITEMID nvarchar(20) NOT NULL,
           QTY numeric(32, 16) NOT NULL DEFAULT 0, STATE int NOT NULL DEFAULT 0,
           CONSTRAINT PK_ITEM PRIMARY KEY CLUSTERED (DATAAREAID, ITEMID));
         INSERT INTO dbo.ITEM (DATAAREAID, ITEMID, QTY) VALUES
           (N'usmf', N'A', 1.5), (N'usmf', N'B', 2.25), (N'usrt', N'A', 3)",
    )
    .await;
    (server, client)
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_database_are_refused_in_sql_servers_words() {
    let server = Server::start();
    let mut config = server.config();
    config.authentication(tiberius::AuthMethod::sql_server("axcs", "wrong"));
    let refused = mssql::connect(config, server.address()).await.unwrap_err();
    assert_eq!(refused.code(), Some(18456));
    assert!(
        refused
            .to_string()
            .contains("Login failed for user 'axcs'."),
        "{refused}"
    );
    let mut config = server.config();
    config.database("NOPE");
    let refused = mssql::connect(config, server.address()).await.unwrap_err();
    assert_eq!(refused.code(), Some(4060));
    assert!(
        refused
            .to_string()
            .contains("Cannot open database \"NOPE\""),
        "{refused}"
    );
}

#[tokio::test]
async fn statements_tell_how_many_rows_they_changed_to_the_client_and_to_the_batch() {
    let (_server, mut client) = with_items().await;
    let done = client.execute(
        "UPDATE dbo.ITEM SET STATE = 1 WHERE DATAAREAID = @P1",
        &[&"usmf"],
    );
    assert_eq!(done.await.unwrap().rows_affected(), [2]);
    let done = client
        .execute("DELETE FROM dbo.ITEM WHERE ITEMID = N'Z'", &[])
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), [0]);
    let both = "UPDATE dbo.ITEM SET STATE = 2 WHERE ITEMID = @P1;
                IF @@ROWCOUNT = 0 INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'usmf', @P1)";
    let done = client.execute(both, &[&"C"]).await.unwrap();
    assert_eq!(done.rows_affected(), [0, 1]);
    let done = client.execute(both, &[&"C"]).await.unwrap();
    assert_eq!(done.rows_affected(), [1]);
    assert_eq!(
        ask(
            &mut client,
            "SELECT ITEMID FROM dbo.ITEM; SELECT @@ROWCOUNT"
        )
        .await,
        "A\nB\nA\nC / 4"
    );
    let quiet = client
        .execute("SET NOCOUNT ON; UPDATE dbo.ITEM SET STATE = 3", &[])
        .await
        .unwrap();
    assert_eq!(quiet.total(), 0);
}

#[tokio::test]
async fn several_statements_share_the_parameters_of_a_batch_and_each_has_its_result() {
    let (_server, mut client) = with_items().await;
    let sql = "DECLARE @most int = @P2 + 1; SELECT @P1 AS a; SELECT ITEMID FROM dbo.ITEM WHERE DATAAREAID = @P1;
               IF @P2 = 1 BEGIN SELECT @most AS b; SELECT N'c' AS c END ELSE SELECT 0 AS d;
               WHILE @most < 5 SET @most = @most + 1; SELECT @most AS e";
    assert_eq!(
        ask_with(&mut client, sql, &[&"usmf", &1_i32]).await,
        "usmf / A\nB / 2 / c / 5"
    );
}

#[tokio::test]
async fn queries_of_the_usual_shapes_are_answered() {
    let (_server, mut client) = with_items().await;
    for (sql, answer) in [
        (
            "SELECT ITEMID FROM dbo.ITEM ORDER BY QTY DESC OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY",
            "B",
        ),
        (
            "SELECT TOP (2) ITEMID, QTY FROM dbo.ITEM ORDER BY QTY DESC",
            "A 3.0000000000000000\nB 2.2500000000000000",
        ),
        (
            "SELECT v.a, v.b FROM (VALUES (1, N'x'), (2, N'y')) AS v(a, b) ORDER BY v.a DESC",
            "2 y\n1 x",
        ),
        (
            "SELECT i.QTY FROM dbo.ITEM AS i JOIN (VALUES (N'usmf', N'B')) AS k(c, i) ON k.c = i.DATAAREAID AND k.i = i.ITEMID",
            "2.2500000000000000",
        ),
        (
            "SELECT DATAAREAID, COUNT(*), SUM(QTY), MAX(ITEMID) FROM dbo.ITEM GROUP BY DATAAREAID HAVING COUNT(*) > 1 ORDER BY DATAAREAID",
            "usmf 2 3.7500000000000000 B",
        ),
        (
            "WITH a AS (SELECT ITEMID AS x FROM dbo.ITEM UNION SELECT N'Z'), b AS (SELECT x FROM a) SELECT x FROM b ORDER BY x",
            "A\nB\nZ",
        ),
        (
            "SELECT i.ITEMID, n.Q FROM dbo.ITEM AS i CROSS APPLY (SELECT TOP (1) j.QTY AS Q FROM dbo.ITEM AS j WHERE j.QTY > i.QTY ORDER BY j.QTY) AS n ORDER BY i.QTY",
            "A 2.2500000000000000\nB 3.0000000000000000",
        ),
        (
            "SELECT i.QTY, n.DATAAREAID FROM dbo.ITEM AS i OUTER APPLY (SELECT j.DATAAREAID FROM dbo.ITEM AS j WHERE j.ITEMID = i.ITEMID AND j.DATAAREAID <> i.DATAAREAID) AS n WHERE i.DATAAREAID = N'usmf' ORDER BY i.QTY",
            "1.5000000000000000 usrt\n2.2500000000000000 NULL",
        ),
        (
            "SELECT ITEMID FROM dbo.ITEM AS i WHERE EXISTS (SELECT 1 FROM dbo.ITEM AS j WHERE j.ITEMID = i.ITEMID AND j.DATAAREAID <> i.DATAAREAID) AND i.DATAAREAID = N'usmf'",
            "A",
        ),
        (
            "SELECT ROW_NUMBER() OVER (PARTITION BY DATAAREAID ORDER BY ITEMID DESC) AS r, ITEMID FROM dbo.ITEM WHERE DATAAREAID = N'usmf' ORDER BY r",
            "1 B\n2 A",
        ),
        (
            "SELECT a.ITEMID, b.DATAAREAID FROM dbo.ITEM AS a WITH (NOLOCK) LEFT OUTER JOIN dbo.ITEM AS b ON b.ITEMID = a.ITEMID AND b.DATAAREAID = N'usrt' WHERE a.DATAAREAID = N'usmf' ORDER BY a.ITEMID",
            "A usrt\nB NULL",
        ),
        (
            "SELECT QTY * 2 + STATE, ISNULL(NULL, ITEMID), CASE WHEN QTY > 2 THEN N'many' ELSE N'few' END, LEN(N'ab ') FROM dbo.ITEM WHERE QTY = 1.5",
            "3.0000000000000000 A few 2",
        ),
        (
            "SELECT DATEADD(DAY, 1, CAST('2024-02-28' AS datetime)), DATEDIFF(SECOND, '2024-01-01', '2024-01-02')",
            "45349 days 0 86400",
        ),
        (
            "SELECT DATAAREAID, COUNT(*) AS n FROM dbo.ITEM GROUP BY DATAAREAID ORDER BY n",
            "usrt 1\nusmf 2",
        ),
        (
            "SELECT COUNT(*), COUNT_BIG(*) FROM dbo.ITEM OPTION (RECOMPILE)",
            "3 3",
        ),
    ] {
        assert_eq!(ask(&mut client, sql).await, answer, "{sql}");
    }
    let at = "SELECT CASE WHEN DATEDIFF(SECOND, SYSUTCDATETIME(), GETUTCDATE()) IN (0, 1, -1) THEN 1 ELSE 0 END";
    assert_eq!(ask(&mut client, at).await, "1");
    let now = client
        .simple_query("SELECT SYSUTCDATETIME()")
        .await
        .unwrap()
        .into_row()
        .await
        .unwrap();
    assert!(now.is_some());
}

#[tokio::test]
async fn rows_are_changed_as_t_sql_says_it() {
    let (_server, mut client) = with_items().await;
    for (sql, answer) in [
        ("INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) OUTPUT inserted.ITEMID VALUES (N'usmf', N'C'), (N'usmf', N'D')", "C\nD"),
        ("INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) SELECT v.c, v.i FROM (VALUES (N'usmf', N'C'), (N'usmf', N'E')) AS v(c, i)
          WHERE NOT EXISTS (SELECT 1 FROM dbo.ITEM AS t WHERE t.DATAAREAID = v.c AND t.ITEMID = v.i); SELECT @@ROWCOUNT", "1"),
        ("UPDATE TOP (1) q SET STATE = 1 OUTPUT inserted.ITEMID, deleted.STATE, inserted.STATE
          FROM dbo.ITEM AS q WITH (ROWLOCK, UPDLOCK, READPAST) WHERE q.STATE = 0", "A 0 1"),
        ("UPDATE i SET STATE = v.s FROM dbo.ITEM AS i JOIN (VALUES (N'D', 7)) AS v(i, s) ON v.i = i.ITEMID; SELECT @@ROWCOUNT", "1"),
        ("DECLARE @n int = 2; DELETE TOP (@n) FROM dbo.ITEM WHERE STATE = 0; SELECT @@ROWCOUNT", "2"),
        ("DECLARE @gone TABLE (ITEMID nvarchar(20), STATE int);
          DELETE FROM dbo.ITEM OUTPUT deleted.ITEMID, deleted.STATE INTO @gone WHERE STATE = 7; SELECT ITEMID, STATE FROM @gone", "D 7"),
        ("CREATE TABLE #keys (ITEMID nvarchar(20) NOT NULL PRIMARY KEY); INSERT INTO #keys VALUES (N'A'); SELECT COUNT(*) FROM #keys", "1"),
        ("SELECT i.ITEMID FROM dbo.ITEM AS i JOIN #keys AS k ON k.ITEMID = i.ITEMID; DROP TABLE #keys", "A"),
    ] {
        assert_eq!(ask(&mut client, sql).await, answer, "{sql}");
    }
}

#[tokio::test]
async fn keys_of_several_columns_unique_and_filtered_indexes_are_kept() {
    let (_server, mut client) = with_items().await;
    let twice = "INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'usmf', N'Q'), (N'usmf', N'A')";
    let error = try_to_ask(&mut client, twice).await.unwrap_err();
    assert_eq!(error.code(), Some(2627));
    assert!(
        error
            .to_string()
            .contains("PRIMARY KEY constraint 'PK_ITEM'"),
        "{error}"
    );
    // All or nothing.
    assert_eq!(ask(&mut client, "SELECT COUNT(*) FROM dbo.ITEM").await, "3");
    assert_eq!(
        error_of(
            &mut client,
            "UPDATE dbo.ITEM SET DATAAREAID = N'usmf' WHERE ITEMID = N'A'"
        )
        .await,
        2627
    );
    ask(
        &mut client,
        "CREATE UNIQUE NONCLUSTERED INDEX UX_RUNNING ON dbo.ITEM (DATAAREAID) WHERE STATE = 2",
    )
    .await;
    ask(
        &mut client,
        "UPDATE dbo.ITEM SET STATE = 2 WHERE ITEMID = N'A'",
    )
    .await;
    assert_eq!(
        error_of(
            &mut client,
            "UPDATE dbo.ITEM SET STATE = 2 WHERE ITEMID = N'B'"
        )
        .await,
        2601
    );
    assert_eq!(
        error_of(
            &mut client,
            "CREATE UNIQUE INDEX UX_ITEM ON dbo.ITEM (ITEMID)"
        )
        .await,
        2601
    );
    ask(&mut client, "CREATE TABLE dbo.ONE (ID int NOT NULL CONSTRAINT PK_ONE PRIMARY KEY CLUSTERED); INSERT INTO dbo.ONE VALUES (1)").await;
    assert_eq!(
        error_of(&mut client, "INSERT INTO dbo.ONE VALUES (1)").await,
        2627
    );
}

#[tokio::test]
async fn tables_have_defaults_identities_computed_columns_and_triggers() {
    let server = Server::start();
    let mut client = server.connect().await;
    ask(&mut client, "CREATE SCHEMA axcs").await;
    ask(
        &mut client,
        "CREATE TABLE axcs.RUN (ID bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY, N int NOT NULL CONSTRAINT DF_N DEFAULT (4),
           TWICE AS (N * 2) PERSISTED, AT_ datetime2(3) NOT NULL DEFAULT (SYSUTCDATETIME()));
         CREATE TABLE axcs.SEEN (ID bigint NOT NULL)",
    )
    .await;
    ask(&mut client, "CREATE TRIGGER axcs.TR_RUN ON axcs.RUN AFTER INSERT AS BEGIN INSERT INTO axcs.SEEN (ID) SELECT ID FROM inserted END").await;
    ask(
        &mut client,
        "INSERT INTO axcs.RUN (N) VALUES (5); INSERT INTO axcs.RUN DEFAULT VALUES",
    )
    .await;
    assert_eq!(
        ask(
            &mut client,
            "SELECT ID, N, TWICE FROM axcs.RUN; SELECT ID FROM axcs.SEEN"
        )
        .await,
        "1 5 10\n2 4 8 / 1\n2"
    );
    ask(&mut client, "ALTER TABLE axcs.RUN ADD NOTE nvarchar(10) NOT NULL DEFAULT N'-'; TRUNCATE TABLE axcs.SEEN").await;
    assert_eq!(
        ask(&mut client, "SELECT COUNT(*) FROM axcs.SEEN").await,
        "0"
    );
}

#[tokio::test]
async fn the_catalogue_answers_what_a_client_looks_up_first() {
    let (_server, mut client) = with_items().await;
    for (sql, answer) in [
        ("SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, IS_NULLABLE FROM INFORMATION_SCHEMA.COLUMNS
          WHERE TABLE_SCHEMA = N'dbo' AND TABLE_NAME = N'ITEM' ORDER BY ORDINAL_POSITION",
         "DATAAREAID nvarchar 4 NO\nITEMID nvarchar 20 NO\nQTY numeric NULL NO\nSTATE int NULL NO"),
        ("SELECT name FROM sys.tables", "ITEM"),
        ("SELECT CASE WHEN OBJECT_ID(N'dbo.ITEM') = OBJECT_ID(N'ITEM', N'U') THEN 1 ELSE 0 END, OBJECT_ID(N'dbo.NOPE')", "1 NULL"),
        ("SELECT OBJECT_NAME(OBJECT_ID(N'dbo.ITEM')), DB_NAME(), DB_ID(), DB_ID(N'AX'), DB_ID(N'NOPE')", "ITEM AX 5 5 NULL"),
        ("SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128))", "16.0.1000.6"),
        ("SELECT name, snapshot_isolation_state, is_read_committed_snapshot_on, compatibility_level FROM sys.databases WHERE database_id = DB_ID()", "AX 1 1 110"),
        ("SELECT HAS_PERMS_BY_NAME(N'dbo.ITEM', N'OBJECT', N'SELECT')", "1"),
        ("SELECT SUSER_SNAME(), @@TRANCOUNT, @@LOCK_TIMEOUT", "axcs 0 -1"),
        ("SELECT c.name FROM sys.indexes AS i JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
          JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
          WHERE i.is_primary_key = 1 AND i.object_id = OBJECT_ID(N'dbo.ITEM') ORDER BY ic.key_ordinal", "DATAAREAID\nITEMID"),
        ("SELECT k.COLUMN_NAME FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE AS k JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS AS c
            ON c.TABLE_SCHEMA = k.TABLE_SCHEMA AND c.TABLE_NAME = k.TABLE_NAME AND c.CONSTRAINT_NAME = k.CONSTRAINT_NAME
          WHERE c.CONSTRAINT_TYPE = N'PRIMARY KEY' AND k.TABLE_NAME = N'ITEM' ORDER BY k.ORDINAL_POSITION", "DATAAREAID\nITEMID"),
    ] {
        assert_eq!(ask(&mut client, sql).await, answer, "{sql}");
    }
    let ids = "SELECT NEWID()";
    assert_ne!(ask(&mut client, ids).await, ask(&mut client, ids).await);
}

#[tokio::test]
async fn errors_have_sql_servers_numbers_and_can_be_caught() {
    let (_server, mut client) = with_items().await;
    for (sql, number) in [
        ("SELECT 1 FROM dbo.NOPE", 208),
        ("SELECT NOPE FROM dbo.ITEM", 207),
        ("SELEC 1", 102),
        ("SELECT 1 / 0", 8134),
        ("SELECT CAST(N'x' AS int)", 245),
        (
            "INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'usmfx', N'A')",
            8152,
        ),
        ("UPDATE dbo.ITEM SET ITEMID = N'สวัสดีสวัสดีสวัสดีสวัสดี'", 8152),
        ("INSERT INTO dbo.ITEM (DATAAREAID) VALUES (N'usmf')", 515),
        ("THROW 50123, N'own', 1", 50123),
        ("EXEC dbo.NOPE", 2812),
        ("COMMIT", 3902),
        ("ROLLBACK", 3903),
    ] {
        assert_eq!(error_of(&mut client, sql).await, number, "{sql}");
    }
    assert_eq!(
        ask(
            &mut client,
            "UPDATE dbo.ITEM SET ITEMID = N'สวัสดีสวัสดี' WHERE ITEMID = N'B'; SELECT @@ROWCOUNT"
        )
        .await,
        "1"
    );
    let caught = "BEGIN TRY INSERT INTO dbo.ITEM (DATAAREAID, ITEMID) VALUES (N'usmf', N'A'); SELECT N'not reached' END TRY
                  BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_SEVERITY(), XACT_STATE() END CATCH; SELECT N'on'";
    assert_eq!(ask(&mut client, caught).await, "2627 16 0 / on");
    assert_eq!(
        error_of(
            &mut client,
            "BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH THROW; END CATCH"
        )
        .await,
        8134
    );
}
