//! A service that is restored from a backup, or made anew: what it tells is believed, nothing is
//! made twice, and what it lost it is told again.

use axcs::model::exception::ExceptionFilter;
use axcs::model::order::OrderState;
use axcs::model::staged::Stage;
use axcs::model::{Job, RunStatus, Stream};

use super::site::{Site, store};

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_after_a_restore_is_taken_over_though_its_numbers_were_used_before() {
    let site = Site::new().await;
    let mut faulty = site.order("W-1", "1001");
    faulty.lines[0].item = "NO-SUCH".to_owned();
    site.client.place_order(&faulty).await.unwrap();
    let site = site.back_up_service().await;
    // Lost by the restore: corrections that the ledger has seen.
    for note in ["one", "two", "three"] {
        faulty.note = note.to_owned();
        site.client.correct_order(&faulty).await.unwrap();
    }
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.seq, 4);

    let site = site.restore_service().await;
    site.client.cancel_order("W-1").await.unwrap();
    let other = site.order("W-2", "1002");
    site.client.place_order(&other).await.unwrap();
    let run = site.orders().await;
    assert!(run.streams[0].reload.is_some(), "{run:?}");
    assert_eq!(
        site.staged("W-1").await.row.stage,
        Stage::Cancelled,
        "the customer does not want it any more"
    );
    assert_eq!(site.staged("W-2").await.row.stage, Stage::Accepted);
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 1);
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inventory_run_before_the_restored_feed_is_read_does_not_fail() {
    let site = Site::new().await.back_up_service().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    let site = site.restore_service().await;
    site.ended(Job::Inventory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_service_is_told_again_what_it_forgot() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    let site = site.back_up_service().await;
    site.place("LOST", "1002").await;
    site.orders().await;
    let site = site.restore_service().await;
    let forgot = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(forgot.listed.state, OrderState::Placed);
    site.orders().await;
    let told = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(told.listed.state, OrderState::Accepted);
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 2);
    // The order that the service lost is named, and blocks nothing.
    let open = site.exceptions().await;
    assert!(open.iter().any(|entry| entry.key == "LOST"), "{open:?}");
    site.ended(Job::Complete).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_a_service_that_is_no_more_do_not_stand_in_the_way_of_a_new_one() {
    let site = Site::new().await;
    for number in 0..60 {
        let order = site.order(&format!("W-{number}"), &format!("10{number}"));
        site.client.place_order(&order).await.unwrap();
    }
    site.orders().await;
    let site = site.with_new_service().await;
    site.client.put_store(&store("web")).await.unwrap();
    site.place("N-1", "2001").await;
    site.ended(Job::Complete).await;
    site.ended(Job::Complete).await;
    let known = site.client.order("N-1").await.unwrap().unwrap();
    assert_eq!(known.listed.state, OrderState::Accepted);
    assert_eq!(site.exceptions().await, []);
    let differences = site.differences().await;
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert!(
        differences[0].contains("stream: Orders") && differences[0].contains("missing: 60"),
        "the shop does not know them: {differences:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_a_restored_service_lost_stop_no_run_once_they_are_resolved() {
    let site = Site::new().await.back_up_service().await;
    for number in 0..60 {
        let order = site.order(&format!("W-{number}"), &format!("10{number}"));
        site.client.place_order(&order).await.unwrap();
    }
    site.orders().await;
    let site = site.restore_service().await;
    let run = site.run(Job::Orders).await;
    assert_eq!(
        run.status,
        RunStatus::Error,
        "sixty orders are lost: {run:?}"
    );
    let lost = ExceptionFilter {
        stream: Some(Stream::Acknowledgements),
        ..ExceptionFilter::default()
    };
    let ledger = &site.runner.sides().ledger;
    let open = ledger.exceptions(&lost).await.unwrap();
    assert_eq!(open.len(), 60);
    assert!(
        open[0].exception.remedy.contains("placed again"),
        "{open:?}"
    );
    let noted = ledger.resolve(&lost, "the customers were called").await;
    assert_eq!(noted.unwrap(), 60);
    // Their statuses are refused as well.
    let run = site.run(Job::Orders).await;
    assert_eq!(run.status, RunStatus::Error, "{run:?}");
    let all = ExceptionFilter::default();
    ledger
        .resolve(&all, "the customers were called")
        .await
        .unwrap();
    site.ended(Job::Orders).await;
    site.ended(Job::Complete).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_the_restored_service_is_given_again_is_not_made_again() {
    let site = Site::new().await.back_up_service().await;
    let order = site.order("W-1", "1001");
    site.client.place_order(&order).await.unwrap();
    site.orders().await;
    let site = site.restore_service().await;
    site.orders().await;
    let lost = site.exceptions().await;
    assert!(lost.iter().any(|entry| entry.key == "W-1"), "{lost:?}");
    site.client.place_order(&order).await.unwrap();
    site.orders().await;
    site.orders().await;
    assert_eq!(site.exceptions().await, []);
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 1);
    let known = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(known.listed.state, OrderState::Accepted);
}
