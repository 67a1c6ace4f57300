//! Leaving: the runs of this console are stopped first, and get some time for it.

use jiff::{SignedDuration, Timestamp};

use super::{App, Effect, ExitReason, Pace};
use crate::model::Job;

/// How long runs get to reach a checkpoint before the console leaves without them. They are asked
/// to within two seconds.
const LEAVE_WITHIN: SignedDuration = SignedDuration::from_secs(5);

/// Why the console is being left, and until when it waits for its runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaving {
    reason: ExitReason,
    until: Timestamp,
}

impl App {
    /// Stops every run here, then leaves. A second wish to leave does not wait any more.
    pub(super) fn leave(&mut self, reason: ExitReason) -> Vec<Effect> {
        self.touch(Pace::Prompt);
        if self.leaving.is_some() {
            return vec![Effect::Quit(reason)];
        }
        self.overlays.clear();
        self.leaving = Some(Leaving {
            reason,
            until: self.setting.now + LEAVE_WITHIN,
        });
        let executing: Vec<Job> = self.jobs.own().map(|run| run.job).collect();
        executing
            .into_iter()
            .map(|job| self.jobs.cancel(job))
            .collect()
    }

    /// Leaves once no run is under way, or the wait for them is over.
    pub(super) fn left(&self) -> Option<Effect> {
        let leaving = self.leaving?;
        let is_over = self.jobs.own().next().is_none() || self.setting.now >= leaving.until;
        is_over.then_some(Effect::Quit(leaving.reason))
    }
}
