//! The console in a real pseudo-terminal: however it ends, the terminal is as it was before.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]
#![cfg(all(feature = "console", unix))]

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use axcs::console::terminal::{Session, as_console};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Far more than it takes; a test that fails must end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program in a pseudo-terminal of 80 columns and 24 rows.
struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    modes_before: String,
}

impl Pty {
    fn start(mut command: CommandBuilder) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let modes_before = modes(&*pair.master);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            keys: pair.master.take_writer().unwrap(),
            master: pair.master,
            output,
            screen: vt100::Parser::new(24, 80, 0),
            modes_before,
        }
    }

    /// One of the programs below, which live in this test file.
    fn play(part: &str) -> Self {
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", part, "--ignored", "--nocapture"]);
        Self::start(command)
    }

    /// Reads what the program writes until the screen is as wanted.
    fn until(&mut self, wanted: impl Fn(&vt100::Screen) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !wanted(self.screen.screen()) {
            let left = end.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(error) => panic!(
                    "{error}; the screen is\n{}",
                    self.screen.screen().contents()
                ),
            }
        }
    }

    fn until_shows(&mut self, words: &str) {
        self.until(|screen| screen.contents().contains(words));
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits for the end, and finds the terminal as it was.
    fn assert_restored(mut self) -> portable_pty::ExitStatus {
        self.until(|screen| {
            !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
        });
        // What is still written would keep the program from ending.
        let output = self.output;
        std::thread::spawn(move || while output.recv().is_ok() {});
        let status = self.child.wait().unwrap();
        assert_eq!(modes(&*self.master), self.modes_before);
        status
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has modes"))
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
    let mut pty = Pty::play("part_that_ends");
    pty.until_shows("under way");
    assert!(pty.screen.screen().alternate_screen());
    assert_ne!(modes(&*pty.master), pty.modes_before, "raw mode is on");
    pty.press("x");
    pty.assert_restored();
}

#[test]
fn a_panic_restores_the_terminal_and_is_reported() {
    let mut pty = Pty::play("part_that_panics");
    pty.until_shows("under way");
    pty.press("x");
    pty.until_shows("a fault in the console");
    assert!(!pty.screen.screen().alternate_screen());
    assert!(!pty.assert_restored().success());
}

#[test]
fn a_panic_in_a_run_leaves_the_screen_alone() {
    let mut pty = Pty::play("part_with_a_run_that_panics");
    pty.until_shows("still under way");
    let screen = pty.screen.screen();
    assert!(screen.alternate_screen());
    assert_eq!(screen.contents(), "still under way");
    pty.press("x");
    pty.assert_restored();
}

#[test]
fn quitting_the_demo_restores_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_axcs"));
    command.args(["demo", "--items", "200", "--dir"]);
    command.arg(folder.path());
    let mut pty = Pty::start(command);
    pty.until_shows("Commerce Services complete data synchronization");
    // Both are read from the ledger.
    pty.press("2");
    pty.until_shows("waiting for a sales order");
    pty.press("3");
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
