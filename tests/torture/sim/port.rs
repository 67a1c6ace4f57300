//! What one worker has in its hands: its company, its ledger and its service. Every call is a point
//! where chance decides what befalls the worker or the call.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use axcs::commerce::client::CommerceError;
use axcs::commerce::wire::Problem;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::world::{Mishap, REQUEST_LIFE, REQUEST_TIMEOUT, State, Weather, World};

/// The call came to nothing, or nobody knows what it came to.
#[derive(Debug)]
pub struct Failed;

/// One life of a worker: a process that has not died yet.
pub struct Port {
    pub world: Arc<World>,
    name: String,
    is_dead: AtomicBool,
    died: Notify,
    began: Instant,
    /// Milliseconds since `began`.
    frozen_until: AtomicU64,
    /// The company's version when the last reading ended.
    read_until: AtomicI64,
    /// The connection to the company.
    connection: AtomicU32,
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// What becomes of a request.
enum Journey {
    /// It arrives, and its answer does, after so many milliseconds each.
    Fine(u64, u64),
    /// It is not sent.
    NotSent,
    /// It is refused for the moment.
    Busy(u16, Option<u64>),
    /// It is done, and answered with 502.
    DoneButBusy,
    /// It is done, and answered with something strange.
    DoneButStrange,
    /// It never arrives.
    Lost,
    /// It arrives after so many milliseconds; its answer does not, or too late.
    Unanswered(u64),
}

impl Port {
    /// A new life.
    pub fn new(world: &Arc<World>, name: String) -> Arc<Self> {
        let connection = world.state().company.connection;
        Arc::new(Self {
            connection: AtomicU32::new(connection),
            world: Arc::clone(world),
            name,
            is_dead: AtomicBool::new(false),
            died: Notify::new(),
            began: Instant::now(),
            frozen_until: AtomicU64::new(0),
            read_until: AtomicI64::new(0),
        })
    }

    /// Its name: the owner of its leases.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a trace says of a call; empty where there is none.
    pub fn label(&self, what: impl FnOnce() -> String) -> String {
        let is_traced = self.world.state().is_traced();
        if is_traced { what() } else { String::new() }
    }

    /// A reading has ended while the company was at `version`.
    pub fn reading_ended(&self, version: i64) {
        self.read_until.store(version, Ordering::Relaxed);
    }

    /// The company's version when the last reading ended.
    pub fn read_until(&self) -> i64 {
        self.read_until.load(Ordering::Relaxed)
    }

    /// True where the connection to the company has broken; the next one is `connection`.
    pub fn reconnects(&self, connection: u32) -> bool {
        self.connection.swap(connection, Ordering::Relaxed) != connection
    }

    /// Returns when the worker has died.
    pub async fn died(&self) {
        while !self.is_dead.load(Ordering::Relaxed) {
            self.died.notified().await;
        }
    }

    fn note(&self, state: &mut State, what: impl FnOnce() -> String) {
        state.note(|| format!("{:<5} {}", self.name, what()));
    }

    fn is_frozen(&self) -> bool {
        let until = Duration::from_millis(self.frozen_until.load(Ordering::Relaxed));
        self.began.elapsed() < until
    }

    /// Returns when the worker is not frozen; a dead one never gets anywhere.
    pub async fn awake(&self) {
        loop {
            if self.is_dead.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            if !self.is_frozen() {
                return;
            }
            let until = Duration::from_millis(self.frozen_until.load(Ordering::Relaxed));
            sleep_until(self.began + until).await;
        }
    }

    /// Lets the mishap happen. Fails where the call does.
    async fn suffer(&self, mishap: Mishap, what: &str) -> Result<(), Failed> {
        match mishap {
            Mishap::None => return Ok(()),
            Mishap::Wait(ms) => sleep(Duration::from_millis(ms)).await,
            Mishap::Freeze(ms) => {
                self.note(&mut self.world.state(), || {
                    format!("{what}: frozen for {ms} ms")
                });
                let until = self.began.elapsed().as_millis() as u64 + ms;
                self.frozen_until.fetch_max(until, Ordering::Relaxed);
            }
            Mishap::Crash => {
                self.note(&mut self.world.state(), || format!("{what}: dies"));
                self.is_dead.store(true, Ordering::Relaxed);
                self.died.notify_waiters();
            }
            Mishap::Fail => {
                self.note(&mut self.world.state(), || format!("{what}: fails"));
                return Err(Failed);
            }
        }
        self.awake().await;
        Ok(())
    }

    /// A call of the company or the ledger: `effect` happens in one moment, or not at all.
    pub async fn call<T: fmt::Debug>(
        &self,
        what: &str,
        effect: impl FnOnce(&mut State) -> T + Send,
    ) -> Result<T, Failed> {
        self.awake().await;
        let (before, after) = self.world.state().fate();
        self.suffer(before, what).await?;
        let value = {
            let mut state = self.world.state();
            let value = effect(&mut state);
            self.note(&mut state, || format!("{what} -> {value:?}"));
            value
        };
        self.suffer(after, what).await?;
        Ok(value)
    }

    /// A request to the service: once it is sent, `effect` happens at the service whatever becomes
    /// of the worker, unless it is lost on its way.
    pub async fn request<T: fmt::Debug + Send + 'static>(
        self: &Arc<Self>,
        what: String,
        effect: impl FnOnce(&mut State) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, CommerceError> {
        // Who relies on time has looked at the clock just now: he has not stood still since.
        let is_bare = !self.world.state().service.says_it_guards;
        if is_bare && self.is_frozen() {
            self.awake().await;
            return Err(CommerceError::NotSent {
                call: what,
                reason: "no route".to_owned(),
            });
        }
        self.awake().await;
        let (before, after, journey) = {
            let mut state = self.world.state();
            let (before, after) = state.fate();
            let before = match before {
                Mishap::Wait(_) | Mishap::Freeze(_) if is_bare => Mishap::None,
                Mishap::None
                | Mishap::Wait(_)
                | Mishap::Freeze(_)
                | Mishap::Crash
                | Mishap::Fail => before,
            };
            (before, after, journey(&mut state))
        };
        let unknown = |reason: &str| CommerceError::Unknown {
            call: what.clone(),
            reason: reason.to_owned(),
        };
        if self.suffer(before, &what).await.is_err() {
            return Err(CommerceError::NotSent {
                call: what,
                reason: "no route".to_owned(),
            });
        }
        let (there, back) = match journey {
            Journey::NotSent => {
                return Err(CommerceError::NotSent {
                    call: what,
                    reason: "no route".to_owned(),
                });
            }
            Journey::Busy(status, seconds) => {
                sleep(Duration::from_millis(20)).await;
                self.awake().await;
                return Err(CommerceError::Unavailable {
                    call: what,
                    status,
                    reason: String::new(),
                    retry_after: seconds.map(Duration::from_secs),
                });
            }
            Journey::Lost => (None, None),
            Journey::Fine(there, back) => (Some(there), Some(back)),
            Journey::Unanswered(there) => (Some(there), None),
            Journey::DoneButBusy | Journey::DoneButStrange => (Some(0), Some(0)),
        };
        let answer = there.map(|ms| self.send(ms, what.clone(), effect));
        if self.suffer(after, &what).await.is_err() {
            return Err(unknown("the connection broke"));
        }
        let (Some(mut answer), Some(back)) = (answer, back) else {
            // Nobody answers: the time runs out, or the connection breaks earlier.
            sleep(REQUEST_TIMEOUT).await;
            self.awake().await;
            return Err(unknown("the time was up"));
        };
        let answered = match answer.try_recv() {
            Ok(answered) => Ok(answered),
            Err(_) => match timeout(REQUEST_TIMEOUT, answer).await {
                Ok(Ok(answered)) => Ok(answered),
                Ok(Err(_)) | Err(_) => Err(unknown("the time was up")),
            },
        };
        if back > 0 {
            sleep(Duration::from_millis(back)).await;
        }
        self.awake().await;
        let answered = answered?;
        match journey {
            Journey::DoneButBusy => Err(CommerceError::Unavailable {
                call: what,
                status: 502,
                reason: String::new(),
                retry_after: None,
            }),
            Journey::DoneButStrange => Err(CommerceError::Malformed {
                call: what,
                status: 200,
                content_type: "text/html".to_owned(),
                reason: String::new(),
                excerpt: String::new(),
            }),
            Journey::Fine(..)
            | Journey::NotSent
            | Journey::Busy(..)
            | Journey::Lost
            | Journey::Unanswered(_) => answered.map_err(|problem| CommerceError::Refused {
                call: what,
                problem: Box::new(problem),
            }),
        }
    }

    /// Puts a request on its way; it arrives after `ms`.
    fn send<T: fmt::Debug + Send + 'static>(
        self: &Arc<Self>,
        ms: u64,
        what: String,
        effect: impl FnOnce(&mut State) -> Result<T, Problem> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, Problem>> {
        let (told, answer) = oneshot::channel();
        let port = Arc::clone(self);
        let life = self.world.state().service_life;
        let arrive = move || {
            let mut state = port.world.state();
            if state.service_life == life {
                let answer = effect(&mut state);
                port.note(&mut state, || format!("{what} => {answer:?}"));
                let _ = told.send(answer);
            }
        };
        if ms == 0 {
            arrive();
        } else {
            tokio::spawn(async move {
                sleep(Duration::from_millis(ms)).await;
                arrive();
            });
        }
        answer
    }
}

/// What becomes of a request in this weather.
fn journey(state: &mut State) -> Journey {
    let Weather {
        lost, zombie, busy, ..
    } = state.weather;
    let roll = state.chance.below(10_000);
    if roll < lost {
        return match roll % 4 {
            0 => Journey::NotSent,
            1 => Journey::Lost,
            _ => Journey::Unanswered(0),
        };
    }
    if roll < lost + zombie {
        // A second is left for what happens on the way to the socket.
        let longest = REQUEST_LIFE.as_millis() as u64 - 1_000;
        return Journey::Unanswered(state.chance.between(1, longest));
    }
    if roll < lost + zombie + busy {
        return match roll % 5 {
            0 => Journey::Busy(429, Some(state.chance.between(1, 4))),
            1 => Journey::Busy(503, Some(state.chance.between(1, 4))),
            2 => Journey::DoneButBusy,
            3 => Journey::DoneButStrange,
            _ => Journey::Busy(503, None),
        };
    }
    match roll % 4 {
        0 | 1 => Journey::Fine(0, 0),
        2 => Journey::Fine(0, state.chance.between(1, 100)),
        _ => Journey::Fine(state.chance.between(1, 100), 0),
    }
}
