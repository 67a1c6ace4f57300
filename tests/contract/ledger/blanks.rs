//! Blanks at the end of a text: SQL Server's comparisons pass over them, SQLite's do not.

use axcs::ledger::SetAside;
use axcs::ledger::orders::FeedPosition;
use axcs::model::Stream;
use axcs::model::exception::{Exception, ExceptionFilter};
use axcs::model::order::OrderEvent;
use axcs::model::staged::{OrderFilter, OrderView, Stage};

use super::Engine;
use super::stores::{open, order};

fn numbered(id: &str, number: &str, seq: i64) -> OrderEvent {
    let mut event = order("web");
    id.clone_into(&mut event.order.id);
    number.clone_into(&mut event.order.number);
    event.seq = seq;
    event
}

fn position(seq: i64) -> FeedPosition {
    FeedPosition {
        book: "b".to_owned(),
        seq,
    }
}

async fn numbers_that_differ_in_case_and_in_blanks_at_the_end_are_duplicates(engine: Engine) {
    let (_place, ledger, fence) = open(engine).await;
    let events = vec![
        numbered("o1", "W-1", 1),
        numbered("o2", "w-1 ", 2),
        numbered("o3", " W-1", 3),
    ];
    ledger.stage(fence, events, position(3)).await.unwrap();
    let duplicates = OrderFilter {
        view: OrderView::Duplicate,
        limit: 9,
        ..OrderFilter::default()
    };
    let listed = ledger.orders(&duplicates);
    let mut ids: Vec<String> = listed.await.unwrap().into_iter().map(|it| it.id).collect();
    ids.sort();
    assert_eq!(ids, ["o1", "o2"]);
    let asked = vec![(String::new(), "W-1 ".to_owned())];
    assert_eq!(ledger.orders_for(asked).await.unwrap(), [None]);
    // Whatever it is called by, it is found.
    for name in ["W-1", "w-1 "] {
        assert!(ledger.order(name).await.unwrap().is_some(), "{name:?}");
    }
}

async fn an_order_set_aside_for_its_id_leaves_its_namesake_alone(engine: Engine) {
    let (_place, ledger, fence) = open(engine).await;
    let events = vec![numbered("o1", "W-1", 1)];
    ledger.stage(fence, events, position(1)).await.unwrap();
    let refused = SetAside {
        id: "\"o1 \"".to_owned(),
        code: "bad-id".to_owned(),
        field: "id".to_owned(),
        exception: Exception::new("The online order has an id that cannot be kept.", "", ""),
    };
    let aside = ledger.set_aside(fence, Stream::Orders, None, vec![refused]);
    aside.await.unwrap();
    let order = ledger.order("o1").await.unwrap().unwrap();
    assert_eq!(order.row.stage, Stage::AwaitingPayment);
    let open = ledger
        .exceptions(&ExceptionFilter::default())
        .await
        .unwrap();
    let keys: Vec<_> = open.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["\"o1 \""]);
}

promises![
    numbers_that_differ_in_case_and_in_blanks_at_the_end_are_duplicates,
    an_order_set_aside_for_its_id_leaves_its_namesake_alone,
];
