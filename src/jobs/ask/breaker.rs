//! Notices that the service is down, and lets single requests find out whether it still is.

use jiff::Timestamp;
use tokio::time::Instant;

use super::pauses::Pauses;
use crate::commerce::client::CommerceError;
use crate::model::random::Random;

/// It opens after so many failures in a row, of whatever calls.
pub const OPENS_AFTER: u32 = 5;

/// Failures in a row.
#[derive(Clone, Debug)]
pub struct Failing {
    /// How many.
    pub failures: u32,
    /// When the first one was.
    pub since: Timestamp,
    /// The last one.
    pub last: CommerceError,
}

/// All requests but one at a time wait.
#[derive(Debug)]
struct Open {
    next_try: Instant,
    /// The same for people.
    next_try_at: Timestamp,
    /// A request is finding out.
    is_probed: bool,
    pauses: Pauses,
}

/// Counts failures in a row and opens.
#[derive(Debug, Default)]
pub struct Breaker {
    failing: Option<Failing>,
    open: Option<Open>,
}

impl Breaker {
    /// The failures in a row, and when the service is tried again, where it is open.
    pub fn is_open(&self) -> Option<(&Failing, Timestamp)> {
        let open = self.open.as_ref()?;
        Some((self.failing.as_ref()?, open.next_try_at))
    }

    /// May a request be sent? Where it may not, when it may: `None` while another one finds out.
    pub fn check(&self, now: Instant) -> Result<(), Option<Instant>> {
        match &self.open {
            Some(open) if open.is_probed => Err(None),
            Some(open) if now < open.next_try => Err(Some(open.next_try)),
            Some(_) | None => Ok(()),
        }
    }

    /// A request is sent. True where it is the one that finds out.
    pub fn begin(&mut self) -> bool {
        if let Some(open) = &mut self.open {
            open.is_probed = true;
        }
        self.open.is_some()
    }

    /// The request that was to find out was given up.
    pub fn leave(&mut self) {
        if let Some(open) = &mut self.open {
            open.is_probed = false;
        }
    }

    /// The service answered.
    pub fn close(&mut self) {
        *self = Self::default();
    }

    /// The service failed. The pauses of the call that opens it go on.
    pub fn fail(
        &mut self,
        error: &CommerceError,
        is_probe: bool,
        pauses: &Pauses,
        random: &mut Random,
    ) {
        let failing = self.failing.get_or_insert_with(|| Failing {
            failures: 0,
            since: Timestamp::now(),
            last: error.clone(),
        });
        failing.failures += 1;
        failing.last = error.clone();
        if failing.failures < OPENS_AFTER {
            return;
        }
        // What was under way when it opened says nothing about when to try next.
        if self.open.is_none() || is_probe {
            let before = self.open.take().map(|open| open.pauses);
            let mut pauses = before.unwrap_or_else(|| pauses.clone());
            let pause = pauses.next(random);
            self.open = Some(Open {
                next_try: Instant::now() + pause,
                next_try_at: Timestamp::now() + pause,
                is_probed: false,
                pauses,
            });
        }
    }

    /// The next request finds out, without a pause.
    pub fn try_now(&mut self) {
        if let Some(open) = &mut self.open {
            open.next_try = Instant::now();
            open.next_try_at = Timestamp::now();
            open.pauses = Pauses::default();
        }
    }
}
