//! What sessions wait for: the one writer lock of the database, and application locks.
//!
//! The writer lock stands for SQL Server's row locks. Iridium copies the whole database when a
//! transaction begins and puts the copy back when it is committed, so two transactions that write
//! at the same time would lose each other's rows. Here the second one waits, as it would there for
//! the same row; that it also waits for another row, where SQL Server lets it pass, is the price.
//! Readers wait for nobody, as under `READ_COMMITTED_SNAPSHOT`, which AX 2012 asks for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::SqlError;

/// The name under which the writer lock is kept; no application lock has it.
const WRITER: &str = "\0writer";
/// However long a session would wait: a test that hangs tells nothing.
const LONGEST: Duration = Duration::from_secs(60);
/// How soon a waiting session learns that its client has cancelled.
const LOOK: Duration = Duration::from_millis(10);

/// Who holds a lock until when.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Session,
    Transaction,
}

struct Held {
    session: u64,
    owner: Owner,
    shared: bool,
    times: u32,
}

#[derive(Default)]
struct State {
    held: HashMap<String, Vec<Held>>,
    /// What each waiting session waits for.
    waiting: HashMap<u64, String>,
}

#[derive(Default)]
pub struct Locks {
    state: Mutex<State>,
    changed: Condvar,
}

impl State {
    fn in_the_way<'a>(
        &'a self,
        session: u64,
        name: &str,
        shared: bool,
    ) -> impl Iterator<Item = u64> + 'a {
        let held = self.held.get(name).map(Vec::as_slice).unwrap_or_default();
        held.iter()
            .filter(move |held| held.session != session && !(shared && held.shared))
            .map(|held| held.session)
    }

    /// True where somebody that this session would wait for waits, directly or not, for it.
    fn would_deadlock(&self, session: u64, name: &str) -> bool {
        let mut reached: Vec<u64> = self.in_the_way(session, name, false).collect();
        let mut at = 0;
        while at < reached.len() {
            if reached[at] == session {
                return true;
            }
            if let Some(next) = self.waiting.get(&reached[at]) {
                let more: Vec<u64> = self.in_the_way(reached[at], next, false).collect();
                reached.extend(
                    more.into_iter()
                        .filter(|one| !reached.contains(one))
                        .collect::<Vec<_>>(),
                );
            }
            at += 1;
        }
        false
    }
}

impl Locks {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the writer lock until the session's transaction ends.
    pub fn write(
        &self,
        session: u64,
        timeout: Option<Duration>,
        cancelled: &AtomicBool,
    ) -> Result<(), SqlError> {
        self.take(
            session,
            WRITER,
            Owner::Transaction,
            false,
            timeout,
            cancelled,
        )
    }

    /// Takes a lock. `None` waits as long as the bed lets anybody wait.
    pub fn take(
        &self,
        session: u64,
        name: &str,
        owner: Owner,
        shared: bool,
        timeout: Option<Duration>,
        cancelled: &AtomicBool,
    ) -> Result<(), SqlError> {
        let until = Instant::now() + timeout.unwrap_or(LONGEST).min(LONGEST);
        let mut state = self.state();
        let outcome = loop {
            if state.in_the_way(session, name, shared).next().is_none() {
                break Ok(());
            }
            if cancelled.load(Ordering::SeqCst) {
                break Err(SqlError::cancelled());
            }
            if state.would_deadlock(session, name) {
                break Err(SqlError::deadlock());
            }
            if Instant::now() >= until {
                break Err(SqlError::lock_timeout());
            }
            state.waiting.insert(session, name.to_owned());
            state = self
                .changed
                .wait_timeout(state, LOOK)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        };
        state.waiting.remove(&session);
        if outcome.is_ok() {
            let held = state.held.entry(name.to_owned()).or_default();
            match held
                .iter_mut()
                .find(|held| held.session == session && held.owner == owner)
            {
                Some(held) => {
                    held.times += 1;
                    held.shared &= shared;
                }
                None => held.push(Held {
                    session,
                    owner,
                    shared,
                    times: 1,
                }),
            }
        }
        outcome
    }

    /// Gives one take of a lock back; false where the session has none.
    pub fn give_back(&self, session: u64, name: &str, owner: Owner) -> bool {
        let mut state = self.state();
        let Some(held) = state.held.get_mut(name) else {
            return false;
        };
        let Some(at) = held
            .iter()
            .position(|held| held.session == session && held.owner == owner)
        else {
            return false;
        };
        held[at].times -= 1;
        if held[at].times == 0 {
            held.remove(at);
        }
        self.changed.notify_all();
        true
    }

    /// What the session holds on a lock: exclusive, shared or nothing.
    pub fn mode(&self, session: u64, name: &str, owner: Owner) -> &'static str {
        let state = self.state();
        let held = state.held.get(name).map(Vec::as_slice).unwrap_or_default();
        match held
            .iter()
            .find(|held| held.session == session && held.owner == owner)
        {
            None => "NoLock",
            Some(held) if held.shared => "Shared",
            Some(_) => "Exclusive",
        }
    }

    /// The session's transaction has ended.
    pub fn end_transaction(&self, session: u64) {
        self.release(|held| held.session == session && held.owner == Owner::Transaction);
    }

    /// The session has ended.
    pub fn end_session(&self, session: u64) {
        self.release(|held| held.session == session);
    }

    fn release(&self, which: impl Fn(&Held) -> bool) {
        let mut state = self.state();
        for held in state.held.values_mut() {
            held.retain(|held| !which(held));
        }
        self.changed.notify_all();
    }
}
