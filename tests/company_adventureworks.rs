//! Loads the export of AX tables that nobody on this project wrote, and reads it back.
//! Skipped where the folder is not there.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic and print"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axcs::company::embedded::{Embedded, Existing, LoadError, NewFileError, info, load};
use axcs::company::{Company, Entry, Reading};
use axcs::model::catalog::{Item, Text};
use axcs::model::{Record, Rule, Selection, Stream};

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
