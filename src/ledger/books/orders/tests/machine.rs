//! Whatever happens to orders in whatever sequence, the ledger says of them what a small model says.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::of_orders;
use super::support::{Book, event, order};
use crate::ledger::{ExceptionBook as _, OrderBook as _};
use crate::model::exception::ExceptionFilter;
use crate::model::order::{Acknowledgement, OrderEventKind, Outcome, WebOrder};
use crate::model::shipment::SalesStatus;
use crate::model::staged::{OrderFilter, OrderRow, OrderView, Stage};

/// One thing that happens to an order.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The service tells it with these contents, paid or not.
    Told(OrderEventKind, u8, bool),
    Intend,
    TakeBack,
    /// AX has it, as a journal or not.
    Accept(bool),
    SetAside,
    Retry,
    Resolve,
    Canceled,
    Acknowledge,
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        Just(OrderEventKind::Changed),
        Just(OrderEventKind::Paid),
        Just(OrderEventKind::Cancelled)
    ];
    let told = (kind, 0..2_u8, prop::bool::weighted(0.8));
    prop_oneof![
        3 => told.prop_map(|(kind, contents, paid)| Step::Told(kind, contents, paid)),
        3 => Just(Step::Intend),
        1 => Just(Step::TakeBack),
        2 => prop::bool::weighted(0.2).prop_map(Step::Accept),
        1 => Just(Step::SetAside),
        1 => Just(Step::Retry),
        1 => Just(Step::Resolve),
        1 => Just(Step::Canceled),
        1 => Just(Step::Acknowledge),
    ]
}

/// What is true of an order, in as few words as possible.
#[derive(Clone, Debug)]
struct Model {
    newest: WebOrder,
    is_cancelled: bool,
    seq: i64,
    /// What AX may have, or has.
    sent: Option<WebOrder>,
    is_in_ax: bool,
    is_canceled_in_ax: bool,
    /// Set aside, or closed by an operator.
    aside: Option<Stage>,
    attempts: u32,
}

impl Model {
    fn placed(newest: WebOrder, seq: i64) -> Self {
        Self {
            newest,
            is_cancelled: false,
            seq,
            sent: None,
            is_in_ax: false,
            is_canceled_in_ax: false,
            aside: None,
            attempts: 0,
        }
    }

    fn stage(&self) -> Stage {
        if self.is_in_ax {
            Stage::Accepted
        } else if let Some(aside) = self.aside {
            aside
        } else if self.sent.is_some() {
            Stage::HandedOver
        } else if self.is_cancelled {
            Stage::Cancelled
        } else if self.newest.payment.is_some() {
            Stage::Downloaded
        } else {
            Stage::AwaitingPayment
        }
    }

    fn told(&mut self, kind: OrderEventKind, newest: WebOrder, seq: i64) {
        let is_cancelled = kind == OrderEventKind::Cancelled;
        let asks_ax = |sent: &WebOrder| {
            if is_cancelled {
                !self.is_canceled_in_ax
            } else {
                unpaid(sent) != unpaid(&newest)
            }
        };
        // Nothing but a change for AX moves an order that AX may have.
        if self.sent.as_ref().is_none_or(asks_ax) {
            self.aside = None;
        }
        self.newest = newest;
        self.is_cancelled = is_cancelled;
        self.seq = seq;
    }

    /// `code` is that of the order's open exception.
    fn apply(&mut self, step: Step, code: Option<&str>) {
        let stage = self.stage();
        match step {
            Step::Told(..) | Step::Acknowledge => {}
            Step::Intend => {
                if stage == Stage::Downloaded {
                    self.sent = Some(self.newest.clone());
                    self.attempts += 1;
                }
            }
            Step::TakeBack => {
                if !self.is_in_ax {
                    self.sent = None;
                }
            }
            Step::Accept(_) => {
                self.is_in_ax = true;
                self.aside = None;
                self.sent.get_or_insert_with(|| self.newest.clone());
            }
            Step::SetAside => {
                if ![Stage::Accepted, Stage::Cancelled, Stage::Closed].contains(&stage) {
                    self.aside = Some(Stage::Exception);
                }
            }
            Step::Retry => self.aside = None,
            Step::Resolve => {
                let closes = code.is_some_and(|code| !code.ends_with("-after-hand-over"));
                if closes && ![Stage::Accepted, Stage::Cancelled].contains(&stage) {
                    self.aside = Some(Stage::Closed);
                }
            }
            Step::Canceled => self.is_canceled_in_ax |= self.is_in_ax,
        }
    }
}

fn unpaid(order: &WebOrder) -> WebOrder {
    WebOrder {
        payment: None,
        ..order.clone()
    }
}

/// The third order has sometimes the number of the first one.
fn contents(id: &str, variant: u8, is_paid: bool) -> WebOrder {
    let number = if (id, variant) == ("o3", 1) {
        "N-O1".to_owned()
    } else {
        format!("n-{id}")
    };
    let mut order = order(id, &number);
    order.lines[0].quantity = i64::from(variant + 1).into();
    order.payment = order.payment.filter(|_| is_paid);
    order
}

/// What the service was to be told of each order, and the version then.
type Told = BTreeMap<&'static str, (Acknowledgement, i64)>;
type Models = BTreeMap<&'static str, Model>;

async fn play(steps: Vec<(usize, Step)>) {
    let book = Book::open().await;
    let mut models = Models::new();
    let mut told = Told::new();
    let mut seq = 0;
    for (at, step) in steps {
        let id = ["o1", "o2", "o3"][at];
        if !models.contains_key(id) {
            seq += 1;
            let newest = contents(id, 0, true);
            book.stage(vec![event(seq, OrderEventKind::Placed, newest.clone())])
                .await;
            models.insert(id, Model::placed(newest, seq));
        }
        let model = models.get_mut(id).unwrap();
        let open = book.ledger.exceptions(&of_orders(&[id])).await.unwrap();
        let sales_order = format!("SO-{id}");
        match step {
            Step::Told(kind, variant, is_paid) => {
                seq += 1;
                let newest = contents(id, variant, is_paid);
                book.stage(vec![event(seq, kind, newest.clone())]).await;
                model.told(kind, newest, seq);
            }
            Step::Intend => drop(book.intend(id).await),
            Step::TakeBack => book.take_back(id).await,
            Step::Accept(is_journal) => book.accept(id, &sales_order, is_journal).await,
            Step::SetAside => book.set_aside(id).await,
            Step::Retry => {
                let filter = ExceptionFilter {
                    with_closed: true,
                    ..of_orders(&[id])
                };
                if book.ledger.ask_retry(&filter).await.unwrap().is_empty() {
                    continue;
                }
            }
            Step::Resolve => {
                let resolved = book.ledger.resolve(&of_orders(&[id]), "a note").await;
                assert_eq!(resolved.unwrap(), open.len() as u64);
            }
            Step::Canceled => {
                if model.is_in_ax {
                    book.status(id, &sales_order, SalesStatus::Canceled).await;
                }
            }
            Step::Acknowledge => book.tell(id).await,
        }
        model.apply(step, open.first().map(|entry| &*entry.code));
        compare(&book, &models).await;
        acknowledged(&book, &models, &mut told).await;
    }
}

async fn compare(book: &Book, models: &Models) {
    let everything = OrderFilter {
        view: OrderView::All,
        limit: 100,
        ..OrderFilter::default()
    };
    let rows = book.ledger.orders(&everything).await.unwrap();
    assert_eq!(rows.len(), models.len());
    for row in &rows {
        let model = &models[row.id.as_str()];
        assert_eq!(row.stage, model.stage(), "{row:?} {model:?}");
        assert_eq!((row.attempts, row.seq), (model.attempts, model.seq));
        let alike = |other: &&OrderRow| other.number.eq_ignore_ascii_case(&row.number);
        let is_repeated = rows.iter().filter(alike).count() > 1;
        assert_eq!(row.is_possible_duplicate, is_repeated, "{row:?}");
        assert!(
            row.stage != Stage::Exception || row.exception.is_some(),
            "{row:?}"
        );
        assert_eq!(book.order(&row.id).await.order, model.newest);
    }
    for staged in book
        .ledger
        .orders_in(Stage::HandedOver, 0, 100)
        .await
        .unwrap()
    {
        let sent = models[staged.row.id.as_str()].sent.as_ref().unwrap();
        assert_eq!(unpaid(&staged.order), unpaid(sent));
    }
    let untaken = rows
        .iter()
        .filter(|row| ![Stage::Accepted, Stage::Cancelled, Stage::Closed].contains(&row.stage));
    let feed = book.ledger.feed_position().await.unwrap().seq;
    assert_eq!(
        book.ledger.orders_taken().await.unwrap().seq,
        untaken.map(|row| row.seq - 1).min().unwrap_or(feed)
    );
    counted(book, &rows).await;
}

async fn counted(book: &Book, rows: &[OrderRow]) {
    let counts = book.ledger.order_counts().await.unwrap();
    let count =
        |which: &dyn Fn(&OrderRow) -> bool| rows.iter().filter(|row| which(row)).count() as u64;
    assert_eq!(counts.all, rows.len() as u64);
    assert_eq!(counts.open, count(&OrderRow::is_open));
    assert_eq!(counts.duplicate, count(&|row| row.is_possible_duplicate));
    assert_eq!(counts.journal, count(&|row| row.is_journal));
    assert_eq!(counts.unacknowledged, count(&|row| !row.is_acknowledged));
    for (view, number) in [
        (OrderView::Open, counts.open),
        (OrderView::Exception, counts.exception),
        (OrderView::Unacknowledged, counts.unacknowledged),
        (OrderView::Duplicate, counts.duplicate),
        (OrderView::Journal, counts.journal),
    ] {
        assert_eq!(book.ids(view).await.len() as u64, number, "{}", view.name());
    }
}

/// A version is new exactly where the value is.
async fn acknowledged(book: &Book, models: &Models, told: &mut Told) {
    let version = book.ledger.acknowledgement_version().await.unwrap();
    for (id, model) in models {
        let value = book.told(id).await;
        let outcome = match model.stage() {
            Stage::Accepted => Outcome::Accepted,
            Stage::Exception | Stage::Closed => Outcome::Rejected,
            Stage::Downloaded | Stage::AwaitingPayment | Stage::HandedOver | Stage::Cancelled => {
                Outcome::Downloaded
            }
        };
        assert_eq!((value.outcome, value.seq), (outcome, model.seq));
        if let Some((before, since)) = told.get(id) {
            let changed = book.ledger.acknowledgements_changed(*since, "", 10).await;
            let is_new = changed.unwrap().iter().any(|changed| changed == id);
            assert_eq!(is_new, *before != value, "{before:?} {value:?}");
        }
        told.insert(*id, (value, version));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn the_ledger_says_of_orders_what_the_model_says(
        steps in prop::collection::vec((0..3_usize, step()), 1..40)
    ) {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(play(steps));
    }
}
