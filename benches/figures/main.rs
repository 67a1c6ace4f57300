//! The figures of the design, each beside its own limit measured in the same run:
//! `cargo bench --bench figures -- NAME… [--items N] [--write]`; without a name it tells them.
//!
//! Each prints lines `name | figure | limit | ratio`. `all` puts them into the table of the README and their
//! growth into `figures/`; so does any with `--write`, other sizes than those of `all` into `figures/README.md`.
#![allow(missing_docs, reason = "a program, not a library")]
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at the first fault"
)]

mod bare_pipe;
mod bare_screen;
mod change;
mod company;
#[cfg(unix)]
mod console;
#[path = "../../tests/work/count.rs"]
mod count;
mod frame;
mod growth;
#[cfg(unix)]
mod keys;
mod latency;
#[path = "../../tests/torture/line.rs"]
mod line;
mod log;
mod memory;
#[path = "../../tests/work/multiplied.rs"]
mod multiplied;
mod orders;
#[cfg(unix)]
#[path = "../../tests/support/pty.rs"]
mod pty;
#[path = "../../tests/support/scenes.rs"]
mod scenes;
mod schedule;
mod served;
mod site;
mod table;
mod tds;
mod upload;
#[path = "../../tests/support/visitor.rs"]
mod visitor;

use tokio::runtime::Runtime;

/// Every figure. `paint` comes first: a program is begun by a fork, which takes the longer the more memory this
/// one has. Those that count statements come last: what is opened behind them is slower.
const FIGURES: [&str; 17] = [
    "paint",
    "upload",
    "memory",
    "latency",
    "resume",
    "company",
    "tds",
    "service",
    "due",
    "takeover",
    "frame",
    "keys",
    "log",
    "unchanged",
    "idle",
    "orders",
    "delta",
];

/// What was asked for.
struct Arguments(Vec<String>);

impl Arguments {
    fn number(&self, name: &str, usual: u64) -> u64 {
        let at = self.0.iter().position(|argument| argument == name);
        at.map_or(usual, |at| self.0[at + 1].parse().unwrap())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|argument| argument == name)
    }

    fn wants(&self, figure: &str) -> bool {
        self.has(figure) || self.has("all")
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    // This program plays parts of its own figures.
    let rest = arguments.get(1..).unwrap_or_default();
    match arguments.first().map(String::as_str) {
        Some(bare_screen::NAME) => return bare_screen::play(),
        #[cfg(unix)]
        Some(keys::NAME) => return keys::play(rest),
        #[cfg(unix)]
        Some(keys::RUNS_NAME) => return keys::play_runs(rest),
        Some(memory::SENDER) => return memory::play_sender(rest),
        Some(memory::SERVICE) => return memory::play_service(rest),
        Some(log::NAME) => return log::play(rest),
        Some(_) | None => {}
    }
    let arguments = Arguments(arguments);
    if !FIGURES.iter().any(|figure| arguments.wants(figure)) {
        println!(
            "figures: {} (or all); --items N, --rows N, --count N, --seconds N, --lines N, --orders N, --listed N, --write",
            FIGURES.join(", ")
        );
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    for figure in FIGURES {
        if arguments.wants(figure) {
            take(figure, &arguments, &runtime);
        }
    }
    if arguments.has("--write") || arguments.has("all") {
        table::write(arguments.has("all"));
        growth::write();
    }
}

fn take(figure: &str, arguments: &Arguments, runtime: &Runtime) {
    let items = |usual| arguments.number("--items", usual);
    let lines = arguments.number("--lines", 1_000_000);
    let seconds = arguments.number("--seconds", 60);
    match figure {
        "upload" => runtime.block_on(upload::upload(items(200_000))),
        "memory" => runtime.block_on(memory::memory(items(100_000))),
        "latency" => runtime.block_on(latency::latency(items(100_000))),
        "resume" => runtime.block_on(change::resume(items(200_000))),
        "company" => runtime.block_on(company::company(items(200_000))),
        "tds" => runtime.block_on(tds::tds(arguments.number("--rows", 1_000_000))),
        "service" => runtime.block_on(served::service(items(200_000))),
        "due" => runtime.block_on(schedule::due(arguments.number("--count", 100))),
        "takeover" => runtime.block_on(schedule::takeover(arguments.number("--count", 10))),
        #[cfg(unix)]
        "paint" => runtime.block_on(console::paint(arguments.number("--count", 21))),
        "frame" => frame::frame(),
        #[cfg(unix)]
        "keys" => {
            let rounds = arguments.number("--count", 4);
            runtime.block_on(keys::keys(items(1_000_000), lines, rounds));
        }
        "log" => log::log(lines),
        "unchanged" => runtime.block_on(change::unchanged(items(1_000_000))),
        "idle" => {
            #[cfg(target_os = "linux")]
            {
                runtime.block_on(schedule::idle(seconds));
                runtime.block_on(console::idle(seconds));
                runtime.block_on(console::gauges());
            }
            runtime.block_on(schedule::idle_queries(seconds));
        }
        "orders" => {
            let orders = arguments.number("--orders", 2_000);
            let listed = arguments.number("--listed", 100_000);
            runtime.block_on(orders::orders(orders, listed));
        }
        "delta" => runtime.block_on(change::delta(items(1_000_000))),
        // The others need a terminal of Unix.
        _ => {}
    }
}
