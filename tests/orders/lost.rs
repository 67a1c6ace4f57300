//! Data loss in AX: the complete job finds the orders whose sales order is gone.

use axcs::model::Job;
use axcs::model::exception::ExceptionFilter;
use axcs::model::order::OrderState;
use axcs::model::staged::Stage;

use super::site::Site;

/// Takes every sales order out of AX, and its numbers back, as a restored backup does.
fn restore(site: &Site) {
    for table in [
        "SALESTABLE",
        "SALESLINE",
        "INVENTTRANS",
        "INVENTTRANSORIGIN",
        "MARKUPTRANS",
        "AIFMESSAGELOG",
        "CUSTPACKINGSLIPJOUR",
        "CUSTPACKINGSLIPTRANS",
    ] {
        site.sql(&format!("DELETE FROM {table}"));
    }
    site.sql("UPDATE NUMBERSEQUENCETABLE SET NEXTREC = 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_data_loss_in_ax_the_complete_job_finds_the_lost_orders_and_a_retry_brings_them_back()
{
    let site = Site::new().await;
    for (id, number) in [("W-1", "1"), ("W-2", "2")] {
        site.client
            .place_order(&site.order(id, number))
            .await
            .unwrap();
    }
    site.orders().await;
    let before = site.staged("W-1").await.row.sales_order;
    restore(&site);
    // An order of the day after, which gets the number of a lost one.
    site.place("A-1", "3").await;
    site.ended(Job::Complete).await;
    // The new order's answer may have come before the old one's was withdrawn.
    site.orders().await;
    let open = site.exceptions().await;
    assert_eq!(open.len(), 2, "{open:?}");
    assert!(open.iter().all(|entry| entry.code == "sales-order-missing"));
    assert_eq!(site.staged("W-1").await.row.stage, Stage::Exception);
    assert_eq!(
        site.staged("A-1").await.row.sales_order,
        before,
        "taken again"
    );
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Rejected);

    site.orders().await;
    let made = "SELECT count(*) FROM SALESTABLE WHERE SALESTYPE = 3";
    assert_eq!(site.count(made), 1, "not by itself");
    let ledger = &site.runner.sides().ledger;
    ledger.ask_retry(&ExceptionFilter::default()).await.unwrap();
    site.orders().await;
    site.orders().await;
    assert_eq!(site.exceptions().await, []);
    assert_eq!(site.count(made), 3);
    for id in ["W-1", "W-2", "A-1"] {
        let here = site.staged(id).await.row.sales_order;
        let at_service = site.client.order(id).await.unwrap().unwrap();
        assert_eq!(at_service.listed.sales_order, here, "{id}");
        assert_eq!(at_service.listed.state, OrderState::Accepted);
    }
    site.ended(Job::Complete).await;
    assert_eq!(site.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_order_that_is_not_wanted_any_more_is_closed_with_a_note() {
    let site = Site::new().await;
    site.place("W-1", "1").await;
    site.orders().await;
    restore(&site);
    site.ended(Job::Complete).await;
    let ledger = &site.runner.sides().ledger;
    let closed = ledger
        .resolve(&ExceptionFilter::default(), "deleted on purpose")
        .await
        .unwrap();
    assert_eq!(closed, 1);
    site.ended(Job::Complete).await;
    assert_eq!(site.exceptions().await, []);
    assert_eq!(site.staged("W-1").await.row.stage, Stage::Closed);
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_called_otherwise_by_now_is_not_lost() {
    let site = Site::new().await;
    for number in 1..=3 {
        let order = site.order(&format!("W-{number}"), &number.to_string());
        site.client.place_order(&order).await.unwrap();
    }
    site.orders().await;
    // Another number online; another requisition in AX; a status that is not known here.
    let mut order = site.order("W-1", "1");
    order.number = "77".to_owned();
    site.client.correct_order(&order).await.unwrap();
    site.sql("UPDATE SALESTABLE SET PURCHORDERFORMNUM = 'corrected' WHERE CUSTOMERREF = 'W-2'");
    site.sql("UPDATE SALESTABLE SET PURCHORDERFORMNUM = '3a' WHERE CUSTOMERREF = 'W-3'");
    site.orders().await;
    site.sql("UPDATE SALESTABLE SET SALESSTATUS = 9 WHERE CUSTOMERREF = 'W-3'");
    site.ended(Job::Complete).await;
    for id in ["W-1", "W-2", "W-3"] {
        assert_eq!(site.staged(id).await.row.stage, Stage::Accepted, "{id}");
    }
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 3);
    let lost = site.exceptions().await;
    assert!(
        lost.iter().all(|entry| entry.code != "sales-order-missing"),
        "a retry would make a second one: {lost:?}"
    );
}
