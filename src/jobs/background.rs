//! Where runs are carried out: on threads of their own that give way to those which answer somebody.
//!
//! A run that reads a million items takes every core it gets. A key that is pressed meanwhile is still
//! answered at once, because the system lets the other threads of the process go first (Linux: of the
//! session; it shares the processor among sessions whatever their priorities); and a run that has the
//! machine to itself is as fast as ever.

use std::sync::OnceLock;

use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};
use tokio::runtime::{Builder, Handle, Runtime};

/// Of 0 to 99, where 50 is usual: a nice value of 8 on Unix, *below normal* on Windows.
const PRIORITY: u8 = 30;

/// One for the process, begun with its first run. It is never taken down: what a run has opened,
/// connections above all, is used further by whoever comes next.
static BACKGROUND: OnceLock<Option<Runtime>> = OnceLock::new();

/// The threads for runs; where the system gives none, those of the caller.
pub fn background() -> Handle {
    let began = BACKGROUND.get_or_init(|| {
        Builder::new_multi_thread()
            .thread_name("run")
            .on_thread_start(give_way)
            .enable_all()
            .build()
            .inspect_err(|error| tracing::warn!("no threads for runs of their own: {error}"))
            .ok()
    });
    let threads = began.as_ref().map(Runtime::handle);
    threads.map_or_else(Handle::current, Handle::clone)
}

/// Lets threads of usual priority go before this one.
fn give_way() {
    let lower = ThreadPriorityValue::try_from(PRIORITY).map(ThreadPriority::Crossplatform);
    if let Ok(lower) = lower
        && let Err(error) = set_current_thread_priority(lower)
    {
        tracing::warn!("a thread for runs keeps its usual priority: {error:?}");
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// The nice value of this thread.
    fn nice() -> i32 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        // After the name, which may hold spaces: field 19 of all, the 17th behind it.
        let behind = stat.rsplit_once(')').unwrap().1;
        behind.split_whitespace().nth(16).unwrap().parse().unwrap()
    }

    #[tokio::test]
    async fn runs_give_way_to_who_answers_somebody() {
        let usual = nice();
        let background = background();
        let task = background.spawn(async { nice() });
        let blocking = background.spawn_blocking(nice);
        for lowered in [task.await.unwrap(), blocking.await.unwrap()] {
            assert!(lowered > usual, "{lowered} where usual is {usual}");
        }
        assert_eq!(nice(), usual, "only they");
    }
}
