//! How fast a run goes and how long it will take, from the times at which its counts arrived.

use jiff::{SignedDuration, Timestamp};

use crate::model::{Progress, RunId};

/// Seconds after which an old speed weighs about a third.
const MEMORY_SECONDS: f64 = 5.0;

/// Samples closer together than this tell more about the clock than about the run.
const LEAST_SECONDS: f64 = 0.2;

/// The speed of one run.
#[derive(Clone, Debug)]
pub struct Meter {
    run: RunId,
    at: Timestamp,
    settled: u64,
    rate: Option<f64>,
}

impl Meter {
    /// A meter that has seen the run once.
    pub fn new(run: &Progress, at: Timestamp) -> Self {
        Self {
            run: run.run,
            at,
            settled: run.counts().settled(),
            rate: None,
        }
    }

    /// True for a meter of this run.
    pub fn is_of(&self, run: &Progress) -> bool {
        self.run == run.run
    }

    /// Takes in what the run has settled by now.
    pub fn sample(&mut self, run: &Progress, at: Timestamp) {
        let seconds = at.duration_since(self.at).as_secs_f64();
        if seconds < LEAST_SECONDS {
            return;
        }
        let settled = run.counts().settled();
        let now = settled.saturating_sub(self.settled) as f64 / seconds;
        self.rate = Some(match self.rate {
            None => now,
            Some(before) => {
                let weight = 1.0 - (-seconds / MEMORY_SECONDS).exp();
                before + (now - before) * weight
            }
        });
        (self.at, self.settled) = (at, settled);
    }

    /// Records in a second; none before two samples.
    pub fn rate(&self) -> Option<u64> {
        self.rate.map(|rate| rate.round() as u64)
    }

    /// How long what is left will take; none while unknown or longer than a day.
    pub fn left(&self, run: &Progress) -> Option<SignedDuration> {
        let left = run.total()?.saturating_sub(run.counts().settled());
        let rate = self.rate.filter(|rate| *rate >= 0.5)?;
        let seconds = left as f64 / rate;
        (seconds < 86_400.0).then(|| SignedDuration::from_secs(seconds.ceil() as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Job, Stream, StreamProgress};

    fn run(settled: u64, total: u64) -> Progress {
        let mut stream = StreamProgress::pending(Stream::Items);
        stream.total = Some(total);
        stream.counts.acknowledged = settled;
        Progress {
            run: RunId(1),
            job: Job::Inventory,
            owner: "here".to_owned(),
            dry_run: false,
            started: Timestamp::UNIX_EPOCH,
            cancelling: false,
            waiting: None,
            streams: vec![stream],
        }
    }

    fn second(second: f64) -> Timestamp {
        Timestamp::from_millisecond((second * 1_000.0) as i64).unwrap()
    }

    #[test]
    fn a_steady_run_shows_its_speed_and_what_is_left() {
        let mut meter = Meter::new(&run(0, 10_000), second(0.0));
        assert_eq!((meter.rate(), meter.left(&run(0, 10_000))), (None, None));
        for step in 1..=10 {
            meter.sample(&run(step * 100, 10_000), second(step as f64));
        }
        assert_eq!(meter.rate(), Some(100));
        assert_eq!(
            meter.left(&run(1_000, 10_000)),
            Some(SignedDuration::from_secs(90))
        );
    }

    #[test]
    fn a_stall_lets_the_speed_sink_and_a_burst_does_not_make_it_jump() {
        let mut meter = Meter::new(&run(0, 10_000), second(0.0));
        meter.sample(&run(100, 10_000), second(1.0));
        meter.sample(&run(1_100, 10_000), second(2.0));
        assert!(meter.rate() < Some(300), "{:?}", meter.rate());
        for step in 3..60 {
            meter.sample(&run(1_100, 10_000), second(f64::from(step)));
        }
        assert_eq!(meter.rate(), Some(0));
        assert_eq!(meter.left(&run(1_100, 10_000)), None);
    }

    #[test]
    fn samples_that_are_too_close_wait_for_the_next() {
        let mut meter = Meter::new(&run(0, 1_000), second(0.0));
        meter.sample(&run(50, 1_000), second(0.1));
        assert_eq!(meter.rate(), None);
        meter.sample(&run(100, 1_000), second(1.0));
        assert_eq!(meter.rate(), Some(100));
    }
}
