//! A ledger of an older program goes on with the newest one.

use super::super::file::MIGRATIONS;
use super::*;
use crate::ledger::{AdministrationBook as _, ExceptionBook as _, OrderBook as _};
use crate::model::JobStatus;
use crate::model::exception::ExceptionFilter;

/// A ledger as format 1 left it: something acknowledged, something set aside, a cursor.
const FORMAT_1: &str = "
    INSERT INTO acknowledged VALUES ('items', 'A', 7, 3);
    INSERT INTO quarantine VALUES ('items', 'B', 'bad-value', 'PRICE', 'PRICE: 12,50', 4, 2, 1000, 2000, 3);
    INSERT INTO quarantine VALUES ('trade-agreements', 'T', 'bad-value', '', 'no', 4, 1, 1500, 1500, 0);
    INSERT INTO cursor VALUES ('items', 5, 'x', 1, 4, 2000);
    INSERT INTO run (job, status, dry_run, owner, started, finished, streams)
        VALUES ('inventory', 'ended', 0, 'a', 1000, 2000, '[]');
";

#[tokio::test]
async fn a_ledger_of_format_1_keeps_all_it_knows_and_its_quarantine_becomes_exceptions() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(MIGRATIONS[0]).unwrap();
    old.execute_batch(FORMAT_1).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    let incarnation: String = old
        .query_row("SELECT incarnation FROM ledger", [], |row| row.get(0))
        .unwrap();
    drop(old);

    let ledger = EmbeddedLedger::open(&path).await.unwrap();
    assert_eq!(ledger.incarnation().await.unwrap(), incarnation);
    assert_eq!(ledger.acknowledged(Stream::Items).await.unwrap().count, 1);
    let cursor = ledger.position(Stream::Items).await.unwrap().cursor;
    assert_eq!(cursor.unwrap().version, 5);
    assert_eq!(ledger.runs(None, 5).await.unwrap().len(), 1);

    let open = ledger
        .exceptions(&ExceptionFilter::default())
        .await
        .unwrap();
    let found: Vec<_> = open
        .iter()
        .map(|entry| (entry.job, entry.stream, &*entry.key, entry.attempts))
        .collect();
    let items = Some(Stream::Items);
    let agreements = Some(Stream::TradeAgreements);
    assert_eq!(
        found,
        [
            (Job::Inventory, items, "B", 2),
            (Job::TradeAgreements, agreements, "T", 1)
        ]
    );
    assert_eq!(open[0].exception.cause, "PRICE: 12,50");
    assert_eq!(open[0].first.as_millisecond(), 1000);

    // The first pass still finds them unseen, so that they can leave.
    let fence = started(&ledger).await;
    let pass = ledger
        .begin_pass(fence, Stream::Items, pass_to(6))
        .await
        .unwrap();
    assert_eq!(pass.generation, 4);
    let unseen = ledger
        .unseen(Stream::Items, pass.generation, "", 10)
        .await
        .unwrap();
    assert_eq!(unseen, ["A", "B"]);
    assert_eq!(ledger.order_counts().await.unwrap().all, 0);
}

/// A ledger as format 2 left it: runs that ended, one under way, cursors and a pass.
const FORMAT_2: &str = "
    INSERT INTO run (job, status, dry_run, owner, started, finished, streams) VALUES
        ('inventory', 'ended', 0, 'a', 1000, 2000, '[]'),
        ('orders', 'executing', 0, 'a', 3000, NULL, '[]');
    INSERT INTO lease VALUES ('orders', 'a', 2, 7, 4000);
    INSERT INTO cursor VALUES ('items', 5, 'x', 1, 1, 2000), ('on-hand', 5, 'x', 1, 99, 2500);
    INSERT INTO pass VALUES ('items', 1, NULL, 6, 'x', 1, NULL, NULL),
                            ('trade-agreements', 1, NULL, 6, 'x', 1, NULL, NULL);
";

#[tokio::test]
async fn the_jobs_of_a_ledger_of_format_2_wait_and_its_runs_and_cursors_stay() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    for script in &MIGRATIONS[..2] {
        old.execute_batch(script).unwrap();
    }
    old.execute_batch(FORMAT_2).unwrap();
    old.pragma_update(None, "user_version", 2).unwrap();
    drop(old);

    let ledger = EmbeddedLedger::open(&path).await.unwrap();
    let board = ledger.board().await.unwrap();
    for record in &board.jobs {
        let expected = if record.job == Job::Orders {
            JobStatus::Error
        } else {
            JobStatus::Waiting
        };
        assert_eq!(record.status, expected, "{}", record.job);
        assert_eq!(record.interrupted, None, "nobody knows who started it");
    }
    assert_eq!(ledger.runs(None, 5).await.unwrap().len(), 2);
    let fence = started(&ledger).await;
    assert_eq!(fence.token, 8);

    let agreements = Stream::TradeAgreements;
    for stream in [Stream::Items, agreements] {
        ledger.move_cursor(fence, stream, &cursor(6)).await.unwrap();
    }
    let ages = ledger.cursor_ages().await.unwrap();
    let mut ages: Vec<_> = ages
        .into_iter()
        .map(|age| (age.stream, age.read.as_millisecond()))
        .collect();
    ages.sort_unstable();
    // Never younger than they are: of a pass under way nobody knows when it began.
    let mut expected = [
        (Stream::Items, 1000),
        (Stream::OnHand, 2500),
        (agreements, 1000),
    ];
    expected.sort_unstable();
    assert_eq!(ages, expected);
}

#[tokio::test]
async fn a_ledger_of_format_3_keeps_its_selection_and_gets_parameters() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    for script in &MIGRATIONS[..3] {
        old.execute_batch(script).unwrap();
    }
    let stored = r#"{"revision":7,"rules":[],"include":["A"],"exclude":[]}"#;
    old.execute("UPDATE selection SET revision = 7, content = ?1", [stored])
        .unwrap();
    old.pragma_update(None, "user_version", 3).unwrap();
    drop(old);

    let ledger = EmbeddedLedger::open(&path).await.unwrap();
    let selection = ledger.selection().await.unwrap();
    assert_eq!((selection.revision, &*selection.include[0]), (7, "A"));
    assert_eq!(selection.category_hierarchy, "");
    assert!(!ledger.parameters().await.unwrap().is_complete());
}

#[tokio::test]
async fn a_ledger_is_brought_to_the_newest_format_once() {
    let (_dir, path, ledger) = open().await;
    drop(ledger);
    EmbeddedLedger::open(&path).await.unwrap();
}
