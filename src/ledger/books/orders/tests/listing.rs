//! Lists of orders.

use super::super::super::narrowed::{self, Narrowed};
use super::super::columns::{column, column_or_texts};
use super::super::listing::{
    COUNTS, SEEN, UNSEEN, UNTAKEN, Way, choosing, list_in_pages, listing, staging, terms,
};
use super::support::{Book, event, order};
use crate::ledger::OrderBook as _;
use crate::model::filter::{Field, Filter, Subject, Test};
use crate::model::order::OrderEventKind;
use crate::model::sort::{Direction, OrderSort, Sort};
use crate::model::staged::{OrderFilter, OrderView};
use crate::sql::Session;

fn everything() -> OrderFilter {
    OrderFilter {
        view: OrderView::All,
        limit: 100,
        ..OrderFilter::default()
    }
}

/// Three orders, an hour apart; the last one in another store.
async fn three() -> Book {
    let book = Book::open().await;
    for (hour, id) in ["o1", "o2", "o3"].into_iter().enumerate() {
        let mut order = order(id, &format!("W-{id}"));
        order.placed += jiff::Span::new().hours(hour as i64);
        if id == "o3" {
            order.store = "auction".into();
            order.customer.name = "דנה כהן".into();
        }
        book.next(OrderEventKind::Placed, order).await;
    }
    book
}

async fn ids(book: &Book, filter: OrderFilter) -> Vec<String> {
    let listed = book.ledger.orders(&filter).await.unwrap();
    listed.into_iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn orders_are_listed_newest_first_up_to_the_limit() {
    let book = three().await;
    assert_eq!(ids(&book, everything()).await, ["o3", "o2", "o1"]);
    let two = OrderFilter {
        limit: 2,
        ..everything()
    };
    assert_eq!(ids(&book, two).await, ["o3", "o2"]);
    let web = OrderFilter {
        terms: Test::Is(Field::Store, "web".into()).into(),
        ..everything()
    };
    assert_eq!(ids(&book, web).await, ["o2", "o1"]);
}

#[tokio::test]
async fn a_text_is_found_in_either_case_of_any_script() {
    let book = three().await;
    book.intend("o2").await;
    book.accept("o2", "SO-77", false).await;
    for (text, expected) in [
        ("w-O1", vec!["o1"]),
        ("GRÜßE ö", vec!["o2", "o1"]),
        ("כהן", vec!["o3"]),
        ("so-7", vec!["o2"]),
        ("us-1", vec!["o2"]),
        ("%", vec![]),
    ] {
        let filter = OrderFilter {
            terms: Filter::anywhere(text),
            ..everything()
        };
        assert_eq!(ids(&book, filter).await, expected, "{text}");
    }
    for (text, expected) in [
        ("w1", vec!["o1"]),
        ("GRßÖ", vec!["o2", "o1"]),
        ("דכן", vec!["o3"]),
        ("7s", vec![]),
        ("w%", vec![]),
    ] {
        let filter = OrderFilter {
            terms: Test::Roughly(None, text.into()).into(),
            ..everything()
        };
        assert_eq!(ids(&book, filter).await, expected, "{text}");
    }
}

#[tokio::test]
async fn a_text_is_found_however_many_newer_orders_are_without_it() {
    let book = Book::open().await;
    let events = (0..1_002).map(|number| {
        let id = format!("o{number:04}");
        let mut order = order(&id, &format!("W-{id}"));
        // Pages part orders of one moment too.
        order.placed += jiff::Span::new().minutes(number / 7);
        event(number, OrderEventKind::Placed, order)
    });
    book.stage(events.collect()).await;
    for (text, limit, expected) in [
        ("w-o000", 100, &["o0009", "o0008", "o0007", "o0006"][..]),
        ("w-o1001", 100, &["o1001"]),
        ("w-o0", 2, &["o0999", "o0998"]),
    ] {
        let filter = OrderFilter {
            terms: Filter::anywhere(text),
            limit,
            ..everything()
        };
        let found = ids(&book, filter).await;
        assert_eq!(found[..expected.len()], *expected, "{text}");
    }
    let all = OrderFilter {
        terms: Filter::anywhere("w-"),
        limit: 2_000,
        ..everything()
    };
    let found = ids(&book, all).await;
    assert!(found.len() == 1_002 && found.is_sorted_by(|one, next| one > next));
}

#[tokio::test]
async fn an_order_is_found_by_id_number_and_sales_order() {
    let book = three().await;
    book.intend("o2").await;
    book.accept("o2", "SO-77", false).await;
    for name in ["o2", "w-o2", "so-77"] {
        assert_eq!(book.order(name).await.row.id, "o2", "{name}");
    }
    for nobody in ["", "o", "SO-7"] {
        assert_eq!(book.ledger.order(nobody).await.unwrap(), None, "{nobody:?}");
    }
}

#[tokio::test]
async fn what_few_orders_answer_is_not_looked_for_in_all_of_them() {
    let book = Book::open().await;
    let connection = rusqlite::Connection::open(book.file()).unwrap();
    narrowed::teach(&connection).unwrap();
    let plan = |sql: &str| -> Vec<String> {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let mut statement = connection.prepare(&sql).unwrap();
        let steps = statement.raw_query().mapped(|row| row.get(3));
        steps.collect::<rusqlite::Result<_>>().unwrap()
    };
    let db = Session::Sqlite(&connection);
    let mut asked = [
        OrderView::Open,
        OrderView::Exception,
        OrderView::Unacknowledged,
        OrderView::Duplicate,
        OrderView::Journal,
    ]
    .map(|view| OrderFilter {
        view,
        ..everything()
    })
    .map(|filter| sql_of(db, &filter))
    .to_vec();
    asked.extend(["store:web", "state:exception", "id:o1"].map(|text| {
        let terms = Filter::parse(Subject::Orders, text, &jiff::Zoned::now()).unwrap();
        sql_of(
            db,
            &OrderFilter {
                terms,
                ..everything()
            },
        )
    }));
    asked.extend([staging(db), choosing(db, 1)]);
    asked.extend([COUNTS, UNTAKEN, SEEN, UNSEEN].map(|text| text.sqlite.to_owned()));
    for sql in &asked {
        for step in plan(sql) {
            let walks_all = (step.starts_with("SCAN o") || step.starts_with("SCAN online_order"))
                && ![
                    "order_open",
                    "order_untold",
                    "order_duplicate",
                    "order_journal",
                ]
                .iter()
                .any(|index| step.ends_with(index));
            let walks_all = walks_all || step.contains("order_by_placed (placed<?)");
            assert!(!walks_all, "{step}\n{sql}");
        }
    }
    // What has to look at all of them does it in one pass.
    let rare = Filter::parse(
        Subject::Orders,
        "nobody -~nbd number:x customer:x account:x sales-order:x id~x store~x store:web age>2h",
        &jiff::Zoned::now(),
    )
    .unwrap();
    let narrowed = Narrowed::of(db, &rare, 4, column_or_texts).unwrap();
    assert!(narrowed.is_whole(), "{narrowed:?}");
    for by in OrderSort::ALL {
        let sort = Sort {
            by,
            direction: Direction::Up,
        };
        let filter = OrderFilter {
            sort,
            ..everything()
        };
        let steps = plan(&listing(db, &filter, &narrowed, true, Way::File));
        assert_eq!(steps[0], "SCAN o", "{steps:?}");
    }
    let web: Filter = Test::Is(Field::Store, "web".into()).into();
    let mut kept_in_order = vec![OrderFilter {
        terms: web,
        ..everything()
    }];
    for by in OrderSort::ALL {
        for direction in [Direction::Down, Direction::Up] {
            let sort = Sort { by, direction };
            kept_in_order.push(OrderFilter {
                sort,
                ..everything()
            });
        }
    }
    for filter in &kept_in_order {
        let steps = plan(&sql_of(db, filter));
        assert!(
            !steps.iter().any(|step| step.contains("TEMP B-TREE")),
            "{filter:?}: {steps:?}"
        );
    }
}

/// The statement for a page behind the first one.
fn sql_of(db: Session<'_>, filter: &OrderFilter) -> String {
    let terms = terms(filter);
    let narrowed = Narrowed::of(db, &terms, 4, column).unwrap();
    listing(db, filter, &narrowed, true, Way::Index)
}

#[tokio::test]
async fn the_ledger_lists_what_the_language_means_in_every_order_and_in_pages_of_any_size() {
    let book = Book::open().await;
    let events = (0..9).map(|number| {
        let mut order = order(&format!("o{number}"), &format!("W-{}", (number * 5) % 7));
        order.placed += jiff::Span::new().minutes(number / 2);
        order.store = ["web", "auction", "market"][number as usize % 3].to_owned();
        order.total = format!("{}.50", number * 11).parse().unwrap();
        event(number + 1, OrderEventKind::Placed, order)
    });
    book.stage(events.collect()).await;
    book.intend("o1").await;
    book.intend("o2").await;
    book.accept("o2", "SO-77", true).await;
    let all = book.ledger.orders(&everything()).await.unwrap();
    assert_eq!(all.len(), 9);
    let now = jiff::Zoned::now();
    let connection = rusqlite::Connection::open(book.file()).unwrap();
    narrowed::teach(&connection).unwrap();
    let db = Session::Sqlite(&connection);
    for text in [
        "",
        "state:downloaded",
        "-state:downloaded",
        "state:journal",
        "-state:journal",
        "state:handed-over store:auction",
        "store:web",
        "-store:web -store:market",
        "is:open",
        "-is:open",
        "is:unacknowledged",
        "is:duplicate",
        "-is:duplicate is:open",
        "is:journal",
        "age>2h",
        "age<2h",
        "-age>2h",
        "placed>2020-01-01",
        "placed<2020-01-01",
        "tries:1",
        "tries>0 tries<=1",
        "-tries:0",
        "lines>=1",
        "total>44",
        "total<=44.5 -total<22",
        "id:o3",
        "sales-order:so-7",
        "w-1 store:market",
        "W-1",
        "-w-1",
        "nobody",
        "number:W-3",
        "-number:w-3",
        "customer:e sales-order:7",
        "customer:ö",
        "journ",
        "ed",
        "\"Handed o\"",
        "~hd~VR",
        "~w1 store~MRKT",
        "-id~o1 -~SO7",
        "customer~%",
        "currency:USD",
    ] {
        let terms = Filter::parse(Subject::Orders, text, &now).unwrap();
        for by in OrderSort::ALL {
            for direction in [Direction::Down, Direction::Up] {
                let filter = OrderFilter {
                    terms: terms.clone(),
                    sort: Sort { by, direction },
                    ..everything()
                };
                let whole = list_in_pages(db, &filter, None).unwrap();
                let mut found: Vec<&str> = whole.iter().map(|row| row.id.as_str()).collect();
                for page in [1, 2, 4] {
                    let paged = list_in_pages(db, &filter, Some(page)).unwrap();
                    assert_eq!(paged, whole, "{filter:?} in pages of {page}");
                    let (mut listed, mut left) = (Vec::new(), Some(filter.clone()));
                    while let Some(filter) = left.take() {
                        let filter = OrderFilter {
                            limit: page,
                            ..filter
                        };
                        let found = list_in_pages(db, &filter, None).unwrap();
                        listed.extend(found.iter().cloned());
                        left = filter.behind(found);
                    }
                    assert_eq!(listed, whole, "{text} behind one another, {page} each");
                }
                let mut meant: Vec<&str> = all
                    .iter()
                    .filter(|row| terms.lets(*row, now.timestamp()))
                    .map(|row| row.id.as_str())
                    .collect();
                found.sort_unstable();
                meant.sort_unstable();
                assert_eq!(found, meant, "{text}");
            }
        }
    }
}
