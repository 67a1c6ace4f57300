//! How long to wait before a request is tried again: longer and longer, and never in step with
//! others who wait for the same service.

use std::time::Duration;

use crate::model::random::Random;

/// The shortest pause.
const SHORTEST: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(60);

/// Pauses with decorrelated jitter: each lies between the shortest and three times the one before.
#[derive(Clone, Debug)]
pub struct Pauses {
    last: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { last: SHORTEST }
    }
}

impl Pauses {
    /// The next one.
    pub fn next(&mut self, random: &mut Random) -> Duration {
        let most = (self.last * 3).min(LONGEST);
        let pause = random.between(SHORTEST.as_millis() as u64, most.as_millis() as u64);
        self.last = Duration::from_millis(pause);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_within_half_a_second_and_a_minute_and_use_all_of_it() {
        let mut random = Random::new(7);
        let mut pauses = Pauses::default();
        let first = pauses.next(&mut random);
        assert!(first >= SHORTEST && first <= SHORTEST * 3, "{first:?}");
        let mut later: Vec<_> = (0..2_000).map(|_| pauses.next(&mut random)).collect();
        later.sort_unstable();
        assert!(later[0] < Duration::from_secs(1) && later[0] >= SHORTEST);
        assert!(later[1_999] > Duration::from_secs(50) && later[1_999] <= LONGEST);
    }

    #[test]
    fn the_same_seed_waits_the_same() {
        let waits = |seed| {
            let (mut random, mut pauses) = (Random::new(seed), Pauses::default());
            [(); 20].map(|()| pauses.next(&mut random))
        };
        assert_eq!(waits(3), waits(3));
        assert_ne!(waits(3), waits(4));
    }
}
