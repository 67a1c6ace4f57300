//! A worker that has nothing to do asks its ledger whether anything was written, and nothing else.

use std::time::Duration;

use axcs::model::schedule::Schedule;
use axcs::model::{Exception, Job};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::count::{Part, count};
use super::one_at_a_time;
use super::site::Site;

/// The only statement of a look. It reads no table.
const LOOK: &str = "PRAGMA data_version";
/// How long a worker is watched.
const SECONDS: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_look_asks_one_statement_that_reads_no_table() {
    let _turn = one_at_a_time().await;
    let site = Site::new(20).await;
    for job in Job::ALL {
        let by_hand = |schedule: &Schedule, _| {
            let recurrence = None;
            Ok::<_, Exception>(Schedule {
                recurrence,
                ..schedule.clone()
            })
        };
        site.runner.replan(job, by_hand).await.unwrap();
    }
    for works in [true, false] {
        let stop = CancellationToken::new();
        let watched = async {
            // A worker says that it is there, and sees that in its next look.
            sleep(Duration::from_millis(2_500)).await;
            let ((), asked) = count(sleep(Duration::from_secs(SECONDS))).await;
            stop.cancel();
            asked
        };
        let ((), asked) = tokio::join!(site.runner.attend(works, stop.clone()), watched);
        let looks = asked.ran(LOOK);
        assert!((SECONDS - 1..=SECONDS + 1).contains(&looks), "{asked}");
        let all: u64 = Part::ALL
            .iter()
            .map(|part| asked.cost(*part).statements)
            .sum();
        assert_eq!(all, looks, "{asked}");
    }
}
