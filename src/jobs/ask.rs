//! Asks the service, again and again as long as it makes sense: the only place that repeats a
//! request, and what each failure means for all of them is decided here.

mod breaker;
mod flow;
mod pauses;
#[cfg(test)]
mod tests;
mod throttle;

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use self::flow::{LONGEST_THROTTLE, Obstacle, Turn};
use self::pauses::Pauses;
use super::report::Report;
use super::runner::Sides;
use super::trust::Trust;
use crate::commerce::client::{Class, CommerceError};
use crate::model::run::Reach;

pub use self::flow::Flow;

/// A wait for trust that is shorter is nobody's concern.
const UNTOLD: Duration = Duration::from_secs(1);
/// A strange answer is taken for an accident this often.
const STRANGE_ANSWERS: u32 = 3;

/// What is done about a request that was sent and got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// It is asked again: twice is as good as once.
    AskAgain,
    /// The caller decides.
    Tell,
}

impl Sides {
    /// Asks what changes nothing at the service, until there is an answer or the time is up;
    /// `report` shows the waits.
    pub async fn ask<T, F>(
        &self,
        report: &Report,
        request: impl FnMut() -> F,
    ) -> Result<T, CommerceError>
    where
        F: Future<Output = Result<T, CommerceError>>,
    {
        ask(Call::new(&self.flow, report, Unanswered::AskAgain), request).await
    }

    /// Asks for a change that may be made twice. No request is sent while the run may have lost
    /// its leases.
    pub async fn change<T, F>(
        &self,
        report: &Report,
        trust: &Trust,
        request: impl FnMut() -> F,
    ) -> Result<T, CommerceError>
    where
        F: Future<Output = Result<T, CommerceError>>,
    {
        let call = Call::new(&self.flow, report, Unanswered::AskAgain);
        ask(call.under(trust), request).await
    }

    /// How the service is reached from this process.
    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.flow.reach()
    }
}

async fn ask<T, F>(mut call: Call<'_>, mut request: impl FnMut() -> F) -> Result<T, CommerceError>
where
    F: Future<Output = Result<T, CommerceError>>,
{
    loop {
        let turn = call.turn().await?;
        if let Some(answer) = call.heard(turn, request().await) {
            return answer;
        }
    }
}

/// One request that is sent again until it is answered: wait for a [`Call::turn`], send it, say
/// what was [`Call::heard`].
pub struct Call<'a> {
    flow: &'a Flow,
    report: &'a Report,
    unanswered: Unanswered,
    trust: Option<&'a Trust>,
    pauses: Pauses,
    /// To be waited before the next turn.
    pause: Option<Duration>,
    /// Since when the service fails, as far as this call has seen it.
    failing_since: Option<Instant>,
    /// Waited because the service said so: that does not count as failing, to a point.
    excused: Duration,
    strange: u32,
    retries: u64,
    last: Option<CommerceError>,
}

impl<'a> Call<'a> {
    /// A call that has not been made yet.
    pub fn new(flow: &'a Flow, report: &'a Report, unanswered: Unanswered) -> Self {
        Self {
            flow,
            report,
            unanswered,
            trust: None,
            pauses: Pauses::default(),
            pause: None,
            failing_since: None,
            excused: Duration::ZERO,
            strange: 0,
            retries: 0,
            last: None,
        }
    }

    /// The same, which has no turn while the run may have lost its leases.
    pub fn under(self, trust: &'a Trust) -> Self {
        Self {
            trust: Some(trust),
            ..self
        }
    }

    /// How often the request was sent again.
    pub fn retries(&self) -> u64 {
        self.retries
    }

    /// Waits until the request could be sent, had others left it a place: what is written down
    /// before a request is not written down for a service that is not asked at all.
    ///
    /// # Errors
    /// As of [`Call::turn`].
    pub async fn ready(&mut self) -> Result<(), CommerceError> {
        self.pass(Flow::admits).await
    }

    /// Waits until the request may be sent.
    ///
    /// # Errors
    /// The last failure, where the service has failed for too long.
    pub async fn turn(&mut self) -> Result<Turn<'a>, CommerceError> {
        self.pass(Flow::enter).await
    }

    async fn pass<T>(
        &mut self,
        enter: impl Fn(&'a Flow) -> Result<T, Obstacle>,
    ) -> Result<T, CommerceError> {
        if let Some(pause) = self.pause.take() {
            if let Some(error) = &self.last {
                self.report.tell_wait(&error.in_brief(), pause);
            }
            tokio::time::sleep(pause).await;
        }
        loop {
            if let Some(trust) = self.trust
                && tokio::time::timeout(UNTOLD, trust.held()).await.is_err()
            {
                let waiting = "waiting until it is sure that the job was not taken over";
                self.report.waiting(Some(waiting.to_owned()));
                trust.held().await;
                self.report.waiting(None);
            }
            let changed = self.flow.changed();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let obstacle = match enter(self.flow) {
                Ok(passed) if self.trust.is_none_or(Trust::holds) => return Ok(passed),
                Ok(_) => continue,
                Err(obstacle) => obstacle,
            };
            let waiting = self.flow.in_words();
            if waiting.is_some() {
                self.report.waiting(waiting);
            }
            let began = Instant::now();
            match obstacle {
                Obstacle::Full => changed.await,
                Obstacle::Throttled(until) => {
                    tokio::select! {
                        biased;
                        () = changed => {}
                        () = tokio::time::sleep_until(until.instant) => {}
                    }
                    self.excused = (self.excused + began.elapsed()).min(LONGEST_THROTTLE);
                }
                Obstacle::Open { next_try, last } => {
                    let gives_up = self.gives_up();
                    if began >= gives_up {
                        return Err(self.last.take().unwrap_or_else(|| last.before_sending()));
                    }
                    let until = next_try.map_or(gives_up, |next_try| next_try.min(gives_up));
                    tokio::select! {
                        biased;
                        () = changed => {}
                        () = tokio::time::sleep_until(until) => {}
                    }
                }
            }
        }
    }

    /// Says what came of the request. Answers what the caller is told, or `None` where the request
    /// is to be sent again.
    pub fn heard<T>(
        &mut self,
        turn: Turn<'a>,
        answer: Result<T, CommerceError>,
    ) -> Option<Result<T, CommerceError>> {
        let error = match answer {
            Ok(answer) => {
                turn.done();
                self.report.waiting(None);
                return Some(Ok(answer));
            }
            Err(error) => error,
        };
        let stops_all = match Meaning::of(&error) {
            Meaning::Answer => {
                turn.answered();
                self.report.waiting(None);
                return Some(Err(error));
            }
            Meaning::Throttled(wait) => {
                let pause = self.flow.pause(&mut self.pauses);
                turn.throttled(wait.unwrap_or_default().max(pause));
                true
            }
            Meaning::Failure => turn.failed(&error, &self.pauses),
        };
        let (now, gives_up) = (Instant::now(), self.gives_up());
        if now >= gives_up || !self.is_asked_again(&error) {
            return Some(Err(error));
        }
        if !stops_all {
            let pause = self.flow.pause(&mut self.pauses);
            self.pause = Some(pause.min(gives_up - now));
        }
        self.retries += 1;
        self.last = Some(error);
        None
    }

    fn is_asked_again(&mut self, error: &CommerceError) -> bool {
        match error.class() {
            Class::NotSent | Class::Unavailable => true,
            Class::Unknown => self.unanswered == Unanswered::AskAgain,
            Class::Malformed => {
                self.strange += 1;
                self.strange < STRANGE_ANSWERS
            }
            Class::Settings
            | Class::BeingSetUp
            | Class::AccountNotActive
            | Class::Unauthorized
            | Class::Refused => false,
        }
    }

    /// When this call has no more patience with a service that fails.
    fn gives_up(&mut self) -> Instant {
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        since + self.flow.give_up_after() + self.excused
    }
}

/// What a failure says of the service.
enum Meaning {
    /// It is there and has answered.
    Answer,
    /// It wants to be left alone: for so long, or for as long as we see fit.
    Throttled(Option<Duration>),
    /// It does not work.
    Failure,
}

impl Meaning {
    fn of(error: &CommerceError) -> Self {
        match error {
            CommerceError::Unavailable {
                status,
                retry_after,
                ..
            } if *status == 429 || retry_after.is_some() => Self::Throttled(*retry_after),
            // The answer of somebody, and the same the next time.
            CommerceError::Malformed { status, .. } if (400..500).contains(status) => Self::Answer,
            CommerceError::NotSent { .. }
            | CommerceError::Unknown { .. }
            | CommerceError::Unavailable { .. }
            | CommerceError::Malformed { .. } => Self::Failure,
            CommerceError::Settings(_)
            | CommerceError::BeingSetUp { .. }
            | CommerceError::AccountNotActive { .. }
            | CommerceError::Unauthorized { .. }
            | CommerceError::Refused { .. } => Self::Answer,
        }
    }
}
