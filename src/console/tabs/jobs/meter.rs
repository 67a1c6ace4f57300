//! How fast a run goes and how long it will take, from the times at which its counts arrived.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::console::widgets::streams::Speed;
use crate::model::run::Phase;
use crate::model::{Progress, RunId, Stream, StreamProgress};

/// Seconds after which an old speed weighs about a third.
const MEMORY_SECONDS: f64 = 5.0;

/// Samples closer together than this tell more about the clock than about the run.
const LEAST_SECONDS: f64 = 0.2;

/// What was settled, and how fast.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    settled: u64,
    rate: Option<f64>,
}

impl Pace {
    const fn new(settled: u64) -> Self {
        Self {
            settled,
            rate: None,
        }
    }

    fn sample(&mut self, settled: u64, seconds: f64) {
        let now = settled.saturating_sub(self.settled) as f64 / seconds;
        self.rate = Some(match self.rate {
            None => now,
            Some(before) => {
                let weight = 1.0 - (-seconds / MEMORY_SECONDS).exp();
                before + (now - before) * weight
            }
        });
        self.settled = settled;
    }

    fn rate(self) -> Option<u64> {
        self.rate.map(|rate| rate.round() as u64)
    }

    /// How long so many records will take; none while unknown or longer than a day.
    fn takes(self, left: u64) -> Option<SignedDuration> {
        let rate = self.rate.filter(|rate| *rate >= 0.5)?;
        let seconds = left as f64 / rate;
        (seconds < 86_400.0).then(|| SignedDuration::from_secs(seconds.ceil() as i64))
    }
}

/// The speed of one run and of each of its streams.
#[derive(Clone, Debug)]
pub struct Meter {
    run: RunId,
    at: Timestamp,
    whole: Pace,
    streams: BTreeMap<Stream, Pace>,
}

impl Meter {
    /// A meter that has seen the run once.
    pub fn new(run: &Progress, at: Timestamp) -> Self {
        Self {
            run: run.run,
            at,
            whole: Pace::new(run.counts().settled()),
            streams: BTreeMap::new(),
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
        self.whole.sample(run.counts().settled(), seconds);
        for stream in &run.streams {
            let settled = stream.counts.settled();
            match stream.phase {
                // Before it began and once it is done there is no speed.
                Phase::Pending | Phase::Done => {
                    self.streams.remove(&stream.stream);
                }
                Phase::Settling | Phase::Sending | Phase::Committing => {
                    self.streams
                        .entry(stream.stream)
                        .and_modify(|pace| pace.sample(settled, seconds))
                        .or_insert_with(|| Pace::new(settled));
                }
            }
        }
        self.at = at;
    }

    /// Records in a second; none before two samples.
    pub fn rate(&self) -> Option<u64> {
        self.whole.rate()
    }

    /// How long what is left will take; none while unknown or longer than a day.
    pub fn left(&self, run: &Progress) -> Option<SignedDuration> {
        self.whole
            .takes(run.total()?.saturating_sub(run.counts().settled()))
    }

    /// The same for each stream under way.
    pub fn speeds(&self, run: &Progress) -> Vec<Speed> {
        let speed = |stream: &StreamProgress| {
            let pace = self.streams.get(&stream.stream)?;
            let left = stream.total;
            let left = left.map(|total| total.saturating_sub(stream.counts.settled()));
            Some(Speed {
                stream: stream.stream,
                rate: pace.rate()?,
                left: left.and_then(|left| pace.takes(left)),
            })
        };
        run.streams.iter().filter_map(speed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Job;

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
    fn each_stream_under_way_has_its_own_speed() {
        let at = |items: u64, prices: u64| {
            let mut run = run(items, 1_000);
            let mut other = StreamProgress::pending(Stream::TradeAgreements);
            other.counts.acknowledged = prices;
            run.streams[0].phase = Phase::Sending;
            other.phase = if prices > 0 {
                Phase::Sending
            } else {
                Phase::Pending
            };
            run.streams.push(other);
            run
        };
        let mut meter = Meter::new(&at(0, 0), second(0.0));
        meter.sample(&at(100, 0), second(1.0));
        assert_eq!(meter.speeds(&at(100, 0)), [], "seen once");
        meter.sample(&at(200, 40), second(2.0));
        let left = Some(SignedDuration::from_secs(8));
        let items = Speed {
            stream: Stream::Items,
            rate: 100,
            left,
        };
        assert_eq!(meter.speeds(&at(200, 40)), [items]);
        meter.sample(&at(300, 90), second(3.0));
        let speeds = meter.speeds(&at(300, 90));
        assert_eq!(speeds[1].rate, 50);
        assert_eq!(speeds[1].left, None, "nobody knows how many there are");
        let mut over = at(1_000, 90);
        over.streams[0].phase = Phase::Done;
        meter.sample(&over, second(4.0));
        assert_eq!(meter.speeds(&over).len(), 1);
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
