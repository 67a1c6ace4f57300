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
    if !grown.is_empty() {
        grown.push(format!("    {}", larger.dearest_beside(smaller)));
    }
    grown
}

/// Stops where anything has grown.
pub fn assert_none(grown: &[String]) {
    assert!(grown.is_empty(), "it grows:\n{}", grown.join("\n"));
}
