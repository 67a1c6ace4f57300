//! A complete run over a link on which everything takes its time.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use axcs::commerce::client::Compression;
use axcs::commerce::wire::MAX_LINES;
use axcs::model::{Job, Stream};

use crate::bare_pipe::{self, Span};
use crate::site::{self, Way};
use crate::table;

/// There and back.
const LATENCY: Duration = Duration::from_millis(100);
/// Pieces under way at once on a connection: more than a batch is.
const UNDER_WAY: usize = 1_024;

/// A link to a service of any breadth, whose ends are half the latency apart. It waits by threads: tokio's
/// timers count whole milliseconds and come late, there and back.
async fn far_from(service: SocketAddr) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for client in listener.incoming() {
            let joined = client.and_then(|client| join(&client, &TcpStream::connect(service)?));
            if joined.is_err() {
                return;
            }
        }
    });
    url
}

fn join(client: &TcpStream, upstream: &TcpStream) -> io::Result<()> {
    for (from, to) in [(client, upstream), (upstream, client)] {
        to.set_nodelay(true)?;
        carry(from.try_clone()?, to.try_clone()?);
    }
    Ok(())
}

/// Every piece arrives half a latency after it was sent, however many are under way.
fn carry(mut from: TcpStream, mut to: TcpStream) {
    let (sent, under_way) = mpsc::sync_channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            let arrives = Instant::now() + LATENCY / 2;
            if sent.send((arrives, buffer[..read].to_vec())).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (arrives, piece) in under_way {
            while let Some(left) = arrives.checked_duration_since(Instant::now()) {
                thread::park_timeout(left);
            }
            if to.write_all(&piece).is_err() {
                return;
            }
        }
        // Behind the last piece the end of the connection is carried, too.
        let _ = to.shutdown(Shutdown::Write);
    });
}

/// Records a second over the link, beside in-flight × batch ÷ latency and the bare pipe over the same link: of the
/// largest stream, which has full batches; the small ones wait for each other.
pub async fn latency(items: u64) {
    let folder = site::folder();
    let company = site::company(folder.path(), items).await;
    for in_flight in [1, 4, 16] {
        let place = folder.path().join(format!("far-{in_flight}"));
        std::fs::create_dir(&place).unwrap();
        let bare = bare_pipe::run(&company, &place, in_flight, far_from).await;
        let service = site::serve(&place).await;
        let way = Way {
            in_flight,
            compression: Compression::Zstd,
        };
        let url = far_from(service.address()).await;
        let runner = site::runner(&company, &place, &url, way).await;
        let mut live = runner.live();
        let run = runner.start(Job::Complete, axcs::jobs::RunOptions::default());
        let run = run.await.unwrap();
        let mut spans: BTreeMap<Stream, Span> = BTreeMap::new();
        let watching = tokio::spawn(async move {
            while live.changed().await.is_ok() {
                let runs = live.borrow_and_update().clone();
                for stream in runs.executing.iter().flat_map(|run| &run.streams) {
                    let span = spans.entry(stream.stream).or_default();
                    span.note(stream.counts.acknowledged);
                }
                if runs.executing.is_empty() {
                    break;
                }
            }
            spans
        });
        let summary = runner.finished(run).await.unwrap();
        assert!(summary.exception.is_none(), "{summary:?}");
        let spans = watching.await.unwrap();
        let largest = spans.into_values().max_by_key(Span::records).unwrap();
        let limit = (in_flight * MAX_LINES) as f64 / LATENCY.as_secs_f64();
        table::tell(
            format!(
                "{in_flight} in flight over a link of {LATENCY:?}, {} records",
                largest.records()
            ),
            format!("{:.0} records/s", largest.rate()),
            format!(
                "{limit:.0} records/s (in flight × batch ÷ latency); {:.0} of the bare pipe over the same link",
                bare.largest.rate()
            ),
            largest.rate() / limit,
        );
        runner.shut_down().await;
        service.stop().await;
    }
}
