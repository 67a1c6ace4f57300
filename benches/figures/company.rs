//! The embedded company: how fast it is made, read, and asked for its changes, beside SQLite alone.

use std::path::Path;
use std::time::{Duration, Instant};

use axcs::company::Company as _;
use axcs::company::Reading;
use axcs::company::embedded::{Embedded, Existing, generate, writer};
use axcs::model::{Selection, Stream};
use rusqlite::Connection;

use crate::{growth, site, table};

/// The table of the largest stream.
const ROWS: &str = "SELECT * FROM INVENTSUM WHERE CLOSED = 0";

fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// How many records, and how long they took.
async fn drained(mut reading: Reading, began: Instant) -> (u64, Duration) {
    let mut read = 0;
    while let Some(page) = reading.pages.recv().await {
        read += page.unwrap().len() as u64;
    }
    (read, began.elapsed())
}

/// Rows and cells of a statement, by SQLite alone.
fn bare(path: &Path, sql: &str) -> (u64, Duration) {
    let connection = Connection::open(path).unwrap();
    let began = Instant::now();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let (mut count, mut bytes) = (0, 0);
    while let Some(row) = rows.next().unwrap() {
        count += 1;
        for column in 0..columns {
            let text = row.get_ref(column).unwrap().as_bytes_or_null();
            bytes += text.ok().flatten().map_or(8, <[u8]>::len);
        }
    }
    assert!(bytes > 0);
    (count, began.elapsed())
}

/// Making, reading, and the enumeration of changes: of a hundred, and of every row.
pub async fn company(items: u64) {
    let folder = site::folder();
    let path = folder.path().join("made.db");
    let file = path.clone();
    let began = Instant::now();
    let made =
        tokio::task::spawn_blocking(move || generate(&file, items, 1, Existing::Keep, |_, _| {}));
    made.await.unwrap().unwrap();
    let took = began.elapsed();
    let copy = folder.path().join("copy.db");
    let began = Instant::now();
    let source = Connection::open(&path).unwrap();
    source.execute("VACUUM INTO ?1", [copy.to_str()]).unwrap();
    let limit = began.elapsed();
    table::tell(
        format!("a company of {items} items is made"),
        format!("{took:.2?}, {:.0} items/s", rate(items, took)),
        format!("{limit:.2?} (SQLite copies the file)"),
        took.as_secs_f64() / limit.as_secs_f64(),
    );
    growth::point("generator", "items/s", items, rate(items, took));

    let company = Embedded::open(&path, None).unwrap();
    let everything = Selection::everything();
    let began = Instant::now();
    let reading = company.read_all(Stream::OnHand, &everything, None).await;
    let (records, took) = drained(reading.unwrap(), began).await;
    let (rows, limit) = bare(&path, ROWS);
    table::tell(
        format!("on-hand of {items} items is read, {records} records"),
        format!("{:.0} records/s", rate(records, took)),
        format!("{:.0} rows/s (SQLite alone, one table)", rate(rows, limit)),
        rate(records, took) / rate(rows, limit),
    );
    growth::point("company-read", "records/s", items, rate(records, took));

    let versions = async || {
        company
            .tracking(Stream::OnHand, &[])
            .await
            .unwrap()
            .current_version
    };
    let changes = [
        (
            "100",
            "UPDATE INVENTSUM SET AVAILPHYSICAL = '7' WHERE RECID IN
               (SELECT RECID FROM INVENTSUM WHERE CLOSED = 0 ORDER BY RECID % 9973, RECID LIMIT 100)",
        ),
        ("all", "UPDATE INVENTSUM SET AVAILPHYSICAL = '8'"),
    ];
    for (name, sql) in changes {
        let since = versions().await;
        let changed = writer(&path).unwrap().execute(sql, []).unwrap();
        let began = Instant::now();
        let reading = company
            .read_changes(Stream::OnHand, &everything, since)
            .await;
        let (records, took) = drained(reading.unwrap(), began).await;
        assert!(records > 0);
        table::tell(
            format!("changes of {name} rows of stock among {items} items, {changed} rows"),
            format!("{took:.2?}, {:.0} records/s", rate(records, took)),
            format!("{:.0} rows/s (SQLite alone, one table)", rate(rows, limit)),
            rate(records, took) / rate(rows, limit),
        );
        growth::point(
            &format!("changes-of-{name}"),
            "ms",
            items,
            took.as_secs_f64() * 1e3,
        );
    }
}
