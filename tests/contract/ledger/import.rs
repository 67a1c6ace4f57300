//! The promises of the tables of a site's own import.

use std::sync::Arc;
use std::time::Duration;

use axcs::ledger::import::{ImportOrder, ImportState, Imported, OldImport};
use axcs::ledger::orders::{Accepted, FeedPosition};
use axcs::ledger::{Fence, Ledger, SetAside};
use axcs::model::Exception;
use axcs::model::order::{OrderEvent, OrderEventKind, WebOrder};
use axcs::sql::Value;

use super::stores;
use super::{Engine, Place};
use crate::importer;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A paid order of two lines and a charge, with whatever a column may hold.
fn order(number: u32) -> WebOrder {
    let json = serde_json::json!({
        "id": format!("o{number}"), "number": format!("W-{number}"), "store": "web",
        "placed": "2026-11-20T10:00:07.9Z", "currency": "EUR",
        "customer": {"name": "Grüße Öl & 'Co'", "email": "a@example.com", "language": "de"},
        "delivery_mode": "GROUND",
        "delivery_address": {
            "name": "張偉", "street": "1 Pine Street\nBackyard", "zip_code": "98101", "city": "Seattle",
            "state": "Baden-Württemberg", "country": "USA"
        },
        "lines": [
            {"line": 1, "item": "BK-1", "dimensions": {"colour": "Red", "size": "M"}, "name": "Bike",
             "quantity": "2.5", "unit": "ea", "price": "1234567890.0000000000000001",
             "discount": "0.5", "amount": "20"},
            {"line": 3, "item": "BK-2", "name": "", "quantity": "1", "unit": "ea", "price": "10",
             "discount": "0", "amount": "10"}
        ],
        "charges": [{"code": "FREIGHT", "text": "Shipping", "amount": "4.95"}],
        "payment": {"provider": "Pay", "method": "VISA", "authorization": "A-1", "amount": "34.95",
                    "authorized": "2026-11-20T10:00:00Z"},
        "total": "34.95"
    });
    serde_json::from_value(json).unwrap()
}

fn import(number: u32) -> ImportOrder {
    ImportOrder {
        message_id: message(number),
        attempt: 1,
        company: "usmf".to_owned(),
        customer_account: "US-1".to_owned(),
        order: order(number),
        sales_origin: "WEB".to_owned(),
        delivery_date: jiff::civil::date(2026, 11, 27),
        delivery_location: Some((
            "000000007".to_owned(),
            jiff::civil::date(2020, 2, 29).at(3, 4, 5, 0),
        )),
        notes: "Ring twice\nPayment: Pay VISA".to_owned(),
    }
}

pub fn message(number: u32) -> String {
    format!("{number:08x}-37a4-8e0e-8c6a-91d0a6c4f77b")
}

/// A ledger that is giving AX the orders from 1 on.
async fn handed_over(engine: Engine, orders: u32) -> (Place, Arc<dyn Ledger>, Fence) {
    let (place, ledger, fence) = stores::open(engine).await;
    let events = (1..=orders).map(|number| OrderEvent {
        seq: number.into(),
        kind: OrderEventKind::Placed,
        at: jiff::Timestamp::UNIX_EPOCH,
        order: order(number),
    });
    let position = FeedPosition {
        book: "b".into(),
        seq: orders.into(),
    };
    ledger
        .stage(fence, events.collect(), position)
        .await
        .unwrap();
    let named = (1..=orders).map(|number| (format!("o{number}"), "US-1".to_owned()));
    let attempts = ledger.intend_hand_over(fence, named.collect()).await;
    assert_eq!(attempts.unwrap(), vec![Some(1); orders as usize]);
    (place, ledger, fence)
}

/// A ledger with one order that is laid out.
pub async fn laid_out(engine: Engine) -> (Place, Arc<dyn Ledger>, Fence) {
    let (place, ledger, fence) = handed_over(engine, 1).await;
    assert!(ledger.lay_out(import(1)).await.unwrap());
    (place, ledger, fence)
}

/// Runs a statement of README as the import does; answers how many rows it changed.
async fn says(engine: Engine, place: &Place, name: &str, values: &[&str]) -> u64 {
    let sql = match engine {
        Engine::File => importer::for_file(name),
        Engine::Server | Engine::RealServer => importer::with_values(name),
    };
    let values = values.iter().map(|value| Value::from((*value).to_owned()));
    place.sql(&sql, values.collect()).await
}

async fn rows(place: &Place) -> [i64; 3] {
    let mut rows = [0; 3];
    for (rows, table) in rows
        .iter_mut()
        .zip(["import_order", "import_line", "import_charge"])
    {
        *rows = place
            .number(&format!("SELECT COUNT(*) FROM axcs.{table}"))
            .await;
    }
    rows
}

async fn state(ledger: &Arc<dyn Ledger>, number: u32) -> Option<ImportState> {
    let found = ledger.imports(vec![message(number)]).await.unwrap();
    found.into_iter().next().unwrap().map(|found| found.state)
}

pub async fn an_order_is_laid_out_whole_and_once(engine: Engine) {
    let (place, ledger, _fence) = handed_over(engine, 2).await;
    for _ in 0..2 {
        assert!(ledger.lay_out(import(1)).await.unwrap());
        assert_eq!(rows(&place).await, [1, 2, 1]);
    }
    // What an import reads, each in the column of its name.
    for (table, condition) in [
        (
            "import_order",
            "message_id = '00000001-37a4-8e0e-8c6a-91d0a6c4f77b' AND company = 'usmf' AND order_id = 'o1' \
             AND requisition = 'W-1' AND store = 'web' AND customer_account = 'US-1'",
        ),
        (
            "import_order",
            "email = 'a@example.com' AND phone = '' AND language = 'de' AND currency = 'EUR' \
             AND sales_origin = 'WEB' AND delivery_mode = 'GROUND'",
        ),
        (
            "import_order",
            "delivery_zip_code = '98101' AND delivery_city = 'Seattle' AND delivery_country = 'USA' \
             AND delivery_location = '000000007' AND delivery_valid_from = '2020-02-29 03:04:05'",
        ),
        (
            "import_order",
            "placed = '2026-11-20 10:00:07' AND delivery_date = '2026-11-27' AND state = 'new' \
             AND taken IS NULL AND finished IS NULL AND sales_order = '' AND error = ''",
        ),
        (
            "import_order",
            "payment_provider = 'Pay' AND payment_method = 'VISA' AND payment_authorization = 'A-1' \
             AND payment_amount = 34.95 AND total = 34.95",
        ),
        (
            "import_line",
            "line = 1 AND item = 'BK-1' AND configuration = '' AND size = 'M' AND colour = 'Red' \
             AND style = '' AND name = 'Bike' AND unit = 'ea'",
        ),
        (
            "import_line",
            "line = 1 AND quantity = 2.5 AND discount = 0.5 AND amount = 20",
        ),
        (
            "import_line",
            "line = 3 AND item = 'BK-2' AND discount = 0 AND price = 10 AND size = ''",
        ),
        (
            "import_charge",
            "number = 1 AND code = 'FREIGHT' AND text = 'Shipping' AND amount = 4.95",
        ),
    ] {
        // Amounts in a file are texts.
        let condition = match engine {
            Engine::File => quoted(condition),
            Engine::Server | Engine::RealServer => condition.to_owned(),
        };
        let sql = format!("SELECT COUNT(*) FROM axcs.{table} WHERE {condition}");
        assert_eq!(place.number(&sql).await, 1, "{sql}");
    }
    let price = match engine {
        Engine::File => {
            "SELECT COUNT(*) FROM axcs.import_line WHERE price = '1234567890.0000000000000001'"
        }
        Engine::Server | Engine::RealServer => {
            "SELECT COUNT(*) FROM axcs.import_line WHERE price = CAST('1234567890.0000000000000001' AS numeric(32, 16))"
        }
    };
    assert_eq!(place.number(price).await, 1, "nothing is rounded");

    let mut without = import(2);
    without.delivery_location = None;
    without.order.payment = None;
    without.order.charges.clear();
    assert!(ledger.lay_out(without).await.unwrap());
    let none = "SELECT COUNT(*) FROM axcs.import_order WHERE payment_amount IS NULL AND \
                delivery_valid_from IS NULL AND delivery_location = '' AND payment_method = ''";
    assert_eq!(place.number(none).await, 1);
    assert_eq!(rows(&place).await, [2, 4, 1]);
}

/// A condition whose numbers with a point, and those behind the names of amounts, are texts.
fn quoted(condition: &str) -> String {
    let terms = condition.split(" AND ").map(|term| {
        let (name, value) = term.trim().split_once(" = ").unwrap_or((term, "''"));
        let amounts = [
            "payment_amount",
            "total",
            "quantity",
            "price",
            "discount",
            "amount",
        ];
        if amounts.contains(&name) {
            format!("{name} = '{value}'")
        } else {
            term.trim().to_owned()
        }
    });
    terms.collect::<Vec<_>>().join(" AND ")
}

pub async fn texts_come_back_letter_by_letter(engine: Engine) {
    let (place, _ledger, _fence) = laid_out(engine).await;
    for (column, text) in [
        ("customer_name", "Grüße Öl & 'Co'"),
        ("delivery_name", "張偉"),
        ("delivery_street", "1 Pine Street\nBackyard"),
        ("delivery_state", "Baden-Württemberg"),
        ("notes", "Ring twice\nPayment: Pay VISA"),
    ] {
        // An update that finds the text has found it.
        let sql = format!("UPDATE axcs.import_order SET state = state WHERE {column} = @P1");
        let values = vec![Value::from(text.to_owned())];
        assert_eq!(place.sql(&sql, values).await, 1, "{column}");
    }
}

pub async fn many_workers_with_one_message_lay_out_one_order(engine: Engine) {
    let (place, _ledger, _fence) = handed_over(engine, 1).await;
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let ledger = place.open().await.unwrap();
        workers.spawn(async move { ledger.lay_out(import(1)).await });
    }
    for laid_out in workers.join_all().await {
        assert!(laid_out.unwrap());
    }
    assert_eq!(rows(&place).await, [1, 2, 1]);
}

pub async fn what_cannot_be_laid_out_whole_is_not_laid_out_at_all(engine: Engine) {
    let (place, ledger, _fence) = handed_over(engine, 1).await;
    let mut twice = import(1);
    let again = twice.order.lines[0].clone();
    twice.order.lines.push(again);
    ledger.lay_out(twice).await.unwrap_err();
    assert_eq!(rows(&place).await, [0, 0, 0]);
    assert!(ledger.lay_out(import(1)).await.unwrap());
}

pub async fn an_attempt_that_was_taken_back_lays_nothing_out(engine: Engine) {
    let (place, ledger, fence) = handed_over(engine, 1).await;
    ledger.take_back(fence, vec!["o1".into()]).await.unwrap();
    assert!(!ledger.lay_out(import(1)).await.unwrap());
    let named = vec![("o1".to_owned(), "US-1".to_owned())];
    let second = ledger.intend_hand_over(fence, named).await.unwrap();
    assert_eq!(second, [Some(2)]);
    // A worker that slept through it.
    assert!(!ledger.lay_out(import(1)).await.unwrap());
    assert_eq!(rows(&place).await, [0, 0, 0]);
    let another = ImportOrder {
        attempt: 2,
        message_id: message(2),
        ..import(1)
    };
    assert!(ledger.lay_out(another).await.unwrap());
    assert_eq!(rows(&place).await, [1, 2, 1]);
}

pub async fn what_the_import_says_by_the_statements_of_readme_is_read_back(engine: Engine) {
    let (place, ledger, _fence) = handed_over(engine, 3).await;
    assert_eq!(state(&ledger, 1).await, None);
    let before = jiff::Timestamp::now();
    for number in 1..=3 {
        ledger.lay_out(import(number)).await.unwrap();
    }
    assert_eq!(state(&ledger, 1).await, Some(ImportState::New));
    let [one, two, three] = [message(1), message(2), message(3)];
    assert_eq!(says(engine, &place, "take", &[&one]).await, 1);
    assert_eq!(says(engine, &place, "take", &[&one]).await, 0);
    assert_eq!(state(&ledger, 1).await, Some(ImportState::Taken));
    assert_eq!(says(engine, &place, "done", &[&one, "SO-1"]).await, 1);
    // Nothing is said of what was not taken, and nothing twice.
    assert_eq!(says(engine, &place, "done", &[&two, "SO-2"]).await, 0);
    assert_eq!(says(engine, &place, "done", &[&one, "SO-2"]).await, 0);
    assert_eq!(says(engine, &place, "refused", &[&one, "no"]).await, 0);
    let error = "The item BK-1 is blocked.\nNothing was made.";
    assert_eq!(says(engine, &place, "refused", &[&two, error]).await, 1);
    assert_eq!(says(engine, &place, "take", &[&two]).await, 0);

    let ids = vec![two, "nobody".to_owned(), one, three];
    let found = ledger.imports(ids).await.unwrap();
    let states: Vec<_> = found
        .iter()
        .map(|found| found.as_ref().map(|found| found.state.clone()))
        .collect();
    let created = ImportState::Created {
        sales_order: "SO-1".to_owned(),
    };
    let refused = ImportState::Refused {
        error: error.to_owned(),
    };
    assert_eq!(
        states,
        [Some(refused), None, Some(created), Some(ImportState::New)]
    );
    let Some(Imported {
        order,
        customer_account,
        requisition,
        since,
        age,
        ..
    }) = &found[2]
    else {
        panic!("it is there")
    };
    assert_eq!(
        (
            order.as_str(),
            customer_account.as_str(),
            requisition.as_str()
        ),
        ("o1", "US-1", "W-1")
    );
    assert!(before.duration_since(*since).abs() < jiff::SignedDuration::from_secs(5));
    assert!(*age < Duration::from_secs(60), "{age:?}");
    let times =
        "SELECT COUNT(*) FROM axcs.import_order WHERE taken >= created AND finished >= taken";
    assert_eq!(place.number(times).await, 1);
}

pub async fn the_import_cannot_say_what_makes_no_sense(engine: Engine) {
    let (place, ledger, _fence) = laid_out(engine).await;
    for wrong in ["state = 'done'", "state = 'created'", "state = 'refused'"] {
        let sql = format!("UPDATE axcs.import_order SET {wrong}");
        assert!(place.try_sql(&sql).await.is_err(), "{wrong}");
    }
    assert_eq!(state(&ledger, 1).await, Some(ImportState::New));
}

pub async fn old_rows_are_removed_of_orders_of_which_nothing_is_open(engine: Engine) {
    let (place, ledger, fence) = handed_over(engine, 6).await;
    for number in 1..=6 {
        ledger.lay_out(import(number)).await.unwrap();
    }
    let accepted = |number: u32| Accepted {
        order: format!("o{number}"),
        account: "US-1".to_owned(),
        sales_order: format!("SO-{number}"),
        is_journal: number == 3,
    };
    let accept = [1, 2, 3, 6].map(accepted);
    ledger.accept(fence, accept.to_vec()).await.unwrap();
    let aside = SetAside {
        id: "o4".to_owned(),
        code: "overdue-in-ax".to_owned(),
        field: String::new(),
        exception: Exception::new("It is late.", "", ""),
    };
    ledger.set_orders_aside(fence, vec![aside]).await.unwrap();
    // 3 is a journal, which somebody has to look at; 4 is set aside; 5 is handed over.
    let all: Vec<String> = (0..=6).map(|number| format!("o{number}")).collect();
    let settled = ledger.settled(all).await.unwrap();
    let one = Some(1);
    assert_eq!(settled, [None, one, one, None, None, None, one]);

    let old = async |limit| ledger.old_imports(DAY * 30, limit).await.unwrap();
    assert_eq!(old(9).await, []);
    let aged =
        "UPDATE axcs.import_order SET created = '2020-01-01 00:00:00' WHERE order_id <> 'o6'";
    assert_eq!(place.sql(aged, Vec::new()).await, 5);
    let of = |number: u32| OldImport {
        message_id: message(number),
        order: format!("o{number}"),
    };
    assert_eq!(old(1).await, [of(1)]);
    assert_eq!(old(9).await, [of(1), of(2)]);
    let gone = vec![message(1), message(2), "nobody".to_owned()];
    ledger.forget_imports(gone).await.unwrap();
    assert_eq!(rows(&place).await, [4, 8, 4]);
    assert_eq!(old(9).await, []);
    assert_eq!(state(&ledger, 1).await, None);
}

pub async fn a_ledger_of_format_3_gets_the_tables_and_keeps_what_it_has(engine: Engine) {
    let (place, ledger, fence) = handed_over(engine, 1).await;
    drop(ledger);
    let back: &[&str] = match engine {
        Engine::File => &["PRAGMA user_version = 3"],
        Engine::Server | Engine::RealServer => &["UPDATE axcs.ledger SET format = 3"],
    };
    let drop_all = [
        "DROP VIEW axcs.settled_order",
        "DROP TABLE axcs.import_charge",
        "DROP TABLE axcs.import_line",
        "DROP TABLE axcs.import_order",
        "DROP TABLE axcs.parameters",
        "DROP TABLE axcs.checklist_mark",
        "DROP TABLE axcs.operation_log",
        "DROP TABLE axcs.audit",
    ];
    for sql in drop_all.iter().chain(back) {
        place.sql(sql, Vec::new()).await;
    }
    let ledger = place.open().await.unwrap();
    assert!(ledger.lay_out(import(1)).await.unwrap());
    assert_eq!(rows(&place).await, [1, 2, 1]);
    ledger.take_back(fence, vec!["o1".into()]).await.unwrap();
    drop(ledger);
    place.open().await.unwrap();
}

promises![
    an_order_is_laid_out_whole_and_once,
    texts_come_back_letter_by_letter,
    many_workers_with_one_message_lay_out_one_order,
    what_cannot_be_laid_out_whole_is_not_laid_out_at_all,
    an_attempt_that_was_taken_back_lays_nothing_out,
    what_the_import_says_by_the_statements_of_readme_is_read_back,
    the_import_cannot_say_what_makes_no_sense,
    old_rows_are_removed_of_orders_of_which_nothing_is_open,
    a_ledger_of_format_3_gets_the_tables_and_keeps_what_it_has,
];
