//! Asks the service what may be asked twice: a service that does not answer is waited for, and the
//! operator sees for how long.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use super::report::Report;
use super::runner::Sides;
use crate::commerce::client::{Class, CommerceError};

/// First wait before another try.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait before another try.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// A strange answer is taken for an accident this often.
const MALFORMED_TRIES: u32 = 3;

/// What is done about a call that was sent and got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// It is asked again: twice is as good as once.
    AskAgain,
    /// The caller decides.
    Tell,
}

impl Sides {
    /// Asks again, with growing pauses, as long as it makes sense and the time is not up; `report`
    /// shows the wait.
    pub async fn ask<T, F>(
        &self,
        report: &Report,
        call: impl FnMut() -> F,
    ) -> Result<T, CommerceError>
    where
        F: Future<Output = Result<T, CommerceError>>,
    {
        self.ask_if(Unanswered::AskAgain, report, call).await
    }

    /// The same, where it matters what is done about a call without an answer.
    pub async fn ask_if<T, F>(
        &self,
        unanswered: Unanswered,
        report: &Report,
        call: impl FnMut() -> F,
    ) -> Result<T, CommerceError>
    where
        F: Future<Output = Result<T, CommerceError>>,
    {
        let waits = ExponentialBuilder::new()
            .with_min_delay(FIRST_WAIT)
            .with_max_delay(LONGEST_WAIT)
            .with_jitter()
            .without_max_times()
            .with_total_delay(Some(self.give_up_after));
        let strange = AtomicU32::new(0);
        let answer = call
            .retry(waits)
            .when(|error: &CommerceError| match error.class() {
                Class::NotSent | Class::Unavailable => true,
                Class::Unknown => unanswered == Unanswered::AskAgain,
                Class::Malformed => strange.fetch_add(1, Ordering::Relaxed) + 1 < MALFORMED_TRIES,
                Class::Settings | Class::BeingSetUp | Class::Unauthorized | Class::Refused => false,
            })
            // What the service asks for goes before our own pause.
            .adjust(|error, wait| match (error, wait) {
                (CommerceError::Unavailable { retry_after, .. }, Some(wait)) => {
                    Some(wait.max(retry_after.unwrap_or_default().min(self.give_up_after)))
                }
                (_, wait) => wait,
            })
            .notify(|error, wait| report.tell_wait(&error.in_brief(), wait))
            .await;
        report.waiting(None);
        answer
    }
}
