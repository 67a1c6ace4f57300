//! The program as a test types it: one folder, exit code, output.
#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// What the token of every test ends with: it must be found nowhere but in the token's own file.
pub const CANARY: &str = "c4naryThatMustNeverBeSeen7f3a";

/// The program with a folder of its own. When the test ends well, nothing that was written there
/// holds the token.
pub struct Axcs {
    dir: tempfile::TempDir,
    outputs: AtomicU32,
}

impl Drop for Axcs {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.secrets_found(), Vec::<PathBuf>::new());
        }
    }
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The last of several JSON lines.
    pub fn last_json(&self) -> Value {
        let line = self
            .stdout
            .lines()
            .last()
            .unwrap_or_else(|| panic!("no output: {self:?}"));
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The service of a folder as a process of its own; it ends with the test, however the test ends.
pub struct Serving {
    child: Child,
    pub url: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_axcs"));
    command
        .env_remove("AXCS_CONFIG")
        .env_remove("AXCS_DIR")
        .env_remove("AXCS_PROFILE")
        .env_remove("AXCS_TOKEN")
        .env_remove("AXCS_SQL_PASSWORD")
        .env_remove("AXCS_ORDERS_PASSWORD")
        .env_remove("CREDENTIALS_DIRECTORY")
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("XDG_DATA_HOME", home)
        .env("XDG_STATE_HOME", home)
        .stdin(Stdio::null());
    command
}

/// True where the bytes hold the token, as it is or as HTTP, JSON and addresses carry it.
pub fn says_a_secret(bytes: &[u8]) -> bool {
    // Letters and figures only: no encoding of text changes them.
    bytes
        .windows(CANARY.len())
        .any(|window| window.eq_ignore_ascii_case(CANARY.as_bytes()))
}

/// The same command, for a pseudo-terminal.
#[cfg(unix)]
pub fn for_terminal(made: &Command) -> portable_pty::CommandBuilder {
    let mut command = portable_pty::CommandBuilder::new(made.get_program());
    command.args(made.get_args());
    for (name, value) in made.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        }
    }
    command
}

/// Runs a command to its end.
pub fn said(mut command: Command) -> Said {
    let output = command.output().unwrap();
    for said in [&output.stdout, &output.stderr] {
        assert!(
            !says_a_secret(said),
            "{command:?} printed a secret: {}",
            String::from_utf8_lossy(said)
        );
    }
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The program without `--dir`, for an account whose home is `home`.
pub fn bare(home: &Path, arguments: &[&str]) -> Said {
    let mut command = command(home);
    command.args(arguments);
    said(command)
}

impl Axcs {
    /// An empty folder. Leases are short: a test that kills a run does not want to wait.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(
            dir.path().join("short.toml"),
            "secrets = 'file'\n[engine]\nlease_seconds = 1\n",
        )
        .unwrap();
        std::fs::write(dir.path().join("token"), format!("axcs-{CANARY}")).unwrap();
        Self {
            dir,
            outputs: AtomicU32::new(0),
        }
    }

    /// Files of the folder that hold the token and must not; `secrets` is there to hold them.
    pub fn secrets_found(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.dir()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    if !path.ends_with("secrets") {
                        folders.push(path);
                    }
                } else if path.file_name().is_none_or(|name| name != "token") {
                    // A file may go meanwhile, with the process that made it.
                    let holds = |bytes: &[u8]| says_a_secret(bytes);
                    if std::fs::read(&path).is_ok_and(|bytes| holds(&bytes)) {
                        found.push(path);
                    }
                }
            }
        }
        found
    }

    /// The command's output goes into a file of the folder, where a secret in it is found.
    pub fn noting_output(&self, mut command: Command) -> Command {
        let number = self.outputs.fetch_add(1, Ordering::Relaxed);
        let file = self.dir().join(format!("output-{number}.txt"));
        let file = std::fs::File::create(file).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        command
    }

    /// A demo company of `items` items, uploaded once.
    pub fn demo(items: u32) -> Self {
        let axcs = Self::new();
        axcs.ok(&["demo", "--headless", "--items", &items.to_string()]);
        axcs
    }

    pub fn dir(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.dir.path());
        command.arg("--dir").arg(self.dir.path());
        if !arguments.contains(&"--config") {
            command
                .arg("--config")
                .arg(self.dir.path().join("short.toml"));
        }
        command.args(arguments);
        command
    }

    /// The same command, for a pseudo-terminal.
    #[cfg(unix)]
    pub fn in_terminal(&self, arguments: &[&str]) -> portable_pty::CommandBuilder {
        for_terminal(&self.command(arguments))
    }

    /// The file in which the sign-in is kept, where no credential store is.
    pub fn sign_in_file(&self) -> Option<PathBuf> {
        let folder = std::fs::read_dir(self.dir().join("secrets")).ok()?;
        let mut files = folder.map(|entry| entry.unwrap().path());
        files.find(|file| file.to_string_lossy().contains("sign-in"))
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        said(self.command(arguments))
    }

    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.noting_output(self.command(arguments)).spawn().unwrap()
    }

    /// Serves the folder at `address` until the answer is dropped.
    pub fn serve(&self, address: &str) -> Serving {
        self.serve_with(address, &[])
    }

    /// The same with further arguments.
    pub fn serve_with(&self, address: &str, further: &[&str]) -> Serving {
        let arguments = ["service", "--json", "--listen", address];
        let mut child = self
            .command(&[&arguments, further].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = serde_json::from_str::<Value>(&line).unwrap()["url"].clone();
        Serving {
            child,
            url: url.as_str().unwrap().to_owned(),
        }
    }

    /// A demo with one order that AX has taken: `W1-0`.
    pub fn shop() -> Self {
        let axcs = Self::new();
        axcs.ok(&[
            "demo",
            "--headless",
            "--items",
            "60",
            "--orders",
            "1",
            "--seed",
            "1",
        ]);
        axcs
    }

    /// Places an order, whole as its JSON has it.
    pub fn place_order(&self, order: &Value) {
        let file = self.dir().join("order.json");
        std::fs::write(&file, order.to_string()).unwrap();
        let file = file.to_str().unwrap();
        self.ok(&["service", "order", "place", "--file", file]);
    }

    /// Runs a command that has to succeed.
    pub fn ok(&self, arguments: &[&str]) -> Said {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
        said
    }

    /// The JSON of a command that has to succeed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.ok(&[arguments, &["--json"]].concat()).json()
    }

    /// Runs a job to its end and answers its summary.
    pub fn run_json(&self, job: &str) -> Value {
        self.ok(&["run", job, "--json"]).last_json()["summary"].clone()
    }

    /// The first selected item.
    pub fn first_item(&self) -> String {
        self.json(&["products", "list", "--limit", "1"])[0]["item"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// How many records of the job's streams differ.
    pub fn differences(&self, job: &str) -> u64 {
        let job: axcs::model::Job = job.parse().unwrap();
        let differs = |stream: &axcs::model::Stream| {
            let said = self.run(&["verify", "--stream", stream.name(), "--json"]);
            said.json()["differences"].as_u64().unwrap()
        };
        job.streams().iter().map(differs).sum()
    }
}

/// The part of an answer about one stream.
pub fn stream<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer["streams"]
        .as_array()
        .and_then(|streams| streams.iter().find(|stream| stream["stream"] == name))
        .unwrap_or_else(|| panic!("no stream {name} in {answer}"))
}
