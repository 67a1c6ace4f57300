//! A session that is written down shows the same again, and holds nothing that is left out of it.

use axcs::console::app::{App, Msg};
use axcs::console::correction::CorrectionReport;
use axcs::console::office::Report;
use axcs::console::plain::PlainScreen;
use axcs::console::record::{Recorder, Session};
use axcs::console::run::tell;
use axcs::console::theme::Theme;
use axcs::logging::Batch;
use axcs::model::exception::ExceptionFilter;
use axcs::model::staged::OrderFilter;
use axcs::model::{Exception, Job, RunId};
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::desk::Written;
use crate::scenes::{
    self, Look, exceptions, key_event, live, now, orders, overview, setting, text_of,
};

const SIZE: (u16, u16) = (80, 24);

fn key(key: &str) -> Msg {
    Msg::Terminal(Event::Key(key_event(key)))
}

/// What a console is told in a session.
fn told() -> Vec<Msg> {
    let click = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: 20,
        row: 5,
        modifiers: KeyModifiers::NONE,
    };
    let wanted = OrderFilter {
        limit: 300,
        ..OrderFilter::default()
    };
    let order = orders::read(&wanted).rows[0].id.clone();
    vec![
        Msg::Live(Box::new(live(vec![scenes::complete_run(42)]))),
        Msg::Overview(Ok(overview())),
        Msg::Log(Batch {
            lines: scenes::log(20).into(),
            dropped: 3,
        }),
        Msg::Exceptions(Box::new(Ok(exceptions::read(&ExceptionFilter::default())))),
        Msg::Terminal(Event::Mouse(click)),
        Msg::Started(Job::Orders, Ok(RunId(7))),
        Msg::Canceled(Job::Complete, Err(Exception::new("No.", "why", "do"))),
        Msg::Office(Box::new(Report::Changed(Ok("a secret code".to_owned())))),
        key("5"),
        Msg::Orders(Box::new(Ok(orders::read(&wanted)))),
        key("down"),
        key("up"),
        key("enter"),
        Msg::Order(order.clone(), Ok(orders::order(&order).map(Box::new))),
        Msg::Terminal(Event::Resize(100, 30)),
        key("esc"),
        Msg::Correction(Box::new(CorrectionReport::Proposed(Ok(
            scenes::correction::of(3),
        )))),
        Msg::Tick,
    ]
}

fn screen(app: &App, (width, height): (u16, u16)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let drawn = terminal.draw(|frame| axcs::console::draw::draw(app, frame));
    drawn.unwrap();
    text_of(terminal.backend().buffer())
}

fn theme() -> Theme {
    let look = Look::PLAIN;
    Theme::new(look.palette, look.depth, *look.symbols).unwrap()
}

#[test]
fn what_was_written_down_shows_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.jsonl");
    let made = || axcs::console::app::Setting {
        zone: TimeZone::UTC,
        ..setting(SIZE, Look::PLAIN)
    };
    let recorder = Recorder::create(&file).unwrap();
    let keys = "[jobs]\nrun = [\"f5\"]\n";
    let mut recorder = recorder.begun(&made(), keys.to_owned());
    let mut app = App::new(axcs::console::app::Setting {
        keys: axcs::console::keys::Keymap::new(keys).unwrap(),
        ..made()
    });
    app.begin();
    let mut screens = Vec::new();
    let mut at = now();
    for msg in told() {
        recorder.note(&msg, at);
        let is_left_out = matches!(msg, Msg::Office(_));
        app.update(msg, at);
        at += SignedDuration::from_millis(1_500);
        if !is_left_out {
            screens.push(screen(&app, (100, 30)));
        }
    }
    drop(recorder);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(text.lines().count(), 1 + told().len());

    let mut session = Session::open(&file).unwrap();
    let mut again = session.app(theme());
    again.begin();
    for (number, before) in screens.iter().enumerate() {
        let (at, msg) = session.next_step().unwrap().unwrap();
        again.update(msg, at);
        assert_eq!(&screen(&again, (100, 30)), before, "step {number}");
    }
    assert!(session.next_step().unwrap().is_none());

    let mut session = Session::open(&file).unwrap();
    let mut again = session.app(theme());
    let line = Written::default();
    let mut plain = PlainScreen::new(line.clone()).unwrap();
    tell(&mut session, &mut again, &mut plain).unwrap();
    let printed = String::from_utf8(line.0.lock().unwrap().clone()).unwrap();
    assert!(printed.contains("== Orders"), "{printed}");
}

#[cfg(unix)]
#[test]
fn only_this_account_reads_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.jsonl");
    Recorder::create(&file).unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_that_is_no_session_is_refused_with_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.jsonl");
    for (text, says) in [
        ("", "line 1"),
        ("{}\n", "line 1"),
        ("x", "no session of axcs"),
    ] {
        std::fs::write(&file, text).unwrap();
        let error = Session::open(&file).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let recorder = Recorder::create(&file).unwrap();
    drop(recorder.begun(&setting(SIZE, Look::PLAIN), String::new()));
    let mut text = std::fs::read_to_string(&file).unwrap();
    text.push_str("{\"at\":\"2026-03-12T18:03:12Z\",\"told\":{\"fly\":1}}\n");
    std::fs::write(&file, text).unwrap();
    let mut session = Session::open(&file).unwrap();
    let error = session.next_step().unwrap_err().to_string();
    assert!(error.contains("line 2"), "{error}");
}
