//! A company whose products are sold: company, ledger and service in a folder, and a line before the
//! service that can be broken.
#![allow(dead_code, reason = "no test file uses all of it")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axcs::commerce::client::{Client, ClientOptions};
use axcs::company::embedded::{self, Embedded, Existing};
use axcs::jobs::verify::verify;
use axcs::jobs::{Flow, Place, RunOptions, Runner, Sides, selection};
use axcs::ledger::{EmbeddedLedger, Ledger as _};
use axcs::model::{Exception, Job, Progress, Rule, RunId, RunSummary, Stream};
use axcs::service::{self, Running};

use super::line::Proxy;

pub struct Site {
    pub runner: Runner,
    pub proxy: Proxy,
    pub dir: tempfile::TempDir,
    service: Running,
}

impl Site {
    /// A generated company of which everything is sold.
    pub async fn new(items: u64) -> Self {
        Self::with(items, |_, _| {}).await
    }

    /// The same, with something changed before the first run; the line to the service is at the
    /// address given.
    pub async fn with(items: u64, change: impl FnOnce(&mut Sides, &str)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let company = dir.path().join("company.db");
        embedded::generate(&company, items, 1, Existing::Keep, |_, _| {}).unwrap();
        let service = service::start(service::Options {
            dir: dir.path().join("service"),
            listen: ([127, 0, 0, 1], 0).into(),
            token: "token".to_owned(),
            tls: None,
            insecure: false,
            set_up: jiff::SignedDuration::ZERO,
            first_release: None,
        })
        .await
        .unwrap();
        let proxy = Proxy::before(service.address()).await;
        let ledger = EmbeddedLedger::open(&dir.path().join("ledger.db"))
            .await
            .unwrap();
        let mut sides = Sides {
            incarnation: ledger.incarnation().await.unwrap(),
            company: Arc::new(Embedded::open(&company, None).unwrap()),
            sales_orders: Arc::new(Embedded::open(&company, None).unwrap()),
            ledger: Arc::new(ledger),
            commerce: Arc::new(
                Client::new(ClientOptions {
                    request_timeout: Duration::from_millis(700),
                    ..ClientOptions::new(&proxy.url, "token")
                })
                .unwrap(),
            ),
            flow: Arc::new(Flow::new(4, Duration::from_secs(2), 1)),
            lease: Duration::from_secs(5),
            request_life: Duration::from_secs(5),
        };
        change(&mut sides, &proxy.url);
        let place = Place {
            profile: "test".to_owned(),
            is_production: false,
            company: String::new(),
            service: proxy.url.clone(),
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
        Self {
            runner,
            proxy,
            dir,
            service,
        }
    }

    pub async fn start(&self, job: Job) -> Result<RunId, Exception> {
        self.runner.start(job, RunOptions::default()).await
    }

    pub async fn run(&self, job: Job) -> RunSummary {
        let run = self.start(job).await.unwrap();
        self.runner.finished(run).await.unwrap()
    }

    /// Waits until the run of `job` looks as wanted.
    pub async fn until(&self, job: Job, wanted: impl Fn(&Progress) -> bool) {
        let mut live = self.runner.live();
        let seen = live.wait_for(|runs| {
            runs.executing
                .iter()
                .any(|run| run.job == job && wanted(run))
        });
        tokio::time::timeout(Duration::from_secs(30), seen)
            .await
            .unwrap()
            .unwrap();
    }

    pub async fn differences(&self) -> u64 {
        let mut differs = 0;
        for stream in Stream::ALL {
            differs += self.differences_of(stream).await;
        }
        differs
    }

    pub async fn differences_of(&self, stream: Stream) -> u64 {
        let sides = self.runner.sides();
        let selection = sides.ledger.selection().await.unwrap();
        let compared = verify(sides, &selection, stream, 10).await;
        compared.unwrap().differs()
    }

    /// The service itself, without the line.
    pub fn service_url(&self) -> String {
        self.service.url()
    }

    pub fn company(&self) -> PathBuf {
        self.dir.path().join("company.db")
    }

    pub fn execute(&self, sql: &str) -> usize {
        embedded::writer(&self.company())
            .unwrap()
            .execute(sql, [])
            .unwrap()
    }
}

pub fn stream(summary: &RunSummary, stream: Stream) -> &axcs::model::StreamProgress {
    summary
        .streams
        .iter()
        .find(|progress| progress.stream == stream)
        .unwrap()
}

pub fn assert_balances(summary: &RunSummary) {
    for progress in &summary.streams {
        assert!(progress.counts.balances(), "{progress:?}");
    }
}
