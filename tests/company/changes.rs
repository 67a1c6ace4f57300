//! What reading the changes of the embedded company promises: they bring a copy up to date, they
//! cost what changed, and a gap is noticed.

use std::collections::BTreeMap;

use axcs::company::embedded::activity::{self, Change};
use axcs::company::embedded::tracking;
use axcs::company::{Company, CompanyError, Entry};
use axcs::model::{Selection, Stream};

use crate::support::{busy_sample, category, company_streams, ids, item_group, sample, select};

/// A copy of a stream, as the service would hold it.
type Copy = BTreeMap<String, Entry>;

fn copy(entries: Vec<Entry>) -> Copy {
    entries
        .into_iter()
        .map(|entry| (entry.id(), entry))
        .collect()
}

fn catch_up(copy: &mut Copy, changes: Vec<Entry>) {
    for entry in changes {
        match entry {
            Entry::Gone { id } => drop(copy.remove(&id)),
            other => drop(copy.insert(other.id(), other)),
        }
    }
}

/// Everything an AX user might do to the tables, one thing after the other.
const EDITS: &[&str] = &[
    "UPDATE INVENTITEMGROUPITEM SET ITEMGROUPID = 'COMP' WHERE RECID % 7 = 0",
    "UPDATE INVENTITEMGROUPITEM SET ITEMGROUPID = 'FIN' WHERE RECID % 5 = 0",
    "DELETE FROM INVENTITEMGROUPITEM WHERE RECID % 31 = 0",
    "UPDATE INVENTTABLE SET NAMEALIAS = 'New alias', NETWEIGHT = '1.25' WHERE RECID % 9 = 0",
    "DELETE FROM INVENTTABLE WHERE RECID % 23 = 0",
    "INSERT INTO INVENTTABLE (DATAAREAID, ITEMID, PRODUCT, RECID)
       SELECT 'usmf', 'NEW-1', PRODUCT, 1 FROM INVENTTABLE LIMIT 1",
    "INSERT INTO INVENTTABLEMODULE (DATAAREAID, ITEMID, MODULETYPE) VALUES ('usmf', 'NEW-1', 2)",
    "INSERT INTO INVENTITEMGROUPITEM (ITEMDATAAREAID, ITEMID, ITEMGROUPID) VALUES ('usmf', 'NEW-1', 'FIN')",
    "INSERT INTO INVENTSUM (DATAAREAID, ITEMID, INVENTDIMID, AVAILPHYSICAL) VALUES ('usmf', 'NEW-1', 'AllBlank', '3')",
    "UPDATE INVENTSUM SET CLOSED = 1 WHERE RECID % 13 = 0",
    "UPDATE INVENTSUM SET CLOSED = 0, AVAILPHYSICAL = '0.5' WHERE RECID % 39 = 0",
    "DELETE FROM INVENTSUM WHERE RECID % 17 = 0",
    "DELETE FROM ECORESPRODUCTCATEGORY WHERE RECID % 11 = 0",
    "UPDATE ECORESPRODUCTCATEGORY SET CATEGORY = (SELECT RECID FROM ECORESCATEGORY WHERE NAME = 'Mugs') WHERE RECID % 6 = 0",
    "UPDATE ECORESCATEGORY SET NESTEDSETLEFT = 5000, NESTEDSETRIGHT = 5001 WHERE NAME = 'T-shirts'",
    "UPDATE ECORESCATEGORY SET NAME = 'Bags and more' WHERE NAME = 'Bags'",
    "UPDATE ECORESCATEGORYHIERARCHY SET NAME = 'Renamed hierarchy'",
    "UPDATE ECORESPRODUCTTRANSLATION SET NAME = 'Anders' WHERE LANGUAGEID = 'de' AND RECID % 8 = 0",
    "INSERT INTO ECORESPRODUCTTRANSLATION (PRODUCT, LANGUAGEID, NAME) SELECT RECID, 'it', 'Nuovo' FROM ECORESPRODUCT WHERE RECID % 10 = 0",
    "UPDATE ECORESPRODUCT SET DISPLAYPRODUCTNUMBER = 'P' || RECID WHERE RECID % 14 = 0",
    "DELETE FROM INVENTDIMCOMBINATION WHERE RECID % 12 = 0",
    "UPDATE ECORESPRODUCTDIMENSIONGROUP SET NAME = 'ColourSize'",
    "DELETE FROM ECORESPRODUCTDIMENSIONGROUPPRODUCT WHERE RECID % 4 = 0",
    "UPDATE INVENTTABLEMODULE SET PRICE = '9.99' WHERE RECID % 15 = 0",
    "UPDATE PRICEDISCTABLE SET AMOUNT = '1.5', TODATE = '2026-12-31 00:00:00' WHERE RECID % 5 = 0",
    "UPDATE PRICEDISCTABLE SET MODULE = 2 WHERE RECID % 19 = 0",
    "DELETE FROM PRICEDISCTABLE WHERE RECID % 7 = 0",
    "INSERT INTO TAXONITEM (DATAAREAID, TAXITEMGROUP, TAXCODE) VALUES ('usmf', 'EXEMPT', 'ZERO')",
    "UPDATE TAXITEMGROUPHEADING SET TAXITEMGROUP = 'REDUCED' WHERE TAXITEMGROUP = 'CLOTH'",
    "UPDATE DLVMODE SET TXT = 'By train' WHERE CODE = 'GROUND'",
    "DELETE FROM DLVMODE WHERE CODE = 'MAIL'",
    "INSERT INTO ECORESSTORAGEDIMENSIONGROUP (NAME, RECID) VALUES ('a|b', 9)",
    "UPDATE SALESTABLE SET SALESSTATUS = 2 WHERE RECID % 5 = 0",
    "UPDATE SALESTABLE SET SALESSTATUS = 9 WHERE RECID % 11 = 0",
    "UPDATE SALESTABLE SET SALESTYPE = 0 WHERE RECID % 7 = 0",
    "UPDATE SALESTABLE SET PURCHORDERFORMNUM = '' WHERE RECID % 9 = 0",
    "UPDATE SHIPCARRIERSTAGING SET SHIPCARRIERVOIDINDICATOR = 'Y' WHERE RECID % 2 = 0",
    "INSERT INTO SHIPCARRIERSTAGING (DATAAREAID, PACKINGSLIPID, SALESID, TRACKINGNUMBER, RECID)
       SELECT DATAAREAID, PACKINGSLIPID, SALESID, 'LATE', RECID + 1000 FROM CUSTPACKINGSLIPJOUR",
    "UPDATE SALESLINE SET LINENUM = '1.5' WHERE RECID % 8 = 0",
    "UPDATE SALESLINE SET LINENUM = '70' WHERE RECID % 10 = 0",
    "DELETE FROM CUSTPACKINGSLIPTRANS WHERE RECID % 4 = 0",
    "DELETE FROM CUSTPACKINGSLIPJOUR WHERE RECID % 3 = 0",
    "UPDATE CUSTPACKINGSLIPJOUR SET DELIVERYDATE = '2026-01-01 00:00:00', DLVMODE = 'MAIL' WHERE RECID % 2 = 0",
    "UPDATE CUSTPACKINGSLIPTRANS SET QTY = '0.5' WHERE RECID % 5 = 0",
    "DELETE FROM SALESLINE WHERE RECID % 6 = 0",
    "UPDATE SALESTABLE SET SALESID = 'X-' || SALESID WHERE RECID % 4 = 0",
    "DELETE FROM SALESTABLE WHERE RECID % 13 = 0",
    "UPDATE CUSTPACKINGSLIPTRANS SET PACKINGSLIPID = 'a|b' WHERE RECID % 7 = 0",
];

#[tokio::test]
async fn changes_bring_a_copy_up_to_date_whatever_was_edited() {
    let sample = busy_sample(300, 24).await;
    let apparel = "SELECT CAST(RECID AS TEXT) FROM ECORESCATEGORY WHERE NAME = 'Apparel'";
    let apparel = sample.text(apparel);
    let selections = [
        Selection::everything(),
        select(&[item_group("FIN")]),
        Selection {
            exclude: vec!["C-000100".to_owned()],
            ..select(&[category(&apparel), item_group("SERV")])
        },
    ];
    let mut copies = Vec::new();
    for stream in company_streams() {
        for selection in &selections {
            let entries = sample.all(stream, selection).await;
            copies.push((stream, selection, copy(entries)));
        }
    }
    let change = Change {
        stock: 40,
        prices: 10,
        names: 10,
        deletes: 10,
    };
    let mut cursor = sample.version().await;
    for (number, edits) in EDITS.chunks(4).enumerate() {
        for edit in edits {
            sample.run(edit);
        }
        activity::apply(&sample.company, &change, number as u64, None).unwrap();
        let next = sample.version().await;
        for (stream, selection, copy_of) in &mut copies {
            catch_up(copy_of, sample.changes(*stream, selection, cursor).await);
            let now = copy(sample.all(*stream, selection).await);
            assert_eq!(*copy_of, now, "{stream} with {selection:?} after {edits:?}");
        }
        cursor = next;
    }
}

#[tokio::test]
async fn changes_cost_what_changed_and_not_what_is_there() {
    let sample = sample(300);
    let everything = Selection::everything();
    let since = sample.version().await;
    sample.run("UPDATE INVENTTABLE SET NAMEALIAS = 'Alias' WHERE ITEMID = 'C-000007'");
    assert_eq!(
        ids(&sample.changes(Stream::Items, &everything, since).await),
        ["C-000007"]
    );
    // A new alias changes no quantity and no price, and moves no item in or out of the selection.
    for stream in [Stream::OnHand, Stream::TradeAgreements] {
        assert!(
            sample.changes(stream, &everything, since).await.is_empty(),
            "{stream}"
        );
    }
    let since = sample.version().await;
    let change = Change {
        stock: 100,
        ..Change::default()
    };
    activity::apply(&sample.company, &change, 3, None).unwrap();
    assert_eq!(
        sample
            .changes(Stream::OnHand, &everything, since)
            .await
            .len(),
        100
    );
    for stream in company_streams().filter(|stream| *stream != Stream::OnHand) {
        assert!(
            sample.changes(stream, &everything, since).await.is_empty(),
            "{stream}"
        );
    }
}

#[tokio::test]
async fn a_cursor_behind_the_retention_is_a_gap_of_its_streams_alone() {
    let mut sample = sample(60);
    let since = sample.version().await;
    sample.run("UPDATE DLVMODE SET TXT = 'x' WHERE CODE = 'GROUND'");
    tracking::set_retention(&sample.writer, 0).unwrap();
    tracking::clean_up(&mut sample.writer).unwrap();
    assert_eq!(
        sample.gap(Stream::DeliveryModes, since).await.as_deref(),
        Some("DLVMODE")
    );
    for stream in company_streams().filter(|stream| *stream != Stream::DeliveryModes) {
        assert_eq!(sample.gap(stream, since).await, None, "{stream}");
    }
    let now = sample.version().await;
    assert_eq!(sample.gap(Stream::DeliveryModes, now).await, None);

    tracking::truncate(&mut sample.writer, "INVENTSUM").unwrap();
    assert_eq!(
        sample.gap(Stream::OnHand, now).await.as_deref(),
        Some("INVENTSUM")
    );
    tracking::disable(&mut sample.writer, "TAXONITEM").unwrap();
    let tracking = sample
        .company
        .tracking(Stream::ItemTaxGroups, &[])
        .await
        .unwrap();
    assert_eq!(tracking.tables[1].min_valid_version, None);
    let untracked = sample
        .company
        .read_changes(Stream::ItemTaxGroups, &Selection::default(), now)
        .await;
    assert!(matches!(untracked, Err(CompanyError::Read { .. })));
}

#[tokio::test]
async fn a_renamed_dimension_is_a_gap_because_old_ids_cannot_be_told() {
    let sample = sample(60);
    let since = sample.version().await;
    let new = "INSERT INTO INVENTDIM (DATAAREAID, INVENTDIMID, INVENTBATCHID) VALUES ('usmf', 'NEW', 'B1')";
    sample.run(new);
    assert_eq!(sample.gap(Stream::OnHand, since).await, None);
    sample.run("UPDATE INVENTDIM SET INVENTCOLORID = 'Crimson' WHERE INVENTCOLORID = 'Red'");
    for stream in [Stream::Items, Stream::OnHand, Stream::TradeAgreements] {
        assert_eq!(
            sample.gap(stream, since).await.as_deref(),
            Some("INVENTDIM"),
            "{stream}"
        );
        assert_eq!(
            sample.gap(stream, sample.version().await).await,
            None,
            "{stream}"
        );
    }
    assert_eq!(sample.gap(Stream::Categories, since).await, None);
}
