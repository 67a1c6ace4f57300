//! The work of runs: it follows what has changed, not how large the company is.

use std::sync::Arc;
use std::time::Duration;

use axcs::commerce::client::{Client, ClientOptions};
use axcs::jobs::Flow;
use axcs::model::{Job, RunStatus};

use super::count::{self, Tally};
use super::judge::{assert_none, grown};
use super::one_at_a_time;
use super::site::Site;

/// Items of the two companies.
const SMALL: u64 = 300;
const LARGE: u64 = 3_000;
/// Longer than any pause of what goes on behind a run.
const INDEXING: Duration = Duration::from_millis(1_200);
/// Rows that change.
const CHANGED: u64 = 100;

/// What befalls both companies, and the job that deals with it.
struct Change {
    name: &'static str,
    sql: &'static str,
    /// Rows of the table that it changes.
    rows: u64,
    job: Job,
}

/// Each time other values, and rows all over the table.
const CHANGES: [Change; 6] = [
    Change {
        name: "nothing has changed",
        sql: "UPDATE INVENTSUM SET AVAILPHYSICAL = AVAILPHYSICAL WHERE 1 = 0",
        rows: 0,
        job: Job::Inventory,
    },
    Change {
        name: "the stock of a hundred items",
        sql: "UPDATE INVENTSUM SET AVAILPHYSICAL = '7' WHERE RECID IN
                (SELECT RECID FROM INVENTSUM WHERE CLOSED = 0 ORDER BY RECID % 9973, RECID LIMIT 100)",
        rows: CHANGED,
        job: Job::Inventory,
    },
    Change {
        name: "a hundred rows are touched that stay as they are",
        sql: "UPDATE INVENTSUM SET AVAILPHYSICAL = AVAILPHYSICAL WHERE RECID IN
                (SELECT RECID FROM INVENTSUM WHERE CLOSED = 0 ORDER BY RECID % 9973, RECID LIMIT 100)",
        rows: CHANGED,
        job: Job::Inventory,
    },
    Change {
        name: "the names of a hundred products",
        sql: "UPDATE ECORESPRODUCTTRANSLATION SET NAME = NAME || '!' WHERE RECID IN
                (SELECT RECID FROM ECORESPRODUCTTRANSLATION
                  WHERE LANGUAGEID = 'en-us' AND PRODUCT IN (SELECT PRODUCT FROM INVENTTABLE) ORDER BY RECID % 97, RECID LIMIT 100)",
        rows: CHANGED,
        job: Job::Inventory,
    },
    Change {
        name: "a hundred trade agreements",
        sql: "UPDATE PRICEDISCTABLE SET AMOUNT = '12' WHERE RECID IN
                (SELECT min(RECID) FROM PRICEDISCTABLE GROUP BY ITEMRELATION ORDER BY min(RECID) % 97 LIMIT 100)",
        rows: CHANGED,
        job: Job::TradeAgreements,
    },
    Change {
        name: "a hundred trade agreements are gone",
        sql: "DELETE FROM PRICEDISCTABLE WHERE RECID IN
                (SELECT min(RECID) FROM PRICEDISCTABLE GROUP BY ITEMRELATION ORDER BY min(RECID) % 97 LIMIT 100)",
        rows: CHANGED,
        job: Job::TradeAgreements,
    },
];

/// A company of which everything was uploaded.
pub async fn uploaded(items: u64) -> Site {
    let site = Site::with(items, |sides, url| {
        // A slow machine is no reason to ask twice.
        let patient = ClientOptions {
            request_timeout: Duration::from_secs(60),
            ..ClientOptions::new(url, "token")
        };
        sides.commerce = Arc::new(Client::new(patient).unwrap());
        sides.flow = Arc::new(Flow::new(4, Duration::from_secs(60), 1));
        sides.lease = Duration::from_secs(60);
    })
    .await;
    ended(&site, Job::Complete).await;
    // The index of the master catalog goes on behind it, with pauses.
    while count::is_busy_for(INDEXING).await {}
    site
}

async fn ended(site: &Site, job: Job) -> u64 {
    let summary = site.run(job).await;
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    summary.counts().enumerated
}

async fn cost(site: &Site, change: &Change) -> (u64, Tally) {
    assert_eq!(
        site.execute(change.sql) as u64,
        change.rows,
        "{}",
        change.name
    );
    site.proxy.arm(None);
    let (enumerated, mut tally) = count::count(ended(site, change.job)).await;
    tally.bytes = site.proxy.heal().0;
    (enumerated, tally)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_of_a_run_follows_what_changed_not_the_company() {
    let _turn = one_at_a_time().await;
    let (small, large) = tokio::join!(uploaded(SMALL), uploaded(LARGE));
    let mut told = Vec::new();
    for change in &CHANGES {
        let (few, smaller) = cost(&small, change).await;
        let (many, larger) = cost(&large, change).await;
        assert_eq!(few, many, "{}: both come upon as many records", change.name);
        assert!(many >= change.rows.min(1), "{}", change.name);
        told.extend(grown(change.name, &smaller, &larger));
    }
    assert_none(&told);
}
