//! What only looks changes nothing, anywhere.

use std::collections::BTreeMap;
use std::path::Path;

use axcs::company::embedded::activity::clerk::{self, Orders, Ship};
use axcs::jobs::RunOptions;
use axcs::model::{Job, RunStatus};
use rusqlite::types::Value;

use super::site::Site;

/// Every row of every table of a file. Of the ledger not its runs and leases, and what counts them:
/// a dry run is a run.
fn contents(path: &Path) -> BTreeMap<String, Vec<Vec<Value>>> {
    let file = rusqlite::Connection::open(path).unwrap();
    let list = |sql: &str| -> Vec<String> {
        let mut select = file.prepare(sql).unwrap();
        let names = select.query_map([], |row| row.get(0)).unwrap();
        names.collect::<Result<_, _>>().unwrap()
    };
    list("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('run', 'lease', 'changes', 'sqlite_sequence')")
        .into_iter()
        .map(|table| {
            let mut select = file.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let width = select.column_count();
            let rows = select
                .query_map([], |row| (0..width).map(|column| row.get(column)).collect())
                .unwrap();
            let mut rows: Vec<Vec<Value>> = rows.collect::<Result<_, _>>().unwrap();
            rows.sort_by_key(|row| format!("{row:?}"));
            (table, rows)
        })
        .collect()
}

fn everything(site: &Site) -> Vec<BTreeMap<String, Vec<Vec<Value>>>> {
    ["ledger.db", "company.db", "service/commerce.db"]
        .map(|file| contents(&site.dir.path().join(file)))
        .into()
}

/// A site where something waits in every stream, and something failed.
async fn busy() -> Site {
    let site = Site::new().await;
    let mut faulty = site.order("W-2", "1002");
    faulty.lines[0].item = "NO-SUCH".into();
    site.place("W-1", "1001").await;
    site.client.place_order(&faulty).await.unwrap();
    site.orders().await;
    let everything = Ship {
        orders: Orders::All,
        partial: true,
    };
    clerk::ship(&site.company, &everything, 1).unwrap();
    site.orders().await;
    // News for each: a slip that is gone, another one, a status, stock, an order.
    site.sql("DELETE FROM CUSTPACKINGSLIPTRANS");
    site.sql("DELETE FROM CUSTPACKINGSLIPJOUR");
    clerk::ship(&site.company, &everything, 2).unwrap();
    clerk::invoice(&site.company, &site.staged("W-1").await.row.sales_order).unwrap();
    site.sql("UPDATE CUSTTABLE SET PRICEGROUP = 'NEW' WHERE ACCOUNTNUM = 'WEB-TEMPLATE'");
    site.place("W-3", "1003").await;
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_any_job_changes_nothing() {
    let site = busy().await;
    let before = everything(&site);
    for job in Job::ALL {
        for complete in [false, true] {
            let options = RunOptions {
                dry_run: true,
                complete,
                ..RunOptions::default()
            };
            let run = site.runner.start(job, options).await.unwrap();
            let run = site.runner.finished(run).await.unwrap();
            assert_eq!(run.status, RunStatus::Ended, "{run:?}");
            for (before, after) in before.iter().zip(everything(&site)) {
                for (table, rows) in before {
                    assert_eq!(rows, &after[table], "{job:?} {table}, complete: {complete}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_changes_nothing() {
    let site = busy().await;
    let before = everything(&site);
    assert_ne!(site.differences().await, Vec::<String>::new());
    assert!(before == everything(&site));
}
