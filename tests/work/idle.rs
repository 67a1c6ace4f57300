//! A worker that has nothing to do asks its ledger whether anything was written, and nothing else.

use std::time::Duration;

use axcs::model::Job;
use axcs::model::schedule::Schedule;
use tokio_util::sync::CancellationToken;

use super::count::{self, Part, count};
use super::one_at_a_time;
use super::site::Site;

/// How long a worker is watched.
const SECONDS: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_look_asks_one_statement_that_reads_no_table() {
    let _turn = one_at_a_time().await;
    let site = Site::new(20).await;
    let runner = &site.runner;
    for job in Job::ALL {
        let by_hand = |schedule: &Schedule, _| {
            Ok::<_, axcs::model::Exception>(Schedule {
                recurrence: None,
                ..schedule.clone()
            })
        };
        runner.replan(job, by_hand).await.unwrap();
    }
    let ledger = &runner.sides().ledger;
    let board = ledger.board().await.unwrap();
    let (stands, look) = count(ledger.still_stands(&board)).await;
    assert!(stands.unwrap());
    assert_eq!(look.cost(Part::Ledger).statements, 1, "{look}");

    for works in [true, false] {
        let stop = CancellationToken::new();
        let watched = async {
            // Until it has said that it is there and has dealt with the board.
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            let before = count::so_far();
            tokio::time::sleep(Duration::from_secs(SECONDS)).await;
            let asked = count::so_far().since(before);
            stop.cancel();
            asked
        };
        let ((), asked) = tokio::join!(runner.attend(works, stop.clone()), watched);
        let looks = asked.statements;
        assert!((SECONDS - 2..=SECONDS + 1).contains(&looks), "{asked:?}");
        assert_eq!(asked.steps, looks * look.cost(Part::Ledger).steps);
    }
}
