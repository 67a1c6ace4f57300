//! What happens to orders after AX has taken them: packing slips, statuses, corrections and
//! cancellations at either end.

use axcs::commerce::Commerce as _;
use axcs::company::embedded::activity::clerk::{self, Orders, Ship};
use axcs::company::sales_orders::{HandOver, HandedOver, SalesOrderService as _};
use axcs::company::trade::Trade as _;
use axcs::jobs::RunOptions;
use axcs::model::exception::ExceptionFilter;
use axcs::model::order::OrderState;
use axcs::model::staged::Shipped;
use axcs::model::{Job, Stream};

use super::site::{Site, settings};

fn ship(site: &Site, order: &str) {
    let orders = Orders::Named(vec![order.to_owned()]);
    let all = Ship {
        orders,
        partial: false,
    };
    clerk::ship(&site.company, &all, 1).unwrap();
}

/// A clerk types an order in AX, for the customer template and with this requisition.
async fn typed_in_ax(site: &Site, requisition: &str) -> String {
    let mut order = site.order("", requisition);
    order.id = String::new();
    let customers = site.company.customers(&["WEB-TEMPLATE".to_owned()]).await;
    let hand_over = HandOver {
        message_id: format!("typed-{requisition}"),
        attempt: 1,
        order,
        customer: customers.unwrap().remove(0).unwrap(),
        settings: settings(),
        address_key: None,
    };
    match site.company.create(hand_over).await.unwrap() {
        HandedOver::Created { sales_order, .. } => sales_order,
        HandedOver::Numbered { .. } | HandedOver::Accepted => panic!("made at once"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_number_is_changed_online_too_late_is_still_shipped() {
    let site = Site::new().await;
    let mut order = site.order("W-1", "1001");
    site.client.place_order(&order).await.unwrap();
    site.orders().await;
    order.number = "2002".to_owned();
    site.client.correct_order(&order).await.unwrap();
    site.orders().await;
    assert_eq!(
        site.exceptions().await[0].code,
        "changed-after-hand-over",
        "AX has the old number"
    );
    ship(&site, &site.staged("W-1").await.row.sales_order);
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.shipped, Shipped::Whole);
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Shipped);
    site.ended(Job::Inventory).await;
    assert_eq!(
        site.differences().await,
        Vec::<String>::new(),
        "it is the one sales order of the ledger"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_requisition_is_changed_in_ax_is_still_shipped() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    site.sql("UPDATE SALESTABLE SET PURCHORDERFORMNUM = 'corrected'");
    ship(&site, &site.staged("W-1").await.row.sales_order);
    site.orders().await;
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Shipped);
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_of_the_sales_orders_of_others_is_nobodys_exception() {
    let site = Site::new().await;
    let sales_order = typed_in_ax(&site, "TEL-1").await;
    ship(&site, &sales_order);
    // AX numbers a line between two others with a half; and its enums may be extended.
    site.sql("UPDATE SALESLINE SET LINENUM = '1.5'");
    site.sql("UPDATE SALESTABLE SET SALESSTATUS = 77");
    let run = site.orders().await;
    assert_eq!(run.counts().quarantined, 0, "{run:?}");
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_a_clerk_types_and_closes_leaves_no_exception_behind() {
    let site = Site::new().await;
    site.sql("UPDATE NUMBERSEQUENCETABLE SET BLOCKED = 1");
    site.place("W-1", "1001").await;
    site.orders().await;
    assert_eq!(site.exceptions().await[0].code, "refused-by-ax");
    site.sql("UPDATE NUMBERSEQUENCETABLE SET BLOCKED = 0");
    let sales_order = typed_in_ax(&site, "1001").await;
    let ledger = &site.runner.sides().ledger;
    let all = ExceptionFilter::default();
    assert_eq!(ledger.resolve(&all, "typed by hand").await.unwrap(), 1);
    ship(&site, &sales_order);
    site.orders().await;
    site.orders().await;
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_cancelled_and_opened_again_in_ax_is_alive_online() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    clerk::cancel(&site.company, &site.staged("W-1").await.row.sales_order).unwrap();
    site.orders().await;
    site.sql("UPDATE SALESTABLE SET SALESSTATUS = 1");
    site.orders().await;
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Accepted);
    assert_eq!(site.staged("W-1").await.row.state(), "accepted");
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packing_slip_of_two_orders_is_a_shipment_of_each() {
    let site = Site::new().await;
    for (id, number) in [("W-1", "1001"), ("W-2", "1002")] {
        site.client
            .place_order(&site.order(id, number))
            .await
            .unwrap();
    }
    site.orders().await;
    for id in ["W-1", "W-2"] {
        ship(&site, &site.staged(id).await.row.sales_order);
    }
    // One slip, under the first order, delivers the lines of both.
    let (first, second) = (
        site.staged("W-1").await.row.sales_order,
        site.staged("W-2").await.row.sales_order,
    );
    site.sql(&format!(
        "UPDATE CUSTPACKINGSLIPTRANS SET SALESID = '{first}', PACKINGSLIPID =
           (SELECT PACKINGSLIPID FROM CUSTPACKINGSLIPJOUR WHERE SALESID = '{first}') WHERE ORIGSALESID = '{second}'"
    ));
    site.orders().await;
    for id in ["W-1", "W-2"] {
        let at_service = site.client.order(id).await.unwrap().unwrap();
        assert_eq!(at_service.listed.state, OrderState::Shipped, "{id}");
        assert_eq!(site.staged(id).await.shipments.len(), 1);
    }
    assert_eq!(site.exceptions().await, []);
    // Posted again under its old id after it was taken back.
    site.sql("CREATE TABLE KEPT AS SELECT * FROM CUSTPACKINGSLIPTRANS");
    site.sql("DELETE FROM CUSTPACKINGSLIPTRANS");
    site.orders().await;
    let at_service = site.client.order("W-2").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Accepted);
    site.sql("INSERT INTO CUSTPACKINGSLIPTRANS SELECT * FROM KEPT");
    site.sql("DROP TABLE KEPT");
    site.orders().await;
    let at_service = site.client.order("W-2").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Shipped);
    assert_eq!(site.exceptions().await, []);
    site.ended(Job::Inventory).await;
    assert_eq!(site.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packing_slip_that_is_gone_when_all_are_read_is_gone_from_the_order() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    ship(&site, &site.staged("W-1").await.row.sales_order);
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.shipped, Shipped::Whole);
    site.sql("DELETE FROM CUSTPACKINGSLIPTRANS");
    site.sql("DELETE FROM CUSTPACKINGSLIPJOUR");
    let whole = RunOptions {
        complete: true,
        ..RunOptions::default()
    };
    let run = site.runner.start(Job::Orders, whole).await.unwrap();
    site.runner.finished(run).await.unwrap();
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Accepted);
    assert_eq!(site.staged("W-1").await.row.shipped, Shipped::Nothing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_order_that_is_opened_again_in_ax_asks_for_the_cancellation_again() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    site.client.cancel_order("W-1").await.unwrap();
    clerk::cancel(&site.company, &site.staged("W-1").await.row.sales_order).unwrap();
    site.orders().await;
    site.orders().await;
    assert_eq!(site.exceptions().await, []);
    site.sql("UPDATE SALESTABLE SET SALESSTATUS = 1");
    site.orders().await;
    let open = site.exceptions().await;
    assert_eq!(open.len(), 1, "the customer does not want it");
    assert_eq!(open[0].code, "cancelled-after-hand-over");
    site.sql("UPDATE SALESTABLE SET SALESSTATUS = 4");
    site.orders().await;
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_differ_only_in_case_are_one_number_to_ax() {
    let site = Site::new().await;
    for (id, number) in [("W-1", "web-1"), ("W-2", "WEB-1")] {
        site.client
            .place_order(&site.order(id, number))
            .await
            .unwrap();
    }
    site.orders().await;
    let open = site.exceptions().await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(
        (open[0].key.as_str(), open[0].code.as_str()),
        ("W-2", "duplicate-number")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_that_was_read_before_orders_were_taken_does_not_hide_them() {
    let site = Site::new().await;
    let order = site.order("W-1", "1001");
    let item = order.lines[0].item.clone();
    let saleable = async || site.client.saleable(&item).await.unwrap()[0].saleable;
    site.client.place_order(&order).await.unwrap();
    let placed = saleable().await;
    // A run reads the stock whole and is killed at its end; then AX takes the order.
    let ledger = &site.runner.sides().ledger;
    let target = ledger.position(Stream::OnHand).await.unwrap().cursor;
    let lease = std::time::Duration::from_secs(5);
    let operator = axcs::ledger::jobs::Cause::Operator;
    let needs = [Job::Inventory];
    let begun = ledger.begin_run(Job::Inventory, &needs, "killed", lease, false, operator);
    let axcs::ledger::Begun::Started(fence) = begun.await.unwrap() else {
        panic!("nobody holds it")
    };
    let pass = axcs::ledger::NewPass {
        load: None,
        target: target.unwrap(),
        reason: None,
        forget: false,
    };
    let pass = ledger
        .begin_pass(fence, Stream::OnHand, pass)
        .await
        .unwrap();
    let page = site.client.list(Stream::OnHand, None, 1_000).await.unwrap();
    let mut ids: Vec<String> = page.records.into_iter().map(|record| record.id).collect();
    for id in &ids {
        let seen = vec![(id.clone(), None)];
        let seen_in = Some((fence, pass.generation));
        ledger
            .is_unchanged(Stream::OnHand, seen_in, seen)
            .await
            .unwrap();
    }
    ids.sort();
    ledger
        .advance_pass(fence, Stream::OnHand, ids.last().unwrap())
        .await
        .unwrap();
    site.let_leases_run_out();
    site.orders().await;

    site.ended(Job::Inventory).await;
    assert!(
        saleable().await <= placed,
        "the same piece is not sold twice"
    );
    site.ended(Job::Inventory).await;
    assert_eq!(saleable().await, placed);
}
