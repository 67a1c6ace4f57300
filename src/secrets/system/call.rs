//! Calls that block, each on a thread of its own and with a deadline.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Trouble, late};

/// The calls under way, and until when each had to be answered.
static CALLS: Mutex<Vec<(JoinHandle<()>, Instant)>> = Mutex::new(Vec::new());

/// Makes a call. While an earlier one hangs no other is made: there are never more threads than calls
/// were made at the same time.
pub(super) async fn call<T: Send + 'static>(
    deadline: Duration,
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    let (tell, told) = oneshot::channel();
    {
        let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
        calls.retain(|(thread, _)| !thread.is_finished());
        let now = Instant::now();
        if calls.iter().any(|(_, until)| *until < now) {
            let reason = "it has not answered an earlier question";
            return Err(Trouble::Failed(reason.to_owned()));
        }
        let thread = thread::Builder::new().name("secrets".to_owned());
        let thread = thread.spawn(move || drop(tell.send(work())));
        let thread = thread.map_err(|error| Trouble::Failed(error.to_string()))?;
        calls.push((thread, now + deadline));
    }
    match timeout(deadline, told).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(Trouble::Failed("its library gave up".to_owned())),
        Err(_) => Err(late(deadline)),
    }
}

/// The calls are those of the whole process: a test that has one hang is alone.
#[cfg(test)]
pub(super) static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_store_that_hangs_is_left_alone_and_gathers_no_threads() {
        let _alone = ALONE.lock().await;
        let (release, hold) = mpsc::channel::<()>();
        let began = Instant::now();
        let hung = call(Duration::from_millis(50), move || {
            let _ = hold.recv();
            Ok(())
        });
        assert_eq!(hung.await, Err(late(Duration::from_millis(50))));
        for _ in 0..100 {
            let asked = call(Duration::from_secs(60), || Ok(())).await;
            assert!(matches!(asked, Err(Trouble::Failed(reason)) if reason.contains("earlier")));
        }
        assert!(began.elapsed() < Duration::from_secs(10));
        drop(release);
        while call(Duration::from_secs(60), || Ok(7)).await != Ok(7) {
            assert!(began.elapsed() < Duration::from_secs(20));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
