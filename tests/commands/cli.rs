//! The commands as an operator types them, over the embedded company and the self-hosted service.

use std::collections::BTreeSet;

use axcs::cli::Arguments;
use clap::CommandFactory as _;

use crate::support::{Axcs, bare, stream};

#[test]
fn a_headless_demo_balances_every_stream_and_the_second_one_sends_nothing() {
    let axcs = Axcs::new();
    let first = axcs.json(&["demo", "--headless", "--items", "300"]);
    assert_eq!(first["status"], "ended");
    for stream in first["streams"].as_array().unwrap() {
        let count = |name: &str| stream[name].as_u64().unwrap();
        assert_eq!(
            count("enumerated"),
            count("acknowledged") + count("unchanged") + count("quarantined"),
            "{stream}"
        );
        assert_eq!(count("quarantined"), 0, "{stream}");
    }
    assert!(first["payload_bytes"].as_u64().unwrap() > 0);
    assert!(stream(&first, "items")["acknowledged"].as_u64().unwrap() > 100);

    let second = axcs.json(&["demo", "--headless", "--items", "300"]);
    assert_eq!(second["payload_bytes"], 0, "{second}");
    assert_eq!(axcs.json(&["verify"])["differences"], 0);
}

/// Sales orders of the company that are none of a Journal, by customer requisition.
fn sales_orders(axcs: &Axcs) -> BTreeSet<String> {
    let listed = axcs.json(&["company", "orders", "list", "--limit", "1000"]);
    let orders = listed["orders"].as_array().unwrap();
    let numbers: BTreeSet<String> = orders
        .iter()
        .inspect(|order| assert_eq!(order["is_journal"], false, "{order}"))
        .map(|order| order["requisition"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(numbers.len(), orders.len(), "each once: {listed}");
    numbers
}

#[test]
fn a_headless_demo_sells_as_many_orders_as_it_is_told_and_the_second_one_as_many_more() {
    let axcs = Axcs::new();
    let demo = ["demo", "--headless", "--items", "150", "--orders", "25"];
    let mut known = BTreeSet::new();
    for sold in [25, 50] {
        let said = axcs.json(&demo);
        let expected = serde_json::json!({
            "placed": 25, "downloaded": 25, "open": 0, "exceptions": 0, "unacknowledged": 0,
            "packing_slips": 25, "differences": 0,
        });
        assert_eq!(said["orders"], expected);
        let now = sales_orders(&axcs);
        assert_eq!(now.len(), sold);
        assert!(now.is_superset(&known));
        known = now;
        let shipped = axcs.json(&["service", "order", "list", "--state", "shipped"]);
        assert_eq!(shipped.as_array().unwrap().len(), sold);
        let verified = axcs.json(&["verify"]);
        assert_eq!(verified["differences"], 0);
        assert_eq!(stream(&verified, "shipments")["service"], sold);
        assert_eq!(verified["streams"].as_array().unwrap().len(), 13);
    }
}

#[test]
fn verify_finds_what_is_missing_different_and_extra() {
    let axcs = Axcs::demo(200);
    let differs = [
        "change", "--within", "FIN", "--stock", "3", "--names", "2", "--seed", "7",
    ];
    axcs.ok(&[&["company"][..], &differs].concat());
    axcs.ok(&["products", "exclude", &axcs.first_item()]);
    let verified = axcs.run(&["verify", "--json"]);
    assert_eq!(verified.code, 1);
    let verified = verified.json();
    assert_eq!(stream(&verified, "on-hand")["different"], 3);
    assert_eq!(stream(&verified, "items")["different"], 2);
    assert_eq!(stream(&verified, "items")["extra"], 1);
    axcs.ok(&["run", "complete"]);
    assert_eq!(axcs.json(&["verify"])["differences"], 0);
}

#[test]
fn an_inventory_run_without_a_selection_stops_with_the_documented_warning_and_the_count() {
    let axcs = Axcs::new();
    axcs.ok(&["company", "generate", "--items", "120"]);
    let refused = axcs.run(&["run", "inventory"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused
            .stderr
            .contains("Before performing an inventory synchronization"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("would have sent 120 items"),
        "{}",
        refused.stderr
    );
    let runs = axcs.json(&["runs"]);
    assert_eq!(runs[0]["status"], "error");
}

#[test]
fn a_changed_selection_asks_for_a_complete_run() {
    let axcs = Axcs::demo(200);
    let text = "A complete synchronization is required to upload the changes.";
    let changed = axcs.run(&["products", "exclude", &axcs.first_item()]);
    assert!(changed.stdout.contains(text), "{}", changed.stdout);
    let refused = axcs.run(&["run", "inventory"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains(text), "{}", refused.stderr);
    axcs.ok(&["run", "complete"]);
    axcs.ok(&["run", "inventory"]);
    assert_eq!(axcs.json(&["verify"])["differences"], 0);
}

#[test]
fn changes_renames_and_deletions_arrive_and_nothing_else_travels() {
    let axcs = Axcs::demo(2_000);
    axcs.ok(&[
        "company", "change", "--within", "FIN", "--stock", "100", "--seed", "3",
    ]);
    let run = axcs.run_json("inventory");
    assert_eq!(stream(&run, "on-hand")["acknowledged"], 100, "{run}");
    for quiet in ["categories", "dimension-groups", "item-tax-groups", "items"] {
        assert_eq!(stream(&run, quiet)["acknowledged"], 0, "{quiet}");
    }
    axcs.ok(&[
        "company",
        "change",
        "--within",
        "FIN",
        "--names",
        "5",
        "--deletes",
        "4",
        "--seed",
        "4",
    ]);
    let run = axcs.run_json("inventory");
    assert_eq!(stream(&run, "items")["deleted"], 4, "{run}");
    assert!(
        stream(&run, "items")["acknowledged"].as_u64().unwrap() > 4,
        "{run}"
    );
    assert_eq!(axcs.differences("inventory"), 0);
}

#[test]
fn a_cursor_behind_the_retention_reloads_that_stream_alone_and_says_so() {
    let axcs = Axcs::demo(300);
    axcs.ok(&[
        "company", "change", "--within", "FIN", "--stock", "20", "--seed", "5",
    ]);
    axcs.ok(&["company", "tracking", "retention", "0"]);
    axcs.ok(&["company", "tracking", "clean-up"]);
    let run = axcs.run_json("inventory");
    let on_hand = stream(&run, "on-hand");
    assert!(
        on_hand["reload"].as_str().unwrap().contains("INVENTSUM"),
        "{on_hand}"
    );
    assert_eq!(
        on_hand["acknowledged"], 20,
        "only what differs travels: {on_hand}"
    );
    assert!(on_hand["unchanged"].as_u64().unwrap() > 100, "{on_hand}");
    for other in ["categories", "dimension-groups", "item-tax-groups", "items"] {
        assert!(stream(&run, other)["reload"].is_null(), "{other}: {run}");
    }
    assert_eq!(axcs.differences("inventory"), 0);
}

#[test]
fn a_truncated_table_reloads_its_streams_and_drops_what_is_gone() {
    let axcs = Axcs::demo(200);
    axcs.ok(&["company", "tracking", "truncate", "DLVMODE"]);
    let run = axcs.run_json("delivery-modes");
    let modes = stream(&run, "delivery-modes");
    assert!(
        modes["reload"].as_str().unwrap().contains("DLVMODE"),
        "{modes}"
    );
    assert!(modes["deleted"].as_u64().unwrap() > 0, "{modes}");
    assert_eq!(
        axcs.json(&["verify", "--stream", "delivery-modes"])["differences"],
        0
    );
}

#[test]
fn a_replaced_company_or_an_emptied_service_is_noticed_and_made_good() {
    let axcs = Axcs::demo(200);
    axcs.ok(&[
        "company",
        "generate",
        "--items",
        "250",
        "--seed",
        "9",
        "--replace",
    ]);
    let run = axcs.run_json("inventory");
    assert!(
        stream(&run, "items")["reload"]
            .as_str()
            .unwrap()
            .contains("replaced"),
        "{run}"
    );
    axcs.ok(&["run", "complete"]);
    assert_eq!(axcs.json(&["verify"])["differences"], 0);

    std::fs::remove_dir_all(axcs.dir().join("service")).unwrap();
    let run = axcs.run_json("complete");
    assert!(
        stream(&run, "items")["reload"]
            .as_str()
            .unwrap()
            .contains("sent again"),
        "{run}"
    );
    assert_eq!(axcs.json(&["verify"])["differences"], 0);
}

#[test]
fn a_lost_ledger_loads_the_service_anew_without_dropping_or_doubling_anything() {
    let axcs = Axcs::demo(200);
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(axcs.dir().join(format!("ledger.db{ending}")));
    }
    axcs.ok(&["products", "rules", "add", "--item-group", "FIN"]);
    let run = axcs.run_json("complete");
    assert_eq!(run["status"], "ended");
    assert_eq!(stream(&run, "items")["retired"], 0);
    assert_eq!(axcs.json(&["verify"])["differences"], 0);
}

#[test]
fn a_dry_run_counts_and_sends_nothing() {
    let axcs = Axcs::demo(200);
    axcs.ok(&[
        "company", "change", "--within", "FIN", "--stock", "7", "--seed", "2",
    ]);
    let lines = axcs.run(&["run", "inventory", "--dry-run", "--json"]);
    assert_eq!(
        stream(&lines.last_json()["summary"], "on-hand")["acknowledged"],
        7
    );
    let run = axcs.run_json("inventory");
    assert_eq!(
        stream(&run, "on-hand")["acknowledged"],
        7,
        "the dry run left them to be sent"
    );
}

#[test]
fn a_service_that_is_down_is_a_named_error_with_a_next_step_and_exit_code_3() {
    let axcs = Axcs::demo(150);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let config = axcs.dir().join("down.toml");
    let text = format!(
        "[service]\nurl = \"http://127.0.0.1:{port}\"\ntoken_file = '{}'\n[engine]\ngive_up_after_seconds = 1\n",
        axcs.dir().join("token").display()
    );
    std::fs::write(&config, text).unwrap();
    let failed = axcs.run(&["run", "complete", "--config", config.to_str().unwrap()]);
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    assert!(
        failed.stderr.contains("A network error occurred"),
        "{}",
        failed.stderr
    );
    assert!(
        failed.stderr.contains(&port.to_string()),
        "{}",
        failed.stderr
    );
    assert!(
        failed.stderr.contains("Check that the service runs"),
        "{}",
        failed.stderr
    );
    axcs.ok(&["run", "complete"]);
}

#[test]
fn wrong_usage_is_exit_code_2_and_says_what_to_do() {
    let axcs = Axcs::new();
    let cases: &[(&[&str], &str)] = &[
        (&["run", "everything"], "inventory"),
        (
            &["--config", "no-such-file.toml", "jobs"],
            "no-such-file.toml",
        ),
        (&["company", "load", "no-such-folder"], "no-such-folder"),
        (&["demo"], "--headless"),
    ];
    for (arguments, expected) in cases {
        let refused = axcs.run(arguments);
        assert_eq!(refused.code, 2, "{arguments:?}: {}", refused.stderr);
        assert!(
            refused.stderr.contains(expected),
            "{arguments:?}: {}",
            refused.stderr
        );
    }
}

#[test]
fn without_settings_the_file_looked_for_is_named_and_the_demo_offered() {
    let home = tempfile::tempdir().unwrap();
    let refused = bare(home.path(), &["jobs"]);
    assert_eq!(refused.code, 2);
    for expected in ["config.toml", "axcs demo", "axcs config init"] {
        assert!(
            refused.stderr.contains(expected),
            "{expected}: {}",
            refused.stderr
        );
    }
}

#[test]
fn a_folder_without_a_company_is_exit_code_3() {
    let axcs = Axcs::new();
    let refused = axcs.run(&["jobs"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("axcs demo"), "{}", refused.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn the_log_of_a_set_up_without_a_folder_stands_with_the_accounts_own_files() {
    let home = tempfile::tempdir().unwrap();
    let settings = home.path().join("here.toml");
    std::fs::write(&settings, "company = 'usmf'\n").unwrap();
    let refused = bare(
        home.path(),
        &["--config", settings.to_str().unwrap(), "run", "inventory"],
    );
    assert_eq!(refused.code, 2, "{refused:?}");
    let logs = home.path().join("axcs").join("logs");
    assert_eq!(std::fs::read_dir(logs).unwrap().count(), 1);
    assert!(!std::path::Path::new("logs").exists());
}

#[test]
fn times_are_shown_and_taken_in_the_zone_of_the_settings() {
    let axcs = Axcs::demo(5);
    let file = axcs.dir().join("short.toml");
    let others = std::fs::read_to_string(&file).unwrap();
    let set = |zone: &str| std::fs::write(&file, format!("zone = '{zone}'\n{others}")).unwrap();
    set("Asia/Tokyo");
    let shown = axcs.ok(&["runs"]).stdout;
    assert!(shown.contains(" JST"), "{shown}");
    let newest = axcs.json(&["runs", "--limit", "1"]);
    let started: jiff::Timestamp = newest[0]["started"].as_str().unwrap().parse().unwrap();
    let there = started.to_zoned(jiff::tz::TimeZone::get("Asia/Tokyo").unwrap());
    let that_minute = there.strftime("started:%Y-%m-%dT%H:%M").to_string();
    let found = || axcs.json(&["runs", "--where", &that_minute]);
    assert_ne!(found(), serde_json::json!([]), "{that_minute}");
    set("America/Lima");
    assert_eq!(found(), serde_json::json!([]), "{that_minute}");
    set("Mars/Phobos");
    let refused = axcs.run(&["runs"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    for part in ["short.toml", "zone is \"Mars/Phobos\"", "Europe/Berlin"] {
        assert!(refused.stderr.contains(part), "{part:?}: {refused:?}");
    }
}

#[test]
fn the_token_never_prints() {
    let axcs = Axcs::demo(120);
    let token = std::fs::read_to_string(axcs.dir().join("token")).unwrap();
    let mut output = String::new();
    for arguments in [
        &["config", "show"][..],
        &["jobs", "--json"],
        &["run", "inventory", "--json"],
        &["run", "complete"],
    ] {
        let done = axcs.run(arguments);
        output += &done.stdout;
        output += &done.stderr;
    }
    for log in std::fs::read_dir(axcs.dir().join("logs")).unwrap() {
        output += &std::fs::read_to_string(log.unwrap().path()).unwrap();
    }
    assert!(!output.is_empty());
    assert!(!output.contains(token.trim()));
}

#[test]
fn every_shell_is_told_every_command() {
    let axcs = Axcs::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = axcs.ok(&["completions", shell]).stdout;
        for command in Arguments::command().get_subcommands() {
            let name = command.get_name();
            assert!(script.contains(name), "{shell} is not told {name}");
        }
    }
    let refused = axcs.run(&["completions", "cmd"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("powershell"), "{refused:?}");
}

#[test]
fn every_command_has_a_manual_page() {
    let axcs = Axcs::new();
    let page = axcs.ok(&["man"]).stdout;
    assert!(page.contains(".SH SYNOPSIS"), "{page}");
    let folder = axcs.dir().join("man1");
    axcs.ok(&["man", "--folder", folder.to_str().unwrap()]);
    for command in Arguments::command().get_subcommands() {
        let page = folder.join(format!("axcs-{}.1", command.get_name()));
        assert!(page.exists(), "{} is not there", page.display());
    }
    let file = folder.join("axcs.1");
    let refused = axcs.run(&["man", "--folder", file.to_str().unwrap()]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("--folder"), "{refused:?}");
}

#[cfg(feature = "console")]
#[test]
fn without_a_terminal_lines_are_commands_and_the_session_is_shown_again() {
    use std::io::Write as _;
    use std::process::Stdio;

    let axcs = Axcs::demo(150);
    let file = axcs.dir().join("session.jsonl");
    let arguments = ["--plain", "--no-worker", "--record", file.to_str().unwrap()];
    let mut command = axcs.command(&arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = child.stdin.take().unwrap();
    lines
        .write_all(b"orders\nexceptions\njobs\nhistory\n")
        .unwrap();
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for words in [
        "== Jobs\n",
        "== Orders\n",
        "== Exceptions\n",
        "== Jobs > Last runs",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    assert!(!text.contains('\x1b'), "{text}");
    let again = axcs.ok(&["replay", file.to_str().unwrap()]).stdout;
    assert!(again.contains("== Jobs > Last runs"), "{again}");
    let refused = axcs.run(&["replay", axcs.dir().join("short.toml").to_str().unwrap()]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("no session of axcs"), "{refused:?}");
}
