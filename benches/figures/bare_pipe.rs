//! The limit of the upload figure: read, serialise, POST, parse, upsert, and nothing else. No
//! ledger, no comparison, no versions, no idempotency keys, no answers per record.

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

/// Carries every record of the company; answers how many there were and how long it took.
pub async fn run(
    company: &Path,
    folder: &Path,
    selection: &Selection,
    in_flight: usize,
) -> (u64, Duration) {
    let url = serve(&folder.join("bare.db")).await;
    let company = Embedded::open(company, None).unwrap();
    let client = reqwest::Client::new();
    let mut sent = 0;
    let started = Instant::now();
    let of_company = |stream: &Stream| stream.is_read_from_company();
    for stream in Stream::ALL.into_iter().filter(of_company) {
        let mut posts: JoinSet<()> = JoinSet::new();
        let mut rest = Batch::default();
        let mut reading = company.read_all(stream, selection, None).await.unwrap();
        loop {
            let page = reading.pages.recv().await;
            let is_last = page.is_none();
            let mut full = Vec::new();
            if let Some(page) = page {
                let (batch, _) = Batch::prepare(page.unwrap());
                sent += batch.records().len() as u64;
                full = rest.take(&batch, MAX_LINES, |_| true);
            } else if !rest.is_empty() {
                full.push(std::mem::take(&mut rest));
            }
            for batch in full {
                if posts.len() >= in_flight {
                    posts.join_next().await.unwrap().unwrap();
                }
                let request = client.post(format!("{url}/{stream}")).body(batch.body(1));
                posts.spawn(async move {
                    request.send().await.unwrap().error_for_status().unwrap();
                });
            }
            if is_last {
                break;
            }
        }
        while let Some(post) = posts.join_next().await {
            post.unwrap();
        }
    }
    (sent, started.elapsed())
}

async fn serve(file: &Path) -> String {
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
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
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
