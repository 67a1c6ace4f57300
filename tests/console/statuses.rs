//! When jobs start, what withholds them, and who runs them: seen and changed on the tab *Jobs*.

use axcs::console::app::{Change, Effect, Msg};
use axcs::console::{ExitReason, app::Toast};
use axcs::model::run::{LiveRuns, Reach};
use axcs::model::{Exception, Job, JobStatus, Progress};
use jiff::SignedDuration;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::desk::{Asked, Desk, Scripted, desk, desk_with};
use crate::scenes::lost::lost;
use crate::scenes::{self, Look, Stage, ago, live, text_of};

fn status_line(stage: &Stage) -> String {
    text_of(&stage.draw()).lines().nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_job_is_withheld_and_resumed_and_says_so() {
    let mut desk = desk().await;
    desk.press("w").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Change(Change::Withhold(Job::Inventory))]
    );
    desk.assert_shows("The inventory job is withheld: it does not start by itself.");
    desk.assert_shows("‖ Withhold    inventory synchronization");
    desk.assert_shows("withheld by AOS01/4711");
    desk.press("w").await;
    desk.assert_shows("The inventory job is withheld already.");
    assert_eq!(desk.engine.asked(), []);
    desk.press("u").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Change(Change::Resume(Job::Inventory))]
    );
    desk.assert_shows("· Waiting     inventory synchronization");
    desk.press("u").await;
    desk.assert_shows("The inventory job is Waiting already.");
    assert_eq!(desk.engine.asked(), []);
}

#[tokio::test]
async fn a_job_in_error_is_set_to_waiting() {
    let mut desk = desk().await;
    desk.press("j u").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Change(Change::Resume(Job::TradeAgreements))]
    );
    desk.assert_shows("The trade-agreements job is Waiting.");
}

#[tokio::test]
async fn what_executes_is_not_withheld_before_it_is_cancelled() {
    let mut desk = desk().await;
    desk.press("r").await;
    desk.engine.asked();
    desk.press("w").await;
    desk.assert_shows("Executing → Withhold is not possible: cancel the run first.");
    desk.press("u").await;
    desk.assert_shows("The inventory job is executing.");
    assert_eq!(desk.engine.asked(), []);
}

#[tokio::test]
async fn suspend_all_asks_with_the_number_of_jobs_and_resume_all_gives_them_back() {
    let mut desk = desk().await;
    desk.press("w").await;
    desk.press("j r").await;
    desk.engine.asked();
    desk.press("W").await;
    desk.assert_shows("This withholds 4 jobs: nothing starts by itself until resume all");
    desk.assert_shows("The run under way goes");
    desk.press("n").await;
    assert_eq!(desk.engine.asked(), []);
    desk.press("W y").await;
    assert_eq!(desk.engine.asked(), [Asked::Change(Change::SuspendAll)]);
    desk.assert_shows("4 jobs are withheld; U (resume all) gives them back.");
    desk.assert_shows("5 jobs withheld");
    desk.press("W").await;
    desk.assert_shows("Every job is withheld already.");
    desk.press("U").await;
    desk.assert_shows("5 jobs are withheld. What suspend all withheld gets the status");
    desk.press("y").await;
    assert_eq!(desk.engine.asked(), [Asked::Change(Change::ResumeAll)]);
    desk.assert_shows("5 jobs are as before again");
    desk.press("U").await;
    desk.assert_shows("No job is withheld.");
}

#[tokio::test]
async fn a_refused_change_says_why() {
    let refusal = Exception::new("The ledger cannot be written.", "disk full", "Make room.");
    let mut desk = desk_with(Scripted {
        refuse: Some(refusal),
        ..Scripted::new()
    })
    .await;
    desk.press("g w").await;
    desk.assert_shows("▲ The ledger cannot be written. disk full");
}

#[tokio::test]
async fn a_read_only_console_changes_no_status() {
    let screen = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut desk = Desk::open(Scripted::new(), screen, true).await;
    for key in ["w", "u", "W", "U"] {
        desk.press(key).await;
        desk.assert_shows("The console is read-only: it changes no job.");
    }
    assert_eq!(desk.engine.asked(), []);
}

#[tokio::test]
async fn a_run_of_another_worker_moves_and_is_cancelled_after_a_question_that_names_it() {
    let mut desk = desk().await;
    desk.engine
        .live
        .send_replace(live(vec![scenes::elsewhere(20)]));
    desk.settle().await;
    desk.assert_shows("dry run by AOS02/812");
    desk.assert_shows("4,077 of 35,267");
    desk.engine
        .live
        .send_replace(live(vec![scenes::elsewhere(60)]));
    desk.settle().await;
    desk.assert_shows("12,077 of 35,267");
    desk.press("c").await;
    desk.assert_shows("executed by AOS02/812, not by this console");
    desk.press("n").await;
    assert_eq!(desk.engine.asked(), []);
    desk.press("c y").await;
    assert!(desk.engine.asked().contains(&Asked::Cancel(Job::Inventory)));
    desk.assert_shows("· Idle");
}

#[tokio::test]
async fn leaving_leaves_the_runs_of_others_alone() {
    let mut desk = desk().await;
    desk.engine
        .live
        .send_replace(live(vec![scenes::elsewhere(60)]));
    desk.settle().await;
    desk.engine.asked();
    assert_eq!(desk.press("q").await, Some(ExitReason::Quit));
    assert_eq!(desk.engine.asked(), []);

    let mut stage = Stage::new((80, 24), Look::DARK);
    let both = vec![scenes::complete_run(40), scenes::elsewhere(60)];
    stage.send(Msg::Live(Box::new(live(both)))).press("q");
    assert!(text_of(&stage.draw()).contains("1 run is executing. Quit and stop it"));
    stage.asked();
    stage.press("y");
    assert_eq!(stage.asked(), [Effect::Cancel(Job::Complete)]);
    stage.send(Msg::Live(Box::new(live(vec![scenes::elsewhere(60)]))));
    assert_eq!(stage.asked(), [Effect::Quit(ExitReason::Quit)]);
}

#[test]
fn the_next_start_counts_down_and_an_idle_console_is_woken_when_its_words_change() {
    let mut stage = Stage::new((80, 24), Look::DARK);
    // Minutes first, the last of them in seconds.
    let mut seen = Vec::new();
    while seen.len() < 12 {
        let before = text_of(&stage.draw());
        let span = stage.app.true_for().unwrap();
        stage.wait(i64::try_from(span.as_millis()).unwrap());
        stage.send(Msg::Tick);
        let after = text_of(&stage.draw());
        assert_ne!(before, after, "woken for nothing after {span}");
        seen.push(after);
    }
    for expected in ["in 2 min", "in 1 min", "in 59 s", "in 58 s"] {
        let is_seen = |text: &String| text.contains(&format!("14:06, {expected}"));
        assert!(seen.iter().any(is_seen), "{expected}");
    }
    stage.at = ago(-199);
    stage.send(Msg::Tick);
    assert!(text_of(&stage.draw()).contains("14:06, due now"));
    stage.wait(200_000).send(Msg::Tick);
    assert!(text_of(&stage.draw()).contains("14:06, due for 3 min"));
}

#[test]
fn time_alone_wakes_no_console_without_a_start_to_come() {
    let mut stage = Stage::bare((80, 24), Look::DARK);
    assert_eq!(stage.app.true_for(), None);
    let by_hand = |job| axcs::model::run::JobOverview {
        next: None,
        tracking_hours_left: None,
        ..job
    };
    let jobs = scenes::overview().into_iter().map(by_hand).collect();
    stage.send(Msg::Overview(Ok(jobs)));
    assert_eq!(stage.app.true_for(), None);
    stage.running(scenes::complete_run);
    let second = SignedDuration::from_secs(1);
    assert_eq!(stage.app.true_for(), Some(second));

    let reach = |seconds: i64| Reach::Open {
        since: ago(60),
        failures: 5,
        why: "503".to_owned(),
        next_try: ago(-seconds),
    };
    for (seconds, woken, words) in [
        (20, Some(second), "next try in 20 s"),
        (0, None, "tried by the next request"),
    ] {
        stage.send(Msg::Live(Box::new(LiveRuns {
            reach: reach(seconds),
            ..live(Vec::new())
        })));
        assert_eq!(stage.app.true_for(), woken);
        assert!(status_line(&stage).contains(words));
    }
    stage.send(Msg::Live(Box::new(LiveRuns {
        reach: Reach::Throttled { until: ago(-90) },
        ..live(Vec::new())
    })));
    assert!(status_line(&stage).contains("throttle"));
    let span = stage.app.true_for().unwrap();
    stage.wait(i64::try_from(span.as_millis()).unwrap());
    stage.send(Msg::Tick);
    assert!(!status_line(&stage).contains("throttle"));
    assert_eq!(stage.app.true_for(), None);
}

#[test]
fn the_first_lines_tell_the_most_urgent_first() {
    let mut stage = Stage::new((200, 50), Look::DARK);
    let mut jobs = scenes::overview();
    jobs[0].tracking_hours_left = Some(-0.5);
    jobs[3].status = JobStatus::Withhold;
    stage.send(Msg::Overview(Ok(jobs)));
    stage.send(Msg::Live(Box::new(LiveRuns {
        executing: vec![Progress {
            waiting: Some("never said twice".to_owned()),
            ..scenes::complete_run(40)
        }],
        workers: 0,
        reach: Reach::Open {
            since: ago(3_600),
            failures: 12,
            why: "503".to_owned(),
            next_try: ago(-20),
        },
        ..LiveRuns::default()
    })));
    stage.resize((300, 50));
    let line = status_line(&stage);
    let order = [
        "Executing: complete",
        "service fails since 13:03, next try in 20 s: 12 failures, the last: 503",
        "no worker: jobs start only by hand",
        "inventory: change tracking passed: the next run reads the stream whole",
        "1 job in Error",
        "1 job withheld",
        "26 exceptions",
    ];
    let at = order.map(|words| {
        line.find(words)
            .unwrap_or_else(|| panic!("{words}: {line}"))
    });
    assert!(at.is_sorted(), "{line}");
    assert!(!line.contains("never said twice"), "{line}");

    stage.resize((80, 24));
    let line = status_line(&stage);
    assert!(line.contains("service fails since 13:03"), "{line}");
}

#[test]
fn the_age_of_cursors_grows_while_nothing_is_read_anew() {
    let mut stage = Stage::new((120, 40), Look::DARK);
    let mut jobs = scenes::overview();
    jobs[0].tracking_hours_left = Some(12.5);
    stage.send(Msg::Overview(Ok(jobs)));
    assert!(text_of(&stage.draw()).contains("change tracking: 12 h left"));
    assert!(status_line(&stage).contains("   tracking 12 h"));
    stage.wait(3_600_000).send(Msg::Tick);
    assert!(status_line(&stage).contains("inventory: change tracking: 11 h left"));
}

#[test]
fn resume_all_without_a_suspended_job_is_refused() {
    let mut stage = Stage::new((80, 24), Look::DARK);
    stage.send(Msg::Changed(Change::ResumeAll, Ok(Vec::new())));
    let toast = stage.app.toast().cloned();
    assert_eq!(
        toast,
        Some(Toast::Refused(
            "Nothing was changed: no job was withheld by suspend all.".to_owned()
        ))
    );
}

#[test]
fn without_the_ledger_nothing_is_claimed_that_only_the_ledger_knows() {
    let mut stage = Stage::new((120, 40), Look::DARK);
    stage.send(Msg::Live(Box::new(live(Vec::new()))));
    assert!(status_line(&stage).contains("Nothing is executing"));
    stage.asked();
    stage.send(Msg::Live(Box::new(LiveRuns {
        ledger: Some(lost("AXCS").into()),
        ..live(Vec::new())
    })));
    let line = status_line(&stage);
    assert!(
        line.contains(
            "ledger fails since 13:58, tried every second; below: as of then; 7 says why"
        ),
        "{line}"
    );
    let text = text_of(&stage.draw());
    for claim in [
        "Nothing is executing",
        "worker",
        "next orders",
        "in 3 min",
        "1 job in Error",
        "change tracking",
    ] {
        assert!(!text.contains(claim), "{claim}: {text}");
    }
    assert!(
        text.contains("Waiting?") && text.contains("Error?"),
        "{text}"
    );
    assert_eq!(stage.app.true_for(), None, "nothing moves");

    // What runs here is known; what ran elsewhere is told as it was.
    stage.send(Msg::Live(Box::new(LiveRuns {
        ledger: Some(lost("AXCS").into()),
        ..live(vec![scenes::complete_run(40)])
    })));
    assert!(status_line(&stage).contains("Executing: complete"));
    assert!(stage.app.true_for().is_some());
    stage.send(Msg::Live(Box::new(LiveRuns {
        ledger: Some(lost("AXCS").into()),
        ..live(vec![scenes::elsewhere(40)])
    })));
    let text = text_of(&stage.draw());
    assert!(!text.contains("Executing:"), "{text}");
    assert!(text.contains("as of 13:58"), "{text}");
    assert_eq!(stage.app.true_for(), None);
}

#[test]
fn a_side_that_is_back_is_read_again_and_its_line_is_gone() {
    let mut stage = Stage::new((120, 40), Look::DARK);
    for (losing, reads) in [
        (
            LiveRuns {
                ledger: Some(lost("AXCS").into()),
                ..live(Vec::new())
            },
            3,
        ),
        (
            LiveRuns {
                company: Some(lost("AX").into()),
                ..live(Vec::new())
            },
            1,
        ),
    ] {
        stage.send(Msg::Live(Box::new(losing)));
        assert!(status_line(&stage).contains(" fails since 13:58"));
        stage.asked();
        stage.send(Msg::Live(Box::new(live(Vec::new()))));
        assert!(!status_line(&stage).contains("fails"));
        let asked = stage.asked();
        assert!(asked.contains(&Effect::LoadOverview), "{asked:?}");
        assert_eq!(asked.len(), reads, "{asked:?}");
        stage.send(Msg::Overview(Ok(scenes::overview())));
    }
}
