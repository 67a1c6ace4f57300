//! The tab *Exceptions*: what is listed, opened, retried and resolved by keys.

use axcs::model::Filter;
use axcs::model::exception::{ExceptionFilter, ExceptionId};

use crate::desk::{Asked, TestDesk, desk};

async fn exceptions() -> TestDesk {
    let mut desk = desk().await;
    desk.press("6").await;
    desk.engine.asked_in_all();
    desk
}

fn these(ids: &[i64]) -> ExceptionFilter {
    ExceptionFilter {
        ids: Some(ids.iter().copied().map(ExceptionId).collect()),
        ..ExceptionFilter::default()
    }
}

#[tokio::test]
async fn the_tab_tells_how_many_are_open_from_the_first_screen_on() {
    let mut desk = desk().await;
    desk.assert_shows("6 Exceptions 26");
    desk.press("6").await;
    desk.assert_shows("[6 Exceptions 26]");
    desk.assert_shows("26 open");
    desk.assert_shows("trade-agreements the run");
}

#[tokio::test]
async fn closed_ones_are_listed_on_demand() {
    let mut desk = exceptions().await;
    desk.press("G").await;
    assert!(!desk.text().contains("resolved"));
    desk.press("a G").await;
    desk.assert_shows("resolved");
    desk.assert_shows("closed ones too");
    desk.press("e").await;
    desk.assert_shows("The chosen exceptions are closed already.");
    desk.press("r").await;
    desk.assert_shows("No chosen exception is open.");
    assert_eq!(desk.engine.asked(), []);
    desk.press("enter").await;
    desk.assert_shows("Agreed with the store");
    desk.press("esc a").await;
    desk.assert_shows("closed ones left out");
}

#[tokio::test]
async fn an_exception_opens_with_cause_and_remedy() {
    let mut desk = exceptions().await;
    desk.press("j enter").await;
    for words in [
        "Exception 38",
        "Line 2 orders item M-0099",
        "Release the item",
        "unknown-item",
        "shop-W-100786",
    ] {
        desk.assert_shows(words);
    }
}

#[tokio::test]
async fn the_selected_one_is_retried_at_once_and_marked_ones_after_a_question() {
    let mut desk = exceptions().await;
    desk.press("j r").await;
    assert_eq!(desk.engine.asked(), [Asked::Retry(these(&[38]))]);
    desk.press("g m m m m r").await;
    // The third of them is being retried already.
    desk.assert_shows("Retry 3 exceptions?");
    desk.press("y").await;
    assert_eq!(desk.engine.asked(), [Asked::Retry(these(&[39, 38, 36]))]);
}

#[tokio::test]
async fn all_that_match_are_retried_after_a_question_that_counts_them() {
    let mut desk = exceptions().await;
    desk.press("/").await;
    desk.write("tax").await;
    desk.press("enter R").await;
    desk.assert_shows("Retry 22 exceptions?");
    desk.press("y").await;
    let filter = ExceptionFilter {
        terms: Filter::anywhere("tax"),
        ..ExceptionFilter::default()
    };
    assert_eq!(desk.engine.asked(), [Asked::Retry(filter)]);
    desk.press("esc /").await;
    desk.write("nothing like it").await;
    desk.press("enter R").await;
    desk.assert_shows("No exception in the list is open.");
    assert_eq!(desk.engine.asked(), []);
}

#[tokio::test]
async fn one_is_resolved_with_a_note_and_several_after_a_question() {
    let mut desk = exceptions().await;
    desk.press("e").await;
    desk.write("Mended.").await;
    desk.press("enter").await;
    let note = || "Mended.".to_owned();
    assert_eq!(desk.engine.asked(), [Asked::Resolve(these(&[39]), note())]);
    desk.assert_shows("1 exception closed with the note.");
    desk.press("m m e").await;
    desk.write("Mended.").await;
    desk.press("enter").await;
    desk.assert_shows("This closes 2 exceptions.");
    assert_eq!(desk.engine.asked(), []);
    desk.press("n").await;
    assert_eq!(desk.engine.asked(), []);
    desk.assert_shows("2 marked");
}

#[tokio::test]
async fn a_note_is_a_text_of_bounded_length_without_commands_for_the_terminal() {
    let mut desk = exceptions().await;
    desk.press("e").await;
    desk.keys
        .send(Ok(crossterm::event::Event::Paste(
            "\u{1b}[2J bell\u{7}".to_owned(),
        )))
        .await
        .unwrap();
    desk.press("enter").await;
    let asked = desk.engine.asked();
    assert_eq!(
        asked,
        [Asked::Resolve(these(&[39]), "␛[2J bell␇".to_owned())]
    );
    desk.press("e").await;
    desk.write(&"n".repeat(501)).await;
    desk.press("enter").await;
    desk.assert_shows("at most 500 characters");
    assert_eq!(desk.engine.asked(), []);
}

#[tokio::test]
async fn the_list_is_read_again_when_a_run_ends_whatever_tab_is_in_front() {
    let mut desk = desk().await;
    desk.engine.asked_in_all();
    desk.engine.live.send_modify(|live| live.changes += 1);
    desk.settle().await;
    let filter = ExceptionFilter {
        limit: Some(300),
        ..ExceptionFilter::default()
    };
    assert_eq!(desk.engine.asked_in_all(), [Asked::Exceptions(filter)]);
}

#[tokio::test]
async fn all_that_match_are_resolved_with_one_note_after_a_question_that_counts_them() {
    let mut desk = exceptions().await;
    desk.press("/").await;
    desk.write("tax").await;
    desk.press("enter E").await;
    desk.write("Mended.").await;
    desk.press("enter").await;
    desk.assert_shows("This closes 22 exceptions.");
    desk.press("y").await;
    let filter = ExceptionFilter {
        terms: Filter::anywhere("tax"),
        ..ExceptionFilter::default()
    };
    assert_eq!(
        desk.engine.asked(),
        [Asked::Resolve(filter, "Mended.".to_owned())]
    );
}
