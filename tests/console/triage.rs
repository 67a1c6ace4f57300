//! A failing job answers what, since when, how often, why and what to do; and a long run says that
//! it is over.

use axcs::console::app::{Effect, Msg};
use axcs::console::outlet::{Outlet, TerminalSetting};
use axcs::model::Progress;
use axcs::model::exception::Documented;

use crate::desk::{Desk, Scripted, Written};
use crate::scenes::{self, Look, Stage, ago, complete_run, live, overview, text_of};

const SIZE: (u16, u16) = (80, 24);

#[track_caller]
fn assert_shows(stage: &Stage, words: &str) {
    let text = text_of(&stage.draw());
    assert!(text.contains(words), "{words} is not in\n{text}");
}

fn failing(documented: Documented) -> Stage {
    let mut stage = Stage::new(SIZE, Look::DARK).answering();
    let mut jobs = overview();
    if let Some(last) = &mut jobs[1].last {
        last.exception = Some(documented.because("A cause."));
    }
    stage.press("j").send(Msg::Overview(Ok(jobs)));
    stage.asked();
    stage
}

#[test]
fn a_failure_says_what_since_when_how_often_why_and_what_to_do() {
    let mut stage = Stage::new(SIZE, Look::DARK);
    let mut jobs = overview();
    jobs[1] = scenes::failing_for_days(jobs[1].clone());
    stage.press("j").send(Msg::Overview(Ok(jobs)));
    for words in [
        "Failed   A network error occurred",
        "Since    2026-03-10 04:53:12 EDT, 3 times in a row",
        "Why      POST http://127.0.0.1:8620",
        "To do    Check that the service runs",
        "Keys     f looks at account and service",
        "enter the whole cause",
        "Runs     ",
    ] {
        assert_shows(&stage, words);
    }
}

#[test]
fn the_key_of_the_remedy_does_its_first_step() {
    let mut stage = failing(Documented::NetworkError);
    stage.press("f");
    assert_shows(&stage, "[1 Account]");
    let mut stage = failing(Documented::CompleteRequired);
    stage.press("f");
    assert_shows(&stage, "Run the complete job?");
    let mut stage = failing(Documented::ConflictingJobs);
    stage.press("f");
    assert_shows(&stage, "Suspend all jobs?");
    let mut well = Stage::new(SIZE, Look::DARK);
    well.press("f");
    assert_shows(&well, "The inventory job does not fail.");
}

#[test]
fn the_log_shows_the_lines_of_the_run_until_that_filter_is_ended() {
    let mut stage = Stage::new(SIZE, Look::DARK);
    stage.press("G").running(complete_run).press("l");
    assert_shows(&stage, "[7 Logs]");
    assert_shows(&stage, "Filter: run:117");
    let text = text_of(&stage.draw());
    let lines = text.lines().skip(5).filter(|line| line.contains(" 117 "));
    assert!(lines.count() > 10, "{text}");
    assert!(!text.contains("available in WH"), "{text}");
    stage.press("esc");
    assert_shows(&stage, "available in WH");
    stage.press("4 g down l");
    // Another process ran it: its lines can be in the file only.
    assert_shows(&stage, "log file");
    assert_shows(&stage, "Filter: run:114");
}

#[test]
fn what_is_copied_is_everything_about_the_run() {
    let mut stage = Stage::new(SIZE, Look::DARK);
    stage.press("j");
    stage.asked();
    stage.press("y x enter y");
    let asked = stage.asked();
    let [
        Effect::Copy(copied),
        Effect::Export(exported),
        Effect::Copy(window),
    ] = &asked[..]
    else {
        panic!("{asked:?}");
    };
    assert_eq!((copied, exported), (exported, window));
    assert_eq!(copied.name, "axcs-run-114.txt");
    for words in [
        "demo usmf Contoso Entertainment USA, http://127.0.0.1:8620, seen today 14:03:12",
        "A network error occurred and the page could not be displayed.",
        "the service answered last at 13:58:02",
        "Trade agreements",
    ] {
        assert!(copied.text.contains(words), "{words} in {}", copied.text);
    }
}

#[test]
fn a_long_run_of_this_console_rings_once_it_is_known_how_it_ended() {
    let mut stage = Stage::new(SIZE, Look::DARK);
    let here = |started: i64| Progress {
        started: ago(started),
        ..complete_run(40)
    };
    stage.send(Msg::Live(Box::new(live(vec![here(96)]))));
    stage.asked();
    stage.send(Msg::Live(Box::new(live(Vec::new()))));
    let rung = |stage: &mut Stage| {
        let asked = stage.asked().into_iter();
        let rung = asked.filter(|effect| matches!(effect, Effect::Ring(_)));
        rung.collect::<Vec<_>>()
    };
    assert_eq!(rung(&mut stage), [], "nobody knows yet how it ended");
    let mut jobs = overview();
    if let Some(last) = &mut jobs[4].last {
        last.run = here(0).run;
    }
    stage.send(Msg::Overview(Ok(jobs.clone())));
    let text = "axcs: complete Canceled after 1 min 36 s".to_owned();
    assert_eq!(rung(&mut stage), [Effect::Ring(text)]);
    stage.send(Msg::Overview(Ok(jobs.clone())));
    assert_eq!(rung(&mut stage), []);
    // A short one, and one of another worker, end in silence.
    for run in [here(59), scenes::elsewhere(40)] {
        stage.send(Msg::Live(Box::new(live(vec![run]))));
        stage.send(Msg::Live(Box::new(live(Vec::new()))));
        stage.send(Msg::Overview(Ok(jobs.clone())));
        assert_eq!(rung(&mut stage), []);
    }
}

#[test]
fn a_run_that_takes_long_is_told_on_every_tab() {
    let mut stage = Stage::new((160, 40), Look::DARK);
    stage.running(|percent| Progress {
        dry_run: false,
        started: ago(68),
        ..scenes::elsewhere(percent)
    });
    assert_shows(&stage, "inventory takes 11 times longer than usual");
    assert_shows(&stage, "11× longer than usual, by AOS02/812");
    assert_shows(&stage, "usually 6.0 s");
}

#[test]
fn production_is_named_in_words_and_nothing_else_is() {
    let shown = |is_production| {
        let mut setting = scenes::setting(SIZE, Look::PLAIN);
        setting.place.is_production = is_production;
        text_of(&Stage::with(setting, SIZE).draw()).contains("PRODUCTION")
    };
    assert!(shown(true) && !shown(false));
}

#[tokio::test]
async fn the_terminal_gets_text_and_progress_only_as_it_can_take_them() {
    let written = Written::default();
    let line = written.terminal();
    let mut desk = Desk::open(Scripted::new(), line, false).await;
    let text = |written: &Written| String::from_utf8_lossy(&written.0.lock().unwrap()).into_owned();
    let folder = tempfile::tempdir().unwrap();
    let folder_of = folder.path().to_owned();
    let outlet = Outlet::detect(false, folder_of, TerminalSetting::Auto, |name| {
        (name == "TERM_PROGRAM").then(|| "ghostty".to_owned())
    });
    *desk.console = (*desk.console).with_outlet(outlet);
    desk.press("g y").await;
    assert!(text(&written).contains("\x1b]52;c;"), "OSC 52");
    desk.press("r").await;
    assert!(text(&written).contains("\x1b]9;4;1;"), "progress");
    desk.press("c").await;
    assert!(text(&written).contains("\x1b]9;4;0;0"), "none any more");
    desk.press("x").await;
    let file = folder.path().join("axcs-run-116.txt");
    assert!(
        std::fs::read_to_string(file)
            .unwrap()
            .contains("Commerce Services inventory synchronization")
    );
}
