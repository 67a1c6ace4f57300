//! Looks into the files of the service and of the company and compares them, with nothing of the
//! program in between.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

fn read_only(path: &Path) -> Connection {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection
        .busy_timeout(std::time::Duration::from_secs(20))
        .unwrap();
    connection
}

/// Orders at the service that are not accepted there.
pub fn left(dir: &Path) -> i64 {
    read_only(&dir.join("service").join("commerce.db"))
        .query_row(
            "SELECT count(*) FROM online_order WHERE state IN ('placed', 'downloaded', 'rejected')",
            [],
            |row| row.get(0),
        )
        .unwrap()
}

/// What is wrong between the two.
#[derive(Debug, Default)]
pub struct Found {
    /// Orders at the service.
    orders: u64,
    /// Orders without a sales order.
    lost: u64,
    /// Orders with more than one sales order, journals included.
    duplicated: u64,
    /// Sales orders with other lines, quantities or charges than the order.
    partial: u64,
    /// Sales orders that no order led to.
    strange: u64,
    /// Orders of which the service believes another sales order.
    mistaken: u64,
    /// Packing slips that are not at the service, or the other way round.
    slips: u64,
    /// Orders that are shipped in AX and not at the service.
    unshipped: u64,
}

impl Found {
    /// True where every one of `orders` orders is one whole sales order that the shop knows.
    pub fn is_right(&self, orders: u64) -> bool {
        let wrong = [
            self.lost,
            self.duplicated,
            self.partial,
            self.strange,
            self.mistaken,
            self.slips,
            self.unshipped,
        ];
        self.orders == orders && wrong.iter().all(|count| *count == 0)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} orders: {} lost, {} duplicated, {} partial, {} strange, {} mistaken, {} packing slips astray, {} shipped and not told",
            self.orders,
            self.lost,
            self.duplicated,
            self.partial,
            self.strange,
            self.mistaken,
            self.slips,
            self.unshipped
        )
    }
}

/// Lines of a sales order or order: number, item and quantity; and the sum of its charges in cents.
type Contents = (Vec<(i64, String, String)>, i64);

struct SalesOrder {
    number: String,
    is_journal: bool,
    contents: Contents,
}

/// Compares the two files.
pub fn compare(dir: &Path) -> Found {
    let service = read_only(&dir.join("service").join("commerce.db"));
    let company = read_only(&dir.join("company.db"));
    let mut made = sales_orders(&company);
    let mut found = Found::default();
    let mut select = service
        .prepare("SELECT id, coalesce(sales_order, ''), state, json FROM online_order")
        .unwrap();
    let mut orders = select.query([]).unwrap();
    while let Some(order) = orders.next().unwrap() {
        found.orders += 1;
        let id: String = order.get(0).unwrap();
        let told: String = order.get(1).unwrap();
        let state: String = order.get(2).unwrap();
        let json: Vec<u8> = order.get(3).unwrap();
        let of_order = made.remove(&id).unwrap_or_default();
        let [only] = of_order.as_slice() else {
            if of_order.is_empty() {
                found.lost += 1;
            } else {
                found.duplicated += 1;
            }
            continue;
        };
        found.duplicated += u64::from(only.is_journal);
        found.partial += u64::from(only.contents != ordered(&json));
        found.mistaken += u64::from(only.number != told);
        found.unshipped += u64::from(state != "shipped");
    }
    found.strange = made.values().map(|orders| orders.len() as u64).sum();
    found.slips = slips_astray(&service, &company);
    found
}

/// Every sales order of the company by the order that led to it.
fn sales_orders(company: &Connection) -> BTreeMap<String, Vec<SalesOrder>> {
    let mut lines = company
        .prepare("SELECT CAST(LINENUM AS INTEGER), ITEMID, SALESQTY FROM SALESLINE WHERE SALESID = ? ORDER BY 1")
        .unwrap();
    let mut charges = company
        .prepare(
            "SELECT coalesce(sum(round(CAST(VALUE AS REAL) * 100)), 0) FROM MARKUPTRANS m
               JOIN SALESTABLE s ON s.RECID = m.TRANSRECID WHERE s.SALESID = ?",
        )
        .unwrap();
    let mut select = company
        .prepare("SELECT CUSTOMERREF, SALESID, SALESTYPE FROM SALESTABLE")
        .unwrap();
    let mut made: BTreeMap<String, Vec<SalesOrder>> = BTreeMap::new();
    let mut rows = select.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let sales_order: String = row.get(1).unwrap();
        let of_order = lines
            .query_map([&sales_order], |line| {
                Ok((
                    line.get(0)?,
                    line.get(1)?,
                    plain(&line.get::<_, String>(2)?),
                ))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let charged: f64 = charges.query_row([&sales_order], |row| row.get(0)).unwrap();
        made.entry(row.get(0).unwrap())
            .or_default()
            .push(SalesOrder {
                number: sales_order,
                is_journal: row.get::<_, i64>(2).unwrap() == 0,
                contents: (of_order, charged as i64),
            });
    }
    made
}

fn ordered(json: &[u8]) -> Contents {
    let order: serde_json::Value = serde_json::from_slice(json).unwrap();
    let list = |name: &str| order[name].as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines: Vec<(i64, String, String)> = list("lines")
        .iter()
        .map(|line| {
            let number = line["line"].as_i64().unwrap();
            (number, text(&line["item"]), plain(&text(&line["quantity"])))
        })
        .collect();
    lines.sort();
    let charged: f64 = list("charges")
        .iter()
        .map(|charge| text(&charge["amount"]).parse::<f64>().unwrap() * 100.0)
        .sum();
    (lines, charged.round() as i64)
}

/// A quantity without the zeros behind it.
fn plain(quantity: &str) -> String {
    match quantity.split_once('.') {
        Some(_) => quantity
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        None => quantity.to_owned(),
    }
}

/// Packing slips at one end only.
fn slips_astray(service: &Connection, company: &Connection) -> u64 {
    let ids = |connection: &Connection, sql: &str| -> std::collections::BTreeSet<String> {
        connection
            .prepare(sql)
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    let posted = ids(
        company,
        "SELECT DISTINCT PACKINGSLIPID || '|' || ORIGSALESID FROM CUSTPACKINGSLIPTRANS",
    );
    let told = ids(
        service,
        "SELECT record.id FROM record JOIN collection ON collection.id = record.collection
          WHERE collection.name = 'shipments' AND record.value IS NOT NULL",
    );
    posted.symmetric_difference(&told).count() as u64
}
