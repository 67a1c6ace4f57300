//! What is written down before it is sent.

use std::time::Duration;

use axcs::ledger::{Fence, LedgerError};
use axcs::model::Stream;

use super::records::{held, started};
use super::{Engine, open};

pub async fn a_batch_is_unsettled_from_its_intent_to_its_settlement(engine: Engine) {
    let (place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let batch = ledger
        .intend(fence, Stream::Items, vec!["A".into(), "B".into()], None)
        .await
        .unwrap();
    drop(ledger);
    let ledger = place.open().await.unwrap();
    let unsettled = ledger.unsettled(Stream::Items).await.unwrap();
    assert_eq!(unsettled.len(), 1);
    assert_eq!(
        (unsettled[0].batch, &*unsettled[0].ids.concat()),
        (batch, "AB")
    );
    assert!(ledger.unsettled(Stream::OnHand).await.unwrap().is_empty());
    ledger
        .settle(
            fence,
            Stream::Items,
            batch,
            None,
            held(&[("A", 1), ("B", 2)]),
        )
        .await
        .unwrap();
    assert!(ledger.unsettled(Stream::Items).await.unwrap().is_empty());
}

pub async fn a_batch_that_takes_the_place_of_another_leaves_no_moment_without_either(
    engine: Engine,
) {
    let (_place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let stream = Stream::Items;
    let ids = vec!["A".to_owned()];
    let lost = ledger
        .intend(fence, stream, ids.clone(), None)
        .await
        .unwrap();
    let again = ledger
        .intend(fence, stream, ids.clone(), Some(lost))
        .await
        .unwrap();
    let unsettled = ledger.unsettled(stream).await.unwrap();
    assert_eq!(unsettled.len(), 1);
    assert_eq!((unsettled[0].batch, &unsettled[0].ids), (again, &ids));
}

pub async fn a_batch_is_as_old_as_its_last_intent_by_the_clock_of_the_ledger(engine: Engine) {
    let (place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let stream = Stream::Items;
    let batch = ledger
        .intend(fence, stream, vec!["A".to_owned()], None)
        .await
        .unwrap();
    let age = async || ledger.unsettled(stream).await.unwrap()[0].age;
    let minute = Duration::from_secs(60);
    assert!(age().await < minute);
    let shift = async |by: i64| {
        let sql = format!("UPDATE axcs.outbox SET created = created - ({by})");
        assert_eq!(place.sql(&sql, Vec::new()).await, 1);
    };
    shift(600_000).await;
    assert!(age().await >= minute * 10);
    ledger.intend_again(fence, batch).await.unwrap();
    assert!(age().await < minute);
    // Somebody has set the clock back.
    shift(-600_000).await;
    assert_eq!(age().await, Duration::ZERO);

    let taken_over = Fence {
        token: fence.token - 1,
        ..fence
    };
    let refused = ledger.intend_again(taken_over, batch).await.unwrap_err();
    assert!(matches!(refused, LedgerError::Fenced(_)), "{refused}");
}

pub async fn workers_that_write_at_once_wait_for_each_other(engine: Engine) {
    let (place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let mut writing = Vec::new();
    for _ in 0..4 {
        let ledger = place.open().await.unwrap();
        writing.push(tokio::spawn(async move {
            let mut batches = Vec::new();
            for _ in 0..5 {
                let intended = ledger.intend(fence, Stream::Items, vec!["A".into()], None);
                batches.push(intended.await.unwrap());
            }
            batches
        }));
    }
    let mut batches = Vec::new();
    for worker in writing {
        batches.extend(worker.await.unwrap());
    }
    batches.sort_unstable();
    let written = ledger.unsettled(Stream::Items).await.unwrap();
    let written: Vec<i64> = written.iter().map(|unsettled| unsettled.batch).collect();
    assert_eq!(written, batches);
    batches.dedup();
    assert_eq!(batches.len(), 20, "each has a number of its own");
}

promises![
    a_batch_is_unsettled_from_its_intent_to_its_settlement,
    a_batch_that_takes_the_place_of_another_leaves_no_moment_without_either,
    a_batch_is_as_old_as_its_last_intent_by_the_clock_of_the_ledger,
    workers_that_write_at_once_wait_for_each_other,
];
