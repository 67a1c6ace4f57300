//! The promises of the exceptions, except those of orders, which stand with the orders.

use std::time::Duration;

use crate::ledger::jobs::Cause;
use crate::ledger::{
    Begun, EmbeddedLedger, ExceptionBook as _, Fence, JobBook as _, Ledger as _, SetAside,
    Settlement,
};
use crate::model::exception::{
    Documented, Exception, ExceptionEntry, ExceptionFilter, ExceptionId, ExceptionState,
};
use crate::model::filter::Test;
use crate::model::{Filter, Job, RunStatus, RunSummary, Stream};

const LEASE: Duration = Duration::from_secs(600);
/// Long enough for the ledger's clock to tell before from after.
const MOMENT: Duration = Duration::from_millis(5);

async fn open() -> (tempfile::TempDir, EmbeddedLedger) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = EmbeddedLedger::open(&dir.path().join("ledger.db"))
        .await
        .unwrap();
    (dir, ledger)
}

async fn begin(ledger: &EmbeddedLedger, job: Job, lease: Duration) -> Fence {
    let needs: &[Job] = if job == Job::Complete {
        &Job::ALL
    } else {
        &[job]
    };
    let begun = ledger
        .begin_run(job, needs, "a", lease, false, Cause::Operator)
        .await;
    let Begun::Started(fence) = begun.unwrap() else {
        panic!("nobody else holds the lease")
    };
    fence
}

/// A run of `job` that ends like this.
async fn run(ledger: &EmbeddedLedger, job: Job, status: RunStatus, dry_run: bool) {
    let fence = begin(ledger, job, LEASE).await;
    let summary = RunSummary {
        status,
        dry_run,
        exception: (status == RunStatus::Error)
            .then(|| Documented::NetworkError.because("no route to host")),
        ..ledger.run(fence.run).await.unwrap().unwrap()
    };
    ledger.finish_run(fence, &summary).await.unwrap();
}

fn refused(id: &str, code: &str, text: &str) -> SetAside {
    SetAside {
        id: id.into(),
        code: code.into(),
        field: "price".into(),
        exception: Exception::new(text, format!("Das Öl von {id}"), "Mend it."),
    }
}

async fn aside(ledger: &EmbeddedLedger, fence: Fence, stream: Stream, record: SetAside) {
    ledger
        .set_aside(fence, stream, None, vec![record])
        .await
        .unwrap();
}

async fn hold(ledger: &EmbeddedLedger, fence: Fence, stream: Stream, id: &str) {
    let settlement = Settlement {
        held: vec![(id.to_owned(), 1)],
        ..Settlement::default()
    };
    ledger
        .settle(fence, stream, 1, None, settlement)
        .await
        .unwrap();
}

fn everything() -> ExceptionFilter {
    ExceptionFilter {
        with_closed: true,
        ..ExceptionFilter::default()
    }
}

async fn only(ledger: &EmbeddedLedger) -> ExceptionEntry {
    let mut all = ledger.exceptions(&everything()).await.unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[tokio::test]
async fn a_failed_run_is_an_exception_of_its_job_until_one_ends_well() {
    let (_dir, ledger) = open().await;
    run(&ledger, Job::Inventory, RunStatus::Error, false).await;
    run(&ledger, Job::Inventory, RunStatus::Error, false).await;
    let entry = only(&ledger).await;
    assert_eq!((entry.job, entry.stream), (Job::Inventory, None));
    assert_eq!((entry.key.as_str(), entry.code.as_str()), ("", "run"));
    assert_eq!((entry.attempts, entry.state), (2, ExceptionState::Open));
    assert_eq!(entry.documented(), Some(Documented::NetworkError));

    run(&ledger, Job::Inventory, RunStatus::Canceled, false).await;
    run(&ledger, Job::Inventory, RunStatus::Ended, true).await;
    run(&ledger, Job::Orders, RunStatus::Ended, false).await;
    assert_eq!(only(&ledger).await.state, ExceptionState::Open);
    run(&ledger, Job::Inventory, RunStatus::Ended, false).await;
    assert_eq!(only(&ledger).await.state, ExceptionState::Cleared);

    tokio::time::sleep(MOMENT).await;
    run(&ledger, Job::Inventory, RunStatus::Error, false).await;
    let again = only(&ledger).await;
    assert_eq!((again.id, again.attempts), (entry.id, 1));
    assert!(again.first > entry.first, "it starts anew");
    run(&ledger, Job::Complete, RunStatus::Ended, false).await;
    assert_eq!(
        only(&ledger).await.state,
        ExceptionState::Cleared,
        "the complete job does what all of them do"
    );
}

#[tokio::test]
async fn a_dry_run_that_fails_leaves_no_exception() {
    let (_dir, ledger) = open().await;
    run(&ledger, Job::Inventory, RunStatus::Error, true).await;
    assert_eq!(ledger.exception_count(&everything()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_killed_run_is_an_exception_when_the_next_one_takes_its_place() {
    let (_dir, ledger) = open().await;
    begin(&ledger, Job::Inventory, Duration::ZERO).await;
    begin(&ledger, Job::Inventory, LEASE).await;
    let entry = only(&ledger).await;
    assert_eq!(entry.job, Job::Inventory);
    assert!(entry.exception.text.contains("without saying"), "{entry:?}");
}

#[tokio::test]
async fn a_run_that_could_not_be_started_is_noted() {
    let (_dir, ledger) = open().await;
    let refusal = Documented::ConflictingJobs.because("The orders job runs.");
    ledger.note_refusal(Job::Complete, &refusal).await.unwrap();
    let entry = only(&ledger).await;
    assert_eq!((entry.job, &entry.exception), (Job::Complete, &refusal));
    run(&ledger, Job::Complete, RunStatus::Ended, false).await;
    assert_eq!(only(&ledger).await.state, ExceptionState::Cleared);
}

#[tokio::test]
async fn a_resolved_one_is_opened_again_only_by_another_cause() {
    let (_dir, ledger) = open().await;
    let fence = begin(&ledger, Job::Inventory, LEASE).await;
    let stream = Stream::Items;
    aside(&ledger, fence, stream, refused("A", "bad", "Refused.")).await;
    let open = ExceptionFilter::default();
    assert_eq!(ledger.resolve(&open, "we know").await.unwrap(), 1);
    assert_eq!(ledger.resolve(&open, "twice").await.unwrap(), 0);

    aside(&ledger, fence, stream, refused("A", "bad", "Refused.")).await;
    let entry = only(&ledger).await;
    assert_eq!(
        (entry.state, entry.note.as_str(), entry.attempts),
        (ExceptionState::Resolved, "we know", 2)
    );
    let asked = vec![("A".to_owned(), None)];
    let unchanged = ledger.is_unchanged(stream, None, asked).await.unwrap();
    assert_eq!(
        unchanged,
        [false],
        "it is tried whenever a run comes upon it"
    );

    aside(&ledger, fence, stream, refused("A", "worse", "Refused.")).await;
    let entry = only(&ledger).await;
    assert_eq!(
        (entry.state, entry.note.as_str(), entry.code.as_str()),
        (ExceptionState::Open, "", "worse")
    );
    hold(&ledger, fence, stream, "A").await;
    assert_eq!(only(&ledger).await.state, ExceptionState::Cleared);
}

#[tokio::test]
async fn what_is_to_be_tried_again_is_named_until_it_was_tried() {
    let (_dir, ledger) = open().await;
    let fence = begin(&ledger, Job::Inventory, LEASE).await;
    for id in ["A", "B", "C"] {
        aside(
            &ledger,
            fence,
            Stream::Items,
            refused(id, "bad", "Refused."),
        )
        .await;
    }
    let chosen = ExceptionFilter {
        keys: Some(vec!["A".into(), "B".into()]),
        ..ExceptionFilter::default()
    };
    let asked = ledger.ask_retry(&chosen).await.unwrap();
    assert!(
        asked
            .iter()
            .all(|entry| entry.state == ExceptionState::Retrying)
    );
    assert_eq!(ledger.retries(Stream::Items, 0).await.unwrap(), ["A", "B"]);
    assert!(ledger.retries(Stream::OnHand, 0).await.unwrap().is_empty());
    assert_eq!(
        ledger.ask_retry(&chosen).await.unwrap().len(),
        2,
        "asking again is no mistake"
    );

    hold(&ledger, fence, Stream::Items, "A").await;
    tokio::time::sleep(MOMENT).await;
    aside(
        &ledger,
        fence,
        Stream::Items,
        refused("B", "bad", "Refused."),
    )
    .await;
    assert!(ledger.retries(Stream::Items, 0).await.unwrap().is_empty());
    let open = ledger
        .exceptions(&ExceptionFilter::default())
        .await
        .unwrap();
    let tries: Vec<_> = open
        .iter()
        .map(|entry| (&*entry.key, entry.attempts))
        .collect();
    assert_eq!(tries, [("B", 2), ("C", 1)], "newest first");

    let nobody = ExceptionFilter {
        ids: Some(vec![ExceptionId(999)]),
        ..everything()
    };
    assert!(ledger.ask_retry(&nobody).await.unwrap().is_empty());
    let cleared = ExceptionFilter {
        keys: Some(vec!["A".into()]),
        ..everything()
    };
    assert!(
        ledger.ask_retry(&cleared).await.unwrap().is_empty(),
        "its cause is gone"
    );
}

#[tokio::test]
async fn a_filter_means_what_matches_all_of_it() {
    let (_dir, ledger) = open().await;
    let fence = begin(&ledger, Job::Complete, LEASE).await;
    for (stream, id, code) in [
        (Stream::Items, "A", "bad"),
        (Stream::Items, "B", "worse"),
        (Stream::TradeAgreements, "A", "bad"),
    ] {
        aside(&ledger, fence, stream, refused(id, code, "Refused.")).await;
    }
    let refusal = Documented::AnotherInstance.because("It runs.");
    ledger.note_refusal(Job::Inventory, &refusal).await.unwrap();
    let base = ExceptionFilter::default;
    for (what, filter, expected) in [
        ("all", base(), 4),
        (
            "job",
            ExceptionFilter {
                job: Some(Job::Inventory),
                ..base()
            },
            3,
        ),
        (
            "stream",
            ExceptionFilter {
                stream: Some(Stream::Items),
                ..base()
            },
            2,
        ),
        (
            "key",
            ExceptionFilter {
                keys: Some(vec!["A".into()]),
                ..base()
            },
            2,
        ),
        (
            "no key at all",
            ExceptionFilter {
                keys: Some(Vec::new()),
                ..base()
            },
            0,
        ),
        (
            "code",
            ExceptionFilter {
                code: Some("bad".into()),
                ..base()
            },
            2,
        ),
        (
            "text",
            ExceptionFilter {
                terms: Filter::anywhere("das ÖL von a"),
                ..base()
            },
            2,
        ),
        (
            "text of a run",
            ExceptionFilter {
                terms: Filter::anywhere("another instance"),
                ..base()
            },
            1,
        ),
        (
            "both",
            ExceptionFilter {
                code: Some("bad".into()),
                stream: Some(Stream::Items),
                ..base()
            },
            1,
        ),
    ] {
        let count = ledger.exception_count(&filter).await.unwrap();
        assert_eq!(count, expected, "{what}");
        let limited = ExceptionFilter {
            limit: Some(1),
            ..filter
        };
        let listed = ledger.exceptions(&limited).await.unwrap().len() as u64;
        assert_eq!(listed, expected.min(1), "{what}");
        assert_eq!(
            ledger.exception_count(&limited).await.unwrap(),
            expected,
            "whatever the limit"
        );
    }
}

#[tokio::test]
async fn however_many_records_are_stuck_each_has_its_turn() {
    let (_dir, ledger) = open().await;
    let fence = begin(&ledger, Job::Inventory, LEASE).await;
    let name = |number: usize| format!("I-{number}");
    for number in 0..7 {
        aside(
            &ledger,
            fence,
            Stream::Items,
            refused(&name(number), "bad", "No."),
        )
        .await;
    }
    let mut turns = std::collections::BTreeMap::new();
    for _ in 0..7 {
        tokio::time::sleep(MOMENT).await;
        let chosen = ledger.retries(Stream::Items, 3).await.unwrap();
        assert_eq!(chosen.len(), 3);
        for key in chosen {
            aside(&ledger, fence, Stream::Items, refused(&key, "bad", "No.")).await;
            *turns.entry(key).or_insert(0) += 1;
        }
    }
    assert_eq!(turns.len(), 7, "{turns:?}");
    assert!(turns.values().all(|times| *times >= 2), "{turns:?}");
}

#[tokio::test]
async fn exceptions_are_read_page_by_page_each_once_though_some_are_tried_meanwhile() {
    let (_dir, ledger) = open().await;
    let fence = begin(&ledger, Job::Inventory, LEASE).await;
    for number in 0..7 {
        let record = refused(&format!("I-{number}"), "bad", "No.");
        aside(&ledger, fence, Stream::Items, record).await;
    }
    let all = ExceptionFilter {
        terms: Test::Roughly(None, "i".into()).into(),
        ..ExceptionFilter::default()
    };
    let (mut keys, mut left) = (Vec::new(), Some(all.in_pages(3)));
    while let Some(filter) = left {
        let page = ledger.exceptions(&filter).await.unwrap();
        keys.extend(page.iter().map(|entry| entry.key.clone()));
        // It is the newest now, and was written already.
        aside(&ledger, fence, Stream::Items, refused("I-0", "bad", "No.")).await;
        left = filter.behind(&page);
    }
    let expected: Vec<String> = (0..7).map(|number| format!("I-{number}")).collect();
    assert_eq!(keys, expected);
}
