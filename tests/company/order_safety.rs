//! The embedded sales order service among several writers, under `kill`, and on company files of
//! every origin: no order lost, doubled or halved, no number left out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axcs::company::batch::{AxBatch as _, AxBatchFilter};
use axcs::company::embedded::{Embedded, Existing, load, tracking, writer};
use axcs::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use axcs::company::trade::{Destination, Trade as _, UnitsOfItem};
use axcs::company::{Company, CompanyError};
use axcs::model::Stream;
use axcs::model::catalog::ProductDimensions;
use rusqlite::Connection;

use crate::support::{Sample, hand_over, place, sample, stocked_items, web_order};

fn count(sample: &Sample, table: &str) -> String {
    sample.text(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}"))
}

/// Where the child of the kill test finds its company, and the item to order.
const KILLED: &str = "AXCS_TEST_KILLED_COMPANY";

#[tokio::test]
async fn eight_writers_at_once_make_four_hundred_orders_with_four_hundred_numbers() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let template = hand_over(&sample.company, web_order(0, &[&items[0]]), "").await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8_u32 {
        // A handle of its own, as another process has.
        let company = Embedded::open(&sample.path, None).unwrap();
        let (template, item) = (template.clone(), items[0].clone());
        writers.spawn(async move {
            let mut numbers = Vec::new();
            for number in 0..50 {
                let order = web_order(writer * 50 + number, &[&item]);
                let hand_over = HandOver {
                    message_id: order.id.clone(),
                    order,
                    ..template.clone()
                };
                match company.create(hand_over).await {
                    Ok(HandedOver::Created {
                        sales_order,
                        is_journal: false,
                    }) => numbers.push(sales_order),
                    other => panic!("{other:?}"),
                }
            }
            numbers
        });
    }
    let numbers: BTreeSet<String> = writers.join_all().await.into_iter().flatten().collect();
    assert_eq!(numbers.len(), 400);
    assert_eq!(numbers.last().unwrap(), "SO-0000400");
    assert_eq!(count(&sample, "SALESLINE"), "400");
}

#[tokio::test]
#[ignore = "the process that the next test kills"]
async fn a_process_that_makes_orders_until_it_is_killed() {
    let Ok(place_and_item) = std::env::var(KILLED) else {
        return;
    };
    let (path, item) = place_and_item.rsplit_once('|').unwrap();
    let company = Embedded::open(Path::new(path), None).unwrap();
    let mut order = web_order(0, &[item; 50]);
    loop {
        order.id = format!(
            "{}-{}",
            std::process::id(),
            jiff::Timestamp::now().as_nanosecond()
        );
        order.number = order.id[order.id.len() - 20..].to_owned();
        place(&company, order.clone()).await;
    }
}

#[tokio::test]
async fn a_process_killed_at_any_moment_leaves_whole_orders_and_no_gap_in_the_numbers() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    for moment in 0..6 {
        let before = count(&sample, "SALESTABLE");
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "order_safety::a_process_that_makes_orders_until_it_is_killed",
            ])
            .env(KILLED, format!("{}|{}", sample.path.display(), items[0]))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while count(&sample, "SALESTABLE") == before {
            assert!(
                std::time::Instant::now() < deadline,
                "the child makes no order"
            );
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(7 * moment)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        place(&sample.company, web_order(moment as u32, &[&items[0]])).await;
    }
    let orders = count(&sample, "SALESTABLE");
    let last = sample
        .text("SELECT CAST(CAST(substr(max(SALESID), 4) AS INTEGER) AS TEXT) FROM SALESTABLE");
    assert_eq!(orders, last);
    let parts = "SELECT CAST(COUNT(*) AS TEXT) FROM SALESTABLE s WHERE 1 <>
          (SELECT COUNT(*) FROM AIFMESSAGELOG m WHERE m.MESSAGEID = s.CUSTOMERREF)
       OR (SELECT COUNT(*) FROM SALESLINE l WHERE l.SALESID = s.SALESID) NOT IN (1, 50)";
    assert_eq!(sample.text(parts), "0");
    let lots = sample
        .text("SELECT CAST(CAST(substr(max(INVENTTRANSID), 5) AS INTEGER) AS TEXT) FROM SALESLINE");
    assert_eq!(lots, count(&sample, "SALESLINE"));
}

#[tokio::test]
async fn a_company_that_is_not_there_is_not_reached() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let hand_over = hand_over(&sample.company, web_order(1, &[&items[0]]), "m").await;
    let Sample {
        folder,
        path,
        company,
        writer,
    } = sample;
    drop(writer);
    std::fs::rename(&path, path.with_extension("away")).unwrap();
    let missing = company.create(hand_over).await;
    assert!(
        matches!(missing, Err(HandOverError::NotReached { .. })),
        "{missing:?}"
    );
    drop(folder);
}

/// Makes the file what company format 5 was.
fn to_format_5(connection: &Connection) {
    connection
        .execute_batch(
            "DROP TABLE UNITOFMEASURE; DROP TABLE UNITOFMEASURECONVERSION; PRAGMA user_version = 5",
        )
        .unwrap();
}

/// Makes the file what company format 4 was.
fn to_format_4(connection: &Connection) {
    to_format_5(connection);
    connection
        .execute_batch(
            "DROP TABLE DIRPARTYLOCATION; ALTER TABLE LOGISTICSPOSTALADDRESS DROP COLUMN STREETNUMBER;
             PRAGMA user_version = 4",
        )
        .unwrap();
}

/// Makes the file what company format 3 was.
fn to_format_3(connection: &Connection) {
    to_format_4(connection);
    for table in ["BATCHJOB", "BATCH", "BATCHJOBHISTORY", "BATCHHISTORY"] {
        connection
            .execute_batch(&format!("DROP TABLE {table}; PRAGMA user_version = 3"))
            .unwrap();
    }
}

/// Makes the file what company format 2 was.
fn to_format_2(connection: &Connection) {
    to_format_3(connection);
    let sql =
        "DROP TRIGGER TRACK_HISTORY; DROP TABLE CHANGE_TRACKING_HISTORY; PRAGMA user_version = 2";
    connection.execute_batch(sql).unwrap();
}

/// Makes the file what company format 1 was.
fn to_format_1(connection: &Connection) {
    to_format_2(connection);
    let order_tables = [
        "SALESTABLE",
        "SALESLINE",
        "CUSTPACKINGSLIPJOUR",
        "CUSTPACKINGSLIPTRANS",
        "SHIPCARRIERSTAGING",
        "INVENTTRANSORIGIN",
        "INVENTTRANS",
        "MARKUPTRANS",
        "CREDITCARDAUTHTRANS",
        "DOCUREF",
        "LOGISTICSLOCATION",
        "LOGISTICSPOSTALADDRESS",
        "AIFMESSAGELOG",
        "NUMBERSEQUENCESCOPE",
        "NUMBERSEQUENCETABLE",
    ];
    for table in order_tables {
        let sql = format!(
            "DROP TABLE {table}; DROP TABLE IF EXISTS CHANGES_{table}; DELETE FROM CHANGE_TRACKING_TABLES WHERE NAME = '{table}'"
        );
        connection.execute_batch(&sql).unwrap();
    }
    connection
        .execute_batch("DROP INDEX INVENTDIM_RECID; DROP INDEX INVENTDIM_DATAAREAID_INVENTLOCATIONID_INVENTCOLORID_INVENTSIZEID; PRAGMA user_version = 1")
        .unwrap();
}

#[tokio::test]
async fn a_company_of_format_1_opens_keeps_its_cursors_and_takes_orders() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    sample.run("UPDATE DLVMODE SET TXT = 'x'");
    let before = tracking::database(&sample.writer).unwrap();
    to_format_1(&sample.writer);
    drop(sample.writer);
    // Eight readers at once: one of them brings it to this format, none fails.
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let path = sample.path.clone();
        readers.spawn_blocking(move || Embedded::open(&path, None).map(drop));
    }
    for opened in readers.join_all().await {
        opened.unwrap();
    }
    let company = Embedded::open(&sample.path, None).unwrap();
    let modes = company.tracking(Stream::DeliveryModes, &[]).await.unwrap();
    assert_eq!(modes.current_version, before.current_version);
    assert_eq!(modes.tables[0].min_valid_version, Some(0));
    let tracking = company.tracking(Stream::Shipments, &[]).await.unwrap();
    assert!(
        tracking
            .tables
            .iter()
            .all(|table| table.min_valid_version.is_some()),
        "{tracking:?}"
    );
    let since = tracking.current_version;
    assert_eq!(
        place(&company, web_order(1, &[&items[0]])).await,
        "SO-0000001"
    );
    let everything = axcs::model::Selection::everything();
    let changes = company
        .read_changes(Stream::OrderStatuses, &everything, since)
        .await
        .unwrap();
    assert_eq!(changes.total, 1);
}

#[tokio::test]
async fn a_company_of_format_2_keeps_its_cursors_and_marks_its_history_from_then_on() {
    let sample = sample(10);
    sample.run("UPDATE DLVMODE SET TXT = 'x'");
    let before = tracking::database(&sample.writer).unwrap();
    to_format_2(&sample.writer);
    let company = Embedded::open(&sample.path, None).unwrap();
    // What a cursor knew of the database then.
    let known = [before.incarnation.clone(), "another".to_owned()];
    let mut identities = Vec::new();
    for _ in 0..2 {
        let tracking = company
            .tracking(Stream::DeliveryModes, &known)
            .await
            .unwrap();
        assert_eq!(tracking.strange, ["another"]);
        identities.push(tracking.incarnation);
        sample.run("UPDATE DLVMODE SET TXT = 'y' WHERE CODE = 'GROUND'");
    }
    let mut forged = identities.clone();
    for identity in &mut forged {
        identity.push('0');
    }
    let known = [identities, forged.clone()].concat();
    let tracking = company
        .tracking(Stream::DeliveryModes, &known)
        .await
        .unwrap();
    assert_eq!(tracking.current_version, before.current_version + 2);
    assert_eq!(tracking.strange, forged);
}

#[tokio::test]
async fn a_company_of_format_3_has_no_batch_jobs_and_takes_them_from_then_on() {
    let sample = sample(10);
    to_format_3(&sample.writer);
    let company = Embedded::open(&sample.path, None).unwrap();
    let jobs = || company.batch_jobs(&AxBatchFilter::Every);
    assert_eq!(jobs().await.unwrap(), []);
    assert_eq!(company.batch_history(1, 10).await.unwrap(), []);
    sample.run("INSERT INTO BATCHJOB (RECID, CAPTION, STATUS) VALUES (1, 'Night', 2)");
    let [job] = &jobs().await.unwrap()[..] else {
        panic!("not one job")
    };
    assert_eq!((job.caption.as_str(), job.times.started), ("Night", None));
}

#[tokio::test]
async fn a_company_of_format_4_knows_no_address_of_a_customer_and_takes_them_from_then_on() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    to_format_4(&sample.writer);
    let company = Embedded::open(&sample.path, None).unwrap();
    let order = web_order(1, &[&items[0]]);
    let wanted = [Destination {
        customer: "WEB-TEMPLATE".to_owned(),
        address: order.delivery_address.clone(),
    }];
    assert_eq!(company.address_keys(&wanted).await.unwrap(), [None]);
    place(&company, order).await;
    assert_eq!(company.address_keys(&wanted).await.unwrap(), [None]);
    // A clerk makes the order's address the customer's.
    sample.run(
        "INSERT INTO DIRPARTYLOCATION (PARTY, LOCATION, RECID)
         SELECT c.PARTY, (SELECT max(RECID) FROM LOGISTICSLOCATION), 1 FROM CUSTTABLE c WHERE c.ACCOUNTNUM = 'WEB-TEMPLATE'",
    );
    let found = company.address_keys(&wanted).await.unwrap();
    assert!(found[0].is_some());
}

#[tokio::test]
async fn a_company_of_format_5_knows_no_unit_conversion_and_takes_them_from_then_on() {
    let sample = sample(10);
    let item = sample.text("SELECT min(ITEMID) FROM INVENTTABLE");
    to_format_5(&sample.writer);
    let company = Embedded::open(&sample.path, None).unwrap();
    let wanted = [UnitsOfItem {
        item,
        from: "dz".to_owned(),
        to: "ea".to_owned(),
    }];
    assert_eq!(company.unit_conversions(&wanted).await.unwrap(), [None]);
    sample.run("INSERT INTO UNITOFMEASURE (SYMBOL, RECID) VALUES ('dz', 1), ('ea', 2)");
    sample.run(
        "INSERT INTO UNITOFMEASURECONVERSION (FROMUNITOFMEASURE, TOUNITOFMEASURE, FACTOR, NUMERATOR, DENOMINATOR)
         VALUES (1, 2, '12', 1, 1)",
    );
    let found = company.unit_conversions(&wanted).await.unwrap();
    assert_eq!(found[0].unwrap().to, 12.into());
}

#[test]
fn a_company_of_a_later_format_is_refused() {
    let sample = sample(1);
    sample
        .writer
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let refused = Embedded::open(&sample.path, None).unwrap_err();
    assert!(matches!(refused, CompanyError::Unavailable { .. }));
    assert!(
        refused.to_string().contains("company format 99"),
        "{refused}"
    );
}

fn export() -> Option<PathBuf> {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/adventureworks"
    ));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    eprintln!("skipped: there is no folder {}", folder.display());
    None
}

#[tokio::test]
async fn a_loaded_company_gets_its_number_sequences_with_its_first_order() {
    let Some(export) = export() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.db");
    load(&export, &path, Existing::Keep).unwrap();
    let company = Embedded::open(&path, None).unwrap();
    let connection = writer(&path).unwrap();
    connection
        .execute("INSERT INTO SALESTABLE (DATAAREAID, SALESID, RECID) VALUES ('usaw', 'SO-0000041', 5637144577)", [])
        .unwrap();
    let mut order = web_order(1, &["AW-0001"]);
    order.lines[0].dimensions = ProductDimensions {
        size: "S".to_owned(),
        colour: "Blue".to_owned(),
        ..ProductDimensions::default()
    };
    assert_eq!(place(&company, order).await, "SO-0000042");
    let sequences: i64 = connection
        .query_row("SELECT COUNT(*) FROM NUMBERSEQUENCETABLE", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(sequences >= 3, "{sequences}");
    let origin: String = connection
        .query_row(
            "SELECT SALESORIGINID FROM SALESTABLE WHERE SALESID = 'SO-0000042'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(origin, "INET");
}
