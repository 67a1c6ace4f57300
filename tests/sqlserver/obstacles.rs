//! What stands in the way of an account, one after the other: each has a message and a remedy of its
//! own, and the doctor, the activation and the console tell the same, with an exit code that a script
//! understands.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use crate::axcs_program::{Axcs, for_terminal, said};
use crate::faketime;
use crate::mssql::proxy::{Fault, Proxy, Way};
use crate::pty::Pty;
use crate::site::Site;
use crate::visitor::Visitor;

/// More than all findings take: what scrolls is not what is looked at here.
const ROWS: u16 = 100;

/// An obstacle, as it has to be told.
struct Obstacle {
    name: &'static str,
    /// Of the finding.
    check: &'static str,
    /// Of the doctor and of the activation.
    code: i32,
    /// In the message.
    words: &'static [&'static str],
    /// In the remedy.
    remedy: &'static str,
}

/// What was told of an obstacle.
struct Told {
    name: &'static str,
    found: String,
    remedy: String,
}

/// The words of a text, whatever stands between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn on_screen(screen: &vt100::Screen) -> String {
    words(&screen.contents().replace('│', " "))
}

impl Obstacle {
    /// Finds the obstacle by the doctor, the activation and the console, each of which `command` makes.
    fn found_by(&self, command: impl Fn(&[&str]) -> Command) -> Told {
        let told = self.found_by_doctor(&command);
        let refused = said(command(&["account", "activate"]));
        assert_eq!(refused.code, self.code, "{}: {refused:?}", self.name);
        for part in self.words.iter().chain([&self.remedy]) {
            let has_it = refused.stderr.contains(part);
            assert!(has_it, "{}: {part}: {refused:?}", self.name);
        }
        self.found_by_console(&command(&["--no-worker"]), &told);
        told
    }

    fn found_by_doctor(&self, command: impl Fn(&[&str]) -> Command) -> Told {
        let said = said(command(&["doctor", "--json"]));
        assert_eq!(said.code, self.code, "{}: {said:?}", self.name);
        let findings = said.json();
        let mut of_check = findings
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["check"] == self.check);
        let finding = of_check.next().unwrap();
        let health = if self.code == 3 {
            "not-reached"
        } else {
            "fault"
        };
        assert_eq!(finding["health"], health, "{}: {finding}", self.name);
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        let told = Told {
            name: self.name,
            found: text("found"),
            remedy: text("remedy"),
        };
        for part in self.words {
            assert!(
                told.found.contains(part),
                "{}: {part}: {finding}",
                self.name
            );
        }
        let has_it = told.remedy.contains(self.remedy);
        assert!(has_it, "{}: {finding}", self.name);
        // What programs send is nothing to an operator.
        let of_protocol = ["Bearer", "Authorization"];
        assert!(
            !of_protocol.iter().any(|word| told.found.contains(word)),
            "{}: {finding}",
            self.name
        );
        told
    }

    fn found_by_console(&self, command: &Command, told: &Told) {
        let mut console = Pty::start(for_terminal(command), ROWS);
        console.until_shows("complete data synchronization");
        console.press("1");
        let (found, remedy) = (words(&told.found), words(&told.remedy));
        console.until(|screen| {
            let text = on_screen(screen);
            text.contains(&found) && text.contains(&remedy)
        });
        console.press("q");
        assert!(console.assert_restored().success(), "{}", self.name);
    }
}

/// The messages differ, and so do the remedies: but whoever is out signs in again, whatever for.
fn assert_each_its_own(all: &[Told]) {
    let found: BTreeSet<&str> = all.iter().map(|told| told.found.as_str()).collect();
    assert_eq!(found.len(), all.len());
    let mut seen = BTreeSet::new();
    for told in all {
        assert!(!told.remedy.is_empty(), "{}", told.name);
        let is_new = seen.insert(told.remedy.as_str());
        assert_eq!(
            is_new,
            told.name != "revoked",
            "{}: {}",
            told.name,
            told.remedy
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_obstacle_in_ax_has_its_own_message_remedy_and_exit_code() {
    let mut site = Site::generated("5").await;
    let serving = site.axcs.serve("127.0.0.1:0");
    Visitor::at(&serving.url).sign_up().await;
    let no_table = Obstacle {
        name: "no right to a table",
        check: "Rights",
        code: 1,
        words: &["INVENTSUM", "(SELECT)"],
        remedy: "axcs doctor --grants",
    };
    let no_changes = Obstacle {
        name: "no right to changes",
        words: &["INVENTSUM", "VIEW CHANGE TRACKING"],
        ..no_table
    };
    let r3 = Obstacle {
        name: "R3",
        check: "Company",
        code: 1,
        words: &["it is AX 2012 R3", "R3 removed them"],
        remedy: "Name a database of AX 2012, its Feature Pack or AX 2012 R2",
    };
    let command = |arguments: &[&str]| site.command(arguments);
    site.server().deny_select("INVENTSUM", true);
    let table = no_table.found_by(command);
    site.server().deny_select("INVENTSUM", false);
    site.server().deny_tracking("INVENTSUM", true);
    let changes = no_changes.found_by(command);
    site.server().deny_tracking("INVENTSUM", false);
    site.in_ax("ALTER TABLE INVENTDIM ADD LICENSEPLATEID nvarchar(25) NOT NULL DEFAULT N''")
        .await;
    let release = r3.found_by(|arguments| site.command(arguments));
    assert_ne!(table.found, changes.found);
    assert_each_its_own(&[table, release]);
}

/// A release that has no Commerce Services is told when a run is asked for, and nothing is run.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_run_on_a_release_without_commerce_services() {
    let mut site = Site::generated("5").await;
    site.in_ax("ALTER TABLE INVENTDIM ADD LICENSEPLATEID nvarchar(25) NOT NULL DEFAULT N''")
        .await;
    let mut console = Pty::start(for_terminal(&site.command(&[])), ROWS);
    console.until_shows("AX fails since");
    console.press("r");
    console.until(|screen| on_screen(screen).contains("it is AX 2012 R3"));
    console.press("q");
    assert!(console.assert_restored().success());
    let runs = site.count("AXCS", "SELECT COUNT(*) FROM axcs.run").await;
    assert_eq!(runs, 0);
}

/// A database that stops answering is one that cannot be reached, whatever was being done.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stops_answering_ends_every_command_with_exit_code_3() {
    let site = Site::generated("5").await;
    let serving = site.axcs.serve("127.0.0.1:0");
    Visitor::at(&serving.url).sign_up().await;
    let proxy = Proxy::before(site.server().address()).await;
    let port = proxy.address().port().to_string();
    let changes = [("port", port.as_str()), ("statement_timeout_seconds", "1")];
    site.settings(&changes, "");
    for (command, rehearsal) in [
        (&["doctor"][..], &["doctor"][..]),
        (&["account", "check"], &["account", "check"]),
        // Activated it would be at once.
        (&["account", "activate"], &["account", "check"]),
        (&["batch"], &["batch"]),
    ] {
        proxy.heal();
        site.run(rehearsal);
        let packets = proxy.packets(Way::Down);
        proxy.arm(Way::Down, packets * 3 / 4, Fault::Stall);
        let said = site.run(command);
        assert!(proxy.has_happened(), "{command:?}");
        assert_eq!(said.code, 3, "{command:?}: {said:?}");
        if command.contains(&"activate") {
            // Not when the database was opened: by what was looked at then.
            let cause = "The account cannot be activated.";
            assert!(said.stderr.contains(cause), "{said:?}");
        }
    }
    assert_eq!(site.json(&["account"])["state"], "signed-up");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_obstacle_of_tracking_network_clock_and_tokens_has_its_own() {
    let axcs = Axcs::demo(60);
    let serving = axcs.serve("127.0.0.1:0");
    let mut anna = Visitor::at(&serving.url);
    anna.sign_up().await;
    let command = |arguments: &[&str]| axcs.command(arguments);
    let mut all = Vec::new();

    axcs.ok(&["company", "tracking", "disable", "INVENTSUM"]);
    let off = Obstacle {
        name: "tracking off",
        check: "Change tracking",
        code: 1,
        words: &[
            "Commerce Services cannot be activated since change tracking is not enabled.",
            "INVENTSUM",
        ],
        remedy: "Have change tracking enabled",
    };
    all.push(off.found_by(command));
    axcs.ok(&["company", "tracking", "enable", "INVENTSUM"]);

    axcs.ok(&["company", "tracking", "retention", "2879"]);
    let short = Obstacle {
        name: "short retention",
        words: &["changes are kept for 2879 minutes only"],
        remedy: "two days or more",
        ..off
    };
    all.push(short.found_by(command));
    axcs.ok(&["company", "tracking", "retention", "2880"]);

    all.push(no_network(&axcs));
    all.extend(wrong_clock(&axcs));

    anna.sign_in(command(&["account", "sign-in", "--json"]), "allow")
        .await;
    let revoked = Obstacle {
        name: "revoked",
        check: "Service",
        code: 1,
        words: &["there is no such sign-in any more: it was ended"],
        remedy: "Sign this machine in: axcs account sign-in",
    };
    let expired = Obstacle {
        name: "expired",
        words: &["the sign-in has expired: it was not used for 90 days"],
        ..revoked
    };
    // The service's own file is made older, while it is down.
    drop(serving);
    let file = axcs.dir().join("service").join("commerce.db");
    let store = rusqlite::Connection::open(file).unwrap();
    let days = 91_i64 * 24 * 3_600_000;
    let aged = store.execute(
        "UPDATE machine SET refreshed = refreshed - ?1, access_until = access_until - ?1",
        [days],
    );
    assert_eq!(aged.unwrap(), 1);
    drop(store);
    let serving = axcs.serve("127.0.0.1:0");
    all.push(expired.found_by(command));

    anna.url.clone_from(&serving.url);
    anna.sign_in(command(&["account", "sign-in", "--json"]), "allow")
        .await;
    let kept = fs::read_to_string(axcs.sign_in_file().unwrap()).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    anna.revoke(kept["refresh_token"].as_str().unwrap()).await;
    all.push(revoked.found_by(command));
    assert_each_its_own(&all);

    // Nothing was activated all the while; without an obstacle it is.
    axcs.ok(&["account", "sign-out"]);
    assert_eq!(axcs.json(&["account"])["state"], "signed-up");
    axcs.ok(&["account", "activate"]);
}

/// Nobody listens at the service's address.
fn no_network(axcs: &Axcs) -> Told {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let file = axcs.dir().join("nobody.toml");
    let token = axcs.dir().join("token");
    let text = format!(
        "secrets = 'file'\n[service]\nurl = 'http://{address}'\ntoken_file = '{}'\n",
        token.display()
    );
    fs::write(&file, text).unwrap();
    let config = file.to_str().unwrap();
    let obstacle = Obstacle {
        name: "no network",
        check: "Service",
        code: 3,
        words: &["A network error occurred and the page could not be displayed."],
        remedy: "Check that the service runs and that this machine reaches its address",
    };
    obstacle.found_by(|arguments| axcs.command(&[&["--config", config], arguments].concat()))
}

/// This machine's clock is off, where libfaketime sets it wrong.
fn wrong_clock(axcs: &Axcs) -> Option<Told> {
    let Some(library) = faketime::library() else {
        eprintln!("skipped: a wrong clock; there is no libfaketimeMT.so.1 (the package faketime)");
        return None;
    };
    let obstacle = Obstacle {
        name: "wrong clock",
        check: "Clock",
        code: 1,
        words: &["the service: its clock and that of this machine are 2 h apart"],
        remedy: "Have the clocks of both machines set by a time service.",
    };
    Some(obstacle.found_by(|arguments| {
        let mut command = axcs.command(arguments);
        command
            .env("LD_PRELOAD", &library)
            .env("FAKETIME", "+150m")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1");
        command
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_whose_user_may_not_upload_is_told_who_let_it_in() {
    let axcs = Axcs::demo(60);
    let serving = axcs.serve("127.0.0.1:0");
    Visitor::at(&serving.url).sign_up().await;
    let person = ["--first-name", "Bert", "--last-name", "Lund"];
    let more = ["--email", "bert@contoso.example", "--role", "viewer"];
    axcs.ok(&[&["users", "add", "bert"], &person[..], &more[..]].concat());
    let invited = axcs.ok(&["users", "invite", "bert"]).stdout;
    let link = invited
        .split_whitespace()
        .find(|word| word.contains("?secret="))
        .unwrap();
    let mut bert = Visitor::at(&serving.url);
    bert.accept(link, "bert").await;
    let (told, code) = bert
        .sign_in(axcs.command(&["account", "sign-in", "--json"]), "allow")
        .await;
    assert_eq!(code, 0, "{told}");
    let weak = Obstacle {
        name: "a viewer's machine",
        check: "Service rights",
        code: 1,
        words: &["bert", "upload", "account"],
        remedy: "Have a service administrator sign this machine in",
    };
    let told = weak.found_by_doctor(|arguments| axcs.command(arguments));
    weak.found_by_console(&axcs.command(&["--no-worker"]), &told);
    let refused = axcs.run(&["account", "activate"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("bert"), "{refused:?}");
}
