//! The promises of the engine, over a real company, a real ledger and a real service, with a line
//! between them that breaks.

#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "torture/line.rs"]
mod line;
#[path = "jobs/refused.rs"]
mod refused;
#[path = "jobs/settle.rs"]
mod settle;
#[path = "jobs/site.rs"]
mod site;
#[path = "jobs/wary.rs"]
mod wary;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axcs::commerce::client::{Client, ClientOptions};
use axcs::company::embedded::{self, Embedded};
use axcs::jobs::{Flow, exceptions};
use axcs::model::exception::ExceptionFilter;
use axcs::model::{Job, RunStatus, RunSummary, Stream};
use line::Line;
use site::{Site, assert_balances, stream};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_cancelled_within_two_seconds_though_the_service_does_not_answer() {
    let site = Site::new(300).await;
    let run = site.start(Job::Complete).await.unwrap();
    site.until(Job::Complete, |run| run.counts().acknowledged > 0)
        .await;
    site.proxy.set(Line::Mute);
    let asked = Instant::now();
    assert!(site.runner.cancel_here(Job::Complete));
    let summary = site.runner.finished(run).await.unwrap();
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(summary.status, RunStatus::Canceled);
    assert!(
        !site.runner.cancel_here(Job::Complete),
        "there is nothing left to cancel"
    );

    site.proxy.set(Line::Whole);
    let summary = site.run(Job::Complete).await;
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert_balances(&summary);
    assert_eq!(site.differences().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_batch_is_written_down_while_the_only_place_at_the_service_is_taken() {
    let site = Site::with(800, |sides, url| {
        sides.flow = Arc::new(Flow::new(1, Duration::from_secs(60), 1).in_batches_of(100));
        sides.commerce = Arc::new(Client::new(ClientOptions::new(url, "token")).unwrap());
    })
    .await;
    let run = site.start(Job::Complete).await.unwrap();
    site.until(Job::Complete, |run| {
        let items = run
            .streams
            .iter()
            .find(|stream| stream.stream == Stream::Items);
        items.is_some_and(|items| items.counts.acknowledged > 0)
    })
    .await;
    site.proxy.set(Line::Mute);
    let ledger = &site.runner.sides().ledger;
    let written_down = async {
        while ledger.unsettled(Stream::Items).await.unwrap().len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), written_down)
        .await
        .unwrap();
    site.runner.cancel_here(Job::Complete);
    site.runner.finished(run).await.unwrap();
    site.proxy.set(Line::Whole);
    let summary = site.run(Job::Complete).await;
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert_balances(&summary);
    assert_eq!(site.differences().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_without_an_answer_are_settled_in_the_same_run() {
    let site = Site::new(400).await;
    let run = site.start(Job::Complete).await.unwrap();
    site.until(Job::Complete, |run| run.counts().acknowledged > 0)
        .await;
    site.proxy.set(Line::Mute);
    site.until(Job::Complete, |run| {
        run.streams.iter().any(|stream| {
            stream.phase == axcs::model::run::Phase::Settling && stream.counts.batches > 0
        }) || run.waiting.is_some()
    })
    .await;
    site.proxy.set(Line::Whole);
    let summary = site.runner.finished(run).await.unwrap();
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert_balances(&summary);
    assert_eq!(site.differences().await, 0);
    for kind in Stream::ALL {
        assert!(
            site.runner
                .sides()
                .ledger
                .unsettled(kind)
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_fails_the_run_by_name_and_the_next_one_makes_it_good() {
    let site = Site::new(300).await;
    for line in [Line::Mute, Line::Cut] {
        site.proxy.set(line);
        let failed = site.run(Job::Complete).await;
        assert_eq!(failed.status, RunStatus::Error, "{line:?}");
        let exception = failed.exception.unwrap();
        assert_eq!(
            exception.text,
            "A network error occurred and the page could not be displayed."
        );
        assert!(exception.cause.contains(&site.proxy.url), "{exception:?}");
        assert!(!exception.remedy.is_empty());
    }
    site.proxy.set(Line::Whole);
    let summary = site.run(Job::Complete).await;
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert_balances(&summary);
    assert_eq!(site.differences().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_record_is_set_aside_with_its_reason_and_the_others_go_on() {
    let site = Site::new(300).await;
    let bad = "(SELECT ITEMID FROM INVENTTABLE ORDER BY ITEMID LIMIT 1 OFFSET 7)";
    let price = |text: &str| {
        format!(
            "UPDATE INVENTTABLEMODULE SET PRICE = '{text}' WHERE MODULETYPE = 2 AND ITEMID = {bad}"
        )
    };
    assert_eq!(site.execute(&price("12,50")), 1);
    let summary = site.run(Job::Complete).await;
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    let items = stream(&summary, Stream::Items).counts;
    assert_eq!((items.quarantined, items.acknowledged), (1, 299));
    assert_balances(&summary);

    let ledger = &site.runner.sides().ledger;
    let open = ExceptionFilter::default();
    let found = ledger.exceptions(&open).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].field.contains("PRICE"), "{found:?}");
    assert!(found[0].exception.cause.contains("12,50"), "{found:?}");
    assert_eq!(
        site.differences().await,
        1,
        "it is missing at the service, and verify says so"
    );

    assert_eq!(site.execute(&price("12.50")), 1);
    let summary = site.run(Job::Inventory).await;
    assert_eq!(stream(&summary, Stream::Items).counts.acknowledged, 1);
    assert_eq!(
        ledger.exception_count(&open).await.unwrap(),
        0,
        "it clears itself"
    );
    assert_eq!(site.differences().await, 0);

    // A bad record that leaves AX leaves the exceptions and the service too.
    site.execute(&price("12,50"));
    site.run(Job::Inventory).await;
    assert_eq!(ledger.exception_count(&open).await.unwrap(), 1);
    site.execute(&format!("DELETE FROM INVENTTABLE WHERE ITEMID = {bad}"));
    site.run(Job::Complete).await;
    assert_eq!(ledger.exception_count(&open).await.unwrap(), 0);
    assert_eq!(site.differences().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_refused_by_the_dozen_stop_the_run() {
    let site = Site::new(300).await;
    site.execute("UPDATE INVENTTABLEMODULE SET PRICE = 'free' WHERE MODULETYPE = 2");
    let summary = site.run(Job::Complete).await;
    assert_eq!(summary.status, RunStatus::Error);
    let exception = summary.exception.unwrap();
    assert_eq!(exception.text, "Too many records are refused.");
    assert!(
        site.runner
            .sides()
            .ledger
            .position(Stream::Items)
            .await
            .unwrap()
            .cursor
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_instance_of_a_job_and_no_job_beside_the_complete_one() {
    let site = Site::new(300).await;
    site.proxy.set(Line::Mute);
    let inventory = site.start(Job::Inventory).await.unwrap();
    let again = site.start(Job::Inventory).await.unwrap_err();
    assert_eq!(
        again.text,
        "Another instance of the job is already running."
    );
    let complete = site.start(Job::Complete).await.unwrap_err();
    assert_eq!(
        complete.text,
        "Complete data synchronization was cancelled due to conflicting jobs."
    );
    let ledger = &site.runner.sides().ledger;
    let open = ExceptionFilter::default();
    let noted = ledger.exceptions(&open).await.unwrap();
    let jobs: BTreeSet<Job> = noted.iter().map(|entry| entry.job).collect();
    assert_eq!(jobs, BTreeSet::from([Job::Inventory, Job::Complete]));
    let retried = exceptions::retry(&site.runner, &open).await.unwrap();
    assert!(retried.runs.is_empty(), "{retried:?}");
    assert!(
        exceptions::is_conflict(&retried.refused[0].1),
        "{retried:?}"
    );
    site.runner.cancel_here(Job::Inventory);
    site.runner.finished(inventory).await.unwrap();

    let complete = site.start(Job::Complete).await.unwrap();
    let beside = site.start(Job::Inventory).await.unwrap_err();
    assert_eq!(
        beside.text,
        "Another instance of the job is already running."
    );
    site.runner.cancel_here(Job::Complete);
    site.runner.finished(complete).await.unwrap();

    site.proxy.set(Line::Whole);
    let retried = exceptions::retry(&site.runner, &open).await.unwrap();
    let [(Job::Complete, run)] = retried.runs[..] else {
        panic!("{retried:?}")
    };
    site.runner.finished(run).await.unwrap();
    assert_eq!(ledger.exception_count(&open).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_complete_run_goes_on_where_it_was() {
    let site = Site::new(20_000).await;
    let run = site.start(Job::Complete).await.unwrap();
    site.until(Job::Complete, |run| {
        run.streams
            .iter()
            .any(|stream| stream.stream == Stream::Items && stream.counts.acknowledged > 12_000)
    })
    .await;
    site.runner.cancel_here(Job::Complete);
    let first = site.runner.finished(run).await.unwrap();
    assert_eq!(first.status, RunStatus::Canceled);
    let acknowledged = stream(&first, Stream::Items).counts.acknowledged;

    let second = site.run(Job::Complete).await;
    let items = stream(&second, Stream::Items).counts;
    assert!(
        items.enumerated < 20_000,
        "what was settled is not even read again: {items:?}"
    );
    assert!(
        acknowledged + items.acknowledged <= 20_000 + 4_000,
        "{acknowledged} and {items:?}"
    );
    let categories = |run: &RunSummary| stream(run, Stream::Categories).counts.enumerated;
    assert!(categories(&first) > 0);
    assert_eq!(
        categories(&second),
        0,
        "what was finished is not read again"
    );
    assert_balances(&second);
    assert_eq!(site.differences().await, 0);

    let third = site.run(Job::Complete).await;
    assert_eq!(
        categories(&third),
        categories(&first),
        "this one begins anew"
    );
    assert_eq!(third.counts().payload_bytes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_made_while_a_complete_run_reads_arrive_with_the_next_inventory_run() {
    let site = Site::new(3_000).await;
    let run = site.start(Job::Complete).await.unwrap();
    site.until(Job::Complete, |run| run.counts().acknowledged > 500)
        .await;
    let company = Embedded::open(&site.company(), None).unwrap();
    let change = embedded::activity::Change {
        stock: 200,
        prices: 50,
        names: 50,
        deletes: 20,
    };
    embedded::activity::apply(&company, &change, 5, None).unwrap();
    assert_eq!(
        site.runner.finished(run).await.unwrap().status,
        RunStatus::Ended
    );
    for job in [Job::Inventory, Job::TradeAgreements] {
        assert_eq!(site.run(job).await.status, RunStatus::Ended);
    }
    assert_eq!(site.differences().await, 0);
}
