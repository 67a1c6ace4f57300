//! When jobs start, edited at the console.

use axcs::console::app::Setting;
use axcs::model::Job;
use axcs::model::recurrence::Pattern;
use axcs::model::schedule::Schedule;

use crate::desk::{Asked, desk};
use crate::scenes::starts::{self, editor, taken, timetable, typed, usual};
use crate::scenes::{Look, Stage, setting, text_of};

const SIZE: (u16, u16) = (80, 24);

#[track_caller]
fn assert_shows(stage: &Stage, words: &str) {
    let text = text_of(&stage.draw());
    assert!(text.contains(words), "{words} is not in\n{text}");
}

fn pattern(schedule: &Schedule) -> Option<Pattern> {
    schedule.recurrence.as_ref().map(|found| found.pattern)
}

#[test]
fn the_next_ten_starts_follow_what_is_typed() {
    let mut stage = editor(SIZE, Look::DARK, "");
    assert_shows(&stage, "Recurrence of the inventory job");
    assert_shows(&stage, "Next starts, America/New_York");
    let rows = |stage: &Stage| text_of(&stage.draw()).matches("│ Thu 2026-03-12").count();
    assert_eq!(rows(&stage), 10, "every 15 minutes, all today");
    stage.press(&"backspace ".repeat(20)).write("day");
    assert_eq!(rows(&stage), 0, "today's has passed");
    assert_shows(&stage, "Fri 2026-03-13 00:00");
    assert_shows(&stage, "Sun 2026-03-22 00:00");
    assert_shows(
        &stage,
        "inventory starts every day at 00:00 from 2026-03-01",
    );
}

#[test]
fn what_is_wrong_is_said_at_once_and_is_not_saved() {
    let mut stage = typed(SIZE, Look::DARK, "", "15m");
    assert_shows(&stage, "is not how often");
    assert_shows(&stage, "once nothing is marked");
    stage.asked();
    // From another field the key leads back to what is wrong.
    stage.press("down down enter");
    assert_eq!(taken(&stage.asked()), []);
    assert_shows(&stage, ">▲Every");
    stage.press("backspace").write(" minutes");
    assert!(!text_of(&stage.draw()).contains("▲Every"));
}

#[test]
fn what_is_typed_is_saved_against_what_was_seen() {
    let mut stage = typed(SIZE, Look::DARK, "", "2 hours");
    stage.asked();
    stage.press("enter");
    let taken = taken(&stage.asked());
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].job, Job::Inventory);
    assert_eq!(taken[0].before, timetable(Job::Inventory).schedule);
    assert_eq!(pattern(&taken[0].wanted), Some(Pattern::Hours(2)));
    assert_shows(&stage, "inventory starts every 2 hours.");
    assert!(!text_of(&stage.draw()).contains("Next starts"));
}

#[test]
fn an_empty_recurrence_is_none() {
    let mut stage = typed(SIZE, Look::DARK, "", "");
    assert_shows(&stage, "It starts by hand only.");
    stage.asked();
    stage.press("enter");
    assert_eq!(taken(&stage.asked())[0].wanted.recurrence, None);
}

#[test]
fn leaving_asks_only_where_something_would_be_lost() {
    let stage = editor(SIZE, Look::DARK, "down down esc");
    assert!(!text_of(&stage.draw()).contains("Recurrence of the"));
    let mut stage = typed(SIZE, Look::DARK, "", "2 hours");
    stage.press("esc");
    assert_shows(&stage, "Leave without saving?");
    stage.press("n");
    assert_shows(&stage, "2 hours");
    stage.press("esc y");
    assert!(!text_of(&stage.draw()).contains("Recurrence of the"));
    let mut back = editor(SIZE, Look::DARK, "");
    back.press("backspace").write("s").press("esc");
    assert!(!text_of(&back.draw()).contains("Leave without saving?"));
}

#[test]
fn saving_what_was_not_changed_changes_nothing() {
    let mut stage = editor(SIZE, Look::DARK, "");
    stage.asked();
    stage.press("enter");
    assert_eq!(taken(&stage.asked()), []);
    assert_shows(&stage, "Nothing was changed.");
}

#[test]
fn a_refusal_keeps_what_was_typed() {
    let stage = starts::refused(SIZE, Look::DARK);
    assert_shows(&stage, "Somebody else has set another one");
    assert_shows(&stage, "hour");
}

#[test]
fn the_usual_recurrences_are_given_after_a_question_that_says_what_changes() {
    let mut stage = Stage::new(SIZE, Look::DARK).answering();
    stage.press("E");
    assert_shows(&stage, "This changes 2 jobs");
    assert_shows(
        &stage,
        "trade-agreements: now as required, then every day at 04:00",
    );
    assert_shows(&stage, "orders: now as required, then every 15 minutes");
    stage.asked();
    stage.press("n");
    assert_eq!(taken(&stage.asked()), []);
    stage.press("E");
    stage.asked();
    stage.press("y");
    assert_eq!(taken(&stage.asked()), usual());
    assert_shows(&stage, "2 jobs have their usual recurrence.");
}

#[test]
fn a_read_only_console_shows_the_recurrence_and_saves_none() {
    let setting = Setting {
        read_only: true,
        ..setting(SIZE, Look::DARK)
    };
    let mut stage = Stage::with(setting, SIZE).answering();
    stage.press("g e ctrl-n enter");
    assert_shows(&stage, "The console is read-only: it changes no job.");
    stage.press("esc y E");
    assert_shows(&stage, "The console is read-only: it changes no job.");
    assert_eq!(taken(&stage.asked()), []);
}

#[test]
fn the_checklist_leads_to_the_jobs_and_says_the_key() {
    let mut stage = crate::scenes::office::checklists(SIZE, Look::DARK);
    stage.press("g down down down down down down enter");
    assert_shows(
        &stage,
        "e changes when a job starts, E gives all their usual recurrence.",
    );
    stage.press("e");
    assert_shows(&stage, "Recurrence of the");
}

#[tokio::test]
async fn the_whole_console_sets_a_recurrence() {
    let mut desk = desk().await;
    desk.press("e").await;
    desk.assert_shows("Next starts, America/New_York");
    desk.press("ctrl-n enter").await;
    let asked = desk.engine.asked();
    let Some(Asked::Take(replan)) = asked.last() else {
        panic!("{asked:?}");
    };
    assert_eq!(pattern(&replan.wanted), Some(Pattern::Minutes(30)));
    desk.assert_shows("inventory starts every 30 minutes.");
}
