//! What a company promises, whichever database it is read from: a company in AX's own database on
//! SQL Server reads as the file that it was filled from.

#![allow(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic and print, and uses of its support what it needs"
)]

#[path = "support/ax.rs"]
mod ax;
#[path = "support/mssql.rs"]
mod mssql;
#[path = "support/company.rs"]
mod support;

use ax::{Ax, Differences};
use axcs::company::trade::{ItemKey, Requisition, Trade};
use axcs::company::{Company, CompanyError, Entry};
use axcs::model::catalog::ProductDimensions;
use axcs::model::{Rule, Selection, Stream};
use support::{busy_sample, category, company_streams, drain, ids, item_group, select};

async fn all(company: &dyn Company, stream: Stream, selection: &Selection) -> Vec<Entry> {
    drain(company.read_all(stream, selection, None).await.unwrap()).await
}

async fn version(company: &dyn Company) -> i64 {
    let tracking = company.tracking(Stream::Items, &[]).await.unwrap();
    tracking.current_version
}

#[tokio::test]
async fn every_stream_reads_as_the_file_does() {
    let sample = busy_sample(12, 3).await;
    let ax = Ax::of(&sample).await;
    let company = ax.open(Some("USMF"), None).await.unwrap();
    let everything = Selection::everything();
    for stream in company_streams() {
        let file = sample.all(stream, &everything).await;
        let count = company.count(stream, &everything).await.unwrap();
        assert_eq!(count, file.len() as u64, "{stream}");
        assert_eq!(all(&company, stream, &everything).await, file, "{stream}");
        let mut asked = ids(&file);
        asked.reverse();
        asked.insert(0, "no|such\\id".to_owned());
        let read = company.read_ids(stream, &everything, &asked).await;
        let expected = sample
            .company
            .read_ids(stream, &everything, &asked)
            .await
            .unwrap();
        assert_eq!(read.unwrap(), expected, "{stream}");
        let all = ids(&file);
        let Some(after) = all.get(all.len() / 2) else {
            panic!("{stream} is empty");
        };
        let rest = company.read_all(stream, &everything, Some(after)).await;
        let mut rest = rest.unwrap();
        let mut behind = Vec::new();
        while let Some(page) = rest.pages.recv().await {
            behind.extend(ids(&page.unwrap()));
        }
        assert_eq!(behind, all[all.len() / 2 + 1..], "{stream}");
    }
}

/// What users of AX do, in words that both engines understand.
const EDITS: &[&str] = &[
    "UPDATE INVENTITEMGROUPITEM SET ITEMGROUPID = 'FIN' WHERE RECID % 5 = 0",
    "UPDATE INVENTTABLE SET NAMEALIAS = 'New alias', NETWEIGHT = '1.25' WHERE RECID % 9 = 0",
    "DELETE FROM INVENTTABLE WHERE RECID % 11 = 0",
    "INSERT INTO INVENTTABLE (DATAAREAID, PARTITION, ITEMID, PRODUCT, RECID) VALUES ('usmf', 5637144576, 'NEW-1', 1, 1)",
    "INSERT INTO INVENTTABLE (DATAAREAID, PARTITION, ITEMID, PRODUCT, RECID) VALUES ('usmf', 5637144576, 'NEW-2', 1, 2)",
    "DELETE FROM INVENTTABLE WHERE ITEMID = 'NEW-2'",
    "INSERT INTO INVENTTABLE (DATAAREAID, PARTITION, ITEMID, PRODUCT, RECID) VALUES ('dat', 5637144576, 'OTHER', 1, 3)",
    "INSERT INTO INVENTTABLEMODULE (DATAAREAID, PARTITION, ITEMID, MODULETYPE) VALUES ('usmf', 5637144576, 'NEW-1', 2)",
    "INSERT INTO INVENTITEMGROUPITEM (ITEMDATAAREAID, PARTITION, ITEMID, ITEMGROUPID) VALUES ('usmf', 5637144576, 'NEW-1', 'FIN')",
    "INSERT INTO INVENTSUM (DATAAREAID, PARTITION, ITEMID, INVENTDIMID, AVAILPHYSICAL) VALUES ('usmf', 5637144576, 'NEW-1', 'AllBlank', '3')",
    "UPDATE INVENTSUM SET CLOSED = 1 WHERE RECID % 13 = 0",
    "DELETE FROM INVENTSUM WHERE RECID % 17 = 0",
    "DELETE FROM ECORESPRODUCTCATEGORY WHERE RECID % 7 = 0",
    "UPDATE ECORESCATEGORY SET NAME = 'Bags and more' WHERE NAME = 'Bags'",
    "UPDATE ECORESCATEGORYHIERARCHY SET NAME = 'Renamed hierarchy'",
    "UPDATE ECORESPRODUCTTRANSLATION SET NAME = 'Anders' WHERE LANGUAGEID = 'de' AND RECID % 8 = 0",
    "UPDATE ECORESPRODUCT SET DISPLAYPRODUCTNUMBER = 'Another' WHERE RECID % 14 = 0",
    "DELETE FROM INVENTDIMCOMBINATION WHERE RECID % 12 = 0",
    "UPDATE ECORESPRODUCTDIMENSIONGROUP SET NAME = 'ColourSize'",
    "UPDATE INVENTTABLEMODULE SET PRICE = '9.99' WHERE RECID % 15 = 0",
    "UPDATE PRICEDISCTABLE SET AMOUNT = '1.5', TODATE = '2026-12-31 00:00:00' WHERE RECID % 5 = 0",
    "DELETE FROM PRICEDISCTABLE WHERE RECID % 7 = 0",
    "INSERT INTO TAXONITEM (DATAAREAID, PARTITION, TAXITEMGROUP, TAXCODE) VALUES ('usmf', 5637144576, 'EXEMPT', 'ZERO')",
    "UPDATE TAXITEMGROUPHEADING SET TAXITEMGROUP = 'REDUCED' WHERE TAXITEMGROUP = 'CLOTH'",
    "UPDATE DLVMODE SET TXT = 'By train' WHERE CODE = 'GROUND'",
    "DELETE FROM DLVMODE WHERE CODE = 'MAIL'",
    "INSERT INTO ECORESSTORAGEDIMENSIONGROUP (NAME, PARTITION, RECID) VALUES ('a|b', 5637144576, 9)",
    "UPDATE SALESTABLE SET SALESSTATUS = 2 WHERE RECID % 2 = 0",
    "UPDATE SHIPCARRIERSTAGING SET SHIPCARRIERVOIDINDICATOR = 'Y' WHERE RECID % 2 = 0",
];

#[tokio::test]
async fn changes_are_those_of_the_file_with_and_without_snapshots() {
    let sample = busy_sample(14, 4).await;
    let mut ax = Ax::of(&sample).await;
    let company = ax.open(None, None).await.unwrap();
    let (since, file_since) = (version(&company).await, sample.version().await);
    for edit in EDITS {
        sample.writer.execute(edit, []).unwrap();
        ax.run(edit).await;
    }
    let above = "SELECT CAST(PARENTCATEGORY AS TEXT) FROM ECORESCATEGORY WHERE NAME = 'T-shirts'";
    let clothing = sample.text(above);
    let selections = [
        Selection::everything(),
        select(&[item_group("FIN"), category(&clothing)]),
        Selection::default(),
    ];
    for has_snapshots in [true, false] {
        ax.server.allow_snapshot(has_snapshots);
        let company = ax.open(None, None).await.unwrap();
        for selection in &selections {
            for stream in company_streams() {
                let file = sample.changes(stream, selection, file_since).await;
                let read = company.read_changes(stream, selection, since).await;
                let read = drain(read.unwrap()).await;
                assert_eq!(read, file, "{stream}");
                let all = all(&company, stream, selection).await;
                assert_eq!(all, sample.all(stream, selection).await, "{stream}");
            }
        }
        let now = version(&company).await;
        for stream in company_streams() {
            let none = company.read_changes(stream, &selections[0], now).await;
            assert_eq!(drain(none.unwrap()).await, [], "{stream}");
        }
    }
}
