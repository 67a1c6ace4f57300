//! When the turn of an occurrence comes, and when it starts.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::quiet::later;
use super::{QuietHours, Schedule, jitter};
use crate::model::Job;
use crate::model::recurrence::Occurrences;

/// The occurrences of a job with the times that its schedule gives them.
pub(super) struct Times {
    occurrences: Occurrences,
    jitter: SignedDuration,
    quiet_hours: Option<QuietHours>,
}

impl Times {
    /// Those of a job.
    pub(super) fn of(job: Job, schedule: &Schedule, occurrences: Occurrences) -> Self {
        let jitter: Duration = jitter(job, schedule);
        Self {
            occurrences,
            jitter: SignedDuration::from_secs(jitter.as_secs() as i64),
            quiet_hours: schedule.quiet_hours,
        }
    }

    /// The occurrences after this moment.
    pub(super) fn following(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.occurrences.following(after)
    }

    /// When an occurrence has its turn: with the jitter.
    pub(super) fn turn(&self, due: Timestamp) -> Timestamp {
        later(due, self.jitter)
    }

    /// When an occurrence starts: with the jitter, and in the quiet hours.
    pub(super) fn start(&self, due: Timestamp) -> Timestamp {
        self.opening(self.turn(due))
    }

    /// The first moment from `at` on at which a start is allowed.
    pub(super) fn opening(&self, at: Timestamp) -> Timestamp {
        self.quiet_hours
            .map_or(at, |hours| hours.opening(self.occurrences.zone(), at))
    }

    /// The first turn behind `dealt_until` that is still to come at `now`.
    pub(super) fn next_turn(&self, dealt_until: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let begun = now.checked_sub(self.jitter).unwrap_or(now);
        let next = self.occurrences.next_after(dealt_until.max(begun))?;
        Some(self.turn(next))
    }
}
