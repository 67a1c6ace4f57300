//! The feed: each event once, whatever comes twice, late, or from another order book.

use super::of_orders;
use super::support::{Book, event, order};
use crate::ledger::orders::{FeedPosition, Staged};
use crate::ledger::{ExceptionBook as _, LedgerError, OrderBook as _};
use crate::model::order::OrderEventKind;
use crate::model::staged::Stage;

#[tokio::test]
async fn an_order_is_staged_once_however_often_its_event_comes() {
    let book = Book::open().await;
    let placed = event(5, OrderEventKind::Placed, order("o1", "W-1"));
    assert_eq!(book.stage(vec![placed.clone()]).await, [Staged::New]);
    assert_eq!(book.stage(vec![placed]).await, [Staged::Known]);
    assert_eq!(
        book.ledger.feed_position().await.unwrap(),
        FeedPosition {
            book: "b1".into(),
            seq: 5
        }
    );
    let order = book.order("o1").await;
    assert_eq!(order.row.stage, Stage::Downloaded);
    assert_eq!(order.history.len(), 1, "{:?}", order.history);
}

#[tokio::test]
async fn a_run_without_its_lease_stages_nothing() {
    let book = Book::open().await;
    let mut lost = book.fence;
    lost.token += 1;
    let placed = event(7, OrderEventKind::Placed, order("o1", "W-1"));
    let refused = book
        .ledger
        .stage(
            lost,
            vec![placed],
            FeedPosition {
                book: "b1".into(),
                seq: 7,
            },
        )
        .await;
    assert!(matches!(refused, Err(LedgerError::Fenced(_))));
    assert_eq!(book.ledger.order("o1").await.unwrap(), None);
    assert_eq!(
        book.ledger.feed_position().await.unwrap(),
        FeedPosition::default()
    );
}

#[tokio::test]
async fn another_order_book_that_tells_the_same_changes_nothing() {
    let book = Book::open().await;
    for id in ["closed", "in-ax", "aside", "out"] {
        book.placed(id, id).await;
    }
    book.intend("in-ax").await;
    book.accept("in-ax", "SO-1", false).await;
    book.intend("out").await;
    for id in ["closed", "aside"] {
        book.set_aside(id).await;
    }
    let closed = of_orders(&["closed"]);
    book.ledger.resolve(&closed, "by hand").await.unwrap();
    let before: Vec<Stage> = stages(&book).await;

    let told: Vec<_> = ["closed", "in-ax", "aside", "out", "new"]
        .into_iter()
        .zip(1..)
        .map(|(id, seq)| event(seq, OrderEventKind::Changed, order(id, id)))
        .collect();
    let position = FeedPosition {
        book: "b2".into(),
        seq: 5,
    };
    let staged = book.ledger.stage(book.fence, told, position).await.unwrap();
    let known = Staged::Known;
    assert_eq!(staged, [known, known, known, known, Staged::New]);
    assert_eq!(stages(&book).await, before);
    assert_eq!(
        book.ledger.orders_taken().await.unwrap().seq,
        2,
        "counted by the numbers of the new book"
    );
}

async fn stages(book: &Book) -> Vec<Stage> {
    let mut stages = Vec::new();
    for id in ["closed", "in-ax", "aside", "out"] {
        stages.push(book.order(id).await.row.stage);
    }
    stages
}
