//! Until when a run may believe that it holds its leases, without asking the ledger.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// A run's belief in its leases, by this process's own clock. A worker that was stopped and goes on
/// later finds it gone, and sends nothing before a renewal has told it that nobody took the job
/// over.
///
/// It is no proof: a process can be stopped between the look at it and the request, and a machine
/// that sleeps may not count the time. That is why versions or settling protect the data, and this
/// only spares them work.
#[derive(Clone, Debug)]
pub struct Trust(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    until: Mutex<Instant>,
    /// Wakes the waiting in the order in which they came, which a watch does not.
    renewed: Notify,
}

/// There is none before the first renewal.
impl Default for Trust {
    fn default() -> Self {
        Self(Arc::new(Shared {
            until: Mutex::new(Instant::now()),
            renewed: Notify::new(),
        }))
    }
}

impl Trust {
    /// A renewal that was asked for at `asked` succeeded: the leases last for `lease` from some
    /// moment after it.
    pub fn renewed(&self, asked: Instant, lease: Duration) {
        {
            let mut until = self.until();
            *until = (*until).max(asked + lease);
        }
        self.0.renewed.notify_waiters();
    }

    /// True where the leases surely have not ended.
    pub fn holds(&self) -> bool {
        Instant::now() < *self.until()
    }

    /// Waits until [`Trust::holds`]. Whoever renews the leases ends the run where that fails.
    pub async fn held(&self) {
        loop {
            let renewed = self.0.renewed.notified();
            tokio::pin!(renewed);
            // Before the look, so that no renewal is missed.
            renewed.as_mut().enable();
            if self.holds() {
                return;
            }
            renewed.await;
        }
    }

    fn until(&self) -> MutexGuard<'_, Instant> {
        // Nothing that holds it panics.
        self.0.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_trusted_from_when_it_was_asked_for_not_from_when_it_was_granted() {
        let asked = Instant::now();
        tokio::time::advance(Duration::from_secs(4)).await;
        let trust = Trust::default();
        assert!(!trust.holds());
        trust.renewed(asked, LEASE);
        tokio::time::advance(Duration::from_millis(5_999)).await;
        assert!(trust.holds());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!trust.holds());
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_stood_still_waits_for_a_renewal() {
        let trust = Trust::default();
        trust.renewed(Instant::now(), LEASE);
        trust.held().await;
        tokio::time::advance(LEASE * 2).await;
        let waiting = tokio::spawn({
            let trust = trust.clone();
            async move { trust.held().await }
        });
        tokio::time::sleep(LEASE).await;
        assert!(!waiting.is_finished());
        // Asked for before it stood still: the lease has ended again.
        trust.renewed(Instant::now() - LEASE, LEASE);
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(!waiting.is_finished());
        trust.renewed(Instant::now(), LEASE);
        waiting.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_comes_late_takes_nothing_back() {
        let start = Instant::now();
        let trust = Trust::default();
        trust.renewed(start, LEASE);
        trust.renewed(start + Duration::from_secs(5), LEASE);
        trust.renewed(start + Duration::from_secs(3), LEASE);
        tokio::time::advance(Duration::from_secs(14)).await;
        assert!(trust.holds());
    }
}
