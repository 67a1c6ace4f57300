//! What the service is told about orders, and what AX did with them.

use super::of_orders;
use super::support::Book;
use crate::ledger::{ExceptionBook as _, OrderBook as _};
use crate::model::order::Outcome;
use crate::model::staged::{OrderView, Shipped};

#[tokio::test]
async fn an_acknowledgement_has_another_version_only_when_it_says_something_else() {
    let book = Book::open().await;
    let version = || async { book.ledger.acknowledgement_version().await.unwrap() };
    book.placed("o1", "W-1").await;
    let downloaded = version().await;
    assert_eq!(book.told("o1").await.outcome, Outcome::Downloaded);
    book.intend("o1").await;
    assert_eq!(version().await, downloaded, "the service is told the same");
    book.accept("o1", "SO-1", false).await;
    assert!(version().await > downloaded);
    let told = book.told("o1").await;
    assert_eq!(
        (told.outcome, told.sales_order.as_str()),
        (Outcome::Accepted, "SO-1")
    );

    book.placed("o2", "W-2").await;
    let changed = book
        .ledger
        .acknowledgements_changed(downloaded, "", 9)
        .await
        .unwrap();
    assert_eq!(changed, ["o1", "o2"]);
    let changed = book
        .ledger
        .acknowledgements_changed(downloaded, "o1", 9)
        .await
        .unwrap();
    assert_eq!(changed, ["o2"]);
    let all = book.ledger.acknowledgements("", 1).await.unwrap();
    assert_eq!(all[0].order, "o1");
    assert_eq!(
        book.ledger
            .acknowledgements_of(vec!["nobody".into()])
            .await
            .unwrap(),
        [None]
    );
}

#[tokio::test]
async fn an_order_is_acknowledged_while_the_service_holds_what_it_is_to_be_told() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    assert_eq!(book.ids(OrderView::Unacknowledged).await, ["o1"]);
    book.tell("o1").await;
    assert!(book.order("o1").await.row.is_acknowledged);
    assert!(book.ids(OrderView::Unacknowledged).await.is_empty());
    book.intend("o1").await;
    book.accept("o1", "SO-1", false).await;
    assert_eq!(book.ids(OrderView::Unacknowledged).await, ["o1"]);
    book.tell("o1").await;
    assert_eq!(book.ledger.order_counts().await.unwrap().unacknowledged, 0);
    book.forget_acknowledgements().await;
    assert_eq!(book.ledger.order_counts().await.unwrap().unacknowledged, 1);
}

#[tokio::test]
async fn orders_are_taken_up_to_just_before_the_oldest_that_ax_does_not_have() {
    let book = Book::open().await;
    let taken = || async { book.ledger.orders_taken().await.unwrap().seq };
    assert_eq!(taken().await, 0);
    for id in ["o1", "o2", "o3"] {
        book.placed(id, id).await;
    }
    assert_eq!(taken().await, 99);
    for id in ["o1", "o3"] {
        book.intend(id).await;
        book.accept(id, id, false).await;
    }
    assert_eq!(taken().await, 100, "o2 holds it back");
    book.set_aside("o2").await;
    assert_eq!(taken().await, 100);
    book.ledger
        .resolve(&of_orders(&["o2"]), "no")
        .await
        .unwrap();
    assert_eq!(taken().await, 102);
}

#[tokio::test]
async fn an_order_is_shipped_when_its_packing_slips_say_so() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.intend("o1").await;
    book.accept("o1", "SO-1", false).await;
    book.ship("o1", "SO-1", "P-1", 1).await;
    assert_eq!(book.order("o1").await.row.shipped, Shipped::Partly);
    book.ship("o1", "SO-1", "P-2", 1).await;
    let row = book.order("o1").await.row;
    assert_eq!((row.shipped, row.is_open()), (Shipped::Whole, false));
    assert_eq!(book.ledger.order_counts().await.unwrap().open, 0);
    book.ledger
        .forget_shipments(book.fence, vec!["P-2|SO-1".into()])
        .await
        .unwrap();
    let order = book.order("o1").await;
    assert_eq!(
        (order.row.shipped, order.shipments.len()),
        (Shipped::Partly, 1)
    );
    assert!(order.history.last().unwrap().what.contains("P-2 is gone"));
}
