//! Loads the export of AX tables that nobody on this project wrote, and reads it back.
//! Skipped where the folder is not there.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use axcs::company::embedded::{Embedded, Existing, LoadError, NewFileError, info, load, writer};
use axcs::company::{Company, Entry, Reading};
use axcs::model::catalog::{AgreementKind, CodeScope, Item, Text};
use axcs::model::{Amount, Record, Rule, Selection, Stream};

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

/// The loaded company in a folder of its own.
fn loaded() -> Option<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.db");
    load(&export()?, &path, Existing::Keep).unwrap();
    Some((folder, path))
}

fn finished_goods() -> Selection {
    Selection {
        rules: vec![Rule::ItemGroup {
            group: "AW-FIN".to_owned(),
        }],
        ..Selection::default()
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

async fn read(company: &Embedded, stream: Stream, selection: &Selection) -> Vec<Record> {
    let reading = company.read_all(stream, selection, None).await.unwrap();
    let entries = drain(reading).await.into_iter();
    entries
        .map(|entry| match entry {
            Entry::Present(record) => record,
            other => panic!("{other:?}"),
        })
        .collect()
}

async fn read_items(company: &Embedded, selection: &Selection) -> Vec<Item> {
    let records = read(company, Stream::Items, selection).await.into_iter();
    records
        .map(|record| match record {
            Record::Item(item) => *item,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn the_company_holds_what_its_description_says() {
    let Some((_folder, path)) = loaded() else {
        return;
    };
    let contents = info(&path).unwrap();
    let counts = contents.counts;
    assert_eq!(counts.released_items, 328);
    assert_eq!(counts.masters, 37);
    assert_eq!(counts.variants, 213);
    assert_eq!(counts.shared_products, 541);
    assert_eq!(counts.on_hand_rows, 1_069);
    assert_eq!(counts.trade_agreements, 638);
    assert_eq!(counts.delivery_modes, 5);
    assert_eq!(counts.customers, 702);
    assert_eq!(contents.companies[0].id, "usaw");
    assert_eq!(contents.companies[0].name, "Adventure Works Cycles");
    assert!(contents.bytes > 500_000);

    let company = Embedded::open(&path, None).unwrap();
    let everything = Selection::everything();
    for (stream, count) in [
        (Stream::Categories, 42),
        (Stream::DimensionGroups, 3),
        (Stream::ItemTaxGroups, 3),
        (Stream::DeliveryModes, 5),
        (Stream::Items, 328),
        (Stream::TradeAgreements, 638),
        (Stream::OnHand, 1_069),
    ] {
        assert_eq!(
            company.count(stream, &everything).await.unwrap(),
            count,
            "{stream}"
        );
        assert_eq!(
            read(&company, stream, &everything).await.len() as u64,
            count,
            "{stream}"
        );
    }
}

#[tokio::test]
async fn finished_goods_are_119_items_with_213_variants_and_no_component() {
    let Some((_folder, path)) = loaded() else {
        return;
    };
    let company = Embedded::open(&path, None).unwrap();
    let selection = finished_goods();
    assert_eq!(company.count(Stream::Items, &selection).await.unwrap(), 119);
    let items = read_items(&company, &selection).await;
    assert_eq!(items.len(), 119);
    assert!(items.iter().all(|item| item.item_group == "AW-FIN"));
    assert_eq!(
        items.iter().map(|item| item.variants.len()).sum::<usize>(),
        213
    );

    let names: BTreeSet<&str> = items.iter().map(|item| item.item.as_str()).collect();
    for record in read(&company, Stream::OnHand, &selection).await {
        let Record::OnHand(stock) = record else {
            panic!("{record:?}")
        };
        assert!(names.contains(stock.item.as_str()), "{stock:?}");
    }
    for record in read(&company, Stream::TradeAgreements, &selection).await {
        let Record::TradeAgreement(agreement) = record else {
            panic!("{record:?}")
        };
        assert!(names.contains(agreement.item.as_str()), "{agreement:?}");
    }
}

/// The rows of a table of the export, each by column.
fn rows(table: &str) -> Vec<HashMap<String, String>> {
    let file = export().unwrap().join(format!("{table}.csv"));
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[tokio::test]
async fn every_trade_agreement_says_what_its_row_says() {
    let Some((_folder, path)) = loaded() else {
        return;
    };
    let company = Embedded::open(&path, None).unwrap();
    let mut agreements = HashMap::new();
    for record in read(&company, Stream::TradeAgreements, &finished_goods()).await {
        let Record::TradeAgreement(agreement) = record else {
            panic!("{record:?}")
        };
        agreements.insert(agreement.id.clone(), agreement);
    }
    assert_eq!(agreements.len(), 638);
    let dimensions: HashMap<_, _> = rows("INVENTDIM")
        .into_iter()
        .map(|row| (row["INVENTDIMID"].clone(), row))
        .collect();
    let day = |text: &str| match &text[..10] {
        "1900-01-01" => None,
        day => Some(day.parse().unwrap()),
    };
    let amount = |text: &str| text.parse::<Amount>().unwrap();
    let mut open_ended = 0;
    for row in rows("PRICEDISCTABLE") {
        let agreement = &agreements[&row["RECID"]];
        let dimension = &dimensions[&row["INVENTDIMID"]];
        let kind = match row["RELATION"].as_str() {
            "4" => AgreementKind::Price,
            "5" => AgreementKind::LineDiscount,
            other => panic!("{other}"),
        };
        let account_code = match row["ACCOUNTCODE"].as_str() {
            "0" => CodeScope::Table,
            "1" => CodeScope::Group,
            "2" => CodeScope::All,
            other => panic!("{other}"),
        };
        assert_eq!(
            (agreement.kind, agreement.account_code),
            (kind, account_code)
        );
        assert_eq!(agreement.item_code, CodeScope::Table);
        for (read, column) in [
            (&agreement.account, "ACCOUNTRELATION"),
            (&agreement.item, "ITEMRELATION"),
            (&agreement.currency, "CURRENCY"),
            (&agreement.unit, "UNITID"),
        ] {
            assert_eq!(*read, row[column], "{column} of {}", agreement.id);
        }
        for (read, column) in [
            (agreement.amount, "AMOUNT"),
            (agreement.percent_1, "PERCENT1"),
            (agreement.percent_2, "PERCENT2"),
            (agreement.quantity_from, "QUANTITYAMOUNTFROM"),
            (agreement.quantity_to, "QUANTITYAMOUNTTO"),
            (agreement.price_unit, "PRICEUNIT"),
        ] {
            assert_eq!(read, amount(&row[column]), "{column} of {}", agreement.id);
        }
        assert_eq!(agreement.from, day(&row["FROMDATE"]));
        assert_eq!(agreement.to, day(&row["TODATE"]));
        open_ended += u32::from(agreement.to.is_none());
        assert_eq!(agreement.dimensions.colour, dimension["INVENTCOLORID"]);
        assert_eq!(agreement.dimensions.size, dimension["INVENTSIZEID"]);
    }
    assert_eq!(open_ended, 195);
}

#[tokio::test]
async fn agreements_follow_the_sales_side_their_dates_and_their_deletion() {
    let Some((_folder, path)) = loaded() else {
        return;
    };
    let company = Embedded::open(&path, None).unwrap();
    let connection = writer(&path).unwrap();
    let ids: Vec<String> = rows("PRICEDISCTABLE")
        .iter()
        .take(5)
        .map(|row| row["RECID"].clone())
        .collect();
    let since = company
        .tracking(Stream::TradeAgreements, &[])
        .await
        .unwrap()
        .current_version;
    for (id, edit) in ids.iter().zip([
        // Of a vendor; of the purchase side; for nobody any more; open at both ends; for a group.
        "UPDATE PRICEDISCTABLE SET MODULE = 2",
        "UPDATE PRICEDISCTABLE SET RELATION = 0",
        "DELETE FROM PRICEDISCTABLE",
        "UPDATE PRICEDISCTABLE SET FROMDATE = '1900-01-01 00:00:00', TODATE = '2154-12-31 00:00:00'",
        "UPDATE PRICEDISCTABLE SET ITEMCODE = 1, ITEMRELATION = 'BIKES', ACCOUNTCODE = 0, ACCOUNTRELATION = 'C000002'",
    ]) {
        assert_eq!(connection.execute(&format!("{edit} WHERE RECID = {id}"), []).unwrap(), 1);
    }
    let selection = finished_goods();
    let changes = company
        .read_changes(Stream::TradeAgreements, &selection, since)
        .await
        .unwrap();
    let entries = drain(changes).await;
    for (id, entry) in ids.iter().zip(&entries).take(3) {
        assert_eq!(*entry, Entry::Gone { id: id.clone() });
    }
    let [
        Entry::Present(Record::TradeAgreement(open)),
        Entry::Present(Record::TradeAgreement(group)),
    ] = &entries[3..]
    else {
        panic!("{entries:?}")
    };
    assert_eq!((open.from, open.to), (None, None));
    assert_eq!(
        (group.item_code, group.item.as_str()),
        (CodeScope::Group, "BIKES")
    );
    assert_eq!(
        (group.account_code, group.account.as_str()),
        (CodeScope::Table, "C000002")
    );
    assert_eq!(
        company
            .count(Stream::TradeAgreements, &selection)
            .await
            .unwrap(),
        635
    );
}

#[tokio::test]
async fn the_five_modes_of_delivery_say_what_their_rows_say() {
    let Some((_folder, path)) = loaded() else {
        return;
    };
    let company = Embedded::open(&path, None).unwrap();
    let read = read(&company, Stream::DeliveryModes, &Selection::default()).await;
    let modes: Vec<_> = read
        .iter()
        .map(|record| match record {
            Record::DeliveryMode(mode) => {
                [&mode.code, &mode.description, &mode.carrier].map(String::as_str)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let rows = rows("DLVMODE");
    let mut expected: Vec<_> = rows
        .iter()
        .map(|row| ["CODE", "TXT", "SHIPCARRIERID"].map(|column| row[column].as_str()))
        .collect();
    expected.sort_unstable();
    assert_eq!(expected.len(), 5);
    assert_eq!(modes, expected);
}

#[tokio::test]
async fn an_item_is_read_with_everything_that_describes_it() {
    let Some((_folder, path)) = loaded() else {
        return;
    };
    let company = Embedded::open(&path, Some("USAW")).unwrap();
    let items = read_items(&company, &finished_goods()).await;
    let vest = items.iter().find(|item| item.item == "AW-0001").unwrap();
    assert_eq!(vest.search_name, "Classic Vest");
    assert_eq!(vest.dimension_group, "ColSize");
    assert_eq!(vest.item_tax_group, "TX-CLOTH");
    assert_eq!(vest.unit, "ea");
    assert_eq!(vest.categories, ["5637144605"]);
    let numbers: Vec<&str> = vest
        .variants
        .iter()
        .map(|variant| variant.number.as_str())
        .collect();
    assert_eq!(numbers, ["VE-C304-L", "VE-C304-M", "VE-C304-S"]);
    assert_eq!(vest.variants[2].dimensions.size, "S");
    assert_eq!(vest.variants[2].dimensions.colour, "Blue");
    assert_eq!(vest.variants[2].texts.len(), 6);
}

#[tokio::test]
async fn texts_in_six_languages_are_kept_byte_for_byte() {
    let Some((_folder, path)) = loaded() else {
        return;
    };
    let mut expected: BTreeSet<(String, String, String)> = BTreeSet::new();
    let file = export().unwrap().join("ECORESPRODUCTTRANSLATION.csv");
    for row in csv::Reader::from_path(file).unwrap().records() {
        let row = row.unwrap();
        expected.insert((row[1].to_owned(), row[2].to_owned(), row[3].to_owned()));
    }
    let company = Embedded::open(&path, None).unwrap();
    let items = read_items(&company, &Selection::everything()).await;
    let variants = items.iter().flat_map(|item| &item.variants);
    let texts: Vec<&Text> = items
        .iter()
        .flat_map(|item| &item.texts)
        .chain(variants.flat_map(|variant| &variant.texts))
        .collect();
    assert_eq!(texts.len(), 2_196);
    let read: BTreeSet<_> = texts
        .into_iter()
        .map(|text| {
            (
                text.language.clone(),
                text.name.clone(),
                text.description.clone(),
            )
        })
        .collect();
    assert_eq!(read, expected);
    let languages: BTreeSet<&str> = read.iter().map(|text| text.0.as_str()).collect();
    assert_eq!(
        languages,
        BTreeSet::from(["ar", "en-us", "fr", "he", "th", "zh-hant"])
    );
}

#[test]
fn a_company_is_only_replaced_when_told_and_the_refusal_says_what_is_at_stake() {
    let Some((_folder, path)) = loaded() else {
        return;
    };
    let before = info(&path).unwrap().tracking.incarnation;
    let error = load(&export().unwrap(), &path, Existing::Keep).unwrap_err();
    assert!(
        matches!(
            error,
            LoadError::File(NewFileError::Exists {
                released_items: 328,
                ..
            })
        ),
        "{error}"
    );
    assert!(error.to_string().contains("328 released items"), "{error}");
    assert_eq!(info(&path).unwrap().tracking.incarnation, before);

    load(&export().unwrap(), &path, Existing::Replace).unwrap();
    assert_ne!(info(&path).unwrap().tracking.incarnation, before);
}
