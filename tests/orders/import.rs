//! Orders through the tables of a site's own import: the test plays the import by the statements of
//! README, and makes the sales order of what it reads there, and of nothing else.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axcs::company::embedded::Embedded;
use axcs::company::sales_orders::{
    HandOver, HandOverError, HandedOver, MessageStatus, SalesOrderService,
};
use axcs::company::trade::{AddressKey, Trade as _};
use axcs::jobs::{ImportDoor, ImportOptions, RunOptions, Runner, Sides};
use axcs::model::catalog::ProductDimensions;
use axcs::model::channel::StoreSettings;
use axcs::model::exception::ExceptionFilter;
use axcs::model::order::{Address, Charge, Customer, OrderLine, OrderState, Payment, WebOrder};
use axcs::model::staged::Stage;
use axcs::model::{Amount, Job, RunStatus, Stream};
use rusqlite::{Connection, Row, ToSql};
use tokio::sync::Semaphore;

use super::importer;
use super::site::{Site, through};

const HOUR: Duration = Duration::from_secs(3_600);

fn door(sides: &Sides, overdue: Duration, kept: Option<Duration>) -> ImportDoor {
    let options = ImportOptions {
        company: "usmf".to_owned(),
        overdue,
        kept,
    };
    ImportDoor::new(
        Arc::clone(&sides.ledger),
        Arc::clone(&sides.company),
        options,
    )
}

async fn site(overdue: Duration) -> Site {
    let site = Site::new().await;
    site.through(|sides| Arc::new(door(sides, overdue, None)))
}

/// The import of a site.
struct Importer {
    ledger: PathBuf,
    ax: Embedded,
}

impl Importer {
    fn of(site: &Site) -> Self {
        Self {
            ledger: site.dir.path().join("ledger.db"),
            ax: site.company.clone(),
        }
    }

    fn ledger(&self) -> Connection {
        let connection = Connection::open(&self.ledger).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        connection
    }

    /// Ids of the messages that nobody has taken, in the order in which they came.
    fn look(&self) -> Vec<String> {
        let ledger = self.ledger();
        let mut statement = ledger.prepare(&importer::for_file("look")).unwrap();
        let ids = statement.query_map([], |row| row.get(0)).unwrap();
        ids.collect::<Result<_, _>>().unwrap()
    }

    /// Takes the only order that is new.
    fn take(&self) -> String {
        let new = self.look();
        let [message] = new.as_slice() else {
            panic!("not one new order: {new:?}")
        };
        assert_eq!(self.says("take", message, ""), 1);
        message.clone()
    }

    /// Runs a statement of README for a message; answers how many rows it changed.
    fn says(&self, name: &str, message: &str, what: &str) -> usize {
        let sql = importer::for_file(name);
        let values: &[(&str, &dyn ToSql)] = &[("@P1", &message), ("@P2", &what)];
        let ledger = self.ledger();
        let takes = if sql.contains("@P2") { 2 } else { 1 };
        ledger.execute(&sql, &values[..takes]).unwrap()
    }

    /// Makes the sales order of a message in AX, from what its rows say.
    async fn make(&self, message: &str) -> String {
        let hand_over = self.read(message).await;
        match self.ax.create(hand_over).await.unwrap() {
            HandedOver::Created { sales_order, .. } => sales_order,
            HandedOver::Numbered { .. } | HandedOver::Accepted => panic!("made at once"),
        }
    }

    async fn read(&self, message: &str) -> HandOver {
        let order = self.order(message);
        let (account, origin, key) = self
            .ledger()
            .query_row(
                "SELECT customer_account, sales_origin, delivery_location, delivery_valid_from
                   FROM import_order WHERE message_id = ? AND company = 'usmf'",
                [message],
                |row| {
                    let valid_from: Option<String> = row.get(3)?;
                    let key = valid_from.map(|valid_from| (row.get(2), valid_from));
                    Ok((row.get::<_, String>(0)?, row.get(1)?, key))
                },
            )
            .unwrap();
        let customers = self.ax.customers(&[account]).await.unwrap();
        HandOver {
            message_id: message.to_owned(),
            attempt: 1,
            order,
            customer: customers.into_iter().next().unwrap().unwrap(),
            settings: StoreSettings {
                sales_origin: origin,
                ..StoreSettings::default()
            },
            address_key: key.map(|(location, valid_from)| AddressKey {
                location: location.unwrap(),
                valid_from: valid_from.parse().unwrap(),
            }),
        }
    }

    fn order(&self, message: &str) -> WebOrder {
        let ledger = self.ledger();
        let mut order = ledger
            .query_row(
                "SELECT order_id, requisition, store, currency, customer_name, email, phone, language,
                        delivery_mode, delivery_name, delivery_street, delivery_zip_code, delivery_city,
                        delivery_state, delivery_country, delivery_date, notes, payment_authorization,
                        payment_amount, total
                   FROM import_order WHERE message_id = ?",
                [message],
                heading,
            )
            .unwrap();
        let mut lines = ledger
            .prepare(
                "SELECT line, item, configuration, size, colour, style, name, quantity, unit, price,
                        discount, amount
                   FROM import_line WHERE message_id = ? ORDER BY line",
            )
            .unwrap();
        let lines = lines.query_map([message], line).unwrap();
        order.lines = lines.collect::<Result<_, _>>().unwrap();
        let mut charges = ledger
            .prepare(
                "SELECT code, text, amount FROM import_charge WHERE message_id = ? ORDER BY number",
            )
            .unwrap();
        let charges = charges.query_map([message], |row| {
            Ok(Charge {
                code: row.get(0)?,
                text: row.get(1)?,
                amount: amount(row, 2)?,
            })
        });
        order.charges = charges.unwrap().collect::<Result<_, _>>().unwrap();
        order
    }

    fn count(&self, sql: &str) -> i64 {
        self.ledger().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

fn amount(row: &Row<'_>, column: usize) -> rusqlite::Result<Amount> {
    Ok(row.get::<_, String>(column)?.parse().unwrap())
}

fn heading(row: &Row<'_>) -> rusqlite::Result<WebOrder> {
    let payment: Option<String> = row.get(18)?;
    Ok(WebOrder {
        id: row.get(0)?,
        number: row.get(1)?,
        store: row.get(2)?,
        placed: jiff::Timestamp::UNIX_EPOCH,
        currency: row.get(3)?,
        customer: Customer {
            account: String::new(),
            name: row.get(4)?,
            email: row.get(5)?,
            phone: row.get(6)?,
            language: row.get(7)?,
        },
        delivery_mode: row.get(8)?,
        requested: Some(row.get::<_, String>(15)?.parse().unwrap()),
        delivery_address: Address {
            name: row.get(9)?,
            street: row.get(10)?,
            zip_code: row.get(11)?,
            city: row.get(12)?,
            state: row.get(13)?,
            country: row.get(14)?,
        },
        invoice_address: None,
        lines: Vec::new(),
        charges: Vec::new(),
        taxes: Vec::new(),
        payment: payment
            .map(|paid| {
                Ok::<_, rusqlite::Error>(Payment {
                    provider: String::new(),
                    method: String::new(),
                    authorization: row.get(17)?,
                    amount: paid.parse().unwrap(),
                    authorized: jiff::Timestamp::UNIX_EPOCH,
                })
            })
            .transpose()?,
        total: amount(row, 19)?,
        note: row.get(16)?,
    })
}

fn line(row: &Row<'_>) -> rusqlite::Result<OrderLine> {
    Ok(OrderLine {
        line: row.get(0)?,
        item: row.get(1)?,
        dimensions: ProductDimensions {
            configuration: row.get(2)?,
            size: row.get(3)?,
            colour: row.get(4)?,
            style: row.get(5)?,
        },
        name: row.get(6)?,
        quantity: amount(row, 7)?,
        unit: row.get(8)?,
        price: amount(row, 9)?,
        discount: amount(row, 10)?,
        amount: amount(row, 11)?,
    })
}

async fn stage(site: &Site, order: &str) -> Stage {
    site.staged(order).await.row.stage
}

/// Code of the only exception, and all that it says.
async fn exception(site: &Site) -> (String, String) {
    let open = site.exceptions().await;
    assert_eq!(open.len(), 1, "{open:?}");
    let exception = &open[0].exception;
    (
        open[0].code.clone(),
        format!("{exception} {}", exception.remedy),
    )
}

async fn retry(site: &Site, order: &str) {
    let filter = ExceptionFilter {
        stream: Some(Stream::Orders),
        keys: Some(vec![order.to_owned()]),
        ..ExceptionFilter::default()
    };
    let ledger = &site.runner.sides().ledger;
    assert_eq!(ledger.ask_retry(&filter).await.unwrap().len(), 1);
}

fn sales_orders(site: &Site) -> i64 {
    site.count("SELECT count(*) FROM SALESTABLE")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_laid_out_imported_confirmed_and_acknowledged() {
    let site = site(HOUR).await;
    let importer = Importer::of(&site);
    site.place("W-1", "1001").await;
    for _ in 0..3 {
        site.orders().await;
        assert_eq!(stage(&site, "W-1").await, Stage::HandedOver);
    }
    let rows =
        "SELECT (SELECT count(*) FROM import_order) * 100 + (SELECT count(*) FROM import_line) * 10
                + (SELECT count(*) FROM import_charge)";
    assert_eq!(importer.count(rows), 111);
    let message = importer.take();
    site.orders().await;
    let waiting = site.staged("W-1").await;
    assert_eq!(
        (waiting.row.stage, waiting.row.attempts),
        (Stage::HandedOver, 1)
    );

    let made = importer.make(&message).await;
    assert_eq!(importer.says("done", &message, &made), 1);
    site.orders().await;
    let staged = site.staged("W-1").await;
    assert_eq!(
        (staged.row.stage, &staged.row.sales_order),
        (Stage::Accepted, &made)
    );
    let told = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(
        (told.listed.state, &told.listed.sales_order),
        (OrderState::Accepted, &made)
    );
    assert_eq!(importer.count(rows), 111);
    assert_eq!((sales_orders(&site), site.exceptions().await), (1, vec![]));
    // What was made of the rows is what the shop sold.
    site.ended(Job::Inventory).await;
    assert_eq!(site.differences().await, Vec::<String>::new());
    for sql in [
        "SELECT count(*) FROM SALESLINE WHERE SALESPRICE = '10.5' AND LINEAMOUNT = '21'",
        "SELECT count(*) FROM MARKUPTRANS WHERE MARKUPCODE = 'FREIGHT' AND VALUE = '5'",
        "SELECT count(*) FROM SALESTABLE WHERE SALESORIGINID = 'WEB' AND DLVMODE = 'GROUND' AND CUSTOMERREF = 'W-1'",
        "SELECT count(*) FROM CREDITCARDAUTHTRANS WHERE AUTHORIZATION = 'A-1'",
    ] {
        assert_eq!(site.count(sql), 1, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sales_order_that_ax_shows_counts_before_the_import_says_so() {
    let site = site(HOUR).await;
    let importer = Importer::of(&site);
    site.place("W-1", "1001").await;
    site.orders().await;
    let made = importer.make(&importer.take()).await;
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.sales_order, made);
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_import_says_counts_for_nothing_until_ax_shows_the_sales_order() {
    let site = site(HOUR).await;
    let importer = Importer::of(&site);
    site.place("W-1", "1001").await;
    site.orders().await;
    let message = importer.take();
    importer.says("done", &message, "SO-NOWHERE");
    for _ in 0..2 {
        site.orders().await;
        assert_eq!(stage(&site, "W-1").await, Stage::HandedOver);
        assert_eq!(site.exceptions().await, []);
    }
    let made = importer.make(&message).await;
    site.orders().await;
    let staged = site.staged("W-1").await;
    assert_eq!(staged.row.sales_order, made, "AX knows it better");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_becomes_an_exception_in_the_words_of_the_import_and_a_retry_new_rows() {
    let site = site(HOUR).await;
    let importer = Importer::of(&site);
    site.place("W-1", "1001").await;
    site.orders().await;
    let words = "Customer WEB-TEMPLATE is on hold.\nThe order was not made.";
    let first = importer.take();
    assert_eq!(importer.says("refused", &first, words), 1);
    site.orders().await;
    let (code, said) = exception(&site).await;
    assert_eq!(code, "refused-by-ax");
    assert!(said.contains("Customer WEB-TEMPLATE is on hold. The order was not made."));
    assert!(!said.contains("Queue manager"), "{said}");
    let told = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(told.listed.state, OrderState::Rejected);
    site.orders().await;
    assert_eq!(importer.look(), Vec::<String>::new());

    retry(&site, "W-1").await;
    site.orders().await;
    let second = importer.take();
    assert_ne!(second, first);
    assert_eq!(site.staged("W-1").await.row.attempts, 2);
    let made = importer.make(&second).await;
    importer.says("done", &second, &made);
    site.orders().await;
    assert_eq!(stage(&site, "W-1").await, Stage::Accepted);
    assert_eq!((sales_orders(&site), site.exceptions().await), (1, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_order_says_where_it_is_stuck_and_is_accepted_when_ax_shows_it() {
    let site = site(Duration::ZERO).await;
    let importer = Importer::of(&site);
    site.place("W-1", "1001").await;
    site.orders().await;
    let stuck = async |says: &str| {
        site.orders().await;
        let (code, said) = exception(&site).await;
        assert_eq!(code, "overdue-in-ax");
        assert!(said.contains(says), "{said}");
        assert_eq!(stage(&site, "W-1").await, Stage::Exception);
    };
    stuck("has not taken the order").await;
    let told = site.staged("W-1").await;
    for _ in 0..2 {
        site.orders().await;
    }
    assert_eq!(site.staged("W-1").await.history, told.history, "told once");
    let message = importer.take();
    stuck("has not said what became of it").await;
    importer.says("done", &message, "SO-77");
    stuck("AX made sales order SO-77 of it").await;
    let (_, said) = exception(&site).await;
    assert!(
        said.contains(
            "customer account WEB-TEMPLATE, customer requisition 1001 and customer reference W-1"
        ),
        "{said}"
    );
    // Asked to, it is looked for again, and not laid out again.
    retry(&site, "W-1").await;
    stuck("AX made sales order SO-77 of it").await;
    assert_eq!(importer.count("SELECT count(*) FROM import_order"), 1);

    importer.make(&message).await;
    site.orders().await;
    assert_eq!(stage(&site, "W-1").await, Stage::Accepted);
    assert_eq!((sales_orders(&site), site.exceptions().await), (1, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_cancelled_while_the_import_has_it_is_not_forgotten() {
    let site = site(HOUR).await;
    let importer = Importer::of(&site);
    site.place("W-1", "1001").await;
    site.orders().await;
    let message = importer.take();
    site.client.cancel_order("W-1").await.unwrap();
    site.orders().await;
    assert_eq!(stage(&site, "W-1").await, Stage::HandedOver);
    importer.make(&message).await;
    site.orders().await;
    assert_eq!(stage(&site, "W-1").await, Stage::Accepted);
    assert_eq!(exception(&site).await.0, "cancelled-after-hand-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_room_in_its_column_is_set_aside_and_the_others_go_on() {
    let site = site(HOUR).await;
    let importer = Importer::of(&site);
    let mut long = site.order("W-1", "1001");
    long.lines[0].name = "x".repeat(1_001);
    site.client.place_order(&long).await.unwrap();
    site.place("W-2", "1002").await;
    site.orders().await;
    let (code, said) = exception(&site).await;
    assert_eq!(code, "refused-by-ax");
    assert!(
        said.contains("in field 'name' is longer than 1000 characters"),
        "{said}"
    );
    importer.make(&importer.take()).await;
    site.orders().await;
    assert_eq!(stage(&site, "W-2").await, Stage::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_customer_has_in_ax_is_laid_out_with_its_key() {
    let site = site(HOUR).await;
    let importer = Importer::of(&site);
    let mut order = site.order("W-1", "1001");
    "US-000003".clone_into(&mut order.customer.account);
    order.delivery_address = Address {
        name: "Ada Lovelace".to_owned(),
        street: "3 Hill Road".to_owned(),
        zip_code: "98101".to_owned(),
        city: "Seattle".to_owned(),
        state: "WA".to_owned(),
        country: "USA".to_owned(),
    };
    site.client.place_order(&order).await.unwrap();
    site.orders().await;
    let message = importer.take();
    let key = importer.read(&message).await.address_key.unwrap();
    assert_eq!(key.location, "000000003");
    importer.make(&message).await;
    let own = "SELECT count(*) FROM SALESTABLE s JOIN LOGISTICSPOSTALADDRESS a ON a.RECID = s.DELIVERYPOSTALADDRESS
                 JOIN LOGISTICSLOCATION l ON l.RECID = a.LOCATION WHERE l.LOCATIONID = '000000003'";
    assert_eq!(site.count(own), 1);
}

/// A door before which, or behind which, the worker dies: it comes no further.
struct Deadly {
    door: ImportDoor,
    lays_out: bool,
    reached: Arc<Semaphore>,
}

#[async_trait]
impl SalesOrderService for Deadly {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        if self.lays_out {
            self.door.create(hand_over).await?;
        }
        self.reached.add_permits(1);
        std::future::pending().await
    }

    async fn message_statuses(
        &self,
        message_ids: &[String],
    ) -> Result<Vec<Option<MessageStatus>>, HandOverError> {
        self.door.message_statuses(message_ids).await
    }
}

/// A worker dies while it lays the first of three orders out; another one goes on.
async fn a_worker_dies(lays_out: bool) {
    let reached = Arc::new(Semaphore::new(0));
    let site = Site::new().await.through(|sides| {
        Arc::new(Deadly {
            door: door(sides, HOUR, None),
            lays_out,
            reached: Arc::clone(&reached),
        })
    });
    let importer = Importer::of(&site);
    for number in 1..=3 {
        site.place(&format!("W-{number}"), &format!("100{number}"))
            .await;
    }
    let dying = site.runner.start(Job::Orders, RunOptions::default());
    let dying = dying.await.unwrap();
    reached.acquire().await.unwrap().forget();
    assert_eq!(importer.look().len(), usize::from(lays_out));
    site.let_leases_run_out();

    // What the import has taken before the next worker comes is not laid out again.
    if lays_out {
        importer.take();
    }
    let second = site.another_worker().await;
    let sides = through(second.sides(), |sides| Arc::new(door(sides, HOUR, None)));
    let second = Runner::new(sides, second.place());
    for _ in 0..2 {
        let run = second.start(Job::Orders, RunOptions::default()).await;
        let run = second.finished(run.unwrap()).await.unwrap();
        assert_eq!(run.status, RunStatus::Ended, "{run:?}");
    }
    let summary = site.runner.finished(dying).await.unwrap();
    assert_eq!(summary.status, RunStatus::Error, "{summary:?}");
    assert_eq!(importer.count("SELECT count(*) FROM import_order"), 3);
    assert_eq!(
        importer.count("SELECT count(DISTINCT order_id) FROM import_order"),
        3
    );
    let ledger = importer.ledger();
    let mut all = ledger
        .prepare("SELECT message_id FROM import_order")
        .unwrap();
    let all = all.query_map([], |row| row.get::<_, String>(0)).unwrap();
    for message in all.collect::<Result<Vec<_>, _>>().unwrap() {
        importer.make(&message).await;
    }
    let run = second.start(Job::Orders, RunOptions::default()).await;
    second.finished(run.unwrap()).await.unwrap();
    for number in 1..=3 {
        let staged = site.staged(&format!("W-{number}")).await;
        assert_eq!(
            (staged.row.stage, staged.row.attempts),
            (Stage::Accepted, 1)
        );
    }
    let journals = "SELECT count(*) FROM SALESTABLE WHERE SALESTYPE = 0";
    assert_eq!((sales_orders(&site), site.count(journals)), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_before_it_lays_an_order_out_leaves_it_to_the_next_one() {
    a_worker_dies(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_behind_the_rows_of_an_order_leaves_them_once() {
    a_worker_dies(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_removed_when_they_are_old_and_their_orders_are_settled() {
    let site = Site::new().await;
    let kept = Some(Duration::from_secs(24 * 60 * 60));
    let site = site.through(|sides| Arc::new(door(sides, HOUR * 100_000, kept)));
    let importer = Importer::of(&site);
    for number in 1..=3 {
        site.place(&format!("W-{number}"), &format!("100{number}"))
            .await;
    }
    site.orders().await;
    let messages = importer.look();
    importer.make(&messages[0]).await;
    assert_eq!(importer.says("refused", &messages[1], "no"), 1);
    let ledger = importer.ledger();
    ledger
        .execute(
            "UPDATE import_order SET created = '2024-01-01 00:00:00'",
            [],
        )
        .unwrap();
    // 1 is made, 2 has an exception, 3 is handed over.
    site.orders().await;
    let rows =
        "SELECT (SELECT count(*) FROM import_order) * 100 + (SELECT count(*) FROM import_line) * 10
                + (SELECT count(*) FROM import_charge)";
    assert_eq!(importer.count(rows), 222);
    let left = "SELECT count(*) FROM import_order WHERE order_id IN ('W-2', 'W-3')";
    assert_eq!(importer.count(left), 2);
    importer.make(&messages[2]).await;
    site.orders().await;
    assert_eq!(importer.count(rows), 111);
    assert_eq!(stage(&site, "W-3").await, Stage::Accepted);
}
