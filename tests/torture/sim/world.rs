//! A simulated world: company, service, ledger, the weather they live in, and a clock that only
//! runs while everybody waits. One seed makes one world.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axcs::ledger::{Cursor, Fence};
use axcs::model::random::Random;
use axcs::model::run::{Phase, RunSummary};
use axcs::model::{RunStatus, Stream};
use jiff::Timestamp;
use tokio::time::Instant;

use super::books::Books;
use super::company::Company;
use super::mutant::Mutant;
use super::service::{Service, hash_of};

/// How long a worker waits for an answer of the service.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a request may live, its worker gone or not, before the service applies it.
pub const REQUEST_LIFE: Duration = Duration::from_secs(20);
/// How long a lease is.
pub const LEASE: Duration = Duration::from_secs(6);
/// The clock of every ledger begins here, in Unix milliseconds.
const EPOCH: i64 = 1_800_000_000_000;

/// What happens to a call, in ten thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// The worker dies.
    pub crash: u64,
    /// The worker stands still for longer than its lease.
    pub freeze: u64,
    /// The call fails, done or not.
    pub fail: u64,
    /// A request or its answer is lost.
    pub lost: u64,
    /// A request arrives long after its worker gave it up.
    pub zombie: u64,
    /// The service refuses for the moment.
    pub busy: u64,
}

/// What befalls a worker at one side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    None,
    Wait(u64),
    Freeze(u64),
    Crash,
    Fail,
}

/// The parts that one lock guards; it is never held while anybody waits.
pub struct State {
    pub chance: Random,
    pub weather: Weather,
    pub company: Company,
    pub service: Service,
    pub books: Books,
    pub mutant: Option<Mutant>,
    /// How many milliseconds the ledger's clock is ahead.
    pub clock_ahead: i64,
    /// The most that it ever was.
    pub furthest_ahead: i64,
    /// True once nothing changes any more.
    pub is_calm: bool,
    /// True where somebody else changed the service.
    pub is_tampered: bool,
    /// Grows when the service is put back to an earlier state: what was on its way is lost.
    pub service_life: u32,
    trace: Option<Vec<String>>,
    wrong: Option<String>,
    began: Instant,
    /// Calls of all ports.
    pub calls: u64,
}

/// The world.
pub struct World(Mutex<State>);

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

impl World {
    /// A calm world without records. It keeps a trace where `traced`.
    pub fn new(seed: u64, mutant: Option<Mutant>, traced: bool) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            chance: Random::new(seed),
            weather: Weather::default(),
            company: Company::new(),
            service: Service::new(),
            books: Books::new(Timestamp::from_millisecond(EPOCH).unwrap()),
            mutant,
            clock_ahead: 0,
            furthest_ahead: 0,
            is_calm: false,
            is_tampered: false,
            service_life: 0,
            trace: traced.then(Vec::new),
            wrong: None,
            began: Instant::now(),
            calls: 0,
        })))
    }

    /// Everything, for a moment.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What went wrong, and the trace.
    pub fn verdict(&self) -> (Option<String>, Vec<String>) {
        let mut state = self.state();
        (state.wrong.take(), state.trace.take().unwrap_or_default())
    }
}

impl State {
    /// The clock of the ledger.
    pub fn now(&self) -> Timestamp {
        let passed = self.began.elapsed().as_millis() as i64;
        Timestamp::from_millisecond(EPOCH + passed + self.clock_ahead).unwrap()
    }

    /// True where somebody reads what happens.
    pub const fn is_traced(&self) -> bool {
        self.trace.is_some()
    }

    /// Writes down what happened, where anybody reads it.
    pub fn note(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            let passed = self.began.elapsed().as_secs_f64();
            trace.push(format!("{passed:>9.3} {}", what()));
        }
    }

    /// A promise is broken; the first one counts.
    pub fn wrong(&mut self, what: impl FnOnce() -> String) {
        if self.wrong.is_none() {
            let what = what();
            self.note(|| format!("WRONG: {what}"));
            self.wrong = Some(what);
        }
    }

    /// True with the mutant at work.
    pub fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// What befalls a worker before and after a call.
    pub fn fate(&mut self) -> (Mishap, Mishap) {
        self.calls += 1;
        let Weather {
            crash,
            freeze,
            fail,
            ..
        } = self.weather;
        let roll = self.chance.below(10_000);
        let mishap = if roll < crash {
            Mishap::Crash
        } else if roll < crash + freeze {
            let lease = LEASE.as_millis() as u64;
            Mishap::Freeze(self.chance.between(lease / 2, 4 * lease))
        } else if roll < crash + freeze + fail {
            Mishap::Fail
        } else if roll.is_multiple_of(2) {
            return (Mishap::None, Mishap::None);
        } else {
            Mishap::Wait(self.chance.between(1, 40))
        };
        if self.chance.once_in(2) {
            (mishap, Mishap::None)
        } else {
            (Mishap::None, mishap)
        }
    }

    /// Looks whether everything that the next reading of changes will not name is delivered.
    pub fn look_behind_cursor(&mut self, stream: Stream, cursor: &Cursor) {
        if self.is_tampered || !stream.is_read_from_company() || !self.company.knows(cursor) {
            return;
        }
        let Some(table) = self.company.table(stream) else {
            return;
        };
        let lost = table.cells.iter().find(|(key, cell)| {
            let wanted = cell.now().map(|value| hash_of(stream, key, value));
            cell.changed() <= cursor.version
                && self.service.value(stream, key) != wanted
                && !self.books.is_set_aside(stream, key)
        });
        if let Some((key, cell)) = lost {
            let what = format!(
                "the cursor of {stream} moved to {}, but the service does not hold {:?} of {key}, changed in {}",
                cursor.version,
                cell.now(),
                cell.changed()
            );
            self.wrong(|| what);
        }
    }

    /// Looks whether a run that ended well balances, and whether one has panicked.
    pub fn look_at_end(&mut self, fence: Fence, summary: &RunSummary) {
        if let Some(exception) = &summary.exception
            && exception.text.contains("inside axcs")
        {
            self.wrong(|| format!("run {}: {exception}", fence.run));
        }
        if summary.status != RunStatus::Ended {
            return;
        }
        let unbalanced = summary
            .streams
            .iter()
            .find(|stream| !stream.counts.balances() || stream.phase != Phase::Done);
        if let Some(stream) = unbalanced {
            self.wrong(|| format!("run {} ended, but does not balance: {stream:?}", fence.run));
        }
    }
}
