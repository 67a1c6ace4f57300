//! What an upload asks of the allocator: as much for each record of a large company as of a small one,
//! and never more at once.

use std::sync::Arc;
use std::time::Duration;

use axcs::jobs::Flow;
use axcs::model::{Job, RunStatus};

use super::count::settle;
use super::judge::has_grown;
use super::one_at_a_time;
use super::site::Site;

/// Items of the two companies.
const SMALL: u64 = 1_000;
const LARGE: u64 = 4_000;
/// What may be held at once of a company of any size: the records of the larger alone are more.
const MOST_BYTES: u64 = 9 * 1024 * 1024;

/// What was allocated meanwhile.
#[derive(Debug)]
struct Allocated {
    records: u64,
    blocks: u64,
    bytes: u64,
    most_bytes: u64,
}

impl Allocated {
    fn since(begun: &dhat::HeapStats, records: u64) -> Self {
        let ended = dhat::HeapStats::get();
        Self {
            records,
            blocks: ended.total_blocks - begun.total_blocks,
            bytes: ended.total_bytes - begun.total_bytes,
            most_bytes: ended.max_bytes as u64,
        }
    }

    fn of_each_record(&self, what: u64) -> u64 {
        what / self.records
    }
}

/// A complete run, both ends in this process.
async fn upload(items: u64) -> Allocated {
    let site = Site::with(items, |sides, _| {
        // Full ones in both.
        let flow = Flow::new(4, Duration::from_secs(60), 1).in_batches_of(100);
        sides.flow = Arc::new(flow);
    })
    .await;
    settle().await;
    let profiler = dhat::Profiler::builder()
        .testing()
        .trim_backtraces(Some(1))
        .build();
    let begun = dhat::HeapStats::get();
    let summary = site.run(Job::Complete).await;
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    let allocated = Allocated::since(&begun, summary.counts().acknowledged);
    drop(profiler);
    println!("{items} items: {allocated:?}");
    allocated
}

/// What grew of a record's share, and whether the larger held more at once than it may.
fn grown(small: &Allocated, large: &Allocated) -> Vec<String> {
    let mut told = Vec::new();
    for (name, of) in [
        ("blocks", (|one| one.blocks) as fn(&Allocated) -> u64),
        ("bytes", |one| one.bytes),
    ] {
        let share = |one: &Allocated| one.of_each_record(of(one));
        if has_grown(share(small), share(large), 0) {
            told.push(format!(
                "{name} of a record {} -> {}",
                share(small),
                share(large)
            ));
        }
    }
    if large.most_bytes > MOST_BYTES {
        told.push(format!("bytes at once {}", large.most_bytes));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_allocates_the_same_for_each_record_and_holds_a_bounded_number() {
    let _turn = one_at_a_time().await;
    let (small, large) = (upload(SMALL).await, upload(LARGE).await);
    assert!(large.records > small.records * 3);
    let told = grown(&small, &large);
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_everything_or_copies_it_again_and_again_is_told() {
    let _turn = one_at_a_time().await;
    let profiler = dhat::Profiler::builder()
        .testing()
        .trim_backtraces(Some(1))
        .build();
    let hold = |records: u64| {
        let begun = dhat::HeapStats::get();
        let mut all: Vec<String> = Vec::new();
        for _ in 0..records {
            all.push("x".repeat(4_096));
        }
        // Not a part of what was held before: the most is that of the larger, which comes last.
        Allocated::since(&begun, records)
    };
    let told = grown(&hold(1_000), &hold(4_000));
    assert!(
        told.iter().any(|told| told.starts_with("bytes at once")),
        "{told:?}"
    );

    let copy = |records: u64| {
        let begun = dhat::HeapStats::get();
        let mut all = String::new();
        for _ in 0..records {
            all = format!("{all}record");
        }
        assert_eq!(all.len() as u64, 6 * records);
        Allocated::since(&begun, records)
    };
    let told = grown(&copy(1_000), &copy(4_000));
    assert!(
        told.iter()
            .any(|told| told.starts_with("bytes of a record")),
        "{told:?}"
    );
    drop(profiler);
}
