//! How fast a company is made and read. Run by hand, optimised, each test alone:
//!
//! ```text
//! ITEMS=1000000 cargo test --release --test company -- --ignored --nocapture figures::generating
//! ```

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axcs::company::Company;
use axcs::company::embedded::{Embedded, Existing, generate, writer};
use axcs::model::{Selection, Stream};

/// Where the company of the figures stays, so that it is made once.
fn path(items: u64) -> PathBuf {
    std::env::temp_dir().join(format!("axcs-figures-{items}.db"))
}

fn items() -> u64 {
    std::env::var("ITEMS").map_or(200_000, |items| items.parse().unwrap())
}

/// Peak memory of this process in MB, where the system tells.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    peak.unwrap_or("VmHWM: unknown").to_owned()
}

fn rate(count: u64, time: Duration) -> u64 {
    (count as f64 / time.as_secs_f64()) as u64
}

fn made(items: u64) -> PathBuf {
    let path = path(items);
    if !path.exists() {
        generate(&path, items, 1, Existing::Keep, |_, _| {}).unwrap();
    }
    path
}

#[test]
#[ignore = "a measurement"]
fn generating() {
    let items = items();
    let path = path(items);
    let start = Instant::now();
    let counts = generate(&path, items, 1, Existing::Replace, |_, _| {}).unwrap();
    let time = start.elapsed();
    let size = std::fs::metadata(&path).unwrap().len() / 1_000_000;
    println!(
        "{items} items in {time:.1?} ({} items/s), {size} MB, {}",
        rate(items, time),
        peak_memory()
    );
    println!("{counts:?}");
    assert_eq!(counts.released_items, items);
}

async fn read_all(path: &Path, stream: Stream, selection: &Selection) {
    let company = Embedded::open(path, None).unwrap();
    let start = Instant::now();
    let mut reading = company.read_all(stream, selection, None).await.unwrap();
    let counted = start.elapsed();
    let start = Instant::now();
    let mut read = 0;
    while let Some(page) = reading.pages.recv().await {
        read += page.unwrap().len() as u64;
    }
    let time = start.elapsed();
    assert_eq!(read, reading.total);
    println!(
        "{stream}: counted in {counted:.2?}; {read} in {time:.2?} = {}/s; {}",
        rate(read, time),
        peak_memory()
    );
}

#[tokio::test]
#[ignore = "a measurement"]
async fn reading_everything() {
    let path = made(items());
    for stream in Stream::ALL
        .into_iter()
        .filter(|stream| stream.is_read_from_company())
    {
        read_all(&path, stream, &Selection::everything()).await;
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn reading_changes() {
    let path = made(items());
    let company = Embedded::open(&path, None).unwrap();
    let since = company
        .tracking(Stream::OnHand, &[])
        .await
        .unwrap()
        .current_version;
    let writer = writer(&path).unwrap();
    let sql = "UPDATE INVENTSUM SET AVAILPHYSICAL = '7' WHERE (ITEMID, INVENTDIMID) IN
                 (SELECT ITEMID, INVENTDIMID FROM INVENTSUM WHERE CLOSED = 0 ORDER BY RECID % 9973 LIMIT 100)";
    assert_eq!(writer.execute(sql, []).unwrap(), 100);
    for stream in Stream::ALL
        .into_iter()
        .filter(|stream| stream.is_read_from_company())
    {
        let start = Instant::now();
        let everything = Selection::everything();
        let mut reading = company
            .read_changes(stream, &everything, since)
            .await
            .unwrap();
        let mut read = 0;
        while let Some(page) = reading.pages.recv().await {
            read += page.unwrap().len();
        }
        println!("{stream}: {read} changes in {:.2?}", start.elapsed());
        assert_eq!(read, if stream == Stream::OnHand { 100 } else { 0 });
    }
}
