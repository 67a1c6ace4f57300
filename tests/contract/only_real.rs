//! What only a real SQL Server can show: its locks, its change tracking, its collations.

use std::time::Duration;

use axcs::company::sqlserver::grants;
use axcs::company::{Company as _, CompanyError, Tracking};
use axcs::ledger::import::ImportState;
use axcs::ledger::orders::FeedPosition;
use axcs::model::{Selection, Stream};
use axcs::sql::{Session, Text};
use axcs::sqlserver::{Isolation, Link, Server, ServerError};

use super::ledger::{import, stores};
use super::{Engine, Place};
use crate::ax::Ax;
use crate::importer;
use crate::real_server::{keep, rows, run};
use crate::support::busy_sample;

/// Makes a test of each promise.
macro_rules! real {
    ($($promise:ident),+ $(,)?) => {
        mod on_a_real_server {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                let name = concat!(module_path!(), "::", stringify!($promise));
                super::keep(name, super::$promise()).await;
            })+
        }
    };
}

async fn server() -> (Place, Server) {
    let place = Place::new(Engine::RealServer).await;
    let server = place.connections();
    (place, server)
}

/// The number that a batch answers on this connection.
fn number(link: &Link, sql: &'static str) -> Option<i64> {
    let row = Session::Server(link).row(&Text::both(sql), &[], |row| row.get(0));
    row.unwrap()
}

async fn refusal(server: &Server, sql: &str) -> u32 {
    let refused = run(server, sql.to_owned()).await.unwrap_err();
    refused.code().unwrap_or_else(|| panic!("{refused}"))
}

async fn one_of_two_openers_waits_for_the_other() {
    let (place, server) = server().await;
    drop(place.open().await.unwrap());
    let runtime = tokio::runtime::Handle::current();
    let opening: Result<_, ServerError> = server
        .call(move |link| {
            link.begin(Isolation::ReadCommitted)?;
            let lock = "DECLARE @given int; EXEC @given = sp_getapplock
                @Resource = N'axcs ledger format', @LockMode = N'Exclusive',
                @LockOwner = N'Transaction', @LockTimeout = 0; SELECT @given";
            assert_eq!(number(link, lock), Some(0));
            let mut opening = runtime.spawn(async move { place.open().await.map(|_| place) });
            runtime.block_on(async {
                let early = tokio::time::timeout(Duration::from_secs(1), &mut opening).await;
                assert!(early.is_err(), "the other has the lock");
            });
            link.roll_back()?;
            Ok(opening)
        })
        .await;
    opening.unwrap().await.unwrap().unwrap();
}

async fn a_lock_that_is_not_given_in_time_is_1222() {
    let (_place, server) = server().await;
    let table = "CREATE TABLE dbo.T (id int NOT NULL PRIMARY KEY); INSERT INTO dbo.T VALUES (1)";
    run(&server, table.to_owned()).await.unwrap();
    let other = Server::clone(&server);
    let runtime = tokio::runtime::Handle::current();
    let code: Result<_, ServerError> = server
        .call(move |link| {
            link.begin(Isolation::ReadCommitted)?;
            link.script("UPDATE dbo.T SET id = id")?;
            let code = runtime.block_on(refusal(
                &other,
                "SET LOCK_TIMEOUT 200; UPDATE dbo.T SET id = id",
            ));
            link.roll_back()?;
            Ok(code)
        })
        .await;
    assert_eq!(code.unwrap(), 1222);
}

async fn the_view_of_the_stores_counts_orders_as_they_come_and_go() {
    let (place, ledger, fence) = stores::open(Engine::RealServer).await;
    let orders = (1..=3).map(|number| {
        let mut event = stores::order("web");
        event.seq = number;
        event.order.id = format!("o{number}");
        event.order.number = format!("W-{number}");
        event
    });
    let position = FeedPosition {
        book: "b".into(),
        seq: 3,
    };
    let staged = ledger.stage(fence, orders.collect(), position).await;
    staged.unwrap();
    let counted = "SELECT orders FROM axcs.store_orders WITH (NOEXPAND) WHERE store = N'web'";
    assert_eq!(place.number(counted).await, 3);
    let gone = "DELETE FROM axcs.online_order WHERE id = N'o2'";
    assert_eq!(place.sql(gone, Vec::new()).await, 1);
    assert_eq!(place.number(counted).await, 2);
}

async fn a_table_that_was_emptied_has_lost_its_changes() {
    let sample = busy_sample(2, 1).await;
    let ax = Ax::of(Engine::RealServer, &sample).await;
    let company = ax.open(None, None).await.unwrap();
    let stream = Stream::DeliveryModes;
    let kept_from = |tracking: &Tracking| {
        let mut tables = tracking.tables.iter();
        let table = tables.find(|table| table.table == "DLVMODE").unwrap();
        table.min_valid_version.unwrap()
    };
    let before = company.tracking(stream, &[]).await.unwrap();
    ax.run("UPDATE dbo.DLVMODE SET TXT = N'x'").await;
    ax.run("TRUNCATE TABLE dbo.DLVMODE").await;
    let after = company.tracking(stream, &[]).await.unwrap();
    assert!(kept_from(&after) > kept_from(&before));
    let everything = Selection::everything();
    let read = company.read_changes(stream, &everything, before.current_version);
    let Err(CompanyError::Gap { table, .. }) = read.await else {
        panic!("the changes are there")
    };
    assert_eq!(table, "DLVMODE");
}

/// What the user `reader` sees of the tracking of a table.
async fn seen(server: &Server) -> Option<i64> {
    let seen: Result<_, ServerError> = server
        .call(|link| {
            link.script("EXECUTE AS USER = N'reader'")?;
            let table = "SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(N'dbo.DLVMODE'))";
            let seen = number(link, table);
            link.script("REVERT")?;
            Ok(seen)
        })
        .await;
    seen.unwrap()
}

async fn the_tracking_is_seen_with_the_grants_and_with_nothing_less() {
    let sample = busy_sample(2, 1).await;
    let ax = Ax::of(Engine::RealServer, &sample).await;
    let server = ax.place.connections();
    assert!(seen(&server).await.is_some());
    ax.run("REVOKE VIEW CHANGE TRACKING ON dbo.DLVMODE FROM reader")
        .await;
    assert_eq!(seen(&server).await, None);
    let as_reader = "EXECUTE AS USER = N'reader'; SELECT COUNT(*) FROM dbo.BANKACCOUNTTABLE";
    ax.run("CREATE TABLE dbo.BANKACCOUNTTABLE (RECID bigint NOT NULL)")
        .await;
    assert_eq!(refusal(&server, as_reader).await, 229);
    ax.run(&grants("reader")).await;
    assert!(seen(&server).await.is_some());
}

async fn the_rights_of_readme_let_the_import_do_its_part_and_nothing_else() {
    let (place, ledger, _fence) = import::laid_out(Engine::RealServer).await;
    let server = place.connections();
    run(&server, "CREATE USER [ax_import] WITHOUT LOGIN".to_owned())
        .await
        .unwrap();
    run(&server, importer::rights()).await.unwrap();
    // As sqlcmd and the SQL Server Agent begin.
    let as_import = "SET QUOTED_IDENTIFIER OFF; EXECUTE AS USER = N'ax_import';";
    let declared = format!(
        "DECLARE @message_id nvarchar(36) = N'{}', @sales_order nvarchar(20) = N'SO-1', \
         @error nvarchar(max) = N'no'",
        import::message(1)
    );
    for name in ["look", "take", "done", "refused"] {
        let sql = format!(
            "{as_import} {declared};\n{};\nREVERT",
            importer::statement(name)
        );
        run(&server, sql).await.unwrap();
    }
    let found = ledger.imports(vec![import::message(1)]).await.unwrap();
    let created = ImportState::Created {
        sales_order: "SO-1".to_owned(),
    };
    assert_eq!(found[0].as_ref().unwrap().state, created);
    for (sql, code) in [
        ("UPDATE axcs.import_order SET total = 0", 230),
        ("DELETE FROM axcs.import_order", 229),
        ("UPDATE axcs.import_line SET amount = 0", 229),
        ("SELECT COUNT(*) FROM axcs.online_order", 229),
    ] {
        assert_eq!(
            refusal(&server, &format!("{as_import} {sql}")).await,
            code,
            "{sql}"
        );
    }
}

async fn keys_of_the_ledger_are_ordered_and_told_apart_by_their_characters() {
    let (place, server) = server().await;
    drop(place.open().await.unwrap());
    let workers = "INSERT INTO axcs.worker (owner, version, since, seen) VALUES
        (N'b', N'', 0, 0), (N'B', N'', 0, 0), (N'a', N'', 0, 0), (N'é', N'', 0, 0)";
    run(&server, workers.to_owned()).await.unwrap();
    let owners = "SELECT owner FROM axcs.worker ORDER BY owner";
    let owners = rows(&server, owners, |row| row.get::<String>(0)).await;
    assert_eq!(owners, ["B", "a", "b", "é"]);
}

async fn a_column_of_ax_takes_ids_that_differ_in_case_only_for_one() {
    let (_place, server) = server().await;
    let table =
        "CREATE TABLE dbo.T (ITEMID nvarchar(20) COLLATE SQL_Latin1_General_CP1_CI_AS NOT NULL
        PRIMARY KEY); INSERT INTO dbo.T VALUES (N'Bike-1')";
    run(&server, table.to_owned()).await.unwrap();
    let found = rows(
        &server,
        "SELECT ITEMID FROM dbo.T WHERE ITEMID = N'BIKE-1 '",
        |row| row.get::<String>(0),
    );
    assert_eq!(found.await, ["Bike-1"], "the id is that of the row");
    let again = "INSERT INTO dbo.T VALUES (N'bike-1')";
    assert_eq!(refusal(&server, again).await, 2627);
}

async fn date_times_and_amounts_come_back_as_they_were() {
    let (_place, server) = server().await;
    let sql =
        "SELECT CAST(N'2026-12-31T23:59:59.997' AS datetime), CAST(N'1900-01-01' AS datetime),
        CAST(N'-1234567890123456.0000000000000001' AS numeric(32, 16)),
        CAST(N'10.5' AS numeric(32, 16))";
    let read = rows(&server, sql, |row| {
        (0..4)
            .map(|column| row.get::<String>(column))
            .collect::<Result<Vec<_>, _>>()
    });
    let expected = [
        "2026-12-31 23:59:59.997",
        "1900-01-01 00:00:00",
        "-1234567890123456.0000000000000001",
        "10.5",
    ];
    assert_eq!(read.await, [expected]);
}

async fn a_snapshot_stands_still_and_may_have_temporary_tables() {
    let (place, server) = server().await;
    place.allow_snapshot(true).await;
    let table = "CREATE TABLE dbo.T (id int NOT NULL PRIMARY KEY); INSERT INTO dbo.T VALUES (1)";
    run(&server, table.to_owned()).await.unwrap();
    let other = Server::clone(&server);
    let runtime = tokio::runtime::Handle::current();
    let counted: Result<_, ServerError> = server
        .call(move |link| {
            link.script("CREATE TABLE #asked (id int NOT NULL PRIMARY KEY)")?;
            link.begin(Isolation::Snapshot)?;
            link.script("INSERT INTO #asked SELECT id FROM dbo.T")?;
            let write = run(&other, "INSERT INTO dbo.T VALUES (2)".to_owned());
            runtime.block_on(async {
                let written = tokio::time::timeout(Duration::from_secs(10), write).await;
                written.unwrap().unwrap();
            });
            let sql = "SELECT (SELECT COUNT(*) FROM dbo.T) * 10 + (SELECT COUNT(*) FROM #asked)";
            let counted = number(link, sql);
            link.roll_back()?;
            link.script("DROP TABLE #asked")?;
            Ok(counted)
        })
        .await;
    assert_eq!(counted.unwrap(), Some(11));
}

real![
    one_of_two_openers_waits_for_the_other,
    a_lock_that_is_not_given_in_time_is_1222,
    the_view_of_the_stores_counts_orders_as_they_come_and_go,
    a_table_that_was_emptied_has_lost_its_changes,
    the_tracking_is_seen_with_the_grants_and_with_nothing_less,
    the_rights_of_readme_let_the_import_do_its_part_and_nothing_else,
    keys_of_the_ledger_are_ordered_and_told_apart_by_their_characters,
    a_column_of_ax_takes_ids_that_differ_in_case_only_for_one,
    date_times_and_amounts_come_back_as_they_were,
    a_snapshot_stands_still_and_may_have_temporary_tables,
];
