//! How requests flow to the service: how many at once, and whether at all. One for all runs of a
//! process, because the service is one.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::breaker::Breaker;
use super::pauses::Pauses;
use super::throttle::{Held, Throttle, Until};
use crate::commerce::client::CommerceError;
use crate::commerce::wire::MAX_LINES;
use crate::model::random::Random;
use crate::model::run::Reach;
use crate::model::zone;

/// No service is waited for longer than this because it said so.
pub const LONGEST_THROTTLE: Duration = Duration::from_secs(15 * 60);

/// How requests flow to the service. All waiting is by tokio's clock and all chance comes from one
/// seed, so that a simulation can repeat it.
pub struct Flow {
    lines: usize,
    give_up_after: Duration,
    state: Mutex<State>,
    /// A request may have become possible.
    changed: Notify,
    reach: watch::Sender<Reach>,
}

struct State {
    throttle: Throttle,
    breaker: Breaker,
    random: Random,
}

impl State {
    /// Why a request has to wait, if it has to.
    fn obstacle(&self) -> Option<Obstacle> {
        let now = Instant::now();
        if let Err(held) = self.throttle.check(now) {
            return Some(match held {
                Held::Full => Obstacle::Full,
                Held::Until(until) => Obstacle::Throttled(until),
            });
        }
        let next_try = self.breaker.check(now).err()?;
        let (failing, _) = self.breaker.is_open()?;
        Some(Obstacle::Open {
            next_try,
            last: Box::new(failing.last.clone()),
        })
    }
}

/// Why a request has to wait.
#[derive(Debug)]
pub enum Obstacle {
    /// As many as may be are under way.
    Full,
    /// The service asked to wait.
    Throttled(Until),
    /// The service failed again and again.
    Open {
        /// When another request may find out whether it still does; `None` while one does.
        next_try: Option<Instant>,
        /// The last failure.
        last: Box<CommerceError>,
    },
}

impl Flow {
    /// At most `in_flight` requests at once; a service that fails is asked again for
    /// `give_up_after`. `seed` says how long the pauses are.
    pub fn new(in_flight: usize, give_up_after: Duration, seed: u64) -> Self {
        Self {
            lines: MAX_LINES,
            give_up_after,
            state: Mutex::new(State {
                throttle: Throttle::new(in_flight),
                breaker: Breaker::default(),
                random: Random::new(seed),
            }),
            changed: Notify::new(),
            reach: watch::Sender::new(Reach::Fine),
        }
    }

    /// The same with batches of at most so many lines: each is sooner settled.
    #[must_use]
    pub fn in_batches_of(mut self, lines: usize) -> Self {
        self.lines = lines.clamp(1, MAX_LINES);
        self
    }

    /// Lines of a batch, at most.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// The most requests there may be at once.
    pub fn in_flight(&self) -> usize {
        self.state().throttle.most()
    }

    /// How long a service that fails is asked again.
    pub fn give_up_after(&self) -> Duration {
        self.give_up_after
    }

    /// How the service is reached. A throttle that has passed is taken back when the next request
    /// is sent.
    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.reach.subscribe()
    }

    /// Lets the next request find out at once whether a service that failed works again: an
    /// operator is waiting for it.
    pub fn try_now(&self) {
        self.change(|state| state.breaker.try_now());
    }

    /// To be enabled before [`Flow::enter`] is asked, so that no change is missed.
    pub fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Whether there would be a place for one more request, were one of those under way answered.
    pub fn admits(&self) -> Result<(), Obstacle> {
        match self.state().obstacle() {
            None | Some(Obstacle::Full) => Ok(()),
            Some(obstacle) => Err(obstacle),
        }
    }

    /// A place for one request, or why there is none.
    pub fn enter(&self) -> Result<Turn<'_>, Obstacle> {
        let mut entered = self.state();
        let state = &mut *entered;
        if let Some(obstacle) = state.obstacle() {
            return Err(obstacle);
        }
        let turn = Turn {
            flow: self,
            begun: state.throttle.begin(),
            is_probe: state.breaker.begin(),
        };
        self.publish(state);
        Ok(turn)
    }

    /// The next pause.
    pub fn pause(&self, pauses: &mut Pauses) -> Duration {
        pauses.next(&mut self.state().random)
    }

    /// What the run waits for, in words; `None` where a request may be sent.
    pub fn in_words(&self) -> Option<String> {
        let state = self.state();
        if let Some(until) = state.throttle.until(Instant::now()) {
            let until = local(until.timestamp, "%H:%M:%S");
            return Some(format!("throttled by the service until {until}"));
        }
        let (failing, next_try) = state.breaker.is_open()?;
        let left = Timestamp::now().duration_until(next_try);
        let next = if left > SignedDuration::ZERO {
            format!("next try in {} s", left.as_secs_f64().ceil())
        } else {
            "trying again".to_owned()
        };
        Some(format!(
            "the service has failed {} times in a row since {} ({}): {next}",
            failing.failures,
            local(failing.since, "%H:%M"),
            failing.last.in_brief(),
        ))
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        self.publish(&state);
        drop(state);
        self.changed.notify_waiters();
    }

    fn publish(&self, state: &State) {
        let reach = if let Some((failing, next_try)) = state.breaker.is_open() {
            Reach::Open {
                since: failing.since,
                failures: failing.failures,
                why: failing.last.in_brief(),
                next_try,
            }
        } else if let Some(until) = state.throttle.until(Instant::now()) {
            Reach::Throttled {
                until: until.timestamp,
            }
        } else {
            Reach::Fine
        };
        self.reach.send_if_modified(|before| {
            let is_new = *before != reach;
            if is_new {
                *before = reach;
            }
            is_new
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds it panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow")
            .field("reach", &*self.reach.borrow())
            .finish_non_exhaustive()
    }
}

/// The place of one request. Dropped without a word it leaves the flow as it was.
#[derive(Debug)]
pub struct Turn<'f> {
    flow: &'f Flow,
    begun: u64,
    is_probe: bool,
}

impl Turn<'_> {
    /// The service did what was asked.
    pub fn done(self) {
        self.flow.change(|state| {
            state.breaker.close();
            state.throttle.grow();
        });
    }

    /// The service answered, though not as wished.
    pub fn answered(self) {
        self.flow.change(|state| state.breaker.close());
    }

    /// The service asked to wait: everybody does.
    pub fn throttled(self, wait: Duration) {
        let wait = wait.min(LONGEST_THROTTLE);
        let until = Until {
            instant: Instant::now() + wait,
            timestamp: Timestamp::now() + wait,
        };
        self.flow.change(|state| {
            state.breaker.close();
            state.throttle.cut(self.begun, until);
        });
    }

    /// The service failed, after these pauses of the caller. Answers whether the caller need not pause by itself, because the flow
    /// stops all.
    pub fn failed(self, error: &CommerceError, pauses: &Pauses) -> bool {
        let mut is_open = false;
        self.flow.change(|state| {
            let State {
                breaker, random, ..
            } = state;
            breaker.fail(error, self.is_probe, pauses, random);
            is_open = breaker.is_open().is_some();
        });
        is_open
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.flow.change(|state| {
            state.throttle.end();
            if self.is_probe {
                state.breaker.leave();
            }
        });
    }
}

fn local(at: Timestamp, form: &str) -> String {
    zone::local(at).strftime(form).to_string()
}
