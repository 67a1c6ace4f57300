//! What is listed leaves the console: the chosen records as text, all that match as a file.

use std::path::Path;
use std::sync::atomic::Ordering;

use axcs::console::outlet::Outlet;

use crate::desk::{TestDesk, desk_over_log};

/// A console that writes into a folder.
async fn desk() -> (tempfile::TempDir, TestDesk) {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk_over_log(folder.path().join("axcs.log")).await;
    let outlet = Outlet::files(folder.path().to_owned());
    *desk.console = (*desk.console).with_outlet(outlet);
    (folder, desk)
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

/// The rows of the only file, its head first.
fn rows(folder: &Path) -> Vec<Vec<String>> {
    let [name] = &files(folder)[..] else {
        panic!("one file, not {:?}", files(folder));
    };
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    assert!(
        text.starts_with('\u{feff}'),
        "Excel has to know that it is UTF-8"
    );
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).from_reader(text.as_bytes());
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(String::from).collect());
    rows.collect()
}

#[tokio::test]
async fn all_orders_that_the_filter_lists_are_written_with_their_number() {
    let (folder, mut desk) = desk().await;
    desk.press("5 x").await;
    desk.assert_shows("Written to ");
    let all = rows(folder.path());
    assert_eq!(all.len(), 1 + 61);
    assert_eq!(all[0][..3], ["Order", "Number", "Store"]);
    let name = files(folder.path()).remove(0);
    assert!(
        name.starts_with("axcs-orders-") && Path::new(&name).extension() == Some("csv".as_ref()),
        "{name}"
    );
    std::fs::remove_file(folder.path().join(name)).unwrap();
    desk.press("/").await;
    desk.write("state:exception").await;
    desk.press("enter x").await;
    let some = rows(folder.path());
    assert!(
        some.len() > 1 && some[1..].iter().all(|row| row[4] == "exception"),
        "{some:?}"
    );
}

#[tokio::test]
async fn exceptions_and_items_are_written_too_and_an_empty_list_has_its_head() {
    for (keys, head, number) in [("6 x", "Exception", 26), ("3 x", "Item", 20)] {
        let (folder, mut desk) = desk().await;
        desk.press(keys).await;
        let all = rows(folder.path());
        assert_eq!(all[0][0], head);
        assert!(all.len() > number, "{}", all.len());
    }
    let (folder, mut desk) = desk().await;
    desk.press("5 /").await;
    desk.write("nobody-at-all").await;
    desk.press("enter x").await;
    desk.assert_shows("0 orders");
    assert_eq!(rows(folder.path()).len(), 1);
}

/// A console whose ledger has many thousand orders.
async fn desk_with_pages(pages: usize) -> (tempfile::TempDir, TestDesk) {
    let (folder, desk) = desk().await;
    desk.engine.pages.store(pages, Ordering::Relaxed);
    (folder, desk)
}

#[tokio::test]
async fn a_list_of_many_pages_is_one_file() {
    let (folder, mut desk) = desk_with_pages(5).await;
    desk.press("5 x").await;
    desk.assert_shows("5,061 orders");
    assert_eq!(rows(folder.path()).len(), 1 + 5_061);
}

#[tokio::test]
async fn esc_ends_a_list_that_is_written_and_nothing_is_left_of_it() {
    for end in ["esc", "ctrl-x", "4 ctrl-x"] {
        let (folder, mut desk) = desk_with_pages(100_000).await;
        desk.press(&format!("5 x {end}")).await;
        desk.assert_shows("nothing is left of the file");
        assert_eq!(files(folder.path()), [""; 0], "{end}");
        assert!(desk.engine.pages.load(Ordering::Relaxed) > 99_000);
        desk.engine.pages.store(0, Ordering::Relaxed);
        desk.press("5 x").await;
        desk.assert_shows("Written to ");
    }
}

#[tokio::test]
async fn another_list_waits_until_the_one_is_written() {
    let (_folder, mut desk) = desk_with_pages(100_000).await;
    desk.press("5 x x esc").await;
    desk.assert_shows("nothing is left of the file");
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_said_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("exports");
    std::fs::write(&in_the_way, "").unwrap();
    let mut desk: TestDesk = desk_over_log(in_the_way.join("axcs.log")).await;
    desk.press("5 x").await;
    desk.assert_shows("The list was not written.");
    desk.press("x").await;
    desk.assert_shows("The list was not written.");
}

#[tokio::test]
async fn the_chosen_records_are_copied_a_line_each() {
    for (keys, what, number, begins) in [
        ("5 y", "orders", 1, "shop-W-"),
        ("5 m m m y", "orders", 3, "shop-W-"),
        ("6 m m y", "exceptions", 2, ""),
        ("3 y", "items", 1, ""),
        ("3 m m y", "items", 2, ""),
    ] {
        let (folder, mut desk) = desk().await;
        desk.press(keys).await;
        desk.assert_shows("Written to ");
        let name = files(folder.path()).remove(0);
        assert!(name.starts_with(&format!("axcs-{what}-")), "{name}");
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(text.lines().count(), number, "{keys}: {text}");
        assert!(
            text.lines()
                .all(|line| line.starts_with(begins) && line.contains('\t')),
            "{text}"
        );
    }
}
