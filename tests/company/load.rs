//! Loading an export of AX tables: all or nothing, and every fault is named by file, line, column
//! and value.

use std::fs;
use std::path::PathBuf;

use axcs::company::embedded::{Embedded, Existing, LoadError, Loaded, info, load};
use axcs::company::{Company, Entry};
use axcs::model::{Selection, Stream};

struct Export {
    folder: tempfile::TempDir,
}

const COMPANY: &str = "ID,NAME\nusmf,Contoso\n";

impl Export {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("export")).unwrap();
        let export = Self { folder };
        export.write("DATAAREA.csv", COMPANY.as_bytes());
        for (name, bytes) in files {
            export.write(name, bytes);
        }
        export
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join("export").join(name), bytes).unwrap();
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("company.db")
    }

    fn load(&self) -> Result<Loaded, LoadError> {
        load(
            &self.folder.path().join("export"),
            &self.target(),
            Existing::Keep,
        )
    }

    /// Loads, expects it to fail and to leave nothing behind, and returns the message without the
    /// folder.
    fn fault(&self) -> String {
        let error = self.load().unwrap_err();
        let left: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        assert_eq!(left, ["export"], "{error}");
        let folder = format!(
            "{}{}",
            self.folder.path().join("export").display(),
            std::path::MAIN_SEPARATOR
        );
        error.to_string().replace(&folder, "")
    }

    fn value(&self, sql: &str) -> String {
        let connection = rusqlite::Connection::open(self.target()).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

fn fault_of(name: &str, bytes: impl AsRef<[u8]>) -> String {
    Export::new(&[(name, bytes.as_ref())]).fault()
}

#[test]
fn columns_come_in_any_order_and_case_and_missing_ones_get_the_default_of_ax() {
    let export = Export::new(&[
        (
            "dlvmode.CSV",
            b"txt,Extra,Code,dataareaid\r\nGround,x,GROUND,usmf\r\n",
        ),
        ("PRICEDISCTABLE.csv", b"RECID,DATAAREAID\n1,usmf\n"),
        ("UNKNOWN.csv", b"A\n1\n"),
        ("notes.txt", b"hello"),
    ]);
    let loaded = export.load().unwrap();
    assert_eq!(loaded.ignored_files, ["UNKNOWN.csv", "notes.txt"]);
    let table = loaded
        .tables
        .iter()
        .find(|table| table.table == "DLVMODE")
        .unwrap();
    assert_eq!(
        (table.rows, table.ignored_columns.as_slice()),
        (1, &["EXTRA".to_owned()][..])
    );
    let row = "SELECT CODE || '|' || TXT || '|' || SHIPCARRIERID || '|' || PARTITION || '|' || RECVERSION FROM DLVMODE";
    assert_eq!(export.value(row), "GROUND|Ground||5637144576|1");
    let row = "SELECT AMOUNT || '|' || FROMDATE || '|' || RELATION FROM PRICEDISCTABLE";
    assert_eq!(export.value(row), "0|1900-01-01 00:00:00|0");
    assert_eq!(info(&export.target()).unwrap().counts.delivery_modes, 1);
}

#[test]
fn texts_are_kept_byte_for_byte_with_their_line_breaks_and_a_byte_order_mark_is_none_of_them() {
    let csv = "\u{feff}PRODUCT,LANGUAGEID,NAME,DESCRIPTION\r\n1,he,\"אופניים \"\"שקט\"\"\",\" two\r\nlines, \"\r\n";
    let export = Export::new(&[("ECORESPRODUCTTRANSLATION.csv", csv.as_bytes())]);
    export.load().unwrap();
    assert_eq!(
        export.value("SELECT NAME FROM ECORESPRODUCTTRANSLATION"),
        "אופניים \"שקט\""
    );
    assert_eq!(
        export.value("SELECT DESCRIPTION FROM ECORESPRODUCTTRANSLATION"),
        " two\r\nlines, "
    );
}

#[test]
fn a_value_that_does_not_fit_its_column_is_named_with_file_line_and_column() {
    for (table, header, row, fault) in [
        (
            "INVENTTABLE",
            "DATAAREAID,ITEMID,RECID,PRODUCT",
            "usmf,A,1,x1",
            "column PRODUCT: \"x1\" is not a whole number (bigint)",
        ),
        (
            "INVENTTABLE",
            "DATAAREAID,ITEMID,RECID,ITEMTYPE",
            "usmf,A,1,3000000000",
            "column ITEMTYPE: \"3000000000\" is not a whole number (int)",
        ),
        (
            "INVENTTABLE",
            "DATAAREAID,ITEMID,RECID,NETWEIGHT",
            "usmf,A,1,\"1,5\"",
            "column NETWEIGHT: \"1,5\" is not a decimal number such as 12.5",
        ),
        (
            "INVENTTABLE",
            "DATAAREAID,ITEMID,RECID,MODIFIEDDATETIME",
            "usmf,A,1,31.12.2025",
            "column MODIFIEDDATETIME: \"31.12.2025\" is not a date such as 2025-01-31 or 2025-01-31 23:59:59",
        ),
        (
            "DLVMODE",
            "DATAAREAID,CODE",
            "usmf,ELEVENCHARS",
            "column CODE: \"ELEVENCHARS\" has 11 characters, the column holds 10",
        ),
    ] {
        let message = fault_of(&format!("{table}.csv"), format!("{header}\n{row}\n"));
        assert_eq!(message, format!("{table}.csv, line 2, {fault}"));
    }
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for end in ["\n", "\r\n"] {
        let rows = [
            "PRODUCT,LANGUAGEID,DESCRIPTION",
            "1,en-us,\"one",
            "two",
            "\"",
            "",
            "2,en-us,fine",
            "",
            "x,en-us,here",
        ];
        let message = fault_of("ECORESPRODUCTTRANSLATION.csv", rows.join(end));
        let expected = "ECORESPRODUCTTRANSLATION.csv, line 8, column PRODUCT: \"x\" is not a whole number (bigint)";
        assert_eq!(message, expected);
    }
}

#[test]
fn two_rows_with_the_same_key_are_named_by_both_lines() {
    let csv = "DATAAREAID,CODE,TXT\nusmf,GROUND,\"a\nb\"\nusmf,AIR,\nusmf,GROUND,again\n";
    assert_eq!(
        fault_of("DLVMODE.csv", csv),
        "DLVMODE.csv, line 5: the key DATAAREAID \"usmf\", CODE \"GROUND\" is already on line 2"
    );
    let csv = "DATAAREAID,ITEMID,RECID\nusmf,A,7\nusmf,B,8\nusmf,C,7\n";
    assert_eq!(
        fault_of("INVENTTABLE.csv", csv),
        "INVENTTABLE.csv, line 4: the key RECID 7 is already on line 2"
    );
    let csv = "RECID,DATAAREAID\n07,usmf\n7,usmf\n";
    assert_eq!(
        fault_of("PRICEDISCTABLE.csv", csv),
        "PRICEDISCTABLE.csv, line 3: the key RECID 7 is already on line 2"
    );
}

#[test]
fn a_header_without_a_key_column_or_with_one_twice_is_refused() {
    assert_eq!(
        fault_of("DLVMODE.csv", "CODE,TXT\nGROUND,Ground\n"),
        "DLVMODE.csv: the header has no column DATAAREAID, which is part of the table's key"
    );
    assert_eq!(
        fault_of("DLVMODE.csv", "DATAAREAID,CODE,Code\nusmf,A,B\n"),
        "DLVMODE.csv: the header names the column CODE twice"
    );
    let empty = fault_of("DLVMODE.csv", "");
    assert!(empty.contains("no column"), "{empty}");
}

#[test]
fn a_row_with_more_or_fewer_fields_is_refused() {
    for (row, found) in [("usmf,A,x", 3), ("usmf", 1)] {
        let csv = format!("DATAAREAID,CODE\nusmf,OK\n{row}\n");
        let expected = format!("DLVMODE.csv, line 3: {found} fields, the header has 2");
        assert_eq!(fault_of("DLVMODE.csv", csv), expected);
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_refused_with_a_hint() {
    let message = fault_of("DLVMODE.csv", b"DATAAREAID,CODE,TXT\nusmf,A,Stra\xdfe\n");
    assert_eq!(
        message,
        "DLVMODE.csv, line 2, column TXT: \"Stra\u{fffd}e\" is not UTF-8; export the table as \"CSV UTF-8\""
    );
}

#[test]
fn a_folder_that_is_missing_or_holds_no_company_is_refused() {
    let export = Export::new(&[]);
    export.write("DATAAREA.csv", b"ID,NAME\n");
    assert!(matches!(export.load(), Err(LoadError::NoCompany { .. })));
    assert!(!export.target().exists());
    let missing = load(
        &export.folder.path().join("none"),
        &export.target(),
        Existing::Keep,
    );
    assert!(matches!(missing, Err(LoadError::Unreadable { .. })));
}

#[test]
fn a_fault_leaves_the_company_that_was_there() {
    let export = Export::new(&[("INVENTTABLE.csv", b"DATAAREAID,ITEMID,RECID\nusmf,A,1\n")]);
    export.load().unwrap();
    let before = info(&export.target()).unwrap();
    export.write("INVENTTABLE.csv", b"DATAAREAID,ITEMID,RECID\nusmf,A,one\n");
    let folder = export.folder.path().join("export");
    load(&folder, &export.target(), Existing::Replace).unwrap_err();
    assert_eq!(info(&export.target()).unwrap(), before);
}

#[tokio::test]
async fn an_export_with_sales_orders_and_packing_slips_is_read_as_it_stands() {
    let export = Export::new(&[
        (
            "SALESTABLE.csv",
            b"DATAAREAID,SALESID,SALESTYPE,SALESSTATUS,CUSTACCOUNT,PURCHORDERFORMNUM,RECID\n\
              usmf,SO-1,3,1,C1,W-1,1\nusmf,SO-2,3,9,C1,W-2,2\nusmf,SO-3,4,1,C1,W-3,3\n",
        ),
        (
            "SALESLINE.csv",
            b"DATAAREAID,SALESID,INVENTTRANSID,LINENUM,RECID\n\
              usmf,SO-1,L1,1.0000000000000000,1\nusmf,SO-1,L2,2.0000000000000000,2\n",
        ),
        (
            "CUSTPACKINGSLIPJOUR.csv",
            b"DATAAREAID,PACKINGSLIPID,SALESID,DELIVERYDATE,RECID\n\
              usmf,PS-1,SO-1,2026-03-02 00:00:00.000,1\n",
        ),
        (
            "CUSTPACKINGSLIPTRANS.csv",
            // Line 1 left in two parts, of two batches.
            b"DATAAREAID,PACKINGSLIPID,SALESID,ORIGSALESID,INVENTTRANSID,ITEMID,QTY,RECID\n\
              usmf,PS-1,SO-1,SO-1,L1,A,1.50,1\nusmf,PS-1,SO-1,SO-1,L2,B,2,2\nusmf,PS-1,SO-1,SO-1,L1,A,0.5,3\n",
        ),
        (
            "SHIPCARRIERSTAGING.csv",
            b"DATAAREAID,PACKINGSLIPID,SALESID,TRACKINGNUMBER,SHIPCARRIERVOIDINDICATOR,WEIGHT,RECID\n\
              usmf,PS-1,SO-1,1Z2,N,5,1\nusmf,PS-1,SO-1,1Z1,,5,2\nusmf,PS-1,SO-1,1Z0,Y,5,3\n",
        ),
    ]);
    export.load().unwrap();
    let company = Embedded::open(&export.target(), None).unwrap();
    let everything = Selection::everything();
    let read = async |stream| {
        let mut reading = company.read_all(stream, &everything, None).await.unwrap();
        reading.pages.recv().await.unwrap().unwrap()
    };
    let shipments = read(Stream::Shipments).await;
    let [Entry::Present(record)] = shipments.as_slice() else {
        panic!("{shipments:?}")
    };
    let mut json = Vec::new();
    record.write_json(&mut json).unwrap();
    assert_eq!(
        String::from_utf8(json).unwrap(),
        r#"{"packing_slip":"PS-1","sales_order":"SO-1","customer":"C1","requisition":"W-1","shipped":"2026-03-02","tracking_numbers":["1Z1","1Z2"],"lines":[{"line":1,"item":"A","quantity":"2"},{"line":2,"item":"B","quantity":"2"}]}"#
    );
    let statuses = read(Stream::OrderStatuses).await;
    assert!(matches!(
        statuses.as_slice(),
        [Entry::Present(_), Entry::Unreadable { id, .. }] if id == "SO-2"
    ));
}
