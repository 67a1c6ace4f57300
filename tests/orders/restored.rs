//! A service that is restored from a backup, or made anew: what it tells is believed, nothing is
//! made twice, and what it lost it is told again.

use axcs::model::Job;
use axcs::model::staged::Stage;

use super::site::Site;

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
    site.client
        .place_order(&site.order("W-1", "1001"))
        .await
        .unwrap();
    site.orders().await;
    let site = site.restore_service().await;
    site.ended(Job::Inventory).await;
}
