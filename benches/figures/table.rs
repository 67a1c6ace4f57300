//! The tables of figures: each is told as a line as soon as it is there; the README keeps those of `all`, a page
//! beside the plots those of other sizes.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::Zoned;

/// Between these lines of a page stands its table.
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

/// A page of the repository with a table between two lines.
struct Page {
    path: PathBuf,
    before: String,
    /// Each with its name.
    rows: Vec<(String, String)>,
    after: String,
}

impl Page {
    fn read(path: &str) -> Self {
        let path = root().join(path);
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (table, after) = rest.split_once(END).unwrap();
        let rows = table
            .lines()
            .filter(|line| line.starts_with("| ") && !HEAD.contains(line));
        Self {
            rows: rows
                .map(|row| (name_of(row).to_owned(), row.to_owned()))
                .collect(),
            before: before.to_owned(),
            after: after.to_owned(),
            path,
        }
    }

    fn row(&mut self, name: &str) -> Option<&mut String> {
        let mut rows = self.rows.iter_mut();
        rows.find_map(|(known, row)| (known == name).then_some(row))
    }

    /// In the place of a row of the same name, or at the end.
    fn put(&mut self, name: &str, row: String) {
        match self.row(name) {
            Some(known) => *known = row,
            None => self.rows.push((name.to_owned(), row)),
        }
    }

    fn write(&self) {
        let Self { before, after, .. } = self;
        let mut table = format!("\nOn {}:\n\n{HEAD}", machine());
        for (_, row) in &self.rows {
            let _ = writeln!(table, "{row}");
        }
        std::fs::write(&self.path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    }
}

/// Puts what was told into the table of the README, where `all` was told or it has the row already; else
/// into the one of other sizes.
pub fn write(all: bool) {
    let mut readme = Page::read("README.md");
    let mut others = Page::read("figures/README.md");
    let today = Zoned::now().strftime("%Y-%m-%d").to_string();
    let told = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    for line in told.iter() {
        let row = format!(
            "| {} | {} | {} | {} | {today} |",
            line.name, line.figure, line.limit, line.ratio
        );
        if all || readme.row(&line.name).is_some() {
            readme.put(&line.name, row);
        } else {
            others.put(&line.name, row);
        }
    }
    readme.write();
    others.write();
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
