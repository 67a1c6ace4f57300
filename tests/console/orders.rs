//! The tab *Orders*: what is listed, opened, retried, resolved and synchronized by keys.

use axcs::console::app::{Effect, Msg};
use axcs::jobs::RunOptions;
use axcs::model::Filter;
use axcs::model::exception::ExceptionFilter;
use axcs::model::run::LiveRuns;
use axcs::model::sort::Sort;
use axcs::model::staged::{OrderFilter, OrderView, Stage};
use axcs::model::{Exception, Job, Stream};
use crossterm::event::Event;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::desk::{Asked, Desk, Scripted, TestDesk, desk, desk_with};
use crate::scenes::{self, Look, key_event, text_of};

async fn orders() -> TestDesk {
    let mut desk = desk().await;
    desk.press("5").await;
    desk.engine.asked_in_all();
    desk
}

fn orders_filter(keys: &[&str]) -> ExceptionFilter {
    ExceptionFilter {
        stream: Some(Stream::Orders),
        keys: Some(keys.iter().map(|key| (*key).to_owned()).collect()),
        ..ExceptionFilter::default()
    }
}

#[tokio::test]
async fn orders_are_read_when_their_tab_comes_in_front_some_hundreds_at_most() {
    let mut desk = desk().await;
    assert!(
        !desk
            .engine
            .asked_in_all()
            .iter()
            .any(|asked| matches!(asked, Asked::Orders(_)))
    );
    desk.press("5").await;
    let filter = OrderFilter {
        view: OrderView::All,
        limit: 300,
        ..OrderFilter::default()
    };
    assert_eq!(desk.engine.asked_in_all(), [Asked::Orders(filter)]);
    desk.assert_shows("[all 61]");
    desk.assert_shows("3 waiting for a sales order");
    desk.assert_shows("W-100790");
}

#[tokio::test]
async fn every_view_lists_its_orders_and_the_last_leads_to_the_first() {
    let mut desk = orders().await;
    for view in [
        "[open 16]",
        "[exception 2]",
        "[unacknowledged 3]",
        "[duplicate 2]",
        "[journal 1]",
        "[all 61]",
    ] {
        desk.press("v").await;
        desk.assert_shows(view);
    }
    let asked = desk.engine.asked_in_all();
    let views: Vec<OrderView> = asked
        .iter()
        .filter_map(|asked| match asked {
            Asked::Orders(filter) => Some(filter.view),
            Asked::Start(..)
            | Asked::Cancel(_)
            | Asked::Change(_)
            | Asked::Runs(_)
            | Asked::BatchJobs
            | Asked::BatchHistory(_)
            | Asked::Order(_)
            | Asked::Exceptions(_)
            | Asked::Retry(_)
            | Asked::Propose(_)
            | Asked::Correct(_)
            | Asked::Resolve(..)
            | Asked::Take(_) => None,
        })
        .collect();
    assert_eq!(views[..2], [OrderView::Open, OrderView::Exception]);
}

#[tokio::test]
async fn a_filter_is_in_force_at_every_key_and_ends_with_escape() {
    let mut desk = orders().await;
    desk.press("/").await;
    desk.write("q1r ").await;
    desk.assert_shows("Filter: q1r");
    desk.assert_shows("No order of this kind passes the filter.");
    desk.press("backspace backspace backspace backspace").await;
    desk.write("ben").await;
    desk.press("enter").await;
    desk.assert_shows("Ben Adams");
    assert!(!desk.text().contains("Karen Berg"));
    let last = desk.engine.asked_in_all().pop();
    let Some(Asked::Orders(filter)) = last else {
        panic!("{last:?}");
    };
    assert_eq!(filter.terms, Filter::anywhere("ben"));
    desk.press("esc g").await;
    desk.assert_shows("Karen Berg");
    desk.press("/").await;
    desk.keys
        .send(Ok(Event::Paste("karen\nsecond".to_owned())))
        .await
        .unwrap();
    desk.settle().await;
    desk.assert_shows("Filter: karen");
    assert!(!desk.text().contains("Ben Adams"));
    desk.press("ctrl-c").await;
    desk.assert_shows("Ben Adams");
}

#[tokio::test]
async fn the_selection_stays_with_its_order_when_a_run_ends() {
    let mut desk = orders().await;
    desk.press("j j j").await;
    let selected = |desk: &TestDesk| {
        let text = desk.text();
        let line = text.lines().find(|line| line.starts_with('▌')).unwrap();
        line.to_owned()
    };
    let before = selected(&desk);
    desk.engine.live.send_modify(|live| live.changes += 1);
    desk.settle().await;
    assert!(
        desk.engine
            .asked_in_all()
            .iter()
            .any(|asked| matches!(asked, Asked::Orders(_)))
    );
    assert_eq!(selected(&desk), before);
    desk.press("ctrl-l").await;
    assert!(
        desk.engine
            .asked_in_all()
            .iter()
            .any(|asked| matches!(asked, Asked::Orders(_)))
    );
    desk.press("G").await;
    assert!(selected(&desk).contains("W-100661"));
    desk.press("home pgdn pgup end pgup").await;
    assert!(selected(&desk).contains("W-1006"));
}

#[tokio::test]
async fn orders_are_seen_to_move_while_a_run_moves_them() {
    let mut desk = orders().await;
    desk.press("s").await;
    desk.engine.asked_in_all();
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        desk.step().await;
        let asked = desk.engine.asked_in_all();
        if asked.iter().any(|asked| matches!(asked, Asked::Orders(_))) {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "never read again");
    }
}

#[tokio::test]
async fn an_order_opens_with_its_lines() {
    let mut desk = orders().await;
    desk.press("enter").await;
    assert_eq!(
        desk.engine.asked_in_all(),
        [Asked::Order("shop-W-100790".to_owned())]
    );
    desk.assert_shows("Order W-100790 of web-us");
    desk.press("j j j j j").await;
    desk.assert_shows("D000001");
    desk.press("G").await;
    desk.assert_shows("Handed over to AX, attempt 1");
    desk.press("q").await;
    desk.assert_shows("[5 Orders]");
}

#[tokio::test]
async fn an_order_of_a_thousand_lines_scrolls_to_its_end() {
    let mut desk = orders().await;
    desk.press("/").await;
    desk.write(scenes::orders::LONG).await;
    desk.press("enter enter G pgup").await;
    desk.assert_shows("1000 D001000");
}

#[tokio::test]
async fn one_order_in_exception_is_retried_at_once_and_others_are_not() {
    let mut desk = orders().await;
    desk.press("r").await;
    desk.assert_shows("No chosen order is in exception.");
    assert_eq!(desk.engine.asked(), []);
    desk.press("j j j r").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Retry(orders_filter(&["shop-W-100786"]))]
    );
    desk.assert_shows("1 exception tried again by the next run of the job.");
}

#[tokio::test]
async fn marked_orders_are_retried_after_a_question_that_counts_them() {
    let mut desk = orders().await;
    desk.press("m space m space m r").await;
    desk.assert_shows("Retry 2 orders?");
    desk.press("n").await;
    assert_eq!(desk.engine.asked(), []);
    desk.assert_shows("5 marked");
    desk.press("r y").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Retry(orders_filter(&[
            "shop-W-100785",
            "shop-W-100786"
        ]))]
    );
    assert!(!desk.text().contains("marked"));
}

#[tokio::test]
async fn an_exception_is_resolved_with_a_note_and_never_without() {
    let mut desk = orders().await;
    desk.press("e").await;
    desk.assert_shows("No chosen order has an exception.");
    desk.press("j j j e enter").await;
    desk.assert_shows("Resolve 1 order");
    desk.assert_shows("it cannot be empty");
    desk.press("space space enter").await;
    desk.assert_shows("it cannot be empty");
    assert_eq!(desk.engine.asked(), []);
    desk.write("Refunded, q and y").await;
    desk.press("enter").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Resolve(
            orders_filter(&["shop-W-100786"]),
            "Refunded, q and y".to_owned()
        )]
    );
    desk.press("e").await;
    desk.write("given up").await;
    desk.press("esc").await;
    assert_eq!(desk.engine.asked(), []);
}

#[tokio::test]
async fn several_are_resolved_only_after_a_question() {
    let mut desk = orders().await;
    desk.press("v v m m e").await;
    desk.write("Test orders").await;
    desk.press("enter").await;
    desk.assert_shows("This closes 2 orders.");
    assert_eq!(desk.engine.asked(), []);
    desk.press("y").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Resolve(
            orders_filter(&["shop-W-100785", "shop-W-100786"]),
            "Test orders".to_owned()
        )]
    );
}

#[tokio::test]
async fn orders_are_synchronized_from_their_tab() {
    let mut desk = orders().await;
    desk.press("s").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Start(Job::Orders, RunOptions::default())]
    );
    desk.assert_shows("Executing: orders");
    desk.press("s").await;
    desk.assert_shows("The orders job is executing already.");
}

#[tokio::test]
async fn a_read_only_console_changes_no_order_and_no_exception() {
    let screen = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut desk = Desk::open(Scripted::new(), screen, true).await;
    desk.press("5 v v r e s m m r e esc 6 r R e m m r e").await;
    assert_eq!(desk.engine.asked(), []);
    desk.assert_shows("The console is read-only: it changes no exceptions.");
}

#[tokio::test]
async fn a_failed_change_is_told() {
    let engine = Scripted {
        refuse: Some(Exception::new(
            "The ledger cannot be written.",
            "disk full",
            "",
        )),
        ..Scripted::new()
    };
    let mut desk = desk_with(engine).await;
    desk.press("5 v v r").await;
    desk.assert_shows("▲ The ledger cannot be written. disk full");
}

#[test]
fn a_change_that_came_too_late_is_not_told_as_done() {
    let mut stage = scenes::Stage::new((80, 24), Look::DARK);
    stage.press("5").send(Msg::Retried(Ok(0)));
    assert!(text_of(&stage.draw()).contains("▲ Nothing was changed"));
}

#[test]
fn on_a_wide_screen_the_selected_order_stands_beside_the_list() {
    let mut stage = scenes::Stage::new((200, 50), Look::DARK).answering();
    stage.press("5 j");
    let text = text_of(&stage.draw());
    assert!(text.contains("Id            shop-W-100789"), "{text}");
    stage.resize((100, 50));
    assert!(!text_of(&stage.draw()).contains("shop-W-100789"));
}

#[test]
fn a_held_key_reads_one_order_at_a_time() {
    let mut stage = scenes::Stage::new((200, 50), Look::DARK);
    stage
        .press("5")
        .send(Msg::Orders(Box::new(Ok(scenes::orders::all()))));
    let mut asked = 0;
    for _ in 0..20 {
        let key = Msg::Terminal(Event::Key(key_event("j")));
        asked += stage.app.update(key, stage.at).len();
    }
    assert_eq!(asked, 0, "the first one is under way still");
    let id = scenes::orders::all().rows[0].id.clone();
    let effects = stage.app.update(Msg::Order(id, Ok(None)), stage.at);
    let selected = scenes::orders::all().rows[20].id.clone();
    assert_eq!(effects, [Effect::LoadOrder(selected)]);
}

#[test]
fn there_is_never_more_than_one_reading_of_the_list() {
    let mut stage = scenes::Stage::new((80, 24), Look::DARK);
    let press = |stage: &mut scenes::Stage, key| {
        let key = Msg::Terminal(Event::Key(key_event(key)));
        stage.app.update(key, stage.at)
    };
    assert_eq!(press(&mut stage, "5").len(), 1);
    for key in ["v", "v", "v"] {
        assert_eq!(press(&mut stage, key), []);
    }
    let answer = Msg::Orders(Box::new(Ok(scenes::orders::all())));
    let effects = stage.app.update(answer, stage.at);
    let [Effect::LoadOrders(filter)] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(filter.view, OrderView::Unacknowledged);
}

#[test]
fn what_shoppers_write_never_reaches_the_terminal_as_a_command() {
    let mut stage = scenes::Stage::new((200, 50), Look::DARK).answering();
    stage.press("5 /").write("INTL").press("enter G");
    for keys in ["", "enter", "pgdn", "G"] {
        stage.press(keys);
        for cell in stage.draw().content() {
            let is_harmless = cell.symbol().chars().all(|character| {
                !character.is_control() && !('\u{202a}'..='\u{202e}').contains(&character)
            });
            assert!(is_harmless, "{:?}", cell.symbol());
        }
    }
}

#[test]
fn a_window_over_the_orders_survives_that_a_run_ends() {
    let mut stage = scenes::Stage::new((80, 24), Look::DARK).answering();
    stage.press("5 enter");
    stage.send(Msg::Live(Box::new(LiveRuns {
        changes: 1,
        ..LiveRuns::default()
    })));
    assert!(text_of(&stage.draw()).contains("Order W-100790 of web-us"));
}

#[tokio::test]
async fn the_language_narrows_the_list_and_what_is_wrong_is_said() {
    let mut desk = orders().await;
    desk.press("/").await;
    desk.write("sta").await;
    desk.press("tab").await;
    desk.assert_shows("Filter: state:");
    desk.write("exc").await;
    desk.press("tab").await;
    desk.assert_shows("Filter: state:exception");
    desk.write(" -total<0").await;
    desk.press("enter").await;
    let last = desk.engine.asked_in_all().pop();
    let Some(Asked::Orders(filter)) = last else {
        panic!("{last:?}");
    };
    assert_eq!(filter.terms.to_string(), "state:exception -total<0");
    desk.press("/").await;
    desk.write(" stor:web").await;
    desk.engine.asked_in_all();
    desk.press("enter").await;
    desk.assert_shows("there is no field stor");
    assert_eq!(
        desk.engine.asked_in_all(),
        [],
        "what cannot be read asks for nothing"
    );
}

#[tokio::test]
async fn the_list_is_sorted_by_each_column_and_turned_round() {
    let mut desk = orders().await;
    desk.assert_shows("Age↓");
    let first = |desk: &TestDesk| {
        let text = desk.text();
        let line = text.lines().find(|line| line.starts_with('▌'));
        line.unwrap().to_owned()
    };
    desk.press("O g").await;
    desk.assert_shows("by age, oldest first");
    assert!(first(&desk).contains("W-100661"), "{}", first(&desk));
    for says in [
        "by state",
        "by number",
        "by store",
        "by customer",
        "by total, greatest first",
    ] {
        desk.press("o").await;
        desk.assert_shows(says);
    }
    let asked: Vec<_> = desk.engine.asked_in_all();
    let sorts = asked
        .iter()
        .filter(|asked| matches!(asked, Asked::Orders(filter) if filter.sort != Sort::default()));
    assert_eq!(sorts.count(), 4, "the ledger sorts what it keeps in order");
    desk.press("o o").await;
    assert!(!desk.text().contains("by sales order"));
}

#[tokio::test]
async fn the_palette_does_what_is_found_by_a_few_letters() {
    let mut desk = orders().await;
    desk.press("j j j :").await;
    desk.write("retry").await;
    desk.press("enter").await;
    assert_eq!(
        desk.engine.asked(),
        [Asked::Retry(orders_filter(&["shop-W-100786"]))]
    );
    desk.press(":").await;
    desk.write("logs").await;
    desk.press("enter").await;
    desk.assert_shows("[7 Logs]");
    desk.press(": esc").await;
    desk.assert_shows("[7 Logs]");
}

/// Ids of the orders of the scenes that are set aside.
fn set_aside() -> Vec<String> {
    let rows = scenes::orders::all().rows.into_iter();
    let rows = rows.filter(|row| row.stage == Stage::Exception);
    let mut ids: Vec<String> = rows.map(|row| row.id).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn all_orders_that_the_filter_lists_are_retried_after_a_question_that_counts_them() {
    let ids = set_aside();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut desk = orders().await;
    desk.press("R").await;
    desk.assert_shows("Retry 2 orders?");
    assert_eq!(desk.engine.asked(), []);
    desk.press("y").await;
    assert_eq!(desk.engine.asked(), [Asked::Retry(orders_filter(&ids))]);
    desk.press("/").await;
    desk.write(&format!("id:{}", ids[1])).await;
    desk.press("enter R").await;
    desk.assert_shows("Retry 1 order?");
    desk.press("n esc /").await;
    desk.write("state:shipped").await;
    desk.press("enter R").await;
    desk.assert_shows("No order that the filter lists is in exception.");
    assert_eq!(desk.engine.asked(), []);
}

#[tokio::test]
async fn all_orders_that_the_filter_lists_are_resolved_with_one_note() {
    let ids = set_aside();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut desk = orders().await;
    desk.press("E").await;
    desk.write("Test orders.").await;
    desk.press("enter").await;
    desk.assert_shows("This closes 2 orders.");
    desk.press("y").await;
    let resolved = Asked::Resolve(orders_filter(&ids), "Test orders.".to_owned());
    assert_eq!(desk.engine.asked(), [resolved]);
    let about_units = scenes::orders::all().rows.into_iter();
    let about_units = about_units
        .filter(|row| {
            let exception = row.exception.as_ref();
            exception.is_some_and(axcs::jobs::correction::is_about_a_unit)
        })
        .count();
    desk.press("C").await;
    let proposed = desk.engine.asked().len();
    assert_eq!(proposed, about_units.min(1));
}

#[tokio::test]
async fn more_orders_than_one_question_can_be_about_are_refused_with_what_to_do() {
    let mut desk = orders().await;
    desk.engine
        .pages
        .store(20, std::sync::atomic::Ordering::Relaxed);
    desk.press("R").await;
    desk.assert_shows("more than 10,000 orders: narrow");
    assert_eq!(desk.engine.asked(), []);
}
