//! Counts the work of this process: statements of SQLite and their steps, by whose file it is. Without
//! a clock: what is counted today is counted tomorrow.
#![allow(dead_code, reason = "tests and benchmarks use of it what they need")]

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axcs::sqlite::STATEMENTS;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

/// Nothing more is counted when nothing was for so long.
const QUIET: Duration = Duration::from_millis(60);

/// Whose file a statement is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Company,
    Ledger,
    Store,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Company, Self::Ledger, Self::Store];

    const fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Ledger => "ledger",
            Self::Store => "store of the service",
        }
    }

    /// Ledger and store stand each behind a thread of its own, named after its file.
    fn of_this_thread() -> Self {
        let thread = std::thread::current();
        match thread.name() {
            Some("sqlite-ledger") => Self::Ledger,
            Some("sqlite-commerce") => Self::Store,
            Some(_) | None => Self::Company,
        }
    }
}

/// What statements have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// How often one ran.
    pub statements: u64,
    /// Instructions of the virtual machine.
    pub steps: u64,
    /// Those of them that went on to a next row of a whole table or index.
    pub scanned: u64,
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.statements += other.statements;
        self.steps += other.steps;
        self.scanned += other.scanned;
    }

    /// What came since `before`.
    pub fn since(self, before: Self) -> Self {
        Self {
            statements: self.statements.saturating_sub(before.statements),
            steps: self.steps.saturating_sub(before.steps),
            scanned: self.scanned.saturating_sub(before.scanned),
        }
    }
}

/// The costs of the three files, and the bytes between the two sides.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    costs: [Cost; 3],
    /// To the service and from it.
    pub bytes: [u64; 2],
    /// What each statement cost, by its text.
    by_text: HashMap<String, Cost>,
}

impl Tally {
    pub const fn cost(&self, part: Part) -> Cost {
        self.costs[part as usize]
    }

    /// How often a statement of this text ran.
    pub fn ran(&self, text: &str) -> u64 {
        self.by_text.get(text).map_or(0, |cost| cost.statements)
    }

    /// The texts of the statements that ran.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.by_text.keys().map(String::as_str)
    }

    /// Everything that is counted, by name.
    pub fn figures(&self) -> Vec<(String, u64)> {
        let mut figures = Vec::new();
        for part in Part::ALL {
            let (name, cost) = (part.name(), self.cost(part));
            figures.push((format!("{name}: statements"), cost.statements));
            figures.push((format!("{name}: steps"), cost.steps));
            figures.push((format!("{name}: rows scanned"), cost.scanned));
        }
        for (way, bytes) in ["to", "from"].into_iter().zip(self.bytes) {
            figures.push((format!("bytes {way} the service"), bytes));
        }
        figures
    }

    /// The statement whose steps are the most above those in `other`.
    pub fn dearest_beside(&self, other: &Self) -> String {
        let above = |(text, cost): (&String, &Cost)| {
            let there = other.by_text.get(text).copied().unwrap_or_default();
            let more = cost.since(there);
            (more.steps, more.statements, text.clone())
        };
        let dearest = self.by_text.iter().map(above).max();
        dearest.map_or_else(String::new, |(steps, runs, text)| {
            let text: Vec<&str> = text.split_whitespace().collect();
            format!("{steps} steps of {runs} runs more: {}", text.join(" "))
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = self.figures();
        let told: Vec<String> = figures
            .iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        f.write_str(&told.join(", "))
    }
}

static COUNTED: LazyLock<Mutex<Tally>> = LazyLock::new(|| {
    let only = Targets::new().with_target(STATEMENTS, LevelFilter::TRACE);
    let counting = tracing_subscriber::registry().with(Counting.with_filter(only));
    tracing::subscriber::set_global_default(counting).unwrap();
    Mutex::default()
});

fn counted() -> MutexGuard<'static, Tally> {
    COUNTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has files counted that are opened from now on.
pub fn begin() {
    drop(counted());
}

/// What all statements have cost so far.
pub fn so_far() -> Cost {
    let mut all = Cost::default();
    for cost in counted().costs {
        all.add(cost);
    }
    all
}

/// Whether a statement ran meanwhile.
pub async fn is_busy_for(time: Duration) -> bool {
    let before = so_far();
    tokio::time::sleep(time).await;
    so_far() != before
}

/// Waits until nothing is at work any more.
pub async fn settle() {
    while is_busy_for(QUIET).await {}
}

/// What `work` costs, with what it sets going behind itself.
pub async fn count<T>(work: impl Future<Output = T>) -> (T, Tally) {
    settle().await;
    let before = counted().costs;
    counted().by_text.clear();
    let done = work.await;
    settle().await;
    let mut tally = counted().clone();
    for (cost, before) in tally.costs.iter_mut().zip(before) {
        *cost = cost.since(before);
    }
    (done, tally)
}

/// Takes in what the trace is told.
struct Counting;

/// What each statement had cost when it ran last, by its number: SQLite sums up, for as long as the
/// statement is kept.
static BEFORE: LazyLock<Mutex<HashMap<u64, Cost>>> = LazyLock::new(Mutex::default);

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut told = Told::default();
        event.record(&mut told);
        let Told { number, text, cost } = told;
        let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        // One that runs for the first time was prepared anew.
        let last = before.insert(number, cost).filter(|_| cost.statements > 1);
        drop(before);
        let since = cost.since(last.unwrap_or_default());
        let mut counted = counted();
        counted.costs[Part::of_this_thread() as usize].add(since);
        counted.by_text.entry(text).or_default().add(since);
    }
}

#[derive(Default)]
struct Told {
    number: u64,
    text: String,
    cost: Cost,
}

impl Visit for Told {
    fn record_i64(&mut self, field: &Field, value: i64) {
        let value = value.unsigned_abs();
        match field.name() {
            "ran" => self.cost.statements = value,
            "steps" => self.cost.steps = value,
            "scanned" => self.cost.scanned = value,
            other => panic!("{other} is not known"),
        }
    }

    fn record_u64(&mut self, _: &Field, value: u64) {
        self.number = value;
    }

    fn record_str(&mut self, _: &Field, value: &str) {
        value.clone_into(&mut self.text);
    }

    fn record_debug(&mut self, field: &Field, _: &dyn fmt::Debug) {
        panic!("{field} is neither a text nor a number");
    }
}
