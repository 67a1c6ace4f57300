//! The *Operation log*: every request to Commerce Services with its answer, one JSON document a line,
//! without secrets, in files of bounded size. It goes off by itself.
//!
//! Several processes of a machine may write to the same folder: each line is written whole, under a
//! lock. It is for finding a fault, and slow on purpose: the caller waits until the line stands.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

/// The newest file; older ones have a number behind the name.
const FILE: &str = "operations.log";
/// Held while a line is written.
const LOCK: &str = "operations.lock";
/// A file is not written on above this size, in bytes.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// Files that are kept besides the newest.
const KEPT: u32 = 4;
/// Longest text of a request or answer, in bytes; the rest is counted.
const MOST_OF_A_BODY: usize = 1024 * 1024;
/// Fields of JSON documents that are never written down, wherever they stand.
const SECRETS: [&str; 8] = [
    "access_token",
    "refresh_token",
    "device_code",
    "user_code",
    "token",
    "password",
    "secret",
    // An invitation: whoever has it sets a password.
    "link",
];

/// A request with its answer.
#[derive(Debug)]
pub struct Exchange {
    /// Method and address.
    pub call: String,
    /// The address with its query.
    pub url: String,
    /// What was sent.
    pub request: String,
    /// HTTP status; none where no answer came.
    pub status: Option<u16>,
    /// The answer, or why there is none.
    pub answer: String,
    /// From the request to the end of the answer.
    pub took: Duration,
}

/// Where it is written, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
struct On {
    folder: PathBuf,
    until: Timestamp,
}

/// The operation log of this process; off until it is switched on.
#[derive(Debug, Default)]
pub struct OperationLog {
    on: Mutex<Option<On>>,
}

impl OperationLog {
    /// Switches it on until a moment, or off.
    pub fn set(&self, on: Option<(PathBuf, Timestamp)>) {
        let on = on.map(|(folder, until)| On { folder, until });
        let mut now = self.lock();
        if *now != on {
            match &on {
                Some(On { folder, until }) => tracing::warn!(
                    "the operation log is on until {until:.0}: {}",
                    folder.display()
                ),
                None => tracing::info!("the operation log is off"),
            }
            *now = on;
        }
    }

    /// Until when it is on.
    pub fn until(&self) -> Option<Timestamp> {
        self.on().map(|on| on.until)
    }

    /// Writes an exchange down where it is on; nothing is made of it otherwise.
    pub fn write(&self, exchange: impl FnOnce() -> Exchange) {
        let Some(on) = self.on() else {
            return;
        };
        let line = line(&exchange(), Timestamp::now());
        if let Err(error) = append(&on.folder, &line) {
            // Once: a folder that cannot be written would say so with each request.
            self.set(None);
            tracing::error!(
                "the operation log cannot be written, and is off here: {}: {error}",
                on.folder.display()
            );
        }
    }

    /// Notes a request of which nothing but the address and the status may be told: it is all about
    /// tokens.
    pub fn note(&self, url: &str, status: u16) {
        self.write(|| Exchange {
            call: format!("POST {url}"),
            url: url.to_owned(),
            request: "…".to_owned(),
            status: Some(status),
            answer: "…".to_owned(),
            took: Duration::ZERO,
        });
    }

    fn on(&self) -> Option<On> {
        let mut on = self.lock();
        if on.as_ref().is_some_and(|on| on.until <= Timestamp::now()) {
            tracing::info!("the operation log has gone off: its time was up");
            *on = None;
        }
        on.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<On>> {
        // Nothing that holds it panics.
        self.on.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn line(exchange: &Exchange, at: Timestamp) -> String {
    let Exchange {
        call,
        url,
        request,
        status,
        answer,
        took,
    } = exchange;
    let document = serde_json::json!({
        "at": at,
        "call": call,
        "url": url,
        "request": bounded(without_secrets(request)),
        "status": status,
        "answer": bounded(without_secrets(answer)),
        "took_ms": took.as_millis() as u64,
    });
    format!("{document}\n")
}

/// A JSON document without the values of its secret fields; any other text as it is.
fn without_secrets(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(mut value) => {
            if hide(&mut value) {
                value.to_string()
            } else {
                text.to_owned()
            }
        }
        Err(_) => text.to_owned(),
    }
}

/// Hides secret fields; true where there were any.
fn hide(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) => {
            let mut hidden = false;
            for (name, value) in fields {
                if SECRETS.contains(&name.as_str()) && value.is_string() {
                    *value = Value::from("…");
                    hidden = true;
                } else {
                    hidden |= hide(value);
                }
            }
            hidden
        }
        Value::Array(values) => values
            .iter_mut()
            .fold(false, |hidden, value| hide(value) | hidden),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn bounded(text: String) -> String {
    if text.len() <= MOST_OF_A_BODY {
        return text;
    }
    let mut end = MOST_OF_A_BODY;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}… ({} bytes more)", &text[..end], text.len() - end)
}

fn append(folder: &Path, line: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let lock = private(&folder.join(LOCK))?;
    lock.lock()?;
    let path = folder.join(FILE);
    let is_full = fs::metadata(&path).is_ok_and(|file| file.len() + line.len() as u64 > MOST_BYTES);
    if is_full {
        for number in (1..=KEPT).rev() {
            let newer = match number {
                1 => path.clone(),
                _ => numbered(&path, number - 1),
            };
            if newer.exists() {
                fs::rename(newer, numbered(&path, number))?;
            }
        }
    }
    private(&path)?.write_all(line.as_bytes())
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    path.with_extension(format!("{number}.log"))
}

/// A file to append to, which only its owner reads: it holds orders with names and addresses.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(request: &str, answer: &str) -> Exchange {
        Exchange {
            call: "POST http://x/v1/users".into(),
            url: "http://x/v1/users?dry_run=true".into(),
            request: request.into(),
            status: Some(200),
            answer: answer.into(),
            took: Duration::from_millis(7),
        }
    }

    fn on(folder: &Path, seconds: i64) -> OperationLog {
        let log = OperationLog::default();
        let until = Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
        log.set(Some((folder.to_owned(), until)));
        log
    }

    #[test]
    fn a_request_and_its_answer_are_one_line_without_secrets() {
        let dir = tempfile::tempdir().unwrap();
        let log = on(dir.path(), 60);
        let secret = r#"{"link":"http://x/invite/s3cret","expires":"2026-01-01T00:00:00Z","more":[{"password":"s3cret"}]}"#;
        log.write(|| exchange("{\"op\":\"upsert\"}\n{\"op\":\"delete\"}\n", secret));
        log.write(|| exchange("", "ok"));
        let text = fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(!text.contains("s3cret"), "{text}");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            lines[0]["request"],
            "{\"op\":\"upsert\"}\n{\"op\":\"delete\"}\n"
        );
        assert!(lines[0]["answer"].as_str().unwrap().contains("2026-01-01"));
        assert_eq!(
            (&lines[0]["took_ms"], &lines[1]["answer"]),
            (&7.into(), &"ok".into())
        );
    }

    #[test]
    fn nothing_is_made_where_it_is_off_or_its_time_is_up() {
        let dir = tempfile::tempdir().unwrap();
        for log in [OperationLog::default(), on(dir.path(), 0)] {
            log.write(|| panic!("nobody wants it"));
            assert_eq!(log.until(), None);
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn files_and_lines_are_of_bounded_size() {
        let dir = tempfile::tempdir().unwrap();
        let log = on(dir.path(), 600);
        let long = "ü".repeat(MOST_OF_A_BODY);
        for _ in 0..100 {
            log.write(|| exchange(&long, ""));
        }
        let mut sizes: Vec<u64> = fs::read_dir(dir.path())
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().len())
            .filter(|size| *size > 0)
            .collect();
        sizes.sort_unstable();
        assert_eq!(sizes.len(), 1 + KEPT as usize);
        assert!(sizes.iter().all(|size| *size <= MOST_BYTES), "{sizes:?}");
        let newest = fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(newest.contains(&format!("… ({MOST_OF_A_BODY} bytes more)")));
    }

    #[test]
    fn a_folder_that_cannot_be_written_switches_it_off() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let log = on(&file, 60);
        log.write(|| exchange("", ""));
        assert_eq!(log.until(), None);
    }
}
