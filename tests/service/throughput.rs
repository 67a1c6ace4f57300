//! How fast the service takes records, measured on demand:
//! `cargo test --release --test service -- --ignored --nocapture throughput`.

#![allow(clippy::print_stdout, reason = "it is a measurement")]

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axcs::commerce::Commerce as _;
use axcs::commerce::client::{Client, ClientOptions, Compression, Upload};
use axcs::commerce::wire::LineStatus;
use axcs::model::Stream;
use axcs::service;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

const BATCH: usize = 1_000;
const IN_FLIGHT: usize = 4;

fn batches(records: usize, version: i64) -> Vec<Bytes> {
    (0..records / BATCH)
        .map(|batch| {
            let mut lines = String::new();
            for n in batch * BATCH..(batch + 1) * BATCH {
                let (price, category) = (n % 977, n % 31);
                // Writing to a string cannot fail.
                let _ = writeln!(
                    lines,
                    r#"{{"op":"upsert","id":"{n:07}","version":{version},"value":{{"item":"{n:07}","product":"P{n:07}","product_type":"item","search_name":"Search {n}","item_group":"AW-FIN","item_tax_group":"TX-FULL","unit":"ea","price":"{price}.5","price_unit":"1","net_weight":"1.25","categories":["{category}"],"texts":[{{"language":"en-us","name":"Mountain bike {n}"}}]}}}}"#
                );
            }
            Bytes::from(lines)
        })
        .collect()
}

async fn post(client: &Arc<Client>, name: &str, bodies: &[Bytes], expected: LineStatus) {
    let began = Instant::now();
    stream::iter(bodies.iter().cloned().enumerate())
        .map(|(number, body)| {
            let client = Arc::clone(client);
            let key = format!("{name}-{number}");
            tokio::spawn(async move {
                let upload = Upload {
                    key: &key,
                    body,
                    packed: None,
                    lines: BATCH,
                    load: None,
                    dry_run: false,
                };
                client.upload(Stream::Items, &upload).await.unwrap()
            })
        })
        .buffer_unordered(IN_FLIGHT)
        .try_for_each(|uploaded| async move {
            assert_eq!(uploaded.results[0].status, expected);
            Ok(())
        })
        .await
        .unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let records = bodies.len() * BATCH;
    println!(
        "{name}: {records} records in {seconds:.2} s, {:.0} k/s",
        records as f64 / seconds / 1e3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a promise"]
async fn a_million_records_in_batches_of_a_thousand() {
    let records = 1_000_000;
    let (first, again) = (batches(records, 100), batches(records, 101));
    println!("{} bytes a line", first[0].len() / BATCH);
    for compression in [Compression::None, Compression::Zstd] {
        let dir = tempfile::tempdir().unwrap();
        let running = service::start(service::Options {
            dir: dir.path().to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: "t".to_owned(),
            tls: None,
            insecure: false,
            set_up: jiff::SignedDuration::ZERO,
            first_release: None,
        })
        .await
        .unwrap();
        let client = Arc::new(
            Client::new(ClientOptions {
                compression,
                ..ClientOptions::new(running.url(), "t")
            })
            .unwrap(),
        );
        post(
            &client,
            &format!("{compression:?}-created"),
            &first,
            LineStatus::Created,
        )
        .await;
        post(
            &client,
            &format!("{compression:?}-unchanged"),
            &again,
            LineStatus::Unchanged,
        )
        .await;
        running.stop().await;
    }
}
