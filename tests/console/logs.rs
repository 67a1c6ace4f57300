//! The tab *Logs*: lines arrive, are followed and found.

use crossterm::event::Event;

use crate::desk::desk;
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
