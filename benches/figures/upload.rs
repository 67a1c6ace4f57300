//! A complete run into an empty service, beside the same records through a pipe without engine; and what
//! requests in flight and compression do to it, each beside a bare pipe of its own moment.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axcs::commerce::client::Compression;
use axcs::model::Job;
use tempfile::TempDir;

use crate::site::{self, Site, Way};
use crate::{bare_pipe, growth, table};

/// A larger company goes the usual way only: the others would take hours.
const MOST_IN_EVERY_WAY: u64 = 200_000;

/// The pipe and the engine on it, in turns; then the engine in every other way.
pub async fn upload(items: u64) {
    let folder = site::folder();
    let company = site::company(folder.path(), items).await;
    // A B B A: a machine that slows down meanwhile does not favour either.
    let (mut bare, mut engine) = (Vec::new(), Vec::new());
    let mut records = 0;
    for first in [true, false, false, true] {
        if first {
            let took;
            (records, took) = carried(&company, folder.path(), Way::USUAL.in_flight).await;
            bare.push(took);
        } else {
            engine.push(complete(&company, folder.path(), Way::USUAL, records).await);
        }
    }
    let rate = |times: &[Duration]| records as f64 / times.iter().min().unwrap().as_secs_f64();
    let (figure, limit) = (rate(&engine), rate(&bare));
    table::tell(
        format!("upload of {items} items, {records} records"),
        format!("{figure:.0} records/s"),
        format!("{limit:.0} records/s (bare pipe)"),
        figure / limit,
    );
    growth::point("upload", "records/s", items, figure);
    growth::point("bare-pipe", "records/s", items, limit);

    if items > MOST_IN_EVERY_WAY {
        return;
    }
    let compressions = [
        (Compression::None, "plain"),
        (Compression::Gzip, "gzip"),
        (Compression::Zstd, "zstd"),
    ];
    for (compression, name) in compressions {
        for in_flight in [1, 2, 4, 8, 16] {
            let way = Way {
                in_flight,
                compression,
            };
            let took = complete(&company, folder.path(), way, records).await;
            let (_, limit) = carried(&company, folder.path(), in_flight).await;
            let (figure, limit) = (rate(&[took]), rate(&[limit]));
            table::tell(
                format!("upload of {items} items, {in_flight} in flight, {name}"),
                format!("{figure:.0} records/s"),
                format!("{limit:.0} records/s (bare pipe behind it, plain, as many in flight)"),
                figure / limit,
            );
        }
    }
}

/// A folder of one round, which goes with it.
fn place(folder: &Path) -> TempDir {
    tempfile::tempdir_in(folder).unwrap()
}

/// How many records the bare pipe carries, and in what time.
async fn carried(company: &Path, folder: &Path, in_flight: usize) -> (u64, Duration) {
    let place = place(folder);
    let near = async |service: SocketAddr| format!("http://{service}");
    let carried = bare_pipe::run(company, place.path(), in_flight, near).await;
    (carried.records, carried.took)
}

async fn complete(company: &Path, folder: &Path, way: Way, records: u64) -> Duration {
    let place = place(folder);
    let site = Site::open(company, place.path(), way).await;
    let (summary, took) = site.ended(Job::Complete).await;
    let sent = summary.counts().acknowledged;
    assert_eq!(sent, records, "both pipes carry the same records");
    site.close().await;
    took
}
