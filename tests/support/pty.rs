//! A program in a real pseudo-terminal: what it shows, the keys that are pressed, and how it leaves
//! the terminal.
#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

use std::io::{Read as _, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Far more than it takes; a test that fails must end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program in a pseudo-terminal.
pub struct Pty {
    child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    /// What the program wrote, each piece with the moment at which it was read.
    output: Receiver<(Instant, Vec<u8>)>,
    pub screen: vt100::Parser,
    pub modes_before: String,
}

/// What most terminals call themselves.
pub const TERM: &str = "xterm-256color";

impl Pty {
    /// With 80 columns.
    pub fn start(command: CommandBuilder, rows: u16) -> Self {
        Self::open(command, (80, rows), TERM)
    }

    /// Of columns and rows, in a terminal that is called `term`.
    pub fn open(mut command: CommandBuilder, (columns, rows): (u16, u16), term: &str) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let modes_before = modes(&*pair.master);
        command.env("TERM", term);
        command.env("LC_ALL", "C.UTF-8");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut bytes) {
                let piece = (Instant::now(), bytes[..length].to_vec());
                if sender.send(piece).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            keys: pair.master.take_writer().unwrap(),
            master: pair.master,
            output,
            screen: vt100::Parser::new(rows, columns, 0),
            modes_before,
        }
    }

    /// Reads what the program writes until the screen is as wanted; answers when that was read.
    pub fn until(&mut self, wanted: impl Fn(&vt100::Screen) -> bool) -> Instant {
        let mut read = Instant::now();
        let end = read + PATIENCE;
        while !wanted(self.screen.screen()) {
            let left = end.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok((at, bytes)) => {
                    self.screen.process(&bytes);
                    read = at;
                }
                Err(error) => panic!(
                    "{error}; the screen is\n{}",
                    self.screen.screen().contents()
                ),
            }
        }
        read
    }

    /// Reads what the program writes for a time, and what is there already; answers how many bytes.
    pub fn listen(&mut self, span: Duration) -> usize {
        let end = Instant::now() + span;
        let mut length = 0;
        while let Ok((_, bytes)) = self
            .output
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            self.screen.process(&bytes);
            length += bytes.len();
        }
        length
    }

    pub fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Ends the program, whatever it does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn until_shows(&mut self, words: &str) {
        self.until(|screen| screen.contents().contains(words));
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Takes the terminal away, as a lost SSH line does, and waits for the program to end.
    /// `None`: it did not end by itself, and was killed.
    pub fn hang_up(mut self) -> Option<portable_pty::ExitStatus> {
        // The reading thread holds the terminal as well. It ends when it cannot pass on what it reads.
        drop(self.output);
        let _ = self.keys.write_all(b"??");
        drop(self.keys);
        drop(self.master);
        let mut killer = self.child.clone_killer();
        let (sender, ended) = channel();
        std::thread::spawn(move || sender.send(self.child.wait().unwrap()));
        let status = ended.recv_timeout(PATIENCE).ok();
        if status.is_none() {
            killer.kill().unwrap();
        }
        status
    }

    /// Waits for the end, and finds the terminal as it was.
    pub fn assert_restored(mut self) -> portable_pty::ExitStatus {
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

/// The modes of a terminal, to be compared.
pub fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has modes"))
}
