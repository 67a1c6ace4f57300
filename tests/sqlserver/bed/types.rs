//! Values survive the way to the server and back.

use tiberius::numeric::Numeric;
use tiberius::{ColumnData, ToSql};

use super::{ask, ask_with, shown};
use crate::mssql::{Client, Server};

async fn there_and_back(client: &mut Client, declared: &str, value: &dyn ToSql) -> String {
    let sql = format!(
        "CREATE TABLE #v (ID int NOT NULL PRIMARY KEY, V {declared} NULL); INSERT INTO #v VALUES (1, @P1);
         SELECT V FROM #v WHERE V = @P1 OR @P1 IS NULL; DROP TABLE #v"
    );
    ask_with(client, &sql, &[value]).await
}

/// A value as it travels.
pub struct Plain(pub ColumnData<'static>);

impl ToSql for Plain {
    fn to_sql(&self) -> ColumnData<'_> {
        self.0.clone()
    }
}

#[tokio::test]
async fn values_of_every_type_axcs_uses_come_back_as_they_were() {
    let server = Server::start();
    let mut client = server.connect().await;
    let long = "🚲".repeat(10_000);
    let bytes: Vec<u8> = (0..20_000_u32).map(|byte| byte as u8).collect();
    for (declared, value) in [
        ("bigint", ColumnData::I64(Some(i64::MIN))),
        ("int", ColumnData::I32(Some(-7))),
        ("smallint", ColumnData::I16(Some(-300))),
        ("tinyint", ColumnData::U8(Some(200))),
        ("bit", ColumnData::Bit(Some(true))),
        ("float", ColumnData::F64(Some(-0.125))),
        (
            "nvarchar(60)",
            ColumnData::String(Some("it's Zoë 🚲".into())),
        ),
        ("nvarchar(60)", ColumnData::String(Some("".into()))),
        ("nvarchar(max)", ColumnData::String(Some(long.into()))),
        (
            "varbinary(8)",
            ColumnData::Binary(Some(vec![0, 255, 7].into())),
        ),
        ("varbinary(max)", ColumnData::Binary(Some(bytes.into()))),
        (
            "uniqueidentifier",
            ColumnData::Guid(Some(tiberius::Uuid::from_u128(
                0x1234_5678_9abc_def0_1122_3344_5566_7788,
            ))),
        ),
        (
            "numeric(32, 16)",
            ColumnData::Numeric(Some(Numeric::new_with_scale(
                -12_345_678_901_234_560_000_000_000_000_001,
                16,
            ))),
        ),
        (
            "datetime",
            ColumnData::DateTime(Some(tiberius::time::DateTime::new(45_000, 300 * 3_723))),
        ),
        ("int", ColumnData::I32(None)),
        ("nvarchar(60)", ColumnData::String(None)),
        ("numeric(32, 16)", ColumnData::Numeric(None)),
    ] {
        let wanted = shown(&value);
        assert_eq!(
            there_and_back(&mut client, declared, &Plain(value)).await,
            wanted,
            "{declared}"
        );
    }
}

#[tokio::test]
async fn no_date_and_a_moment_of_the_servers_clock_are_told_to_the_second() {
    let server = Server::start();
    let mut client = server.connect().await;
    let sql = "SELECT CAST('1900-01-01' AS datetime), CAST('2154-12-31 23:59:59' AS datetime)";
    assert_eq!(ask(&mut client, sql).await, "0 days 0 93136 days 86399");
    ask(
        &mut client,
        "CREATE TABLE dbo.M (ID int NOT NULL PRIMARY KEY, AT_ datetime2(3) NOT NULL)",
    )
    .await;
    ask(
        &mut client,
        "INSERT INTO dbo.M VALUES (1, SYSUTCDATETIME())",
    )
    .await;
    let row = client
        .simple_query("SELECT AT_ FROM dbo.M")
        .await
        .unwrap()
        .into_row()
        .await
        .unwrap()
        .unwrap();
    let Some((_, ColumnData::DateTime2(Some(at)))) = row.cells().next() else {
        panic!("{row:?}");
    };
    // Days since year one: this test was written after 2026-01-01.
    assert!(at.date().days() >= 739_616, "{at:?}");
}

#[tokio::test]
async fn an_answer_of_many_packets_arrives_whole() {
    let server = Server::start();
    let mut client = server.connect().await;
    ask(
        &mut client,
        "CREATE TABLE dbo.MANY (ID int NOT NULL PRIMARY KEY, V nvarchar(100) NOT NULL)",
    )
    .await;
    for part in 0..4 {
        let rows: Vec<_> = (part * 500..(part + 1) * 500)
            .map(|id| format!("({id}, N'{id:099}')"))
            .collect();
        ask(
            &mut client,
            &format!("INSERT INTO dbo.MANY VALUES {}", rows.join(", ")),
        )
        .await;
    }
    let rows = client
        .simple_query("SELECT ID, V FROM dbo.MANY ORDER BY ID")
        .await
        .unwrap();
    let rows = rows.into_first_result().await.unwrap();
    assert_eq!(rows.len(), 2000);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row.get::<i32, _>(0), Some(at as i32));
        assert_eq!(row.get::<&str, _>(1).unwrap(), format!("{at:099}"));
    }
}

#[tokio::test]
async fn a_part_of_bytes_is_bytes_and_a_part_of_a_text_is_a_text() {
    let server = Server::start();
    let mut client = server.connect().await;
    let sql = "CREATE TABLE dbo.V (ID int NOT NULL PRIMARY KEY, B varbinary(max) NULL, T nvarchar(20) NOT NULL);
         INSERT INTO dbo.V VALUES (1, 0x07FD01FF, N'Zoë 🚲'), (2, NULL, N'x')";
    ask(&mut client, sql).await;
    let sql = "SELECT SUBSTRING(v.B, 2, @P1), SUBSTRING(T, 2, 2), SUBSTRING(v.B, 9, 1) FROM dbo.V v ORDER BY ID";
    let found = ask_with(&mut client, sql, &[&2_i64]).await;
    assert_eq!(found, "[fd, 01] oë []\nNULL  NULL");
}
