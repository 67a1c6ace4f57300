//! The orders job among few and among many old orders.

use axcs::model::Job;

use super::count::{Tally, count};
use super::judge::{assert_none, grown};
use super::line::Proxy;
use super::one_at_a_time;
use super::order_site::Site;

/// Old orders of the two sites.
const FEW: u64 = 20;
const MANY: u64 = 300;
/// New ones.
const NEW: u64 = 10;

async fn with_old_orders(count: u64) -> Site {
    let site = Site::new().await;
    for number in 0..count {
        site.place(&format!("o{number}"), &format!("W-{number}"))
            .await;
    }
    site.orders().await;
    // What AX did is told by the next run.
    site.orders().await;
    site
}

/// A run of a worker of its own, which comes to the service over a line that counts.
async fn poll(site: &Site, expected: u64) -> Tally {
    let mut options = site.client_options();
    let address = options.url.trim_start_matches("http://").parse().unwrap();
    let line = Proxy::before(address).await;
    options.url.clone_from(&line.url);
    let worker = site.another_worker_with(options).await;
    line.arm(None);
    let (summary, mut tally) = count(async {
        let run = worker.start(Job::Orders, axcs::jobs::RunOptions::default());
        worker.finished(run.await.unwrap()).await.unwrap()
    })
    .await;
    assert!(summary.exception.is_none(), "{summary:?}");
    let orders = summary
        .streams
        .iter()
        .find(|one| one.stream == axcs::model::Stream::Orders);
    assert_eq!(orders.unwrap().counts.enumerated, expected);
    tally.bytes = line.heal().0;
    tally
}

#[tokio::test(flavor = "multi_thread")]
async fn the_orders_job_costs_the_same_however_many_old_orders_there_are() {
    let _turn = one_at_a_time().await;
    let (few, many) = tokio::join!(with_old_orders(FEW), with_old_orders(MANY));
    let mut told = Vec::new();
    let (smaller, larger) = (poll(&few, 0).await, poll(&many, 0).await);
    told.extend(grown("no new order", &smaller, &larger));
    let mut tallies = Vec::new();
    for site in [&few, &many] {
        for number in 0..NEW {
            site.place(&format!("n{number}"), &format!("N-{number}"))
                .await;
        }
        tallies.push(poll(site, NEW).await);
    }
    told.extend(grown("ten new orders", &tallies[0], &tallies[1]));
    assert_none(&told);
}
