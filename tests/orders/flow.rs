use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use axcs::company::embedded::Embedded;
use axcs::company::embedded::activity::clerk::{self, Orders, Ship};
use axcs::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use axcs::model::exception::Documented;
use axcs::model::order::OrderState;
use axcs::model::staged::{Shipped, Stage};
use axcs::model::{Amount, Job, RunStatus};

use super::site::Site;

fn ship(site: &Site, order: &str, partial: bool) {
    let orders = Orders::Named(vec![order.to_owned()]);
    clerk::ship(&site.company, &Ship { orders, partial }, 1).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_comes_down_becomes_a_sales_order_is_acknowledged_shipped_and_invoiced() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    let run = site.orders().await;
    assert_eq!(run.counts().quarantined, 0, "{run:?}");

    let staged = site.staged("W-1").await;
    assert_eq!(staged.row.stage, Stage::Accepted);
    assert!(staged.row.is_acknowledged && !staged.row.is_journal);
    let sales_order = staged.row.sales_order.clone();
    let made = site.count(&format!(
        "SELECT count(*) FROM SALESTABLE WHERE SALESID = '{sales_order}' AND SALESTYPE = 3
            AND PURCHORDERFORMNUM = '1001' AND CUSTOMERREF = 'W-1' AND CUSTACCOUNT = 'WEB-TEMPLATE' AND SALESORIGINID = 'WEB'"
    ));
    assert_eq!(made, 1);
    assert_eq!(
        site.count("SELECT count(*) FROM MARKUPTRANS WHERE MARKUPCODE = 'FREIGHT'"),
        1
    );
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(
        (at_service.listed.state, &at_service.listed.sales_order),
        (OrderState::Accepted, &sales_order)
    );

    ship(&site, &sales_order, true);
    site.orders().await;
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::PartiallyShipped);
    assert_eq!(site.staged("W-1").await.row.shipped, Shipped::Partly);

    ship(&site, &sales_order, false);
    site.orders().await;
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Shipped);
    assert_eq!(at_service.shipments.len(), 2);
    assert!(!at_service.shipments[0].tracking_numbers.is_empty());

    clerk::invoice(&site.company, &sales_order).unwrap();
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.state(), "invoiced");
    site.ended(Job::Inventory).await;
    assert_eq!(site.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_news_sends_nothing() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    let again = site.orders().await;
    let counts = again.counts();
    assert_eq!(
        (counts.enumerated, counts.payload_bytes),
        (0, 0),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_without_payment_waits_for_it() {
    let site = Site::new().await;
    let mut order = site.order("W-1", "1001");
    let payment = order.payment.take().unwrap();
    site.client.place_order(&order).await.unwrap();
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.stage, Stage::AwaitingPayment);
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 0);
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Downloaded);
    site.client.pay_order("W-1", &payment).await.unwrap();
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.stage, Stage::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_cancelled_before_ax_had_it_never_reaches_ax() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    site.client.cancel_order("W-1").await.unwrap();
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.stage, Stage::Cancelled);
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 0);
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_cancelled_after_ax_had_it_asks_for_the_cancellation_in_ax() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    site.client.cancel_order("W-1").await.unwrap();
    site.run(Job::Orders).await;
    let open = site.exceptions().await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].code, "cancelled-after-hand-over");
    let sales_order = site.staged("W-1").await.row.sales_order;
    assert!(open[0].exception.to_string().contains(&sales_order));

    clerk::cancel(&site.company, &sales_order).unwrap();
    site.orders().await;
    assert_eq!(site.exceptions().await, [], "it clears itself");
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Cancelled);
    site.ended(Job::Inventory).await;
    assert_eq!(site.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_cancelled_in_ax_is_cancelled_online() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    clerk::cancel(&site.company, &site.staged("W-1").await.row.sales_order).unwrap();
    site.orders().await;
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Cancelled);
    assert_eq!(site.staged("W-1").await.row.state(), "canceled in AX");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packing_slip_that_is_taken_back_is_taken_back_online() {
    let site = Site::new().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    ship(&site, &site.staged("W-1").await.row.sales_order, false);
    site.orders().await;
    site.sql("DELETE FROM CUSTPACKINGSLIPTRANS");
    site.sql("DELETE FROM CUSTPACKINGSLIPJOUR");
    site.orders().await;
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Accepted);
    assert_eq!(site.staged("W-1").await.row.shipped, Shipped::Nothing);
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_orders_and_packing_slips_of_others_do_not_travel() {
    let site = Site::new().await;
    let mut other = site.order("W-9", "TEL-1");
    other.number = "TEL-1".to_owned();
    let customer =
        axcs::company::trade::Trade::customers(&site.company, &["WEB-TEMPLATE".to_owned()])
            .await
            .unwrap()[0]
            .clone()
            .unwrap();
    let hand_over = HandOver {
        message_id: "00000000-0000-8000-8000-000000000001".to_owned(),
        attempt: 1,
        order: other,
        customer,
        settings: super::site::settings(),
        address_key: None,
    };
    let HandedOver::Created { sales_order, .. } = site.company.create(hand_over).await.unwrap()
    else {
        panic!("made at once")
    };
    ship(&site, &sales_order, false);
    let run = site.orders().await;
    assert_eq!(run.counts().acknowledged, 0, "{run:?}");
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_ledger_finds_its_orders_in_ax_and_makes_none_twice() {
    let site = Site::new().await;
    for number in 0..20 {
        let order = site.order(&format!("W-{number}"), &format!("10{number}"));
        site.client.place_order(&order).await.unwrap();
    }
    site.orders().await;
    let dir = site.dir.path().to_owned();
    let again = site.with_new_ledger(&dir.join("other.db")).await;
    again.set_up_store().await;
    let run = again.orders().await;
    assert_eq!(run.counts().quarantined, 0, "{run:?}");
    assert_eq!(again.count("SELECT count(*) FROM SALESTABLE"), 20);
    assert_eq!(again.staged("W-7").await.row.stage, Stage::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_made_anew_is_read_from_its_beginning() {
    let site = Site::new().await;
    for number in 0..3 {
        let order = site.order(&format!("W-{number}"), &format!("10{number}"));
        site.client.place_order(&order).await.unwrap();
    }
    site.orders().await;
    let site = site.with_new_service().await;
    site.client
        .put_store(&super::site::store("web"))
        .await
        .unwrap();
    let order = site.order("W-1", "101");
    site.client.place_order(&order).await.unwrap();
    let order = site.order("N-1", "201");
    site.client.place_order(&order).await.unwrap();
    let run = site.orders().await;
    let reload = run.streams[0].reload.as_deref().unwrap_or_default();
    assert!(reload.contains("made anew or restored"), "{run:?}");
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 4);
    let known = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(known.listed.state, OrderState::Accepted, "told again");
}

/// The door to AX of a bad night: some calls fail before AX is reached, others after AX has done it.
struct BadNight {
    inner: Embedded,
    calls: AtomicUsize,
}

#[async_trait]
impl SalesOrderService for BadNight {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        match call % 4 {
            1 => Err(HandOverError::NotReached {
                place: "the AOS".to_owned(),
                reason: "nobody listens".to_owned(),
            }),
            3 => {
                self.inner.create(hand_over).await?;
                Err(HandOverError::Unknown {
                    reason: "the answer did not come".to_owned(),
                })
            }
            _ => self.inner.create(hand_over).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_whose_answer_is_lost_is_looked_up_and_never_made_twice() {
    let site = Site::with(|inner| {
        Arc::new(BadNight {
            inner,
            calls: AtomicUsize::new(0),
        })
    })
    .await;
    for number in 0..30 {
        let order = site.order(&format!("W-{number}"), &format!("10{number}"));
        site.client.place_order(&order).await.unwrap();
    }
    let mut failed = 0;
    while site.run(Job::Orders).await.status != RunStatus::Ended {
        failed += 1;
        assert!(failed < 100);
    }
    assert!(failed > 5, "{failed}");
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 30);
    assert_eq!(
        site.count("SELECT count(DISTINCT CUSTOMERREF) FROM SALESTABLE WHERE SALESTYPE = 3"),
        30
    );
    assert_eq!(
        site.exceptions().await,
        [],
        "the run exceptions are cleared"
    );
    site.ended(Job::Inventory).await;
    assert_eq!(site.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_shop_may_sell_is_what_is_on_hand_less_the_orders_that_ax_has_not_taken() {
    let site = Site::new().await;
    let order = site.order("W-1", "1001");
    let item = order.lines[0].item.clone();
    let saleable = async || {
        let found = site.client.saleable(&item).await.unwrap();
        (found[0].on_hand, found[0].ordered, found[0].saleable)
    };
    let before = saleable().await;
    site.client.place_order(&order).await.unwrap();
    let two: Amount = "2".parse().unwrap();
    let placed = saleable().await;
    assert_eq!((placed.0, placed.1), (before.0, two));
    assert_eq!(Some(placed.2), before.0.checked_sub(two));
    site.orders().await;
    site.ended(Job::Inventory).await;
    let taken = saleable().await;
    assert_eq!(taken.1, Amount::ZERO);
    assert_eq!(taken.2, placed.2, "reserved in AX instead");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_being_set_up_says_so_and_is_not_waited_for() {
    use axcs::commerce::wire::account::AccountState;
    let site = Site::new().await;
    site.client
        .set_account(AccountState::BeingSetUp)
        .await
        .unwrap();
    let began = std::time::Instant::now();
    let run = site.run(Job::Orders).await;
    assert!(began.elapsed().as_secs() < 2);
    let exception = run.exception.unwrap();
    assert_eq!(exception.text, Documented::BeingSetUp.text());
    assert_eq!(exception.remedy, Documented::BeingSetUp.remedy());
    assert_eq!(
        site.exceptions().await[0].documented(),
        Some(Documented::BeingSetUp)
    );
    site.client.set_account(AccountState::Active).await.unwrap();
    site.orders().await;
    assert_eq!(site.exceptions().await, []);
}
