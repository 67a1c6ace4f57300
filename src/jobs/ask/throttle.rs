//! How many requests may be under way at once: fewer when the service asks for it, then slowly more
//! again (additive increase, multiplicative decrease).

use jiff::Timestamp;
use tokio::time::Instant;

/// A moment until which the service wants to be left alone, by both clocks: one to wait by, one to
/// show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// To wait by.
    pub instant: Instant,
    /// To show.
    pub timestamp: Timestamp,
}

/// Why no request may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// As many as may be are under way.
    Full,
    /// The service asked to wait.
    Until(Until),
}

/// The requests under way, and how many there may be.
#[derive(Debug)]
pub struct Throttle {
    most: usize,
    limit: usize,
    under_way: usize,
    /// Answers since the limit last changed.
    answers: usize,
    /// How often the limit was cut.
    cuts: u64,
    until: Option<Until>,
}

impl Throttle {
    /// At most `most` requests, for now that many.
    pub fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            limit: most.max(1),
            under_way: 0,
            answers: 0,
            cuts: 0,
            until: None,
        }
    }

    /// The most there may ever be.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Until when the service wants to be left alone, if it does.
    pub fn until(&self, now: Instant) -> Option<Until> {
        self.until.filter(|until| now < until.instant)
    }

    /// May a request be sent?
    pub fn check(&self, now: Instant) -> Result<(), Held> {
        match self.until(now) {
            Some(until) => Err(Held::Until(until)),
            None if self.under_way >= self.limit => Err(Held::Full),
            None => Ok(()),
        }
    }

    /// One more is under way. Answers what [`Throttle::cut`] wants to know of it.
    pub fn begin(&mut self) -> u64 {
        self.under_way += 1;
        self.cuts
    }

    /// One less is under way.
    pub fn end(&mut self) {
        self.under_way -= 1;
    }

    /// A request did what it was to do: a whole window of those makes room for one more.
    pub fn grow(&mut self) {
        self.answers += 1;
        if self.answers >= self.limit {
            self.answers = 0;
            self.limit = self.most.min(self.limit + 1);
        }
    }

    /// The service asked to wait. Half as many from now on; those that were under way together
    /// (`begun`) count once.
    pub fn cut(&mut self, begun: u64, until: Until) {
        if begun == self.cuts {
            self.cuts += 1;
            self.answers = 0;
            self.limit = (self.limit / 2).max(1);
        }
        if self
            .until
            .is_none_or(|before| before.instant < until.instant)
        {
            self.until = Some(until);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn soon() -> Until {
        Until {
            instant: Instant::now() + Duration::from_secs(1),
            timestamp: Timestamp::now(),
        }
    }

    #[test]
    fn requests_that_were_under_way_together_halve_their_number_once() {
        let mut throttle = Throttle::new(8);
        let begun: Vec<u64> = (0..8).map(|_| throttle.begin()).collect();
        for begun in begun {
            throttle.cut(begun, soon());
            throttle.end();
        }
        assert_eq!(throttle.limit, 4);
        for _ in 0..5 {
            let begun = throttle.begin();
            throttle.cut(begun, soon());
            throttle.end();
        }
        assert_eq!(throttle.limit, 1, "one is always allowed");
    }

    #[test]
    fn each_window_of_answers_makes_room_for_one_more_up_to_the_most() {
        let mut throttle = Throttle::new(4);
        let begun = throttle.begin();
        throttle.cut(begun, soon());
        let mut limits = vec![throttle.limit];
        for _ in 0..30 {
            throttle.grow();
            limits.push(throttle.limit);
        }
        assert_eq!(limits[..6], [2, 2, 3, 3, 3, 4]);
        assert_eq!(limits[30], 4);
    }
}
