//! The house rules that a compiler does not hold: who may use whom, sizes, and what each file says
//! about itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules each part may name; `lib.rs` draws the same map. A part may always name itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("sqlite", &[]),
    // One seam of two: statements of either engine, and the driver below it.
    ("sql", &["sqlserver"]),
    ("sqlserver", &["sql"]),
    ("signals", &[]),
    ("secrets", &[]),
    ("logging", &["model"]),
    ("settings", &["model"]),
    (
        "company",
        &["model", "secrets", "sql", "sqlite", "sqlserver"],
    ),
    ("ledger", &["model", "sql", "sqlite", "sqlserver"]),
    ("commerce", &["model", "secrets"]),
    ("jobs", &["model", "company", "ledger", "commerce"]),
    ("console", &["model", "jobs", "logging", "signals"]),
    ("service", &["model", "commerce::wire", "sqlite"]),
];

/// Files that are written by a program or hold nothing but figures.
const LONG_FILES: &[&str] = &[];

const MOST_LINES: usize = 500;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every file of `src` by its path from there, with its text.
fn files() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&src)
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&src)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The code without comments, whose links may point anywhere.
fn code_of(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The part of the house a file belongs to: its first folder, or its name.
fn part_of(file: &str) -> &str {
    file.split('/')
        .next()
        .unwrap_or(file)
        .trim_end_matches(".rs")
}

/// Paths of other modules that the code names: `model`, `commerce::wire`. `use crate::{a, b::c}`
/// is taken apart.
fn named_in(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        if let Some(group) = after.strip_prefix('{') {
            let mut depth = 1;
            let mut item = String::new();
            for character in group.chars() {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 || (depth == 1 && character == ',') {
                    named.insert(path_at(item.trim()));
                    item.clear();
                } else {
                    item.push(character);
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            named.insert(path_at(after));
        }
    }
    // Where the macros of `sql` stand, as all that are exported.
    for nobody in ["", "statement", "values"] {
        named.remove(nobody);
    }
    named
}

/// The path at the beginning of a text, two parts at most.
fn path_at(text: &str) -> String {
    let end = text
        .find(|character: char| !(character.is_alphanumeric() || "_:".contains(character)))
        .unwrap_or(text.len());
    text[..end]
        .trim_end_matches(':')
        .split("::")
        .take(2)
        .collect::<Vec<_>>()
        .join("::")
}

#[test]
fn arrows_go_one_way() {
    let mut wrong = Vec::new();
    for (file, text) in files() {
        let part = part_of(&file);
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == part) else {
            continue;
        };
        for path in named_in(&code_of(&text)) {
            let is_allowed = path.split("::").next() == Some(part)
                || allowed
                    .iter()
                    .any(|allowed| path == *allowed || path.starts_with(&format!("{allowed}::")));
            if !is_allowed {
                wrong.push(format!("src/{file} names crate::{path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_scan_sees_every_way_to_name_a_module() {
    let named = |code| named_in(code).into_iter().collect::<Vec<_>>();
    assert_eq!(named("use crate::model::Job;"), ["model::Job"]);
    assert_eq!(
        named("pub(crate) fn f(x: crate::ledger::Ledger)"),
        ["ledger::Ledger"]
    );
    assert_eq!(
        named("use crate::{model::{Job, RunId}, commerce::wire, sqlite};"),
        ["commerce::wire", "model", "sqlite"]
    );
}

#[test]
fn only_the_console_names_terminal_crates() {
    for (file, text) in files() {
        if part_of(&file) == "console" {
            continue;
        }
        for name in ["ratatui", "crossterm", "tui_textarea"] {
            let code = code_of(&text);
            assert!(
                !code.contains(&format!("{name}::")),
                "src/{file} names {name}; only src/console may"
            );
        }
    }
}

#[test]
fn only_the_theme_names_colours() {
    for (file, text) in files() {
        if part_of(&file) == "console" && !file.starts_with("console/theme") {
            assert!(
                !code_of(&text).contains("Color::"),
                "src/{file} names a colour: give it a role"
            );
        }
    }
}

#[test]
fn every_file_is_short_and_says_what_it_is_for() {
    let mut wrong = Vec::new();
    for (file, text) in files() {
        let lines = text.lines().count();
        if lines > MOST_LINES && !LONG_FILES.contains(&file.as_str()) {
            wrong.push(format!(
                "src/{file} has {lines} lines; the limit is {MOST_LINES}"
            ));
        }
        if !text.starts_with("//! ") {
            wrong.push(format!(
                "src/{file} does not begin with //! and what it is for"
            ));
        }
        if file.ends_with("/mod.rs") {
            wrong.push(format!("src/{file}: modules are named after their file"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[cfg(feature = "console")]
#[test]
fn messages_stay_small() {
    let bytes = size_of::<axcs::console::app::Msg>();
    assert!(bytes <= 128, "Msg has {bytes} bytes: box what is large");
}
