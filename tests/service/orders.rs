//! Orders placed, corrected, paid and cancelled; what is refused; byte-exactness; many of them.

use std::time::{Duration, Instant};

use axcs::commerce::Commerce as _;
use axcs::commerce::wire::{MAX_ORDER_BYTES, OrderListPage, OrderListed, Problem};
use axcs::model::digest::{content_hash, hex64};
use axcs::model::order::{MAX_ORDER_LINES, OrderEventKind, OrderState, Outcome, WebOrder};
use axcs::sqlite::{Access, connect};
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};

use super::shop::{acknowledgement, client, order, order_of, payment, shipment};
use super::support::{Served, Told, options, upsert};

async fn place(served: &Served, body: impl Into<reqwest::Body>) -> Told {
    Told::of(served.request(Method::POST, "/v1/orders").body(body)).await
}

#[tokio::test]
async fn an_order_is_placed_once_however_often_it_is_sent() {
    let served = Served::start().await;
    let client = client(&served);
    let sent = order("A");
    let json = serde_json::to_string(&sent).unwrap();
    let told = place(&served, json.clone()).await;
    assert_eq!(told.status, 201);
    let listed: OrderListed = told.ok();
    assert_eq!((listed.seq, listed.state), (1, OrderState::Placed));
    assert_eq!(listed.hash, hex64(content_hash(json.as_bytes())));
    let again = place(&served, serde_json::to_string_pretty(&sent).unwrap()).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.ok::<OrderListed>(), listed);
    // The shop does not know that its first try arrived and was corrected since.
    let corrected = client.correct_order(&order_of("A", &[7])).await.unwrap();
    assert_eq!(corrected.seq, 2);
    assert_eq!(place(&served, json).await.ok::<OrderListed>(), corrected);
    let other = serde_json::to_string(&order_of("A", &[8])).unwrap();
    assert_eq!(
        place(&served, other).await.problem(409).code,
        "order-exists"
    );
    let details = served.details("A").await;
    assert_eq!(details.listed, corrected);
    assert_eq!(details.order, order_of("A", &[7]));
    assert!(client.order("B").await.unwrap().is_none());
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_its_field() {
    let served = Served::start().await;
    let changed = |path: &str, value: Value| {
        let mut json = serde_json::to_value(order("A")).unwrap();
        let (parent, name) = path.rsplit_once('/').unwrap();
        json.pointer_mut(parent).unwrap()[name] = value;
        json
    };
    let long = "x".repeat(41);
    for (path, value, field) in [
        ("/id", json!(""), "id"),
        ("/id", json!(long), "id"),
        ("/id", json!("a/b"), "id"),
        ("/id", json!(".."), "id"),
        ("/id", json!("feed"), "id"),
        ("/id", json!("é"), "id"),
        ("/number", json!(""), "number"),
        ("/number", json!("😀".repeat(11)), "number"),
        ("/store", json!(""), "store"),
        ("/currency", json!("US"), "currency"),
        ("/currency", json!("U$D"), "currency"),
        ("/placed", json!("yesterday"), "placed"),
        ("/total", json!(5), "total"),
        ("/colour", json!("red"), "colour"),
        ("/customer", json!(["", "Noa", "", "", ""]), "customer"),
        ("/customer/name", json!(" "), "customer.name"),
        ("/customer/age", json!(7), "customer.age"),
        ("/delivery_address/name", json!(""), "delivery_address.name"),
        (
            "/invoice_address",
            json!({"name":"","street":"","city":"","country":""}),
            "invoice_address.name",
        ),
        (
            "/payment",
            json!({"provider":"","method":"","authorization":"a","amount":"1","authorized":"2012-01-01T00:00:00Z"}),
            "payment.provider",
        ),
        ("/lines", json!([]), "lines"),
        ("/lines/0/line", json!(0), "lines[0].line"),
        ("/lines/1/line", json!(1), "lines[1].line"),
        ("/lines/1/line", json!(-1), "lines[1].line"),
        ("/lines/1/item", json!(""), "lines[1].item"),
        ("/lines/1/quantity", json!("many"), "lines[1].quantity"),
        (
            "/lines/1/dimensions",
            json!({"weight": "1"}),
            "lines[1].dimensions.weight",
        ),
    ] {
        let json = changed(path, value);
        for body in [
            json.to_string(),
            serde_json::to_string_pretty(&json).unwrap(),
        ] {
            let problem = place(&served, body).await.problem(400);
            assert_eq!(problem.code, "bad-value", "{path}: {}", problem.detail);
            assert!(
                problem.detail.starts_with(&format!("{field}: ")),
                "{path}: {}",
                problem.detail
            );
        }
    }
    let lines: Vec<i64> = vec![1; MAX_ORDER_LINES + 1];
    let too_long = serde_json::to_string(&order_of("A", &lines)).unwrap();
    let problem = place(&served, too_long).await.problem(400);
    assert!(problem.detail.starts_with("lines: "), "{}", problem.detail);
    let mut large = order("A");
    large.note = "x".repeat(MAX_ORDER_BYTES);
    let told = place(&served, serde_json::to_string(&large).unwrap()).await;
    assert_eq!(told.problem(413).code, "body-too-large");
    for body in [&b""[..], b"{", b"\xff", br#"{"id":"A""#] {
        let told = place(&served, body.to_vec()).await;
        assert_eq!(told.problem(400).code, "bad-body", "{body:?}");
    }
    let page: OrderListPage = served.get("/v1/orders").await.ok();
    assert!(page.orders.is_empty());
}

#[tokio::test]
async fn what_only_ax_can_judge_is_taken() {
    let served = Served::start().await;
    let client = client(&served);
    let mut wrong = order("A");
    wrong.store = "nobody".to_owned();
    wrong.total = 999.into();
    wrong.lines[0].item = "no such item".to_owned();
    wrong.lines[0].unit = String::new();
    wrong.lines[1].quantity = (-1).into();
    client.place_order(&wrong).await.unwrap();
    let mut double = wrong.clone();
    double.id = "B".to_owned();
    client.place_order(&double).await.unwrap();
    assert_eq!(served.details("B").await.order, double);
}

#[tokio::test]
async fn events_change_an_order_until_it_is_on_its_way() {
    let served = Served::start().await;
    let client = client(&served);
    client.place_order(&order("A")).await.unwrap();
    let paid = client.pay_order("A", &payment(5)).await.unwrap();
    assert_eq!(paid.seq, 2);
    assert_eq!(client.pay_order("A", &payment(5)).await.unwrap(), paid);
    let error = client.pay_order("A", &payment(6)).await.unwrap_err();
    assert_eq!(error.problem().unwrap().code, "order-paid");
    let mut now = order("A");
    now.payment = Some(payment(5));
    assert_eq!(served.details("A").await.order, now);
    assert_eq!(client.correct_order(&now).await.unwrap(), paid);
    now.number = "another".to_owned();
    let changed = client.correct_order(&now).await.unwrap();
    assert_eq!((changed.seq, changed.number.as_str()), (3, "another"));
    served
        .say(&acknowledgement("A", 3, Outcome::Accepted, "SO-1"), 1)
        .await;
    served.say(&shipment("PS-1", "SO-1", &[(1, 1)]), 1).await;
    assert_eq!(served.state("A").await, OrderState::PartiallyShipped);
    let is_refused = |problem: &Problem| assert_eq!(problem.code, "order-shipped");
    now.note = "too late".to_owned();
    is_refused(
        client
            .correct_order(&now)
            .await
            .unwrap_err()
            .problem()
            .unwrap(),
    );
    is_refused(
        client
            .cancel_order("A")
            .await
            .unwrap_err()
            .problem()
            .unwrap(),
    );
    // What it was already it may be again.
    now.note.clear();
    assert_eq!(client.correct_order(&now).await.unwrap().seq, 3);

    client.place_order(&order("B")).await.unwrap();
    let cancelled = client.cancel_order("B").await.unwrap();
    assert_eq!(cancelled.state, OrderState::Cancelled);
    assert_eq!(client.cancel_order("B").await.unwrap(), cancelled);
    for error in [
        client
            .correct_order(&order_of("B", &[1]))
            .await
            .unwrap_err(),
        client.pay_order("B", &payment(5)).await.unwrap_err(),
    ] {
        assert_eq!(error.problem().unwrap().code, "order-cancelled");
    }
    let page = client.feed(0, 10, Duration::ZERO).await.unwrap();
    let kinds: Vec<_> = page.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [OrderEventKind::Changed, OrderEventKind::Cancelled]);

    for error in [
        client.correct_order(&order("C")).await.unwrap_err(),
        client.pay_order("C", &payment(5)).await.unwrap_err(),
        client.cancel_order("C").await.unwrap_err(),
    ] {
        assert_eq!(error.problem().unwrap().code, "no-such-order");
    }
    let other = served
        .request(Method::PUT, "/v1/orders/A")
        .body(serde_json::to_string(&order("Z")).unwrap());
    let problem = Told::of(other).await.problem(400);
    assert!(problem.detail.starts_with("id: "), "{}", problem.detail);
}

/// What breaks programs: right to left, combining, beyond the basic plane, line ends, quotes.
const DIFFICULT: [&str; 10] = [
    "نورة القحطاني \u{202e}",
    "שלום בַּיִת",
    "กำแพงเมืองจีน",
    "北京市朝阳区 𠮷野家",
    "👩‍👩‍👧‍👦🇮🇱🏴‍☠️",
    "Z̤͔ͧ̑̓ä͖̭̈̇lͮ̒ͫǧ̗͚̚o̙̔ͮ̇͐̇",
    "a\u{2028}b\u{2029}c\u{85}\u{feff}",
    "NUL \0 ESC \u{1b}[31m DEL \u{7f}",
    "\"\\/\u{8}\u{c}\n\r\t</script>",
    "e\u{301} is not \u{e9}",
];

#[tokio::test]
async fn difficult_text_goes_through_byte_for_byte() {
    let served = Served::start().await;
    let client = client(&served);
    let mut sent = order_of("difficult", &vec![1; 1_000]);
    for (line, text) in sent.lines.iter_mut().zip(DIFFICULT.iter().cycle()) {
        line.item = format!("{text}{}", line.line);
        line.dimensions.size = (*text).to_owned();
        line.name = DIFFICULT.concat();
    }
    sent.customer.name = DIFFICULT.concat();
    sent.delivery_address.street = DIFFICULT.join("\n");
    sent.number = "ﷺ\0\u{2028}👩‍👩‍👧‍👦".to_owned();
    client.place_order(&sent).await.unwrap();
    let json = serde_json::to_string(&sent).unwrap();
    let hash = hex64(content_hash(json.as_bytes()));
    let details = served.details("difficult").await;
    assert_eq!((&details.order, &details.listed.hash), (&sent, &hash));
    assert_eq!(details.listed.number, sent.number);
    let page = served.get("/v1/orders/feed").await;
    let body = String::from_utf8(page.body.clone()).unwrap();
    assert!(body.contains(&json), "the feed has other bytes");
    let served = served.restart().await;
    assert_eq!(served.details("difficult").await.order, sent);
    let saleable = super::shop::client(&served)
        .saleable(&sent.lines[0].item)
        .await
        .unwrap();
    assert_eq!(saleable[0].dimensions, sent.lines[0].dimensions);
    assert_eq!(saleable[0].ordered, 1.into());
}

#[tokio::test]
async fn ten_thousand_orders_are_placed_and_paged_through() {
    const ORDERS: usize = 10_000;
    let served = Served::start().await;
    let client = client(&served);
    let began = Instant::now();
    stream::iter(0..ORDERS)
        .map(|n| {
            let client = &client;
            async move { client.place_order(&order(&format!("W{n}"))).await.map(drop) }
        })
        .buffer_unordered(8)
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    let mut ids = Vec::new();
    let mut after = None;
    loop {
        let page = client.order_page(after.as_deref(), 999).await.unwrap();
        ids.extend(page.orders.into_iter().map(|order| order.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids.len(), ORDERS);
    assert!(ids.is_sorted());
    let (mut seq, mut events) = (0, 0);
    loop {
        let page = client.feed(seq, 500, Duration::ZERO).await.unwrap();
        let Some(last) = page.events.last() else {
            break;
        };
        assert!(page.events.iter().map(|event| event.seq).is_sorted());
        events += page.events.len();
        seq = last.seq;
    }
    assert_eq!((seq, events), (ORDERS as i64, ORDERS));
    // A plain build on two busy cores takes a tenth of it.
    assert!(
        began.elapsed() < Duration::from_secs(90),
        "{:?}",
        began.elapsed()
    );
    for (path, code) in [
        ("/v1/orders?limit=0", "bad-query"),
        ("/v1/orders?limit=10001", "bad-query"),
        ("/v1/orders?colour=red", "bad-query"),
        ("/v1/orders?after=zz", "bad-cursor"),
    ] {
        assert_eq!(served.get(path).await.problem(400).code, code, "{path}");
    }
}

/// The tables of a file of version 1, from the schema that it was made with.
#[tokio::test]
async fn a_file_of_version_1_is_taken_over_with_its_records() {
    let served = Served::start().await;
    served.upload(&[upsert("A", 1, "x")]).await;
    let before = served.summary().await;
    let Served { running, dir, http } = served;
    running.stop().await;
    let store = connect(&dir.path().join("commerce.db"), Access::Create).unwrap();
    let later: Vec<String> = store
        .prepare(
            // The tables of a full-text index go with it.
            "SELECT name FROM pragma_table_list
             WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%'
                 AND name NOT IN ('collection', 'record', 'value', 'load', 'answer')",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    store.pragma_update(None, "foreign_keys", "OFF").unwrap();
    for table in later {
        store.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }
    store
        .execute_batch(
            "DELETE FROM collection WHERE name IN
                 ('store-parameters', 'acknowledgements', 'shipments', 'order-statuses');
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(store);
    let running = axcs::service::start(options(dir.path())).await.unwrap();
    let served = Served { running, dir, http };
    assert_eq!(served.summary().await, before);
    let client = client(&served);
    let book = client.feed(0, 1, Duration::ZERO).await.unwrap().book;
    let sent: WebOrder = order("A");
    client.place_order(&sent).await.unwrap();
    served
        .say(&acknowledgement("A", 1, Outcome::Accepted, "SO-1"), 1)
        .await;
    let served = served.restart().await;
    let client = super::shop::client(&served);
    assert_eq!(client.feed(0, 1, Duration::ZERO).await.unwrap().book, book);
    assert_eq!(served.state("A").await, OrderState::Accepted);
}
