//! Batches that a service refuses as a whole, without saying for which record.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axcs::commerce::client::{CommerceError, Upload};
use axcs::commerce::wire::Problem;
use axcs::model::exception::ExceptionFilter;
use axcs::model::{Job, RunStatus, Stream};

use super::site::{Site, assert_balances, stream};
use super::wary::{Look, Wary};

const STREAM: Stream = Stream::Items;

fn refused() -> CommerceError {
    CommerceError::Refused {
        call: "POST /v1/items/batch".to_owned(),
        problem: Box::new(Problem {
            kind: "about:blank".to_owned(),
            title: "Unprocessable".to_owned(),
            status: 422,
            detail: "Something in it is wrong.".to_owned(),
            code: "unprocessable".to_owned(),
        }),
    }
}

/// As a server before the service refuses what is too much for it.
fn too_large() -> CommerceError {
    CommerceError::Malformed {
        call: "POST /v1/items/batch".to_owned(),
        status: 413,
        content_type: "text/html".to_owned(),
        reason: "it is not a problem document".to_owned(),
        excerpt: "<h1>413 Request Entity Too Large</h1>".to_owned(),
    }
}

/// A site whose service refuses the uploads of items that `is_bad` names; counts them.
async fn site(
    items: u64,
    error: fn() -> CommerceError,
    is_bad: impl Fn(&str, usize) -> bool + Send + Sync + 'static,
) -> (Site, Arc<AtomicUsize>) {
    let uploads = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&uploads);
    let site = Site::with(items, move |sides, _| {
        let look = move |of: Stream, upload: &Upload<'_>| {
            if of == STREAM {
                count.fetch_add(1, Ordering::Relaxed);
                if is_bad(std::str::from_utf8(&upload.body).unwrap(), upload.lines) {
                    return Look::Answer(error());
                }
            }
            Look::Pass(upload.body.clone())
        };
        sides.commerce = Arc::new(Wary {
            service: Arc::clone(&sides.commerce),
            guards_versions: true,
            look: Box::new(look),
        });
    });
    (site.await, uploads)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_that_is_refused_as_a_whole_only_the_bad_record_is_set_aside() {
    let (site, uploads) = site(500, refused, |body, _| body.contains("Bad One")).await;
    let one = "SELECT ITEMID FROM INVENTTABLE ORDER BY ITEMID LIMIT 1 OFFSET 123";
    let sql = format!("UPDATE INVENTTABLE SET NAMEALIAS = 'Bad One' WHERE ITEMID = ({one})");
    assert_eq!(site.execute(&sql), 1);
    let summary = site.run(Job::Complete).await;
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert_balances(&summary);
    let items = stream(&summary, STREAM).counts;
    assert_eq!((items.quarantined, items.acknowledged), (1, 499));
    let requests = uploads.load(Ordering::Relaxed);
    assert!((10..=20).contains(&requests), "{requests} requests");

    let ledger = &site.runner.sides().ledger;
    let found = ledger
        .exceptions(&ExceptionFilter::default())
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].exception.cause, "Something in it is wrong.");
    assert!(ledger.unsettled(STREAM).await.unwrap().is_empty());
    assert_eq!(site.differences().await, 1, "the bad one");
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_that_are_too_large_for_what_stands_before_the_service_arrive_in_parts() {
    let (site, uploads) = site(500, too_large, |_, lines| lines > 60).await;
    let summary = site.run(Job::Complete).await;
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert_balances(&summary);
    let items = stream(&summary, STREAM).counts;
    assert_eq!((items.quarantined, items.acknowledged), (0, 500));
    assert!(uploads.load(Ordering::Relaxed) <= 31);
    assert_eq!(site.differences().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_refuses_everything_stops_the_run_before_all_is_set_aside() {
    let (site, uploads) = site(500, refused, |_, _| true).await;
    let summary = site.run(Job::Complete).await;
    assert_eq!(summary.status, RunStatus::Error);
    let exception = summary.exception.unwrap();
    assert_eq!(exception.text, "Too many records are refused.");
    let requests = uploads.load(Ordering::Relaxed);
    assert!(requests < 200, "{requests} requests");
}
