//! A company, a ledger and a service of this process, as the figures of uploads and orders need them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axcs::commerce::client::{Client, ClientOptions, Compression};
use axcs::company::embedded::{Embedded, Existing, generate};
use axcs::jobs::{Flow, Place, RunOptions, Runner, Sides, selection};
use axcs::ledger::{EmbeddedLedger, Ledger as _};
use axcs::model::{Job, Rule, RunStatus, RunSummary};
use axcs::service::{self, Running};

/// How requests go to the service.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub in_flight: usize,
    pub compression: Compression,
}

impl Way {
    pub const USUAL: Self = Self {
        in_flight: 8,
        compression: Compression::Auto,
    };
}

/// A company of so many items in a folder. It is made once.
pub async fn company(folder: &Path, items: u64) -> PathBuf {
    let path = folder.join(format!("company-{items}.db"));
    if !path.exists() {
        let file = path.clone();
        let made = tokio::task::spawn_blocking(move || {
            generate(&file, items, 1, Existing::Keep, |_, _| {})
        });
        made.await.unwrap().unwrap();
    }
    path
}

/// A folder that goes with what is measured in it. A million items take a gigabyte: not where temporary files
/// may be kept in memory.
pub fn folder() -> tempfile::TempDir {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(target).unwrap();
    tempfile::tempdir_in(target).unwrap()
}

/// A service over a folder.
pub async fn serve(folder: &Path) -> Running {
    let options = service::Options {
        dir: folder.join("service"),
        listen: ([127, 0, 0, 1], 0).into(),
        token: "figures".to_owned(),
        tls: None,
        insecure: false,
        set_up: jiff::SignedDuration::ZERO,
        first_release: None,
    };
    service::start(options).await.unwrap()
}

/// A client of that service.
pub fn client(url: &str, way: Way) -> Client {
    let options = ClientOptions {
        compression: way.compression,
        ..ClientOptions::new(url, "figures")
    };
    Client::new(options).unwrap()
}

/// A worker between a company, the ledger of a folder and a service. Everything is sold.
pub async fn runner(company: &Path, folder: &Path, url: &str, way: Way) -> Runner {
    let ledger = EmbeddedLedger::open(&folder.join("ledger.db"))
        .await
        .unwrap();
    let incarnation = ledger.incarnation().await.unwrap();
    let sides = Sides {
        company: Arc::new(Embedded::open(company, None).unwrap()),
        sales_orders: Arc::new(Embedded::open(company, None).unwrap()),
        ledger: Arc::new(ledger),
        commerce: Arc::new(client(url, way)),
        incarnation,
        flow: Arc::new(Flow::new(way.in_flight, Duration::from_secs(60), 1)),
        lease: Duration::from_secs(30),
        request_life: Duration::from_secs(120),
    };
    let place = Place {
        profile: String::new(),
        is_production: false,
        company: String::new(),
        service: url.to_owned(),
    };
    let runner = Runner::new(sides, place);
    let known = runner.sides().ledger.selection().await.unwrap();
    if known.rules.is_empty() {
        selection::change(runner.sides(), |selection| {
            selection.rules.push(Rule::ItemRange {
                from: String::new(),
                to: String::new(),
            });
        })
        .await
        .unwrap();
    }
    runner
}

/// A run that has to end well; how long it took.
pub async fn ended(runner: &Runner, job: Job) -> (RunSummary, Duration) {
    let began = Instant::now();
    let run = runner.start(job, RunOptions::default()).await.unwrap();
    let summary = runner.finished(run).await.unwrap();
    let took = began.elapsed();
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    (summary, took)
}

/// Worker and service over one folder.
pub struct Site {
    pub runner: Runner,
    pub service: Running,
    pub company: PathBuf,
}

impl Site {
    pub async fn open(company: &Path, folder: &Path, way: Way) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let service = serve(folder).await;
        Self {
            runner: runner(company, folder, &service.url(), way).await,
            service,
            company: company.to_owned(),
        }
    }

    pub async fn ended(&self, job: Job) -> (RunSummary, Duration) {
        ended(&self.runner, job).await
    }

    /// Changes the company by SQL; answers how many rows.
    pub fn execute(&self, sql: &str) -> u64 {
        let writer = axcs::company::embedded::writer(&self.company).unwrap();
        writer.execute(sql, []).unwrap() as u64
    }

    pub async fn close(self) {
        self.runner.shut_down().await;
        self.service.stop().await;
    }
}
