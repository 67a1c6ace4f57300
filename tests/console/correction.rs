//! Orders set aside for their unit, corrected at their source from the tabs *Exceptions* and *Orders*.

use axcs::jobs::RunOptions;
use axcs::model::exception::ExceptionFilter;
use axcs::model::{Exception, Job};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::desk::{Asked, Desk, Scripted, TestDesk, desk_with};
use crate::scenes;

async fn exceptions(orders: usize) -> TestDesk {
    let engine = Scripted {
        correction: scenes::correction::of(orders),
        ..Scripted::new()
    };
    let mut desk = desk_with(engine).await;
    desk.press("6").await;
    desk.engine.asked_in_all();
    desk
}

#[tokio::test]
async fn all_that_match_are_corrected_step_by_step_after_a_question_and_then_the_orders_job_runs() {
    let mut desk = exceptions(39).await;
    desk.press("C").await;
    desk.assert_shows("Correct 39 orders?");
    desk.assert_shows("item D000017 from ea to box (41 lines)");
    desk.assert_shows("exceptions stay as before.");
    let asked = desk.engine.asked();
    assert_eq!(asked, [Asked::Propose(ExceptionFilter::default())]);
    desk.press("n").await;
    assert_eq!(desk.engine.asked(), []);
    desk.press("C").await;
    desk.press("y").await;
    let orders = scenes::correction::of(39).orders;
    assert_eq!(
        desk.engine.asked()[1..],
        [
            Asked::Correct(orders[..20].to_vec()),
            Asked::Correct(orders[20..].to_vec()),
            Asked::Start(Job::Orders, RunOptions::default()),
        ]
    );
    desk.assert_shows("39 orders corrected.");
}

#[tokio::test]
async fn an_order_that_was_changed_meanwhile_is_told_and_the_others_go_on() {
    let mut desk = exceptions(45).await;
    desk.press("C").await;
    desk.press("y").await;
    desk.assert_shows("44 orders corrected. 1 order is as before: shop-W-100740");
    let last = desk.engine.asked().pop();
    assert_eq!(last, Some(Asked::Start(Job::Orders, RunOptions::default())));
}

#[tokio::test]
async fn a_service_that_is_not_reached_ends_the_correction_and_nothing_is_run() {
    let engine = Scripted {
        refuse: Some(Exception::new("A network error occurred.", "down", "")),
        ..Scripted::new()
    };
    let mut desk = desk_with(engine).await;
    desk.press("6 C").await;
    desk.press("y").await;
    desk.assert_shows("0 orders corrected. A network error occurred. down");
    let asked = desk.engine.asked();
    let corrected = |asked: &&Asked| matches!(asked, Asked::Correct(_));
    assert_eq!(asked.iter().filter(corrected).count(), 1, "{asked:?}");
    assert!(!asked.iter().any(|asked| matches!(asked, Asked::Start(..))));
}

#[tokio::test]
async fn where_another_unit_mends_nothing_nothing_is_asked() {
    let mut desk = exceptions(0).await;
    desk.press("C").await;
    desk.assert_shows("AX sells what these orders name by their units, or not at all.");
    desk.press("c").await;
    desk.assert_shows("No chosen exception is about the unit of an order.");
    desk.press("5 c").await;
    desk.assert_shows("No chosen order is set aside for its unit.");
    let asked = desk.engine.asked();
    assert_eq!(asked, [Asked::Propose(ExceptionFilter::default())]);
}

#[tokio::test]
async fn a_read_only_console_corrects_nothing() {
    let screen = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut desk = Desk::open(Scripted::new(), screen, true).await;
    desk.press("6 c C 5 c").await;
    assert_eq!(desk.engine.asked(), []);
    desk.assert_shows("The console is read-only: it changes no orders.");
}
