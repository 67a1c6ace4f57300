//! The console in a real pseudo-terminal: however it ends, the terminal is as it was before.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "console", unix))]

#[path = "support/pty.rs"]
mod pty;

use std::io::Read as _;

use axcs::console::terminal::{Session, as_console};
use portable_pty::CommandBuilder;
use pty::{Pty, modes};

/// One of the programs below, which live in this test file.
fn play(part: &str) -> Pty {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", part, "--ignored", "--nocapture"]);
    Pty::start(command, 24)
}

fn in_runtime<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn show(screen: &mut impl axcs::console::terminal::Screen, words: &str) {
    screen
        .draw(&mut |frame| frame.render_widget(words, frame.area()))
        .unwrap();
}

#[test]
#[ignore = "a program for the tests below, not a test"]
fn part_that_ends() {
    let (session, mut screen) = Session::begin().unwrap();
    show(&mut screen, "under way");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    drop(session);
}

#[test]
#[ignore = "a program for the tests below, not a test"]
fn part_that_panics() {
    let (_session, mut screen) = Session::begin().unwrap();
    in_runtime(as_console(async {
        show(&mut screen, "under way");
        std::io::stdin().read_exact(&mut [0]).unwrap();
        panic!("a fault in the console");
    }));
}

#[test]
#[ignore = "a program for the tests below, not a test"]
fn part_with_a_run_that_panics() {
    let (_session, mut screen) = Session::begin().unwrap();
    in_runtime(as_console(async {
        let run = tokio::spawn(async { panic!("a fault in a run") });
        assert!(run.await.is_err());
        show(&mut screen, "still under way");
        std::io::stdin().read_exact(&mut [0]).unwrap();
    }));
}

#[test]
fn the_end_restores_the_terminal() {
    let mut pty = play("part_that_ends");
    pty.until_shows("under way");
    assert!(pty.screen.screen().alternate_screen());
    assert_ne!(modes(&*pty.master), pty.modes_before, "raw mode is on");
    pty.press("x");
    pty.assert_restored();
}

#[test]
fn a_panic_restores_the_terminal_and_is_reported() {
    let mut pty = play("part_that_panics");
    pty.until_shows("under way");
    pty.press("x");
    pty.until_shows("a fault in the console");
    assert!(!pty.screen.screen().alternate_screen());
    assert!(!pty.assert_restored().success());
}

#[test]
fn a_panic_in_a_run_leaves_the_screen_alone() {
    let mut pty = play("part_with_a_run_that_panics");
    pty.until_shows("still under way");
    let screen = pty.screen.screen();
    assert!(screen.alternate_screen());
    assert_eq!(screen.contents(), "still under way");
    pty.press("x");
    pty.assert_restored();
}

/// The demo's console, as soon as it shows the jobs.
fn demo(folder: &std::path::Path) -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_axcs"));
    command.args(["demo", "--items", "200", "--dir"]);
    command.arg(folder);
    let mut pty = Pty::start(command, 24);
    pty.until(|screen| {
        // What the demo says before is no console yet.
        screen.alternate_screen() && screen.contents().contains("complete data synchronization")
    });
    pty
}

#[test]
fn a_lost_line_ends_the_console() {
    let folder = tempfile::tempdir().unwrap();
    let status = demo(folder.path()).hang_up().expect("the console ends");
    assert_eq!(status.exit_code(), 129);
}

#[test]
fn the_screen_is_drawn_again_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let mut pty = demo(folder.path());
    // Something else wrote on the screen.
    pty.screen.process(b"\x1b[H\x1b[2J");
    pty.press("\x0c");
    pty.until_shows("complete data synchronization");
    pty.press("qy");
    assert!(pty.assert_restored().success());
}

#[test]
fn quitting_the_demo_restores_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut pty = demo(folder.path());
    // Both are read from the ledger.
    pty.press("5");
    pty.until_shows("waiting for a sales order");
    pty.press("6");
    pty.until(|screen| {
        let text = screen.contents();
        text.contains("closed ones left out") && !text.contains("being read")
    });
    pty.press("?");
    pty.until_shows("Log file");
    // Close the help, leave, and stop a run if the demo began one.
    pty.press("qqy");
    assert!(pty.assert_restored().success());
}
