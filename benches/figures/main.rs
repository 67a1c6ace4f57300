//! The figures of the design, each beside its own limit measured in the same run:
//! `cargo bench --bench figures -- upload [--items N] | tds [--rows N] | due | takeover | idle | paint |
//! frame | keys [--items N] | all`.
//!
//! Each figure prints a line `name | figure | limit | ratio`.
#![allow(missing_docs, reason = "a program, not a library")]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at the first fault"
)]

mod bare_pipe;
mod bare_screen;
#[cfg(unix)]
mod console;
mod frame;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
#[path = "../../tests/support/pty.rs"]
mod pty;
#[path = "../../tests/support/scenes.rs"]
mod scenes;
mod schedule;
mod tds;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axcs::commerce::client::{Client, ClientOptions, Compression};
use axcs::company::embedded::{Embedded, Existing, generator};
use axcs::jobs::{Flow, Place, RunOptions, Runner, Sides, selection};
use axcs::ledger::{EmbeddedLedger, Ledger};
use axcs::model::{Job, Rule, RunStatus, Selection};
use axcs::service;

const IN_FLIGHT: usize = 4;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    // This program plays parts of its own figures, in a terminal.
    match arguments.first().map(String::as_str) {
        Some(bare_screen::NAME) => return bare_screen::play(),
        #[cfg(unix)]
        Some(keys::NAME) => return keys::play(&arguments[1..]),
        Some(_) | None => {}
    }
    let number = |name: &str, usual: u64| {
        arguments
            .iter()
            .position(|argument| argument == name)
            .map_or(usual, |at| arguments[at + 1].parse().unwrap())
    };
    let wants = |name: &str| {
        arguments
            .iter()
            .any(|argument| argument == name || argument == "all")
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let figures = [
        "upload", "tds", "due", "takeover", "idle", "paint", "frame", "keys",
    ];
    if !figures.into_iter().any(wants) {
        println!(
            "figures: {} (or all); --items N, --rows N, --count N, --seconds N, --lines N",
            figures.join(", ")
        );
    }
    if wants("upload") {
        runtime.block_on(upload(number("--items", 200_000)));
    }
    if wants("tds") {
        runtime.block_on(tds::tds(number("--rows", 1_000_000)));
    }
    if wants("due") {
        runtime.block_on(schedule::due(number("--count", 100)));
    }
    if wants("takeover") {
        runtime.block_on(schedule::takeover(number("--count", 10)));
    }
    #[cfg(target_os = "linux")]
    if wants("idle") {
        runtime.block_on(schedule::idle(number("--seconds", 60)));
        runtime.block_on(console::idle(number("--seconds", 60)));
    }
    #[cfg(unix)]
    if wants("paint") {
        runtime.block_on(console::paint(number("--count", 21)));
    }
    if wants("frame") {
        frame::frame();
    }
    #[cfg(unix)]
    if wants("keys") {
        runtime.block_on(keys::keys(
            number("--items", 1_000_000),
            number("--lines", 1_000_000),
            number("--count", 4),
        ));
    }
}

/// A complete run into an empty service, beside the same records through a pipe without engine.
async fn upload(items: u64) {
    let dir = tempfile::tempdir().unwrap();
    let company = dir.path().join("company.db");
    let file = company.clone();
    tokio::task::spawn_blocking(move || {
        generator::generate(&file, items, 1, Existing::Keep, |_, _| {})
    })
    .await
    .unwrap()
    .unwrap();
    println!(
        "{items} items generated; {} cores",
        std::thread::available_parallelism().unwrap()
    );

    // A B B A: a machine that slows down meanwhile does not favour either.
    let mut bare = Vec::new();
    let mut engine = Vec::new();
    let mut records = 0;
    for round in 0..2 {
        for first in [true, false] {
            let folder = dir.path().join(format!("{round}-{first}"));
            std::fs::create_dir(&folder).unwrap();
            if first == (round == 0) {
                let (sent, took) =
                    bare_pipe::run(&company, &folder, &everything(), IN_FLIGHT).await;
                records = sent;
                bare.push(took);
            } else {
                engine.push(complete_run(&company, &folder, records).await);
            }
            std::fs::remove_dir_all(&folder).unwrap();
        }
    }
    let rate = |times: &[Duration]| {
        let best = times.iter().min().unwrap();
        records as f64 / best.as_secs_f64()
    };
    let (figure, limit) = (rate(&engine), rate(&bare));
    println!(
        "upload of {records} records | {figure:.0} records/s | {limit:.0} records/s (bare pipe) | {:.2}",
        figure / limit
    );
}

fn everything() -> Selection {
    Selection::everything()
}

async fn complete_run(company: &Path, folder: &Path, records: u64) -> Duration {
    let service = service::start(service::Options {
        dir: folder.join("service"),
        listen: ([127, 0, 0, 1], 0).into(),
        token: "figures".to_owned(),
        tls: None,
        insecure: false,
        set_up: jiff::SignedDuration::ZERO,
        first_release: None,
    })
    .await
    .unwrap();
    let ledger = EmbeddedLedger::open(&folder.join("ledger.db"))
        .await
        .unwrap();
    let incarnation = ledger.incarnation().await.unwrap();
    let commerce = Arc::new(
        Client::new(ClientOptions {
            compression: Compression::Auto,
            ..ClientOptions::new(service.url(), "figures")
        })
        .unwrap(),
    );
    let sides = Sides {
        company: Arc::new(Embedded::open(company, None).unwrap()),
        sales_orders: Arc::new(Embedded::open(company, None).unwrap()),
        ledger: Arc::new(ledger),
        commerce,
        incarnation,
        flow: Arc::new(Flow::new(IN_FLIGHT, Duration::from_secs(60), 1)),
        lease: Duration::from_secs(30),
        request_life: Duration::from_secs(120),
    };
    let place = Place {
        profile: String::new(),
        is_production: false,
        company: String::new(),
        service: service.url(),
    };
    let runner = Runner::new(sides, place);
    selection::change(runner.sides(), |selection| {
        selection.rules.push(Rule::ItemRange {
            from: String::new(),
            to: String::new(),
        });
    })
    .await
    .unwrap();
    let started = Instant::now();
    let run = runner
        .start(Job::Complete, RunOptions::default())
        .await
        .unwrap();
    let summary = runner.finished(run).await.unwrap();
    let took = started.elapsed();
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    if records > 0 {
        assert_eq!(
            summary.counts().acknowledged,
            records,
            "both pipes carry the same records"
        );
    }
    runner.shut_down().await;
    service.stop().await;
    took
}
