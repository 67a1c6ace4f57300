//! The promises of the order book, one by one.

mod afterwards;
mod engines;
mod feed;
mod listing;
mod machine;
mod support;

use support::{Book, order};

use crate::ledger::orders::{OrderRef, Staged};
use crate::ledger::{ExceptionBook as _, OrderBook as _};
use crate::model::Stream;
use crate::model::exception::{ExceptionFilter, ExceptionState};
use crate::model::order::{OrderEventKind, Outcome};
use crate::model::shipment::SalesStatus;
use crate::model::staged::{OrderView, Stage};

#[tokio::test]
async fn an_order_goes_from_download_to_sales_order() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    assert_eq!(book.intend("o1").await, Some(1));
    assert_eq!(book.order("o1").await.row.stage, Stage::HandedOver);
    assert_eq!(book.intend("o1").await, None, "it is handed over already");
    book.accept("o1", "SO-1", false).await;
    let order = book.order("so-1").await;
    assert_eq!(order.row.stage, Stage::Accepted);
    assert_eq!(order.row.sales_order, "SO-1");
    assert_eq!(order.row.exception, None);
    let said: Vec<&str> = order.history.iter().map(|line| &*line.what).collect();
    assert_eq!(
        said,
        [
            "Downloaded",
            "Handed over to AX for customer account US-1, attempt 1",
            "Accepted by AX as sales order SO-1",
        ]
    );
    let found = book
        .ledger
        .orders_for(vec![
            ("us-1".into(), "w-1".into()),
            ("US-2".into(), "W-1".into()),
        ])
        .await
        .unwrap();
    let expected = OrderRef {
        order: "o1".into(),
        sales_order: "SO-1".into(),
    };
    assert_eq!(found, [Some(expected), None]);
}

/// Code and state of an order's exception.
type Found = Option<(String, ExceptionState)>;

#[allow(clippy::unnecessary_wraps, reason = "to compare with what is found")]
fn entry(code: &str, state: ExceptionState) -> Found {
    Some((code.to_owned(), state))
}

async fn exception_of(book: &Book, id: &str) -> Found {
    let filter = ExceptionFilter {
        stream: Some(Stream::Orders),
        keys: Some(vec![id.to_owned()]),
        with_closed: true,
        ..ExceptionFilter::default()
    };
    let found = book.ledger.exceptions(&filter).await.unwrap();
    found
        .into_iter()
        .next()
        .map(|entry| (entry.code, entry.state))
}

fn of_orders(ids: &[&str]) -> ExceptionFilter {
    ExceptionFilter {
        stream: Some(Stream::Orders),
        keys: Some(ids.iter().map(|id| (*id).to_owned()).collect()),
        ..ExceptionFilter::default()
    }
}

#[tokio::test]
async fn an_unpaid_order_waits_until_it_is_paid() {
    let book = Book::open().await;
    let mut unpaid = order("o1", "W-1");
    unpaid.payment = None;
    assert_eq!(book.next(OrderEventKind::Placed, unpaid).await, Staged::New);
    assert_eq!(book.order("o1").await.row.stage, Stage::AwaitingPayment);
    assert_eq!(book.intend("o1").await, None);
    let paid = book.next(OrderEventKind::Paid, order("o1", "W-1")).await;
    assert_eq!(paid, Staged::Replaced);
    assert_eq!(book.order("o1").await.row.stage, Stage::Downloaded);
}

#[tokio::test]
async fn a_corrected_order_leaves_its_exception_behind() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.set_aside("o1").await;
    let aside = book.order("o1").await.row;
    assert_eq!(aside.stage, Stage::Exception);
    assert!(aside.exception.unwrap().cause.contains("BK-1"));
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("unknown-item", ExceptionState::Open)
    );
    assert_eq!(
        book.ledger
            .orders_in(Stage::Exception, 0, 9)
            .await
            .unwrap()
            .len(),
        1
    );
    let mut corrected = order("o1", "W-1");
    corrected.lines[0].item = "BK-2".into();
    let staged = book.next(OrderEventKind::Changed, corrected.clone()).await;
    assert_eq!(staged, Staged::Replaced);
    let now = book.order("o1").await;
    assert_eq!(
        (now.row.stage, now.row.exception),
        (Stage::Downloaded, None)
    );
    assert_eq!(now.order, corrected);
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("unknown-item", ExceptionState::Cleared)
    );
}

#[tokio::test]
async fn an_order_that_ax_has_never_goes_there_in_another_version() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.intend("o1").await;
    let mut changed = order("o1", "W-1");
    changed.lines[0].quantity = 3.into();
    let staged = book.next(OrderEventKind::Changed, changed.clone()).await;
    assert_eq!(staged, Staged::ChangedTooLate);
    let out = book
        .ledger
        .orders_in(Stage::HandedOver, 0, 9)
        .await
        .unwrap();
    assert_eq!(
        out[0].order,
        order("o1", "W-1"),
        "what is sent again is what was sent"
    );
    assert_eq!(book.order("o1").await.order, changed);

    book.accept("o1", "SO-1", false).await;
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("changed-after-hand-over", ExceptionState::Open)
    );
    let row = book.order("o1").await.row;
    assert_eq!(row.stage, Stage::Accepted);
    let exception = row.exception.unwrap();
    assert!(
        exception.cause.contains("SO-1 has the older contents"),
        "{exception}"
    );

    let back = book.next(OrderEventKind::Changed, order("o1", "W-1")).await;
    assert_eq!(back, Staged::Known, "AX has just this");
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("changed-after-hand-over", ExceptionState::Cleared)
    );
}

#[tokio::test]
async fn an_order_that_ax_did_not_take_goes_on_with_its_newest_contents() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.intend("o1").await;
    let mut changed = order("o1", "W-1");
    changed.lines[0].quantity = 3.into();
    book.next(OrderEventKind::Changed, changed.clone()).await;
    book.take_back("o1").await;
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("changed-after-hand-over", ExceptionState::Cleared)
    );
    let staged = book
        .ledger
        .orders_in(Stage::Downloaded, 0, 9)
        .await
        .unwrap();
    assert_eq!(staged[0].order, changed);
    assert_eq!(book.intend("o1").await, Some(2));

    assert_eq!(
        book.next(OrderEventKind::Cancelled, changed).await,
        Staged::CancelledTooLate
    );
    book.take_back("o1").await;
    assert_eq!(book.order("o1").await.row.stage, Stage::Cancelled);
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("cancelled-after-hand-over", ExceptionState::Cleared)
    );
}

#[tokio::test]
async fn a_cancellation_before_the_hand_over_needs_nobody() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.set_aside("o1").await;
    let cancelled = book
        .next(OrderEventKind::Cancelled, order("o1", "W-1"))
        .await;
    assert_eq!(cancelled, Staged::Cancelled);
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("unknown-item", ExceptionState::Cleared)
    );
    assert_eq!(
        book.next(OrderEventKind::Cancelled, order("o2", "W-2"))
            .await,
        Staged::Cancelled,
        "an order that was never seen before"
    );
    assert_eq!(book.order("o2").await.row.stage, Stage::Cancelled);
    let counts = book.ledger.order_counts().await.unwrap();
    assert_eq!((counts.all, counts.open, counts.exception), (2, 0, 0));
}

#[tokio::test]
async fn a_cancellation_after_the_hand_over_asks_until_the_sales_order_is_canceled() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.intend("o1").await;
    book.accept("o1", "SO-1", false).await;
    let cancel = || book.next(OrderEventKind::Cancelled, order("o1", "W-1"));
    assert_eq!(cancel().await, Staged::CancelledTooLate);
    let exception = book.order("o1").await.row.exception.unwrap();
    assert!(
        exception.remedy.contains("Cancel sales order SO-1"),
        "{exception:?}"
    );

    let asked = book.ledger.ask_retry(&of_orders(&["o1"])).await.unwrap();
    assert!(asked.is_empty(), "there is nothing to try");
    assert_eq!(
        book.ledger
            .resolve(&of_orders(&["o1"]), "the customer keeps it")
            .await
            .unwrap(),
        1
    );
    assert_eq!(book.order("o1").await.row.stage, Stage::Accepted);

    assert_eq!(cancel().await, Staged::CancelledTooLate);
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("cancelled-after-hand-over", ExceptionState::Open),
        "this is another cancellation"
    );
    book.status("o1", "SO-1", SalesStatus::Canceled).await;
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("cancelled-after-hand-over", ExceptionState::Cleared)
    );
    assert_eq!(book.order("o1").await.row.state(), "canceled in AX");
    assert_eq!(cancel().await, Staged::Known);
}

#[tokio::test]
async fn a_journal_asks_somebody_to_look_at_it() {
    let book = Book::open().await;
    for (id, sales_order, is_journal) in [("o1", "SO-1", false), ("o2", "SO-2", true)] {
        book.placed(id, if id == "o1" { "w-1" } else { "W-1" })
            .await;
        book.intend(id).await;
        book.accept(id, sales_order, is_journal).await;
    }
    let row = book.order("o2").await.row;
    assert!(row.is_journal && row.is_possible_duplicate);
    let exception = row.exception.unwrap();
    assert!(
        ["US-1", "W-1", "SO-2"]
            .iter()
            .all(|part| exception.cause.contains(part)),
        "{exception}"
    );
    for view in [OrderView::Journal, OrderView::Exception] {
        assert_eq!(book.ids(view).await, ["o2"], "{}", view.name());
    }
    assert_eq!(book.ids(OrderView::Duplicate).await, ["o2", "o1"]);
    let found = book
        .ledger
        .orders_for(vec![("US-1".into(), "W-1".into())])
        .await
        .unwrap();
    assert_eq!(
        found[0].as_ref().unwrap().order,
        "o1",
        "the journal is the repeat"
    );

    book.ledger
        .resolve(&of_orders(&["o2"]), "seen")
        .await
        .unwrap();
    assert_eq!(book.order("o2").await.row.stage, Stage::Accepted);
    assert!(book.ids(OrderView::Exception).await.is_empty());
}

#[tokio::test]
async fn an_order_is_tried_again_where_it_was_stopped() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.placed("o2", "W-2").await;
    book.intend("o2").await;
    for id in ["o1", "o2"] {
        book.set_aside(id).await;
    }
    let asked = book
        .ledger
        .ask_retry(&of_orders(&["o1", "o2"]))
        .await
        .unwrap();
    assert_eq!(asked.len(), 2);
    assert_eq!(book.order("o1").await.row.stage, Stage::Downloaded);
    assert_eq!(
        book.order("o2").await.row.stage,
        Stage::HandedOver,
        "AX may have it: it is looked for first"
    );
    assert_eq!(
        book.ledger.retries(Stream::Orders, 0).await.unwrap(),
        ["o1", "o2"]
    );
    book.set_aside("o1").await;
    book.accept("o2", "SO-2", false).await;
    assert!(
        book.ledger
            .retries(Stream::Orders, 0)
            .await
            .unwrap()
            .is_empty()
    );
    let again = book.ledger.exceptions(&of_orders(&["o1"])).await.unwrap();
    assert_eq!(
        (again[0].attempts, again[0].state),
        (2, ExceptionState::Open)
    );
    assert_eq!(
        exception_of(&book, "o2").await,
        entry("unknown-item", ExceptionState::Cleared)
    );
}

#[tokio::test]
async fn a_resolved_order_is_closed_until_it_is_corrected_or_retried() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.set_aside("o1").await;
    book.ledger
        .resolve(&of_orders(&["o1"]), "entered by hand")
        .await
        .unwrap();
    let closed = book.order("o1").await;
    assert_eq!(closed.row.stage, Stage::Closed);
    assert_eq!(
        closed.history.last().unwrap().what,
        "Resolved: entered by hand"
    );
    let told = book.told("o1").await;
    assert_eq!(
        (told.outcome, told.reason.as_str()),
        (Outcome::Rejected, "entered by hand")
    );
    assert_eq!(book.intend("o1").await, None);

    let resolved = ExceptionFilter {
        with_closed: true,
        ..of_orders(&["o1"])
    };
    assert_eq!(book.ledger.ask_retry(&resolved).await.unwrap().len(), 1);
    assert_eq!(book.order("o1").await.row.stage, Stage::Downloaded);
}

#[tokio::test]
async fn what_is_asked_of_somebody_in_ax_is_resolved_without_closing_the_order() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.intend("o1").await;
    book.next(OrderEventKind::Cancelled, order("o1", "W-1"))
        .await;
    let o1 = of_orders(&["o1"]);
    book.ledger.resolve(&o1, "seen").await.unwrap();
    assert_eq!(
        book.order("o1").await.row.stage,
        Stage::HandedOver,
        "it is still looked for in AX"
    );
}

#[tokio::test]
async fn a_journal_that_was_made_a_sales_order_needs_nobody_any_more() {
    let book = Book::open().await;
    book.placed("o1", "W-1").await;
    book.intend("o1").await;
    book.accept("o1", "SO-1", true).await;
    let mut changed = order("o1", "W-1");
    changed.note = "ring twice".into();
    book.next(OrderEventKind::Changed, changed).await;
    book.next(OrderEventKind::Changed, order("o1", "W-1")).await;
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("landed-as-journal", ExceptionState::Open),
        "it is asked again when nothing else is"
    );
    book.status("o1", "SO-9", SalesStatus::OpenOrder).await;
    assert!(book.order("o1").await.row.is_journal, "another sales order");
    book.status("o1", "SO-1", SalesStatus::OpenOrder).await;
    assert!(!book.order("o1").await.row.is_journal);
    assert_eq!(
        exception_of(&book, "o1").await,
        entry("landed-as-journal", ExceptionState::Cleared)
    );
}

#[tokio::test]
async fn however_many_orders_are_set_aside_each_has_its_turn() {
    let book = Book::open().await;
    for number in 0..40 {
        let id = format!("o{number:02}");
        book.placed(&id, &format!("W-{number}")).await;
        book.set_aside(&id).await;
    }
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let chosen = book.ledger.orders_set_aside(&["other"], 10).await.unwrap();
        assert_eq!(chosen.len(), 10);
        assert!(chosen.is_sorted(), "in the order of events: {chosen:?}");
        let page = book.ledger.set_aside_of(chosen.clone()).await.unwrap();
        let ids: Vec<String> = page.into_iter().map(|staged| staged.row.id).collect();
        assert_eq!(ids, chosen);
        seen.extend(chosen);
    }
    assert_eq!(seen.len(), 40);
}
