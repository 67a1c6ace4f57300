//! Online orders: from the service's feed to their acknowledgement, what the ledger writes for each, and the
//! lists over many.

use std::path::Path;
use std::time::{Duration, Instant};

use axcs::commerce::shopper::Shopper;
use axcs::ledger::{EmbeddedLedger, OrderBook as _};
use axcs::model::channel::{Channel, ChannelKind, StoreSettings};
use axcs::model::staged::{OrderFilter, OrderView};
use axcs::model::{Filter, Job, RunStatus};
use rusqlite::Connection;

use crate::count::{self, Part};
use crate::multiplied::multiply_orders;
use crate::site::{self, Site, Way};
use crate::{growth, table};

const ITEMS: u64 = 1_000;
/// Orders whose ledger transactions are counted.
const COUNTED: u64 = 100;
/// Rows that a console lists, within a frame of 60 Hz.
const LISTED: usize = 300;
/// What no order has.
const NOBODY: &str = "nobody has this name";
const FRAME: Duration = Duration::from_micros(16_667);

/// A company with a store, everything uploaded.
async fn open(company: &Path, folder: &Path) -> Site {
    let site = Site::open(company, folder, Way::USUAL).await;
    let client = site::client(&site.service.url(), Way::USUAL);
    let store = Channel {
        id: "web".to_owned(),
        kind: ChannelKind::OnlineStore,
        name: "Web".to_owned(),
        currency: "USD".to_owned(),
        open: true,
    };
    client.put_store(&store).await.unwrap();
    site.ended(Job::DeliveryModes).await;
    let settings = StoreSettings {
        customer_template: "WEB-TEMPLATE".to_owned(),
        shipping_charges_code: "FREIGHT".to_owned(),
        sales_origin: "WEB".to_owned(),
    };
    let ledger = &site.runner.sides().ledger;
    assert!(ledger.set_store("web", settings).await.unwrap());
    site.ended(Job::Complete).await;
    site
}

/// Places orders from number `first` on.
async fn place(site: &Site, first: u64, count: u64) {
    let client = site::client(&site.service.url(), Way::USUAL);
    let shopper = Shopper::new(&client, 1).await.unwrap();
    shopper.place_all(first, count, |_| {}).await.unwrap();
}

/// Runs the orders job until every order is acknowledged.
async fn take(site: &Site) -> Duration {
    let began = Instant::now();
    loop {
        let run = site
            .runner
            .start(Job::Orders, axcs::jobs::RunOptions::default());
        let summary = site.runner.finished(run.await.unwrap()).await.unwrap();
        assert_eq!(summary.status, RunStatus::Ended, "{summary:?}");
        let counts = site.runner.sides().ledger.order_counts().await.unwrap();
        if counts.waiting == 0 && counts.unacknowledged == 0 {
            assert_eq!(counts.exception, 0);
            return began.elapsed();
        }
    }
}

/// Transactions of one row a second, as the ledger's file has them.
fn bare_transactions(folder: &Path) -> f64 {
    const COUNT: u32 = 2_000;
    let file = folder.join("bare.db");
    let connection = axcs::sqlite::connect(&file, axcs::sqlite::Access::Create).unwrap();
    connection
        .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
        .unwrap();
    let mut insert = connection
        .prepare("INSERT INTO t (text) VALUES (?)")
        .unwrap();
    let began = Instant::now();
    for _ in 0..COUNT {
        insert.execute(["what became of an order"]).unwrap();
    }
    f64::from(COUNT) / began.elapsed().as_secs_f64()
}

/// `orders` from download to acknowledged; lists over `listed`.
pub async fn orders(orders: u64, listed: u64) {
    let folder = site::folder();
    let company = site::company(folder.path(), ITEMS).await;
    let site = open(&company, folder.path()).await;
    place(&site, 0, orders).await;
    let took = take(&site).await;
    let figure = orders as f64 / took.as_secs_f64();
    let limit = bare_transactions(folder.path());
    table::tell(
        format!("{orders} orders, download to acknowledged"),
        format!("{figure:.0} orders/s"),
        format!("{limit:.0} transactions/s (SQLite alone, one row each)"),
        figure / limit,
    );
    growth::point("orders", "orders/s", orders, figure);
    site.close().await;

    lists(folder.path(), orders, listed).await;

    count::begin();
    let site = Site::open(&company, folder.path(), Way::USUAL).await;
    place(&site, orders, COUNTED).await;
    let (_, tally) = count::count(take(&site)).await;
    let commits = tally.ran("COMMIT");
    table::tell(
        format!("{COUNTED} orders: transactions of company, ledger and service"),
        format!("{:.2} an order", commits as f64 / COUNTED as f64),
        "4 (AX, its intent, its outcome, its acknowledgement)",
        commits as f64 / COUNTED as f64 / 4.0,
    );
    let ledger = tally.cost(Part::Ledger);
    table::tell(
        format!("{COUNTED} orders: statements of the ledger"),
        format!("{:.1} an order", ledger.statements as f64 / COUNTED as f64),
        "64",
        ledger.statements as f64 / COUNTED as f64 / 64.0,
    );
    site.close().await;
}

/// How long SQLite alone takes to look for a text in the texts of each order.
fn bare_search(ledger: &Path, text: &str) -> Duration {
    let connection = Connection::open(ledger).unwrap();
    let began = Instant::now();
    let found: i64 = connection
        .query_row(
            "SELECT count(*) FROM online_order
             WHERE concat_ws(' ', id, number, customer, account, sales_order, store, stage) LIKE '%' || ?1 || '%'",
            [text],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(found, 0);
    began.elapsed()
}

/// Lists over so many open orders, made of real ones.
async fn lists(folder: &Path, real: u64, listed: u64) {
    let path = folder.join("listed.db");
    let ledger = Connection::open(folder.join("ledger.db")).unwrap();
    ledger.execute("VACUUM INTO ?1", [path.to_str()]).unwrap();
    let mut connection = Connection::open(&path).unwrap();
    let transaction = connection.transaction().unwrap();
    multiply_orders(&transaction, "1", "'-'", (listed / real).max(2));
    transaction.commit().unwrap();
    drop(connection);
    let ledger = EmbeddedLedger::open(&path).await.unwrap();
    let open = ledger.order_counts().await.unwrap().open;
    let frame = (FRAME, format!("{FRAME:.1?} (a frame)"));
    let least = async |name: &str, filter: OrderFilter, (limit, told): (Duration, String)| {
        let mut least = Duration::MAX;
        for _ in 0..5 {
            let began = Instant::now();
            ledger.orders(&filter).await.unwrap();
            least = least.min(began.elapsed());
        }
        table::tell(
            format!("up to {LISTED} of {open} open orders listed, {name}"),
            format!("{least:.2?}"),
            told,
            least.as_secs_f64() / limit.as_secs_f64(),
        );
        growth::point(
            &format!("orders-listed-{name}"),
            "ms",
            open,
            least.as_secs_f64() * 1e3,
        );
    };
    for view in OrderView::ALL {
        let filter = OrderFilter {
            view,
            limit: LISTED,
            ..OrderFilter::default()
        };
        least(view.name(), filter, frame.clone()).await;
    }
    let rare = OrderFilter {
        terms: Filter::anywhere(NOBODY),
        limit: LISTED,
        ..OrderFilter::default()
    };
    // Each is looked at.
    let limit = bare_search(&path, NOBODY);
    let told = format!("{limit:.2?} (SQLite alone looks for it)");
    least("a-text-that-none-has", rare, (limit, told)).await;
    let began = Instant::now();
    ledger.order_counts().await.unwrap();
    let took = began.elapsed();
    table::tell(
        format!("{open} open orders counted"),
        format!("{took:.2?}"),
        frame.1,
        took.as_secs_f64() / FRAME.as_secs_f64(),
    );
}
