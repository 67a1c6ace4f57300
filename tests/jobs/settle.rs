//! Requests whose outcome nobody knows, and that arrive when nobody expects them any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use axcs::commerce::client::{CommerceError, Upload};
use axcs::jobs::Flow;
use axcs::model::run::Reach;
use axcs::model::{Job, RunStatus, Stream};
use bytes::Bytes;
use tokio::sync::Notify;

use super::line::Line;
use super::site::{Site, assert_balances};
use super::wary::{Look, Wary};

const STREAM: Stream = Stream::DeliveryModes;
const LEASE: Duration = Duration::from_secs(1);
/// Longer than a request takes here.
const LIFE: Duration = Duration::from_secs(4);

/// A request that got no answer and is on its way still.
#[derive(Default)]
struct Late {
    arrives: Notify,
    done: Notify,
}

impl Late {
    /// It arrives now.
    async fn arrive(&self) {
        self.arrives.notify_one();
        self.done.notified().await;
    }
}

/// A batch whose lines have the greatest version there ever was: its values win, whatever the
/// service holds.
fn winning(body: &[u8]) -> Bytes {
    static VERSION: AtomicI64 = AtomicI64::new(1_000_000);
    let version = VERSION.fetch_add(1, Ordering::Relaxed);
    let lines = std::str::from_utf8(body).unwrap().lines().map(|line| {
        let (before, after) = line.split_once("\"version\":").unwrap();
        let rest = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
        format!("{before}\"version\":{version}{rest}\n")
    });
    lines.collect::<String>().into()
}

/// A site whose service puts whatever comes last in the place of what it held, and where the first
/// upload of delivery modes gets no answer and arrives late.
async fn site(says_it_guards: bool) -> (Site, Arc<Late>) {
    let is_first = AtomicBool::new(true);
    let late = Arc::new(Late::default());
    let first = Arc::clone(&late);
    let site = Site::with(20, move |sides, _| {
        sides.lease = LEASE;
        sides.request_life = LIFE;
        let service = Arc::clone(&sides.commerce);
        let look = move |stream: Stream, upload: &Upload<'_>| {
            if stream != STREAM || !is_first.swap(false, Ordering::Relaxed) {
                return Look::Pass(winning(&upload.body));
            }
            let (service, first) = (Arc::clone(&service), Arc::clone(&first));
            let (body, lines) = (upload.body.clone(), upload.lines);
            tokio::spawn(async move {
                first.arrives.notified().await;
                let late = Upload {
                    key: "late",
                    body: winning(&body),
                    packed: None,
                    lines,
                    load: None,
                    dry_run: false,
                };
                service.upload(stream, &late).await.unwrap();
                first.done.notify_one();
            });
            Look::Answer(CommerceError::Unknown {
                call: "POST /v1/delivery-modes/batch".to_owned(),
                reason: "the time was up".to_owned(),
            })
        };
        sides.commerce = Arc::new(Wary {
            service: Arc::clone(&sides.commerce),
            guards_versions: says_it_guards,
            look: Box::new(look),
        });
    });
    (site.await, late)
}

/// Waits until the run waits for the request to die.
async fn until_it_waits(site: &Site) {
    site.until(Job::DeliveryModes, |run| {
        run.waiting.as_ref().is_some_and(|waiting| {
            waiting.starts_with("waiting ")
                && waiting.ends_with(" s for a request of unknown outcome to die")
        })
    })
    .await;
}

/// Runs the job; in the middle, while the outcome of the first batch is unknown (or after it, where
/// that is over in no time), AX changes.
async fn run_with_a_change(site: &Site) {
    let run = site.start(Job::DeliveryModes).await.unwrap();
    let unsettled = async || {
        let ledger = &site.runner.sides().ledger;
        !ledger.unsettled(STREAM).await.unwrap().is_empty()
    };
    let is_over = || site.runner.live().borrow().executing.is_empty();
    while !is_over() && !unsettled().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(site.execute("UPDATE DLVMODE SET TXT = TXT || ' (new)'") > 0);
    let summary = site.runner.finished(run).await.unwrap();
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert_balances(&summary);
    // What was changed meanwhile follows.
    assert_eq!(site.run(Job::DeliveryModes).await.status, RunStatus::Ended);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_unknown_outcome_is_outlived_where_the_service_takes_whatever_comes_last() {
    let (site, late) = site(false).await;
    let began = Instant::now();
    let arriving = async {
        until_it_waits(&site).await;
        late.arrive().await;
    };
    tokio::join!(run_with_a_change(&site), arriving);
    assert!(began.elapsed() >= LEASE + LIFE);
    assert_eq!(site.differences_of(STREAM).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_that_wait_the_late_request_would_win() {
    let (site, late) = site(true).await;
    run_with_a_change(&site).await;
    assert_eq!(site.differences_of(STREAM).await, 0);
    late.arrive().await;
    assert!(site.differences_of(STREAM).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_is_cancelled_is_made_up_for_by_the_next_run() {
    let (site, late) = site(false).await;
    let began = Instant::now();
    let run = site.start(Job::DeliveryModes).await.unwrap();
    until_it_waits(&site).await;
    assert!(site.runner.cancel_here(Job::DeliveryModes));
    let canceled = site.runner.finished(run).await.unwrap();
    assert_eq!(canceled.status, RunStatus::Canceled);
    assert!(site.execute("UPDATE DLVMODE SET TXT = TXT || ' (new)'") > 0);
    let arriving = async {
        until_it_waits(&site).await;
        late.arrive().await;
    };
    let (summary, ()) = tokio::join!(site.run(Job::DeliveryModes), arriving);
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert!(began.elapsed() >= LEASE + LIFE);
    assert_eq!(site.differences_of(STREAM).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_down_for_a_while_is_waited_for_and_the_run_goes_on() {
    let site = Site::with(100, |sides, _| {
        // A seed whose first pauses are short.
        sides.flow = Arc::new(Flow::new(4, Duration::from_secs(60), 577));
    })
    .await;
    let mut reach = site.runner.sides().reach();
    site.proxy.set(Line::Cut);
    let run = site.start(Job::Complete).await.unwrap();
    let is_open = |reach: &Reach| matches!(reach, Reach::Open { failures: 5.., .. });
    tokio::time::timeout(Duration::from_secs(60), reach.wait_for(is_open))
        .await
        .unwrap()
        .unwrap();
    site.until(Job::Complete, |run| {
        let open = "the service has failed ";
        run.waiting
            .as_ref()
            .is_some_and(|text| text.starts_with(open))
    })
    .await;
    site.proxy.set(Line::Whole);
    site.runner.sides().flow.try_now();
    let summary = site.runner.finished(run).await.unwrap();
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert_balances(&summary);
    assert_eq!(*reach.borrow_and_update(), Reach::Fine);
    assert_eq!(site.differences().await, 0);
}
