//! The Upgrade checklist on an account of the first release, cut short in each of its steps: by kill -9
//! of the service, and of the console's machine. It ends right, and nothing is taken over twice.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
#![cfg(feature = "service")]

#[path = "support/axcs.rs"]
mod support;
#[path = "support/visitor.rs"]
mod visitor;

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use support::{Axcs, Serving};
use visitor::Visitor;

const STORES: u64 = 3_000;
const ITEMS: u64 = 6_000;
const ORDERS: u64 = 1_500;
/// How often each migration is cut short.
const KILLS: u64 = 4;

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

    /// Kills the service again and again while it migrates, and once who asked for it.
    fn torment(&mut self, migration: &str, total: u64) {
        let item = format!("migrate-{migration}");
        let mut asking = Some(self.begin(&item));
        let mut cut = 0;
        for kill in 1..=KILLS {
            let ends = Instant::now() + Duration::from_secs(60);
            while self.done(migration) < kill * total / (KILLS + 2) {
                assert!(Instant::now() < ends, "it does not go on");
                #[expect(clippy::disallowed_methods, reason = "another process works meanwhile")]
                std::thread::sleep(Duration::from_millis(1));
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

fn states(axcs: &Axcs) -> Vec<String> {
    let told = axcs.json(&["checklist", "upgrade"]);
    let items = told["items"].as_array().unwrap().iter();
    items
        .map(|item| item["state"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upgrade_is_cut_short_in_each_step_and_ends_right() {
    let axcs = Axcs::demo(60);
    let file = axcs.dir().join("first-release.ndjson");
    std::fs::write(&file, account()).unwrap();
    let further = ["--first-release", file.to_str().unwrap()];
    let serving = axcs.serve_with("127.0.0.1:0", &further);
    let mut anna = Visitor::at(&serving.url);
    anna.sign_up().await;
    let address = serving.url.trim_start_matches("http://").to_owned();
    let mut site = Site {
        axcs,
        serving: Some(serving),
        address,
    };
    assert_eq!(states(&site.axcs), ["ready", "deferred", "deferred"]);
    let early = site
        .axcs
        .run(&["checklist", "upgrade", "--do", "migrate-account"]);
    assert_ne!(early.code, 0, "{early:?}");
    site.axcs.ok(&["checklist", "upgrade", "--do", "activate"]);

    site.torment("account", STORES + 1);
    assert_eq!(states(&site.axcs), ["finished", "warning", "deferred"]);
    let store = format!("s{STORES}");
    site.axcs
        .ok(&["service", "store", "set", &store, "--currency", "USD"]);
    site.axcs
        .ok(&["checklist", "upgrade", "--do", "migrate-account"]);
    assert_eq!(states(&site.axcs), ["finished", "finished", "ready"]);
    // Those of the demo are there, too.
    let stores = site.number("SELECT count(*) FROM channel WHERE id LIKE 's%'");
    assert_eq!(stores, STORES);

    let newest = site.number("SELECT newest FROM book");
    site.torment("data", ITEMS + ORDERS);
    assert_eq!(states(&site.axcs), ["finished"; 3]);
    let items = "SELECT count(*) FROM record WHERE id LIKE 'FR-%' AND value IS NOT NULL";
    assert_eq!(site.number(items), ITEMS);
    let orders = site.number("SELECT count(*) FROM online_order WHERE id LIKE 'fr-%'");
    assert_eq!(orders, ORDERS);
    // One event for each: no order was placed twice.
    assert_eq!(site.number("SELECT newest FROM book"), newest + ORDERS);
    assert_eq!(site.axcs.json(&["account"])["is_first_release"], false);
}
