//! Records, passes, cursors, runs and the selection.

use std::sync::Arc;
use std::time::Duration;

use axcs::ledger::jobs::Cause;
use axcs::ledger::{
    Begun, Cursor, Fence, Ledger, LedgerError, NewPass, Position, SetAside, Settlement,
};
use axcs::model::exception::{Documented, Exception, ExceptionFilter};
use axcs::model::run::{RunSummary, StreamProgress};
use axcs::model::{Job, Rule, RunStatus, Stream};

use super::{Engine, open};

const LEASE: Duration = Duration::from_secs(60);

pub async fn started(ledger: &Arc<dyn Ledger>) -> Fence {
    let begun = ledger
        .begin_run(
            Job::Inventory,
            &[Job::Inventory],
            "a",
            LEASE,
            false,
            Cause::Operator,
        )
        .await;
    let Begun::Started(fence) = begun.unwrap() else {
        panic!("nobody else holds the lease")
    };
    fence
}

pub fn held(ids: &[(&str, u64)]) -> Settlement {
    Settlement {
        held: ids
            .iter()
            .map(|(id, hash)| ((*id).to_owned(), *hash))
            .collect(),
        ..Settlement::default()
    }
}

fn pass_to(version: i64) -> NewPass {
    NewPass {
        load: None,
        target: cursor(version),
        reason: None,
        forget: false,
    }
}

fn cursor(version: i64) -> Cursor {
    Cursor {
        version,
        incarnation: "x".into(),
        selection_revision: 1,
    }
}

pub async fn a_newer_ledger_is_refused_and_left_as_it_is(engine: Engine) {
    let (place, ledger) = open(engine).await;
    drop(ledger);
    let newer = match engine {
        Engine::File => "PRAGMA user_version = 99",
        Engine::Server | Engine::RealServer => "UPDATE axcs.ledger SET format = 99",
    };
    place.sql(newer, Vec::new()).await;
    let refused = place.open().await.map(drop).unwrap_err();
    assert!(
        matches!(refused, LedgerError::Newer { found: 99, .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("use the newer axcs"));
}

pub async fn batch_numbers_only_grow(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let first = ledger
        .intend(fence, Stream::Items, vec![], None)
        .await
        .unwrap();
    let second = ledger
        .intend(fence, Stream::OnHand, vec![], None)
        .await
        .unwrap();
    assert!(second > first);
    ledger.raise_version(1_000).await.unwrap();
    assert_eq!(
        ledger
            .intend(fence, Stream::Items, vec![], None)
            .await
            .unwrap(),
        1_001
    );
    ledger.raise_version(5).await.unwrap();
    assert_eq!(
        ledger
            .intend(fence, Stream::Items, vec![], None)
            .await
            .unwrap(),
        1_002
    );
}

pub async fn unchanged_means_the_acknowledged_hash_and_gone_means_not_acknowledged(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let huge = u64::MAX - 1;
    ledger
        .settle(
            fence,
            Stream::Items,
            1,
            None,
            held(&[("A", 1), ("B", huge)]),
        )
        .await
        .unwrap();
    let asked = vec![
        ("A".to_owned(), Some(1)),
        ("A".to_owned(), Some(2)),
        ("A".to_owned(), None),
        ("B".to_owned(), Some(huge)),
        ("C".to_owned(), Some(3)),
        ("C".to_owned(), None),
    ];
    let expected = [true, false, false, true, false, true];
    assert_eq!(
        ledger
            .is_unchanged(Stream::Items, None, asked.clone())
            .await
            .unwrap(),
        expected
    );
    assert_eq!(
        ledger
            .is_unchanged(Stream::Items, Some((fence, 7)), asked)
            .await
            .unwrap(),
        expected
    );
}

pub async fn a_pass_finds_what_it_did_not_see_and_what_is_stuck_is_not_gone(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let stream = Stream::Items;
    ledger
        .settle(
            fence,
            stream,
            1,
            None,
            held(&[("A", 1), ("B", 2), ("C", 3), ("D", 4)]),
        )
        .await
        .unwrap();
    let pass = ledger.begin_pass(fence, stream, pass_to(5)).await.unwrap();
    let generation = pass.generation;
    let seen_in = Some((fence, generation));
    ledger
        .is_unchanged(stream, seen_in, vec![("A".into(), Some(1))])
        .await
        .unwrap();
    ledger
        .settle(fence, stream, 2, Some(generation), held(&[("B", 9)]))
        .await
        .unwrap();
    let stuck = SetAside {
        id: "C".into(),
        code: "bad-value".into(),
        field: "price".into(),
        exception: Exception::new("refused", "no", "mend it"),
    };
    ledger
        .set_aside(fence, stream, Some(generation), vec![stuck])
        .await
        .unwrap();
    assert_eq!(
        ledger.unseen(stream, generation, "", 10).await.unwrap(),
        ["D"]
    );

    ledger.advance_pass(fence, stream, "B").await.unwrap();
    let position = ledger.position(stream).await.unwrap();
    assert_eq!(position.pass.unwrap().resume_after.as_deref(), Some("B"));
    assert_eq!(position.cursor, None);
    ledger.move_cursor(fence, stream, &cursor(5)).await.unwrap();
    let position = ledger.position(stream).await.unwrap();
    assert_eq!(
        position,
        Position {
            cursor: Some(cursor(5)),
            ..Position::default()
        }
    );

    let next = ledger.begin_pass(fence, stream, pass_to(6)).await.unwrap();
    assert_eq!(
        ledger
            .unseen(stream, next.generation, "", 10)
            .await
            .unwrap()
            .len(),
        4,
        "nothing is seen yet"
    );
}

pub async fn what_was_sent_under_is_known_until_a_pass_begins_or_the_cursor_moves(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let stream = Stream::Items;
    for ends_it in ["cursor", "pass"] {
        for incarnation in ["a", "b", "a"] {
            let noted = ledger.note_incarnation(fence, stream, incarnation);
            noted.await.unwrap();
        }
        let position = ledger.position(stream).await.unwrap();
        assert_eq!(position.told_under, ["a", "b"]);
        let known = position.incarnations();
        assert!(known.ends_with(&["a".to_owned(), "b".to_owned()]));
        let other = ledger.position(Stream::OnHand).await.unwrap();
        assert!(other.told_under.is_empty());
        if ends_it == "cursor" {
            ledger.move_cursor(fence, stream, &cursor(5)).await.unwrap();
        } else {
            ledger.begin_pass(fence, stream, pass_to(6)).await.unwrap();
        }
        let position = ledger.position(stream).await.unwrap();
        assert!(position.told_under.is_empty(), "{ends_it}");
    }
}

pub async fn a_records_exception_is_cleared_when_it_arrives(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let stuck = |text: &str| SetAside {
        id: "A".into(),
        code: "bad-value".into(),
        field: "price".into(),
        exception: Exception::new("refused", text, "mend it"),
    };
    ledger
        .set_aside(fence, Stream::Items, None, vec![stuck("first")])
        .await
        .unwrap();
    ledger
        .set_aside(fence, Stream::Items, None, vec![stuck("second")])
        .await
        .unwrap();
    let listed = ledger
        .exceptions(&ExceptionFilter::default())
        .await
        .unwrap();
    assert_eq!(
        (
            listed.len(),
            listed[0].attempts,
            listed[0].exception.cause.as_str()
        ),
        (1, 2, "second")
    );
    ledger
        .settle(fence, Stream::Items, 1, None, held(&[("A", 1)]))
        .await
        .unwrap();
    assert_eq!(
        ledger
            .exception_count(&ExceptionFilter::default())
            .await
            .unwrap(),
        0
    );
}

pub async fn a_record_that_is_set_aside_is_never_unchanged_and_is_gone_when_a_pass_does_not_see_it(
    engine: Engine,
) {
    let (_place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let stream = Stream::Items;
    ledger
        .settle(fence, stream, 1, None, held(&[("A", 1)]))
        .await
        .unwrap();
    let stuck = ["A", "B"].map(|id| SetAside {
        id: id.into(),
        code: "bad-value".into(),
        field: "price".into(),
        exception: Exception::new("refused", "no", "mend it"),
    });
    ledger
        .set_aside(fence, stream, None, stuck.to_vec())
        .await
        .unwrap();
    let asked = vec![("A".to_owned(), Some(1)), ("B".to_owned(), None)];
    let unchanged = ledger.is_unchanged(stream, None, asked).await.unwrap();
    assert_eq!(
        unchanged,
        [false, false],
        "both are sent, so that they leave"
    );

    let pass = ledger.begin_pass(fence, stream, pass_to(5)).await.unwrap();
    let unseen = ledger
        .unseen(stream, pass.generation, "", 10)
        .await
        .unwrap();
    assert_eq!(unseen, ["A", "B"]);
    let gone = Settlement {
        dropped: unseen,
        ..Settlement::default()
    };
    ledger
        .settle(fence, stream, 2, Some(pass.generation), gone)
        .await
        .unwrap();
    assert_eq!(
        ledger
            .exception_count(&ExceptionFilter::default())
            .await
            .unwrap(),
        0
    );
    assert_eq!(ledger.acknowledged(stream).await.unwrap().count, 0);
}

pub async fn of_two_changes_to_one_selection_the_second_has_to_look_again(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let read = ledger.selection().await.unwrap();
    assert!(read.is_empty());
    let mut mine = read.clone();
    mine.rules.push(Rule::ItemGroup {
        group: "FIN".into(),
    });
    let stored = ledger.store_selection(mine.clone()).await.unwrap().unwrap();
    assert_eq!(stored.revision, read.revision + 1);
    assert_eq!(ledger.selection().await.unwrap(), stored);
    assert_eq!(ledger.store_selection(mine).await.unwrap(), None);
}

pub async fn a_run_keeps_its_streams_and_its_exception(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let mut stream = StreamProgress::pending(Stream::Items);
    stream.counts.enumerated = 7;
    stream.reload = Some("the retention has passed".into());
    let summary = RunSummary {
        status: RunStatus::Error,
        streams: vec![stream],
        exception: Some(Documented::NetworkError.because("no route")),
        ..ledger.run(fence.run).await.unwrap().unwrap()
    };
    ledger.finish_run(fence, &summary).await.unwrap();
    let kept = ledger.runs(Some(Job::Inventory), 5).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (&kept[0].streams, &kept[0].exception),
        (&summary.streams, &summary.exception)
    );
    assert!(kept[0].finished.is_some());
    assert!(
        ledger
            .runs(Some(Job::Complete), 5)
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn a_cursor_is_as_old_as_the_run_that_read_its_version(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let age = async |stream| {
        let ages = ledger.cursor_ages().await.unwrap();
        let of_stream = ages.into_iter().find(|age| age.stream == stream);
        of_stream.map(|age| age.read)
    };
    let started_at = async |fence: Fence| {
        let run = ledger.run(fence.run).await.unwrap();
        run.unwrap().started
    };
    let first = started(&ledger).await;
    assert_eq!(age(Stream::Items).await, None);
    let end = ledger.run(first.run).await.unwrap().unwrap();
    ledger
        .begin_pass(first, Stream::Items, pass_to(5))
        .await
        .unwrap();
    let end = RunSummary {
        status: RunStatus::Canceled,
        ..end
    };
    ledger.finish_run(first, &end).await.unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;

    // Another run goes on with the pass, and reads the changes of another stream itself.
    let second = started(&ledger).await;
    for stream in [Stream::Items, Stream::OnHand] {
        ledger
            .move_cursor(second, stream, &cursor(5))
            .await
            .unwrap();
    }
    assert_eq!(age(Stream::Items).await, Some(started_at(first).await));
    assert_eq!(age(Stream::OnHand).await, Some(started_at(second).await));
    assert!(started_at(first).await < started_at(second).await);
    ledger
        .move_cursor(second, Stream::Items, &cursor(6))
        .await
        .unwrap();
    assert_eq!(age(Stream::Items).await, Some(started_at(second).await));
}

promises![
    a_newer_ledger_is_refused_and_left_as_it_is,
    batch_numbers_only_grow,
    unchanged_means_the_acknowledged_hash_and_gone_means_not_acknowledged,
    a_pass_finds_what_it_did_not_see_and_what_is_stuck_is_not_gone,
    what_was_sent_under_is_known_until_a_pass_begins_or_the_cursor_moves,
    a_records_exception_is_cleared_when_it_arrives,
    a_record_that_is_set_aside_is_never_unchanged_and_is_gone_when_a_pass_does_not_see_it,
    of_two_changes_to_one_selection_the_second_has_to_look_again,
    a_run_keeps_its_streams_and_its_exception,
    a_cursor_is_as_old_as_the_run_that_read_its_version,
];
