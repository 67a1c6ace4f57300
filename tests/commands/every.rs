//! Every command there is: what it changes, what it answers as JSON, what its help says, and what it
//! says to nonsense.

use std::collections::BTreeSet;

use axcs::cli::Arguments;
use clap::{Command, CommandFactory as _};
use serde_json::Value;

use crate::support::Axcs;

/// What a command that reads is called, and the keys of its JSON: of the document, or of the first
/// entry where it is a list. `ITEM` and `NUMBER` stand for one there is.
const READING: [(&str, &str); 34] = [
    ("account", ACCOUNT),
    ("account status", ACCOUNT),
    ("checklist", "checklist items"),
    ("parameters", "choices parameters"),
    ("parameters show", "choices parameters"),
    ("log", "operation_log"),
    (
        "jobs",
        "failures history job last next quarantined reason recurrence status tracking_hours_left",
    ),
    ("jobs occurrences", "occurrences"),
    ("jobs recurrence orders", "job recurrence schedule starts"),
    (
        "runs",
        "dry_run exception finished job run started status streams",
    ),
    (
        "runs show 1",
        "dry_run exception finished job run started status streams",
    ),
    (
        "batch",
        "canceled_by caption company created_by ended id is_late job last_error last_log planned \
         progress started status tasks usual_seconds",
    ),
    (
        "batch show 5637144579",
        "canceled_by caption company created_by ended history id is_late job last_error last_log \
         planned progress started status tasks usual_seconds",
    ),
    ("exceptions", EXCEPTION),
    ("exceptions show NUMBER", EXCEPTION),
    ("orders", "counts orders"),
    (
        "orders show W1-0",
        "account attempts changed currency customer downloaded event exception history id \
         is_acknowledged is_journal is_possible_duplicate lines number order placed sales_order \
         seq shipments shipped stage status store total",
    ),
    (
        "stores",
        "currency gone_since id kind name open open_orders orders settings",
    ),
    ("stores show contoso", "customer_template store"),
    ("products", SELECTION),
    ("products rules", SELECTION),
    ("products count", SELECTION),
    (
        "products list --limit 1",
        "categories item item_group item_tax_group net_weight price price_unit product \
         product_type search_name texts unit",
    ),
    (
        "company info",
        "bytes companies counts path tables tracking",
    ),
    ("company tracking", "tables tracking"),
    ("company orders list", "orders"),
    ("verify", "differences streams"),
    (
        "config show",
        "company console dir engine log orders production secrets service sqlserver zone",
    ),
    ("config path", "exists file"),
    ("config check", "file passwords profile right"),
    (
        "service order list",
        "hash id number sales_order seq state store",
    ),
    (
        "service order show W1-0",
        "hash id number order sales_order seq shipments state store",
    ),
    ("service store list", "currency id kind name open"),
    ("service account", "state"),
];
const EXCEPTION: &str = "attempts cause code field first id job key last module note remedy state \
                         stream text";
const ACCOUNT: &str =
    "by company is_first_release kept_at name rights signed_in since state user website";
const SELECTION: &str = "complete_required counts exception selection";

/// Every command that changes something.
const CHANGING: [&str; 53] = [
    "account sign-in",
    "account sign-out",
    "account activate",
    "account deactivate",
    "account renew",
    "account disconnect --company usmf",
    "parameters set --shipping-charge-code FREIGHT",
    "users add anna",
    "users edit anna --no-roles",
    "users invite anna",
    "users remove anna",
    "demo --headless",
    "service",
    "worker",
    "run inventory",
    "jobs withhold inventory",
    "jobs resume inventory",
    "jobs cancel inventory",
    "jobs suspend-all",
    "jobs resume-all",
    "jobs recurrence orders --every day --at 05:00",
    "exceptions retry NUMBER",
    "exceptions correct NUMBER",
    "exceptions resolve NUMBER --note done",
    "stores set contoso --sales-origin WEB",
    "stores synchronize",
    "products include ITEM",
    "products exclude ITEM",
    "products reset ITEM",
    "products rules add --item-group FIN",
    "products rules remove 1",
    "products rules clear",
    "company load FOLDER",
    "company generate --items 1 --replace",
    "company change --stock 1",
    "company tracking retention 0",
    "company tracking clean-up",
    "company tracking truncate DLVMODE",
    "company tracking disable DLVMODE",
    "company tracking enable DLVMODE",
    "company orders ship --all",
    "company orders cancel SO-0000001",
    "company orders invoice SO-0000001",
    "company orders void 1",
    "config init",
    "config password --for sql",
    "service order place",
    "service order correct W1-0 --total-right",
    "service order pay W1-0",
    "service order cancel W1-0",
    "service account being-set-up",
    "service store set contoso --name Another",
    "service store remove contoso",
];

/// A company that has sold, with an exception.
struct Sold {
    axcs: Axcs,
    item: String,
    exception: String,
}

impl Sold {
    fn new() -> Self {
        let axcs = Axcs::new();
        axcs.ok(&["demo", "--headless", "--items", "100", "--orders", "3"]);
        axcs.ok(&["service", "order", "place", "--line", "NO-SUCH=1"]);
        axcs.ok(&["run", "orders"]);
        let id = axcs.json(&["exceptions"])[0]["id"].as_i64().unwrap();
        Self {
            item: axcs.first_item(),
            exception: id.to_string(),
            axcs,
        }
    }

    fn words<'a>(&'a self, command: &'a str) -> Vec<&'a str> {
        let word = |word: &'a str| match word {
            "ITEM" => self.item.as_str(),
            "NUMBER" => self.exception.as_str(),
            other => other,
        };
        command.split_whitespace().map(word).collect()
    }

    /// What every reading command says, but for what time alone changes.
    fn state(&self) -> Vec<Value> {
        let read = |(command, _): &(&str, &str)| {
            let mut said = self.axcs.json(&self.words(command));
            if *command == "jobs recurrence orders" {
                said.as_object_mut().unwrap().remove("starts").unwrap();
            }
            // The service of each command has a port of its own.
            if let Some(account) = said.as_object_mut() {
                account.remove("website");
            }
            if *command == "jobs" {
                for job in said.as_array_mut().unwrap() {
                    let job = job.as_object_mut().unwrap();
                    job.remove("next").unwrap();
                    job.remove("tracking_hours_left").unwrap();
                }
            }
            said
        };
        READING.iter().map(read).collect()
    }
}

/// The words of each command that does something by itself.
fn runnable(command: &Command, words: &[&str], found: &mut BTreeSet<String>) {
    if !command.is_subcommand_required_set() {
        found.insert(words.join(" "));
    }
    for part in command.get_subcommands() {
        runnable(part, &[words, &[part.get_name()]].concat(), found);
    }
}

/// The words of `command` that name it.
fn name_of(command: &str) -> String {
    let mut at = &Arguments::command();
    let mut name = Vec::new();
    for word in command.split_whitespace() {
        let Some(part) = at.find_subcommand(word) else {
            break;
        };
        name.push(word);
        at = part;
    }
    name.join(" ")
}

#[test]
fn every_command_either_reads_or_changes() {
    let mut there_are = BTreeSet::new();
    runnable(&Arguments::command(), &[], &mut there_are);
    let reading = READING.iter().map(|(command, _)| name_of(command));
    let changing = CHANGING.iter().map(|command| name_of(command));
    let mut known: BTreeSet<String> = reading.chain(changing).collect();
    // The console, whose own tests hold it to `--read-only`.
    known.insert(String::new());
    // It reads, and ends with what it found: doctor.rs.
    known.insert("doctor".to_owned());
    known.insert("account check".to_owned());
    // They need somebody who has signed up: account.rs.
    known.extend(["users", "users list"].map(str::to_owned));
    // It shows a file of its own: cli.rs.
    known.insert("replay".to_owned());
    // What they write is for a shell and a reader of manuals: cli.rs.
    known.extend(["completions", "man"].map(str::to_owned));
    assert_eq!(there_are, known);
}

#[test]
fn read_only_refuses_every_command_that_changes_something_and_nothing_else() {
    let sold = Sold::new();
    let before = sold.state();
    for words in CHANGING.iter().map(|command| sold.words(command)) {
        let said = sold.axcs.run(&[&words[..], &["--read-only"]].concat());
        assert_eq!(said.code, 2, "{words:?}: {said:?}");
        assert!(
            said.stderr.contains("--read-only was given"),
            "{words:?}: {said:?}"
        );
    }
    for (command, _) in READING {
        let words = sold.words(command);
        sold.axcs.ok(&[&words[..], &["--read-only"]].concat());
    }
    assert_eq!(sold.state(), before);
    // It counts what would be sent; its run is noted.
    let dry = ["run", "trade-agreements", "--dry-run", "--read-only"];
    sold.axcs.ok(&dry);
}

#[test]
fn json_is_one_document_with_the_same_keys_always() {
    let sold = Sold::new();
    for (command, keys) in READING {
        let said = sold.axcs.json(&sold.words(command));
        let document = said.get(0).unwrap_or(&said);
        let found: Vec<&str> = document
            .as_object()
            .unwrap_or_else(|| panic!("{command}: {said}"))
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(found.join(" "), keys, "{command}");
    }
}

fn walk(command: &Command, words: &str, each: &mut dyn FnMut(&str, &Command)) {
    each(words, command);
    for part in command.get_subcommands() {
        walk(part, &format!("{words} {}", part.get_name()), each);
    }
}

#[test]
fn every_command_and_every_argument_says_in_a_line_what_it_is_for() {
    walk(&Arguments::command(), "axcs", &mut |words, command| {
        let about = command.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default();
        assert!(!about.is_empty(), "{words} says nothing");
        assert!(about.len() <= 100, "{words}: {about}");
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string);
            assert!(
                help.is_some_and(|help| !help.is_empty()),
                "{words} {} says nothing",
                argument.get_id()
            );
        }
    });
}

#[test]
fn the_examples_in_the_help_are_commands_that_there_are() {
    let mut examples = 0;
    walk(&Arguments::command(), "axcs", &mut |words, command| {
        let Some(text) = command.get_after_help() else {
            return;
        };
        let text = text.to_string();
        for line in text.lines().filter(|line| line.starts_with("  axcs ")) {
            let words_of = |text: &str| -> Vec<String> {
                // A quoted text is one word; within single quotes double ones are text.
                let quote = if text.contains('\'') { '\'' } else { '"' };
                let quoted = text.split(quote).enumerate();
                let part = |(index, part): (usize, &str)| -> Vec<String> {
                    if index % 2 == 1 {
                        vec![part.to_owned()]
                    } else {
                        part.split_whitespace().map(str::to_owned).collect()
                    }
                };
                quoted.flat_map(part).collect()
            };
            // What the shell does with the output is not the program's.
            let line = line.split(" | ").next().unwrap();
            let line = line.split(" > ").next().unwrap();
            let parsed = Arguments::command().try_get_matches_from(words_of(line));
            assert!(parsed.is_ok(), "{words}: {line}: {:?}", parsed.err());
            examples += 1;
        }
    });
    assert!(examples >= 9, "{examples} examples");
    let axcs = Axcs::new();
    for command in [
        "service order place",
        "service order correct",
        "service account",
        "exceptions retry",
        "exceptions correct",
        "exceptions resolve",
        "stores set",
        "orders",
        "jobs",
        "jobs withhold",
        "jobs recurrence",
        "batch",
        "demo",
    ] {
        let words: Vec<&str> = command.split_whitespace().collect();
        let help = axcs.ok(&[&words[..], &["--help"]].concat()).stdout;
        assert!(help.contains("  axcs "), "{command} shows no example");
    }
}

#[test]
fn nonsense_is_wrong_usage_and_told_what_is_wrong() {
    let sold = Sold::new();
    let line = |quantity: &str| format!("{}={quantity}", sold.item);
    let (huge, word, none) = (line("1e9"), line("many"), line(""));
    let cases: &[(&[&str], &str)] = &[
        (&["service", "order", "place", "--line", &huge], "1e9"),
        (&["service", "order", "place", "--line", &word], "many"),
        (&["service", "order", "place", "--line", &none], "ITEM=QTY"),
        (
            &["service", "order", "place", "--line", ""],
            "lines[0].item",
        ),
        (&["service", "order", "place", "--number", ""], "1 to 20"),
        (&["service", "order", "place", "--count", "0"], "--count"),
        (
            &["service", "order", "place", "--store", "no"],
            "store list",
        ),
        (
            &["service", "order", "place", "--file", "no.json"],
            "no.json",
        ),
        (&["service", "order", "show", "a b"], "a b"),
        (&["service", "order", "show", ""], "a value is required"),
        (&["service", "order", "cancel", "no"], "\"no\""),
        (&["service", "order", "pay", "no"], "no order no"),
        (
            &["service", "store", "set", "a b", "--currency", "USD"],
            "an id is",
        ),
        (
            &["service", "store", "set", "b", "--currency", "DOLLAR"],
            "ISO 4217",
        ),
        (
            &["service", "store", "set", "", "--currency", "USD"],
            "a value is required",
        ),
        (&["service", "store", "remove", "no"], "no store no"),
        (&["service", "account", "maybe"], "being-set-up"),
        (&["orders", "show", "no"], "axcs run orders"),
        (&["orders", "show", ""], "a value is required"),
        (&["orders", "--limit", "-1"], "-1"),
        (&["orders", "--view", "no"], "unacknowledged"),
        (&["exceptions", "show", "99"], "no exception 99"),
        (&["exceptions", "show", "one"], "'one'"),
        (&["exceptions", "retry"], "IDS"),
        (&["exceptions", "retry", "99"], "none with this number"),
        (
            &["exceptions", "retry", "99", "--json"],
            "none with this number",
        ),
        (
            &["exceptions", "resolve", "99", "--note", "x"],
            "exception 99",
        ),
        (
            &["exceptions", "resolve", &sold.exception, "--note", ""],
            "say in a few words",
        ),
        (
            &["exceptions", "resolve", "--all-matching", "--note", " "],
            "say in a few words",
        ),
        (&["exceptions", "--job", "no"], "delivery-modes"),
        (&["exceptions", "--stream", "no"], "on-hand"),
        (&["stores", "show", "no"], "axcs stores"),
        (
            &["stores", "set", "no", "--sales-origin", "WEB"],
            "no store no",
        ),
        (&["stores", "set", "contoso"], "--customer-template"),
        (
            &["stores", "set", "contoso", "--customer-template", "no"],
            "no customer no",
        ),
        (&["stores", "set", "contoso", "--sales-origin", "no"], "WEB"),
        (
            &["stores", "set", "contoso", "--shipping-charges-code", "no"],
            "FREIGHT",
        ),
        (&["jobs", "withhold", "no"], "delivery-modes"),
        (&["jobs", "withhold"], "JOB"),
        (&["jobs", "recurrence", "orders", "--every", "0 days"], "0"),
        (
            &["jobs", "recurrence", "orders", "--zone", "Mars/Olympus"],
            "Mars/Olympus",
        ),
        (
            &["jobs", "recurrence", "complete", "--at", "04:00"],
            "--every",
        ),
        (&["jobs", "recurrence", "no"], "delivery-modes"),
        (&["jobs", "occurrences", "no"], "delivery-modes"),
        (&["jobs", "occurrences", "--limit", "-1"], "-1"),
        (&["runs", "show", "99"], "no run 99"),
        (&["verify", "--stream", "no"], "on-hand"),
        (&["company", "orders", "ship", "no"], "no sales order no"),
        (&["company", "orders", "ship", ""], "a value is required"),
        (&["company", "orders", "void", "no"], "tracking number no"),
        (
            &["company", "tracking", "enable", "no"],
            "axcs company info",
        ),
        (&["company", "change"], "--stock"),
        (&["products", "include", "no"], "no item no"),
        (&["products", "rules", "add", "--items", "1"], "FROM..TO"),
        (
            &["products", "rules", "add", "--item-group", "no"],
            "item group no",
        ),
        (&["products", "rules", "remove", "9"], "9"),
        (&["demo", "--headless", "--orders", "1e9"], "1e9"),
    ];
    let before = sold.state();
    for (arguments, expected) in cases {
        let said = sold.axcs.run(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
        assert!(
            said.stderr.contains(expected),
            "{arguments:?} should name {expected}: {}",
            said.stderr
        );
    }
    assert_eq!(sold.state(), before, "nothing was changed");
    let none = sold.axcs.ok(&["orders", "--store", "no"]);
    assert!(none.stderr.contains("No order matches."), "{none:?}");
}

#[test]
fn a_quantity_that_cannot_be_sold_is_an_exception_with_a_remedy() {
    let sold = Sold::new();
    for quantity in ["0", "-1"] {
        let line = format!("{}={quantity}", sold.item);
        let place = ["service", "order", "place", "--line", &line];
        let id = sold.axcs.json(&place)["placed"][0].clone();
        sold.axcs.ok(&["run", "orders"]);
        let listed = sold.axcs.json(&["exceptions"]);
        let listed = listed.as_array().unwrap();
        let entry = listed.iter().find(|entry| entry["key"] == id).unwrap();
        let cause = entry["cause"].as_str().unwrap();
        assert!(
            cause.contains(&format!("quantity is {quantity}")),
            "{cause}"
        );
        assert_ne!(entry["remedy"], "");
    }
}
