//! The service among many: consoles and visitors of its website at once, a search in a large master catalog,
//! what it keeps on the disk, and how soon it is there again.

use std::path::Path;
use std::time::{Duration, Instant};

use axcs::commerce::Commerce as _;
use axcs::model::{Job, Stream};
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::site::{self, Site, Way};
use crate::visitor::Visitor;
use crate::{growth, table};

/// How long they ask.
const TIME: Duration = Duration::from_secs(5);
/// How long the index of the master catalog may take.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// Consoles, and visitors of the website, at once.
const AT_ONCE: [u64; 3] = [1, 16, 64];
/// What somebody waits for without noticing.
const SOON: Duration = Duration::from_millis(100);
/// Words that many, few and no products have.
const SEARCHES: [&str; 3] = ["jacket", "C-000100", "no-product-has-this"];
const PAGES: [&str; 4] = ["/products", "/orders", "/stores", "/departments"];

/// The part of the waits below which so many of a hundred are.
fn at(waits: &mut [Duration], share: usize) -> Duration {
    waits.sort();
    waits[(waits.len() * share / 100).min(waits.len() - 1)]
}

fn tell(name: String, waits: &mut [Duration], took: Duration) {
    let (middle, late) = (at(waits, 50), at(waits, 99));
    let rate = waits.len() as f64 / took.as_secs_f64();
    table::tell(
        name,
        format!("{rate:.0} answers/s, p50 {middle:.1?}, p99 {late:.1?}"),
        format!("{SOON:.0?} at p99"),
        late.as_secs_f64() / SOON.as_secs_f64(),
    );
}

/// All of them ask one thing after the other until the time is over.
async fn all_at_once(mut asking: JoinSet<Vec<Duration>>) -> Vec<Duration> {
    let mut waits = Vec::new();
    while let Some(own) = asking.join_next().await {
        waits.extend(own.unwrap());
    }
    waits
}

async fn consoles(url: &str, count: u64, items: u64) {
    let mut asking = JoinSet::new();
    let began = Instant::now();
    for _ in 0..count {
        let client = site::client(url, Way::USUAL);
        asking.spawn(async move {
            let mut waits = Vec::new();
            while began.elapsed() < TIME {
                let asked = Instant::now();
                client.whoami().await.unwrap();
                client.summary(Stream::Items).await.unwrap();
                client.stores().await.unwrap();
                waits.push(asked.elapsed());
            }
            waits
        });
    }
    let mut waits = all_at_once(asking).await;
    tell(
        format!("{count} consoles at once at {items} items, three questions each"),
        &mut waits,
        began.elapsed(),
    );
}

/// Each of them a browser of Anna's.
async fn visitors(anna: &Visitor, count: u64, items: u64) {
    let mut asking = JoinSet::new();
    let began = Instant::now();
    for number in 0..count {
        let mut visitor = anna.clone();
        asking.spawn(async move {
            let mut waits = Vec::new();
            for page in PAGES
                .into_iter()
                .cycle()
                .skip(number as usize % PAGES.len())
            {
                let asked = Instant::now();
                visitor.get(page).await;
                waits.push(asked.elapsed());
                if began.elapsed() > TIME {
                    break;
                }
            }
            waits
        });
    }
    let mut waits = all_at_once(asking).await;
    tell(
        format!("{count} visitors of the website at once, {items} items"),
        &mut waits,
        began.elapsed(),
    );
}

/// Bytes of a folder's files.
fn bytes(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum()
}

/// Waits until the index of the master catalog has everything: it is made behind the uploads.
async fn indexed(folder: &Path) {
    let store = Connection::open(folder.join("service/commerce.db")).unwrap();
    let began = Instant::now();
    loop {
        let waiting: i64 = store
            .query_row("SELECT count(*) FROM changed_record", [], |row| row.get(0))
            .unwrap();
        if waiting == 0 {
            return;
        }
        let took = began.elapsed();
        assert!(took < PATIENCE, "{waiting} changes wait for the index");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A service that holds a company of so many items.
pub async fn service(items: u64) {
    let folder = site::folder();
    let company = site::company(folder.path(), items).await;
    let site = Site::open(&company, folder.path(), Way::USUAL).await;
    let (summary, _) = site.ended(Job::Complete).await;
    let records = summary.counts().acknowledged;
    indexed(folder.path()).await;
    site.close().await;
    // The same records with another value: what is kept does not grow.
    let store = folder.path().join("service");
    let before = bytes(&store);
    table::tell(
        format!("storage of the service, {records} records of {items} items"),
        format!("{:.0} bytes a record", before as f64 / records as f64),
        format!("{:.1} MB in all", before as f64 / 1e6),
        1.0,
    );
    growth::point("storage", "MB", items, before as f64 / 1e6);
    let site = Site::open(&company, folder.path(), Way::USUAL).await;
    site.execute("UPDATE INVENTSUM SET AVAILPHYSICAL = '77'");
    site.ended(Job::Inventory).await;
    indexed(folder.path()).await;
    site.close().await;
    let after = bytes(&store);
    table::tell(
        format!("storage after all stock of {items} items was sent again"),
        format!("{:.1} MB", after as f64 / 1e6),
        format!("{:.1} MB before", before as f64 / 1e6),
        after as f64 / before as f64,
    );

    // Who signs up has the account activated before records move again: nothing moves from here on.
    let site = Site::open(&company, folder.path(), Way::USUAL).await;
    let url = site.service.url();
    let mut anna = Visitor::at(&url);
    anna.sign_up().await;
    assert!(anna.get("/products?search=a").await.contains("/product?"));
    for count in AT_ONCE {
        consoles(&url, count, items).await;
        visitors(&anna, count, items).await;
    }
    for search in SEARCHES {
        let mut waits = Vec::new();
        let began = Instant::now();
        for _ in 0..20 {
            let asked = Instant::now();
            anna.get(&format!("/products?search={search}")).await;
            waits.push(asked.elapsed());
        }
        tell(
            format!("search for {search} among {items} items"),
            &mut waits,
            began.elapsed(),
        );
        growth::point(
            &format!("search-for-{search}"),
            "ms",
            items,
            at(&mut waits, 50).as_secs_f64() * 1e3,
        );
    }
    site.close().await;

    let began = Instant::now();
    let service = site::serve(folder.path()).await;
    let client = site::client(&service.url(), Way::USUAL);
    let held = client.summary(Stream::Items).await.unwrap().count;
    let took = began.elapsed();
    assert_eq!(held, items);
    table::tell(
        format!("start of a service with {items} items, to its first answer"),
        format!("{took:.1?}"),
        "1 s",
        took.as_secs_f64(),
    );
    growth::point("restart", "ms", items, took.as_secs_f64() * 1e3);
    service.stop().await;
}
