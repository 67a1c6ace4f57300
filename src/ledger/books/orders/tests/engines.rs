//! The rules of orders and exceptions say the same on both engines: one story is told on a SQLite
//! file and on a SQL Server, letter by letter. It stands here and not in `tests/contract`, because
//! the public interface takes the time from the engine's clock, and the story sets it.

#[path = "../../../../../tests/support/mssql.rs"]
mod mssql;

use std::fmt::Debug;

use rusqlite::Connection;

use super::super::super::exceptions::{self, Opening, Stuck};
use super::super::super::file::MIGRATIONS;
use super::super::super::narrowed;
use super::super::{answers, hand_over, in_ax, listing, staging};
use super::support::{ACCOUNT, event, order};
use crate::ledger::SetAside;
use crate::ledger::orders::{Accepted, FeedPosition};
use crate::model::catalog::ProductDimensions;
use crate::model::exception::{Exception, ExceptionFilter, ExceptionId};
use crate::model::filter::{Filter, Subject};
use crate::model::order::{OrderEvent, OrderEventKind, WebOrder};
use crate::model::record::record_id;
use crate::model::shipment::{OrderStatus, SalesStatus, Shipment, ShipmentLine};
use crate::model::sort::{Direction, ExceptionSort, OrderSort, Sort};
use crate::model::staged::{OrderFilter, OrderView, Stage};
use crate::model::{Amount, Job, Stream};
use crate::sql::{Session, SqlError};
use crate::sqlserver::Link;

fn filter_of(subject: Subject, text: &str) -> Filter {
    Filter::parse(subject, text, &jiff::Zoned::now()).unwrap()
}

/// The ids of a list that is read in pages of two, as an export reads it.
fn page_by_page(db: Session<'_>, filter: OrderFilter) -> Result<Vec<String>, SqlError> {
    let mut ids = Vec::new();
    let mut left = Some(OrderFilter { limit: 2, ..filter });
    while let Some(filter) = left {
        let page = listing::list(db, &filter)?;
        ids.extend(page.iter().map(|row| row.id.clone()));
        left = filter.behind(page);
    }
    Ok(ids)
}

/// A story as it is told on one engine.
struct Story<'a> {
    db: Session<'a>,
    now: i64,
    told: Vec<String>,
}

impl Story<'_> {
    /// Notes what came of a step.
    fn then<T: Debug>(&mut self, step: &str, done: Result<T, SqlError>) {
        match done {
            Ok(done) => {
                // An exception is given a number, which says nothing.
                let told = format!("{step}: {done:?}");
                let parts = told.split("ExceptionId(");
                let bare = parts.map(|part| part.trim_start_matches(char::is_numeric));
                self.told.push(bare.collect());
            }
            Err(error) => panic!("{step}: {error}"),
        }
        self.now += 1_000;
    }

    fn stage(&mut self, book: &str, events: &[OrderEvent]) {
        let position = FeedPosition {
            book: book.into(),
            seq: events.last().map_or(0, |event| event.seq),
        };
        let staged = staging::stage(self.db, self.now, events, &position);
        self.then("staged", staged);
    }

    /// What everybody can see.
    fn look(&mut self) {
        let db = self.db;
        for view in [
            OrderView::All,
            OrderView::Open,
            OrderView::Exception,
            OrderView::Unacknowledged,
            OrderView::Duplicate,
            OrderView::Journal,
        ] {
            for (terms, limit) in [
                ("", 100),
                ("store:web", 2),
                ("w-O1", 3),
                ("~Wo1 -store~ct", 4),
            ] {
                let filter = OrderFilter {
                    view,
                    terms: filter_of(Subject::Orders, terms),
                    limit,
                    ..OrderFilter::default()
                };
                self.then("list", listing::list(db, &filter));
                self.then("pages", listing::list_in_pages(db, &filter, Some(2)));
            }
        }
        let sorts = OrderSort::ALL.into_iter().flat_map(|by| {
            [Direction::Down, Direction::Up].map(|direction| Sort { by, direction })
        });
        for (sort, terms) in sorts.zip([
            "-state:downloaded -store:web",
            "state:accepted",
            "-is:open is:unacknowledged",
            "-is:duplicate",
            "is:journal",
            "age>1s -placed>2020-01-01",
            "tries>0 total>1 currency:EUR",
            "lines<2 id:o1",
        ]) {
            let filter = OrderFilter {
                terms: filter_of(Subject::Orders, terms),
                sort,
                limit: 100,
                ..OrderFilter::default()
            };
            self.then("sorted", listing::list(db, &filter));
            self.then("sorted pages", listing::list_in_pages(db, &filter, Some(2)));
            self.then("page by page", page_by_page(db, filter));
        }
        self.then("counts", listing::counts(db));
        self.then("taken", listing::taken(db));
        self.then("answers", answers::list(db, "", 100));
        self.then("changed", answers::changed(db, 3, "o1", 100));
        self.then("version", answers::version(db));
        for stage in [Stage::Downloaded, Stage::HandedOver, Stage::Exception] {
            self.then("in stage", listing::in_stage(db, stage, 0, 100));
        }
        let mut chosen = listing::set_aside(db, &["other".into(), "too".into()], 10);
        self.then(
            "set aside",
            chosen
                .as_mut()
                .map_err(|_| SqlError::NoRow)
                .map(|ids| ids.clone()),
        );
        let ids: Vec<String> = ["o3", "nobody", "o1", "o5"].map(String::from).to_vec();
        self.then("set aside of", listing::set_aside_of(db, &ids));
        self.then("numbers", listing::numbers_for_ax(db, &ids));
        self.then("of book", answers::of_book(db, &ids));
        for name in ["o1", "w-O2", "so-7", "", "nobody"] {
            self.then("find", listing::find(db, name));
        }
        let pairs = [
            ("us-1", "W-O1"),
            ("US-2", "W-o1"),
            ("US-1", "w-o2"),
            ("", ""),
        ];
        let pairs = pairs.map(|(one, other)| (one.to_owned(), other.to_owned()));
        self.then("for", listing::for_requisitions(db, &pairs));
        let seen = [
            ("SO-7", ""),
            ("so-8", "W-o5"),
            ("SO-9", "none"),
            ("", "W-O3"),
        ];
        let seen = seen.map(|(one, other)| (one.to_owned(), other.to_owned()));
        self.then("behind", listing::behind(db, &seen));
        let everything = ExceptionFilter {
            with_closed: true,
            ..ExceptionFilter::default()
        };
        let all = exceptions::list(db, &everything).unwrap();
        let known = all.iter().map(|entry| entry.id).step_by(2);
        let ids = known.chain([ExceptionId(9_999)]).collect();
        for filter in [
            ExceptionFilter::default(),
            ExceptionFilter {
                with_closed: true,
                limit: Some(2),
                ..ExceptionFilter::default()
            },
            ExceptionFilter {
                job: Some(Job::Orders),
                stream: Some(Stream::Orders),
                code: Some("unknown-item".into()),
                terms: filter_of(Subject::Exceptions, "\"bk-1 IS\" ~BiS -cause~%"),
                ..ExceptionFilter::default()
            },
            ExceptionFilter {
                terms: filter_of(
                    Subject::Exceptions,
                    "stream:orders job:orders -code:other tries>0 age>0s -state:cleared",
                ),
                with_closed: true,
                sort: Sort {
                    by: ExceptionSort::Record,
                    direction: Direction::Up,
                },
                ..ExceptionFilter::default()
            },
            ExceptionFilter {
                after: all.get(1).map(|entry| entry.id),
                terms: filter_of(Subject::Exceptions, "tries>0"),
                ..ExceptionFilter::default().in_pages(2)
            },
            ExceptionFilter {
                terms: filter_of(Subject::Exceptions, "id>0 -record:o1 first>2020-01-01"),
                sort: Sort {
                    by: ExceptionSort::Last,
                    direction: Direction::Up,
                },
                ..ExceptionFilter::default()
            },
            ExceptionFilter {
                keys: Some(vec!["o3".into(), "o1".into(), "o3".into()]),
                with_closed: true,
                ..ExceptionFilter::default()
            },
            ExceptionFilter {
                ids: Some(ids),
                with_closed: true,
                ..ExceptionFilter::default()
            },
        ] {
            self.then("exceptions", exceptions::list(db, &filter));
            self.then("count", exceptions::count(db, &filter));
        }
        for stream in [Stream::Orders, Stream::Items] {
            let stuck = Stuck::of(db, stream).and_then(|stuck| stuck.holds(&["o1", "o3", "A"]));
            self.then("stuck", stuck);
            self.then("retries", exceptions::retries(db, stream, 1));
            self.then("resolved", exceptions::resolved(db, stream));
        }
    }
}

fn aside(id: &str, text: &str) -> SetAside {
    SetAside {
        id: id.into(),
        code: "unknown-item".into(),
        field: "lines[0].item".into(),
        exception: Exception::new(text, "BK-1 is not released.", "Grüße: 解放."),
    }
}

fn shipment(packing_slip: &str, quantity: i64) -> Shipment {
    Shipment {
        packing_slip: packing_slip.into(),
        sales_order: "SO-7".into(),
        customer: ACCOUNT.into(),
        requisition: String::new(),
        shipped: None,
        delivery_mode: String::new(),
        carrier: String::new(),
        tracking_numbers: Vec::new(),
        lines: vec![ShipmentLine {
            line: 1,
            item: "BK-1".into(),
            dimensions: ProductDimensions::default(),
            quantity: quantity.into(),
        }],
    }
}

fn accepted(id: &str, sales_order: &str, is_journal: bool) -> Accepted {
    Accepted {
        order: id.into(),
        account: ACCOUNT.into(),
        sales_order: sales_order.into(),
        is_journal,
    }
}

fn story(db: Session<'_>) -> Vec<String> {
    let mut story = Story {
        db,
        now: 1_790_000_000_000,
        told: Vec::new(),
    };
    let placed = |id: &str, number: &str, hours: i64| {
        let mut order = order(id, number);
        order.placed += jiff::Span::new().hours(hours);
        order
    };
    let unpaid = WebOrder {
        payment: None,
        store: "auction".into(),
        ..placed("o5", "W-O5", 4)
    };
    let at = |seq, kind, order: &WebOrder| OrderEvent {
        at: order.placed,
        ..event(seq, kind, order.clone())
    };
    let orders = [
        placed("o1", "W-O1", 0),
        placed("o2", "W-O2", 1),
        placed("o3", "W-O3", 1),
        placed("o4", "w-o1", 3),
    ];
    let mut events: Vec<_> = (1..)
        .zip(&orders)
        .map(|(seq, order)| at(seq, OrderEventKind::Placed, order))
        .collect();
    events.push(at(5, OrderEventKind::Placed, &unpaid));
    story.stage("b1", &events);
    story.stage("b1", &events[..2]);
    story.look();

    // Handed over; one is seen in AX, one as a journal, one comes back, one is set aside.
    // One of them twice.
    let given = ["o1", "o2", "o3", "o1", "o4", "o5", "nobody"];
    let given = given.map(|id| (id.to_owned(), ACCOUNT.to_owned()));
    let intended = hand_over::intend(db, story.now, &given);
    story.then("intended", intended);
    let seen = [
        accepted("o1", "SO-7", false),
        accepted("o4", "SO-8", true),
        accepted("nobody", "SO-9", false),
        accepted("o1", "SO-10", false),
    ];
    let done = hand_over::accept(db, story.now, &seen);
    story.then("accepted, and one as a journal", done);
    let done = hand_over::take_back(db, story.now, "o2");
    story.then("taken back", done);
    for _ in 0..2 {
        let done = hand_over::set_aside(db, story.now, &[aside("o3", "The order names an item.")]);
        story.then("set aside", done);
    }
    story.look();

    // Corrected and cancelled online, early and too late.
    let other = |order: &WebOrder, total: i64| WebOrder {
        total: Amount::from(total),
        store: "auction".into(),
        note: "Ölwechsel 🚲".into(),
        ..order.clone()
    };
    story.stage(
        "b1",
        &[
            at(6, OrderEventKind::Changed, &other(&orders[0], 21)),
            at(7, OrderEventKind::Cancelled, &orders[1]),
            at(8, OrderEventKind::Changed, &other(&orders[2], 22)),
            at(9, OrderEventKind::Paid, &orders[3]),
            at(
                10,
                OrderEventKind::Paid,
                &WebOrder {
                    payment: orders[0].payment.clone(),
                    number: "W-O9".into(),
                    ..unpaid.clone()
                },
            ),
        ],
    );
    story.look();

    // What the service holds, and what AX does afterwards.
    let held = [("o1".to_owned(), 7), ("o2".to_owned(), u64::MAX)];
    story.then("told", answers::told(db, &held));
    story.then("untold", answers::untold(db, &["o1".to_owned()]));
    let shipped = |order: &str, slip: &str, quantity| (order.to_owned(), shipment(slip, quantity));
    let slips = [
        shipped("o1", "PS-1", 1),
        shipped("o1", "PS-1", 1),
        shipped("o1", "PS-1", 2),
        shipped("o3", "PS-3", 1),
        shipped("o1", "PS-2", 1),
        shipped("nobody", "PS-4", 1),
    ];
    let done = in_ax::note_shipments(db, story.now, &slips);
    story.then("shipped", done);
    let done = in_ax::note_shipments(db, story.now, &[shipped("o4", "PS-2", 1)]);
    story.then("shipped for another order", done);
    let id = record_id(&["PS-1", "SO-7"]);
    let done = in_ax::forget_shipment(db, story.now, &id);
    story.then("not shipped", done);
    let status = |status| OrderStatus {
        sales_order: "SO-8".into(),
        customer: ACCOUNT.into(),
        requisition: String::new(),
        status,
    };
    let statuses = [SalesStatus::Delivered, SalesStatus::Canceled];
    let statuses = statuses.map(|one| ("o4".to_owned(), status(one)));
    let done = in_ax::note_statuses(db, story.now, &statuses);
    story.then("statuses", done);
    let done = hand_over::lose(db, story.now, &aside("o1", "The sales order is gone."));
    story.then("lost", done);
    story.look();

    // Operators retry and resolve; records of other streams are stuck and come free.
    let records = [aside("A", "One."), aside("ß", "Two.")];
    let openings = records
        .each_ref()
        .map(|record| Opening::of_record(Stream::Items, record, Some(3)));
    story.then("opened", exceptions::open(db, story.now, &openings));
    story.then("opened", exceptions::open(db, story.now, &openings[..1]));
    let failure = Exception::new("a", "b", "c");
    let done = exceptions::open_run(db, story.now, Job::Inventory, &failure);
    story.then("failed", done);
    let of = |key: &str| ExceptionFilter {
        keys: Some(vec![key.into()]),
        with_closed: true,
        ..ExceptionFilter::default()
    };
    let done = exceptions::resolve(db, story.now, &of("A"), "Nobody buys it.");
    story.then("resolved", done);
    story.then("opened", exceptions::open(db, story.now, &openings));
    story.look();
    for key in ["o1", "o3", "ß"] {
        let done = exceptions::ask_retry(db, story.now, &of(key));
        story.then("to be tried again", done);
    }
    let done = exceptions::resolve(db, story.now, &of("o1"), "Grüße");
    story.then("resolved", done);
    story.then(
        "cleared",
        exceptions::clear(db, Stream::Items, &["A", "none"]),
    );
    story.then("ended", exceptions::clear_run(db, Job::Complete));
    story.look();
    story.then("forgotten", answers::forget(db));
    story.then("begun anew", staging::begin_anew(db, "b2"));
    story.stage("b2", &[at(1, OrderEventKind::Placed, &orders[0])]);
    story.look();
    story.told
}

#[test]
fn a_story_of_orders_is_the_same_on_both_engines() {
    let file = Connection::open_in_memory().unwrap();
    narrowed::teach(&file).unwrap();
    for migration in MIGRATIONS {
        file.execute_batch(migration).unwrap();
    }
    let expected = story(Session::Sqlite(&file));

    let server = mssql::Server::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let link = Link::open(&server.options(), runtime.handle().clone()).unwrap();
    for batch in include_str!("../../migration-3.tsql.sql").split("\nGO\n") {
        link.script(batch)
            .unwrap_or_else(|error| panic!("{error}\n{batch}"));
    }
    let found = story(Session::Server(&link));
    for (step, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert_eq!(found, expected, "step {step}");
    }
    assert_eq!(found.len(), expected.len());
}
