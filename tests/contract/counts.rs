//! How many promises are kept where, and when a real SQL Server was last among them.

use std::io::Write as _;
use std::process::Command;

use axcs::sqlserver::Server;

use crate::real_server;

/// The names of the tests of this program.
fn names() -> Vec<String> {
    let list = Command::new(std::env::current_exe().unwrap())
        .args(["--list", "--format", "terse"])
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let names = list.lines().filter_map(|line| line.strip_suffix(": test"));
    names.map(str::to_owned).collect()
}

#[test]
fn each_promise_of_a_server_is_one_of_a_real_server_and_they_are_counted() {
    let names = names();
    let of = |engine: &str| -> Vec<String> {
        let engine = format!("::{engine}::");
        let names = names.iter().filter(|name| name.contains(&engine));
        names.map(|name| name.replace(&engine, "::")).collect()
    };
    let (file, server, real) = (of("in_a_file"), of("on_a_server"), of("on_a_real_server"));
    for name in file.iter().chain(&server) {
        assert!(real.contains(name), "{name}");
    }
    let outcome = if real_server::master().is_some() {
        "on a real SQL Server".to_owned()
    } else {
        format!("skipped: {} is not set", real_server::VARIABLE)
    };
    // Written past the test runner, which shows only what failing tests print.
    writeln!(
        std::io::stderr(),
        "contract: {} on SQLite, {} on Iridium, {} {outcome}",
        file.len(),
        server.len(),
        real.len()
    )
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "fails where there is no real SQL Server: AXCS_TEST_MSSQL"]
async fn real_server_is_there() {
    let Some(master) = real_server::master() else {
        panic!("{} is not set", real_server::VARIABLE)
    };
    let facts = real_server::facts(&Server::new(master)).await;
    let text = |fact: &str| facts[fact].as_str().unwrap().to_owned();
    let version = text("version");
    let number = |part: Option<&str>| part.unwrap().parse::<u32>().unwrap();
    let mut parts = version.split('.');
    let version_number = (number(parts.next()), number(parts.next()));
    assert!(
        version_number >= (10, 50),
        "SQL Server 2008 R2 or later is needed; this is {version}"
    );
    assert!(facts["compatibility_level"].as_i64().unwrap() >= 100);
    assert!(!text("edition").is_empty() && !text("collation").is_empty());
    writeln!(std::io::stderr(), "{facts:#}").unwrap();
}

#[test]
fn readme_says_when_it_last_ran_on_a_real_server() {
    let last = serde_json::from_str(include_str!("last_real_run.json")).unwrap();
    let readme = include_str!("../../README.md").replace("\r\n", "\n");
    let (_, after) = readme.split_once("<!-- sqlserver-run -->\n").unwrap();
    let (line, _) = after.split_once("\n<!-- /sqlserver-run -->").unwrap();
    assert_eq!(line, real_server::line(&last));
}
