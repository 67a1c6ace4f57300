//! The limit of the upload figure: read, serialise, POST, parse, upsert, and nothing else. No
//! ledger, no comparison, no versions, no idempotency keys, no answers per record.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axcs::commerce::wire::{Line, MAX_LINES};
use axcs::company::Company as _;
use axcs::company::embedded::Embedded;
use axcs::jobs::batch::Batch;
use axcs::model::{Record, Selection, Stream};
use axcs::sqlite::{Access, Sqlite, SqliteError};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::routing::post;
use tokio::task::JoinSet;

/// From the first answer to the last one, of one stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    first: Option<(Instant, u64)>,
    last: Option<(Instant, u64)>,
}

impl Span {
    /// So many records are answered now.
    pub fn note(&mut self, answered: u64) {
        if self.last.is_none_or(|(_, before)| answered > before) && answered > 0 {
            self.last = Some((Instant::now(), answered));
            self.first = self.first.or(self.last);
        }
    }

    /// Records answered in all.
    pub fn records(&self) -> u64 {
        self.last.map_or(0, |(_, answered)| answered)
    }

    /// Records a second between the first answer and the last.
    pub fn rate(&self) -> f64 {
        let (Some((began, before)), Some((ended, after))) = (self.first, self.last) else {
            return 0.0;
        };
        (after - before) as f64 / (ended - began).as_secs_f64()
    }
}

/// What the pipe carried.
pub struct Carried {
    /// Records of all streams.
    pub records: u64,
    /// For all of them.
    pub took: Duration,
    /// Of the stream with the most records.
    pub largest: Span,
}

/// Carries every record of the company; `line` answers where the service at an address is reached.
pub async fn run(
    company: &Path,
    folder: &Path,
    in_flight: usize,
    line: impl AsyncFnOnce(SocketAddr) -> String,
) -> Carried {
    let url = line(serve(&folder.join("bare.db")).await).await;
    let company = Embedded::open(company, None).unwrap();
    let selection = Selection::everything();
    let client = reqwest::Client::new();
    let mut carried = Carried {
        records: 0,
        took: Duration::ZERO,
        largest: Span::default(),
    };
    let started = Instant::now();
    let of_company = |stream: &Stream| stream.is_read_from_company();
    for stream in Stream::ALL.into_iter().filter(of_company) {
        let mut posts: JoinSet<u64> = JoinSet::new();
        let mut rest = Batch::default();
        let (mut span, mut answered) = (Span::default(), 0);
        let mut reading = company.read_all(stream, &selection, None).await.unwrap();
        loop {
            let page = reading.pages.recv().await;
            let is_last = page.is_none();
            let mut full = Vec::new();
            if let Some(page) = page {
                for (batch, _) in Batch::prepare(page.unwrap()) {
                    carried.records += batch.records().len() as u64;
                    full.extend(rest.take(batch, MAX_LINES, |_| true));
                }
            } else if !rest.is_empty() {
                full.push(std::mem::take(&mut rest));
            }
            for batch in full {
                if posts.len() >= in_flight {
                    answered += posts.join_next().await.unwrap().unwrap();
                    span.note(answered);
                }
                let records = batch.records().len() as u64;
                let lines = batch.into_lines(1);
                let request = client.post(format!("{url}/{stream}")).body(lines.body());
                posts.spawn(async move {
                    request.send().await.unwrap().error_for_status().unwrap();
                    records
                });
            }
            if is_last {
                break;
            }
        }
        while let Some(post) = posts.join_next().await {
            answered += post.unwrap();
            span.note(answered);
        }
        if span.records() > carried.largest.records() {
            carried.largest = span;
        }
    }
    carried.took = started.elapsed();
    carried
}

async fn serve(file: &Path) -> SocketAddr {
    let store = Sqlite::open(file, Access::Create, |connection| {
        connection
            .execute_batch(
                "CREATE TABLE record (collection TEXT, id TEXT, value TEXT, PRIMARY KEY (collection, id)) WITHOUT ROWID;",
            )
            .unwrap();
        Ok::<(), SqliteError>(())
    })
    .await
    .unwrap();
    let router = Router::new()
        .route("/{collection}", post(upsert))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(Arc::new(store));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn upsert(
    State(store): State<Arc<Sqlite>>,
    UrlPath(collection): UrlPath<String>,
    body: Bytes,
) {
    let stream: Stream = collection.parse().unwrap();
    let mut records = Vec::with_capacity(1_000);
    for line in std::str::from_utf8(&body).unwrap().lines() {
        let line: Line<'_> = serde_json::from_str(line).unwrap();
        let value = line.value.unwrap().get();
        let record = Record::from_json(stream, value).unwrap();
        records.push((record.id(), value.to_owned()));
    }
    store
        .call(move |connection| {
            let transaction = connection.transaction().unwrap();
            let mut statement = transaction
                .prepare_cached("INSERT OR REPLACE INTO record VALUES (?, ?, ?)")
                .unwrap();
            for (id, value) in &records {
                statement.execute((&collection, id, value)).unwrap();
            }
            drop(statement);
            transaction.commit().unwrap();
            Ok::<(), SqliteError>(())
        })
        .await
        .unwrap();
}
