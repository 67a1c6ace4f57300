//! The real stores: a Secret Service on a bus of the test's own, the kernel's keyring, and a bus that
//! never answers.

use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Site, comes_from, password, piped};

/// A program of the test, ended with it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A session bus on which nothing is started by itself.
fn bus(folder: &Path) -> Option<(Running, String)> {
    let socket = folder.join("bus");
    let config = folder.join("bus.conf");
    let text = format!(
        "<busconfig><type>session</type><listen>unix:path={}</listen>\
         <policy context='default'><allow send_destination='*' eavesdrop='true'/>\
         <allow eavesdrop='true'/><allow own='*'/></policy></busconfig>",
        socket.display()
    );
    std::fs::write(&config, text).unwrap();
    let child = Command::new("dbus-daemon")
        .arg(format!("--config-file={}", config.display()))
        .args(["--nofork", "--nopidfile"])
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let running = Running(child);
    until("the bus listens", || socket.exists());
    Some((running, format!("unix:path={}", socket.display())))
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "never: {what}");
        #[expect(clippy::disallowed_methods, reason = "another process works meanwhile")]
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn send(bus: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new("dbus-send")
        .arg(format!("--bus={bus}"))
        .args(["--print-reply", "--reply-timeout=5000"])
        .args(arguments)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

#[test]
fn the_secret_service_keeps_a_password_and_one_that_is_locked_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_bus, bus)) = bus(folder.path()) else {
        eprintln!("skipped: there is no dbus-daemon");
        return;
    };
    let site = Site::new("file");
    assert_eq!(site.store(&password(), &[]).code, 0);
    let file = site.axcs.dir().join("secrets/default%2fsql");
    assert!(file.exists());

    site.settings("system", "");
    let command = |arguments: &[&str]| {
        let mut command = site.command(arguments);
        command.env("DBUS_SESSION_BUS_ADDRESS", &bus);
        command
    };
    let check = || comes_from(command(&["config", "check", "--json"]));
    let mut keyring = Command::new("gnome-keyring-daemon");
    keyring
        .args(["--unlock", "--foreground", "--components=secrets"])
        .envs([
            ("HOME", folder.path()),
            ("XDG_DATA_HOME", folder.path()),
            ("XDG_RUNTIME_DIR", folder.path()),
        ])
        .env("DBUS_SESSION_BUS_ADDRESS", &bus)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let Ok(mut keyring) = keyring.spawn() else {
        eprintln!("skipped: there is no gnome-keyring-daemon");
        return;
    };
    let mut typed = keyring.stdin.take().unwrap();
    std::io::Write::write_all(&mut typed, b"login").unwrap();
    drop(typed);
    let _keyring = Running(keyring);
    let secrets = "--dest=org.freedesktop.secrets";
    until("the default keyring is there", || {
        let service = "org.freedesktop.Secret.Service.ReadAlias";
        send(
            &bus,
            &[
                secrets,
                "/org/freedesktop/secrets",
                service,
                "string:default",
            ],
        )
        .is_some_and(|told| told.contains("/collection/"))
    });

    let store = |text: &str| {
        let said = piped(command(&["config", "password"]), text);
        assert!(said.stdout.contains("Secret Service"), "{said:?}");
    };
    store("older");
    assert!(!file.exists(), "an older password would go before it");
    store(&password());
    assert_eq!(check(), "the Secret Service of this session");
    let lookup = ["lookup", "service", "axcs", "username", "default/sql"];
    let told = Command::new("secret-tool")
        .args(lookup)
        .env("DBUS_SESSION_BUS_ADDRESS", &bus)
        .output();
    match told {
        Ok(told) => assert_eq!(String::from_utf8(told.stdout).unwrap(), password()),
        Err(_) => eprintln!("skipped: there is no secret-tool to look into the keyring"),
    }
    let remove = command(&["config", "password", "--remove", "--json"]);
    let removed = piped(remove, "").json();
    assert_eq!(
        removed["removed_from"][0],
        "the Secret Service of this session"
    );
    assert!(check().is_null());

    // A worker has nobody to unlock it: it says so, and goes on to the file of the settings.
    store(&password());
    let lock = "org.freedesktop.Secret.Service.Lock";
    let login = "array:objpath:/org/freedesktop/secrets/collection/login";
    send(&bus, &[secrets, "/org/freedesktop/secrets", lock, login]).unwrap();
    let said = piped(command(&["config", "check"]), "");
    assert!(said.stdout.contains("it is locked"), "{said:?}");
    let written = site.file("sql-password", &password());
    site.settings("system", written.to_str().unwrap());
    assert_eq!(check(), format!("the file {}", written.display()));
}

#[test]
fn the_kernel_keeps_a_password_for_every_session_of_the_user() {
    let site = Site::new("system");
    // The keyring is that of whoever runs the tests: a profile of its own.
    let profile = format!("test-{:016x}", getrandom::u64().unwrap());
    let text = std::fs::read_to_string(site.axcs.dir().join("short.toml")).unwrap();
    let text = format!("{text}[profiles.{profile}]\n");
    std::fs::write(site.axcs.dir().join("short.toml"), text).unwrap();
    let of_profile = ["--profile", profile.as_str()];
    let check = || {
        let arguments = [&of_profile[..], &["config", "check", "--json"]].concat();
        comes_from(site.command(&arguments))
    };
    let store = |text: &str| {
        site.store(text, &[&of_profile[..], &["--json"]].concat())
            .json()
    };
    let stored = store("older");
    if stored["remark"].is_null() {
        eprintln!("skipped: no keyring in this kernel, or it is forbidden: {stored}");
        return;
    }
    assert_eq!(stored["stored_in"], "the kernel's keyring of this user");
    // Each command is a process of its own: none has a session that the others have not.
    assert_eq!(check(), "the kernel's keyring of this user");
    store(&password());
    let remove = [
        &of_profile[..],
        &["config", "password", "--remove", "--json"],
    ]
    .concat();
    let removed = piped(site.command(&remove), "").json();
    assert_eq!(removed["removed_from"].as_array().unwrap().len(), 1);
    assert!(check().is_null());
    assert!(!site.axcs.dir().join("secrets").exists());
}

#[test]
fn a_bus_that_never_answers_is_left_alone_in_time() {
    let site = Site::new("system");
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("bus");
    let _mute = UnixListener::bind(&socket).unwrap();
    let bus = format!("unix:path={}", socket.display());
    let command = |arguments: &[&str]| {
        let mut command = site.command(arguments);
        command.env("DBUS_SESSION_BUS_ADDRESS", &bus);
        command
    };
    let began = Instant::now();
    let said = piped(command(&["config", "check"]), "");
    assert!(began.elapsed() < Duration::from_secs(30), "{said:?}");
    assert!(
        said.stdout.contains("has not answered within 5 s"),
        "{said:?}"
    );
    // What a file holds is found without it.
    site.settings("file", "");
    assert_eq!(site.store(&password(), &[]).code, 0);
    site.settings("system", "");
    let began = Instant::now();
    let from = comes_from(command(&["config", "check", "--json"]));
    assert!(from.as_str().unwrap().ends_with("default%2fsql"), "{from}");
    assert!(began.elapsed() < Duration::from_secs(4));
}
