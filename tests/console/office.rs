//! The account and the checklists at the console.

use axcs::console::app::{Effect, Msg};
use axcs::console::office::{Errand, Report};
use axcs::jobs::administration::NewParameters;
use axcs::model::Exception;
use axcs::model::account::AccountStep;
use axcs::model::checklist::ChecklistKind;
use axcs::model::run::LiveRuns;

use super::desk::desk;
use super::scenes::lost::lost;
use super::scenes::{self, Look, Stage, office, text_of};

const SIZE: (u16, u16) = (80, 24);

fn errands(stage: &mut Stage) -> Vec<Errand> {
    let asked = stage.asked().into_iter();
    asked
        .filter_map(|effect| {
            if let Effect::Office(errand) = effect {
                Some(errand)
            } else {
                None
            }
        })
        .collect()
}

#[track_caller]
fn assert_shows(stage: &Stage, words: &str) {
    let text = text_of(&stage.draw());
    assert!(text.contains(words), "{words} is not in\n{text}");
}

#[test]
fn the_account_and_what_has_to_be_right_are_read_when_their_tab_comes_in_front() {
    let mut stage = Stage::new(SIZE, Look::DARK);
    stage.asked();
    stage.press("1");
    assert_eq!(errands(&mut stage), [Errand::LoadAccount, Errand::Check]);
    // Never twice at once.
    stage.press("4 1 c");
    assert_eq!(errands(&mut stage), []);
}

#[test]
fn where_the_service_refuses_this_machine_its_sign_in_is_offered() {
    let mut stage = Stage::bare(SIZE, Look::DARK);
    stage.press("1");
    assert!(!text_of(&stage.draw()).contains("s sign in"));
    let refused = Exception::new("The service refused the sign-in.", "", "Sign in.");
    stage.send(Msg::Office(Box::new(Report::Account(Err(refused)))));
    assert_shows(&stage, "s sign in");
}

#[test]
fn a_step_is_asked_before_it_is_taken_and_only_one_is_under_way() {
    let mut stage = office::account(SIZE, Look::DARK);
    stage.asked();
    stage.press("d n");
    assert_eq!(errands(&mut stage), []);
    stage.press("d y");
    assert_eq!(errands(&mut stage), [Errand::Step(AccountStep::Deactivate)]);
    assert_shows(&stage, "It is done.");
    stage.press("a");
    assert_shows(&stage, "The account is active.");
}

#[test]
fn disconnecting_takes_the_companys_id() {
    let mut stage = office::account(SIZE, Look::DARK);
    stage.asked();
    stage.press("D").write("demf").press("enter");
    assert_shows(&stage, "The account belongs to usmf.");
    assert_eq!(errands(&mut stage), []);
    stage
        .press("backspace backspace backspace backspace")
        .write("USMF")
        .press("enter");
    assert_eq!(errands(&mut stage), [Errand::Step(AccountStep::Disconnect)]);
}

#[test]
fn a_sign_in_shows_its_code_and_waits_though_its_window_is_closed() {
    let mut stage = office::account((110, 40), Look::DARK);
    stage.asked();
    stage.press("s");
    let asked = errands(&mut stage);
    assert!(matches!(&asked[..], [Errand::SignIn]), "{asked:?}");
    assert_shows(&stage, "WDJB-MJHT");
    stage.press("esc s");
    assert_eq!(errands(&mut stage), [], "the same code again");
    assert_shows(&stage, "WDJB-MJHT");
    let done = Report::SignedIn(Ok("This machine is signed in by ann.".to_owned()));
    stage.send(Msg::Office(Box::new(done)));
    assert_shows(&stage, "This machine is signed in by ann.");
    assert!(!text_of(&stage.draw()).contains("WDJB-MJHT"));
}

#[test]
fn no_secret_stands_on_any_screen() {
    let mut stage = office::account((110, 40), Look::DARK);
    stage.press("s");
    let said = format!("{} {:?}", text_of(&stage.draw()), stage.app);
    assert!(!said.contains("secret"));
}

#[test]
fn an_item_that_waits_says_for_what_and_a_computed_one_takes_no_tick() {
    let mut stage = office::new_checklists(SIZE, Look::DARK);
    stage.press("down enter");
    assert_shows(
        &stage,
        "Activate online service waits, first: Set up online services account.",
    );
    let mut stage = office::checklists(SIZE, Look::DARK);
    stage.asked();
    stage.press("g t");
    assert_shows(&stage, "the system tells how it stands");
    stage.press("down down down down t");
    let untick = Errand::Tick(ChecklistKind::Configuration, "users".into(), false);
    assert!(errands(&mut stage).contains(&untick));
}

#[test]
fn enter_leads_to_where_an_item_is_done() {
    let mut stage = office::checklists(SIZE, Look::DARK);
    stage.press("g enter");
    assert_shows(&stage, "[1 Account]");
    stage.press("2 g down down down down down down enter");
    assert_shows(&stage, "[4 Jobs]");
    stage.press("2 g down down down enter");
    assert_shows(&stage, "axcs stores synchronize");
}

#[test]
fn parameters_are_typed_or_chosen_and_a_refusal_stays_in_the_form() {
    let mut stage = office::checklists(SIZE, Look::DARK);
    stage.press("g down down enter");
    assert_shows(&stage, "FREIGHT, HANDLING");
    stage.asked();
    stage.press("ctrl-n tab ctrl-n enter");
    let new = NewParameters {
        category_hierarchy: Some("Sales".into()),
        shipping_charges_code: Some("FREIGHT".into()),
    };
    assert_eq!(errands(&mut stage)[0], Errand::SetParameters(new));
    assert_shows(&stage, "The parameters are set.");
    stage.press("enter tab").write("X").press("enter");
    assert_shows(&stage, "There is no charges code X.");
    stage.press("esc");
    assert_shows(&stage, "Leave without saving?");
    stage.press("n");
    assert_shows(&stage, "There is no charges code X.");
    stage.press("esc y");
    assert!(!text_of(&stage.draw()).contains("There is no charges code X."));
}

#[test]
fn what_is_wrong_in_a_form_is_said_while_it_is_typed_and_not_taken() {
    let mut stage = office::new_checklists(SIZE, Look::DARK);
    stage.press("down down down down down down down enter");
    assert_shows(&stage, "Folder, by its whole path *");
    // Nothing was typed: there is nothing to ask.
    stage.press("esc");
    assert!(!text_of(&stage.draw()).contains("Folder, by its whole path"));
    stage.press("enter").write("logs");
    assert_shows(&stage, "It is not a whole path.");
    stage.press("ctrl-u").write("/var/log/axcs");
    assert!(!text_of(&stage.draw()).contains("It is not a whole path."));
    stage.press("tab ctrl-u").write("900");
    assert_shows(&stage, "The hours lie between 1 and 168.");
    stage.asked();
    stage.press("enter ctrl-u enter");
    assert_shows(&stage, "Hours until it goes off by itself is missing.");
    assert_eq!(errands(&mut stage), []);
    stage.write("8").press("enter");
    let on = Errand::SetLog(Some(("/var/log/axcs".into(), 8)));
    assert_eq!(errands(&mut stage)[0], on);
}

#[test]
fn a_migration_is_followed_while_somebody_looks() {
    let mut stage = office::migrating(SIZE, Look::DARK);
    assert_shows(&stage, "39 %");
    stage.asked();
    assert!(stage.app.true_for().is_some());
    // The list that was wished for by the tab is answered; then each second.
    stage.send(Msg::Tick);
    assert_eq!(errands(&mut stage), [Errand::LoadChecklists]);
    stage.press("4");
    stage.asked();
    stage.send(Msg::Tick);
    assert_eq!(errands(&mut stage), []);
}

#[test]
fn a_read_only_console_changes_nothing_of_it() {
    let setting = axcs::console::app::Setting {
        read_only: true,
        ..super::scenes::setting(SIZE, Look::DARK)
    };
    let mut stage = Stage::with(setting, SIZE).answering();
    stage.press("1 s o a d n D esc 2 g down down enter down down t G enter esc");
    let asked = errands(&mut stage);
    let only_reads = |errand: &Errand| {
        matches!(
            errand,
            Errand::LoadAccount | Errand::Check | Errand::LoadChecklists
        )
    };
    assert!(asked.iter().all(only_reads), "{asked:?}");
}

#[test]
fn every_tab_reminds_of_the_operation_log_whatever_else_there_is_to_say() {
    let quiet = || LiveRuns {
        logs_until: Some(scenes::ago(-7_200)),
        ..scenes::live(Vec::new())
    };
    for live in [
        quiet(),
        LiveRuns {
            company: Some(lost("AX").into()),
            ..quiet()
        },
        LiveRuns {
            ledger: Some(lost("AXCS").into()),
            ..quiet()
        },
        LiveRuns {
            executing: vec![scenes::complete_run(42)],
            ..quiet()
        },
    ] {
        let mut stage = Stage::new(SIZE, Look::DARK);
        stage.send(Msg::Live(Box::new(live)));
        for tab in ["1", "2", "3", "4", "5", "6"] {
            stage.press(tab);
            assert_shows(&stage, "operation log on");
        }
    }
}

#[test]
fn what_cannot_be_done_says_what_to_do() {
    let mut stage = office::account((160, 24), Look::DARK);
    let refused = Exception::new("The account cannot be activated.", "No.", "Correct it.");
    let report = Report::Stepped(AccountStep::Activate, Err(refused));
    stage.send(Msg::Office(Box::new(report)));
    assert_shows(&stage, "The account cannot be activated. No. Correct it.");
}

#[tokio::test(start_paused = true)]
async fn the_whole_console_signs_in_and_reads_the_account_again() {
    let mut desk = desk().await;
    desk.press("1").await;
    desk.assert_shows("Contoso Entertainment");
    desk.press("s").await;
    desk.assert_shows("This machine is signed in by ann@contoso.com.");
}
