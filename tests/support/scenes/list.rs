//! Every scene by its name: the states of the console that are drawn, compared and pressed through.

use axcs::console::app::{Msg, Setting};
use axcs::console::log_file::{LogPage, LogReport, LogSize};
use axcs::logging::Batch;
use axcs::model::exception::Documented;
use axcs::model::run::{JobOverview, LiveRuns, Reach};
use axcs::model::{Exception, Job, JobStatus, Progress};

use super::{
    Look, Stage, ago, batch, complete_run, elsewhere, exceptions, failing_for_days, history, live,
    log, lost, office, orders, overview, products, setting, starts, suspended, waiting_run,
};

/// Sets a scene at a size.
pub type Scene = fn((u16, u16), Look) -> Stage;

/// The jobs of a production company.
pub fn production(size: (u16, u16), look: Look) -> Stage {
    let mut setting = setting(size, look);
    setting.place.is_production = true;
    let mut stage = Stage::with(setting, size);
    stage.send(office::told_account());
    stage.send(Msg::Live(Box::new(live(Vec::new()))));
    stage.send(Msg::Overview(Ok(overview())));
    stage
}

/// Every scene by its name.
pub const SCENES: &[(&str, Scene)] = &[
    ("jobs-empty", |size, look| Stage::bare(size, look)),
    ("jobs", |size, look| Stage::new(size, look)),
    ("jobs-never-run", |size, look| {
        let mut stage = Stage::bare(size, look);
        let never = |job| JobOverview {
            status: JobStatus::Waiting,
            last: None,
            quarantined: 0,
            failures: 0,
            tracking_hours_left: None,
            ..job
        };
        stage.send(Msg::Overview(Ok(overview()
            .into_iter()
            .map(never)
            .collect())));
        stage
    }),
    ("jobs-starting", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("r");
        stage
    }),
    ("jobs-running", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run);
        stage
    }),
    ("jobs-cancelling", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run).press("c");
        stage
    }),
    ("jobs-waiting", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(waiting_run);
        stage
    }),
    ("jobs-error", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("down");
        stage
    }),
    ("jobs-refused", |size, look| {
        let mut stage = Stage::new(size, look);
        let refusal = Documented::AnotherInstance
            .because("Run 118 of it is under way on AOS01 (pid 4711), started 14:02:51.");
        stage
            .press("r")
            .send(Msg::Started(Job::Inventory, Err(refusal)));
        stage
    }),
    ("jobs-elsewhere", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.running(elsewhere);
        stage
    }),
    ("jobs-elsewhere-and-here", |size, look| {
        let mut stage = Stage::new(size, look);
        let runs = vec![
            Progress {
                job: Job::Orders,
                dry_run: false,
                ..waiting_run(40)
            },
            elsewhere(60),
        ];
        stage.press("j j").send(Msg::Live(Box::new(live(runs))));
        stage
    }),
    ("jobs-withheld", |size, look| {
        let mut stage = Stage::new(size, look).answering();
        stage.press("W y").send(Msg::Overview(Ok(suspended())));
        stage
    }),
    ("jobs-withheld-one", |size, look| {
        let mut stage = Stage::new(size, look);
        let mut jobs = overview();
        jobs[0].status = JobStatus::Withhold;
        jobs[0].next = None;
        jobs[0].reason.push_str(
            "withheld by AOS02/812: AX is being upgraded over the weekend, and on-hand \
             quantities are counted anew",
        );
        stage.send(Msg::Overview(Ok(jobs)));
        stage
    }),
    ("jobs-late", |size, look| {
        let mut stage = Stage::bare(size, look);
        let mut jobs = overview();
        jobs[0].next = Some(ago(754));
        jobs[0].tracking_hours_left = Some(-3.1);
        jobs[1].failures = 3;
        jobs[1].tracking_hours_left = Some(11.2);
        stage.send(Msg::Overview(Ok(jobs))).press("g");
        stage
    }),
    ("jobs-tracking", |size, look| {
        let mut stage = Stage::new(size, look);
        let mut jobs = overview();
        jobs[1].failures = 12;
        jobs[1].tracking_hours_left = Some(11.2);
        stage.press("j").send(Msg::Overview(Ok(jobs)));
        stage
    }),
    ("jobs-service-fails", |size, look| {
        let mut stage = Stage::new(size, look);
        let reach = Reach::Open {
            since: ago(1_512),
            failures: 31,
            why: "503 Service Unavailable".to_owned(),
            next_try: ago(-20),
        };
        stage
            .press("G")
            .running(waiting_run)
            .send(Msg::Live(Box::new(LiveRuns {
                reach,
                ..live(vec![waiting_run(42)])
            })));
        stage
    }),
    ("jobs-throttled", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.send(Msg::Live(Box::new(LiveRuns {
            reach: Reach::Throttled { until: ago(-1_008) },
            ..live(Vec::new())
        })));
        stage
    }),
    ("jobs-ledger-fails", lost::ledger),
    ("jobs-ledger-fails-here", lost::ledger_under_a_run),
    ("jobs-ax-fails", lost::company),
    ("question-suspend-all", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run).press("W");
        stage
    }),
    ("question-resume-all", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.send(Msg::Overview(Ok(suspended()))).press("U");
        stage
    }),
    ("question-cancel-elsewhere", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.running(elsewhere).press("c");
        stage
    }),
    ("recurrence-loading", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("e");
        stage
    }),
    ("recurrence", |size, look| starts::editor(size, look, "")),
    ("recurrence-typed", |size, look| {
        starts::typed(size, look, "", "2 weeks")
    }),
    ("recurrence-policies", |size, look| {
        starts::typed(size, look, &"down ".repeat(6), "22:00-05:00")
    }),
    ("recurrence-wrong", |size, look| {
        starts::typed(size, look, "down down", "mon")
    }),
    ("recurrence-by-hand", |size, look| {
        starts::typed(size, look, "", "")
    }),
    ("recurrence-refused", starts::refused),
    ("recurrence-discard", |size, look| {
        let mut stage = starts::typed(size, look, "", "2 weeks");
        stage.press("esc");
        stage
    }),
    ("question-usual", |size, look| {
        let mut stage = Stage::new(size, look).answering();
        stage.press("E");
        stage
    }),
    ("jobs-long", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.running(|percent| Progress {
            dry_run: false,
            started: ago(68),
            ..elsewhere(percent)
        });
        stage
    }),
    ("jobs-failing-long", |size, look| {
        let mut stage = Stage::new(size, look);
        let mut jobs = overview();
        jobs[1] = failing_for_days(jobs[1].clone());
        if let Some(last) = &mut jobs[1].last {
            last.exception = Some(Documented::CompleteRequired.because(
                "The product selection was changed at 13:58 by ann on AOS02: 48 item groups \
                 more, and 3 of them are not released in the company usmf yet.",
            ));
        }
        stage.press("j").send(Msg::Overview(Ok(jobs)));
        stage
    }),
    ("jobs-production", production),
    ("question-production", |size, look| {
        let mut stage = production(size, look);
        stage.press("W").write("de");
        stage
    }),
    ("question-production-refused", |size, look| {
        let mut stage = production(size, look);
        stage.press("G r").write("yes").press("enter");
        stage
    }),
    ("logs-run", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run).press("l");
        stage
    }),
    ("logs-run-elsewhere", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("j l");
        stage
    }),
    ("jobs-copied", |size, look| {
        let mut stage = Stage::new(size, look).answering();
        stage.press("j y");
        stage
    }),
    ("account-loading", |size, look| {
        let mut stage = Stage::bare(size, look);
        stage.press("1");
        stage
    }),
    ("account", office::account),
    ("account-not-signed-up", office::not_signed_up),
    ("account-faults", office::faults),
    ("account-unreached", office::unreached),
    ("account-sign-in", |size, look| {
        let mut stage = office::account(size, look);
        stage.press("s");
        stage
    }),
    ("account-question", |size, look| {
        let mut stage = office::account(size, look);
        stage.press("d");
        stage
    }),
    ("account-disconnect", |size, look| {
        let mut stage = office::account(size, look);
        stage.press("D").write("demf").press("enter");
        stage
    }),
    ("checklists", office::checklists),
    ("checklists-new", office::new_checklists),
    ("checklists-migrating", office::migrating),
    ("checklists-website", |size, look| {
        let mut stage = office::checklists(size, look);
        stage.press("g down down down down enter");
        stage
    }),
    ("checklists-deferred", |size, look| {
        let mut stage = office::new_checklists(size, look);
        stage.press("down enter");
        stage
    }),
    ("parameters", |size, look| {
        let mut stage = office::checklists(size, look);
        stage.press("g down down enter");
        stage
    }),
    ("parameters-refused", |size, look| {
        let mut stage = office::checklists(size, look);
        stage
            .press("g down down enter down")
            .write("X")
            .press("enter");
        stage
    }),
    ("operation-log", |size, look| {
        let mut stage = office::new_checklists(size, look);
        stage.press("down down down down down down down enter");
        stage
    }),
    ("jobs-operation-log", office::logging),
    ("jobs-unread", |size, look| {
        let mut stage = Stage::bare(size, look);
        stage.send(Msg::Overview(Err(Exception::new(
            "The ledger cannot be read.",
            "/var/lib/axcs/ledger.db: disk I/O error",
            "Check the disk.",
        ))));
        stage
    }),
    ("jobs-read-only", |size, look| {
        let mut stage = Stage::with(
            Setting {
                read_only: true,
                ..setting(size, look)
            },
            size,
        );
        stage.send(Msg::Overview(Ok(overview()))).press("r");
        stage
    }),
    ("jobs-leaving", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run).press("q y");
        stage
    }),
    ("jobs-orders", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("j j");
        stage
    }),
    ("orders-loading", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("5");
        stage
    }),
    ("orders-empty", |size, look| {
        let mut stage = Stage::new(size, look);
        stage
            .press("5")
            .send(Msg::Orders(Box::new(Ok(orders::none()))));
        stage
    }),
    ("orders-unread", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("5").send(Msg::Orders(Box::new(Err(locked()))));
        stage
    }),
    ("orders", |size, look| keyed(size, look, "5")),
    ("orders-scrolled", |size, look| {
        keyed(size, look, "5 pgdn pgdn up up")
    }),
    ("orders-view", |size, look| keyed(size, look, "5 v v")),
    ("orders-filter-typing", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write("adams");
        stage
    }),
    ("orders-filter-kept", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write("Zoe\u{308} ").press("enter");
        stage
    }),
    ("orders-filter-without-hit", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write("no such order").press("enter");
        stage
    }),
    ("orders-wide-text", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write("INTL").press("enter");
        stage
    }),
    ("orders-marked", |size, look| {
        keyed(size, look, "5 v v space space down")
    }),
    ("orders-retry-question", |size, look| {
        keyed(size, look, "5 v v m m r")
    }),
    ("orders-retried", |size, look| keyed(size, look, "5 v v r")),
    ("orders-writing", |size, look| keyed(size, look, "5 x")),
    ("orders-retry-all-question", |size, look| {
        keyed(size, look, "5 R")
    }),
    ("orders-not-retried", |size, look| keyed(size, look, "5 r")),
    ("orders-note", |size, look| {
        let mut stage = keyed(size, look, "5 v v e");
        stage.write("The customer took another product: 配送 refunded.");
        stage
    }),
    ("orders-note-empty", |size, look| {
        keyed(size, look, "5 v v e space enter")
    }),
    ("orders-resolve-question", |size, look| {
        let mut stage = keyed(size, look, "5 v v m m e");
        stage.write("Test orders.").press("enter");
        stage
    }),
    ("order-loading", |size, look| {
        let mut stage = Stage::new(size, look);
        stage
            .press("5")
            .send(Msg::Orders(Box::new(Ok(orders::all()))))
            .press("enter");
        stage
    }),
    ("order-exception", |size, look| {
        keyed(size, look, "5 v v enter")
    }),
    ("order-shipped", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write("SO-101033").press("enter enter G");
        stage
    }),
    ("order-1000-lines", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage
            .write(orders::LONG)
            .press("enter enter pgdn pgdn pgdn down");
        stage
    }),
    ("order-1000-lines-end", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write(orders::LONG).press("enter enter G");
        stage
    }),
    ("order-wide-text", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write("INTL-3").press("enter enter pgdn");
        stage
    }),
    ("order-gone", |size, look| {
        let mut stage = keyed(size, look, "5 enter");
        let id = orders::all().rows[0].id.clone();
        stage.send(Msg::Order(id, Ok(None)));
        stage
    }),
    ("exceptions-loading", |size, look| {
        let mut stage = Stage::bare(size, look);
        stage.send(Msg::Overview(Ok(overview()))).press("6");
        stage
    }),
    ("exceptions-empty", |size, look| {
        let mut stage = Stage::bare(size, look);
        stage
            .send(Msg::Overview(Ok(overview())))
            .press("6")
            .send(Msg::Exceptions(Box::new(Ok(exceptions::none()))));
        stage
    }),
    ("exceptions-unread", |size, look| {
        let mut stage = Stage::bare(size, look);
        stage
            .press("6")
            .send(Msg::Exceptions(Box::new(Err(locked()))));
        stage
    }),
    ("exceptions", |size, look| keyed(size, look, "6")),
    ("exceptions-closed", |size, look| keyed(size, look, "6 a")),
    ("exceptions-filter", |size, look| {
        let mut stage = keyed(size, look, "6 /");
        stage.write("tax");
        stage
    }),
    ("exceptions-retry-question", |size, look| {
        keyed(size, look, "6 m m m r")
    }),
    ("exceptions-retry-all-question", |size, look| {
        keyed(size, look, "6 R")
    }),
    ("exceptions-correct-question", |size, look| {
        keyed(size, look, "6 C")
    }),
    ("exceptions-corrected", |size, look| {
        keyed(size, look, "6 C y")
    }),
    ("exceptions-resolved", |size, look| {
        let mut stage = keyed(size, look, "6 e");
        stage.write("Mended in AX.").press("enter");
        stage
    }),
    ("exception-run", |size, look| keyed(size, look, "6 enter")),
    ("exception-record", |size, look| {
        keyed(size, look, "6 down enter")
    }),
    ("exception-closed", |size, look| {
        keyed(size, look, "6 a G enter")
    }),
    ("logs-empty", |size, look| {
        let mut stage = Stage::bare(size, look);
        stage.press("7");
        stage
    }),
    ("logs", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7");
        stage
    }),
    ("logs-standing", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 pgup k k right right").send(Msg::Log(Batch {
            lines: log(40).into(),
            dropped: 12_004,
        }));
        stage
    }),
    ("logs-level", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 v v");
        stage
    }),
    ("logs-wrapped", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 w");
        stage
    }),
    ("logs-search-typing", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 / s e r v i c e");
        stage
    }),
    ("logs-search-kept", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 / u n a v enter N N");
        stage
    }),
    ("logs-search-without-hit", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 / x y z enter n");
        stage
    }),
    ("logs-filter", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 &");
        stage
            .write("level>=warning -text:429 age>1s")
            .press("enter z");
        stage
    }),
    ("logs-filter-wrong", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 &");
        stage.write("levle>=warning ");
        stage
    }),
    ("logs-expression-wrong", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 / ctrl-r");
        stage.write("batch (\\d+");
        stage
    }),
    ("logs-expression", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 / ctrl-r");
        stage.write("[0-9]+ s").press("enter N");
        stage
    }),
    ("logs-audit", |size, look| keyed(size, look, "7 a")),
    ("logs-audit-filter", |size, look| {
        let mut stage = keyed(size, look, "7 a &");
        stage.write("~selection");
        stage.press("enter");
        stage
    }),
    ("logs-file", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 o");
        of_file(&mut stage, true);
        stage.press("k k");
        stage
    }),
    ("logs-file-unread", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 o");
        of_file(&mut stage, false);
        stage
    }),
    ("orders-sorted", |size, look| keyed(size, look, "5 o o o o")),
    ("orders-turned-and-marked", |size, look| {
        keyed(size, look, "5 O g m j j M")
    }),
    ("orders-filter-offers", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write("total>100 st");
        stage
    }),
    ("orders-filter-completed", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write("sta").press("tab tab tab");
        stage
    }),
    ("orders-filter-wrong", |size, look| {
        let mut stage = keyed(size, look, "5 /");
        stage.write("total>much ").press("enter");
        stage
    }),
    ("exceptions-sorted", |size, look| {
        keyed(size, look, "6 o o o")
    }),
    ("palette", |size, look| keyed(size, look, "5 :")),
    ("palette-products", |size, look| {
        let mut stage = keyed(size, look, "3 e :");
        stage.write("rule");
        stage
    }),
    ("palette-typing", |size, look| {
        let mut stage = keyed(size, look, "6 :");
        stage.write("rtr").press("down");
        stage
    }),
    ("palette-without", |size, look| {
        let mut stage = keyed(size, look, "4 :");
        stage.write("zzz");
        stage
    }),
    ("help", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("?");
        stage
    }),
    ("help-end", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("7 ? G");
        stage
    }),
    ("question-complete", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G r");
        stage
    }),
    ("question-quit", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run).press("q");
        stage
    }),
    ("details-live", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(waiting_run).press("enter");
        stage
    }),
    ("details-error", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("down enter");
        stage
    }),
    ("details-error-end", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("down enter G");
        stage
    }),
    ("history-loading", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("h");
        stage
    }),
    ("history", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("h");
        stage.send(Msg::Runs(Job::Inventory, Ok(history())));
        stage.press("j j");
        stage
    }),
    ("batch-jobs-loading", batch::loading),
    ("batch-jobs", batch::listed),
    ("batch-jobs-empty", batch::empty),
    ("batch-jobs-unread", batch::unread),
    ("batch-job", batch::opened),
    ("batch-job-end", batch::scrolled),
    ("history-unread", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("h");
        stage.send(Msg::Runs(
            Job::Inventory,
            Err(Exception::new(
                "The ledger cannot be read.",
                "/var/lib/axcs/ledger.db: database is locked",
                "Wait, or end the other program that has it open.",
            )),
        ));
        stage
    }),
    ("products", products::products),
    ("products-loading", products::loading),
    ("products-unread", products::unread),
    ("products-draft", products::draft),
    ("products-filter", products::filtered),
    ("products-searching", products::searching),
    ("products-empty", products::empty),
    ("products-categories", products::categories),
    ("products-in-category", products::in_category),
    ("products-item", products::item_window),
    ("products-selection", products::not_counted),
    ("products-counted", products::reviewed),
    ("products-apply-question", products::apply_question),
    ("products-applied", products::applied),
    ("products-all-question", products::all_question),
    ("products-rule", products::rule_form),
];

/// The console where orders and exceptions are read, after these keys.
fn keyed(size: (u16, u16), look: Look, keys: &str) -> Stage {
    let mut stage = Stage::new(size, look).answering();
    stage.press(keys);
    stage
}

fn locked() -> Exception {
    Exception::new(
        "The ledger cannot be read.",
        "/var/lib/axcs/ledger.db: database is locked",
        "Wait, or end the other program that has it open.",
    )
}

/// The end of a log file of a million lines, as it would be read; or why it cannot be.
fn of_file(stage: &mut Stage, is_there: bool) {
    let size = LogSize {
        bytes: 118_040_112,
        lines: Some(1_000_000),
    };
    let lines = log(240).into_iter().enumerate();
    let page = LogPage {
        above: lines.map(|(at, line)| (at as u64 * 118, line)).collect(),
        number: Some(999_761),
        size,
        ..LogPage::default()
    };
    let why = "/var/log/axcs/axcs.2026-03-12.log: Permission denied (os error 13)";
    let read = is_there.then_some(page).ok_or_else(|| why.to_owned());
    stage.send(Msg::LogFile(Box::new(LogReport::Page(read))));
    stage.send(Msg::LogFile(Box::new(LogReport::Known(size, None))));
}
