//! What a run costs that finds little changed: nothing sent where nothing is new, and a hundred rows of a
//! large company as much as of a small one; and what a run costs that was cut in its middle.

use std::path::Path;
use std::time::Duration;

use axcs::model::{Job, RunStatus, Stream};

use crate::count::{self, Part};
use crate::line::Proxy;
use crate::site::{self, Site, Way};
use crate::{growth, table};

/// Rows of stock that change, all over the table, each time other ones.
const CHANGED: u64 = 100;
/// The company beside which the large one is seen.
const SMALL: u64 = 1_000;
const ROUNDS: u64 = 5;

fn change(round: u64) -> String {
    format!(
        "UPDATE INVENTSUM SET AVAILPHYSICAL = '{}' WHERE RECID IN
           (SELECT RECID FROM INVENTSUM WHERE CLOSED = 0 ORDER BY (RECID + {round}) % 9973, RECID LIMIT {CHANGED})",
        1_000 + round
    )
}

/// Every row of stock touched, none really changed: no record is sent.
pub async fn unchanged(items: u64) {
    let folder = site::folder();
    let company = site::company(folder.path(), items).await;
    let place = folder.path().join("place");
    let site = Site::open(&company, &place, Way::USUAL).await;
    site.ended(Job::Complete).await;
    let line = Proxy::before(site.service.address()).await;
    let runner = site::runner(&company, &place, &line.url, Way::USUAL).await;
    let touched = site.execute("UPDATE INVENTSUM SET AVAILPHYSICAL = AVAILPHYSICAL");
    line.arm(None);
    let (summary, took) = site::ended(&runner, Job::Inventory).await;
    let [sent, received] = line.heal().0;
    let counts = summary.counts();
    assert!(counts.unchanged > 0 && counts.unchanged == counts.enumerated);
    table::tell(
        format!("{touched} rows touched, none changed: payload"),
        format!("{} records sent", counts.acknowledged),
        "0 records",
        counts.acknowledged as f64,
    );
    table::tell(
        format!("{touched} rows touched, none changed: on the wire, with all heads"),
        format!("{sent} bytes up, {received} down, {took:.1?}"),
        "0 bytes of payload",
        sent as f64,
    );
    growth::point(
        "unchanged",
        "rows/s",
        items,
        touched as f64 / took.as_secs_f64(),
    );
    runner.shut_down().await;
    site.close().await;
}

/// The least time of some runs that find a hundred rows changed, and the steps of one.
async fn hundred(folder: &Path, items: u64) -> (Duration, u64) {
    let company = site::company(folder, items).await;
    let place = folder.join(format!("place-{items}"));
    let site = Site::open(&company, &place, Way::USUAL).await;
    site.ended(Job::Complete).await;
    let mut least = Duration::MAX;
    for round in 0..ROUNDS {
        assert_eq!(site.execute(&change(round)), CHANGED);
        let (summary, took) = site.ended(Job::Inventory).await;
        assert!(summary.counts().acknowledged > 0);
        least = least.min(took);
    }
    site.close().await;
    // Counting takes time: the files are opened anew for it.
    count::begin();
    let site = Site::open(&company, &place, Way::USUAL).await;
    assert_eq!(site.execute(&change(ROUNDS)), CHANGED);
    let (_, tally) = count::count(site.ended(Job::Inventory)).await;
    site.close().await;
    (
        least,
        Part::ALL.map(|part| tally.cost(part).steps).iter().sum(),
    )
}

/// A hundred rows of a large company beside a hundred of a small one.
pub async fn delta(items: u64) {
    let folder = site::folder();
    let (limit, fewest) = hundred(folder.path(), SMALL).await;
    let (figure, steps) = hundred(folder.path(), items).await;
    table::tell(
        format!("{CHANGED} rows changed among {items} items: time"),
        format!("{figure:.1?}"),
        format!("{limit:.1?} (among {SMALL}); at most twice"),
        figure.as_secs_f64() / limit.as_secs_f64(),
    );
    table::tell(
        format!("{CHANGED} rows changed among {items} items: steps of all statements"),
        format!("{steps}"),
        format!("{fewest} (among {SMALL}); at most twice"),
        steps as f64 / fewest as f64,
    );
    growth::point("delta", "ms", SMALL, limit.as_secs_f64() * 1e3);
    growth::point("delta", "ms", items, figure.as_secs_f64() * 1e3);
}

/// A complete run that is cut when half is acknowledged, and the one behind it, beside one that is not.
pub async fn resume(items: u64) {
    let folder = site::folder();
    let company = site::company(folder.path(), items).await;
    let place = folder.path().join("whole");
    let whole = Site::open(&company, &place, Way::USUAL).await;
    let (summary, limit) = whole.ended(Job::Complete).await;
    let records = summary.counts().acknowledged;
    whole.close().await;

    let site = Site::open(&company, &folder.path().join("cut"), Way::USUAL).await;
    let runner = &site.runner;
    let began = std::time::Instant::now();
    let run = runner.start(Job::Complete, axcs::jobs::RunOptions::default());
    let run = run.await.unwrap();
    let mut live = runner.live();
    let half = live.wait_for(|runs| {
        let mut executing = runs.executing.iter();
        executing.any(|run| run.counts().acknowledged >= records / 2)
    });
    drop(half.await.unwrap());
    assert!(runner.cancel_here(Job::Complete));
    let cut = runner.finished(run).await.unwrap();
    assert_eq!(cut.status, RunStatus::Canceled);
    let first = began.elapsed();
    let (summary, second) = site.ended(Job::Complete).await;
    let again = cut.counts().acknowledged + summary.counts().acknowledged;
    table::tell(
        format!("complete run of {items} items, cut at half and gone on with: time"),
        format!("{:.2?} ({first:.2?} and {second:.2?})", first + second),
        format!("{limit:.2?} (not cut)"),
        (first + second).as_secs_f64() / limit.as_secs_f64(),
    );
    table::tell(
        format!("complete run of {items} items, cut at half and gone on with: records sent"),
        format!("{again}"),
        format!("{records} (not cut)"),
        again as f64 / records as f64,
    );
    let held = site.runner.sides().ledger.acknowledged(Stream::Items).await;
    assert!(held.unwrap().count > 0);
    site.close().await;
}
