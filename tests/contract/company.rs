//! What a company promises, whichever database it is read from: a company in AX's own database on
//! SQL Server reads as the file that it was filled from.

mod addresses;
mod browse;
mod look_ups;
mod units;

use super::Engine;
use crate::ax::Ax;
use crate::support::{busy_sample, category, company_streams, drain, ids, item_group, select};
use axcs::company::embedded::script::Layout;
use axcs::company::{Company, CompanyError, Entry};
use axcs::model::{Rule, Selection, Stream};

async fn all(company: &dyn Company, stream: Stream, selection: &Selection) -> Vec<Entry> {
    drain(company.read_all(stream, selection, None).await.unwrap()).await
}

async fn version(company: &dyn Company) -> i64 {
    let tracking = company.tracking(Stream::Items, &[]).await.unwrap();
    tracking.current_version
}

async fn every_stream_reads_as_the_file_does(engine: Engine) {
    let sample = busy_sample(12, 3).await;
    let ax = Ax::of(engine, &sample).await;
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

async fn changes_are_those_of_the_file_with_and_without_snapshots(engine: Engine) {
    let sample = busy_sample(14, 4).await;
    let ax = Ax::of(engine, &sample).await;
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
        ax.place.allow_snapshot(has_snapshots).await;
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

async fn gap(company: &dyn Company, stream: Stream, since: i64) -> Option<String> {
    let everything = Selection::everything();
    match company.read_changes(stream, &everything, since).await {
        Ok(_) => None,
        Err(CompanyError::Gap { table, .. }) => Some(table),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn lost_changes_are_a_gap_of_their_streams_alone() {
    let sample = busy_sample(4, 2).await;
    let ax = Ax::of(Engine::Server, &sample).await;
    let company = ax.open(None, None).await.unwrap();
    let since = version(&company).await;
    let gaps = async |company: &dyn Company| {
        let mut gaps = Vec::new();
        for stream in company_streams() {
            if let Some(table) = gap(company, stream, since).await {
                gaps.push((stream, table));
            }
        }
        gaps
    };
    assert_eq!(gaps(&company).await, []);

    ax.run("UPDATE DLVMODE SET TXT = 'x'").await;
    let now = version(&company).await;
    ax.bed().set_min_valid_version("DLVMODE", now);
    let expected = vec![(Stream::DeliveryModes, "DLVMODE".to_owned())];
    assert_eq!(gaps(&company).await, expected, "the retention has passed");
    assert_eq!(gap(&company, Stream::DeliveryModes, now).await, None);

    // A row of dimensions that was there before stands for something else now.
    ax.run("UPDATE INVENTDIM SET INVENTCOLORID = 'Teal' WHERE INVENTCOLORID = 'Red'")
        .await;
    let streams = [
        Stream::Items,
        Stream::TradeAgreements,
        Stream::OnHand,
        Stream::Shipments,
    ];
    for stream in streams {
        let lost = gap(&company, stream, since).await;
        assert_eq!(lost.as_deref(), Some("INVENTDIM"), "{stream}");
    }

    ax.run("ALTER TABLE dbo.TAXONITEM DISABLE CHANGE_TRACKING")
        .await;
    let tracking = company.tracking(Stream::ItemTaxGroups, &[]).await.unwrap();
    let untracked = tracking
        .tables
        .iter()
        .find(|table| table.table == "TAXONITEM");
    assert_eq!(untracked.map(|table| table.min_valid_version), Some(None));
    let now = version(&company).await;
    let none = Selection::default();
    let read = company.read_changes(Stream::ItemTaxGroups, &none, now);
    let error = read.await.err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("reading TAXONITEM failed"));
    // Tracked anew: what went by meanwhile is lost.
    ax.run("UPDATE DLVMODE SET TXT = 'y'").await;
    ax.run("ALTER TABLE dbo.TAXONITEM ENABLE CHANGE_TRACKING")
        .await;
    let lost = gap(&company, Stream::ItemTaxGroups, now).await;
    assert_eq!(lost.as_deref(), Some("TAXONITEM"));
}

async fn a_key_that_leads_nowhere_makes_a_deletion_a_gap_and_nothing_else(engine: Engine) {
    let sample = busy_sample(6, 2).await;
    let surrogates = |script: String| {
        let keys = [
            ("ECORESPRODUCTTRANSLATION", "RECID"),
            ("ECORESPRODUCTDIMENSIONGROUP", "PARTITION, RECID"),
            ("TAXONITEM", "DATAAREAID, PARTITION, RECID"),
            ("DLVMODE", "RECID"),
        ];
        keys.iter().fold(script, |script, (table, key)| {
            let head = format!("CONSTRAINT I_{table}_KEY PRIMARY KEY CLUSTERED (");
            let (before, after) = script.split_once(&head).unwrap();
            let (_, after) = after.split_once(')').unwrap();
            format!("{before}{head}{key}){after}")
        })
    };
    sample
        .writer
        .execute("UPDATE ECORESPRODUCTTRANSLATION SET RECID = PRODUCT * 10 + length(LANGUAGEID) + unicode(LANGUAGEID)", [])
        .unwrap();
    let ax = Ax::with(engine, &sample, Layout::R2, surrogates).await;
    let company = ax.open(None, None).await.unwrap();
    let everything = Selection::everything();
    let (since, file_since) = (version(&company).await, sample.version().await);
    for edit in [
        "UPDATE ECORESPRODUCTTRANSLATION SET NAME = 'Anders' WHERE LANGUAGEID = 'de'",
        "UPDATE INVENTTABLE SET NAMEALIAS = 'x' WHERE RECID % 2 = 0",
        "INSERT INTO TAXONITEM (DATAAREAID, PARTITION, TAXITEMGROUP, TAXCODE, RECID) VALUES ('usmf', 5637144576, 'EXEMPT', 'ZERO', 77)",
    ] {
        sample.writer.execute(edit, []).unwrap();
        ax.run(edit).await;
    }
    for stream in [Stream::Items, Stream::ItemTaxGroups] {
        let read = company.read_changes(stream, &everything, since).await;
        let file = sample.changes(stream, &everything, file_since).await;
        assert_eq!(drain(read.unwrap()).await, file, "{stream}");
    }
    ax.run("DELETE FROM ECORESPRODUCTTRANSLATION WHERE LANGUAGEID = 'de'")
        .await;
    let lost = gap(&company, Stream::Items, since).await;
    assert_eq!(lost.as_deref(), Some("ECORESPRODUCTTRANSLATION"));
    assert_eq!(gap(&company, Stream::ItemTaxGroups, since).await, None);
    // A mode's code is its id: with another key nobody can say whether it was renamed.
    ax.run("UPDATE DLVMODE SET CODE = 'TRAIN' WHERE CODE = 'GROUND'")
        .await;
    let lost = gap(&company, Stream::DeliveryModes, since).await;
    assert_eq!(lost.as_deref(), Some("DLVMODE"));
}

async fn an_ax_without_partitions_and_styles_reads_alike(engine: Engine) {
    let sample = busy_sample(5, 2).await;
    let without_styles = |script: String| {
        let column = "  [INVENTSTYLEID] nvarchar(10) NOT NULL DEFAULT N'',\n";
        assert_eq!(script.matches(column).count(), 1);
        let script = script.replace(column, "");
        let batches = script.split("\nGO\n").map(|batch| {
            let Some(rows) = batch.strip_prefix("INSERT INTO dbo.INVENTDIM (") else {
                return batch.to_owned();
            };
            let (names, values) = rows.split_once(") VALUES\n").unwrap();
            let place = names.split(", ").position(|name| name == "[INVENTSTYLEID]");
            let without = |list: &str| {
                let mut cells: Vec<&str> = list.split(", ").collect();
                cells.remove(place.unwrap());
                cells.join(", ")
            };
            let values: Vec<String> = values.lines().map(without).collect();
            let (names, values) = (without(names), values.join("\n"));
            format!("INSERT INTO dbo.INVENTDIM ({names}) VALUES\n{values}")
        });
        batches.collect::<Vec<_>>().join("\nGO\n")
    };
    let ax = Ax::with(engine, &sample, Layout::Rtm, without_styles).await;
    ax.run("DROP TABLE dbo.SHIPCARRIERSTAGING").await;
    let company = ax.open(None, None).await.unwrap();
    let facts = company.facts().await.unwrap();
    assert_eq!(facts.release, "AX 2012 or its Feature Pack");
    assert_eq!(
        (facts.id.as_str(), facts.place == ax.options().place()),
        ("usmf", true)
    );
    let everything = Selection::everything();
    for stream in company_streams() {
        let file = sample.all(stream, &everything).await;
        let read = all(&company, stream, &everything).await;
        if stream == Stream::Shipments {
            // Without the table of the carriers there are no tracking numbers.
            assert_eq!(ids(&read), ids(&file));
        } else {
            assert_eq!(read, file, "{stream}");
        }
        let since = version(&company).await;
        let changes = company.read_changes(stream, &everything, since).await;
        assert_eq!(drain(changes.unwrap()).await, [], "{stream}");
    }
}

async fn refusal(ax: &Ax, company: Option<&str>, partition: Option<&str>) -> String {
    match ax.open(company, partition).await {
        Ok(_) => panic!("the company was opened"),
        Err(error @ (CompanyError::Unfit { .. } | CompanyError::Release { .. })) => {
            error.to_string()
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_the_reason() {
    let sample = busy_sample(2, 1).await;
    let ax = Ax::of(Engine::Server, &sample).await;
    let unknown = refusal(&ax, Some("dat"), None).await;
    assert!(
        unknown.ends_with("it holds no company \"dat\"; it holds: usmf"),
        "{unknown}"
    );

    ax.run("INSERT INTO dbo.PARTITIONS (PARTITIONKEY, RECID) VALUES (N'second', 5)")
        .await;
    ax.run("INSERT INTO dbo.DATAAREA (ID, NAME, PARTITION, ISVIRTUAL, RECID) VALUES (N'ceu', N'Europe', 5637144576, 0, 7), (N'virt', N'Shared', 5637144576, 1, 8), (N'sec', N'Second', 5, 0, 9)").await;
    let several = refusal(&ax, None, None).await;
    assert!(
        several.ends_with("name one of them: ceu, usmf"),
        "{several}"
    );
    let third = refusal(&ax, None, Some("third")).await;
    assert!(
        third.ends_with("it holds no partition \"third\"; it holds: initial, second"),
        "{third}"
    );
    let second = ax
        .open(None, Some("SECOND"))
        .await
        .unwrap()
        .facts()
        .await
        .unwrap();
    assert_eq!((second.id.as_str(), second.partition), ("sec", 5));
    assert_eq!(second.release, "AX 2012 R2");

    let company = ax.open(Some("usmf"), None).await.unwrap();
    ax.bed().deny_tracking("SALESLINE", true);
    let hidden = company.tracking(Stream::Shipments, &[]).await.unwrap_err();
    let reason = std::error::Error::source(&hidden).unwrap().to_string();
    assert_eq!(hidden.to_string(), "reading SALESLINE failed");
    assert!(reason.contains("VIEW CHANGE TRACKING"), "{reason}");
    ax.bed().deny_select("DLVMODE", true);
    let everything = Selection::everything();
    let hidden = company.count(Stream::DeliveryModes, &everything).await;
    let hidden = hidden.unwrap_err();
    let reason = std::error::Error::source(&hidden).unwrap().to_string();
    assert!(reason.contains("error 229"), "{reason}");
    assert!(
        matches!(hidden, CompanyError::Forbidden { .. }),
        "{hidden:?}"
    );
    let hidden = company.tracking(Stream::DeliveryModes, &[]).await;
    let reason = hidden.unwrap_err();
    let reason = std::error::Error::source(&reason).unwrap().to_string();
    assert!(reason.contains("SELECT"), "{reason}");
    // The connection that was refused is not used again.
    ax.bed().deny_select("DLVMODE", false);
    assert!(
        company
            .count(Stream::DeliveryModes, &everything)
            .await
            .unwrap()
            > 0
    );

    ax.run("CREATE TABLE dbo.DEL_DOCOMMERCECONFIGURATION (RECID bigint NOT NULL PRIMARY KEY)")
        .await;
    let r3 = refusal(&ax, Some("usmf"), None).await;
    assert!(
        r3.contains("it is AX 2012 R3 (DEL_DOCOMMERCECONFIGURATION)"),
        "{r3}"
    );
    ax.run("DROP TABLE dbo.SALESLINE").await;
    ax.run("DROP TABLE dbo.DEL_DOCOMMERCECONFIGURATION").await;
    let lacking = refusal(&ax, Some("usmf"), None).await;
    assert!(lacking.contains("SALESLINE (shipments)"), "{lacking}");
    ax.run("DROP TABLE dbo.ECORESPRODUCT").await;
    let older = refusal(&ax, Some("usmf"), None).await;
    assert!(older.contains("AX 2009 or older"), "{older}");
}

#[tokio::test]
async fn a_restored_database_has_another_history() {
    let sample = busy_sample(2, 1).await;
    let ax = Ax::of(Engine::Server, &sample).await;
    let company = ax.open(None, None).await.unwrap();
    let identity = async |known: &[String]| {
        let tracking = company
            .tracking(Stream::DeliveryModes, known)
            .await
            .unwrap();
        (tracking.incarnation, tracking.strange)
    };
    let (before, _) = identity(&[]).await;
    let backup = ax.bed().backup();
    ax.run("UPDATE DLVMODE SET TXT = 'x'").await;
    let (after, strange) = identity(std::slice::from_ref(&before)).await;
    assert_eq!(strange, [] as [String; 0]);
    ax.bed().restore(&backup);
    ax.run("UPDATE DLVMODE SET TXT = 'y'").await;
    ax.run("UPDATE DLVMODE SET TXT = 'z'").await;
    let known = [before, after];
    let (restored, strange) = identity(&known).await;
    assert_eq!(strange, known);
    assert_eq!(identity(&[restored]).await.1, [] as [String; 0]);
    ax.bed().track_database(false);
    let off = company.tracking(Stream::DeliveryModes, &[]).await.unwrap();
    assert_eq!(off.tables[0].min_valid_version, None);
}

async fn readings_that_are_dropped_give_their_connections_back(engine: Engine) {
    let sample = busy_sample(6, 1).await;
    let ax = Ax::of(engine, &sample).await;
    let company = ax.open(None, None).await.unwrap();
    let selection = Selection {
        rules: vec![Rule::ItemRange {
            from: "9".to_owned(),
            to: String::new(),
        }],
        include: ids(&sample.all(Stream::Items, &Selection::everything()).await),
        exclude: vec!["x".repeat(200)],
        ..Selection::default()
    };
    // More than there are connections.
    for _ in 0..12 {
        drop(
            company
                .read_all(Stream::Items, &selection, None)
                .await
                .unwrap(),
        );
    }
    let read = all(&company, Stream::Items, &selection).await;
    assert_eq!(read, sample.all(Stream::Items, &selection).await);
    // More ids than one list holds.
    let mut asked: Vec<String> = (0..700).map(|number| format!("no such {number}")).collect();
    asked.push(read[3].id());
    let found = company.read_ids(Stream::Items, &selection, &asked).await;
    let found = found.unwrap();
    assert_eq!(found.len(), asked.len());
    assert_eq!(found[700], read[3]);
}

servers![
    every_stream_reads_as_the_file_does,
    changes_are_those_of_the_file_with_and_without_snapshots,
    a_key_that_leads_nowhere_makes_a_deletion_a_gap_and_nothing_else,
    an_ax_without_partitions_and_styles_reads_alike,
    readings_that_are_dropped_give_their_connections_back,
];
