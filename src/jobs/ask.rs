//! Asks the service what may be asked twice: a service that does not answer is waited for, and the
//! operator sees for how long.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use super::upload::StreamRun;
use crate::commerce::client::{Class, CommerceError};

/// First wait before another try.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait before another try.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

impl StreamRun {
    /// Asks again, with growing pauses, as long as it makes sense and the time is not up.
    pub async fn ask<T, F>(&self, call: impl FnMut() -> F) -> Result<T, CommerceError>
    where
        F: Future<Output = Result<T, CommerceError>>,
    {
        let waits = ExponentialBuilder::new()
            .with_min_delay(FIRST_WAIT)
            .with_max_delay(LONGEST_WAIT)
            .with_jitter()
            .without_max_times()
            .with_total_delay(Some(self.sides.give_up_after));
        let answer = call
            .retry(waits)
            .when(|error: &CommerceError| match error.class() {
                Class::NotSent | Class::Unknown | Class::Unavailable => true,
                Class::Settings
                | Class::BeingSetUp
                | Class::Unauthorized
                | Class::Refused
                | Class::Malformed => false,
            })
            .notify(|error, wait| self.tell_wait(&error.in_brief(), wait))
            .await;
        self.report.waiting(None);
        answer
    }

    /// Shows the operator what the run waits for.
    pub fn tell_wait(&self, reason: &str, next_try_in: Duration) {
        let seconds = next_try_in.as_secs_f64().ceil();
        self.report
            .waiting(Some(format!("{reason}, next try in {seconds} s")));
    }
}
