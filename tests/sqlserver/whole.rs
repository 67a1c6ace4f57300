//! Everything once: a complete run, changes, orders through a port of AIF, and both ends compared.

use std::fs;
use std::path::{Path, PathBuf};

use axcs::company::aif::xml::Element;

use crate::axcs_program::stream;
use crate::site::Site;

/// How many on-hand rows are changed.
const CHANGES: usize = 50;

/// AX's batch job: it fetches the messages and makes sales orders of them. Of an order it makes what
/// is looked up: the sales order with its customer account, requisition and reference.
async fn ax_takes_the_orders(site: &mut Site, inbound: &Path, company: &str) -> usize {
    let mut files: Vec<_> = fs::read_dir(inbound)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for (number, file) in files.iter().enumerate() {
        let message = Element::parse(&fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(message.all("Company")[0].text.to_lowercase(), company);
        let order = message.all("SalesTable")[0];
        let [account, requisition, reference] =
            ["CustAccount", "PurchOrderFormNum", "CustomerRef"].map(|field| order.text_of(field));
        site.in_ax(&format!(
            "INSERT INTO SALESTABLE (DATAAREAID, PARTITION, RECID, SALESID, CUSTACCOUNT, \
             PURCHORDERFORMNUM, CUSTOMERREF, SALESTYPE, SALESSTATUS) VALUES (N'{company}', 5637144576, \
             {}, N'SO-9{number:04}', N'{account}', N'{requisition}', N'{reference}', 3, 1)",
            5_637_999_000_i64 + number as i64
        ))
        .await;
        fs::remove_file(file).unwrap();
    }
    files.len()
}

/// A store that sells `items`, and a port of AIF: its folders for messages and for copies of them.
fn open_for_business(site: &Site, origin: &str, items: &str) -> [PathBuf; 2] {
    let folder = site.axcs.dir();
    let [inbound, archive] = ["inbound", "archive"].map(|name| {
        let path = folder.join(name);
        fs::create_dir(&path).unwrap();
        path
    });
    let port = format!(
        "[orders]\nhandover = 'aif-file'\ninbound_folder = '{}'\narchive_folder = '{}'\n",
        inbound.display(),
        archive.display()
    );
    sells(site, &port, origin, items);
    [inbound, archive]
}

/// A store that sells `items`, and the way of its orders into AX by the settings `orders`.
pub fn sells(site: &Site, orders: &str, origin: &str, items: &str) {
    // The engine of the tests is no fast one.
    site.settings(&[("statement_timeout_seconds", "300")], orders);

    let store = [
        "service",
        "store",
        "set",
        "web",
        "--name",
        "Web shop",
        "--currency",
        "USD",
    ];
    site.ok(&store);
    site.ok(&["stores", "synchronize"]);
    let template = ["--customer-template", "WEB-TEMPLATE"];
    let charges = ["--shipping-charges-code", "FREIGHT"];
    let origin = ["--sales-origin", origin];
    site.ok(&[&["stores", "set", "web"], &template[..], &charges, &origin].concat());
    site.ok(&["products", "rules", "add", "--items", items]);
}

/// From the first upload of the `items` to acknowledged orders.
pub async fn serves_its_customers(mut site: Site, company: &str, origin: &str, items: &str) {
    let (first, last) = items.split_once("..").unwrap();
    let last = if last.is_empty() { "zzz" } else { last };
    let sold = format!("CLOSED = 0 AND ITEMID >= N'{first}' AND ITEMID <= N'{last}'");
    let orders = 3;
    let [inbound, _] = open_for_business(&site, origin, items);
    let complete = site.job("complete");
    assert_eq!(complete["status"], "ended", "{complete}");
    assert!(stream(&complete, "items")["acknowledged"].as_u64().unwrap() > 0);
    site.assert_verified();
    let again = site.job("inventory");
    assert_eq!(stream(&again, "on-hand")["enumerated"], 0, "{again}");

    // Stock moves in AX: each of the rows is one record, and nothing else is sent.
    let rows = site
        .count(
            "AX",
            &format!("SELECT COUNT(*) FROM INVENTSUM WHERE {sold}"),
        )
        .await;
    let moved = CHANGES.min(usize::try_from(rows).unwrap());
    site.in_ax(&format!(
        "UPDATE INVENTSUM SET AVAILPHYSICAL = AVAILPHYSICAL + 1 WHERE RECID IN \
         (SELECT TOP ({moved}) RECID FROM INVENTSUM WHERE {sold} ORDER BY RECID)"
    ))
    .await;
    let inventory = site.job("inventory");
    let on_hand = stream(&inventory, "on-hand");
    assert_eq!(on_hand["enumerated"], on_hand["acknowledged"], "{on_hand}");
    let sent = on_hand["acknowledged"].as_u64().unwrap();
    assert!((1..=moved as u64).contains(&sent), "{on_hand}");
    site.assert_verified();

    // Customers order; the port has the orders, and AX answers in its own time.
    let count = orders.to_string();
    site.ok(&["service", "order", "place", "--count", &count]);
    let run = site.job("orders");
    assert_eq!(run["status"], "ended", "{run}");
    let listed = site.json(&["orders"]);
    let stages = |listed: &serde_json::Value| -> Vec<String> {
        let orders = listed["orders"].as_array().unwrap().iter();
        orders
            .map(|order| order["stage"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(stages(&listed), vec!["handed-over"; orders], "{listed}");
    // Once handed over, never again before AX was looked at.
    site.job("orders");
    assert_eq!(
        ax_takes_the_orders(&mut site, &inbound, company).await,
        orders
    );
    site.job("orders");
    let listed = site.json(&["orders", "--view", "all"]);
    assert_eq!(stages(&listed), vec!["accepted"; orders], "{listed}");
    site.job("orders");
    site.assert_verified();
    let told = site.json(&["service", "order", "list"]);
    for order in told.as_array().unwrap() {
        assert!(
            order["sales_order"].as_str().unwrap().starts_with("SO-9"),
            "{order}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_on_a_sql_server_is_served_as_a_file_is() {
    let site = Site::generated("40").await;
    serves_its_customers(site, "usmf", "WEB", "..").await;
}

/// AIF's own tables, as far as they are read.
const AIF: &str = "\
CREATE TABLE AIFGATEWAYQUEUE (RECID bigint PRIMARY KEY, MESSAGEID uniqueidentifier, STATUS int, DIRECTION int);
CREATE TABLE AIFEXCEPTIONMAP (RECID bigint PRIMARY KEY, MESSAGEID uniqueidentifier, EXCEPTIONID bigint);
CREATE TABLE SYSEXCEPTIONTABLE (RECID bigint PRIMARY KEY, DESCRIPTION nvarchar(255));";

#[tokio::test(flavor = "multi_thread")]
async fn what_ax_says_of_a_message_in_its_queue_is_told_in_its_words() {
    let mut site = Site::generated("20").await;
    let [inbound, archive] = open_for_business(&site, "WEB", "..");
    site.job("complete");
    site.in_ax(AIF).await;
    site.ok(&["service", "order", "place", "--count", "1"]);
    site.job("orders");
    let file = fs::read_dir(&inbound)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let message = Element::parse(&fs::read_to_string(&file).unwrap()).unwrap();
    let id = message.all("MessageId")[0]
        .text
        .trim_matches(['{', '}'])
        .to_owned();
    fs::remove_file(file).unwrap();

    // AX has fetched it, and has not come to it yet.
    site.in_ax(&format!(
        "INSERT INTO AIFGATEWAYQUEUE VALUES (1, '{id}', 1, 2)"
    ))
    .await;
    site.job("orders");
    assert_eq!(site.json(&["exceptions"]), serde_json::json!([]));
    let list = site.json(&["doctor", "--aif"]);
    assert_eq!(list.as_array().unwrap().len(), 15);
    assert_eq!(list[1]["seen"], "in the queue: 1 Ready");
    assert!(
        list[14]["seen"]
            .as_str()
            .unwrap()
            .contains("AIFMESSAGELOG.STATUS")
    );
    // It cannot process it.
    site.in_ax(&format!(
        "UPDATE AIFGATEWAYQUEUE SET STATUS = 4; \
         INSERT INTO SYSEXCEPTIONTABLE VALUES (7, N'Value ''X'' in field ''Site'' is not found'); \
         INSERT INTO AIFEXCEPTIONMAP VALUES (1, '{id}', 7)"
    ))
    .await;
    site.job("orders");
    let exceptions = site.json(&["exceptions"]);
    let text = exceptions[0].to_string();
    assert!(
        text.contains("in field 'Site' is not found"),
        "{exceptions}"
    );
    assert!(text.contains("Queue manager"), "{exceptions}");
    assert!(fs::read_dir(&archive).unwrap().next().is_some());
    assert!(
        fs::read_dir(&inbound).unwrap().next().is_none(),
        "never sent again unasked"
    );
}
