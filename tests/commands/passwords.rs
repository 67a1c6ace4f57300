//! Passwords: where they are looked for and in which order, how they are stored, in the real stores of
//! this machine too, and that nobody sees them.

#[path = "passwords/stores.rs"]
mod stores;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::pty::Pty;
use crate::support::{self, Axcs, CANARY, Said};

/// A bus that is not there: no test asks the session of whoever runs it.
const NO_BUS: &str = "unix:path=/nonexistent/bus";

/// Settings that need both passwords.
struct Site {
    axcs: Axcs,
    /// Where a password may be written down.
    elsewhere: tempfile::TempDir,
}

impl Site {
    fn new(secrets: &str) -> Self {
        let site = Self {
            axcs: Axcs::new(),
            elsewhere: tempfile::tempdir().unwrap(),
        };
        site.settings(secrets, "");
        site
    }

    fn settings(&self, secrets: &str, password_file: &str) {
        let text = format!(
            "secrets = '{secrets}'\n\
             [sqlserver]\nhost = '127.0.0.1'\nport = 9\ndatabase = 'AX'\nuser = 'axcs'\n\
             password_file = '{password_file}'\n\
             [profiles.both.orders]\nhandover = 'aif-http'\nurl = 'https://ax.invalid/p.svc'\n\
             user = 'CONTOSO\\web'\n"
        );
        std::fs::write(self.axcs.dir().join("short.toml"), text).unwrap();
    }

    /// A file of its own, outside of the folder.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.elsewhere.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.axcs.command(arguments);
        command.env("DBUS_SESSION_BUS_ADDRESS", NO_BUS);
        command
    }

    fn store(&self, password: &str, arguments: &[&str]) -> Said {
        let command = self.command(&[&["config", "password"], arguments].concat());
        piped(command, password)
    }
}

/// Runs a command with something in its standard input.
fn piped(mut command: Command, input: &str) -> Said {
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may have refused before it read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    for bytes in [&output.stdout, &output.stderr] {
        assert!(!support::says_a_secret(bytes), "{output:?}");
    }
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Where the password of the SQL login comes from, as `config check` says.
fn comes_from(mut command: Command) -> Value {
    let said = piped_ok(&mut command);
    said["passwords"][0]["from"].clone()
}

fn piped_ok(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn password() -> String {
    format!("pass {CANARY}")
}

#[test]
fn the_environment_goes_before_systemd_before_the_store_before_the_file() {
    let site = Site::new("file");
    let check = || site.command(&["config", "check", "--json"]);
    let said = site.axcs.run(&["config", "check"]);
    for way in [
        "AXCS_SQL_PASSWORD is not set",
        "no credential axcs-sql-password",
        "nothing is stored as default/sql",
        "`sqlserver.password_file` is empty",
    ] {
        assert!(said.stdout.contains(way), "{way}: {said:?}");
    }
    assert_eq!((said.code, comes_from(check())), (0, Value::Null));

    let file = site.file("sql-password", &password());
    site.settings("file", file.to_str().unwrap());
    let from = comes_from(check());
    assert_eq!(from, format!("the file {}", file.display()));
    // What is stored goes before the file of the settings.
    let said = site.store(&password(), &[]);
    let stored = site.axcs.dir().join("secrets/default%2fsql");
    let place = format!("the file {}", stored.display());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains(&place), "{said:?}");
    assert_eq!(comes_from(check()), place);
    assert_eq!(std::fs::read_to_string(&stored).unwrap(), password());

    site.file("axcs-sql-password", &password());
    let in_service = || {
        let mut command = check();
        command.env("CREDENTIALS_DIRECTORY", site.elsewhere.path());
        command
    };
    let from = comes_from(in_service());
    assert_eq!(from, "systemd's credential axcs-sql-password");
    let mut command = in_service();
    command.env("AXCS_SQL_PASSWORD", password());
    assert_eq!(comes_from(command), "the variable AXCS_SQL_PASSWORD");
    // The doctor says the same, and what to do where there is none.
    let doctor = |variable: &str| {
        let mut command = site.command(&["doctor", "--json", "--profile", "both"]);
        command.env("AXCS_SQL_PASSWORD", variable);
        let findings: Vec<Value> = {
            let output = command.output().unwrap();
            assert!(!support::says_a_secret(&output.stdout), "{output:?}");
            serde_json::from_slice(&output.stdout).unwrap()
        };
        let is_one = |finding: &&Value| finding["check"] == "Password";
        findings
            .iter()
            .filter(is_one)
            .cloned()
            .collect::<Vec<Value>>()
    };
    let findings = doctor(&password());
    let [sql, orders] = &findings[..] else {
        panic!("{findings:?}");
    };
    assert_eq!(sql["health"], "good");
    assert!(sql["found"].as_str().unwrap().contains("AXCS_SQL_PASSWORD"));
    assert_eq!(orders["health"], "fault");
    for way in [
        "axcs config password --for orders",
        "AXCS_ORDERS_PASSWORD",
        "axcs-orders-password",
        "`orders.password_file`",
    ] {
        let remedy = orders["remedy"].as_str().unwrap();
        assert!(remedy.contains(way), "{way}: {remedy}");
    }
}

#[test]
fn only_the_user_reads_the_file_and_another_password_replaces_it_as_a_whole() {
    let site = Site::new("file");
    let folder = site.axcs.dir().join("secrets");
    for text in ["first\n", "second, longer\r\n", "3"] {
        assert_eq!(site.store(text, &["--for", "orders"]).code, 0);
        let names: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["default%2forders"]);
        let file = folder.join(&names[0]);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        let kept = std::fs::read_to_string(&file).unwrap();
        assert_eq!(kept, text.trim_end());
    }
    let removed = site
        .axcs
        .json(&["config", "password", "--remove", "--for", "orders"]);
    assert_eq!(removed["removed_from"].as_array().unwrap().len(), 1);
    let said = site
        .axcs
        .ok(&["config", "password", "--remove", "--for", "orders"]);
    assert!(said.stdout.contains("no password of"), "{said:?}");
}

#[test]
fn what_is_no_password_is_not_stored() {
    let site = Site::new("file");
    for (input, arguments, says) in [
        ("", &[][..], "Nothing was given"),
        ("\n", &[], "Nothing was given"),
        ("two\nlines\n", &[], "one line"),
        (&"x".repeat(5_000), &[], "one line"),
        ("x", &["--profile", "both"], "Two passwords are needed"),
        ("x", &["--read-only"], "--read-only"),
        ("x", &["secret-in-argv"], "unexpected argument"),
    ] {
        let said = site.store(input, arguments);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.stderr.contains(says), "{says}: {said:?}");
    }
    assert!(!site.axcs.dir().join("secrets").exists());
    // Where the settings need one only, it is that.
    assert_eq!(
        site.store("x", &["--profile", "both", "--for", "sql"]).code,
        0
    );
    // Neither file nor folder can be made.
    std::fs::remove_dir_all(site.axcs.dir().join("secrets")).unwrap();
    std::fs::write(site.axcs.dir().join("secrets"), "").unwrap();
    let said = site.store("x", &[]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("sqlserver.password_file"), "{said:?}");
}

// Whoever answers as soon as the question stands is not shown either.
#[cfg(feature = "console")]
#[test]
fn a_password_is_typed_without_being_shown() {
    let site = Site::new("file");
    let mut terminal = Pty::start(
        site.axcs
            .in_terminal(&["config", "password", "--for", "sql"]),
        24,
    );
    terminal.until_shows("Password of the SQL login axcs:");
    terminal.press(&format!("{}\r", password()));
    terminal.until_shows("is stored in");
    let screen = terminal.screen.screen().contents();
    assert!(
        !screen.contains(CANARY) && !screen.contains('*'),
        "{screen}"
    );
    assert!(terminal.assert_restored().success());
    let kept = site.axcs.dir().join("secrets/default%2fsql");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), password());

    // Ctrl+C leaves the terminal as it was, and the password too.
    let mut terminal = Pty::start(site.axcs.in_terminal(&["config", "password"]), 24);
    terminal.until_shows("Password of");
    terminal.press("half\x03");
    assert_eq!(terminal.assert_restored().exit_code(), 130);
    let kept = site.axcs.dir().join("secrets/default%2fsql");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), password());
}
