//! The last runs of a job: how they ended, how long they took, how long it usually takes, and since
//! when it fails.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::run::{RunId, RunStatus, RunSummary};

/// Runs that are remembered.
pub const RUNS: usize = 30;

/// Runs that ended well, at least, before anything is usual.
const LEAST_RUNS: usize = 3;
/// From so many times the usual duration on a run takes too long.
const TIMES: i64 = 3;
/// A run that takes less longer than usual is no news, however many times it is.
const LEAST_LONGER: SignedDuration = SignedDuration::from_secs(10);

/// A run that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastRun {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub status: RunStatus,
    /// When it started.
    pub started: Timestamp,
    /// How long it took; none where nobody saw it end.
    pub took: Option<SignedDuration>,
}

/// The last runs of a job that are over, dry ones left out: newest first, at most [`RUNS`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History(Vec<PastRun>);

impl History {
    /// What is remembered of runs, newest first.
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a RunSummary>) -> Self {
        let is_over = |run: &&RunSummary| run.status != RunStatus::Executing && !run.dry_run;
        let past = runs.into_iter().filter(is_over).map(|run| PastRun {
            run: run.run,
            status: run.status,
            started: run.started,
            took: run
                .finished
                .map(|finished| finished.duration_since(run.started)),
        });
        Self(past.take(RUNS).collect())
    }

    /// The runs, newest first.
    pub fn runs(&self) -> &[PastRun] {
        &self.0
    }

    /// How many of them ended in Error.
    pub fn failed(&self) -> usize {
        let failed = |run: &&PastRun| run.status == RunStatus::Error;
        self.0.iter().filter(failed).count()
    }

    /// How long the job usually takes: the median of the runs that ended well. None where fewer
    /// than three did.
    pub fn usual(&self) -> Option<SignedDuration> {
        self.usual_but(None)
    }

    /// The same without one run, which is held against the others.
    fn usual_but(&self, but: Option<RunId>) -> Option<SignedDuration> {
        let ended = |run: &&PastRun| run.status == RunStatus::Ended && Some(run.run) != but;
        let ended = self.0.iter().filter(ended);
        let mut took: Vec<SignedDuration> = ended.filter_map(|run| run.took).collect();
        took.sort_unstable();
        (took.len() >= LEAST_RUNS).then(|| took[took.len() / 2])
    }

    /// How many times longer than usual a run has taken; none where that is no news: less than 3
    /// times, or less than ten seconds longer.
    pub fn times_usual(&self, run: RunId, took: SignedDuration) -> Option<i64> {
        let usual = self.usual_but(Some(run))?;
        let times = took.as_millis() / usual.as_millis().max(1);
        let times = i64::try_from(times).unwrap_or(i64::MAX);
        (times >= TIMES && took - usual >= LEAST_LONGER).then_some(times)
    }

    /// Since when it fails, where it failed so many times in a row: the start of the first of these
    /// runs, canceled ones left out. The flag tells that it failed longer than is remembered.
    pub fn failing_since(&self, failures: u32) -> Option<(Timestamp, bool)> {
        let counted = |run: &&PastRun| run.status != RunStatus::Canceled;
        let failed = |run: &&PastRun| run.status == RunStatus::Error;
        let in_a_row = self.0.iter().filter(counted).take_while(failed);
        let in_a_row: Vec<&PastRun> = in_a_row.take(failures.max(1) as usize).collect();
        let first = in_a_row.last()?;
        let is_longer = in_a_row.len() < failures as usize && self.0.len() == RUNS;
        Some((first.started, is_longer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Job;
    use RunStatus::{Canceled, Ended, Error, Executing};

    /// Runs, newest first, an hour apart, each with the seconds it took.
    fn history(runs: &[(RunStatus, i64)]) -> History {
        let now: Timestamp = "2026-03-12T18:00:00Z".parse().unwrap();
        let runs: Vec<RunSummary> = (0_i64..)
            .zip(runs)
            .map(|(index, (status, took))| {
                let started = now - SignedDuration::from_hours(index);
                RunSummary {
                    run: RunId(1_000 - index),
                    job: Job::Inventory,
                    status: *status,
                    dry_run: false,
                    started,
                    finished: Some(started + SignedDuration::from_secs(*took)),
                    streams: Vec::new(),
                    exception: None,
                }
            })
            .collect();
        History::of(&runs)
    }

    fn seconds(seconds: i64) -> SignedDuration {
        SignedDuration::from_secs(seconds)
    }

    #[test]
    fn usual_is_the_median_of_what_ended_well_and_nothing_is_usual_before_three() {
        assert_eq!(history(&[(Ended, 4), (Ended, 5)]).usual(), None);
        let runs = [
            (Error, 900),
            (Ended, 4),
            (Canceled, 1),
            (Ended, 600),
            (Ended, 6),
        ];
        assert_eq!(history(&runs).usual(), Some(seconds(6)));
        let one_more = [(Ended, 4), (Ended, 5), (Ended, 6), (Ended, 7)];
        assert_eq!(history(&one_more).usual(), Some(seconds(6)));
    }

    #[test]
    fn three_times_longer_is_news_unless_it_is_a_matter_of_seconds() {
        let usual = history(&[(Ended, 20), (Ended, 20), (Ended, 20)]);
        let times = |took| usual.times_usual(RunId(1), seconds(took));
        assert_eq!(
            [59, 60, 79, 80, 7_200].map(times),
            [None, Some(3), Some(3), Some(4), Some(360)]
        );
        let quick = history(&[(Ended, 1), (Ended, 1), (Ended, 1)]);
        assert_eq!(quick.times_usual(RunId(1), seconds(10)), None);
        assert_eq!(quick.times_usual(RunId(1), seconds(11)), Some(11));
        let none = history(&[(Ended, 0), (Ended, 0), (Ended, 0)]);
        assert!(none.times_usual(RunId(1), seconds(60)).is_some());
        assert_eq!(History::default().times_usual(RunId(1), seconds(60)), None);
    }

    #[test]
    fn a_run_is_held_against_the_others_only() {
        let runs = [(Ended, 100), (Ended, 20), (Ended, 20), (Ended, 90)];
        let times = history(&runs).times_usual(RunId(1_000), seconds(100));
        assert_eq!(times, Some(5));
    }

    #[test]
    fn a_job_fails_since_the_first_of_the_failures_in_a_row() {
        let runs = [
            (Error, 1),
            (Canceled, 1),
            (Error, 1),
            (Ended, 1),
            (Error, 1),
        ];
        let since: Timestamp = "2026-03-12T16:00:00Z".parse().unwrap();
        assert_eq!(history(&runs).failing_since(2), Some((since, false)));
        let last = "2026-03-12T18:00:00Z".parse().unwrap();
        let forgiven = history(&runs).failing_since(1);
        assert_eq!(forgiven, Some((last, false)), "the first was forgiven");
        assert_eq!(history(&[(Ended, 1), (Error, 1)]).failing_since(1), None);
        assert_eq!(history(&[(Canceled, 1)]).failing_since(1), None);
        let always = history(&[(Error, 1); RUNS]);
        let is_longer = |failures| always.failing_since(failures).unwrap().1;
        assert!(!is_longer(30) && is_longer(31));
    }

    #[test]
    fn runs_under_way_and_dry_ones_are_no_history() {
        assert_eq!(history(&[(Executing, 1)]).runs(), []);
        assert_eq!(history(&[(Error, 1), (Ended, 1)]).failed(), 1);
        assert_eq!(history(&[(Ended, 1); 50]).runs().len(), RUNS);
    }
}
