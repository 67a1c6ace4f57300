//! A sender that is killed at any moment loses nothing, sends nothing twice that was acknowledged,
//! and the next run makes everything good.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::support::Axcs;

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

#[test]
fn kills_of_the_orders_job_lay_each_order_out_for_the_import_once_and_whole() {
    const ORDERS: i64 = 400;
    let axcs = Axcs::demo(150);
    std::fs::write(
        axcs.dir().join("short.toml"),
        "[engine]\nlease_seconds = 1\n[orders]\nhandover = 'staging'\n",
    )
    .unwrap();
    let service = axcs.serve("127.0.0.1:0");
    axcs.ok(&["service", "order", "place", "--count", &ORDERS.to_string()]);
    let ledger = || read_only(&axcs.dir().join("ledger.db"));
    let number = |sql: &str| -> i64 { ledger().query_row(sql, [], |row| row.get(0)).unwrap() };
    for kill in 1..=KILLS as i64 {
        let mut worker = axcs
            .command(&["run", "orders", "--wait"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // In the middle of the orders, at whatever step it is then.
        let end = Instant::now() + Duration::from_secs(60);
        while number("SELECT count(*) FROM import_order") < kill * 15 {
            assert!(Instant::now() < end, "nothing is laid out");
            #[expect(clippy::disallowed_methods, reason = "another process works meanwhile")]
            std::thread::sleep(Duration::from_micros(500 * kill as u64));
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let laid_out = number("SELECT count(*) FROM import_order");
    assert!(laid_out < ORDERS, "the kills came too late");
    axcs.ok(&["run", "orders", "--wait"]);
    for (sql, expected) in [
        ("SELECT count(*) FROM import_order", ORDERS),
        ("SELECT count(DISTINCT order_id) FROM import_order", ORDERS),
        (
            "SELECT count(*) FROM online_order WHERE stage = 'handed-over' AND attempts = 1",
            ORDERS,
        ),
        (
            "SELECT count(*) FROM online_order o JOIN import_order i ON i.order_id = o.id
              WHERE o.lines = (SELECT count(*) FROM import_line l WHERE l.message_id = i.message_id)
                AND 1 = (SELECT count(*) FROM import_charge c WHERE c.message_id = i.message_id)",
            ORDERS,
        ),
    ] {
        assert_eq!(number(sql), expected, "{sql}");
    }
    drop(service);
}
