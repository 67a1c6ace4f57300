//! The Upgrade checklist on an account of the first release, cut short in each of its steps: by kill -9
//! of the service, and of the console's machine, and by a service that fails. It ends right, and nothing
//! is taken over twice.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::hostile::Hostile;
use crate::support::{Axcs, Serving};
use crate::visitor::Visitor;

const STORES: u64 = 3_000;
const ITEMS: u64 = 6_000;
const ORDERS: u64 = 1_500;
/// How often each migration is cut short.
const KILLS: u64 = 4;
/// At how many moments the activation is cut short, from its beginning to its end.
const MOMENTS: u32 = 16;
/// How often an item is tried at a service that fails.
const ATTEMPTS: u32 = 60;
/// So many of a hundred answers are spoiled.
const SPOILED: u64 = 30;

/// The account: the last store has no currency.
fn account() -> String {
    let sample = axcs::service::FIRST_RELEASE;
    let line = |kind: &str| {
        let of_kind = |line: &&str| line.contains(&format!("\"kind\":\"{kind}\""));
        serde_json::from_str::<Value>(sample.lines().find(of_kind).unwrap()).unwrap()
    };
    let mut lines = vec![line("settings")];
    let made = |kind: &str, count: u64, change: &dyn Fn(&mut Value, u64)| {
        let first = line(kind);
        (1..=count)
            .map(|n| {
                let mut made = first.clone();
                change(&mut made["value"], n);
                made
            })
            .collect::<Vec<_>>()
    };
    lines.extend(made("store", STORES, &|store, n| {
        store["id"] = json!(format!("s{n}"));
        if n == STORES {
            store["currency"] = json!("");
        }
    }));
    lines.extend(made("item", ITEMS, &|item, n| {
        item["item"] = json!(format!("FR-{n}"));
    }));
    lines.extend(made("order", ORDERS, &|order, n| {
        order["id"] = json!(format!("fr-{n}"));
        order["number"] = json!(format!("FR{n}"));
    }));
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.join("\n")
}

struct Site {
    axcs: Axcs,
    serving: Option<Serving>,
    address: String,
}

impl Site {
    fn number(&self, sql: &str) -> u64 {
        let file = self.axcs.dir().join("service/commerce.db");
        let store = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let number: i64 = store.query_row(sql, [], |row| row.get(0)).unwrap();
        number as u64
    }

    fn done(&self, migration: &str) -> u64 {
        let sql = "SELECT coalesce(max(done), 0) FROM operation WHERE migration = ";
        self.number(&format!("{sql}'{migration}'"))
    }

    fn is_under_way(&self, migration: &str) -> bool {
        let sql = "SELECT count(*) FROM operation WHERE state = 'running' AND migration = ";
        self.number(&format!("{sql}'{migration}'")) > 0
    }

    fn kill_service(&mut self) {
        // Dropping it kills it.
        drop(self.serving.take());
    }

    fn start_service(&mut self) {
        self.serving = Some(self.axcs.serve(&self.address));
    }

    fn begin(&self, item: &str) -> Child {
        self.axcs
            .command(&["checklist", "upgrade", "--do", item, "--json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Kills who activates the account, and the service, in turn, at another moment each time.
    fn torment_activation(&mut self) {
        let begun = Instant::now();
        assert!(self.begin("activate").wait().unwrap().success());
        let whole = begun.elapsed();
        self.axcs.ok(&["account", "deactivate"]);
        let mut cut = 0;
        for moment in 0..MOMENTS {
            let mut asking = self.begin("activate");
            wait(whole * moment / MOMENTS);
            if moment % 2 == 0 {
                asking.kill().unwrap();
            } else {
                self.kill_service();
            }
            asking.wait().unwrap();
            if self.serving.is_none() {
                self.start_service();
            }
            if states(&self.axcs)[0] == "finished" {
                self.axcs.ok(&["account", "deactivate"]);
            } else {
                cut += 1;
            }
        }
        assert!(cut >= 4, "it was cut short {cut} times only");
        self.axcs.ok(&["checklist", "upgrade", "--do", "activate"]);
    }

    /// Does an item through a line that lies, again and again until it is done.
    fn do_in_spite_of(&self, hostile: &str, item: &str) {
        for _ in 0..ATTEMPTS {
            let said = self
                .axcs
                .run(&["--config", hostile, "checklist", "upgrade", "--do", item]);
            if said.code == 0 {
                return;
            }
            if said.stderr.contains("currency") {
                self.give_the_last_store_its_currency();
            }
        }
        panic!("{item} is not done");
    }

    fn give_the_last_store_its_currency(&self) {
        let store = format!("s{STORES}");
        self.axcs
            .ok(&["service", "store", "set", &store, "--currency", "USD"]);
    }

    /// All that the account had is there, once, and nothing else is new.
    fn must_be_whole(&self, newest_before: u64) {
        assert_eq!(states(&self.axcs), ["finished"; 3]);
        // Those of the demo are there, too.
        let stores = self.number("SELECT count(*) FROM channel WHERE id LIKE 's%'");
        assert_eq!(stores, STORES);
        let items = "SELECT count(*) FROM record WHERE id LIKE 'FR-%' AND value IS NOT NULL";
        assert_eq!(self.number(items), ITEMS);
        let orders = self.number("SELECT count(*) FROM online_order WHERE id LIKE 'fr-%'");
        assert_eq!(orders, ORDERS);
        // One event for each: no order was placed twice.
        let newest = self.number("SELECT newest FROM book");
        assert_eq!(newest, newest_before + ORDERS);
        assert_eq!(self.axcs.json(&["account"])["is_first_release"], false);
    }

    /// Kills the service again and again while it migrates, and once who asked for it.
    fn torment(&mut self, migration: &str, total: u64) {
        let item = format!("migrate-{migration}");
        let mut asking = Some(self.begin(&item));
        let mut cut = 0;
        for kill in 1..=KILLS {
            let ends = Instant::now() + Duration::from_secs(60);
            while self.done(migration) < kill * total / (KILLS + 2) {
                assert!(Instant::now() < ends, "it does not go on");
                wait(Duration::from_millis(1));
            }
            self.kill_service();
            cut += u64::from(self.is_under_way(migration));
            if let Some(mut asking) = asking.take() {
                asking.kill().unwrap();
                asking.wait().unwrap();
            }
            self.start_service();
        }
        assert!(
            cut >= 2,
            "it was cut short {cut} times only: the test proves too little"
        );
        let said = self.axcs.run(&["checklist", "upgrade", "--do", &item]);
        let is_expected = match migration {
            "account" => said.code != 0 && said.stderr.contains("currency"),
            _ => said.code == 0,
        };
        assert!(is_expected, "{said:?}");
    }
}

#[expect(clippy::disallowed_methods, reason = "another process works meanwhile")]
fn wait(time: Duration) {
    std::thread::sleep(time);
}

fn states(axcs: &Axcs) -> Vec<String> {
    let told = axcs.json(&["checklist", "upgrade"]);
    let items = told["items"].as_array().unwrap().iter();
    items
        .map(|item| item["state"].as_str().unwrap().to_owned())
        .collect()
}

/// A demo, and the service with an account of the first release that somebody has signed up for.
async fn site() -> Site {
    let axcs = Axcs::demo(60);
    let file = axcs.dir().join("first-release.ndjson");
    std::fs::write(&file, account()).unwrap();
    let further = ["--first-release", file.to_str().unwrap()];
    let serving = axcs.serve_with("127.0.0.1:0", &further);
    let mut anna = Visitor::at(&serving.url);
    anna.sign_up().await;
    let address = serving.url.trim_start_matches("http://").to_owned();
    Site {
        axcs,
        serving: Some(serving),
        address,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upgrade_is_cut_short_in_each_step_and_ends_right() {
    let mut site = site().await;
    assert_eq!(states(&site.axcs), ["ready", "deferred", "deferred"]);
    let early = site
        .axcs
        .run(&["checklist", "upgrade", "--do", "migrate-account"]);
    assert_ne!(early.code, 0, "{early:?}");
    site.torment_activation();

    site.torment("account", STORES + 1);
    assert_eq!(states(&site.axcs), ["finished", "warning", "deferred"]);
    site.give_the_last_store_its_currency();
    site.axcs
        .ok(&["checklist", "upgrade", "--do", "migrate-account"]);
    assert_eq!(states(&site.axcs), ["finished", "finished", "ready"]);

    let newest = site.number("SELECT newest FROM book");
    site.torment("data", ITEMS + ORDERS);
    site.must_be_whole(newest);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upgrade_through_a_service_that_fails_ends_right() {
    let site = site().await;
    let newest = site.number("SELECT newest FROM book");
    let service = site.serving.as_ref().unwrap().url.clone();
    let (line, url) = Hostile::before(service, SPOILED, 7).await;
    let hostile = site.axcs.dir().join("hostile.toml");
    let settings = format!(
        "secrets = 'file'\n[service]\nurl = '{url}'\n[engine]\nlease_seconds = 1\nrequest_timeout_seconds = 1\n"
    );
    std::fs::write(&hostile, settings).unwrap();
    for item in ["activate", "migrate-account", "migrate-data"] {
        let (_, before) = line.counts();
        site.do_in_spite_of(hostile.to_str().unwrap(), item);
        let (_, faults) = line.counts();
        assert!(faults > before, "{item}: the service did not fail");
    }
    site.must_be_whole(newest);
}
