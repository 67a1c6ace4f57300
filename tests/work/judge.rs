//! Judges whether work has grown where only the company has, or what lies behind.

use super::count::Tally;

/// The larger may cost so many times what the smaller does.
const MOST: f64 = 1.3;

/// And so much more, whatever the smaller costs: a look at the clock more, a longer number. Each is far
/// below what a company of any size costs.
const STATEMENTS: u64 = 4;
const STEPS: u64 = 300;
const BYTES: u64 = 1_000;

/// Whether `larger` is more than a little above `smaller`.
pub fn has_grown(smaller: u64, larger: u64, slack: u64) -> bool {
    larger as f64 > smaller as f64 * MOST + slack as f64
}

/// The figures of the same work that have grown; empty where none has.
pub fn grown(what: &str, smaller: &Tally, larger: &Tally) -> Vec<String> {
    println!("{what}\n    at the smaller: {smaller}\n    at the larger: {larger}");
    let mut grown = Vec::new();
    for ((name, smaller), (_, larger)) in smaller.figures().into_iter().zip(larger.figures()) {
        let slack = if name.ends_with("statements") {
            STATEMENTS
        } else if name.starts_with("bytes") {
            BYTES
        } else {
            STEPS
        };
        if has_grown(smaller, larger, slack) {
            grown.push(format!("{what}: {name} {smaller} -> {larger}"));
        }
    }
    let counting = larger.texts().filter(|text| counts_a_whole_table(text));
    grown.extend(counting.map(|text| format!("{what}: every row is counted: {text}")));
    if !grown.is_empty() {
        grown.push(format!("    {}", larger.dearest_beside(smaller)));
    }
    grown
}

/// True where SQLite counts the rows of a table in a single step, however many pages it reads for that: the
/// only work that its steps do not tell.
fn counts_a_whole_table(text: &str) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.to_lowercase();
    let mut counts = text.split("count(*) from ").skip(1);
    counts.any(|behind| {
        let end = behind.find([')', ';']).unwrap_or(behind.len());
        let source = &behind[..end];
        let narrows = [" where ", " join ", ",", " group ", "("];
        !narrows.iter().any(|word| source.contains(word))
    })
}

#[test]
fn a_count_of_every_row_is_seen() {
    for text in [
        "SELECT count(*) FROM online_order",
        "SELECT (SELECT count(*)\n FROM online_order), 1",
        "SELECT 1, count(*) FROM online_order o;",
    ] {
        assert!(counts_a_whole_table(text), "{text}");
    }
    for text in [
        "SELECT count(*) FROM online_order WHERE stage = 'exception'",
        "SELECT (SELECT count(*) FROM exception e JOIN online_order o ON o.id = e.key)",
        "SELECT count(id) FROM online_order",
        "SELECT sum(orders) FROM store_orders",
    ] {
        assert!(!counts_a_whole_table(text), "{text}");
    }
}

/// Stops where anything has grown.
pub fn assert_none(grown: &[String]) {
    assert!(grown.is_empty(), "it grows:\n{}", grown.join("\n"));
}
