//! In production a question that takes something away is answered by typing the name of the profile.

use axcs::console::app::{Change, Effect, Msg};
use axcs::jobs::RunOptions;
use axcs::model::Job;

use crate::scenes::list::production;
use crate::scenes::{Look, Stage, suspended, text_of};

const SIZE: (u16, u16) = (80, 24);

#[track_caller]
fn assert_shows(stage: &Stage, words: &str) {
    let text = text_of(&stage.draw());
    assert!(text.contains(words), "{words} is not in\n{text}");
}

#[test]
fn a_key_answers_nothing_in_production_and_the_name_does() {
    let mut stage = production(SIZE, Look::DARK);
    stage.press("W");
    assert_shows(&stage, "Suspend all jobs?");
    assert_shows(&stage, "This withholds 5 jobs");
    assert_shows(
        &stage,
        "PRODUCTION: type the name of the profile, demo, to do it:",
    );
    stage.asked();
    stage.press("y enter");
    assert_eq!(stage.asked(), []);
    assert_shows(&stage, "That is not demo.");
    stage.press("ctrl-u").write("demo").press("enter");
    assert_eq!(stage.asked(), [Effect::Change(Change::SuspendAll)]);
    assert!(stage.app.overlays().is_empty());
}

#[test]
fn another_name_is_refused_until_it_is_the_right_one_or_somebody_gives_up() {
    let mut stage = production(SIZE, Look::DARK);
    stage.press("G r");
    assert_shows(&stage, "Run the complete job?");
    stage.asked();
    for wrong in ["Demo", "dem", "demo2", ""] {
        stage.press("ctrl-u").write(wrong).press("enter");
        assert_shows(&stage, "That is not demo.");
    }
    stage.press("esc");
    assert!(stage.app.overlays().is_empty());
    assert_eq!(stage.asked(), []);
    stage.press("r").write(" demo ").press("enter");
    let options = RunOptions::default();
    assert!(
        matches!(&stage.asked()[..], [Effect::Start(Job::Complete, asked)] if asked.dry_run == options.dry_run)
    );
}

#[test]
fn what_takes_nothing_away_is_answered_by_a_key_there_too() {
    let mut stage = production(SIZE, Look::DARK);
    stage.send(Msg::Overview(Ok(suspended()))).press("U");
    assert_shows(&stage, "Resume all jobs?");
    stage.asked();
    stage.press("y");
    assert_eq!(stage.asked(), [Effect::Change(Change::ResumeAll)]);
}

#[test]
fn elsewhere_a_key_is_enough() {
    let mut stage = Stage::new(SIZE, Look::DARK);
    stage.press("W");
    stage.asked();
    stage.press("y");
    assert_eq!(stage.asked(), [Effect::Change(Change::SuspendAll)]);
}
