//! What a reading of the embedded company promises: every record once, in key order, resumable;
//! changes that bring a copy up to date; gaps that are noticed; bad records that block no other.

use std::collections::BTreeMap;
use std::path::PathBuf;

use axcs::company::embedded::activity::{self, Change};
use axcs::company::embedded::{Embedded, Existing, NewFileError, generate, tracking, writer};
use axcs::company::{Company, CompanyError, Entry, Reading};
use axcs::model::{Record, Rule, Selection, Stream};
use rusqlite::Connection;

struct Sample {
    _folder: tempfile::TempDir,
    path: PathBuf,
    company: Embedded,
    writer: Connection,
}

fn sample(items: u64) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.db");
    generate(&path, items, 1, Existing::Keep, |_, _| {}).unwrap();
    Sample {
        company: Embedded::open(&path, Some("usmf")).unwrap(),
        writer: writer(&path).unwrap(),
        _folder: folder,
        path,
    }
}

impl Sample {
    fn run(&self, sql: &str) -> usize {
        let changed = self.writer.execute(sql, []).unwrap();
        assert!(changed > 0, "nothing changed by {sql}");
        changed
    }

    fn text(&self, sql: &str) -> String {
        self.writer.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    async fn version(&self) -> i64 {
        self.company
            .tracking(Stream::Items)
            .await
            .unwrap()
            .current_version
    }

    async fn all(&self, stream: Stream, selection: &Selection) -> Vec<Entry> {
        drain(
            self.company
                .read_all(stream, selection, None)
                .await
                .unwrap(),
        )
        .await
    }

    async fn changes(&self, stream: Stream, selection: &Selection, since: i64) -> Vec<Entry> {
        drain(
            self.company
                .read_changes(stream, selection, since)
                .await
                .unwrap(),
        )
        .await
    }

    async fn gap(&self, stream: Stream, since: i64) -> Option<String> {
        let everything = Selection::everything();
        match self.company.read_changes(stream, &everything, since).await {
            Ok(_) => None,
            Err(CompanyError::Gap { table, .. }) => Some(table),
            Err(error) => panic!("{error}"),
        }
    }
}

async fn drain(mut reading: Reading) -> Vec<Entry> {
    let mut entries = Vec::new();
    while let Some(page) = reading.pages.recv().await {
        let page = page.unwrap();
        assert!(!page.is_empty() && page.len() <= 500);
        entries.extend(page);
    }
    assert_eq!(entries.len() as u64, reading.total);
    entries
}

fn ids(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(Entry::id).collect()
}

fn item_group(group: &str) -> Rule {
    Rule::ItemGroup {
        group: group.to_owned(),
    }
}

fn category(id: &str) -> Rule {
    Rule::Category {
        category: id.to_owned(),
    }
}

fn select(rules: &[Rule]) -> Selection {
    Selection {
        rules: rules.to_vec(),
        ..Selection::default()
    }
}

#[tokio::test]
async fn a_reading_resumes_behind_any_record() {
    let sample = sample(700);
    let everything = Selection::everything();
    for stream in Stream::ALL {
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
    let sample = sample(60);
    let everything = Selection::everything();
    for stream in Stream::ALL {
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
    let sample = sample(60);
    let nothing = Selection {
        exclude: vec!["C-000001".to_owned()],
        ..Selection::default()
    };
    for stream in Stream::ALL {
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
];

#[tokio::test]
async fn changes_bring_a_copy_up_to_date_whatever_was_edited() {
    let sample = sample(300);
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
    for stream in Stream::ALL {
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
    for stream in Stream::ALL
        .into_iter()
        .filter(|stream| *stream != Stream::OnHand)
    {
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
    for stream in Stream::ALL
        .into_iter()
        .filter(|stream| *stream != Stream::DeliveryModes)
    {
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
        .tracking(Stream::ItemTaxGroups)
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
    let sample = sample(40);
    let everything = Selection::everything();
    let mut before = Vec::new();
    for stream in Stream::ALL {
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
    for (stream, before) in Stream::ALL.into_iter().zip(before) {
        assert_eq!(sample.all(stream, &everything).await, before, "{stream}");
    }
}

#[tokio::test]
async fn a_reading_that_is_dropped_stops_and_lets_go_of_the_file() {
    let Sample {
        _folder: folder,
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
    let sample = sample(2_000);
    let everything = Selection::everything();
    let mut reading = sample
        .company
        .read_all(Stream::Items, &everything, None)
        .await
        .unwrap();
    assert!(reading.pages.recv().await.unwrap().is_ok());
    sample.run("DELETE FROM INVENTTABLE WHERE ITEMID >= 'C-001990'");
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
    assert_eq!(last, "C-001989");
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
