//! The table of figures: each is told as a line as soon as it is there, and the README keeps them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::Zoned;

/// Between these lines of the README stands the table.
const BEGIN: &str = "<!-- figures -->";
const END: &str = "<!-- end of figures -->";
const HEAD: &str =
    "| what | figure | limit | ratio | measured |\n| --- | --- | --- | --- | --- |\n";

struct Line {
    name: String,
    figure: String,
    limit: String,
    ratio: String,
}

static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

/// Tells a figure beside its limit. `ratio` is what the design names for it: of a rate, figure to limit; of a
/// cost, the same.
pub fn tell(
    name: impl Into<String>,
    figure: impl Into<String>,
    limit: impl Into<String>,
    ratio: f64,
) {
    let line = Line {
        name: name.into(),
        figure: figure.into(),
        limit: limit.into(),
        ratio: format!("{ratio:.2}"),
    };
    println!(
        "{} | {} | {} | {}",
        line.name, line.figure, line.limit, line.ratio
    );
    LINES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(line);
}

/// The root of the package.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Puts what was told into the table of the README: in the place of a line of the same name, or at the end.
pub fn write() {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let told = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let mut rows: Vec<(String, String)> = table
        .lines()
        .filter(|line| line.starts_with("| ") && !HEAD.contains(line))
        .map(|line| (name_of(line).to_owned(), line.to_owned()))
        .collect();
    let today = Zoned::now().strftime("%Y-%m-%d").to_string();
    for line in told.iter() {
        let row = format!(
            "| {} | {} | {} | {} | {today} |",
            line.name, line.figure, line.limit, line.ratio
        );
        match rows.iter_mut().find(|(name, _)| *name == line.name) {
            Some(known) => known.1 = row,
            None => rows.push((line.name.clone(), row)),
        }
    }
    let mut table = format!("\nOn {}:\n\n{HEAD}", machine());
    for (_, row) in rows {
        let _ = writeln!(table, "{row}");
    }
    std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
}

fn name_of(row: &str) -> &str {
    row.trim_start_matches("| ")
        .split(" |")
        .next()
        .unwrap_or_default()
}

/// Cores, processor and system.
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map(|model| model.trim_start_matches([' ', '\t', ':']));
    let memory = read("/proc/meminfo");
    let memory = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|kib| kib.split_whitespace().next()?.parse::<u64>().ok())
        .map_or_else(String::new, |kib| format!(", {} GB", kib / 1_000_000));
    format!(
        "{} cores of {}{memory}, {}",
        std::thread::available_parallelism().unwrap(),
        model.unwrap_or("an unknown processor"),
        std::env::consts::OS
    )
}
