//! The tab *Logs*: lines arrive, are followed and found.

use axcs::console::outlet::{Outlet, TerminalSetting};
use crossterm::event::Event;

use crate::desk::{desk, desk_over_log};
use crate::scenes;

#[tokio::test]
async fn log_lines_arrive_and_are_found() {
    let mut desk = desk().await;
    desk.press("7").await;
    desk.assert_shows("Nothing has been logged yet.");
    for line in scenes::log(200) {
        desk.ring.push(line);
    }
    desk.settle().await;
    desk.assert_shows("following · every level · 200 lines");
    desk.press("/ t i m e d enter").await;
    desk.assert_shows("line 9 of 9 with a hit");
    desk.press("n").await;
    desk.assert_shows("line 1 of 9 with a hit");
    desk.press("N N esc v v v").await;
    desk.assert_shows("errors only · 4 of 200 lines");
    // While it is typed, a key is text: this quits nothing.
    assert_eq!(desk.press("/ q 1 2 ?").await, None);
    desk.assert_shows("Search: q12?");
    desk.keys
        .send(Ok(Event::Paste(" pasted\nsecond line".to_owned())))
        .await
        .unwrap();
    desk.settle().await;
    desk.assert_shows("Search: q12? pasted  ");
}

#[tokio::test]
async fn following_ends_by_scrolling_and_begins_again_at_the_end() {
    let mut desk = desk().await;
    desk.press("7").await;
    for line in scenes::log(200) {
        desk.ring.push(line);
    }
    desk.settle().await;
    desk.press("k").await;
    let before = desk.text();
    assert!(before.contains("standing still"));
    let mut last = scenes::log(1).remove(0);
    last.text = "the very last".to_owned();
    desk.ring.push(last);
    desk.settle().await;
    assert_eq!(
        desk.text().replace("201 lines", "200 lines"),
        before,
        "the page stands still"
    );
    desk.press("G").await;
    desk.assert_shows("the very last");
}

#[tokio::test]
async fn lines_are_narrowed_by_the_one_language_and_copied_and_exported() {
    let mut desk = desk().await;
    let folder = tempfile::tempdir().unwrap();
    let outlet = Outlet::detect(
        false,
        folder.path().to_owned(),
        TerminalSetting::Off,
        |name| (name == "TERM").then(|| "xterm".to_owned()),
    );
    *desk.console = (*desk.console).with_outlet(outlet);
    desk.press("7").await;
    for line in scenes::log(200) {
        desk.ring.push(line);
    }
    desk.settle().await;
    desk.press("&").await;
    desk.write("level>=error").await;
    desk.press("enter").await;
    desk.assert_shows("4 of 200 lines");
    desk.press("& enter esc").await;
    desk.assert_shows("200 lines");
    desk.press("&").await;
    desk.write("nobody:1").await;
    desk.press("enter").await;
    desk.assert_shows("there is no field nobody");
    desk.press("esc y").await;
    desk.assert_shows("Given to the terminal's clipboard: ");
    desk.press("/ ctrl-r").await;
    desk.write("(").await;
    desk.press("enter").await;
    desk.assert_shows("This is no regular expression");
    desk.press("esc v v v x").await;
    desk.assert_shows("Written to ");
    let exported = std::fs::read_dir(folder.path()).unwrap().next().unwrap();
    let exported = std::fs::read_to_string(exported.unwrap().path()).unwrap();
    assert_eq!(exported.lines().count(), 4, "{exported}");
}

/// A file of so many lines, a second each.
fn file_of(lines: i64) -> (tempfile::TempDir, std::path::PathBuf) {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("axcs.log");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    for number in 0..lines {
        let at = jiff::Timestamp::from_second(1_796_000_000 + number).unwrap();
        let level = if number % 100_000 == 7 {
            "ERROR"
        } else {
            " INFO"
        };
        writeln!(
            file,
            "{at} {level} axcs::jobs: line {number} of a long night"
        )
        .unwrap();
    }
    (folder, path)
}

#[tokio::test]
async fn a_million_lines_of_the_file_are_walked_filtered_searched_and_exported() {
    let (folder, path) = file_of(1_000_000);
    let mut desk = desk_over_log(path).await;
    desk.press("7 o").await;
    desk.assert_shows("line 999999 of a long night");
    desk.assert_shows("of 1,000,000");
    desk.press("g").await;
    desk.assert_shows("line 0 of a long night");
    desk.assert_shows("line 1 of 1,000,000");
    desk.press("pgdn pgdn j").await;
    desk.assert_shows("standing still");
    desk.press("/").await;
    desk.write("line 654321 of").await;
    desk.press("enter").await;
    desk.assert_shows("no further hit");
    desk.press("n").await;
    desk.assert_shows("line 654321 of a long night");
    desk.press("esc v v v").await;
    desk.assert_shows("errors only");
    desk.press("g").await;
    desk.assert_shows("line 7 of a long night");
    desk.assert_shows("line 900007 of a long night");
    desk.press("x").await;
    desk.assert_shows("10 lines written to");
    let exported = std::fs::read_dir(folder.path()).unwrap();
    let exported = exported
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains("axcs-log-"));
    let text = std::fs::read_to_string(exported.unwrap()).unwrap();
    assert_eq!(text.lines().count(), 10);
    desk.press("v G o").await;
    desk.assert_shows("Nothing has been logged yet.");
}

#[tokio::test]
async fn the_audit_stands_in_the_place_of_the_log_which_goes_on_behind_it() {
    let mut desk = desk().await;
    for line in scenes::log(20) {
        desk.ring.push(line);
    }
    desk.press("7").await;
    desk.assert_shows("20 lines");
    desk.press("v v v a").await;
    desk.assert_shows("the audit: who changed what");
    desk.assert_shows("5 lines");
    let text = desk.text();
    let place = |words: &str| {
        text.find(words)
            .unwrap_or_else(|| panic!("{words}: {text}"))
    };
    assert!(
        place("sign-in: this machine") < place("job: trade-agreements"),
        "newest last"
    );
    for line in scenes::log(3) {
        desk.ring.push(line);
    }
    desk.settle().await;
    desk.assert_shows("5 lines");
    desk.press("&").await;
    desk.write("exception: Test").await;
    desk.press("enter").await;
    desk.assert_shows("there is no field exception");
    desk.press("esc &").await;
    desk.write("\"exception:\" bob").await;
    desk.press("enter").await;
    desk.assert_shows("1 of 5 lines");
    desk.press("v").await;
    desk.assert_shows("have no level");
    desk.press("a").await;
    desk.assert_shows("every level");
    desk.assert_shows("23 lines");
}
