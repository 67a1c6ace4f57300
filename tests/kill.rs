//! A sender that is killed at any moment loses nothing, sends nothing twice that was acknowledged,
//! and the next run makes everything good.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "support/axcs.rs"]
mod support;

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use support::Axcs;

const KILLS: u64 = 10;

fn read_only(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

type Versions = HashMap<(String, String), i64>;

/// The version at the service of every record that the ledger knows to be there.
fn acknowledged_versions(dir: &Path) -> Versions {
    let ledger = read_only(&dir.join("ledger.db"));
    let mut select = ledger
        .prepare("SELECT stream, id FROM acknowledged")
        .unwrap();
    let known: Vec<(String, String)> = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let service = read_only(&dir.join("service").join("commerce.db"));
    let mut version = service
        .prepare(
            "SELECT record.version FROM record JOIN collection ON collection.id = record.collection \
             WHERE collection.name = ?1 AND record.id = ?2",
        )
        .unwrap();
    known
        .into_iter()
        .map(|key| {
            let found = version.query_row((&key.0, &key.1), |row| row.get(0));
            let found =
                found.unwrap_or_else(|_| panic!("{key:?} was acknowledged and is not there"));
            (key, found)
        })
        .collect()
}

#[test]
fn ten_kills_of_a_complete_run_lose_nothing_and_repeat_nothing_that_was_acknowledged() {
    let axcs = Axcs::new();
    axcs.ok(&["company", "generate", "--items", "6000"]);
    axcs.ok(&["products", "rules", "add", "--items", ".."]);
    let service = axcs.serve("127.0.0.1:0");

    let mut held = Versions::new();
    let mut interrupted = 0;
    for kill in 0..KILLS {
        let mut sender = axcs
            .command(&["run", "complete", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(sender.stdout.take().unwrap()).lines();
        let started = lines.next().unwrap().unwrap();
        assert!(started.contains("started"), "{started}");
        // Spread over a run: the moments differ from machine to machine, which is the point.
        #[expect(clippy::disallowed_methods, reason = "the moment is what is tested")]
        std::thread::sleep(Duration::from_millis(kill * kill * 7 + kill));
        sender.kill().unwrap();
        interrupted += u32::from(!sender.wait().unwrap().success());

        let now = acknowledged_versions(&axcs.dir());
        for (key, version) in &held {
            assert_eq!(
                now.get(key),
                Some(version),
                "{key:?} was acknowledged and sent again"
            );
        }
        held = now;
    }
    assert!(
        interrupted >= 3,
        "only {interrupted} runs were cut short: the test proves too little"
    );

    let last = axcs.run_json("complete");
    assert_eq!(last["status"], "ended");
    let now = acknowledged_versions(&axcs.dir());
    for (key, version) in &held {
        assert_eq!(
            now.get(key),
            Some(version),
            "{key:?} was acknowledged and sent again"
        );
    }
    assert_eq!(axcs.json(&["verify"])["differences"], 0);
    let runs = axcs.json(&["runs", "--limit", "50"]);
    let cut = runs
        .as_array()
        .unwrap()
        .iter()
        .filter(|run| run["status"] == "error")
        .count();
    assert!(cut >= 3, "killed runs are shown as failed: {runs}");
    drop(service);
}
