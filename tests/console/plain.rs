//! Without a screen: what changes is printed line by line, and lines are commands.

use axcs::console::app::{Change, Effect, Msg, Pace};
use axcs::console::plain::{PlainScreen, SIZE};
use axcs::console::terminal::Screen as _;
use axcs::model::Job;

use crate::desk::Written;
use crate::scenes::list::production;
use crate::scenes::{Look, Stage, complete_run, live};

/// The console and what it has printed.
struct Reader {
    stage: Stage,
    screen: PlainScreen<Written>,
    written: Written,
    read: usize,
}

impl Reader {
    fn new(stage: fn((u16, u16), Look) -> Stage) -> Self {
        let written = Written::default();
        Self {
            stage: stage((SIZE.width, SIZE.height), Look::PLAIN).answering(),
            screen: PlainScreen::new(written.clone()).unwrap(),
            written,
            read: 0,
        }
    }

    /// What is printed since the last time.
    fn hear(&mut self) -> String {
        self.screen.show(&self.stage.app).unwrap();
        let all = self.written.0.lock().unwrap().clone();
        let text = String::from_utf8(all[self.read..].to_vec()).unwrap();
        self.read = all.len();
        text
    }

    /// Types a line.
    fn say(&mut self, line: &str) -> String {
        self.stage.send(Msg::Line(line.to_owned()));
        self.hear()
    }
}

#[track_caller]
fn assert_says(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    assert!(!text.contains('\x1b'), "{text}");
}

#[test]
fn the_place_the_jobs_and_the_commands_are_told_first_and_nothing_twice() {
    let mut reader = Reader::new(Stage::new);
    let text = reader.hear();
    assert_says(
        &text,
        &[
            "demo",
            "usmf Contoso",
            "== Jobs\n",
            "inventory synchronization",
            "-- run, dry-run,",
        ],
    );
    assert_eq!(reader.hear(), "");
}

#[test]
fn a_line_is_a_command_by_its_name_its_key_or_the_title_of_a_tab() {
    let mut reader = Reader::new(Stage::new);
    reader.hear();
    assert_says(&reader.say("orders"), &["== Orders\n", "Customer"]);
    assert_says(&reader.say("tab-jobs"), &["== Jobs\n"]);
    reader.say("down 2");
    assert_eq!(reader.stage.app.jobs().selected(), Job::ALL[2]);
    reader.say("k");
    assert_eq!(reader.stage.app.jobs().selected(), Job::ALL[1]);
    assert_says(&reader.say("details"), &["== Jobs > "]);
    assert_says(&reader.say("close"), &["== Jobs\n"]);
    assert_says(&reader.say("fly"), &["! There is no command \"fly\" here."]);
    assert_says(&reader.say("details 2"), &["! details takes no \"2\"."]);
}

#[test]
fn only_what_changed_is_printed() {
    let mut reader = Reader::new(Stage::new);
    let whole = reader.hear().lines().count();
    let text = reader.say("down");
    assert!(text.lines().count() < whole, "{text}");
    assert_says(&text, &["> "]);
    // How far a run has come is told every few seconds.
    let progress = reader.screen.gap(Pace::Calm);
    assert!(progress.as_secs() >= 3);
    let run = live(vec![complete_run(42)]);
    reader.stage.send(Msg::Live(Box::new(run)));
    assert_says(&reader.hear(), &["complete", " %"]);
}

#[test]
fn that_time_goes_by_is_not_told() {
    let mut reader = Reader::new(Stage::new);
    for tab in ["jobs", "orders", "exceptions"] {
        assert_says(&reader.say(tab), &["== "]);
        for _ in 0..3 {
            reader.stage.wait(61_000).send(Msg::Tick);
            let text = reader.hear();
            assert!(!text.contains(" min") && !text.contains(" h"), "{text}");
        }
    }
}

#[test]
fn a_question_is_read_and_answered_by_a_line() {
    let mut reader = Reader::new(Stage::new);
    reader.hear();
    let text = reader.say("suspend-all");
    assert_says(
        &text,
        &["== Jobs > Suspend all jobs?\n", "This withholds 5 jobs"],
    );
    reader.stage.asked();
    let text = reader.say("yes");
    assert_eq!(reader.stage.asked()[0], Effect::Change(Change::SuspendAll));
    assert_says(&text, &["== Jobs\n", "+ 5 jobs are withheld"]);
}

#[test]
fn in_production_a_line_is_the_name() {
    let mut reader = Reader::new(production);
    reader.hear();
    assert_says(
        &reader.say("W"),
        &["PRODUCTION: type the name of the profile"],
    );
    reader.stage.asked();
    assert_says(&reader.say("y"), &["That is not demo."]);
    assert_eq!(reader.stage.asked(), []);
    reader.say("demo");
    assert_eq!(reader.stage.asked()[0], Effect::Change(Change::SuspendAll));
}

#[test]
fn a_filter_is_typed_as_a_line_and_ended_by_a_command() {
    let mut reader = Reader::new(Stage::new);
    reader.say("orders");
    assert_says(&reader.say("filter"), &["-- type a text; or :keep-filter"]);
    reader.stage.asked();
    reader.say("contoso");
    assert!(matches!(
        reader.stage.asked().first(),
        Some(Effect::LoadOrders(_))
    ));
    assert!(reader.stage.app.orders().is_filtering());
    assert!(!reader.stage.app.orders().is_typing());
    reader.say("filter");
    reader.say(":end-filter");
    assert!(!reader.stage.app.orders().is_filtering());
}
