//! What a reading of the embedded company promises: every record once, in key order, resumable;
//! bad records that block no other; nothing of other companies.

use axcs::company::embedded::{Embedded, Existing, NewFileError, generate};
use axcs::company::{Company, CompanyError, Entry};
use axcs::model::{Record, Rule, Selection, Stream};
use rusqlite::Connection;

use crate::support::{
    Sample, busy_sample, category, company_streams, ids, item_group, sample, select,
};

#[tokio::test]
async fn a_reading_resumes_behind_any_record() {
    let sample = busy_sample(700, 30).await;
    let everything = Selection::everything();
    for stream in company_streams() {
        let all = ids(&sample.all(stream, &everything).await);
        assert_eq!(
            all.len() as u64,
            sample.company.count(stream, &everything).await.unwrap()
        );
        for at in [0, 1, 7, all.len() / 2, 500, all.len() - 1] {
            let Some(after) = all.get(at) else { continue };
            let mut rest = sample
                .company
                .read_all(stream, &everything, Some(after))
                .await
                .unwrap();
            let mut read = Vec::new();
            while let Some(page) = rest.pages.recv().await {
                read.extend(ids(&page.unwrap()));
            }
            assert_eq!(read, all[at + 1..], "{stream} after {after}");
        }
    }
}

#[tokio::test]
async fn records_can_be_asked_for_by_id_in_any_order() {
    let sample = busy_sample(60, 9).await;
    let everything = Selection::everything();
    for stream in company_streams() {
        let mut expected = sample.all(stream, &everything).await;
        expected.reverse();
        let gone = Entry::Gone {
            id: "no|such\\id".to_owned(),
        };
        expected.insert(1, gone.clone());
        expected.push(gone);
        let read = sample
            .company
            .read_ids(stream, &everything, &ids(&expected))
            .await
            .unwrap();
        assert_eq!(read, expected, "{stream}");
    }
}

#[tokio::test]
async fn an_empty_selection_selects_nothing() {
    let sample = busy_sample(60, 3).await;
    let nothing = Selection {
        exclude: vec!["C-000001".to_owned()],
        ..Selection::default()
    };
    for stream in company_streams() {
        let count = sample.company.count(stream, &nothing).await.unwrap();
        assert_eq!(count == 0, stream.follows_selection(), "{stream}");
        assert_eq!(sample.all(stream, &nothing).await.len() as u64, count);
    }
}

#[tokio::test]
async fn rules_add_up_and_exclusion_has_the_last_word() {
    let sample = sample(200);
    let range = Rule::ItemRange {
        from: "C-000010".to_owned(),
        to: "C-000012".to_owned(),
    };
    let mut selection = select(&[range]);
    let read = async |selection: &Selection| ids(&sample.all(Stream::Items, selection).await);
    assert_eq!(read(&selection).await, ["C-000010", "C-000011", "C-000012"]);
    selection.include = vec![
        "C-000199".to_owned(),
        "C-000011".to_owned(),
        "missing".to_owned(),
    ];
    selection.exclude = vec!["C-000010".to_owned(), "C-000011".to_owned()];
    assert_eq!(read(&selection).await, ["C-000012", "C-000199"]);

    let components = read(&select(&[item_group("COMP")])).await;
    assert!(!components.is_empty());
    selection.rules.push(item_group("COMP"));
    let both = read(&selection).await;
    assert!(
        components
            .iter()
            .all(|item| both.contains(item) || selection.exclude.contains(item))
    );
}

#[tokio::test]
async fn a_category_rule_covers_the_categories_below() {
    let sample = sample(400);
    let sql =
        |name| format!("SELECT CAST(RECID AS TEXT) FROM ECORESCATEGORY WHERE NAME = '{name}'");
    let department = sample.text(&sql("Apparel"));
    let expected = "SELECT json_group_array(ITEMID) FROM (SELECT ITEMID FROM INVENTTABLE
        WHERE PRODUCT IN (SELECT PRODUCT FROM ECORESPRODUCTDIMENSIONGROUPPRODUCT) ORDER BY ITEMID)";
    let expected: Vec<String> = serde_json::from_str(&sample.text(expected)).unwrap();
    let read = sample
        .all(Stream::Items, &select(&[category(&department)]))
        .await;
    assert_eq!(ids(&read), expected);
    let foreign = select(&[category("not a RecId"), category("1")]);
    assert_eq!(
        sample.company.count(Stream::Items, &foreign).await.unwrap(),
        0
    );
}

#[tokio::test]
async fn stock_is_added_up_exactly_by_warehouse_without_closed_rows() {
    let sample = sample(10);
    sample.run("DELETE FROM INVENTSUM");
    for (batch, quantity, closed) in [("B1", "0.1", 0), ("B2", "0.2", 0), ("B3", "100", 1)] {
        sample.run(&format!(
            "INSERT INTO INVENTDIM (DATAAREAID, INVENTDIMID, INVENTSITEID, INVENTLOCATIONID, INVENTBATCHID)
             VALUES ('usmf', '{batch}', 'WEST', 'WH08', '{batch}')"
        ));
        sample.run(&format!(
            "INSERT INTO INVENTSUM (DATAAREAID, ITEMID, INVENTDIMID, AVAILPHYSICAL, CLOSED)
             VALUES ('usmf', 'C-000001', '{batch}', '{quantity}', {closed})"
        ));
    }
    let stock = sample.all(Stream::OnHand, &Selection::everything()).await;
    let [Entry::Present(Record::OnHand(stock))] = stock.as_slice() else {
        panic!("{stock:?}")
    };
    assert_eq!(
        (
            stock.warehouse.as_str(),
            stock.available.to_string().as_str()
        ),
        ("WH08", "0.3")
    );
}

#[tokio::test]
async fn a_record_that_cannot_be_read_names_its_field_and_blocks_no_other() {
    let sample = sample(60);
    let everything = Selection::everything();
    let item =
        sample.text("SELECT ITEMID FROM INVENTITEMGROUPITEM WHERE ITEMGROUPID = 'FIN' LIMIT 1");
    let too_long = "12345678901234567890.12345678901234";
    let cases = [
        (Stream::Items, "INVENTTABLEMODULE.PRICE", format!("UPDATE INVENTTABLEMODULE SET PRICE = 'dear' WHERE ITEMID = '{item}' AND MODULETYPE = 2")),
        (Stream::Items, "ECORESPRODUCT.PRODUCTTYPE", "UPDATE ECORESPRODUCT SET PRODUCTTYPE = 7 WHERE RECID IN (SELECT PRODUCT FROM INVENTTABLE WHERE ITEMID = 'C-000003')".to_owned()),
        (Stream::Items, "INVENTTABLE.PRODUCT", "UPDATE INVENTTABLE SET PRODUCT = 0 WHERE ITEMID = 'C-000004'".to_owned()),
        (Stream::OnHand, "INVENTSUM.AVAILPHYSICAL", format!("UPDATE INVENTSUM SET CLOSED = 0, AVAILPHYSICAL = '{too_long}' WHERE RECID = (SELECT min(RECID) FROM INVENTSUM)")),
        (Stream::TradeAgreements, "PRICEDISCTABLE.FROMDATE", "UPDATE PRICEDISCTABLE SET FROMDATE = '31.12.2025' WHERE RECID = (SELECT min(RECID) FROM PRICEDISCTABLE)".to_owned()),
        (Stream::Categories, "ECORESCATEGORY.CATEGORYHIERARCHY", "UPDATE ECORESCATEGORY SET CATEGORYHIERARCHY = 5 WHERE NAME = 'Mugs'".to_owned()),
    ];
    for (stream, expected, sql) in cases {
        let before = sample.all(stream, &everything).await;
        let since = sample.version().await;
        sample.run(&sql);
        let after = sample.all(stream, &everything).await;
        assert_eq!(after.len(), before.len(), "{expected}");
        let changed = sample.changes(stream, &everything, since).await;
        let [Entry::Unreadable { id, field, .. }] = changed.as_slice() else {
            panic!("{changed:?}")
        };
        assert_eq!(field, expected);
        assert!(after.contains(&changed[0]), "{id}");
    }
}

#[tokio::test]
async fn rows_of_other_companies_and_partitions_are_not_seen() {
    let sample = busy_sample(40, 6).await;
    let everything = Selection::everything();
    let mut before = Vec::new();
    for stream in company_streams() {
        before.push(sample.all(stream, &everything).await);
    }
    sample.run("INSERT INTO INVENTTABLE (DATAAREAID, ITEMID, RECID) VALUES ('dat', 'OTHER', 1)");
    sample.run("INSERT INTO INVENTTABLE (DATAAREAID, ITEMID, RECID, PARTITION) VALUES ('usmf', 'OTHER', 2, 3)");
    sample.run("INSERT INTO DLVMODE (DATAAREAID, CODE) VALUES ('dat', 'OTHER')");
    sample.run("INSERT INTO DLVMODE (DATAAREAID, CODE, PARTITION) VALUES ('usmf', 'OTHER', 3)");
    sample
        .run("INSERT INTO TAXITEMGROUPHEADING (DATAAREAID, TAXITEMGROUP) VALUES ('dat', 'OTHER')");
    sample.run("INSERT INTO ECORESCATEGORY (RECID, NAME, PARTITION) VALUES (3, 'Other', 3)");
    sample.run("INSERT INTO PRICEDISCTABLE (RECID, DATAAREAID, MODULE, RELATION, ITEMCODE) VALUES (3, 'dat', 1, 4, 2)");
    sample.run("INSERT INTO INVENTSUM (DATAAREAID, ITEMID, INVENTDIMID) VALUES ('dat', 'C-000001', 'AllBlank')");
    for (order, company, partition) in [
        ("OTHER-1", "dat", 5_637_144_576_i64),
        ("OTHER-2", "usmf", 3),
    ] {
        sample.run(&format!("INSERT INTO SALESTABLE (DATAAREAID, SALESID, SALESTYPE, SALESSTATUS, PURCHORDERFORMNUM, PARTITION, RECID)
            VALUES ('{company}', '{order}', 3, 1, 'W-1', {partition}, {partition})"));
        sample.run(&format!(
            "INSERT INTO CUSTPACKINGSLIPJOUR (DATAAREAID, PACKINGSLIPID, SALESID, PARTITION, RECID)
            VALUES ('{company}', 'PS-{order}', '{order}', {partition}, {partition})"
        ));
        sample.run(&format!("INSERT INTO CUSTPACKINGSLIPTRANS (DATAAREAID, PACKINGSLIPID, SALESID, ORIGSALESID, PARTITION, RECID)
            VALUES ('{company}', 'PS-{order}', '{order}', '{order}', {partition}, {partition})"));
    }
    for (stream, before) in company_streams().zip(before) {
        assert_eq!(sample.all(stream, &everything).await, before, "{stream}");
    }
}

#[tokio::test]
async fn a_reading_that_is_dropped_stops_and_lets_go_of_the_file() {
    let Sample {
        folder,
        path,
        company,
        writer,
    } = sample(3_000);
    drop(writer);
    let mut reading = company
        .read_all(Stream::OnHand, &Selection::everything(), None)
        .await
        .unwrap();
    assert!(reading.total > 5_000);
    assert!(reading.pages.recv().await.unwrap().is_ok());
    drop(reading);
    loop {
        match generate(&path, 1, 1, Existing::Replace, |_, _| {}) {
            Ok(counts) => break assert_eq!(counts.released_items, 1),
            Err(NewFileError::InUse { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
    drop(folder);
}

#[tokio::test]
async fn a_writer_is_never_held_up_by_a_reading_that_waits() {
    // More than the pages that wait to be taken, and the one being read.
    let sample = sample(4_000);
    let everything = Selection::everything();
    let mut reading = sample
        .company
        .read_all(Stream::Items, &everything, None)
        .await
        .unwrap();
    assert!(reading.pages.recv().await.unwrap().is_ok());
    sample.run("DELETE FROM INVENTTABLE WHERE ITEMID >= 'C-003990'");
    let (busy, _, _): (i64, i64, i64) = sample
        .writer
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(busy, 0);
    let mut last = String::new();
    while let Some(page) = reading.pages.recv().await {
        last = page.unwrap().last().unwrap().id();
    }
    assert_eq!(last, "C-003989");
}

#[test]
fn a_company_that_cannot_be_opened_says_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Embedded::open(&folder.path().join("none.db"), None)
        .unwrap_err()
        .to_string();
    assert!(
        missing.contains("axcs demo") && missing.contains("axcs company load"),
        "{missing}"
    );

    let letter = folder.path().join("letter.db");
    std::fs::write(
        &letter,
        "Dear customer, this is not a database. ".repeat(100),
    )
    .unwrap();
    assert!(matches!(
        Embedded::open(&letter, None),
        Err(CompanyError::Unavailable { .. })
    ));
    let other = folder.path().join("other.db");
    Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE T (C)")
        .unwrap();
    let other = Embedded::open(&other, None).unwrap_err().to_string();
    assert!(other.contains("not a company"), "{other}");

    let sample = sample(1);
    let unknown = Embedded::open(&sample.path, Some("dat"))
        .unwrap_err()
        .to_string();
    assert!(unknown.contains("it holds: usmf"), "{unknown}");
    sample.run("INSERT INTO DATAAREA (ID, NAME) VALUES ('dat', 'Company accounts data')");
    let several = Embedded::open(&sample.path, None).unwrap_err().to_string();
    assert!(several.contains("dat, usmf"), "{several}");
    assert!(Embedded::open(&sample.path, Some("USMF")).is_ok());
}
