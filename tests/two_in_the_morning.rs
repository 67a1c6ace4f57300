//! Two in the morning: orders have failed since midnight because AX sells an item by another unit. From
//! the start of the console to all orders in AX, in a real terminal, every key counted; without colour too.

#![cfg(all(feature = "console", feature = "service", unix))]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "support/axcs.rs"]
mod axcs_program;
#[path = "support/pty.rs"]
mod pty;

use std::time::{Duration, Instant};

use axcs::company::embedded;
use axcs_program::Axcs;
use pty::Pty;

/// What it may cost.
const MOST_KEYS: usize = 12;
/// Orders that failed since midnight.
const ORDERS: i64 = 23;

/// The demo's folder, an item that is sold by the box since midnight, and the orders of it.
struct Night {
    axcs: Axcs,
    item: String,
    /// The unit of the orders.
    unit: String,
    /// Their lines of the item.
    lines: i64,
    /// One more of it, as it is typed.
    one_more: String,
}

impl Night {
    fn falls() -> Self {
        let axcs = Axcs::shop();
        let mut order = axcs.json(&["orders", "show", "W1-0"])["order"].take();
        let line = &order["lines"][0];
        let text = |field: &str| line[field].as_str().unwrap().to_owned();
        let (item, unit) = (text("item"), text("unit"));
        let variant = ["configuration", "size", "colour", "style"]
            .map(|dimension| line["dimensions"][dimension].as_str().unwrap_or_default());
        let all = order["lines"].as_array().unwrap();
        let same = all.iter().filter(|line| line["item"] == item.as_str());
        let night = Self {
            lines: same.count() as i64 * ORDERS,
            one_more: format!("{item}/{}=1", variant.join("/")),
            item,
            unit,
            axcs,
        };
        for at in 0..ORDERS {
            order["id"] = format!("N-{at}").into();
            order["number"] = order["id"].clone();
            night.axcs.place_order(&order);
        }
        assert_ne!(night.unit, "box");
        night.sql(&format!(
            "UPDATE INVENTTABLEMODULE SET UNITID = 'box' WHERE ITEMID = '{}' AND MODULETYPE = 2",
            night.item
        ));
        night.axcs.ok(&["run", "orders"]);
        let open = night.axcs.json(&["exceptions"]);
        let open = open.as_array().unwrap();
        assert_eq!(open.len() as i64, ORDERS);
        assert!(open.iter().all(|entry| entry["code"] == "unit-mismatch"));
        assert_eq!(night.in_ax(), 0);
        night
    }

    fn sql(&self, sql: &str) {
        let company = embedded::writer(&self.axcs.dir().join("company.db")).unwrap();
        assert!(company.execute(sql, []).unwrap() > 0, "{sql}");
    }

    /// Sales orders of the night in the company.
    fn in_ax(&self) -> i64 {
        let company = embedded::writer(&self.axcs.dir().join("company.db")).unwrap();
        let count = "SELECT count(DISTINCT s.SALESID) FROM SALESTABLE s
            JOIN SALESLINE l ON l.DATAAREAID = s.DATAAREAID AND l.SALESID = s.SALESID
            WHERE s.CUSTOMERREF LIKE 'N-%' AND s.SALESTYPE = 3 AND l.SALESUNIT = 'box'";
        company.query_row(count, [], |row| row.get(0)).unwrap()
    }

    /// Waits until the newest run of a job has ended well.
    fn ended_well(&self, job: &str, runs: usize) {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let found = self.axcs.json(&["runs", "--job", job]);
            let found = found.as_array().unwrap();
            if found.len() > runs && found[0]["status"] == "ended" {
                return;
            }
            assert!(Instant::now() < end, "{found:?}");
            #[expect(clippy::disallowed_methods, reason = "another process works meanwhile")]
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn runs(&self, job: &str) -> usize {
        let runs = self.axcs.json(&["runs", "--job", job]);
        runs.as_array().unwrap().len()
    }

    /// The whole script; how many keys it took.
    fn is_put_right(&self, console: &mut Pty) -> usize {
        let mut keys = 0;
        let mut press = |console: &mut Pty, key: &str| {
            assert_eq!(key.len(), 1, "one key at a time");
            keys += 1;
            console.press(key);
        };
        console.until_shows(&format!("Exceptions {ORDERS}"));
        press(console, "6");
        console.until_shows(&format!("[6 Exceptions {ORDERS}]"));
        press(console, "C");
        console.until_shows(&format!("Correct {ORDERS} orders?"));
        let question = in_window(console);
        for part in [
            format!(
                "item {} from {} to box ({} lines)",
                self.item, self.unit, self.lines
            ),
            "changes what customers bought".to_owned(),
        ] {
            assert!(question.contains(&part), "{part:?} is not in {question}");
        }
        press(console, "y");
        console.until_shows(&format!("{ORDERS} orders corrected."));
        console.until_shows("[6 Exceptions]");
        // So that what is ordered from now on has the unit of AX.
        let runs = self.runs("inventory");
        press(console, "4");
        console.until_shows("[4 Jobs]");
        press(console, "g");
        press(console, "r");
        self.ended_well("inventory", runs);
        console.listen(Duration::from_secs(1));
        console.until(|screen| !screen.contents().contains("Executing"));
        press(console, "q");
        keys
    }

    fn is_over(&self, keys: usize) {
        assert!(keys <= MOST_KEYS, "{keys} keys");
        assert_eq!(self.in_ax(), ORDERS, "all orders are in AX");
        assert_eq!(self.axcs.json(&["exceptions"]), serde_json::json!([]));
        let audit = self
            .axcs
            .ok(&["log", "--audit", "--subject", "order"])
            .stdout;
        assert!(audit.contains("corrected at their source"), "{audit}");
        let placing = ["service", "order", "place", "--line", &self.one_more];
        self.axcs.ok(&placing);
        self.axcs.ok(&["run", "orders"]);
        assert_eq!(self.axcs.json(&["exceptions"]), serde_json::json!([]));
    }
}

/// What stands in the window, without its frame and the line ends between the words.
fn in_window(console: &Pty) -> String {
    let screen = console.screen.screen().contents();
    let inside = |line: &str| {
        let (_, rest) = line.split_once('│')?;
        let (inside, _) = rest.rsplit_once('│')?;
        Some(inside.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    screen
        .lines()
        .filter_map(inside)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn orders_that_failed_since_midnight_are_in_ax_after_a_dozen_keys_at_most() {
    let night = Night::falls();
    let mut console = Pty::start(night.axcs.in_terminal(&["--no-worker"]), 24);
    let keys = night.is_put_right(&mut console);
    assert!(console.assert_restored().success());
    night.is_over(keys);
}

#[test]
fn the_same_is_done_without_colour() {
    let night = Night::falls();
    let mut command = night.axcs.in_terminal(&["--no-worker"]);
    command.env("NO_COLOR", "1");
    let mut console = Pty::open(command, (80, 24), "xterm");
    let keys = night.is_put_right(&mut console);
    let screen = console.screen.screen();
    for (row, column) in (0..24).flat_map(|row| (0..80).map(move |column| (row, column))) {
        let cell = screen.cell(row, column).unwrap();
        let colours = (cell.fgcolor(), cell.bgcolor());
        assert_eq!(colours, (vt100::Color::Default, vt100::Color::Default));
    }
    assert!(console.assert_restored().success());
    night.is_over(keys);
}
