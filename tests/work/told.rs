//! The judge sees what does grow.

use axcs::sqlite::{Access, Sqlite, SqliteError};

use super::count::count;
use super::judge::{assert_none, grown};
use super::multiplied::multiply;
use super::one_at_a_time;

const FEW: u64 = 1_000;
const MANY: u64 = 2_000;

/// A file with a table of so many rows.
async fn file(path: &std::path::Path, rows: u64) -> Sqlite {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let filled = Sqlite::open(path, Access::Create, move |connection| {
        let table =
            "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO t VALUES (1, 'a')";
        connection.execute_batch(table).unwrap();
        multiply(connection, "t", "1", rows, &[("id", "NULL")]);
        Ok::<(), SqliteError>(())
    });
    filled.await.unwrap()
}

async fn number(file: &Sqlite, sql: &'static str) -> u64 {
    let asked = file.call(move |connection| {
        let found: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        Ok::<_, SqliteError>(found as u64)
    });
    asked.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_as_large_as_its_table_is_told_whichever_file_it_is_of() {
    let _turn = one_at_a_time().await;
    let folder = tempfile::tempdir().unwrap();
    for (name, part) in [
        ("other", "company"),
        ("ledger", "ledger"),
        ("commerce", "store of the service"),
    ] {
        let open = async |rows: u64| {
            let path = folder.path().join(rows.to_string());
            file(&path.join(format!("{name}.db")), rows).await
        };
        let (few, many) = (open(FEW).await, open(MANY).await);
        let sql = "SELECT count(*) FROM t WHERE text <> ''";
        let (found, smaller) = count(number(&few, sql)).await;
        assert_eq!(found, FEW);
        let (found, larger) = count(number(&many, sql)).await;
        assert_eq!(found, MANY);
        let told = grown("every row", &smaller, &larger);
        // Of what belongs to none of our two files, the thread tells that it is the company's.
        for figure in ["steps", "rows scanned"] {
            let figure = format!("every row: {part}: {figure} ");
            assert!(
                told.iter().any(|told| told.starts_with(&figure)),
                "{told:?}"
            );
        }

        let sql = "SELECT count(*) FROM t WHERE id = 7";
        let (found, smaller) = count(number(&few, sql)).await;
        assert_eq!(found, 1);
        let (_, larger) = count(number(&many, sql)).await;
        assert_none(&grown("one row", &smaller, &larger));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_for_each_row_is_told() {
    let _turn = one_at_a_time().await;
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder.path().join("ledger.db"), FEW).await;
    let one_by_one = async |rows: u64| {
        for _ in 0..rows {
            number(&file, "SELECT count(*) FROM t WHERE id = 7").await;
        }
    };
    let ((), smaller) = count(one_by_one(50)).await;
    let ((), larger) = count(one_by_one(100)).await;
    let told = grown("one by one", &smaller, &larger);
    assert!(
        told.iter().any(|told| told.contains("ledger: statements")),
        "{told:?}"
    );
}
