//! What keeps AX's database from being read is told step by step, with the remedy, and an exit code
//! that a script understands: 3 where the server cannot be reached, 1 where it is not as it has to be.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::Stdio;

use crate::axcs_program::Said;
use crate::site::Site;

/// A command that reads from AX.
const READ: [&str; 3] = ["run", "inventory", "--complete"];

fn assert_says(said: &Said, code: i32, texts: &[&str]) {
    assert_eq!(said.code, code, "{said:?}");
    for text in texts {
        assert!(said.stderr.contains(text), "{text}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_that_fails_is_named_with_its_remedy() {
    let site = Site::generated("5").await;
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port().to_string();
    drop(closed);
    for (changes, texts) in [
        (
            [("host", "'no-such-host.invalid'")],
            ["the name cannot be resolved", "sqlserver.host"],
        ),
        (
            [("port", port.as_str())],
            ["there is no conversation with", "sqlserver.port"],
        ),
        (
            [("encryption", "'required'")],
            ["no TLS connection", "OPENSSL_CONF"],
        ),
        (
            [("database", "'NOPE'")],
            ["Cannot open database", "sqlserver.database"],
        ),
        (
            [("user", "'stranger'")],
            ["Login failed for user 'stranger'", "sqlserver.user"],
        ),
    ] {
        site.settings(&changes, "");
        assert_says(&site.run(&READ), 3, &texts);
        // The doctor says the same, and looks at the rest all the same.
        let said = site.run(&["doctor"]);
        assert_eq!(said.code, 3, "{said:?}");
        assert!(said.stdout.contains(texts[0]), "{said:?}");
        assert!(said.stdout.contains("Service"), "{said:?}");
    }
    // A password that is wrong, or not there.
    site.settings(&[], "");
    let mut command = site.command(&READ);
    command.env("AXCS_SQL_PASSWORD", "a wrong one");
    let said = site.said(command);
    assert_says(
        &said,
        3,
        &["Login failed for user 'axcs'", "sqlserver.user"],
    );
    assert!(!said.stderr.contains("a wrong one"), "{said:?}");
    let mut command = site.command(&READ);
    command.env_remove("AXCS_SQL_PASSWORD");
    let ways = [
        "no password for the SQL login axcs",
        "axcs config password --for sql",
        "AXCS_SQL_PASSWORD",
        "axcs-sql-password",
        "`sqlserver.password_file`",
    ];
    assert_says(&site.said(command), 2, &ways);
    // An account of Windows, where that is not built in.
    for (name, missing, is_there) in [
        ("'windows'", "--features ntlm", cfg!(feature = "ntlm")),
        (
            "'integrated'",
            "--features kerberos",
            cfg!(feature = "kerberos"),
        ),
    ] {
        site.settings(&[("authentication", name)], "");
        let said = site.run(&READ);
        assert_eq!(said.code, 3, "{said:?}");
        assert_eq!(said.stderr.contains(missing), !is_there, "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_password_lets_in_and_another_one_needs_nothing_but_to_be_stored() {
    let site = Site::generated("5").await;
    let (_, right) = site.server().login();
    let stored = |password: &str| {
        let mut command = site.axcs.command(&["config", "password"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(password.as_bytes()).unwrap();
        drop(input);
        assert!(child.wait().unwrap().success());
    };
    let read = || {
        let mut command = site.command(&READ);
        command.env_remove("AXCS_SQL_PASSWORD");
        site.said(command)
    };
    let file = site.axcs.dir().join("short.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("secrets = 'file'\n{text}")).unwrap();
    stored("a wrong one");
    assert_says(&read(), 3, &["Login failed for user 'axcs'"]);
    stored(&right);
    let said = read();
    assert!(!said.stderr.contains("Login failed"), "{said:?}");
    assert_ne!(said.code, 3, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_as_it_has_to_be_says_what_it_lacks() {
    let mut site = Site::generated("5").await;
    site.ok(&["products", "rules", "add", "--items", ".."]);
    site.server().deny_select("INVENTSUM", true);
    let texts = ["INVENTSUM", "axcs doctor --grants"];
    assert_says(&site.run(&READ), 1, &texts);
    site.server().deny_select("INVENTSUM", false);

    site.server().deny_tracking("INVENTSUM", true);
    let texts = ["VIEW CHANGE TRACKING", "INVENTSUM", "axcs doctor --grants"];
    assert_says(&site.run(&READ), 1, &texts);
    site.server().deny_tracking("INVENTSUM", false);

    site.server().disable_tracking("INVENTSUM");
    let off = "Commerce Services cannot be activated since change tracking is not enabled.";
    assert_says(&site.run(&READ), 1, &[off, "INVENTSUM"]);
    site.server().enable_tracking("INVENTSUM");
    assert_eq!(site.run(&READ).code, 0);

    site.settings(&[], "[profiles.other]\ncompany = 'nope'\n");
    let said = site.run(&["--profile", "other", "run", "inventory"]);
    assert_says(&said, 1, &["nope", "usmf"]);
    site.settings(&[], "");

    site.in_ax("ALTER TABLE INVENTDIM ADD LICENSEPLATEID nvarchar(25) NOT NULL DEFAULT N''")
        .await;
    assert_says(&site.run(&READ), 1, &["AX 2012 R3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_that_are_missing_are_printed_as_a_script() {
    let site = Site::generated("5").await;
    let script = site.ok(&["doctor", "--grants"]).stdout;
    let right = "GRANT SELECT, VIEW CHANGE TRACKING ON dbo.INVENTSUM TO [axcs];";
    assert!(script.lines().any(|line| line == right), "{script}");
    let script = site.ok(&["doctor", "--enable-tracking"]).stdout;
    assert!(script.contains("CHANGE_RETENTION = 2 DAYS"), "{script}");
    assert!(
        script.contains("ALTER TABLE dbo.INVENTSUM ENABLE"),
        "{script}"
    );
    // Nothing but rights is given: AX's database is only read.
    assert!(!script.contains("GRANT INSERT") && !script.contains("db_owner"));
}
