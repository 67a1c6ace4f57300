//! A company file, written as T-SQL by `axcs`, loaded into the server and found there.

use std::path::Path;
use std::time::Instant;

use axcs::company::embedded::script::{Layout, Scripted, script};
use axcs::company::embedded::{Existing, generate, load};
use rust_decimal::Decimal;

use super::ask;
use crate::axcs_program::Axcs;
use crate::mssql::{Client, Server};

/// Writes the company and loads it; answers what the script says it holds.
async fn loaded(company: &Path, layout: Layout, client: &mut Client) -> Vec<Scripted> {
    let mut text = Vec::new();
    let scripted = script(company, layout, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    for batch in text
        .split("\nGO\n")
        .filter(|batch| !batch.trim().is_empty())
    {
        ask(client, batch).await;
    }
    scripted
}

async fn counted(scripted: &[Scripted], client: &mut Client) {
    for table in scripted {
        let found = ask(client, &format!("SELECT COUNT(*) FROM dbo.{}", table.table)).await;
        assert_eq!(found, table.rows.to_string(), "{}", table.table);
    }
}

fn rows(scripted: &[Scripted], name: &str) -> u64 {
    scripted
        .iter()
        .find(|table| table.table == name)
        .map_or(0, |table| table.rows)
}

fn generated(folder: &Path) -> std::path::PathBuf {
    let file = folder.join("company.db");
    generate(&file, 50, 7, Existing::Keep, |_, _| {}).unwrap();
    file
}

#[tokio::test]
async fn a_generated_company_arrives_row_by_row_and_is_tracked() {
    let folder = tempfile::tempdir().unwrap();
    let file = generated(folder.path());
    let server = Server::start();
    let mut client = server.connect().await;
    let scripted = loaded(&file, Layout::R2, &mut client).await;
    assert_eq!(rows(&scripted, "INVENTTABLE"), 50);
    counted(&scripted, &mut client).await;

    // Values, types and order are those of the file.
    let sqlite = rusqlite::Connection::open(&file).unwrap();
    let mut statement = sqlite
        .prepare("SELECT ITEMID || ' ' || MODULETYPE || ' ' || UNITID || ' ' || PARTITION || ' ' || PRICE FROM INVENTTABLEMODULE ORDER BY ITEMID, MODULETYPE")
        .unwrap();
    let wanted: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let found = ask(&mut client, "SELECT ITEMID, MODULETYPE, UNITID, PARTITION, PRICE FROM dbo.INVENTTABLEMODULE ORDER BY ITEMID, MODULETYPE").await;
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(&wanted) {
        let ((found, price), (wanted, exact)) = (
            found.rsplit_once(' ').unwrap(),
            wanted.rsplit_once(' ').unwrap(),
        );
        assert_eq!(found, wanted);
        assert_eq!(
            price.parse::<Decimal>().unwrap(),
            exact.parse::<Decimal>().unwrap()
        );
    }

    let tracked = ask(
        &mut client,
        "SELECT OBJECT_NAME(object_id) FROM sys.change_tracking_tables",
    )
    .await;
    assert!(
        tracked.lines().any(|table| table == "INVENTSUM"),
        "{tracked}"
    );
    assert!(
        !tracked.lines().any(|table| table == "INVENTSITE"),
        "{tracked}"
    );
    assert_eq!(
        ask(&mut client, "SELECT CHANGE_TRACKING_CURRENT_VERSION()").await,
        "0"
    );
    let changed = "UPDATE TOP (1) dbo.INVENTSUM SET AVAILPHYSICAL = AVAILPHYSICAL + 1;
                   SELECT COUNT(*) FROM CHANGETABLE(CHANGES dbo.INVENTSUM, 0) AS CT JOIN dbo.INVENTSUM AS S
                     ON S.PARTITION = CT.PARTITION AND S.DATAAREAID = CT.DATAAREAID AND S.ITEMID = CT.ITEMID AND S.INVENTDIMID = CT.INVENTDIMID";
    assert_eq!(ask(&mut client, changed).await, "1");
}

#[tokio::test]
async fn a_rtm_database_has_no_partitions_and_its_products_by_level() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start();
    let mut client = server.connect().await;
    let scripted = loaded(&generated(folder.path()), Layout::Rtm, &mut client).await;
    counted(&scripted, &mut client).await;
    let columns = "SELECT COUNT(*) FROM INFORMATION_SCHEMA.COLUMNS WHERE COLUMN_NAME = N'PARTITION' OR TABLE_NAME = N'PARTITIONS'";
    assert_eq!(ask(&mut client, columns).await, "0");
    let (all, masters) = (
        rows(&scripted, "ECORESPRODUCT"),
        rows(&scripted, "ECORESPRODUCTMASTER"),
    );
    let (distinct, variants) = (
        rows(&scripted, "ECORESDISTINCTPRODUCT"),
        rows(&scripted, "ECORESDISTINCTPRODUCTVARIANT"),
    );
    assert!(masters > 0 && variants > masters, "{scripted:?}");
    assert_eq!(all, masters + distinct);
    // Each variant is a distinct product, a product, and has a master.
    let joined = "SELECT COUNT(*) FROM dbo.ECORESDISTINCTPRODUCTVARIANT AS V
                  JOIN dbo.ECORESDISTINCTPRODUCT AS D ON D.RECID = V.RECID JOIN dbo.ECORESPRODUCT AS P ON P.RECID = V.RECID
                  JOIN dbo.ECORESPRODUCTMASTER AS M ON M.RECID = V.PRODUCTMASTER";
    assert_eq!(ask(&mut client, joined).await, variants.to_string());
}

#[tokio::test]
async fn an_export_of_a_real_product_catalogue_arrives_whole() {
    let export = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/adventureworks");
    if !export.is_dir() {
        println!("skipped: there is no folder {}", export.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("company.db");
    load(&export, &file, Existing::Keep).unwrap();
    let server = Server::start();
    let mut client = server.connect().await;
    let before = Instant::now();
    let scripted = loaded(&file, Layout::R2, &mut client).await;
    println!("loaded in {:?}", before.elapsed());
    counted(&scripted, &mut client).await;
    assert!(rows(&scripted, "ECORESPRODUCTTRANSLATION") > 2_000);
    let languages = "SELECT LANGUAGEID, COUNT(*) AS N FROM dbo.ECORESPRODUCTTRANSLATION WHERE LANGUAGEID = N'th' GROUP BY LANGUAGEID";
    assert!(ask(&mut client, languages).await.starts_with("th "));
}

#[test]
fn the_command_writes_the_script_whole_and_never_over_a_file_unasked() {
    let program = Axcs::new();
    let script = program.dir().join("company.sql");
    let file = script.to_str().unwrap();
    let generate = |more: &[&str]| {
        let command = ["company", "generate", "--items", "5", "--sql", file];
        program.run(&[&command, more].concat())
    };
    assert_eq!(generate(&["--layout", "rtm"]).code, 0);
    let text = std::fs::read_to_string(&script).unwrap();
    assert!(
        text.contains("INSERT INTO dbo.ECORESDISTINCTPRODUCT "),
        "{text}"
    );
    assert!(!text.contains("[PARTITION]"), "{text}");
    // A word of T-SQL, which only brackets make the name of a column.
    assert!(
        text.contains("[AUTHORIZATION]") && !text.contains(" AUTHORIZATION"),
        "{text}"
    );

    // Refused before anything is made: the company is still there, the file as it was.
    let refused = generate(&[]);
    assert_eq!(
        (refused.code, refused.stderr.contains("--replace")),
        (2, true),
        "{refused:?}"
    );
    assert_eq!(std::fs::read_to_string(&script).unwrap(), text);
    assert_eq!(generate(&["--replace"]).code, 0);
    let text = std::fs::read_to_string(&script).unwrap();
    assert!(text.contains("CREATE TABLE dbo.PARTITIONS"), "{text}");
    assert!(!program.dir().join("company.sql.part").exists());

    // Without a script there is no layout of one.
    assert_eq!(
        program
            .run(&["company", "generate", "--items", "5", "--layout", "rtm"])
            .code,
        2
    );
}

#[test]
fn an_export_that_is_loaded_can_be_written_as_a_script_too() {
    let program = Axcs::new();
    let export = program.dir().join("export");
    std::fs::create_dir(&export).unwrap();
    std::fs::write(export.join("DATAAREA.csv"), "ID,NAME\nusmf,Contoso's\n").unwrap();
    let script = program.dir().join("company.sql");
    program.ok(&[
        "company",
        "load",
        export.to_str().unwrap(),
        "--sql",
        script.to_str().unwrap(),
    ]);
    let text = std::fs::read_to_string(&script).unwrap();
    assert!(text.contains("N'Contoso''s'"), "{text}");
}
