use axcs::jobs::RunOptions;
use axcs::model::channel::StoreSettings;
use axcs::model::exception::ExceptionFilter;
use axcs::model::order::OrderState;
use axcs::model::staged::{OrderFilter, OrderView, Stage};
use axcs::model::{Amount, Job, Stream};

use super::site::{Site, settings, store};

fn one_of_orders() -> ExceptionFilter {
    ExceptionFilter {
        stream: Some(Stream::Orders),
        ..ExceptionFilter::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_order_is_set_aside_told_to_the_shop_and_the_others_go_on() {
    let site = Site::new().await;
    let good = site.order("GOOD", "1");
    let mut item = site.order("ITEM", "2");
    item.lines[0].item = "NO-SUCH".into();
    let mut unit = site.order("UNIT", "3");
    unit.lines[0].unit = "barrel".into();
    let mut money = site.order("MONEY", "4");
    money.currency = "EUR".into();
    let mut total = site.order("TOTAL", "5");
    total.total = "1".parse::<Amount>().unwrap();
    let mut shop = site.order("SHOP", "6");
    shop.store = "nowhere".into();
    let twice = site.order("TWICE", "1");
    for order in [&item, &unit, &money, &total, &shop, &good, &twice] {
        site.client.place_order(order).await.unwrap();
    }
    let run = site.orders().await;
    let orders = &run.streams[0].counts;
    assert_eq!(
        (orders.enumerated, orders.acknowledged, orders.quarantined),
        (7, 1, 6)
    );
    assert_eq!(site.staged("GOOD").await.row.stage, Stage::Accepted);
    for (order, code) in [
        ("ITEM", "unknown-item"),
        ("UNIT", "unit-mismatch"),
        ("MONEY", "currency-mismatch"),
        ("TOTAL", "total-mismatch"),
        ("SHOP", "unknown-store"),
        ("TWICE", "duplicate-number"),
    ] {
        let open = site.exceptions().await;
        let entry = open.iter().find(|entry| entry.key == order).unwrap();
        assert_eq!((entry.code.as_str(), entry.job), (code, Job::Orders));
        assert!(!entry.exception.remedy.is_empty());
        let at_service = site.client.order(order).await.unwrap().unwrap();
        assert_eq!(at_service.listed.state, OrderState::Rejected, "{order}");
        assert!(!at_service.listed.reason.is_empty());
    }
    let ledger = &site.runner.sides().ledger;
    let duplicates = ledger
        .orders(&OrderFilter {
            view: OrderView::Duplicate,
            limit: 10,
            ..OrderFilter::default()
        })
        .await
        .unwrap();
    assert_eq!(duplicates.len(), 2, "both orders with the number 1");

    // Corrected at the source, each by what is wrong with it.
    let (name, sold_by) = site.item();
    item.lines[0].item = name;
    unit.lines[0].unit = sold_by;
    money.currency = "USD".into();
    total.total = "27.6".parse().unwrap();
    shop.store = "web".into();
    let mut twice = twice;
    twice.number = "7".into();
    for order in [&item, &unit, &money, &total, &shop, &twice] {
        site.client.correct_order(order).await.unwrap();
    }
    let run = site.orders().await;
    assert_eq!(run.streams[0].counts.acknowledged, 6, "{run:?}");
    assert_eq!(site.exceptions().await, []);
    assert_eq!(
        site.count("SELECT count(*) FROM SALESTABLE WHERE SALESTYPE = 3"),
        7
    );
    site.ended(Job::Inventory).await;
    assert_eq!(site.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_cause_is_gone_in_ax_clears_itself_with_the_next_run() {
    let site = Site::new().await;
    let (item, unit) = site.item();
    let order = site.order("W-1", "1");
    site.sql(&format!(
        "UPDATE INVENTTABLEMODULE SET UNITID = 'box' WHERE ITEMID = '{item}' AND MODULETYPE = 2"
    ));
    site.client.place_order(&order).await.unwrap();
    site.orders().await;
    let first = site.exceptions().await.remove(0);
    assert_eq!((first.code.as_str(), first.attempts), ("unit-mismatch", 1));
    let again = site.orders().await;
    assert_eq!(again.streams[0].counts.quarantined, 1, "still set aside");
    assert_eq!(
        site.exceptions().await[0].last,
        first.last,
        "nothing new to tell"
    );

    site.sql(&format!(
        "UPDATE INVENTTABLEMODULE SET UNITID = '{unit}' WHERE ITEMID = '{item}' AND MODULETYPE = 2"
    ));
    site.orders().await;
    assert_eq!(site.exceptions().await, []);
    assert_eq!(site.staged("W-1").await.row.stage, Stage::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_a_store_without_parameters_waits_for_them() {
    let site = Site::new().await;
    site.set_store("web", StoreSettings::default()).await;
    site.place("W-1", "1").await;
    site.orders().await;
    let entry = site.exceptions().await.remove(0);
    assert_eq!(entry.code, "store-not-set-up");
    assert!(entry.exception.remedy.contains("axcs stores set web"));
    site.set_store("web", settings()).await;
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.stage, Stage::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_ax_is_told_in_its_words_and_tried_again_only_when_asked() {
    let site = Site::new().await;
    // Beyond what is checked before: AX itself says no.
    site.sql("UPDATE NUMBERSEQUENCETABLE SET BLOCKED = 1");
    site.place("W-1", "1").await;
    site.orders().await;
    let entry = site.exceptions().await.remove(0);
    assert_eq!(entry.code, "refused-by-ax", "{entry:?}");
    site.sql("UPDATE NUMBERSEQUENCETABLE SET BLOCKED = 0");
    site.orders().await;
    assert_eq!(site.exceptions().await.len(), 1, "not by itself");
    let ledger = &site.runner.sides().ledger;
    ledger.ask_retry(&one_of_orders()).await.unwrap();
    site.orders().await;
    assert_eq!(site.exceptions().await, []);
    assert_eq!(site.staged("W-1").await.row.attempts, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_resolved_with_a_note_is_not_handed_over_and_the_shop_reads_the_note() {
    let site = Site::new().await;
    let mut order = site.order("W-1", "1");
    order.lines[0].item = "NO-SUCH".into();
    site.client.place_order(&order).await.unwrap();
    site.orders().await;
    let ledger = &site.runner.sides().ledger;
    let closed = ledger
        .resolve(&one_of_orders(), "the customer was called")
        .await
        .unwrap();
    assert_eq!(closed, 1);
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.stage, Stage::Closed);
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert!(at_service.listed.reason.contains("the customer was called"));
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_gone_is_marked_while_orders_refer_to_it_and_forgotten_otherwise() {
    let site = Site::new().await;
    site.client.put_store(&store("outlet")).await.unwrap();
    site.place("W-1", "1").await;
    site.ended(Job::DeliveryModes).await;
    site.orders().await;
    site.client.delete_store("web").await.unwrap();
    site.client.delete_store("outlet").await.unwrap();
    let run = site.ended(Job::DeliveryModes).await;
    assert_eq!(run.streams[0].counts.deleted, 2);
    let stores = site.runner.sides().ledger.stores().await.unwrap();
    assert_eq!(stores.len(), 1);
    assert!(stores[0].gone_since.is_some());
    assert_eq!(stores[0].orders, 1);
    site.ended(Job::Inventory).await;
    assert_eq!(site.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn store_parameters_travel_with_the_eleven_attributes_of_the_template() {
    let site = Site::new().await;
    let stored = site
        .client
        .record(Stream::StoreParameters, "web")
        .await
        .unwrap()
        .unwrap();
    let value: serde_json::Value = serde_json::from_str(stored.value.get()).unwrap();
    assert_eq!(value["customer_template"]["account"], "WEB-TEMPLATE");
    assert_eq!(value["shipping_charges_code"], "FREIGHT");

    site.sql("UPDATE CUSTTABLE SET PRICEGROUP = 'NEW' WHERE ACCOUNTNUM = 'WEB-TEMPLATE'");
    site.ended(Job::DeliveryModes).await;
    let stored = site
        .client
        .record(Stream::StoreParameters, "web")
        .await
        .unwrap()
        .unwrap();
    assert!(stored.value.get().contains(r#""price_group":"NEW""#));

    site.sql("DELETE FROM CUSTTABLE WHERE ACCOUNTNUM = 'WEB-TEMPLATE'");
    site.ended(Job::DeliveryModes).await;
    let open = site.exceptions().await;
    assert_eq!(open[0].stream, Some(Stream::StoreParameters));
    assert!(open[0].exception.cause.contains("WEB-TEMPLATE"), "{open:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_counts_the_orders_and_takes_none() {
    let site = Site::new().await;
    site.place("W-1", "1").await;
    let options = RunOptions {
        dry_run: true,
        ..RunOptions::default()
    };
    let run = site.runner.start(Job::Orders, options).await.unwrap();
    let run = site.runner.finished(run).await.unwrap();
    assert_eq!(run.streams[0].counts.acknowledged, 1);
    let ledger = &site.runner.sides().ledger;
    assert!(ledger.order("W-1").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_lines_and_every_script_go_through_unharmed() {
    let site = Site::new().await;
    let mut order = site.order("W-1", "注文-١٢٣");
    let names = [
        "محمد بن سلمان",
        "דוד בן־גוריון",
        "สมชาย ใจดี",
        "王小明",
        "👩‍👩‍👧‍👦 Zoë Ångström",
        "e\u{301}\u{302} \u{1F600}\u{10348}",
    ];
    order.customer.name = names.join(" / ");
    order.delivery_address.name = names[4].to_owned();
    order.delivery_address.street = format!("{}\n{}", names[0], names[3]);
    order.delivery_address.city = names[2].to_owned();
    order.note = format!("{} \u{2028}\"quoted\" \\ | ' ; DROP TABLE", names[5]);
    let line = order.lines[0].clone();
    order.lines = (1..=1_000)
        .map(|number| {
            let mut line = line.clone();
            line.line = number;
            line.name = names[number as usize % names.len()].to_owned();
            line
        })
        .collect();
    order.total = "21006.6".parse().unwrap();
    order.payment.as_mut().unwrap().amount = order.total;
    site.client.place_order(&order).await.unwrap();
    site.orders().await;
    let staged = site.staged("W-1").await;
    assert_eq!(staged.order, order);
    assert_eq!(
        staged.row.stage,
        Stage::Accepted,
        "{:?}",
        staged.row.exception
    );
    assert_eq!(site.count("SELECT count(*) FROM SALESLINE"), 1_000);
    let sum = site.count("SELECT CAST(sum(CAST(LINEAMOUNT AS REAL)) AS INTEGER) FROM SALESLINE");
    assert_eq!(sum, 21_000);
    let named = site.count(
        "SELECT count(*) FROM SALESTABLE WHERE PURCHORDERFORMNUM = '注文-١٢٣' AND DELIVERYNAME = '👩‍👩‍👧‍👦 Zoë Ångström'",
    );
    assert_eq!(named, 1);
    assert_eq!(
        site.client.order("W-1").await.unwrap().unwrap().order,
        order
    );
}
